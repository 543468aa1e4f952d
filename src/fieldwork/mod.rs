//! What comes back: who may answer, what a submit counts for, and how answers stay secret.
//!
//! Everything here decides and nothing here acts: states go in, states come out.
//! Keys, nonces and the time are arguments.

mod access_code;
mod draft;
mod gate;
mod keyed;
mod keyholders;
mod opening;
mod outcome;
mod pace;
mod padding;
mod reason;
mod receipt;
mod resume;
mod round;
mod sealed_box;

pub use access_code::{AccessCode, InvalidCode};
pub use draft::{Draft, DraftKey, UnreadableDraft};
pub use gate::{CellState, Gate, PartState, Policy, Slot, Started, Submitted};
pub use keyed::{Key, keyed_hash};
pub use keyholders::{HOLDERS, Holder, KeyShare, Keyholders, NEEDED, ShareError, recover};
pub use opening::{Decided, Entry, Kept, Label, LabelRules, Scored, decide, merge};
pub use outcome::{Outcome, Said};
pub use pace::{LEAST_OF_PACE, MOST_MINUTES, Pace};
pub use reason::Reason;
pub use receipt::{InvalidReceipt, Receipt};
pub use resume::{ResumeKey, ResumeNumber};
pub use round::RoundState;
pub use sealed_box::{BoxPrivateKey, BoxPublicKey, SealError, SealedContent};
