//! The results as a JSON document for other programs.
//!
//! Numbers have their shortest round-trip form, what is undefined or withheld is null, arrays
//! are sorted by code (the rounds of a year by time), and flags and breaks come from closed lists.

mod people;

use super::{
    Break, Change, CriterionResult, CriterionYear, Flag, Missing, Ranking, Results, Verdict, Year,
    result::RuleNamed,
};
use crate::messages::Language;
use people::{ConsentGiven, Rates, ReasonCount, consent, rates, reasons};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Document<'a> {
    round: &'a str,
    rule: Rule<'a>,
    criteria: Vec<Criterion<'a>>,
    cells: Vec<Cell<'a>>,
    units: Vec<Units<'a>>,
    subjects: Vec<Subjects<'a>>,
    beside: Vec<Beside<'a>>,
    reliability: Vec<Scale<'a>>,
    rates: Option<Rates<'a>>,
    reasons: Vec<ReasonCount>,
    consent: Option<ConsentGiven<'a>>,
    change: Option<Changes<'a>>,
    year: Option<Whole<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    version: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Criterion<'a> {
    code: &'a str,
    name: &'a str,
    subject: &'a str,
    method: String,
    score: Option<f64>,
    se: Option<f64>,
    df: Option<f64>,
    ci: Option<[f64; 2]>,
    n: Option<u64>,
    n_eff: Option<f64>,
    population: Option<u64>,
    max_points: Option<f64>,
    points: Option<f64>,
    points_ci: Option<[f64; 2]>,
    flags: Vec<Flag>,
}

#[derive(Serialize)]
struct Cell<'a> {
    unit: &'a str,
    group: &'a str,
    form: &'a str,
    subject: &'a str,
    population: Option<u64>,
    target: u64,
    released: u64,
    completed: u64,
    over_allocation: u64,
}

/// The units of one criterion of one subject. Figures that may not be shown are null.
#[derive(Serialize)]
struct Units<'a> {
    criterion: &'a str,
    subject: &'a str,
    descriptive: bool,
    ranked: usize,
    rows: Vec<UnitRow<'a>>,
}

#[derive(Serialize)]
struct UnitRow<'a> {
    units: Vec<&'a str>,
    n: Option<u64>,
    score: Option<f64>,
    ci: Option<[f64; 2]>,
    #[serde(flatten)]
    rank: Rank<'a>,
}

/// The subjects of one criterion; their figures stand among the criteria.
#[derive(Serialize)]
struct Subjects<'a> {
    criterion: &'a str,
    descriptive: bool,
    ranked: usize,
    rows: Vec<SubjectRow<'a>>,
}

#[derive(Serialize)]
struct SubjectRow<'a> {
    subject: &'a str,
    #[serde(flatten)]
    rank: Rank<'a>,
}

#[derive(Serialize)]
struct Rank<'a> {
    rank: Option<[usize; 2]>,
    census: Option<bool>,
    not_different_from: Option<Vec<Vec<&'a str>>>,
}

/// What is to be weighed beside a score.
#[derive(Serialize)]
struct Beside<'a> {
    criterion: &'a str,
    subject: &'a str,
    dont_know: Option<f64>,
    bounds: Option<[f64; 2]>,
    one_form: Option<f64>,
    official: u64,
    scored: Option<u64>,
}

#[derive(Serialize)]
struct Scale<'a> {
    criterion: &'a str,
    subject: &'a str,
    form: &'a str,
    questions: usize,
    n: Option<u64>,
    alpha: Option<f64>,
    average_correlation: Option<f64>,
}

#[derive(Serialize)]
struct Changes<'a> {
    earlier: &'a str,
    rule: Rule<'a>,
    criteria: Vec<ChangeRow<'a>>,
}

#[derive(Serialize)]
struct ChangeRow<'a> {
    code: &'a str,
    subject: &'a str,
    before: Option<f64>,
    now: Option<f64>,
    difference: Option<f64>,
    se: Option<f64>,
    df: Option<f64>,
    ci: Option<[f64; 2]>,
    points: Option<f64>,
    verdict: Option<Verdict>,
    breaks: Vec<Break>,
}

