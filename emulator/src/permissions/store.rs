//! All permissions, and the operations that give and take them.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use ksef_model::{ContextIdentifier, Nip, ReferenceNumber};

use super::{
    grant::{Author, Draft, EuEntity, Grant, GrantKind, Holder, Target},
    registry::Registry,
    rules,
    status::Status,
};
use crate::{
    auth::{
        Subject,
        permissions::{self, OWNER},
    },
    reference::{self, ReferenceKind},
};

/// What an operation is to do.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Give permissions.
    Grant(Box<Draft>),
    /// Take the permission with this id back.
    Revoke {
        id: String,
        /// Whether the id must be that of an authorisation; else it must not be one.
        authorization: bool,
    },
}

/// Who asked for an operation.
#[derive(Clone, Debug)]
pub(crate) struct Applicant {
    pub(crate) subject: Subject,
    pub(crate) context: ContextIdentifier,
    /// Permissions of the KSeF token used; whoever came with a signature may do what the moment allows.
    pub(crate) of_token: Option<Vec<String>>,
}

/// A grant or a revocation on its way.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) reference: ReferenceNumber,
    pub(crate) applicant: Applicant,
    pub(crate) started: Timestamp,
    finishes: Timestamp,
    /// Gone once it was carried out.
    change: Option<Change>,
    pub(crate) status: Status,
}

/// Grants, operations, entities and persons. What is due happens in [`PermissionStore::settle`].
#[derive(Debug, Default)]
pub(crate) struct PermissionStore {
    /// Entities, persons, roles.
    pub(crate) registry: Registry,
    grants: Vec<Grant>,
    operations: Vec<Operation>,
    eu_entities: HashMap<ContextIdentifier, EuEntity>,
}

impl PermissionStore {
    /// Takes an operation in; it is carried out after the delay.
    pub(crate) fn start(
        &mut self,
        applicant: Applicant,
        change: Change,
        now: Timestamp,
        delay: SignedDuration,
    ) -> ReferenceNumber {
        let reference = reference::issue(ReferenceKind::PermissionOperation, now);
        self.operations.push(Operation {
            reference: reference.clone(),
            applicant,
            started: now,
            finishes: now + delay,
            change: Some(change),
            status: Status::Accepted,
        });
        self.settle(now);
        reference
    }

