//! The running service, told as stories. Each is run on SQLite and on PostgreSQL.

#[macro_use]
mod support;

mod quota;
mod whole_round;
