use super::{
    combination::Combination,
    conversion::{Between, Conversion, Step},
    document::{Found, Section, parse},
    rounding::Rounding,
    rule::{Band, CriterionRule, Rule, WithoutData},
    scoring::{DontKnow, Method},
};
use crate::{messages::Text, questionnaire::Mistake, text};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Figures are printed to at most so many decimals.
const MOST_DECIMALS: u32 = 6;

/// How far declared group weights may be from adding up to 1.
const WEIGHTS_TOLERANCE: f64 = 1e-9;

/// Reads a scoring rule from TOML; the keys are described in the surveys' README.
///
/// The mistakes are all those of the file. Whether the rule fits a framework and
/// its forms is checked where these are known.
pub fn read_rule(file: &str, text: &str, languages: &[String]) -> Result<Rule, Vec<Mistake>> {
    let found = Found::new(file, text);
    let table = parse(&found);
    let rule = read_root(Section::root(&found, &table), text, languages);
    drop(table);
    let mistakes = found.into_mistakes();
    match rule {
        Some(rule) if mistakes.is_empty() => Ok(rule),
        _ => Err(mistakes),
    }
}

fn read_root(root: Section<'_>, text: &str, languages: &[String]) -> Option<Rule> {
    let id = root.code("id");
    let version = root.text("version");
    let title = root.labels("title", languages);
    let rounding = root.required_section("rounding").and_then(read_rounding);
    let bands = read_bands(&root, languages);
    let coefficients = read_coefficients(&root);
    let default = root.section("default");
    let own = root.named_sections("criteria");
    // An empty table says that nothing is scored, which a forgotten one does not.
    if own.is_empty() && !root.is_table("criteria") {
        root.note("criteria", text!("survey.rule_without_criteria"));
    }
    let criteria: Vec<_> =
        own.iter().map(|(name, section)| read_criterion(name, section, default.as_ref())).collect();
    own.into_iter().for_each(|(_, section)| section.finish());
    if let Some(default) = default {
        default.finish();
    }
    root.finish();
    Some(Rule {
        id: id?,
        version: version?,
        sha256: hex(&Sha256::digest(text.as_bytes())),
        title: title?,
        criteria: criteria.into_iter().collect::<Option<_>>()?,
        coefficients,
        rounding: rounding?,
        bands,
    })
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

fn read_rounding(section: Section<'_>) -> Option<Rounding> {
    let decimals = |key: &'static str| {
        let decimals = section.required_whole(key);
        if decimals.is_some_and(|decimals| decimals > MOST_DECIMALS) {
            section.note(key, text!("survey.too_many_decimals", most = MOST_DECIMALS));
        }
        decimals
    };
    let (score, points) = (decimals("score"), decimals("points"));
    section.finish();
    Some(Rounding { score: score?, points: points? })
}

fn read_bands(root: &Section<'_>, languages: &[String]) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for section in root.sections("bands") {
        let from = score_in(&section, "from");
        let label = section.labels("label", languages);
        if from.is_some_and(|from| bands.last().is_some_and(|band| band.from <= from)) {
            section.note("from", text!("survey.bands_not_falling"));
        }
        if let (Some(from), Some(label)) = (from, label) {
            bands.push(Band { from, label });
        }
        section.finish();
    }
    bands
}

fn read_coefficients(root: &Section<'_>) -> BTreeMap<String, BTreeMap<i16, f64>> {
    let mut scales = BTreeMap::new();
    for (scale, section) in root.named_sections("coefficients") {
        let mut coefficients = BTreeMap::new();
        for (key, number) in section.all_numbers() {
            match key.parse::<i16>() {
                Ok(code) if code > 0 => {
                    coefficients.insert(code, number);
                }
                _ => section.note(&key, text!("survey.bad_option_code", code = key)),
            }
        }
        scales.insert(scale, coefficients);
    }
    scales
}

/// Reads one criterion; what it does not say itself is said by `[default]`.
fn read_criterion(
    name: &str,
    own: &Section<'_>,
    default: Option<&Section<'_>>,
) -> Option<CriterionRule> {
    let choose = |key: &'static str| {
        let said_itself = own.has(key);
        let default = default.filter(|default| default.has(key));
        if said_itself { Some(own) } else { default }
    };
    let needed = |key: &'static str| {
        let section = choose(key);
        if section.is_none() {
            let problem = text!("survey.rule_key_missing", key = key, criterion = name);
            own.note(key, problem);
        }
        section
    };
    let method = needed("method").and_then(read_method);
    let dont_know = needed("dont_know").and_then(read_dont_know);
    let groups = needed("groups").and_then(read_groups);
    let conversion = needed("conversion").and_then(read_conversion);
    let minimum_n = needed("minimum_n").and_then(read_minimum_n);
    let least_answered = choose("least_answered").map_or(Some(0.0), read_least_answered);
    let without_data = choose("without_data").map_or(Some(WithoutData::Redistribute), |section| {
        let words =
            [("redistribute", WithoutData::Redistribute), ("no_score", WithoutData::NoScore)];
        section.word("without_data", &words)
    });
    Some(CriterionRule {
        criterion: name.to_owned(),
        method: method?,
        dont_know: dont_know?,
        least_answered: least_answered?,
        groups: groups?,
        without_data: without_data?,
        conversion: conversion?,
        minimum_n: minimum_n?,
    })
}

