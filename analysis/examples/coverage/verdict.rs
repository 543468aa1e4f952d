//! From hits to words: does the default hold, does a flag warn, and why is it conservative?

use analysis::Flag;

use crate::ranks::Ranked;
use crate::tally::{Tally, WARNINGS};

/// The coverage that the default has to reach, and what is called excess, of a nominal 95 %.
const LEAST: f64 = 0.94;
const EXCESS: f64 = 0.98;

/// What a table says about the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Lower 99 % Monte-Carlo limit of the coverage at least 94 %.
    Holds,
    /// Below, but most samples carry a warning.
    Warned,
    /// Below, without a warning.
    Fails,
}

/// Wilson's lower and upper limit of a share of hits, each z standard errors away.
pub fn limits(hits: u64, of: u64, z: f64) -> [f64; 2] {
    if of == 0 {
        return [0.0, 1.0];
    }
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / (1.0 + z * z / n);
    [centre - half, centre + half]
}

/// The lower 99 % Monte-Carlo limit of a coverage.
pub fn least(hits: u64, of: u64) -> f64 {
    limits(hits, of, 2.326_347_874)[0]
}

pub fn percent(hits: u64, of: u64) -> f64 {
    100.0 * hits as f64 / of.max(1) as f64
}

/// The verdict on a coverage: `warned` of the samples carried a warning.
fn judged(covered: u64, warned: u64, asked: u64) -> Verdict {
    let enough = least(covered, asked) >= LEAST;
    // With a warning in most samples, the default does not claim to hold.
    let mostly_warned = 2 * warned > asked;
    match (enough, mostly_warned) {
        (true, _) => Verdict::Holds,
        (false, true) => Verdict::Warned,
        (false, false) => Verdict::Fails,
    }
}

impl Verdict {
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Warned => "a flag warns",
            Self::Fails => "FAILS",
        }
    }
}

impl Ranked {
    pub fn verdict(&self) -> Verdict {
        judged(self.covered, self.warned, self.asked)
    }
}

impl Tally {
    pub fn verdict(&self) -> Verdict {
        judged(self.covered, self.warned[0], self.asked)
    }

    /// How the default was made, the most frequent first.
    pub fn made_by(&self) -> String {
        let mut made: Vec<(&str, [u64; 2])> = self.methods.iter().map(|(&m, &n)| (m, n)).collect();
        made.sort_by_key(|&(_, [n, _])| std::cmp::Reverse(n));
        let words = made.iter().map(|&(method, [n, hits])| {
            format!("{method} {:.1} % ({:.1})", percent(n, self.asked), percent(hits, n))
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The warnings that samples carried, the most frequent first.
    pub fn warnings_in_words(&self) -> String {
        let mut found: Vec<(u64, &str)> =
            self.warnings.iter().zip(WARNINGS).map(|(&n, (name, _))| (n, name)).collect();
        found.retain(|&(n, _)| 100 * n >= self.asked && n > 0);
        found.sort_by_key(|&(n, _)| std::cmp::Reverse(n));
        let words =
            found.iter().map(|&(n, name)| format!("{name} {:.0} %", percent(n, self.asked)));
        words.collect::<Vec<_>>().join(", ")
    }

    fn flagged(&self, wanted: Flag) -> u64 {
        let found = self.warnings.iter().zip(WARNINGS).find(|(_, (_, flag))| *flag == wanted);
        found.map_or(0, |(&n, _)| n)
    }

    /// Why the coverage is beyond 98 %, where it is.
    pub fn excess(&self) -> Option<&'static str> {
        if (self.covered as f64) < EXCESS * self.asked as f64 {
            return None;
        }
        let part = |name: &str| self.methods.get(name).map_or(0, |m| m[0]);
        let often = |n: u64| 4 * n > self.asked;
        let worst = part("worst case") + part("all alike, Clopper and Pearson");
        let reason = if often(part("census")) {
            "nothing is left to chance in a census"
        } else if often(part("exact")) {
            "exact limits: few counts are possible"
        } else if often(worst) {
            "all answers alike: as many may differ as limits allow"
        } else if often(self.alike) {
            "a stratum is alike: what it may hide is added"
        } else if often(self.flagged(Flag::LowDf)) {
            "few degrees of freedom: t is large"
        } else {
            "beta limits count whole persons"
        };
        Some(reason)
    }
}
