use super::{
    Flag,
    breakdown::{self, BreakdownRow},
    change::Change,
    facts::{CellFacts, Facts},
    judged::Judged,
    one_form::one_form,
    question::{QuestionResult, questions},
    ranking::{self, Contender, Ranking},
    rates::{Rates, rates},
    reasons::{ReasonRow, reasons},
    sample::Sample,
    scale::{ScaleResult, scales},
    suppress::{LEAST_OF_CELL, LEAST_OF_SUBJECT, Shown, Table},
    year::Year,
};
use crate::{
    criteria::{Criterion, CriterionRule, NoCombination, Rounding, Rule},
    fieldwork::RoundState,
    questionnaire::Labels,
    survey::Survey,
};
use analysis::{Est, Figure, published::Published};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What may be said of a round once its box was opened. Nothing in it is of too few people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results {
    /// How people name the round.
    pub round: String,
    /// What the survey is called.
    pub title: Labels,
    /// Made-up people and answers.
    pub synthetic: bool,
    /// What is assumed, to be shown beside the figures.
    pub notes: Vec<Labels>,
    /// The rule by which everything here was computed.
    pub rule: RuleNamed,
    /// Criteria in the order of the framework, and within one, subjects in that of the survey.
    pub criteria: Vec<CriterionResult>,
    /// How the answers to each question are spread.
    pub questions: Vec<QuestionResult>,
    /// The subjects of each criterion, by its code, with the places they may take; only where
    /// two or more have a score.
    pub subject_ranks: BTreeMap<String, Ranking>,
    /// The ways in which responses came in.
    pub ways: BTreeSet<String>,
    /// How many responses came in which way; empty if all came in one way.
    pub modes: Vec<(String, Shown<u64>)>,
    /// How many of those asked answered, once the box is opened.
    pub rates: Option<Rates>,
    /// Why people do not take part; empty in versions published before this was asked.
    #[serde(default)]
    pub reasons: Vec<ReasonRow>,
    /// What people agreed to, and how often; none in versions published before this was counted.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// How the scores differ from those of an earlier round, if one was asked for.
    #[serde(skip)]
    pub change: Option<Change>,
    /// The year that it makes with earlier rounds, if one was asked for.
    #[serde(skip)]
    pub year: Option<Year>,
    /// What was owed and came in, by unit, group, form and subject.
    pub cells: Vec<CellFacts>,
}

/// What people agreed to before they began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the round's notice.
    pub notice: String,
    /// Its texts, by name and language.
    pub text: BTreeMap<String, BTreeMap<String, String>>,
    /// How often each version was agreed to.
    pub given: Vec<(String, u64)>,
}

/// A rule, as it is named beside every figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleNamed {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The fingerprint of its file.
    pub sha256: String,
    /// What people call it.
    pub title: Labels,
    /// How figures are rounded for print.
    pub rounding: Rounding,
}

/// One criterion of one subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CriterionResult {
    /// The printed code or, where there is none, the stable id.
    pub code: String,
    /// The code as people say it: `TC 3.6`.
    pub heading: Labels,
    /// What the criterion is called.
    pub name: Labels,
    /// The code of who is judged.
    pub subject: String,
    /// What the subject is called.
    pub subject_label: Labels,
    /// How it is scored; says itself in words.
    pub rule: CriterionRule,
    /// The estimate, 0–100, at full precision.
    pub score: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// The degrees of freedom of the interval.
    pub df: Option<f64>,
    /// The 95 % confidence interval.
    pub ci: Option<[f64; 2]>,
    /// Respondents whose answers count; not given when they are too few.
    pub n: Option<u64>,
    /// As many of a simple random sample would be as precise.
    pub n_eff: Option<f64>,
    /// How many people the score speaks for, if that is known.
    pub population: Option<u64>,
    /// The most points to be had.
    pub max_points: Option<f64>,
    /// Whether `max_points` is an assumption.
    pub assumed: bool,
    /// The score turned into points.
    pub points: Option<f64>,
    /// The interval turned into points, end by end.
    pub points_ci: Option<[f64; 2]>,
    /// The class of the score, if the rule declares classes.
    pub band: Option<Labels>,
    /// The share (0–1) of answers that say "don't know".
    pub dont_know: Option<f64>,
    /// The score if all of those had chosen the worst, and the best option.
    pub bounds: Option<[f64; 2]>,
    /// The most by which one form can change the score.
    pub one_form: Option<f64>,
    /// How many answers count towards the targets of the cells asked about it.
    pub official: u64,
    /// Whether its questions measure one thing, form by form.
    pub scales: Vec<ScaleResult>,
    /// What to beware of.
    pub flags: BTreeSet<Flag>,
    /// The groups that gave no data, by code.
    pub without_data: Vec<String>,
    /// By group of respondents.
    pub by_group: Vec<BreakdownRow>,
    /// By unit that handed out and collected.
    pub by_unit: Vec<BreakdownRow>,
    /// The units that are shown, with the places they may take; only where there are two or more.
    pub unit_ranks: Option<Ranking>,
}

