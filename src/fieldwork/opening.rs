//! Opening the box: which answers are scored, and what is written beside them.
//!
//! Pure. The caller has locked every row of the round, holds the key, and destroys it after.

use super::gate::{Gate, Policy};
use super::outcome::{Outcome, Said};
use std::collections::BTreeMap;

/// One part of one invitation at the moment of opening.
#[derive(Debug, Clone)]
pub struct Entry<Id> {
    /// Its cell, as a position in the caller's list.
    pub cell: usize,
    /// The rank at which the person was drawn.
    pub draw_rank: i64,
    /// What the gate said to the first submit.
    pub gate: Gate,
    /// Somebody began.
    pub started: bool,
    /// What was said on the landing page.
    pub said: Option<Said>,
    /// How many submits came in, those that were only counted included.
    pub submits: i64,
    /// The submits whose bodies were kept, by ordinal.
    pub kept: Vec<Kept<Id>>,
}

/// One sealed body.
#[derive(Debug, Clone)]
pub struct Kept<Id> {
    /// Names it to the caller.
    pub id: Id,
    /// The respondent withdrew it.
    pub withdrawn: bool,
    /// It came with a code that had gone to the wrong person.
    pub misdirected: bool,
}

/// Which answers are taken out of the box, and how everything else ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<Id> {
    /// The answers to be scored, with their cells.
    pub scored: Vec<(Id, usize)>,
    /// How many ended how, by cell. Every part has one outcome; conflicts count beside them.
    pub outcomes: BTreeMap<(usize, Outcome), i64>,
}

/// Takes of each part the earliest answer that is neither withdrawn nor misdirected.
///
/// In a hard cell no more than the target are taken: first those that the gate counted, then
/// in drawn order those that came when the target was reached.
pub fn decide<Id: Copy>(entries: &[Entry<Id>], cells: &[(Policy, i64)]) -> Decided<Id> {
    let mut outcomes = BTreeMap::new();
    let mut count = |cell, outcome, n| *outcomes.entry((cell, outcome)).or_insert(0) += n;
    let mut valid: Vec<(&Entry<Id>, Id)> = Vec::new();
    for entry in entries {
        if entry.submits > 1 {
            count(entry.cell, Outcome::Conflict, entry.submits - 1);
        }
        match entry.kept.iter().find(|kept| !kept.withdrawn && !kept.misdirected) {
            Some(kept) => valid.push((entry, kept.id)),
            None => count(entry.cell, unanswered(entry), 1),
        }
    }
    valid.sort_by_key(|(entry, _)| (entry.cell, entry.gate != Gate::Counted, entry.draw_rank));
    let mut taken = vec![0i64; cells.len()];
    let mut scored = Vec::with_capacity(valid.len());
    for (entry, id) in valid {
        let (policy, target) = cells[entry.cell];
        if policy == Policy::Hard && taken[entry.cell] >= target {
            count(entry.cell, Outcome::OverTarget, 1);
        } else {
            taken[entry.cell] += 1;
            count(entry.cell, Outcome::Answered, 1);
            scored.push((id, entry.cell));
        }
    }
    Decided { scored, outcomes }
}

/// How a part without a valid answer ended: the first that is true.
fn unanswered<Id>(entry: &Entry<Id>) -> Outcome {
    if entry.kept.iter().any(|kept| kept.misdirected) {
        Outcome::Misdirected
    } else if entry.kept.iter().any(|kept| kept.withdrawn) {
        Outcome::Withdrawn
    } else {
        match entry.said {
            Some(Said::NotEligible) => Outcome::NotEligible,
            Some(Said::Refused) => Outcome::Refused,
            None if entry.started => Outcome::BrokenOff,
            None => Outcome::NoContact,
        }
    }
}

/// What would be known of one opened answer besides its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Its cell, as a position in the caller's list.
    pub cell: usize,
    /// The form's version.
    pub form_version: String,
    /// How it came in.
    pub mode: String,
}

/// How cells may be merged, as declared before the draw.
#[derive(Debug, Clone)]
pub struct LabelRules {
    /// For each cell, what it never merges across: its subject and form.
    pub apart: Vec<String>,
    /// For each cell, the class it belongs to at each level; cells of one class may merge.
    pub classes: Vec<Vec<String>>,
    /// The fewest respondents that may share a label.
    pub least: usize,
}

/// What is written beside the responses that share it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The cells they came from, sorted.
    pub cells: Vec<usize>,
    /// The form's version, or several joined by `+`.
    pub form_version: String,
    /// How they came in, or several ways joined by `+`.
    pub mode: String,
    /// How many share it.
    pub n: usize,
}

