//! What was granted to whom (PROTOCOL §15): one record for each permission.

use jiff::Timestamp;
use ksef_model::{
    ContextIdentifier, PeppolId, PermissionsEuEntityDetails, PermissionsSubjectEntityDetails,
    PermissionsSubjectPersonDetails,
};
use serde_json::{Value, json};

use crate::{auth::Subject, random};

/// Who may have a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Somebody who logs in.
    Subject(Subject),
    /// A Peppol service provider; only authorisations are given to them.
    Peppol(PeppolId),
}

impl Holder {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Subject(subject) => subject.kind.as_str(),
            Self::Peppol(_) => "PeppolId",
        }
    }

    pub(crate) fn value(&self) -> &str {
        match self {
            Self::Subject(subject) => &subject.value,
            Self::Peppol(id) => id.as_str(),
        }
    }

    /// Whether this is the entity with the NIP.
    pub(crate) fn is_nip(&self, nip: &str) -> bool {
        self.kind() == "Nip" && self.value() == nip
    }

    /// `{type, value}` of the wire.
    pub(crate) fn to_json(&self) -> Value {
        json!({"type": self.kind(), "value": self.value()})
    }
}

/// Who gave a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// The tax office, after the form ZAW-FA; test data and the management API grant in its name.
    System,
    /// Somebody who had logged in.
    Subject(Subject),
}

impl Author {
    /// `{type, value?}` of the wire.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::System => json!({"type": "System"}),
            Self::Subject(subject) => json!(subject),
        }
    }
}

/// Whose matters an indirect permission covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// General: every partner of the intermediary.
    AllPartners,
    /// Selective: this partner.
    Partner(ContextIdentifier),
}

impl Target {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::AllPartners => json!({"type": "AllPartners"}),
            Self::Partner(context) => identifier(context),
        }
    }
}

/// `{type, value}` of a context.
pub(crate) fn identifier(context: &ContextIdentifier) -> Value {
    json!({"type": context.kind(), "value": context.value()})
}

/// The way in which a permission was given; it decides where the permission works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantKind {
    /// To a person, in the context of the grant.
    Person,
    /// To an entity, in the context of the grant, maybe to be passed on.
    Entity,
    /// To act in a role on invoices of the context; opens no login.
    Authorization,
    /// By the intermediary, whose context the grant names, for partners that let it pass permissions on.
    Indirect(Target),
    /// To administer a unit: the context of the grant, appointed from the superior context.
    Subunit {
        /// Name of an internal unit.
        name: Option<String>,
    },
    /// To administer an EU entity: the context of the grant, appointed from its Polish part.
    EuAdministrator(EuEntity),
    /// To represent an EU entity in its context.
    EuRepresentative,
}

/// What is known about an EU entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EuEntity {
    /// Name and address in one line.
    pub(crate) name: String,
    /// Both apart.
    pub(crate) details: PermissionsEuEntityDetails,
}

/// Data of the one who has the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Details {
    /// A person.
    Person(PermissionsSubjectPersonDetails),
    /// An entity.
    Entity(PermissionsSubjectEntityDetails),
}

/// One permission that somebody has.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// `permissionId`, a GUID.
    pub(crate) id: String,
    pub(crate) kind: GrantKind,
    /// Where the permission works; of an indirect one, the context of the intermediary.
    pub(crate) context: ContextIdentifier,
    /// Where it was given: differs from `context` for units and EU entities.
    pub(crate) granted_in: ContextIdentifier,
    pub(crate) holder: Holder,
    /// The permission.
    pub(crate) scope: String,
    /// Whether the holder may pass it on indirectly.
    pub(crate) can_delegate: bool,
    pub(crate) author: Author,
    pub(crate) description: String,
    pub(crate) details: Option<Details>,
    pub(crate) start: Timestamp,
}

/// Permissions that are to be given together.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) kind: GrantKind,
    pub(crate) context: ContextIdentifier,
    pub(crate) granted_in: ContextIdentifier,
    pub(crate) holder: Holder,
    /// Each permission, and whether it may be passed on.
    pub(crate) scopes: Vec<(String, bool)>,
    pub(crate) author: Author,
    pub(crate) description: String,
    pub(crate) details: Option<Details>,
}

impl Draft {
    /// The permissions, in force from the instant on.
    pub(super) fn into_grants(self, start: Timestamp) -> impl Iterator<Item = Grant> {
        let Self { kind, context, granted_in, holder, scopes, author, description, details } = self;
        scopes.into_iter().map(move |(scope, can_delegate)| Grant {
            id: guid(),
            kind: kind.clone(),
            context: context.clone(),
            granted_in: granted_in.clone(),
            holder: holder.clone(),
            scope,
            can_delegate,
            author: author.clone(),
            description: description.clone(),
            details: details.clone(),
            start,
        })
    }
}

impl Grant {
    /// Whose matters an indirect permission covers.
    pub(crate) fn target(&self) -> Option<&Target> {
        match &self.kind {
            GrantKind::Indirect(target) => Some(target),
            _ => None,
        }
    }

    /// Whether both say the same; the text and the data about the holder do not count.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        let same_kind = match (&self.kind, &other.kind) {
            (GrantKind::Subunit { .. }, GrantKind::Subunit { .. })
            | (GrantKind::EuAdministrator(_), GrantKind::EuAdministrator(_)) => true,
            (one, two) => one == two,
        };
        same_kind
            && self.context == other.context
            && self.granted_in == other.granted_in
            && self.holder == other.holder
            && self.scope == other.scope
            && self.can_delegate == other.can_delegate
    }
}

/// A random GUID of version 4.
fn guid() -> String {
    let mut bytes: [u8; 16] = random::bytes();
    bytes[6] = (bytes[6] & 0x0F) | 0x40;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        use std::fmt::Write;
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_its_version_and_variant() {
        let id = guid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.matches('-').count(), 4);
        assert_eq!(&id[14..15], "4");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        assert_ne!(id, guid());
    }
}
