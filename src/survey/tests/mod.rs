//! The surveys of this repository as they are, and damaged in every way.

mod content;
mod mistakes;

use super::{Bundle, Survey, read_survey};
use crate::{messages::Language, questionnaire::Mistake};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below the folder");
                let name = name.to_str().expect("a plain name").replace('\\', "/");
                files.push((name, fs::read(&path).expect("a file")));
            }
        }
    }
    files
}

fn survey(path: &str) -> Survey {
    let bundle = Bundle::new(files(&folder(path))).expect("texts");
    read_survey(&bundle).unwrap_or_else(|mistakes| panic!("{path}: {}", all(&mistakes)))
}

fn all(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|mistake| mistake.say(english())).collect();
    lines.join("\n")
}

fn english() -> Language {
    Language::parse("en").expect("the program speaks English")
}
