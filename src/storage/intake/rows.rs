//! The statements of the intake.

use super::{Save, Start};
use crate::{
    clock::Millis,
    fieldwork::{CellState, Gate, PartState, RoundState, Slot},
    storage::{
        Result, StorageError, Store, Tx,
        cells::policy,
        on,
        rows::{Rows, rows},
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A locked part.
#[derive(Debug, Clone)]
pub struct PartRow {
    pub id: Uuid,
    pub invitation: Uuid,
    pub cell: Uuid,
    pub round: Uuid,
    pub state: PartState,
}

/// A sealed answer on its way in.
pub struct SealedRow {
    pub round: Uuid,
    pub part: Uuid,
    pub issue: i64,
    pub ordinal: i64,
    pub receipt_before: [u8; 32],
    pub body: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct RawPart {
    id: Uuid,
    invitation_id: Uuid,
    cell_id: Uuid,
    round_id: Uuid,
    started: bool,
    slot: i64,
    submits: i64,
    gate: String,
}

#[derive(sqlx::FromRow)]
struct RawCell {
    id: Uuid,
    policy: String,
    target: i64,
    held: i64,
    completed: i64,
    over_allocation: i64,
}

/// Reads the word for what the gate said.
pub fn gate(word: &str) -> Result<Gate> {
    match word {
        "" => Ok(Gate::Unasked),
        "counted" => Ok(Gate::Counted),
        "over" => Ok(Gate::Over),
        _ => Err(StorageError::corrupt("part", "gate")),
    }
}

fn gate_word(gate: Gate) -> &'static str {
    match gate {
        Gate::Unasked => "",
        Gate::Counted => "counted",
        Gate::Over => "over",
    }
}

fn slot_number(slot: Slot) -> i64 {
    match slot {
        Slot::None => 0,
        Slot::Held => 1,
        Slot::Used => 2,
    }
}

const SAVE_DRAFTS: Rows = rows!(
    "WITH saved (draft, seen, sealed, lease) AS (VALUES ",
    4,
    ") UPDATE draft SET body = saved.sealed, version = version + 1, lease_until = saved.lease
       FROM saved
      WHERE draft.id = saved.draft AND draft.version = saved.seen
  RETURNING id"
);
const DRAFT_LEASES: Rows = rows!("SELECT id, lease_until FROM draft WHERE id IN (VALUES ", 1, ")");
const PARTS_OF: Rows = rows!("SELECT id FROM part WHERE invitation_id IN (VALUES ", 1, ")");
const KNOWN_RECEIPTS: Rows =
    rows!("SELECT receipt_before FROM sealed WHERE receipt_before IN (VALUES ", 1, ")");
const ADD_DRAFTS: Rows =
    rows!("INSERT INTO draft (id, part_id, issue, version, lease_until, body) VALUES ", 6, "");
const END_DRAFTS: Rows = rows!("DELETE FROM draft WHERE id IN (VALUES ", 1, ")");
const ADD_SEALED: Rows = rows!(
    "INSERT INTO sealed (id, round_id, part_id, issue, ordinal, receipt_before, withdrawn, body) VALUES ",
    8,
    ""
);
const WRITE_PARTS: Rows = rows!(
    "WITH fresh (part, started, slot, submits, gate) AS (VALUES ",
    5,
    ") UPDATE part SET started = fresh.started, slot = fresh.slot, submits = fresh.submits, gate = fresh.gate
       FROM fresh
      WHERE part.id = fresh.part"
);
const WRITE_CELLS: Rows = rows!(
    "WITH fresh (cell, held, completed, over_allocation) AS (VALUES ",
    4,
    ") UPDATE cell SET held = fresh.held, completed = fresh.completed, over_allocation = fresh.over_allocation
       FROM fresh
      WHERE cell.id = fresh.cell"
);

// On SQLite the one writer has locked everything already. On PostgreSQL rows are locked one by
// one, in the order of their ids, so that two processes never wait for each other in a circle.
const PARTS: &str =
    "SELECT part.id, part.invitation_id, part.cell_id, cell.round_id, part.started, part.slot,
                            part.submits, part.gate
                       FROM part
                       JOIN cell ON cell.id = part.cell_id
                      WHERE part.id IN (VALUES ";
const READ_PARTS: Rows = rows!(PARTS, 1, ")");
const LOCK_PARTS: Rows = rows!(PARTS, 1, ") ORDER BY part.id FOR UPDATE OF part");
const CELLS: &str =
    "SELECT id, policy, target, held, completed, over_allocation FROM cell WHERE id IN (VALUES ";
const READ_CELLS: Rows = rows!(CELLS, 1, ")");
const LOCK_CELLS: Rows = rows!(CELLS, 1, ") ORDER BY id FOR UPDATE");

/// Places held by parts none of whose drafts has a running lease.
const ABANDONED: &str = "SELECT part.id
       FROM part
      WHERE part.slot = 1
        AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.part_id = part.id AND draft.lease_until >= $1)";

/// Takes back the places of abandoned drafts.
pub async fn reclaim(store: &Store, now: Millis) -> Result<u64> {
    let mut tx = store.write().await?;
    let abandoned = tx.abandoned(now).await?;
    if abandoned.is_empty() {
        return Ok(0);
    }
    let mut parts = tx.lock_parts(&abandoned).await?;
    // A page may have been saved while we waited for the locks.
    let abandoned: HashSet<Uuid> = tx.abandoned(now).await?.into_iter().collect();
    parts.retain(|part| abandoned.contains(&part.id));
    let cells: BTreeSet<Uuid> = parts.iter().map(|part| part.cell).collect();
    let cells: Vec<Uuid> = cells.into_iter().collect();
    let mut cells: BTreeMap<Uuid, CellState> = tx.lock_cells(&cells).await?.into_iter().collect();
    for part in &mut parts {
        if let Some(cell) = cells.get_mut(&part.cell) {
            part.state.give_up(cell);
        }
    }
    tx.write_parts(&parts.iter().collect::<Vec<_>>()).await?;
    tx.write_cells(&cells.into_iter().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(parts.len() as u64)
}

impl Tx {
    async fn abandoned(&mut self, now: Millis) -> Result<Vec<Uuid>> {
        let mut parts: Vec<Uuid> =
            on!(self, |conn| sqlx::query_scalar(ABANDONED).bind(now).fetch_all(conn).await?);
        parts.sort_unstable();
        Ok(parts)
    }

    /// Saves drafts that are still at the version they were read at; returns which.
    pub(super) async fn save_drafts(&mut self, saves: &[(&Save, Millis)]) -> Result<Vec<Uuid>> {
        let mut saved = Vec::with_capacity(saves.len());
        on!(self, |conn| {
            for (sql, piece) in SAVE_DRAFTS.pieces(saves) {
                let mut query = sqlx::query_scalar::<_, Uuid>(sql);
                for (save, lease) in piece {
                    query = query
                        .bind(save.draft.id)
                        .bind(save.draft.version)
                        .bind(&save.body)
                        .bind(lease);
                }
                saved.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        Ok(saved)
    }

    /// Those of `drafts` that exist, and until when they may be submitted.
    pub(super) async fn draft_leases(&mut self, drafts: &[Uuid]) -> Result<Vec<(Uuid, Millis)>> {
        let mut leases = Vec::with_capacity(drafts.len());
        on!(self, |conn| {
            for (sql, piece) in DRAFT_LEASES.pieces(drafts) {
                let mut query = sqlx::query_as::<_, (Uuid, Millis)>(sql);
                for draft in piece {
                    query = query.bind(draft);
                }
                leases.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        Ok(leases)
    }

    /// The parts of `invitations`.
    pub(super) async fn parts_of(&mut self, invitations: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut parts = Vec::new();
        on!(self, |conn| {
            for (sql, piece) in PARTS_OF.pieces(invitations) {
                let mut query = sqlx::query_scalar::<_, Uuid>(sql);
                for invitation in piece {
                    query = query.bind(invitation);
                }
                parts.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        Ok(parts)
    }

    /// Locks `parts`, which must be sorted.
    pub(super) async fn lock_parts(&mut self, parts: &[Uuid]) -> Result<Vec<PartRow>> {
        let statement = if matches!(self, Self::Sqlite(_)) { READ_PARTS } else { LOCK_PARTS };
        let mut locked: Vec<RawPart> = Vec::with_capacity(parts.len());
        on!(self, |conn| {
            for (sql, piece) in statement.pieces(parts) {
                let mut query = sqlx::query_as::<_, RawPart>(sql);
                for part in piece {
                    query = query.bind(part);
                }
                locked.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        locked.into_iter().map(PartRow::try_from).collect()
    }

    /// Locks `cells`, which must be sorted.
    pub(super) async fn lock_cells(&mut self, cells: &[Uuid]) -> Result<Vec<(Uuid, CellState)>> {
        let statement = if matches!(self, Self::Sqlite(_)) { READ_CELLS } else { LOCK_CELLS };
        let mut locked: Vec<RawCell> = Vec::with_capacity(cells.len());
        on!(self, |conn| {
            for (sql, piece) in statement.pieces(cells) {
                let mut query = sqlx::query_as::<_, RawCell>(sql);
                for cell in piece {
                    query = query.bind(cell);
                }
                locked.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        locked
            .into_iter()
            .map(|raw| {
                let state = CellState {
                    policy: policy(&raw.policy)?,
                    target: raw.target,
                    held: raw.held,
                    completed: raw.completed,
                    over_allocation: raw.over_allocation,
                };
                Ok((raw.id, state))
            })
            .collect()
    }

    /// Every round that is not being set up, with the length of its leases.
    pub(super) async fn round_states(&mut self) -> Result<HashMap<Uuid, (RoundState, Millis)>> {
        let rounds: Vec<(Uuid, String, i64)> = on!(self, |conn| sqlx::query_as(
            "SELECT id, state, lease FROM round WHERE state <> 'setup'"
        )
        .fetch_all(conn)
        .await?);
        rounds
            .into_iter()
            .map(|(id, word, lease)| {
                let state = RoundState::parse(&word)
                    .ok_or_else(|| StorageError::corrupt("round", "state"))?;
                Ok((id, (state, lease)))
            })
            .collect()
    }

    /// Which of `receipts` lie beside a sealed answer.
    pub(super) async fn known_receipts(
        &mut self,
        receipts: &[[u8; 32]],
    ) -> Result<HashSet<Vec<u8>>> {
        let mut known = HashSet::new();
        on!(self, |conn| {
            for (sql, piece) in KNOWN_RECEIPTS.pieces(receipts) {
                let mut query = sqlx::query_scalar::<_, Vec<u8>>(sql);
                for receipt in piece {
                    query = query.bind(&receipt[..]);
                }
                known.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        Ok(known)
    }

    pub(super) async fn write_parts(&mut self, parts: &[&PartRow]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in WRITE_PARTS.pieces(parts) {
                let mut query = sqlx::query(sql);
                for part in piece {
                    query = query
                        .bind(part.id)
                        .bind(part.state.started)
                        .bind(slot_number(part.state.slot))
                        .bind(part.state.submits)
                        .bind(gate_word(part.state.gate));
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    pub(super) async fn write_cells(&mut self, cells: &[(Uuid, CellState)]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in WRITE_CELLS.pieces(cells) {
                let mut query = sqlx::query(sql);
                for (id, cell) in piece {
                    query = query
                        .bind(id)
                        .bind(cell.held)
                        .bind(cell.completed)
                        .bind(cell.over_allocation);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    pub(super) async fn add_drafts(&mut self, drafts: &[(Start, Millis)]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD_DRAFTS.pieces(drafts) {
                let mut query = sqlx::query(sql);
                for (start, lease) in piece {
                    query = query
                        .bind(start.draft)
                        .bind(start.part)
                        .bind(start.issue)
                        .bind(0i64)
                        .bind(lease)
                        .bind(&start.body);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    pub(super) async fn end_drafts(&mut self, drafts: &[Uuid]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in END_DRAFTS.pieces(drafts) {
                let mut query = sqlx::query(sql);
                for draft in piece {
                    query = query.bind(draft);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    pub(super) async fn add_sealed(&mut self, sealed: &[SealedRow]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD_SEALED.pieces(sealed) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query = query
                        .bind(Uuid::new_v4())
                        .bind(one.round)
                        .bind(one.part)
                        .bind(one.issue)
                        .bind(one.ordinal)
                        .bind(&one.receipt_before[..])
                        .bind(false)
                        .bind(&one.body);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }
}

impl TryFrom<RawPart> for PartRow {
    type Error = StorageError;

    fn try_from(raw: RawPart) -> Result<Self> {
        let slot = match raw.slot {
            0 => Slot::None,
            1 => Slot::Held,
            2 => Slot::Used,
            _ => return Err(StorageError::corrupt("part", "slot")),
        };
        Ok(Self {
            id: raw.id,
            invitation: raw.invitation_id,
            cell: raw.cell_id,
            round: raw.round_id,
            state: PartState {
                started: raw.started,
                slot,
                submits: raw.submits,
                gate: gate(&raw.gate)?,
            },
        })
    }
}
