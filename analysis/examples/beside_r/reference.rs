//! The reference data, and the numbers that R wrote.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use analysis::{Declaration, Design, Domain, Margin, Stratum, Variable, Weights};

pub type Failure = Box<dyn Error>;

/// A file of data; a missing value is `None`.
pub struct Table {
    names: Vec<String>,
    columns: HashMap<String, Vec<Option<String>>>,
    rows: usize,
}

impl Table {
    pub fn read(folder: &Path, name: &str) -> Result<Self, Failure> {
        let path = folder.join(name).with_extension("csv");
        let mut reader =
            csv::Reader::from_path(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let mut columns = vec![Vec::new(); names.len()];
        for record in reader.records() {
            for (column, field) in columns.iter_mut().zip(record?.iter()) {
                column.push((!field.is_empty()).then(|| field.to_owned()));
            }
        }
        let rows = columns.first().map_or(0, Vec::len);
        let columns = names.iter().cloned().zip(columns).collect();
        Ok(Self { names, columns, rows })
    }

    fn texts(&self, name: &str) -> Result<&[Option<String>], Failure> {
        let column = self.columns.get(name).map(Vec::as_slice);
        column.ok_or_else(|| format!("no column {name}").into())
    }

    /// A column of numbers; a missing one is not a number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Failure> {
        let number = |cell: &Option<String>| cell.as_ref().map_or(Ok(f64::NAN), |t| t.parse());
        Ok(self.texts(name)?.iter().map(number).collect::<Result<_, _>>()?)
    }

    pub fn all_numbers(&self) -> Result<Vec<Vec<f64>>, Failure> {
        self.names.iter().map(|name| self.numbers(name)).collect()
    }

    pub fn variable(&self, name: &str) -> Result<Variable, Failure> {
        Ok(Variable::numbers(self.numbers(name)?)?)
    }

    /// Scores from 0 to 100, which the default intervals do not leave.
    pub fn scores(&self, name: &str) -> Result<Variable, Failure> {
        let codes: Vec<i8> = self.numbers(name)?.iter().map(|&q| code(q)).collect();
        let scale = analysis::Scores::new((1..=5).map(|q| (q, f64::from(q - 1) * 25.0)));
        Ok(Variable::scored(&codes, &scale, analysis::DontKnow::Missing)?)
    }

    /// Whether a column of 0 and 1 is 1.
    pub fn share(&self, name: &str) -> Result<Variable, Failure> {
        let answer = |x: &f64| (!x.is_nan()).then_some(*x == 1.0);
        Ok(Variable::condition(self.numbers(name)?.iter().map(answer)))
    }

    /// Whether a column has a value, row by row.
    pub fn is(&self, name: &str, value: &str) -> Result<Vec<bool>, Failure> {
        Ok(self.texts(name)?.iter().map(|cell| cell.as_deref() == Some(value)).collect())
    }

    pub fn indicator(&self, name: &str, value: &str) -> Result<Variable, Failure> {
        Ok(Variable::condition(self.is(name, value)?.into_iter().map(Some)))
    }

    pub fn domain(&self, name: &str, value: &str) -> Result<Domain, Failure> {
        Ok(Domain::from_mask(&self.is(name, value)?))
    }

    pub fn everyone(&self) -> Domain {
        Domain::from_mask(&vec![true; self.rows])
    }

    /// The values that occur, in order.
    pub fn levels(&self, name: &str) -> Result<Vec<String>, Failure> {
        let mut levels: Vec<String> = self.texts(name)?.iter().flatten().cloned().collect();
        levels.sort();
        levels.dedup();
        Ok(levels)
    }

    /// The class of each row, and the classes numbered in order.
    pub fn classes(&self, name: &str) -> Result<Vec<usize>, Failure> {
        let levels = self.levels(name)?;
        let class = |cell: &Option<String>| levels.iter().position(|l| Some(l) == cell.as_ref());
        let classes: Option<Vec<usize>> = self.texts(name)?.iter().map(class).collect();
        classes.ok_or_else(|| format!("{name} has gaps").into())
    }

    pub fn margin(&self, name: &str, counts: &[f64]) -> Result<Margin, Failure> {
        Ok(Margin { class_of: self.classes(name)?, counts: counts.to_vec() })
    }

    /// One stratum per value of a column, or one in all, with its population where it is told.
    pub fn declared(
        &self,
        strata: Option<&str>,
        population: Option<&str>,
    ) -> Result<Declaration, Failure> {
        let (names, stratum_of) = match strata {
            Some(column) => (self.levels(column)?, self.classes(column)?),
            None => (vec!["all".to_owned()], vec![0; self.rows]),
        };
        let mut strata: Vec<Stratum> =
            names.iter().map(|name| Stratum::new(name.clone(), None)).collect();
        if let Some(column) = population {
            for (&stratum, people) in stratum_of.iter().zip(self.texts(column)?) {
                strata[stratum].population = people.as_ref().map(|p| p.parse()).transpose()?;
            }
        }
        Ok(Declaration::new(strata, stratum_of))
    }

    /// The same with weights of its own.
    pub fn weighted(
        &self,
        strata: Option<&str>,
        population: Option<&str>,
        weight: &str,
    ) -> Result<Design, Failure> {
        let weights = Weights::Given(self.numbers(weight)?);
        Ok(self.declared(strata, population)?.weights(weights).build()?)
    }
}

fn code(answer: f64) -> i8 {
    (0..=5).find(|&q| f64::from(q) == answer).unwrap_or(analysis::MISSING)
}

/// Lines of a name, a tab and numbers (or words).
pub struct Said(BTreeMap<String, String>);

impl Said {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        Ok(Self(lines.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()))
    }

    pub fn words(&self, name: &str) -> Result<&str, Failure> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("R did not say {name}").into())
    }

    /// Numbers; what R has no value for is not a number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Failure> {
        let number = |word: &str| if word == "none" { Ok(f64::NAN) } else { word.parse() };
        Ok(self.words(name)?.split_whitespace().map(number).collect::<Result<_, _>>()?)
    }
}
