//! `POST /auth/xades-signature` (PROTOCOL §3.3-§3.5).

use axum::{
    body::Bytes,
    extract::{FromRequest, Query, Request, State},
    http::header,
};
use jiff::Timestamp;
use ksef_crypto::{Certificate, KeyUsage, Sha256, SubjectIdentity, SubjectKind as HolderKind};
use ksef_documents::auth_request::{AuthTokenRequest, SubjectIdentifierType};
use ksef_model::ContextIdentifier;
use ksef_xades::{
    XmlError,
    verify::{VerifyError, VerifyOptions, verify},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    extract::Proof,
    ip_policy::IpPolicy,
    start::{Start, accept, context_fault},
    status::{CertificateProblem, Outcome},
    subject::{Method, Subject, SubjectKind},
};
use crate::{
    certificates::LoginVerdict,
    error::ApiError,
    exceptions::{self, Exception},
    json::Reply,
    state::AppState,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartQuery {
    #[serde(default)]
    verify_certificate_chain: bool,
}

pub(super) async fn start(
    State(state): State<AppState>,
    Query(query): Query<StartQuery>,
    request: Request,
) -> Result<Reply<Value>, ApiError> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != "application/xml" && essence != "text/xml" {
        return Err(ApiError::unsupported_media_type("application/xml"));
    }
    let document = Bytes::from_request(request, &state).await.map_err(|_| ApiError::payload_too_large())?;
    if document.is_empty() {
        return Err(ApiError::exception(exceptions::UNREADABLE));
    }

    let verified = verify(&document, &VerifyOptions::default()).map_err(|error| refusal(&error))?;
    let wanted = AuthTokenRequest::parse(&verified.unsigned_document)
        .map_err(|error| ApiError::exception(exceptions::SCHEMA).with_detail(error.to_string()))?;
    if let Some(fault) = context_fault(&wanted.context, state.profile()) {
        return Err(ApiError::exception(exceptions::VALIDATION).with_detail(fault));
    }
    let now = state.now();
    if state.store().auth.challenge(&wanted.challenge, now).is_none() {
        return Err(ApiError::exception(exceptions::INVALID_CHALLENGE));
    }
    let holder = verified.certificate.subject();
    let verdict = state.store().certificates.login_verdict(&verified.certificate, now);
    let signer = Signer::of(&verified.certificate, &holder, &wanted, verdict.as_ref())?;
    let must_be_trusted = query.verify_certificate_chain || !state.profile().accepts_self_signed();
    let outcome =
        match certificate_problem(&verified.certificate, &state, must_be_trusted, verdict.as_ref(), now) {
            Some(problem) => Outcome::BadCertificate(problem),
            None => {
                state.store().certificates.note_use(&verified.certificate, now);
                Outcome::Succeeded
            }
        };
    accept(
        &state,
        Start {
            challenge: wanted.challenge,
            context: wanted.context,
            subject: Some(signer.subject),
            subject_details: details(&holder),
            method: signer.method,
            proof: Proof::Document(Sha256::of(&document)),
            policy: wanted.allowed_ips.as_ref().map(IpPolicy::of).unwrap_or_default(),
            outcome,
        },
    )
}

fn refusal(error: &VerifyError) -> ApiError {
    if let VerifyError::Document(XmlError::NotUtf8 { .. } | XmlError::UnsupportedDeclaration) = error {
        return ApiError::exception(exceptions::INVALID_ENCODING);
    }
    let exception: Exception = match error.ksef_code() {
        9101 => exceptions::INVALID_DOCUMENT,
        9102 => exceptions::NO_SIGNATURE,
        9103 => exceptions::TOO_MANY_SIGNATURES,
        21115 => exceptions::INVALID_CERTIFICATE,
        _ => exceptions::INVALID_SIGNATURE,
    };
    // The real server tells nothing beyond the first line; the reason helps whoever develops against the emulator.
    let refusal = ApiError::exception(exception);
    let refusal = if exception == exceptions::INVALID_SIGNATURE {
        refusal.with_detail("Podpis zweryfikowany negatywnie.")
    } else {
        refusal
    };
    refusal.with_detail(error.to_string())
}

/// Who signed, in the terms of KSeF.
struct Signer {
    subject: Subject,
    method: Method,
}

