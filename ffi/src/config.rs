//! How to reach KSeF and as whom. A configuration is filled by setters and read once, by `ksef_client_new`.

use std::ffi::c_char;
use std::time::Duration;

use libksef::{ContextIdentifier, Credentials, Environment, Hosts, Proxy, SigningIdentity, Timeouts, bridge};

use crate::error::{Failure, Refusal, ksef_error, ksef_status};
use crate::guard::{borrow_mut, free, guard, optional_text, text};

/// A configuration. Made by `ksef_config_new`, filled by the setters, freed by `ksef_config_free` (right after
/// `ksef_client_new`, if you like). One thread at a time.
#[derive(Debug, Default)]
pub struct ksef_config {
    pub(crate) environment: Option<Environment>,
    pub(crate) context: Option<ContextIdentifier>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) timeouts: Timeouts,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) extra_ca_pem: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// Makes an empty configuration.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_new() -> *mut ksef_config {
    Box::into_raw(Box::default())
}

/// Frees a configuration. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_free(config: *mut ksef_config) {
    free(config);
}

/// Chooses one of the Ministry's environments: `"test"`, `"demo"` or `"production"`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_environment(
    config: *mut ksef_config,
    name: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        config.environment = Some(match text(name, "name")? {
            "test" => Environment::test(),
            "demo" => Environment::demo(),
            "production" => Environment::production(),
            _ => return Err(Failure::Refused(Refusal::OutOfRange("name"))),
        });
        Ok(())
    })
}

/// Chooses other hosts, such as an emulator: the base address of the API with `/v2`, and, if they are needed, the
/// addresses for verification links (`qr`) and for the status service (`latarnia`), which may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_hosts(
    config: *mut ksef_config,
    api: *const c_char,
    qr: *const c_char,
    latarnia: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        let mut hosts = Hosts::api(text(api, "api")?)?;
        if let Some(qr) = optional_text(qr, "qr")? {
            hosts = hosts.with_qr(qr)?;
        }
        if let Some(latarnia) = optional_text(latarnia, "latarnia")? {
            hosts = hosts.with_latarnia(latarnia)?;
        }
        config.environment = Some(Environment::custom(hosts));
        Ok(())
    })
}

/// Says on whose behalf the calls are made: kind `"Nip"`, `"InternalId"`, `"NipVatUe"` or `"PeppolId"`, and its value.
///
/// A NIP must have a valid checksum; a wrong one is misuse, told at once.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_context(
    config: *mut ksef_config,
    kind: *const c_char,
    value: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        let (kind, value) = (text(kind, "kind")?, text(value, "value")?);
        config.context = Some(bridge::context(kind, value)?);
        Ok(())
    })
}

/// Logs in with a KSeF token.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_token(
    config: *mut ksef_config,
    token: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        config.credentials = Some(Credentials::token(text(token, "token")?)?);
        Ok(())
    })
}

/// Logs in with a certificate and its private key, both as PEM text. `password` opens an encrypted key and may be NULL.
///
/// A wrong password, a file that is no key, and a key that does not belong to the certificate are different errors.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_certificate(
    config: *mut ksef_config,
    certificate_pem: *const c_char,
    key_pem: *const c_char,
    password: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        let identity = SigningIdentity::from_pem(
            text(certificate_pem, "certificate_pem")?,
            text(key_pem, "key_pem")?,
            optional_text(password, "password")?,
        )
        .map_err(libksef::Error::from)?;
        config.credentials = Some(Credentials::certificate(identity));
        Ok(())
    })
}

/// Sends everything through a proxy: `http://`, `https://` or `socks5h://`, with `user:password@` if it wants them.
/// NULL means no proxy; environment variables are never read.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_proxy(
    config: *mut ksef_config,
    url: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        config.proxy = optional_text(url, "url")?.map(Proxy::parse).transpose()?;
        Ok(())
    })
}

/// Trusts further certificate authorities, as PEM text with one or more certificates; for a TLS-inspecting company
/// proxy or the emulator with `--tls`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_extra_ca(
    config: *mut ksef_config,
    pem: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        config.extra_ca_pem = Some(text(pem, "pem")?.to_owned());
        Ok(())
    })
}

/// Names your program to KSeF, such as `my-erp/4.2`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_user_agent(
    config: *mut ksef_config,
    user_agent: *const c_char,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        config.user_agent = Some(text(user_agent, "user_agent")?.to_owned());
        Ok(())
    })
}

/// Limits one HTTP request: milliseconds to connect, and for the whole exchange. 0 keeps the default of that limit.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_config_set_timeouts(
    config: *mut ksef_config,
    connect_ms: u32,
    request_ms: u32,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let config = borrow_mut(config, "config")?;
        if connect_ms > 0 {
            config.timeouts.connect = Duration::from_millis(connect_ms.into());
        }
        if request_ms > 0 {
            config.timeouts.request = Duration::from_millis(request_ms.into());
        }
        Ok(())
    })
}
