//! What keeps the house in order, checked on its own source.
//!
//! These tests read the files of this repository as text. They are simple on purpose: a rule
//! that a reader cannot check by eye would not be kept.

#![expect(clippy::unwrap_used, reason = "a source file that cannot be read is a failed test")]

#[path = "tidy/source.rs"]
mod source;

use source::{
    collect, is_key, literals, messages, module_files, ours, placeholders, root, sources, texts,
    words,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Every module, and the modules of ours that it may use: those on the floors below.
const FLOORS: &[(&str, &[&str])] = &[
    ("messages", &[]),
    ("clock", &[]),
    ("workbook", &["messages"]),
    ("questionnaire", &["messages"]),
    ("sampling", &["messages", "workbook"]),
    ("criteria", &["messages", "questionnaire"]),
    ("survey", &["messages", "workbook", "questionnaire", "criteria"]),
    ("fieldwork", &["messages", "questionnaire"]),
    ("report", &["messages", "questionnaire", "criteria", "survey", "fieldwork"]),
    ("secrets", &["messages", "fieldwork"]),
    ("storage", &["messages", "clock", "survey", "fieldwork"]),
    ("conduct", &[BELOW, "report", "sampling", "secrets", "storage"]),
    ("web", &[BELOW, "report", "sampling", "secrets", "storage", "conduct"]),
    // The program's commands start the service; `demo` is one of them, so it stands beside them.
    ("cli", &[BELOW, "report", "sampling", "secrets", "storage", "conduct", "web", "demo"]),
    ("demo", &[BELOW, "report", "sampling", "secrets", "storage", "conduct", "web", "cli"]),
];

/// Stands for the modules that everything above the domain may use.
const BELOW: &str = "messages clock workbook questionnaire criteria survey fieldwork";

/// Modules without time, chance, files, environment, database or web.
const DOMAIN: &[&str] =
    &["workbook", "questionnaire", "sampling", "criteria", "survey", "fieldwork", "report"];

/// Files of more than this many lines want splitting, or a reason.
const LONG: usize = 450;

/// Long files that read better in one piece, each with the reason.
const LONG_FOR_A_REASON: &[(&str, &str)] = &[
    ("src/storage/desk.rs", "one reader, the rows it reads and what it keeps in memory"),
    ("analysis/src/distribution.rs", "one function after the other, and their constants"),
];

/// Acts in the audit log, which look like keys of messages.
const ACTS: &[&str] =
    &["frame.import", "frame.freeze", "survey.draft", "survey.discard", "survey.publish"];

/// Files that may write text into a page without escaping it.
const UNESCAPED: &[(&str, &str)] =
    &[("src/web/layout.rs", "the program's own stylesheet, compiled in")];

/// Files that may make SQL at run time.
const ASSEMBLED_SQL: &[(&str, &str)] =
    &[("src/storage/engine.rs", "names of schemas, and the migrations with one marker replaced")];

#[test]
fn every_module_uses_only_what_stands_below_it() {
    let named: Vec<&str> = FLOORS.iter().map(|(module, _)| *module).collect();
    for line in fs::read_to_string(root("src/lib.rs")).unwrap().lines() {
        if let Some(module) = line.strip_prefix("pub mod ") {
            assert!(named.contains(&module.trim_end_matches(';')), "{module} has no floor");
        }
    }
    for (module, below) in FLOORS {
        let below: Vec<&str> = below.iter().flat_map(|names| names.split(' ')).collect();
        for file in module_files(module) {
            for used in ours(&file.code) {
                let allowed = used == *module || below.contains(&used.as_str()) || used == "text";
                assert!(allowed, "{} uses {used}, which does not stand below {module}", file.path);
            }
        }
    }
}

#[test]
fn the_pages_know_nothing_of_the_command_line() {
    for file in module_files("cli") {
        let used = ours(&file.code);
        let starts_it = ["src/cli/serve.rs", "src/cli/user.rs"].contains(&file.path.as_str());
        assert!(starts_it || !used.contains("web"), "{} uses web", file.path);
        assert!(file.path == "src/cli/mod.rs" || !used.contains("demo"), "{} uses demo", file.path);
    }
}

#[test]
fn only_reports_and_plans_use_the_statistics_and_these_use_nothing_of_ours() {
    let may = ["src/report/", "src/sampling/plan/"];
    for file in sources("src") {
        let uses = words(&file.code).contains("analysis");
        let may = may.iter().any(|folder| file.path.starts_with(folder));
        assert!(!uses || may, "{} uses analysis", file.path);
    }
    for file in sources("analysis/src") {
        assert!(!words(&file.code).contains("phieu"), "{}", file.path);
    }
}

#[test]
fn the_respondents_pages_reach_no_module_that_knows_people() {
    let apart = ["src/web/office/", "src/web/service.rs"];
    for file in module_files("web") {
        if apart.iter().any(|apart| file.path.starts_with(apart)) {
            continue;
        }
        let words = words(&file.code);
        for known in ["conduct", "sampling", "people", "Store", "Tx", "Office", "PersonRow"] {
            assert!(!words.contains(known), "{} names {known}", file.path);
        }
    }
    for file in sources("src/storage") {
        let public =
            ["desk.rs", "receipts.rs", "intake/"].map(|name| format!("src/storage/{name}"));
        if public.iter().any(|public| file.path.starts_with(public)) {
            for people in [" person ", " person_link ", "JOIN person", "FROM person"] {
                assert!(!file.text.contains(people), "{} reads people", file.path);
            }
        }
    }
}

#[test]
fn the_domain_knows_no_time_chance_files_database_or_web() {
    let banned = [
        "async",
        "await",
        "sqlx",
        "axum",
        "tokio",
        "hyper",
        "clock",
        "Clock",
        "std::time",
        "Instant",
        "SystemTime",
        "rand::rng",
        "thread_rng",
        "rand::random",
        "rand::fill",
        "new_v4",
        "std::env",
        "env::var",
        "std::fs",
        "fs::read",
        "std::net",
        "println!",
        "eprintln!",
    ];
    for file in DOMAIN.iter().flat_map(|module| module_files(module)) {
        let words = words(&file.code);
        for banned in banned {
            let found = match banned.contains("::") || banned.ends_with('!') {
                true => file.code.contains(banned),
                false => words.contains(banned),
            };
            assert!(!found, "{} holds {banned}", file.path);
        }
    }
}

#[test]
fn all_sql_is_in_storage_and_stands_there_as_written() {
    for file in sources("src") {
        let words = words(&file.code);
        if !file.path.starts_with("src/storage/") {
            assert!(!words.contains("sqlx"), "{} uses sqlx", file.path);
            for start in ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "\"PRAGMA "] {
                assert!(!file.text.contains(start), "{} holds SQL", file.path);
            }
        }
        let reviewed = ASSEMBLED_SQL.iter().any(|(path, _)| *path == file.path);
        assert!(reviewed || !words.contains("AssertSqlSafe"), "{} assembles SQL", file.path);
    }
}

