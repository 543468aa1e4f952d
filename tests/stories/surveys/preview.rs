//! A form is tried out as respondents will see it, and nothing of that is kept.

use super::{DESK, answers, borrowed, completed, hidden, inputs};
use crate::{
    join_attack::evidence::{Evidence, Value},
    support::{Answered, Browser, TestApp},
};
use std::collections::BTreeMap;

const CANARY: &str = "Chim hoàng yến 5173 hót";

type Rows = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

/// Every row of every table but those of sessions and of the audit log.
async fn rows(app: &TestApp) -> (Rows, Vec<u8>) {
    let evidence = Evidence::take(app).await;
    let kept = evidence.tables.into_iter();
    let kept = kept.filter(|(name, _)| !["office_session", "audit"].contains(&name.as_str()));
    let rows = kept.map(|(name, rows)| {
        let mut rows: Vec<_> = rows.into_iter().map(|row| row.values).collect();
        rows.sort();
        (name, rows)
    });
    (rows.collect(), evidence.raw)
}

fn at() -> String {
    format!("{DESK}/preview/mot-cua")
}

async fn turn(officer: &mut Browser, page: &Answered, with: &[(&str, &str)]) -> Answered {
    let mut fields = answers(&page.body);
    for (name, value) in with {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    officer.post(&at(), &borrowed(&fields)).await
}

fn is_the_list_of_answers(page: &Answered) -> bool {
    page.body.contains("Xem lại") && page.body.contains("class=\"sum\"")
}

on_both_engines! {
    async fn a_whole_preview_leaves_no_trace(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let cookies = officer.cookies.clone();
        let before = rows(&app).await.0;
        let mut page = officer.get(&at()).await;
        assert!(page.body.contains("Bản xem thử: câu trả lời không được lưu."));
        assert!(page.body.contains("Tôi đồng ý tham gia"), "{}", page.body);
        let mut asked = Vec::new();
        while !page.body.contains("Hết bản xem thử") {
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(page.body.contains("Bản xem thử: câu trả lời không được lưu."));
            assert!(page.body.contains(&format!("action=\"{}\"", at())));
            assert!(!page.body.contains("/phieu/q/") && !page.body.contains("<script"));
            asked.push(hidden(&page.body, "page"));
            assert!(asked.len() < 20, "{asked:?}");
            let texts: Vec<String> = inputs(&page.body).into_iter()
                .filter(|one| one.kind == "textarea" || one.kind == "text" && one.mode.is_empty()).map(|one| one.name).collect();
            let with: Vec<(&str, &str)> = texts.iter().map(|name| (name.as_str(), CANARY)).collect();
            page = turn(&mut officer, &page, &with).await;
        }
        assert!(page.body.contains(CANARY), "the end shows what would be recorded: {}", page.body);
        let (after, raw) = rows(&app).await;
        assert_eq!(before, after);
        for encoded in [CANARY.as_bytes(), b"Chim%20ho", "yến 5173".as_bytes()] {
            assert!(!raw.windows(encoded.len()).any(|piece| piece == encoded));
        }
        assert_eq!(officer.cookies, cookies);
    }

    async fn a_preview_asks_checks_and_jumps_as_the_form_does(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let start = officer.get(&at()).await;
        let first = turn(&mut officer, &start, &[]).await;
        assert_eq!(hidden(&first.body, "page"), "1");
        // An empty page is held up as the form holds it up.
        let blank = [("form", "{}"), ("page", "1")];
        let held_up = officer.post(&at(), &blank).await;
        assert!(held_up.status == 422 && held_up.body.contains("role=\"alert\""), "{}", held_up.body);
        // Back and forth, with the answers in the page.
        let second = turn(&mut officer, &first, &[]).await;
        let at_second = hidden(&second.body, "page");
        assert_ne!(at_second, "1");
        let carried = hidden(&second.body, "form");
        assert_ne!(carried, "{}");
        let back = turn(&mut officer, &second, &[("go-back", "1")]).await;
        assert_eq!(hidden(&back.body, "page"), "1");
        assert!(back.body.contains("checked"));
        // The other language, on the same page with the same answers.
        let english = turn(&mut officer, &second, &[("set-lang", "en")]).await;
        assert!(english.body.contains("Preview: answers are not kept."), "{}", english.body);
        assert_eq!(hidden(&english.body, "page"), at_second);
        officer.cookies.remove("lang");
        // A jump keeps what is there; the list of answers sends one to what is missing.
        let gap = officer.post(&at(), &[("form", "{}"), ("page", "0"), ("cell", "check")]).await;
        assert_eq!(hidden(&gap.body, "page"), "1");
        let jumped = turn(&mut officer, &second, &[("cell", "1")]).await;
        assert_eq!(hidden(&jumped.body, "page"), "1");
        let anew = turn(&mut officer, &second, &[("cell", "0")]).await;
        assert_eq!((hidden(&anew.body, "page"), hidden(&anew.body, "form")), ("0".to_owned(), "{}".to_owned()));
        // From the list of answers to a page and back.
        let mut page = first;
        while !is_the_list_of_answers(&page) {
            page = turn(&mut officer, &page, &[]).await;
            assert_eq!(page.status, 200, "{}", page.body);
        }
        let change = turn(&mut officer, &page, &[("cell", &at_second)]).await;
        assert_eq!(hidden(&change.body, "from-check"), "1");
        let list = turn(&mut officer, &change, &[]).await;
        assert!(is_the_list_of_answers(&list), "{}", list.body);
        // What was tampered with is refused.
        for carried in ["[]", "{\"a\":{}}", "x"] {
            let refused = officer.post(&at(), &[("form", carried), ("page", "1")]).await;
            assert_eq!(refused.status, 400, "{carried}");
        }
        for page in ["99999999999999999999", "-1", "x", "500"] {
            let answered = officer.post(&at(), &[("form", "{}"), ("page", page)]).await;
            assert_eq!(answered.status, 200, "{page}");
            assert!(!answered.body.contains("Hết bản xem thử"), "{page}");
        }
    }
}
