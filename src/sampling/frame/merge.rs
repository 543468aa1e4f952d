//! From rows to people: who stands twice, who stands in several strata.

use super::{
    entry::{Entry, Membership, Stratum},
    headings::Column,
    read::{Job, Remark},
    report::{Duplicate, Reason},
    row::Row,
};
use std::cmp::Ordering;

/// People and the rows that only repeat one of them.
pub(super) struct Merged {
    pub(super) entries: Vec<Entry>,
    pub(super) duplicates: Vec<Duplicate>,
}

type Field = fn(&Row) -> &str;

/// What must agree wherever a person stands; an empty field agrees with all.
const PERSONAL: [(Column, Field); 3] = [
    (Column::Name, |row| &row.name),
    (Column::Phone, |row| &row.phone),
    (Column::Email, |row| &row.email),
];

/// Puts the rows of each person together, and remarks on rows that contradict.
///
/// A person may stand in several strata, with several subjects and dossiers, but
/// only under one name, one telephone number and one address.
pub(super) fn merge(job: &mut Job<'_>) -> Merged {
    let mut order: Vec<usize> = (0..job.rows.len()).collect();
    order.sort_unstable_by(|&one, &other| by_person(&job.rows[one], &job.rows[other]));
    let mut merged = Merged { entries: Vec::new(), duplicates: Vec::new() };
    let mut contradictions = Vec::new();
    let mut repeated = Vec::new();
    for person in order.chunk_by(|&one, &other| job.rows[one].id == job.rows[other].id) {
        contradict(job, person, &mut contradictions);
        for same in person.chunk_by(|&one, &other| is_same(&job.rows[one], &job.rows[other])) {
            repeated.extend(same[1..].iter().map(|&again| (again, same[0])));
        }
        merged.entries.push(entry(job, person));
    }
    job.problems.append(&mut contradictions);
    repeated.sort_unstable();
    let place = |row: usize| job.place(job.rows[row].source, job.rows[row].number);
    merged.duplicates = repeated
        .into_iter()
        .map(|(again, first)| Duplicate { first: place(first), again: place(again) })
        .collect();
    merged
}

/// By id, then by what a row says besides, then in the order of the files.
fn by_person(one: &Row, other: &Row) -> Ordering {
    let codes = |row: &Row| (row.unit, row.group, row.subject);
    one.id
        .cmp(&other.id)
        .then_with(|| codes(one).cmp(&codes(other)))
        .then_with(|| one.dossier.cmp(&other.dossier))
        .then_with(|| (one.source, one.number).cmp(&(other.source, other.number)))
}

fn is_same(one: &Row, other: &Row) -> bool {
    (one.unit, one.group, one.subject) == (other.unit, other.group, other.subject)
        && one.dossier == other.dossier
}

/// Remarks on every row that says something else than the first that says anything.
fn contradict(job: &Job<'_>, person: &[usize], remarks: &mut Vec<Remark>) {
    let [_, _, ..] = person else { return };
    for (column, field) in PERSONAL {
        let place = |row: &&usize| (job.rows[**row].source, job.rows[**row].number);
        let says = |row: &&usize| !field(&job.rows[**row]).is_empty();
        let Some(&first) = person.iter().filter(says).min_by_key(place) else { continue };
        let first = &job.rows[first];
        for &row in person.iter().filter(says) {
            let row = &job.rows[row];
            if agree(field(row), field(first)) {
                continue;
            }
            let place = Box::new(job.place(first.source, first.number));
            let (id, other) = (row.id.clone(), field(first).to_owned());
            let reason = Reason::Contradiction { id, other, first: place };
            let (source, number) = (row.source, Some(row.number));
            let position = job.position(source, column);
            remarks.push(Remark { source, row: number, position, reason });
        }
    }
}

/// A name in capitals is the same name.
fn agree(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

fn entry(job: &Job<'_>, person: &[usize]) -> Entry {
    let rows = || person.iter().map(|&row| &job.rows[row]);
    // Of spellings that agree the last in order is kept: not the one in capitals, and
    // the same one whatever the order of rows.
    let kept = |field: Field| rows().map(field).max().unwrap_or_default().to_owned();
    let [name, phone, email] = PERSONAL.map(|(_, field)| kept(field));
    let mut memberships: Vec<Membership> = person
        .chunk_by(|&one, &other| {
            let (one, other) = (&job.rows[one], &job.rows[other]);
            (one.unit, one.group) == (other.unit, other.group)
        })
        .map(|rows| membership(job, rows))
        .collect();
    memberships.sort_unstable();
    Entry { id: job.rows[person[0]].id.clone(), name, phone, email, memberships }
}

fn membership(job: &Job<'_>, rows: &[usize]) -> Membership {
    let first = &job.rows[rows[0]];
    let (units, groups) = (&job.reader.units, &job.reader.groups);
    let rows = || rows.iter().map(|&row| &job.rows[row]);
    let subjects = rows().filter_map(|row| row.subject);
    let subjects = subjects.map(|subject| job.reader.subjects.code(subject).to_owned());
    let dossiers = rows().map(|row| row.dossier.clone()).filter(|dossier| !dossier.is_empty());
    Membership {
        stratum: Stratum::new(units.code(first.unit), groups.code(first.group)),
        subjects: distinct(subjects.collect()),
        dossiers: distinct(dossiers.collect()),
    }
}

fn distinct(mut codes: Vec<String>) -> Vec<String> {
    codes.sort_unstable();
    codes.dedup();
    codes
}
