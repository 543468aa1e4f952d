//! What the pages for respondents may read: codes, questionnaires, cells and drafts.
//!
//! There is no way from here to a name.

use super::{Result, StorageError, Store, cells::policy, pace::Paces, read};
use crate::{
    clock::Millis,
    fieldwork::{BoxPublicKey, CellState, Key, RoundState},
    survey::{Bundle, Survey, read_survey},
};
use jiff::civil::Date;
use quick_cache::{Weighter, sync::Cache};
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Bytes of encrypted drafts kept in memory, so that saving the next page reads nothing.
const DRAFTS_KEPT: u64 = 6 << 20;

/// How long the state of a round may be remembered.
const STATE_IS_FRESH: Duration = Duration::from_millis(500);

/// Gives the key under which a round's receipts lie beside sealed answers, while it exists.
pub type RoundKeys = Arc<dyn Fn(Uuid) -> Option<Key> + Send + Sync>;

/// The respondents' reading room. Cloning shares it.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    inner: Arc<Inner>,
}

struct Inner {
    round_keys: RoundKeys,
    books: RwLock<HashMap<Uuid, Arc<Book>>>,
    states: Mutex<HashMap<Uuid, RememberedState>>,
    drafts: Cache<Uuid, Arc<StoredDraft>, ByBytes>,
    paces: Paces,
}

/// When the state of a round was read, what it was, and when its last lease ends.
type RememberedState = (Instant, RoundState, Option<Millis>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<Uuid, Arc<StoredDraft>> for ByBytes {
    fn weight(&self, _: &Uuid, draft: &Arc<StoredDraft>) -> u64 {
        draft.body.len() as u64 + 300
    }
}

/// A round as its pages need it: made once, then shared.
pub struct Book {
    /// The round.
    pub id: Uuid,
    /// How people name it.
    pub code: String,
    /// What is asked, of whom, and why.
    pub survey: Survey,
    /// The version of the notice that respondents agree to.
    pub notice: String,
    /// Made-up people and answers.
    pub synthetic: bool,
    /// The key of the box is with keyholders and not on this server.
    pub keyholders: bool,
    /// Seals answers; `None` before the round has opened.
    pub box_key: Option<BoxPublicKey>,
    /// The announced last day.
    pub closes_on: Option<Date>,
    /// How long a saved page may still be submitted after closing.
    pub lease: Millis,
    /// Hashes the receipts that lie beside sealed answers; `None` once the box was opened.
    pub round_key: Option<Key>,
}

/// Whether a code still lets anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It does.
    Live,
    /// Another code was made in its place.
    Replaced,
    /// It had gone to the wrong person.
    Misdirected,
}

/// What a code leads to.
#[derive(Clone)]
pub struct Entry {
    /// The invitation.
    pub invitation: Uuid,
    /// Which of the invitation's codes this is.
    pub issue: i64,
    /// Whether the code still lets anybody in.
    pub code_state: CodeState,
    /// The round.
    pub round: Arc<Book>,
    /// How far the round has come.
    pub state: RoundState,
    /// The unit's code.
    pub unit: String,
    /// The respondent group's code.
    pub group: String,
    /// The forms to answer, in order.
    pub parts: Vec<EntryPart>,
}

/// One form about one subject.
#[derive(Debug, Clone)]
pub struct EntryPart {
    /// The part.
    pub id: Uuid,
    /// The form's id.
    pub form: String,
    /// Who is judged.
    pub subject: String,
    /// The cell's prescribed count is reached.
    pub full: bool,
}

/// Where a draft belongs.
#[derive(Clone)]
pub struct DraftPlace {
    /// The draft.
    pub id: Uuid,
    /// The part it answers.
    pub part: Uuid,
    /// The form's id.
    pub form: String,
    /// Who is judged.
    pub subject: String,
    /// The respondent group's code.
    pub group: String,
    /// The unit's code.
    pub unit: String,
    /// Which of the invitation's codes it was begun with.
    pub issue: i64,
    /// The round.
    pub round: Arc<Book>,
    /// The place of the part among those of its invitation, from 0.
    pub position: usize,
    /// How many parts the invitation has.
    pub parts: usize,
}

