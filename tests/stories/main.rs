//! The running service, told as stories. Each is run on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the environment says where servers for tests are")]

#[macro_use]
mod support;

mod clear_words;
mod code_holder;
mod code_timing;
mod consent;
mod every_request;
mod faults;
mod from_excel;
mod join_attack;
mod keyholders;
mod kills;
mod other_device;
mod pace;
mod planning;
mod previews;
mod program;
mod published_forms;
mod published_versions;
mod quota;
mod reasons;
mod respondents;
mod storage;
mod surveys;
mod third_language;
mod two_rounds;
mod whole_round;
mod year;
