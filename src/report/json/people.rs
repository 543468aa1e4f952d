//! People and what became of their invitations, as counts.

use crate::{
    fieldwork::{Reason, Said},
    report::{Consent, Ended, RateRow, ReasonRow, Shown, rates::Rates as AllRates},
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub struct Rates<'a> {
    all: Rate<'a>,
    groups: Vec<Rate<'a>>,
    units: Vec<Rate<'a>>,
    cells: Vec<Rate<'a>>,
}

#[derive(Serialize)]
pub struct Rate<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    form: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
    asked: u64,
    answered: Option<u64>,
    declined: Option<u64>,
    silent: Option<u64>,
    not_eligible: Option<u64>,
    rr1: Option<f64>,
    rr3: Option<f64>,
    ref1: Option<f64>,
}

/// How many gave one reason for not taking part; null where that may not be told.
#[derive(Serialize)]
pub struct ReasonCount {
    said: Said,
    reason: Reason,
    n: Option<u64>,
}

/// What was agreed to before anything was asked: the round's notice, and how often each version
/// of it was.
#[derive(Serialize)]
pub struct ConsentGiven<'a> {
    notice: &'a str,
    text: &'a BTreeMap<String, BTreeMap<String, String>>,
    given: Vec<ConsentCount<'a>>,
}

#[derive(Serialize)]
struct ConsentCount<'a> {
    notice: &'a str,
    n: u64,
}

pub fn consent(consent: &Consent) -> ConsentGiven<'_> {
    let given = consent.given.iter().map(|(notice, n)| ConsentCount { notice, n: *n });
    ConsentGiven { notice: &consent.notice, text: &consent.text, given: given.collect() }
}

pub fn rates(rates: &AllRates) -> Rates<'_> {
    Rates {
        all: rate(&rates.all),
        groups: rates.groups.iter().map(rate).collect(),
        units: rates.units.iter().map(rate).collect(),
        cells: rates.cells.iter().map(rate).collect(),
    }
}

fn rate(row: &RateRow) -> Rate<'_> {
    let ended: Option<&Ended> = row.ended.value();
    Rate {
        unit: &row.unit,
        group: &row.group,
        form: &row.form,
        subject: &row.subject,
        asked: row.asked,
        answered: ended.map(|ended| ended.answered),
        declined: ended.map(|ended| ended.declined),
        silent: ended.map(|ended| ended.silent),
        not_eligible: ended.map(|ended| ended.not_eligible),
        rr1: ended.and_then(|ended| ended.response),
        rr3: ended.and_then(|ended| ended.likely_response),
        ref1: ended.and_then(|ended| ended.refusal),
    }
}

pub fn reasons(rows: &[ReasonRow]) -> Vec<ReasonCount> {
    let count = |row: &ReasonRow| ReasonCount {
        said: row.said,
        reason: row.reason,
        n: match row.n {
            Shown::Value(n) => Some(n),
            Shown::Nobody => Some(0),
            Shown::Hidden => None,
        },
    };
    let mut counts: Vec<ReasonCount> = rows.iter().map(count).collect();
    counts.sort_by_key(|one| (one.said.as_str(), one.reason.as_str()));
    counts
}
