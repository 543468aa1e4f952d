//! What people do must look like people, and must never change.

use super::*;
use std::collections::BTreeMap;

fn options(labels: &[&str]) -> Vec<(String, String)> {
    let code = |position: usize| (labels.len() - position).to_string();
    labels.iter().enumerate().map(|(at, label)| (code(at), (*label).to_owned())).collect()
}

fn scale() -> (Vec<(String, String)>, Vec<bool>) {
    let labels = ["Rất tốt", "Tốt", "Trung bình", "Kém", "Rất kém", "Không biết"];
    (options(&labels), vec![false, false, false, false, false, true])
}

fn people(stratum: &str) -> impl Iterator<Item = Person> {
    (0..2_000).map(move |id| Person::new(2024, stratum, &id.to_string()))
}

#[test]
fn a_person_does_the_same_every_time() {
    let (options, apart) = scale();
    let person = Person::new(2024, "vpdkdd|nd", "000042");
    let again = Person::new(2024, "vpdkdd|nd", "000042");
    assert_eq!(person.decision(), again.decision());
    assert_eq!(person.choose("a", &options, &apart), again.choose("a", &options, &apart));
    let date = InputKind::Date { from_year: 1950, to_year: 2005 };
    assert_eq!(person.typed("a", &date), again.typed("a", &date));
}

#[test]
fn the_behaviour_is_what_it_was() {
    // Fixed, since the figures that the demo prints follow from it.
    let (options, apart) = scale();
    let chosen: String = people("vpdkdd|nd")
        .take(40)
        .map(|person| person.choose("thai_do", &options, &apart).to_string())
        .collect();
    assert_eq!(chosen, "0503001511110112012101010300511012100001");
}

#[test]
fn most_people_answer_and_every_kind_of_person_is_there() {
    let mut counts = BTreeMap::new();
    for person in people("vpdkdd|nd").chain(people("ccbvm|dn")) {
        let name = match person.decision() {
            Decision::Answers => "answers",
            Decision::Refuses => "refuses",
            Decision::NotEligible => "not eligible",
            Decision::BreaksOff { page } => {
                assert!((1..=4).contains(&page));
                "breaks off"
            }
            Decision::NeverOpens => "never opens",
            Decision::StraightLines => "straight-lines",
            Decision::SubmitsTwice => "submits twice",
        };
        *counts.entry(name).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 7, "{counts:?}");
    assert!((1_700..2_800).contains(&counts["answers"]), "{counts:?}");
}

#[test]
fn grades_differ_between_strata_and_spread_over_the_scale() {
    let (options, apart) = scale();
    let mut means = Vec::new();
    for stratum in ["a|nd", "b|nd", "c|nd", "d|nd"] {
        let mut counts = [0; 6];
        people(stratum).for_each(|person| counts[person.choose("q", &options, &apart)] += 1);
        let known: i32 = counts[..5].iter().sum();
        let good: i32 = (0..).zip(&counts[..5]).map(|(level, count)| (4 - level) * count).sum();
        means.push(100.0 * f64::from(good) / f64::from(4 * known));
        assert!(counts[..4].iter().all(|&count| count > 0), "{counts:?}");
        assert!((30..250).contains(&counts[5]), "{counts:?}");
    }
    let (lowest, highest) =
        means.iter().fold((100.0_f64, 0.0_f64), |(l, h), &m| (l.min(m), h.max(m)));
    assert!(lowest > 50.0 && highest < 92.0 && highest - lowest > 2.0, "{means:?}");
}

#[test]
fn codes_do_not_matter_but_labels_do() {
    let (options, apart) = scale();
    let reversed: Vec<_> = options[..5].iter().rev().cloned().chain([options[5].clone()]).collect();
    for person in people("a|nd").take(200) {
        let one = &options[person.choose("q", &options, &apart)].1;
        let other = &reversed[person.choose("q", &reversed, &apart)].1;
        assert_eq!(one, other);
    }
}

#[test]
fn a_straight_liner_gives_one_answer_all_the_way() {
    let (options, apart) = scale();
    let person = people("a|nd").find(|p| p.decision() == Decision::StraightLines).unwrap();
    let chosen: Vec<_> =
        (0..30).map(|at| person.choose(&format!("q{at}"), &options, &apart)).collect();
    assert!(chosen.iter().all(|position| *position == chosen[0]), "{chosen:?}");
}

#[test]
fn filters_are_mostly_passed_and_bad_things_rare() {
    let options = options(&["Có", "Không"]);
    let yes = |question: &str| {
        people("a|nd").filter(|p| p.choose(question, &options, &[false; 2]) == 0).count()
    };
    assert!((1_100..1_450).contains(&yes("da_truy_cap")));
    assert!((120..330).contains(&yes("phien_ha")));
}

#[test]
fn several_choices_stay_below_the_maximum() {
    let labels = ["một", "hai", "ba", "bốn", "không biết"];
    let apart = [false, false, false, false, true];
    for person in people("a|nd") {
        let chosen = person.choose_several("q", &options(&labels), &apart, Some(2));
        assert!((1..=2).contains(&chosen.len()) && chosen.iter().all(|at| *at < 4));
    }
    assert_eq!(Person::new(1, "a", "1").choose_several("q", &[], &[], None), Vec::<usize>::new());
}

#[test]
fn numbers_and_dates_are_typed_in_several_ways() {
    let kinds = [
        InputKind::Date { from_year: 1950, to_year: 2005 },
        InputKind::Integer { min: 0, max: 9_000 },
        InputKind::Number { min: 0, max: 10 },
        InputKind::LongText,
    ];
    for kind in kinds {
        let typed: Vec<String> = people("a|nd").map(|person| person.typed("q", &kind)).collect();
        let digits_only = |text: &&String| text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = typed.iter().filter(digits_only).count();
        assert!(plain > 0 && plain < typed.len(), "{kind:?}");
    }
    let date = InputKind::Date { from_year: 1950, to_year: 2005 };
    assert!(people("a|nd").any(|person| person.slipped("q", &date).is_some()));
    assert_eq!(Person::new(1, "a", "1").slipped("q", &InputKind::Text), None);
}
