//! What keeps the house in order, checked on its own source.
//!
//! These tests read the files of this repository as text. They are simple on purpose: a rule
//! that a reader cannot check by eye would not be kept.

#![expect(clippy::unwrap_used, reason = "a source file that cannot be read is a failed test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Every module, and the modules of ours that it may use: those on the floors below.
const FLOORS: &[(&str, &[&str])] = &[
    ("messages", &[]),
    ("clock", &[]),
    ("questionnaire", &["messages"]),
    ("sampling", &["messages"]),
    ("criteria", &["messages", "questionnaire"]),
    ("survey", &["messages", "questionnaire", "criteria"]),
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
const BELOW: &str = "messages clock questionnaire criteria survey fieldwork";

/// Modules without time, chance, files, environment, database or web.
const DOMAIN: &[&str] = &["questionnaire", "sampling", "criteria", "survey", "fieldwork", "report"];

/// Files of more than this many lines want splitting, or a reason.
const LONG: usize = 450;

/// Long files that read better in one piece, each with the reason.
const LONG_FOR_A_REASON: &[(&str, &str)] = &[];

/// Files that may write text into a page without escaping it.
const UNESCAPED: &[(&str, &str)] =
    &[("src/web/layout.rs", "the program's own stylesheet, compiled in")];

/// Files that may make SQL at run time.
const ASSEMBLED_SQL: &[(&str, &str)] = &[(
    "src/storage/engine.rs",
    "names of schemas, and the migrations with one marker replaced",
)];

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
fn only_reports_use_the_statistics_and_these_use_nothing_of_ours() {
    for file in sources("src") {
        let uses = words(&file.code).contains("analysis");
        assert!(!uses || file.path.starts_with("src/report/"), "{} uses analysis", file.path);
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
        let public = ["desk.rs", "receipts.rs", "intake/"].map(|name| format!("src/storage/{name}"));
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
        "async", "await", "sqlx", "axum", "tokio", "hyper", "clock", "Clock", "std::time", "Instant",
        "SystemTime", "rand::rng", "thread_rng", "rand::random", "rand::fill", "new_v4", "std::env",
        "env::var", "std::fs", "fs::read", "std::net", "println!", "eprintln!",
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
    for file in ["src", "tests", "benches", "analysis"].into_iter().flat_map(sources) {
        let lines = file.text.lines().count();
        let reason = LONG_FOR_A_REASON.iter().find(|(path, _)| *path == file.path);
        assert!(lines <= LONG || reason.is_some(), "{} has {lines} lines", file.path);
        assert!(lines > LONG || reason.is_none(), "{} is no longer long", file.path);
    }
}

#[test]
fn every_message_is_said_in_every_language_with_the_same_placeholders() {
    let messages = messages();
    let languages: BTreeSet<&str> = messages.keys().map(|(_, language)| language.as_str()).collect();
    assert!(languages.contains("vi") && languages.contains("en"));
    let sections: BTreeSet<&str> = messages.keys().map(|(section, _)| section.as_str()).collect();
    for section in sections {
        let of = |language: &str| messages.get(&(section.to_owned(), language.to_owned()));
        let first = of("vi").unwrap();
        for language in &languages {
            let other = of(language).unwrap_or_else(|| panic!("{section} is not said in {language}"));
            assert_eq!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{section}");
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
            table.into_iter().map(move |(key, text)| (format!("{section}.{key}"), placeholders(&text)))
        })
        .collect();
    let sections: BTreeSet<&str> = known.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut named = BTreeSet::new();
    for file in sources("src") {
        for key in literals(&file.text).filter(|text| is_key(text, &sections)) {
            assert!(known.contains_key(key), "{} names {key}, which does not exist", file.path);
            named.insert(key.to_owned());
        }
        for (key, given) in texts(&file.text) {
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
    for folder in [".", "src", "tests", "benches", "analysis", "surveys", "docs", "static", "migrations", ".ci"] {
        collect(&root(folder), folder != ".", &mut files);
    }
    assert!(files.iter().any(|path| path.ends_with("README.md")));
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for named in &machine {
            assert!(!text.contains(named.as_str()), "{path} names {named}");
        }
    }
}

/// A source file: as it stands, and without comments, texts and tests.
struct Source {
    path: String,
    text: String,
    code: String,
}

fn root(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The files of a module of `src`.
fn module_files(module: &str) -> Vec<Source> {
    let single = format!("src/{module}.rs");
    let files: Vec<Source> = sources("src")
        .into_iter()
        .filter(|file| file.path == single || file.path.starts_with(&format!("src/{module}/")))
        .collect();
    assert!(!files.is_empty(), "there is no module {module}");
    files
}

/// The Rust files below a folder.
fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root(folder), true, &mut paths);
    let paths = paths.into_iter().filter(|path| path.ends_with(".rs"));
    let sources = paths.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(&root("")).unwrap().to_owned();
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        // Of files with tests, these come last; files made for tests only say so in their mod.rs.
        let only_tests = is_test || path == "src/report/trial.rs";
        let own = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code = if only_tests { String::new() } else { without_texts(own) };
        Source { path, text, code }
    });
    sources.collect()
}

