//! The `design` of a case, declared to the crate.

use std::collections::HashMap;
use std::rc::Rc;

use analysis::{
    Declaration, Design, Distance, Domain, Joint, Limits, Lonely, Margin, PairForm, Stage, Stratum,
    Unequal, Variable, Weights,
};
use serde_json::Value;

use super::case::{Case, Trouble, list, numbers, position, texts, whole};
use super::table::{Table, Tables};

/// A design with its data and its domain.
pub struct Sample {
    pub table: Rc<Table>,
    pub design: Design,
    pub mask: Vec<bool>,
}

impl Sample {
    pub fn of(case: &Case, tables: &Tables) -> Result<Self, Trouble> {
        let spec = &case.design;
        if !spec["replicates"].is_null() {
            return Err(Trouble::NotMine);
        }
        Self::with_replicates(case, tables)
    }

    /// The data and weights of a design, whose replicates are declared apart.
    pub fn with_replicates(case: &Case, tables: &Tables) -> Result<Self, Trouble> {
        let spec = &case.design;
        let name = spec["data"].as_str().ok_or(Trouble::NotMine)?;
        let table = tables.get(name)?;
        let mut declaration = declare(spec, &table)?;
        if !spec["pps"].is_null() {
            declaration = declaration.unequal(unequal(&spec["pps"], &table, tables)?);
        }
        let design = declaration.build().map_err(refused)?;
        let mut sample = Self { mask: vec![true; table.rows], table, design };
        for step in list(&spec["steps"]) {
            sample.apply(&step)?;
        }
        Ok(sample)
    }

    fn apply(&mut self, step: &Value) -> Result<(), Trouble> {
        match step["op"].as_str() {
            Some("subset") => {
                let column = step["column"].as_str().unwrap_or_default();
                let wanted = list(&step["in"]);
                let mut inside = vec![false; self.table.rows];
                for value in &wanted {
                    for (slot, hit) in inside.iter_mut().zip(self.table.equals(column, value)?) {
                        *slot |= hit;
                    }
                }
                for (slot, inside) in self.mask.iter_mut().zip(inside) {
                    *slot &= inside;
                }
                Ok(())
            }
            _ => {
                self.design = reweight(&self.design, &self.table, step)?;
                Ok(())
            }
        }
    }

    /// The domain after the steps.
    pub fn domain(&self) -> Domain {
        Domain::from_mask(&self.mask)
    }

    /// The rows of the domain that also have these values of other columns.
    pub fn cell(&self, by: &Value) -> Result<Domain, Trouble> {
        let mut mask = self.mask.clone();
        for (column, value) in by.as_object().into_iter().flatten() {
            for (slot, hit) in mask.iter_mut().zip(self.table.equals(column, value)?) {
                *slot &= hit;
            }
        }
        Ok(Domain::from_mask(&mask))
    }

    pub fn variable(&self, name: &str) -> Result<Variable, Trouble> {
        Variable::numbers(self.table.numbers(name)?).map_err(refused)
    }

    pub fn ones(&self) -> Variable {
        Variable::condition(vec![Some(true); self.table.rows])
    }

    /// A column of numbers, or one column per level of a text but the first.
    pub fn factor(&self, name: &str) -> Result<Vec<Variable>, Trouble> {
        if let Ok(variable) = self.variable(name) {
            return Ok(vec![variable]);
        }
        let cells = self.table.texts(name)?;
        let levels = self.table.levels(name)?;
        let is = |level: &String| {
            Variable::condition(cells.iter().map(|cell| cell.as_ref().map(|c| c == level)))
        };
        Ok(levels.iter().skip(1).map(is).collect())
    }

    /// A column as classes, numbered in code-point order.
    pub fn classes(&self, name: &str) -> Result<Vec<Option<usize>>, Trouble> {
        let levels = self.table.levels(name)?;
        let class = |cell: &Option<String>| levels.iter().position(|l| Some(l) == cell.as_ref());
        Ok(self.table.texts(name)?.iter().map(class).collect())
    }