/// A draft as stored: still encrypted.
#[derive(Clone)]
pub struct StoredDraft {
    /// Where it belongs.
    pub place: Arc<DraftPlace>,
    /// Counts its saves.
    pub version: i64,
    /// Until when it may be submitted after closing.
    pub lease_until: Millis,
    /// The encrypted answers.
    pub body: Vec<u8>,
}

impl Deref for StoredDraft {
    type Target = DraftPlace;

    fn deref(&self) -> &DraftPlace {
        &self.place
    }
}

#[derive(sqlx::FromRow)]
struct EntryLine {
    code_state: String,
    issue: i64,
    invitation: Uuid,
    round: Uuid,
    state: String,
    unit: String,
    grp: String,
    part: Uuid,
    form: String,
    subject: String,
    policy: String,
    target: i64,
    held: i64,
    completed: i64,
}

#[derive(sqlx::FromRow)]
struct DraftLine {
    part: Uuid,
    issue: i64,
    version: i64,
    lease_until: i64,
    body: Vec<u8>,
    round: Uuid,
    form: String,
    subject: String,
    grp: String,
    unit: String,
    position: i64,
    parts: i64,
}

#[derive(sqlx::FromRow)]
struct BookLine {
    code: String,
    files: String,
    synthetic: bool,
    box_key: Option<Vec<u8>>,
    split: Option<i64>,
    closes_on: Option<String>,
    lease: i64,
}

impl Desk {
    /// A reading room over `store`.
    pub fn new(store: Store, round_keys: RoundKeys) -> Self {
        let inner = Inner {
            round_keys,
            books: RwLock::default(),
            states: Mutex::default(),
            drafts: Cache::with_weighter(8_000, DRAFTS_KEPT, ByBytes),
            paces: Paces::default(),
        };
        Self { store, inner: Arc::new(inner) }
    }

    /// What the code with this hash leads to; `None` if it was never issued.
    pub async fn entry(&self, code_hash: &[u8; 32]) -> Result<Option<Entry>> {
        let lines: Vec<EntryLine> = read!(self.store, |pool| {
            sqlx::query_as(
            "SELECT code.state AS code_state, code.issue, invitation.id AS invitation, round.id AS round, round.state,
                    unit.code AS unit, stratum.grp, part.id AS part, cell.form, cell.subject,
                    cell.policy, cell.target, cell.held, cell.completed
               FROM code
               JOIN invitation ON invitation.id = code.invitation_id
               JOIN round ON round.id = invitation.round_id
               JOIN stratum ON stratum.id = invitation.stratum_id
               JOIN unit ON unit.id = stratum.unit_id
               JOIN part ON part.invitation_id = invitation.id
               JOIN cell ON cell.id = part.cell_id
              WHERE code.hash = $1
              ORDER BY cell.position",
        )
        .bind(&code_hash[..])
        .fetch_all(pool)
        .await?
        });
        let Some(first) = lines.first() else { return Ok(None) };
        let state = state(&first.state)?;
        let Some(round) = self.book(first.round).await? else { return Ok(None) };
        Ok(Some(Entry {
            invitation: first.invitation,
            issue: first.issue,
            code_state: code_state(&first.code_state)?,
            round,
            state,
            unit: first.unit.clone(),
            group: first.grp.clone(),
            parts: lines.into_iter().map(EntryPart::try_from).collect::<Result<_>>()?,
        }))
    }

    /// The draft `id`, perhaps from memory: a save tells if it was not the latest.
    pub async fn draft(&self, id: Uuid) -> Result<Option<Arc<StoredDraft>>> {
        match self.inner.drafts.get(&id) {
            Some(draft) => Ok(Some(draft)),
            None => self.fresh_draft(id).await,
        }
    }

