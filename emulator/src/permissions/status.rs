//! The outcome of a grant or a revocation (PROTOCOL §2.11).

use serde_json::{Value, json};

/// What a permission operation has come to. The codes 400, 500 and 550 are failures of the real system that this one
/// does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// 100
    Accepted,
    /// 200
    Succeeded,
    /// 410: identifiers that do not fit together, or a permission that is not there.
    Unrelated,
    /// 420: who asked for it may not do it, or not any more.
    NotEntitled,
    /// 430: the context lacks the role or is of the wrong kind.
    WrongContext,
    /// 440: the two sides may not stand in this relation.
    ForbiddenRelation,
    /// 450: not for an identifier of this kind.
    ForbiddenIdentifier,
}

impl Status {
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Accepted => 100,
            Self::Succeeded => 200,
            Self::Unrelated => 410,
            Self::NotEntitled => 420,
            Self::WrongContext => 430,
            Self::ForbiddenRelation => 440,
            Self::ForbiddenIdentifier => 450,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Accepted => "Operacja przyjęta do realizacji",
            Self::Succeeded => "Operacja zakończona sukcesem",
            Self::Unrelated => "Podane identyfikatory są niezgodne lub pozostają w niewłaściwej relacji",
            Self::NotEntitled => "Użyte poświadczenia nie mają uprawnień do wykonania tej operacji",
            Self::WrongContext => "Kontekst identyfikatora nie odpowiada wymaganej roli lub uprawnieniom",
            Self::ForbiddenRelation => "Operacja niedozwolona dla wskazanych powiązań identyfikatorów",
            Self::ForbiddenIdentifier => "Operacja niedozwolona dla wskazanego identyfikatora lub jego typu",
        }
    }

    /// `StatusInfo` of the wire.
    pub(crate) fn to_json(self) -> Value {
        json!({"code": self.code(), "description": self.description()})
    }
}
