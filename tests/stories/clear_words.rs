//! Whatever goes wrong on the command line: clear words, in the operator's language, on
//! standard error, and the exit code that scripts rely on. 1 the data forbid it, 2 usage or
//! environment, 3 the database; nothing of it is half done.

use crate::program::{Field, Place, Ran, survey_folder};
use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

const LIST: &str = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n\
    P1;Nguyễn Văn An;so-tnmt;nd\nP2;Trần Thị Bình;so-tnmt;nd\nP3;Lê Văn Chi;so-tnmt;nd\n";

const BAD_LIST: &str = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n\
    P1;Nguyễn Văn An;so-tnmt;nd\nP2;Trần Thị Bình;khong-co;nd\nP3;Lê Văn Chi;so-tnmt;xx\n\
    ;;so-tnmt;nd\n";

/// Runs a command in both languages, which refuses in both.
fn refused(place: &Place, arguments: &[&str], code: i32, vi: &[&str], en: &[&str]) {
    place.run(arguments).refused(code, vi);
    place.run(&[arguments, &["--lang", "en"]].concat()).refused(code, en);
}

fn file(place: &Place, name: &str, content: &str) -> String {
    let path = place.folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The folder of a survey of at most three people.
fn survey(place: &Place) -> String {
    let folder = place.folder.join("survey");
    let field = Field { group: "nd", people: 3, target: 3, hard: false };
    survey_folder(&[field], &folder);
    folder.to_str().unwrap().to_owned()
}

/// An installation with the round `r1`.
fn with_a_round() -> Place {
    let place = Place::sqlite();
    let survey = survey(&place);
    let made = place.run(&["round", "create", "--survey", &survey, "--code", "r1"]);
    assert_eq!(made.done(&["r1", "hai-long-2022"]).err, "");
    place
}

/// An installation whose round `r1` is drawn.
fn with_a_draw() -> Place {
    let place = with_a_round();
    let list = file(&place, "list.csv", LIST);
    let reasons = file(&place, "reasons.csv", "unit,group,reason\nso-tnmt,nd,test\n");
    place.run(&["frame", "import", "--round", "r1", &list]).done(&[]);
    place.run(&["frame", "freeze", "--round", "r1", "--reasons", &reasons]).done(&["3"]);
    let drawn = ["draw", "--round", "r1", "--public-value", "12345", "--source", "xổ số"];
    place.run(&drawn).done(&["3"]);
    place
}

#[test]
fn a_mistake_in_usage_is_exit_code_2_and_help_is_a_result() {
    let place = Place::sqlite();
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["round", "open"],
        &["draw"],
        &["draw", "verify"],
        &["draw", "verify", "--record", "draw.json"],
        &["serve", "--listen", "nowhere"],
        &["--nonsense"],
    ] {
        place.run(arguments).refused(2, &["--"]);
    }
    assert_eq!(place.run(&["--help"]).done(&["round", "score"]).err, "");
    assert_eq!(place.run(&["--version"]).done(&["phieu"]).err, "");
    place.run(&["--lang", "xx", "round", "list"]).refused(2, &["“xx”", "vi, en"]);
    assert!(!place.folder.join("round.db").exists(), "a refused command left a database behind");
}

#[test]
fn an_address_that_is_none_is_exit_code_2() {
    let place = Place::sqlite();
    for url in ["mysql://localhost/x", "round.db", "sqlite:", "postgres:/x"] {
        let arguments = ["--database", url, "round", "list"];
        let (vi, en) = (["không phải địa chỉ", "sqlite:"], ["not the address", "sqlite:FILE"]);
        refused(&place, &arguments, 2, &vi, &en);
    }
    let secret = ["--database", "mysql://phieu:mat-khau@localhost/x", "round", "list"];
    assert!(!place.run(&secret).err.contains("mat-khau"), "a password was shown");
}

