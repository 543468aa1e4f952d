//! Do the figures of two versions of a survey mean the same? What breaks a series.

use super::model::{Survey, Target};
use crate::{
    criteria::{Conversion, CriterionRule, Rule},
    messages::Text,
    questionnaire::{Expression, Form, Labels, OptionList, Question},
    text,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why the figures of two rounds do not mean the same. This is the closed list of breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Break {
    /// The form has another version, though the questions of the criterion are the same.
    FormVersion,
    /// A group without data in one of the rounds: the score does not speak for it.
    GroupWithoutData,
    /// Other groups are asked.
    Groups,
    /// The rule makes scores of answers in another way.
    Method,
    /// Answers come in by other ways.
    Mode,
    /// The criterion has another name.
    Name,
    /// The earlier round has no such criterion, or did not judge the subject.
    NotInEarlier,
    /// The rule makes points of scores in another way, or there are other most points.
    Points,
    /// Forms count by population in one round, and alike in the other.
    Population,
    /// The questions, their wording or their options are others.
    Questions,
    /// One of the rounds is made up.
    Synthetic,
    /// People of other units are asked.
    Units,
}

impl Break {
    /// Whether scores cannot be compared, and not only points.
    pub fn concerns_scores(self) -> bool {
        self != Self::Points
    }

    /// Whether results of the two rounds cannot be parts of one year's result. Quarters are
    /// people of their own: that they belong to other units does no harm.
    pub fn concerns_years(self) -> bool {
        !matches!(self, Self::Name | Self::Points | Self::Units)
    }

    /// The reason in a sentence.
    pub fn text(self) -> Text {
        match self {
            Self::FormVersion => text!("figures.break_form_version"),
            Self::GroupWithoutData => text!("figures.break_group_without_data"),
            Self::Groups => text!("figures.break_groups"),
            Self::Method => text!("figures.break_method"),
            Self::Mode => text!("figures.break_mode"),
            Self::Name => text!("figures.break_name"),
            Self::NotInEarlier => text!("figures.break_not_in_earlier"),
            Self::Points => text!("figures.break_points"),
            Self::Population => text!("figures.break_population"),
            Self::Questions => text!("figures.break_questions"),
            Self::Synthetic => text!("figures.break_synthetic"),
            Self::Units => text!("figures.break_units"),
        }
    }
}

/// Who is asked what about a criterion of a subject, and by which rule it counts.
pub struct Judged<'a> {
    survey: &'a Survey,
    rule: &'a Rule,
    subject: &'a str,
    counts: &'a CriterionRule,
    max_points: Option<f64>,
    name: &'a Labels,
    /// The forms of each group, in the order of asking.
    forms: BTreeMap<&'a str, Vec<&'a Form>>,
}

impl<'a> Judged<'a> {
    /// How `survey` judges `subject` on a criterion by one of its rules; nothing if it does not.
    pub fn of(
        survey: &'a Survey,
        rule: &'a Rule,
        criterion: &str,
        subject: &'a str,
    ) -> Option<Self> {
        let counts = rule.criterion(criterion)?;
        let named = survey.framework.find(criterion)?;
        let mut forms: BTreeMap<&str, Vec<&Form>> = BTreeMap::new();
        for part in survey.parts.iter().filter(|part| part.subject == subject) {
            let form = survey.forms.get(&part.form);
            let asks = |form: &&Form| form.questions_for(criterion).next().is_some();
            let own = forms.entry(&part.group).or_default();
            own.extend(
                form.filter(asks).filter(|form| own.iter().all(|known| known.id != form.id)),
            );
        }
        forms.retain(|_, own| !own.is_empty());
        let (max_points, name) = (named.max_points, &named.name);
        Some(Self { survey, rule, subject, counts, max_points, name, forms })
    }

    /// Whether people of this group are asked about it in this form.
    pub fn asks(&self, form: &str, group: &str) -> bool {
        self.forms.get(group).is_some_and(|own| own.iter().any(|known| known.id == form))
    }

    /// The units in which somebody is to be asked about it.
    pub(super) fn units(&self) -> BTreeSet<&str> {
        let asked = |target: &&Target| {
            let mut parts = self.survey.parts_of(&target.unit, &target.group);
            parts.any(|part| part.subject == self.subject && self.asks(&part.form, &part.group))
        };
        self.survey.targets.iter().filter(asked).map(|target| target.unit.as_str()).collect()
    }

    /// Whether anybody is asked about it.
    pub fn is_asked(&self) -> bool {
        !self.forms.is_empty()
    }

