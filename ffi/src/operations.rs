//! Every operation of the API: by name with JSON in and out, and typed functions where the arguments are simple.

use std::ffi::c_char;

use libksef::Error;
use libksef::model::{GenerateTokenRequest, TokenPermissionType, TokensListQuery};
use serde_json::Value;

use crate::bytes::ksef_bytes;
use crate::call::ksef_call;
use crate::client::{json, ksef_client, parse_reference};
use crate::error::{Failure, ksef_error, ksef_status};
use crate::guard::{Place, borrow, guard, optional_text, text};

/// Lists the operations of the API as a JSON array of objects: `id`, `summary`, `method`, `path`, `inputs` (each with
/// `name`, `place`, `required`), `request` and `response` (names of types; absent for nothing, `"XML"` for a document),
/// and `permissions`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_operations(out: *mut ksef_bytes, error: *mut *mut ksef_error) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(json(&libksef::operations())?);
        Ok(())
    })
}

/// Calls an operation by its name, such as `"sessions.status"`.
///
/// `input_json` is one JSON object: path and query parameters by their names in the API, `continuationToken` for the next
/// page, `body` for the request (JSON; the text of the document for `auth.start_with_xades`), and `bearer` for the three
/// operations that take a token of their own (`auth.status`, `auth.redeem_tokens`, `auth.refresh_token`). NULL means no
/// arguments.
///
/// `out` receives the answer: JSON, the exact bytes of a document (its hash already checked), or nothing (length 0).
///
/// Errors: misuse, naming it, for an operation, a parameter or a field that does not exist, is missing, or has a value
/// that cannot be right; nothing was sent then.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_client_call(
    client: *const ksef_client,
    operation: *const c_char,
    input_json: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| {
        let operation = text(operation, "operation")?;
        let input = match optional_text(input_json, "input_json")? {
            None => Value::Null,
            Some(input) => serde_json::from_str(input)
                .map_err(|_| Error::invalid_argument("input_json", "it is not JSON"))?,
        };
        Ok(ksef_bytes::new(client.call(operation, input)?.into_bytes().to_vec()))
    })
}

/// Makes a KSeF token. `permissions` is a list separated by commas: `InvoiceRead`, `InvoiceWrite`, `CredentialsRead`,
/// `CredentialsManage`, `SubunitManage`, `EnforcementOperations`, `Introspection`. The description has 5 to 256 characters.
///
/// `out` receives `GenerateTokenResponse` as JSON, with the secret `token`, which KSeF never tells again.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_tokens_generate(
    client: *const ksef_client,
    permissions: *const c_char,
    description: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| {
        let permissions = text(permissions, "permissions")?;
        let request = GenerateTokenRequest {
            permissions: permissions
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(TokenPermissionType::from)
                .collect(),
            description: text(description, "description")?.to_owned(),
        };
        json(&client.tokens().generate(&request)?)
    })
}

/// Reads one page of the tokens that the caller may see, as `QueryTokensResponse` in JSON. `continuation_token` is that of
/// the previous page, or NULL for the first; `page_size` is 10 to 100, or 0 for KSeF's own. Filters: `ksef_client_call`
/// with `tokens.list`.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_tokens_list(
    client: *const ksef_client,
    page_size: i32,
    continuation_token: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| {
        let query = TokensListQuery {
            page_size: (page_size != 0).then_some(page_size),
            ..TokensListQuery::default()
        };
        let page = optional_text(continuation_token, "continuation_token")?;
        json(&client.tokens().list(&query, page)?)
    })
}

/// Reads one token by its reference number, as `TokenStatusResponse` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_tokens_status(
    client: *const ksef_client,
    reference_number: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| {
        let reference = parse_reference(text(reference_number, "reference_number")?)?;
        json(&client.tokens().status(&reference)?)
    })
}

/// Revokes a token by its reference number. KSeF carries it out after a while; `ksef_tokens_status` tells when.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_tokens_revoke(
    client: *const ksef_client,
    reference_number: *const c_char,
    call: *const ksef_call,
    error: *mut *mut ksef_error,
) -> ksef_status {
    guard(error, || {
        let client = borrow(client, "client")?.scoped(call)?;
        let reference = parse_reference(text(reference_number, "reference_number")?)?;
        Ok(client.tokens().revoke(&reference)?)
    })
}

/// Reads the limits of sessions in the context, as `EffectiveContextLimits` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_limits_context(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| json(&client.limits().context()?))
}

/// Reads the limits of certificates of the caller, as `EffectiveSubjectLimits` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_limits_subject(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| json(&client.limits().subject()?))
}

/// Reads the limits of request rates, as `EffectiveApiRateLimits` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_limits_rates(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| json(&client.limits().rate_limits()?))
}

/// Reads whether granting or revoking permissions has been carried out, by the reference number that the request gave, as
/// `PermissionsOperationStatusResponse` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_permissions_operation_status(
    client: *const ksef_client,
    reference_number: *const c_char,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| {
        let reference = parse_reference(text(reference_number, "reference_number")?)?;
        json(&client.permissions().operation_status(&reference)?)
    })
}

/// Reads whether the context may send invoices with attachments, as `CheckAttachmentPermissionStatusResponse` in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ksef_permissions_attachment_status(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
) -> ksef_status {
    read(client, call, out, error, |client| json(&client.permissions().attachment_status()?))
}

/// An entry point that reads something.
fn read(
    client: *const ksef_client,
    call: *const ksef_call,
    out: *mut ksef_bytes,
    error: *mut *mut ksef_error,
    reading: impl FnOnce(&libksef::blocking::Client) -> Result<ksef_bytes, Failure>,
) -> ksef_status {
    guard(error, || {
        let place = Place::check(out, "out")?;
        place.put(reading(&borrow(client, "client")?.scoped(call)?)?);
        Ok(())
    })
}
