//! Logging in: challenge, proof, waiting, tokens (PROTOCOL §3).

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::SignedDuration;
use ksef_documents::auth_request::{self, AuthTokenRequest, SubjectIdentifierType, Version};
use ksef_model::{
    AllowedIps, AuthenticationChallengeResponse, AuthenticationInitResponse, AuthorizationPolicy,
    ContextIdentifier, InitTokenAuthenticationRequest, PublicKeyCertificateUsage,
};
use ksef_xades::{SignOptions, Signer};

use super::credentials::CredentialsKind;
use super::keeper::Session;
use super::outcome::{Progress, progress};
use super::token::{BearerToken, Lease};
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::http::retry::jitter;

/// Waits between looks at the status of a login: short at first, since most logins take a second.
const FIRST_WAIT: Duration = Duration::from_millis(150);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// The most addresses, ranges or masks that a policy may have (PROTOCOL §3.3).
const MOST_ALLOWED: usize = 10;

/// A signature is dated this long before the challenge, so that it is never in the future for KSeF.
const SIGNED_BEFORE: SignedDuration = SignedDuration::from_mins(1);

/// Logs in, once more with a new challenge when the first course was lost on the way.
pub(super) async fn log_in(client: &Client) -> Result<Session> {
    match log_in_once(client).await {
        Err(error) if is_worth_another(&error) => {
            tracing::debug!(number = error.number(), "logging in again with a new challenge");
            client.scope().pause(jitter(Duration::from_secs(1))).await.map_err(|_| error)?;
            log_in_once(client).await
        }
        done => done,
    }
}

/// A lost answer leaves at worst an unused login behind; redeeming works only once (PROTOCOL §3.7), so that lost
/// tokens are lost for good.
fn is_worth_another(error: &Error) -> bool {
    let firewall = [texts::BLOCKED_BY_FIREWALL, texts::CANCELLED, texts::DEADLINE_PASSED];
    (error.outcome_is_unknown() && !firewall.into_iter().any(|entry| error.is(entry)))
        || error.is(texts::LOGIN_CHALLENGE_REFUSED)
        || error.is(texts::LOGIN_SYSTEM_ERROR)
}

async fn log_in_once(client: &Client) -> Result<Session> {
    let shared = client.shared();
    let credentials = shared.credentials.as_ref().ok_or_else(|| Error::new(texts::NO_CREDENTIALS))?;
    let context = shared.context.as_ref().ok_or_else(|| Error::new(texts::NO_CONTEXT))?;
    let challenge = client.auth().challenge().await?;
    let skew = challenge.timestamp_ms.saturating_sub(shared.clock.now().as_millisecond());
    let started = match &credentials.kind {
        CredentialsKind::Token(token) => by_token(client, context, token, &challenge).await?,
        CredentialsKind::Signer(signer) => by_signature(client, context, signer, &challenge).await?,
    };
    let operation_token = BearerToken::from(&started.authentication_token);
    wait(client, &started, &operation_token).await?;
    let tokens = client.auth().redeem_tokens(operation_token).await?;
    let now = shared.clock.now();
    tracing::debug!(reference = started.reference_number.as_str(), "logged in");
    Ok(Session {
        reference: started.reference_number,
        access: Lease::new(&tokens.access_token, now, skew),
        refresh: Lease::new(&tokens.refresh_token, now, skew),
        skew,
    })
}

/// Proves the login by a KSeF token encrypted for the Ministry (PROTOCOL §3.6).
async fn by_token(
    client: &Client,
    context: &ContextIdentifier,
    token: &str,
    challenge: &AuthenticationChallengeResponse,
) -> Result<AuthenticationInitResponse> {
    let policy = policy(allowed_ips(&client.shared().login.allowed_ips)?);
    let mut repeated = false;
    loop {
        let key = client.ministry_key(&PublicKeyCertificateUsage::KsefTokenEncryption).await?;
        // The time is that of the challenge, not of the clock; KSeF compares them.
        let encrypted = key.key.encrypt_token(token, challenge.timestamp_ms)?;
        let request = InitTokenAuthenticationRequest {
            challenge: challenge.challenge.clone(),
            context_identifier: context.clone(),
            encrypted_token: STANDARD.encode(encrypted),
            public_key_id: Some(key.id.clone()),
            authorization_policy: policy.clone(),
        };
        match client.auth().start_with_token(&request).await {
            Err(error) if error.is(texts::KEY_UNKNOWN) && !repeated => {
                client.shared().keys.reject(&key.id);
                repeated = true;
            }
            done => return done,
        }
    }
}

