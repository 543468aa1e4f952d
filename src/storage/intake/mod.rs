//! The intake: everything that respondents write goes through one queue.
//!
//! A commit costs one wait for the disk, whether it holds one answer or a hundred. So one task
//! takes whatever is waiting, applies it as one unit of work, commits, and only then answers
//! each caller: **acknowledged means durable.** Every command is harmless to repeat: saves
//! carry a version, submits a receipt.
//!
//! A command that the database refuses never takes its neighbours with it: the batch is undone
//! and replayed one by one. When the fate of a commit is unknown, nobody is told that it
//! succeeded.

mod batch;
mod counts;
mod rows;
mod said;

pub(super) use rows::gate;
pub use said::Say;

use super::{Desk, Measured, Result, StorageError, Store, StoredDraft, Timed};
use crate::clock::Clock;
use batch::{Batch, Failure};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Commands that may wait before callers wait for a place in the queue.
const QUEUE: usize = 4096;

/// Commands committed together at the most.
const BATCH: usize = 512;

/// How often a unit of work is tried when another process is in the way.
const TRIES: usize = 8;

/// A browser begins a form.
#[derive(Debug, Clone)]
pub struct Start {
    /// The part to be answered.
    pub part: Uuid,
    /// The identity of the new draft, random.
    pub draft: Uuid,
    /// Which of the invitation's codes was used.
    pub issue: i64,
    /// The encrypted, still empty draft.
    pub body: Vec<u8>,
    /// The version of the notice that was agreed to.
    pub notice: String,
}

/// What became of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// The form may be answered.
    Yes,
    /// The cell takes no more.
    Full,
    /// The round takes no more.
    Closed,
    /// There is no such part.
    Unknown,
}

/// A page was answered.
#[derive(Clone)]
pub struct Save {
    /// The draft as it was when the page was merged into it.
    pub draft: Arc<StoredDraft>,
    /// The encrypted draft with the page's answers.
    pub body: Vec<u8>,
}

/// What became of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is durable.
    Yes,
    /// Another page was saved meanwhile: read the draft afresh, merge, and save again.
    Stale,
    /// The draft was submitted, or the box opened.
    Gone,
    /// The round has closed and the draft's lease has run out.
    Closed,
}

/// A form was submitted.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The draft it comes from.
    pub draft: Uuid,
    /// The part it answers.
    pub part: Uuid,
    /// Which of the invitation's codes the draft was begun with.
    pub issue: i64,
    /// The receipt's hash under the round's key.
    pub receipt_before: [u8; 32],
    /// The envelope.
    pub body: Vec<u8>,
    /// How many whole minutes it took, if that means anything.
    pub took: Option<(Timed, u32)>,
}

/// A draft is to be gone on with elsewhere.
#[derive(Clone)]
pub struct Carry {
    /// The draft.
    pub draft: Uuid,
    /// Its key, wrapped; takes the place of what was wrapped before.
    pub resume: Vec<u8>,
}

/// What became of a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is durable. Repeating it says so again.
    Yes,
    /// The round has closed and the draft's lease has run out.
    Closed,
    /// There is no such draft, and no such receipt.
    Gone,
}

type Reply<T> = oneshot::Sender<Result<T>>;

enum Command {
    Start(Start, Reply<Begun>),
    Save(Save, Reply<Saved>),
    Submit(Submit, Reply<Received>),
    Say(Say, Reply<()>),
    Carry(Carry, Reply<bool>),
    Reclaim(Reply<u64>),
}

/// The way in for everything that respondents write. Cloning shares it.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Command>,
    measured: Arc<Measured>,
}

