use serde::{Deserialize, Serialize};

/// How far a round has come. It only ever moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoundState {
    /// Targets, frame and draw are being made.
    Setup,
    /// Respondents may answer.
    Open,
    /// Nobody may start; those who have begun may finish.
    Closed,
    /// The box has been opened.
    Opened,
}

impl RoundState {
    /// The word for it in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Opened => "opened",
        }
    }

    /// Reads what [`RoundState::as_str`] wrote.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Setup, Self::Open, Self::Closed, Self::Opened]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}
