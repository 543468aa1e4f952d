//! Many questions by many units at once: one pass over the answers, then arithmetic.
//!
//! Where the rows of a stratum weigh the same, the counts of every answer in every stratum say
//! all about means, shares and their errors.
//! Counting is exact, so the result is the same to the last bit for any number of threads and
//! any order of rows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::alike::{Answers, Sorted, sorted};
use crate::cell::{Cell, Entry, whole};
use crate::design::{Design, LARGEST};
use crate::domain;
use crate::error::FigureError;
use crate::estimate::{Ask, Est, Flag};
use crate::figure::Part;
use crate::reading::Reading;
use crate::variable::{DONT_KNOW, DontKnow, MISSING, NOT_ASKED, Range, Scores};
use crate::variance::Variance;

/// Codes from −2 to 5, the common case, or up to 125.
pub(crate) const FEW: usize = 8;
pub(crate) const MANY: usize = 128;

/// How often each answer was given, by stratum and question.
#[derive(Debug, Clone)]
pub struct AnswerCounts<'d> {
    pub(crate) design: &'d Design,
    pub(crate) questions: usize,
    pub(crate) levels: usize,
    /// By stratum, question and code + 2.
    counts: Vec<u64>,
}

/// The values of a question's codes.
#[derive(Debug, Clone)]
pub struct Scale {
    /// By code + 2.
    values: Vec<Option<f64>>,
    known: Vec<bool>,
    range: Option<Range>,
}

impl Scale {
    /// A mean of scores, as [`crate::Variable::scored`].
    #[must_use]
    pub fn scored(scores: &Scores, dont_know: DontKnow) -> Self {
        Self::of(scores, dont_know, None)
    }

    /// A share of people, as [`crate::Variable::share`].
    #[must_use]
    pub fn share(scores: &Scores, counted: &[i8], dont_know: DontKnow) -> Self {
        Self::of(&scores.as_share(counted), dont_know, Some(()))
    }

    fn of(scores: &Scores, dont_know: DontKnow, share: Option<()>) -> Self {
        let (values, known) = (0..MANY)
            .map(|place| match i8::try_from(place).ok().map(|p| p - 2) {
                Some(DONT_KNOW) => (scores.dont_know(dont_know), true),
                Some(MISSING | NOT_ASKED) => (None, true),
                Some(code) => (scores.value(code), scores.knows(code)),
                None => (None, false),
            })
            // As in a variable, a value that is not a number is none.
            .map(|(value, known): (Option<f64>, bool)| (value.filter(|v| !v.is_nan()), known))
            .unzip();
        Self { values, known, range: scores.range(dont_know, share.is_some()) }
    }
}

impl Design {
    /// Counts answers, one row of `questions` codes per respondent, one after the other.
    ///
    /// Only for samples of persons without calibration, in which the rows of a stratum weigh the
    /// same (as with the default weights); `None` otherwise.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] unless there are rows × questions answers, and
    /// [`FigureError::UnknownCode`] for codes below −2 or above 125.
    pub fn count_answers(
        &self,
        answers: &[i8],
        questions: usize,
    ) -> Result<Option<AnswerCounts<'_>>, FigureError> {
        let expected = self.rows().saturating_mul(questions);
        if answers.len() != expected {
            let got = answers.len();
            return Err(FigureError::LengthMismatch { what: "answers", expected, got });
        }
        let (least, most) = answers.iter().fold((0i8, 0i8), |(l, m), &a| (l.min(a), m.max(a)));
        if least < NOT_ASKED || most > 125 {
            let position = answers.iter().position(|&a| !(NOT_ASKED..=125).contains(&a));
            let position = position.unwrap_or(0);
            let (row, code) = (position / questions.max(1), answers[position]);
            return Err(FigureError::UnknownCode { row, code });
        }
        let same_weight = |(s, &n): (usize, &u64)| n == 0 || self.equal_weights[s];
        let plain = self.elements
            && self.adjustments.is_empty()
            && self.unequal.is_none()
            && self.respondents.iter().enumerate().all(same_weight);
        if !plain {
            return Ok(None);
        }
        let levels = if most <= 5 { FEW } else { MANY };
        let tally = match levels {
            FEW => tally::<FEW>,
            _ => tally::<MANY>,
        };
        let strata = self.strata.len();
        let chunk = self.rows().div_ceil(rayon::current_num_threads()).max(1);
        let rows = self.stratum_of.par_chunks(chunk);
        let codes = answers.par_chunks((chunk * questions).max(1));
        let parts: Vec<Vec<u32>> =
            rows.zip(codes).map(|(rows, codes)| tally(rows, codes, questions, strata)).collect();
        let mut counts = vec![0u64; strata * questions * levels];
        for part in &parts {
            counts.iter_mut().zip(part).for_each(|(sum, &n)| *sum += u64::from(n));
        }
        Ok(Some(AnswerCounts { design: self, questions, levels, counts }))
    }
}

