//! A form that was begun on one device and is gone on with on another.

use crate::support::{Answered, Browser, Small, TestApp};
use phieu::fieldwork::AccessCode;

fn to(answered: &Answered) -> &str {
    assert_eq!(answered.status, 303, "{}", answered.body);
    answered.location.as_deref().unwrap()
}

/// A browser that has begun the smallest survey.
async fn begun(app: &TestApp, code: &AccessCode) -> Browser {
    let mut browser = app.browser();
    assert_eq!(to(&browser.begin(&code.compact()).await), "/phieu/q/1");
    browser
}

/// Another browser with the same code, at the page that asks for the number.
async fn other(app: &TestApp, code: &AccessCode) -> Browser {
    let mut browser = app.browser();
    assert_eq!(to(&browser.get(&format!("/p/{}", code.compact())).await), "/phieu");
    assert!(browser.get("/phieu").await.body.contains("href=\"/phieu/resume\""));
    browser
}

/// The number on a page that gives one.
async fn number(browser: &mut Browser) -> String {
    let page = browser.post("/phieu/elsewhere", &[]).await;
    assert_eq!(page.status, 200);
    let printed = page.body.split_once("class=\"receipt\">").unwrap().1.split_once("</p>").unwrap();
    printed.0.replace("<wbr>", "")
}

on_both_engines! {
    async fn the_number_carries_the_draft_to_another_device(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(3, 3)).await;
        let code = &invited[0].code;
        let mut first = begun(&app, code).await;
        // What stands on the page is saved before the number is offered.
        let left = first.post("/phieu/q/1", &[("hai_long", "2"), ("go-elsewhere", "1")]).await;
        assert_eq!(to(&left), "/phieu/elsewhere");
        let offer = first.get("/phieu/elsewhere").await;
        assert!(offer.status == 200 && offer.body.contains("Lấy số làm tiếp"));
        let old = number(&mut first).await;
        let new = number(&mut first).await;
        assert_eq!(new.split('-').map(str::len).collect::<Vec<_>>(), [3, 3, 3, 3]);

        let mut second = other(&app, code).await;
        let refused = second.post("/phieu/resume", &[("number", &old)]).await;
        assert!(refused.status == 404 && refused.body.contains("không mở được phiếu nào"));
        let typed = new.replace('-', " ").to_lowercase();
        let carried = second.post("/phieu/resume", &[("number", &typed)]).await;
        assert_eq!(to(&carried), "/phieu/q/1");
        let page = second.get("/phieu/q/1").await.body;
        assert!(page.contains(r#"name="hai_long" value="2" checked"#), "{page}");
        // From now on both go on with one draft, and one of them sends it.
        assert_eq!(to(&second.post("/phieu/q/1", &[("hai_long", "5")]).await), "/phieu/check");
        let page = first.get("/phieu/q/1").await.body;
        assert!(page.contains(r#"name="hai_long" value="5" checked"#), "{page}");
        assert_eq!(to(&second.submit().await), "/phieu/thanks");
        assert_eq!(to(&first.get("/phieu/q/1").await), "/phieu/thanks");
        let receipts = [first.get("/phieu/thanks").await, second.get("/phieu/thanks").await];
        assert_eq!(receipts[0].receipt(), receipts[1].receipt());
        let late = other(&app, code).await.post("/phieu/resume", &[("number", &new)]).await;
        assert_eq!((late.status, late.body), (404, refused.body.replace(&old, &new)));
        let cells = app.office.store.read().await.unwrap().cells(round.row.id).await.unwrap();
        assert_eq!(cells.iter().map(|cell| cell.state.completed).sum::<i64>(), 1);
    }

    async fn a_code_alone_opens_no_draft_and_tells_of_none(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(3, 3)).await;
        let mut owner = begun(&app, &invited[0].code).await;
        let number = number(&mut owner).await;
        let wrong = "2AB-CDE-FGH-JKM";
        let mut pages = Vec::new();
        for one in &invited {
            let mut stranger = other(&app, &one.code).await;
            pages.push(stranger.get("/phieu/resume").await.body);
            let mut asked = async |number: &str| stranger.post("/phieu/resume", &[("number", number)]).await;
            let missing = asked("").await;
            assert!(missing.status == 422 && missing.body.contains("Xin nhập số làm tiếp"));
            let mistyped = asked(wrong).await;
            assert!(mistyped.status == 422 && mistyped.body.contains("chưa đúng"), "{}", mistyped.body);
            // The number of another invitation is as good as any.
            if one.code != invited[0].code {
                assert_eq!(asked(&number).await.status, 404);
            }
        }
        assert!(pages.iter().all(|page| *page == pages[0]));
        // Without a draft there is no number, and without a code no way in.
        let mut stranger = other(&app, &invited[1].code).await;
        assert_eq!(to(&stranger.get("/phieu/elsewhere").await), "/phieu");
        assert_eq!(to(&stranger.post("/phieu/elsewhere", &[]).await), "/phieu");
        let mut nobody = app.browser();
        assert_eq!(to(&nobody.get("/phieu/resume").await), "/");
        assert_eq!(to(&nobody.post("/phieu/resume", &[("number", &number)]).await), "/");
    }

    async fn guessing_numbers_is_slowed_down(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(1, 1)).await;
        let mut owner = begun(&app, &invited[0].code).await;
        let mut stranger = other(&app, &invited[0].code).await;
        let mut tries = 0;
        let refused = loop {
            let old = number(&mut owner).await;
            number(&mut owner).await;
            let answered = stranger.post("/phieu/resume", &[("number", &old)]).await;
            tries += 1;
            if answered.status != 404 || tries > 20 {
                break answered;
            }
        };
        assert_eq!((refused.status, tries), (429, 11));
    }

    async fn the_page_after_a_save_shows_it_whichever_process_answers(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(5, 5)).await;
        let other = app.twin().await;
        let (mut here, mut there) = (app.browser(), other.browser());
        here.answer(&invited[0].code.compact(), "4").await;
        let shown = |page: &str, choice: &str| {
            let marked = |tag: &str| {
                tag.contains(&format!("value=\"{choice}\"")) && tag.contains(" checked")
            };
            page.split('<').any(marked)
        };
        // One process remembers what it saved; the other remembers what it has read, and looks
        // again when the browser says that there was a later save.
        for choice in ["4", "2", "5"] {
            let saved = here.post("/phieu/q/1", &[("hai_long", choice)]).await;
            assert_eq!(saved.location.as_deref(), Some("/phieu/check"));
            assert!(shown(&here.get("/phieu/q/1").await.body, choice));
            there.cookies.clone_from(&here.cookies);
            assert!(shown(&there.get("/phieu/q/1").await.body, choice), "{choice}");
        }
        // Without word of a save it looks every time.
        there.cookies.retain(|name, _| !name.starts_with('s'));
        here.post("/phieu/q/1", &[("hai_long", "3")]).await;
        assert!(shown(&there.get("/phieu/q/1").await.body, "3"));
        let made_up: Vec<String> =
            here.cookies.keys().filter(|name| name.starts_with('s')).cloned().collect();
        assert_eq!(made_up.len(), 1);
        for nonsense in ["", "x", "99999999999999999999", "-1"] {
            here.cookies.insert(made_up[0].clone(), nonsense.to_owned());
            assert!(shown(&here.get("/phieu/q/1").await.body, "3"), "{nonsense}");
        }
        other.office.store.close().await;
    }
}
