//! A year of quarters, each a round of its own: on the page and on the command line.

use crate::{
    program::Place,
    support::{Small, TestApp},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A round of so many people, of whom some answered with each choice, opened; and a day more.
async fn quarter(app: &TestApp, code: &'static str, people: usize, choices: &[(&str, usize)]) {
    let (round, invited) = app.small_round(&Small { code, ..Small::new(people, people) }).await;
    let choices = choices.iter().flat_map(|&(choice, n)| std::iter::repeat_n(choice, n));
    for (one, choice) in invited.iter().zip(choices) {
        let mut browser = app.browser();
        browser.answer(&one.code.compact(), choice).await;
        assert_eq!(browser.submit().await.status, 303);
    }
    app.finish(&round).await;
    app.wait(DAY);
}

/// Three quarters, in which the two best levels have 60, 75 and 40 %.
async fn three_quarters(app: &TestApp) {
    quarter(app, "quy-1", 20, &[("5", 7), ("4", 5), ("3", 8)]).await;
    quarter(app, "quy-2", 40, &[("5", 15), ("2", 5)]).await;
    quarter(app, "quy-3", 60, &[("4", 12), ("3", 18)]).await;
}

/// The standard error of the year: nothing of the first quarter, which asked everybody.
fn standard_error() -> f64 {
    let second = 0.75 * 0.25 / 19.0 * (1.0 - 20.0 / 40.0);
    let third = 0.4 * 0.6 / 29.0 * (1.0 - 30.0 / 60.0);
    let [a, b] = [40.0 / 120.0, 60.0 / 120.0f64];
    100.0 * (a * a * second + b * b * third).sqrt()
}

on_both_engines! {
    async fn a_year_is_the_mean_of_its_quarters_by_people(app: TestApp) {
        quarter(&app, "thu", 4, &[("5", 4)]).await;
        three_quarters(&app).await;
        app.small_round(&Small { code: "quy-4", ..Small::new(6, 6) }).await;
        let mut officer = app.officer().await;
        let at = |query: &str| format!("/office/rounds/quy-3/results{query}");

        // (20 × 60 + 40 × 75 + 60 × 40) / 120, and of the forms (20 × 60 + 20 × 75 + 30 × 40) / 70.
        let page = officer.get(&at("?year=quy-2&year=quy-1")).await;
        assert_eq!(page.status, 200);
        let whole = "<tr class=\"sum\"><th scope=\"row\">Cả năm</th><td class=\"n\" \
                     data-label=\"Kết quả\"><div>55,00</div>";
        for said in [whole, "<div>120</div>", "<div>70</div>", "thì kết quả là 55,71."] {
            assert!(page.body.contains(said), "{said} is not in {}", page.body);
        }
        // In the order of time, whatever the order in which they are named.
        for said in ["/results?year=quy-1&amp;year=quy-2&amp;lang=en", "value=\"quy-1\" checked"] {
            assert!(page.body.contains(said), "{said} is not in {}", page.body);
        }
        assert!(!page.body.contains("value=\"thu\" checked"));
        assert!(!page.body.contains("value=\"quy-4\""));

        let both = officer.get(&at("?against=quy-2&year=quy-1&year=quy-2")).await;
        let query = "/results?against=quy-2&amp;year=quy-1&amp;year=quy-2&amp;lang=en";
        for said in [query, "Thay đổi so với đợt quy-2", "55,71", "−35,00"] {
            assert!(both.body.contains(said), "{said} is not in {}", both.body);
        }
        let alone = officer.get(&at("")).await;
        assert!(!alone.body.contains("55,71") && alone.body.contains("name=\"year\""));

        let lacking = officer.get(&at("?year=thu&year=quy-2")).await;
        let why = "<li>Đợt thu: không có kết quả được công bố.</li>";
        assert!(lacking.status == 200 && lacking.body.contains(why), "{}", lacking.body);
        assert_eq!(lacking.body.matches("<li>Đợt ").count(), 1);

        for (query, why) in [
            ("?year=quy-3", "Không tính được cả năm với đợt quy-3"),
            ("?year=quy-4", "Không tính được cả năm với đợt quy-4"),
            ("?year=quy-1&year=quy-1", "Đợt quy-1 được nêu hai lần"),
            ("?year=quy-9", "quy-9"),
        ] {
            let refused = officer.get(&at(query)).await;
            assert_eq!(refused.status, 404, "{query}");
            assert!(refused.body.contains(why), "{why} is not in {}", refused.body);
            assert!(!refused.body.contains("class=\"sum\"><th scope=\"row\">Cả năm"));
        }
        let first = officer.get("/office/rounds/thu/results").await;
        assert!(first.body.contains("để tính kết quả cả năm") && first.status == 200);
    }

    async fn the_command_line_tells_the_year(app: TestApp) {
        three_quarters(&app).await;
        let place = Place::of(&app);
        let score = ["score", "--round", "quy-3", "--year", "quy-2,quy-1"];
        let told = place.run(&score);
        told.done(&["Kết quả cả năm, TC 8.2", "Cả năm", "55,00", "thì kết quả là 55,71."]);

        let json = place.run(&[&score[..], &["--json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&json.done(&[]).out).unwrap();
        let year = &json["year"];
        let rounds = year["rounds"].as_array().unwrap();
        let names: Vec<&str> = rounds.iter().map(|one| one["round"].as_str().unwrap()).collect();
        assert_eq!(names, ["quy-1", "quy-2", "quy-3"]);
        let one = &year["criteria"][0];
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        assert!((number(&one["score"]) - 55.0).abs() < 1e-9);
        assert!((number(&one["pooled"]) - 3900.0 / 70.0).abs() < 1e-9);
        assert!((number(&one["se"]) - standard_error()).abs() < 1e-9);
        assert_eq!((&one["population"], &one["n"]), (&120.into(), &70.into()));
        // The limits lie as far from the year as those of its quarters do together.
        let quarters = one["rounds"].as_array().unwrap();
        for side in [0, 1] {
            let distance = |value: &serde_json::Value| {
                number(&value["ci"][side]) - number(&value["score"])
            };
            let [a, b] = [distance(&quarters[1]) / 3.0, distance(&quarters[2]) / 2.0];
            assert!((distance(one).abs() - a.hypot(b)).abs() < 1e-9);
            assert!(distance(&quarters[0]).abs() < 1e-9 && distance(one).abs() > 5.0);
        }
        assert_eq!(json["change"], serde_json::Value::Null);

        for (year, why) in [
            ("quy-1,quy-3", "Không tính được cả năm với đợt quy-3"),
            ("quy-1,quy-1", "Đợt quy-1 được nêu hai lần"),
            ("quy-1,quy-9", "quy-9"),
        ] {
            let refused = place.run(&["score", "--round", "quy-3", "--year", year]);
            refused.refused(1, &[why]);
        }
    }
}