fn collect(folder: &str, deep: bool, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_ours = !matches!(name, "target" | "node_modules" | ".git" | "tidy.rs");
        if path.is_dir() && deep && is_ours {
            collect(path.to_str().unwrap(), deep, files);
        } else if path.is_file() && (is_ours || is_below(&path, "analysis")) {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    files.sort();
}

fn is_below(path: &Path, folder: &str) -> bool {
    path.starts_with(root(folder))
}

/// Every word of a piece of code.
fn words(code: &str) -> BTreeSet<&str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The modules of ours that a piece of code names.
fn ours(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.extend(first_word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut expected = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => expected = true,
                        c if expected && depth == 0 && !c.is_whitespace() => {
                            found.extend(first_word(&group[at..]));
                            expected = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn first_word(code: &str) -> Option<String> {
    let word = code.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!word.is_empty()).then(|| word.to_owned())
}

/// Code without its comments and without what stands in its string literals.
fn without_texts(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    for (piece, is_text) in pieces(code) {
        kept.push_str(if is_text { "\"\"" } else { piece });
    }
    kept
}

/// The string literals of a file, comments left out.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    pieces(code).into_iter().filter(|(_, is_text)| *is_text).map(|(piece, _)| piece)
}

/// Code cut into what stands in string literals and what does not; comments are left out.
fn pieces(code: &str) -> Vec<(&str, bool)> {
    let bytes = code.as_bytes();
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        let rest = &code[at..];
        if rest.starts_with("//") {
            pieces.push((&code[from..at], false));
            at += rest.find('\n').unwrap_or(rest.len());
            from = at;
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") || rest.starts_with("'\\'") {
            at += 3;
        } else if bytes[at] == b'"' {
            // A raw string ends with as many `#` as it began with.
            let hashes = code[from..at].bytes().rev().take_while(|&byte| byte == b'#').count();
            let raw = code[..at - hashes].ends_with('r');
            let end = match raw {
                true => rest[1..].find(&format!("\"{}", "#".repeat(hashes))).unwrap() + 1,
                false => end_of_text(rest),
            };
            pieces.push((&code[from..at], false));
            pieces.push((&rest[1..end], true));
            at += end + 1;
            from = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    pieces.push((&code[from..], false));
    pieces
}

/// Where the literal that begins `text` ends.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The message files: section and language to keys and texts.
fn messages() -> BTreeMap<(String, String), BTreeMap<String, String>> {
    let mut messages = BTreeMap::new();
    for entry in fs::read_dir(root("src/messages")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((section, language)) =
            name.strip_suffix(".toml").and_then(|name| name.split_once('.'))
        else {
            continue;
        };
        let table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        messages.insert((section.to_owned(), language.to_owned()), table);
    }
    messages
}

fn placeholders(text: &str) -> BTreeSet<String> {
    let found = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    found.map(|(name, _)| name.to_owned()).collect()
}

/// Whether a literal is the key of a message: `section.key` of a known section.
fn is_key(text: &str, sections: &BTreeSet<&str>) -> bool {
    let Some((section, key)) = text.split_once('.') else { return false };
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    sections.contains(section) && !key.is_empty() && key.chars().all(letters) && !is_file(text)
}

/// File names look like keys.
fn is_file(text: &str) -> bool {
    [".toml", ".csv", ".xlsx", ".json", ".rs", ".db", ".html"].iter().any(|end| text.ends_with(end))
}

/// Every `text!(…)`: its key, and the names of the values given.
fn texts(code: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("text!(\"") {
        let inner = &code[at + "text!(".len()..];
        let end = end_of_text(inner);
        let key = inner[1..end].to_owned();
        let (mut depth, mut names) = (0, BTreeSet::new());
        let mut expected = false;
        let values = without_texts(&inner[end + 1..]);
        for (at, c) in values.char_indices() {
            match c {
                '(' | '{' | '[' => depth += 1,
                ')' if depth == 0 => break,
                ')' | '}' | ']' => depth -= 1,
                ',' if depth == 0 => expected = true,
                c if expected && c.is_alphabetic() => {
                    let (name, rest) = values[at..].split_once([' ', '=']).unwrap_or_default();
                    if rest.trim_start().starts_with('=') || rest.starts_with(' ') {
                        names.insert(name.to_owned());
                    }
                    expected = false;
                }
                _ => {}
            }
        }
        found.push((key, names));
    }
    found
}

#[test]
fn the_reader_of_source_is_not_fooled() {
    let code = "let a = \"crate::web\"; // crate::cli\nlet b = '\"'; use crate::{a::{b, c}, d}; r#\"x\"y\"#";
    assert_eq!(ours(&without_texts(code)), BTreeSet::from(["a".to_owned(), "d".to_owned()]));
    assert_eq!(literals(code).collect::<Vec<_>>(), ["crate::web", "x\"y"]);
    let found = texts("text!(\"a.b\", one = f(x, y), two = \"three, four = 5\") text!(\"a.c\")");
    let names = BTreeSet::from(["one".to_owned(), "two".to_owned()]);
    assert_eq!(found, [("a.b".to_owned(), names), ("a.c".to_owned(), BTreeSet::new())]);
}
