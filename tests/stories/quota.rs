//! Places are never given twice, whatever arrives at once.

use crate::support::{Browser, Small};
use phieu::storage::StorageError;
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};

/// Requests under way at once: enough for every race, and few enough for a slow machine to
/// answer each within the service's limit of time.
const AT_ONCE: usize = 1_000;

on_both_engines! {
    async fn one_place_left_goes_to_one_of_a_thousand_whose_leases_ran_out(app: TestApp) {
        let (round, invited) = app.small_round(&Small { lease: 2_000, ..Small::hard(1_000, 1_000) }).await;
        let mut browsers = Vec::new();
        for one in &invited {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "4").await;
            browsers.push(browser);
        }
        app.wait(3_000);
        assert_eq!(app.intake.reclaim().await.unwrap(), 1_000);
        let mut tx = app.office.store.write().await.unwrap();
        let cell = tx.cells(round.row.id).await.unwrap().remove(0);
        assert!(tx.set_cell_target(cell.id, 1).await.unwrap());
        tx.commit().await.unwrap();

        submit_all(browsers).await;

        let cell = app.office.store.read().await.unwrap().cells(round.row.id).await.unwrap().remove(0);
        assert_eq!((cell.state.completed, cell.state.over_allocation, cell.state.held), (1, 999, 0));
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.outcomes.get("over_target"), Some(&999));
    }

    async fn a_thousand_starts_for_one_place_give_one_slot_and_999_full_pages(app: TestApp) {
        let (round, invited) = app.small_round(&Small::hard(1_000, 1_000)).await;
        let mut tx = app.office.store.write().await.unwrap();
        let cell = tx.cells(round.row.id).await.unwrap().remove(0);
        assert!(tx.set_cell_target(cell.id, 1).await.unwrap());
        tx.commit().await.unwrap();
        let mut starting = JoinSet::new();
        for one in invited {
            let mut browser = app.browser();
            starting.spawn(async move { browser.begin(&one.code.compact()).await.status });
        }
        let statuses = starting.join_all().await;
        assert_eq!(statuses.iter().filter(|&&status| status == 303).count(), 1);
        assert_eq!(statuses.iter().filter(|&&status| status == 409).count(), 999);
        let cell = app.office.store.read().await.unwrap().cells(round.row.id).await.unwrap().remove(0);
        assert_eq!((cell.state.held, cell.state.completed), (1, 0));
    }

    async fn an_abandoned_place_is_given_to_the_next_who_starts(app: TestApp) {
        let (round, invited) = app.small_round(&Small { lease: 2_000, ..Small::hard(2, 2) }).await;
        let mut tx = app.office.store.write().await.unwrap();
        let cell = tx.cells(round.row.id).await.unwrap().remove(0);
        assert!(tx.set_cell_target(cell.id, 1).await.unwrap());
        tx.commit().await.unwrap();
        let (mut first, mut second) = (app.browser(), app.browser());
        first.answer(&invited[0].code.compact(), "5").await;
        assert_eq!(second.begin(&invited[1].code.compact()).await.status, 409);
        app.wait(3_000);
        second.answer(&invited[1].code.compact(), "3").await;
        assert_eq!(second.submit().await.status, 303);
        assert_eq!(first.submit().await.status, 303);
        let cell = app.office.store.read().await.unwrap().cells(round.row.id).await.unwrap().remove(0);
        assert_eq!((cell.state.completed, cell.state.over_allocation), (1, 1));
    }

    async fn of_fifty_browsers_with_one_code_one_is_scored(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(200, 200)).await;
        let mut answering = JoinSet::new();
        let places = Arc::new(Semaphore::new(AT_ONCE));
        for one in invited {
            for choice in 0..50 {
                let mut browser = app.browser();
                let (code, places) = (one.code.compact(), Arc::clone(&places));
                answering.spawn(async move {
                    let _place = places.acquire().await.unwrap();
                    browser.answer(&code, ["5", "4", "3", "2", "1"][choice % 5]).await;
                    browser
                });
            }
        }
        submit_all(answering.join_all().await).await;
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.responses, 200);
        assert_eq!(unsealed.outcomes.get("answered"), Some(&200));
        assert_eq!(unsealed.outcomes.get("conflict"), Some(&(200 * 49)));
    }

    async fn a_double_tap_is_one_submit_with_one_receipt(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(6, 6)).await;
        for one in &invited {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "5").await;
            let (mut tap, mut again) = (browser.clone(), browser);
            let (first, second) = tokio::join!(tap.submit(), again.submit());
            assert_eq!((first.status, second.status), (303, 303));
            let (first, second) = (tap.get("/phieu/thanks").await, again.get("/phieu/thanks").await);
            assert_eq!(first.status, 200);
            assert_eq!(first.body, second.body);
        }
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.outcomes.get("answered"), Some(&6));
        assert_eq!(unsealed.outcomes.get("conflict"), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_postgresql_share_one_last_place() -> Result<(), StorageError> {
    let app = crate::support::TestApp::on(crate::support::Engine::Postgres).await;
    let twin = app.twin().await;
    let (round, invited) =
        app.small_round(&Small { lease: 2_000, ..Small::hard(1_000, 1_000) }).await;
    let mut browsers = Vec::new();
    for (at, one) in invited.iter().enumerate() {
        let mut browser = if at % 2 == 0 { app.browser() } else { twin.browser() };
        browser.answer(&one.code.compact(), "4").await;
        browsers.push(browser);
    }
    app.wait(3_000);
    assert_eq!(twin.intake.reclaim().await?, 1_000);
    let mut tx = app.office.store.write().await?;
    let cell = tx.cells(round.row.id).await?.remove(0);
    assert!(tx.set_cell_target(cell.id, 1).await?);
    tx.commit().await?;

    submit_all(browsers).await;

    let cell = app.office.store.read().await?.cells(round.row.id).await?.remove(0);
    assert_eq!((cell.state.completed, cell.state.over_allocation, cell.state.held), (1, 999, 0));
    twin.office.store.close().await;
    app.remove().await;
    Ok(())
}

async fn submit_all(browsers: Vec<Browser>) {
    let mut submitting = JoinSet::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    for mut browser in browsers {
        let places = Arc::clone(&places);
        submitting.spawn(async move {
            let _place = places.acquire().await.unwrap();
            browser.submit().await
        });
    }
    for answered in submitting.join_all().await {
        assert_eq!(answered.status, 303, "{}", answered.body);
        assert_eq!(answered.location.as_deref(), Some("/phieu/thanks"));
    }
}
