//! The gate: whether a start is let in, and whether a submit counts towards its cell.
//!
//! Pure: the caller has locked the rows that these states were read from, part before cell,
//! and writes them back. The database's `CHECK` on a cell is the last wall.

use serde::{Deserialize, Serialize};
/// Whether a cell's target limits who may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// People were drawn: everybody invited may answer, the target steers releases and the official count.
    Drawn,
    /// A prescribed count: starting takes a place, and a full cell lets nobody in.
    Hard,
}

/// A part's hold on one place of its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// It has none.
    None,
    /// It holds one until it is submitted, given up or its leases end.
    Held,
    /// It was submitted on the place it held.
    Used,
}

/// What the gate said to the first submit of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing yet.
    Unasked,
    /// It counts towards the target.
    Counted,
    /// It came when the target was reached.
    Over,
}

/// One form about one subject for one invited person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartState {
    /// Somebody with the code has begun.
    pub started: bool,
    /// Its hold on a place.
    pub slot: Slot,
    /// How many submits were received.
    pub submits: i64,
    /// What the gate said to the first of them.
    pub gate: Gate,
}

/// The counters of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellState {
    /// Whether the target limits starts.
    pub policy: Policy,
    /// How many forms the cell owes.
    pub target: i64,
    /// Places held by parts that are being answered (hard cells only).
    pub held: i64,
    /// Submits that count.
    pub completed: i64,
    /// Valid submits beyond the target.
    pub over_allocation: i64,
}

/// What became of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// The form may be answered.
    Yes,
    /// The cell takes no more.
    Full,
}

/// What became of a submit. The respondent's page is the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// 1 for the first submit of the part.
    pub ordinal: i64,
    /// Whether the sealed answer is kept, or only counted.
    pub kept: bool,
}

/// Submits of one part whose sealed answers are kept; further ones are only counted.
const MOST_BODIES: i64 = 100;

impl CellState {
    fn has_place(&self) -> bool {
        self.completed + self.held < self.target
    }

    /// Whether the cell refuses every browser that has not begun.
    pub fn is_full(&self) -> bool {
        self.policy == Policy::Hard && !self.has_place()
    }
}

impl PartState {
    /// Lets a browser begin.
    ///
    /// A full hard cell refuses whatever the state of the part, so that the page tells
    /// nothing about the code.
    pub fn start(&mut self, cell: &mut CellState) -> Started {
        if cell.is_full() {
            return Started::Full;
        }
        self.started = true;
        if cell.policy == Policy::Hard && self.slot == Slot::None && self.submits == 0 {
            self.slot = Slot::Held;
            cell.held += 1;
        }
        Started::Yes
    }

    /// Receives a submit. Only the first moves the cell's counters; later ones are conflicts.
    pub fn submit(&mut self, cell: &mut CellState) -> Submitted {
        self.submits += 1;
        self.started = true;
        if self.submits == 1 {
            if self.slot == Slot::Held {
                self.slot = Slot::Used;
                cell.held -= 1;
                cell.completed += 1;
                self.gate = Gate::Counted;
            } else if cell.has_place() {
                cell.completed += 1;
                self.gate = Gate::Counted;
            } else {
                cell.over_allocation += 1;
                self.gate = Gate::Over;
            }
        }
        Submitted { ordinal: self.submits, kept: self.submits <= MOST_BODIES }
    }

    /// Gives back a held place: the lease ended, or the person declined.
    pub fn give_up(&mut self, cell: &mut CellState) {
        if self.slot == Slot::Held {
            self.slot = Slot::None;
            cell.held -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell(policy: Policy, target: i64) -> CellState {
        CellState { policy, target, held: 0, completed: 0, over_allocation: 0 }
    }

    fn part() -> PartState {
        PartState { started: false, slot: Slot::None, submits: 0, gate: Gate::Unasked }
    }

    #[test]
    fn a_hard_cell_lets_in_as_many_as_it_owes() {
        let mut cell = cell(Policy::Hard, 2);
        let mut parts = [part(); 3];
        let starts: Vec<_> = parts.iter_mut().map(|part| part.start(&mut cell)).collect();
        assert_eq!(starts, [Started::Yes, Started::Yes, Started::Full]);
        assert_eq!(parts[0].submit(&mut cell), Submitted { ordinal: 1, kept: true });
        assert_eq!((cell.held, cell.completed), (1, 1));
    }

    #[test]
    fn a_drawn_cell_refuses_nobody_and_counts_the_surplus_apart() {
        let mut cell = cell(Policy::Drawn, 1);
        for _ in 0..3 {
            let mut part = part();
            assert_eq!(part.start(&mut cell), Started::Yes);
            part.submit(&mut cell);
        }
        assert_eq!((cell.held, cell.completed, cell.over_allocation), (0, 1, 2));
    }

    #[test]
    fn a_second_submit_is_a_conflict_and_moves_nothing() {
        let mut cell = cell(Policy::Hard, 5);
        let mut part = part();
        part.start(&mut cell);
        part.submit(&mut cell);
        let before = cell;
        assert_eq!(part.submit(&mut cell).ordinal, 2);
        assert_eq!(part.start(&mut cell), Started::Yes);
        assert_eq!(cell, before);
    }

    #[test]
    fn an_answer_after_the_place_was_given_up_still_counts_while_there_is_room() {
        let mut cell = cell(Policy::Hard, 1);
        let (mut slow, mut late) = (part(), part());
        slow.start(&mut cell);
        slow.give_up(&mut cell);
        slow.give_up(&mut cell);
        late.start(&mut cell);
        late.give_up(&mut cell);
        slow.submit(&mut cell);
        late.submit(&mut cell);
        assert_eq!((slow.gate, late.gate), (Gate::Counted, Gate::Over));
        assert_eq!((cell.held, cell.completed, cell.over_allocation), (0, 1, 1));
    }

    #[test]
    fn bodies_beyond_a_hundred_are_only_counted() {
        let mut cell = cell(Policy::Drawn, 1);
        let mut part = part();
        let kept = (0..150).filter(|_| part.submit(&mut cell).kept).count();
        assert_eq!((kept, part.submits), (100, 150));
    }

    proptest! {
        #[test]
        fn no_order_of_events_overfills_a_cell(
            hard: bool, target in 0..6i64, events in prop::collection::vec((0..8usize, 0..3u8), 0..200)
        ) {
            let mut cell = cell(if hard { Policy::Hard } else { Policy::Drawn }, target);
            let mut parts = [part(); 8];
            for (who, what) in events {
                match what {
                    0 => { parts[who].start(&mut cell); }
                    1 => { parts[who].submit(&mut cell); }
                    _ => parts[who].give_up(&mut cell),
                }
                prop_assert!(cell.held >= 0 && cell.completed + cell.held <= cell.target);
                let held = parts.iter().filter(|part| part.slot == Slot::Held).count();
                prop_assert_eq!(cell.held, i64::try_from(held).unwrap());
                let answered = parts.iter().filter(|part| part.submits > 0).count();
                prop_assert_eq!(cell.completed + cell.over_allocation, i64::try_from(answered).unwrap());
            }
        }
    }
}
