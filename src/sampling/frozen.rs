//! A frame that can no longer change without showing it.

use super::{
    coverage::PopulationCount,
    frame::{Entry, Membership, Stratum},
};
use crate::{messages::Text, text};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt};

/// The first line of a frozen frame; another form of line is another name.
const TITLE: &str = "phieu-frame-1";
/// Stands between subjects; [`tidy`](super::tidy) texts never hold it.
const BETWEEN: char = '\u{1f}';

/// Everybody who can be drawn, in an order of its own, with a fingerprint.
///
/// It knows ids, strata and subjects. Of names and contacts it holds a hash, so a
/// person cannot be exchanged behind an id, and still nobody is named by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenFrame {
    strata: Vec<Stratum>,
    rows: Vec<FrozenRow>,
    people: usize,
    sha256: [u8; 32],
}

/// One person in one stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrozenRow {
    pub(super) id: Box<str>,
    /// A position in the table of strata, which is sorted.
    pub(super) stratum: u32,
    pub(super) subjects: Box<[String]>,
    personal: [u8; 32],
}

/// A person of a frozen frame, in one of their strata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'f> {
    /// The person's id.
    pub id: &'f str,
    /// The stratum.
    pub stratum: &'f Stratum,
    /// Codes of the subjects to be judged; empty: as the survey says.
    pub subjects: &'f [String],
}

/// Why people or a text do not make a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFrozen {
    /// A text does not begin as a frozen frame does.
    NotAFrame,
    /// A line of a text is not in the form of a frame, or not in its place.
    BadLine {
        /// Counted from 1.
        line: usize,
    },
    /// The same person stands twice in one stratum.
    Twice {
        /// The person's id.
        id: String,
    },
    /// An empty id or code, or one with a control character.
    BadId {
        /// The id or code.
        id: String,
    },
}

impl FrozenFrame {
    /// Freezes `entries`; their order does not matter.
    pub fn freeze(entries: &[Entry]) -> Result<Self, NotFrozen> {
        let memberships = || entries.iter().flat_map(|entry| &entry.memberships);
        let mut strata: Vec<&Stratum> = memberships().map(|member| &member.stratum).collect();
        strata.sort_unstable();
        strata.dedup();
        let places: HashMap<&Stratum, u32> = (0..).zip(&strata).map(|(at, s)| (*s, at)).collect();
        let mut rows = Vec::with_capacity(memberships().count());
        for entry in entries {
            for member in &entry.memberships {
                rows.push(FrozenRow {
                    id: entry.id.as_str().into(),
                    stratum: places[&member.stratum],
                    subjects: member.subjects.as_slice().into(),
                    personal: personal(entry, member),
                });
            }
        }
        Self::new(strata.into_iter().cloned().collect(), rows)
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub fn from_text(text: &str) -> Result<Self, NotFrozen> {
        let mut lines = text.split_inclusive('\n');
        if lines.next() != Some("phieu-frame-1\n") {
            return Err(NotFrozen::NotAFrame);
        }
        let mut strata: HashMap<Stratum, u32> = HashMap::new();
        let mut rows = Vec::new();
        for (line, content) in (2..).zip(lines) {
            let (row, stratum) = thawed(content).ok_or(NotFrozen::BadLine { line })?;
            let next = u32::try_from(strata.len()).map_err(|_| NotFrozen::BadLine { line })?;
            let stratum = *strata.entry(stratum).or_insert(next);
            rows.push(FrozenRow { stratum, ..row });
        }
        let mut sorted: Vec<(Stratum, u32)> = strata.into_iter().collect();
        sorted.sort_unstable();
        let mut places = vec![0; sorted.len()];
        for (place, (_, seen)) in (0..).zip(&sorted) {
            places[*seen as usize] = place;
        }
        for row in &mut rows {
            row.stratum = places[row.stratum as usize];
        }
        let frame = Self::new(sorted.into_iter().map(|(stratum, _)| stratum).collect(), rows)?;
        // A line out of place would be a second text for the same frame.
        let differing = frame.to_text().lines().zip(text.lines()).position(|(a, b)| a != b);
        match differing {
            Some(line) => Err(NotFrozen::BadLine { line: line + 1 }),
            None => Ok(frame),
        }
    }

    fn new(strata: Vec<Stratum>, mut rows: Vec<FrozenRow>) -> Result<Self, NotFrozen> {
        let codes = strata.iter().flat_map(|stratum| [&stratum.unit, &stratum.group]);
        let ids = rows.iter().map(|row| &*row.id);
        let subjects = rows.iter().flat_map(|row| &row.subjects);
        let all = codes.chain(subjects).map(String::as_str).chain(ids);
        if let Some(bad) = all.into_iter().find(|id| id.is_empty() || id.contains(char::is_control))
        {
            return Err(NotFrozen::BadId { id: bad.to_owned() });
        }
        rows.sort_unstable_by(|a, b| (&a.id, a.stratum).cmp(&(&b.id, b.stratum)));
        let same =
            |pair: &&[FrozenRow]| pair[0].id == pair[1].id && pair[0].stratum == pair[1].stratum;
        if let Some(pair) = rows.windows(2).find(same) {
            return Err(NotFrozen::Twice { id: pair[0].id.to_string() });
        }
        let people = rows.chunk_by(|a, b| a.id == b.id).count();
        let mut frame = Self { strata, rows, people, sha256: [0; 32] };
        let mut hash = Sha256::new();
        frame.write(&mut |text: &str| hash.update(text));
        frame.sha256 = hash.finalize().into();
        Ok(frame)
    }

    /// The fingerprint: SHA-256 of [`to_text`](Self::to_text).
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The fingerprint in hexadecimal.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }

