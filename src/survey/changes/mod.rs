//! What is different between two versions of a survey, and which figures that touches.
//!
//! Everything that a reader of either version could notice is one of the closed list
//! [`What`], at a [`Place`]; a file in which nothing but remarks changed is named as such, so
//! that only equal files have no changes. Which series break is asked of
//! [`Judged::breaks_with`], as it is between two rounds.

mod counting;
mod form;
mod options;
mod place;
mod whole;

#[cfg(test)]
mod tests;

pub use place::{Place, What};

use super::{
    bundle::Bundle,
    comparable::{Break, Judged, common},
    model::Survey,
};
use crate::questionnaire::Labels;
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Display};

/// What is different in the later of two versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// Each difference, in the order of a survey's files.
    pub changes: Vec<Change>,
    /// Every criterion of every subject that either version judges.
    pub series: Vec<Series>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub what: What,
    /// The language of the text that changed, if it is a text of the survey.
    pub language: Option<String>,
    /// What stood there.
    pub before: Option<Labels>,
    /// What stands there now.
    pub after: Option<Labels>,
    /// The criteria whose figures come from there.
    pub criteria: BTreeSet<String>,
}

/// What becomes of the series of one criterion of one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// The criterion, as a rule names it.
    pub criterion: String,
    /// The code as people say it.
    pub heading: Labels,
    /// What it is called.
    pub name: Labels,
    /// The code of who is judged.
    pub subject: String,
    /// What the subject is called.
    pub subject_label: Labels,
    /// Why figures of the two versions would not mean the same.
    pub breaks: BTreeSet<Break>,
    /// Whether the later version no longer judges it.
    pub ends: bool,
}

/// Holds a version of a survey, with its files, against an earlier one.
pub fn changes(then: (&Survey, &Bundle), now: (&Survey, &Bundle)) -> Changes {
    let mut found = Found { then: then.0, now: now.0, changes: Vec::new() };
    whole::compare(&mut found);
    counting::compare(&mut found);
    form::compare(&mut found);
    found.remarks(then.1, now.1);
    Changes { changes: found.changes, series: series(then.0, now.0) }
}

impl Changes {
    /// Whether the files are the same.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The series that break or end.
    pub fn broken(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(|one| one.ends || !one.breaks.is_empty())
    }
}

/// The differences found so far.
struct Found<'a> {
    then: &'a Survey,
    now: &'a Survey,
    changes: Vec<Change>,
}

impl<'a> Found<'a> {
    fn note(
        &mut self,
        place: Place,
        what: What,
        before: Option<Labels>,
        after: Option<Labels>,
        criteria: &BTreeSet<String>,
    ) {
        let criteria = criteria.clone();
        self.changes.push(Change { place, what, language: None, before, after, criteria });
    }

    /// A text in each language that both versions have.
    fn words(
        &mut self,
        place: &Place,
        what: What,
        then: &Labels,
        now: &Labels,
        criteria: &BTreeSet<String>,
    ) {
        for language in common(&self.now.languages, &self.then.languages) {
            let (before, after) = (then.get(language), now.get(language));
            if before != after {
                let one = |text: &str| said(language, text);
                let (before, after) = (one(before), one(after));
                let (place, criteria) = (place.clone(), criteria.clone());
                let language = Some(language.to_owned());
                self.changes.push(Change { place, what, language, before, after, criteria });
            }
        }
    }

    /// A value, nothing if there is none.
    fn value<T: PartialEq + Display>(
        &mut self,
        place: &Place,
        what: What,
        (then, now): (Option<T>, Option<T>),
        criteria: &BTreeSet<String>,
    ) {
        if then != now {
            let shown = |value: Option<T>| value.and_then(|value| plain(&value.to_string()));
            self.note(place.clone(), what, shown(then), shown(now), criteria);
        }
    }

