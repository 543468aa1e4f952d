//! The survey itself, its groups, subjects, parts, units and targets.

use super::{Found, Place, What, criteria_of, pairs};
use crate::{
    questionnaire::Labels,
    survey::model::{
        Channel, Group, MergeStep, Merging, PartRule, Reminders, Survey, Target, Unit,
    },
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare(found: &mut Found<'_>) {
    survey(found);
    notice(found);
    groups(found);
    subjects(found);
    parts(found);
    units(found);
    targets(found);
}

fn survey(found: &mut Found<'_>) {
    let (then, now) = (found.then, found.now);
    let (place, none) = (&Place::Survey, &BTreeSet::new());
    let all = &criteria_of(now, |_| true);
    found.value(place, What::Version, (Some(&then.version), Some(&now.version)), none);
    found.words(place, What::Title, &then.title, &now.title, none);
    let languages = |survey: &Survey| Some(survey.languages.join(", "));
    found.value(place, What::Languages, (languages(then), languages(now)), none);
    found.words(place, What::Document, &then.document, &now.document, none);
    let synthetic = |survey: &Survey| Some(survey.synthetic);
    found.value(place, What::Synthetic, (synthetic(then), synthetic(now)), all);
    for at in 0..then.notes.len().max(now.notes.len()) {
        let note = |survey: &Survey| survey.notes.get(at).cloned().unwrap_or_default();
        found.words(place, What::Notes, &note(then), &note(now), none);
    }
    found.value(place, What::Merging, (merging(&then.merging), merging(&now.merging)), all);
    let names = (then.framework.level_names(), now.framework.level_names());
    for level in names.0.keys().chain(names.1.keys()).collect::<BTreeSet<_>>() {
        let name = |names: &BTreeMap<String, Labels>| names.get(level).cloned().unwrap_or_default();
        found.words(place, What::Levels, &name(names.0), &name(names.1), none);
    }
}

fn notice(found: &mut Found<'_>) {
    let (then, now) = (&found.then.notice, &found.now.notice);
    let (place, none) = (&Place::Notice, &BTreeSet::new());
    found.words(place, What::Who, &then.who, &now.who, none);
    found.words(place, What::Why, &then.why, &now.why, none);
    found.value(place, What::Minutes, (Some(then.minutes), Some(now.minutes)), none);
    found.words(place, What::Stored, &then.stored, &now.stored, none);
    found.words(place, What::Kept, &then.kept, &now.kept, none);
    found.words(place, What::Contact, &then.contact, &now.contact, none);
}

fn groups(found: &mut Found<'_>) {
    let (then, now) = (&found.then.groups, &found.now.groups);
    let place = |group: &Group| Place::Group { group: group.code.clone() };
    let asked = |survey: &Survey, group: &Group| criteria_of(survey, |it| it.group == group.code);
    found.came_and_went(then, now, |it| &it.code, |it| (place(it), it.label.clone()), asked);
    for (before, after) in pairs(then, now, |it| &it.code) {
        let (place, none) = (&place(after), &BTreeSet::new());
        found.words(place, What::Name, &before.label, &after.label, none);
        found.words(place, What::Chosen, &before.chosen, &after.chosen, none);
        let channels = |it: &Group| {
            Some(it.channels.iter().map(|one| channel(*one)).collect::<Vec<_>>().join(", "))
        };
        found.value(place, What::Channels, (channels(before), channels(after)), none);
        let reminders = |it: &Group| {
            Some(match it.reminders {
                Reminders::Everyone => "everyone",
                Reminders::Unanswered => "unanswered",
            })
        };
        found.value(place, What::Reminders, (reminders(before), reminders(after)), none);
        let census = (Some(before.census_up_to), Some(after.census_up_to));
        found.value(place, What::CensusUpTo, census, none);
    }
    let order = |groups: &[Group]| groups.iter().map(|it| it.code.clone()).collect::<Vec<_>>();
    moved(found, &order(then), &order(now), |group| Place::Group { group });
}

fn subjects(found: &mut Found<'_>) {
    let (then, now) = (&found.then.subjects, &found.now.subjects);
    let place = |code: &str| Place::Subject { subject: code.to_owned() };
    found.came_and_went(
        then,
        now,
        |it| &it.code,
        |it| (place(&it.code), it.label.clone()),
        |survey, it| criteria_of(survey, |part| part.subject == it.code),
    );
    for (before, after) in pairs(then, now, |it| &it.code) {
        let none = &BTreeSet::new();
        found.words(&place(&after.code), What::Name, &before.label, &after.label, none);
        let unit = (before.unit.as_ref(), after.unit.as_ref());
        found.value(&place(&after.code), What::OwnUnit, unit, none);
    }
    let order: Vec<Vec<String>> =
        [then, now].map(|all| all.iter().map(|it| it.code.clone()).collect()).into();
    moved(found, &order[0], &order[1], |subject| Place::Subject { subject });
}

fn parts(found: &mut Found<'_>) {
    let (then, now) = (&found.then.parts, &found.now.parts);
    // One group may answer a form about a subject by several rules, each for other units.
    let key = |part: &PartRule| {
        let all = [&part.group, &part.form, &part.subject];
        all.map(String::as_str).join("\n") + "\n" + &part.units.join(",")
    };
    let place = |part: &PartRule| Place::Part {
        group: part.group.clone(),
        form: part.form.clone(),
        subject: part.subject.clone(),
    };
    let criteria = |survey: &Survey, part: &PartRule| criteria_of(survey, |it| it == part);
    let units = |part: &PartRule| super::plain(&part.units.join(", ")).unwrap_or_default();
    found.came_and_went(then, now, key, |it| (place(it), units(it)), criteria);
    for (before, after) in pairs(then, now, key) {
        let policy = (Some(before.policy.code()), Some(after.policy.code()));
        let criteria = criteria(found.now, after);
        found.value(&place(after), What::Policy, policy, &criteria);
    }
    let order = |parts: &[PartRule]| parts.iter().map(key).collect::<Vec<_>>();
    let of_key = |wanted: &str| now.iter().find(|part| key(part) == wanted);
    let moved_to = |wanted: String| of_key(&wanted).map_or(Place::Survey, place);
    moved(found, &order(then), &order(now), moved_to);
}

fn units(found: &mut Found<'_>) {
    let (then, now) = (&found.then.units, &found.now.units);
    let place = |unit: &Unit| Place::Unit { unit: unit.code.clone() };
    let none = &BTreeSet::new();
    let criteria = |_: &Survey, _: &Unit| BTreeSet::new();
    found.came_and_went(then, now, |it| &it.code, |it| (place(it), it.name.clone()), criteria);
    for (before, after) in pairs(then, now, |it| &it.code) {
        let place = &place(after);
        found.words(place, What::Name, &before.name, &after.name, none);
        let short = (before.short.as_ref(), after.short.as_ref());
        found.value(place, What::UnitShort, short, none);
        let parent = (before.parent.as_ref(), after.parent.as_ref());
        found.value(place, What::UnitParent, parent, none);
        let days = |unit: &Unit| {
            let day = |day: &Option<String>| day.clone().unwrap_or_default();
            let whole = (day(&unit.valid_from), day(&unit.valid_to), unit.predecessors.join(" "));
            Some(format!("{} – {} {}", whole.0, whole.1, whole.2).trim().to_owned())
        };
        found.value(place, What::UnitDays, (days(before), days(after)), none);
    }
}

fn targets(found: &mut Found<'_>) {
    let (then, now) = (&found.then.targets, &found.now.targets);
    let place = |it: &Target| Place::Target { unit: it.unit.clone(), group: it.group.clone() };
    let key = |it: &Target| format!("{}\n{}", it.unit, it.group);
    let wanted = |it: &Target| super::plain(&it.target.to_string()).unwrap_or_default();
    let criteria = |survey: &Survey, it: &Target| {
        criteria_of(survey, |part| part.group == it.group && part.is_for(&it.unit))
    };
    found.came_and_went(then, now, key, |it| (place(it), wanted(it)), criteria);
    for (before, after) in pairs(then, now, key) {
        let criteria = &criteria(found.now, after);
        let target = (Some(before.target), Some(after.target));
        found.value(&place(after), What::Target, target, criteria);
        let population = (before.population, after.population);
        found.value(&place(after), What::Population, population, criteria);
    }
}

/// What stands elsewhere among those that both versions have.
fn moved(found: &mut Found<'_>, then: &[String], now: &[String], place: impl Fn(String) -> Place) {
    for name in out_of_order(then, now) {
        let place = place(name.clone());
        found.note(place, What::Moved, None, None, &BTreeSet::new());
    }
}

/// The fewest of `now` that must move for the rest to stand as in `then`.
pub(super) fn out_of_order<'n>(then: &[String], now: &'n [String]) -> Vec<&'n String> {
    let stood = |name: &String| then.iter().position(|known| known == name);
    let both: Vec<(usize, &String)> =
        now.iter().filter_map(|name| Some((stood(name)?, name))).collect();
    // The longest row of what still follows on one another stays.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(both.len());
    for (at, (stood, _)) in both.iter().enumerate() {
        let before = (0..at).filter(|&earlier| both[earlier].0 < *stood);
        let longest = before.max_by_key(|&earlier| (best[earlier].0, earlier));
        best.push((longest.map_or(1, |earlier| best[earlier].0 + 1), longest));
    }
    let mut stays = BTreeSet::new();
    let mut next = (0..best.len()).max_by_key(|&at| best[at].0);
    while let Some(at) = next {
        stays.insert(at);
        next = best[at].1;
    }
    let moved = both.iter().enumerate().filter(|(at, _)| !stays.contains(at));
    moved.map(|(_, (_, name))| *name).collect()
}

fn merging(merging: &Merging) -> Option<String> {
    let steps = merging.steps.iter().map(|step| match step {
        MergeStep::Mode => "mode",
        MergeStep::Group => "group",
        MergeStep::Unit => "unit",
    });
    let groups: Vec<String> = merging.groups.iter().map(|set| set.join(" + ")).collect();
    let steps: Vec<&str> = steps.collect();
    Some(format!("{}: {}; {}", merging.least, steps.join(", "), groups.join(", ")))
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Letter => "letter",
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Zalo => "zalo",
        Channel::Paper => "paper",
        Channel::Desk => "desk",
    }
}
