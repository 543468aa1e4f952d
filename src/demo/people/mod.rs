//! A made-up population, handed over in lists as untidy as real ones.
//!
//! Nobody in it exists. Telephone numbers begin with 0710: no mobile network has the
//! prefix 071 (070 and 076 to 079 are in use), and 0710 as an area code was given up
//! when all area codes moved under 02, so the numbers cannot ring. E-mail addresses
//! end in `.example`, a domain that is reserved for examples.

mod csv_list;
mod mistakes;
mod names;
#[cfg(test)]
mod tests;
mod untidy;
mod workbook;

use super::dice::Dice;
use crate::sampling::fold;

/// A workbook holds no more rows than this; the rest goes into the CSV file.
const MOST_IN_WORKBOOK: usize = 80_000;

/// A stratum and how many people stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoStratum {
    /// The code of the unit.
    pub unit: String,
    /// The name of the unit, as a list may give it in place of the code.
    pub unit_name: String,
    /// The code of the respondent group.
    pub group: String,
    /// The name of the group, as a list may give it in place of the code.
    pub group_name: String,
    /// How many people stand in it, those who stand in another one too included.
    pub population: usize,
}

/// The lists of a made-up population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFrame {
    /// Name and content of the files that together are the frame.
    pub good: Vec<(String, Vec<u8>)>,
    /// A first attempt at one of them, full of mistakes.
    pub bad: (String, Vec<u8>),
    /// What an importer must find.
    pub expected: Expected,
}

/// What an importer must find in the lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// People, each counted once.
    pub people: usize,
    /// Rows about somebody in the good files.
    pub rows: usize,
    /// Rows that repeat another one.
    pub duplicates: usize,
    /// People in more than one stratum.
    pub in_several_strata: usize,
    /// Remarks on the good files.
    pub warnings: usize,
    /// Problems of the bad file.
    pub bad_problems: usize,
}

/// One person in one stratum, before anybody has typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    id: String,
    name: String,
    phone: String,
    email: String,
    dossier: String,
    /// The position of the stratum.
    stratum: usize,
}

/// Makes up people for `strata`; the same seed makes the same files.
pub fn people(seed: u64, strata: &[DemoStratum]) -> DemoFrame {
    let indoors = groups_of_the_workbook(strata);
    let members = population(seed, strata, &indoors);
    let (inside, outside): (Vec<Member>, Vec<Member>) =
        members.into_iter().partition(|member| indoors.contains(&&*strata[member.stratum].group));
    let mut expected = Expected::default();
    let mut dice = Dice::new(seed, &["lists"]);
    let mut good = Vec::new();
    if !inside.is_empty() {
        let bytes = workbook::write(&mut dice, strata, &inside, &mut expected);
        good.push(("danh-sach-tong-the-1.xlsx".to_owned(), bytes));
    }
    let bytes = csv_list::write(&mut dice, strata, &outside, &mut expected);
    good.push(("danh-sach-tong-the-2.csv".to_owned(), bytes));
    let bytes = mistakes::write(strata, &outside, &mut expected);
    let bad = ("danh-sach-tong-the-2-lan-1.csv".to_owned(), bytes);
    expected.in_several_strata = shared(&outside);
    expected.people = inside.len() + outside.len() - expected.in_several_strata;
    DemoFrame { good, bad, expected }
}

/// The first half of the groups are people of the house and come in a workbook.
fn groups_of_the_workbook(strata: &[DemoStratum]) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for stratum in strata {
        if !groups.contains(&&*stratum.group) {
            groups.push(&stratum.group);
        }
    }
    groups.truncate(groups.len() / 2);
    let is_inside = |stratum: &&DemoStratum| groups.contains(&&*stratum.group);
    let rows: usize = strata.iter().filter(is_inside).map(|stratum| stratum.population).sum();
    if rows > MOST_IN_WORKBOOK { Vec::new() } else { groups }
}

fn population(seed: u64, strata: &[DemoStratum], indoors: &[&str]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut people = 0;
    for (position, stratum) in strata.iter().enumerate() {
        let mut dice = Dice::new(seed, &["people", &stratum.unit, &stratum.group]);
        let is_indoors = indoors.contains(&&*stratum.group);
        let mut wanted = stratum.population;
        if !is_indoors {
            let again = also_known(&members, strata, position);
            wanted -= again.len();
            for known in again {
                let dossier = dossier(&mut dice, position);
                members.push(Member { dossier, stratum: position, ..known });
            }
        }
        for _ in 0..wanted {
            people += 1;
            members.push(somebody(&mut dice, people, position, stratum, is_indoors));
        }
    }
    members
}

/// People of the unit before who also had business with this one: one in eighty.
fn also_known(members: &[Member], strata: &[DemoStratum], position: usize) -> Vec<Member> {
    let here = &strata[position];
    let there = strata[..position].iter().rposition(|stratum| stratum.group == here.group);
    let Some(there) = there else { return Vec::new() };
    let candidates = members.iter().filter(|member| member.stratum == there);
    // The first eighth of those made up there came from a unit before it.
    let skipped = strata[there].population / 8;
    candidates.skip(skipped).step_by(5).take(here.population / 80).cloned().collect()
}

fn shared(members: &[Member]) -> usize {
    let mut ids: Vec<&str> = members.iter().map(|member| &*member.id).collect();
    ids.sort_unstable();
    ids.chunk_by(|one, other| one == other).filter(|same| same.len() > 1).count()
}

fn somebody(
    dice: &mut Dice,
    number: usize,
    position: usize,
    stratum: &DemoStratum,
    is_indoors: bool,
) -> Member {
    let is_firm = fold(&stratum.group_name).contains("doanh nghiep");
    let name = if is_firm { names::firm(dice) } else { names::person(dice) };
    let has_phone = dice.chance(if is_indoors { 880 } else { 930 });
    let has_email = dice.chance(if is_indoors { 960 } else { 380 });
    let given = fold(&name).replace(' ', ".");
    Member {
        // Leading zeros matter: who reads ids as numbers loses them.
        id: format!("{number:06}"),
        phone: if has_phone { format!("0710{number:06}") } else { String::new() },
        email: if has_email { format!("{given}.{number}@thu.example") } else { String::new() },
        dossier: if is_indoors { String::new() } else { dossier(dice, position) },
        name,
        stratum: position,
    }
}

/// A dossier code in the usual form: agency, date, number of the day.
fn dossier(dice: &mut Dice, position: usize) -> String {
    let (month, day, number) = (1 + dice.below(12), 1 + dice.below(28), 1 + dice.below(9_999));
    format!("000.00.{:02}.H99-24{month:02}{day:02}-{number:04}", position + 1)
}
