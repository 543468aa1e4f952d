//! Opening the box, as the database sees it: everything out, the little that may stay in.

use super::{
    Result, StorageError, Tx, on,
    rows::{Rows, rows},
};
use crate::{
    clock::Millis,
    fieldwork::{Gate, Reason, Said},
};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// One part of one invitation at the moment of opening.
#[derive(Debug, Clone)]
pub struct PartAtOpening {
    /// The part.
    pub id: Uuid,
    /// Its cell.
    pub cell: Uuid,
    /// The rank at which its person was drawn.
    pub draw_rank: i64,
    /// What was said on the landing page.
    pub said: Option<Said>,
    /// Somebody began.
    pub started: bool,
    /// How many submits came in.
    pub submits: i64,
    /// What the gate said to the first.
    pub gate: Gate,
}

/// One sealed answer.
#[derive(Debug, Clone)]
pub struct SealedBody {
    /// The part it answers.
    pub part: Uuid,
    /// 1 for the part's first.
    pub ordinal: i64,
    /// The respondent withdrew it.
    pub withdrawn: bool,
    /// It came with a code that had gone to the wrong person.
    pub misdirected: bool,
    /// The envelope.
    pub body: Vec<u8>,
}

/// What is in the box of a round.
#[derive(Debug, Default)]
pub struct BoxContents {
    /// Every part of the round.
    pub parts: Vec<PartAtOpening>,
    /// Every sealed answer, by part and ordinal.
    pub sealed: Vec<SealedBody>,
    /// Every sealed slip that says why somebody does not take part, with its identity.
    pub slips: Vec<(Uuid, Vec<u8>)>,
}

/// A label on its way in, with the cells it merges.
#[derive(Debug, Clone)]
pub struct NewLabel {
    /// Its identity, random.
    pub id: Uuid,
    /// The cells.
    pub cells: Vec<Uuid>,
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub form_version: String,
    /// Who is judged.
    pub subject: String,
    /// How the answers came in.
    pub mode: String,
    /// How many share it.
    pub n: i64,
}

/// A response on its way in.
#[derive(Debug, Clone)]
pub struct OpenedResponse {
    /// Its identity, random.
    pub id: Uuid,
    /// Its label.
    pub label: Uuid,
    /// The answers as JSON.
    pub answers: String,
    /// The receipt's hash.
    pub receipt_after: [u8; 32],
}

/// What is written when the box is opened.
#[derive(Debug, Default)]
pub struct Opened {
    /// Labels.
    pub labels: Vec<NewLabel>,
    /// Responses, by their random ids.
    pub responses: Vec<OpenedResponse>,
    /// Every receipt given out and whether it was withdrawn, by their hashes.
    pub receipts: Vec<([u8; 32], bool)>,
    /// Free texts with their questions, by their random ids.
    pub texts: Vec<(Uuid, String, String)>,
    /// How the parts ended.
    pub outcomes: BTreeMap<(Uuid, &'static str), i64>,
    /// How many said what, and why.
    pub reasons: BTreeMap<(Said, Reason), i64>,
}

#[derive(sqlx::FromRow)]
struct PartLine {
    id: Uuid,
    cell_id: Uuid,
    draw_rank: i64,
    said: String,
    started: bool,
    submits: i64,
    gate: String,
}

#[derive(sqlx::FromRow)]
struct SealedLine {
    part_id: Uuid,
    issue: i64,
    ordinal: i64,
    withdrawn: bool,
    body: Vec<u8>,
}

const ADD_LABELS: Rows = rows!(
    "INSERT INTO label (id, round_id, cells, form, form_version, subject, mode, n) VALUES ",
    8,
    ""
);
const ADD_RESPONSES: Rows =
    rows!("INSERT INTO response (id, label_id, answers, receipt_after) VALUES ", 4, "");
const ADD_RECEIPTS: Rows =
    rows!("INSERT INTO receipt (receipt_after, round_id, withdrawn) VALUES ", 3, "");
const ADD_TEXTS: Rows =
    rows!("INSERT INTO free_text (id, round_id, question, body) VALUES ", 4, "");

impl Tx {
    /// When the last running lease of a round ends; `None` if no draft is left.
    pub async fn last_lease(&mut self, round: Uuid) -> Result<Option<Millis>> {
        Ok(on!(self, |conn| sqlx::query_scalar(
            "SELECT MAX(draft.lease_until)
               FROM draft
               JOIN part ON part.id = draft.part_id
               JOIN cell ON cell.id = part.cell_id
              WHERE cell.round_id = $1",
        )
        .bind(round)
        .fetch_one(conn)
        .await?))
    }

