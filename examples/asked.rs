//! Which questions of a form are asked, and what its calculations come to.
//!
//! `cargo run --example asked FORM.toml 2024-06-01 < answers` reads one object of answers per
//! line, options by their names, and writes one object per line. It serves to hold the
//! program's expressions against other programs' (`tests/browser/conditions.mjs`).

use anyhow::{Context, Result};
use phieu::questionnaire::{
    Answer, Answers, ChoiceOption, Form, Kind, Recorded, Today, finish, read_form,
};
use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().context("which form?")?;
    let today = Today(arguments.next().context("which day?")?);
    let form = read_form(&file, &std::fs::read_to_string(&file)?)
        .map_err(|mistakes| anyhow::anyhow!("{}", mistakes[0]))?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let given: Map<String, Value> = serde_json::from_str(&line?)?;
        let mut answers = Answers::new();
        for (name, value) in &given {
            if let Some(answer) = answer(&form, name, value) {
                answers.set(name.as_str(), answer);
            }
        }
        let record = finish(&form, &answers, &today);
        let asked: Vec<&String> = record
            .iter()
            .filter(|(_, recorded)| **recorded != Recorded::NOT_ASKED)
            .map(|(name, _)| name)
            .collect();
        let calculated: Map<String, Value> = record
            .iter()
            .filter_map(|(name, recorded)| {
                let question = form.question(name)?;
                let value = match recorded {
                    Recorded::Number(number) => number.to_string(),
                    Recorded::Text(text) => text.clone(),
                    _ => String::new(),
                };
                matches!(question.kind, Kind::Calculate(_)).then(|| (name.clone(), value.into()))
            })
            .collect();
        writeln!(out, "{}", json!({ "asked": asked, "calculated": calculated }))?;
    }
    Ok(())
}

/// An answer as it is kept; options are given by their names.
fn answer(form: &Form, name: &str, value: &Value) -> Option<Answer> {
    let question = form.question(name)?;
    let text = value.as_str().unwrap_or_default();
    let code = |name: &str| {
        let options = &form.list_of(question)?.options;
        let is_meant = |option: &&ChoiceOption| option.name == name;
        options.iter().find(is_meant).map(|option| option.code)
    };
    Some(match question.kind {
        Kind::Scale(_) | Kind::One(_) if text == "0" && form.offers_dont_know(question) => {
            Answer::DontKnow
        }
        Kind::Scale(_) | Kind::One(_) => Answer::Choice(code(text)?),
        Kind::Several { .. } => Answer::Several(text.split(' ').filter_map(code).collect()),
        Kind::Number | Kind::Integer => Answer::Number(text.parse().ok()?),
        Kind::Date => Answer::Date(text.to_owned()),
        Kind::Text | Kind::LongText => Answer::Text(text.to_owned()),
        Kind::Note | Kind::Calculate(_) => return None,
    })
}
