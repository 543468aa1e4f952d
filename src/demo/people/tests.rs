//! The real importer must find in the made-up lists what was put there.

use super::*;
use crate::{
    messages::Language,
    sampling::{Known, Lists, Upload, read_frame},
};

fn strata() -> Vec<DemoStratum> {
    let units = [
        ("van-phong", "Văn phòng Sở"),
        ("vpdkdd", "Văn phòng Đăng ký đất đai"),
        ("ccbvm", "Chi cục Bảo vệ môi trường"),
    ];
    let groups = [
        ("ld", "Lãnh đạo phòng, đơn vị", 8),
        ("cc", "Công chức, viên chức", 120),
        ("nd", "Người dân", 900),
        ("dn", "Doanh nghiệp, tổ chức", 240),
    ];
    let of = |(group, group_name, population): (&str, &str, usize)| {
        units.map(|(unit, unit_name)| DemoStratum {
            unit: unit.to_owned(),
            unit_name: unit_name.to_owned(),
            group: group.to_owned(),
            group_name: group_name.to_owned(),
            population,
        })
    };
    groups.into_iter().flat_map(of).collect()
}

fn lists() -> Lists {
    let mut lists = Lists::default();
    for stratum in strata() {
        let unit = Known::new(&stratum.unit, &[&stratum.unit_name]);
        let group = Known::new(&stratum.group, &[&stratum.group_name]);
        if !lists.units.contains(&unit) {
            lists.units.push(unit);
        }
        if !lists.groups.contains(&group) {
            lists.groups.push(group);
        }
    }
    lists
}

fn uploads(files: &[(String, Vec<u8>)]) -> Vec<Upload<'_>> {
    files.iter().map(|(name, bytes)| Upload { name, bytes, sheet: None }).collect()
}

#[test]
fn the_importer_finds_exactly_what_was_made_up() {
    let frame = people(2024, &strata());
    let import = read_frame(&uploads(&frame.good), &lists()).unwrap_or_else(|report| {
        panic!("{:#?}", report.problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    let found = Expected {
        people: import.report.people,
        rows: import.report.rows,
        duplicates: import.report.duplicates.len(),
        in_several_strata: import.report.in_several_strata,
        warnings: import.report.warnings.len(),
        bad_problems: frame.expected.bad_problems,
    };
    assert_eq!(found, frame.expected);
    assert!(found.duplicates > 5 && found.in_several_strata > 10 && found.warnings > 10);
    for stratum in strata() {
        let in_stratum = import.entries.iter().flat_map(|entry| &entry.memberships);
        let in_stratum = in_stratum.filter(|member| {
            member.stratum.unit == stratum.unit && member.stratum.group == stratum.group
        });
        assert_eq!(in_stratum.count(), stratum.population, "{stratum:?}");
    }
    assert!(
        import
            .entries
            .iter()
            .all(|entry| entry.phone.is_empty() || entry.phone.starts_with("0710"))
    );
    assert!(
        import
            .entries
            .iter()
            .all(|entry| entry.email.is_empty() || entry.email.ends_with(".example"))
    );
}

#[test]
fn the_first_attempt_shows_every_kind_of_problem() {
    let frame = people(2024, &strata());
    let (name, bytes) = &frame.bad;
    let report = read_frame(&[Upload { name, bytes, sheet: None }], &lists()).unwrap_err();
    let said: Vec<_> = report.problems.iter().map(|p| p.say(Language::default())).collect();
    assert_eq!(report.problems.len(), frame.expected.bad_problems, "{said:#?}");
    assert_eq!(frame.expected.bad_problems, 10);
    assert!(said[1].contains("có phải là “van-phong” không?"), "{said:#?}");
}

#[test]
fn the_same_seed_makes_the_same_files() {
    assert_eq!(people(7, &strata()), people(7, &strata()));
    assert_ne!(people(7, &strata()).good, people(8, &strata()).good);
}

#[test]
fn small_and_odd_populations_are_made_too() {
    for count in [0, 1, 2, 5] {
        let mut strata = strata()[..count].to_vec();
        strata.iter_mut().for_each(|stratum| stratum.population = count);
        let frame = people(1, &strata);
        if count > 0 {
            let import = read_frame(&uploads(&frame.good), &lists()).unwrap();
            assert_eq!(import.report.people, frame.expected.people);
            assert_eq!(import.report.rows, frame.expected.rows);
        }
    }
}
