//! The record of a draw, from which anybody can repeat it.

use super::{
    coverage::Coverage,
    draw::{ALGORITHM, Draw, DrawnStratum, Seed, StratumTarget, draw},
    frame::Stratum,
    frozen::{FrozenFrame, hex},
};
use crate::{messages::Text, text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The form of the document.
const VERSION: u32 = 1;
/// How many hexadecimal digits of a person's lot the record lists.
const LISTED_DIGITS: usize = 16;

/// Everything that fixes a draw, as a document to print and sign.
///
/// It names nobody: people appear as the first 64 bits of their lots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawRecord {
    /// The form of this document.
    pub version: u32,
    /// The round that was drawn for.
    pub round: String,
    /// The number of the freeze, from 1; a corrected frame is a new freeze.
    pub freeze: u32,
    /// The number of the draw, from 1; above 1 it is a redraw.
    pub draw: u32,
    /// Why the draw was repeated; empty for the first.
    pub redraw_reason: String,
    /// The way of drawing.
    pub algorithm: String,
    /// The fingerprint of the frozen frame.
    pub frame_sha256: String,
    /// People in the frame, each counted once.
    pub people: usize,
    /// The public value, which did not exist when the frame was frozen.
    pub public_value: String,
    /// Where the public value can be looked up.
    pub public_value_source: String,
    /// SHA-256 of the frame's fingerprint and the public value.
    pub seed: String,
    /// The fingerprint of the scoring rule of the round.
    pub rule_sha256: String,
    /// The fingerprint of the survey of the round.
    pub survey_sha256: String,
    /// The frame beside independent totals.
    pub coverage: Vec<Coverage>,
    /// The strata, sorted by unit and group.
    pub strata: Vec<StratumRecord>,
}

/// What was drawn in one stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumRecord {
    /// The code of the unit.
    pub unit: String,
    /// The code of the respondent group.
    pub group: String,
    /// N: the people assigned to the stratum.
    pub population: usize,
    /// The size of the sample that was wanted.
    pub target: usize,
    /// n: the people in the sample.
    pub sample: usize,
    /// SHA-256 of the ids in drawn order, a line each.
    pub order_sha256: String,
    /// The lots in drawn order, sample then reserve; empty in a short record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<String>,
}

/// What the office adds to a draw for its record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Particulars {
    /// The number of the freeze, from 1.
    pub freeze: u32,
    /// The number of the draw, from 1.
    pub draw: u32,
    /// Why the draw was repeated; empty for the first.
    pub redraw_reason: String,
    /// Where the public value can be looked up.
    pub public_value_source: String,
    /// The fingerprint of the scoring rule of the round.
    pub rule_sha256: String,
    /// The fingerprint of the survey of the round.
    pub survey_sha256: String,
    /// The frame beside independent totals.
    pub coverage: Vec<Coverage>,
}

/// How much of the order a record lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// A hash for each stratum: names the stratum in which something differs.
    Digests,
    /// Every lot as well: names the rank too.
    Lots,
}

/// The first thing in which a record is not what frame and seed give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstDifference {
    /// The record has a form that is not known here.
    Version {
        /// As recorded.
        recorded: u32,
    },
    /// The draw was made in a way that is not known here.
    Algorithm {
        /// As recorded.
        recorded: String,
    },
    /// A figure or hash of the whole record.
    Whole {
        /// The name of the field.
        field: &'static str,
        /// As recorded.
        recorded: String,
        /// As frame and seed give it.
        expected: String,
    },
    /// A stratum of the frame is not in the record, or stands twice or out of order.
    StratumMissing(Stratum),
    /// A figure or hash of one stratum.
    Stratum {
        /// The stratum.
        stratum: Stratum,
        /// The name of the field.
        field: &'static str,
        /// As recorded.
        recorded: String,
        /// As frame and seed give it.
        expected: String,
    },
    /// Another person at a rank.
    Rank(Box<RankDifference>),
    /// The frame cannot be drawn from at all.
    NotDrawn(super::DrawRefused),
}

