//! A round and the one before it: what has changed, on the page and on the command line.

use crate::{
    program::Place,
    support::{Small, TestApp, folder},
};
use phieu::{
    conduct::Round,
    report::{Break, Change, Verdict, change, results, results_json},
    survey::Bundle,
};

/// A round of the smallest survey in which everybody answered with `choices`, opened.
async fn round(app: &TestApp, code: &'static str, choices: &[(&str, usize)]) -> Round {
    let people: usize = choices.iter().map(|(_, n)| n).sum();
    let small = Small { code, ..Small::new(people, people) };
    let (round, invited) = app.small_round(&small).await;
    let choices = choices.iter().flat_map(|&(choice, n)| std::iter::repeat_n(choice, n));
    for (one, choice) in invited.iter().zip(choices) {
        let mut browser = app.browser();
        browser.answer(&one.code.compact(), choice).await;
        assert_eq!(browser.submit().await.status, 303);
    }
    app.finish(&round).await;
    app.office.round(code).await.unwrap()
}

async fn against(app: &TestApp, now: &Round, then: &str) -> Change {
    let earlier = app.office.earlier_round(now, then).await.unwrap();
    let told = async |round: &Round| {
        results(&app.office.facts(round).await.unwrap(), &round.survey, &round.survey.rule)
    };
    let (later, before) = (told(now).await, told(&earlier).await);
    change((&later, &now.survey), (&before, &earlier.survey))
}

on_both_engines! {
    async fn a_round_is_held_against_the_one_before_it(app: TestApp) {
        let then = round(&app, "nam-truoc", &[("5", 10), ("4", 6), ("3", 10)]).await;
        app.wait(24 * 60 * 60 * 1000);
        let now = round(&app, "nam-nay", &[("5", 10), ("4", 16), ("3", 5)]).await;
        let change = against(&app, &now, "nam-truoc").await;
        let one = &change.criteria[0];
        let difference = one.difference.unwrap();
        // Everybody in both frames answered: 26 of 31 now, 16 of 26 then, and nothing to chance.
        assert!((difference.value - (2600.0 / 31.0 - 1600.0 / 26.0)).abs() < 1e-9);
        assert_eq!((difference.se, difference.verdict), (Some(0.0), Some(Verdict::RisenByCount)));
        assert!(one.breaks.is_empty(), "{:?}", one.breaks);
        assert_eq!(app.office.earlier_rounds(&now).await.unwrap().len(), 1);
        assert!(app.office.earlier_rounds(&then).await.unwrap().is_empty());
        for (round, other) in [(&now, "nam-nay"), (&then, "nam-nay"), (&now, "nam-sau")] {
            let refused = app.office.earlier_round(round, other).await;
            assert!(refused.is_err_and(|why| why.to_string().contains(other)), "{other}");
        }

        let mut officer = app.officer().await;
        let page = officer.get("/office/rounds/nam-nay/results?against=nam-truoc").await;
        assert_eq!(page.status, 200);
        for said in ["tăng (cả hai đợt hỏi hết mọi người)", "+22,33", "lang=en", "?against=nam-truoc&amp;"] {
            assert!(page.body.contains(said), "{said} is not in {}", page.body);
        }
        let alone = officer.get("/office/rounds/nam-nay/results").await;
        assert!(!alone.body.contains("+22,33") && alone.body.contains("value=\"nam-truoc\""));
        let first = officer.get("/office/rounds/nam-truoc/results").await;
        assert!(first.body.contains("Chưa có đợt nào trước đợt này"));
        let wrong = officer.get("/office/rounds/nam-truoc/results?against=nam-nay").await;
        assert_eq!(wrong.status, 404);
        assert!(wrong.body.contains("Không so sánh được với đợt nam-nay"), "{}", wrong.body);
    }

    async fn other_words_break_the_series(app: TestApp) {
        round(&app, "nam-truoc", &[("5", 20), ("3", 10)]).await;
        let mut now = round(&app, "nam-nay", &[("5", 28), ("3", 2)]).await;
        let mut files = folder("tests/data/hai-long-2022");
        for (_, text) in &mut files {
            *text = text.replace("Nhìn chung, Ông/Bà hài lòng", "Ông/Bà có hài lòng");
        }
        let bundle = Bundle::new(files).unwrap();
        now.survey = phieu::survey::read_survey(&bundle).unwrap();
        let change = against(&app, &now, "nam-truoc").await;
        let one = &change.criteria[0];
        assert_eq!(one.breaks.iter().collect::<Vec<_>>(), [&Break::Questions]);
        assert!(one.difference.is_some_and(|difference| difference.verdict.is_none()));
    }

    async fn the_command_line_tells_the_same(app: TestApp) {
        round(&app, "nam-truoc", &[("5", 10), ("4", 6), ("3", 10)]).await;
        let now = round(&app, "nam-nay", &[("5", 10), ("4", 16), ("3", 5)]).await;
        let place = Place::of(&app);
        let score = ["score", "--round", "nam-nay", "--against", "nam-truoc"];
        let told = place.run(&score);
        told.done(&["Thay đổi so với đợt nam-truoc", "22,33", "Tỷ lệ trả lời", "Một phiếu"]);
        let mut results =
            results(&app.office.facts(&now).await.unwrap(), &now.survey, &now.survey.rule);
        results.change = Some(against(&app, &now, "nam-truoc").await);
        let json = place.run(&[&score[..], &["--json"]].concat());
        assert_eq!(json.done(&["\"earlier\":\"nam-truoc\""]).out.trim_end(), results_json(&results));
        let itself = ["score", "--round", "nam-nay", "--against", "nam-nay"];
        place.run(&itself).refused(1, &["Không so sánh được với đợt nam-nay"]);
    }
}
