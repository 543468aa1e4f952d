//! Who is asked: from a list of people to a drawn sample with an ordered reserve.
//!
//! A list in CSV or XLSX becomes people ([`read_frame`]), people become a frozen
//! frame with a fingerprint ([`FrozenFrame`]), and the fingerprint together with a
//! public value that nobody could know beforehand becomes the draw ([`draw()`]). The
//! [`DrawRecord`] lets anybody repeat the draw and names the first difference.
//! How many people to ask, and how sure that makes the answer, is [`plan()`]ned before.
//! Everything here is a function of its arguments: no clock, no generator, no files.

mod coverage;
mod draw;
mod frame;
mod frozen;
mod plan;
mod record;
#[cfg(test)]
mod tests;
mod waves;

pub use coverage::{Coverage, PopulationCount, compare_coverage};
pub use draw::{ALGORITHM, Draw, DrawRefused, Drawn, DrawnStratum, Seed, StratumTarget, draw};
pub use frame::{
    Column, Duplicate, Entry, FrameReport, Import, Known, Lists, Membership, Place, Reason,
    RowProblem, Stratum, Upload, fold, read_frame, tidy,
};
pub use frozen::{FrozenFrame, Member, NotFrozen};
pub use plan::{
    FIELDS, Margins, Method, Official, OfficialWhole, Plan, PlanCell, PlanRefused, PlanRequest,
    PlanRow, RATE_OF, Reach, SHARE_OF, Wrong, plan,
};
pub use record::{
    DrawRecord, FirstDifference, Listing, Particulars, RankDifference, RecordUnreadable,
    StratumRecord, verify,
};
pub use waves::{Held, Progress, Release, WaveRule, next_wave};
