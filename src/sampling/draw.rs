//! Drawing by lot: from a frozen frame and a public value to an order of names.
//!
//! The seed is SHA-256 of the frame's fingerprint (32 bytes) followed by the public
//! value in UTF-8. The key of a stratum is HMAC-SHA-256 under the seed of
//! `draw ␟ round ␟ unit ␟ group`, with U+001F for `␟`; the key of a person is
//! HMAC-SHA-256 under the key of the stratum of the person's id. People stand in
//! ascending order of their keys: the first n are the sample, the others the reserve
//! in the order in which they will be called. These are permanent random numbers
//! (Ohlsson 1995): the order of files does not matter, one stratum can be checked
//! alone, and a longer sample contains the shorter one.
//!
//! A person who stands in several strata is drawn for one only: the one with the
//! lowest HMAC-SHA-256 under the seed of `assign ␟ round ␟ id ␟ unit ␟ group`.

use super::{
    frame::Stratum,
    frozen::{FrozenFrame, FrozenRow, hex},
};
use crate::{messages::Text, text};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

/// The name of this way of drawing; it changes when the way changes.
pub const ALGORITHM: &str = "phieu-draw-1 HMAC-SHA-256";
const BETWEEN: &str = "\u{1f}";

/// The number from which a whole draw follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

/// How many people of a stratum are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumTarget {
    /// The stratum.
    pub stratum: Stratum,
    /// The size of the sample.
    pub sample: usize,
}

/// Everybody of a frame in drawn order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw<'f> {
    /// The round that was drawn for.
    pub round: String,
    /// The public value, which did not exist when the frame was frozen.
    pub public_value: String,
    /// The seed that follows from frame and value.
    pub seed: Seed,
    /// The strata, sorted by unit and group.
    pub strata: Vec<DrawnStratum<'f>>,
}

/// One stratum in drawn order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnStratum<'f> {
    /// The stratum.
    pub stratum: Stratum,
    /// The size of the sample that was wanted.
    pub target: usize,
    /// Everybody assigned to the stratum; the first is rank 1.
    pub order: Vec<Drawn<'f>>,
}

/// A person in drawn order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn<'f> {
    /// The person's id.
    pub id: &'f str,
    /// Codes of the subjects to be judged; empty: as the survey says.
    pub subjects: &'f [String],
    /// The person's lot.
    pub key: [u8; 32],
}

/// Why nothing was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrawRefused {
    /// Nobody stands in the frame.
    EmptyFrame,
    /// The round has no name, or one with a control character.
    NoRound,
    /// There is no public value, or one with a control character.
    NoPublicValue,
    /// Strata with people for which no sample size was given (0 is a size).
    WithoutTarget(Vec<Stratum>),
    /// Strata with two sample sizes.
    TargetTwice(Vec<Stratum>),
}

impl Seed {
    /// The seed of a frame's fingerprint and a public value.
    pub fn new(frame_sha256: [u8; 32], public_value: &str) -> Self {
        let hash = Sha256::new().chain_update(frame_sha256).chain_update(public_value);
        Self(hash.finalize().into())
    }

    /// The seed in hexadecimal.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    fn keyed(&self, parts: &[&str]) -> [u8; 32] {
        lot(&keyed_by(&self.0), &parts.join(BETWEEN))
    }
}

/// Draws everybody of `frame` for `round`.
pub fn draw<'f>(
    frame: &'f FrozenFrame,
    round: &str,
    public_value: &str,
    targets: &[StratumTarget],
) -> Result<Draw<'f>, DrawRefused> {
    let is_missing = |text: &str| text.trim().is_empty() || text.contains(char::is_control);
    if is_missing(round) {
        return Err(DrawRefused::NoRound);
    }
    if is_missing(public_value) {
        return Err(DrawRefused::NoPublicValue);
    }
    if frame.people() == 0 {
        return Err(DrawRefused::EmptyFrame);
    }
    let seed = Seed::new(frame.sha256(), public_value);
    let targets = sample_sizes(frame, targets)?;
    let mut assigned: Vec<Vec<&FrozenRow>> = vec![Vec::new(); frame.strata().len()];
    for person in frame.rows().chunk_by(|one, other| one.id == other.id) {
        let row = assign(frame, round, seed, person);
        assigned[row.stratum as usize].push(row);
    }
    let mut strata = BTreeMap::new();
    for (stratum, people) in frame.strata().iter().zip(assigned) {
        strata.insert(stratum, order(seed, round, stratum, &people));
    }
    let strata = targets.into_iter().map(|(stratum, target)| DrawnStratum {
        stratum: stratum.clone(),
        target,
        order: strata.remove(stratum).unwrap_or_default(),
    });
    let strata = strata.collect();
    Ok(Draw { round: round.to_owned(), public_value: public_value.to_owned(), seed, strata })
}

