//! What may be published: facts and weights in, tables with their uncertainty out.

mod facts;
mod suppress;

pub use facts::{CellFacts, Facts, LabelFacts, ResponseFacts};
pub use suppress::{FEW, LEAST_OF_CELL, LEAST_OF_SUBJECT, Shown, Table};
