//! The runner of the asynchronous Rust client (protocol: `tests/README.md`).

mod answers;
mod commands;

use answers::Refusal;
use libksef::{
    CallOptions, Client, ClientBuilder, KsefNumber, OnlineSession, OpenOptions, ReferenceNumber, ResumeToken,
};
use serde_json::{Value, json};

commands::runner!(Client, OnlineSession, ClientBuilder::build, [async], [.await]);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    answers::say(&json!({"runner": "rust-async", "protocol": 1}))?;
    let mut state = State::default();
    for command in answers::commands() {
        let command = command?;
        answers::say(&answers::answer(state.execute(&command).await))?;
        if command.name() == "bye" {
            break;
        }
    }
    Ok(())
}