#[test]
fn text_is_written_into_pages_escaped() {
    for file in sources("src") {
        let reviewed = UNESCAPED.iter().any(|(path, _)| *path == file.path);
        assert!(reviewed || !words(&file.code).contains("PreEscaped"), "{}", file.path);
    }
}

#[test]
fn nothing_outside_tests_gives_up_or_is_left_unfinished() {
    for file in sources("src").into_iter().chain(sources("analysis/src")) {
        for banned in [".unwrap()", "todo!", "unimplemented!", "dbg!", "FIXME", "XXX"] {
            assert!(!file.code.contains(banned), "{} holds {banned}", file.path);
        }
        assert!(!file.text.contains("TODO"), "{} holds a TODO", file.path);
    }
}

#[test]
fn a_long_file_has_a_reason() {
    for file in ["src", "tests", "benches", "examples", "analysis"].into_iter().flat_map(sources) {
        let lines = file.text.lines().count();
        let reason = LONG_FOR_A_REASON.iter().find(|(path, _)| *path == file.path);
        assert!(lines <= LONG || reason.is_some(), "{} has {lines} lines", file.path);
    }
}

#[test]
fn every_message_is_said_in_every_language_with_the_same_placeholders() {
    let messages = messages();
    let languages: BTreeSet<&str> =
        messages.keys().map(|(_, language)| language.as_str()).collect();
    assert!(languages.contains("vi") && languages.contains("en"));
    let sections: BTreeSet<&str> = messages.keys().map(|(section, _)| section.as_str()).collect();
    for section in sections {
        let of = |language: &str| messages.get(&(section.to_owned(), language.to_owned()));
        let first = of("vi").unwrap();
        for language in &languages {
            let other =
                of(language).unwrap_or_else(|| panic!("{section} is not said in {language}"));
            assert_eq!(
                first.keys().collect::<Vec<_>>(),
                other.keys().collect::<Vec<_>>(),
                "{section}"
            );
            for (key, text) in other {
                assert!(!text.trim().is_empty(), "{section}.{key} is empty in {language}");
                let same = placeholders(text) == placeholders(&first[key]);
                assert!(same, "{section}.{key} has other placeholders in {language}");
            }
        }
    }
}

