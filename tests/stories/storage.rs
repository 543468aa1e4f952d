//! Every function of storage, on both engines, without the rest of the program around it.

use crate::support::{Small, TestApp};
use phieu::{
    fieldwork::{
        AccessCode, BoxPrivateKey, CellState, Draft, DraftKey, Gate, Policy, Receipt, RoundState,
        Said,
    },
    storage::{
        AuditEntry, Begun, CellRow, CodeState, NewInvitation, NewLabel, NewPart, NewPerson,
        NewRound, Opened, OpenedResponse, ReceiptState, Received, Save, Saved, Start, Store,
        StratumRow, Submit, Tx, first_broken_link,
    },
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

on_both_engines! {
    async fn facts_are_noted_and_corrected(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
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
        assert_eq!(again.read().await.unwrap().fact("weather").await.unwrap().as_deref(), Some("sun"));
        again.close().await;
        assert!(again.read().await.is_err());
    }

    async fn a_round_is_set_up_opened_and_closed_once(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        assert_eq!(tx.survey_files(&Small::new(1, 1).bundle().sha256()).await.unwrap().unwrap(), Small::new(1, 1).bundle().to_json());
        assert_eq!(tx.survey_files("none").await.unwrap(), None);
        let sha256 = Small::new(1, 1).bundle().sha256();
        let again = NewRound { id: Uuid::new_v4(), code: "b", survey_sha256: &sha256, closes_on: None, lease: 5, synthetic: false };
        assert!(!tx.set_up_round(&again).await.unwrap());
        assert!(tx.set_up_round(&NewRound { code: "a", ..again }).await.unwrap());
        let codes: Vec<String> = tx.rounds().await.unwrap().into_iter().map(|row| row.code).collect();
        assert_eq!(codes, ["a", "b"]);
        assert!(tx.round("c").await.unwrap().is_none());

        assert!(!tx.close_round(round, 77).await.unwrap());
        assert!(tx.open_round(round, &[7; 32], "2026-03-02").await.unwrap());
        assert!(!tx.open_round(round, &[8; 32], "2026-03-03").await.unwrap());
        let row = tx.round("b").await.unwrap().unwrap();
        assert_eq!((row.state, row.box_key, row.opened_on.as_deref()), (RoundState::Open, Some(vec![7; 32]), Some("2026-03-02")));
        assert_eq!((row.closes_on.as_deref(), row.lease, row.synthetic), (Some("2026-03-31"), 60_000, true));
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
        let (a, b) = (new_stratum(&mut tx, round, "so-b", "nd").await, new_stratum(&mut tx, round, "so-A", "nd").await);
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
        assert_eq!((stored.len(), stored[9].name.as_str(), stored[9].draw_rank), (75, "Nguyễn Thị 9", None));
        assert!(tx.uninvited(round).await.unwrap().is_empty());

        tx.release_people(&[(stratum, "P003", 1, 0), (stratum, "P001", 2, 0), (stratum, "P002", 3, 1)]).await.unwrap();
        let mut waiting = tx.uninvited(round).await.unwrap();
        waiting.sort_by_key(|(.., rank, _)| *rank);
        let keys: Vec<&str> = waiting.iter().map(|(_, key, ..)| key.as_str()).collect();
        assert_eq!(keys, ["P003", "P001", "P002"]);

        let cell = new_cell(stratum, 0);
        tx.add_cells(round, std::slice::from_ref(&cell)).await.unwrap();
        let invitations = [new_invitation(stratum, "P003", 1), new_invitation(stratum, "P001", 2)];
        tx.add_invitations(round, &invitations).await.unwrap();
        let parts = invitations.each_ref().map(|one| NewPart { id: Uuid::new_v4(), invitation: one.id, cell: cell.id });
        tx.add_parts(&parts).await.unwrap();
        let mut found = tx.parts_in(cell.id).await.unwrap();
        found.sort_unstable();
        let mut wanted = parts.each_ref().map(|part| part.id);
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert_eq!(tx.uninvited(round).await.unwrap().len(), 1);
        let invited = tx.invited_people(round).await.unwrap();
        assert_eq!((invited.len(), invited[1].0, invited[1].1.frame_key.as_str()), (2, invitations[1].id, "P001"));
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

    async fn an_act_that_was_altered_or_removed_shows(app: TestApp) {
        let mut tx = app.office.store.write().await.unwrap();
        for number in 0..4 {
            tx.record_act(1_000 + number, "cli", "test", &json!({ "number": number })).await.unwrap();
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
        let mut tx = app.office.store.write().await.unwrap();
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

    async fn the_desk_and_the_intake_carry_an_answer(app: TestApp) {
        let field = Field::open(&app, 2).await;
        let hash = field.codes[0].hash(&app.office.secrets.public.lookup);
        assert!(app.desk.entry(&[9; 32]).await.unwrap().is_none());
        let entry = app.desk.entry(&hash).await.unwrap().unwrap();
        assert_eq!((entry.code_state, entry.state, entry.parts.len()), (CodeState::Live, RoundState::Open, 1));
        assert_eq!((entry.unit.as_str(), entry.group.as_str(), entry.parts[0].full), ("so-tnmt", "nd", false));
        let book = app.desk.book(field.round).await.unwrap().unwrap();
        assert_eq!((book.code.as_str(), book.synthetic, book.round_key.is_some()), ("b", true, true));
        assert!(app.desk.book(Uuid::new_v4()).await.unwrap().is_none());
        assert_eq!(app.desk.state(field.round).await.unwrap(), (RoundState::Open, None));
        assert!(app.desk.state(Uuid::new_v4()).await.is_err());

        let (part, draft, key) = (entry.parts[0].id, Uuid::new_v4(), DraftKey::new([5; 32]));
        let body = |answer: usize| key.encrypt(&Draft { reached: answer, ..Draft::default() }, draft, [3; 24]).unwrap();
        assert!(app.desk.draft(draft).await.unwrap().is_none());
        let start = Start { part, draft, issue: 0, body: body(1) };
        assert_eq!(app.intake.start(Start { part: Uuid::new_v4(), ..start.clone() }).await.unwrap(), Begun::Unknown);
        assert_eq!(app.intake.start(start).await.unwrap(), Begun::Yes);
        let first = app.desk.draft(draft).await.unwrap().unwrap();
        assert_eq!((first.version, first.lease_until, first.parts), (0, app.clock.now() + 60_000, 1));
        app.wait(1_000);
        assert_eq!(app.intake.save(Save { draft: Arc::clone(&first), body: body(2) }).await.unwrap(), Saved::Yes);
        assert_eq!(app.intake.save(Save { draft: first, body: body(3) }).await.unwrap(), Saved::Stale);
        let second = app.desk.fresh_draft(draft).await.unwrap().unwrap();
        assert_eq!((second.version, second.lease_until), (1, app.clock.now() + 60_000));
        assert_eq!(key.decrypt(&second.body, draft).unwrap().reached, 2);

        let receipt = key.receipt();
        let submit = Submit { draft, part, issue: 0, receipt_before: receipt.before(book.round_key.as_ref().unwrap()), body: vec![1; 40] };
        assert_eq!(app.intake.submit(submit.clone()).await.unwrap(), Received::Yes);
        assert_eq!(app.intake.submit(submit.clone()).await.unwrap(), Received::Yes);
        let other = Submit { receipt_before: [4; 32], ..submit };
        assert_eq!(app.intake.submit(other).await.unwrap(), Received::Gone);
        assert_eq!(app.intake.save(Save { draft: second, body: body(4) }).await.unwrap(), Saved::Gone);
        assert!(app.desk.fresh_draft(draft).await.unwrap().is_none());

        let lasting = &app.office.secrets.public.receipt;
        assert_eq!(app.desk.receipt(&book, &receipt).await.unwrap(), Some(ReceiptState::Received));
        assert_eq!(app.desk.find_receipt(&receipt, lasting).await.unwrap(), Some(ReceiptState::Received));
        assert_eq!(app.desk.find_receipt(&Receipt::new([1; 16]), lasting).await.unwrap(), None);
        assert_eq!(app.desk.withdraw(&Receipt::new([1; 16]), lasting).await.unwrap(), None);
        assert_eq!(app.desk.withdraw(&receipt, lasting).await.unwrap(), Some(ReceiptState::Withdrawn));
        assert_eq!(app.desk.receipt(&book, &receipt).await.unwrap(), Some(ReceiptState::Withdrawn));
    }

    async fn the_counts_of_the_field_are_kept(app: TestApp) {
        let field = Field::open(&app, 4).await;
        app.intake.say(field.invitations[3].id, Said::Refused).await.unwrap();
        for (number, at) in [0, 0, 1].into_iter().enumerate() {
            field.submit(&app, at, u8::try_from(number).unwrap()).await;
        }
        let start = Start { part: field.parts[2], draft: Uuid::new_v4(), issue: 0, body: vec![0; 40] };
        app.intake.start(start).await.unwrap();
        assert_eq!(app.intake.reclaim().await.unwrap(), 0);
        app.wait(61_000);
        // In a cell of drawn people nobody holds a place that could be taken back.
        assert_eq!(app.intake.reclaim().await.unwrap(), 0);

        let mut tx = app.office.store.write().await.unwrap();
        assert_eq!(tx.daily_counts(field.round).await.unwrap()[0].started_shown, 0);
        tx.refresh_daily_counts().await.unwrap();
        let shown = tx.daily_counts(field.round).await.unwrap().remove(0);
        assert_eq!((shown.started_shown, shown.conflicts_shown), (3, 1));
        assert_eq!(tx.declined(field.round).await.unwrap(), [(field.stratum, 1)]);
        assert_eq!(tx.submits_by_day(field.round).await.unwrap(), [("2026-03-02".to_owned(), 2)]);
        assert_eq!(tx.last_lease(field.round).await.unwrap(), Some(app.clock.now() - 1_000));
        assert_eq!(tx.last_lease(Uuid::new_v4()).await.unwrap(), None);
    }

    async fn the_box_is_taken_and_emptied_as_one(app: TestApp) {
        let field = Field::open(&app, 6).await;
        for (number, at) in [0, 0, 1, 2, 3, 4].into_iter().enumerate() {
            field.submit(&app, at, u8::try_from(number).unwrap()).await;
        }
        app.intake.say(field.invitations[5].id, Said::NotEligible).await.unwrap();
        let mut tx = app.office.store.write().await.unwrap();
        assert!(tx.close_round(field.round, app.clock.now()).await.unwrap());
        let contents = tx.take_box(field.round).await.unwrap();
        assert_eq!((contents.parts.len(), contents.sealed.len()), (6, 6));
        let twice = contents.parts.iter().find(|part| part.id == field.parts[0]).unwrap();
        assert_eq!((twice.submits, twice.gate, twice.started, twice.said), (2, Gate::Counted, true, None));
        let other = contents.parts.iter().find(|part| part.id == field.parts[5]).unwrap();
        assert_eq!((other.submits, other.said), (0, Some(Said::NotEligible)));
        let ordinals = contents.sealed.iter().filter(|one| one.part == field.parts[0]).map(|one| one.ordinal);
        assert_eq!(ordinals.collect::<Vec<_>>(), [1, 2]);
        assert!(contents.sealed.iter().all(|one| !one.withdrawn && !one.misdirected && one.body.len() == 40));

        let opened = field.opened();
        tx.empty_box(field.round, &opened).await.unwrap();
        let label = tx.labels(field.round).await.unwrap().remove(0);
        assert_eq!((label.id, label.cells, label.n), (opened.labels[0].id, vec![field.cell], 5));
        assert_eq!(tx.responses(field.round).await.unwrap().len(), 5);
        let outcomes = tx.outcomes(field.round).await.unwrap();
        assert_eq!((outcomes.len(), outcomes[0].outcome.as_str(), outcomes[0].n), (1, "answered", 5));
        let left = tx.take_box(field.round).await.unwrap();
        assert!(left.sealed.is_empty());
        assert!(left.parts.iter().all(|part| !part.started && part.submits == 0 && part.said.is_none() && part.gate == Gate::Unasked));
        tx.commit().await.unwrap();

        // A response can still be withdrawn by its receipt, and only by that.
        let (lasting, receipt) = (&app.office.secrets.public.receipt, Receipt::new([7; 16]));
        assert_eq!(app.desk.find_receipt(&receipt, lasting).await.unwrap(), None);
        let mut tx = app.office.store.write().await.unwrap();
        let mut late = Opened { labels: Vec::new(), receipts: vec![(receipt.after(lasting), false)], ..Opened::default() };
        late.responses.push(OpenedResponse { id: Uuid::new_v4(), label: label.id, answers: "{}".to_owned(), receipt_after: receipt.after(lasting) });
        tx.empty_box(field.round, &late).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.desk.find_receipt(&receipt, lasting).await.unwrap(), Some(ReceiptState::Received));
        assert_eq!(app.desk.withdraw(&receipt, lasting).await.unwrap(), Some(ReceiptState::Withdrawn));
        assert_eq!(app.office.store.read().await.unwrap().responses(field.round).await.unwrap().len(), 5);
    }

    async fn fewer_than_five_never_share_a_label(app: TestApp) {
        let field = Field::open(&app, 1).await;
        let mut tx = app.office.store.write().await.unwrap();
        let mut opened = field.opened();
        opened.labels[0].n = 4;
        assert!(tx.empty_box(field.round, &opened).await.is_err());
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

/// A round in the field, written with storage alone: one stratum, one cell.
struct Field {
    round: Uuid,
    stratum: Uuid,
    cell: Uuid,
    invitations: Vec<NewInvitation>,
    codes: Vec<AccessCode>,
    parts: Vec<Uuid>,
}

impl Field {
    async fn open(app: &TestApp, people: usize) -> Self {
        let secrets = &app.office.secrets;
        let mut tx = app.office.store.write().await.unwrap();
        let round = new_round(&mut tx, "b").await;
        let stratum = new_stratum(&mut tx, round, "so-tnmt", "nd").await;
        let cell = CellRow {
            form: "hai-long".to_owned(),
            subject: "so-tnmt".to_owned(),
            ..new_cell(stratum, 0)
        };
        tx.add_cells(round, std::slice::from_ref(&cell)).await.unwrap();
        let mut field = Self {
            round,
            stratum,
            cell: cell.id,
            invitations: Vec::new(),
            codes: Vec::new(),
            parts: Vec::new(),
        };
        for number in 0..people {
            let mut one = new_invitation(
                stratum,
                &format!("P{number:03}"),
                i64::try_from(number).unwrap() + 1,
            );
            let code = AccessCode::derive(secrets.codes().unwrap(), one.id, 0);
            one.code_hash = code.hash(&secrets.public.lookup);
            let part = NewPart { id: Uuid::new_v4(), invitation: one.id, cell: cell.id };
            field.parts.push(part.id);
            tx.add_invitations(round, std::slice::from_ref(&one)).await.unwrap();
            tx.add_parts(&[part]).await.unwrap();
            field.invitations.push(one);
            field.codes.push(code);
        }
        let key: BoxPrivateKey = secrets.create_round(round).unwrap();
        assert!(tx.open_round(round, &key.public().to_bytes(), "2026-03-02").await.unwrap());
        tx.commit().await.unwrap();
        field
    }

    /// Begins and submits the part of the person at `at`; `number` makes its receipt.
    async fn submit(&self, app: &TestApp, at: usize, number: u8) {
        let (part, draft) = (self.parts[at], Uuid::new_v4());
        let start = Start { part, draft, issue: 0, body: vec![0; 40] };
        assert_eq!(app.intake.start(start).await.unwrap(), Begun::Yes);
        let submit =
            Submit { draft, part, issue: 0, receipt_before: [number; 32], body: vec![number; 40] };
        assert_eq!(app.intake.submit(submit).await.unwrap(), Received::Yes);
    }

    /// What five opened answers leave.
    fn opened(&self) -> Opened {
        let label = NewLabel {
            id: Uuid::new_v4(),
            cells: vec![self.cell],
            form: "hai-long".to_owned(),
            form_version: "1".to_owned(),
            subject: "so-tnmt".to_owned(),
            mode: "web".to_owned(),
            n: 5,
        };
        let response = |number: u8| OpenedResponse {
            id: Uuid::new_v4(),
            label: label.id,
            answers: format!(r#"{{"hai_long":{number}}}"#),
            receipt_after: [number; 32],
        };
        Opened {
            responses: (1..=5).map(response).collect(),
            receipts: (1..=6).map(|number| ([number; 32], false)).collect(),
            texts: vec![(Uuid::new_v4(), "y_kien".to_owned(), "tốt".to_owned())],
            outcomes: BTreeMap::from([((self.cell, "answered"), 5)]),
            labels: vec![label],
        }
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
