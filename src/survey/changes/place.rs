use crate::{messages::Text, text};
use serde::Serialize;

/// Where a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Place {
    /// The survey as a whole.
    Survey,
    /// What a respondent is told first.
    Notice,
    /// A group of respondents.
    Group {
        /// Its code.
        group: String,
    },
    /// Somebody who is judged.
    Subject {
        /// Its code.
        subject: String,
    },
    /// A form that a group answers about a subject.
    Part {
        /// The code of the group.
        group: String,
        /// The form.
        form: String,
        /// The code of the subject.
        subject: String,
    },
    /// A criterion of the index.
    Criterion {
        /// Its code.
        criterion: String,
    },
    /// A scoring rule.
    Rule {
        /// The file of the rule.
        file: String,
    },
    /// How a rule scores a criterion.
    Scoring {
        /// The criterion.
        criterion: String,
    },
    /// A unit.
    Unit {
        /// Its code.
        unit: String,
    },
    /// The target of a unit and group.
    Target {
        /// The code of the unit.
        unit: String,
        /// The code of the group.
        group: String,
    },
    /// A form.
    Form {
        /// The form.
        form: String,
    },
    /// A question of a form.
    Question {
        /// The form.
        form: String,
        /// The name of the question.
        question: String,
    },
    /// Options of questions of a form.
    Options {
        /// The form.
        form: String,
        /// The scale or list.
        list: String,
    },
    /// A file.
    File {
        /// Its name.
        file: String,
    },
}

/// What is different at a place. This is the closed list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each has its sentence in the message files")]
pub enum What {
    Added,
    Removed,
    Moved,
    Version,
    Title,
    Languages,
    Document,
    Synthetic,
    Notes,
    Levels,
    Who,
    Why,
    Minutes,
    Stored,
    Kept,
    Contact,
    Name,
    Chosen,
    Channels,
    Reminders,
    CensusUpTo,
    OwnUnit,
    Policy,
    Merging,
    UnitShort,
    UnitParent,
    UnitDays,
    Target,
    Population,
    CriterionPlace,
    CriterionMethod,
    MostPoints,
    Lead,
    Method,
    Points,
    LeastAnswers,
    Coefficients,
    Rounding,
    Bands,
    Content,
    PageBreaks,
    Heading,
    PageCondition,
    Wording,
    Hint,
    Kind,
    Required,
    RequiredMessage,
    Condition,
    Constraint,
    SoftConstraint,
    Filter,
    Limits,
    Calculation,
    CountsFor,
    DontKnowOffered,
    OptionAdded,
    OptionRemoved,
    OptionReworded,
    OptionRecoded,
    OptionOrder,
    OptionKeys,
    Coefficient,
    DontKnow,
    Remarks,
}

impl Place {
    /// The file of the survey in which it stands.
    pub fn file(&self) -> String {
        match self {
            Self::Survey
            | Self::Notice
            | Self::Group { .. }
            | Self::Subject { .. }
            | Self::Part { .. } => "survey.toml".to_owned(),
            Self::Criterion { .. } => "criteria.csv".to_owned(),
            Self::Scoring { .. } => "rule.toml".to_owned(),
            Self::Unit { .. } => "units.csv".to_owned(),
            Self::Target { .. } => "targets.csv".to_owned(),
            Self::Form { form } | Self::Question { form, .. } | Self::Options { form, .. } => {
                format!("forms/{form}.toml")
            }
            Self::Rule { file } | Self::File { file } => file.clone(),
        }
    }

    /// The place in words.
    pub fn text(&self) -> Text {
        match self {
            Self::Survey => text!("changes.in_survey"),
            Self::Notice => text!("changes.in_notice"),
            Self::Group { group } => text!("changes.in_group", group = group),
            Self::Subject { subject } => text!("changes.in_subject", subject = subject),
            Self::Part { group, form, subject } => {
                text!("changes.in_part", group = group, form = form, subject = subject)
            }
            Self::Criterion { criterion } => text!("changes.in_criterion", criterion = criterion),
            Self::Rule { file } => text!("changes.in_rule", file = file),
            Self::Scoring { criterion } => text!("changes.in_scoring", criterion = criterion),
            Self::Unit { unit } => text!("changes.in_unit", unit = unit),
            Self::Target { unit, group } => text!("changes.in_target", unit = unit, group = group),
            Self::Form { form } => text!("changes.in_form", form = form),
            Self::Question { form, question } => {
                text!("changes.in_question", form = form, question = question)
            }
            Self::Options { form, list } => text!("changes.in_options", form = form, list = list),
            Self::File { file } => text!("changes.in_file", file = file),
        }
    }
}

