//! Uploads that mean harm, and requests of others.

use super::{DESK, completed, draft, workbook};
use std::io::Write;
use zip::{ZipWriter, write::SimpleFileOptions};

/// A small archive that would unpack to far more than a workbook needs.
fn bomb() -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    (0..400).for_each(|_| archive.write_all(&zeros).unwrap());
    archive.finish().unwrap().into_inner()
}

on_both_engines! {
    async fn an_upload_that_is_no_workbook_gets_a_clear_answer(app: TestApp) {
        let mut officer = app.officer().await;
        let bomb = bomb();
        assert!(bomb.len() < 1 << 20);
        let huge = vec![b'P'; (10 << 20) + 1];
        let uploads: [(&[u8], u16, &str); 5] = [
            (b"PK\x03\x04 and then nothing", 422, "Tệp bị hỏng"),
            (b"type,name\ntext,a\n", 422, "không phải tệp Excel"),
            (&bomb, 422, "lớn hơn nhiều so với"),
            (&huge, 413, "10 MB"),
            (b"", 422, "Xin chọn một tệp Excel"),
        ];
        for (bytes, status, said) in uploads {
            let name = if bytes.is_empty() { "" } else { "a.xlsx" };
            let answered = officer.upload("/office/surveys", ("workbook", name, bytes), &[]).await;
            assert_eq!(answered.status, status, "{said}");
            assert!(answered.body.contains(said), "{said} is not in {}", answered.body);
        }
        // An id that cannot stand in an address becomes one that can, or is refused.
        let good = workbook("docs/mot-cua.xlsx");
        let file = ("workbook", "mot-cua.xlsx", &good[..]);
        for id in ["../../etc", "<script>", "...", "___"] {
            officer.upload("/office/surveys", file, &[("survey", id)]).await;
        }
        for survey in app.office.surveys().await.unwrap() {
            assert!(survey.id.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)), "{}", survey.id);
            assert!(officer.get(&format!("/office/surveys/{}", survey.id)).await.status == 200);
        }
        let long = "x".repeat(5_000);
        let answered = officer.upload("/office/surveys", file, &[("survey", &long)]).await;
        assert_eq!(answered.status, 413);
        assert_eq!(officer.post("/office/surveys", &[("workbook", "x")]).await.status, 400);
    }

    async fn only_the_office_comes_in_and_from_its_own_pages(app: TestApp) {
        let mut officer = app.officer().await;
        completed(&mut officer).await;
        let sha256 = draft(&app).await.sha256();
        let mut stranger = officer.clone();
        stranger.cookies.clear();
        let paths = ["", "/fill", "/file?name=units.csv", "/download?name=units.csv", "/changes", "/discard", "/preview/mot-cua"];
        for path in paths {
            let turned_away = stranger.get(&format!("{DESK}{path}")).await;
            assert_eq!(turned_away.status, 303, "{path}");
            assert!(turned_away.location.unwrap().starts_with("/office/login"), "{path}");
        }
        for path in ["/begin", "/raise", "/fill", "/file", "/publish", "/discard", "/preview/mot-cua"] {
            let turned_away = stranger.post(&format!("{DESK}{path}"), &[("sha256", &sha256)]).await;
            assert!(turned_away.location.unwrap().starts_with("/office/login"), "{path}");
            // A form of another site, with the session's cookie.
            let forged = officer.post_from("https://elsewhere.example", &format!("{DESK}{path}"), &[("sha256", &sha256)]).await;
            assert_eq!(forged.status, 403, "{path}");
        }
        let good = workbook("docs/mot-cua.xlsx");
        for path in ["/office/surveys".to_owned(), format!("{DESK}/upload")] {
            let turned_away = stranger.upload(&path, ("workbook", "a.xlsx", &good), &[]).await;
            assert!(turned_away.location.unwrap().starts_with("/office/login"), "{path}");
        }
        assert_eq!(draft(&app).await.sha256(), sha256);
        assert!(app.office.survey_in_hand("mot-cua").await.unwrap().versions.is_empty());
        // Addresses to which only forms are sent lead back.
        for path in ["/begin", "/raise", "/publish", "/upload"] {
            assert_eq!(officer.get(&format!("{DESK}{path}")).await.location.as_deref(), Some(DESK));
        }
        assert_eq!(officer.get("/office/surveys/khong-co").await.status, 404);
    }
}