impl Signer {
    fn of(
        certificate: &Certificate,
        holder: &SubjectIdentity,
        wanted: &AuthTokenRequest,
        verdict: Option<&LoginVerdict>,
    ) -> Result<Self, ApiError> {
        let by_fingerprint = wanted.subject_identifier_type == SubjectIdentifierType::CertificateFingerprint;
        if let ContextIdentifier::PeppolId(id) = &wanted.context {
            if by_fingerprint || holder.common_name.as_deref() != Some(id.as_str()) {
                return Err(ApiError::exception(exceptions::INVALID_SUBJECT_FOR_CONTEXT));
            }
            let subject = Subject { kind: SubjectKind::Fingerprint, value: certificate.fingerprint() };
            return Ok(Self { subject, method: Method::PeppolSignature });
        }
        // A certificate of KSeF stands for whoever asked for it.
        if let Some(LoginVerdict::Usable(owner)) = verdict
            && by_fingerprint == (owner.kind == SubjectKind::Fingerprint)
        {
            return Ok(Self { subject: owner.clone(), method: Method::InternalCertificate });
        }
        let method = match (verdict, holder.kind) {
            (Some(_), _) => Method::InternalCertificate,
            (None, HolderKind::Seal) => Method::QualifiedSeal,
            (None, _) => Method::QualifiedSignature,
        };
        if by_fingerprint {
            let subject = Subject { kind: SubjectKind::Fingerprint, value: certificate.fingerprint() };
            return Ok(Self { subject, method });
        }
        let identifier = match (&holder.nip, &holder.pesel) {
            (Some(nip), _) => Some((SubjectKind::Nip, nip)),
            (None, Some(pesel)) => Some((SubjectKind::Pesel, pesel)),
            (None, None) => None,
        };
        match (holder.kind, identifier) {
            (HolderKind::Person | HolderKind::Seal, Some((kind, value))) => {
                Ok(Self { subject: Subject { kind, value: value.clone() }, method })
            }
            (HolderKind::Person | HolderKind::Seal, None) => {
                Err(ApiError::exception(exceptions::SIGNATURE_CONFLICT))
            }
            (HolderKind::Other, _) => Err(ApiError::exception(exceptions::INVALID_CERTIFICATE)),
        }
    }
}

/// What the polling tells about the certificate.
fn certificate_problem(
    certificate: &Certificate,
    state: &AppState,
    must_be_trusted: bool,
    verdict: Option<&LoginVerdict>,
    now: Timestamp,
) -> Option<CertificateProblem> {
    let signs = |usage: KeyUsage| {
        usage.contains(KeyUsage::DIGITAL_SIGNATURE) || usage.contains(KeyUsage::NON_REPUDIATION)
    };
    let registered = match verdict {
        None | Some(LoginVerdict::Usable(_)) => None,
        Some(LoginVerdict::WrongKind) => Some(CertificateProblem::Unsuitable),
        Some(LoginVerdict::Expired) => Some(CertificateProblem::NotValid),
        Some(LoginVerdict::Revoked) => Some(CertificateProblem::Revoked),
    };
    if registered.is_some() {
        registered
    } else if !certificate.is_valid_at(now) {
        Some(CertificateProblem::NotValid)
    } else if !certificate.key_usage().is_none_or(signs) {
        Some(CertificateProblem::Unsuitable)
    } else if state.store().auth.is_certificate_revoked(&certificate.fingerprint()) {
        Some(CertificateProblem::Revoked)
    } else if must_be_trusted && !state.trust().issued(certificate) {
        // A certificate that vouches for itself is a whole chain that nobody trusts; of any other the issuer is missing.
        let alone = certificate.is_self_signed();
        Some(if alone { CertificateProblem::Untrusted } else { CertificateProblem::Chain })
    } else {
        None
    }
}

/// The members of claim `sud` beside the identifier.
fn details(holder: &SubjectIdentity) -> Value {
    let members = [
        ("commonName", &holder.common_name),
        ("givenName", &holder.given_name),
        ("surname", &holder.surname),
        ("serialNumber", &holder.serial_number),
        ("countryName", &holder.country),
        ("organizationName", &holder.organization),
        ("organizationIdentifier", &holder.organization_identifier),
        ("uniqueIdentifier", &holder.unique_identifier),
    ];
    let present =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
    Value::Object(present.collect::<Map<_, _>>())
}
