//! What the answers count for: a framework of criteria, and scoring rules as data.
//!
//! A [`Framework`] is the tree of criteria of one index, with whatever codes and
//! maximum points its owner decided. A [`Rule`] says, criterion by criterion, what
//! an answer counts for, how groups are combined and how a score becomes points.
//! Both are read from versioned files, with every mistake named at once; the
//! arithmetic is pure and knows of no ministry, level or code.

mod combination;
mod conversion;
mod document;
mod framework;
mod framework_file;
mod rounding;
mod rule;
mod rule_file;
mod scorecard;
mod scoring;
mod table;
mod wording;

#[cfg(test)]
mod tests;

pub use combination::{Combination, GroupData, GroupShare, NoCombination, Shares};
pub use conversion::{Between, Conversion, Step};
pub use framework::{Criterion, CriterionMethod, Framework};
pub use framework_file::read_framework;
pub use rounding::{Rounding, round_half_away};
pub use rule::{Band, CriterionRule, Rule, WithoutData};
pub use rule_file::read_rule;
pub use scorecard::{Figure, Finding, Scorecard, ScorecardRow, check_scorecard, read_scorecard};
pub use scoring::{Counted, DontKnow, Method, Scoring, ScoringError, person_score};

pub(crate) use document::{Found, Section, is_code, line_of_key, parse};
pub(crate) use framework_file::is_above_itself;
pub(crate) use rule_file::hex;
pub(crate) use table::{Row, Table, per_language};

/// Something read from a file, with the line on which it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub line: usize,
    pub value: T,
}
