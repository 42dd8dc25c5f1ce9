//! Validation of the bodies that set limits.

use ksef_model::{
    ApiRateLimitValuesOverride, ApiRateLimitsOverride, SetRateLimitsRequest, SetSessionLimitsRequest,
    SetSubjectLimitsRequest, SubjectIdentifierType,
};

use super::rates::Rate;
use crate::json::{Problems, RequestBody};

impl RequestBody for SetSessionLimitsRequest {
    const REQUIRED: &'static [&'static str] = &[
        "onlineSession",
        "onlineSession.maxInvoiceSizeInMB",
        "onlineSession.maxInvoiceWithAttachmentSizeInMB",
        "onlineSession.maxInvoices",
        "batchSession",
        "batchSession.maxInvoiceSizeInMB",
        "batchSession.maxInvoiceWithAttachmentSizeInMB",
        "batchSession.maxInvoices",
        "collectiveIdentifier",
        "collectiveIdentifier.maxInvoices",
    ];

    fn check(&self, problems: &mut Problems) {
        let (online, batch) = (&self.online_session, &self.batch_session);
        let sessions = [
            (
                "onlineSession",
                online.max_invoice_size_in_mb,
                online.max_invoice_with_attachment_size_in_mb,
                online.max_invoices,
            ),
            (
                "batchSession",
                batch.max_invoice_size_in_mb,
                batch.max_invoice_with_attachment_size_in_mb,
                batch.max_invoices,
            ),
        ];
        for (session, size, with_attachment, invoices) in sessions {
            between(problems, &format!("{session}.maxInvoiceSizeInMB"), size, 0, 5);
            between(problems, &format!("{session}.maxInvoiceWithAttachmentSizeInMB"), with_attachment, 0, 10);
            between(problems, &format!("{session}.maxInvoices"), invoices, 0, 100_000);
        }
        let collective = self.collective_identifier.max_invoices;
        between(problems, "collectiveIdentifier.maxInvoices", collective, 2, 5_000);
    }
}

impl RequestBody for SetSubjectLimitsRequest {
    const REQUIRED: &'static [&'static str] = &[];

    fn check(&self, problems: &mut Problems) {
        if matches!(self.subject_identifier_type, Some(SubjectIdentifierType::Unknown(_))) {
            problems.not_a_value("subjectIdentifierType");
        }
        let limits = [
            ("enrollment.maxEnrollments", self.enrollment.as_ref().and_then(|one| one.max_enrollments)),
            ("certificate.maxCertificates", self.certificate.as_ref().and_then(|one| one.max_certificates)),
        ];
        for (path, limit) in limits {
            between(problems, path, limit.unwrap_or_default(), 0, i32::MAX);
        }
    }
}

impl RequestBody for SetRateLimitsRequest {
    const REQUIRED: &'static [&'static str] = &[
        "rateLimits",
        "rateLimits.onlineSession",
        "rateLimits.batchSession",
        "rateLimits.invoiceSend",
        "rateLimits.invoiceStatus",
        "rateLimits.sessionList",
        "rateLimits.sessionInvoiceList",
        "rateLimits.sessionMisc",
        "rateLimits.invoiceMetadata",
        "rateLimits.invoiceExport",
        "rateLimits.invoiceExportStatus",
        "rateLimits.invoiceDownload",
        "rateLimits.collectiveIdentifier",
        "rateLimits.other",
    ];

    fn check(&self, problems: &mut Problems) {
        for (group, values) in groups(&self.rate_limits) {
            let limits = [
                ("perSecond", values.per_second),
                ("perMinute", values.per_minute),
                ("perHour", values.per_hour),
            ];
            for (window, limit) in limits {
                if limit < 1 && limit != -1 {
                    problems.invalid(format!(
                        "'rateLimits.{group}.{window}' must be greater than '0', or '-1' for no limit."
                    ));
                }
            }
        }
    }
}

/// The groups that can be set, with the values wanted.
fn groups(limits: &ApiRateLimitsOverride) -> [(&'static str, &ApiRateLimitValuesOverride); 13] {
    [
        ("onlineSession", &limits.online_session),
        ("batchSession", &limits.batch_session),
        ("invoiceSend", &limits.invoice_send),
        ("invoiceStatus", &limits.invoice_status),
        ("sessionList", &limits.session_list),
        ("sessionInvoiceList", &limits.session_invoice_list),
        ("sessionMisc", &limits.session_misc),
        ("invoiceMetadata", &limits.invoice_metadata),
        ("invoiceExport", &limits.invoice_export),
        ("invoiceExportStatus", &limits.invoice_export_status),
        ("invoiceDownload", &limits.invoice_download),
        ("collectiveIdentifier", &limits.collective_identifier),
        ("other", &limits.other),
    ]
}

/// The limits wanted, in the terms of the table.
pub(super) fn rates(limits: &ApiRateLimitsOverride) -> Vec<(&'static str, Rate)> {
    let limit = |number: i32| u32::try_from(number).ok();
    groups(limits)
        .into_iter()
        .map(|(group, values)| {
            let rate = Rate {
                per_second: limit(values.per_second),
                per_minute: limit(values.per_minute),
                per_hour: limit(values.per_hour),
            };
            (group, rate)
        })
        .collect()
}

fn between(problems: &mut Problems, path: &str, value: i32, least: i32, most: i32) {
    if !(least..=most).contains(&value) {
        problems.invalid(format!("'{path}' must be between {least} and {most}. You entered {value}."));
    }
}
