//! Planning a sample: on the command line from a survey's files and from a round's list, and on
//! the office's page, which shows the same and changes nothing.

use crate::{
    program::{Place, Ran},
    support::folder,
};
use phieu::{
    conduct::{PopulationSource, RoundPlan},
    sampling::Upload,
    survey::Bundle,
};
use std::{fmt::Write, fs, path::Path};

const SURVEY: &str = "surveys/so-tnmt-2024";

/// The survey of this repository in a folder of its own.
fn survey(place: &Place) -> String {
    let to = place.folder.join("survey");
    for (name, text) in folder(SURVEY) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    to.to_str().unwrap().to_owned()
}

/// A list of as many people as `targets.csv` says, and two more leaders of the office.
fn list(targets: &str) -> String {
    let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
    for line in targets.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let more = if fields[..2] == ["van-phong", "ld"] { 2 } else { 0 };
        for person in 0..fields[3].parse::<usize>().unwrap() + more {
            let (unit, group) = (fields[0], fields[1]);
            writeln!(list, "{unit}.{group}.{person};Nguyễn Văn {person};{unit};{group}").unwrap();
        }
    }
    list
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.done(&[]).out).unwrap()
}

fn rows<'a>(plan: &'a serde_json::Value, what: &str) -> &'a Vec<serde_json::Value> {
    plan[what].as_array().unwrap()
}

#[test]
fn the_plan_of_a_survey_is_a_table_a_document_and_the_next_targets() {
    let place = Place::sqlite();
    let folder = survey(&place);
    let plan = |more: &[&str]| place.run(&[&["plan", "--survey", &folder][..], more].concat());
    let as_set = plan(&[]);
    as_set.done(&["Chỉ tiêu đang đặt", "Tổng thể (N)", "Sai số (±)", "6.040", "Theo đơn vị"]);
    assert!(as_set.err.contains("nguồn độc lập"), "{as_set:?}");
    plan(&["--lang", "en"]).done(&["The targets as they are set", "Population (N)", "6,040"]);

    let wanted = ["--margin", "5", "--margin-all", "2,5", "--response-rate", "100"];
    let new = place.folder.join("moi.csv");
    let written = [&wanted[..], &["--json", "--csv", new.to_str().unwrap()]].concat();
    let ran = plan(&written);
    assert!(ran.err.contains("28 ô") && ran.err.contains("moi.csv"), "{ran:?}");
    let made = json(&ran);
    assert_eq!((&made["survey"], &made["round"]), (&"so-tnmt-2024".into(), &().into()));
    assert_eq!(
        (&made["populations"], &made["request"]["method"]),
        (&"independent".into(), &"margins".into())
    );
    for unit in rows(&made, "units") {
        assert!(unit["margin"].as_f64().unwrap() <= 0.05 + 1e-9, "{unit}");
        assert_eq!(unit["reach"], "kept");
    }
    let total = made["all"]["wanted"].as_u64().unwrap();
    assert!(
        made["fewest"].as_u64().unwrap() <= total && total <= made["fewest"].as_u64().unwrap() + 9
    );

    // The file takes the place of the survey's: it is well, and says what the plan said.
    fs::copy(&new, Path::new(&folder).join("targets.csv")).unwrap();
    place.run(&["survey", "check", &folder]).done(&["không có lỗi"]);
    let again = json(&plan(&["--json", "--response-rate", "100"]));
    assert_eq!(again["all"]["wanted"], total);
    assert_eq!(again["all"]["margin"], made["all"]["margin"]);
    assert!(!place.folder.join("round.db").exists(), "a plan of files needs no database");
}

#[test]
fn margins_out_of_reach_are_named_beside_the_plan() {
    let place = Place::sqlite();
    let folder = survey(&place);
    let plan = ["plan", "--survey", &folder, "--margin", "3", "--response-rate", "70"];
    let ran = place.run(&plan);
    ran.done(&["không đạt", "điều tra toàn bộ"]);
    assert!(ran.err.contains("không thể đạt sai số ±\u{a0}3,0"), "{ran:?}");
    let ran = place.run(&[&plan[..], &["--lang", "en"]].concat());
    assert!(ran.err.contains("a margin of ±\u{a0}3.0% is out of reach"), "{ran:?}");
}

