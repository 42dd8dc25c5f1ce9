//! Entities, persons and roles that test data made known.

use std::collections::HashMap;

use jiff::Timestamp;
use ksef_model::{ContextIdentifier, Nip, Pesel};

use crate::auth::{Subject, SubjectKind};

/// A role of an entity (PROTOCOL §15.1). Read-only for users of KSeF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    CourtBailiff,
    EnforcementAuthority,
    LocalGovernmentUnit,
    LocalGovernmentSubUnit,
    VatGroupUnit,
    VatGroupSubUnit,
}

impl Role {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CourtBailiff => "CourtBailiff",
            Self::EnforcementAuthority => "EnforcementAuthority",
            Self::LocalGovernmentUnit => "LocalGovernmentUnit",
            Self::LocalGovernmentSubUnit => "LocalGovernmentSubUnit",
            Self::VatGroupUnit => "VatGroupUnit",
            Self::VatGroupSubUnit => "VatGroupSubUnit",
        }
    }

    /// The role of the units below an entity with this role.
    pub(crate) fn of_units(self) -> Option<Self> {
        match self {
            Self::LocalGovernmentUnit => Some(Self::LocalGovernmentSubUnit),
            Self::VatGroupUnit => Some(Self::VatGroupSubUnit),
            _ => None,
        }
    }

    /// Whether the entity may let others do enforcement operations.
    pub(crate) fn enforces(self) -> bool {
        matches!(self, Self::CourtBailiff | Self::EnforcementAuthority)
    }
}

/// An entity with a role.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub(crate) nip: Nip,
    pub(crate) role: Role,
    /// The entity above.
    pub(crate) parent: Option<Nip>,
    pub(crate) description: String,
    pub(crate) since: Timestamp,
}

/// A person who owns what is done under a NIP.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) nip: Nip,
    pub(crate) pesel: Pesel,
    pub(crate) is_bailiff: bool,
    pub(crate) is_deceased: bool,
    pub(crate) description: String,
    pub(crate) since: Timestamp,
}

/// Why something cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unregistrable {
    /// It exists.
    Exists,
    /// It existed, and the new creation date is not later than the one before.
    NotLater,
}

/// Entities and persons.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    entities: Vec<Entity>,
    persons: Vec<Person>,
    /// When each identifier was last created, kept when it is removed.
    created: HashMap<String, Timestamp>,
}

impl Registry {
    /// Registers an entity and those below it, all or none.
    ///
    /// # Errors
    /// One of them exists already, or existed later than the new creation date.
    pub(crate) fn add_entities(&mut self, entities: Vec<Entity>) -> Result<(), Unregistrable> {
        for entity in &entities {
            if self.entities.iter().any(|known| known.nip == entity.nip) {
                return Err(Unregistrable::Exists);
            }
            self.may_create(entity.nip.as_str(), entity.since)?;
        }
        for entity in &entities {
            self.created.insert(entity.nip.as_str().to_owned(), entity.since);
        }
        self.entities.extend(entities);
        Ok(())
    }

    /// Forgets an entity and those below it; tells which.
    pub(crate) fn remove_entity(&mut self, nip: &Nip) -> Vec<Nip> {
        let mut removed = Vec::new();
        self.entities.retain(|entity| {
            let goes = entity.nip == *nip || entity.parent.as_ref() == Some(nip);
            if goes {
                removed.push(entity.nip.clone());
            }
            !goes
        });
        removed
    }

    /// Registers a person.
    ///
    /// # Errors
    /// A person with the NIP exists already, or existed later than the new creation date.
    pub(crate) fn add_person(&mut self, person: Person) -> Result<(), Unregistrable> {
        if self.persons.iter().any(|known| known.nip == person.nip) {
            return Err(Unregistrable::Exists);
        }
        self.may_create(person.nip.as_str(), person.since)?;
        self.created.insert(person.nip.as_str().to_owned(), person.since);
        self.persons.push(person);
        Ok(())
    }

    /// Forgets the person with the NIP.
    pub(crate) fn remove_person(&mut self, nip: &Nip) -> Option<Person> {
        let index = self.persons.iter().position(|person| person.nip == *nip)?;
        Some(self.persons.remove(index))
    }

