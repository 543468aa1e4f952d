use super::*;
use crate::sampling::Stratum;
use proptest::prelude::*;

fn cell(unit: &str, group: &str, population: u64, census_up_to: u64, current: u64) -> PlanCell {
    PlanCell { stratum: Stratum::new(unit, group), population, census_up_to, current }
}

/// Two units of leaders and citizens; all leaders are asked.
fn small() -> Vec<PlanCell> {
    vec![
        cell("a", "ld", 6, 15, 6),
        cell("b", "ld", 4, 15, 4),
        cell("a", "nd", 2_600, 30, 300),
        cell("b", "nd", 160, 30, 70),
    ]
}

fn typed(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|&(name, typed)| (name.to_owned(), typed.to_owned())).collect()
}

fn request(fields: &[(&str, &str)]) -> PlanRequest {
    PlanRequest::read(&typed(fields), &["ld", "nd"], 5).unwrap()
}

fn planned(fields: &[(&str, &str)]) -> Plan {
    plan(&small(), &request(fields)).unwrap()
}

fn wanted(plan: &Plan) -> Vec<u64> {
    plan.cells.iter().map(|row| row.wanted).collect()
}

fn percent(margin: Option<f64>) -> f64 {
    (margin.unwrap() * 10_000.0).round() / 100.0
}

#[test]
fn the_targets_as_they_are_set_show_what_they_are_worth() {
    let plan = planned(&[("response-rate", "100")]);
    assert_eq!(plan.request.method, Method::Current);
    assert_eq!(wanted(&plan), [6, 4, 300, 70]);
    // Cell a × nd: 1,96·√(¼/300·2300/2599).
    assert_eq!(percent(plan.cells[2].margin), 5.32);
    assert_eq!(plan.cells[0].margin, Some(0.0));
    assert!(plan.cells[0].census && !plan.cells[2].census);
    let [a, b] = &plan.units[..] else { panic!("two units") };
    assert_eq!((a.unit.as_deref(), a.population, a.wanted), (Some("a"), 2_606, 306));
    assert!(a.margin < plan.cells[2].margin && b.margin > a.margin);
    assert_eq!((plan.all.population, plan.all.wanted), (2_770, 380));
    assert_eq!(plan.groups[1].group.as_deref(), Some("nd"));
    assert_eq!((plan.fewest, plan.missed().count()), (None, 0));
}

#[test]
fn people_who_do_not_answer_are_made_up_for_from_the_reserve() {
    let plan = planned(&[("response-rate", "60"), ("response-rate-ld", "90")]);
    // 300/0.6 = 500 people of 2,600; 70/0.6 = 117 of 160.
    let reserves: Vec<u64> = plan.cells.iter().map(|row| row.reserve).collect();
    assert_eq!(reserves, [0, 0, 200, 47]);
    assert_eq!(plan.cells[2].drawn(), 500);
    assert_eq!(plan.cells[2].expected, 300.0);
    // Of all six leaders 5.4 will answer: that is no census of opinions.
    assert!((plan.cells[0].expected - 5.4).abs() < 1e-12);
    assert!(plan.cells[0].census && percent(plan.cells[0].margin) > 10.0);
    // Without a rate the rule for calling the reserve says what is expected.
    assert_eq!(request(&[]).response_rate, 0.6);
}

#[test]
fn the_official_formula_stands_beside_the_margin_that_it_really_gives() {
    let plan = planned(&[("method", "official"), ("response-rate", "100")]);
    // 2606/(1 + 2606·0.0025) = 346.9…; 164/(1 + 164·0.0025) = 116.3…
    let officials: Vec<u64> = plan.units.iter().map(|row| row.official.n).collect();
    assert_eq!(officials, [347, 117]);
    assert_eq!(plan.units.iter().map(|row| row.wanted).collect::<Vec<_>>(), officials);
    assert_eq!(percent(plan.units[0].official.margin), 4.9);
    // Where seven of ten answer, just as many people give less.
    let fewer = planned(&[("method", "official"), ("response-rate", "70")]);
    assert_eq!(percent(fewer.units[0].official.margin), 5.99);
    // Applied to the whole and shared out, it leaves the small unit nearly unknown.
    let whole = plan.official.unwrap();
    assert_eq!((whole.n, whole.unit.as_str()), (350, "b"));
    assert!(percent(whole.margin) < 5.0 && percent(whole.unit_margin) > 19.0);
}

