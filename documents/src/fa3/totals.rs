//! Amounts: what is rounded, when and how.

use rust_decimal::{Decimal, RoundingStrategy};

use super::rate::BUCKETS;
use super::{Line, TaxRounding, VatRate};
use crate::Error;

/// Largest amount of the schema: sixteen digits and two decimal places.
const LARGEST: Decimal = Decimal::from_parts(0xA763_FFFF, 0x0DE0_B6B3, 0, false, 2);

/// Summary of one group of rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) net: Decimal,
    pub(super) tax: Decimal,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Totals {
    /// Net value of each line (`P_11`).
    pub(super) lines: Vec<Decimal>,
    /// Per entry of [`BUCKETS`].
    pub(super) summaries: [Option<Summary>; BUCKETS.len()],
    /// `P_15`.
    pub(super) gross: Decimal,
}

/// Rounds to hundredths, halves away from zero, as Polish tax law does.
pub(super) fn round(value: Decimal) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    if rounded.is_zero() { Decimal::new(0, 2) } else { rounded }
}

pub(super) fn totals(lines: &[Line], rounding: TaxRounding) -> Result<Totals, Error> {
    let mut nets = Vec::with_capacity(lines.len());
    // Net and tax per rate: two rates may share a summary field but are never rounded together.
    let mut by_rate: Vec<(VatRate, Decimal, Decimal)> = Vec::new();
    for line in lines {
        let net = checked(line.quantity.checked_mul(line.unit_net_price), "P_11")?;
        let tax = tax_of(net, line.rate)?;
        nets.push(net);
        match by_rate.iter_mut().find(|(rate, _, _)| *rate == line.rate) {
            Some((_, net_sum, tax_sum)) => {
                *net_sum = checked(net_sum.checked_add(net), "P_13")?;
                *tax_sum = checked(tax_sum.checked_add(tax), "P_14")?;
            }
            None => by_rate.push((line.rate, net, tax)),
        }
    }
    let mut summaries: [Option<Summary>; BUCKETS.len()] = [None; BUCKETS.len()];
    let mut gross = Decimal::new(0, 2);
    for (rate, net, line_tax) in by_rate {
        let tax = match rounding {
            TaxRounding::PerSummary => tax_of(net, rate)?,
            TaxRounding::PerLine => line_tax,
        };
        let zero = Summary { net: Decimal::new(0, 2), tax: Decimal::new(0, 2) };
        let summary = summaries[rate.bucket()].get_or_insert(zero);
        summary.net = checked(summary.net.checked_add(net), "P_13")?;
        summary.tax = checked(summary.tax.checked_add(tax), "P_14")?;
        gross = checked(gross.checked_add(net).and_then(|sum| sum.checked_add(tax)), "P_15")?;
    }
    Ok(Totals { lines: nets, summaries, gross })
}

fn tax_of(net: Decimal, rate: VatRate) -> Result<Decimal, Error> {
    let percent = rate.percent();
    checked(net.checked_mul(percent).and_then(|product| product.checked_div(Decimal::ONE_HUNDRED)), "P_14")
}

/// The rounded amount, if the schema can hold it.
pub(super) fn checked(value: Option<Decimal>, element: &'static str) -> Result<Decimal, Error> {
    let rounded = value.map(round).filter(|amount| amount.abs() <= LARGEST);
    rounded.ok_or(Error::Invalid { element, reason: "is too large" })
}
