//! A published version never changes; the next one says what it changes.

use super::{DESK, completed, draft, hidden, publish, round, save};
use crate::program::Place;
use phieu::{
    conduct::RoundPlan,
    survey::{Break, What, survey_id},
};
use std::fs;

on_both_engines! {
    async fn the_next_version_says_what_it_changes_and_what_breaks(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        publish(&mut officer).await;
        let first = app.office.published_survey("mot-cua", None).await.unwrap();
        assert_eq!(survey_id(&first.files).as_deref(), Some("mot-cua"));
        let begun = officer.post(&format!("{DESK}/begin"), &[]).await;
        assert_eq!(begun.status, 303);
        let page = officer.get(&format!("{DESK}/changes")).await;
        assert!(page.body.contains("Không có gì thay đổi."), "{}", page.body);
        let same = draft(&app).await.sha256();
        let refused = officer.post(&format!("{DESK}/publish"), &[("sha256", &same)]).await;
        assert!(refused.status == 422 && refused.body.contains("Không có gì khác"));

        // Other words in a scored question: not under the same version.
        let (file, form) = first.files.files().find(|(name, _)| name.starts_with("forms/")).unwrap();
        let scored = first.survey.forms.values().flat_map(|form| &form.questions)
            .find(|question| question.criterion.is_some()).unwrap();
        let label = scored.label.get("vi");
        save(&mut officer, file, &form.replace(label, "Ông/Bà thấy thế nào?")).await;
        let desk = officer.get(DESK).await;
        for said in ["phiên bản “1” đã công bố", "Tăng số phiên bản"] {
            assert!(desk.body.contains(said), "{said} is not in {}", desk.body);
        }
        let page = officer.get(&format!("{DESK}/changes")).await;
        assert!(!page.body.contains("Công bố phiên bản 2"));
        let stale = draft(&app).await.sha256();
        let refused = officer.post(&format!("{DESK}/publish"), &[("sha256", &stale)]).await;
        assert!(refused.status == 422 && refused.body.contains("với nội dung khác"));
        let raised = officer.post(&format!("{DESK}/raise"), &[("sha256", &stale)]).await;
        assert_eq!(raised.status, 303, "{}", raised.body);

        let page = officer.get(&format!("{DESK}/changes")).await;
        for said in ["lời hỏi", "Ông/Bà thấy thế nào?", label, "đứt đoạn", "8.2", "Công bố phiên bản 2"] {
            assert!(page.body.contains(said), "{said} is not in {}", page.body);
        }
        // Only what was shown is published.
        let refused = officer.post(&format!("{DESK}/publish"), &[("sha256", &stale)]).await;
        assert!(refused.status == 422 && refused.body.contains("Bản nháp đã thay đổi"));
        assert_eq!(hidden(&page.body, "sha256"), draft(&app).await.sha256());
        publish(&mut officer).await;
        let second = app.office.published_survey("mot-cua", None).await.unwrap();
        assert_eq!((second.row.number, &*second.row.version), (2, "2"));
        let kept = app.office.published_survey("mot-cua", Some(1)).await.unwrap();
        assert_eq!((kept.files, kept.row), (first.files.clone(), first.row));
        let page = officer.get(&format!("{DESK}/changes?version=2")).await;
        assert!(page.body.contains("lời hỏi") && page.body.contains("đứt đoạn"));
        let page = officer.get(&format!("{DESK}/changes?version=1")).await;
        assert!(page.body.contains("Đây là phiên bản đầu tiên"));

        // The command line tells the same.
        let place = Place::of(&app);
        place.run(&["survey", "list"]).done(&["mot-cua@1", "mot-cua@2"]);
        let told = place.run(&["survey", "changes", "mot-cua@1", "mot-cua"]);
        told.done(&["lời hỏi (vi)", "+ Ông/Bà thấy thế nào?", "đứt đoạn"]);
        let json = place.run(&["survey", "changes", "mot-cua@1", "mot-cua@2", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&json.done(&[]).out).unwrap();
        let whats: Vec<&str> =
            json["changes"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
        assert_eq!(whats, ["version", "version", "wording"]);
        assert_eq!(json["series"][0]["breaks"], serde_json::json!(["questions"]));
        let found = phieu::survey::changes((&first.survey, &first.files), (&second.survey, &second.files));
        assert_eq!(found.changes[2].what, What::Wording);
        assert!(found.series[0].breaks.contains(&Break::Questions));
        place.run(&["survey", "changes", "mot-cua@1", "mot-cua@9"]).refused(1, &["mot-cua@9", "mot-cua@2"]);
        let create = ["round", "create", "--survey", "mot-cua@1", "--code", "cli-1"];
        place.run(&create).done(&["cli-1", &first.files.sha256()]);
        let latest = ["round", "create", "--survey", "mot-cua", "--code", "cli-2"];
        place.run(&latest).done(&["cli-2", &second.files.sha256()]);
        place.run(&["round", "create", "--survey", "khac", "--code", "x"]).refused(1, &["khac"]);
        place.run(&["round", "create", "--survey", "a/b", "--code", "x"]).refused(2, &["a/b"]);
    }

    async fn what_was_published_or_asked_for_real_cannot_be_altered_under_its_version(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let files = draft(&app).await;
        let other = |name: &str, from: &str, to: &str| {
            files.with(name, &files.text(name).unwrap().replace(from, to)).unwrap()
        };
        let plan = |code: &str, synthetic| RoundPlan {
            code: code.to_owned(), closes_on: None, lease: None, synthetic,
        };
        // A trial binds nothing; a real round does, for rounds and for publication.
        app.office.set_up_round(&other("survey.toml", "minutes = 10", "minutes = 11"), &plan("thu-0", true)).await.unwrap();
        round(&app, &files, "that").await;
        app.office.set_up_round(&files, &plan("that-2", false)).await.unwrap();
        let altered = other("survey.toml", "minutes = 10", "minutes = 12");
        let refused = app.office.set_up_round(&altered, &plan("that-3", false)).await.err().unwrap();
        assert!(refused.to_string().contains("Cuộc điều tra phiên bản “1”"), "{refused}");
        let refused = app.office.publish_survey(&altered).await.err().unwrap().to_string();
        assert!(refused.contains("Xin tăng version trong survey.toml"), "{refused}");
        app.office.set_up_round(&altered, &plan("thu", true)).await.unwrap();
        let (name, _) = files.files().find(|(name, _)| name.starts_with("forms/")).unwrap();
        let altered = other(name, "required = true", "required = false");
        let altered = altered.with("survey.toml", &files.text("survey.toml").unwrap().replace("version = \"1\"", "version = \"9\"")).unwrap();
        let refused = app.office.publish_survey(&altered).await.err().unwrap().to_string();
        assert!(refused.contains("Mẫu phiếu “mot-cua” phiên bản “1”"), "{refused}");
        // The same content is published as it is.
        assert_eq!(app.office.publish_survey(&files).await.unwrap().number, 1);
        let refused = app.office.publish_survey(&files).await.err().unwrap().to_string();
        assert!(refused.contains("Không có gì khác"), "{refused}");
    }

    async fn a_folder_is_published_from_the_command_line(app: TestApp) {
        let place = Place::of(&app);
        let folder = place.folder.join("khao-sat");
        let write = |from: &str, to: &str| {
            for (name, text) in crate::support::folder("tests/data/hai-long-2022") {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text.replace(from, to)).unwrap();
            }
        };
        let to = folder.to_str().unwrap();
        write("", "");
        place.run(&["survey", "publish", to]).done(&["phiên bản đầu tiên", "hai-long-2022@1"]);
        place.run(&["survey", "changes", "hai-long-2022@1", to]).done(&["Không có gì thay đổi"]);
        place.run(&["survey", "publish", to]).refused(1, &["Không có gì khác"]);
        write("Nhìn chung, Ông/Bà hài lòng", "Ông/Bà có hài lòng");
        place.run(&["survey", "publish", to]).refused(1, &["Xin tăng version"]);
        let mut officer = app.officer().await;
        let page = officer.get("/office/surveys/hai-long-2022").await;
        assert!(page.status == 200 && page.body.contains("Sửa thành phiên bản mới"));
        assert!(officer.get("/office/surveys/hai-long-2022/preview/hai-long").await.status == 200);
    }
}
