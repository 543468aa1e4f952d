//! Comparing numbers with their tolerance, remembering the worst.

use serde_json::Value;

use super::case::{Case, Trouble, list};

/// The comparisons of one case.
pub struct Check<'c> {
    case: &'c Case,
    problems: Vec<String>,
}

impl<'c> Check<'c> {
    pub fn of(case: &'c Case) -> Self {
        Self { case, problems: Vec::new() }
    }

    /// Compares with a field of `expected`; null or a field that is not there asks nothing.
    pub fn field(&mut self, key: &str, got: Option<f64>) {
        let want = list(&self.case.expected[key]);
        self.number(key, got, want.first().unwrap_or(&Value::Null));
    }

    /// Compares with a list of `expected`.
    pub fn fields(&mut self, key: &str, got: &[Option<f64>]) {
        let want = list(&self.case.expected[key]);
        self.list(key, got, &want);
    }

    pub fn list(&mut self, what: &str, got: &[Option<f64>], want: &[Value]) {
        if want.is_empty() {
            return;
        }
        if got.len() != want.len() {
            self.wrong(format!("{what}: {} values, not {}", got.len(), want.len()));
        }
        for (i, (&got, want)) in got.iter().zip(want).enumerate() {
            self.number(&format!("{what}[{i}]"), got, want);
        }
    }

    pub fn number(&mut self, what: &str, got: Option<f64>, want: &Value) {
        let scale = want.as_f64().unwrap_or(0.0).abs();
        self.scaled(what, got, want, scale);
    }

    /// A matrix: the tolerance is relative to its largest entry.
    pub fn matrix(&mut self, what: &str, got: &[Vec<f64>], want: &Value) {
        let rows: Vec<Vec<Value>> = list(want).iter().map(list).collect();
        let entries = rows.iter().flatten().filter_map(Value::as_f64);
        let scale = entries.fold(0.0, |m: f64, v| m.max(v.abs()));
        if !rows.is_empty() && rows.len() != got.len() {
            self.wrong(format!("{what}: {} rows, not {}", got.len(), rows.len()));
        }
        for (i, (got, want)) in got.iter().zip(&rows).enumerate() {
            for (j, (&got, want)) in got.iter().zip(want).enumerate() {
                self.scaled(&format!("{what}[{i}][{j}]"), Some(got), want, scale);
            }
        }
    }

    pub fn wrong(&mut self, problem: String) {
        self.problems.push(problem);
    }

    fn scaled(&mut self, what: &str, got: Option<f64>, want: &Value, scale: f64) {
        let Some(want) = want.as_f64() else { return };
        let limit = self.case.absolute + self.case.relative * scale;
        if !got.is_some_and(|got| (got - want).abs() <= limit) {
            self.wrong(format!("{what} is {got:?}, not {want}"));
        }
    }

    /// The verdict.
    pub fn result(self) -> Result<(), Trouble> {
        match self.problems.first() {
            None => Ok(()),
            Some(first) => {
                let more = self.problems.len() - 1;
                Err(Trouble::Wrong(format!("{first} (and {more} more)")))
            }
        }
    }
}