impl Intake {
    /// Opens the intake of `store`. Its task ends when every clone is gone.
    pub fn open(store: Store, desk: Desk, clock: Clock) -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        let measured = Arc::<Measured>::default();
        let task = Task { store, desk, clock, measured: Arc::clone(&measured) };
        tokio::spawn(task.run(commands));
        Self { queue, measured }
    }

    /// How long people took whose forms came in here, until that is kept.
    pub fn measured(&self) -> &Measured {
        &self.measured
    }

    /// Begins a form.
    pub async fn start(&self, start: Start) -> Result<Begun> {
        self.ask(|reply| Command::Start(start, reply)).await
    }

    /// Saves a page.
    pub async fn save(&self, save: Save) -> Result<Saved> {
        self.ask(|reply| Command::Save(save, reply)).await
    }

    /// Submits a form.
    pub async fn submit(&self, submit: Submit) -> Result<Received> {
        self.ask(|reply| Command::Submit(submit, reply)).await
    }

    /// Notes what somebody said instead of answering, and gives back places held.
    pub async fn say(&self, say: Say) -> Result<()> {
        self.ask(|reply| Command::Say(say, reply)).await
    }

    /// Keeps a draft's wrapped key beside it; whether the draft is there.
    pub async fn carry(&self, carry: Carry) -> Result<bool> {
        self.ask(|reply| Command::Carry(carry, reply)).await
    }

    /// Takes back the places of abandoned drafts; returns how many.
    pub async fn reclaim(&self) -> Result<u64> {
        self.ask(Command::Reclaim).await
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(command(reply)).await.map_err(|_| StorageError::Stopping)?;
        answer.await.map_err(|_| StorageError::Stopping)?
    }
}

struct Task {
    store: Store,
    desk: Desk,
    clock: Clock,
    measured: Arc<Measured>,
}

impl Task {
    async fn run(self, mut commands: mpsc::Receiver<Command>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while commands.recv_many(&mut waiting, BATCH).await > 0 {
            let mut batch = Batch::default();
            let mut reclaims = Vec::new();
            for command in waiting.drain(..) {
                match command {
                    Command::Reclaim(reply) => reclaims.push(reply),
                    command => batch.add(command),
                }
            }
            if !batch.is_empty() {
                self.commit(batch).await;
            }
            if !reclaims.is_empty() {
                let reclaimed = self.reclaim().await;
                for reply in reclaims {
                    // A caller that has gone away needs no answer.
                    let _ = reply.send(reclaimed.clone());
                }
            }
        }
    }

    async fn commit(&self, batch: Batch) {
        match self.apply(&batch).await {
            Ok(mut outcomes) => {
                if outcomes.refuses_starts() && self.reclaim().await.is_ok_and(|freed| freed > 0) {
                    self.start_again(&batch, &mut outcomes).await;
                }
                self.answer(batch, outcomes);
            }
            Err(failure) if failure.is_of_one() && batch.len() > 1 => {
                for single in batch.singles() {
                    match self.apply(&single).await {
                        Ok(outcomes) => self.answer(single, outcomes),
                        Err(failure) => single.fail(&failure.error),
                    }
                }
            }
            Err(failure) => {
                if failure.at_commit {
                    tracing::error!(error = %failure.error, "a commit failed; its fate is unknown");
                    self.store.renew_writer().await;
                }
                batch.fail(&failure.error);
            }
        }
    }

    fn answer(&self, batch: Batch, outcomes: batch::Outcomes) {
        for (timed, minutes) in &outcomes.took {
            self.measured.add(timed, *minutes);
        }
        batch.answer(outcomes, &self.desk);
    }

    /// Starts that found a full cell are tried once more after abandoned places came back.
    async fn start_again(&self, batch: &Batch, outcomes: &mut batch::Outcomes) {
        let (again, places) = batch.refused_starts(outcomes);
        if let Ok(second) = self.apply(&again).await {
            outcomes.amend_starts(&places, &second);
        }
    }

    async fn apply(&self, batch: &Batch) -> Result<batch::Outcomes, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            match batch.apply(&self.store, &self.desk, &self.clock).await {
                Err(failure) if failure.error.is_collision() && tries < TRIES => {
                    tokio::task::yield_now().await;
                }
                done => return done,
            }
        }
    }

    async fn reclaim(&self) -> Result<u64> {
        let mut tries = 0;
        loop {
            tries += 1;
            match rows::reclaim(&self.store, self.clock.now()).await {
                Err(error) if error.is_collision() && tries < TRIES => {
                    tokio::task::yield_now().await;
                }
                done => return done,
            }
        }
    }
}