    /// Everything in the box of a closed round, its parts locked: a submit that is under way in
    /// another process is either seen here or will find the round opened.
    pub async fn take_box(&mut self, round: Uuid) -> Result<BoxContents> {
        // On SQLite the one writer has locked everything already.
        if let Self::Postgres(tx) = self {
            sqlx::query(
                "SELECT part.id
                   FROM part
                   JOIN cell ON cell.id = part.cell_id
                  WHERE cell.round_id = $1
                  ORDER BY part.id
                    FOR UPDATE OF part",
            )
            .bind(round)
            .fetch_all(&mut **tx)
            .await?;
        }
        let parts: Vec<PartLine> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT part.id, part.cell_id, invitation.draw_rank, invitation.said, part.started, part.submits, part.gate
               FROM part
               JOIN invitation ON invitation.id = part.invitation_id
              WHERE invitation.round_id = $1",
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        });
        let misdirected: Vec<(Uuid, i64)> = on!(self, |conn| sqlx::query_as(
            "SELECT part.id, code.issue
               FROM code
               JOIN part ON part.invitation_id = code.invitation_id
              WHERE code.state = 'misdirected'",
        )
        .fetch_all(conn)
        .await?);
        let misdirected: HashSet<(Uuid, i64)> = misdirected.into_iter().collect();
        let sealed: Vec<SealedLine> = on!(self, |conn| sqlx::query_as(
            "SELECT part_id, issue, ordinal, withdrawn, body
               FROM sealed
              WHERE round_id = $1
              ORDER BY part_id, ordinal",
        )
        .bind(round)
        .fetch_all(conn)
        .await?);
        let slips: Vec<(Uuid, Vec<u8>)> = on!(self, |conn| sqlx::query_as(
            "SELECT id, body FROM said_slip WHERE round_id = $1 ORDER BY id",
        )
        .bind(round)
        .fetch_all(conn)
        .await?);
        Ok(BoxContents {
            slips,
            parts: parts.into_iter().map(PartAtOpening::try_from).collect::<Result<_>>()?,
            sealed: sealed
                .into_iter()
                .map(|line| SealedBody {
                    misdirected: misdirected.contains(&(line.part_id, line.issue)),
                    part: line.part_id,
                    ordinal: line.ordinal,
                    withdrawn: line.withdrawn,
                    body: line.body,
                })
                .collect(),
        })
    }

    /// Writes what was in the box, and erases the box and every trace of who answered.
    pub async fn empty_box(&mut self, round: Uuid, opened: &Opened) -> Result<()> {
        self.write_opened(round, opened).await?;
        self.forget_who_answered(round).await?;
        on!(self, |conn| {
            for statement in [
                "DELETE FROM sealed WHERE round_id = $1",
                "DELETE FROM said_slip WHERE round_id = $1",
                "DELETE FROM draft
                  WHERE part_id IN (SELECT part.id FROM part JOIN cell ON cell.id = part.cell_id WHERE cell.round_id = $1)",
                "UPDATE cell SET held = 0 WHERE round_id = $1",
                "UPDATE consent_count SET n_shown = n WHERE round_id = $1",
                "UPDATE round SET state = 'opened' WHERE id = $1",
            ] {
                sqlx::query(statement).bind(round).execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// Makes all parts and invitations of a round alike.
    async fn forget_who_answered(&mut self, round: Uuid) -> Result<()> {
        match self {
            // These tables lie in the order of random ids: a row that was written often lies
            // where it always lay.
            Self::Sqlite(tx) => {
                for statement in [
                    "UPDATE part SET started = FALSE, slot = 0, submits = 0, gate = ''
                      WHERE cell_id IN (SELECT id FROM cell WHERE round_id = $1)",
                    "UPDATE invitation SET said = '' WHERE round_id = $1",
                ] {
                    sqlx::query(statement).bind(round).execute(&mut **tx).await?;
                }
            }
            // PostgreSQL writes a changed row anew, behind the others: the order of rows, and
            // which transaction wrote them, would tell who answered and in what order. So all
            // are written anew, in the order of random ids.
            Self::Postgres(tx) => {
                for statement in [
                    "WITH gone AS (
                         DELETE FROM part
                          WHERE cell_id IN (SELECT id FROM cell WHERE round_id = $1)
                      RETURNING id, invitation_id, cell_id
                     )
                     INSERT INTO part (id, invitation_id, cell_id, started, slot, submits, gate)
                     SELECT id, invitation_id, cell_id, FALSE, 0, 0, '' FROM gone ORDER BY id",
                    "WITH gone AS (
                         DELETE FROM invitation
                          WHERE round_id = $1
                      RETURNING id, round_id, stratum_id, draw_rank, issue
                     )
                     INSERT INTO invitation (id, round_id, stratum_id, draw_rank, issue, said)
                     SELECT id, round_id, stratum_id, draw_rank, issue, '' FROM gone ORDER BY id",
                ] {
                    sqlx::query(statement).bind(round).execute(&mut **tx).await?;
                }
            }
        }
        Ok(())
    }

    async fn write_opened(&mut self, round: Uuid, opened: &Opened) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD_LABELS.pieces(&opened.labels) {
                let mut query = sqlx::query(sql);
                for label in piece {
                    let cells =
                        serde_json::to_string(&label.cells).expect("a list of ids is plain data");
                    query = query
                        .bind(label.id)
                        .bind(round)
                        .bind(cells)
                        .bind(&label.form)
                        .bind(&label.form_version)
                        .bind(&label.subject)
                        .bind(&label.mode)
                        .bind(label.n);
                }
                query.execute(&mut *conn).await?;
            }
            for (sql, piece) in ADD_RESPONSES.pieces(&opened.responses) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query = query
                        .bind(one.id)
                        .bind(one.label)
                        .bind(&one.answers)
                        .bind(&one.receipt_after[..]);
                }
                query.execute(&mut *conn).await?;
            }
            for (sql, piece) in ADD_RECEIPTS.pieces(&opened.receipts) {
                let mut query = sqlx::query(sql);
                for (receipt, withdrawn) in piece {
                    query = query.bind(&receipt[..]).bind(round).bind(withdrawn);
                }
                query.execute(&mut *conn).await?;
            }
            for (sql, piece) in ADD_TEXTS.pieces(&opened.texts) {
                let mut query = sqlx::query(sql);
                for (id, question, body) in piece {
                    query = query.bind(id).bind(round).bind(question).bind(body);
                }
                query.execute(&mut *conn).await?;
            }
            for ((cell, outcome), n) in &opened.outcomes {
                sqlx::query(
                    "INSERT INTO outcome_count (round_id, cell_id, outcome, n) VALUES ($1, $2, $3, $4)",
                )
                .bind(round)
                .bind(cell)
                .bind(*outcome)
                .bind(n)
                .execute(&mut *conn)
                .await?;
            }
            for ((said, reason), n) in &opened.reasons {
                sqlx::query(
                    "INSERT INTO reason_count (round_id, said, reason, n) VALUES ($1, $2, $3, $4)",
                )
                .bind(round)
                .bind(said.as_str())
                .bind(reason.as_str())
                .bind(n)
                .execute(&mut *conn)
                .await?;
            }
        });
        Ok(())
    }
}

impl TryFrom<PartLine> for PartAtOpening {
    type Error = StorageError;

    fn try_from(line: PartLine) -> Result<Self> {
        Ok(Self {
            said: match line.said.as_str() {
                "" => None,
                "refused" => Some(Said::Refused),
                "not_eligible" => Some(Said::NotEligible),
                _ => return Err(StorageError::corrupt("invitation", "said")),
            },
            gate: super::intake::gate(&line.gate)?,
            id: line.id,
            cell: line.cell_id,
            draw_rank: line.draw_rank,
            started: line.started,
            submits: line.submits,
        })
    }
}
