//! What is known of a sample, before it is checked: strata, stages, weights, rules.

use crate::design::Design;
use crate::error::DesignError;
use crate::unequal::Unequal;

/// A stratum of the population, named for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// The name that errors and notices use.
    pub name: String,
    /// Sampling units in the population, if known.
    ///
    /// Without it there is no finite population correction, and figures say so.
    pub population: Option<u64>,
    /// Strata of the same family (for example of the same unit) are collapsed together first.
    pub family: Option<String>,
}

impl Stratum {
    /// A stratum with a known or an unknown population.
    #[must_use]
    pub fn new(name: impl Into<String>, population: Option<u64>) -> Self {
        Self { name: name.into(), population, family: None }
    }

    /// Names the family in which this stratum looks for a neighbour if it is lonely.
    #[must_use]
    pub fn within(mut self, family: impl Into<String>) -> Self {
        self.family = Some(family.into());
        self
    }
}

/// Where the weights of the rows come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Weights {
    /// N/r: the population of a stratum spread over its respondents (product over stages).
    ///
    /// A figure over strata of which one has no known population counts each row once instead
    /// and carries the flag [`crate::Flag::PopulationUnknown`].
    #[default]
    FromPopulation,
    /// One weight per row, ≥ 0. A row of weight 0 keeps its place in its stratum.
    Given(Vec<f64>),
}

/// What to do with a stratum that has one sampling unit and is not a census.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lonely {
    /// Join it with the nearest stratum in declared order, of the same family if there is one.
    ///
    /// Source: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 2.5.
    #[default]
    Collapse,
    /// Refuse to estimate over it.
    Fail,
    /// Let it contribute nothing, as if it were a census.
    Remove,
    /// Measure its deviation from the mean of the whole domain instead of its own.
    Adjust,
    /// Let it contribute as much as the other strata do on average.
    Average,
}

/// What to do when a stratum has more respondents than its declared population (case EN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Oversampled {
    /// Refuse the design, naming the stratum.
    #[default]
    Refuse,
    /// Take the population to be the number of respondents; figures carry a flag.
    ClampToCensus,
}

/// Sampling units of one stage, by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Id of the sampling unit of each row; ids need be unique only within the unit above.
    pub units: Vec<u64>,
    /// Sampling units in the population of the row's stratum (first stage) or of the row's unit
    /// of the stage before; empty = unknown, no finite population correction.
    pub population: Vec<f64>,
}

/// What is known of a sample, before it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    pub(crate) strata: Vec<Stratum>,
    pub(crate) stratum_of: Vec<usize>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) weights: Weights,
    pub(crate) lonely: Lonely,
    pub(crate) lonely_in_domains: bool,
    pub(crate) oversampled: Oversampled,
    pub(crate) unequal: Option<Unequal>,
}

impl Declaration {
    /// Declares the strata and, for each row, the stratum (its position among them).
    ///
    /// Unless told otherwise each row is a sampling unit of its own, the weight is N/r, and
    /// lonely strata are collapsed.
    #[must_use]
    pub fn new(strata: Vec<Stratum>, stratum_of: Vec<usize>) -> Self {
        Self {
            strata,
            stratum_of,
            stages: Vec::new(),
            weights: Weights::default(),
            lonely: Lonely::default(),
            lonely_in_domains: false,
            oversampled: Oversampled::default(),
            unequal: None,
        }
    }

    /// Declares a further stage of sampling; without any, each row is a sampling unit.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// Declares where the weights come from.
    #[must_use]
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Declares the rule for strata with one sampling unit.
    #[must_use]
    pub fn lonely(mut self, rule: Lonely) -> Self {
        self.lonely = rule;
        self
    }

    /// Applies the rules `Adjust` and `Average` also where only the domain leaves one unit.
    #[must_use]
    pub fn lonely_in_domains(mut self, yes: bool) -> Self {
        self.lonely_in_domains = yes;
        self
    }

    /// Declares the rule for strata with more respondents than population.
    #[must_use]
    pub fn oversampled(mut self, rule: Oversampled) -> Self {
        self.oversampled = rule;
        self
    }

    /// Declares that persons were drawn with unequal probabilities; the weights are their
    /// inverses unless given.
    #[must_use]
    pub fn unequal(mut self, unequal: Unequal) -> Self {
        self.unequal = Some(unequal);
        self
    }

    /// Checks the declaration.
    ///
    /// # Errors
    /// The first thing that cannot be read as a sample, naming the stratum or the row.
    pub fn build(self) -> Result<Design, DesignError> {
        Design::checked(self)
    }
}
