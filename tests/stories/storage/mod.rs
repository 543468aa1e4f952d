//! Every function of storage, on both engines, without the rest of the program around it.

mod field;
mod surveys;

use crate::support::Small;
use phieu::{
    fieldwork::{CellState, Policy, RoundState},
    storage::{
        AuditEntry, CellRow, NewInvitation, NewPart, NewPerson, NewRound, PublicationRow, Store,
        StratumRow, Tx, first_broken_link,
    },
};
use serde_json::json;
use uuid::Uuid;

on_both_engines! {
    async fn facts_are_noted_and_corrected(app: TestApp) {
        let mut tx: Tx = app.office.store.write().await.unwrap();
        assert_eq!(tx.fact("weather").await.unwrap(), None);
        for weather in ["rain", "sun"] {
            tx.note_fact("weather", weather).await.unwrap();
            assert_eq!(tx.fact("weather").await.unwrap().as_deref(), Some(weather));
        }
        tx.commit().await.unwrap();
        let engine = if app.address.file().is_some() { "SQLite" } else { "PostgreSQL" };
        assert_eq!(app.office.store.engine(), engine);
    }

    async fn work_that_is_not_committed_never_happened(app: TestApp) {
        let store = &app.office.store;
        let mut earlier = store.read().await.unwrap();
        assert_eq!(earlier.fact("weather").await.unwrap(), None);
        let mut dropped = store.write().await.unwrap();
        dropped.note_fact("weather", "hail").await.unwrap();
        drop(dropped);
        assert_eq!(store.read().await.unwrap().fact("weather").await.unwrap(), None);
        let mut kept = store.write().await.unwrap();
        kept.note_fact("weather", "sun").await.unwrap();
        kept.commit().await.unwrap();
        // Who began to read before sees one state of the database throughout.
        assert_eq!(earlier.fact("weather").await.unwrap(), None);
        drop(earlier);
        store.sweep().await.unwrap();
        app.desk.is_well().await.unwrap();
        // Opening it again finds everything in its place.
        let again = Store::open(&app.address).await.unwrap();
        assert_eq!(
            again.read().await.unwrap().fact("weather").await.unwrap().as_deref(),
            Some("sun")
        );
        again.close().await;
        assert!(again.read().await.is_err());
    }

    async fn a_round_is_set_up_opened_and_closed_once(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        assert_eq!(
            tx.survey_files(&Small::new(1, 1).bundle().sha256()).await.unwrap().unwrap(),
            Small::new(1, 1).bundle().to_json()
        );
        assert_eq!(tx.survey_files("none").await.unwrap(), None);
        let sha256 = Small::new(1, 1).bundle().sha256();
        let again = NewRound {
            id: Uuid::new_v4(),
            code: "b",
            survey_sha256: &sha256,
            closes_on: None,
            lease: 5,
            synthetic: false,
        };
        assert!(!tx.set_up_round(&again).await.unwrap());
        assert!(tx.set_up_round(&NewRound { code: "a", ..again }).await.unwrap());
        let codes: Vec<String> =
            tx.rounds().await.unwrap().into_iter().map(|row| row.code).collect();
        assert_eq!(codes, ["a", "b"]);
        assert!(tx.round("c").await.unwrap().is_none());

        assert!(!tx.close_round(round, 77).await.unwrap());
        assert!(tx.open_round(round, &[7; 32], "2026-03-02").await.unwrap());
        assert!(!tx.open_round(round, &[8; 32], "2026-03-03").await.unwrap());
        let row = tx.round("b").await.unwrap().unwrap();
        assert_eq!(
            (row.state, row.box_key, row.opened_on.as_deref()),
            (RoundState::Open, Some(vec![7; 32]), Some("2026-03-02"))
        );
        assert_eq!(
            (row.closes_on.as_deref(), row.lease, row.synthetic),
            (Some("2026-03-31"), 60_000, true)
        );
        assert!(tx.close_round(round, 77).await.unwrap());
        assert!(!tx.close_round(round, 78).await.unwrap());
        let row = tx.round("b").await.unwrap().unwrap();
        assert_eq!((row.state, row.last_extension), (RoundState::Closed, Some(77)));

        for (number, kind) in (1..).zip(["freeze", "draw", "release", "release"]) {
            assert_eq!(tx.add_record(round, kind, "{}").await.unwrap(), number);
        }
        let records = tx.records(round).await.unwrap();
        assert_eq!((records.len(), records[1].kind.as_str(), records[3].number), (4, "draw", 4));
        assert!(tx.records(Uuid::new_v4()).await.unwrap().is_empty());
        assert!(tx.add_record(round, "wish", "{}").await.is_err());
    }

    async fn strata_and_cells_hold_what_is_owed(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        let (a, b) = (
            new_stratum(&mut tx, round, "so-b", "nd").await,
            new_stratum(&mut tx, round, "so-A", "nd").await,
        );
        let known = tx.unit("so-b", Uuid::new_v4()).await.unwrap();
        assert_eq!(tx.unit("so-b", Uuid::new_v4()).await.unwrap(), known);
        tx.set_stratum_target(a, 12).await.unwrap();
        tx.set_stratum_counts(a, Some(40), 9).await.unwrap();
        let strata = tx.strata(round).await.unwrap();
        // Sorted by their bytes, whatever the locale of the server.
        assert_eq!([strata[0].id, strata[1].id], [b, a]);
        assert_eq!((strata[1].target, strata[1].population, strata[1].released), (12, Some(40), 9));

        let cells: Vec<CellRow> = (0..75).map(|at| new_cell(a, at)).collect();
        tx.add_cells(round, &cells).await.unwrap();
        let mut stored = tx.cells(round).await.unwrap();
        assert_eq!(stored.len(), 75);
        stored.sort_by_key(|cell| cell.position);
        assert_eq!(stored, cells);
        let cell = cells[0].id;
        tx.add_released(cell, 3).await.unwrap();
        tx.add_released(cell, 4).await.unwrap();
        assert!(tx.set_cell_target(cell, 2).await.unwrap());
        let row = tx.cells(round).await.unwrap().into_iter().find(|row| row.id == cell).unwrap();
        assert_eq!((row.released, row.state.target), (7, 2));
        tx.commit().await.unwrap();

        // A target below what has come is refused, and so is more than the target.
        let mut tx = app.office.store.write().await.unwrap();
        let mut full = new_cell(b, 0);
        full.state = CellState { target: 5, completed: 3, held: 2, ..full.state };
        tx.add_cells(round, &[full.clone()]).await.unwrap();
        assert!(!tx.set_cell_target(full.id, 4).await.unwrap());
        let mut beyond = new_cell(b, 1);
        beyond.state = CellState { target: 5, completed: 3, held: 3, ..beyond.state };
        assert!(tx.add_cells(round, &[beyond]).await.is_err());
    }

    async fn people_are_imported_assigned_released_and_invited(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        let stratum = new_stratum(&mut tx, round, "so", "nd").await;
        let people: Vec<NewPerson> = (0..75).map(|number| new_person(stratum, number)).collect();
        tx.add_people(&people).await.unwrap();
        assert_eq!(tx.remove_frame(round).await.unwrap(), 75);
        assert!(tx.people(round).await.unwrap().is_empty());
        tx.add_people(&people).await.unwrap();
        tx.unassign(&[(stratum, "P074".to_owned())]).await.unwrap();
        let mut stored = tx.people(round).await.unwrap();
        stored.sort_by(|a, b| a.frame_key.cmp(&b.frame_key));
        assert_eq!(
            (stored.len(), stored[9].name.as_str(), stored[9].draw_rank),
            (75, "Nguyễn Thị 9", None)
        );
        assert!(tx.uninvited(round).await.unwrap().is_empty());

        tx.release_people(&[
            (stratum, "P003", 1, 0),
            (stratum, "P001", 2, 0),
            (stratum, "P002", 3, 1),
        ])
        .await
        .unwrap();
        let mut waiting = tx.uninvited(round).await.unwrap();
        waiting.sort_by_key(|(.., rank, _)| *rank);
        let keys: Vec<&str> = waiting.iter().map(|(_, key, ..)| key.as_str()).collect();
        assert_eq!(keys, ["P003", "P001", "P002"]);

        let cell = new_cell(stratum, 0);
        tx.add_cells(round, std::slice::from_ref(&cell)).await.unwrap();
        let invitations = [new_invitation(stratum, "P003", 1), new_invitation(stratum, "P001", 2)];
        tx.add_invitations(round, &invitations).await.unwrap();
        let parts = invitations.each_ref().map(|one| NewPart {
            id: Uuid::new_v4(),
            invitation: one.id,
            cell: cell.id,
        });
        tx.add_parts(&parts).await.unwrap();
        let mut found = tx.parts_in(cell.id).await.unwrap();
        found.sort_unstable();
        let mut wanted = parts.each_ref().map(|part| part.id);
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert_eq!(tx.uninvited(round).await.unwrap().len(), 1);
        let invited = tx.invited_people(round).await.unwrap();
        assert_eq!(
            (invited.len(), invited[1].0, invited[1].1.frame_key.as_str()),
            (2, invitations[1].id, "P001")
        );
        assert_eq!(invited[0].1.phone, "0912345678");
        let rows = tx.invitations(round).await.unwrap();
        assert_eq!((rows[0].id, rows[0].draw_rank, rows[0].issue), (invitations[0].id, 1, 0));
        let known = tx.known_codes(&[[1; 32], invitations[0].code_hash]).await.unwrap();
        assert_eq!(known, [invitations[0].code_hash.to_vec()]);
    }

    async fn a_frozen_frame_of_any_length_comes_back_as_it_was(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        assert_eq!(tx.frozen_frame(round).await.unwrap(), None);
        for text in ["ngắn".to_owned(), "Nguyễn Thị Ngọc Ánh\n".repeat(120_000)] {
            tx.keep_frozen_frame(round, &text).await.unwrap();
            assert!(tx.frozen_frame(round).await.unwrap() == Some(text));
        }
    }

    async fn published_versions_are_numbered_and_none_is_overwritten(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        assert_eq!(tx.publication(round).await.unwrap(), None);
        let version = |number: i64, document: &str| PublicationRow {
            number,
            day: "2026-03-05".to_owned(),
            document: document.to_owned(),
        };
        for number in 1..=11 {
            assert!(tx.keep_publication(round, &version(number, "{}")).await.unwrap());
        }
        assert!(!tx.keep_publication(round, &version(11, "[]")).await.unwrap());
        assert_eq!(tx.publication(round).await.unwrap(), Some(version(11, "{}")));
    }

    async fn an_act_that_was_altered_or_removed_shows(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        for number in 0..4 {
            tx.record_act(1_000 + number, "cli", "test", &json!({ "number": number }))
                .await
                .unwrap();
        }
        let log = tx.audit_log().await.unwrap();
        assert_eq!((log.len(), log[3].number, log[3].detail.as_str()), (4, 4, r#"{"number":3}"#));
        assert_eq!(first_broken_link(&log), None);
        let altered = |change: fn(&mut Vec<AuditEntry>)| {
            let mut log = log.clone();
            change(&mut log);
            first_broken_link(&log)
        };
        assert_eq!(altered(|log| log[1].actor = "nobody".to_owned()), Some(2));
        assert_eq!(altered(|log| log[2].at += 1), Some(3));
        assert_eq!(altered(|log| drop(log.remove(1))), Some(2));
        assert_eq!(altered(|log| log.swap(2, 3)), Some(3));
    }

    async fn office_sessions_begin_are_seen_grow_stale_and_end(app: TestApp) {
        let mut tx: Tx = app.office.store.write().await.unwrap();
        tx.begin_office_session(&[1; 32], 1_000, 0).await.unwrap();
        tx.begin_office_session(&[2; 32], 2_000, 0).await.unwrap();
        tx.see_office_session(&[1; 32], 5_000).await.unwrap();
        assert_eq!(tx.office_session(&[1; 32]).await.unwrap(), Some((1_000, 5_000)));
        tx.begin_office_session(&[3; 32], 6_000, 4_000).await.unwrap();
        assert_eq!(tx.office_session(&[2; 32]).await.unwrap(), None);
        tx.end_office_session(&[1; 32]).await.unwrap();
        assert_eq!(tx.office_session(&[1; 32]).await.unwrap(), None);
        assert_eq!(tx.office_session(&[3; 32]).await.unwrap(), Some((6_000, 6_000)));
        tx.end_all_office_sessions().await.unwrap();
        assert_eq!(tx.office_session(&[3; 32]).await.unwrap(), None);
    }

    async fn a_schema_of_tests_is_removed_with_everything_in_it(app: TestApp) {
        let twin = app.address.clone().in_schema(&format!("test_{}", Uuid::new_v4().simple()));
        if twin.file().is_none() {
            let store = Store::open(&twin).await.unwrap();
            let mut tx = store.write().await.unwrap();
            tx.note_fact("weather", "sun").await.unwrap();
            tx.commit().await.unwrap();
            store.close().await;
            Store::drop_schema(&twin).await.unwrap();
            let store = Store::open(&twin).await.unwrap();
            assert_eq!(store.read().await.unwrap().fact("weather").await.unwrap(), None);
            store.close().await;
        }
        Store::drop_schema(&twin).await.unwrap();
    }
}

async fn new_round(tx: &mut Tx, code: &str) -> Uuid {
    let (id, bundle) = (Uuid::new_v4(), Small::new(1, 1).bundle());
    for _ in 0..2 {
        tx.keep_survey(&bundle.sha256(), &bundle.to_json()).await.unwrap();
    }
    let new = NewRound {
        id,
        code,
        survey_sha256: &bundle.sha256(),
        closes_on: Some("2026-03-31"),
        lease: 60_000,
        synthetic: true,
    };
    assert!(tx.set_up_round(&new).await.unwrap());
    id
}

async fn new_stratum(tx: &mut Tx, round: Uuid, unit: &str, group: &str) -> Uuid {
    let id = Uuid::new_v4();
    let known = tx.unit(unit, Uuid::new_v4()).await.unwrap();
    let (unit, grp) = (unit.to_owned(), group.to_owned());
    let row = StratumRow { id, unit, grp, target: 5, population: None, released: 0 };
    tx.add_strata(round, &[(row, known)]).await.unwrap();
    id
}

fn new_cell(stratum: Uuid, position: i64) -> CellRow {
    CellRow {
        id: Uuid::new_v4(),
        stratum,
        unit: "so-b".to_owned(),
        group: "nd".to_owned(),
        form: format!("form-{position}"),
        subject: "so".to_owned(),
        position,
        population: Some(40),
        released: 0,
        state: CellState {
            policy: Policy::Drawn,
            target: 10,
            held: 0,
            completed: 0,
            over_allocation: 0,
        },
    }
}

fn new_person(stratum: Uuid, number: usize) -> NewPerson {
    NewPerson {
        stratum,
        frame_key: format!("P{number:03}"),
        name: format!("Nguyễn Thị {number}"),
        subject: String::new(),
        phone: "0912345678".to_owned(),
        email: String::new(),
        dossier: String::new(),
    }
}

fn new_invitation(stratum: Uuid, frame_key: &str, draw_rank: i64) -> NewInvitation {
    let id = Uuid::new_v4();
    let mut code_hash = [0; 32];
    code_hash[..16].copy_from_slice(id.as_bytes());
    NewInvitation { id, stratum, draw_rank, issue: 0, code_hash, frame_key: frame_key.to_owned() }
}