impl What {
    /// The change in words.
    pub fn text(self) -> Text {
        match self {
            Self::Added => text!("changes.added"),
            Self::Removed => text!("changes.removed"),
            Self::Moved => text!("changes.moved"),
            Self::Version => text!("changes.version"),
            Self::Title => text!("changes.title"),
            Self::Languages => text!("changes.languages"),
            Self::Document => text!("changes.document"),
            Self::Synthetic => text!("changes.synthetic"),
            Self::Notes => text!("changes.notes"),
            Self::Levels => text!("changes.levels"),
            Self::Who => text!("changes.who"),
            Self::Why => text!("changes.why"),
            Self::Minutes => text!("changes.minutes"),
            Self::Stored => text!("changes.stored"),
            Self::Kept => text!("changes.kept"),
            Self::Contact => text!("changes.contact"),
            Self::Name => text!("changes.name"),
            Self::Chosen => text!("changes.chosen"),
            Self::Channels => text!("changes.channels"),
            Self::Reminders => text!("changes.reminders"),
            Self::CensusUpTo => text!("changes.census_up_to"),
            Self::OwnUnit => text!("changes.own_unit"),
            Self::Policy => text!("changes.policy"),
            Self::Merging => text!("changes.merging"),
            Self::UnitShort => text!("changes.unit_short"),
            Self::UnitParent => text!("changes.unit_parent"),
            Self::UnitDays => text!("changes.unit_days"),
            Self::Target => text!("changes.target"),
            Self::Population => text!("changes.population"),
            Self::CriterionPlace => text!("changes.criterion_place"),
            Self::CriterionMethod => text!("changes.criterion_method"),
            Self::MostPoints => text!("changes.most_points"),
            Self::Lead => text!("changes.lead"),
            Self::Method => text!("changes.method"),
            Self::Points => text!("changes.points"),
            Self::LeastAnswers => text!("changes.least_answers"),
            Self::Coefficients => text!("changes.coefficients"),
            Self::Rounding => text!("changes.rounding"),
            Self::Bands => text!("changes.bands"),
            Self::Content => text!("changes.content"),
            Self::PageBreaks => text!("changes.page_breaks"),
            Self::Heading => text!("changes.heading"),
            Self::PageCondition => text!("changes.page_condition"),
            Self::Wording => text!("changes.wording"),
            Self::Hint => text!("changes.hint"),
            Self::Kind => text!("changes.kind"),
            Self::Required => text!("changes.required"),
            Self::RequiredMessage => text!("changes.required_message"),
            Self::Condition => text!("changes.condition"),
            Self::Constraint => text!("changes.constraint"),
            Self::SoftConstraint => text!("changes.soft_constraint"),
            Self::Filter => text!("changes.filter"),
            Self::Limits => text!("changes.limits"),
            Self::Calculation => text!("changes.calculation"),
            Self::CountsFor => text!("changes.counts_for"),
            Self::DontKnowOffered => text!("changes.dont_know_offered"),
            Self::OptionAdded => text!("changes.option_added"),
            Self::OptionRemoved => text!("changes.option_removed"),
            Self::OptionReworded => text!("changes.option_reworded"),
            Self::OptionRecoded => text!("changes.option_recoded"),
            Self::OptionOrder => text!("changes.option_order"),
            Self::OptionKeys => text!("changes.option_keys"),
            Self::Coefficient => text!("changes.coefficient"),
            Self::DontKnow => text!("changes.dont_know"),
            Self::Remarks => text!("changes.remarks"),
        }
    }
}
