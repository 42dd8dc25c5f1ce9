//! The document that is signed to log in: `AuthTokenRequest` 2.0 and 2.1 (PROTOCOL §3.3).

use std::fmt;
use std::net::Ipv4Addr;

use ksef_model::ContextIdentifier;

use crate::error::{Error, text_of};
use crate::header::collapse;
use crate::xml::{Attribute, Visitor, Writer, walk};

/// At most this many entries of each sort in [`AllowedIps`].
pub const MAX_ALLOWED_IPS: usize = 10;

const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const WHOLE: &str = "AuthTokenRequest";

/// Version of the schema. KSeF accepts both; they differ only in the patterns of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Version {
    /// The first version.
    V2_0,
    /// The current version.
    #[default]
    V2_1,
}

impl Version {
    /// Namespace of the elements.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::V2_0 => "http://ksef.mf.gov.pl/auth/token/2.0",
            Version::V2_1 => "http://ksef.mf.gov.pl/auth/token/2.1",
        }
    }
}

/// How the signer is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SubjectIdentifierType {
    /// By the NIP or PESEL in the subject of the certificate.
    #[default]
    CertificateSubject,
    /// By the SHA-256 fingerprint of the certificate, to which permissions were granted before.
    CertificateFingerprint,
}

impl SubjectIdentifierType {
    /// The value in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            SubjectIdentifierType::CertificateSubject => "certificateSubject",
            SubjectIdentifierType::CertificateFingerprint => "certificateFingerprint",
        }
    }
}

/// Addresses from which the access token may be used, at most [`MAX_ALLOWED_IPS`] of each sort.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedIps {
    /// Single addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// Ranges, first and last address, both included.
    pub ranges: Vec<(Ipv4Addr, Ipv4Addr)>,
    /// Networks: an address and the length of the prefix, 0-32.
    pub masks: Vec<(Ipv4Addr, u8)>,
}

impl AllowedIps {
    /// Whether the policy admits an address. A policy without entries admits every address.
    pub fn admits(&self, address: Ipv4Addr) -> bool {
        let inside = |(network, prefix): &(Ipv4Addr, u8)| {
            let mask = u32::MAX.checked_shl(32 - u32::from(*prefix).min(32)).unwrap_or(0);
            u32::from(*network) & mask == u32::from(address) & mask
        };
        (self.addresses.is_empty() && self.ranges.is_empty() && self.masks.is_empty())
            || self.addresses.contains(&address)
            || self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&address))
            || self.masks.iter().any(inside)
    }
}

/// A request for an access token, before it is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthTokenRequest {
    /// The challenge that KSeF issued, valid for ten minutes.
    pub challenge: String,
    /// The context to log in to.
    pub context: ContextIdentifier,
    /// How the signer is recognised.
    pub subject_identifier_type: SubjectIdentifierType,
    /// Where the token may be used; absent means anywhere.
    pub allowed_ips: Option<AllowedIps>,
}

impl fmt::Debug for AuthTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthTokenRequest")
            .field("context", &self.context.kind())
            .field("subject_identifier_type", &self.subject_identifier_type)
            .finish_non_exhaustive()
    }
}

impl AuthTokenRequest {
    /// A request by a certificate with the NIP or PESEL in its subject, without an IP policy.
    pub fn new(challenge: impl Into<String>, context: ContextIdentifier) -> Self {
        AuthTokenRequest {
            challenge: challenge.into(),
            context,
            subject_identifier_type: SubjectIdentifierType::default(),
            allowed_ips: None,
        }
    }

    /// Writes the document, UTF-8, without indentation, ready to be signed.
    ///
    /// # Errors
    /// A challenge of a wrong shape, or a policy with too many entries or a prefix above 32.
    pub fn to_xml(&self, version: Version) -> Result<Vec<u8>, Error> {
        challenge_shape(&self.challenge)?;
        let mut writer = Writer::document();
        writer.open(WHOLE, &[("xmlns", version.namespace())]).leaf("Challenge", &self.challenge);
        writer.open("ContextIdentifier", &[]).leaf(self.context.kind(), self.context.value()).close();
        writer.leaf("SubjectIdentifierType", self.subject_identifier_type.as_str());
        if let Some(ips) = &self.allowed_ips {
            let longest = ips.addresses.len().max(ips.ranges.len()).max(ips.masks.len());
            if longest > MAX_ALLOWED_IPS {
                return Err(Error::Invalid {
                    element: "AllowedIps",
                    reason: "has more than 10 entries of one sort",
                });
            }
            if ips.masks.iter().any(|(_, prefix)| *prefix > 32) {
                return Err(Error::Invalid { element: "Ip4Mask", reason: "has a prefix above 32" });
            }
            writer.open("AuthorizationPolicy", &[]).open("AllowedIps", &[]);
            for address in &ips.addresses {
                writer.leaf("Ip4Address", &address.to_string());
            }
            for (first, last) in &ips.ranges {
                writer.leaf("Ip4Range", &format!("{first}-{last}"));
            }
            for (network, prefix) in &ips.masks {
                writer.leaf("Ip4Mask", &format!("{network}/{prefix}"));
            }
        }
        Ok(writer.finish())
    }

