//! A box whose key three people hold, away from the server.

use crate::{
    program::{Field, Place, survey_folder},
    support::{Small, TestApp},
};
use phieu::{
    conduct::{ConductError, Round},
    fieldwork::{BoxPrivateKey, KeyShare, Keyholders, recover},
    storage::SplitRow,
};
use std::{io::Write, path::Path, process::Stdio};
use uuid::Uuid;

/// Splits a new key, or the one that `shares` give, away from the server.
fn split(shares: &[KeyShare], number: u8) -> (Keyholders, Vec<KeyShare>) {
    let mut rng = rand::rng();
    let key = match shares {
        [] => BoxPrivateKey::generate(&mut rng),
        shares => recover(shares).unwrap(),
    };
    Keyholders::split(&key, number, &["An", "Bình", "Chi"].map(str::to_owned), rng)
}

fn refused<T: std::fmt::Debug>(result: Result<T, ConductError>, key: &str) {
    match result {
        Err(ConductError::Refused(text)) => assert_eq!(text.key(), key, "{text}"),
        other => panic!("{key} was expected: {other:?}"),
    }
}

/// Every file below a folder, with what is in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

async fn open_with(app: &TestApp, round: &Round, shares: &[&KeyShare], refusal: &str) {
    let shares: Vec<KeyShare> = shares.iter().map(|share| (*share).clone()).collect();
    refused(app.office.open_box(round, &shares).await, refusal);
}

on_both_engines! {
    async fn a_round_opens_after_a_rehearsal_and_its_box_with_any_two_shares(app: TestApp) {
        let office = &app.office;
        let round = app.drawn_round(&Small::new(6, 6)).await;
        let (known, shares) = split(&[], 1);
        refused(office.rehearse(&round, &shares).await, "keys.no_holders_yet");
        office.register_keyholders(&round, &known).await.unwrap();
        refused(office.open_round(&round).await, "keys.not_rehearsed");
        refused(office.rehearse(&round, &shares[..1]).await, "keys.too_few");
        let after = office.rehearse(&round, &shares[..2]).await.unwrap();
        assert_eq!(after.to_rehearse(), [3]);
        refused(office.open_round(&round).await, "keys.not_rehearsed");
        let mut officer = app.officer().await;
        let page = officer.get("/office").await.body;
        assert!(page.contains("phieu round rehearse") && page.contains("2 trong 3"), "{page}");

        // Another key, and nothing that was rehearsed with the first counts.
        let (known, shares) = split(&[], 1);
        office.register_keyholders(&round, &known).await.unwrap();
        refused(office.open_round(&round).await, "keys.not_rehearsed");
        assert_eq!(office.rehearse(&round, &shares).await.unwrap().to_rehearse(), [0u8; 0]);
        office.open_round(&round).await.unwrap();

        // No file of the server holds a key of the box.
        let key = recover(&shares).unwrap().to_bytes();
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        for (name, content) in files(&app.folder) {
            assert!(!name.contains("/box-"), "{name}");
            let holds = |what: &[u8]| content.windows(what.len()).any(|window| window == what);
            assert!(!holds(&key) && !holds(digits.as_bytes()), "{name}");
        }
        let invited = office.invited(&office.round("nho").await.unwrap()).await.unwrap();
        for one in &invited {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), "4").await;
            assert_eq!(browser.submit().await.status, 303);
        }
        let mut stranger = app.browser();
        stranger.get(&format!("/p/{}", invited[0].code.compact())).await;
        let page = stranger.get("/phieu").await.body;
        assert!(page.contains("không nằm trên máy chủ"), "{page}");
        assert!(!page.contains("lấy khóa hòm phiếu"), "{page}");

        // The second share is lost: the other two people split the key again.
        let (stranger, _) = split(&[], 9);
        let row = office.round("nho").await.unwrap();
        refused(office.register_keyholders(&row, &stranger).await, "keys.other_key");
        refused(office.register_keyholders(&row, &known).await, "keys.older_public");
        let (again, new) = split(&[shares[0].clone(), shares[2].clone()], 2);
        office.register_keyholders(&row, &again).await.unwrap();
        refused(office.rehearse(&row, &shares).await, "keys.older_split");
        assert_eq!(office.rehearse(&row, &new[1..]).await.unwrap().to_rehearse(), [1]);

        let row = app.closed(&round).await;
        let (_, others) = split(&[], 2);
        open_with(&app, &row, &[], "keys.needs_shares").await;
        open_with(&app, &row, &[&new[1]], "keys.too_few").await;
        open_with(&app, &row, &[&new[1], &new[1]], "keys.twice").await;
        open_with(&app, &row, &[&new[1], &others[0]], "keys.other_box").await;
        open_with(&app, &row, &[&shares[0], &shares[2]], "keys.older_split").await;
        let page = app.officer().await.get("/office").await.body;
        assert!(page.contains("--share"), "{page}");
        let unsealed = office.open_box(&row, &[new[2].clone(), new[1].clone()]).await.unwrap();
        assert_eq!((unsealed.responses, unsealed.labels), (6, 1));
        let row = office.round("nho").await.unwrap();
        refused(office.register_keyholders(&row, &again).await, "keys.opened_already");
        refused(office.rehearse(&row, &new).await, "keys.opened_already");
        let acts = office.store.read().await.unwrap().audit_log().await.unwrap();
        let opened = acts.iter().find(|act| act.act == "box.open").unwrap();
        assert!(opened.detail.contains(r#""shares":[3,2]"#), "{}", opened.detail);
    }

    async fn a_round_with_its_key_on_the_server_stays_so(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(5, 5)).await;
        let (known, shares) = split(&[], 1);
        refused(app.office.register_keyholders(&round, &known).await, "keys.not_split");
        let mut browser = app.browser();
        browser.get(&format!("/p/{}", invited[0].code.compact())).await;
        let page = browser.get("/phieu").await.body;
        assert!(page.contains("lấy khóa hòm phiếu"), "{page}");
        assert!(!page.contains("không nằm trên máy chủ"), "{page}");
        let round = app.closed(&round).await;
        open_with(&app, &round, &[&shares[0], &shares[1]], "keys.needs_no_shares").await;
        app.office.open_box(&round, &[]).await.unwrap();
    }

    async fn a_split_replaces_another_with_its_rehearsals(app: TestApp) {
        let (mut tx, round) = (app.office.store.write().await.unwrap(), Uuid::new_v4());
        assert_eq!(tx.box_split(round).await.unwrap(), None);
        for split in [1, 2] {
            let row = SplitRow { split, document: format!("split {split}") };
            tx.keep_box_split(round, &row).await.unwrap();
            assert_eq!(tx.box_split(round).await.unwrap(), Some(row));
            assert_eq!(tx.rehearsals(round).await.unwrap(), []);
            for (number, day) in [(3, "2026-03-01"), (1, "2026-03-01"), (3, "2026-03-02")] {
                tx.note_rehearsal(round, number, day).await.unwrap();
            }
            let expected = [(1, "2026-03-01".to_owned()), (3, "2026-03-02".to_owned())];
            assert_eq!(tx.rehearsals(round).await.unwrap(), expected);
        }
        assert_eq!(tx.rehearsals(Uuid::new_v4()).await.unwrap(), []);
    }
}