/// Counts the codes of some rows.
fn tally<const LEVELS: usize>(
    stratum_of: &[u32],
    answers: &[i8],
    questions: usize,
    strata: usize,
) -> Vec<u32> {
    let mut counts = vec![0u32; strata * questions * LEVELS];
    if questions == 0 {
        return counts;
    }
    for (codes, &stratum) in answers.chunks_exact(questions).zip(stratum_of) {
        let start = stratum as usize * questions * LEVELS;
        let home = &mut counts[start..start + questions * LEVELS];
        for (slots, &code) in home.chunks_exact_mut(LEVELS).zip(codes) {
            // Codes were checked to lie between −2 and the last level.
            slots[usize::from((code + 2).unsigned_abs()) % LEVELS] += 1;
        }
    }
    counts
}

impl AnswerCounts<'_> {
    /// How many questions were counted.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.questions
    }

    /// How often a code was given to a question in a stratum.
    #[must_use]
    pub fn count(&self, stratum: usize, question: usize, code: i8) -> u64 {
        let level = usize::try_from(i16::from(code) + 2).unwrap_or(usize::MAX);
        let inside =
            stratum < self.design.strata.len() && question < self.questions && level < self.levels;
        if inside { self.counts[self.place(stratum, question) + level] } else { 0 }
    }

    fn place(&self, stratum: usize, question: usize) -> usize {
        (stratum * self.questions + question) * self.levels
    }

    /// How often each code + 2 was given to a question in a stratum.
    fn by_level(&self, stratum: usize, question: usize) -> &[u64] {
        let place = self.place(stratum, question);
        &self.counts[place..place + self.levels]
    }

    /// How often each answer was given, by stratum, question and code + 2.
    pub(crate) fn all(&self) -> &[u64] {
        &self.counts
    }

    /// The means of all questions in several domains, each given by its strata: domain after
    /// domain, question after question.
    ///
    /// # Errors
    /// As [`AnswerCounts::mean`], for the first figure that has one.
    pub fn means(
        &self,
        scale: &Scale,
        domains: &[Vec<usize>],
        ask: &Ask,
    ) -> Result<Vec<Est>, FigureError> {
        let cells = (0..domains.len() * self.questions).into_par_iter();
        let mean = |cell: usize| {
            let (domain, question) = (cell / self.questions, cell % self.questions);
            self.mean(question, scale, &domains[domain], ask)
        };
        let figures: Vec<Result<Est, FigureError>> = cells.map(mean).collect();
        figures.into_iter().collect()
    }

    /// The mean of a question in some strata, with its uncertainty: what [`Design::mean`] over
    /// [`Design::in_strata`] gives.
    ///
    /// # Errors
    /// [`FigureError::UnknownCode`] for a code that the scale does not know,
    /// [`FigureError::NotANumber`] for a value of the scale beyond ±10⁶⁰,
    /// [`FigureError::LonelyPsu`] under that rule, [`FigureError::Level`].
    pub fn mean(
        &self,
        question: usize,
        scale: &Scale,
        strata: &[usize],
        ask: &Ask,
    ) -> Result<Est, FigureError> {
        if crate::interval::tail_of(ask.level).is_none() {
            return Err(FigureError::Level { level: ask.level });
        }
        let wanted = self.wanted(strata);
        let cell = self.cell(question, scale, &wanted)?;
        let numbers: Vec<u32> = wanted.iter().filter_map(|&s| u32::try_from(s).ok()).collect();
        let population = domain::population(self.design, &numbers);
        let mut est = Est::without_value(cell.n, population, ask.level);
        est.flags = self.flags(&wanted, &cell.entries);
        let Some(mean) = cell.mean() else { return Ok(est) };
        let variance = self.variance(&cell, mean)?;
        let part = self.part(&cell, mean, scale.range, variance.census);
        let reading = Reading {
            ask,
            value: mean,
            df: cell.degrees_of_freedom(&self.design.variance_stratum),
            n: cell.n,
            kish: cell.kish(),
            range: scale.range,
            parts: Cow::Borrowed(std::slice::from_ref(&part)),
            reference: cell.reference(mean),
            sides: None,
            variance,
        };
        reading.fill(&mut est);
        Ok(est)
    }

    /// Strata that there are, in their order, each once.
    pub(crate) fn wanted(&self, strata: &[usize]) -> Vec<usize> {
        let mut wanted = strata.to_vec();
        wanted.retain(|&s| s < self.design.strata.len());
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    pub(crate) fn cell(
        &self,
        question: usize,
        scale: &Scale,
        strata: &[usize],
    ) -> Result<Cell, FigureError> {
        let mut entries = Vec::new();
        for &stratum in strata {
            if question >= self.questions {
                break;
            }
            for (level, &count) in self.by_level(stratum, question).iter().enumerate() {
                if count == 0 {
                    continue;
                }
                if !scale.known[level] {
                    let code = i8::try_from(level).map_or(i8::MAX, |l| l - 2);
                    return Err(FigureError::UnknownCode { row: 0, code });
                }
                if let Some(value) = scale.values[level] {
                    if value.abs() > LARGEST {
                        let row = level.saturating_sub(2);
                        return Err(FigureError::NotANumber { what: "scores, by code", row });
                    }
                    let count = count as f64;
                    entries.push(Entry { stratum, level, count, value, weight: 1.0 });
                }
            }
        }
        // The weight is the same for all rows of a stratum; without a known population forms
        // are pooled as they are.
        let scale_known = entries.iter().all(|e| self.design.scale_known[e.stratum]);
        if scale_known {
            for entry in &mut entries {
                entry.weight = self.design.stratum_weight(entry.stratum);
            }
        }
        Ok(Cell::of(entries, scale_known))
    }

    fn flags(&self, strata: &[usize], entries: &[Entry]) -> BTreeSet<Flag> {
        let design = self.design;
        let mut flags = BTreeSet::new();
        let mut flag = |yes: bool, flag: Flag| {
            if yes {
                flags.insert(flag);
            }
        };
        let unanswered =
            |&s: &usize| design.respondents[s] == 0 && design.strata[s].population != Some(0);
        flag(entries.is_empty(), Flag::NoData);
        flag(strata.iter().any(unanswered), Flag::EmptyStratum);
        for entry in entries {
            let s = entry.stratum;
            let population = design.levels[0].population[design.variance_stratum[s]];
            flag(population.is_none(), Flag::PopulationUnknown);
            flag(design.collapsed[s], Flag::LonelyAdjusted);
            flag(design.clamped[s], Flag::ClampedToCensus);
        }
        flags
    }

    /// The sum over strata of (1 − f) n/(n − 1) Σ (z − z̄)², from counts.
    fn variance(&self, cell: &Cell, mean: f64) -> Result<Variance, FigureError> {
        let design = self.design;
        let home = |e: &Entry| design.variance_stratum[e.stratum];
        let mut entries = cell.entries.clone();
        entries.sort_by_key(home);
        let strata = entries.chunk_by(|a, b| home(a) == home(b)).map(|members| {
            let score = |e: &Entry| e.weight * (e.value - mean) / cell.size;
            let sum: f64 = members.iter().map(|e| e.count * score(e)).sum();
            let present: f64 = members.iter().map(|e| e.count).sum();
            let stratum = home(&members[0]);
            let n = design.levels[0].sampled[stratum] as f64;
            let centre = sum / n;
            let powers = [2, 3, 4].map(|power| {
                let of = |e: &Entry| e.count * (score(e) - centre).powi(power);
                members.iter().map(of).sum::<f64>() + (n - present) * (-centre).powi(power)
            });
            let about_zero: f64 = members.iter().map(|e| e.count * score(e).powi(2)).sum();
            Moments { stratum, units: present, powers, about_zero }
        });
        design.variance_of_moments(strata)
    }

    fn part(&self, cell: &Cell, mean: f64, range: Option<Range>, census: bool) -> Part {
        let design = self.design;
        let first = cell.entries.first().map(|e| e.stratum);
        let home = first.filter(|&s| {
            let one = cell.entries.iter().all(|e| e.stratum == s);
            let n = design.respondents[s];
            one && cell.n == n && design.levels[0].sampled[design.variance_stratum[s]] == n
        });
        let answers = cell.entries.iter().map(|e| {
            let stratum = design.variance_stratum[e.stratum];
            let stratum = u32::try_from(stratum).expect("strata were numbered");
            let not_sampled = design.levels[0].not_sampled(stratum);
            Answers {
                stratum,
                value: e.value,
                weight: e.weight,
                count: whole(e.count),
                not_sampled,
            }
        });
        let Sorted { alike, hidden } = sorted(&design.levels[0], answers, cell.size);
        Part {
            coefficient: 1.0,
            value: mean,
            range,
            n: cell.n,
            stratum: home.and_then(|s| design.people(s)).map(|people| (cell.n, people)),
            alike,
            hidden,
            census,
        }
    }
}

/// Sums over the scores of one variance stratum.
pub(crate) struct Moments {
    pub(crate) stratum: usize,
    /// Units with a score.
    pub(crate) units: f64,
    /// Of the 2nd, 3rd and 4th power of the distance from their mean.
    pub(crate) powers: [f64; 3],
    /// Of squares.
    pub(crate) about_zero: f64,
}
