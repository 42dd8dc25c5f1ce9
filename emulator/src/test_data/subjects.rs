//! Entities with roles, and persons who own what is done under a NIP.

use axum::{extract::State, http::StatusCode};
use ksef_model::{
    ContextIdentifier, PersonCreateRequest, PersonRemoveRequest, SubjectCreateRequest, SubjectRemoveRequest,
    SubjectType,
};

use crate::{
    error::ApiError,
    exceptions,
    json::Json,
    permissions::{
        grant::GrantKind,
        registry::{Entity, Person, Role, Unregistrable},
    },
    state::AppState,
};

/// `POST /testdata/subject`.
pub(super) async fn create_subject(
    State(state): State<AppState>,
    Json(wanted): Json<SubjectCreateRequest>,
) -> Result<StatusCode, ApiError> {
    let since = wanted.created_date.unwrap_or_else(|| state.now());
    let role = match wanted.subject_type {
        SubjectType::VatGroup => Role::VatGroupUnit,
        SubjectType::Jst => Role::LocalGovernmentUnit,
        _ => Role::EnforcementAuthority,
    };
    let parent = wanted.subject_nip.clone();
    let mut entities =
        vec![Entity { nip: wanted.subject_nip, role, parent: None, description: wanted.description, since }];
    if let Some(role) = role.of_units() {
        entities.extend(wanted.subunits.into_iter().flatten().map(|unit| Entity {
            nip: unit.subject_nip,
            role,
            parent: Some(parent.clone()),
            description: unit.description,
            since,
        }));
    }
    state.store().permissions.registry.add_entities(entities).map_err(refusal)?;
    Ok(StatusCode::OK)
}

/// `POST /testdata/subject/remove`: the entity, those below it, and what it let others do in theirs. Nothing happens
/// when there is no such entity.
pub(super) async fn remove_subject(
    State(state): State<AppState>,
    Json(wanted): Json<SubjectRemoveRequest>,
) -> StatusCode {
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    let removed = store.permissions.registry.remove_entity(&wanted.subject_nip);
    let superior = ContextIdentifier::Nip(wanted.subject_nip);
    store.permissions.take(|grant| {
        matches!(grant.kind, GrantKind::Subunit { .. })
            && grant.granted_in == superior
            && removed.iter().any(|nip| grant.context.value() == nip.as_str())
    });
    StatusCode::OK
}

/// `POST /testdata/person`.
pub(super) async fn create_person(
    State(state): State<AppState>,
    Json(wanted): Json<PersonCreateRequest>,
) -> Result<StatusCode, ApiError> {
    let since = wanted.created_date.unwrap_or_else(|| state.now());
    let person = Person {
        nip: wanted.nip,
        pesel: wanted.pesel,
        is_bailiff: wanted.is_bailiff,
        is_deceased: wanted.is_deceased.unwrap_or_default(),
        description: wanted.description,
        since,
    };
    state.store().permissions.registry.add_person(person).map_err(refusal)?;
    Ok(StatusCode::OK)
}

/// `POST /testdata/person/remove`: the person and all permissions of that person. Nothing happens when there is no
/// such person.
pub(super) async fn remove_person(
    State(state): State<AppState>,
    Json(wanted): Json<PersonRemoveRequest>,
) -> StatusCode {
    let now = state.now();
    let mut store = state.store();
    store.permissions.settle(now);
    if let Some(person) = store.permissions.registry.remove_person(&wanted.nip) {
        store.permissions.take(|grant| match grant.holder.kind() {
            "Nip" => grant.holder.value() == person.nip.as_str(),
            "Pesel" => grant.holder.value() == person.pesel.as_str(),
            _ => false,
        });
    }
    StatusCode::OK
}

fn refusal(reason: Unregistrable) -> ApiError {
    match reason {
        Unregistrable::Exists => ApiError::exception(exceptions::ALREADY_EXISTS),
        Unregistrable::NotLater => ApiError::exception(exceptions::VALIDATION)
            .with_detail("'createdDate' must be later than that of the previous entry with the identifier."),
    }
}
