use crate::asn1::{Reader, SEQUENCE, element, unsigned_integer};
use crate::error::{Error, Result};

/// Turns an ECDSA signature from `r || s` of fixed width (IEEE P1363, as XML signatures and KOD II carry it) into
/// the DER form (RFC 3279) that certificates and OpenSSL use.
///
/// # Errors
/// [`Error::Malformed`] when the length is zero or odd.
pub fn ecdsa_der_from_raw(raw: &[u8]) -> Result<Vec<u8>> {
    if raw.is_empty() || !raw.len().is_multiple_of(2) {
        return Err(Error::malformed("ECDSA signature", "the two halves differ in length"));
    }
    let (r, s) = raw.split_at(raw.len() / 2);
    Ok(element(SEQUENCE, &[&unsigned_integer(r), &unsigned_integer(s)]))
}

/// Turns an ECDSA signature from DER into `r || s`, each part `field_size` bytes wide: 32 for P-256, 48 for P-384,
/// 66 for P-521.
///
/// # Errors
/// [`Error::Malformed`] when the input is not such a structure or a part is wider than the field.
pub fn ecdsa_raw_from_der(der: &[u8], field_size: usize) -> Result<Vec<u8>> {
    let mut outer = Reader::new("ECDSA signature", der);
    let mut parts = outer.sequence()?;
    let mut raw = vec![0; field_size * 2];
    for half in raw.chunks_mut(field_size) {
        let magnitude = parts.unsigned()?;
        let start = field_size
            .checked_sub(magnitude.len())
            .ok_or_else(|| parts.malformed("a part is wider than the curve's field"))?;
        half[start..].copy_from_slice(magnitude);
    }
    if parts.is_empty() && outer.is_empty() {
        Ok(raw)
    } else {
        Err(outer.malformed("unexpected bytes at the end"))
    }
}
