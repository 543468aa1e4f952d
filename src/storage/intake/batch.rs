//! One unit of work for everything that is waiting.
//!
//! Rows are locked in one order everywhere, parts before cells, each by identity, so that two
//! processes never wait for each other. The gate decides on the locked states, in memory, in
//! the order of arrival; then everything is written back in a few statements.

use super::rows::{PartRow, SealedRow};
use super::{Begun, Carry, Command, Received, Reply, Save, Saved, Say, Start, Submit, said::Word};
use crate::{
    clock::{Clock, Millis, date_of},
    fieldwork::{CellState, RoundState, Started},
    storage::{Desk, Result, StorageError, Store, StoredDraft, Timed, Tx},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Commands of each kind, with whoever waits for them.
#[derive(Default)]
pub(super) struct Batch {
    starts: Vec<(Start, Option<Reply<Begun>>)>,
    saves: Vec<(Save, Option<Reply<Saved>>)>,
    submits: Vec<(Submit, Option<Reply<Received>>)>,
    says: Vec<(Say, Option<Reply<()>>)>,
    carries: Vec<(Carry, Option<Reply<bool>>)>,
}

/// What became of each command, in the order of the batch.
#[derive(Default)]
pub(super) struct Outcomes {
    starts: Vec<Begun>,
    saves: Vec<(Saved, Option<StoredDraft>)>,
    submits: Vec<Received>,
    carries: Vec<bool>,
    /// How long those took whose forms came in for the first time.
    pub took: Vec<(Timed, u32)>,
}

/// Why nothing of a batch was kept.
pub(super) struct Failure {
    pub error: StorageError,
    /// The commit itself failed: the work may have been kept after all.
    pub at_commit: bool,
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self { error, at_commit: false }
    }
}

impl Failure {
    /// Whether a single command may be at fault, so that its neighbours deserve another try.
    pub fn is_of_one(&self) -> bool {
        !self.at_commit && self.error.is_refusal()
    }
}

impl Outcomes {
    pub fn refuses_starts(&self) -> bool {
        self.starts.contains(&Begun::Full)
    }

    pub fn amend_starts(&mut self, places: &[usize], second: &Self) {
        for (&place, &begun) in places.iter().zip(&second.starts) {
            self.starts[place] = begun;
        }
    }
}

impl Batch {
    pub fn add(&mut self, command: Command) {
        match command {
            Command::Start(start, reply) => self.starts.push((start, Some(reply))),
            Command::Save(save, reply) => self.saves.push((save, Some(reply))),
            Command::Submit(submit, reply) => self.submits.push((submit, Some(reply))),
            Command::Say(say, reply) => self.says.push((say, Some(reply))),
            Command::Carry(carry, reply) => self.carries.push((carry, Some(reply))),
            Command::Reclaim(_) => {}
        }
    }

