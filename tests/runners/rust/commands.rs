//! The commands of the runner protocol, once for both faces of the library: they have the same names, and differ in
//! the module they live in and in `.await`.

/// Defines `State` with `execute` over a client and a session type. `[async]` and `[.await]` are empty for the
/// blocking face.
macro_rules! runner {
    ($client:ty, $session:ty, $build:path, [$($async:tt)*], [$($await:tt)*]) => {
        /// The clients and sessions that commands name.
        #[derive(Default)]
        struct State {
            clients: std::collections::HashMap<String, ($client, Option<std::time::Duration>)>,
            sessions: std::collections::HashMap<String, ($session, Option<std::time::Duration>)>,
        }

        impl State {
            fn client(&self, command: &answers::Command) -> Result<$client, Refusal> {
                let name = command.text("client")?;
                let (client, deadline) =
                    self.clients.get(name).ok_or_else(|| Refusal::Unsupported(format!("no client {name}")))?;
                Ok(client.scoped(command.limits(*deadline)))
            }

            fn session(&self, command: &answers::Command) -> Result<$session, Refusal> {
                let name = command.text("session")?;
                let (session, deadline) =
                    self.sessions.get(name).ok_or_else(|| Refusal::Unsupported(format!("no session {name}")))?;
                Ok(session.scoped(command.limits(*deadline)))
            }

            $($async)* fn execute(&mut self, command: &answers::Command) -> Result<Value, Refusal> {
                match command.name() {
                    "client" => {
                        let builder = libksef::Client::builder(command.environment()?)
                            .credentials(command.credentials()?)
                            .context(command.context()?);
                        let client = ($build(builder)?, command.milliseconds("timeout_ms"));
                        self.clients.insert(command.text("client")?.to_owned(), client);
                    }
                    "log_in" => self.client(command)?.log_in() $($await)* ?,
                    "log_out" => self.client(command)?.log_out() $($await)* ?,
                    "auth_sessions" => {
                        return Ok(answers::auth_sessions(&self.client(command)?.auth_sessions() $($await)* ?));
                    }
                    "revoke_auth_session" => {
                        let client = self.client(command)?;
                        match command.text("reference_number")? {
                            "current" => client.revoke_current_auth_session() $($await)* ?,
                            number => client.revoke_auth_session(&number.parse::<ReferenceNumber>()?) $($await)* ?,
                        }
                    }
                    "open_session" => {
                        let client = self.client(command)?;
                        let session = client.open_online_session(command.form()?, OpenOptions::default()) $($await)* ?;
                        let answer = json!({
                            "reference_number": session.reference_number().to_string(),
                            "valid_until": session.valid_until().to_string(),
                        });
                        let deadline = self.clients.get(command.text("client")?).and_then(|(_, deadline)| *deadline);
                        let session = session.scoped(CallOptions::default());
                        self.sessions.insert(command.text("session")?.to_owned(), (session, deadline));
                        return Ok(answer);
                    }
                    "send" => {
                        let (invoice, options) = (command.invoice()?, command.send_options()?);
                        return Ok(answers::outcome(&self.session(command)?.send(invoice, options) $($await)* ?));
                    }
                    "resume" => {
                        let token: ResumeToken = command.text("token")?.parse()?;
                        return Ok(answers::outcome(&self.client(command)?.resume(&token) $($await)* ?));
                    }
                    "session_status" => {
                        return Ok(answers::session_status(&self.session(command)?.status() $($await)* ?));
                    }
                    "invoices" => return Ok(answers::invoices(&self.session(command)?.invoices() $($await)* ?)),
                    "failed_invoices" => {
                        return Ok(answers::invoices(&self.session(command)?.failed_invoices() $($await)* ?));
                    }
                    "close_session" => self.session(command)?.close() $($await)* ?,
                    "upo" => {
                        let session = self.session(command)?;
                        let upos = match command.text("by")? {
                            "ksef_number" => {
                                let number: KsefNumber = command.text("value")?.parse()?;
                                vec![session.upo_by_ksef_number(&number) $($await)* ?]
                            }
                            "invoice" => {
                                let reference: ReferenceNumber = command.text("value")?.parse()?;
                                vec![session.upo_by_invoice(&reference) $($await)* ?]
                            }
                            "session" => session.upos() $($await)* ?,
                            other => return Err(Refusal::Unsupported(format!("upo by {other}"))),
                        };
                        return answers::upos(&upos);
                    }
                    "warnings" => return Ok(answers::warnings(&self.client(command)?.warnings())),
                    "bye" => {}
                    other => return Err(Refusal::Unsupported(format!("command {other:?}"))),
                }
                Ok(json!({}))
            }
        }
    };
}

pub(crate) use runner;
