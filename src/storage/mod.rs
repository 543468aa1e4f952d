//! Everything we know, in SQLite or in PostgreSQL.
//!
//! Each statement is written once, in SQL that both engines accept. [`Tx`] hides which engine
//! is behind it; the private macros `on!` and `read!` are the only places that tell them apart.
//!
//! Two sides meet here and stay apart. [`Desk`] and [`Intake`] are all that the pages for
//! respondents see: they read code hashes, questionnaires and cells, and write drafts, sealed
//! answers and counters. [`Store`] and [`Tx`] are the office's: they know people.

mod audit;
mod cells;
mod desk;
mod engine;
mod error;
mod installation;
mod intake;
mod invitations;
mod keyholders;
mod opening;
mod pace;
mod people;
mod progress;
mod publications;
mod receipts;
mod responses;
mod resume;
mod rounds;
mod rows;
mod sessions;
mod surveys;

pub use audit::{AuditEntry, first_broken_link};
pub use cells::{CellRow, StratumRow};
pub use desk::{Book, CodeState, Desk, DraftPlace, Entry, EntryPart, RoundKeys, StoredDraft};
pub use engine::{Address, Store, Tx};
pub use error::StorageError;
pub use intake::{Begun, Carry, Intake, Received, Save, Saved, Say, Start, Submit};
pub use invitations::{InvitationRow, NewInvitation, NewPart};
pub use keyholders::SplitRow;
pub use opening::{BoxContents, NewLabel, Opened, OpenedResponse, PartAtOpening, SealedBody};
pub use pace::{Measured, Timed};
pub use people::{NewPerson, PersonRow};
pub use progress::ProgressRow;
pub use publications::PublicationRow;
pub use receipts::ReceiptState;
pub use responses::{LabelRow, OutcomeRow, ResponseRow};
pub use rounds::{NewRound, RecordRow, RoundRow};
pub use surveys::{SurveyDraftRow, SurveyVersionRow};

type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Runs `$body` once, with `$conn` bound to the connection of whichever engine is in use.
macro_rules! on {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::storage::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::storage::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
use on;

/// Runs one reading statement, with `$pool` bound to the pool of whichever engine is in use.
macro_rules! read {
    ($store:expr, |$pool:ident| $body:expr) => {
        match $store.pools() {
            $crate::storage::engine::Pools::Sqlite { readers: $pool, .. } => $body,
            $crate::storage::engine::Pools::Postgres($pool) => $body,
        }
    };
}
use read;
