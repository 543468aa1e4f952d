//! One criterion of one subject: who answers about it, what each person's answers come to,
//! and the figures made of them.

use super::sample::Sample;
use crate::{
    criteria::{
        Combination, Counted, CriterionRule, DontKnow, GroupData, Method, NoCombination, Rule,
        ScoringError, Shares, person_score,
    },
    questionnaire::Recorded,
    survey::{ScoredQuestion, Survey},
};
use analysis::{EmptyPart, Est, Figure, FigureError, Variable};
use std::collections::BTreeMap;

/// Not answered, not even with "don't know".
pub(super) const ASKED_ONLY: u8 = 2;

/// Sets of cells, each with what its mean counts for in the score.
pub(super) type Parts = Vec<(f64, Vec<usize>)>;

/// One criterion of one subject.
pub(super) struct Judged<'a> {
    pub sample: &'a Sample<'a>,
    pub survey: &'a Survey,
    pub rule: &'a CriterionRule,
    /// Whom it is about.
    pub subject: &'a str,
    /// The cells whose people are asked about it.
    pub cells: Vec<usize>,
    /// The questions that count, by form.
    questions: BTreeMap<&'a str, Vec<ScoredQuestion>>,
    /// What each row's answers come to (0–100).
    persons: Vec<Option<f64>>,
}

impl<'a> Judged<'a> {
    pub fn new(
        sample: &'a Sample<'a>,
        survey: &'a Survey,
        rule: &'a Rule,
        criterion: &'a CriterionRule,
        subject: &'a str,
    ) -> Result<Self, ScoringError> {
        let mut questions = BTreeMap::new();
        for form in survey.forms.keys() {
            let scored = survey.scored_questions(rule, &criterion.criterion, form)?;
            if !scored.is_empty() {
                questions.insert(form.as_str(), scored);
            }
        }
        let asked = |(_, cell): &(usize, &super::facts::CellFacts)| {
            cell.subject == subject && questions.contains_key(cell.form.as_str())
        };
        let cells = sample.facts.cells.iter().enumerate().filter(asked).map(|(at, _)| at).collect();
        let mut judged = Self {
            sample,
            survey,
            rule: criterion,
            subject,
            cells,
            questions,
            persons: Vec::new(),
        };
        judged.persons = judged.persons_if(None);
        Ok(judged)
    }

    /// The score, the groups combined as the rule says; and which groups had no data.
    pub fn score(&self) -> Result<(Figure<'a>, Vec<String>), NoCombination> {
        self.combined(&self.persons)
    }

    /// The score if everybody who said "don't know" had chosen the worst or the best option.
    pub fn bounds(&self) -> Option<[f64; 2]> {
        let value = |dont_know| {
            let persons = self.persons_if(Some(DontKnow::Counts(dont_know)));
            self.combined(&persons).ok()?.0.value()
        };
        Some([value(0.0)?, value(1.0)?])
    }

    /// The share of answers that say "don't know".
    pub fn dont_know(&self) -> Option<Est> {
        let codes = |row: usize| self.codes(row).filter(|&code| code >= 0);
        let count = |row: usize, wanted: fn(i16) -> bool| {
            let n = codes(row).filter(|&code| wanted(code)).count();
            if codes(row).next().is_none() { f64::NAN } else { n as f64 }
        };
        let rows = 0..self.sample.rows.len();
        let said =
            Variable::numbers(rows.clone().map(|row| count(row, |code| code == 0)).collect());
        let asked = Variable::numbers(rows.map(|row| count(row, |_| true)).collect());
        let domain = self.sample.design.in_strata(&self.sample.strata_of(&self.cells));
        let (said, asked) = (said.ok()?, asked.ok()?);
        self.sample.design.ratio(&said, &asked, &domain).ok()?.bounded(0.0, 1.0).estimate().ok()
    }

