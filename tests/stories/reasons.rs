//! Why people do not take part: one sealed slip for each invitation, and counts after opening.

use crate::support::{Browser, Small, TestApp};
use phieu::{
    conduct::Invited,
    fieldwork::{Reason, Said},
    report::{Shown, results_json},
    storage::Say,
};
use std::collections::BTreeMap;
use uuid::Uuid;

on_both_engines! {
    async fn a_reason_is_counted_once_and_told_after_opening(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(70, 70)).await;
        let mut people = invited.iter();
        for (n, said, why) in [
            (20, "refused", "no_time"),
            (12, "refused", "no_trust"),
            (11, "refused", "no_use"),
            (4, "refused", "too_often"),
            (3, "not_eligible", "left"),
        ] {
            for one in people.by_ref().take(n) {
                decline(&app, one, said, why).await;
            }
        }
        // A double tap, a second word, a reason that goes with the other word, and none at all.
        let twice = decline(&app, &invited[0], "refused", "no_time").await;
        let (mut one, mut other) = (twice.clone(), twice.clone());
        let fields = [("said", "refused"), ("why", "no_trust")];
        let (one, other) =
            tokio::join!(one.post("/phieu/decline", &fields), other.post("/phieu/decline", &fields));
        assert_eq!((one.status, other.status), (303, 303));
        decline(&app, &invited[1], "not_eligible", "left").await;
        decline(&app, people.next().unwrap(), "refused", "left").await;
        decline(&app, people.next().unwrap(), "refused", "").await;
        for one in people.by_ref() {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "4").await;
            assert_eq!(browser.submit().await.status, 303);
        }
        assert!(app.office.facts(&round).await.unwrap().reasons.is_empty());

        app.finish(&round).await;
        let round = app.office.round(&round.row.code).await.unwrap();
        let facts = app.office.facts(&round).await.unwrap();
        let counted = BTreeMap::from([
            ((Said::Refused, Reason::NoTime), 20),
            ((Said::Refused, Reason::NoTrust), 12),
            ((Said::Refused, Reason::NoUse), 11),
            ((Said::Refused, Reason::TooOften), 4),
            ((Said::Refused, Reason::Open), 2),
            ((Said::NotEligible, Reason::Left), 3),
        ]);
        assert_eq!(facts.reasons, counted);
        let published = app.office.published(&round).await.unwrap();
        let results = published.release.main();
        let told: Vec<Shown<u64>> = results.reasons.iter().map(|row| row.n.clone()).collect();
        let hidden = || Shown::Hidden;
        assert_eq!(told[..5], [hidden(), hidden(), hidden(), hidden(), hidden()]);
        assert_eq!(
            told[5..],
            [Shown::Value(20), Shown::Value(12), hidden(), hidden(), hidden()]
        );
        let json = results_json(results);
        assert!(json.contains(r#"{"said":"refused","reason":"no_time","n":20}"#), "{json}");
        assert!(json.contains(r#"{"said":"not_eligible","reason":"left","n":null}"#), "{json}");
        let page = app.officer().await.get("/office/rounds/nho/results").await.body;
        let (_, section) = page.split_once("id=\"ly-do\"").expect("the reasons are shown");
        assert!(section.contains("Tôi không có thời gian"));
    }

    async fn declining_with_a_reason_frees_a_place_and_a_submit_wins(app: TestApp) {
        let (round, invited) = app.small_round(&Small::hard(12, 12)).await;
        let held = async || {
            let mut tx = app.office.store.read().await.unwrap();
            let cell = tx.cells(round.row.id).await.unwrap().remove(0);
            (cell.state.held, cell.state.completed)
        };
        let mut browser = app.browser();
        browser.answer(&invited[0].code.compact(), "4").await;
        assert_eq!(held().await, (1, 0));
        let fields = [("said", "refused"), ("why", "no_time")];
        assert_eq!(browser.post("/phieu/decline", &fields).await.status, 303);
        assert_eq!(held().await, (0, 0));
        assert_eq!(browser.submit().await.status, 303);
        assert_eq!(held().await, (0, 1));
        for one in &invited[1..] {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "5").await;
            assert_eq!(browser.submit().await.status, 303);
        }
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.outcomes, BTreeMap::from([("answered", 12)]));
    }

    async fn a_slip_from_elsewhere_is_none_and_all_slips_die_with_the_box(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(12, 12)).await;
        for one in &invited[..2] {
            decline(&app, one, "refused", "no_time").await;
        }
        let entry = app
            .desk
            .entry(&invited[2].code.hash(&app.office.secrets.public.lookup))
            .await
            .unwrap()
            .unwrap();
        let (said, invitation) = (Said::Refused, entry.invitation);
        let forged = Say { invitation, said, slip: Uuid::new_v4(), body: vec![7; 112] };
        app.intake.say(forged).await.unwrap();
        let mut tx = app.office.store.write().await.unwrap();
        assert!(tx.close_round(round.row.id, app.clock.now()).await.unwrap());
        let slips = tx.take_box(round.row.id).await.unwrap().slips;
        assert_eq!(slips.len(), 3);
        assert!(slips.iter().all(|(_, body)| body.len() == 112));
        drop(tx);
        app.finish(&round).await;
        let mut tx = app.office.store.write().await.unwrap();
        assert_eq!(
            tx.reasons(round.row.id).await.unwrap(),
            BTreeMap::from([((said, Reason::NoTime), 2)])
        );
        assert!(tx.take_box(round.row.id).await.unwrap().slips.is_empty());
    }
}

/// Declines in a browser of their own.
async fn decline(app: &TestApp, one: &Invited, said: &str, why: &str) -> Browser {
    let mut browser = app.browser();
    browser.get(&format!("/p/{}", one.code.compact())).await;
    let landing = browser.get("/phieu").await.body;
    let offered = format!("<input type=\"radio\" name=\"why\" value=\"{why}\">");
    assert!(why.is_empty() || landing.contains(&offered), "{why} is not offered");
    let declined = browser.post("/phieu/decline", &[("said", said), ("why", why)]).await;
    assert_eq!(declined.location.as_deref(), Some("/phieu/declined"));
    browser
}