    /// How many people there are, each counted once.
    pub fn people(&self) -> usize {
        self.people
    }

    /// The strata in which anybody stands, sorted.
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Everybody, once for each of their strata, by id.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.rows.iter().map(|row| Member {
            id: &row.id,
            stratum: &self.strata[row.stratum as usize],
            subjects: &row.subjects,
        })
    }

    pub(super) fn rows(&self) -> &[FrozenRow] {
        &self.rows
    }

    /// People in each stratum before anybody is assigned to one of several.
    pub fn population_counts(&self) -> Vec<PopulationCount> {
        let mut counts = vec![0_u64; self.strata.len()];
        for row in &self.rows {
            counts[row.stratum as usize] += 1;
        }
        let counted = self.strata.iter().cloned().zip(counts);
        counted.map(|(stratum, people)| PopulationCount { stratum, people }).collect()
    }

    /// The frame as text: a title, then a line for each person and stratum.
    ///
    /// A line is `id, unit, group, subjects, hash` with tabs between, subjects with
    /// U+001F between; lines are sorted by their bytes. The hash is SHA-256 of
    /// `name, phone, e-mail, dossiers` written the same way.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.rows.len() * 100);
        self.write(&mut |part: &str| text.push_str(part));
        text
    }

    fn write(&self, out: &mut impl FnMut(&str)) {
        out(TITLE);
        out("\n");
        let mut line = String::new();
        for row in &self.rows {
            let stratum = &self.strata[row.stratum as usize];
            line.clear();
            for part in [&row.id, stratum.unit.as_str(), &stratum.group] {
                line.push_str(part);
                line.push('\t');
            }
            join(&mut line, &row.subjects);
            line.push('\t');
            push_hex(&mut line, &row.personal);
            line.push('\n');
            out(&line);
        }
    }
}

impl NotFrozen {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        match self {
            Self::NotAFrame => text!("draw.not_a_frame"),
            Self::BadLine { line } => text!("draw.bad_frame_line", line = line),
            Self::Twice { id } => text!("draw.twice_in_stratum", id = id),
            Self::BadId { id } => text!("draw.bad_id", id = id.escape_debug()),
        }
    }
}

impl fmt::Display for NotFrozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for NotFrozen {}

/// A line of a frozen frame; its stratum is not in any table yet.
fn thawed(line: &str) -> Option<(FrozenRow, Stratum)> {
    let mut parts = line.strip_suffix('\n')?.split('\t');
    let (id, unit, group) = (parts.next()?, parts.next()?, parts.next()?);
    let (subjects, personal) = (parts.next()?, parts.next()?);
    if parts.next().is_some() || personal.len() != 64 || !personal.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(personal.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let subjects = subjects.split(BETWEEN).filter(|s| !s.is_empty()).map(str::to_owned).collect();
    let row = FrozenRow { id: id.into(), stratum: 0, subjects, personal: bytes };
    Some((row, Stratum::new(unit, group)))
}

fn personal(entry: &Entry, member: &Membership) -> [u8; 32] {
    let mut line = [entry.name.as_str(), &entry.phone, &entry.email, ""].join("\t");
    join(&mut line, &member.dossiers);
    Sha256::digest(line).into()
}

fn join(line: &mut String, parts: &[String]) {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            line.push(BETWEEN);
        }
        line.push_str(part);
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
