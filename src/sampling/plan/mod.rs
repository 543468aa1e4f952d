//! How many people to ask, where, and how sure that makes the answer.
//!
//! A plan gives every unit × group its number of answers wanted ([`PlanRequest`] says by which
//! method), the people to draw for it, and the margin of error that each unit, each group and
//! the whole can expect. Beside it stands the size that the official formula prescribes,
//! n = N/(1 + N·e²), with the margin that this size really gives.
//!
//! The reckoning is that of the `analysis` crate. Margins are those of a share, on the scale of
//! 0 to 100 %, and by people: a group counts in a unit as much as it has people. A score between
//! 0 and 100 has no wider one.

mod make;
mod request;
mod row;
#[cfg(test)]
mod tests;

pub use make::{PlanCell, PlanRefused, plan};
pub use request::{FIELDS, Margins, Method, PlanRequest, RATE_OF, SHARE_OF, Wrong};
pub use row::{Official, OfficialWhole, Plan, PlanRow, Reach};