    /// The draft `id` from memory, if it is of this version or a later one.
    pub fn remembered(&self, id: Uuid, version: i64) -> Option<Arc<StoredDraft>> {
        self.inner.drafts.get(&id).filter(|draft| draft.version >= version)
    }

    /// The draft `id` as the database has it.
    ///
    /// When the one in memory is still of the database's version, it is that one: a short
    /// look-up instead of a long one.
    pub async fn fresh_draft(&self, id: Uuid) -> Result<Option<Arc<StoredDraft>>> {
        if let Some(known) = self.inner.drafts.get(&id) {
            let version: Option<i64> = read!(self.store, |pool| sqlx::query_scalar(
                "SELECT version FROM draft WHERE id = $1"
            )
            .bind(id)
            .fetch_optional(pool)
            .await?);
            if version == Some(known.version) {
                return Ok(Some(known));
            }
        }
        let line: Option<DraftLine> = read!(self.store, |pool| {
            sqlx::query_as(
            "SELECT draft.part_id AS part, draft.issue, draft.version, draft.lease_until, draft.body,
                    cell.round_id AS round, cell.form, cell.subject, stratum.grp, unit.code AS unit, cell.position,
                    (SELECT COUNT(*) FROM part AS other WHERE other.invitation_id = part.invitation_id) AS parts
               FROM draft
               JOIN part ON part.id = draft.part_id
               JOIN cell ON cell.id = part.cell_id
               JOIN stratum ON stratum.id = cell.stratum_id
               JOIN unit ON unit.id = stratum.unit_id
              WHERE draft.id = $1",
        )
        .bind(id)
        .fetch_optional(pool)
        .await?
        });
        let Some(line) = line else {
            self.inner.drafts.remove(&id);
            return Ok(None);
        };
        let Some(round) = self.book(line.round).await? else { return Ok(None) };
        let place = DraftPlace {
            id,
            part: line.part,
            form: line.form,
            subject: line.subject,
            group: line.grp,
            unit: line.unit,
            issue: line.issue,
            round,
            position: usize::try_from(line.position).unwrap_or(0),
            parts: usize::try_from(line.parts).unwrap_or(1),
        };
        let draft = Arc::new(StoredDraft {
            place: Arc::new(place),
            version: line.version,
            lease_until: line.lease_until,
            body: line.body,
        });
        self.inner.drafts.insert(id, Arc::clone(&draft));
        Ok(Some(draft))
    }

    /// How far a round has come, and when the last lease after closing ends; may be half a second old.
    pub async fn state(&self, round: Uuid) -> Result<(RoundState, Option<Millis>)> {
        let known = {
            let states = self.inner.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.get(&round).copied()
        };
        if let Some((read, state, extension)) = known
            && read.elapsed() < STATE_IS_FRESH
        {
            return Ok((state, extension));
        }
        let line: Option<(String, Option<i64>)> = read!(self.store, |pool| sqlx::query_as(
            "SELECT state, last_extension FROM round WHERE id = $1"
        )
        .bind(round)
        .fetch_optional(pool)
        .await?);
        let (word, extension) = line.ok_or_else(|| StorageError::corrupt("round", "id"))?;
        let state = state(&word)?;
        let mut states = self.inner.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.insert(round, (Instant::now(), state, extension));
        Ok((state, extension))
    }

