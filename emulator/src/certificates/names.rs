//! The attributes of distinguished names that KSeF knows (PROTOCOL §13.4).

/// One attribute type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    CommonName,
    Surname,
    SerialNumber,
    CountryName,
    OrganizationName,
    GivenName,
    UniqueIdentifier,
    OrganizationIdentifier,
}

impl Attribute {
    /// The attribute with this encoded object identifier.
    pub(super) fn from_oid(encoded: &[u8]) -> Option<Self> {
        match encoded {
            [0x55, 4, last] => Some(match last {
                3 => Self::CommonName,
                4 => Self::Surname,
                5 => Self::SerialNumber,
                6 => Self::CountryName,
                10 => Self::OrganizationName,
                42 => Self::GivenName,
                45 => Self::UniqueIdentifier,
                97 => Self::OrganizationIdentifier,
                _ => return None,
            }),
            _ => None,
        }
    }

    /// The member of the enrolment data.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::CommonName => "commonName",
            Self::Surname => "surname",
            Self::SerialNumber => "serialNumber",
            Self::CountryName => "countryName",
            Self::OrganizationName => "organizationName",
            Self::GivenName => "givenName",
            Self::UniqueIdentifier => "uniqueIdentifier",
            Self::OrganizationIdentifier => "organizationIdentifier",
        }
    }
}
