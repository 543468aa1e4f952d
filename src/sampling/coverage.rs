//! Whether a frame holds the people that it should.

use super::frame::Stratum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A gap above so many percent of the independent total needs a written reason.
const UNREMARKABLE_PERCENT: u128 = 2;

/// How many people stand in a stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationCount {
    /// The stratum.
    pub stratum: Stratum,
    /// How many there are.
    pub people: u64,
}

/// A stratum's frame beside a total from elsewhere (payroll, dossier system).
///
/// Without this check a hand-picked list only moves from the sample to the frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The stratum.
    pub stratum: Stratum,
    /// People in the frame.
    pub frame: u64,
    /// People according to the independent total, where there is one.
    pub independent: Option<u64>,
    /// Why the two differ; empty while nobody has said.
    pub reason: String,
}

/// Compares the counts of a frame with independent totals, stratum by stratum.
///
/// A total for a stratum in which the frame holds nobody is compared too: that is
/// the widest gap there is.
pub fn compare_coverage(
    frame: &[PopulationCount],
    independent: &[PopulationCount],
    reasons: &[(Stratum, String)],
) -> Vec<Coverage> {
    let mut compared: BTreeMap<&Stratum, (u64, Option<u64>)> = BTreeMap::new();
    for count in frame {
        compared.entry(&count.stratum).or_default().0 += count.people;
    }
    for count in independent {
        *compared.entry(&count.stratum).or_default().1.get_or_insert(0) += count.people;
    }
    let reason = |stratum: &Stratum| {
        let said = reasons.iter().rev().find(|(of, _)| of == stratum);
        said.map(|(_, reason)| reason.trim().to_owned()).unwrap_or_default()
    };
    let coverage = compared.into_iter().map(|(stratum, (frame, independent))| Coverage {
        stratum: stratum.clone(),
        frame,
        independent,
        reason: reason(stratum),
    });
    coverage.collect()
}

impl Coverage {
    /// The frame as a share of the independent total.
    pub fn ratio(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^53")]
        let ratio = |total: u64| self.frame as f64 / total as f64;
        self.independent.filter(|total| *total > 0).map(ratio)
    }

    /// Whether the gap is above 2 % (or there is nothing to compare with).
    pub fn needs_reason(&self) -> bool {
        self.independent.is_none_or(|total| {
            u128::from(self.frame.abs_diff(total)) * 100 > u128::from(total) * UNREMARKABLE_PERCENT
        })
    }

    /// Whether nothing stands in the way of a draw.
    pub fn is_explained(&self) -> bool {
        !self.needs_reason() || !self.reason.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(unit: &str, people: u64) -> PopulationCount {
        PopulationCount { stratum: Stratum::new(unit, "nguoi-dan"), people }
    }

    #[test]
    fn a_gap_above_two_percent_needs_a_written_reason() {
        let frame = [count("A", 98), count("B", 97), count("C", 103), count("D", 5)];
        let totals = [count("A", 100), count("B", 100), count("C", 100), count("E", 7)];
        let reasons = [(Stratum::new("B", "nguoi-dan"), " ba người đã nghỉ hưu ".to_owned())];
        let compared = compare_coverage(&frame, &totals, &reasons);
        let seen: Vec<_> = compared
            .iter()
            .map(|c| (&*c.stratum.unit, c.needs_reason(), c.is_explained()))
            .collect();
        let expected = [
            ("A", false, true),
            ("B", true, true),
            ("C", true, false),
            ("D", true, false),
            ("E", true, false),
        ];
        assert_eq!(seen, expected);
        assert_eq!(compared[0].ratio(), Some(0.98));
        assert_eq!(compared[4].ratio(), Some(0.0));
        assert_eq!(compared[1].reason, "ba người đã nghỉ hưu");
    }
}
