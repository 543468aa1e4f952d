//! How each invitation ended, as response rates need it.

use serde::{Deserialize, Serialize};

/// What a person said on the landing page instead of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// "I do not want to answer."
    Refused,
    /// "I do not belong to this group."
    NotEligible,
}

impl Said {
    /// The word for it in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotEligible => "not_eligible",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Refused, Self::NotEligible].into_iter().find(|said| said.as_str() == word)
    }
}

/// The final outcome of one part of one invitation, or of one submit that is not scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A valid answer that is scored.
    Answered,
    /// Answered, but the code had gone to the wrong person.
    Misdirected,
    /// The person does not belong to the group.
    NotEligible,
    /// The person declined.
    Refused,
    /// Begun and not submitted.
    BrokenOff,
    /// No sign of the person.
    NoContact,
    /// Withdrawn by the respondent before opening.
    Withdrawn,
    /// Answered beyond a prescribed count.
    OverTarget,
    /// Answered, but too few share any label for it to be written.
    TooFew,
    /// The sealed answer could not be opened: it was damaged or tampered with.
    Unreadable,
    /// A further submit of a part that was already answered. Counted beside the others.
    Conflict,
}

impl Outcome {
    /// The word for it in the database and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Misdirected => "misdirected",
            Self::NotEligible => "not_eligible",
            Self::Refused => "refused",
            Self::BrokenOff => "broken_off",
            Self::NoContact => "no_contact",
            Self::Withdrawn => "withdrawn",
            Self::OverTarget => "over_target",
            Self::TooFew => "too_few",
            Self::Unreadable => "unreadable",
            Self::Conflict => "conflict",
        }
    }
}
