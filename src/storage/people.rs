//! The frame: people by stratum. Nothing here knows an answer.

use super::{
    Result, Tx, on,
    rows::{Rows, rows},
};
use uuid::Uuid;

/// One row of the frame, on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The stratum the list put the person in.
    pub stratum: Uuid,
    /// Names the person within the frame.
    pub frame_key: String,
    /// Full name.
    pub name: String,
    /// Who is judged, if the list says so.
    pub subject: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// The dossier that makes the person eligible.
    pub dossier: String,
}

/// One person of the frame.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRow {
    /// The stratum.
    pub stratum_id: Uuid,
    /// Names the person within the frame.
    pub frame_key: String,
    /// Full name.
    pub name: String,
    /// Who is judged, if the list says so.
    pub subject: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// The dossier that makes the person eligible.
    pub dossier: String,
    /// The rank at which the person was drawn, once asked.
    pub draw_rank: Option<i64>,
    /// 0 for the main sample, 1.. for waves of the reserve.
    pub wave: Option<i64>,
}

/// Bytes of one piece of a frozen frame.
const PIECE: usize = 1 << 20;

const ADD: Rows = rows!(
    "INSERT INTO person (stratum_id, frame_key, name, subject, phone, email, dossier, assigned) VALUES ",
    8,
    ""
);

const UNASSIGN: Rows =
    rows!("UPDATE person SET assigned = FALSE WHERE (stratum_id, frame_key) IN (VALUES ", 2, ")");

const RELEASE: Rows = rows!(
    "WITH drawn (stratum, frame, position, released) AS (VALUES ",
    4,
    ") UPDATE person SET draw_rank = drawn.position, wave = drawn.released
       FROM drawn
      WHERE person.stratum_id = drawn.stratum AND person.frame_key = drawn.frame"
);

impl Tx {
    /// Removes the frame of a round, to import another.
    pub async fn remove_frame(&mut self, round: Uuid) -> Result<u64> {
        Ok(on!(self, |conn| sqlx::query(
            "DELETE FROM person WHERE stratum_id IN (SELECT id FROM stratum WHERE round_id = $1)"
        )
        .bind(round)
        .execute(conn)
        .await?
        .rows_affected()))
    }

    /// Adds people to the frame.
    pub async fn add_people(&mut self, people: &[NewPerson]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD.pieces(people) {
                let mut query = sqlx::query(sql);
                for person in piece {
                    query = query
                        .bind(person.stratum)
                        .bind(&person.frame_key)
                        .bind(&person.name)
                        .bind(&person.subject)
                        .bind(&person.phone)
                        .bind(&person.email)
                        .bind(&person.dossier)
                        .bind(true);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// Keeps the text of a frozen frame in place of an earlier one.
    pub async fn keep_frozen_frame(&mut self, round: Uuid, text: &str) -> Result<()> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            pieces.push(piece);
            rest = after;
        }
        on!(self, |conn| {
            sqlx::query("DELETE FROM frozen_frame WHERE round_id = $1")
                .bind(round)
                .execute(&mut *conn)
                .await?;
            for (number, piece) in (0i64..).zip(pieces) {
                sqlx::query("INSERT INTO frozen_frame (round_id, piece, body) VALUES ($1, $2, $3)")
                    .bind(round)
                    .bind(number)
                    .bind(piece)
                    .execute(&mut *conn)
                    .await?;
            }
        });
        Ok(())
    }

    /// The text of the frozen frame of a round.
    pub async fn frozen_frame(&mut self, round: Uuid) -> Result<Option<String>> {
        let pieces: Vec<String> = on!(self, |conn| sqlx::query_scalar(
            "SELECT body FROM frozen_frame WHERE round_id = $1 ORDER BY piece"
        )
        .bind(round)
        .fetch_all(conn)
        .await?);
        Ok((!pieces.is_empty()).then(|| pieces.concat()))
    }

    /// The whole frame of a round: who stands in it, by id and stratum.
    pub async fn people(&mut self, round: Uuid) -> Result<Vec<PersonRow>> {
        Ok(on!(self, |conn| {
            sqlx::query_as(
            "SELECT person.stratum_id, person.frame_key, person.name, person.subject, person.phone, person.email,
                    person.dossier, person.draw_rank, person.wave
               FROM person
               JOIN stratum ON stratum.id = person.stratum_id
              WHERE stratum.round_id = $1",
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        }))
    }

    /// How many people of a round's frame stand in each stratum; after the draw, each of them in
    /// one only.
    pub async fn people_by_stratum(&mut self, round: Uuid) -> Result<Vec<(Uuid, i64)>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT person.stratum_id, COUNT(*)
               FROM person
               JOIN stratum ON stratum.id = person.stratum_id
              WHERE stratum.round_id = $1
                AND person.assigned
              GROUP BY person.stratum_id",
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }

    /// People who were drawn and have no invitation yet: stratum, key, rank, who is judged.
    pub async fn uninvited(&mut self, round: Uuid) -> Result<Vec<(Uuid, String, i64, String)>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT person.stratum_id, person.frame_key, person.draw_rank, person.subject
               FROM person
               JOIN stratum ON stratum.id = person.stratum_id
              WHERE stratum.round_id = $1
                AND person.draw_rank IS NOT NULL
                AND NOT EXISTS (SELECT 1
                                  FROM person_link
                                 WHERE person_link.stratum_id = person.stratum_id
                                   AND person_link.frame_key = person.frame_key)",
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }

    /// Takes people out of strata that the draw did not assign them to.
    pub async fn unassign(&mut self, people: &[(Uuid, String)]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in UNASSIGN.pieces(people) {
                let mut query = sqlx::query(sql);
                for (stratum, key) in piece {
                    query = query.bind(stratum).bind(key);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// Writes down who was drawn: stratum, key, rank, wave.
    pub async fn release_people(&mut self, people: &[(Uuid, &str, i64, i64)]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in RELEASE.pieces(people) {
                let mut query = sqlx::query(sql);
                for (stratum, key, rank, wave) in piece {
                    query = query.bind(stratum).bind(*key).bind(rank).bind(wave);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// The people of a round who were drawn, with their invitations, by stratum and rank.
    pub async fn invited_people(&mut self, round: Uuid) -> Result<Vec<(Uuid, PersonRow)>> {
        #[derive(sqlx::FromRow)]
        struct Invited {
            invitation_id: Uuid,
            #[sqlx(flatten)]
            person: PersonRow,
        }
        let invited: Vec<Invited> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT person_link.invitation_id, person.stratum_id, person.frame_key, person.name, person.subject,
                    person.phone, person.email, person.dossier, person.draw_rank, person.wave
               FROM person_link
               JOIN person ON person.stratum_id = person_link.stratum_id
                          AND person.frame_key = person_link.frame_key
               JOIN stratum ON stratum.id = person.stratum_id
              WHERE stratum.round_id = $1
              ORDER BY person.stratum_id, person.draw_rank",
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        });
        Ok(invited.into_iter().map(|one| (one.invitation_id, one.person)).collect())
    }
}