fn refused(place: &Place, arguments: &[&str], code: i32, vi: &[&str], en: &[&str]) {
    place.run(arguments).refused(code, vi);
    place.run(&[arguments, &["--lang", "en"]].concat()).refused(code, en);
}

#[test]
fn what_cannot_be_planned_is_explained() {
    let place = Place::sqlite();
    let folder = survey(&place);
    for arguments in [
        &["plan"][..],
        &["plan", "--survey", &folder, "--round", "r1"],
        &["plan", "--survey", &folder, "--method", "best"],
        &["plan", "--survey", &folder, "--frobnicate"],
    ] {
        place.run(arguments).refused(2, &["--"]);
    }
    let plan = |more: &[&'static str]| [&["plan", "--survey", folder.as_str()][..], more].concat();
    for (more, vi, en) in [
        (&["--margin", "năm"][..], "--margin: “năm” không phải tỷ lệ", "“năm” is not a percentage"),
        (&["--margin", "60"], "không quá 50", "up to 50"),
        (
            &["--response-rate", "xx=50"],
            "--response-rate: Không có nhóm đối tượng mã “xx”. Các nhóm: ld, cc, nd, dn",
            "“xx”. Known: ld",
        ),
        (&["--share", "80"], "NHÓM=TỶ_LỆ", "GROUP=PERCENTAGE"),
        (&["--n", "1e3"], "“1e3” không phải số nguyên dương", "positive whole number"),
        (&["--method", "equal"], "--n: Phương pháp này cần", "--n: This method needs"),
        (&["--method", "margins"], "cần ít nhất một mức sai số", "needs a margin"),
        (&["--method", "current", "--n", "9"], "không dùng --n", "does not use --n"),
        (
            &["--margin-all", "3", "--method", "official"],
            "chỉ dùng với",
            "are for --method margins",
        ),
    ] {
        refused(&place, &plan(more), 2, &[vi], &[en]);
    }
    refused(&place, &plan(&["--n", "60"]), 1, &["cần ít nhất"], &["are not enough"]);
    let unwritable = plan(&["--csv", "no/targets.csv"]);
    refused(&place, &unwritable, 2, &["Không ghi được no/targets.csv"], &["cannot be written"]);
    refused(&place, &["plan", "--survey", "none"], 2, &["Không đọc được"], &["cannot be read"]);
    refused(&place, &["plan", "--round", "r1"], 1, &["“r1”"], &["“r1”"]);

    let path = Path::new(&folder).join("targets.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("cc,110,400", "cc,110,").replace("cc,20,32", "cc,20,")).unwrap();
    let (vi, en) = (
        ["van-phong, đối tượng cc (và 1 ô khác)"],
        ["van-phong, group cc is not known (nor that of 1"],
    );
    refused(&place, &plan(&[]), 1, &vi, &en);
    fs::write(&path, text.replace("van-phong,ld,6", "van-phong,ld,x")).unwrap();
    refused(&place, &plan(&[]), 1, &["targets.csv:2:"], &["targets.csv:2:"]);
}

/// The plan of a round on the command line, by its list of people.
fn by_its_list(place: &Place) {
    let folder = survey(place);
    let targets = fs::read_to_string(Path::new(&folder).join("targets.csv")).unwrap();
    let create = ["round", "create", "--survey", &folder, "--code", "r1", "--synthetic"];
    place.run(&create).done(&["r1"]);
    let plan = ["plan", "--round", "r1", "--json"];
    let before = json(&place.run(&plan));
    assert_eq!((&before["populations"], &before["round"]), (&"independent".into(), &"r1".into()));
    let file = place.folder.join("list.csv");
    fs::write(&file, list(&targets)).unwrap();
    place.run(&["frame", "import", "--round", "r1", file.to_str().unwrap()]).done(&["6042"]);
    let after = json(&place.run(&plan));
    assert_eq!(after["populations"], "list");
    assert_eq!(after["all"]["population"], 6_042);
    // The two leaders that the independent total does not know are no population of the file.
    let new = place.folder.join("moi.csv");
    let method = ["--method", "official", "--csv", new.to_str().unwrap()];
    let ran = place.run(&[&["plan", "--round", "r1"][..], &method].concat());
    assert!(ran.done(&[]).err.contains("1 ô") && ran.err.contains("van-phong × ld"), "{ran:?}");
    let text = fs::read_to_string(&new).unwrap();
    assert!(text.contains("van-phong,ld,8,\n") && text.contains("thanh-tra,ld,4,4\n"), "{text}");
    fs::copy(&new, Path::new(&folder).join("targets.csv")).unwrap();
    place.run(&["survey", "check", &folder]).done(&["không có lỗi"]);
}

#[test]
fn a_round_is_planned_by_its_list_on_sqlite() {
    by_its_list(&Place::sqlite());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_is_planned_by_its_list_on_postgres() {
    let place = Place::postgres();
    // The schema has to be there before the program is told about it.
    place.office().await.store.close().await;
    by_its_list(&place);
    place.remove().await;
}

on_both_engines! {
    async fn the_page_plans_by_what_is_known_of_the_people_and_changes_nothing(app: TestApp) {
        let files = folder(SURVEY);
        let targets = files.iter().find(|(name, _)| name == "targets.csv").unwrap().1.clone();
        let plan = RoundPlan { code: "r1".into(), closes_on: None, lease: None, synthetic: true };
        let round = app.office.set_up_round(&Bundle::new(files).unwrap(), &plan).await.unwrap();
        let mut browser = app.officer().await;
        let acts = async || app.office.store.read().await.unwrap().audit_log().await.unwrap().len();
        let page = "/office/rounds/r1/plan";
        let shown = browser.get(page).await;
        assert_eq!(shown.status, 200);
        assert!(shown.body.contains("nguồn độc lập") && shown.body.contains("6.040"));

        let people = list(&targets);
        let upload = Upload { name: "list.csv", bytes: people.as_bytes(), sheet: None };
        app.office.import_frame(&round, &[upload]).await.unwrap();
        let known = acts().await;
        let basis = app.office.plan_basis(&round).await.unwrap();
        assert_eq!(basis.source, PopulationSource::List);
        let counted =
            app.office.store.read().await.unwrap().people_by_stratum(round.row.id).await.unwrap();
        assert_eq!(counted.len(), 28);
        assert_eq!(counted.iter().map(|(_, people)| people).sum::<i64>(), 6_042);
        let shown = browser.get(&format!("{page}?method=margins&margin=5&response-rate=90")).await;
        assert_eq!(shown.status, 200);
        for said in ["danh sách đã nhập", "6.042", "Đạt sai số mong muốn", "không đạt", "±\u{a0}5,0"] {
            assert!(shown.body.contains(said), "{said}");
        }
        assert_eq!(shown.body.matches("<table").count(), 3);
        let wrong = browser.get(&format!("{page}?margin=0")).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(acts().await, known, "looking at a plan is no act");

        let reasons = [(phieu::sampling::Stratum::new("van-phong", "ld"), "hai người mới".into())];
        app.office.freeze_frame(&round, &reasons).await.unwrap();
        app.office.draw_sample(&round, "12345", "a test", "").await.unwrap();
        let basis = app.office.plan_basis(&round).await.unwrap();
        assert_eq!(basis.source, PopulationSource::Draw);
        assert_eq!(basis.cells.iter().map(|cell| cell.population).sum::<u64>(), 6_042);
        browser.get("/office?lang=en").await;
        let shown = browser.get(page).await;
        for said in ["list that the sample was drawn from", "6,042", "Sample size and targets"] {
            assert!(shown.body.contains(said), "{said}");
        }
    }
}
