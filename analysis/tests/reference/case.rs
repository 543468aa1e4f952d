//! A reference case as it stands in its file.

use std::path::Path;

use serde_json::Value;

/// One case.
pub struct Case {
    pub id: String,
    pub function: String,
    pub design: Value,
    pub args: Value,
    pub expected: Value,
    pub relative: f64,
    pub absolute: f64,
}

/// How a case came out.
pub enum Outcome {
    Passed,
    Failed(String),
}

/// Why no comparison came about.
#[derive(Debug)]
pub enum Trouble {
    /// The function belongs to another file, or to nobody yet.
    NotMine,
    /// The crate returned an error.
    Refused(String),
    /// The numbers differ, or the case cannot be read.
    Wrong(String),
}

impl Case {
    /// All cases of a folder, by file name.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let trouble = |e: &dyn std::fmt::Display| format!("{}: {e}", folder.display());
        let entries = std::fs::read_dir(folder).map_err(|e| trouble(&e))?;
        let mut files: Vec<_> = entries
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        let mut cases = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|e| trouble(&e))?;
            let content: Value = serde_json::from_str(&text).map_err(|e| trouble(&e))?;
            let list = content["cases"].as_array().cloned().unwrap_or_default();
            cases.extend(list.iter().map(Self::read));
        }
        Ok(cases)
    }

    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            function: text("function"),
            design: value["design"].clone(),
            args: value["args"].clone(),
            expected: value["expected"].clone(),
            relative: value["tolerance"]["rel"].as_f64().unwrap_or(1e-9),
            absolute: value["tolerance"]["abs"].as_f64().unwrap_or(1e-10),
        }
    }

    /// The failure that the case demands.
    pub fn expected_error(&self) -> Option<&str> {
        self.expected["error"].as_str()
    }

    /// An argument that is a text, or a list of texts; a single one may stand alone.
    pub fn texts(&self, key: &str) -> Vec<String> {
        texts(&self.args[key])
    }

    /// An argument that is one text.
    pub fn text(&self, key: &str) -> Result<String, Trouble> {
        let first = self.texts(key).into_iter().next();
        first.ok_or_else(|| Trouble::Wrong(format!("argument {key} is missing")))
    }

    /// An argument that is a number, or a list of numbers.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        numbers(&self.args[key])
    }

    /// An argument that is a count, or a list of counts.
    pub fn counts(&self, key: &str) -> Vec<u64> {
        self.numbers(key).into_iter().map(whole).collect()
    }

    /// An argument that is one count.
    pub fn count(&self, key: &str) -> Result<u64, Trouble> {
        self.number(key).map(whole)
    }

    /// An argument that is one number.
    pub fn number(&self, key: &str) -> Result<f64, Trouble> {
        let first = self.numbers(key).first().copied();
        first.ok_or_else(|| Trouble::Wrong(format!("argument {key} is missing")))
    }
}

/// A count that stands as a number.
#[expect(clippy::cast_possible_truncation, reason = "counts of the cases are small")]
pub fn whole(number: f64) -> u64 {
    number.round().max(0.0) as u64
}

/// A position that stands as a number.
pub fn position(number: f64) -> usize {
    usize::try_from(whole(number)).unwrap_or(usize::MAX)
}

/// A list of texts; one alone counts as a list.
pub fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// A list of numbers; one alone counts as a list.
pub fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().filter_map(Value::as_f64).collect()
}

/// A list; anything else but null counts as a list of one.
pub fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// An error says the same if it names the stratum that the reference names.
pub fn same_meaning(got: &str, want: &str) -> Outcome {
    let named = want.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(n, _)| n);
    match named {
        Some(name) if !got.contains(name) => {
            Outcome::Failed(format!("error \"{got}\" does not name {name}"))
        }
        _ => Outcome::Passed,
    }
}