    /// What is there in one version only: `place` and a text for each, keyed by `key`.
    fn came_and_went<T, K: PartialEq>(
        &mut self,
        then: &'a [T],
        now: &'a [T],
        key: impl Fn(&'a T) -> K,
        told: impl Fn(&'a T) -> (Place, Labels),
        criteria: impl Fn(&Survey, &'a T) -> BTreeSet<String>,
    ) {
        let missing = |one: &'a T, all: &'a [T]| all.iter().all(|other| key(other) != key(one));
        for one in then.iter().filter(|one| missing(one, now)) {
            let (place, text) = told(one);
            let criteria = criteria(self.then, one);
            self.note(place, What::Removed, Some(text), None, &criteria);
        }
        for one in now.iter().filter(|one| missing(one, then)) {
            let (place, text) = told(one);
            let criteria = criteria(self.now, one);
            self.note(place, What::Added, None, Some(text), &criteria);
        }
    }

    /// Files that differ though nothing in them means something else.
    fn remarks(&mut self, then: &Bundle, now: &Bundle) {
        let names: BTreeSet<&str> = then.files().chain(now.files()).map(|(name, _)| name).collect();
        for name in names {
            let (before, after) = (then.text(name), now.text(name));
            let said = self.changes.iter().any(|change| change.place.file() == name);
            if before == after || said {
                continue;
            }
            let what = match (before, after) {
                (None, _) => What::Added,
                (_, None) => What::Removed,
                _ => What::Remarks,
            };
            self.note(Place::File { file: name.to_owned() }, what, None, None, &BTreeSet::new());
        }
    }
}

/// Pairs of what both versions have, in the order of the later one.
fn pairs<'a, T, K: PartialEq>(
    then: &'a [T],
    now: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Vec<(&'a T, &'a T)> {
    let earlier = |one: &'a T| then.iter().find(|other| key(other) == key(one));
    now.iter().filter_map(|one| Some((earlier(one)?, one))).collect()
}

fn series(then: &Survey, now: &Survey) -> Vec<Series> {
    let judged = |survey: &Survey| -> Vec<(String, String)> {
        let criteria = survey.rule.criteria.iter().map(|one| &one.criterion);
        let subjects = |criterion: &String| {
            let judged = survey.subjects_judged(criterion).into_iter();
            let pair = |subject: &str| (criterion.clone(), subject.to_owned());
            judged.map(|subject| pair(&subject.code)).collect::<Vec<_>>()
        };
        criteria.flat_map(subjects).collect()
    };
    let mut all = judged(now);
    all.extend(judged(then).into_iter().filter(|one| !judged(now).contains(one)));
    all.into_iter().map(|(criterion, subject)| one_series(then, now, criterion, subject)).collect()
}

fn one_series(then: &Survey, now: &Survey, criterion: String, subject: String) -> Series {
    let of = |survey| {
        let judged: Option<Judged<'_>> = judged_by(survey, &criterion, &subject);
        judged.filter(Judged::is_asked)
    };
    let sides = (of(then), of(now));
    let ends = sides.1.is_none();
    let breaks = match &sides {
        (Some(before), Some(after)) => {
            let mut breaks = after.breaks_with(before);
            breaks.extend((after.units() != before.units()).then_some(Break::Units));
            breaks.extend((then.synthetic != now.synthetic).then_some(Break::Synthetic));
            breaks
        }
        (None, Some(_)) => BTreeSet::from([Break::NotInEarlier]),
        _ => BTreeSet::new(),
    };
    let survey = if ends { then } else { now };
    let node = survey.framework.find(&criterion);
    let heading = |language: &String| {
        let heading = node.map(|node| survey.framework.heading(node, language));
        (language.clone(), heading.unwrap_or_else(|| criterion.clone()))
    };
    Series {
        heading: Labels::new(survey.languages.iter().map(heading)),
        name: node.map(|node| node.name.clone()).unwrap_or_default(),
        subject_label: survey
            .subject(&subject)
            .map(|subject| subject.label.clone())
            .unwrap_or_default(),
        criterion,
        subject,
        breaks,
        ends,
    }
}

fn judged_by<'a>(survey: &'a Survey, criterion: &str, subject: &'a str) -> Option<Judged<'a>> {
    Judged::of(survey, &survey.rule, criterion, subject)
}

/// The criteria that people of a group, or anybody, answer for in some of the forms.
fn criteria_of(
    survey: &Survey,
    is_meant: impl Fn(&super::model::PartRule) -> bool,
) -> BTreeSet<String> {
    let forms = survey.parts.iter().filter(|part| is_meant(part)).map(|part| &part.form);
    let questions = forms.filter_map(|form| survey.forms.get(form)).flat_map(|it| &it.questions);
    questions.filter_map(|question| question.criterion.clone()).collect()
}

/// A text that is the same in every language.
fn plain(text: &str) -> Option<Labels> {
    said("", text)
}

fn said(language: &str, text: &str) -> Option<Labels> {
    (!text.is_empty()).then(|| Labels::new([(language, text)]))
}