    /// The variables of a mean or total: categorical ones become one share per level.
    pub fn variables(&self, case: &Case) -> Result<Vec<Variable>, Trouble> {
        let flags = list(&case.args["categorical"]);
        let mut variables = Vec::new();
        for (i, name) in case.texts("variables").iter().enumerate() {
            if flags.get(i).and_then(Value::as_bool) != Some(true) {
                variables.push(self.variable(name)?);
                continue;
            }
            let cells = self.table.texts(name)?;
            for level in self.table.levels(name)? {
                let is = |cell: &Option<String>| cell.as_ref().map(|cell| *cell == level);
                variables.push(Variable::condition(cells.iter().map(is)));
            }
        }
        Ok(variables)
    }

    /// The domain without the rows that lack one of the variables.
    pub fn complete(&self, variables: &[Variable]) -> Domain {
        let complete = |row: usize| variables.iter().all(|v| v.value(row).is_some());
        let mask: Vec<bool> =
            self.mask.iter().enumerate().map(|(row, &inside)| inside && complete(row)).collect();
        Domain::from_mask(&mask)
    }
}

/// The steps that change weights.
fn reweight(design: &Design, table: &Table, step: &Value) -> Result<Design, Trouble> {
    let limits = Limits {
        iterations: step["max_iterations"].as_f64().map_or(200, position),
        bounds: match numbers(&step["bounds"]).as_slice() {
            [low, high] => Some([*low, *high]),
            _ => None,
        },
        ..Limits::default()
    };
    let done = match step["op"].as_str() {
        Some("poststratify") => design.poststratified(&margin(table, step)?),
        Some("rake") => {
            let margins: Vec<Margin> = list(&step["margins"])
                .iter()
                .map(|m| margin(table, m))
                .collect::<Result<_, _>>()?;
            design.raked(&margins, &limits)
        }
        Some("calibrate") => {
            let distance = match step["distance"].as_str() {
                Some("raking") => Distance::Raking,
                Some("logit") => Distance::Logit,
                _ => Distance::Linear,
            };
            let columns = calibration_columns(table, step)?;
            design.calibrated(&columns, &numbers(&step["population"]), distance, &limits)
        }
        Some("trim") => {
            design.trimmed(step["lower"].as_f64(), step["upper"].as_f64(), step["strict"] == true)
        }
        other => return Err(Trouble::Wrong(format!("unknown step {other:?}"))),
    };
    done.map(|(design, _)| design).map_err(refused)
}

/// A margin by the columns that it names; a row that no count covers makes a class of its own.
fn margin(table: &Table, spec: &Value) -> Result<Margin, Trouble> {
    let by = texts(&spec["by"]);
    let population = list(&spec["population"]);
    let mut class_of = vec![population.len(); table.rows];
    let mut counts = Vec::new();
    for (class, cell) in population.iter().enumerate() {
        counts.push(cell["count"].as_f64().unwrap_or(f64::NAN));
        let mut inside = vec![true; table.rows];
        for column in &by {
            for (slot, hit) in inside.iter_mut().zip(table.equals(column, &cell[column])?) {
                *slot &= hit;
            }
        }
        for (slot, inside) in class_of.iter_mut().zip(inside) {
            if inside {
                *slot = class;
            }
        }
    }
    Ok(Margin { class_of, counts })
}

fn calibration_columns(table: &Table, step: &Value) -> Result<Vec<Vec<f64>>, Trouble> {
    let intercept = step["intercept"] == true;
    let categorical = list(&step["categorical"]);
    let mut columns = Vec::new();
    if intercept {
        columns.push(vec![1.0; table.rows]);
    }
    let mut drop_first = intercept;
    for (i, name) in texts(&step["columns"]).iter().enumerate() {
        if categorical.get(i).and_then(Value::as_bool) != Some(true) {
            columns.push(table.numbers(name)?);
            continue;
        }
        let levels = table.levels(name)?;
        // Without an intercept only the first factor keeps all its levels.
        for level in levels.iter().skip(usize::from(drop_first)) {
            let hits = table.equals(name, &Value::from(level.as_str()))?;
            columns.push(hits.into_iter().map(|hit| if hit { 1.0 } else { 0.0 }).collect());
        }
        drop_first = true;
    }
    Ok(columns)
}

