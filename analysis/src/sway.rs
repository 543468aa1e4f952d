//! How much one form can do: the largest change that one form less, one form altered or one form
//! more makes to a figure.
//!
//! No theory is in it: every form is taken out, altered and added in turn, with the weights that
//! the design would then give, and the largest change is kept.
//! Where a stratum weighs its people N/r, one form less or more changes the weight of everybody
//! in it; given, calibrated or cluster weights of the others stay as they are.

use serde::Serialize;

use crate::design::{Design, LARGEST};
use crate::domain::Domain;
use crate::error::FigureError;
use crate::exact_sum::{ExactSum, exact_sum};
use crate::figure::Influence;
use crate::variable::{Range, Variable};

/// The largest fall and the largest rise of a figure, both zero or above.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The largest fall.
    pub fall: f64,
    /// The largest rise.
    pub rise: f64,
}

/// What one form can do to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sway {
    /// One form less, whoever's.
    pub removed: Option<Change>,
    /// One form replaced by another of the same person: each answer the worst or the best that the
    /// scale has, or none; nothing where a variable has no limits.
    pub altered: Option<Change>,
    /// One form more, with the worst or the best answers or none, in a stratum where somebody
    /// has not answered, and in every domain that has somebody of that stratum; nothing where all
    /// have answered, or a variable has no limits.
    pub added: Option<Change>,
    /// Some form, taken out or emptied, leaves the figure without a value.
    pub may_vanish: bool,
}

impl Sway {
    /// The largest change of all, up or down.
    #[must_use]
    pub fn largest(&self) -> Option<f64> {
        let changes = [self.removed, self.altered, self.added];
        changes.iter().flatten().map(|c| c.fall.max(c.rise)).reduce(f64::max)
    }
}

/// One mean of a weighted sum of means, `coefficient·mean(variable, domain)`.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a> {
    /// Its coefficient in the sum.
    pub coefficient: f64,
    /// What is averaged.
    pub variable: &'a Variable,
    /// Over whom.
    pub domain: &'a Domain,
}