    /// The figure of some of the cells.
    pub fn figure(&self, cells: &[usize]) -> Result<Figure<'a>, FigureError> {
        self.figure_of(&self.persons, cells)
    }

    /// How many people of some of the cells have a value.
    pub fn respondents(&self, cells: &[usize]) -> u64 {
        respondents(self.sample, &self.persons, cells)
    }

    /// The forms that ask about it.
    pub fn forms(&self) -> impl Iterator<Item = &'a str> {
        self.questions.keys().copied()
    }

    /// Whether answers of these cells lie under a label with those of others, or of each other.
    pub fn is_merged(&self) -> bool {
        let strata = self.sample.strata_of(&self.cells);
        strata.iter().any(|&stratum| self.sample.cells_of[stratum].len() > 1)
    }

    /// The sets of cells whose means make up the score and what each counts for; and which
    /// groups had no data.
    pub fn parts(&self) -> Result<(Parts, Vec<String>), NoCombination> {
        self.parts_if(&self.persons)
    }

    /// Whether somebody's answers come to a score.
    pub fn counts(&self, row: usize) -> bool {
        self.persons[row].is_some()
    }

    fn combined(
        &self,
        persons: &[Option<f64>],
    ) -> Result<(Figure<'a>, Vec<String>), NoCombination> {
        let (parts, without_data) = self.parts_if(persons)?;
        if self.rule.groups == Combination::Population {
            let all = self.figure_of(persons, &self.cells);
            return Ok((all.map_err(|_| NoCombination::NoData)?, without_data));
        }
        let figures: Vec<(f64, Figure<'a>)> = parts
            .iter()
            .map(|(share, cells)| Ok((*share, self.figure_of(persons, cells)?)))
            .collect::<Result<_, FigureError>>()
            .map_err(|_| NoCombination::NoData)?;
        let parts: Vec<(f64, &Figure<'a>)> =
            figures.iter().map(|(share, figure)| (*share, figure)).collect();
        let whole = Figure::weighted_mean(&parts, EmptyPart::Fail);
        Ok((whole.map_err(|_| NoCombination::NoWeight)?, without_data))
    }

    fn parts_if(&self, persons: &[Option<f64>]) -> Result<(Parts, Vec<String>), NoCombination> {
        let groups = self.survey.groups_asked(&self.rule.criterion, self.subject);
        let of_group = |code: &str| -> Vec<usize> {
            let facts = &self.sample.facts.cells;
            self.cells.iter().copied().filter(|&cell| facts[cell].group == code).collect()
        };
        let data: Vec<GroupData> = groups
            .iter()
            .map(|group| GroupData {
                code: group.code.clone(),
                population: Some(1.0),
                responses: respondents(self.sample, persons, &of_group(&group.code)),
            })
            .collect();
        // Counted by population, all people are one domain, and weights do what shares would.
        let by_population = self.rule.groups == Combination::Population;
        let combination = if by_population { &Combination::Equal } else { &self.rule.groups };
        let Shares { shares, without_data } = combination.shares(&data, self.rule.without_data)?;
        let parts = match by_population {
            true => vec![(1.0, self.cells.clone())],
            false => shares.iter().map(|group| (group.share, of_group(&group.code))).collect(),
        };
        Ok((parts, without_data))
    }

    /// The coefficient of each person's own value in the score, and with "don't know" counting
    /// as told; zero for those who have none.
    pub fn coefficients(&self, dont_know: Option<DontKnow>) -> Vec<f64> {
        let persons = self.persons_if(dont_know);
        let mut sum = vec![0.0; persons.len()];
        for (share, cells) in self.parts_if(&persons).map(|made| made.0).unwrap_or_default() {
            let own = self.sample.coefficients(&cells, |row| persons[row].is_some());
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += share * own);
        }
        sum
    }

    /// The same in the mean of some cells.
    pub fn coefficients_in(&self, cells: &[usize]) -> Vec<f64> {
        self.sample.coefficients(cells, |row| self.persons[row].is_some())
    }

    /// Which questions a person was asked, and how each was answered: with an option, with
    /// "don't know", or ([`ASKED_ONLY`] and above) not at all.
    pub fn answered(&self, row: usize) -> Vec<(&str, u8)> {
        let scored = self.label(row).and_then(|label| self.questions.get(label.form.as_str()));
        let answers = &self.sample.rows[row].answers;
        let how = |question: &'_ ScoredQuestion| match answers.get(&question.name) {
            Some(Recorded::Code(1..)) => 0,
            Some(Recorded::Code(0)) => 1,
            _ => ASKED_ONLY,
        };
        scored.into_iter().flatten().map(|one| (one.name.as_str(), how(one))).collect()
    }

    /// Which answers make up the value of a person, and how many count for it, "don't know"
    /// among them as told.
    pub fn made_of(&self, row: usize, dont_know: Option<DontKnow>) -> (Vec<&str>, usize) {
        let scored = self.label(row).and_then(|label| self.questions.get(label.form.as_str()));
        let answers = &self.sample.rows[row].answers;
        let (mut answered, mut counting) = (Vec::new(), 0);
        for question in scored.into_iter().flatten() {
            let Some(Recorded::Code(code)) = answers.get(&question.name) else { continue };
            let scoring = match dont_know {
                Some(instead) => &question.scoring.with_dont_know(instead),
                None => &question.scoring,
            };
            if let Counted::Value(_) = scoring.of(*code) {
                counting += 1;
                answered.extend((*code > 0).then_some(question.name.as_str()));
            }
        }
        (answered, counting)
    }

    /// The mean of the people of some cells.
    ///
    /// A stratum that holds other cells too counts as far as these make up its people: nobody
    /// can tell their answers apart any more.
    fn figure_of(
        &self,
        persons: &[Option<f64>],
        cells: &[usize],
    ) -> Result<Figure<'a>, FigureError> {
        let design = &self.sample.design;
        let strata = self.sample.strata_of(cells);
        let domain = design.in_strata(&strata);
        let part = |stratum| self.sample.part_of(stratum, |cell| cells.contains(&cell));
        let parts: BTreeMap<usize, f64> =
            strata.iter().map(|&stratum| (stratum, part(stratum))).collect();
        if parts.values().any(|&part| part < 1.0) {
            let part = |row: usize| parts.get(&self.sample.stratum_of_row[row]).copied();
            let value =
                |row: usize| persons[row].zip(part(row)).map_or(f64::NAN, |(y, part)| y * part);
            let rows = 0..persons.len();
            let values = Variable::numbers(rows.clone().map(value).collect())?;
            let weights = Variable::numbers(rows.map(|row| part(row).unwrap_or(0.0)).collect())?;
            return Ok(design.ratio(&values, &weights, &domain)?.bounded(0.0, 100.0));
        }
        let counts = matches!(self.rule.method, Method::TopTwo | Method::Share(_));
        if counts && persons.iter().flatten().all(|&score| score == 0.0 || score == 100.0) {
            let share = Variable::condition(persons.iter().map(|score| score.map(|s| s > 0.0)));
            return design.mean(&share, &domain)?.scaled(100.0);
        }
        let values = persons.iter().map(|score| score.unwrap_or(f64::NAN)).collect();
        Ok(design.mean(&Variable::numbers(values)?, &domain)?.bounded(0.0, 100.0))
    }

    fn persons_if(&self, dont_know: Option<DontKnow>) -> Vec<Option<f64>> {
        let questions: BTreeMap<&str, Vec<ScoredQuestion>> = self
            .questions
            .iter()
            .map(|(&form, scored)| {
                let changed = scored.iter().cloned().map(|mut question| {
                    if let Some(dont_know) = dont_know {
                        question.scoring = question.scoring.with_dont_know(dont_know);
                    }
                    question
                });
                (form, changed.collect())
            })
            .collect();
        (0..self.sample.rows.len())
            .map(|row| {
                let label = self.label(row)?;
                let scored = questions.get(label.form.as_str())?;
                let answers = &self.sample.rows[row].answers;
                let counted = scored.iter().map(|question| match answers.get(&question.name) {
                    Some(Recorded::Code(code)) => question.scoring.of(*code),
                    _ => Counted::NotAsked,
                });
                person_score(counted, self.rule.least_answered)
            })
            .collect()
    }

    /// The codes recorded for the questions that count.
    fn codes(&self, row: usize) -> impl Iterator<Item = i16> + '_ {
        let scored = self.label(row).and_then(|label| self.questions.get(label.form.as_str()));
        let answers = &self.sample.rows[row].answers;
        scored.into_iter().flatten().filter_map(move |question| match answers.get(&question.name) {
            Some(Recorded::Code(code)) => Some(*code),
            _ => None,
        })
    }

    /// The label of a row, if it is about this subject.
    pub fn label(&self, row: usize) -> Option<&super::facts::LabelFacts> {
        let label = &self.sample.facts.labels[self.sample.rows[row].label];
        (label.subject == self.subject).then_some(label)
    }
}

fn respondents(sample: &Sample<'_>, persons: &[Option<f64>], cells: &[usize]) -> u64 {
    let strata = sample.strata_of(cells);
    let rows = persons.iter().zip(&sample.stratum_of_row);
    rows.filter(|(score, stratum)| score.is_some() && strata.contains(stratum)).count() as u64
}
