//! Tax rates of FA(3) and the summary fields that they belong to.

use rust_decimal::Decimal;

/// A tax rate as `P_12` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VatRate {
    /// 23 %, the basic rate.
    Percent23,
    /// 22 %, the basic rate of earlier years.
    Percent22,
    /// 8 %, the first reduced rate.
    Percent8,
    /// 7 %, the first reduced rate of earlier years.
    Percent7,
    /// 5 %, the second reduced rate.
    Percent5,
    /// 4 %, the lump sum of taxis.
    Percent4,
    /// 3 %, the lump sum of taxis in earlier years.
    Percent3,
    /// 0 % inside the country (`0 KR`).
    ZeroDomestic,
    /// 0 % for supplies of goods inside the Union (`0 WDT`).
    ZeroIntraCommunity,
    /// 0 % for export (`0 EX`).
    ZeroExport,
    /// Exempt (`zw`); the invoice must state the legal basis.
    Exempt,
    /// Domestic reverse charge (`oo`).
    ReverseCharge,
    /// Outside the country (`np I`).
    OutsideCountry,
    /// Services to taxable persons in the Union, taxed there (`np II`).
    ServicesInUnion,
}

impl VatRate {
    /// Every rate, in the order of the schema.
    pub const ALL: [VatRate; 14] = [
        VatRate::Percent23,
        VatRate::Percent22,
        VatRate::Percent8,
        VatRate::Percent7,
        VatRate::Percent5,
        VatRate::Percent4,
        VatRate::Percent3,
        VatRate::ZeroDomestic,
        VatRate::ZeroIntraCommunity,
        VatRate::ZeroExport,
        VatRate::Exempt,
        VatRate::ReverseCharge,
        VatRate::OutsideCountry,
        VatRate::ServicesInUnion,
    ];

    /// The value of `P_12`.
    pub fn code(self) -> &'static str {
        match self {
            VatRate::Percent23 => "23",
            VatRate::Percent22 => "22",
            VatRate::Percent8 => "8",
            VatRate::Percent7 => "7",
            VatRate::Percent5 => "5",
            VatRate::Percent4 => "4",
            VatRate::Percent3 => "3",
            VatRate::ZeroDomestic => "0 KR",
            VatRate::ZeroIntraCommunity => "0 WDT",
            VatRate::ZeroExport => "0 EX",
            VatRate::Exempt => "zw",
            VatRate::ReverseCharge => "oo",
            VatRate::OutsideCountry => "np I",
            VatRate::ServicesInUnion => "np II",
        }
    }

    /// The rate in percent; zero where the seller charges no tax.
    pub fn percent(self) -> Decimal {
        Decimal::from(match self {
            VatRate::Percent23 => 23,
            VatRate::Percent22 => 22,
            VatRate::Percent8 => 8,
            VatRate::Percent7 => 7,
            VatRate::Percent5 => 5,
            VatRate::Percent4 => 4,
            VatRate::Percent3 => 3,
            _ => 0,
        })
    }

    /// Whether the buyer accounts for the tax (`P_18`).
    pub(super) fn buyer_pays(self) -> bool {
        matches!(self, VatRate::ReverseCharge | VatRate::ServicesInUnion)
    }

    pub(super) fn bucket(self) -> usize {
        match self {
            VatRate::Percent23 | VatRate::Percent22 => 0,
            VatRate::Percent8 | VatRate::Percent7 => 1,
            VatRate::Percent5 => 2,
            VatRate::Percent4 | VatRate::Percent3 => 3,
            VatRate::ZeroDomestic => 4,
            VatRate::ZeroIntraCommunity => 5,
            VatRate::ZeroExport => 6,
            VatRate::Exempt => 7,
            VatRate::OutsideCountry => 8,
            VatRate::ServicesInUnion => 9,
            VatRate::ReverseCharge => 10,
        }
    }
}

impl std::str::FromStr for VatRate {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rates = VatRate::ALL.into_iter();
        rates
            .find(|rate| rate.code() == text)
            .ok_or(crate::Error::Invalid { element: "P_12", reason: "is not a tax rate of FA(3)" })
    }
}

/// Names of the summary fields, in the order of the schema: net, tax, tax in PLN.
pub(super) const BUCKETS: [(&str, Option<(&str, &str)>); 11] = [
    ("P_13_1", Some(("P_14_1", "P_14_1W"))),
    ("P_13_2", Some(("P_14_2", "P_14_2W"))),
    ("P_13_3", Some(("P_14_3", "P_14_3W"))),
    ("P_13_4", Some(("P_14_4", "P_14_4W"))),
    ("P_13_6_1", None),
    ("P_13_6_2", None),
    ("P_13_6_3", None),
    ("P_13_7", None),
    ("P_13_8", None),
    ("P_13_9", None),
    ("P_13_10", None),
];
