//! A person of the frame, as the rows of the lists together describe them.

use serde::{Deserialize, Serialize};

/// Where people are drawn: a unit and a respondent group, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stratum {
    /// The code of the unit.
    pub unit: String,
    /// The code of the respondent group.
    pub group: String,
}

/// One stratum in which a person stands, with what they are asked about there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Membership {
    /// The stratum.
    pub stratum: Stratum,
    /// Codes of the subjects to be judged, sorted; empty: as the survey says.
    pub subjects: Vec<String>,
    /// Codes of the dossiers through which the person came to the unit, sorted.
    pub dossiers: Vec<String>,
}

/// A person of the frame. No two entries of an import share an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// The id of the list, or a hash of the row where the list has none.
    pub id: String,
    /// The name as it goes on the letter; may be empty.
    pub name: String,
    /// A usable telephone number, digits only or with a leading `+`; may be empty.
    pub phone: String,
    /// A usable e-mail address in lower case; may be empty.
    pub email: String,
    /// Every stratum in which the person stands, sorted, at least one.
    pub memberships: Vec<Membership>,
}

impl Stratum {
    /// The stratum of `unit` and `group`.
    pub fn new(unit: &str, group: &str) -> Self {
        Self { unit: unit.to_owned(), group: group.to_owned() }
    }
}

impl Entry {
    /// In how many strata the person stands.
    pub fn strata(&self) -> usize {
        self.memberships.len()
    }
}
