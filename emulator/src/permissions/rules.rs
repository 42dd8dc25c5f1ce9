//! When a grant or a revocation succeeds (PROTOCOL §15.2-§15.4).

use ksef_model::ContextIdentifier;

use super::{
    grant::{Draft, Grant, GrantKind, Holder, Target},
    registry::Role,
    status::Status,
    store::{Applicant, Change, PermissionStore},
};
use crate::auth::permissions;

/// Whether the change may be made now.
///
/// # Errors
/// The status with which the operation ends.
pub(super) fn judge(store: &PermissionStore, applicant: &Applicant, change: &Change) -> Result<(), Status> {
    let present = match &applicant.of_token {
        Some(permissions) => permissions.clone(),
        None => store.effective(&applicant.subject, &applicant.context),
    };
    let entitled = |required: &[&str]| {
        if permissions::has_any(&present, required) { Ok(()) } else { Err(Status::NotEntitled) }
    };
    match change {
        Change::Grant(draft) => {
            entitled(needed_to_grant(&draft.kind))?;
            grant(store, draft)
        }
        Change::Revoke { id, authorization } => {
            let known = store
                .grant(id)
                .filter(|known| (known.kind == GrantKind::Authorization) == *authorization)
                .filter(|known| is_visible(known, &applicant.context))
                .ok_or(Status::Unrelated)?;
            entitled(needed_to_revoke(&known.kind))
        }
    }
}

fn is_visible(grant: &Grant, context: &ContextIdentifier) -> bool {
    grant.scope != permissions::OWNER && (grant.context == *context || grant.granted_in == *context)
}

fn needed_to_grant(kind: &GrantKind) -> &'static [&'static str] {
    match kind {
        GrantKind::Subunit { .. } => &["SubunitManage"],
        GrantKind::EuRepresentative => &["VatUeManage"],
        _ => &["CredentialsManage"],
    }
}

fn needed_to_revoke(kind: &GrantKind) -> &'static [&'static str] {
    match kind {
        GrantKind::Subunit { .. } => &["SubunitManage", "CredentialsManage"],
        GrantKind::EuAdministrator(_) => &["CredentialsManage", "VatUeManage"],
        GrantKind::EuRepresentative => &["VatUeManage"],
        _ => &["CredentialsManage"],
    }
}

fn grant(store: &PermissionStore, draft: &Draft) -> Result<(), Status> {
    let here = &draft.granted_in;
    match &draft.kind {
        GrantKind::Person => {
            require(matches!(here, ContextIdentifier::Nip(_) | ContextIdentifier::InternalId(_)))?;
            let enforcement = draft.scopes.iter().any(|(scope, _)| scope == "EnforcementOperations");
            require(!enforcement || store.registry.enforces(here))
        }
        GrantKind::Entity => {
            require(matches!(here, ContextIdentifier::Nip(_) | ContextIdentifier::InternalId(_)))?;
            not_oneself(here, &draft.holder)
        }
        GrantKind::Authorization => authorization(draft),
        GrantKind::Indirect(target) => indirect(store, draft, target),
        GrantKind::Subunit { .. } => subunit(store, draft),
        GrantKind::EuAdministrator(_) => {
            let ContextIdentifier::Nip(nip) = here else { return Err(Status::WrongContext) };
            belongs(&draft.context, nip.as_str())
        }
        GrantKind::EuRepresentative => require(matches!(here, ContextIdentifier::NipVatUe(_))),
    }
}

fn require(context_fits: bool) -> Result<(), Status> {
    if context_fits { Ok(()) } else { Err(Status::WrongContext) }
}

fn not_oneself(context: &ContextIdentifier, holder: &Holder) -> Result<(), Status> {
    if holder.is_nip(context.value()) { Err(Status::ForbiddenRelation) } else { Ok(()) }
}

/// Whether a compound context begins with the NIP.
fn belongs(context: &ContextIdentifier, nip: &str) -> Result<(), Status> {
    let begins = context.value().split_once('-').is_some_and(|(first, _)| first == nip);
    if begins { Ok(()) } else { Err(Status::Unrelated) }
}

/// PEF is for Peppol service providers, the other roles for entities with a NIP.
fn authorization(draft: &Draft) -> Result<(), Status> {
    require(matches!(draft.granted_in, ContextIdentifier::Nip(_)))?;
    let pef = draft.scopes.iter().any(|(scope, _)| scope == "PefInvoicing");
    if pef != matches!(draft.holder, Holder::Peppol(_)) {
        return Err(Status::ForbiddenIdentifier);
    }
    not_oneself(&draft.granted_in, &draft.holder)
}

/// A selective grant needs a partner that gave the intermediary any permission to be passed on.
fn indirect(store: &PermissionStore, draft: &Draft, target: &Target) -> Result<(), Status> {
    let ContextIdentifier::Nip(intermediary) = &draft.granted_in else { return Err(Status::WrongContext) };
    let Target::Partner(partner) = target else { return Ok(()) };
    let passed_on = store.grants().any(|grant| {
        grant.kind == GrantKind::Entity
            && grant.can_delegate
            && grant.context == *partner
            && grant.holder.is_nip(intermediary.as_str())
    });
    if passed_on { Ok(()) } else { Err(Status::Unrelated) }
}

/// An internal unit belongs to the NIP of the context; a unit with a NIP of its own must be known as one of a local
/// government or a VAT group.
fn subunit(store: &PermissionStore, draft: &Draft) -> Result<(), Status> {
    let ContextIdentifier::Nip(superior) = &draft.granted_in else { return Err(Status::WrongContext) };
    match &draft.context {
        ContextIdentifier::InternalId(_) => belongs(&draft.context, superior.as_str()),
        ContextIdentifier::Nip(unit) => {
            let roles = store.registry.roles(superior);
            require(
                roles.iter().any(|one| matches!(one.role, Role::LocalGovernmentUnit | Role::VatGroupUnit)),
            )?;
            let known = store.registry.units(superior).any(|one| one.nip == *unit);
            if known { Ok(()) } else { Err(Status::Unrelated) }
        }
        _ => Err(Status::ForbiddenIdentifier),
    }
}