impl Design {
    /// What one form can do to `Σ c_k·mean(variable_k, domain_k)`, a criterion's score for
    /// instance; a single mean is a sum of one.
    ///
    /// Nothing if the sum has no value.
    ///
    /// # Errors
    /// As [`Design::mean`]; [`FigureError::NotANumber`] for a coefficient that is not finite or
    /// beyond ±10⁶⁰.
    pub fn sway(&self, terms: &[Term<'_>]) -> Result<Option<Sway>, FigureError> {
        let usable = |term: &Term<'_>| term.coefficient.abs() <= LARGEST;
        if let Some(row) = terms.iter().position(|term| !usable(term)) {
            return Err(FigureError::NotANumber { what: "coefficients", row });
        }
        let used: Vec<&Term<'_>> = terms.iter().filter(|term| term.coefficient != 0.0).collect();
        let mut means = Vec::with_capacity(used.len());
        for term in &used {
            let Some(mean) = Mean::of(self, term)? else { return Ok(None) };
            means.push(mean);
        }
        if means.is_empty() {
            return Ok(None);
        }
        let answers = by_variable(&used);
        let limited = used.iter().all(|term| term.variable.range.is_some());
        let mut sway = Sway { removed: None, altered: None, added: None, may_vanish: false };
        for row in 0..self.rows() {
            let removed: Option<f64> = means.iter().map(|mean| mean.without(row)).sum();
            sway.may_vanish |= removed.is_none();
            widen(&mut sway.removed, removed.map(|change| [change, change]));
            let altered: Vec<Options> = means.iter().map(|mean| mean.altered(row)).collect();
            sway.may_vanish |= altered.iter().any(|options| options[NONE].is_none());
            widen(&mut sway.altered, extremes(&answers, &altered).filter(|_| limited));
        }
        for stratum in (0..self.strata.len()).filter(|&s| self.has_room(s)) {
            let added: Vec<Options> = means.iter().map(|mean| mean.with_one_in(stratum)).collect();
            widen(&mut sway.added, extremes(&answers, &added).filter(|_| limited));
        }
        Ok(Some(sway))
    }

    /// Somebody of the stratum has not answered.
    fn has_room(&self, stratum: usize) -> bool {
        self.people(stratum).is_none_or(|people| people > self.respondents[stratum])
    }

    /// By which factor the weights of a stratum change when `now` of its people have answered
    /// instead of those who have.
    fn reweighting(&self, stratum: usize, now: u64) -> f64 {
        let by_population = self.by_population && self.elements;
        if !by_population || now == 0 || self.people(stratum).is_none() {
            return 1.0;
        }
        self.respondents[stratum] as f64 / now as f64
    }

    /// The weight that one more person of a stratum would have: as the heaviest of it where
    /// weights are not N/r.
    fn weight_of_one_more(&self, stratum: usize) -> f64 {
        let r = self.respondents[stratum];
        if r == 0 {
            return self.people(stratum).map_or(1.0, |people| people as f64);
        }
        let rows = self.weight.iter().zip(&self.stratum_of);
        let own = rows.filter(|(_, s)| **s as usize == stratum).map(|(w, _)| *w);
        own.fold(0.0, f64::max) * self.reweighting(stratum, r + 1)
    }
}

/// What a form makes of a term by its answer: the lowest, the highest, none; nothing where the
/// mean then has no value.
type Options = [Option<f64>; 3];
const NONE: usize = 2;

/// Positions of the terms of each variable: one answer changes all of them together.
fn by_variable(terms: &[&Term<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, term) in terms.iter().enumerate() {
        let same = |group: &&mut Vec<usize>| std::ptr::eq(terms[group[0]].variable, term.variable);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

/// The lowest and the highest change of the sum when the answer to each variable is free.
///
/// A mean is linear in an answer, so that no answer between the ends does more than an end.
fn extremes(answers: &[Vec<usize>], options: &[Options]) -> Option<[f64; 2]> {
    let mut sum = [0.0; 2];
    for terms in answers {
        let change = |option: usize| terms.iter().map(|&t| options[t][option]).sum::<Option<f64>>();
        let changes: Vec<f64> = (0..3).filter_map(change).collect();
        sum[0] += changes.iter().copied().reduce(f64::min)?;
        sum[1] += changes.iter().copied().reduce(f64::max)?;
    }
    Some(sum)
}

fn widen(change: &mut Option<Change>, by: Option<[f64; 2]>) {
    let Some([low, high]) = by else { return };
    let change = change.get_or_insert(Change { fall: 0.0, rise: 0.0 });
    change.fall = change.fall.max(-low);
    change.rise = change.rise.max(high);
}

/// A mean taken apart: how much each stratum has in it, and each row.
struct Mean<'a> {
    design: &'a Design,
    coefficient: f64,
    value: f64,
    range: Option<Range>,
    /// w/Σw and w(y − ȳ)/Σw of each row that takes part.
    rows: Vec<Option<Influence>>,
    /// Their sums by stratum.
    strata: Vec<Influence>,
    /// Σw.
    size: f64,
    /// Strata in which one more form would belong to the domain.
    open: Vec<bool>,
    /// Rows of the domain, whether they take part or not.
    inside: Vec<bool>,
    scale: Scale,
}

/// What happens when the last form of a stratum without a known population leaves, or the first
/// one comes: forms are then weighted by population, or no longer.
struct Scale {
    /// Populations are known, and weights are on their scale.
    known: bool,
    /// Forms of strata that have no known population.
    strangers: u64,
    /// The mean without them.
    without_strangers: Option<f64>,
    /// Forms, and the sum of y − ȳ over them, each counted once.
    forms: f64,
    deviations: f64,
}

impl<'a> Mean<'a> {
    /// `None` for a mean without value.
    fn of(design: &'a Design, term: &Term<'_>) -> Result<Option<Self>, FigureError> {
        let figure = design.mean(term.variable, term.domain)?;
        let Some(value) = figure.value() else { return Ok(None) };
        let mut rows = vec![None; design.rows()];
        let mut sums = vec![(ExactSum::default(), ExactSum::default()); design.strata.len()];
        let mut open = vec![false; design.strata.len()];
        for entry in &figure.influence {
            let stratum = design.stratum_of[entry.row as usize] as usize;
            sums[stratum].0.add(entry.score);
            sums[stratum].1.add(entry.share);
            open[stratum] = true;
            rows[entry.row as usize] = Some(*entry);
        }
        for &stratum in term.domain.strata.iter().flatten() {
            if let Some(slot) = open.get_mut(stratum as usize) {
                *slot = true;
            }
        }
        let sum = |(score, share): &(ExactSum, ExactSum)| Influence {
            row: 0,
            score: score.value(),
            share: share.value(),
        };
        let mut inside = vec![false; design.rows()];
        term.domain.rows().for_each(|row| inside[row] = true);
        let scale = Scale::of(design, term, &figure.influence, value)?;
        let weight = |i: &Influence| if scale.known { design.weight[i.row as usize] } else { 1.0 };
        Ok(Some(Self {
            design,
            coefficient: term.coefficient,
            value,
            range: term.variable.range,
            rows,
            strata: sums.iter().map(sum).collect(),
            size: exact_sum(figure.influence.iter().map(weight)),
            open,
            inside,
            scale,
        }))
    }

    /// The change of the mean when scores and shares change by as much: with d = y − ȳ,
    /// Σw'd/Σw' = Δscore/(1 + Δshare), since Σwd = 0.
    fn moved(&self, score: f64, share: f64) -> Option<f64> {
        let below = 1.0 + share;
        (below > 1e-12).then(|| self.coefficient * score / below)
    }

    fn is_last_stranger(&self, row: usize) -> bool {
        let stranger = !self.design.scale_known[self.design.stratum_of[row] as usize];
        stranger && self.scale.strangers == 1 && self.rows[row].is_some()
    }

    /// The change when the forms of unknown populations are gone.
    fn without_strangers(&self) -> Option<f64> {
        self.scale.without_strangers.map(|mean| self.coefficient * (mean - self.value))
    }

    fn without(&self, row: usize) -> Option<f64> {
        if self.is_last_stranger(row) {
            return self.without_strangers();
        }
        let stratum = self.design.stratum_of[row] as usize;
        let (own, all) = (self.rows[row].unwrap_or(NOBODY), self.strata[stratum]);
        let left = self.design.respondents[stratum].saturating_sub(1);
        let more = self.factor(stratum, left) - 1.0;
        let score = more * (all.score - own.score) - own.score;
        let share = more * (all.share - own.share) - own.share;
        self.moved(score, share)
    }

    fn altered(&self, row: usize) -> Options {
        let stratum = self.design.stratum_of[row] as usize;
        let Some(own) = self.rows[row] else {
            let weight = self.design.weight[row];
            if !self.inside[row] || weight == 0.0 {
                return [Some(0.0); 3];
            }
            let filled = |limit: f64| self.joined(stratum, NOBODY, weight, limit);
            return self.options(filled, Some(0.0));
        };
        let to =
            |limit: f64| Some(self.coefficient * (own.share * (limit - self.value) - own.score));
        let none = match self.is_last_stranger(row) {
            true => self.without_strangers(),
            false => self.moved(-own.score, -own.share),
        };
        self.options(to, none)
    }

    fn with_one_in(&self, stratum: usize) -> Options {
        let more = self.factor(stratum, self.design.respondents[stratum] + 1) - 1.0;
        let all = self.strata[stratum];
        let others = Influence { score: more * all.score, share: more * all.share, ..NOBODY };
        let none = self.moved(others.score, others.share);
        if !self.open[stratum] {
            return [none; 3];
        }
        let weight = self.design.weight_of_one_more(stratum);
        self.options(|limit| self.joined(stratum, others, weight, limit), none)
    }

    fn options(&self, with: impl Fn(f64) -> Option<f64>, none: Option<f64>) -> Options {
        let Some(range) = self.range else { return [None, None, none] };
        [with(range.low), with(range.high), none]
    }

    /// The change when an answer joins the mean, the others having changed by `others`.
    fn joined(&self, stratum: usize, others: Influence, weight: f64, answer: f64) -> Option<f64> {
        let deviation = answer - self.value;
        if self.scale.known && !self.design.scale_known[stratum] {
            // The first form of a stratum without a known population: all forms count once.
            let below = self.scale.forms + 1.0;
            return Some(self.coefficient * (self.scale.deviations + deviation) / below);
        }
        let own = if self.scale.known { weight / self.size } else { 1.0 / self.size };
        self.moved(others.score + own * deviation, others.share + own)
    }

    /// By which factor the forms of a stratum weigh more when `now` have answered.
    fn factor(&self, stratum: usize, now: u64) -> f64 {
        if self.scale.known { self.design.reweighting(stratum, now) } else { 1.0 }
    }
}

const NOBODY: Influence = Influence { row: 0, score: 0.0, share: 0.0 };

impl Scale {
    fn of(
        design: &Design,
        term: &Term<'_>,
        taking: &[Influence],
        value: f64,
    ) -> Result<Self, FigureError> {
        let known = |row: usize| design.scale_known[design.stratum_of[row] as usize];
        let strangers = taking.iter().filter(|i| !known(i.row as usize)).count() as u64;
        let without_strangers = match strangers {
            0 => None,
            _ => design.mean(term.variable, &term.domain.and(&design.rows_where(known)))?.value(),
        };
        let deviation = |i: &Influence| term.variable.values[i.row as usize] - value;
        Ok(Self {
            known: strangers == 0,
            strangers,
            without_strangers,
            forms: taking.len() as f64,
            deviations: exact_sum(taking.iter().map(deviation)),
        })
    }
}