/// Scores and points of an opened round by `rule`, and what they are made of.
///
/// Before the box is opened there are cells and no figures. The same facts give the same
/// bits, whatever the order in which they come.
pub fn results(facts: &Facts, survey: &Survey, rule: &Rule) -> Results {
    let opened = facts.state == RoundState::Opened;
    let mut results = Results {
        round: facts.round.clone(),
        title: survey.title.clone(),
        synthetic: facts.synthetic,
        notes: survey.notes.clone(),
        rule: RuleNamed {
            id: rule.id.clone(),
            version: rule.version.clone(),
            sha256: rule.sha256.clone(),
            title: rule.title.clone(),
            rounding: rule.rounding,
        },
        criteria: Vec::new(),
        questions: Vec::new(),
        subject_ranks: BTreeMap::new(),
        ways: BTreeSet::new(),
        modes: Vec::new(),
        rates: None,
        reasons: Vec::new(),
        consent: None,
        change: None,
        year: None,
        cells: cells(facts),
    };
    if !opened {
        return results;
    }
    let sample = Sample::new(facts);
    for criterion in survey.framework.surveyed() {
        let Some(own) = rule.criterion(criterion.label()) else { continue };
        // Nobody can tell any more which answers about two subjects came from one person, so
        // they are taken to be independent. People who judge several tend to judge them alike, so
        // differences are known a little better than the ranks of subjects say.
        let mut scored: Vec<Contender<'_>> = Vec::new();
        for subject in survey.subjects_judged(criterion.label()) {
            let mut result = blank(survey, criterion, own, &subject.code, &subject.label);
            match Judged::new(&sample, survey, rule, own, &subject.code) {
                Ok(judged) => scored.extend(fill(&mut result, &judged, rule).map(|figure| {
                    let (codes, labels) = (vec![subject.code.clone()], vec![subject.label.clone()]);
                    Contender { codes, labels, figure }
                })),
                Err(_) => result.flags = BTreeSet::from([Flag::RuleDoesNotFit]),
            }
            if facts.synthetic {
                result.flags.insert(Flag::Synthetic);
            }
            results.criteria.push(result);
        }
        if let Some(ranks) = ranking::ranked(scored, rule) {
            results.subject_ranks.insert(criterion.label().to_owned(), ranks);
        }
    }
    results.questions = questions(&sample, survey);
    results.ways = facts.labels.iter().map(|label| label.mode.clone()).collect();
    results.modes = modes(facts);
    results.rates = Some(rates(facts, survey));
    results.reasons = reasons(facts);
    results.consent = Some(Consent {
        notice: survey.notice.version(),
        text: survey.notice.texts(),
        given: facts.consents.clone(),
    });
    results
}

fn blank(
    survey: &Survey,
    criterion: &Criterion,
    rule: &CriterionRule,
    subject: &str,
    subject_label: &Labels,
) -> CriterionResult {
    let languages = survey.languages.iter();
    let heading = languages.map(|code| (code.clone(), survey.framework.heading(criterion, code)));
    CriterionResult {
        code: criterion.label().to_owned(),
        heading: Labels::new(heading),
        name: criterion.name.clone(),
        subject: subject.to_owned(),
        subject_label: subject_label.clone(),
        rule: rule.clone(),
        score: None,
        se: None,
        df: None,
        ci: None,
        n: None,
        n_eff: None,
        population: None,
        max_points: criterion.max_points,
        assumed: criterion.assumed,
        points: None,
        points_ci: None,
        band: None,
        dont_know: None,
        bounds: None,
        one_form: None,
        official: 0,
        scales: Vec::new(),
        flags: BTreeSet::new(),
        without_data: Vec::new(),
        by_group: Vec::new(),
        by_unit: Vec::new(),
        unit_ranks: None,
    }
}

