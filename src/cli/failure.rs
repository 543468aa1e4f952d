use crate::{
    conduct::ConductError,
    messages::{Flaw, Language, Text},
    questionnaire::Mistake,
    report::Blocked,
    sampling::FrameReport,
    secrets::SecretsError,
    storage::StorageError,
    survey::xlsform::Finding,
    text,
};
use std::{error::Error, process::ExitCode};

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The data forbid it.
    Data(Text),
    /// The figures together would give away the answers of a few people.
    Blocked(Box<Blocked>),
    /// The list of people has problems.
    Frame(Box<FrameReport>),
    /// Survey files have mistakes.
    Survey(Vec<Mistake>),
    /// A workbook was not imported.
    Workbook {
        /// The name of the file.
        file: String,
        /// The places that need a change.
        why: Vec<Finding>,
        /// Why it cannot be read at all.
        unreadable: Option<Text>,
    },
    /// The files of added languages have flaws.
    Messages(Vec<&'static Flaw>),
    /// The command, the settings or the machine are not as needed.
    Environment(Text),
    /// The database failed.
    Database(Text),
}

impl Failure {
    /// A failure of the machine.
    pub fn environment(error: &dyn Error) -> Self {
        Self::Environment(text!("cli.environment", problem = error))
    }

    /// Says on standard error what happened, and returns the exit code.
    pub fn report(&self, language: Language) -> ExitCode {
        match self {
            Self::Data(text) | Self::Environment(text) | Self::Database(text) => {
                eprintln!("{}", text.say(language));
            }
            Self::Blocked(why) => {
                eprintln!("{}", language.say("cli.blocked"));
                why.sentences(language).iter().for_each(|sentence| eprintln!("{sentence}"));
            }
            Self::Frame(report) => {
                eprintln!("{}", report.summary().say(language));
                for problem in &report.problems {
                    eprintln!("{}", problem.say(language));
                }
            }
            Self::Survey(mistakes) => {
                for mistake in mistakes {
                    eprintln!("{}", mistake.text().say(language));
                }
                eprintln!("{}", text!("cli.mistakes", count = mistakes.len()).say(language));
            }
            Self::Messages(flaws) => {
                flaws.iter().for_each(|flaw| eprintln!("{}", flaw.text().say(language)));
                eprintln!("{}", text!("cli.messages_flawed", count = flaws.len()).say(language));
            }
            Self::Workbook { file, unreadable: Some(why), .. } => {
                eprintln!("{file}: {}", why.say(language));
            }
            Self::Workbook { file, why, .. } => {
                why.iter().for_each(|finding| eprintln!("{}", finding.say(file, language)));
                let count = why.len();
                eprintln!(
                    "{}",
                    text!("xlsform.refusals", file = file, count = count).say(language)
                );
            }
        }
        ExitCode::from(match self {
            Self::Data(_)
            | Self::Blocked(_)
            | Self::Frame(_)
            | Self::Survey(_)
            | Self::Workbook { .. } => 1,
            Self::Environment(_) | Self::Messages(_) => 2,
            Self::Database(_) => 3,
        })
    }
}

impl From<ConductError> for Failure {
    fn from(error: ConductError) -> Self {
        match error {
            ConductError::Refused(text) => Self::Data(text),
            ConductError::Blocked(why) => Self::Blocked(why),
            ConductError::Frame(report) => Self::Frame(report),
            ConductError::Survey(mistakes) => Self::Survey(mistakes),
            ConductError::Storage(error) => error.into(),
            ConductError::Secrets(error) => error.into(),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match &error {
            StorageError::Address { url } => {
                Self::Environment(text!("cli.database_address", url = url))
            }
            StorageError::Forgetful { setting: "synchronous_commit", value, .. } => {
                Self::Database(text!("cli.database_acknowledges_early", value = value))
            }
            StorageError::Forgetful { setting, value, .. } => {
                Self::Database(text!("cli.database_forgetful", setting = setting, value = value))
            }
            StorageError::Migration(problem) => {
                Self::Database(text!("cli.database_schema", problem = problem))
            }
            StorageError::Unreachable { address, problem } => Self::Database(text!(
                "cli.database_unreachable",
                address = address,
                problem = problem
            )),
            StorageError::Database(problem) => {
                Self::Database(text!("cli.database", problem = problem))
            }
            _ => Self::Database(text!("cli.database", problem = error)),
        }
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        Self::Environment(match &error {
            SecretsError::File { path, problem } => {
                text!("cli.secrets_file", path = path.display(), problem = problem)
            }
            SecretsError::TooOpen { path } => text!("cli.secrets_open", path = path.display()),
            SecretsError::NotAKey { path } => text!("cli.secrets_not_a_key", path = path.display()),
            SecretsError::OfAnotherDatabase { path } => {
                text!("cli.secrets_other", path = path.display())
            }
            SecretsError::Missing { path } => text!("cli.secrets_missing", path = path.display()),
            SecretsError::PublicOnly => text!("cli.secrets_public_only"),
            SecretsError::NoBoxKey { path } => text!("cli.no_box_key", path = path.display()),
        })
    }
}