    pub fn len(&self) -> usize {
        self.starts.len()
            + self.saves.len()
            + self.submits.len()
            + self.says.len()
            + self.carries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each command as a batch of its own.
    pub fn singles(self) -> Vec<Self> {
        let mut singles = Vec::with_capacity(self.len());
        singles.extend(
            self.starts.into_iter().map(|one| Self { starts: vec![one], ..Self::default() }),
        );
        singles
            .extend(self.saves.into_iter().map(|one| Self { saves: vec![one], ..Self::default() }));
        singles.extend(
            self.submits.into_iter().map(|one| Self { submits: vec![one], ..Self::default() }),
        );
        singles
            .extend(self.says.into_iter().map(|one| Self { says: vec![one], ..Self::default() }));
        singles.extend(
            self.carries.into_iter().map(|one| Self { carries: vec![one], ..Self::default() }),
        );
        singles
    }

    /// The starts that were refused, as a batch that nobody waits for, and their places.
    pub fn refused_starts(&self, outcomes: &Outcomes) -> (Self, Vec<usize>) {
        let places: Vec<usize> =
            (0..self.starts.len()).filter(|&at| outcomes.starts[at] == Begun::Full).collect();
        let starts = places.iter().map(|&at| (self.starts[at].0.clone(), None)).collect();
        (Self { starts, ..Self::default() }, places)
    }

    /// Tells every caller what became of its command. Callers that have gone need no answer.
    pub fn answer(self, outcomes: Outcomes, desk: &Desk) {
        for ((_, reply), begun) in self.starts.into_iter().zip(outcomes.starts) {
            let _ = reply.map(|reply| reply.send(Ok(begun)));
        }
        for ((save, reply), (saved, draft)) in self.saves.into_iter().zip(outcomes.saves) {
            match draft {
                Some(draft) => desk.remember(draft),
                None => desk.forget(save.draft.id),
            }
            let _ = reply.map(|reply| reply.send(Ok(saved)));
        }
        for ((submit, reply), received) in self.submits.into_iter().zip(outcomes.submits) {
            desk.forget(submit.draft);
            let _ = reply.map(|reply| reply.send(Ok(received)));
        }
        for (_, reply) in self.says {
            let _ = reply.map(|reply| reply.send(Ok(())));
        }
        for ((_, reply), carried) in self.carries.into_iter().zip(outcomes.carries) {
            let _ = reply.map(|reply| reply.send(Ok(carried)));
        }
    }

    /// Tells every caller that nothing was acknowledged.
    pub fn fail(self, error: &StorageError) {
        for (_, reply) in self.starts {
            let _ = reply.map(|reply| reply.send(Err(error.clone())));
        }
        for (_, reply) in self.saves {
            let _ = reply.map(|reply| reply.send(Err(error.clone())));
        }
        for (_, reply) in self.submits {
            let _ = reply.map(|reply| reply.send(Err(error.clone())));
        }
        for (_, reply) in self.says {
            let _ = reply.map(|reply| reply.send(Err(error.clone())));
        }
        for (_, reply) in self.carries {
            let _ = reply.map(|reply| reply.send(Err(error.clone())));
        }
    }

    /// Applies the batch as one unit of work.
    pub async fn apply(
        &self,
        store: &Store,
        desk: &Desk,
        clock: &Clock,
    ) -> Result<Outcomes, Failure> {
        let mut tx = store.write().await?;
        let now = clock.now();
        let mut outcomes =
            Outcomes { saves: self.save(&mut tx, desk, now).await?, ..Outcomes::default() };
        for (carry, _) in &self.carries {
            outcomes.carries.push(tx.carry_draft(carry).await?);
        }
        if !(self.starts.is_empty() && self.submits.is_empty() && self.says.is_empty()) {
            let mut floor = self.lock(&mut tx).await?;
            for (start, _) in &self.starts {
                outcomes.starts.push(floor.start(start, now));
            }
            for (submit, _) in &self.submits {
                outcomes.submits.push(floor.submit(submit, now));
            }
            for (say, _) in &self.says {
                floor.say(say);
            }
            outcomes.took = std::mem::take(&mut floor.took);
            floor.write(&mut tx, now).await?;
        }
        tx.commit().await.map_err(|error| Failure { error, at_commit: true })?;
        Ok(outcomes)
    }

    /// Saves touch their drafts only, so they take no part in locking.
    async fn save(
        &self,
        tx: &mut Tx,
        desk: &Desk,
        now: Millis,
    ) -> Result<Vec<(Saved, Option<StoredDraft>)>> {
        if self.saves.is_empty() {
            return Ok(Vec::new());
        }
        let mut outcomes = vec![(Saved::Stale, None); self.saves.len()];
        // Two saves of one draft in one batch: the first is tried, the other finds it stale.
        let mut latest: BTreeMap<Uuid, (usize, Millis)> = BTreeMap::new();
        for (at, (save, _)) in self.saves.iter().enumerate() {
            match lease(&save.draft, desk, now).await? {
                Ok(lease) => {
                    latest.entry(save.draft.id).or_insert((at, lease));
                }
                Err(refusal) => outcomes[at].0 = refusal,
            }
        }
        let saves: Vec<(&Save, Millis)> =
            latest.values().map(|&(at, lease)| (&self.saves[at].0, lease)).collect();
        let saved: HashSet<Uuid> = tx.save_drafts(&saves).await?.into_iter().collect();
        let refused: Vec<Uuid> = latest.keys().copied().filter(|id| !saved.contains(id)).collect();
        let still_there: HashSet<Uuid> =
            tx.draft_leases(&refused).await?.into_iter().map(|(id, _)| id).collect();
        for (id, (at, lease_until)) in latest {
            let save = &self.saves[at].0;
            outcomes[at] = if saved.contains(&id) {
                let draft = StoredDraft {
                    place: Arc::clone(&save.draft.place),
                    version: save.draft.version + 1,
                    lease_until,
                    body: save.body.clone(),
                };
                (Saved::Yes, Some(draft))
            } else if still_there.contains(&id) {
                (Saved::Stale, None)
            } else {
                (Saved::Gone, None)
            };
        }
        Ok(outcomes)
    }

    async fn lock(&self, tx: &mut Tx) -> Result<Floor> {
        let invitations: Vec<Uuid> = self.says.iter().map(|(say, _)| say.invitation).collect();
        let mut parts: BTreeSet<Uuid> = self.starts.iter().map(|(start, _)| start.part).collect();
        parts.extend(self.submits.iter().map(|(submit, _)| submit.part));
        parts.extend(tx.parts_of(&invitations).await?);
        let parts: Vec<Uuid> = parts.into_iter().collect();
        let parts = tx.lock_parts(&parts).await?;
        let cells: BTreeSet<Uuid> = parts.iter().map(|part| part.cell).collect();
        let cells: Vec<Uuid> = cells.into_iter().collect();
        let cells = tx.lock_cells(&cells).await?;
        let drafts: Vec<Uuid> = self.submits.iter().map(|(submit, _)| submit.draft).collect();
        let receipts: Vec<[u8; 32]> =
            self.submits.iter().map(|(submit, _)| submit.receipt_before).collect();
        Ok(Floor {
            rounds: tx.round_states().await?,
            drafts: tx.draft_leases(&drafts).await?.into_iter().collect(),
            receipts: tx.known_receipts(&receipts).await?,
            parts: parts.into_iter().map(|part| (part.id, part)).collect(),
            cells: cells.into_iter().collect(),
            ..Floor::default()
        })
    }
}

/// Until when a draft saved now may be submitted, or why it cannot be saved.
async fn lease(draft: &StoredDraft, desk: &Desk, now: Millis) -> Result<Result<Millis, Saved>> {
    let (state, last_extension) = desk.state(draft.round.id).await?;
    let lease = now + draft.round.lease;
    Ok(match (state, last_extension) {
        (RoundState::Open, _) => Ok(lease),
        (RoundState::Closed, Some(_)) if draft.lease_until < now => Err(Saved::Closed),
        (RoundState::Closed, Some(last)) => Ok(lease.min(last)),
        (RoundState::Opened, _) => Err(Saved::Gone),
        _ => Err(Saved::Closed),
    })
}

/// The locked rows, and what is to become of them.
#[derive(Default)]
struct Floor {
    rounds: HashMap<Uuid, (RoundState, Millis)>,
    parts: BTreeMap<Uuid, PartRow>,
    cells: BTreeMap<Uuid, CellState>,
    drafts: HashMap<Uuid, Millis>,
    receipts: HashSet<Vec<u8>>,
    touched_parts: BTreeSet<Uuid>,
    touched_cells: BTreeSet<Uuid>,
    new_drafts: Vec<(Start, Millis)>,
    ended_drafts: BTreeSet<Uuid>,
    sealed: Vec<SealedRow>,
    said: BTreeMap<Uuid, Word>,
    submits: BTreeMap<Uuid, i64>,
    consents: BTreeMap<(Uuid, String), i64>,
    took: Vec<(Timed, u32)>,
}

impl Floor {
    fn start(&mut self, start: &Start, now: Millis) -> Begun {
        let Some(part) = self.parts.get_mut(&start.part) else { return Begun::Unknown };
        let Some(&(RoundState::Open, lease)) = self.rounds.get(&part.round) else {
            return Begun::Closed;
        };
        let Some(cell) = self.cells.get_mut(&part.cell) else { return Begun::Unknown };
        let (part_before, cell_before) = (part.state, *cell);
        if part.state.start(cell) == Started::Full {
            return Begun::Full;
        }
        if part.state != part_before {
            self.touched_parts.insert(part.id);
        }
        if *cell != cell_before {
            self.touched_cells.insert(part.cell);
        }
        self.new_drafts.push((start.clone(), now + lease));
        *self.consents.entry((part.round, start.notice.clone())).or_insert(0) += 1;
        Begun::Yes
    }

