use crate::error::KsefError;

/// An official confirmation of receipt (PROTOCOL §8.2).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Upo {
    /// The exact XML bytes, as KSeF signed them. They are the legal document: keep them as they are.
    pub content: Vec<u8>,
    /// Whether KSeF sent a digest beside the document; it was then found equal.
    pub hash_verified: bool,
    /// The reference number of the session that it confirms.
    pub session_reference: String,
    /// The KSeF numbers of the invoices that it confirms.
    pub ksef_numbers: Vec<String>,
}

impl From<&libksef::Upo> for Upo {
    fn from(upo: &libksef::Upo) -> Self {
        Self {
            content: upo.bytes().to_vec(),
            hash_verified: upo.declared_hash().is_some(),
            session_reference: upo.session_reference().to_string(),
            ksef_numbers: upo.documents().iter().map(|document| document.ksef_number.to_string()).collect(),
        }
    }
}

/// One invoice that a UPO confirms.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UpoDocument {
    /// The number that KSeF gave.
    pub ksef_number: String,
    /// The NIP of the seller.
    pub seller_nip: String,
    /// The number that the seller gave.
    pub invoice_number: String,
    /// The date of issue in Poland, `YYYY-MM-DD`.
    pub issue_date: String,
    /// When KSeF received the invoice, RFC 3339.
    pub sent_at: String,
    /// When KSeF gave the number, RFC 3339.
    pub numbered_at: String,
    /// SHA-256 of the invoice bytes, Base64.
    pub invoice_hash: String,
    /// `Online` or `Offline`; not in old documents.
    pub mode: Option<String>,
}

/// What a UPO says whose signature was found valid.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VerifiedUpo {
    /// The reference number of the session that it confirms.
    pub session_reference: String,
    /// The receiving authority, which tells the environment.
    pub receiver: String,
    /// The form of the invoices, such as `FA (3)`.
    pub form_code: String,
    /// The owner of the certificate that signed it. Whether that is the Ministry is for the reader to judge: the chain of
    /// certificates is not checked.
    pub signer: String,
    /// The certificate that signed it, PEM.
    pub signer_certificate_pem: String,
    /// The time of signing that the signature claims, RFC 3339.
    pub signing_time: Option<String>,
    /// The invoices it confirms.
    pub documents: Vec<UpoDocument>,
}

/// Checks the signature of a UPO and tells what it confirms. Works on stored files.
#[uniffi::export]
pub fn verify_upo(upo: &[u8]) -> Result<VerifiedUpo, KsefError> {
    let upo = libksef::Upo::from_bytes(upo.to_vec())?;
    let signature = upo.verify_signature()?;
    let description = upo.describe();
    let documents = description.documents.into_iter().map(|document| UpoDocument {
        ksef_number: document.ksef_number.to_string(),
        seller_nip: document.seller_nip,
        invoice_number: document.invoice_number,
        issue_date: document.issue_date.to_string(),
        sent_at: document.sent_at.to_string(),
        numbered_at: document.numbered_at.to_string(),
        invoice_hash: document.invoice_hash,
        mode: document.mode.map(str::to_owned),
    });
    Ok(VerifiedUpo {
        session_reference: description.session_reference.to_string(),
        receiver: description.receiver,
        form_code: description.form_code,
        signer: signature.subject,
        signer_certificate_pem: signature.certificate_pem,
        signing_time: signature.signing_time.map(|moment| moment.to_string()),
        documents: documents.collect(),
    })
}
