//! What respondents read and write, and the box, with storage alone.

use super::{new_cell, new_invitation, new_round, new_stratum};
use crate::support::TestApp;
use phieu::{
    fieldwork::{
        AccessCode, BoxPrivateKey, Draft, DraftKey, Gate, Reason, Receipt, RoundState, Said,
    },
    storage::{
        Begun, Carry, CellRow, CodeState, NewInvitation, NewLabel, NewPart, Opened, OpenedResponse,
        ReceiptState, Received, Save, Saved, Say, Start, Submit,
    },
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

on_both_engines! {
    async fn the_desk_and_the_intake_carry_an_answer(app: TestApp) {
        let field = Field::open(&app, 2).await;
        let hash = field.codes[0].hash(&app.office.secrets.public.lookup);
        assert!(app.desk.entry(&[9; 32]).await.unwrap().is_none());
        let entry = app.desk.entry(&hash).await.unwrap().unwrap();
        assert_eq!(
            (entry.code_state, entry.state, entry.parts.len()),
            (CodeState::Live, RoundState::Open, 1)
        );
        assert_eq!(
            (entry.unit.as_str(), entry.group.as_str(), entry.parts[0].full),
            ("so-tnmt", "nd", false)
        );
        let book = app.desk.book(field.round).await.unwrap().unwrap();
        assert_eq!(
            (book.code.as_str(), book.synthetic, book.round_key.is_some()),
            ("b", true, true)
        );
        assert!(app.desk.book(Uuid::new_v4()).await.unwrap().is_none());
        let running = app.desk.running().await.unwrap();
        assert_eq!(running.iter().map(|book| book.id).collect::<Vec<_>>(), [field.round]);
        assert_eq!(app.desk.state(field.round).await.unwrap(), (RoundState::Open, None));
        assert!(app.desk.state(Uuid::new_v4()).await.is_err());

        let (part, draft, key) = (entry.parts[0].id, Uuid::new_v4(), DraftKey::new([5; 32]));
        let body = |answer: usize| {
            key.encrypt(&Draft { reached: answer, ..Draft::default() }, draft, [3; 24]).unwrap()
        };
        assert!(app.desk.draft(draft).await.unwrap().is_none());
        let start = Start { part, draft, issue: 0, body: body(1), notice: "n1".to_owned() };
        assert_eq!(
            app.intake.start(Start { part: Uuid::new_v4(), ..start.clone() }).await.unwrap(),
            Begun::Unknown
        );
        assert_eq!(app.intake.start(start).await.unwrap(), Begun::Yes);
        let first = app.desk.draft(draft).await.unwrap().unwrap();
        assert_eq!(
            (first.version, first.lease_until, first.parts),
            (0, app.clock.now() + 60_000, 1)
        );
        app.wait(1_000);
        assert_eq!(
            app.intake.save(Save { draft: Arc::clone(&first), body: body(2) }).await.unwrap(),
            Saved::Yes
        );
        assert_eq!(
            app.intake.save(Save { draft: first, body: body(3) }).await.unwrap(),
            Saved::Stale
        );
        let second = app.desk.fresh_draft(draft).await.unwrap().unwrap();
        assert_eq!((second.version, second.lease_until), (1, app.clock.now() + 60_000));
        assert_eq!(key.decrypt(&second.body, draft).unwrap().reached, 2);
        let invitation = app.desk.invitation_of(part).await.unwrap().unwrap();
        assert!(app.desk.invitation_of(draft).await.unwrap().is_none());
        assert!(app.desk.carried(invitation).await.unwrap().is_empty());
        let carry = Carry { draft, resume: vec![7; 72] };
        assert!(!app.intake.carry(Carry { draft: part, ..carry.clone() }).await.unwrap());
        assert!(app.intake.carry(carry).await.unwrap());
        assert_eq!(app.desk.carried(invitation).await.unwrap(), [(draft, vec![7; 72])]);
        assert_eq!(app.desk.fresh_draft(draft).await.unwrap().unwrap().version, 1);

        let receipt = key.receipt();
        let submit = Submit {
            draft,
            part,
            issue: 0,
            receipt_before: receipt.before(book.round_key.as_ref().unwrap()),
            body: vec![1; 40],
            took: None,
        };
        assert_eq!(app.intake.submit(submit.clone()).await.unwrap(), Received::Yes);
        assert_eq!(app.intake.submit(submit.clone()).await.unwrap(), Received::Yes);
        let other = Submit { receipt_before: [4; 32], ..submit };
        assert_eq!(app.intake.submit(other).await.unwrap(), Received::Gone);
        assert_eq!(
            app.intake.save(Save { draft: second, body: body(4) }).await.unwrap(),
            Saved::Gone
        );
        assert!(app.desk.fresh_draft(draft).await.unwrap().is_none());

        let lasting = &app.office.secrets.public.receipt;
        assert_eq!(app.desk.receipt(&book, &receipt).await.unwrap(), Some(ReceiptState::Received));
        assert_eq!(
            app.desk.find_receipt(&receipt, lasting).await.unwrap(),
            Some(ReceiptState::Received)
        );
        assert_eq!(app.desk.find_receipt(&Receipt::new([1; 16]), lasting).await.unwrap(), None);
        assert_eq!(app.desk.withdraw(&Receipt::new([1; 16]), lasting).await.unwrap(), None);
        assert_eq!(
            app.desk.withdraw(&receipt, lasting).await.unwrap(),
            Some(ReceiptState::Withdrawn)
        );
        assert_eq!(app.desk.receipt(&book, &receipt).await.unwrap(), Some(ReceiptState::Withdrawn));
    }

    async fn the_counts_of_the_field_are_kept(app: TestApp) {
        let field = Field::open(&app, 4).await;
        app.intake.say(field.say(3, Said::Refused)).await.unwrap();
        for (number, at) in [0, 0, 1].into_iter().enumerate() {
            field.submit(&app, at, u8::try_from(number).unwrap()).await;
        }
        let start =
            begin(field.parts[2], Uuid::new_v4());
        app.intake.start(start).await.unwrap();
        assert_eq!(app.intake.reclaim().await.unwrap(), 0);
        app.wait(61_000);
        // In a cell of drawn people nobody holds a place that could be taken back.
        assert_eq!(app.intake.reclaim().await.unwrap(), 0);

        let mut tx = app.office.store.write().await.unwrap();
        assert_eq!(tx.daily_counts(field.round).await.unwrap()[0].started_shown, 0);
        assert!(tx.consents(field.round).await.unwrap().is_empty());
        tx.refresh_daily_counts().await.unwrap();
        let shown = tx.daily_counts(field.round).await.unwrap().remove(0);
        assert_eq!((shown.started_shown, shown.conflicts_shown), (3, 1));
        assert_eq!(tx.consents(field.round).await.unwrap(), [("n2".to_owned(), 4)]);
        assert!(tx.consents(field.stratum).await.unwrap().is_empty());
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
        for _ in 0..2 {
            app.intake.say(field.say(5, Said::NotEligible)).await.unwrap();
        }
        let mut tx = app.office.store.write().await.unwrap();
        assert!(tx.close_round(field.round, app.clock.now()).await.unwrap());
        let contents = tx.take_box(field.round).await.unwrap();
        assert_eq!((contents.parts.len(), contents.sealed.len()), (6, 6));
        assert_eq!(contents.slips.len(), 1);
        let twice = contents.parts.iter().find(|part| part.id == field.parts[0]).unwrap();
        assert_eq!(
            (twice.submits, twice.gate, twice.started, twice.said),
            (2, Gate::Counted, true, None)
        );
        let other = contents.parts.iter().find(|part| part.id == field.parts[5]).unwrap();
        assert_eq!((other.submits, other.said), (0, Some(Said::NotEligible)));
        let ordinals =
            contents.sealed.iter().filter(|one| one.part == field.parts[0]).map(|one| one.ordinal);
        assert_eq!(ordinals.collect::<Vec<_>>(), [1, 2]);
        assert!(
            contents
                .sealed
                .iter()
                .all(|one| !one.withdrawn && !one.misdirected && one.body.len() == 40)
        );

        let opened = field.opened();
        tx.empty_box(field.round, &opened).await.unwrap();
        let label = tx.labels(field.round).await.unwrap().remove(0);
        assert_eq!((label.id, label.cells, label.n), (opened.labels[0].id, vec![field.cell], 5));
        assert_eq!(tx.responses(field.round).await.unwrap().len(), 5);
        let outcomes = tx.outcomes(field.round).await.unwrap();
        assert_eq!(
            (outcomes.len(), outcomes[0].outcome.as_str(), outcomes[0].n),
            (1, "answered", 5)
        );
        assert_eq!(tx.reasons(field.round).await.unwrap(), opened.reasons);
        assert_eq!(tx.consents(field.round).await.unwrap(), [("n2".to_owned(), 6)]);
        let left = tx.take_box(field.round).await.unwrap();
        assert!(left.sealed.is_empty() && left.slips.is_empty());
        assert!(left.parts.iter().all(|part| !part.started
            && part.submits == 0
            && part.said.is_none()
            && part.gate == Gate::Unasked));
        tx.commit().await.unwrap();

        // A response can still be withdrawn by its receipt, and only by that.
        let (lasting, receipt) = (&app.office.secrets.public.receipt, Receipt::new([7; 16]));
        assert_eq!(app.desk.find_receipt(&receipt, lasting).await.unwrap(), None);
        let mut tx = app.office.store.write().await.unwrap();
        let mut late = Opened {
            labels: Vec::new(),
            receipts: vec![(receipt.after(lasting), false)],
            ..Opened::default()
        };
        late.responses.push(OpenedResponse {
            id: Uuid::new_v4(),
            label: label.id,
            answers: "{}".to_owned(),
            receipt_after: receipt.after(lasting),
        });
        tx.empty_box(field.round, &late).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            app.desk.find_receipt(&receipt, lasting).await.unwrap(),
            Some(ReceiptState::Received)
        );
        assert_eq!(
            app.desk.withdraw(&receipt, lasting).await.unwrap(),
            Some(ReceiptState::Withdrawn)
        );
        assert_eq!(
            app.office.store.read().await.unwrap().responses(field.round).await.unwrap().len(),
            5
        );
    }

    async fn fewer_than_five_never_share_a_label(app: TestApp) {
        let field = Field::open(&app, 1).await;
        let mut tx = app.office.store.write().await.unwrap();
        let mut opened = field.opened();
        opened.labels[0].n = 4;
        assert!(tx.empty_box(field.round, &opened).await.is_err());
    }
}

