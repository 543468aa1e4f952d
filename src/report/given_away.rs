//! Which few people the figures of a round, taken together, would give away.
//!
//! Every figure is written down as what it is to a reader who knows the sample: a linear
//! function of what each person answered to each question, with coefficients from weights and
//! counts. A person's score is the mean of the answers that count, so a score is a function of
//! the same unknowns as the spread of each question. Whatever a rule makes of an answer, it
//! is the same unknown: two rules must not be played off against each other either.

use super::{
    breakdown::BreakdownRow,
    judged::{ASKED_ONLY, Judged},
    question::QuestionResult,
    release::{Figure, Place},
    result::{CriterionResult, Results},
    sample::Sample,
};
use crate::{criteria::DontKnow, questionnaire::Recorded};
use analysis::{Audit, AuditError};
use std::collections::{BTreeMap, BTreeSet};

/// People whose answers could be worked out, and from what.
pub(super) struct Given {
    /// How many.
    pub people: u64,
    /// One row of each kind of them.
    pub who: Vec<usize>,
    /// The figures.
    pub places: Vec<Place>,
}

/// Every set of fewer than `least` people whose answers could be worked out.
///
/// `judged` and `results` are by rule, and within one by criterion.
pub(super) fn given_away(
    judged: &[Vec<Option<Judged<'_>>>],
    results: &[Results],
    least: u64,
) -> Result<Vec<Given>, AuditError> {
    let all = results.iter().flat_map(|one| &one.criteria);
    let criteria: BTreeSet<(&str, &str)> =
        all.map(|one| (one.code.as_str(), one.subject.as_str())).collect();
    let mut found = Vec::new();
    for about in criteria {
        let by_rule =
            (0..).zip(judged.iter().zip(results)).flat_map(|(rule, (judged, results))| {
                let own = (0..).zip(judged.iter().zip(&results.criteria));
                own.filter(move |(_, (_, one))| (&*one.code, &*one.subject) == about)
                    .filter_map(move |(at, (judged, one))| Some((rule, at, judged.as_ref()?, one)))
            });
        let by_rule: Vec<(usize, usize, &Judged<'_>, &CriterionResult)> = by_rule.collect();
        let Some((_, _, first, _)) = by_rule.first() else { continue };
        let mut told = Told::about(first);
        for (rule, at, judged, one) in by_rule {
            told.criterion(judged, one, rule, at);
        }
        for (at, question) in results[0].questions.iter().enumerate() {
            if (question.criterion.as_deref(), &*question.subject) == (Some(about.0), about.1) {
                told.question(question, at);
            }
        }
        for reached in told.audit.reachable(least)? {
            let places: BTreeSet<Place> =
                reached.figures.iter().map(|&figure| told.places[figure]).collect();
            found.push(Given {
                people: reached.people,
                who: reached.blocks.iter().map(|&block| told.alike[block].0).collect(),
                places: places.into_iter().collect(),
            });
        }
    }
    Ok(found)
}

/// What is told of one criterion of one subject.
struct Told<'s> {
    sample: &'s Sample<'s>,
    audit: Audit,
    /// Where each figure of the audit stands.
    places: Vec<Place>,
    /// People of one stratum who were asked and answered the same questions: one of them, and
    /// their block in the audit.
    alike: Vec<(usize, usize)>,
    unknowns: BTreeMap<(usize, Unknown), usize>,
}

/// What is not known of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unknown {
    /// The answer to a question.
    Answer(String),
    /// Whether "don't know" was said to it.
    DontKnow(String),
    /// Whatever was made of all answers together.
    Person,
}

impl<'s> Told<'s> {
    fn about(judged: &Judged<'s>) -> Self {
        let sample = judged.sample;
        let mut rows: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for row in 0..sample.rows.len() {
            let answered = judged.answered(row);
            if !answered.is_empty() {
                rows.entry((sample.stratum_of_row[row], answered)).or_default().push(row);
            }
        }
        let mut audit = Audit::default();
        let alike = rows.values().map(|rows| (rows[0], audit.block(rows.len() as u64))).collect();
        Self { sample, audit, places: Vec::new(), alike, unknowns: BTreeMap::new() }
    }