#[test]
fn a_database_that_cannot_be_reached_is_exit_code_3() {
    let place = Place::sqlite();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("postgres://phieu:mat-khau@{closed}/phieu");
    let since = Instant::now();
    let (vi, en) = (["Không kết nối được", "refused"], ["cannot be reached", "refused"]);
    refused(&place, &["--database", &nobody, "round", "list"], 3, &vi, &en);
    assert!(since.elapsed() < Duration::from_secs(5), "it took {:?}", since.elapsed());
    assert!(!place.run(&["--database", &nobody, "round", "list"]).err.contains("mat-khau"));

    let server = crate::support::postgres_url();
    let unknown = format!("{}/khong-co", server.rsplit_once('/').unwrap().0);
    let (vi, en) = (["Không kết nối được", "khong-co"], ["cannot be reached", "khong-co"]);
    refused(&place, &["--database", &unknown, "round", "list"], 3, &vi, &en);

    let no_folder = format!("sqlite:{}", place.folder.join("none/round.db").display());
    let (vi, en) = (["Không kết nối được", "none/round.db"], ["cannot be reached"]);
    refused(&place, &["--database", &no_folder, "round", "list"], 3, &vi, &en);

    let text = file(&place, "letter.txt", "This is a letter, and by no means a database of ours.");
    let arguments = ["--database", &format!("sqlite:{text}"), "round", "list"];
    refused(&place, &arguments, 3, &["letter.txt", "not a database"], &["cannot be reached"]);
    assert!(fs::read_to_string(&text).unwrap().starts_with("This is a letter"));
}

#[test]
fn secrets_that_are_wrong_missing_or_open_to_others_are_exit_code_2() {
    let place = with_a_round();
    let list = ["round", "list"];
    let with = |secrets: &Path| {
        let secrets = secrets.to_str().unwrap().to_owned();
        move |more: &[&str]| -> Vec<String> {
            let own = ["--secrets", secrets.as_str()];
            own.iter().chain(more).map(|&argument| argument.to_owned()).collect()
        }
    };
    let refused = |arguments: Vec<String>, vi: &[&str], en: &[&str]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        refused(&place, &arguments, 2, vi, en);
    };

    let missing = place.folder.join("none");
    refused(
        with(&missing)(&list),
        &["Không thấy khóa", "none", "PHIEU_SECRETS"],
        &["The secrets of this database are not in", "none"],
    );
    assert!(!missing.exists(), "new secrets were made for an old database");

    let other = Place::sqlite();
    other.run(&list).done(&[]);
    let others = &other.secrets;
    refused(with(others)(&list), &["không phải của"], &["are not those of this database"]);

    let serve = ["serve", "--listen", "127.0.0.1:0"];
    fs::set_permissions(&place.secrets, Permissions::from_mode(0o755)).unwrap();
    refused(with(&place.secrets)(&serve), &["chmod 700"], &["Others can read", "chmod 700"]);
    fs::set_permissions(&place.secrets, Permissions::from_mode(0o700)).unwrap();

    let key = place.secrets.join("public/cookie.key");
    let kept = fs::read(&key).unwrap();
    fs::write(&key, "short").unwrap();
    refused(with(&place.secrets)(&list), &["cookie.key", "64"], &["cookie.key", "64"]);
    fs::remove_file(&key).unwrap();
    refused(with(&place.secrets)(&list), &["cookie.key"], &["cookie.key"]);
    fs::write(&key, kept).unwrap();
    place.run(&list).done(&["r1"]);
}

#[test]
fn a_port_in_use_is_exit_code_2() {
    let place = Place::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["serve", "--listen", &address];
    refused(
        &place,
        &arguments,
        2,
        &["chương trình khác", &address],
        &["Another program", &address],
    );
    // An address that is nobody's on this machine.
    let arguments = ["serve", "--listen", "192.0.2.1:8080"];
    refused(&place, &arguments, 2, &["192.0.2.1:8080"], &["192.0.2.1:8080"]);
    let demo = place.bare_command().args(["demo", "--listen", &address]).output().unwrap();
    assert_eq!(demo.status.code(), Some(2));
}

#[test]
fn an_unknown_round_is_exit_code_1_and_the_known_ones_are_named() {
    let place = Place::sqlite();
    let score = ["score", "--round", "r2"];
    refused(&place, &score, 1, &["r2", "phieu round create"], &["r2", "none has been set up"]);
    let place = with_a_round();
    refused(&place, &score, 1, &["“r2”", "r1"], &["“r2”", "r1"]);
    for arguments in
        [&["round", "open", "r2"][..], &["round", "close", "r2"], &["round", "open-box", "r2"]]
    {
        refused(&place, arguments, 1, &["“r2”"], &["“r2”"]);
    }
}