/// Somebody agrees and begins.
fn begin(part: Uuid, draft: Uuid) -> Start {
    Start { part, draft, issue: 0, body: vec![0; 40], notice: "n2".to_owned() }
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
        secrets.create_receipts(round).unwrap();
        let key: BoxPrivateKey = secrets.create_box(round).unwrap();
        assert!(tx.open_round(round, &key.public().to_bytes(), "2026-03-02").await.unwrap());
        tx.commit().await.unwrap();
        field
    }

    /// Begins and submits the part of the person at `at`; `number` makes its receipt.
    async fn submit(&self, app: &TestApp, at: usize, number: u8) {
        let (part, draft) = (self.parts[at], Uuid::new_v4());
        let start = begin(part, draft);
        assert_eq!(app.intake.start(start).await.unwrap(), Begun::Yes);
        let (receipt_before, body) = ([number; 32], vec![number; 40]);
        let submit = Submit { draft, part, issue: 0, receipt_before, body, took: None };
        assert_eq!(app.intake.submit(submit).await.unwrap(), Received::Yes);
    }

    /// What the person at `at` says instead of answering.
    fn say(&self, at: usize, said: Said) -> Say {
        let invitation = self.invitations[at].id;
        Say { invitation, said, slip: Uuid::new_v4(), body: vec![0; 112] }
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
            reasons: BTreeMap::from([((Said::NotEligible, Reason::Left), 1)]),
            labels: vec![label],
        }
    }
}
