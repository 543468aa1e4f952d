use super::{
    combination::Combination,
    conversion::Conversion,
    rounding::Rounding,
    scoring::{DontKnow, Method, Scoring, ScoringError},
};
use crate::questionnaire::{Labels, OptionList};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A versioned scoring rule: everything that turns answers into scores and points.
///
/// A rule is data, fixed before a round opens; its SHA-256 is printed beside every
/// figure it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The name of the rule.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the file it was read from, with line ends as `\n`: `sha256sum` agrees.
    pub sha256: String,
    /// What people call it.
    pub title: Labels,
    /// One entry per surveyed criterion, in the order of the file.
    pub criteria: Vec<CriterionRule>,
    /// Coefficients that replace those of the forms, per scale and option code.
    pub coefficients: BTreeMap<String, BTreeMap<i16, f64>>,
    /// To how many decimals figures are printed.
    pub rounding: Rounding,
    /// The classes into which scores fall, best first; empty when none are declared.
    pub bands: Vec<Band>,
}

/// How one criterion is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionRule {
    /// The code of the criterion or, where it has none, its id.
    pub criterion: String,
    /// What one answer counts for.
    pub method: Method,
    /// What "don't know" counts for.
    pub dont_know: DontKnow,
    /// The least share (0–1) of a person's questions that must have an answer that counts.
    pub least_answered: f64,
    /// How groups are combined.
    pub groups: Combination,
    /// What happens when a group has no data.
    pub without_data: WithoutData,
    /// How the score becomes points.
    pub conversion: Conversion,
    /// The least number of answers that give a score.
    pub minimum_n: u32,
}

/// What happens to the score when a group has no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WithoutData {
    /// Its share goes to the other groups, and the result says so.
    Redistribute,
    /// There is no score.
    NoScore,
}

/// A class of scores, such as "tốt" from 80 on.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The lowest score of the class.
    pub from: f64,
    /// What it is called.
    pub label: Labels,
}

impl Rule {
    /// How the criterion with this code (or id) is scored.
    pub fn criterion(&self, name: &str) -> Option<&CriterionRule> {
        self.criteria.iter().find(|known| known.criterion == name)
    }

    /// What the options of a scale count for under one criterion's rule.
    pub fn scoring(
        &self,
        criterion: &CriterionRule,
        scale: &OptionList,
    ) -> Result<Scoring, ScoringError> {
        let replaced = self.coefficients.get(&scale.id);
        Scoring::new(&criterion.method, criterion.dont_know, &scale.options, replaced)
    }

    /// The class of a score, by its unrounded value.
    pub fn band(&self, score: f64) -> Option<&Band> {
        self.bands.iter().find(|band| score >= band.from)
    }
}
