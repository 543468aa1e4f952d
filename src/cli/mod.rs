//! What operators do, from the command line.
//!
//! Standard output is the result, standard error the progress. Exit codes: 0 done, 1 refused
//! because of data, 2 usage or environment, 3 database.

mod address;
mod data;
mod draw;
mod failure;
mod frame;
mod invite;
mod keys;
mod plan;
mod reserve;
mod round;
mod score;
mod serve;
mod settings;
mod survey;
mod user;
mod xlsform;

pub use data::print;
pub use failure::Failure;
pub use serve::{log_to_stderr, stop};
pub use settings::Settings;

use crate::{conduct::Office, messages::Language};
use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;

type Result<T, E = Failure> = std::result::Result<T, E>;

/// Phiếu: sample surveys behind a public-administration-reform index.
#[derive(Debug, Parser)]
#[command(name = "phieu", version, about, arg_required_else_help = true)]
pub struct Command {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    act: Act,
}

/// Where an installation keeps its data. A flag wins over the environment, which wins over
/// `phieu.toml`.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The database, `sqlite:FILE` or `postgres://USER@HOST/DATABASE` [default: sqlite:phieu.db]
    #[arg(long, global = true, env = "PHIEU_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The directory of secrets [default: beside the database file]
    #[arg(long, global = true, env = "PHIEU_SECRETS")]
    pub secrets: Option<std::path::PathBuf>,
    /// The language of messages: vi or en [default: vi]
    #[arg(long, global = true, env = "PHIEU_LANG")]
    pub lang: Option<String>,
    /// A folder of files that let respondents read in further languages
    #[arg(long, global = true, env = "PHIEU_MESSAGES", value_name = "FOLDER")]
    pub messages: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Run a complete round on made-up people, and show it
    Demo(crate::demo::DemoArgs),
    /// Serve the pages
    Serve(serve::ServeArgs),
    /// Check, show, compare and publish surveys
    #[command(subcommand)]
    Survey(survey::SurveyAct),
    /// Plan the sample: how many answers, where, and how sure that makes the results
    Plan(plan::PlanArgs),
    /// Make the key of a box away from the server, and split it among three keyholders
    #[command(subcommand)]
    Keys(keys::KeysAct),
    /// Set up, open, close a round, and open its box
    #[command(subcommand)]
    Round(round::RoundAct),
    /// Import and freeze the list of people
    #[command(subcommand)]
    Frame(frame::FrameAct),
    /// Draw the sample, or verify a draw
    Draw(draw::DrawArgs),
    /// Call people of the reserve
    #[command(subcommand)]
    Reserve(reserve::ReserveAct),
    /// Export access codes and links
    #[command(subcommand)]
    Invite(invite::InviteAct),
    /// Compute scores and points of an opened round
    Score(score::ScoreArgs),
    /// Manage access to the office's pages
    #[command(subcommand)]
    User(user::UserAct),
}

/// Runs the command line and returns the program's exit code.
pub fn run() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // Help and version are results; a mistake in usage is exit code 2.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let settings = match Settings::gather(&command.place) {
        Ok(settings) => settings,
        Err(failure) => {
            let asked = command.place.lang.as_deref().and_then(Language::parse);
            return failure.report(asked.unwrap_or_default().of_office());
        }
    };
    let language = settings.language;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(command.act.run(settings)),
        Err(error) => Err(Failure::environment(&error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(language),
    }
}

impl Act {
    async fn run(self, settings: Settings) -> Result<()> {
        match self {
            Self::Demo(args) => crate::demo::run(args, &settings).await,
            Self::Serve(args) => serve::run(args, settings).await,
            Self::Survey(act) => survey::run(act, &settings).await,
            Self::Plan(args) => plan::run(args, &settings).await,
            Self::Keys(act) => keys::run(act, &settings),
            Self::Round(act) => round::run(act, &settings).await,
            Self::Frame(act) => frame::run(act, &settings).await,
            Self::Draw(args) => draw::run(args, &settings).await,
            Self::Reserve(act) => reserve::run(act, &settings).await,
            Self::Invite(act) => invite::run(act, &settings).await,
            Self::Score(args) => score::run(args, &settings).await,
            Self::User(act) => user::run(act, &settings).await,
        }
    }
}

impl Settings {
    /// Opens the installation to act on it as an operator.
    async fn office(&self) -> Result<Office> {
        Ok(Office::open(&self.database, &self.secrets, self.clock.clone(), "cli").await?)
    }
}
