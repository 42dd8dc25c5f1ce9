//! What opening an interactive session and a batch have in common.

use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{MinistryPrivateKey, SymmetricKey};
use ksef_documents::{Form, upo::Receiver};
use ksef_model::{EncryptionInfo, FormCode};

use super::records::Opening;
use crate::{
    auth::Authenticated, error::ApiError, exceptions, profile::Profile, public_keys::KeyUsage,
    state::AppState,
};

/// The form of a session.
///
/// # Errors
/// 21405 for a form that `known` does not know.
pub(crate) fn form(
    code: &FormCode,
    known: impl FnOnce(&str, &str, &str) -> Option<Form>,
) -> Result<Form, ApiError> {
    known(&code.system_code, &code.schema_version, &code.value).ok_or_else(|| {
        ApiError::exception(exceptions::VALIDATION).with_detail(format!(
            "Schemat '{}' w wersji '{}' o wartości '{}' nie jest obsługiwany.",
            code.system_code, code.schema_version, code.value
        ))
    })
}

/// Who opens a session, with which key.
///
/// # Errors
/// 21470 for an unknown key of the Ministry. A symmetric key that cannot be unwrapped is taken all the same: the
/// session fails when it is processed.
pub(crate) async fn opening(
    state: &AppState,
    caller: Authenticated,
    headers: &HeaderMap,
    form: Form,
    encryption: &EncryptionInfo,
) -> Result<Opening, ApiError> {
    let id = encryption.public_key_id.as_deref();
    let private_key = state.keys().private_key(state, KeyUsage::SymmetricKeyEncryption, id).await?;
    Ok(Opening {
        context: caller.context,
        subject: caller.subject,
        proof: caller.proof,
        receiver: receiver(state.profile()),
        form,
        check_identifiers: checks_identifiers(state.profile(), headers),
        key: unwrap(&private_key, encryption),
    })
}

fn unwrap(private_key: &MinistryPrivateKey, encryption: &EncryptionInfo) -> Option<SymmetricKey> {
    let wrapped = BASE64_STANDARD.decode(&encryption.encrypted_symmetric_key).ok()?;
    let iv = BASE64_STANDARD.decode(&encryption.initialization_vector).ok()?;
    Some(SymmetricKey::from_parts(private_key.unwrap(&wrapped).ok()?, iv.try_into().ok()?))
}

fn receiver(profile: Profile) -> Receiver {
    match profile {
        Profile::Test => Receiver::Test,
        Profile::Demo => Receiver::Demo,
        Profile::Production => Receiver::Production,
    }
}

/// Production always counts checksums, TEST when the session asks for it (PROTOCOL §1.5).
fn checks_identifiers(profile: Profile, headers: &HeaderMap) -> bool {
    let feature = headers.get("x-ksef-feature").and_then(|value| value.to_str().ok());
    profile.checks_nip() || (profile == Profile::Test && feature == Some("subject-identifier-validation"))
}
