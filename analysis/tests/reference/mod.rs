//! Reading the reference cases and asking the crate for the same numbers.

mod arithmetic;
pub mod case;
mod compare;
mod expression;
mod figures;
mod models;
mod planning;
mod publication;
mod replicates;
mod sample;
pub mod table;

use case::{Case, Outcome, Trouble};
use table::Tables;

/// Computes a case and compares; a failure that was expected is a pass.
pub fn run(case: &Case, tables: &Tables) -> Outcome {
    let rooms = [
        arithmetic::run,
        planning::run,
        publication::run,
        replicates::run,
        figures::run,
        models::run,
    ];
    let mut result = Err(Trouble::NotMine);
    for room in rooms {
        result = room(case, tables).and_then(|check| check.result());
        if !matches!(result, Err(Trouble::NotMine)) {
            break;
        }
    }
    match (result, case.expected_error()) {
        (Err(Trouble::NotMine), _) => Outcome::Failed("the function is not known".into()),
        (Ok(()), None) => Outcome::Passed,
        (Ok(()), Some(error)) => Outcome::Failed(format!("should have failed: {error}")),
        (Err(Trouble::Refused(got)), Some(want)) => case::same_meaning(&got, want),
        (Err(Trouble::Refused(why) | Trouble::Wrong(why)), _) => Outcome::Failed(why),
    }
}