#[test]
fn margins_wanted_are_kept_with_the_fewest_answers() {
    let plan = planned(&[("margin", "5"), ("margin-all", "4"), ("response-rate", "100")]);
    assert_eq!(plan.request.method, Method::Margins);
    assert!(plan.units.iter().all(|row| row.reach == Reach::Kept && percent(row.margin) <= 5.0));
    assert!(percent(plan.all.margin) <= 4.0);
    assert_eq!(plan.cells[0].wanted, 6);
    let fewest = plan.fewest.unwrap();
    assert!(fewest <= plan.all.wanted && plan.all.wanted <= fewest + 1, "{plan:?}");
    // One answer fewer anywhere and a margin is missed.
    for cell in [2, 3] {
        let mut cells = small();
        for (at, row) in plan.cells.iter().enumerate() {
            cells[at].current = row.wanted - u64::from(at == cell);
        }
        let less = super::plan(&cells, &request(&[("response-rate", "100")])).unwrap();
        let over = less.units.iter().any(|row| row.margin.unwrap() > 0.05);
        assert!(over || less.all.margin.unwrap() > 0.04);
    }
}

#[test]
fn margins_out_of_reach_are_named_and_everybody_there_is_asked() {
    let plan = planned(&[("margin", "5"), ("response-rate", "70")]);
    let missed: Vec<_> = plan.missed().map(|row| row.unit.as_deref()).collect();
    assert_eq!(missed, [Some("b")]);
    let [a, b] = &plan.units[..] else { panic!("two units") };
    assert!(b.census && percent(b.margin) > 5.0);
    assert!(a.reach == Reach::Kept && !a.census && percent(a.margin) <= 5.0);
    assert_eq!(plan.fewest, None);
}

#[test]
fn a_number_is_shared_out_in_four_ways() {
    let share = |method| {
        let plan = planned(&[("method", method), ("n", "500"), ("response-rate", "100")]);
        assert_eq!(plan.all.wanted, 500, "{method}");
        assert_eq!(wanted(&plan)[..2], [6, 4], "{method}");
        (wanted(&plan)[2], wanted(&plan)[3], plan)
    };
    let (large, small, proportional) = share("proportional");
    assert_eq!((large, small), (462, 28));
    let (large, small, optimal) = share("optimal");
    assert!(large.abs_diff(462) <= 1 && small.abs_diff(28) <= 1);
    let (large, small, power) = share("power");
    // In the ratio of √2600 to √160.
    assert_eq!((large, small), (393, 97));
    let (large, small, equal) = share("equal");
    // All 160 of the small unit: what they cannot give is asked of the other.
    assert_eq!((large, small), (330, 160));
    let all = |plan: &Plan| plan.all.margin.unwrap();
    assert!(all(&optimal) <= all(&proportional) && all(&proportional) < all(&power));
    assert!(all(&power) < all(&equal));
    assert!(equal.units[1].margin < proportional.units[1].margin);
}

#[test]
fn a_group_that_is_sure_to_be_of_one_mind_gets_fewer_answers() {
    let cells = [cell("a", "cc", 500, 0, 1), cell("a", "nd", 500, 0, 1)];
    let fields = typed(&[("n", "200"), ("share-cc", "95"), ("response-rate", "100")]);
    let request = PlanRequest::read(&fields, &["cc", "nd"], 5).unwrap();
    let plan = plan(&cells, &request).unwrap();
    // In the ratio of √(0.95·0.05) to √(0.5·0.5).
    assert_eq!(wanted(&plan), [61, 139]);
}

#[test]
fn more_than_everybody_is_a_census_and_too_few_are_refused() {
    let plan_of = |n: &str| plan(&small(), &request(&[("n", n), ("method", "equal")]));
    let everybody = plan_of("99999").unwrap();
    assert_eq!(wanted(&everybody), [6, 4, 2_600, 160]);
    assert!(everybody.all.census);
    let refused = plan_of("19").unwrap_err();
    assert_eq!(refused, PlanRefused::TooFew { n: 19, least: 20 });
    assert!(refused.text().to_string().contains("20"));
    assert_eq!(wanted(&plan_of("20").unwrap()), [6, 4, 5, 5]);
    let nobody = [cell("a", "nd", 0, 30, 5)];
    assert_eq!(plan(&nobody, &request(&[])), Err(PlanRefused::Nobody));
    assert_eq!(plan(&[], &request(&[])), Err(PlanRefused::Nobody));
}

#[test]
fn a_cell_without_people_stays_empty_and_harms_nobody() {
    let mut cells = small();
    cells.push(cell("c", "nd", 0, 30, 60));
    for fields in [&[("margin", "10")][..], &[("n", "300")], &[("method", "official")], &[]] {
        let plan = plan(&cells, &request(fields)).unwrap();
        assert_eq!((plan.cells[4].wanted, plan.cells[4].margin), (0, None), "{fields:?}");
        assert!(plan.units[2].reach != Reach::Missed);
        assert!(plan.all.margin.is_some());
    }
}