    fn submit(&mut self, submit: &Submit, now: Millis) -> Received {
        if self.receipts.contains(&submit.receipt_before[..]) {
            return Received::Yes;
        }
        let Some(&lease) = self.drafts.get(&submit.draft) else { return Received::Gone };
        let Some(part) = self.parts.get_mut(&submit.part) else { return Received::Gone };
        match self.rounds.get(&part.round) {
            Some((RoundState::Open, _)) => {}
            Some((RoundState::Closed, _)) if lease >= now => {}
            Some((RoundState::Opened, _)) => return Received::Gone,
            _ => return Received::Closed,
        }
        let Some(cell) = self.cells.get_mut(&part.cell) else { return Received::Gone };
        let cell_before = *cell;
        let submitted = part.state.submit(cell);
        self.touched_parts.insert(part.id);
        if *cell != cell_before {
            self.touched_cells.insert(part.cell);
        }
        if submitted.kept {
            self.sealed.push(SealedRow {
                round: part.round,
                part: part.id,
                issue: submit.issue,
                ordinal: submitted.ordinal,
                receipt_before: submit.receipt_before,
                body: submit.body.clone(),
            });
        }
        self.ended_drafts.insert(submit.draft);
        self.took.extend(submit.took.clone());
        self.receipts.insert(submit.receipt_before.to_vec());
        if submitted.ordinal == 1 {
            *self.submits.entry(part.round).or_insert(0) += 1;
        }
        Received::Yes
    }