/// Another person at a rank than frame and seed put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankDifference {
    /// The stratum.
    pub stratum: Stratum,
    /// The rank, from 1.
    pub rank: usize,
    /// The recorded lot, or nothing where the record ends.
    pub recorded: String,
    /// The lot that belongs there, or nothing where the stratum ends.
    pub expected: String,
    /// The id of the person who belongs there.
    pub person: String,
}

/// A text that is no draw record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordUnreadable {
    /// What is wrong with it, in the words of the reader of JSON.
    pub detail: String,
}

impl DrawRecord {
    /// Records `draw`, which was made from `frame`.
    pub fn new(
        frame: &FrozenFrame,
        draw: &Draw<'_>,
        particulars: Particulars,
        listing: Listing,
    ) -> Self {
        let record = |stratum: &DrawnStratum<'_>| StratumRecord {
            unit: stratum.stratum.unit.clone(),
            group: stratum.stratum.group.clone(),
            population: stratum.population(),
            target: stratum.target,
            sample: stratum.sample(),
            order_sha256: order_sha256(stratum),
            lots: match listing {
                Listing::Digests => Vec::new(),
                Listing::Lots => stratum.order.iter().map(|drawn| listed(&drawn.key)).collect(),
            },
        };
        Self {
            version: VERSION,
            round: draw.round.clone(),
            freeze: particulars.freeze,
            draw: particulars.draw,
            redraw_reason: particulars.redraw_reason,
            algorithm: ALGORITHM.to_owned(),
            frame_sha256: frame.sha256_hex(),
            people: frame.people(),
            public_value: draw.public_value.clone(),
            public_value_source: particulars.public_value_source,
            seed: draw.seed.hex(),
            rule_sha256: particulars.rule_sha256,
            survey_sha256: particulars.survey_sha256,
            coverage: particulars.coverage,
            strata: draw.strata.iter().map(record).collect(),
        }
    }

    /// The document, the same bytes for the same record, with a line end.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("every field is plain data");
        json.push('\n');
        json
    }

    /// Reads a document.
    pub fn from_json(json: &str) -> Result<Self, RecordUnreadable> {
        serde_json::from_str(json).map_err(|error| RecordUnreadable { detail: error.to_string() })
    }

    /// The fingerprint of the document, to be signed and printed.
    pub fn sha256_hex(&self) -> String {
        hex(&Sha256::digest(self.to_json()))
    }
}

/// Repeats the draw of `record` from `frame`, and names the first difference.
///
/// It proves that the record follows from frame, public value and sample sizes. That
/// the value was unknown when the frame was frozen, and that rule and survey are
/// those of the round, is for whoever keeps the records to show.
pub fn verify(record: &DrawRecord, frame: &FrozenFrame) -> Result<(), FirstDifference> {
    if record.version != VERSION {
        return Err(FirstDifference::Version { recorded: record.version });
    }
    if record.algorithm != ALGORITHM {
        return Err(FirstDifference::Algorithm { recorded: record.algorithm.clone() });
    }
    let seed = Seed::new(frame.sha256(), &record.public_value).hex();
    whole("frame_sha256", &record.frame_sha256, &frame.sha256_hex())?;
    whole("people", &record.people.to_string(), &frame.people().to_string())?;
    whole("seed", &record.seed, &seed)?;
    let of = |recorded: &StratumRecord| Stratum::new(&recorded.unit, &recorded.group);
    let target = |recorded| StratumTarget { stratum: of(recorded), sample: recorded.target };
    let targets: Vec<StratumTarget> = record.strata.iter().map(target).collect();
    let drawn = draw(frame, &record.round, &record.public_value, &targets).map_err(not_drawn)?;
    for (recorded, expected) in record.strata.iter().zip(&drawn.strata) {
        if of(recorded) != expected.stratum {
            return Err(FirstDifference::StratumMissing(expected.stratum.clone()));
        }
        same_stratum(recorded, expected)?;
    }
    Ok(())
}

