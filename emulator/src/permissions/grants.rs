//! The operations that give permissions, take them back and tell how that went.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use jiff::SignedDuration;
use ksef_model::{
    ContextIdentifier, EntityAuthorizationPermissionsGrantRequest, EntityPermissionsGrantRequest,
    EuEntityAdministrationPermissionsGrantRequest, EuEntityPermissionsGrantRequest,
    IndirectPermissionsGrantRequest, PermissionsEuEntityDetails, PersonPermissionsGrantRequest,
    SubunitPermissionsGrantRequest,
};
use serde_json::{Value, json};

use super::{
    check,
    grant::{Author, Details, Draft, EuEntity, GrantKind, Holder, Target},
    store::{Applicant, Change},
};
use crate::{
    auth::{Authenticated, Proof},
    error::ApiError,
    exceptions,
    json::{Json, Reply},
    state::AppState,
};

/// How long the outcome of an operation can be asked for (PROTOCOL §1.9).
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

type Started = Result<Reply<Value>, ApiError>;

/// Takes a change in and answers with the reference number of the operation.
fn start(state: &AppState, caller: &Authenticated, change: Change) -> Started {
    let applicant = Applicant {
        subject: caller.subject.clone(),
        context: caller.context.clone(),
        of_token: matches!(caller.proof, Proof::Token(_)).then(|| caller.permissions.clone()),
    };
    let now = state.now();
    let mut store = state.store();
    let delay = store.processing.permission_delay;
    let reference = store.permissions.start(applicant, change, now, delay);
    Ok(Reply(StatusCode::ACCEPTED, json!({"referenceNumber": reference.as_str()})))
}

/// A draft of a grant in the context of the caller.
fn draft(caller: &Authenticated, kind: GrantKind, holder: Holder, description: String) -> Draft {
    Draft {
        kind,
        context: caller.context.clone(),
        granted_in: caller.context.clone(),
        holder,
        scopes: Vec::new(),
        author: Author::Subject(caller.subject.clone()),
        description,
        details: None,
    }
}

/// The holder that validation found to be in order.
fn holder(kind: &str, value: &str) -> Result<Holder, ApiError> {
    if kind == "PeppolId" {
        return value.parse().map(Holder::Peppol).map_err(|_| ApiError::internal());
    }
    check::subject_of(kind, value).map(Holder::Subject).ok_or_else(ApiError::internal)
}

fn context(kind: &str, value: &str) -> Result<ContextIdentifier, ApiError> {
    ContextIdentifier::new(kind, value).map_err(|_| ApiError::internal())
}

fn scopes<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(String, bool)> {
    names.into_iter().map(|name| (name.to_owned(), false)).collect()
}

fn with(draft: Draft, scopes: Vec<(String, bool)>, details: Option<Details>) -> Change {
    Change::Grant(Box::new(Draft { scopes, details, ..draft }))
}

/// `POST /permissions/persons/grants`.
pub(super) async fn to_person(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<PersonPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let draft = draft(&caller, GrantKind::Person, holder, wanted.description);
    let scopes = scopes(wanted.permissions.iter().map(|one| one.as_str()));
    start(&state, &caller, with(draft, scopes, check::person_of(wanted.subject_details)))
}

/// `POST /permissions/entities/grants`.
pub(super) async fn to_entity(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<EntityPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let draft = draft(&caller, GrantKind::Entity, holder, wanted.description);
    let scopes = wanted
        .permissions
        .iter()
        .map(|one| (one.kind.as_str().to_owned(), one.can_delegate.unwrap_or_default()))
        .collect();
    start(&state, &caller, with(draft, scopes, Some(check::entity_of(wanted.subject_details.full_name))))
}

/// `POST /permissions/authorizations/grants`.
pub(super) async fn authorization(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<EntityAuthorizationPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let draft = draft(&caller, GrantKind::Authorization, holder, wanted.description);
    let scopes = scopes([wanted.permission.as_str()]);
    start(&state, &caller, with(draft, scopes, Some(check::entity_of(wanted.subject_details.full_name))))
}

