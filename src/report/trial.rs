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

/// A survey of so many units (`u1`, `u2` …), subjects (`so-tnmt`, `s2` …) and questions of one
/// criterion; one group, and every unit judges every subject.
pub fn survey_of(units: usize, subjects: usize, questions: usize) -> Survey {
    let mut about = include_str!("../../tests/data/hai-long-2022/survey.toml").to_owned();
    for at in 2..=subjects {
        let subject = format!(
            "[[subject]]\ncode = \"s{at}\"\nlabel = {{ vi = \"Sở {at}\", en = \"Department {at}\" }}\n\n\
             [[part]]\ngroups = [\"nd\"]\nform = \"hai-long\"\nsubject = \"s{at}\"\npolicy = \"drawn\"\n\n[merging]"
        );
        about = about.replace("[merging]", &subject);
    }
    let mut form = include_str!("../../tests/data/hai-long-2022/forms/hai-long.toml").to_owned();
    for at in 2..=questions {
        form.push_str(&format!(
            "\n[[page.question]]\nname = \"cau_{at}\"\nkind = \"scale\"\nscale = \"hai-long\"\n\
             label = {{ vi = \"Câu {at}?\", en = \"Question {at}?\" }}\ncriterion = \"8.2\"\n"
        ));
    }
    let mut named = "code,name_vi,name_en,parent\nso-tnmt,Sở,Department,\n".to_owned();
    let mut targets = "unit,group,target,population\n".to_owned();
    for at in 1..=units {
        named.push_str(&format!("u{at},Phòng {at},Division {at},\n"));
        targets.push_str(&format!("u{at},nd,20,400\n"));
    }
    survey(&[
        ("survey.toml", &about),
        ("criteria.csv", include_str!("../../tests/data/hai-long-2022/criteria.csv")),
        ("rule.toml", include_str!("../../tests/data/hai-long-2022/rules/quy-doi-0-1.toml")),
        ("units.csv", &named),
        ("targets.csv", &targets),
        ("forms/hai-long.toml", &form),
    ])
}

/// One cell of [`survey_of`] and the codes of its forms, question by question.
pub struct Filled {
    unit: String,
    subject: String,
    population: Option<u64>,
    forms: Vec<Vec<i16>>,
}

impl Filled {
    /// A unit that judges the first subject.
    pub fn new(unit: &str, population: Option<u64>, forms: Vec<Vec<i16>>) -> Self {
        let subject = "so-tnmt".to_owned();
        Self { unit: unit.to_owned(), subject, population, forms }
    }

    /// Forms with one question.
    pub fn one(unit: &str, population: Option<u64>, codes: &[i16]) -> Self {
        Self::new(unit, population, codes.iter().map(|&code| vec![code]).collect())
    }

    /// About another subject.
    pub fn about(self, subject: &str) -> Self {
        Self { subject: subject.to_owned(), ..self }
    }
}

/// An opened round of [`survey_of`].
pub fn many(filled: &[Filled]) -> Facts {
    let cells = filled.iter().map(|one| CellFacts {
        subject: one.subject.clone(),
        ..cell(&one.unit, "nd", one.population)
    });
    let labels = filled
        .iter()
        .enumerate()
        .map(|(at, one)| LabelFacts { subject: one.subject.clone(), ..label(&[at]) });
    let mut facts = facts(cells.collect(), labels.collect(), std::iter::empty());
    for (at, one) in filled.iter().enumerate() {
        facts.cells[at].completed = one.forms.len() as u64;
        facts.responses.extend(one.forms.iter().map(|codes| {
            let name = |at: usize| match at {
                0 => "hai_long".to_owned(),
                at => format!("cau_{}", at + 1),
            };
            let codes = codes.iter().enumerate();
            ResponseFacts {
                label: at,
                answers: codes.map(|(at, &code)| (name(at), Recorded::Code(code))).collect(),
            }
        }));
    }
    facts
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
        reasons: BTreeMap::new(),
        consents: vec![("0123456789ab".to_owned(), 1_234)],
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
