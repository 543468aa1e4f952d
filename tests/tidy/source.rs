//! The files of this repository, cut into code, comments and texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A source file, as it stands and as far as rules look at it.
pub struct Source {
    pub path: String,
    pub text: String,
    /// Without tests.
    pub own: String,
    /// Without tests, comments and texts.
    pub code: String,
}

pub fn root(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The files of a module of `src`.
pub fn module_files(module: &str) -> Vec<Source> {
    let single = format!("src/{module}.rs");
    let files: Vec<Source> = sources("src")
        .into_iter()
        .filter(|file| file.path == single || file.path.starts_with(&format!("src/{module}/")))
        .collect();
    assert!(!files.is_empty(), "there is no module {module}");
    files
}

/// The Rust files below a folder.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root(folder), true, &mut paths);
    let paths = paths.into_iter().filter(|path| path.ends_with(".rs"));
    let sources = paths.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(&root("")).unwrap().to_owned();
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        // Of files with tests, these come last; files made for tests only say so in their mod.rs.
        let only_tests = is_test || path == "src/report/trial.rs";
        let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let own = if only_tests { String::new() } else { without_helpers_of_tests(own) };
        Source { path, code: without_texts(&own), own, text }
    });
    sources.collect()
}

/// Leaves out functions that are there for tests only.
fn without_helpers_of_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("    #[cfg(test)]\n") {
        kept.push_str(before);
        rest = after.split_once("\n    }\n").map_or("", |(_, after)| after);
    }
    kept + rest
}

pub fn collect(folder: &str, deep: bool, files: &mut Vec<String>) {
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
pub fn words(code: &str) -> BTreeSet<&str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The modules of ours that a piece of code names.
pub fn ours(code: &str) -> BTreeSet<String> {
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
pub fn without_texts(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    for (piece, is_text) in pieces(code) {
        kept.push_str(if is_text { "\"\"" } else { piece });
    }
    kept
}

/// The string literals of a file, comments left out.
pub fn literals(code: &str) -> impl Iterator<Item = &str> {
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
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") || rest.starts_with("'\\'")
        {
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
pub fn messages() -> BTreeMap<(String, String), BTreeMap<String, String>> {
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

pub fn placeholders(text: &str) -> BTreeSet<String> {
    let found = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    found.map(|(name, _)| name.to_owned()).collect()
}

/// Whether a literal is the key of a message: `section.key` of a known section.
pub fn is_key(text: &str, sections: &BTreeSet<&str>) -> bool {
    let Some((section, key)) = text.split_once('.') else { return false };
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    sections.contains(section) && !key.is_empty() && key.chars().all(letters) && !is_file(text)
}

/// File names look like keys.
fn is_file(text: &str) -> bool {
    [".toml", ".csv", ".txt", ".xlsx", ".json", ".rs", ".db", ".html"]
        .iter()
        .any(|end| text.ends_with(end))
}

/// Every `text!(…)`: its key, and the names of the values given.
pub fn texts(code: &str) -> Vec<(String, BTreeSet<String>)> {
    let code: String = pieces(code)
        .into_iter()
        .map(|(piece, is_text)| if is_text { format!("\"{piece}\"") } else { piece.to_owned() })
        .collect();
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