#[test]
fn a_step_before_its_time_is_exit_code_1() {
    let place = with_a_round();
    let survey = survey(&place);
    let arguments = ["round", "create", "--survey", &survey, "--code", "r1"];
    refused(&place, &arguments, 1, &["r1", "hãy chọn tên khác"], &["r1"]);
    refused(&place, &["score", "--round", "r1"], 1, &["chưa mở"], &["has not been opened"]);
    refused(&place, &["frame", "freeze", "--round", "r1"], 1, &["nhập danh sách"], &["r1"]);
    let draw = ["draw", "--round", "r1", "--public-value", "12345", "--source", "x"];
    refused(&place, &draw, 1, &["chốt danh sách"], &["r1"]);
    refused(&place, &["round", "open", "r1"], 1, &["chưa chọn mẫu"], &["r1"]);
    refused(&place, &["round", "close", "r1"], 1, &["đang mở"], &["r1"]);
    refused(&place, &["round", "open-box", "r1"], 1, &["chưa đóng"], &["r1"]);
    refused(&place, &["draw", "verify", "--round", "r1"], 1, &["chưa chọn mẫu"], &["r1"]);
    assert_eq!(place.run(&["round", "list"]).done(&["r1\tsetup"]).err, "");
}

#[test]
fn of_a_bad_list_every_bad_row_is_named_and_nobody_is_imported() {
    let place = with_a_round();
    let (bad, good) = (file(&place, "bad.csv", BAD_LIST), file(&place, "good.csv", LIST));
    let import = |path: &str| ["frame", "import", "--round", "r1", path].map(str::to_owned);
    let run = |path: &str, language: &str| {
        let arguments = import(path);
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(["--lang", language]);
        place.run(&arguments)
    };
    run(&bad, "vi").refused(
        1,
        &["bad.csv, dòng 3, cột C", "“khong-co”", "dòng 4, cột D", "“xx”", "dòng 5", "3 lỗi"],
    );
    run(&bad, "en").refused(1, &["bad.csv, row 3, column C", "row 4", "row 5", "3 problems"]);
    place.run(&["frame", "freeze", "--round", "r1"]).refused(1, &["nhập danh sách"]);

    run(&good, "vi").done(&["3"]);
    // A later bad list leaves the good one as it is.
    run(&bad, "vi").refused(1, &["3 lỗi"]);
    let reasons = file(&place, "reasons.csv", "unit,group,reason\nso-tnmt,nd,test\n");
    let freeze = ["frame", "freeze", "--round", "r1", "--reasons", &reasons];
    assert!(place.run(&freeze).done(&["3 người"]).out.contains("SHA-256"));
}

#[test]
fn a_file_that_cannot_be_read_or_written_is_exit_code_2() {
    let place = with_a_draw();
    let folder = place.folder.to_str().unwrap();
    for path in ["none.csv", folder] {
        let arguments = ["frame", "import", "--round", "r1", path];
        refused(&place, &arguments, 2, &["Không đọc được", path], &["cannot be read", path]);
    }
    for path in ["none", "/dev/null"] {
        refused(&place, &["survey", "check", path], 2, &[path], &["cannot be read", path]);
    }
    let reasons = ["frame", "freeze", "--round", "r1", "--reasons", "none.csv"];
    refused(&place, &reasons, 2, &["none.csv"], &["none.csv"]);
    place.run(&["round", "open", "r1"]).done(&["3"]);
    let export =
        ["invite", "export", "--round", "r1", "--address", "https://x", "--out", "no/out.csv"];
    refused(&place, &export, 2, &["Không ghi được", "no/out.csv"], &["cannot be written"]);
    let date = ["round", "create", "--survey", "survey", "--code", "r3", "--closes", "31/02/2026"];
    refused(&place, &date, 2, &["31/02/2026"], &["31/02/2026"]);
    file(&place, "phieu.toml", "databse = \"x\"\n");
    refused(&place, &["round", "list"], 2, &["phieu.toml", "databse"], &["phieu.toml", "databse"]);
}

