//! The program as operators run it: a process of its own, a folder of its own, real sockets.

mod guest;
mod place;
mod postgres;
mod server;
mod strace;
mod survey;

pub use guest::{Guest, Lost};
pub use place::{Place, Ran};
pub use postgres::Cluster;
pub use server::Server;
pub use strace::Strace;
pub use survey::{Field, Invitee, QUESTIONS, survey_folder};
