//! What may be published: facts and weights in, tables with their uncertainty out.
//!
//! Pure. [`Facts`] know no person; [`results`] makes of them what may be shown, and nothing
//! that comes out of it is of too few people: breakdowns and spreads of answers go through
//! [`Table`], which hides small cells and whatever would give them away. What comes out does
//! not depend on the order in which the facts came in, to the last bit.

mod annex;
mod breakdown;
mod change;
mod chart;
mod comparable;
mod facts;
mod flag;
mod given_away;
mod json;
mod judged;
mod number;
mod one_form;
mod progress;
mod question;
mod ranking;
mod rates;
mod reasons;
mod release;
mod result;
mod sample;
mod scale;
mod suppress;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trial;
mod year;

pub use crate::survey::Break;
pub use annex::{change_in_words, reliable, text_annex};
pub use breakdown::{BreakdownRow, PartFigures};
pub use change::{Change, CriterionChange, Difference, Verdict, change};
pub use chart::{
    ChartRow, by_day_chart, interval_chart, levels_chart, mini_chart, rank_chart, shade,
};
pub use facts::{CellFacts, Facts, LabelFacts, ResponseFacts};
pub use flag::Flag;
pub use json::results_json;
pub use number::{NBSP, brief_percent, dash, day, decimal, interval, margin, percent, whole};
pub use progress::{Progress, ProgressRow, Standing, progress};
pub use question::{Level, QuestionResult, Spread};
pub use ranking::{Place, Ranking};
pub use rates::{Ended, RateRow, Rates};
pub use reasons::ReasonRow;
pub use release::{Blocked, Leak, Named, Release, release};
pub use result::{Consent, CriterionResult, Results, RuleNamed, results};
pub use scale::{LEAST_OF_SCALE, Reliable, ScaleFigures, ScaleResult};
pub use suppress::{FEW, LEAST_OF_CELL, LEAST_OF_SUBJECT, Shown, Table};
pub use table::{aligned, text_table};
pub use year::{CriterionYear, Missing, Quarter, Year, YearRound, Yearly, year};
