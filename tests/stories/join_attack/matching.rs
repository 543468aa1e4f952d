//! Ways to guess who gave which answers.
//!
//! A [`Clue`] is an order of people that something in the database could have kept. Whoever
//! lays an order of people beside an order of answers, and pairs them one by one, is right
//! about as often as a random permutation has fixed points: once, with a standard error of
//! one, however many people there are.

use super::evidence::{Row, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What chance and three standard errors allow.
const RIGHT_BY_CHANCE: usize = 4;

/// The shortest byte string that could be more than a coincidence.
const SHARED: usize = 8;

/// People in the order of one column, or of where their rows lie.
pub struct Clue {
    pub name: String,
    pub order: Vec<usize>,
}

impl Clue {
    pub fn new<K: Ord>(name: impl Into<String>, mut keyed: Vec<(K, usize)>) -> Self {
        // People with one key stay in the order in which they submitted: the best tie-break
        // that an attacker who knows the times has.
        keyed.sort();
        let order = keyed.into_iter().map(|(_, person)| person).collect();
        Self { name: name.into(), order }
    }
}

/// Every order that a table could have kept: by each column, its length, and each place.
pub fn clues(table: &str, rows: &[(usize, &Row)]) -> Vec<Clue> {
    let Some((_, first)) = rows.first() else { return Vec::new() };
    let mut clues = Vec::new();
    for column in first.values.keys() {
        let keyed = |key: fn(&Value) -> Value| -> Vec<(Value, usize)> {
            rows.iter().map(|(person, row)| (key(&row.values[column]), *person)).collect()
        };
        clues.extend(clue(format!("{table}.{column}"), keyed(Value::clone)));
        clues.extend(clue(format!("length of {table}.{column}"), keyed(length)));
    }
    for at in 0..first.place.len() {
        let keyed = rows.iter().map(|(person, row)| (row.place[at..].to_vec(), *person)).collect();
        clues.extend(clue(format!("place {at} in {table}"), keyed));
    }
    clues
}

/// An order in which hardly anybody is told apart is none.
fn clue<K: Ord>(name: String, keyed: Vec<(K, usize)>) -> Option<Clue> {
    let different = keyed.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len();
    (different * 2 > keyed.len()).then(|| Clue::new(name, keyed))
}

fn length(value: &Value) -> Value {
    match value {
        Value::Bytes(bytes) => Value::Whole(i64::try_from(bytes.len()).unwrap()),
        other => other.clone(),
    }
}

/// Which pairs of orders match people and answers better than chance, or run together.
pub fn suspects(people: &[Clue], answers: &[Clue]) -> BTreeSet<String> {
    let mut suspects = BTreeSet::new();
    for one in people {
        for other in answers {
            let backwards = Clue {
                name: format!("{} backwards", other.name),
                order: other.order.iter().rev().copied().collect(),
            };
            for other in [other, &backwards] {
                let right = one.order.iter().zip(&other.order).filter(|(a, b)| a == b).count();
                if right > RIGHT_BY_CHANCE {
                    suspects.insert(format!("{} with {}", one.name, other.name));
                }
            }
            if runs_together(&one.order, &other.order) {
                suspects.insert(format!("{} runs with {}", one.name, other.name));
            }
        }
    }
    suspects
}

/// Whether the rank correlation of two orders is beyond three standard errors.
fn runs_together(one: &[usize], other: &[usize]) -> bool {
    let ranks: HashMap<usize, u32> = other.iter().copied().zip(0..).collect();
    let squares = one.iter().zip(0u32..).map(|(person, at)| {
        let apart = f64::from(ranks[person]) - f64::from(at);
        apart * apart
    });
    let (squares, n): (f64, f64) = (squares.sum(), f64::from(u32::try_from(one.len()).unwrap()));
    let rho = 1.0 - 6.0 * squares / (n * (n * n - 1.0));
    rho.abs() > 3.0 / (n - 1.0).sqrt()
}

/// How many people are matched by byte strings that their rows share with one answer's.
pub fn matched_by_bytes(people: &[Vec<&Row>], answers: &[Vec<&Row>]) -> usize {
    let mut holders: HashMap<[u8; SHARED], Vec<usize>> = HashMap::new();
    for (person, rows) in people.iter().enumerate() {
        for window in windows(rows) {
            holders.entry(window).or_default().push(person);
        }
    }
    // What many have in common, such as the round's id, names nobody.
    holders.retain(|_, people| people.len() <= 3);
    let mut right = 0;
    for (truth, rows) in answers.iter().enumerate() {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for window in windows(rows) {
            for &person in holders.get(&window).into_iter().flatten() {
                *shared.entry(person).or_default() += 1;
            }
        }
        let best = shared.iter().max_by_key(|&(_, n)| n).map(|(&person, _)| person);
        right += usize::from(best == Some(truth));
    }
    right
}

/// Whether so many matches by bytes are more than chance.
pub fn is_more_than_chance(right: usize) -> bool {
    right > RIGHT_BY_CHANCE
}

/// The byte strings in some rows, ids and hashes as written in texts included.
fn windows(rows: &[&Row]) -> HashSet<[u8; SHARED]> {
    let mut windows = HashSet::new();
    for value in rows.iter().flat_map(|row| row.values.values()) {
        let Value::Bytes(bytes) = value else { continue };
        let mut add = |bytes: &[u8]| {
            windows.extend(bytes.windows(SHARED).map(|window| *window.first_chunk().unwrap()));
        };
        add(bytes);
        if matches!(bytes.len(), 16 | 32) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            add(hex.as_bytes());
        }
    }
    windows
}

#[test]
fn an_order_that_was_kept_is_found() {
    let order = |name: &str, order: Vec<usize>| vec![Clue { name: name.to_owned(), order }];
    let (forth, back) = ((0..200).collect(), (0..200).rev().collect());
    let found = suspects(&order("submits", forth), &order("responses", back));
    assert!(found.contains("submits with responses backwards"), "{found:?}");
    assert!(found.contains("submits runs with responses"), "{found:?}");
    // Shuffled within tens only: no exact match is needed to give people away.
    let nearly = (0..200).map(|at| at / 10 * 10 + (at * 7 + 3) % 10).collect();
    let found = suspects(&order("submits", (0..200).collect()), &order("responses", nearly));
    assert!(found.contains("submits runs with responses"), "{found:?}");
}