impl FirstDifference {
    /// The sentence for the auditor.
    pub fn text(&self) -> Text {
        match self {
            Self::Version { recorded } => text!("draw.differs_version", recorded = recorded),
            Self::Algorithm { recorded } => text!("draw.differs_algorithm", recorded = recorded),
            Self::Whole { field, recorded, expected } => {
                text!("draw.differs_whole", field = field, recorded = recorded, expected = expected)
            }
            Self::StratumMissing(stratum) => {
                text!("draw.differs_stratum_missing", unit = stratum.unit, group = stratum.group)
            }
            Self::Stratum { stratum, field, recorded, expected } => text!(
                "draw.differs_stratum",
                unit = stratum.unit,
                group = stratum.group,
                field = field,
                recorded = recorded,
                expected = expected
            ),
            Self::Rank(at) => text!(
                "draw.differs_rank",
                unit = at.stratum.unit,
                group = at.stratum.group,
                rank = at.rank,
                recorded = at.recorded,
                expected = at.expected,
                person = at.person
            ),
            Self::NotDrawn(refused) => refused.text(),
        }
    }
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for FirstDifference {}

impl RecordUnreadable {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        text!("draw.record_unreadable", detail = self.detail)
    }
}

impl fmt::Display for RecordUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for RecordUnreadable {}

/// A stratum of the frame that the record leaves out is a stratum missing from it.
fn not_drawn(refused: super::DrawRefused) -> FirstDifference {
    match refused {
        super::DrawRefused::WithoutTarget(strata) | super::DrawRefused::TargetTwice(strata) => {
            let first = strata.into_iter().next().expect("a refusal names its strata");
            FirstDifference::StratumMissing(first)
        }
        refused => FirstDifference::NotDrawn(refused),
    }
}

fn whole(field: &'static str, recorded: &str, expected: &str) -> Result<(), FirstDifference> {
    if recorded == expected {
        return Ok(());
    }
    let (recorded, expected) = (recorded.to_owned(), expected.to_owned());
    Err(FirstDifference::Whole { field, recorded, expected })
}

fn same_stratum(recorded: &StratumRecord, drawn: &DrawnStratum<'_>) -> Result<(), FirstDifference> {
    let differs = |field, recorded: &dyn fmt::Display, expected: &dyn fmt::Display| {
        let stratum = drawn.stratum.clone();
        let (recorded, expected) = (recorded.to_string(), expected.to_string());
        Err(FirstDifference::Stratum { stratum, field, recorded, expected })
    };
    if recorded.population != drawn.population() {
        return differs("population", &recorded.population, &drawn.population());
    }
    if recorded.sample != drawn.sample() {
        return differs("sample", &recorded.sample, &drawn.sample());
    }
    if !recorded.lots.is_empty() {
        same_lots(&recorded.lots, drawn)?;
    }
    let expected = order_sha256(drawn);
    match recorded.order_sha256 == expected {
        true => Ok(()),
        false => differs("order_sha256", &recorded.order_sha256, &expected),
    }
}

fn same_lots(recorded: &[String], drawn: &DrawnStratum<'_>) -> Result<(), FirstDifference> {
    let longest = recorded.len().max(drawn.order.len());
    for position in 0..longest {
        let recorded = recorded.get(position).map(String::as_str).unwrap_or_default();
        let person = drawn.order.get(position);
        let expected = person.map(|drawn| listed(&drawn.key)).unwrap_or_default();
        if recorded != expected {
            return Err(FirstDifference::Rank(Box::new(RankDifference {
                stratum: drawn.stratum.clone(),
                rank: position + 1,
                recorded: recorded.to_owned(),
                expected,
                person: person.map(|drawn| drawn.id.to_owned()).unwrap_or_default(),
            })));
        }
    }
    Ok(())
}

fn listed(key: &[u8; 32]) -> String {
    hex(&key[..LISTED_DIGITS / 2])
}

fn order_sha256(stratum: &DrawnStratum<'_>) -> String {
    let mut hash = Sha256::new();
    for drawn in &stratum.order {
        hash.update(drawn.id);
        hash.update("\n");
    }
    hex(&hash.finalize())
}
