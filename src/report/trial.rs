//! Small rounds for the tests of this module.

use super::{CellFacts, Facts, LabelFacts, ResponseFacts, Results, results};
use crate::{
    fieldwork::{Policy, RoundState},
    questionnaire::Recorded,
    survey::{Bundle, Survey, read_survey},
};
use std::collections::BTreeMap;

/// The survey of the 31 published forms, whose rule counts the two best levels.
pub fn published() -> Survey {
    survey(&[
        ("survey.toml", include_str!("../../tests/data/hai-long-2022/survey.toml")),
        ("criteria.csv", include_str!("../../tests/data/hai-long-2022/criteria.csv")),
        ("rule.toml", include_str!("../../tests/data/hai-long-2022/rule.toml")),
        ("units.csv", include_str!("../../tests/data/hai-long-2022/units.csv")),
        ("targets.csv", include_str!("../../tests/data/hai-long-2022/targets.csv")),
        ("forms/hai-long.toml", include_str!("../../tests/data/hai-long-2022/forms/hai-long.toml")),
        (
            "rules/trung-binh-thang.toml",
            include_str!("../../tests/data/hai-long-2022/rules/trung-binh-thang.toml"),
        ),
        (
            "rules/quy-doi-0-1.toml",
            include_str!("../../tests/data/hai-long-2022/rules/quy-doi-0-1.toml"),
        ),
    ])
}

/// The same with two units and two groups, the groups combined as `groups` says.
pub fn two_by_two(groups: &str) -> Survey {
    let about = include_str!("../../tests/data/hai-long-2022/survey.toml")
        .replace("groups = [\"nd\"]", "groups = [\"cc\", \"nd\"]")
        .replace(
            "[[subject]]",
            "[[group]]\ncode = \"cc\"\nlabel = { vi = \"Công chức\", en = \"Officials\" }\n\
             chosen = { vi = \"a\", en = \"a\" }\nchannels = [\"letter\"]\nreminders = \"everyone\"\n\n[[subject]]",
        );
    let rule = include_str!("../../tests/data/hai-long-2022/rules/quy-doi-0-1.toml")
        .replace("groups = \"population\"", &format!("groups = {groups}"));
    survey(&[
        ("survey.toml", &about),
        ("criteria.csv", include_str!("../../tests/data/hai-long-2022/criteria.csv")),
        ("rule.toml", &rule),
        (
            "units.csv",
            "code,name_vi,name_en,parent\na,Phòng A,Division A,\nb,Phòng B,Division B,\nso-tnmt,Sở,Department,\n",
        ),
        (
            "targets.csv",
            "unit,group,target,population\na,cc,10,20\na,nd,20,400\nb,cc,10,20\nb,nd,20,600\n",
        ),
        ("forms/hai-long.toml", include_str!("../../tests/data/hai-long-2022/forms/hai-long.toml")),
    ])
}

/// [`published`] with a second question, and a rule that counts whoever answered both as the
/// only alternative.
pub fn two_questions() -> Survey {
    let form = include_str!("../../tests/data/hai-long-2022/forms/hai-long.toml");
    let question = &form[form.find("[[page.question]]").expect("the form has a question")..];
    let form = format!("{form}\n{}", question.replace("\"hai_long\"", "\"thai_do\""));
    let rule = include_str!("../../tests/data/hai-long-2022/rules/quy-doi-0-1.toml");
    let strict = rule
        .replace("id = \"quy-doi-0-1\"", "id = \"du-hai-cau\"")
        .replace("groups =", "least_answered = 1.0\ngroups =");
    survey(&[
        ("survey.toml", include_str!("../../tests/data/hai-long-2022/survey.toml")),
        ("criteria.csv", include_str!("../../tests/data/hai-long-2022/criteria.csv")),
        ("rule.toml", rule),
        ("rules/du-hai-cau.toml", &strict),
        ("units.csv", include_str!("../../tests/data/hai-long-2022/units.csv")),
        ("targets.csv", include_str!("../../tests/data/hai-long-2022/targets.csv")),
        ("forms/hai-long.toml", &form),
    ])
}

