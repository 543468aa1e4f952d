//! What answers count for: criteria and rules.

use super::{Found, Place, What, pairs};
use crate::{
    criteria::{Conversion, Criterion, CriterionMethod, CriterionRule, Rule},
    messages::Language,
    questionnaire::Labels,
    survey::model::Survey,
};
use std::collections::BTreeSet;

pub(super) fn compare(found: &mut Found<'_>) {
    criteria(found);
    let (then, now) = (found.then, found.now);
    scoring(found, &then.rule, &now.rule);
    let file = |rule: &Rule| Place::Rule { file: format!("rules/{}.toml", rule.id) };
    let (then, now) = (&then.alternatives, &now.alternatives);
    let none = |_: &Survey, _: &Rule| BTreeSet::new();
    found.came_and_went(then, now, |it| &it.id, |it| (file(it), it.title.clone()), none);
    for (before, after) in pairs(then, now, |it| &it.id) {
        let (place, none) = (&file(after), &BTreeSet::new());
        let version = (Some(&before.version), Some(&after.version));
        found.value(place, What::Version, version, none);
        found.words(place, What::Title, &before.title, &after.title, none);
        let content = |rule: &Rule| Rule {
            version: String::new(),
            sha256: String::new(),
            title: Labels::default(),
            ..rule.clone()
        };
        if content(before) != content(after) {
            let changed: BTreeSet<String> =
                after.criteria.iter().map(|one| one.criterion.clone()).collect();
            found.note(place.clone(), What::Content, None, None, &changed);
        }
    }
}

fn criteria(found: &mut Found<'_>) {
    let (then, now) = (found.then.framework.criteria(), found.now.framework.criteria());
    let place = |it: &Criterion| Place::Criterion { criterion: it.label().to_owned() };
    let own = |_: &Survey, it: &Criterion| BTreeSet::from([it.label().to_owned()]);
    found.came_and_went(then, now, |it| &it.id, |it| (place(it), it.name.clone()), own);
    for (before, after) in pairs(then, now, |it| &it.id) {
        let (place, own) = (&place(after), &own(found.now, after));
        found.words(place, What::Name, &before.name, &after.name, own);
        let stands = |it: &Criterion| {
            let parts = [it.code.as_ref(), it.stt.as_ref(), it.parent.as_ref(), Some(&it.level)];
            Some(parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" · "))
        };
        found.value(place, What::CriterionPlace, (stands(before), stands(after)), own);
        let method = |it: &Criterion| {
            it.method.map(|method| match method {
                CriterionMethod::SelfScore => "self_score",
                CriterionMethod::Survey => "survey",
                CriterionMethod::SurveyFieldwork => "survey_fieldwork",
            })
        };
        found.value(place, What::CriterionMethod, (method(before), method(after)), own);
        let points = |it: &Criterion| {
            it.max_points.map(|points| format!("{points}{}", if it.assumed { " (?)" } else { "" }))
        };
        found.value(place, What::MostPoints, (points(before), points(after)), own);
        let lead = |it: &Criterion| {
            let all = [it.lead.as_deref(), it.cooperating.as_deref()];
            Some(all.into_iter().flatten().collect::<Vec<_>>().join("; "))
        };
        found.value(place, What::Lead, (lead(before), lead(after)), own);
    }
}

fn scoring(found: &mut Found<'_>, then: &Rule, now: &Rule) {
    let rule = &Place::Rule { file: "rule.toml".to_owned() };
    let none = &BTreeSet::new();
    let every: &BTreeSet<String> = &now.criteria.iter().map(|it| it.criterion.clone()).collect();
    let named = |rule: &Rule| Some(format!("{} {}", rule.id, rule.version));
    found.value(rule, What::Version, (named(then), named(now)), none);
    found.words(rule, What::Title, &then.title, &now.title, none);
    let place = |it: &CriterionRule| Place::Scoring { criterion: it.criterion.clone() };
    let own = |_: &Survey, it: &CriterionRule| BTreeSet::from([it.criterion.clone()]);
    let (names_then, names_now) = (found.then.group_names(), found.now.group_names());
    let words = |it: &CriterionRule| in_words(it, &[], &names_now);
    let (all_then, all_now) = (&found.then.rule.criteria, &found.now.rule.criteria);
    found.came_and_went(all_then, all_now, |it| &it.criterion, |it| (place(it), words(it)), own);
    for (before, after) in pairs(all_then, all_now, |it| &it.criterion) {
        let own = &own(found.now, after);
        let points = before.conversion != after.conversion;
        let least = before.minimum_n != after.minimum_n;
        // What changed is told by what else would have had to stay as it was.
        let rest = |it: &CriterionRule| CriterionRule {
            conversion: Conversion::Linear,
            minimum_n: 0,
            ..it.clone()
        };
        let method = rest(before) != rest(after);
        let changed = [(method, What::Method), (points, What::Points), (least, What::LeastAnswers)];
        for (_, what) in changed.into_iter().filter(|(is_so, _)| *is_so) {
            let only = |base: &CriterionRule| match what {
                What::Points => {
                    CriterionRule { conversion: base.conversion.clone(), ..before.clone() }
                }
                What::LeastAnswers => CriterionRule { minimum_n: base.minimum_n, ..before.clone() },
                _ => CriterionRule {
                    conversion: before.conversion.clone(),
                    minimum_n: before.minimum_n,
                    ..base.clone()
                },
            };
            let (one, other) = (only(before), only(after));
            let was = in_words(&one, &[(&other, &names_now)], &names_then);
            let is = in_words(&other, &[(&one, &names_then)], &names_now);
            found.note(place(after), what, Some(was), Some(is), own);
        }
    }
    let coefficients = |rule: &Rule| {
        let mut all = Vec::new();
        for (scale, values) in &rule.coefficients {
            let one = |(code, value): (&i16, &f64)| format!("{code} = {value}");
            all.push(format!("{scale}: {}", values.iter().map(one).collect::<Vec<_>>().join(", ")));
        }
        Some(all.join("; "))
    };
    found.value(rule, What::Coefficients, (coefficients(then), coefficients(now)), every);
    let rounding = |rule: &Rule| Some(format!("{}, {}", rule.rounding.score, rule.rounding.points));
    found.value(rule, What::Rounding, (rounding(then), rounding(now)), none);
    let bands = |rule: &Rule, language: &str| {
        let one =
            |band: &crate::criteria::Band| format!("{} {}", band.from, band.label.get(language));
        rule.bands.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let bands = |rule: &Rule| {
        let all = found.now.languages.iter();
        Labels::new(all.map(|language| (language.clone(), bands(rule, language))))
    };
    let (then, now) = (bands(then), bands(now));
    found.words(rule, What::Bands, &then, &now, none);
}

/// A criterion's rule in words, without the sentences that `others` say too.
fn in_words(
    rule: &CriterionRule,
    others: &[(&CriterionRule, &[(String, Labels)])],
    names: &[(String, Labels)],
) -> Labels {
    let words = |&language: &Language| {
        let known: Vec<String> =
            others.iter().flat_map(|(other, names)| other.in_words(names, language)).collect();
        let own = rule.in_words(names, language).into_iter().filter(|line| !known.contains(line));
        (language.code(), own.collect::<Vec<_>>().join(" "))
    };
    Labels::new(Language::all().iter().map(words))
}