    /// Reads a document of either version, signed or not. The signature is passed over, not verified.
    ///
    /// # Errors
    /// Anything that the schema would refuse, with the element at fault.
    pub fn parse(bytes: &[u8]) -> Result<AuthTokenRequest, Error> {
        AuthTokenRequest::parse_versioned(bytes).map(|(request, _)| request)
    }

    /// Like [`AuthTokenRequest::parse`], with the version of the document.
    ///
    /// # Errors
    /// As [`AuthTokenRequest::parse`].
    pub fn parse_versioned(bytes: &[u8]) -> Result<(AuthTokenRequest, Version), Error> {
        let mut draft = Draft::default();
        walk(text_of(bytes)?, &mut draft)?;
        draft.finish()
    }
}

/// Eight digits, `-CR-`, ten, ten and two upper-case hexadecimal digits with hyphens: 36 characters.
fn challenge_shape(challenge: &str) -> Result<(), Error> {
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
    };
    let parts: Vec<&str> = challenge.split('-').collect();
    let shaped = matches!(parts.as_slice(), [day, "CR", a, b, check]
        if day.len() == 8 && day.bytes().all(|c| c.is_ascii_digit()) && hex(a, 10) && hex(b, 10) && hex(check, 2));
    if shaped { Ok(()) } else { Err(Error::Invalid { element: "Challenge", reason: "has a wrong shape" }) }
}

#[derive(Default)]
struct Draft {
    version: Option<Version>,
    root_seen: bool,
    /// Place in the order of the children of the root, and of those of `AllowedIps`.
    step: usize,
    ip_step: usize,
    challenge: Option<String>,
    context: Option<ContextIdentifier>,
    subject: Option<SubjectIdentifierType>,
    ips: Option<AllowedIps>,
    error: Option<Error>,
}

impl Visitor for Draft {
    fn label<'a>(&mut self, namespace: &str, local: &'a str) -> &'a str {
        if !self.root_seen {
            self.root_seen = true;
            let mut versions = [Version::V2_0, Version::V2_1].into_iter();
            self.version = versions.find(|v| v.namespace() == namespace).filter(|_| local == WHOLE);
        }
        match self.version {
            Some(version) if version.namespace() == namespace => local,
            _ if namespace == SIGNATURE && local == "Signature" => "ds:Signature",
            _ => "",
        }
    }

    fn start(&mut self, path: &[&str], attributes: &[Attribute<'_>]) {
        if self.version.is_none() || matches!(path, [_, "ds:Signature", _, ..]) {
            return;
        }
        let plain = attributes.iter().any(|attribute| attribute.namespace.is_empty());
        let result = match path {
            _ if plain && path.last() != Some(&"ds:Signature") => Err(Error::Unexpected { element: WHOLE }),
            [_] => Ok(()),
            [_, "Challenge"] => self.step(1),
            [_, "ContextIdentifier"] => self.step(2),
            [_, "ContextIdentifier", "Nip" | "InternalId" | "NipVatUe" | "PeppolId"]
                if self.context.is_none() =>
            {
                Ok(())
            }
            [_, "ContextIdentifier", ..] => Err(Error::Unexpected { element: "ContextIdentifier" }),
            [_, "SubjectIdentifierType"] => self.step(3),
            [_, "AuthorizationPolicy"] => self.step(4),
            [_, "AuthorizationPolicy", "AllowedIps"] if self.ips.is_none() => {
                self.ips = Some(AllowedIps::default());
                Ok(())
            }
            [_, "AuthorizationPolicy", "AllowedIps", "Ip4Address"] => self.ip_step(1),
            [_, "AuthorizationPolicy", "AllowedIps", "Ip4Range"] => self.ip_step(2),
            [_, "AuthorizationPolicy", "AllowedIps", "Ip4Mask"] => self.ip_step(3),
            [_, "AuthorizationPolicy", ..] => Err(Error::Unexpected { element: "AuthorizationPolicy" }),
            [_, "ds:Signature"] => self.step(5),
            _ => Err(Error::Unexpected { element: WHOLE }),
        };
        self.note(result);
    }

    fn end(&mut self, path: &[&str], text: &str) {
        if self.version.is_none() {
            return;
        }
        let result = match path {
            [_, "Challenge"] => self.read_challenge(text),
            [_, "ContextIdentifier", kind] => self.read_context(kind, text),
            [_, "SubjectIdentifierType"] => self.read_subject(text),
            [_, "AuthorizationPolicy"] if self.ips.is_none() => Err(Error::Missing { element: "AllowedIps" }),
            [_, _, "AllowedIps", sort] => self.read_ip(sort, text),
            _ => Ok(()),
        };
        self.note(result);
    }
}

