use crate::{
    criteria::{Framework, Rule, Scoring, ScoringError},
    questionnaire::{Form, Kind, Labels},
};
use std::collections::BTreeMap;

/// A survey, read and checked: its files agree with one another.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The name of the survey, as of its folder.
    pub id: String,
    /// The version of its files.
    pub version: String,
    /// What it is called.
    pub title: Labels,
    /// The languages of its texts, the first one speaking for the others.
    pub languages: Vec<String>,
    /// The document that ordered it.
    pub document: Labels,
    /// Whether it was made up; then every page says so.
    pub synthetic: bool,
    /// What is assumed in it, to be shown beside its results.
    pub notes: Vec<Labels>,
    /// What a respondent is told before anything is asked.
    pub notice: Notice,
    /// Who is asked.
    pub groups: Vec<Group>,
    /// Who is judged.
    pub subjects: Vec<Subject>,
    /// Which group answers which form about which subject, in the order of asking.
    pub parts: Vec<PartRule>,
    /// The questionnaires by id.
    pub forms: BTreeMap<String, Form>,
    /// The criteria.
    pub framework: Framework,
    /// The scoring rule.
    pub rule: Rule,
    /// Other rules, for an annex.
    pub alternatives: Vec<Rule>,
    /// The units that hand out and collect.
    pub units: Vec<Unit>,
    /// How many people of each group are to answer in each unit.
    pub targets: Vec<Target>,
    /// What is put together when the box is opened and too few answers share a label.
    pub merging: Merging,
    /// The SHA-256 of the files it was read from.
    pub sha256: String,
}

/// What a respondent is told on the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who asks.
    pub who: Labels,
    /// What the answers are used for.
    pub why: Labels,
    /// How many minutes answering takes.
    pub minutes: u32,
    /// What is stored, and what is not.
    pub stored: Labels,
    /// How long it is kept.
    pub kept: Labels,
    /// Whom to ask.
    pub contact: Labels,
}

/// A group of respondents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its code, as in a list of people.
    pub code: String,
    /// Its name.
    pub label: Labels,
    /// Why one of its members was chosen, in a sentence.
    pub chosen: Labels,
    /// How its members can be reached, the best way first.
    pub channels: Vec<Channel>,
    /// Who is reminded.
    pub reminders: Reminders,
    /// Up to this population everybody is asked.
    pub census_up_to: u32,
}

/// A way to reach people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A printed letter.
    Letter,
    /// E-mail.
    Email,
    /// A text message.
    Sms,
    /// A message in Zalo.
    Zalo,
    /// A form on paper.
    Paper,
    /// In person, at a desk.
    Desk,
}

/// Who is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminders {
    /// Everybody, so that a reminder tells nothing about the person who gets it.
    Everyone,
    /// Those who have not answered, and only by the system itself.
    Unanswered,
}

/// Who is judged; results are given per subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its code.
    pub code: String,
    /// Its name.
    pub label: Labels,
    /// The unit that it is, if it is one: judgements by its own people are shown apart.
    pub unit: Option<String>,
}

/// A group answers a form about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRule {
    /// The code of the group.
    pub group: String,
    /// The id of the form.
    pub form: String,
    /// The code of the subject.
    pub subject: String,
    /// How the target binds.
    pub policy: Policy,
    /// The units whose people answer it; empty means all units.
    pub units: Vec<String>,
}

/// How a target binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The target steers releases; every valid answer of a drawn person counts.
    Drawn,
    /// No more answers than the target are counted.
    Hard,
}

/// A unit that hands out and collects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code, a text: leading zeros matter.
    pub code: String,
    /// The abbreviation used in documents.
    pub short: Option<String>,
    /// Its name.
    pub name: Labels,
    /// The unit above.
    pub parent: Option<String>,
    /// The first day on which it existed, as an ISO date.
    pub valid_from: Option<String>,
    /// The last day, as an ISO date.
    pub valid_to: Option<String>,
    /// The units from which it came, which may no longer exist.
    pub predecessors: Vec<String>,
}

/// How many people of one group are to answer in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The code of the unit.
    pub unit: String,
    /// The code of the group.
    pub group: String,
    /// How many answers are wanted.
    pub target: u32,
    /// How many people there are by another source, to be held against the list of people.
    pub population: Option<u32>,
}

/// What is put together, in this order, until every label holds enough answers.
///
/// It is declared before the draw, and a subject never merges with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The least number of answers under one label.
    pub least: u32,
    /// The steps, in order.
    pub steps: Vec<MergeStep>,
    /// The sets of groups of one unit that may be put together.
    pub groups: Vec<Vec<String>>,
}

/// One step of merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStep {
    /// Web and paper of one cell.
    Mode,
    /// Declared groups of one unit.
    Group,
    /// Units below the same unit, then that unit with its own neighbours.
    Unit,
}

