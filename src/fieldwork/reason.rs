//! Why somebody does not take part, if they care to say: a closed list for each way out.

use super::outcome::Said;
use serde::{Deserialize, Serialize};

/// A reason that was chosen, or left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Changed jobs, left or retired.
    Left,
    /// Had no such procedure or business.
    NothingDone,
    /// The invitation is meant for somebody else.
    WrongPerson,
    /// The business or organisation no longer operates.
    Ended,
    /// Has no time.
    NoTime,
    /// Does not trust that answers stay confidential.
    NoTrust,
    /// Does not believe that answering changes anything.
    NoUse,
    /// Is asked too often.
    TooOften,
    /// Another reason, or none that they want to give.
    Open,
}

impl Reason {
    /// The reasons that go with what was said, in the order in which they are offered.
    pub fn of(said: Said) -> &'static [Self] {
        match said {
            Said::NotEligible => {
                &[Self::NothingDone, Self::Left, Self::Ended, Self::WrongPerson, Self::Open]
            }
            Said::Refused => {
                &[Self::NoTime, Self::NoTrust, Self::NoUse, Self::TooOften, Self::Open]
            }
        }
    }

    /// The word for it in forms, in the database and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::NothingDone => "nothing_done",
            Self::WrongPerson => "wrong_person",
            Self::Ended => "ended",
            Self::NoTime => "no_time",
            Self::NoTrust => "no_trust",
            Self::NoUse => "no_use",
            Self::TooOften => "too_often",
            Self::Open => "open",
        }
    }

    /// The reason called `word` that goes with `said`.
    pub fn parse(said: Said, word: &str) -> Option<Self> {
        Self::of(said).iter().copied().find(|reason| reason.as_str() == word)
    }

    /// The key of the message that says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Left => "fieldwork.reason_left",
            Self::NothingDone => "fieldwork.reason_nothing_done",
            Self::WrongPerson => "fieldwork.reason_wrong_person",
            Self::Ended => "fieldwork.reason_ended",
            Self::NoTime => "fieldwork.reason_no_time",
            Self::NoTrust => "fieldwork.reason_no_trust",
            Self::NoUse => "fieldwork.reason_no_use",
            Self::TooOften => "fieldwork.reason_too_often",
            Self::Open => "fieldwork.reason_open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_out_has_its_own_reasons_and_one_that_says_nothing() {
        for said in [Said::Refused, Said::NotEligible] {
            let all = Reason::of(said);
            assert_eq!(all.last(), Some(&Reason::Open));
            assert!(all.iter().all(|&one| Reason::parse(said, one.as_str()) == Some(one)));
        }
        assert_eq!(Reason::parse(Said::Refused, "left"), None);
        assert_eq!(Reason::parse(Said::NotEligible, ""), None);
    }
}