#[test]
fn mistakes_in_a_survey_are_exit_code_1_with_file_and_line() {
    let place = Place::sqlite();
    let folder = survey(&place);
    let check = ["survey", "check", &folder];
    assert_eq!(place.run(&check).done(&["không có lỗi"]).err, "");
    let spoil = |name: &str, from: &str, to: &str| {
        let path = Path::new(&folder).join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    spoil("forms/hai-long.toml", "required = true", "requird = true");
    spoil("targets.csv", "so-tnmt,nd,3", "so-tnmt,khong-co,3");
    for (language, words) in [("vi", "“required”"), ("en", "Did you mean “required”")] {
        let ran = place.run(&[&check[..], &["--lang", language]].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let lines: Vec<&str> = ran.out.lines().map(str::trim).collect();
        let line = lines.iter().find(|line| line.starts_with("forms/hai-long.toml:")).unwrap();
        assert!(line.contains(words) && line.contains("hai_long"), "{line}");
        assert!(lines.iter().any(|line| line.starts_with("targets.csv:2:")), "{ran:?}");
        assert!(ran.err.trim().split(' ').any(|word| word.parse::<usize>().is_ok()), "{ran:?}");
    }
    let create = ["round", "create", "--survey", &folder, "--code", "r1"];
    place.run(&create).refused(1, &["forms/hai-long.toml:", "targets.csv:2:"]);
    assert_eq!(place.run(&["round", "list"]).done(&[]).out, "");
}

#[test]
fn the_demo_touches_no_database_but_its_own() {
    let place = with_a_round();
    let file = PathBuf::from(place.database.strip_prefix("sqlite:").unwrap());
    let demo = ["demo", "--exit"];
    refused(&place, &demo, 1, &["round.db", "không phải của bản demo"], &["not the demo's"]);
    assert!(file.exists());
    place.run(&["round", "list"]).done(&["r1\tsetup"]);
}

#[test]
fn a_tampered_draw_is_exit_code_1_and_its_first_difference_is_named() {
    let place = with_a_draw();
    let proved = place.run(&["draw", "verify", "--round", "r1"]);
    assert_eq!(proved.done(&["Đúng", "3 người"]).err, "");
    let out = place.folder.join("draw");
    let to = out.to_str().unwrap();
    place.run(&["draw", "export", "--round", "r1", "--to", to]).done(&["draw.json"]);
    let (record, frame) = (out.join("draw.json"), out.join("frame.txt"));
    let (record, frame) = (record.to_str().unwrap(), frame.to_str().unwrap());
    let verify = ["draw", "verify", "--record", record, "--frame", frame];
    // Anywhere, without the database.
    let elsewhere = |arguments: &[&str]| Ran::of(Place::sqlite().bare_command().args(arguments));
    assert_eq!(elsewhere(&verify).done(&["Đúng", "3 người"]).err, "");

    let good = fs::read_to_string(record).unwrap();
    let tamper = |field: &str, value: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_str(&good).unwrap();
        json["strata"][0][field] = value;
        fs::write(record, json.to_string()).unwrap();
    };
    tamper("sample", 2.into());
    elsewhere(&verify).refused(1, &["so-tnmt × nd", "sample", "“2”", "“3”"]);
    let english = elsewhere(&[&verify[..], &["--lang", "en"]].concat());
    english.refused(1, &["stratum so-tnmt × nd, sample", "it says “2” where “3” is right"]);
    tamper("order_sha256", "00".repeat(32).into());
    elsewhere(&verify).refused(1, &["so-tnmt × nd", "order_sha256"]);

    fs::write(record, good.replace("12345", "54321")).unwrap();
    elsewhere(&verify).refused(1, &["seed"]);
    fs::write(record, "{}").unwrap();
    elsewhere(&verify).refused(1, &[]);
    fs::write(record, &good).unwrap();
    let people = fs::read_to_string(frame).unwrap();
    fs::write(frame, people.replacen("P3", "P4", 1)).unwrap();
    elsewhere(&verify).refused(1, &["frame_sha256"]);
}

#[test]
fn results_that_nobody_takes_end_the_program_quietly_and_a_full_disk_does_not() {
    let place = with_a_draw();
    place.run(&["round", "open", "r1"]).done(&[]);
    let folder = place.folder.join("survey");
    for arguments in [
        &["survey", "show", folder.to_str().unwrap()][..],
        &["round", "list"],
        &["draw", "verify", "--round", "r1"],
        &["invite", "export", "--round", "r1", "--address", "https://x"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = place.command().args(arguments).stdout(full).output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.contains("No space left") && !err.contains("panicked"), "{err}");

        let mut running = place
            .command()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(running.stdout.take());
        let ran = running.wait_with_output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert!(!err.contains("panicked") && !err.contains("os error"), "{err}");
        assert_eq!(ran.status.code(), Some(0), "{arguments:?}: {err}");
    }
}
