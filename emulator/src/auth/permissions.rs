//! The permissions of the wire (PROTOCOL §15.1), and when one is as good as another.

/// All rights in the context except `VatUeManage`; system-assigned, not grantable through KSeF.
pub(crate) const OWNER: &str = "Owner";

/// Sending PEF invoices; implicit in the context of a Peppol service provider.
pub(crate) const PEF_INVOICE_WRITE: &str = "PefInvoiceWrite";

/// The permissions of the wire. Seeds and the management API may grant each of them.
pub(crate) const ALL: [&str; 11] = [
    OWNER,
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
    "VatUeManage",
    PEF_INVOICE_WRITE,
];

/// The permissions that a KSeF token may hold (PROTOCOL §14).
pub(crate) const OF_TOKENS: [&str; 8] = [
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
];

/// Whether one of the required permissions is among those present.
pub(crate) fn has_any(present: &[String], required: &[&str]) -> bool {
    required.iter().any(|one| has(present, one))
}

/// Whether the permission is present, by name or through `Owner`.
pub(crate) fn has(present: &[String], required: &str) -> bool {
    let by_owner = !matches!(required, "VatUeManage" | "PefInvoiceWrite");
    present.iter().any(|one| one == required || (by_owner && one == OWNER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_all_but_two() {
        let owner = [OWNER.to_owned()];
        assert!(has(&owner, "InvoiceWrite") && has(&owner, "CredentialsManage"));
        assert!(!has(&owner, "VatUeManage") && !has(&owner, "PefInvoiceWrite"));
        assert!(!has_any(&["InvoiceRead".to_owned()], &["InvoiceWrite", "PefInvoiceWrite"]));
        assert!(OF_TOKENS.iter().all(|one| ALL.contains(one)));
    }
}
