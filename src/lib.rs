//! Phiếu: the sample survey behind a public-administration-reform index.
//!
//! Modules in reading order, each using only those above it:
//!
//! | module | what |
//! |---|---|
//! | [`clock`] | the one source of time |
//! | [`messages`] | what the program says, in every language |
//! | [`workbook`] | sheets of strangers' Excel files, read as text within limits |
//! | [`questionnaire`] | what is asked: forms, routing, which answers are valid |
//! | [`criteria`] | what it counts for: frameworks of criteria, scoring rules as data |
//! | [`survey`] | forms, groups, units, criteria and rule of one survey, read from its files |
//! | [`sampling`] | who is asked: plans, frames, draws, records, reserves |
//! | [`fieldwork`] | what comes back: codes, gate, drafts, sealed box, receipts |
//! | [`report`] | what may be published: facts in, suppressed tables with their uncertainty out |
//! | [`secrets`] | keys that never lie in the database |
//! | [`storage`] | what is kept, in SQLite or PostgreSQL; the respondents' desk and intake |
//! | [`conduct`] | the acts of the office, each one unit of work |
//! | [`web`] | pages for respondents and for the office |
//! | [`cli`] | what operators do |
//! | [`demo`] | a complete round on made-up people |
//!
//! **Rules that hold everywhere** (`tests/tidy.rs` checks what a program can check):
//!
//! * **Domain modules are pure.** From `questionnaire` to `report` there is no `async`, no
//!   database, no HTTP, no clock and no random generator: time, keys and chance are arguments.
//! * **All SQL is in `storage`**, one text per statement for both engines, always a literal.
//! * **Acknowledged means durable.** What respondents write goes through [`storage::Intake`],
//!   which answers after the commit; every command is harmless to repeat.
//! * **The code alone shows nothing.** Pages for respondents look at the browser's cookies and
//!   the state of round and cell, never at the state of an invitation, and reach no module that
//!   knows people.
//! * **Names and answers never meet**: not in a table, a log, a page or an export.
//! * **Nothing of an answer before the box is opened**, and no unsuppressed cell after.
//! * **Rules are data**, hashed into the draw record before anybody is invited.

#![warn(missing_docs)]

pub mod clock;
pub mod messages;
pub mod workbook;

pub mod criteria;
pub mod questionnaire;
pub mod survey;

pub mod fieldwork;
pub mod report;
pub mod sampling;

pub mod secrets;
pub mod storage;

pub mod conduct;

pub mod cli;
pub mod demo;
pub mod web;
