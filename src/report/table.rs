//! The results as a table for a terminal.

use super::{
    CriterionResult, Results,
    number::{dash, decimal, interval, whole},
};
use crate::{
    messages::{Language, Text},
    text,
};
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Names longer than this are shortened in a line of the table.
const LONGEST_NAME: usize = 34;

/// Criteria with score, interval, respondents and points; then the method and what to beware of.
pub fn text_table(results: &Results, language: Language) -> String {
    let code = language.code();
    let mut out = format!("{}\n", results.title.get(code));
    if results.synthetic {
        out.push_str(&format!("{}\n", language.say("report.synthetic")));
    }
    out.push_str(&format!("{}\n\n", rule_line(results, language).say(language)));
    if results.criteria.is_empty() {
        out.push_str(language.say("report.no_results"));
        return out;
    }
    let one_subject = subjects(results).len() == 1;
    if one_subject {
        let subject = results.criteria[0].subject_label.get(code);
        out.push_str(&format!("{}: {subject}\n\n", language.say("report.col_subject")));
    }
    let head = [
        "report.col_criterion",
        "report.col_subject",
        "report.col_score",
        "report.col_ci",
        "report.col_n",
        "report.col_n_eff",
        "report.col_population",
        "report.col_points",
        "report.col_points_ci",
        "report.col_max_points",
    ];
    let mut rows = vec![head.map(|key| language.say(key).to_owned()).to_vec()];
    rows.extend(results.criteria.iter().map(|one| row(results, one, language)));
    if one_subject {
        rows.iter_mut().for_each(|row| drop(row.remove(1)));
    }
    out.push_str(&aligned(&rows, if one_subject { 1 } else { 2 }));
    for (number, method) in (1..).zip(methods(results, language)) {
        out.push_str(&format!("\n[{number}] {method}\n"));
    }
    let flags: BTreeSet<_> = results.criteria.iter().flat_map(|one| &one.flags).collect();
    if !flags.is_empty() {
        out.push_str(&format!("\n{}\n", language.say("report.beware")));
        for flag in flags {
            let concerned: Vec<&str> = results
                .criteria
                .iter()
                .filter(|one| one.flags.contains(flag))
                .map(|one| one.heading.get(code))
                .collect();
            let concerned: Vec<&str> = unique(concerned);
            let (which, what) = (concerned.join(", "), flag.text().say(language));
            out.push_str(&format!("- {which}: {what}\n"));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Which rule was used: name, version, fingerprint.
pub fn rule_line(results: &Results, language: Language) -> Text {
    let rule = &results.rule;
    text!(
        "report.rule_line",
        round = results.round,
        title = rule.title.get(language.code()),
        id = rule.id,
        version = rule.version,
        sha = rule.sha256.get(..12).unwrap_or(&rule.sha256)
    )
}

fn row(results: &Results, one: &CriterionResult, language: Language) -> Vec<String> {
    let (score, points) = (results.rule.rounding.score, results.rule.rounding.points);
    let code = language.code();
    let number = |figure: Option<f64>, decimals| {
        figure.map_or_else(|| dash().to_owned(), |figure| decimal(figure, decimals, language))
    };
    let range = |range: Option<[f64; 2]>, decimals| {
        range.map_or_else(|| dash().to_owned(), |range| interval(range, decimals, language))
    };
    let count = |n: Option<u64>| n.map_or_else(|| dash().to_owned(), |n| whole(n, language));
    let said = one.rule.method_in_brief(language);
    let method = 1 + brief(results, language).iter().position(|known| *known == said).unwrap_or(0);
    let name = shortened(one.name.get(code));
    let assumed = if one.assumed { language.say("report.assumed_mark") } else { "" };
    vec![
        format!("{} {name} [{method}]", one.heading.get(code)),
        shortened(one.subject_label.get(code)),
        number(one.score, score),
        range(one.ci, score),
        count(one.n),
        number(one.n_eff, 0),
        count(one.population),
        number(one.points, points),
        range(one.points_ci, points),
        format!(
            "{}{assumed}",
            one.max_points.map_or_else(|| dash().to_owned(), |max| { trimmed(max, language) })
        ),
    ]
}

/// Every method in use, in the order of first use, at full length.
fn methods(results: &Results, language: Language) -> Vec<String> {
    let known = brief(results, language);
    known
        .into_iter()
        .map(|brief| {
            let one = results.criteria.iter().find(|c| c.rule.method_in_brief(language) == brief);
            let groups = one.map(|one| one.rule.in_words(&[], language)).unwrap_or_default();
            format!("{brief}: {}", groups.first().cloned().unwrap_or_default())
        })
        .collect()
}

fn brief(results: &Results, language: Language) -> Vec<String> {
    unique(results.criteria.iter().map(|one| one.rule.method_in_brief(language)).collect())
}

fn subjects(results: &Results) -> BTreeSet<&str> {
    results.criteria.iter().map(|one| one.subject.as_str()).collect()
}

fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut unique = Vec::new();
    for one in all {
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    unique
}

/// A number of points as its owner wrote it: without zeros at the end.
fn trimmed(points: f64, language: Language) -> String {
    let decimals = (0..=4).find(|&d| {
        let scale = 10f64.powi(d);
        (points * scale).round() == points * scale
    });
    decimal(points, u32::try_from(decimals.unwrap_or(4)).unwrap_or(4), language)
}

pub(super) fn shortened(name: &str) -> String {
    if width(name) <= LONGEST_NAME {
        return name.to_owned();
    }
    let composed: String = name.nfc().collect();
    let kept: String = composed.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A table for a terminal: a row of headings and others, in columns of equal width, the first
/// `left` of them aligned to the left.
pub fn aligned(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let line: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let blanks = " ".repeat(widths[at] - width(cell));
                if at < left { format!("{cell}{blanks}") } else { format!("{blanks}{cell}") }
            })
            .collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
            out.push_str(&rules.join("  "));
            out.push('\n');
        }
    }
    out
}

/// How many places a text takes: marks above and below letters take none.
fn width(text: &str) -> usize {
    text.chars().filter(|&c| !is_combining_mark(c)).count()
}
