//! `POST /invoices` of the management API: invoices that are in KSeF without anybody having sent them.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp, civil::Date};
use ksef_documents::{
    InvoiceHeader,
    fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate},
};
use ksef_model::{KsefNumber, Nip};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{at_present, repository::Deposit};
use crate::{
    commands::CommandError,
    invoice::{InvoicingMode, warsaw_date},
    state::AppState,
};

/// The most invoices in one call.
const MOST: u32 = 100_000;

/// Which invoices to put in. Without `content`, `count` invoices of the form FA(3) are made; the n-th is stored at
/// `storedAt` (now, when absent) plus n times `stepMs`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct DepositRequest {
    /// NIP of the seller.
    seller: Option<String>,
    /// NIP of the buyer; a consumer when absent.
    buyer: Option<String>,
    /// Third parties.
    third_subjects: Vec<ThirdSubject>,
    /// The authorised party.
    authorized: Option<Authorized>,
    /// How many; one when absent.
    count: Option<u32>,
    /// What the numbers (`P_2`) begin with; the ordinal follows. Random when absent.
    number_prefix: Option<String>,
    /// Net price of the only line, in PLN; 100 when absent.
    net: Option<Decimal>,
    /// Date of issue; the Polish day of storage when absent.
    issue_date: Option<Date>,
    /// Storage date of the first.
    stored_at: Option<Timestamp>,
    /// Milliseconds between storage dates.
    step_ms: u32,
    /// Milliseconds after the storage date for which queries do not show the invoice; the lag decides when absent.
    visible_after_ms: Option<u32>,
    /// Whether the invoices were issued offline.
    offline: bool,
    /// A document of any form to put in as it is, Base64; nothing is made then.
    content: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ThirdSubject {
    nip: Option<String>,
    internal_id: Option<String>,
    role: u8,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authorized {
    nip: String,
    role: u8,
}

impl DepositRequest {
    /// Makes the invoices and puts them in; gives their numbers in order.
    ///
    /// # Errors
    /// A request that makes no sense, and documents that cannot be read.
    pub(crate) fn run(&self, state: &AppState) -> Result<Vec<KsefNumber>, CommandError> {
        let start = self.stored_at.unwrap_or_else(|| state.now());
        let deposits = self.deposits(start)?;
        Ok(at_present(state, |download, now| {
            let lag = download.settings.lag;
            deposits.into_iter().map(|deposit| download.repository.deposit(deposit, now, lag)).collect()
        }))
    }

    fn deposits(&self, start: Timestamp) -> Result<Vec<Deposit>, CommandError> {
        if let Some(content) = &self.content {
            let content = BASE64_STANDARD.decode(content).map_err(CommandError::new)?;
            return Ok(vec![self.deposit(content, start)?]);
        }
        let count = self.count.unwrap_or(1);
        if count > MOST {
            return Err(CommandError::new(format!("count is at most {MOST}")));
        }
        let prefix = self.number_prefix.clone().unwrap_or_else(|| format!("{}/", crate::random::hex::<6>()));
        let step = SignedDuration::from_millis(self.step_ms.into());
        (0..count)
            .map(|index| {
                let at = i32::try_from(index).ok().and_then(|index| start.checked_add(step * index).ok());
                let stored_at = at.ok_or_else(|| CommandError::new("the storage dates are out of range"))?;
                let content = self.document(&format!("{prefix}{}", index + 1), stored_at)?;
                self.deposit(content, stored_at)
            })
            .collect()
    }

    fn deposit(&self, content: Vec<u8>, stored_at: Timestamp) -> Result<Deposit, CommandError> {
        Ok(Deposit {
            header: InvoiceHeader::read(&content).map_err(CommandError::new)?,
            content,
            stored_at,
            hidden_for: self.visible_after_ms.map(|ms| SignedDuration::from_millis(ms.into())),
            mode: if self.offline { InvoicingMode::Offline } else { InvoicingMode::Online },
        })
    }

    fn document(&self, number: &str, stored_at: Timestamp) -> Result<Vec<u8>, CommandError> {
        let nip = |text: &str| Nip::without_checksum(text).map_err(CommandError::new);
        let seller =
            self.seller.as_deref().ok_or_else(|| CommandError::new("seller or content is needed"))?;
        let seller = Seller {
            nip: nip(seller)?,
            name: format!("Sprzedawca {seller}"),
            address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
        };
        let buyer = match &self.buyer {
            Some(text) => Buyer::with_nip(nip(text)?, format!("Nabywca {text}")),
            None => Buyer::consumer("Nabywca"),
        };
        let issued = self.issue_date.unwrap_or_else(|| warsaw_date(stored_at));
        let price = self.net.unwrap_or_else(|| Decimal::from(100));
        let document = InvoiceBuilder::new(seller, buyer, number, issued)
            .line(Line::new("usługa", Decimal::ONE, "szt.", price, VatRate::Percent23))
            .build()
            .map_err(CommandError::new)?;
        self.with_other_parties(document)
    }

    /// The builder knows seller and buyer only; the schema puts the other parties right after them.
    fn with_other_parties(&self, document: Vec<u8>) -> Result<Vec<u8>, CommandError> {
        if self.third_subjects.is_empty() && self.authorized.is_none() {
            return Ok(document);
        }
        let mut parties = String::new();
        for third in &self.third_subjects {
            parties.push_str(&third.element()?);
        }
        if let Some(authorized) = &self.authorized {
            parties.push_str(&authorized.element()?);
        }
        let text = String::from_utf8(document).map_err(CommandError::new)?;
        Ok(text.replacen("</Podmiot2>", &format!("</Podmiot2>{parties}"), 1).into_bytes())
    }
}

impl ThirdSubject {
    fn element(&self) -> Result<String, CommandError> {
        let identifier = match (&self.nip, &self.internal_id) {
            (Some(nip), None) => {
                let nip = Nip::without_checksum(nip).map_err(CommandError::new)?;
                format!("<NIP>{}</NIP>", nip.as_str())
            }
            (None, Some(id)) => {
                let id: ksef_model::InternalId = id.parse().map_err(CommandError::new)?;
                format!("<IDWew>{}</IDWew>", id.as_str())
            }
            _ => return Err(CommandError::new("a third subject has either nip or internalId")),
        };
        let role = match self.role {
            0 => "<RolaInna>1</RolaInna><OpisRoli>inna rola</OpisRoli>".to_owned(),
            role @ 1..=11 => format!("<Rola>{role}</Rola>"),
            _ => return Err(CommandError::new("the role of a third subject is from 0 to 11")),
        };
        Ok(format!(
            "<Podmiot3><DaneIdentyfikacyjne>{identifier}<Nazwa>Podmiot trzeci</Nazwa></DaneIdentyfikacyjne>{role}\
             </Podmiot3>"
        ))
    }
}

impl Authorized {
    fn element(&self) -> Result<String, CommandError> {
        if !(1..=3).contains(&self.role) {
            return Err(CommandError::new("the role of the authorised party is from 1 to 3"));
        }
        let nip = Nip::without_checksum(&self.nip).map_err(CommandError::new)?;
        Ok(format!(
            "<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>{}</NIP><Nazwa>Podmiot upoważniony</Nazwa>\
             </DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>ul. Krzywa 2</AdresL1></Adres>\
             <RolaPU>{}</RolaPU></PodmiotUpowazniony>",
            nip.as_str(),
            self.role
        ))
    }
}
