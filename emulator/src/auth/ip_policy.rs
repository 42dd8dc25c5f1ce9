//! The addresses that may use an access token (PROTOCOL §3.3).

use std::net::{IpAddr, Ipv4Addr};

use ksef_documents::auth_request::AllowedIps;
use serde::{Deserialize, Serialize};

/// Addresses, ranges and masks as they came: at most ten of each. An empty policy allows everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct IpPolicy {
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nullable")]
    pub(crate) ip4_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nullable")]
    pub(crate) ip4_ranges: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "nullable")]
    pub(crate) ip4_masks: Vec<String>,
}

fn nullable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl IpPolicy {
    /// The policy of a signed request.
    pub(crate) fn of(allowed: &AllowedIps) -> Self {
        Self {
            ip4_addresses: allowed.addresses.iter().map(ToString::to_string).collect(),
            ip4_ranges: allowed.ranges.iter().map(|(from, to)| format!("{from}-{to}")).collect(),
            ip4_masks: allowed.masks.iter().map(|(network, bits)| format!("{network}/{bits}")).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ip4_addresses.is_empty() && self.ip4_ranges.is_empty() && self.ip4_masks.is_empty()
    }

    /// What is wrong with the policy, each with the name of the list it is in.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |name: &str, items: &[String], valid: fn(&str) -> bool| {
            if items.len() > 10 {
                faults.push(format!("'{name}' must contain at most 10 items."));
            }
            if !items.iter().all(|item| valid(item)) {
                faults.push(format!("'{name}' is not in the correct format."));
            }
        };
        check("ip4Addresses", &self.ip4_addresses, |text| address(text).is_some());
        check("ip4Ranges", &self.ip4_ranges, |text| range(text).is_some());
        check("ip4Masks", &self.ip4_masks, |text| mask(text).is_some());
        faults
    }

    /// Whether a request from this address may use the token.
    pub(crate) fn allows(&self, client: IpAddr) -> bool {
        if self.is_empty() {
            return true;
        }
        let IpAddr::V4(client) = client.to_canonical() else { return false };
        self.ip4_addresses.iter().any(|text| address(text) == Some(client))
            || self
                .ip4_ranges
                .iter()
                .filter_map(|text| range(text))
                .any(|(from, to)| from <= client && client <= to)
            || self.ip4_masks.iter().filter_map(|text| mask(text)).any(|(network, bits)| {
                let keep = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                u32::from(network) & keep == u32::from(client) & keep
            })
    }
}

fn address(text: &str) -> Option<Ipv4Addr> {
    text.parse().ok()
}

fn range(text: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let (from, to) = text.split_once('-')?;
    Some((address(from)?, address(to)?))
}

fn mask(text: &str) -> Option<(Ipv4Addr, u32)> {
    let (network, bits) = text.split_once('/')?;
    let plain = bits.len() <= 2
        && (bits == "0" || !bits.starts_with('0'))
        && bits.bytes().all(|b| b.is_ascii_digit());
    let bits: u32 = if plain { bits.parse().ok()? } else { return None };
    (bits <= 32).then_some((address(network)?, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(addresses: &[&str], ranges: &[&str], masks: &[&str]) -> IpPolicy {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        IpPolicy { ip4_addresses: own(addresses), ip4_ranges: own(ranges), ip4_masks: own(masks) }
    }

    #[test]
    fn allows_by_address_range_and_mask() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let policy = policy(&["10.1.1.1"], &["10.2.0.5-10.2.0.9"], &["172.16.0.0/16"]);
        for good in ["10.1.1.1", "10.2.0.5", "10.2.0.9", "172.16.255.1", "::ffff:10.1.1.1"] {
            assert!(policy.allows(ip(good)), "{good}");
        }
        for bad in ["10.1.1.2", "10.2.0.10", "172.17.0.1", "::1"] {
            assert!(!policy.allows(ip(bad)), "{bad}");
        }
        assert!(IpPolicy::default().allows(ip("::1")));
        assert!(super::tests::policy(&[], &[], &["0.0.0.0/0"]).allows(ip("8.8.8.8")));
    }

    #[test]
    fn finds_what_the_patterns_of_the_contract_refuse() {
        assert!(policy(&["1.2.3.4"], &["1.2.3.4-1.2.3.5"], &["1.2.3.0/24"]).faults().is_empty());
        assert_eq!(policy(&["1.2.3"], &["1.2.3.4"], &["1.2.3.0/33"]).faults().len(), 3);
        assert_eq!(policy(&["01.2.3.4"], &[], &["1.2.3.0/024"]).faults().len(), 2);
        assert_eq!(policy(&["1.2.3.4"; 11], &[], &[]).faults().len(), 1);
    }
}
