//! Invitations, their codes and parts. They know a stratum and a rank, never a name.

use super::{
    Result, Tx, on,
    rows::{Rows, rows},
};
use uuid::Uuid;

/// One invitation on its way in.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its identity, random.
    pub id: Uuid,
    /// The stratum its person was drawn in.
    pub stratum: Uuid,
    /// The rank at which the person was drawn.
    pub draw_rank: i64,
    /// Counts the codes made for it.
    pub issue: i64,
    /// The keyed hash of its code.
    pub code_hash: [u8; 32],
    /// The person, in the frame of the stratum.
    pub frame_key: String,
}

/// One part of an invitation on its way in.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// Its identity, random.
    pub id: Uuid,
    /// The invitation.
    pub invitation: Uuid,
    /// Where its answer counts.
    pub cell: Uuid,
}

/// An invitation, as letters and lists need it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InvitationRow {
    /// Its identity.
    pub id: Uuid,
    /// The stratum.
    pub stratum_id: Uuid,
    /// The rank at which the person was drawn.
    pub draw_rank: i64,
    /// Counts the codes made for it.
    pub issue: i64,
}

const ADD_INVITATIONS: Rows = rows!(
    "INSERT INTO invitation (id, round_id, stratum_id, draw_rank, issue, said) VALUES ",
    6,
    ""
);
const ADD_CODES: Rows =
    rows!("INSERT INTO code (hash, invitation_id, issue, state) VALUES ", 4, "");
const ADD_LINKS: Rows =
    rows!("INSERT INTO person_link (invitation_id, stratum_id, frame_key) VALUES ", 3, "");
const ADD_PARTS: Rows = rows!(
    "INSERT INTO part (id, invitation_id, cell_id, started, slot, submits, gate) VALUES ",
    7,
    ""
);

impl Tx {
    /// Adds invitations with their codes and links.
    pub async fn add_invitations(&mut self, round: Uuid, new: &[NewInvitation]) -> Result<()> {
        // In the order of random ids: a table in that order is written once, front to back.
        let mut by_id: Vec<&NewInvitation> = new.iter().collect();
        by_id.sort_unstable_by_key(|invitation| invitation.id);
        let mut by_code = by_id.clone();
        by_code.sort_unstable_by_key(|invitation| invitation.code_hash);
        on!(self, |conn| {
            for (sql, piece) in ADD_INVITATIONS.pieces(&by_id) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query = query
                        .bind(one.id)
                        .bind(round)
                        .bind(one.stratum)
                        .bind(one.draw_rank)
                        .bind(one.issue)
                        .bind("");
                }
                query.execute(&mut *conn).await?;
            }
            for (sql, piece) in ADD_CODES.pieces(&by_code) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query =
                        query.bind(&one.code_hash[..]).bind(one.id).bind(one.issue).bind("live");
                }
                query.execute(&mut *conn).await?;
            }
            for (sql, piece) in ADD_LINKS.pieces(&by_id) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query = query.bind(one.id).bind(one.stratum).bind(&one.frame_key);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// Adds the parts of invitations.
    pub async fn add_parts(&mut self, new: &[NewPart]) -> Result<()> {
        let mut by_id: Vec<&NewPart> = new.iter().collect();
        by_id.sort_unstable_by_key(|part| part.id);
        on!(self, |conn| {
            for (sql, piece) in ADD_PARTS.pieces(&by_id) {
                let mut query = sqlx::query(sql);
                for one in piece {
                    query = query
                        .bind(one.id)
                        .bind(one.invitation)
                        .bind(one.cell)
                        .bind(false)
                        .bind(0i64)
                        .bind(0i64)
                        .bind("");
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// The invitations of a round.
    pub async fn invitations(&mut self, round: Uuid) -> Result<Vec<InvitationRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT id, stratum_id, draw_rank, issue
               FROM invitation
              WHERE round_id = $1
              ORDER BY stratum_id, draw_rank",
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }

    /// The parts whose answers count in `cell`.
    pub async fn parts_in(&mut self, cell: Uuid) -> Result<Vec<Uuid>> {
        Ok(on!(self, |conn| sqlx::query_scalar("SELECT id FROM part WHERE cell_id = $1")
            .bind(cell)
            .fetch_all(conn)
            .await?))
    }

    /// Which of `hashes` are codes already, whoever's.
    pub async fn known_codes(&mut self, hashes: &[[u8; 32]]) -> Result<Vec<Vec<u8>>> {
        const KNOWN: Rows = rows!("SELECT hash FROM code WHERE hash IN (VALUES ", 1, ")");
        let mut known = Vec::new();
        on!(self, |conn| {
            for (sql, piece) in KNOWN.pieces(hashes) {
                let mut query = sqlx::query_scalar::<_, Vec<u8>>(sql);
                for hash in piece {
                    query = query.bind(&hash[..]);
                }
                known.extend(query.fetch_all(&mut *conn).await?);
            }
        });
        Ok(known)
    }
}