/// Proves the login by a signed document (PROTOCOL §3.3, §3.4).
async fn by_signature(
    client: &Client,
    context: &ContextIdentifier,
    signer: &Arc<dyn Signer + Send + Sync>,
    challenge: &AuthenticationChallengeResponse,
) -> Result<AuthenticationInitResponse> {
    let options = &client.shared().login;
    let mut request = AuthTokenRequest::new(challenge.challenge.clone(), context.clone());
    if options.by_fingerprint {
        request.subject_identifier_type = SubjectIdentifierType::CertificateFingerprint;
    }
    request.allowed_ips = allowed_ips(&options.allowed_ips)?;
    let document = request
        .to_xml(Version::V2_1)
        .map_err(|error| Error::new(texts::INTERNAL).note(format!("the login document: {error}")))?;
    let sign_options = SignOptions::request(challenge.timestamp - SIGNED_BEFORE);
    let signer = Arc::clone(signer);
    // A signer may be a card or a remote service: it must not hold up the event loop.
    let signing =
        tokio::task::spawn_blocking(move || ksef_xades::sign(&document, signer.as_ref(), &sign_options));
    let signed = client.scope().bound(signing).await?.map_err(crate::runtime::panicked)??;
    let check_chain = options.verify_certificate_chain.then_some(true);
    client.auth().start_with_xades(Bytes::from(signed), check_chain).await
}

/// Waits until KSeF has judged the proof.
async fn wait(client: &Client, started: &AuthenticationInitResponse, token: &BearerToken) -> Result<()> {
    let mut pause = FIRST_WAIT;
    loop {
        let answer = client.auth().status(&started.reference_number, token.clone()).await?;
        match progress(&answer.status) {
            Progress::Done => return Ok(()),
            Progress::Failed(error) => return Err(error),
            Progress::Waiting => {
                client.scope().pause(jitter(pause)).await.map_err(|over| {
                    if over.is_cancelled() {
                        return over.sent(true);
                    }
                    Error::new(texts::LOGIN_TIMEOUT).in_operation("auth.status").sent(true)
                })?;
                pause = (pause * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// Sorts addresses, ranges and masks by their form.
fn allowed_ips(allowed: &[String]) -> Result<Option<auth_request::AllowedIps>> {
    if allowed.is_empty() {
        return Ok(None);
    }
    let mut ips = auth_request::AllowedIps::default();
    for item in allowed {
        let refused =
            || Error::new(texts::INVALID_ARGUMENT).note("allowed_ips: not an IPv4 address, range or mask");
        let address = |text: &str| text.trim().parse::<Ipv4Addr>().map_err(|_| refused());
        if let Some((first, last)) = item.split_once('-') {
            ips.ranges.push((address(first)?, address(last)?));
        } else if let Some((network, prefix)) = item.split_once('/') {
            let prefix = prefix.trim().parse().ok().filter(|prefix| *prefix <= 32).ok_or_else(refused)?;
            ips.masks.push((address(network)?, prefix));
        } else {
            ips.addresses.push(address(item)?);
        }
    }
    if [ips.addresses.len(), ips.ranges.len(), ips.masks.len()].into_iter().any(|count| count > MOST_ALLOWED)
    {
        return Err(Error::new(texts::INVALID_ARGUMENT).note("allowed_ips: more than ten of a kind"));
    }
    Ok(Some(ips))
}

/// The same addresses as the token login writes them.
fn policy(ips: Option<auth_request::AllowedIps>) -> Option<AuthorizationPolicy> {
    let ips = ips?;
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let allowed_ips = AllowedIps {
        ip4_addresses: some(ips.addresses.iter().map(ToString::to_string).collect()),
        ip4_ranges: some(ips.ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect()),
        ip4_masks: some(ips.masks.iter().map(|(network, prefix)| format!("{network}/{prefix}")).collect()),
    };
    Some(AuthorizationPolicy { allowed_ips: Some(allowed_ips) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_addresses_are_sorted_and_checked() {
        let list =
            |items: &[&str]| allowed_ips(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        let ips =
            policy(list(&["10.0.0.1", "10.0.0.1-10.0.0.9", "10.0.0.0/8"]).expect("valid")).expect("some");
        let ips = ips.allowed_ips.expect("some");
        assert!(ksef_model::Validate::validate(&ips).is_ok());
        assert_eq!(ips.ip4_ranges.as_deref(), Some(&["10.0.0.1-10.0.0.9".to_owned()][..]));
        assert_eq!((ips.ip4_addresses.map(|l| l.len()), ips.ip4_masks.map(|l| l.len())), (Some(1), Some(1)));
        assert!(list(&[]).expect("valid").is_none());
        for wrong in ["fe80::1", "10.0.0.0/33", "10.0.0.1-", "10.0.0.300"] {
            assert_eq!(list(&[wrong]).expect_err(wrong).number(), 1001);
        }
        assert!(list(&["10.0.0.1"; 11]).is_err());
    }
}