fn read_method(section: &Section<'_>) -> Option<Method> {
    if !section.is_table("method") {
        let words =
            [("mean", Word::Mean), ("top_two", Word::TopTwo), ("mean_of_scale", Word::OfScale)];
        return Some(match section.word("method", &words)? {
            Word::Mean => Method::Mean,
            Word::TopTwo => Method::TopTwo,
            Word::OfScale => Method::MeanOfScale,
        });
    }
    let table = section.section("method")?;
    let codes: BTreeSet<i16> = table.whole_list("share_of").into_iter().collect();
    if codes.is_empty() {
        table.note("share_of", text!("survey.share_of_nothing"));
    }
    table.finish();
    (!codes.is_empty()).then(|| Method::Share(codes.into_iter().collect()))
}

#[derive(Clone, Copy)]
enum Word {
    Mean,
    TopTwo,
    OfScale,
}

fn read_dont_know(section: &Section<'_>) -> Option<DontKnow> {
    if !section.is_table("dont_know") {
        return section.word("dont_know", &[("excluded", DontKnow::Excluded)]);
    }
    let table = section.section("dont_know")?;
    let counts = share_in(&table, "counts");
    table.finish();
    counts.map(DontKnow::Counts)
}

fn read_groups(section: &Section<'_>) -> Option<Combination> {
    if !section.is_table("groups") {
        let words = [("population", true), ("equal", false)];
        let population = section.word("groups", &words)?;
        return Some(if population { Combination::Population } else { Combination::Equal });
    }
    let mut weights = BTreeMap::new();
    for (group, weight) in section.numbers("groups")? {
        if !(0.0..=1.0).contains(&weight) {
            section.note("groups", text!("survey.share_out_of_range", key = group));
        }
        weights.insert(group, weight);
    }
    let sum: f64 = weights.values().sum();
    if (sum - 1.0).abs() > WEIGHTS_TOLERANCE {
        section.note("groups", text!("survey.weights_do_not_add_up", sum = sum));
    }
    Some(Combination::Weights(weights))
}

fn read_conversion(section: &Section<'_>) -> Option<Conversion> {
    let table = section.section("conversion")?;
    let words = [("linear", Kind::Linear), ("floor", Kind::Floor), ("steps", Kind::Steps)];
    let conversion = match table.required_word("kind", &words)? {
        Kind::Linear => Some(Conversion::Linear),
        Kind::Floor => read_floor(&table),
        Kind::Steps => read_steps(&table),
    };
    table.finish();
    conversion
}

#[derive(Clone, Copy)]
enum Kind {
    Linear,
    Floor,
    Steps,
}

fn read_floor(table: &Section<'_>) -> Option<Conversion> {
    let floor = score_in(table, "floor");
    let full_from = if table.has("full_from") { score_in(table, "full_from") } else { Some(100.0) };
    let words = [("score", Between::Score), ("stretched", Between::Stretched)];
    let between =
        if table.has("between") { table.word("between", &words) } else { Some(Between::Score) };
    if let (Some(floor), Some(full_from)) = (floor, full_from)
        && floor >= full_from
    {
        table.note("floor", text!("survey.floor_above_ceiling"));
        return None;
    }
    Some(Conversion::Floor { floor: floor?, full_from: full_from?, between: between? })
}

fn read_steps(table: &Section<'_>) -> Option<Conversion> {
    let mut steps: Vec<Step> = Vec::new();
    for section in table.sections("steps") {
        let (from, share) = (score_in(&section, "from"), share_in(&section, "share"));
        section.finish();
        let (Some(from), Some(share)) = (from, share) else { continue };
        if steps.last().is_some_and(|last| last.from >= from || last.share > share) {
            table.note("steps", text!("survey.steps_not_rising", from = from));
        }
        steps.push(Step { from, share });
    }
    if steps.is_empty() {
        table.note("steps", text!("survey.steps_missing"));
        return None;
    }
    Some(Conversion::Steps(steps))
}

fn read_minimum_n(section: &Section<'_>) -> Option<u32> {
    let minimum = section.whole("minimum_n")?;
    if minimum == 0 {
        section.note("minimum_n", text!("survey.minimum_n_zero"));
    }
    Some(minimum)
}

fn read_least_answered(section: &Section<'_>) -> Option<f64> {
    share_in(section, "least_answered")
}

/// A number from 0 to 1 that must be there.
fn share_in(section: &Section<'_>, key: &'static str) -> Option<f64> {
    within(section, key, 1.0, || text!("survey.share_out_of_range", key = key))
}

/// A number from 0 to 100 that must be there.
fn score_in(section: &Section<'_>, key: &'static str) -> Option<f64> {
    within(section, key, 100.0, || text!("survey.score_out_of_range", key = key))
}

fn within(
    section: &Section<'_>,
    key: &'static str,
    most: f64,
    problem: impl Fn() -> Text,
) -> Option<f64> {
    let number = section.required_number(key)?;
    if !(0.0..=most).contains(&number) {
        section.note(key, problem());
        return None;
    }
    Some(number)
}
