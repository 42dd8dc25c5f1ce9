//! Validation of the body that opens a batch (PROTOCOL §7.1, §7.2).

use ksef_crypto::{Sha256, SymmetricKey};
use ksef_model::{BatchFilePartInfo, CompressionType, OpenBatchSessionRequest};

use super::package::{Compression, DeclaredPackage, DeclaredPart};
use crate::{
    error::ApiError,
    exceptions,
    json::{Problems, RequestBody},
    sessions::checks,
};

/// Bytes of the largest archive.
const MAX_ARCHIVE: i64 = 5_000_000_000;
/// Parts of an archive.
const MAX_PARTS: usize = 50;
/// Bytes of the largest part before encryption.
const MAX_PART: u64 = 100_000_000;
/// Bytes of the largest part after encryption.
pub(super) const MAX_ENCRYPTED_PART: u64 = SymmetricKey::encrypted_size(MAX_PART);

impl RequestBody for OpenBatchSessionRequest {
    const REQUIRED: &'static [&'static str] = &[
        "formCode",
        "formCode.systemCode",
        "formCode.schemaVersion",
        "formCode.value",
        "batchFile",
        "batchFile.fileSize",
        "batchFile.fileHash",
        "batchFile.fileParts",
        "encryption",
        "encryption.encryptedSymmetricKey",
        "encryption.initializationVector",
    ];

    fn check(&self, problems: &mut Problems) {
        let file = &self.batch_file;
        if !(1..=MAX_ARCHIVE).contains(&file.file_size) {
            problems.invalid(format!(
                "'batchFile.fileSize' must be between 1 and {MAX_ARCHIVE}. You entered {}.",
                file.file_size
            ));
        }
        checks::hash(problems, "batchFile.fileHash", &file.file_hash);
        if let Some(CompressionType::Unknown(_)) = &file.compression_type {
            problems.not_a_value("batchFile.compressionType");
        }
        for (index, part) in file.file_parts.iter().enumerate() {
            let path = |name: &str| format!("batchFile.fileParts[{index}].{name}");
            checks::positive(problems, &path("ordinalNumber"), part.ordinal_number.into());
            checks::positive(problems, &path("fileSize"), part.file_size);
            checks::hash(problems, &path("fileHash"), &part.file_hash);
        }
        if sorted(&file.file_parts).iter().zip(1..).any(|(part, ordinal)| part.ordinal_number != ordinal) {
            problems.invalid("'batchFile.fileParts' must be numbered from 1 without gaps and repetitions.");
        }
        checks::encryption(problems, &self.encryption);
    }
}

fn sorted(parts: &[BatchFilePartInfo]) -> Vec<&BatchFilePartInfo> {
    let mut sorted: Vec<&BatchFilePartInfo> = parts.iter().collect();
    sorted.sort_by_key(|part| part.ordinal_number);
    sorted
}

/// What was declared.
///
/// # Errors
/// 21161 for too many parts, 21157 for parts that are too large.
pub(super) fn declared(body: &OpenBatchSessionRequest) -> Result<DeclaredPackage, ApiError> {
    let file = &body.batch_file;
    let count = file.file_parts.len();
    if count > MAX_PARTS {
        return Err(ApiError::exception(exceptions::TOO_MANY_PARTS).with_detail(format!(
            "Przekroczono dozwoloną liczbę części paczki: {MAX_PARTS}. Liczba części: {count}."
        )));
    }
    let number = |size: i64| u64::try_from(size).unwrap_or_default();
    let sorted = sorted(&file.file_parts);
    let too_large: Vec<String> = sorted
        .iter()
        .filter(|part| number(part.file_size) > MAX_ENCRYPTED_PART)
        .map(|part| format!("Rozmiar części {} przekroczył dozwolony rozmiar 100MB.", part.ordinal_number))
        .collect();
    if !too_large.is_empty() {
        let error = ApiError::exception(exceptions::PART_SIZE);
        return Err(too_large.into_iter().fold(error, ApiError::with_detail));
    }
    // The hashes were checked with the body.
    let hash =
        |text: &str| Sha256::from_base64(text).map_err(|_| ApiError::exception(exceptions::VALIDATION));
    let parts = sorted
        .iter()
        .map(|part| Ok(DeclaredPart { size: number(part.file_size), hash: hash(&part.file_hash)? }));
    Ok(DeclaredPackage {
        size: number(file.file_size),
        hash: hash(&file.file_hash)?,
        compression: match file.compression_type {
            Some(CompressionType::TarGz) => Compression::TarGz,
            _ => Compression::Zip,
        },
        parts: parts.collect::<Result<_, ApiError>>()?,
        offline: body.offline_mode.unwrap_or_default(),
    })
}
