//! Design-based estimates from survey responses: numbers in, estimates with their uncertainty
//! out.
//!
//! Declare the sample once, then ask:
//!
//! ```
//! use analysis::{Declaration, DontKnow, EmptyPart, Figure, Scores, Stratum, Variable};
//!
//! // Two groups of people, one stratum each: 40 officials, 2,000 citizens.
//! let strata = vec![Stratum::new("officials", Some(40)), Stratum::new("citizens", Some(2_000))];
//! let design = Declaration::new(strata, vec![0, 0, 0, 1, 1, 1, 1, 1]).build()?;
//! let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
//! let answers = Variable::scored(&[5, 4, 4, 3, 4, 0, 5, 2], &scale, DontKnow::Missing)?;
//!
//! let officials = design.mean(&answers, &design.in_strata(&[0]))?;
//! let citizens = design.mean(&answers, &design.in_strata(&[1]))?;
//! let score = Figure::mean_of(&[&officials, &citizens], EmptyPart::Fail)?.estimate()?;
//! assert_eq!(score.n, 7);
//! assert!(score.ci.is_some_and(|[low, high]| low < 73.0 && 73.0 < high));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The map
//! - [`declaration`]: the sample, as it is declared; [`design`]: as it is asked.
//! - [`domain`]: whose answers count.
//! - [`variable`]: what is measured.
//! - [`figure`]: a value and everybody's influence on it: mean, total, ratio.
//! - [`table`]: many questions by many units in one pass.
//! - [`contrast`]: sums, differences and smooth functions of figures.
//! - [`calibrate`]: weights made to meet known counts.
//! - [`estimate`]: standard error, degrees of freedom, interval, flags.
//! - [`quantile`]: medians and other quantiles.
//! - [`regression`]: linear regression.
//! - [`independence`]: tests for tables.
//! - [`interval`]: the intervals themselves.
//! - [`replicate`]: bootstrap, jackknife, replicate weights from elsewhere.
//! - [`unequal`]: samples drawn with unequal probabilities.
//! - [`small_area`]: estimates drawn towards a model.
//! - [`rank`]: the ranks that a unit may have.
//! - [`reliability`]: whether questions measure one thing.
//! - [`driver`]: which questions go with overall satisfaction.
//! - [`disclosure`]: what has to be withheld.
//! - [`multiplicity`]: many tests at once.
//! - [`sample_size`], [`allocate`]: how many to ask, and where.
//! - [`select`]: unequal-probability selection.
//! - [`response_rate`]: response rates and non-response weights.
//! - [`distribution`]: t, normal, chi-squared, F, beta.
//! - [`error`]: what can be wrong.
//!
//! # Invariants
//! - **A row never leaves its stratum.** Domains and missing answers change what a row
//!   contributes, never how many sampling units a stratum has.
//! - **No number shown is infinite or not a number**; a value that is not known is `None`, and a
//!   flag says why.
//! - **Nothing panics**, whatever the input.
//! - **The order of rows changes no bit**: sums are exact until they are rounded once.
//! - No clock, no random generator, no environment, no file.
#![warn(missing_docs)]

mod alike;
pub mod allocate;
pub mod calibrate;
mod collapse;
pub mod contrast;
pub mod declaration;
pub mod design;
pub mod disclosure;
pub mod distribution;
pub mod domain;
pub mod driver;
pub mod error;
pub mod estimate;
mod exact_sum;
pub mod figure;
pub mod independence;
pub mod interval;
mod matrix;
pub mod multiplicity;
mod newton;
pub mod quantile;
pub mod rank;
mod reading;
pub mod regression;
pub mod reliability;
pub mod replicate;
mod resample;
mod residual;
pub mod response_rate;
pub mod sample_size;
pub mod select;
mod sides;
pub mod small_area;
mod stability;
pub mod table;
pub mod unequal;
pub mod variable;
mod variance;

pub use calibrate::{Adjusted, CalibrationError, Distance, Limits, Margin};
pub use contrast::{EmptyPart, Test, covariance_matrix};
pub use declaration::{Declaration, Lonely, Oversampled, Stage, Stratum, Weights};
pub use design::Design;
pub use domain::Domain;
pub use error::{DesignError, FigureError};
pub use estimate::{Ask, DegreesOfFreedom, Est, Flag, IntervalRule};
pub use figure::Figure;
pub use independence::{Independence, IndependenceRule};
pub use interval::Method;
pub use quantile::{Quantile, QuantileRule};
pub use rank::{RankRule, RankSets, rank_sets, rank_sets_of};
pub use replicate::{Replicated, Replicates};
pub use table::{AnswerCounts, Scale};
pub use unequal::{Joint, PairForm, Unequal};
pub use variable::{DONT_KNOW, DontKnow, MISSING, NOT_ASKED, Range, Scores, Variable};
