//! The runner of the blocking Rust client (protocol: `tests/README.md`).

mod answers;
mod commands;

use answers::Refusal;
use libksef::blocking::{Client, OnlineSession};
use libksef::{CallOptions, KsefNumber, OpenOptions, ReferenceNumber, ResumeToken};
use serde_json::{Value, json};

commands::runner!(Client, OnlineSession, Client::build, [], []);

fn main() -> std::io::Result<()> {
    answers::say(&json!({"runner": "rust-blocking", "protocol": 1}))?;
    let mut state = State::default();
    for command in answers::commands() {
        let command = command?;
        answers::say(&answers::answer(state.execute(&command)))?;
        if command.name() == "bye" {
            break;
        }
    }
    Ok(())
}
