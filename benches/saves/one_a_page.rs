//! The demo's longest form as respondents find it hardest on a server: one question a page.

use std::{collections::BTreeMap, fmt::Write};

/// How many questions are asked.
pub const QUESTIONS: usize = 24;

/// Asked only of some people, whom the answers here are not from.
const SKIPPED: &str = "xin_loi";

/// `form` with its first questions, each on a page of its own.
pub fn one_a_page(form: &str) -> String {
    let (head, pages) = form.split_once("[[page]]").expect("a form has pages");
    let mut short = head.to_owned();
    let mut number = 0;
    for page in pages.split("[[page]]") {
        let mut parts = page.split("[[page.question]]");
        let about: Vec<&str> = parts
            .next()
            .unwrap_or_default()
            .lines()
            .filter(|line| line.starts_with("title") || line.starts_with("relevant"))
            .collect();
        for question in parts {
            if question.contains("kind = \"note\"") || name(question) == SKIPPED {
                continue;
            }
            number += 1;
            if number <= QUESTIONS {
                let about = about.join("\n");
                let question = question.trim();
                write!(
                    short,
                    "[[page]]\nid = \"p{number}\"\n{about}\n\n[[page.question]]\n{question}\n\n"
                )
                .expect("text can be written");
            }
        }
    }
    short
}

/// What is sent from each page of the form, in their order.
pub fn bodies(form: &str, answered: &str) -> Vec<String> {
    let pairs = answered.lines().flat_map(|line| line.split('&'));
    let mut answers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pair in pairs {
        answers.entry(pair.split('=').next().unwrap_or_default()).or_default().push(pair);
    }
    // Somebody who has seen the website is asked about it.
    answers.insert("da_truy_cap", vec!["da_truy_cap=1"]);
    let questions = form.split("[[page.question]]").skip(1);
    questions.map(|question| answers[name(question)].join("&")).collect()
}

fn name(question: &str) -> &str {
    let line = question.lines().find_map(|line| line.strip_prefix("name = \""));
    line.and_then(|rest| rest.split('"').next()).expect("a question has a name")
}