impl Draft {
    fn note(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// Children come in a fixed order, each once; what is missing is found at the end.
    fn step(&mut self, step: usize) -> Result<(), Error> {
        let forward = step > self.step;
        self.step = self.step.max(step);
        if forward { Ok(()) } else { Err(Error::Unexpected { element: WHOLE }) }
    }

    fn ip_step(&mut self, step: usize) -> Result<(), Error> {
        let forward = step >= self.ip_step;
        self.ip_step = self.ip_step.max(step);
        if forward { Ok(()) } else { Err(Error::Unexpected { element: "AllowedIps" }) }
    }

    fn read_challenge(&mut self, text: &str) -> Result<(), Error> {
        let challenge = collapse(text);
        challenge_shape(&challenge)?;
        self.challenge = Some(challenge);
        Ok(())
    }

    fn read_context(&mut self, kind: &str, text: &str) -> Result<(), Error> {
        let invalid = Error::Invalid { element: "ContextIdentifier", reason: "has a wrong shape" };
        self.context = Some(ContextIdentifier::new(kind, text).map_err(|_| invalid)?);
        Ok(())
    }

    fn read_subject(&mut self, text: &str) -> Result<(), Error> {
        self.subject = Some(match collapse(text).as_str() {
            "certificateSubject" => SubjectIdentifierType::CertificateSubject,
            "certificateFingerprint" => SubjectIdentifierType::CertificateFingerprint,
            _ => {
                return Err(Error::Invalid { element: "SubjectIdentifierType", reason: "is not known" });
            }
        });
        Ok(())
    }

    fn read_ip(&mut self, sort: &str, text: &str) -> Result<(), Error> {
        let Some(ips) = &mut self.ips else { return Ok(()) };
        let text = collapse(text);
        let shape = |element| Error::Invalid { element, reason: "has a wrong shape" };
        let address = |text: &str| text.parse::<Ipv4Addr>().ok();
        let count = match sort {
            "Ip4Address" => {
                ips.addresses.push(address(&text).ok_or(shape("Ip4Address"))?);
                ips.addresses.len()
            }
            "Ip4Range" => {
                let ends = text.split_once('-').and_then(|(a, b)| Some((address(a)?, address(b)?)));
                ips.ranges.push(ends.ok_or(shape("Ip4Range"))?);
                ips.ranges.len()
            }
            "Ip4Mask" => {
                let parts = text.split_once('/').and_then(|(a, p)| Some((address(a)?, prefix_length(p)?)));
                ips.masks.push(parts.ok_or(shape("Ip4Mask"))?);
                ips.masks.len()
            }
            _ => 0,
        };
        if count > MAX_ALLOWED_IPS {
            return Err(Error::Invalid {
                element: "AllowedIps",
                reason: "has more than 10 entries of one sort",
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<(AuthTokenRequest, Version), Error> {
        let version = self.version.ok_or(Error::UnexpectedRoot { expected: WHOLE })?;
        if let Some(error) = self.error {
            return Err(error);
        }
        let request = AuthTokenRequest {
            challenge: self.challenge.ok_or(Error::Missing { element: "Challenge" })?,
            context: self.context.ok_or(Error::Missing { element: "ContextIdentifier" })?,
            subject_identifier_type: self
                .subject
                .ok_or(Error::Missing { element: "SubjectIdentifierType" })?,
            allowed_ips: self.ips,
        };
        Ok((request, version))
    }
}

/// Zero to 32 without leading zeros.
fn prefix_length(text: &str) -> Option<u8> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|prefix| canonical && *prefix <= 32)
}