impl CriterionResult {
    /// What is published of the score.
    pub(super) fn published(&self) -> Option<Published> {
        let census = self.flags.contains(&Flag::Census);
        Some(Published { value: self.score?, se: self.se, df: self.df, ci: self.ci, census })
    }

    /// Takes back every figure.
    pub(super) fn suppress(&mut self) {
        (self.score, self.se, self.df, self.ci) = (None, None, None, None);
        (self.n_eff, self.points, self.points_ci, self.band) = (None, None, None, None);
        (self.dont_know, self.bounds, self.one_form) = (None, None, None);
        self.by_group.clear();
        self.by_unit.clear();
        self.scales.clear();
        self.unit_ranks = None;
        self.flags.insert(Flag::Suppressed);
    }
}

/// Writes down what may be told; returns the figure of the score, if there is one.
fn fill<'a>(result: &mut CriterionResult, judged: &Judged<'a>, rule: &Rule) -> Option<Figure<'a>> {
    if result.assumed {
        result.flags.insert(Flag::AssumedPoints);
    }
    if judged.is_merged() {
        result.flags.insert(Flag::MergedCells);
    }
    result.official = judged.cells.iter().map(|&at| judged.sample.facts.cells[at].completed).sum();
    let n = judged.respondents(&judged.cells);
    if 0 < n && n < LEAST_OF_SUBJECT {
        result.flags.insert(Flag::Suppressed);
        return None;
    }
    result.n = Some(n);
    result.by_group = breakdown::by_group(judged);
    result.by_unit = breakdown::by_unit(judged);
    result.unit_ranks = ranking::units(judged, &result.by_unit, rule);
    result.scales = scales(judged, rule);
    let (figure, without_data) = match judged.score() {
        Ok(found) => found,
        Err(problem) => {
            result.flags.insert(if n == 0 { Flag::NoData } else { Flag::GroupWithoutData });
            if let NoCombination::GroupsWithoutData(groups) = problem {
                result.without_data = groups;
            }
            return None;
        }
    };
    if !without_data.is_empty() {
        result.flags.insert(Flag::GroupWithoutData);
        result.without_data = without_data;
    }
    let est = figure.estimate().ok()?;
    result.flags.extend(est.flags.iter().copied().map(Flag::from));
    result.population = est.population;
    if n >= LEAST_OF_CELL {
        result.dont_know = judged.dont_know().and_then(|share| share.value);
    }
    if n < u64::from(judged.rule.minimum_n) {
        result.flags.insert(Flag::BelowMinimum);
        return None;
    }
    give(result, judged, rule, &est);
    result.bounds = judged.bounds().filter(|_| n >= LEAST_OF_CELL);
    result.one_form = one_form(judged);
    result.score.map(|_| figure)
}

/// Writes down a score that may be given, and what it is worth.
fn give(result: &mut CriterionResult, judged: &Judged<'_>, rule: &Rule, est: &Est) {
    result.score = est.value;
    (result.se, result.df, result.ci, result.n_eff) = (est.se, est.df, est.ci, est.n_eff);
    if let (Some(score), Some(most)) = (est.value, result.max_points) {
        result.points = Some(judged.rule.conversion.points(score, most));
        result.points_ci = est.ci.map(|ci| judged.rule.conversion.points_interval(ci, most));
    }
    result.band = est.value.and_then(|score| rule.band(score)).map(|band| band.label.clone());
}

fn cells(facts: &Facts) -> Vec<CellFacts> {
    let mut cells = facts.cells.clone();
    cells.sort_by(|a, b| a.key().cmp(&b.key()));
    cells
}

fn modes(facts: &Facts) -> Vec<(String, Shown<u64>)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for response in &facts.responses {
        if let Some(label) = facts.labels.get(response.label) {
            *counts.entry(&label.mode).or_default() += 1;
        }
    }
    if counts.len() < 2 {
        return Vec::new();
    }
    let hidden = Table::row(&counts.values().copied().collect::<Vec<_>>()).hidden(LEAST_OF_CELL);
    let shown = counts.into_iter().zip(hidden).map(|((mode, n), hidden)| {
        (mode.to_owned(), if hidden { Shown::Hidden } else { Shown::Value(n) })
    });
    shown.collect()
}
