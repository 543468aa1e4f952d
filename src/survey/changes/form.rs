//! Forms and their questions.

use super::{Found, Place, What, options, whole::out_of_order};
use crate::questionnaire::{Constraint, Expression, Form, Kind, Labels, Page, Question};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare(found: &mut Found<'_>) {
    let (then, now) = (&found.then.forms, &found.now.forms);
    for (id, form) in then.iter().filter(|(id, _)| !now.contains_key(*id)) {
        let title = Some(form.title.clone());
        found.note(place(id), What::Removed, title, None, &criteria(form));
    }
    for (id, form) in now {
        match then.get(id) {
            Some(earlier) => one_form(found, id, earlier, form),
            None => {
                let title = Some(form.title.clone());
                found.note(place(id), What::Added, None, title, &criteria(form));
            }
        }
    }
}

fn place(form: &str) -> Place {
    Place::Form { form: form.to_owned() }
}

fn criteria(form: &Form) -> BTreeSet<String> {
    form.questions.iter().filter_map(|question| question.criterion.clone()).collect()
}

fn one_form(found: &mut Found<'_>, id: &str, then: &Form, now: &Form) {
    let (place, none) = (&place(id), &BTreeSet::new());
    let version = (Some(&then.version), Some(&now.version));
    found.value(place, What::Version, version, &criteria(now));
    found.words(place, What::Title, &then.title, &now.title, none);
    let languages = |form: &Form| Some(form.languages.join(", "));
    found.value(place, What::Languages, (languages(then), languages(now)), none);
    let of = |question: &Question| Place::Question {
        form: id.to_owned(),
        question: question.name.clone(),
    };
    let own = |question: &Question| question.criterion.iter().cloned().collect::<BTreeSet<_>>();
    let (all_then, all_now) = (&then.questions, &now.questions);
    for one in all_then.iter().filter(|one| now.question(&one.name).is_none()) {
        found.note(of(one), What::Removed, Some(shown(one)), None, &own(one));
    }
    for one in all_now.iter().filter(|one| then.question(&one.name).is_none()) {
        found.note(of(one), What::Added, None, Some(shown(one)), &own(one));
    }
    order(found, id, then, now);
    let mut lists: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
    for after in all_now {
        let Some(before) = then.question(&after.name) else { continue };
        let mut counts = own(before);
        counts.extend(own(after));
        question(found, &of(after), before, after, &counts);
        if let (Some(one), Some(other)) = (before.kind.choices(), after.kind.choices()) {
            lists.entry((one.list, other.list)).or_default().extend(counts);
        }
    }
    for ((one, other), counts) in lists {
        let (one, other) = (&then.lists[one], &now.lists[other]);
        options::compare(found, id, one, other, &counts);
    }
}

/// Questions that stand elsewhere, and pages that begin elsewhere.
fn order(found: &mut Found<'_>, id: &str, then: &Form, now: &Form) {
    let names = |form: &Form| form.questions.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    let (stood, stands) = (names(then), names(now));
    for name in out_of_order(&stood, &stands) {
        let criterion = now.question(name).and_then(|it| it.criterion.clone());
        let place = Place::Question { form: id.to_owned(), question: name.clone() };
        found.note(place, What::Moved, None, None, &criterion.into_iter().collect());
    }
    let together = |form: &Form, one: &str, other: &str| {
        let page = |name: &str| form.question(name).map(|question| question.page);
        page(one) == page(other)
    };
    let both: Vec<&String> = stands.iter().filter(|name| then.question(name).is_some()).collect();
    let next_to = |pair: &&[&String]| {
        let at = |name: &String| stood.iter().position(|known| known == name);
        matches!((at(pair[0]), at(pair[1])), (Some(one), Some(other)) if one < other)
    };
    let mut pairs = both.windows(2).filter(next_to);
    if pairs.any(|pair| together(then, pair[0], pair[1]) != together(now, pair[0], pair[1])) {
        found.note(place(id), What::PageBreaks, None, None, &BTreeSet::new());
    }
    pages(found, id, then, now);
}

