//! A part of the sample: whose answers count in a figure.
//!
//! A domain selects rows; it never drops them from the design (see [`crate::Design`]).

use std::collections::BTreeMap;

use crate::design::Design;

/// A selection of rows of a design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Rows of the design that it was made for.
    pub(crate) of: usize,
    /// Selected rows, ascending.
    pub(crate) rows: Vec<u32>,
    /// The strata it consists of, when it was declared by strata.
    pub(crate) strata: Option<Vec<u32>>,
}

impl Domain {
    /// Rows marked true.
    ///
    /// The mask has one entry per row of the design; the length is checked when a figure is
    /// asked for.
    #[must_use]
    pub fn from_mask(mask: &[bool]) -> Self {
        let rows = (0u32..).zip(mask).filter(|&(_, &yes)| yes).map(|(row, _)| row).collect();
        Self { of: mask.len(), rows, strata: None }
    }

    /// The rows that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut mine = self.rows.iter().peekable();
        let mut rows = Vec::new();
        for &row in &other.rows {
            while mine.next_if(|&&r| r < row).is_some() {}
            if mine.next_if_eq(&&row).is_some() {
                rows.push(row);
            }
        }
        // Domains of two designs meet in nothing that a figure would accept.
        let of = if self.of == other.of { self.of } else { usize::MAX };
        Self { of, rows, strata: None }
    }

    /// How many rows are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The selected rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().map(|&row| row as usize)
    }

    /// One domain for each key that occurs; a row without key is in none.
    #[must_use]
    pub fn by<K: Ord + Clone>(keys: &[Option<K>]) -> BTreeMap<K, Self> {
        let mut split: BTreeMap<K, Self> = BTreeMap::new();
        for (row, key) in (0u32..).zip(keys) {
            let Some(key) = key else { continue };
            let empty = || Self { of: keys.len(), rows: Vec::new(), strata: None };
            split.entry(key.clone()).or_insert_with(empty).rows.push(row);
        }
        split
    }

    /// People in the strata of the domain, if it was declared by strata and all are known.
    #[must_use]
    pub fn population(&self, design: &Design) -> Option<u64> {
        population(design, self.strata.as_deref()?)
    }
}

pub(crate) fn population(design: &Design, strata: &[u32]) -> Option<u64> {
    let count = |&s: &u32| design.strata.get(s as usize).and_then(|s| s.population);
    strata.iter().map(count).try_fold(0u64, |sum, n| sum.checked_add(n?))
}