/// Gives every answer a label that at least `rules.least` share, or none.
///
/// A label with too few joins first the others of its own cell (mode, then version are told
/// apart no more), then, level by level, the smallest label of its class. What is too small
/// even then gets no label, and is never written.
pub fn merge(scored: &[Scored], rules: &LabelRules) -> (Vec<Label>, Vec<Option<usize>>) {
    let mut bins = first_bins(scored, rules);
    let levels = rules.classes.iter().map(Vec::len).max().unwrap_or(0);
    join_small(&mut bins, rules.least, |bin| {
        Some(format!("{}\n{:?}\n{:?}", bin.apart, bin.cells, bin.versions))
    });
    join_small(&mut bins, rules.least, |bin| Some(format!("{}\n{:?}", bin.apart, bin.cells)));
    for level in 0..levels {
        join_small(&mut bins, rules.least, |bin| {
            let class = rules.classes[*bin.cells.first()?].get(level)?;
            Some(format!("{}\n{class}", bin.apart))
        });
    }
    let mut of = vec![None; scored.len()];
    bins.retain(|bin| bin.members.len() >= rules.least);
    bins.sort_by(|a, b| (&a.cells, &a.versions, &a.modes).cmp(&(&b.cells, &b.versions, &b.modes)));
    let labels = bins
        .into_iter()
        .enumerate()
        .map(|(at, bin)| {
            for &member in &bin.members {
                of[member] = Some(at);
            }
            Label {
                form_version: bin.versions.join("+"),
                mode: bin.modes.join("+"),
                n: bin.members.len(),
                cells: bin.cells,
            }
        })
        .collect();
    (labels, of)
}

struct Bin {
    apart: String,
    cells: Vec<usize>,
    versions: Vec<String>,
    modes: Vec<String>,
    members: Vec<usize>,
}

fn first_bins(scored: &[Scored], rules: &LabelRules) -> Vec<Bin> {
    let mut by_label: BTreeMap<(usize, &str, &str), Vec<usize>> = BTreeMap::new();
    for (at, one) in scored.iter().enumerate() {
        by_label.entry((one.cell, &one.form_version, &one.mode)).or_default().push(at);
    }
    by_label
        .into_iter()
        .map(|((cell, version, mode), members)| Bin {
            apart: rules.apart[cell].clone(),
            cells: vec![cell],
            versions: vec![version.to_owned()],
            modes: vec![mode.to_owned()],
            members,
        })
        .collect()
}

/// Joins each bin that is too small with the smallest other bin of its class, until none can be.
fn join_small(bins: &mut Vec<Bin>, least: usize, class: impl Fn(&Bin) -> Option<String>) {
    loop {
        let classes: Vec<Option<String>> = bins.iter().map(&class).collect();
        let size = |at: usize| (bins[at].members.len(), &bins[at].cells, at);
        let small = (0..bins.len())
            .filter(|&at| bins[at].members.len() < least && classes[at].is_some())
            .filter_map(|at| {
                let partner = (0..bins.len())
                    .filter(|&other| other != at && classes[other] == classes[at])
                    .min_by_key(|&other| size(other))?;
                Some((at, partner))
            })
            .min_by_key(|&(at, _)| size(at));
        let Some((small, partner)) = small else { return };
        let joined = bins.swap_remove(small);
        // `swap_remove` moved the last bin into the gap.
        let partner = if partner == bins.len() { small } else { partner };
        bins[partner].join(joined);
    }
}

