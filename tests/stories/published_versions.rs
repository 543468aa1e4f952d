//! What was published stays as it was, whoever withdraws an answer later.

use crate::support::{Small, TestApp};
use phieu::{
    conduct::{ConductError, Published, Round},
    messages::Language,
    report::results_json,
};

/// Everybody answers; half of them are very satisfied. The receipts, in order.
async fn everybody_answers(app: &TestApp, people: usize) -> (Round, Vec<String>) {
    let (round, invited) = app.small_round(&Small::new(people, people)).await;
    let mut receipts = Vec::new();
    for (at, one) in invited.iter().enumerate() {
        let mut browser = app.browser();
        browser.answer(&one.code.compact(), if at % 2 == 0 { "5" } else { "3" }).await;
        browser.submit().await;
        receipts.push(browser.get("/phieu/thanks").await.receipt());
    }
    app.finish(&round).await;
    (app.office.round(&round.row.code).await.unwrap(), receipts)
}

async fn withdraw(app: &TestApp, receipts: &[String]) {
    for receipt in receipts {
        let fields = [("receipt", receipt.as_str()), ("withdraw", "yes")];
        let done = app.browser().post("/receipt", &fields).await;
        assert_eq!(done.location.as_deref(), Some("/receipt/withdrawn"));
    }
}

on_both_engines! {
    async fn one_answer_withdrawn_changes_no_published_figure(app: TestApp) {
        let (round, receipts) = everybody_answers(&app, 24).await;
        let first = app.office.published(&round).await.unwrap();
        assert_eq!((first.number, first.release.main().criteria[0].n), (1, Some(24)));
        assert_eq!(first.day, app.clock.today().to_string());
        let told = |published: &Published| results_json(published.release.main());

        withdraw(&app, &receipts[..1]).await;
        assert_eq!(app.office.facts(&round).await.unwrap().responses.len(), 23);
        let second = app.office.published(&round).await.unwrap();
        assert_eq!((second.number, told(&second)), (1, told(&first)));

        // One answer between two versions would be known to everybody who has both.
        let Err(ConductError::Blocked(why)) = app.office.publish(&round).await else {
            panic!("published")
        };
        let said = why.sentences(Language::default()).join(" ");
        assert!(said.contains("TC 8.2") && said.contains("1 người"), "{said}");
        assert_eq!(app.office.published(&round).await.unwrap().number, 1);

        withdraw(&app, &receipts[1..6]).await;
        let third = app.office.publish(&round).await.unwrap();
        assert_eq!((third.number, third.release.main().criteria[0].n), (2, Some(18)));
        let Err(ConductError::Refused(why)) = app.office.publish(&round).await else {
            panic!("published")
        };
        assert!(why.say(Language::default()).contains("phiên bản 2"), "{why}");
        let acts = app.office.store.read().await.unwrap().audit_log().await.unwrap();
        assert_eq!(acts.iter().filter(|act| act.act == "round.publish").count(), 2);
    }

    async fn nothing_is_published_before_the_box_is_opened(app: TestApp) {
        let (round, _) = app.small_round(&Small::new(6, 6)).await;
        assert!(matches!(app.office.publish(&round).await, Err(ConductError::Refused(_))));
        assert!(matches!(app.office.published(&round).await, Err(ConductError::Refused(_))));
    }
}