/// `POST /permissions/indirect/grants`.
pub(super) async fn indirect(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<IndirectPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let target = match &wanted.target_identifier {
        Some(target) if target.kind.as_str() != "AllPartners" => {
            Target::Partner(context(target.kind.as_str(), target.value.as_deref().unwrap_or_default())?)
        }
        _ => Target::AllPartners,
    };
    let draft = draft(&caller, GrantKind::Indirect(target), holder, wanted.description);
    let scopes = scopes(wanted.permissions.iter().map(|one| one.as_str()));
    start(&state, &caller, with(draft, scopes, check::person_of(wanted.subject_details)))
}

/// `POST /permissions/subunits/grants`.
pub(super) async fn subunit_administrator(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<SubunitPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let unit = context(wanted.context_identifier.kind.as_str(), &wanted.context_identifier.value)?;
    let kind = GrantKind::Subunit { name: wanted.subunit_name };
    let draft = Draft { context: unit, ..draft(&caller, kind, holder, wanted.description) };
    let details = check::person_of(wanted.subject_details);
    start(&state, &caller, with(draft, scopes(["CredentialsManage"]), details))
}

/// `POST /permissions/eu-entities/administration/grants`.
pub(super) async fn eu_administrator(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<EuEntityAdministrationPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let entity = context(wanted.context_identifier.kind.as_str(), &wanted.context_identifier.value)?;
    let kind = GrantKind::EuAdministrator(EuEntity {
        name: wanted.eu_entity_name,
        details: PermissionsEuEntityDetails {
            full_name: wanted.eu_entity_details.full_name,
            address: wanted.eu_entity_details.address,
        },
    });
    let draft = Draft { context: entity, ..draft(&caller, kind, holder, wanted.description) };
    let scopes = scopes(["VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection"]);
    start(&state, &caller, with(draft, scopes, check::eu_subject_of(wanted.subject_details)))
}

/// `POST /permissions/eu-entities/grants`.
pub(super) async fn eu_representative(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(wanted): Json<EuEntityPermissionsGrantRequest>,
) -> Started {
    let holder = holder(wanted.subject_identifier.kind.as_str(), &wanted.subject_identifier.value)?;
    let draft = draft(&caller, GrantKind::EuRepresentative, holder, wanted.description);
    let scopes = scopes(wanted.permissions.iter().map(|one| one.as_str()));
    start(&state, &caller, with(draft, scopes, check::eu_subject_of(wanted.subject_details)))
}

/// `DELETE /permissions/common/grants/{permissionId}`.
pub(super) async fn revoke(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(id): Path<String>,
) -> Started {
    permission_id(&id)?;
    start(&state, &caller, Change::Revoke { id, authorization: false })
}

/// `DELETE /permissions/authorizations/grants/{permissionId}`.
pub(super) async fn revoke_authorization(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(id): Path<String>,
) -> Started {
    permission_id(&id)?;
    start(&state, &caller, Change::Revoke { id, authorization: true })
}

fn permission_id(id: &str) -> Result<(), ApiError> {
    let length = id.chars().count();
    if length == 36 {
        return Ok(());
    }
    Err(ApiError::exception(exceptions::VALIDATION).with_detail(format!(
        "'permissionId' must be 36 characters in length. You entered {length} characters."
    )))
}

/// `GET /permissions/operations/{referenceNumber}`.
pub(super) async fn status(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(reference): Path<String>,
) -> Started {
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    let operation = store.permissions.operation(&reference).ok_or_else(|| {
        ApiError::exception(exceptions::VALIDATION)
            .with_detail(format!("Operacja o numerze referencyjnym {reference} nie istnieje."))
    })?;
    if now.duration_since(operation.started) > RETENTION {
        return Err(ApiError::gone());
    }
    if operation.applicant.context != caller.context {
        return Err(ApiError::insufficient_resource_access());
    }
    Ok(Reply(StatusCode::OK, json!({"status": operation.status.to_json()})))
}