impl Bin {
    fn join(&mut self, other: Self) {
        self.members.extend(other.members);
        for (mine, theirs) in [(&mut self.versions, other.versions), (&mut self.modes, other.modes)]
        {
            mine.extend(theirs);
            mine.sort();
            mine.dedup();
        }
        self.cells.extend(other.cells);
        self.cells.sort_unstable();
        self.cells.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(cell: usize, draw_rank: i64, gate: Gate, kept: &[(u32, bool, bool)]) -> Entry<u32> {
        Entry {
            cell,
            draw_rank,
            gate,
            started: !kept.is_empty(),
            said: None,
            submits: i64::try_from(kept.len()).unwrap(),
            kept: kept
                .iter()
                .map(|&(id, withdrawn, misdirected)| Kept { id, withdrawn, misdirected })
                .collect(),
        }
    }

    #[test]
    fn the_first_valid_answer_wins_and_conflicts_are_counted() {
        let entries = [
            entry(0, 1, Gate::Counted, &[(1, false, false), (2, false, false)]),
            entry(0, 2, Gate::Counted, &[(3, true, false), (4, false, false)]),
            entry(0, 3, Gate::Counted, &[(5, false, true)]),
        ];
        let decided = decide(&entries, &[(Policy::Drawn, 1)]);
        assert_eq!(decided.scored, [(1, 0), (4, 0)]);
        let count = |outcome| decided.outcomes.get(&(0, outcome)).copied().unwrap_or(0);
        assert_eq!(count(Outcome::Answered), 2);
        assert_eq!(count(Outcome::Misdirected), 1);
        assert_eq!(count(Outcome::Conflict), 2);
    }

    #[test]
    fn a_withdrawn_place_goes_to_the_next_drawn_of_those_over_the_target() {
        let entries = [
            entry(0, 1, Gate::Counted, &[(1, true, false)]),
            entry(0, 2, Gate::Over, &[(2, false, false)]),
            entry(0, 3, Gate::Over, &[(3, false, false)]),
            entry(0, 4, Gate::Counted, &[(4, false, false)]),
        ];
        let decided = decide(&entries, &[(Policy::Hard, 2)]);
        assert_eq!(decided.scored, [(4, 0), (2, 0)]);
        assert_eq!(decided.outcomes.get(&(0, Outcome::OverTarget)), Some(&1));
    }

    #[test]
    fn what_was_said_is_the_outcome_only_without_an_answer() {
        let mut declined = entry(0, 1, Gate::Unasked, &[]);
        declined.said = Some(Said::Refused);
        let mut answered = entry(0, 2, Gate::Counted, &[(1, false, false)]);
        answered.said = Some(Said::Refused);
        let mut begun = entry(0, 3, Gate::Unasked, &[]);
        begun.started = true;
        let decided = decide(&[declined, answered, begun], &[(Policy::Drawn, 9)]);
        let expected = [Outcome::Answered, Outcome::Refused, Outcome::BrokenOff];
        assert_eq!(decided.outcomes.keys().map(|key| key.1).collect::<Vec<_>>(), expected);
    }

    fn rules(cells: usize) -> LabelRules {
        LabelRules {
            apart: (0..cells).map(|cell| format!("subject {}", cell % 2)).collect(),
            classes: (0..cells)
                .map(|cell| vec![format!("unit {}", cell / 4), "all".to_owned()])
                .collect(),
            least: 5,
        }
    }

    fn answers(cell: usize, mode: &str, n: usize) -> Vec<Scored> {
        vec![Scored { cell, form_version: "1".to_owned(), mode: mode.to_owned() }; n]
    }

    #[test]
    fn few_paper_forms_join_the_web_forms_of_their_cell() {
        let scored = [answers(0, "web", 9), answers(0, "paper", 2)].concat();
        let (labels, _) = merge(&scored, &rules(1));
        assert_eq!(labels.len(), 1);
        assert_eq!((labels[0].mode.as_str(), labels[0].n), ("paper+web", 11));
    }

    #[test]
    fn a_small_cell_joins_its_unit_before_all_others() {
        let scored = [answers(0, "web", 3), answers(2, "web", 8), answers(4, "web", 6)].concat();
        let (labels, of) = merge(&scored, &rules(5));
        assert_eq!(
            labels.iter().map(|label| label.cells.clone()).collect::<Vec<_>>(),
            [vec![0, 2], vec![4]]
        );
        assert_eq!(of[0], Some(0));
    }

    #[test]
    fn a_subject_with_too_few_is_never_written() {
        let scored = [answers(0, "web", 30), answers(1, "web", 4)].concat();
        let (labels, of) = merge(&scored, &rules(2));
        assert_eq!(labels.len(), 1);
        assert!(of[30..].iter().all(Option::is_none));
    }

    proptest! {
        #[test]
        fn no_label_is_small_and_nothing_is_lost_that_could_be_kept(
            scored in prop::collection::vec((0..12usize, 0..2usize, 0..2usize), 0..120)
        ) {
            let scored: Vec<Scored> = scored.into_iter().map(|(cell, version, mode)| Scored {
                cell,
                form_version: version.to_string(),
                mode: ["web", "paper"][mode].to_owned(),
            }).collect();
            let rules = rules(12);
            let (labels, of) = merge(&scored, &rules);
            prop_assert!(labels.iter().all(|label| label.n >= 5));
            for (at, label) in labels.iter().enumerate() {
                prop_assert_eq!(of.iter().filter(|&&one| one == Some(at)).count(), label.n);
                let subjects: std::collections::BTreeSet<_> =
                    label.cells.iter().map(|&cell| &rules.apart[cell]).collect();
                prop_assert_eq!(subjects.len(), 1);
            }
            for subject in 0..2 {
                let of_subject = |at: &usize| scored[*at].cell % 2 == subject;
                let total = (0..scored.len()).filter(of_subject).count();
                let dropped = (0..scored.len()).filter(of_subject).filter(|&at| of[at].is_none()).count();
                prop_assert_eq!(dropped, if total < 5 { total } else { 0 });
            }
        }
    }
}