    /// What breaks the series because other things are asked, or count otherwise. What only
    /// rounds can tell (who answered, in which way) is not among it.
    pub fn breaks_with(&self, earlier: &Self) -> BTreeSet<Break> {
        let languages = common(&self.survey.languages, &earlier.survey.languages);
        let found = [
            (Break::FormVersion, self.versions_differ(earlier) && !self.questions_differ(earlier)),
            (Break::Groups, self.groups() != earlier.groups()),
            (
                Break::Method,
                method(self.counts) != method(earlier.counts) || self.scoring_differs(earlier),
            ),
            (Break::Name, differ(self.name, earlier.name, &languages)),
            (Break::Points, self.points() != earlier.points()),
            (Break::Questions, self.questions_differ(earlier)),
        ];
        found.into_iter().filter(|(_, is_so)| *is_so).map(|(reason, _)| reason).collect()
    }

    fn points(&self) -> (&Conversion, Option<f64>) {
        (&self.counts.conversion, self.max_points)
    }

    fn groups(&self) -> BTreeSet<&str> {
        self.forms.keys().copied().collect()
    }

    /// The forms of the groups that both ask, in pairs.
    fn forms_with<'b>(
        &'b self,
        other: &'b Self,
    ) -> impl Iterator<Item = (&'b [&'a Form], &'b [&'a Form])> {
        self.forms.iter().filter_map(|(group, own)| Some((&own[..], &other.forms.get(group)?[..])))
    }

    fn versions_differ(&self, other: &Self) -> bool {
        let named = |forms: &[&Form]| -> Vec<(String, String)> {
            forms.iter().map(|form| (form.id.clone(), form.version.clone())).collect()
        };
        self.forms_with(other).any(|(own, others)| named(own) != named(others))
    }

    fn questions_differ(&self, other: &Self) -> bool {
        self.forms_with(other).any(|(own, others)| {
            own.len() != others.len()
                || own.iter().zip(others).any(|(a, b)| {
                    let (mine, its) = (self.questions(a), other.questions(b));
                    let languages = common(&a.languages, &b.languages);
                    mine.len() != its.len()
                        || mine
                            .iter()
                            .zip(its)
                            .any(|(one, other)| !same_question((a, one), (b, other), &languages))
                })
        })
    }

    /// Whether a question that both ask counts otherwise.
    fn scoring_differs(&self, other: &Self) -> bool {
        let scored = |side: &Self, form: &Form| {
            side.survey.scored_questions(side.rule, &side.counts.criterion, &form.id).ok()
        };
        self.forms_with(other).flat_map(|(own, others)| own.iter().zip(others)).any(|(a, b)| {
            let (Some(mine), Some(its)) = (scored(self, a), scored(other, b)) else { return true };
            mine.iter().any(|one| {
                its.iter().any(|other| one.name == other.name && one.scoring != other.scoring)
            })
        })
    }

    fn questions(&self, form: &'a Form) -> Vec<&'a Question> {
        form.questions_for(&self.counts.criterion).collect()
    }
}

/// What the rule says of scores, apart from points and from when there is none.
fn method(one: &CriterionRule) -> CriterionRule {
    CriterionRule {
        criterion: String::new(),
        conversion: Conversion::Linear,
        minimum_n: 0,
        ..one.clone()
    }
}

fn same_question(
    (a, one): (&Form, &Question),
    (b, other): (&Form, &Question),
    languages: &[&str],
) -> bool {
    let hint = |question: &Question| question.hint.clone().unwrap_or_default();
    one.name == other.name
        && !differ(&one.label, &other.label, languages)
        && !differ(&hint(one), &hint(other), languages)
        && conditions(a, one) == conditions(b, other)
        && a.offers_dont_know(one) == b.offers_dont_know(other)
        && same_options(a, one, b, other, languages)
}

/// When the question is asked: the condition of its page, and its own.
fn conditions<'f>(form: &'f Form, question: &'f Question) -> [Option<&'f str>; 2] {
    let page = question.page.checked_sub(1).and_then(|at| form.pages.get(at));
    let page = page.and_then(|page| page.relevant.as_ref());
    [page, question.relevant.as_ref()].map(|when| when.map(Expression::source))
}

fn same_options(a: &Form, one: &Question, b: &Form, other: &Question, languages: &[&str]) -> bool {
    let (Some(mine), Some(its)) = (a.list_of(one), b.list_of(other)) else { return true };
    let dont_know = |list: &OptionList| list.dont_know.clone().unwrap_or_default();
    mine.options.len() == its.options.len()
        && !differ(&dont_know(mine), &dont_know(its), languages)
        && mine
            .options
            .iter()
            .zip(&its.options)
            .all(|(mine, its)| mine.code == its.code && !differ(&mine.label, &its.label, languages))
}

pub(super) fn common<'l>(one: &'l [String], other: &[String]) -> Vec<&'l str> {
    one.iter().filter(|code| other.contains(code)).map(String::as_str).collect()
}

/// A language more or less is no other wording.
fn differ(one: &Labels, other: &Labels, languages: &[&str]) -> bool {
    languages.iter().any(|language| one.get(language) != other.get(language))
}