pub fn refused(error: impl std::fmt::Display) -> Trouble {
    Trouble::Refused(error.to_string())
}

fn declare(spec: &Value, table: &Table) -> Result<Declaration, Trouble> {
    let fpc: Vec<Vec<f64>> =
        texts(&spec["fpc"]).iter().map(|c| table.numbers(c)).collect::<Result<_, _>>()?;
    let clusters = texts(&spec["clusters"]);
    let names: Vec<String> = match texts(&spec["strata"]).first() {
        Some(column) => {
            table.texts(column)?.iter().map(|c| c.clone().unwrap_or_default()).collect()
        }
        None => vec!["all".to_owned(); table.rows],
    };
    let (mut strata, mut stratum_of) = (Vec::new(), Vec::new());
    let mut number: HashMap<&str, usize> = HashMap::new();
    for (row, name) in names.iter().enumerate() {
        let next = strata.len();
        let stratum = *number.entry(name).or_insert(next);
        if stratum == next {
            let count = fpc.first().filter(|_| clusters.is_empty());
            strata.push(Stratum::new(name.clone(), count.map(|c| whole(c[row]))));
        }
        stratum_of.push(stratum);
    }
    let mut declaration = Declaration::new(strata, stratum_of)
        .lonely(lonely(spec)?)
        .lonely_in_domains(spec["adjust_domain_lonely"] == true);
    for (stage, column) in clusters.iter().enumerate() {
        let population = fpc.get(stage).cloned().unwrap_or_default();
        declaration =
            declaration.stage(Stage { units: numbered(table.texts(column)?), population });
    }
    if let Some(column) = spec["weights"].as_str() {
        declaration = declaration.weights(Weights::Given(table.numbers(column)?));
    }
    Ok(declaration)
}

/// A sample drawn with unequal probabilities.
fn unequal(spec: &Value, table: &Table, tables: &Tables) -> Result<Unequal, Trouble> {
    let probabilities = table.numbers(spec["pi"].as_str().unwrap_or_default())?;
    let joint = match spec["method"].as_str() {
        Some("brewer") => Joint::Brewer,
        Some("overton") => Joint::Overton,
        _ => {
            let columns = tables.get(spec["joint"].as_str().unwrap_or_default())?.all_numbers()?;
            let row = |i: usize| columns.iter().map(|column| column[i]).collect();
            Joint::Known((0..table.rows).map(row).collect())
        }
    };
    let form = match spec["variance"].as_str() {
        Some("YG") => PairForm::YatesGrundy,
        _ => PairForm::HorvitzThompson,
    };
    Ok(Unequal { probabilities, joint, form })
}

fn lonely(spec: &Value) -> Result<Lonely, Trouble> {
    Ok(match spec["lonely_psu"].as_str() {
        None | Some("fail") => Lonely::Fail,
        Some("remove" | "certainty") => Lonely::Remove,
        Some("adjust") => Lonely::Adjust,
        Some("average") => Lonely::Average,
        Some(other) => return Err(Trouble::Wrong(format!("unknown rule {other}"))),
    })
}

/// Ids as numbers, by first appearance.
fn numbered(cells: &[Option<String>]) -> Vec<u64> {
    let mut number: HashMap<&Option<String>, u64> = HashMap::new();
    let mut ids = Vec::with_capacity(cells.len());
    for cell in cells {
        let next = number.len() as u64;
        ids.push(*number.entry(cell).or_insert(next));
    }
    ids
}