/// An opened round of one cell whose people gave two answers each; −1 is none.
pub fn two_answers(codes: &[(i16, i16)], population: Option<u64>) -> Facts {
    let first: Vec<i16> = codes.iter().map(|pair| pair.0).collect();
    let mut facts = one_cell(&first, population);
    for (response, pair) in facts.responses.iter_mut().zip(codes) {
        response.answers.insert("thai_do".to_owned(), Recorded::Code(pair.1));
    }
    facts
}

fn survey(files: &[(&str, &str)]) -> Survey {
    let bundle = Bundle::new(files.iter().copied()).expect("the files are a bundle");
    read_survey(&bundle).unwrap_or_else(|mistakes| {
        let mistakes: Vec<String> = mistakes.iter().map(|one| one.text().to_string()).collect();
        panic!("{}", mistakes.join("\n"))
    })
}

/// An opened round of one cell whose people answered with `codes`.
pub fn one_cell(codes: &[i16], population: Option<u64>) -> Facts {
    let cell = cell("so-tnmt", "nd", population);
    facts(vec![cell], vec![label(&[0])], codes.iter().map(|&code| (0, code)))
}

/// An opened round of [`two_by_two`], with `codes` of the cells a/cc, a/nd, b/cc and b/nd.
pub fn two_groups(merged: &[usize], codes: &[(usize, i16)]) -> Facts {
    let cells = vec![
        cell("a", "cc", Some(20)),
        cell("a", "nd", Some(400)),
        cell("b", "cc", Some(30)),
        cell("b", "nd", Some(600)),
    ];
    let mut labels = vec![label(merged)];
    labels.extend((0..4).filter(|cell| !merged.contains(cell)).map(|cell| label(&[cell])));
    labels.retain(|label| !label.cells.is_empty());
    let at = |cell: usize| labels.iter().position(|label| label.cells.contains(&cell)).unwrap();
    let codes: Vec<(usize, i16)> = codes.iter().map(|&(cell, code)| (at(cell), code)).collect();
    facts(cells, labels, codes.into_iter())
}

/// `n` answers of a cell, all alike but for every other, which is one level lower.
pub fn answers(cell: usize, n: usize, code: i16) -> Vec<(usize, i16)> {
    (0..n).map(|at| (cell, if at % 2 == 0 { code } else { code - 1 })).collect()
}

/// A label over these cells.
pub fn label(cells: &[usize]) -> LabelFacts {
    LabelFacts {
        cells: cells.to_vec(),
        form: "hai-long".to_owned(),
        form_version: "1".to_owned(),
        subject: "so-tnmt".to_owned(),
        mode: "web".to_owned(),
    }
}

/// The results by the survey's own rule.
pub fn scored(facts: &Facts, survey: &Survey) -> Results {
    results(facts, survey, &survey.rule)
}

fn facts(
    mut cells: Vec<CellFacts>,
    labels: Vec<LabelFacts>,
    codes: impl Iterator<Item = (usize, i16)>,
) -> Facts {
    let responses: Vec<ResponseFacts> = codes
        .map(|(label, code)| ResponseFacts {
            label,
            answers: BTreeMap::from([("hai_long".to_owned(), Recorded::Code(code))]),
        })
        .collect();
    for response in &responses {
        cells[labels[response.label].cells[0]].completed += 1;
    }
    Facts {
        round: "thu".to_owned(),
        state: RoundState::Opened,
        synthetic: false,
        opened_on: Some("2026-03-02".to_owned()),
        closes_on: Some("2026-03-20".to_owned()),
        submits_by_day: vec![("2026-03-02".to_owned(), 5), ("2026-03-04".to_owned(), 9)],
        cells,
        labels,
        responses,
    }
}

fn cell(unit: &str, group: &str, population: Option<u64>) -> CellFacts {
    CellFacts {
        unit: unit.to_owned(),
        group: group.to_owned(),
        form: "hai-long".to_owned(),
        subject: "so-tnmt".to_owned(),
        policy: Policy::Drawn,
        population,
        target: 20,
        released: 20,
        started: 0,
        completed: 0,
        over_allocation: 0,
        conflicts: 0,
        outcomes: BTreeMap::new(),
    }
}
