//! One survey as versioned files: who is asked what about whom, and how it counts.
//!
//! A [`Bundle`] holds the files of a survey's folder as text, so that a round can
//! keep its own copy under its SHA-256. [`read_survey`] turns a bundle into a
//! [`Survey`] or names every mistake of every file, and checks the files against
//! one another. Reading the folder itself is the caller's. [`changes()`] tells two versions
//! apart, and what that does to the series of each criterion ([`Break`]); [`clashes`] holds
//! that a version which was published never changes.

mod bundle;
mod changes;
mod check;
mod check_form;
mod check_rule;
mod comparable;
mod fill;
mod model;
mod notice;
mod read;
mod survey_file;
mod unit_file;
mod versions;
pub mod xlsform;

#[cfg(test)]
mod tests;

pub use bundle::{BadBundle, Bundle};
pub use changes::{Change, Changes, Place, Series, What, changes};
pub use comparable::{Break, Judged};
pub use fill::{Blank, blanks, filled, to_fill_in};
pub use model::{
    Cell, Channel, Group, MergeStep, Merging, Notice, PartRule, Policy, Reminders, ScoredQuestion,
    Subject, Survey, Target, Unit,
};
pub use read::read_survey;
pub use unit_file::targets_csv;
pub use versions::{Clash, clashes, survey_id, with_free_versions};

pub use crate::questionnaire::Mistake;
