//! What may be published: facts and weights in, tables with their uncertainty out.

mod facts;

pub use facts::{CellFacts, Facts, LabelFacts, ResponseFacts};
