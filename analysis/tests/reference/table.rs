//! The data files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use super::case::Trouble;

/// The data folder; each file is read once.
pub struct Tables {
    folder: PathBuf,
    read: RefCell<HashMap<String, Rc<Table>>>,
}

/// One file: columns by name, a missing value is `None`.
pub struct Table {
    names: Vec<String>,
    columns: HashMap<String, Vec<Option<String>>>,
    pub rows: usize,
}

impl Tables {
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, read: RefCell::new(HashMap::new()) }
    }

    pub fn get(&self, name: &str) -> Result<Rc<Table>, Trouble> {
        if let Some(table) = self.read.borrow().get(name) {
            return Ok(Rc::clone(table));
        }
        let table = Rc::new(Table::read(&self.folder.join(format!("{name}.csv")))?);
        self.read.borrow_mut().insert(name.to_owned(), Rc::clone(&table));
        Ok(table)
    }
}

impl Table {
    fn read(path: &PathBuf) -> Result<Self, Trouble> {
        let wrong = |e: csv::Error| Trouble::Wrong(format!("{}: {e}", path.display()));
        let mut reader = csv::Reader::from_path(path).map_err(wrong)?;
        let names: Vec<String> =
            reader.headers().map_err(wrong)?.iter().map(str::to_owned).collect();
        let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
        let mut rows = 0;
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            rows += 1;
            for (column, field) in columns.iter_mut().zip(record.iter()) {
                column.push((!field.is_empty()).then(|| field.to_owned()));
            }
        }
        let columns = names.iter().cloned().zip(columns).collect();
        Ok(Self { names, columns, rows })
    }

    /// A column as texts.
    pub fn texts(&self, name: &str) -> Result<&[Option<String>], Trouble> {
        let column = self.columns.get(name).map(Vec::as_slice);
        column.ok_or_else(|| Trouble::Wrong(format!("no column {name}")))
    }

    /// A column as numbers; a missing one is NaN.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Trouble> {
        let number = |cell: &Option<String>| match cell {
            None => Ok(f64::NAN),
            Some(text) => {
                text.parse().map_err(|_| Trouble::Wrong(format!("{name}: {text} is no number")))
            }
        };
        self.texts(name)?.iter().map(number).collect()
    }

    /// All columns as numbers, in the order of the file.
    pub fn all_numbers(&self) -> Result<Vec<Vec<f64>>, Trouble> {
        self.names.iter().map(|name| self.numbers(name)).collect()
    }

    /// The values that occur, in code-point order (numbers in numeric order).
    pub fn levels(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let mut levels: Vec<String> = self.texts(name)?.iter().flatten().cloned().collect();
        levels.sort();
        levels.dedup();
        if levels.iter().all(|l| l.parse::<f64>().is_ok()) {
            levels.sort_by(|a, b| {
                let (a, b) = (a.parse().unwrap_or(0.0), b.parse().unwrap_or(0.0));
                f64::total_cmp(&a, &b)
            });
        }
        Ok(levels)
    }

    /// Rows whose value equals a JSON text or number.
    pub fn equals(&self, name: &str, value: &Value) -> Result<Vec<bool>, Trouble> {
        Ok(self.texts(name)?.iter().map(|cell| same(cell.as_deref(), value)).collect())
    }
}

fn same(cell: Option<&str>, value: &Value) -> bool {
    match (cell, value) {
        (Some(cell), Value::String(text)) => cell == text,
        (Some(cell), Value::Number(number)) => cell.parse::<f64>().ok() == number.as_f64(),
        (Some(cell), Value::Bool(yes)) => cell.eq_ignore_ascii_case(&yes.to_string()),
        _ => false,
    }
}
