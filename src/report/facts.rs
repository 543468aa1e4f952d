use crate::{
    fieldwork::{Policy, Reason, RoundState, Said},
    questionnaire::Recorded,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything about a round from which figures may be computed. It knows no person.
#[derive(Debug, Clone)]
pub struct Facts {
    /// How people name the round.
    pub round: String,
    /// How far it has come.
    pub state: RoundState,
    /// Made-up people and answers.
    pub synthetic: bool,
    /// The first day, as an ISO date.
    pub opened_on: Option<String>,
    /// The announced last day, as an ISO date.
    pub closes_on: Option<String>,
    /// First submits per day.
    pub submits_by_day: Vec<(String, i64)>,
    /// How many people said that they do not take part, and why; empty before the box is opened.
    pub reasons: BTreeMap<(Said, Reason), u64>,
    /// How often each version of the notice was agreed to, as of the last daily refresh or, once
    /// the box is opened, in all.
    pub consents: Vec<(String, u64)>,
    /// The cells, by unit, group, form and subject.
    pub cells: Vec<CellFacts>,
    /// What is known of responses besides their answers; empty before the box is opened.
    pub labels: Vec<LabelFacts>,
    /// The responses, in no order that means anything.
    pub responses: Vec<ResponseFacts>,
}

/// What is owed and came in of one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellFacts {
    /// The unit's code.
    pub unit: String,
    /// The respondent group's code.
    pub group: String,
    /// The form's id.
    pub form: String,
    /// Who is judged.
    pub subject: String,
    /// Whether the target limits who may answer.
    pub policy: Policy,
    /// How many people could be asked; `None` without a frame.
    pub population: Option<u64>,
    /// How many answers are owed.
    pub target: u64,
    /// How many people were asked.
    pub released: u64,
    /// How many had begun, as of the last daily refresh.
    pub started: u64,
    /// How many answers count officially.
    pub completed: u64,
    /// Valid answers beyond the target.
    pub over_allocation: u64,
    /// Further submits of the same part, as of the last daily refresh.
    pub conflicts: u64,
    /// How many ended how, once the box is opened; words of `fieldwork::Outcome`.
    pub outcomes: BTreeMap<String, u64>,
}

impl CellFacts {
    /// What names the cell, and puts cells in order.
    pub fn key(&self) -> (&str, &str, &str, &str) {
        (&self.unit, &self.group, &self.form, &self.subject)
    }
}

/// What is known of some responses besides their answers.
#[derive(Debug, Clone)]
pub struct LabelFacts {
    /// Positions of their cells in [`Facts::cells`]: one, or several that were merged.
    pub cells: Vec<usize>,
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub form_version: String,
    /// Who is judged.
    pub subject: String,
    /// How they came in.
    pub mode: String,
}

/// One response.
#[derive(Debug, Clone)]
pub struct ResponseFacts {
    /// The position of its label in [`Facts::labels`].
    pub label: usize,
    /// Answers by question: codes, −1 missing, −2 not asked, 0 không biết, or values.
    pub answers: BTreeMap<String, Recorded>,
}
