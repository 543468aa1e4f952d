//! The folder of a made-up survey, as `benches/gen.py` and `make.rs` write it.

use std::error::Error;
use std::path::Path;

use analysis::Stratum;

/// Questions that everybody answers.
pub const QUESTIONS: usize = 34;

/// A survey before it is declared.
pub struct Survey {
    pub strata: Vec<Stratum>,
    /// The strata of each unit.
    pub units: Vec<Vec<usize>>,
    /// The stratum of each respondent.
    pub stratum_of: Vec<usize>,
    /// One row of codes per respondent.
    pub answers: Vec<i8>,
}

impl Survey {
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(folder.join("strata.csv"))?;
        let (mut strata, mut units): (Vec<Stratum>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        for (number, line) in text.lines().skip(1).enumerate() {
            let fields: Vec<&str> = line.split(',').collect();
            let [name, unit, _, population, ..] = fields.as_slice() else {
                return Err(format!("strata.csv, line {}: too few fields", number + 2).into());
            };
            let unit: usize = unit.parse()?;
            units.resize(units.len().max(unit + 1), Vec::new());
            units[unit].push(number);
            strata.push(Stratum::new(*name, Some(population.parse()?)).within(unit.to_string()));
        }
        let stratum_of = std::fs::read(folder.join("stratum.u16le"))?
            .chunks_exact(2)
            .map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))
            .collect();
        let answers = std::fs::read(folder.join("answers.i8"))?;
        let answers = answers.into_iter().map(u8::cast_signed).collect();
        Ok(Self { strata, units, stratum_of, answers })
    }
}