/// Headings and conditions of pages, told once for all questions of a page.
fn pages(found: &mut Found<'_>, id: &str, then: &Form, now: &Form) {
    let mut pages: BTreeMap<(usize, usize), (&Question, &Question, BTreeSet<String>)> =
        BTreeMap::new();
    for after in &now.questions {
        let Some(before) = then.question(&after.name) else { continue };
        let none = (before, after, BTreeSet::new());
        let (_, _, counts) = pages.entry((after.page, before.page)).or_insert(none);
        counts.extend(before.criterion.iter().chain(&after.criterion).cloned());
    }
    for (before, after, counts) in pages.into_values() {
        let (place, none) = (&place(id), &BTreeSet::new());
        let (before, after) = (then.page_of(before), now.page_of(after));
        let title = |page: Option<&Page>| page.and_then(|page| page.title.clone());
        let titles = (title(before).unwrap_or_default(), title(after).unwrap_or_default());
        found.words(place, What::Heading, &titles.0, &titles.1, none);
        let asked = |page: Option<&Page>| {
            page.and_then(|page| page.relevant.as_ref()).map(|when| when.source().to_owned())
        };
        found.value(place, What::PageCondition, (asked(before), asked(after)), &counts);
    }
}

fn question(
    found: &mut Found<'_>,
    place: &Place,
    before: &Question,
    after: &Question,
    own: &BTreeSet<String>,
) {
    let words = |words: &Option<Labels>| words.clone().unwrap_or_default();
    found.words(place, What::Wording, &before.label, &after.label, own);
    found.words(place, What::Hint, &words(&before.hint), &words(&after.hint), own);
    found.value(place, What::Kind, (Some(before.kind.name()), Some(after.kind.name())), own);
    let required = |question: &Question| match &question.required_when {
        Some(when) => when.source().to_owned(),
        None => if question.required { "true()" } else { "false()" }.to_owned(),
    };
    found.value(place, What::Required, (Some(required(before)), Some(required(after))), own);
    let messages = (words(&before.required_message), words(&after.required_message));
    found.words(place, What::RequiredMessage, &messages.0, &messages.1, own);
    let asked = |question: &Question| question.relevant.as_ref().map(|it| it.source().to_owned());
    found.value(place, What::Condition, (asked(before), asked(after)), own);
    let rules = [
        (What::Constraint, &before.constraint, &after.constraint),
        (What::SoftConstraint, &before.soft_constraint, &after.soft_constraint),
    ];
    for (what, before, after) in rules {
        let condition =
            |it: &Option<Constraint>| it.as_ref().map(|it| it.condition.source().to_owned());
        found.value(place, what, (condition(before), condition(after)), own);
        let message = |it: &Option<Constraint>| {
            it.as_ref().and_then(|it| it.message.clone()).unwrap_or_default()
        };
        found.words(place, what, &message(before), &message(after), own);
    }
    found.value(place, What::Filter, (filter(before), filter(after)), own);
    found.value(place, What::Limits, (limits(before), limits(after)), own);
    found.value(place, What::Calculation, (calculation(before), calculation(after)), own);
    let counts = (before.criterion.as_ref(), after.criterion.as_ref());
    found.value(place, What::CountsFor, counts, own);
    let choices = before.kind.choices().is_some() && after.kind.choices().is_some();
    let offered = |question: &Question| {
        question.kind.choices().filter(|_| choices).map(|choices| choices.dont_know)
    };
    found.value(place, What::DontKnowOffered, (offered(before), offered(after)), own);
}

fn filter(question: &Question) -> Option<&str> {
    question.kind.choices()?.filter.as_ref().map(Expression::source)
}

fn limits(question: &Question) -> Option<String> {
    let Kind::Several { minimum, maximum, .. } = &question.kind else { return None };
    let bound = |bound: &Option<usize>| bound.map_or_else(String::new, |bound| bound.to_string());
    let both = format!("{} – {}", bound(minimum), bound(maximum));
    Some(both).filter(|_| minimum.is_some() || maximum.is_some())
}

fn calculation(question: &Question) -> Option<&str> {
    match &question.kind {
        Kind::Calculate(calculation) => Some(calculation.source()),
        _ => None,
    }
}

/// The wording; of a calculation, which has none, its name.
fn shown(question: &Question) -> Labels {
    match question.label.is_empty() {
        true => super::plain(&question.name).unwrap_or_default(),
        false => question.label.clone(),
    }
}
