//! The client: one login, any number of sessions.

use std::ffi::c_char;

use libksef::blocking::Client;
use libksef::{Error, ReferenceNumber, ResumeToken};

use crate::bytes::ksef_bytes;
use crate::call::ksef_call;
use crate::config::ksef_config;
use crate::error::{Failure, ksef_error, ksef_status};
use crate::guard::{Place, borrow, free, guard, optional_text, text};
use crate::outcome::ksef_outcome;
use crate::session::wait_policy;

/// A client. Made by `ksef_client_new`, freed by `ksef_client_free`.
///
/// Functions that take `const ksef_client *` may run in any number of threads at once; they share one login.
#[derive(Debug)]
pub struct ksef_client(pub(crate) Client);

impl ksef_client {
    /// The client with the limits of one call.
    pub(crate) fn scoped(&self, call: *const ksef_call) -> Result<Client, Failure> {
        Ok(self.0.scoped(ksef_call::options(call)?))
    }
}

/// JSON text of protocol data, with the API's own names.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<ksef_bytes, Failure> {
    serde_json::to_vec(value).map(ksef_bytes::new).map_err(|error| Error::internal(&error.to_string()).into())
}

/// Makes a client. Nothing is sent: the first call that needs a login logs in.
///
/// Errors: misuse if the configuration names no environment, no context or no credentials.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_new(
    config: *const ksef_config,
    out: *mut *mut ksef_client,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check_handle(out, "out")?;
        let config = borrow(config, "config")?;
        let environment = config
            .environment
            .clone()
            .ok_or_else(|| Error::invalid_argument("config", "it names no environment"))?;
        let mut builder = libksef::Client::builder(environment).timeouts(config.timeouts);
        if let Some(context) = &config.context {
            builder = builder.context(context.clone());
        }
        if let Some(credentials) = &config.credentials {
            builder = builder.credentials(credentials.clone());
        }
        if let Some(proxy) = &config.proxy {
            builder = builder.proxy(proxy.clone());
        }
        if let Some(pem) = &config.extra_ca_pem {
            builder = builder.extra_ca_pem(pem.as_bytes());
        }
        if let Some(user_agent) = &config.user_agent {
            builder = builder.user_agent(user_agent);
        }
        place.put_handle(ksef_client(Client::build(builder)?));
        Ok(())
    })
}

/// Frees a client. Sessions opened from it go on working. Nothing is sent. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_free(client: *mut ksef_client) {
    free(client);
}

/// Logs in now, instead of with the first call; does nothing if the login is still good.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_log_in(
    client: *const ksef_client,
    call: *const ksef_call,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || Ok(borrow(client, "client")?.scoped(call)?.log_in()?))
}

/// Ends the login at KSeF. A later call logs in again.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_log_out(
    client: *const ksef_client,
    call: *const ksef_call,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || Ok(borrow(client, "client")?.scoped(call)?.log_out()?))
}

/// Lists the active logins of the context, all pages, as a JSON array of `AuthenticationListItem`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_auth_sessions(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(json(&borrow(client, "client")?.scoped(call)?.auth_sessions()?)?);
        Ok(())
    })
}

/// Revokes one login by its reference number, or the client's own if `reference_number` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_revoke_auth_session(
    client: *const ksef_client,
    reference_number: *const c_char,
    call: *const ksef_call,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let client = borrow(client, "client")?.scoped(call)?;
        match optional_text(reference_number, "reference_number")? {
            None => client.revoke_current_auth_session()?,
            Some(reference) => client.revoke_auth_session(&parse_reference(reference)?)?,
        }
        Ok(())
    })
}

/// Settles an invoice whose outcome was pending or unknown: finds it at KSeF by its hash and waits for its verdict.
/// It never sends the invoice again.
///
/// `wait_ms` is as in `ksef_send_options`: 0 for the default, less than 0 to look once.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_resume(
    client: *const ksef_client,
    resume_token: *const c_char,
    wait_ms: i64,
    call: *const ksef_call,
    out: *mut *mut ksef_outcome,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check_handle(out, "out")?;
        let client = borrow(client, "client")?.scoped(call)?;
        let token: ResumeToken = text(resume_token, "resume_token")?.parse()?;
        place.put_handle(ksef_outcome::new(client.resume_with(&token, wait_policy(wait_ms), true)?)?);
        Ok(())
    })
}

/// Hands out the warnings that KSeF attached to its answers since the last call, as a JSON array of
/// `{"code", "message", "operation"}`, and forgets them.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_warnings(
    client: *const ksef_client,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(json(&borrow(client, "client")?.0.warnings())?);
        Ok(())
    })
}

pub(crate) fn parse_reference(text: &str) -> Result<ReferenceNumber, Failure> {
    Ok(text.parse::<ReferenceNumber>().map_err(Error::from)?)
}
