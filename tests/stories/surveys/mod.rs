//! A questionnaire on its way in the office's pages: from Excel to a published version, to a
//! round of it, and to the next version.

mod hostile;
mod page;
mod preview;
mod versions;

use crate::support::{Browser, TestApp};
use page::{answers, hidden, inputs};
use phieu::{
    conduct::{Round, RoundPlan},
    report::results,
    sampling::{Stratum, Upload},
    survey::Bundle,
};
use std::fs;

const DESK: &str = "/office/surveys/mot-cua";
const PEOPLE: usize = 12;

fn workbook(path: &str) -> Vec<u8> {
    fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The draft that the guide's workbook makes, complete but for its publication.
async fn completed(officer: &mut Browser) {
    let file = ("workbook", "mot-cua.xlsx", &workbook("docs/mot-cua.xlsx")[..]);
    let taken = officer.upload("/office/surveys", file, &[("survey", "mot-cua")]).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    fill_in(officer).await;
    let target = format!("unit\tgroup\ttarget\tpopulation\ndon-vi\tnhom\t{PEOPLE}\t{PEOPLE}\n");
    save(officer, "targets.csv", &target).await;
}

/// Fills every blank in.
async fn fill_in(officer: &mut Browser) {
    let path = format!("{DESK}/fill");
    let page = officer.get(&path).await.body;
    let mut fields = vec![("sha256".to_owned(), hidden(&page, "sha256"))];
    for (at, name) in inputs(&page).iter().filter(|one| one.name.starts_with("blank-")).enumerate()
    {
        fields.push((name.name.clone(), format!("Nội dung {at}, \"trong ngoặc\"")));
    }
    assert!(fields.len() > 10, "{page}");
    let filled = officer.post(&path, &borrowed(&fields)).await;
    assert_eq!((filled.status, filled.location.as_deref()), (303, Some(DESK)), "{}", filled.body);
}

/// Edits a file of the draft.
async fn save(officer: &mut Browser, name: &str, text: &str) {
    let page = officer.get(&format!("{DESK}/file?name={name}")).await;
    let sha256 = hidden(&page.body, "sha256");
    let fields = [("sha256", &*sha256), ("name", name), ("text", text)];
    let saved = officer.post(&format!("{DESK}/file"), &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = officer.get(&saved.location.unwrap()).await;
    assert!(page.body.contains("Đã lưu."));
}

/// The files of the draft as they are.
async fn draft(app: &TestApp) -> Bundle {
    app.office.survey_in_hand("mot-cua").await.unwrap().draft.unwrap().files
}

/// Publishes what the page of changes shows.
async fn publish(officer: &mut Browser) {
    let page = officer.get(&format!("{DESK}/changes")).await;
    let sha256 = hidden(&page.body, "sha256");
    let done = officer.post(&format!("{DESK}/publish"), &[("sha256", &sha256)]).await;
    assert_eq!((done.status, done.location.as_deref()), (303, Some(DESK)), "{}", done.body);
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The questions of a page, without what its form carries along.
fn questions(page: &str) -> &str {
    let from = page.find("<div class=\"card").unwrap();
    &page[from..from + page[from..].find("<div class=\"go\"").unwrap()]
}

/// A real round of a published version, in the field.
async fn round(app: &TestApp, files: &Bundle, code: &str) -> Round {
    let plan = RoundPlan {
        code: code.to_owned(),
        closes_on: Some("2026-03-31".parse().unwrap()),
        lease: None,
        synthetic: false,
    };
    let round = app.office.set_up_round(files, &plan).await.unwrap();
    let people = (0..PEOPLE).map(|at| format!("{at},Nguyễn Văn {at},don-vi,nhom\n"));
    let list = format!("id,name,unit,group\n{}", people.collect::<String>());
    let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
    app.office.import_frame(&round, &[upload]).await.unwrap();
    let reasons = [(Stratum::new("don-vi", "nhom"), "a test".to_owned())];
    app.office.freeze_frame(&round, &reasons).await.unwrap();
    app.office.draw_sample(&round, "12345", "a test", "").await.unwrap();
    app.office.open_round(&round).await.unwrap();
    app.office.round(code).await.unwrap()
}

on_both_engines! {
    async fn a_workbook_becomes_a_published_survey_and_a_round_of_it(app: TestApp) {
        let mut officer = app.officer().await;
        let empty = officer.get("/office/surveys").await;
        assert!(empty.body.contains("Chưa có cuộc điều tra nào"), "{}", empty.body);

        // What cannot be imported is named by sheet and row, and nothing is kept.
        let bad = workbook("tests/data/xlsform/sms_info.xls");
        let refused = officer.upload("/office/surveys", ("workbook", "a <b>.xls", &bad), &[]).await;
        assert_eq!(refused.status, 422);
        for said in ["a &lt;b&gt;.xls", "“image”", "“geopoint”", ">9<", ">10<", "survey"] {
            assert!(refused.body.contains(said), "{said} is not in {}", refused.body);
        }
        assert!(app.office.surveys().await.unwrap().is_empty());

        let good = workbook("docs/mot-cua.xlsx");
        let file = ("workbook", "mot-cua.xlsx", &good[..]);
        let taken = officer.upload("/office/surveys", file, &[("survey", "mot-cua")]).await;
        assert_eq!(taken.status, 200, "{}", taken.body);
        assert!(taken.body.contains("mot-cua.xlsx: 10 câu hỏi"), "{}", taken.body);
        let again = officer.upload("/office/surveys", file, &[("survey", "mot-cua")]).await;
        assert!(again.status == 422 && again.body.contains("Đã có cuộc điều tra “mot-cua”"));
        // The same form does not replace itself unasked.
        let more = officer.upload(&format!("{DESK}/upload"), file, &[]).await;
        assert!(more.status == 422 && more.body.contains("Thay mẫu phiếu cùng mã"), "{}", more.body);
        let more = officer.upload(&format!("{DESK}/upload"), file, &[("replace", "1")]).await;
        assert_eq!(more.status, 200);

        // With blanks left, there is nothing to publish.
        let desk = officer.get(DESK).await;
        assert!(desk.body.contains("chỗ phải điền") && desk.body.contains(&format!("{DESK}/fill")));
        let page = officer.get(&format!("{DESK}/changes")).await;
        assert!(page.body.contains("còn chỗ ghi “[Xin điền") && page.body.contains("Chưa công bố được"));
        let sha256 = draft(&app).await.sha256();
        let refused = officer.post(&format!("{DESK}/publish"), &[("sha256", &sha256)]).await;
        assert_eq!(refused.status, 422);
        fill_in(&mut officer).await;

        // A mistake is named by file and line, and mended where it is.
        save(&mut officer, "targets.csv", "unit,group,target,population\nkhong-co,nhom,12,\n").await;
        let desk = officer.get(DESK).await;
        assert!(desk.body.contains("“khong-co”") && desk.body.contains("targets.csv"), "{}", desk.body);
        let preview = officer.get(&format!("{DESK}/preview/mot-cua")).await;
        assert!(preview.status == 422 && preview.body.contains("Chưa xem thử được"));
        let target = format!("unit\tgroup\ttarget\tpopulation\ndon-vi\tnhom\t{PEOPLE}\t{PEOPLE}\n");
        save(&mut officer, "targets.csv", &target).await;
        assert!(officer.get(DESK).await.body.contains("Không có lỗi."));

        let first = officer.get(&format!("{DESK}/changes")).await;
        assert!(first.body.contains("Đây là phiên bản đầu tiên"));
        publish(&mut officer).await;
        let desk = officer.get(DESK).await;
        assert!(desk.body.contains("Phiên bản 1 (“1”), công bố ngày 02/03/2026"), "{}", desk.body);
        assert!(desk.body.contains("phieu round create --survey mot-cua"));

        // A round of it is answered, opened and scored.
        let published = app.office.published_survey("mot-cua", Some(1)).await.unwrap();
        let round = round(&app, &published.files, "dot-1").await;
        let preview = officer.post(&format!("{DESK}/preview/mot-cua"), &[("form", "{}"), ("page", "0")]).await;
        for invited in app.office.invited(&round).await.unwrap() {
            let mut browser = app.browser();
            let mut at = browser.begin(&invited.code.compact()).await.location.unwrap();
            while at != "/phieu/check" {
                let page = browser.get(&at).await;
                if at == "/phieu/q/1" {
                    // What was tried out is what respondents see.
                    assert_eq!(questions(&page.body), questions(&preview.body));
                }
                let next = browser.post(&at, &borrowed(&answers(&page.body))).await;
                assert_eq!(next.status, 303, "{}", next.body);
                at = next.location.unwrap();
            }
            assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
        }
        app.finish(&round).await;
        let round = app.office.round("dot-1").await.unwrap();
        let facts = app.office.facts(&round).await.unwrap();
        let results = results(&facts, &round.survey, &round.survey.rule);
        assert_eq!(results.criteria[0].n, Some(PEOPLE as u64));
        assert!(results.criteria[0].score.is_some());
    }

    async fn a_draft_is_thrown_away_only_as_it_was_seen(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let ask = officer.get(&format!("{DESK}/discard")).await;
        assert!(ask.body.contains("không lấy lại được"));
        let seen = hidden(&ask.body, "sha256");
        save(&mut officer, "units.csv", "code,short,name_vi,name_en\ndon-vi,,Một cửa,Desk\n").await;
        let refused = officer.post(&format!("{DESK}/discard"), &[("sha256", &seen)]).await;
        assert!(refused.status == 422 && refused.body.contains("Bản nháp đã thay đổi"));
        let seen = hidden(&officer.get(&format!("{DESK}/discard")).await.body, "sha256");
        let gone = officer.post(&format!("{DESK}/discard"), &[("sha256", &seen)]).await;
        assert_eq!(gone.location.as_deref(), Some("/office/surveys"));
        assert_eq!(officer.get(DESK).await.status, 404);
        let acts: Vec<String> = app.office.store.read().await.unwrap().audit_log().await.unwrap()
            .into_iter().map(|entry| entry.act).collect();
        assert!(acts.ends_with(&["survey.draft".to_owned(), "survey.discard".to_owned()]));
    }

    async fn files_leave_as_they_are_and_forms_as_workbooks(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let file = officer.get(&format!("{DESK}/download?name=targets.csv")).await;
        assert_eq!(Some(file.body.as_str()), draft(&app).await.text("targets.csv"));
        let attached = |name: &str| ("content-disposition".to_owned(), format!("attachment; filename=\"{name}\""));
        assert!(file.headers.contains(&attached("targets.csv")), "{:?}", file.headers);
        for path in ["download?name=none.csv", "download?form=none", "file?name=../etc", "preview/none", "changes?version=7"] {
            assert_eq!(officer.get(&format!("{DESK}/{path}")).await.status, 404, "{path}");
        }
        // A form may be left out, the survey's own files not.
        for (name, stays) in [("units.csv", true), ("forms/mot-cua.toml", false)] {
            let sha256 = draft(&app).await.sha256();
            let text = draft(&app).await.text(name).unwrap().to_owned();
            let fields = [("sha256", &*sha256), ("name", name), ("remove", "1"), ("text", &text)];
            let done = officer.post(&format!("{DESK}/file"), &fields).await;
            assert_eq!((done.status, draft(&app).await.text(name).is_some()), (303, stays), "{name}");
        }
    }
}
