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
//! - [`calibrate`]: weights made to meet known counts; [`rake_trim`]: and none too large.
//! - [`estimate`]: standard error, degrees of freedom, interval, flags.
//! - [`quantile`]: medians and other quantiles.
//! - [`regression`]: linear regression.
//! - [`independence`]: tests for tables.
//! - [`comparison`]: two groups, and "no change" as something to be shown.
//! - [`interval`]: the intervals themselves.
//! - [`bootstrap`]: a whole table drawn again.
//! - [`replicate`]: bootstrap, jackknife, replicate weights from elsewhere; [`recalibrate`]: with
//!   the adjustments of the design.
//! - [`unequal`]: samples drawn with unequal probabilities.
//! - [`rounds`]: changes between rounds; [`year`]: a year of quarters; [`published`]: either,
//!   where no more is known than what was published.
//! - [`family`]: several figures at once; [`simultaneous`]: intervals and tests that hold
//!   together; [`trend`]: lines and directions over rounds.
//! - [`rank`]: the ranks that a unit may have; [`standing`]: what a ranking may say.
//! - [`index`]: from scores to points, by the rules of [`conversion`].
//! - [`sway`]: what one form can do.
//! - [`small_area`]: estimates drawn towards a model; [`smoothing`]: before and after it.
//! - [`reliability`]: whether questions measure one thing; [`alpha`]: how sure that is;
//!   [`ordinal`]: for ordered classes; [`incomplete`]: with missing answers.
//! - [`driver`]: which questions go with overall satisfaction; [`importance`]: how sure that is,
//!   and where to begin.
//! - [`disclosure`]: what has to be withheld.
//! - [`audit`]: what can be worked out from everything released.
//! - [`multiplicity`]: many tests at once.
//! - [`sample_size`], [`allocate`], [`planned`]: how many to ask, where, and what it will tell.
//! - [`select`]: unequal-probability selection.
//! - [`response_rate`]: response rates; [`outcome`]: by stratum, of questions, and how alike.
//! - [`nonresponse`]: weights for non-response.
//! - [`distribution`]: t, normal, chi-squared, F, beta; [`simulate`]: how often chance is drawn.
//! - [`error`]: what can be wrong.
//!
//! # Invariants
//! - **A row never leaves its stratum.** Domains and missing answers change what a row
//!   contributes, never how many sampling units a stratum has.
//! - **No number shown is infinite or not a number**; a value that is not known is `None`, and a
//!   flag says why.
//! - **Nothing panics**, whatever the input.
//! - **Neither the order of rows nor the number of threads changes a bit**: sums are exact until
//!   they are rounded once, and random numbers belong to a replicate or a block of draws, not to
//!   a thread.
//! - No clock, no random generator, no file. Long work is shared out over the threads of the
//!   `rayon` pool in which it is asked for.
#![warn(missing_docs)]

mod alike;
pub mod allocate;
pub mod alpha;
pub mod audit;
mod binormal;
pub mod bootstrap;
pub mod calibrate;
mod cell;
mod collapse;
pub mod comparison;
pub mod contrast;
pub mod conversion;
pub mod declaration;
pub mod design;
pub mod disclosure;
pub mod distribution;
pub mod domain;
pub mod driver;
pub mod error;
pub mod estimate;
mod exact_sum;
pub mod family;
pub mod figure;
pub mod importance;
pub mod incomplete;
pub mod independence;
pub mod index;
pub mod interval;
mod marginal;
mod matrix;
pub mod multiplicity;
mod newton;
pub mod nonresponse;
mod normal;
pub mod ordinal;
pub mod outcome;
pub mod planned;
pub mod published;
mod quadrature;
pub mod quantile;
pub mod rake_trim;
pub mod rank;
mod reading;
pub mod recalibrate;
mod redraw;
pub mod regression;
pub mod reliability;
pub mod replicate;
mod resample;
mod residual;
pub mod response_rate;
pub mod rounds;
pub mod sample_size;
pub mod select;
mod sides;
pub mod simulate;
pub mod simultaneous;
pub mod small_area;
pub mod smoothing;
mod stability;
pub mod standing;
pub mod sway;
pub mod table;
pub mod trend;
pub mod unequal;
pub mod variable;
mod variance;
pub mod year;

pub use audit::{Audit, AuditError, Reachable};
pub use bootstrap::ReplicateCounts;
pub use calibrate::{Adjusted, CalibrationError, Distance, Limits, Margin};
pub use contrast::{EmptyPart, Test, covariance_matrix};
pub use conversion::Conversion;
pub use declaration::{Declaration, Lonely, Oversampled, Stage, Stratum, Weights};
pub use design::Design;
pub use domain::Domain;
pub use error::{DesignError, FigureError};
pub use estimate::{Ask, DegreesOfFreedom, Est, Flag, IntervalRule};
pub use family::{Basis, Family};
pub use figure::Figure;
pub use independence::{Independence, IndependenceRule};
pub use interval::Method;
pub use quantile::{Quantile, QuantileRule};
pub use rake_trim::Cap;
pub use rank::{RankRule, RankSets, rank_sets, rank_sets_of};
pub use replicate::{Replicated, Replicates};
pub use rounds::Stacked;
pub use simulate::Draws;
pub use simultaneous::{Together, simultaneous_intervals};
pub use standing::Ranking;
pub use sway::Sway;
pub use table::{AnswerCounts, Scale};
pub use unequal::{Joint, PairForm, Unequal};
pub use variable::{DONT_KNOW, DontKnow, MISSING, NOT_ASKED, Range, Scores, Variable};