    /// Carries out every operation that is due, in the order in which they end.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        loop {
            let due = self
                .operations
                .iter()
                .enumerate()
                .filter(|(_, one)| one.change.is_some() && one.finishes <= now)
                .min_by_key(|(index, one)| (one.finishes, *index));
            let Some((index, _)) = due else { return };
            let Some(change) = self.operations[index].change.take() else { return };
            let (applicant, at) = (&self.operations[index].applicant, self.operations[index].finishes);
            let judged = rules::judge(self, applicant, &change);
            self.operations[index].status = judged.err().unwrap_or(Status::Succeeded);
            if judged.is_ok() {
                match change {
                    Change::Grant(draft) => self.give(*draft, at),
                    Change::Revoke { id, .. } => self.grants.retain(|grant| grant.id != id),
                }
            }
        }
    }

    pub(crate) fn operation(&self, reference: &str) -> Option<&Operation> {
        self.operations.iter().find(|one| one.reference.as_str() == reference)
    }

    /// Gives permissions at once; those that the holder has already are not given twice.
    pub(crate) fn give(&mut self, draft: Draft, start: Timestamp) {
        if let GrantKind::EuAdministrator(entity) = &draft.kind {
            self.eu_entities.insert(draft.context.clone(), entity.clone());
        }
        for grant in draft.into_grants(start) {
            if !self.grants.iter().any(|known| known.repeats(&grant)) {
                self.grants.push(grant);
            }
        }
    }

    /// Gives permissions in the name of the system, as after the form ZAW-FA; `Owner` is possible.
    pub(crate) fn give_by_system(
        &mut self,
        context: ContextIdentifier,
        subject: Subject,
        scopes: Vec<(String, String)>,
        start: Timestamp,
    ) {
        for (scope, description) in scopes {
            let draft = Draft {
                kind: GrantKind::Person,
                context: context.clone(),
                granted_in: context.clone(),
                holder: Holder::Subject(subject.clone()),
                scopes: vec![(scope, false)],
                author: Author::System,
                description,
                details: None,
            };
            self.give(draft, start);
        }
    }

    /// Takes all permissions back for which the function says so.
    pub(crate) fn take(&mut self, goes: impl Fn(&Grant) -> bool) {
        self.grants.retain(|grant| !goes(grant));
    }

    pub(crate) fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter()
    }

    pub(crate) fn grant(&self, id: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// What is known about the EU entity of the context, from the grant to its latest administrator.
    pub(crate) fn eu_entity(&self, context: &ContextIdentifier) -> Option<&EuEntity> {
        self.eu_entities.get(context)
    }

    /// Whether the subject owns the context: its NIP, a PESEL linked to it, or ownership given by the system.
    pub(crate) fn is_owner(&self, subject: &Subject, context: &ContextIdentifier) -> bool {
        let identifiers = self.registry.identifiers(subject);
        let by_nip = match context {
            ContextIdentifier::Nip(nip) => {
                identifiers.iter().any(|one| Holder::Subject(one.clone()).is_nip(nip.as_str()))
            }
            _ => false,
        };
        by_nip
            || self.grants.iter().any(|grant| {
                grant.scope == OWNER && grant.context == *context && holds(&identifiers, &grant.holder)
            })
    }

    /// What the subject may do in the context; nothing means that it cannot log in there.
    pub(crate) fn effective(&self, subject: &Subject, context: &ContextIdentifier) -> Vec<String> {
        let mut held: Vec<String> = Vec::new();
        if self.is_owner(subject, context) {
            held.push(OWNER.to_owned());
            if self.registry.enforces(context) {
                held.push("EnforcementOperations".to_owned());
            }
        }
        // Whoever logs in to such a context has shown a certificate with its identifier.
        if matches!(context, ContextIdentifier::PeppolId(_)) {
            held.push(permissions::PEF_INVOICE_WRITE.to_owned());
        }
        let identifiers = self.registry.identifiers(subject);
        for grant in self.grants.iter().filter(|grant| holds(&identifiers, &grant.holder)) {
            if self.works_in(grant, context) && !held.contains(&grant.scope) {
                held.push(grant.scope.clone());
            }
        }
        held
    }

    /// Whether the grant lets its holder work in the context.
    fn works_in(&self, grant: &Grant, context: &ContextIdentifier) -> bool {
        match &grant.kind {
            GrantKind::Authorization => false,
            GrantKind::Indirect(_) => self.reaches(grant, context),
            _ => grant.context == *context,
        }
    }

    /// Whether an indirect grant covers the partner, and the partner lets its permission be passed on.
    pub(crate) fn reaches(&self, grant: &Grant, partner: &ContextIdentifier) -> bool {
        let covers = match &grant.kind {
            GrantKind::Indirect(Target::AllPartners) => true,
            GrantKind::Indirect(Target::Partner(target)) => target == partner,
            _ => false,
        };
        covers && self.passed_on_to(&grant.context, &grant.scope).any(|passed| passed.context == *partner)
    }

    /// Whether the grant can be used: an indirect one rests on a permission that a partner lets be passed on.
    pub(crate) fn is_active(&self, grant: &Grant) -> bool {
        match &grant.kind {
            GrantKind::Indirect(Target::AllPartners) => {
                self.passed_on_to(&grant.context, &grant.scope).next().is_some()
            }
            GrantKind::Indirect(Target::Partner(target)) => self.reaches(grant, target),
            _ => true,
        }
    }

    /// The permissions of this scope that partners gave the intermediary to be passed on.
    fn passed_on_to<'a>(
        &'a self,
        intermediary: &'a ContextIdentifier,
        scope: &'a str,
    ) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |grant| {
            grant.kind == GrantKind::Entity
                && grant.can_delegate
                && grant.scope == scope
                && matches!(intermediary, ContextIdentifier::Nip(nip) if grant.holder.is_nip(nip.as_str()))
        })
    }

    /// The authorisations that the seller gave to the context.
    pub(crate) fn authorizations(&self, seller: &Nip, context: &ContextIdentifier) -> Vec<String> {
        self.grants
            .iter()
            .filter(|grant| {
                grant.kind == GrantKind::Authorization
                    && grant.context.value() == seller.as_str()
                    && grant.holder.kind() == context.kind()
                    && grant.holder.value() == context.value()
            })
            .map(|grant| grant.scope.clone())
            .collect()
    }
}

/// Whether one of the identifiers is the holder's.
pub(super) fn holds(identifiers: &[Subject], holder: &Holder) -> bool {
    matches!(holder, Holder::Subject(subject) if identifiers.contains(subject))
}
