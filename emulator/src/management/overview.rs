//! `GET /`: what this emulator is, and which of the operations of KSeF it has.

use std::fmt::Write;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use ksef_model::operations::OPERATIONS;
use serde_json::{Value, json};

use crate::{operations, state::AppState, wire};

pub(super) async fn overview(State(state): State<AppState>, headers: HeaderMap, api_url: String) -> Response {
    let for_people = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if for_people {
        return Html(page(&state, &api_url)).into_response();
    }
    let operations: Vec<Value> = OPERATIONS
        .iter()
        .map(|operation| {
            json!({
                "id": operation.id,
                "method": operation.method.as_str(),
                "path": operation.path,
                "supported": operations::is_supported(operation.id),
            })
        })
        .collect();
    Json(json!({
        "emulator": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "profile": state.profile().as_str(),
        "time": wire::timestamp(state.now()),
        "api": api_url,
        "publicUrl": state.public_url(),
        "supported": OPERATIONS.iter().filter(|operation| operations::is_supported(operation.id)).count(),
        "operations": operations,
    }))
    .into_response()
}

fn page(state: &AppState, api_url: &str) -> String {
    let mut rows = String::new();
    for operation in OPERATIONS {
        let supported = if operations::is_supported(operation.id) { "yes" } else { "no" };
        let _ = writeln!(
            rows,
            "<tr class=\"{supported}\"><td>{supported}</td><td>{}</td><td>{} {}</td></tr>",
            operation.id,
            operation.method.as_str(),
            operation.path
        );
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ksef-emulator</title>\
         <style>body{{font-family:sans-serif;margin:2em}}td{{padding:0 1em 0 0}}.no{{color:#888}}</style>\
         <h1>ksef-emulator {}</h1><p>profile {}, time {}, API at <code>{api_url}</code></p>\
         <table>{rows}</table></html>",
        env!("CARGO_PKG_VERSION"),
        state.profile(),
        wire::timestamp(state.now())
    )
}