    fn may_create(&self, identifier: &str, since: Timestamp) -> Result<(), Unregistrable> {
        match self.created.get(identifier) {
            Some(before) if since <= *before => Err(Unregistrable::NotLater),
            _ => Ok(()),
        }
    }

    /// The identifiers of whoever has this one: itself and the linked NIP or PESEL (PROTOCOL §3.5).
    pub(crate) fn identifiers(&self, subject: &Subject) -> Vec<Subject> {
        let mut all = vec![subject.clone()];
        for person in &self.persons {
            let linked = match subject.kind {
                SubjectKind::Pesel if person.pesel.as_str() == subject.value => {
                    (SubjectKind::Nip, person.nip.as_str())
                }
                SubjectKind::Nip if person.nip.as_str() == subject.value => {
                    (SubjectKind::Pesel, person.pesel.as_str())
                }
                _ => continue,
            };
            all.push(Subject { kind: linked.0, value: linked.1.to_owned() });
        }
        all
    }

    /// Whether the person with this NIP or PESEL is dead.
    pub(crate) fn is_deceased(&self, subject: &Subject) -> bool {
        self.persons.iter().any(|person| {
            person.is_deceased
                && match subject.kind {
                    SubjectKind::Nip => person.nip.as_str() == subject.value,
                    SubjectKind::Pesel => person.pesel.as_str() == subject.value,
                    SubjectKind::Fingerprint => false,
                }
        })
    }

    /// The roles of an entity, those of a bailiff among them.
    pub(crate) fn roles(&self, nip: &Nip) -> Vec<Entity> {
        let bailiffs = self.persons.iter().filter(|person| person.is_bailiff).map(|person| Entity {
            nip: person.nip.clone(),
            role: Role::CourtBailiff,
            parent: None,
            description: person.description.clone(),
            since: person.since,
        });
        self.entities.iter().cloned().chain(bailiffs).filter(|entity| entity.nip == *nip).collect()
    }

    /// The entities below the one with this NIP.
    pub(crate) fn units(&self, nip: &Nip) -> impl Iterator<Item = &Entity> {
        self.entities.iter().filter(move |entity| entity.parent.as_ref() == Some(nip))
    }

    /// Whether the context belongs to a bailiff or an enforcement authority.
    pub(crate) fn enforces(&self, context: &ContextIdentifier) -> bool {
        match context {
            ContextIdentifier::Nip(nip) => self.roles(nip).iter().any(|entity| entity.role.enforces()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(nip: &str, since: &str) -> Person {
        Person {
            nip: Nip::without_checksum(nip).unwrap(),
            pesel: "30112206276".parse().unwrap(),
            is_bailiff: true,
            is_deceased: false,
            description: "komornik".into(),
            since: since.parse().unwrap(),
        }
    }

    #[test]
    fn the_same_identifier_returns_only_later() {
        let mut registry = Registry::default();
        let first = person("7980332920", "2026-01-02T00:00:00Z");
        registry.add_person(first.clone()).unwrap();
        assert_eq!(registry.add_person(first.clone()), Err(Unregistrable::Exists));
        assert!(registry.remove_person(&first.nip).is_some());
        assert_eq!(registry.add_person(first.clone()), Err(Unregistrable::NotLater));
        registry.add_person(person("7980332920", "2026-01-02T00:00:01Z")).unwrap();
    }

    #[test]
    fn links_both_identifiers_and_gives_the_role() {
        let mut registry = Registry::default();
        let one = person("7980332920", "2026-01-02T00:00:00Z");
        let nip = one.nip.clone();
        registry.add_person(one).unwrap();
        let by_pesel = Subject { kind: SubjectKind::Pesel, value: "30112206276".into() };
        let by_nip = Subject { kind: SubjectKind::Nip, value: "7980332920".into() };
        assert_eq!(registry.identifiers(&by_pesel), [by_pesel.clone(), by_nip.clone()]);
        assert_eq!(registry.identifiers(&by_nip), [by_nip, by_pesel]);
        assert!(registry.enforces(&ContextIdentifier::Nip(nip.clone())));
        assert_eq!(registry.roles(&nip)[0].role, Role::CourtBailiff);
    }
}
