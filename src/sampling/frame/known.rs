//! Finding a unit, group or subject by its code or by one of its names.

use super::spelling::{fold, tidy};
use std::collections::HashMap;

/// After so many different cells nobody reads suggestions, and each costs a search.
const MOST_SUGGESTIONS: usize = 300;

/// A code that a list may use, and the names by which people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The code.
    pub code: String,
    /// Names and abbreviations that mean the same, in any language.
    pub names: Vec<String>,
}

/// The codes against which a list is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    /// The units of the survey.
    pub units: Vec<Known>,
    /// The respondent groups of the survey.
    pub groups: Vec<Known>,
    /// The subjects that may be judged; a list need not name any.
    pub subjects: Vec<Known>,
}

/// What a cell turned out to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The position of the code in its list.
    One(usize),
    /// Nothing of that name; perhaps the code nearest to it was meant.
    Nothing { near: Option<String> },
    /// A name that several codes share.
    Several { codes: Vec<String> },
}

/// One list of codes, prepared for looking up many cells.
pub(super) struct Lookup<'l> {
    known: &'l [Known],
    exact: HashMap<String, usize>,
    folded: HashMap<String, Vec<usize>>,
    seen: HashMap<String, Found>,
}

impl Known {
    /// The code `code`, known by `names` too.
    pub fn new(code: &str, names: &[&str]) -> Self {
        Self { code: code.to_owned(), names: names.iter().map(|&name| name.to_owned()).collect() }
    }
}

impl<'l> Lookup<'l> {
    pub(super) fn new(known: &'l [Known]) -> Self {
        let mut exact = HashMap::new();
        let mut codes: HashMap<String, Vec<usize>> = HashMap::new();
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, known) in known.iter().enumerate() {
            exact.insert(tidy(&known.code).into_owned(), position);
            codes.entry(squeezed(&known.code)).or_default().push(position);
            for name in &known.names {
                let sharing = names.entry(squeezed(name)).or_default();
                if !sharing.contains(&position) {
                    sharing.push(position);
                }
            }
        }
        // A code wins over a name: "01" as code is never overruled by a unit called "01".
        names.extend(codes);
        names.remove("");
        Self { known, exact, folded: names, seen: HashMap::new() }
    }

    pub(super) fn code(&self, position: usize) -> &'l str {
        &self.known[position].code
    }

    /// What the tidy text of a cell means; a repeated cell costs one look.
    pub(super) fn find(&mut self, cell: &str) -> Found {
        if let Some(&position) = self.exact.get(cell) {
            return Found::One(position);
        }
        if let Some(found) = self.seen.get(cell) {
            return found.clone();
        }
        let found = self.search(cell);
        self.seen.insert(cell.to_owned(), found.clone());
        found
    }

    fn search(&self, cell: &str) -> Found {
        let wanted = squeezed(cell);
        match self.folded.get(&wanted).map(Vec::as_slice) {
            Some([position]) => Found::One(*position),
            Some(positions) => {
                let codes = positions.iter().map(|&p| self.known[p].code.clone()).collect();
                Found::Several { codes }
            }
            None if self.seen.len() > MOST_SUGGESTIONS => Found::Nothing { near: None },
            None => Found::Nothing { near: self.nearest(&wanted) },
        }
    }

    /// The only code or name within two slips of the pen (one for short texts).
    fn nearest(&self, wanted: &str) -> Option<String> {
        let allowed = if wanted.chars().count() < 6 { 1 } else { 2 };
        let mut near = self
            .folded
            .iter()
            .filter(|(name, _)| within(wanted, name, allowed))
            .flat_map(|(_, positions)| positions.iter().copied())
            .collect::<Vec<_>>();
        near.sort_unstable();
        near.dedup();
        match near[..] {
            [position] => Some(self.known[position].code.clone()),
            _ => None,
        }
    }
}

/// Folded, and without blanks: `P.TNN-KS`, `p tnn ks` and `PTNNKS` are one.
fn squeezed(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|letter| letter != ' ');
    folded
}

/// Whether at most `allowed` letters must be added, dropped or changed.
fn within(one: &str, other: &str, allowed: usize) -> bool {
    const LONGEST: usize = 120;
    if one.len().abs_diff(other.len()) > allowed * 4 || one.len().max(other.len()) > LONGEST {
        return false;
    }
    let other: Vec<char> = other.chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = row + 1;
        for (column, &against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != against);
            diagonal = costs[column + 1];
            costs[column + 1] = replaced.min(costs[column] + 1).min(diagonal + 1);
        }
        if costs.iter().all(|&cost| cost > allowed) {
            return false;
        }
    }
    costs[other.len()] <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> Vec<Known> {
        vec![
            Known::new("VPS", &["Văn phòng Sở"]),
            Known::new("P.TNN-KS", &["Phòng Tài nguyên nước, khoáng sản"]),
            Known::new("01", &["Phòng Thanh tra"]),
            Known::new("TT1", &["Trung tâm"]),
            Known::new("TT2", &["Trung tâm"]),
        ]
    }

    #[test]
    fn a_unit_is_found_by_code_or_name_in_any_spelling() {
        let units = units();
        let mut lookup = Lookup::new(&units);
        for (cell, code) in [
            ("VPS", "VPS"),
            ("vps", "VPS"),
            ("van phong so", "VPS"),
            ("P. TNN - KS", "P.TNN-KS"),
            ("phòng tài nguyên nước - khoáng sản", "P.TNN-KS"),
            ("01", "01"),
        ] {
            let Found::One(position) = lookup.find(cell) else { panic!("{cell} is not found") };
            assert_eq!(lookup.code(position), code);
        }
    }

    #[test]
    fn leading_zeros_matter() {
        let units = units();
        assert_eq!(Lookup::new(&units).find("1"), Found::Nothing { near: Some("01".to_owned()) });
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_a_suggestion() {
        let units = units();
        let found = Lookup::new(&units).find("Phòng Thanh tre");
        assert_eq!(found, Found::Nothing { near: Some("01".to_owned()) });
    }

    #[test]
    fn a_shared_name_is_refused_with_its_codes() {
        let units = units();
        let codes = vec!["TT1".to_owned(), "TT2".to_owned()];
        assert_eq!(Lookup::new(&units).find("trung tâm"), Found::Several { codes });
    }
}