    fn say(&mut self, say: &Say) {
        let mut in_the_field = None;
        for part in self.parts.values_mut().filter(|part| part.invitation == say.invitation) {
            if !matches!(self.rounds.get(&part.round), Some((RoundState::Open, _))) {
                continue;
            }
            in_the_field = Some(part.round);
            let Some(cell) = self.cells.get_mut(&part.cell) else { continue };
            let before = part.state;
            part.state.give_up(cell);
            if part.state != before {
                self.touched_parts.insert(part.id);
                self.touched_cells.insert(part.cell);
            }
        }
        if let Some(round) = in_the_field {
            let (first, last) = (say.clone(), say.said);
            let word = Word { round, first, last };
            self.said.entry(say.invitation).or_insert(word).last = last;
        }
    }

    async fn write(self, tx: &mut Tx, now: Millis) -> Result<()> {
        let parts: Vec<&PartRow> =
            self.touched_parts.iter().filter_map(|id| self.parts.get(id)).collect();
        tx.write_parts(&parts).await?;
        let cells: Vec<(Uuid, CellState)> =
            self.touched_cells.iter().filter_map(|id| Some((*id, *self.cells.get(id)?))).collect();
        tx.write_cells(&cells).await?;
        tx.add_drafts(&self.new_drafts).await?;
        tx.add_sealed(&self.sealed).await?;
        tx.end_drafts(&self.ended_drafts.into_iter().collect::<Vec<_>>()).await?;
        tx.write_said(&self.said).await?;
        tx.count_submits(&date_of(now).to_string(), &self.submits).await?;
        tx.count_consents(&self.consents).await
    }
}