#[derive(Serialize)]
struct Whole<'a> {
    rounds: Vec<RoundOfYear<'a>>,
    criteria: Vec<YearRow<'a>>,
}

#[derive(Serialize)]
struct RoundOfYear<'a> {
    round: &'a str,
    rule: Rule<'a>,
}

#[derive(Serialize)]
struct YearRow<'a> {
    code: &'a str,
    subject: &'a str,
    score: Option<f64>,
    se: Option<f64>,
    df: Option<f64>,
    ci: Option<[f64; 2]>,
    n: Option<u64>,
    population: Option<u64>,
    pooled: Option<f64>,
    rounds: Vec<QuarterRow<'a>>,
}

#[derive(Serialize)]
struct QuarterRow<'a> {
    round: &'a str,
    score: Option<f64>,
    ci: Option<[f64; 2]>,
    n: Option<u64>,
    population: Option<u64>,
    missing: &'a BTreeSet<Missing>,
    breaks: &'a BTreeSet<Break>,
}

/// The results as one line of JSON, at full precision.
pub fn results_json(results: &Results) -> String {
    let mut criteria: Vec<Criterion<'_>> = results
        .criteria
        .iter()
        .map(|one| Criterion {
            code: &one.code,
            name: one.name.get(Language::default().code()),
            subject: &one.subject,
            method: one.rule.method_in_brief(Language::default()),
            score: one.score,
            se: one.se,
            df: one.df,
            ci: one.ci,
            n: one.n,
            n_eff: one.n_eff,
            population: one.population,
            max_points: one.max_points,
            points: one.points,
            points_ci: one.points_ci,
            flags: one.flags.iter().copied().collect(),
        })
        .collect();
    criteria.sort_by(|a, b| (a.code, a.subject).cmp(&(b.code, b.subject)));
    let cells = results.cells.iter().map(|cell| Cell {
        unit: &cell.unit,
        group: &cell.group,
        form: &cell.form,
        subject: &cell.subject,
        population: cell.population,
        target: cell.target,
        released: cell.released,
        completed: cell.completed,
        over_allocation: cell.over_allocation,
    });
    let mut sorted: Vec<&CriterionResult> = results.criteria.iter().collect();
    sorted.sort_by_key(|one| (&one.code, &one.subject));
    let document = Document {
        round: &results.round,
        rule: rule(&results.rule),
        criteria,
        cells: cells.collect(),
        units: sorted.iter().map(|one| units(one)).collect(),
        subjects: results.subject_ranks.iter().map(|(code, all)| subjects(code, all)).collect(),
        beside: sorted.iter().map(|one| beside(one)).collect(),
        reliability: sorted.iter().flat_map(|one| scales(one)).collect(),
        rates: results.rates.as_ref().map(rates),
        reasons: reasons(&results.reasons),
        consent: results.consent.as_ref().map(consent),
        change: results.change.as_ref().map(changes),
        year: results.year.as_ref().map(whole_year),
    };
    serde_json::to_string(&document).expect("results are plain data")
}

fn rule(rule: &RuleNamed) -> Rule<'_> {
    Rule { id: &rule.id, version: &rule.version, sha256: &rule.sha256 }
}

fn codes(codes: &[String]) -> Vec<&str> {
    codes.iter().map(String::as_str).collect()
}

fn rank<'a>(ranking: Option<&'a Ranking>, of: &[String]) -> Rank<'a> {
    let place = ranking.and_then(|ranking| Some((ranking, ranking.place_of(of)?)));
    Rank {
        rank: place.map(|(_, place)| [place.best, place.worst]),
        census: place.map(|(_, place)| place.census),
        not_different_from: place.map(|(ranking, place)| {
            let others = place.alike.iter().map(|&other| codes(&ranking.places[other].codes));
            let mut others: Vec<Vec<&str>> = others.collect();
            others.sort();
            others
        }),
    }
}

