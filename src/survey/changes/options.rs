//! Scales and lists of options.

use super::{Found, Place, What};
use crate::questionnaire::{ChoiceOption, Labels, OptionList};
use std::collections::BTreeSet;

/// Holds the options that questions of a form had against those that they have now.
pub(super) fn compare(
    found: &mut Found<'_>,
    form: &str,
    then: &OptionList,
    now: &OptionList,
    counts: &BTreeSet<String>,
) {
    let place = &Place::Options { form: form.to_owned(), list: now.id.clone() };
    let lacks = |list: &OptionList, option: &ChoiceOption| list.option(option.code).is_none();
    let mut gone: Vec<&ChoiceOption> = then.options.iter().filter(|it| lacks(now, it)).collect();
    for option in now.options.iter().filter(|it| lacks(then, it)) {
        // The same words under another code are the same option, and not the same answer.
        match gone.iter().position(|it| it.label == option.label) {
            Some(at) => {
                let before = gone.remove(at);
                let (was, is) = (with_code(before), with_code(option));
                found.note(place.clone(), What::OptionRecoded, Some(was), Some(is), counts);
                worth(found, place, before, option, counts);
            }
            None => {
                let is = with_code(option);
                found.note(place.clone(), What::OptionAdded, None, Some(is), counts);
            }
        }
    }
    for option in gone {
        found.note(place.clone(), What::OptionRemoved, Some(with_code(option)), None, counts);
    }
    for option in &now.options {
        let Some(before) = then.option(option.code) else { continue };
        found.words(place, What::OptionReworded, &before.label, &option.label, counts);
        worth(found, place, before, option, counts);
    }
    let order = |list: &OptionList, other: &OptionList| -> Vec<i16> {
        list.options.iter().map(|it| it.code).filter(|code| other.option(*code).is_some()).collect()
    };
    let written =
        |codes: Vec<i16>| Some(codes.iter().map(i16::to_string).collect::<Vec<_>>().join(", "));
    let orders = (written(order(then, now)), written(order(now, then)));
    found.value(place, What::OptionOrder, orders, counts);
    let dont_know = |list: &OptionList| list.dont_know.clone().unwrap_or_default();
    found.words(place, What::DontKnow, &dont_know(then), &dont_know(now), counts);
}

/// What an option counts for, and what conditions may ask of it.
fn worth(
    found: &mut Found<'_>,
    place: &Place,
    before: &ChoiceOption,
    after: &ChoiceOption,
    counts: &BTreeSet<String>,
) {
    let coefficient =
        |it: &ChoiceOption| it.coefficient.map(|value| format!("{}: {value}", it.code));
    if before.coefficient != after.coefficient {
        let both = (coefficient(before), coefficient(after));
        found.value(place, What::Coefficient, both, counts);
    }
    let keys = |it: &ChoiceOption| {
        let further = it.further.iter().map(|(key, value)| format!("{key} = {value}"));
        let named = (it.name != it.code.to_string()).then(|| it.name.clone());
        Some(named.into_iter().chain(further).collect::<Vec<_>>().join(", "))
    };
    found.value(place, What::OptionKeys, (keys(before), keys(after)), counts);
}

/// `5: Rất tốt`, in each language.
fn with_code(option: &ChoiceOption) -> Labels {
    let words = option.label.iter();
    Labels::new(words.map(|(language, text)| (language, format!("{}: {text}", option.code))))
}