    /// The round as its pages need it; `None` while it is being set up.
    pub async fn book(&self, round: Uuid) -> Result<Option<Arc<Book>>> {
        let known = {
            let books = self.inner.books.read().unwrap_or_else(PoisonError::into_inner);
            books.get(&round).cloned()
        };
        if known.is_some() {
            return Ok(known);
        }
        let line: Option<BookLine> = read!(self.store, |pool| {
            sqlx::query_as(
            "SELECT round.code, survey_copy.files, round.synthetic, round.box_key, box_split.split,
                    round.closes_on, round.lease
               FROM round
               JOIN survey_copy ON survey_copy.sha256 = round.survey_sha256
               LEFT JOIN box_split ON box_split.round_id = round.id
              WHERE round.id = $1",
        )
        .bind(round)
        .fetch_optional(pool)
        .await?
        });
        let Some(line) = line else { return Ok(None) };
        let box_key = line.box_key.as_deref().map(BoxPublicKey::from_bytes).transpose();
        let unreadable = || StorageError::corrupt("survey_copy", "files");
        let bundle = Bundle::from_json(&line.files).map_err(|_| unreadable())?;
        let survey = read_survey(&bundle).map_err(|_| unreadable())?;
        let book = Arc::new(Book {
            id: round,
            code: line.code,
            notice: survey.notice.version(),
            survey,
            synthetic: line.synthetic,
            keyholders: line.split.is_some(),
            box_key: box_key.map_err(|_| StorageError::corrupt("round", "box_key"))?,
            closes_on: line.closes_on.and_then(|day| day.parse().ok()),
            lease: line.lease,
            round_key: (self.inner.round_keys)(round),
        });
        // What is read before the opening is not complete yet.
        if book.box_key.is_some() {
            let mut books = self.inner.books.write().unwrap_or_else(PoisonError::into_inner);
            books.insert(round, Arc::clone(&book));
        }
        Ok(Some(book))
    }

    /// The rounds that take answers now.
    pub async fn running(&self) -> Result<Vec<Arc<Book>>> {
        let ids: Vec<Uuid> = read!(self.store, |pool| sqlx::query_scalar(
            "SELECT id FROM round WHERE state = 'open' ORDER BY code"
        )
        .fetch_all(pool)
        .await?);
        self.books(ids).await
    }

    /// Every round that respondents may know of: those that have opened.
    pub(super) async fn opened_books(&self) -> Result<Vec<Arc<Book>>> {
        let ids: Vec<Uuid> = read!(self.store, |pool| sqlx::query_scalar(
            "SELECT id FROM round WHERE state <> 'setup' ORDER BY code"
        )
        .fetch_all(pool)
        .await?);
        self.books(ids).await
    }

    async fn books(&self, ids: Vec<Uuid>) -> Result<Vec<Arc<Book>>> {
        let mut books = Vec::with_capacity(ids.len());
        for id in ids {
            books.extend(self.book(id).await?);
        }
        Ok(books)
    }

    /// Whether the database answers.
    pub async fn is_well(&self) -> Result<()> {
        let _: i64 = read!(self.store, |pool| sqlx::query_scalar("SELECT CAST(1 AS BIGINT)")
            .fetch_one(pool)
            .await?);
        Ok(())
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn paces(&self) -> &Paces {
        &self.inner.paces
    }

    /// Remembers a draft as it was just saved.
    pub(super) fn remember(&self, draft: StoredDraft) {
        self.inner.drafts.insert(draft.id, Arc::new(draft));
    }

    /// Forgets a draft that was submitted, or that another process changed.
    pub(super) fn forget(&self, draft: Uuid) {
        self.inner.drafts.remove(&draft);
    }
}

impl TryFrom<EntryLine> for EntryPart {
    type Error = StorageError;

    fn try_from(line: EntryLine) -> Result<Self> {
        let cell = CellState {
            policy: policy(&line.policy)?,
            target: line.target,
            held: line.held,
            completed: line.completed,
            over_allocation: 0,
        };
        Ok(Self { id: line.part, form: line.form, subject: line.subject, full: cell.is_full() })
    }
}

fn state(word: &str) -> Result<RoundState> {
    RoundState::parse(word).ok_or_else(|| StorageError::corrupt("round", "state"))
}

fn code_state(word: &str) -> Result<CodeState> {
    match word {
        "live" => Ok(CodeState::Live),
        "replaced" => Ok(CodeState::Replaced),
        "misdirected" => Ok(CodeState::Misdirected),
        _ => Err(StorageError::corrupt("code", "state")),
    }
}
