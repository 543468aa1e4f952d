use crate::support::Small;
use phieu::storage::{NewRound, SurveyDraftRow, SurveyVersionRow};
use uuid::Uuid;

on_both_engines! {
    async fn a_draft_changes_and_ends_only_as_it_was_seen(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        assert_eq!(tx.survey_draft("b").await.unwrap(), None);
        let draft = |survey: &str, sha256: &str| SurveyDraftRow {
            survey: survey.to_owned(),
            sha256: sha256.to_owned(),
            files: format!("{{\"{sha256}\":\"Phiếu\"}}"),
            day: "2026-03-02".to_owned(),
        };
        assert!(tx.begin_survey_draft(&draft("b", "1")).await.unwrap());
        assert!(!tx.begin_survey_draft(&draft("b", "2")).await.unwrap());
        assert!(tx.begin_survey_draft(&draft("a", "9")).await.unwrap());
        assert!(!tx.change_survey_draft("0", &draft("b", "2")).await.unwrap());
        assert!(tx.change_survey_draft("1", &draft("b", "2")).await.unwrap());
        assert_eq!(tx.survey_draft("b").await.unwrap(), Some(draft("b", "2")));
        assert_eq!(tx.survey_drafts().await.unwrap(), [draft("a", "9"), draft("b", "2")]);
        assert!(!tx.end_survey_draft("b", "1").await.unwrap());
        assert!(tx.end_survey_draft("b", "2").await.unwrap());
        assert_eq!(tx.survey_drafts().await.unwrap(), [draft("a", "9")]);
        tx.commit().await.unwrap();
    }

    async fn a_published_version_is_there_once_and_binds(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let version = |number: i64, version: &str, sha256: &str| SurveyVersionRow {
            survey: "a".to_owned(),
            number,
            version: version.to_owned(),
            sha256: sha256.to_owned(),
            day: "2026-03-02".to_owned(),
        };
        for sha256 in ["s1", "s2", "s3", "s4"] {
            tx.keep_survey(sha256, &format!("files of {sha256}")).await.unwrap();
        }
        assert!(tx.keep_survey_version(&version(1, "1", "s1")).await.unwrap());
        assert!(!tx.keep_survey_version(&version(1, "2", "s2")).await.unwrap());
        assert!(!tx.keep_survey_version(&version(2, "1", "s2")).await.unwrap());
        assert!(tx.keep_survey_version(&version(2, "2", "s2")).await.unwrap());
        assert_eq!(tx.survey_versions().await.unwrap(), [version(1, "1", "s1"), version(2, "2", "s2")]);
        // A real round binds what it asks, a made-up one does not.
        for (code, sha256, synthetic) in [("real", "s3", false), ("made-up", "s4", true)] {
            let round = NewRound {
                id: Uuid::new_v4(),
                code,
                survey_sha256: sha256,
                closes_on: None,
                lease: Small::new(1, 1).lease,
                synthetic,
            };
            assert!(tx.set_up_round(&round).await.unwrap());
        }
        let binding = tx.binding_survey_files().await.unwrap();
        assert_eq!(binding, ["files of s1", "files of s2", "files of s3"]);
    }
}