impl<'f> DrawnStratum<'f> {
    /// N: the people assigned to the stratum.
    pub fn population(&self) -> usize {
        self.order.len()
    }

    /// n: the people in the sample.
    pub fn sample(&self) -> usize {
        self.target.min(self.order.len())
    }

    /// The sample (danh sách chính thức), in drawn order.
    pub fn main(&self) -> &[Drawn<'f>] {
        &self.order[..self.sample()]
    }

    /// The reserve (danh sách dự phòng), in the order in which it is called.
    pub fn reserve(&self) -> &[Drawn<'f>] {
        &self.order[self.sample()..]
    }

    /// How many more people were wanted than there are.
    pub fn shortfall(&self) -> usize {
        self.target.saturating_sub(self.order.len())
    }
}

impl DrawRefused {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        let list = |strata: &[Stratum]| {
            let named = strata.iter().map(|s| format!("{} × {}", s.unit, s.group));
            named.collect::<Vec<_>>().join("; ")
        };
        match self {
            Self::EmptyFrame => text!("draw.empty_frame"),
            Self::NoRound => text!("draw.no_round"),
            Self::NoPublicValue => text!("draw.no_public_value"),
            Self::WithoutTarget(strata) => text!("draw.without_target", strata = list(strata)),
            Self::TargetTwice(strata) => text!("draw.target_twice", strata = list(strata)),
        }
    }
}

impl fmt::Display for DrawRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for DrawRefused {}

fn sample_sizes<'s>(
    frame: &FrozenFrame,
    targets: &'s [StratumTarget],
) -> Result<BTreeMap<&'s Stratum, usize>, DrawRefused> {
    let mut sizes = BTreeMap::new();
    let twice = targets.iter().filter(|t| sizes.insert(&t.stratum, t.sample).is_some());
    let twice: Vec<Stratum> = twice.map(|target| target.stratum.clone()).collect();
    if !twice.is_empty() {
        return Err(DrawRefused::TargetTwice(twice));
    }
    let without = frame.strata().iter().filter(|stratum| !sizes.contains_key(stratum));
    let without: Vec<Stratum> = without.cloned().collect();
    match without.is_empty() {
        true => Ok(sizes),
        false => Err(DrawRefused::WithoutTarget(without)),
    }
}

/// The one row by which a person is drawn.
fn assign<'f>(
    frame: &FrozenFrame,
    round: &str,
    seed: Seed,
    person: &'f [FrozenRow],
) -> &'f FrozenRow {
    let lot = |row: &&FrozenRow| {
        let stratum = &frame.strata()[row.stratum as usize];
        seed.keyed(&["assign", round, &row.id, &stratum.unit, &stratum.group])
    };
    match person {
        [row] => row,
        rows => rows.iter().min_by_key(lot).expect("a person stands in some stratum"),
    }
}

fn order<'f>(
    seed: Seed,
    round: &str,
    stratum: &Stratum,
    people: &[&'f FrozenRow],
) -> Vec<Drawn<'f>> {
    let key = keyed_by(&seed.keyed(&["draw", round, &stratum.unit, &stratum.group]));
    let drawn = people.iter().map(|row| Drawn {
        id: &row.id,
        subjects: &row.subjects,
        key: lot(&key, &row.id),
    });
    let mut order: Vec<Drawn<'f>> = drawn.collect();
    order.sort_unstable_by(|one, other| (one.key, one.id).cmp(&(other.key, other.id)));
    order
}

fn keyed_by(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn lot(key: &Hmac<Sha256>, text: &str) -> [u8; 32] {
    key.clone().chain_update(text).finalize().into_bytes().into()
}
