//! A runner process and the conversation with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::Problem;

const PROTOCOL: u64 = 1;
const PATIENCE: Duration = Duration::from_secs(60);

/// How a language's runner is started.
#[derive(Debug, Clone)]
pub struct RunnerCommand {
    /// Column of the matrix, and the name that scenarios use in `not_applicable`.
    pub name: String,
    program: String,
    arguments: Vec<String>,
}

impl RunnerCommand {
    /// Reads `NAME=PROGRAM ARGUMENT...`, arguments separated by blanks.
    ///
    /// # Errors
    /// A text without `=`, name or program.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let (name, command) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=COMMAND"))?;
        let mut words = command.split_whitespace().map(str::to_owned);
        let program = words.next().ok_or_else(|| format!("{text:?} has no command"))?;
        if name.is_empty() {
            return Err(format!("{text:?} has no name"));
        }
        Ok(Self { name: name.to_owned(), program, arguments: words.collect() })
    }

    /// A runner that is one program without arguments.
    #[must_use]
    pub fn program(name: &str, program: &str) -> Self {
        Self { name: name.to_owned(), program: program.to_owned(), arguments: Vec::new() }
    }
}

/// A running runner.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<std::io::Result<String>>,
    errors: Option<thread::JoinHandle<String>>,
}

impl Runner {
    /// Starts the process in `directory` and reads its first line.
    ///
    /// # Errors
    /// A process that cannot be started or does not speak this protocol.
    pub fn start(command: &RunnerCommand, directory: &Path) -> Result<Self, Problem> {
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", command.program))?;
        let input = child.stdin.take();
        let (sender, lines) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let errors = child.stderr.take().map(|mut stream| {
            thread::spawn(move || {
                let mut text = Vec::new();
                // What could be read before a failure is still worth showing.
                let _ = stream.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        let mut runner = Self { child, input, lines, errors };
        let hello = runner.read_line()?;
        let hello: Value =
            serde_json::from_str(&hello).map_err(|e| format!("first line is not JSON: {e}: {hello}"))?;
        if hello["protocol"].as_u64() != Some(PROTOCOL) {
            return Err(format!("runner speaks protocol {}, the driver {PROTOCOL}", hello["protocol"]));
        }
        Ok(runner)
    }

    /// Sends one command and returns the line that answers it.
    ///
    /// # Errors
    /// A process that ended or keeps silent too long; the message carries the end of its standard error.
    pub fn ask(&mut self, command: &Map<String, Value>) -> Result<String, Problem> {
        let mut line = serde_json::to_string(command).map_err(|e| e.to_string())?;
        line.push('\n');
        let written =
            self.input.as_mut().map(|input| input.write_all(line.as_bytes()).and_then(|()| input.flush()));
        match written {
            Some(Ok(())) => self.read_line(),
            Some(Err(e)) => Err(self.obituary(&format!("cannot write to the runner: {e}"))),
            None => Err("the runner's input is closed".to_owned()),
        }
    }

    /// Says goodbye and waits for the end of the process.
    ///
    /// # Errors
    /// A process that does not answer, does not end, or ends with a failure.
    pub fn finish(mut self) -> Result<(), Problem> {
        let bye = Map::from_iter([("do".to_owned(), Value::from("bye"))]);
        let answer = self.ask(&bye)?;
        if answer.trim() != "{}" {
            return Err(format!("\"bye\" is answered with {{}}, got {answer}"));
        }
        self.input = None;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(self.obituary(&format!("runner ended with {status}"))),
                Ok(None) if Instant::now() < deadline => thread::park_timeout(Duration::from_millis(2)),
                Ok(None) => return Err(self.obituary("runner does not end after \"bye\"")),
                Err(e) => return Err(e.to_string()),
            }
        }
    }

    fn read_line(&mut self) -> Result<String, Problem> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(e)) => Err(self.obituary(&format!("output cannot be read: {e}"))),
            Err(RecvTimeoutError::Timeout) => {
                Err(self.obituary(&format!("no answer in {} seconds", PATIENCE.as_secs())))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.obituary("runner ended without an answer")),
        }
    }

    /// Ends the process and joins its last words to a message.
    fn obituary(&mut self, what: &str) -> Problem {
        // Both fail only when the process is gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let words = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        let tail: Vec<&str> = words.lines().rev().take(15).collect();
        if tail.is_empty() {
            return what.to_owned();
        }
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        format!("{what}; its last words:\n{}", tail.join("\n"))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Both fail only when the process is gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::RunnerCommand;

    #[test]
    fn commands_are_split_at_blanks() {
        let command = RunnerCommand::parse("python=python3 run.py -x").unwrap();
        assert_eq!((command.name.as_str(), command.program.as_str()), ("python", "python3"));
        assert_eq!(command.arguments, ["run.py", "-x"]);
        assert!(RunnerCommand::parse("python").is_err());
        assert!(RunnerCommand::parse("=x").is_err());
        assert!(RunnerCommand::parse("x=").is_err());
    }
}