fn units(one: &CriterionResult) -> Units<'_> {
    let ranking = one.unit_ranks.as_ref();
    let mut rows: Vec<UnitRow<'_>> = one
        .by_unit
        .iter()
        .map(|row| {
            let part = row.figures.value();
            UnitRow {
                units: codes(&row.codes),
                n: part.map(|part| part.n),
                score: part.map(|part| part.score),
                ci: part.and_then(|part| part.ci),
                rank: rank(ranking, &row.codes),
            }
        })
        .collect();
    rows.sort_by(|a, b| a.units.cmp(&b.units));
    Units {
        criterion: &one.code,
        subject: &one.subject,
        descriptive: ranking.is_some_and(|ranking| ranking.descriptive),
        ranked: ranking.map_or(0, |ranking| ranking.places.len()),
        rows,
    }
}

fn subjects<'a>(criterion: &'a str, ranking: &'a Ranking) -> Subjects<'a> {
    let mut rows: Vec<SubjectRow<'_>> = ranking
        .places
        .iter()
        .filter_map(|place| {
            Some(SubjectRow {
                subject: place.codes.first()?,
                rank: rank(Some(ranking), &place.codes),
            })
        })
        .collect();
    rows.sort_by_key(|row| row.subject);
    let (descriptive, ranked) = (ranking.descriptive, ranking.places.len());
    Subjects { criterion, descriptive, ranked, rows }
}

fn beside(one: &CriterionResult) -> Beside<'_> {
    Beside {
        criterion: &one.code,
        subject: &one.subject,
        dont_know: one.dont_know,
        bounds: one.bounds,
        one_form: one.one_form,
        official: one.official,
        scored: one.n,
    }
}

fn scales(one: &CriterionResult) -> impl Iterator<Item = Scale<'_>> {
    one.scales.iter().map(|scale| {
        let figures = scale.figures.as_ref();
        Scale {
            criterion: &one.code,
            subject: &one.subject,
            form: &scale.form,
            questions: scale.questions,
            n: figures.map(|figures| figures.n),
            alpha: figures.and_then(|figures| figures.alpha),
            average_correlation: figures.and_then(|figures| figures.average_correlation),
        }
    })
}

fn changes(change: &Change) -> Changes<'_> {
    let mut criteria: Vec<ChangeRow<'_>> = change
        .criteria
        .iter()
        .map(|one| {
            let difference = one.difference.as_ref();
            ChangeRow {
                code: &one.code,
                subject: &one.subject,
                before: one.before,
                now: one.now,
                difference: difference.map(|difference| difference.value),
                se: difference.and_then(|difference| difference.se),
                df: difference.and_then(|difference| difference.df),
                ci: difference.and_then(|difference| difference.ci),
                points: one.points,
                verdict: difference.and_then(|difference| difference.verdict),
                breaks: one.breaks.iter().copied().collect(),
            }
        })
        .collect();
    criteria.sort_by_key(|one| (one.code, one.subject));
    Changes { earlier: &change.earlier, rule: rule(&change.rule), criteria }
}

fn whole_year(year: &Year) -> Whole<'_> {
    let rounds = year.rounds.iter();
    let rounds = rounds.map(|one| RoundOfYear { round: &one.round, rule: rule(&one.rule) });
    let mut criteria: Vec<YearRow<'_>> = year.criteria.iter().map(year_row).collect();
    criteria.sort_by_key(|one| (one.code, one.subject));
    Whole { rounds: rounds.collect(), criteria }
}

fn year_row(one: &CriterionYear) -> YearRow<'_> {
    let whole = one.whole.as_ref();
    let quarters = one.quarters.iter().map(|quarter| QuarterRow {
        round: &quarter.round,
        score: quarter.score,
        ci: quarter.ci,
        n: quarter.n,
        population: quarter.people,
        missing: &quarter.missing,
        breaks: &quarter.breaks,
    });
    YearRow {
        code: &one.code,
        subject: &one.subject,
        score: whole.map(|whole| whole.score),
        se: whole.and_then(|whole| whole.se),
        df: whole.and_then(|whole| whole.df),
        ci: whole.and_then(|whole| whole.ci),
        n: whole.map(|whole| whole.n),
        population: whole.map(|whole| whole.people),
        pooled: whole.and_then(|whole| whole.pooled),
        rounds: quarters.collect(),
    }
}
