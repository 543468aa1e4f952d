//! What holds for every form, all answers and anything that is posted.

use super::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn routing_never_traps(form in random_form::form(), answers in random_form::answers()) {
        let today = today();
        let mut steps = Vec::new();
        let mut step = first_page(&form, &answers, &today);
        while let Step::Page(page) = step {
            prop_assert!(steps.last().is_none_or(|last| *last < page), "pages only go forward");
            let view = show(&form, &answers, page, english(), &today);
            prop_assert!(!view.items.is_empty() && is_asked(&form, &answers, page, &today));
            prop_assert_eq!(view.place, steps.len() + 1);
            prop_assert_eq!(page_before(&form, &answers, page, &today), steps.last().copied());
            steps.push(page);
            step = page_after(&form, &answers, page, &today);
        }
        let end = form.pages.len() + 1;
        prop_assert_eq!(page_before(&form, &answers, end, &today), steps.last().copied());
        let unseen = (1..end).filter(|page| !steps.contains(page));
        for page in unseen {
            prop_assert!(!is_asked(&form, &answers, page, &today));
        }
    }

    #[test]
    fn accepting_never_loses_an_earlier_answer(
        form in random_form::form(),
        answers in random_form::answers(),
        page in 1..8usize,
        fields in random_form::fields(),
    ) {
        let accepted = accept(&form, &answers, page, &fields, english(), &today());
        for (name, answer) in answers.iter() {
            let here = form.questions_of(page).iter().any(|question| question.name == name);
            let posted = || fields.iter().filter(|(field, _)| field == name);
            let hard = accepted.problems.iter().any(|problem| problem.name == name && !problem.soft);
            if !here || hard || posted().next().is_none() {
                prop_assert_eq!(accepted.answers.get(name), Some(answer));
            } else if accepted.answers.get(name).is_none() {
                prop_assert!(posted().all(|(_, value)| value.trim().is_empty()));
            }
        }
        for (name, _) in accepted.answers.iter() {
            prop_assert!(answers.get(name).is_some() || form.question(name).is_some());
        }
    }

    #[test]
    fn posting_what_is_shown_changes_nothing(
        form in random_form::form(),
        answers in random_form::answers(),
        in_english: bool,
    ) {
        let today = today();
        let language = if in_english { english() } else { Language::default() };
        for page in 1..=form.pages.len() {
            let view = show(&form, &answers, page, language, &today);
            let accepted = accept(&form, &answers, page, &posted_back(&view), language, &today);
            let before = finish(&form, &answers, &today);
            prop_assert_eq!(finish(&form, &accepted.answers, &today), before);
            for problem in &accepted.problems {
                prop_assert!(!problem.soft, "a saved answer is not asked back");
            }
        }
    }

    /// A person who answers whatever is asked, as it is offered, reaches the end.
    #[test]
    fn whoever_answers_what_is_asked_comes_to_the_end(form in random_form::form(), pick in 0..7usize) {
        let today = today();
        let mut answers = Answers::default();
        let mut step = first_page(&form, &answers, &today);
        while let Step::Page(page) = step {
            let view = show(&form, &answers, page, english(), &today);
            let accepted =
                accept(&form, &answers, page, &random_form::willing(&view, pick), english(), &today);
            prop_assert_eq!(&accepted.problems, &[]);
            answers = accepted.answers;
            step = page_after(&form, &answers, page, &today);
        }
        prop_assert_eq!(first_gap(&form, &answers, &today), None);
    }

    #[test]
    fn what_is_recorded_is_declared(form in random_form::form(), answers in random_form::answers()) {
        let recorded = finish(&form, &answers, &today());
        let declared = form.questions.iter().filter(|q| !matches!(q.kind, Kind::Note));
        prop_assert_eq!(recorded.len(), declared.count());
        for (name, value) in &recorded {
            let question = form.question(name).unwrap();
            let codes: Vec<i16> = match value {
                Recorded::Code(code) => vec![*code],
                Recorded::Codes(codes) => codes.clone(),
                _ => vec![],
            };
            let list = form.list_of(question);
            for code in codes {
                let option = list.is_some_and(|list| list.option(code).is_some());
                let dont_know = code == 0 && form.offers_dont_know(question);
                prop_assert!(option || dont_know || code == -1 || code == -2);
            }
        }
        let stored = serde_json::to_vec(&recorded).unwrap();
        let read: BTreeMap<String, Recorded> = serde_json::from_slice(&stored).unwrap();
        prop_assert_eq!(read, recorded);
    }
}

/// The fields that a browser posts when nothing was touched.
fn posted_back(view: &PageView) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for item in &view.items {
        if item.kind == ItemKind::Note {
            continue;
        }
        if item.options.is_empty() {
            fields.push((item.name.clone(), item.typed.clone()));
        }
        if item.kind == ItemKind::Several {
            fields.push((item.name.clone(), String::new()));
        }
        for option in item.options.iter().filter(|option| option.chosen) {
            fields.push((item.name.clone(), option.code.clone()));
        }
    }
    fields
}