#[test]
fn keyholders_meet_at_the_command_line() {
    let place = Place::sqlite();
    let path = |name: &str| place.folder.join(name).display().to_string();
    let field = Field { group: "nd", people: 7, target: 7, hard: false };
    survey_folder(&[field], &place.folder.join("survey"));
    let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
    (0..7).for_each(|at| list.push_str(&format!("P{at};Nguyễn {at};so-tnmt;nd\n")));
    std::fs::write(path("list.csv"), list).unwrap();
    std::fs::write(path("reasons.csv"), "unit,group,reason\nso-tnmt,nd,thử\n").unwrap();
    let run = |arguments: &str| {
        place.run(
            &arguments
                .split(' ')
                .map(str::to_owned)
                .collect::<Vec<_>>()
                .iter()
                .map(|a| &a[..])
                .collect::<Vec<_>>(),
        )
    };
    run(&format!("round create --survey {} --code r1 --synthetic", path("survey"))).done(&[]);
    run(&format!("frame import --round r1 {}", path("list.csv"))).done(&[]);
    run(&format!("frame freeze --round r1 --reasons {}", path("reasons.csv"))).done(&[]);
    run("draw --round r1 --public-value 48213 --source lot").done(&[]);

    run("keys make --out usb --holder An").refused(2, &["ba lần"]);
    run("keys make --out usb --round r1").done(&["share-3.html", "box-public.json"]);
    run("keys make --out usb").refused(2, &["không trống"]);
    run("round keyholders r1 --public usb/share-1.txt").refused(1, &["box-public.json"]);
    run("round keyholders r1 --public usb/box-public.json").done(&["ba người giữ khóa"]);
    run("round open r1").refused(1, &["1, 2, 3", "chưa qua diễn tập"]);
    run("round rehearse r1 --share usb/share-1.txt").refused(1, &["mới có 1"]);
    run("round rehearse r1 --share usb/share-1.txt --share usb/none.txt").refused(2, &["none.txt"]);
    let rehearse = "round rehearse r1 --share usb/share-1.txt --share";
    run(&format!("{rehearse} usb/share-2.txt")).done(&["số 1, 2", "Còn phải diễn tập", "số 3"]);

    // The third keyholder types from the sheet, first with a mistake.
    let share = std::fs::read_to_string(path("usb/share-3.txt")).unwrap();
    let typed = share.lines().last().unwrap().to_uppercase().replace(' ', "  ");
    let type_in = |line: &str| {
        let arguments = format!("{rehearse} -");
        let mut program = place
            .command()
            .args(arguments.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        program.stdin.take().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
        let output = program.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (last, instead) =
        (typed.chars().last().unwrap(), if typed.ends_with('Q') { "P" } else { "Q" });
    let (code, out, said) = type_in(&format!("{}{instead}", typed.strip_suffix(last).unwrap()));
    assert_eq!((code, &out[..]), (Some(1), ""), "{said}");
    assert!(said.contains("bàn phím") && said.contains("nhóm thứ 15"), "{said}");
    let (code, out, said) = type_in(&typed);
    assert_eq!(code, Some(0), "{said}");
    assert!(out.contains("số 1, 3") && out.contains("Cả ba"), "{out}");

    run("round open r1").done(&["r1"]);
    run("keys replace --share usb/share-3.txt --out usb2").refused(1, &["mới có 1"]);
    let two = "--share usb/share-3.txt --share usb/share-1.txt";
    run(&format!("keys replace {two} --out usb2")).done(&["lần chia 2"]);
    run("keys check --share usb2/share-2.txt").done(&["số 2", "lần chia 2"]);
    run("round keyholders r1 --public usb2/box-public.json").done(&["diễn tập lại"]);
    run("round close r1").done(&["r1"]);
    run("round open-box r1").refused(1, &["--share"]);
    run(&format!("round open-box r1 {two}")).refused(1, &["đã được thay"]);
}