    fn criterion(&mut self, judged: &Judged<'_>, one: &CriterionResult, rule: usize, at: usize) {
        let place = |figure| Place { rule, figure };
        if one.score.is_some() {
            self.persons(judged, &judged.coefficients(None), None, place(Figure::Score(at)));
        }
        if one.bounds.is_some() {
            // Worst and best differ in what is added for "don't know", which is known.
            let worst = Some(DontKnow::Counts(0.0));
            let coefficients = judged.coefficients(worst);
            self.persons(judged, &coefficients, worst, place(Figure::Bounds(at)));
        }
        if one.dont_know.is_some() {
            let asked = |row| judged.answered(row).iter().any(|(_, how)| *how < ASKED_ONLY);
            let coefficients = self.sample.coefficients(&judged.cells, asked);
            let figure = Figure::DontKnow(at);
            self.tell(&coefficients, place(figure), |row| {
                let said = judged.answered(row).into_iter().filter(|(_, how)| *how < ASKED_ONLY);
                said.map(|(name, _)| (Unknown::DontKnow(name.to_owned()), 1.0)).collect()
            });
        }
        let facts = self.sample.facts;
        for (row, part) in one.by_unit.iter().enumerate() {
            self.part(judged, part, place(Figure::Unit(at, row)), |cell| &facts.cells[cell].unit);
        }
        for (row, part) in one.by_group.iter().enumerate() {
            self.part(judged, part, place(Figure::Group(at, row)), |cell| &facts.cells[cell].group);
        }
    }

    /// The figure of some units or groups.
    fn part<'c>(
        &mut self,
        judged: &Judged<'_>,
        part: &BreakdownRow,
        place: Place,
        code: impl Fn(usize) -> &'c String,
    ) {
        if part.figures.value().is_some() {
            let inside = |cell: &usize| part.codes.contains(code(*cell));
            let cells: Vec<usize> = judged.cells.iter().copied().filter(inside).collect();
            self.persons(judged, &judged.coefficients_in(&cells), None, place);
        }
    }

    /// How the answers to a question are spread.
    fn question(&mut self, question: &QuestionResult, at: usize) {
        if question.answers.value().is_none() {
            return;
        }
        let sample = self.sample;
        let cells =
            sample.facts.cells.iter().enumerate().filter(|(_, cell)| {
                (&cell.form, &cell.subject) == (&question.form, &question.subject)
            });
        let cells: Vec<usize> = cells.map(|(at, _)| at).collect();
        let code = |row: usize| match sample.rows[row].answers.get(&question.name) {
            Some(Recorded::Code(code)) => *code,
            _ => i16::MIN,
        };
        let place = Place { rule: 0, figure: Figure::Question(at) };
        let answer = Unknown::Answer(question.name.clone());
        let chosen = sample.coefficients(&cells, |row| code(row) > 0);
        self.tell(&chosen, place, |_| vec![(answer.clone(), 1.0)]);
        let dont_know = Unknown::DontKnow(question.name.clone());
        let asked = sample.coefficients(&cells, |row| code(row) >= 0);
        self.tell(&asked, place, |_| vec![(dont_know.clone(), 1.0)]);
    }

    /// A mean of persons' values: of their answers, and of whatever else is made of them.
    fn persons(
        &mut self,
        judged: &Judged<'_>,
        coefficients: &[f64],
        dont_know: Option<DontKnow>,
        place: Place,
    ) {
        self.tell(coefficients, place, |row| {
            let (answered, counting) = judged.made_of(row, dont_know);
            let share = 1.0 / counting.max(1) as f64;
            let answer = |name: &str| (Unknown::Answer(name.to_owned()), share);
            answered.into_iter().map(answer).collect()
        });
        if dont_know.is_none() {
            self.tell(coefficients, place, |_| vec![(Unknown::Person, 1.0)]);
        }
    }

    /// Writes down a figure: the coefficient of each person, and what of the person it holds.
    fn tell(
        &mut self,
        coefficients: &[f64],
        place: Place,
        of: impl Fn(usize) -> Vec<(Unknown, f64)>,
    ) {
        let mut terms = Vec::new();
        for &(row, block) in &self.alike {
            if coefficients[row] == 0.0 {
                continue;
            }
            for (unknown, share) in of(row) {
                let audit = &mut self.audit;
                let unknown = self.unknowns.entry((block, unknown));
                let unknown = *unknown.or_insert_with(|| audit.unknown(block));
                terms.push((unknown, share * coefficients[row]));
            }
        }
        self.audit.figure(terms);
        self.places.push(place);
    }
}