/// Where answers count: a unit and group with one form about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The code of the unit.
    pub unit: String,
    /// The code of the group.
    pub group: String,
    /// The id of the form.
    pub form: String,
    /// The code of the subject.
    pub subject: String,
    /// How the target binds.
    pub policy: Policy,
    /// How many answers are wanted.
    pub target: u32,
}

/// A question that counts for a criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredQuestion {
    /// The name of the question in its form.
    pub name: String,
    /// What its answers count for.
    pub scoring: Scoring,
}

impl Survey {
    /// The group with this code.
    pub fn group(&self, code: &str) -> Option<&Group> {
        self.groups.iter().find(|known| known.code == code)
    }

    /// The subject with this code.
    pub fn subject(&self, code: &str) -> Option<&Subject> {
        self.subjects.iter().find(|known| known.code == code)
    }

    /// The unit with this code.
    pub fn unit(&self, code: &str) -> Option<&Unit> {
        self.units.iter().find(|known| known.code == code)
    }

    /// The target of a unit and group.
    pub fn target(&self, unit: &str, group: &str) -> Option<&Target> {
        self.targets.iter().find(|known| known.unit == unit && known.group == group)
    }

    /// What people of this unit and group answer, in order.
    pub fn parts_of<'a>(
        &'a self,
        unit: &'a str,
        group: &'a str,
    ) -> impl Iterator<Item = &'a PartRule> {
        self.parts.iter().filter(move |part| part.group == group && part.is_for(unit))
    }

    /// Every cell, in the order of the targets and, within one, of the parts.
    pub fn cells(&self) -> Vec<Cell> {
        let cells = self.targets.iter().flat_map(|target| {
            self.parts_of(&target.unit, &target.group).map(|part| Cell {
                unit: target.unit.clone(),
                group: target.group.clone(),
                form: part.form.clone(),
                subject: part.subject.clone(),
                policy: part.policy,
                target: target.target,
            })
        });
        cells.collect()
    }

    /// The scoring rule or the alternative with this id.
    pub fn rule_called(&self, id: &str) -> Option<&Rule> {
        std::iter::once(&self.rule).chain(&self.alternatives).find(|rule| rule.id == id)
    }

    /// The questions of a form that count for a criterion, and what they count for.
    pub fn scored_questions(
        &self,
        rule: &Rule,
        criterion: &str,
        form: &str,
    ) -> Result<Vec<ScoredQuestion>, ScoringError> {
        let (Some(criterion), Some(form)) = (rule.criterion(criterion), self.forms.get(form))
        else {
            return Ok(Vec::new());
        };
        let scored = form.questions_for(&criterion.criterion).filter_map(|question| {
            let scale = form.list_of(question)?;
            let scoring = rule.scoring(criterion, scale);
            let name = question.name.clone();
            Some(scoring.map(|scoring| ScoredQuestion { name, scoring }))
        });
        scored.collect()
    }

    /// The groups that are asked about a criterion of a subject, in the order of the survey.
    pub fn groups_asked(&self, criterion: &str, subject: &str) -> Vec<&Group> {
        let asked = |group: &&Group| {
            let mut parts = self.parts.iter();
            parts.any(|part| {
                part.group == group.code
                    && part.subject == subject
                    && self.forms.get(&part.form).is_some_and(|form| asks(form, criterion))
            })
        };
        self.groups.iter().filter(asked).collect()
    }

    /// The subjects that are judged on a criterion, in the order of the survey.
    pub fn subjects_judged(&self, criterion: &str) -> Vec<&Subject> {
        let judged = |subject: &&Subject| !self.groups_asked(criterion, &subject.code).is_empty();
        self.subjects.iter().filter(judged).collect()
    }

    /// The names of the groups, as the wording of a rule needs them.
    pub fn group_names(&self) -> Vec<(String, Labels)> {
        self.groups.iter().map(|group| (group.code.clone(), group.label.clone())).collect()
    }
}

impl Policy {
    /// The policy as written in `survey.toml`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Hard => "hard",
        }
    }
}

impl Target {
    /// Whether the target fits the population stated, which is all asked if it is small.
    pub fn fits(&self, census_up_to: u32) -> bool {
        self.population.is_none_or(|people| {
            self.target <= people && (people > census_up_to || self.target == people)
        })
    }
}

impl PartRule {
    /// Whether people of this unit answer it.
    pub fn is_for(&self, unit: &str) -> bool {
        self.units.is_empty() || self.units.iter().any(|known| known == unit)
    }
}

/// Whether a form has a question that counts for a criterion.
pub(super) fn asks(form: &Form, criterion: &str) -> bool {
    form.questions_for(criterion).any(|question| matches!(question.kind, Kind::Scale(_)))
}
