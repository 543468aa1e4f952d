//! How long answering takes: measured, kept in numbers that hide everybody, and said honestly.

use crate::{
    program::Guest,
    support::{Small, TestApp},
};
use phieu::{
    conduct::Invited,
    fieldwork::Pace,
    storage::{Measured, Timed},
    web::{Service, WebSettings},
};
use std::{net::SocketAddr, time::Duration};

/// Until midnight nothing that was measured may lie in the database.
const ESTIMATE: &str = "Dự kiến khoảng";
const MINUTE: i64 = 60_000;

on_both_engines! {
    async fn twenty_answers_make_a_measured_time(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(60, 60)).await;
        let notes = async || app.office.paces(&round).await.unwrap();
        let mut one = invited.iter();
        // Ten take four minutes and a half, nine take seven.
        for (n, took) in [(10, 4 * MINUTE + 30_000), (9, 7 * MINUTE)] {
            for one in one.by_ref().take(n) {
                answer(&app, one, &[took]).await;
            }
        }
        app.office.keep_pace(app.intake.measured()).await.unwrap();
        assert_eq!(pace(&app).await, Pace::default(), "nineteen are too few to be kept");
        assert!(landing(&app, &invited[59]).await.contains(ESTIMATE));

        // Not measured: a pause longer than the lease, a night, a clock that stands.
        let early = app.clock.now();
        answer(&app, one.next().unwrap(), &[31 * MINUTE, MINUTE]).await;
        answer(&app, one.next().unwrap(), &[MINUTE, 31 * MINUTE]).await;
        answer(&app, one.next().unwrap(), &[]).await;
        app.clock.set(late_in_the_evening(early));
        answer(&app, one.next().unwrap(), &[10 * MINUTE]).await;
        app.office.keep_pace(app.intake.measured()).await.unwrap();
        assert_eq!(pace(&app).await.n(), 0);

        // The twentieth; sending it twice at once measures it once.
        let mut browser = app.browser();
        browser.begin(&one.next().unwrap().code.compact()).await;
        app.wait(7 * MINUTE);
        browser.post("/phieu/q/1", &[("hai_long", "4")]).await;
        let mut again = browser.clone();
        let (first, second) = tokio::join!(browser.submit(), again.submit());
        assert_eq!((first.status, second.status), (303, 303));
        assert_eq!(pace(&app).await.n(), 0, "nothing is written at a submit");
        app.office.keep_pace(app.intake.measured()).await.unwrap();
        let mut known = Pace::default();
        known.add(4, 10);
        known.add(7, 10);
        assert_eq!(pace(&app).await, known);
        assert_eq!(notes().await, [("hai-long".to_owned(), 5, 20)]);
        app.office.keep_pace(app.intake.measured()).await.unwrap();
        assert_eq!(pace(&app).await, known, "what was kept is not kept again");

        // A server that has not looked yet says so to everybody, whatever the code.
        let twin = app.twin().await;
        for one in [&invited[0], &invited[19], &invited[59]] {
            let page = landing(&twin, one).await;
            assert!(
                page.contains("Một nửa số người trả lời xong trong 5 phút hoặc ít hơn"),
                "{page}"
            );
        }
        let progress = app.officer().await.get("/office/rounds/nho/progress").await.body;
        assert!(progress.contains("trong 5 phút hoặc ít hơn (đo ở 20 lượt trả lời)"));
        twin.office.store.close().await;
    }

    async fn a_service_keeps_times_at_midnight_and_not_before(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(24, 24)).await;
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (pages, settings) = (axum::Router::new(), WebSettings::default());
        let service = Service::listen(&app.office, anywhere, pages, settings).await;
        let service = service.unwrap_or_else(|problem| panic!("{}", problem.text()));
        let address = service.address;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(service.serve(async { stopped.await.unwrap_or(()) }));
        for one in &invited {
            let mut guest = Guest::new(address);
            guest.get(&format!("/p/{}", one.code.compact())).await.unwrap();
            guest.post("/phieu/start", &[]).await.unwrap();
            app.wait(2 * MINUTE);
            guest.post("/phieu/q/1", &[("hai_long", "5")]).await.unwrap();
            let sent = guest.post("/phieu/check", &[]).await.unwrap();
            assert_eq!(sent.location.as_deref(), Some("/phieu/thanks"));
        }
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert_eq!(pace(&app).await.n(), 0, "it is not midnight yet");
        app.clock.set(late_in_the_evening(app.clock.now()) + 6 * MINUTE);
        let mut known = 0;
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            known = pace(&app).await.n();
            if known > 0 {
                break;
            }
        }
        assert_eq!((known, pace(&app).await.median()), (24, Some(3)));
        drop(stop);
        serving.await.unwrap();
    }

    async fn what_cannot_be_kept_waits(app: TestApp) {
        let measured = Measured::default();
        let mut pace = Pace::default();
        pace.add(3, 20);
        measured.put_back(&[(timed(), pace.clone())]);
        let mut tx = app.office.store.write().await.unwrap();
        for timed in [timed(), Timed { synthetic: false, ..timed() }] {
            tx.keep_pace(&timed, &pace).await.unwrap();
        }
        tx.keep_pace(&timed(), &pace).await.unwrap();
        assert_eq!(tx.pace(&timed()).await.unwrap().n(), 40);
        assert_eq!(tx.pace(&Timed { synthetic: false, ..timed() }).await.unwrap(), pace);
        assert_eq!(tx.pace(&Timed { version: "2".to_owned(), ..timed() }).await.unwrap().n(), 0);
        drop(tx);
        assert_eq!(app.desk.minutes(&timed()).await.unwrap(), None, "it was not committed");
        app.office.store.close().await;
        assert!(app.office.keep_pace(&measured).await.is_err());
        assert_eq!(measured.take(), [(timed(), pace)]);
        assert!(measured.take().is_empty());
    }
}

fn timed() -> Timed {
    Timed { form: "hai-long".to_owned(), version: "1".to_owned(), synthetic: true }
}

async fn pace(app: &TestApp) -> Pace {
    app.office.store.read().await.unwrap().pace(&timed()).await.unwrap()
}

/// Begins, lets time pass before the answer and again before it is sent.
async fn answer(app: &TestApp, one: &Invited, pauses: &[i64]) {
    let mut browser = app.browser();
    browser.begin(&one.code.compact()).await;
    app.wait(pauses.first().copied().unwrap_or(0));
    let saved = browser.post("/phieu/q/1", &[("hai_long", "4")]).await;
    assert_eq!(saved.location.as_deref(), Some("/phieu/check"));
    app.wait(pauses.get(1).copied().unwrap_or(0));
    assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
}

async fn landing(app: &TestApp, one: &Invited) -> String {
    let mut browser = app.browser();
    browser.get(&format!("/p/{}", one.code.compact())).await;
    browser.get("/phieu").await.body
}

/// Five minutes before the next midnight in Viet Nam.
fn late_in_the_evening(now: i64) -> i64 {
    let day = 24 * 60 * MINUTE;
    let shift = 7 * 60 * MINUTE;
    (now + shift) / day * day + day - shift - 5 * MINUTE
}
