//! Agreeing to take part: a version of the notice that becomes a count, tied to nobody.

use crate::support::{Small, TestApp};
use phieu::{conduct::Round, report::results_json, storage::Address, survey::Bundle};
use sqlx::{PgPool, SqlitePool};

on_both_engines! {
    async fn a_consent_is_counted_by_the_version_of_the_notice(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(12, 12)).await;
        let notice = round.survey.notice.version();
        for one in &invited[..3] {
            let mut browser = app.browser();
            browser.get(&format!("/p/{}", one.code.compact())).await;
            let landing = browser.get("/phieu").await.body;
            assert!(landing.contains(&format!("Bản thông báo: {notice}")), "{landing}");
            let begun = browser.post("/phieu/start", &[]).await;
            assert_eq!(begun.location.as_deref(), Some("/phieu/q/1"));
            // Going on is no second consent; beginning in another browser is one.
            browser.post("/phieu/start", &[]).await;
        }
        app.browser().begin(&invited[0].code.compact()).await;

        let progress = async || app.officer().await.get("/office/rounds/nho/progress").await.body;
        assert!(!progress().await.contains(&notice), "consents are not told as they are given");
        assert!(app.office.refresh_daily_counts().await.unwrap());
        let said = format!("Số lần đồng ý tham gia: 4 (bản thông báo {notice}).");
        assert!(progress().await.contains(&said));

        for one in &invited {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "4").await;
            assert_eq!(browser.submit().await.status, 303);
        }
        assert!(progress().await.contains(&said));
        app.finish(&round).await;
        let round = app.office.round(&round.row.code).await.unwrap();
        assert_eq!(app.office.facts(&round).await.unwrap().consents, [(notice.clone(), 16)]);
        let published = app.office.published(&round).await.unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&results_json(published.release.main())).unwrap();
        assert_eq!(json["consent"]["notice"], notice);
        assert_eq!(json["consent"]["given"][0]["n"], 16);
        assert_eq!(
            json["consent"]["text"]["why"]["vi"],
            round.survey.notice.why.get("vi")
        );
        let page = app.officer().await.get("/office/rounds/nho/results").await.body;
        assert!(page.contains(&format!("Số lần đồng ý tham gia: 16 (bản thông báo {notice}).")));
    }

    async fn a_draft_that_agreed_to_an_earlier_notice_is_finished(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(12, 12)).await;
        let mut early = app.browser();
        early.answer(&invited[0].code.compact(), "4").await;
        let bundle = another_notice(&app, &round).await;
        let later = app.twin().await;
        let round = later.office.round("nho").await.unwrap();
        assert_eq!(round.survey.sha256, bundle.sha256());

        let mut browser = later.browser();
        browser.cookies.clone_from(&early.cookies);
        assert_eq!(browser.get("/phieu/q/1").await.status, 200);
        let saved = browser.post("/phieu/q/1", &[("hai_long", "5")]).await;
        assert_eq!(saved.location.as_deref(), Some("/phieu/check"));
        assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
        later.browser().begin(&invited[1].code.compact()).await;

        assert!(later.office.refresh_daily_counts().await.unwrap());
        let consents = later.office.facts(&round).await.unwrap().consents;
        assert_eq!(consents.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1, 1]);
        let now = round.survey.notice.version();
        assert!(consents.iter().any(|(notice, _)| *notice == now));
        later.office.store.close().await;
    }
}

/// Puts a survey whose notice says something else in the place of the round's.
async fn another_notice(app: &TestApp, round: &Round) -> Bundle {
    let mut files = crate::support::folder("tests/data/hai-long-2022");
    let survey = files.iter_mut().find(|(name, _)| name == "survey.toml").unwrap();
    let why = round.survey.notice.why.get("vi");
    assert!(survey.1.contains(why));
    survey.1 = survey.1.replace(why, "Một lý do khác.");
    let bundle = Bundle::new(files).unwrap();
    let mut tx = app.office.store.write().await.unwrap();
    tx.keep_survey(&bundle.sha256(), &bundle.to_json()).await.unwrap();
    tx.commit().await.unwrap();
    let change = "UPDATE round SET survey_sha256 = $1";
    match &app.address {
        Address::Sqlite(file) => {
            let pool = SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
            sqlx::query(change).bind(bundle.sha256()).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Address::Postgres(options, _) => {
            let pool = PgPool::connect_with(options.as_ref().clone()).await.unwrap();
            sqlx::query(change).bind(bundle.sha256()).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
    bundle
}