#[test]
fn what_was_typed_is_read_as_people_write_it_or_named() {
    let read = request(&[
        ("n", " 1.486 "),
        ("margin", "2,5"),
        ("margin-all", "1.5 %"),
        ("confidence", "90"),
        ("least", ""),
        ("method", "power"),
    ]);
    assert_eq!(
        (read.n, read.margins.unit, read.margins.all),
        (Some(1_486), Some(0.025), Some(0.015))
    );
    assert_eq!((read.confidence, read.least, read.method), (0.9, 5, Method::Power));
    let wrong = |field: &str, typed_in: &str| {
        let wrong = PlanRequest::read(&typed(&[(field, typed_in)]), &["ld"], 5).unwrap_err();
        assert!(wrong.iter().any(|one| one.field == field), "{field} {typed_in}: {wrong:?}");
    };
    for n in ["0", "-3", "1.5", "abc", "1e3", "99999999999999999999"] {
        wrong("n", n);
    }
    for margin in ["0", "51", "-1", "x", "5,5,5", "NaN", "inf"] {
        wrong("margin", margin);
    }
    wrong("response-rate", "101");
    wrong("response-rate-khac", "50");
    wrong("share-ld", "100");
    wrong("confidence", "100");
    wrong("method", "best");
    let lacks = |method: &str| {
        PlanRequest::read(&typed(&[("method", method)]), &[], 5).unwrap_err().remove(0).field
    };
    assert_eq!([lacks("margins"), lacks("equal")], ["margin", "n"]);
}

#[test]
fn every_method_is_known_by_its_word_and_explained() {
    use crate::messages::Language;
    for method in Method::ALL {
        let fields = typed(&[("method", method.word()), ("n", "9"), ("margin", "5")]);
        assert_eq!(PlanRequest::read(&fields, &[], 5).unwrap().method, method);
        let json = serde_json::to_value(method).unwrap();
        assert_eq!(json, method.word());
        for &language in Language::all() {
            assert!(method.how(language).len() > method.name(language).len());
        }
    }
}

fn any_cells() -> impl Strategy<Value = Vec<PlanCell>> {
    let people = prop_oneof![0u64..12, 0u64..200, 0u64..20_000];
    let one = (0usize..5, 0usize..3, people, 0u64..40, 0u64..300);
    prop::collection::vec(one, 1..12).prop_map(|cells| {
        let mut known = std::collections::BTreeSet::new();
        let named = |unit: usize, group: usize| (format!("u{unit}"), ["ld", "cc", "nd"][group]);
        let cells = cells.into_iter().filter(|&(unit, group, ..)| known.insert((unit, group)));
        cells
            .map(|(unit, group, population, census, current)| {
                let (unit, group) = named(unit, group);
                cell(&unit, group, population, census, current)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_plan_keeps_its_limits_and_does_not_depend_on_the_order_of_cells(
        cells in any_cells(),
        method in prop::sample::select(Method::ALL.to_vec()),
        n in 1u64..3_000,
        [unit, group, all] in prop::array::uniform3(1u32..40),
        rate in 1u32..=100,
    ) {
        let fields = [
            ("method", method.word().to_owned()),
            ("n", n.to_string()),
            ("margin", unit.to_string()),
            ("margin-group", group.to_string()),
            ("margin-all", all.to_string()),
            ("response-rate", rate.to_string()),
            ("share-nd", "80".to_owned()),
        ];
        let fields: Vec<(String, String)> =
            fields.into_iter().map(|(name, typed)| (name.to_owned(), typed)).collect();
        let request = PlanRequest::read(&fields, &["ld", "cc", "nd"], 5).unwrap();
        let Ok(made) = plan(&cells, &request) else { return Ok(()) };
        for (row, cell) in made.cells.iter().zip(&cells) {
            prop_assert!(row.drawn() <= cell.population && row.expected <= row.wanted as f64);
            prop_assert!(row.margin.is_none_or(|margin| margin.is_finite()));
            if method != Method::Current {
                prop_assert!(row.lower <= row.wanted && row.wanted <= row.upper);
                if cell.population <= cell.census_up_to {
                    prop_assert_eq!(row.wanted, cell.population);
                }
            }
            prop_assert_eq!(row.margin.is_none(), row.wanted == 0);
        }
        for row in made.units.iter().chain(&made.groups).chain([&made.all]) {
            let everybody = row.population == 0 || row.census;
            prop_assert!(row.reach != Reach::Missed || everybody, "{row:?}");
        }
        if let Some(fewest) = made.fewest {
            prop_assert!(fewest <= made.all.wanted);
        }
        let mut turned: Vec<PlanCell> = cells.clone();
        turned.reverse();
        let other = plan(&turned, &request).unwrap();
        prop_assert_eq!(other.sorted_by_code(), made.sorted_by_code());
    }
}