#[test]
fn every_message_named_in_the_code_exists_and_every_message_is_named() {
    let known: BTreeMap<String, BTreeSet<String>> = messages()
        .into_iter()
        .filter(|((_, language), _)| language == "vi")
        .flat_map(|((section, _), table)| {
            table
                .into_iter()
                .map(move |(key, text)| (format!("{section}.{key}"), placeholders(&text)))
        })
        .collect();
    let sections: BTreeSet<&str> =
        known.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut named = BTreeSet::new();
    for file in sources("src") {
        for key in
            literals(&file.own).filter(|text| is_key(text, &sections) && !ACTS.contains(text))
        {
            assert!(known.contains_key(key), "{} names {key}, which does not exist", file.path);
            named.insert(key.to_owned());
        }
        for (key, given) in texts(&file.own) {
            let Some(wanted) = known.get(&key) else { panic!("{} names {key}", file.path) };
            assert_eq!(&given, wanted, "{}: the values given to {key}", file.path);
        }
    }
    let unused: Vec<_> = known.keys().filter(|key| !named.contains(*key)).collect();
    assert!(unused.is_empty(), "these messages are never said: {unused:#?}");
}

#[test]
fn every_public_function_of_storage_is_named_in_a_story() {
    // Naming is not testing; but a function that no story names has surely none.
    let stories: String = sources("tests/stories").into_iter().map(|file| file.text).collect();
    for file in sources("src/storage") {
        if file.path.contains("/intake/") && !file.path.ends_with("/mod.rs") {
            continue;
        }
        for line in file.code.lines() {
            let Some((_, rest)) = line.split_once("pub async fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap();
            let called = [format!(".{name}("), format!("::{name}(")];
            assert!(called.iter().any(|call| stories.contains(call)), "{name} is in no story");
        }
    }
}

#[test]
fn nothing_here_names_the_machine_it_was_written_on() {
    let machine = ["/wo~rk/", "/ro~ot/", "/ho~me/", "/tm~p/w"].map(|path| path.replace('~', ""));
    let mut files = Vec::new();
    for folder in [
        ".",
        "src",
        "tests",
        "benches",
        "examples",
        "analysis",
        "surveys",
        "docs",
        "static",
        "migrations",
        ".ci",
    ] {
        collect(&root(folder), folder != ".", &mut files);
    }
    assert!(files.iter().any(|path| path.ends_with("README.md")));
    for path in files {
        let Ok(mut text) = fs::read_to_string(&path) else { continue };
        // In an XForm, the options of a list lie below an element that is called root.
        if path.contains("/xlsform/expected/") {
            text = text.replace(")/root/item", ")");
        }
        for named in &machine {
            assert!(!text.contains(named.as_str()), "{path} names {named}");
        }
    }
}
