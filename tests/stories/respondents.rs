//! Respondents in all the ways in which people and networks behave.

use crate::support::{Answered, Browser, Field, Small, TestApp};
use phieu::{
    conduct::{Invited, Round},
    fieldwork::{AccessCode, Receipt},
};

/// A unit of the department's survey with a single form for citizens.
const CITIZENS: [(&str, &str, usize); 1] = [("vpdkdd", "nd", 6)];

on_both_engines! {
    async fn a_repeated_submit_is_one_and_shows_the_same_receipt(app: TestApp) {
        let (round, invited) = citizens(&app).await;
        let mut browser = app.browser();
        let first = begun(&mut browser, &invited[0]).await;
        fill_in(&mut browser, &first).await;
        let (mut other_tab, mut lost_answer, mut again) =
            (browser.clone(), browser.clone(), browser.clone());
        let (one, two) = tokio::join!(browser.submit(), again.submit());
        assert_eq!((to(&one), to(&two)), ("/phieu/thanks", "/phieu/thanks"));
        assert_eq!(browser.cookies, again.cookies);
        // Another tab with the draft's key saves a page: it learns that all was submitted.
        assert_eq!(to(&other_tab.post("/phieu/q/1", &[("cach_nop", "1")]).await), "/phieu/thanks");
        assert_eq!(other_tab.cookies, browser.cookies);
        // The answer to the submit was lost on the way: the check and the landing page know.
        assert_eq!(to(&lost_answer.clone().get("/phieu/check").await), "/phieu/thanks");
        assert!(lost_answer.get("/phieu").await.body.contains("/phieu/thanks"));
        let thanks = browser.get("/phieu/thanks").await;
        assert_eq!(thanks.status, 200);
        for browser in [&mut browser, &mut again, &mut other_tab, &mut lost_answer] {
            assert_eq!(browser.get("/phieu/thanks").await.body, thanks.body);
        }
        browser.post("/phieu/forget", &[]).await;
        assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
        let cells = app.office.store.read().await.unwrap().cells(round.row.id).await.unwrap();
        assert_eq!(cells.iter().map(|cell| cell.state.completed).sum::<i64>(), 1);
    }

    async fn nothing_typed_is_thrown_away(app: TestApp) {
        let (_, invited) = citizens(&app).await;
        let mut browser = app.browser();
        begun(&mut browser, &invited[0]).await;
        // A page with a gap is asked again, and what was chosen is saved all the same.
        assert_eq!(browser.post("/phieu/q/1", &[("cach_nop", "2")]).await.status, 422);
        assert!(
            browser.get("/phieu/q/1").await.body.contains(r#"name="cach_nop" value="2" checked"#)
        );
        // Changing the language keeps what was chosen, and complains about nothing.
        let fields = [("cach_nop", "3"), ("so_lan", "1"), ("set-lang", "en")];
        assert_eq!(to(&browser.post("/phieu/q/1", &fields).await), "/phieu/q/1");
        let page = browser.get("/phieu/q/1").await.body;
        for kept in [r#"<html lang="en">"#, r#"name="cach_nop" value="3" checked"#, "Questions 1"] {
            assert!(page.contains(kept), "{kept} in {page}");
        }
        let fields = [("cach_nop", "3"), ("so_lan", "1"), ("tre_hen", "2"), ("da_truy_cap", "1")];
        let second = to(&browser.post("/phieu/q/1", &fields).await).to_owned();
        assert!(second.starts_with("/phieu/q/"), "{second}");
        // Going back is a save too.
        let name = first_choice(&browser.get(&second).await.body);
        let back = browser.post(&second, &[(&name, "4"), ("go-back", "1")]).await;
        assert_eq!(to(&back), "/phieu/q/1");
        assert!(browser.get(&second).await.body.contains(r#"value="4" checked"#));
    }

    async fn what_two_tabs_save_at_once_is_all_kept(app: TestApp) {
        let (_, invited) = citizens(&app).await;
        let mut browser = app.browser();
        begun(&mut browser, &invited[0]).await;
        let fields = [("cach_nop", "3"), ("so_lan", "1"), ("tre_hen", "2"), ("da_truy_cap", "1")];
        let second = to(&browser.post("/phieu/q/1", &fields).await).to_owned();
        let name = first_choice(&browser.get(&second).await.body);
        let mut tab = browser.clone();
        for (here, there) in [("1", "2"), ("2", "4"), ("3", "5")] {
            let in_one =
                [("cach_nop", here), ("so_lan", "1"), ("tre_hen", "2"), ("da_truy_cap", "1")];
            let in_other = [(name.as_str(), there), ("go-back", "1")];
            let (one, other) =
                tokio::join!(browser.post("/phieu/q/1", &in_one), tab.post(&second, &in_other));
            assert_eq!((one.status, other.status), (303, 303));
            let page = browser.get("/phieu/q/1").await.body;
            assert!(page.contains(&format!(r#"name="cach_nop" value="{here}" checked"#)));
            let page = tab.get(&second).await.body;
            assert!(page.contains(&format!(r#"name="{name}" value="{there}" checked"#)), "{page}");
        }
    }

    async fn an_interrupted_interview_goes_on_where_it_was_left(app: TestApp) {
        let (_, invited) = citizens(&app).await;
        let mut browser = app.browser();
        begun(&mut browser, &invited[0]).await;
        let fields = [("cach_nop", "3"), ("so_lan", "1"), ("tre_hen", "2"), ("da_truy_cap", "1")];
        let second = to(&browser.post("/phieu/q/1", &fields).await).to_owned();
        browser.get(&format!("/p/{}", invited[0].code.compact())).await;
        assert_eq!(to(&browser.post("/phieu/start", &[("part", "0")]).await), second);
        for nowhere in ["/phieu/q/999", "/phieu/q/0", "/phieu/q/x", "/phieu/q/-1"] {
            assert_eq!(to(&browser.get(nowhere).await), second, "{nowhere}");
            assert_eq!(browser.post(nowhere, &[("a", "1")]).await.status, 303, "{nowhere}");
        }
        // The check page leads to the first question that still needs an answer.
        assert_eq!(to(&browser.get("/phieu/check").await), second);
        assert_eq!(to(&browser.submit().await), second);
        assert_eq!(fill_in(&mut browser, &second).await, "/phieu/check");
        // A change from the check page comes straight back to it.
        let page = browser.get("/phieu/q/1?from-check=1").await.body;
        let fields = filled(&page);
        assert!(fields.contains(&("from-check".to_owned(), "1".to_owned())));
        assert_eq!(to(&browser.post("/phieu/q/1", &borrowed(&fields)).await), "/phieu/check");
    }

    async fn a_mistyped_code_is_explained_and_kept_in_the_form(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(1, 1)).await;
        let mut browser = app.browser();
        let page = browser.post("/", &[("code", "7KO4")]).await;
        assert_eq!(page.status, 422);
        assert!(
            page.body.contains(r#"value="7KO4""#) && page.body.contains("8, D, Q"),
            "{}",
            page.body
        );
        let page = browser.post("/", &[("code", "7KO4"), ("set-lang", "en")]).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(r#"value="7KO4""#) && page.body.contains("Enter the code"));
        for nonsense in ["", "   ", "7KQ4-MR2X", "đây là mã", "<script>"] {
            let page = app.browser().post("/", &[("code", nonsense)]).await;
            assert_eq!(page.status, 422, "{nonsense}");
            assert!(!page.body.contains("<script>"), "{}", page.body);
        }
        assert_eq!(app.browser().get("/p/nonsense").await.status, 404);
        // Small letters, blanks and other dashes are how people type.
        let code = invited[0].code.to_string().to_lowercase().replace('-', " – ");
        assert_eq!(to(&app.browser().post("/", &[("code", &code)]).await), "/phieu");
    }

    async fn guessing_codes_is_slowed_down_and_typing_errors_are_not(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(1, 1)).await;
        let code = invited[0].code.compact();
        let mut known = app.browser();
        assert_eq!(known.get(&format!("/p/{code}")).await.status, 303);
        let mut guesser = app.browser();
        for guess in 0..10 {
            let path = format!("/p/{}", AccessCode::from_number(guess).compact());
            assert_eq!(guesser.get(&path).await.status, 404);
            assert_eq!(guesser.post("/", &[("code", "7KQ4")]).await.status, 422);
        }
        let page = guesser.get(&format!("/p/{}", AccessCode::from_number(10).compact())).await;
        assert_eq!(page.status, 429);
        let wait = page.headers.iter().find(|(name, _)| name == "retry-after").unwrap();
        assert!((1..=61).contains(&wait.1.parse().unwrap()), "{wait:?}");
        let page = guesser.get(&format!("/p/{code}")).await;
        assert_eq!(page.status, 429);
        assert!(!page.body.contains(&code));
        // A browser that came in before goes on; another network is not concerned.
        assert_eq!(known.get(&format!("/p/{code}")).await.status, 303);
        let mut elsewhere = app.browser();
        elsewhere.from = ([192, 0, 2, 7], 40_000).into();
        assert_eq!(elsewhere.get(&format!("/p/{code}")).await.status, 303);
        app.wait(61_000);
        assert_eq!(guesser.get(&format!("/p/{code}")).await.status, 303);
    }

    async fn a_full_cell_lets_those_go_on_who_have_begun(app: TestApp) {
        let (_, invited) = app.small_round(&Small::hard(3, 1)).await;
        let codes: Vec<String> = invited.iter().map(|one| one.code.compact()).collect();
        let mut first = app.browser();
        first.answer(&codes[0], "4").await;
        for code in &codes[..2] {
            let mut late = app.browser();
            assert_eq!(to(&late.get(&format!("/p/{code}")).await), "/phieu");
            assert_eq!(late.get("/phieu").await.status, 409);
            assert_eq!(late.post("/phieu/start", &[("part", "0")]).await.status, 409);
        }
        assert_eq!(first.get("/phieu").await.status, 200);
        assert_eq!(to(&first.submit().await), "/phieu/thanks");
        assert_eq!(first.get("/phieu/thanks").await.status, 200);
    }

    async fn a_closed_round_takes_only_what_was_begun_and_only_for_a_while(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(8, 8)).await;
        let codes: Vec<String> = invited.iter().map(|one| one.code.compact()).collect();
        let (mut sent, mut busy, mut slow, mut idle) =
            (app.browser(), app.browser(), app.browser(), app.browser());
        sent.answer(&codes[0], "5").await;
        assert_eq!(sent.submit().await.status, 303);
        busy.answer(&codes[1], "4").await;
        slow.answer(&codes[2], "3").await;
        idle.get(&format!("/p/{}", codes[3])).await;
        app.office.close_round(&app.office.round(&round.row.code).await.unwrap()).await.unwrap();
        // What the pages know of a round may be half a second old.
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;

        assert_eq!(idle.get("/phieu").await.status, 410);
        assert_eq!(idle.post("/phieu/start", &[("part", "0")]).await.status, 410);
        assert_eq!(idle.post("/phieu/decline", &[("said", "refused")]).await.status, 410);
        assert_eq!(app.browser().get(&format!("/p/{}", codes[4])).await.status, 410);
        assert_eq!(app.browser().post("/", &[("code", &codes[1])]).await.status, 410);

        let landing = busy.get("/phieu").await;
        assert_eq!(landing.status, 200);
        assert!(!landing.body.contains("/phieu/decline"));
        assert_eq!(busy.get(&format!("/p/{}", codes[1])).await.status, 303);
        assert_eq!(to(&busy.post("/phieu/q/1", &[("hai_long", "2")]).await), "/phieu/check");
        assert_eq!(to(&busy.submit().await), "/phieu/thanks");
        app.wait(round.row.lease + 1);
        assert_eq!(slow.post("/phieu/q/1", &[("hai_long", "2")]).await.status, 410);
        assert_eq!(slow.submit().await.status, 410);
        assert_eq!(
            (sent.get("/phieu").await.status, sent.get("/phieu/thanks").await.status),
            (200, 200)
        );
    }

    async fn a_database_that_is_away_costs_nothing_typed(app: TestApp) {
        let (_, invited) = citizens(&app).await;
        let mut browser = app.browser();
        let first = begun(&mut browser, &invited[0]).await;
        browser.get(&first).await;
        let mut forgotten = app.browser();
        begun(&mut forgotten, &invited[3]).await;
        let mut done = app.browser();
        let first = begun(&mut done, &invited[1]).await;
        fill_in(&mut done, &first).await;
        app.office.store.close().await;
        let fields = [("cach_nop", "3"), ("so_lan", "1"), ("tre_hen", "2"), ("da_truy_cap", "1")];
        let page = browser.post("/phieu/q/1", &fields).await;
        assert_eq!(page.status, 503);
        for kept in [r#"name="cach_nop" value="3" checked"#, "Chưa lưu được", "Mã tra cứu sự cố"]
        {
            assert!(page.body.contains(kept), "{kept} in {}", page.body);
        }
        assert!(page.headers.iter().any(|(name, _)| name == "retry-after"));
        for path in ["/phieu", "/phieu/q/1", "/phieu/check"] {
            assert_eq!(browser.get(path).await.status, 503, "{path}");
        }
        // Who comes back to a server that has forgotten the draft keeps what they typed, too.
        let page = forgotten.post("/phieu/q/1", &fields).await;
        assert_eq!(page.status, 503);
        for kept in [
            r#"name="cach_nop" value="3""#,
            r#"name="tre_hen" value="2""#,
            r#"action="/phieu/q/1""#,
            "Gửi lại",
        ] {
            assert!(page.body.contains(kept), "{kept} in {}", page.body);
        }
        assert_eq!(done.submit().await.status, 503);
        assert_eq!(
            app.browser().get(&format!("/p/{}", invited[2].code.compact())).await.status,
            503
        );
        // What needs no database is still there.
        assert_eq!(app.browser().get("/").await.status, 200);
    }

    async fn a_receipt_withdraws_answers_before_and_after_opening(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(9, 9)).await;
        let mut receipts = Vec::new();
        for one in &invited {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "4").await;
            browser.submit().await;
            receipts.push(browser.get("/phieu/thanks").await.receipt());
        }
        let ask = async |receipt: &str, withdraw: Option<&str>, lang: Option<&str>| {
            let mut fields = vec![("receipt", receipt)];
            fields.extend(withdraw.map(|step| ("withdraw", step)));
            fields.extend(lang.map(|code| ("set-lang", code)));
            app.browser().post("/receipt", &fields).await
        };
        assert!(ask(&receipts[0], None, None).await.body.contains("Phiếu đã được nhận"));
        assert!(ask(&receipts[0], None, Some("en")).await.body.contains("Answers received"));
        assert!(ask(&receipts[0], Some("ask"), Some("en")).await.body.contains("Do you really"));
        for _ in 0..2 {
            assert_eq!(to(&ask(&receipts[0], Some("yes"), None).await), "/receipt/withdrawn");
            assert!(ask(&receipts[0], None, Some("en")).await.body.contains("were withdrawn"));
        }
        assert_eq!(ask("2222", None, None).await.status, 422);
        assert_eq!(ask("", None, None).await.status, 422);
        assert_eq!(ask(&Receipt::new([9; 16]).to_string(), Some("yes"), None).await.status, 404);

        assert_eq!(app.finish(&round).await.responses, 8);
        let opened = async || {
            let round = app.office.round(&round.row.code).await.unwrap();
            app.office.facts(&round).await.unwrap().responses.len()
        };
        assert!(ask(&receipts[0], None, Some("en")).await.body.contains("were withdrawn"));
        assert!(ask(&receipts[1], None, Some("en")).await.body.contains("Answers received"));
        assert_eq!(opened().await, 8);
        assert_eq!(to(&ask(&receipts[1], Some("yes"), None).await), "/receipt/withdrawn");
        assert!(ask(&receipts[1], None, Some("en")).await.body.contains("were withdrawn"));
        assert_eq!(opened().await, 7);
    }

    async fn somebody_asked_about_several_subjects_answers_one_form_after_the_other(app: TestApp) {
        let people = [("vu-tccb", "cv", 6), ("vu-pc", "cv", 6), ("so-tnmt-tinh", "so", 6)];
        let field = Field::of("bo", "surveys/bo-tnmt-2020", &people);
        let (round, invited) = app.field(&field).await;
        for one in &invited {
            let mut browser = app.browser();
            browser.get(&format!("/p/{}", one.code.compact())).await;
            let landing = browser.get("/phieu").await.body;
            let parts = landing.matches(r#"name="part""#).count();
            assert_eq!(parts, if one.unit == "so-tnmt-tinh" { 1 } else { 2 });
            let mut receipts = Vec::new();
            for part in 0..parts {
                let begun = browser.post("/phieu/start", &[("part", &part.to_string())]).await;
                assert_eq!(fill_in(&mut browser, to(&begun)).await, "/phieu/check");
                assert_eq!(to(&browser.submit().await), "/phieu/thanks");
                let thanks = browser.get("/phieu/thanks").await;
                assert_eq!(thanks.body.contains("/phieu/start"), part + 1 < parts);
                receipts.push(thanks.receipt());
            }
            receipts.dedup();
            assert_eq!(receipts.len(), parts);
        }
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.responses, 6 * (2 + 2 + 1));
        let facts = app.office.facts(&app.office.round("bo").await.unwrap()).await.unwrap();
        for cell in facts.cells.iter().filter(|cell| cell.released > 0) {
            assert_eq!(cell.outcomes.get("answered"), Some(&6), "{:?}", cell.key());
        }
    }
}

async fn citizens(app: &TestApp) -> (Round, Vec<Invited>) {
    app.field(&Field::of("so", "surveys/so-tnmt-2024", &CITIZENS)).await
}

/// Comes in and begins; returns the address of the first page.
async fn begun(browser: &mut Browser, one: &Invited) -> String {
    let begun = browser.begin(&one.code.compact()).await;
    to(&begun).to_owned()
}

/// Where a response leads.
fn to(page: &Answered) -> &str {
    page.location.as_deref().unwrap_or_else(|| panic!("{}: {}", page.status, page.body))
}

/// Answers every page from `at` on, as far as the pages lead.
async fn fill_in(browser: &mut Browser, at: &str) -> String {
    let mut at = at.to_owned();
    while at.starts_with("/phieu/q/") {
        let page = browser.get(&at).await;
        assert_eq!(page.status, 200, "{at}");
        let saved = browser.post(&at, &borrowed(&filled(&page.body))).await;
        at = to(&saved).to_owned();
    }
    at
}

/// The fields of the form on a page, each filled in one way that is accepted.
fn filled(page: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for tag in page.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea"))
    {
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()
        };
        let Some(name) = attribute("name") else { continue };
        let kind = attribute("type").unwrap_or("textarea");
        if kind != "hidden" && fields.iter().any(|(known, _)| known == name) {
            continue;
        }
        let value = match kind {
            "text" if attribute("inputmode").is_some() => "7",
            "text" | "textarea" => "xin chào",
            _ => attribute("value").unwrap_or_default(),
        };
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The name of the first question with choices on a page.
fn first_choice(page: &str) -> String {
    let (before, _) = page.split_once(r#"type="radio""#).expect("a question with choices");
    let (_, after) = page[before.rfind('<').unwrap()..].split_once(" name=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}
