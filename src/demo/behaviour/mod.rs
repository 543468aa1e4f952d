//! What a made-up person does with the forms that the service shows.
//!
//! A person sees names, labels and options, never the questionnaire behind them. All
//! they do follows from the demo's seed, their stratum and their id in the frame: it
//! is the same on every machine and whatever the order in which people come.

#[cfg(test)]
mod tests;
mod typing;
mod wording;

use super::dice::Dice;
use typing::{slipped, typed};
use wording::Kind;

pub use typing::InputKind;

/// Of a thousand people in an average stratum.
const REFUSE: usize = 55;
const NOT_ELIGIBLE: usize = 20;
const BREAK_OFF: usize = 45;
const STRAIGHT_LINE: usize = 50;
const SUBMIT_TWICE: usize = 30;
/// Of a thousand who do not take part.
const EXPLAIN: usize = 700;

/// What a person does with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Answers everything and sends it.
    Answers,
    /// Says that they will not take part.
    Refuses,
    /// Says that they are not one of those asked.
    NotEligible,
    /// Begins, and goes away when this page, counted from 1, is before them.
    BreaksOff {
        /// The page.
        page: usize,
    },
    /// Never opens the link.
    NeverOpens,
    /// Gives the same answer all the way down and sends it.
    StraightLines,
    /// Answers everything and presses the last button twice.
    SubmitsTwice,
}

/// A made-up person before a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    seed: u64,
    stratum: String,
    id: String,
}

impl Person {
    /// The person `id` of `stratum` in the demo of `seed`.
    pub fn new(seed: u64, stratum: &str, id: &str) -> Self {
        Self { seed, stratum: stratum.to_owned(), id: id.to_owned() }
    }

    /// What the person does with the invitation.
    pub fn decision(&self) -> Decision {
        // Somewhere between an eighth and a third of a stratum never reacts.
        let silent = 130 + Dice::new(self.seed, &["silence", &self.stratum]).below(200);
        let mut dice = self.dice("decision", "");
        let page = 1 + dice.below(4);
        let rest =
            1_000 - silent - REFUSE - NOT_ELIGIBLE - BREAK_OFF - STRAIGHT_LINE - SUBMIT_TWICE;
        *dice.weighted(&[
            (rest, Decision::Answers),
            (silent, Decision::NeverOpens),
            (REFUSE, Decision::Refuses),
            (NOT_ELIGIBLE, Decision::NotEligible),
            (BREAK_OFF, Decision::BreaksOff { page }),
            (STRAIGHT_LINE, Decision::StraightLines),
            (SUBMIT_TWICE, Decision::SubmitsTwice),
        ])
    }

    /// Whether the person, not taking part, says why.
    pub fn explains(&self) -> bool {
        self.dice("explains", "").chance(EXPLAIN)
    }

    /// The position of the one option that the person chooses.
    ///
    /// `options` are codes and labels in the order of the form, at least one of them;
    /// `apart` marks those set apart from the others, such as "không biết".
    pub fn choose(&self, question: &str, options: &[(String, String)], apart: &[bool]) -> usize {
        let is_apart = |position: &usize| apart.get(*position).copied().unwrap_or(false);
        let mut dice = self.dice("choose", question);
        let aside: Vec<usize> = (0..options.len()).filter(is_apart).collect();
        if !aside.is_empty() && dice.chance(self.ignorance(question)) {
            return *dice.pick(&aside);
        }
        let labels: Vec<(usize, &str)> = (0..options.len())
            .filter(|position| !is_apart(position))
            .map(|position| (position, options[position].1.as_str()))
            .collect();
        match wording::kind(&labels) {
            Kind::Scale(worst_to_best) => self.grade(&mut dice, question, &worst_to_best),
            Kind::YesNo(yes, no) => {
                if dice.chance(share_of_yes(question)) {
                    yes
                } else {
                    no
                }
            }
            Kind::Choice if labels.is_empty() => 0,
            // Earlier options of a list are chosen more often.
            Kind::Choice => {
                let (one, other) = (dice.below(labels.len()), dice.below(labels.len()));
                labels[one.min(other)].0
            }
        }
    }

    /// The positions of the options that the person ticks, at most `maximum`.
    pub fn choose_several(
        &self,
        question: &str,
        options: &[(String, String)],
        apart: &[bool],
        maximum: Option<usize>,
    ) -> Vec<usize> {
        let mut dice = self.dice("several", question);
        let open: Vec<usize> = (0..options.len())
            .filter(|position| !apart.get(*position).copied().unwrap_or(false))
            .collect();
        let most = maximum.unwrap_or(3).clamp(1, 3).min(open.len());
        if most == 0 {
            return Vec::new();
        }
        let wanted = 1 + dice.below(most);
        let mut chosen: Vec<usize> = (0..wanted).map(|_| *dice.pick(&open)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// What the person types into a field; [`InputKind::LongText`] is often empty.
    pub fn typed(&self, question: &str, kind: &InputKind) -> String {
        typed(&mut self.dice("typed", question), kind)
    }

    /// A slip that the person makes first and corrects when the form says so.
    pub fn slipped(&self, question: &str, kind: &InputKind) -> Option<String> {
        slipped(&mut self.dice("slipped", question), kind)
    }

    fn dice(&self, purpose: &str, question: &str) -> Dice {
        Dice::new(self.seed, &[purpose, &self.stratum, &self.id, question])
    }

    /// How many times in a thousand the person does not know.
    fn ignorance(&self, question: &str) -> usize {
        if self.decision() == Decision::StraightLines {
            return 0;
        }
        let of_question = Dice::new(self.seed, &["ignorance", question]).below(50);
        let of_person = self.dice("ignorance", "").below(60);
        15 + of_question + of_person
    }

    /// A grade on a scale: the mood of the stratum, of the person, of the question,
    /// and a little of the moment.
    fn grade(&self, dice: &mut Dice, question: &str, worst_to_best: &[usize]) -> usize {
        let levels = worst_to_best.len();
        let person = self.dice("mood", "").bell();
        if self.decision() == Decision::StraightLines {
            let down = if person > -0.3 { 1 } else { 2 };
            return worst_to_best[levels - down.min(levels)];
        }
        let stratum = Dice::new(self.seed, &["mood", &self.stratum]).share();
        let asked = Dice::new(self.seed, &["mood of question", question]).share();
        let share =
            0.60 + 0.20 * stratum + 0.13 * person + 0.12 * (asked - 0.5) + 0.12 * dice.bell();
        worst_to_best[level(share, levels)]
    }
}

/// The level, from 0, on which a share between 0 and 1 falls.
fn level(share: f64, levels: usize) -> usize {
    let reached = |level: &usize| {
        #[expect(clippy::cast_precision_loss, reason = "a scale has a handful of levels")]
        let threshold = *level as f64 / levels as f64;
        share >= threshold
    };
    (1..levels).take_while(reached).count()
}

/// How many of a thousand say yes: many have done ("đã") something that is only a
/// filter, few have been treated badly.
fn share_of_yes(question: &str) -> usize {
    if question.starts_with("da_") || question.contains("_da_") { 640 } else { 110 }
}
