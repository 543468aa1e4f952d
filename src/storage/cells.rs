//! Units, strata and cells: what is owed, and how much of it has come.

use super::{
    Result, StorageError, Tx, on,
    rows::{Rows, rows},
};
use crate::fieldwork::{CellState, Policy};
use uuid::Uuid;

/// Unit x group in a round.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StratumRow {
    /// Its identity.
    pub id: Uuid,
    /// The unit's code.
    pub unit: String,
    /// The respondent group's code.
    pub grp: String,
    /// How many people are to be asked.
    pub target: i64,
    /// How many there are; `None` without a frame.
    pub population: Option<i64>,
    /// How many were asked, waves of the reserve included.
    pub released: i64,
}

/// Stratum x part, where answers count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// Its identity.
    pub id: Uuid,
    /// The stratum its people come from.
    pub stratum: Uuid,
    /// The unit's code.
    pub unit: String,
    /// The respondent group's code.
    pub group: String,
    /// The form's id.
    pub form: String,
    /// Who is judged.
    pub subject: String,
    /// The order of the part in its invitation.
    pub position: i64,
    /// How many people could be asked; `None` without a frame.
    pub population: Option<i64>,
    /// How many were asked.
    pub released: i64,
    /// The counters that the gate moves.
    pub state: CellState,
}

#[derive(sqlx::FromRow)]
struct RawCell {
    id: Uuid,
    stratum_id: Uuid,
    unit: String,
    grp: String,
    form: String,
    subject: String,
    position: i64,
    population: Option<i64>,
    released: i64,
    policy: String,
    target: i64,
    held: i64,
    completed: i64,
    over_allocation: i64,
}

/// The word for a policy in the database.
pub(super) fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::Drawn => "drawn",
        Policy::Hard => "hard",
    }
}

/// Reads what [`policy_word`] wrote.
pub(super) fn policy(word: &str) -> Result<Policy> {
    match word {
        "drawn" => Ok(Policy::Drawn),
        "hard" => Ok(Policy::Hard),
        _ => Err(StorageError::corrupt("cell", "policy")),
    }
}

const ADD_STRATA: Rows = rows!(
    "INSERT INTO stratum (id, round_id, unit_id, grp, target, population, released) VALUES ",
    7,
    ""
);

const ADD_CELLS: Rows = rows!(
    "INSERT INTO cell (id, round_id, stratum_id, form, subject, position, policy, population, target, released,
                       held, completed, over_allocation, started_shown, conflicts_shown) VALUES ",
    15,
    ""
);

impl Tx {
    /// The identity of the unit called `code`, made when it is first named.
    pub async fn unit(&mut self, code: &str, new: Uuid) -> Result<Uuid> {
        on!(self, |conn| sqlx::query(
            "INSERT INTO unit (id, code) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        )
        .bind(new)
        .bind(code)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(on!(self, |conn| sqlx::query_scalar("SELECT id FROM unit WHERE code = $1")
            .bind(code)
            .fetch_one(conn)
            .await?))
    }

    /// Adds strata, each with the identity of its unit, to a round.
    pub async fn add_strata(&mut self, round: Uuid, strata: &[(StratumRow, Uuid)]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD_STRATA.pieces(strata) {
                let mut query = sqlx::query(sql);
                for (stratum, unit) in piece {
                    query = query
                        .bind(stratum.id)
                        .bind(round)
                        .bind(unit)
                        .bind(&stratum.grp)
                        .bind(stratum.target)
                        .bind(stratum.population)
                        .bind(stratum.released);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// The strata of a round, by unit and group.
    pub async fn strata(&mut self, round: Uuid) -> Result<Vec<StratumRow>> {
        let mut strata: Vec<StratumRow> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT stratum.id, unit.code AS unit, stratum.grp, stratum.target, stratum.population, stratum.released
               FROM stratum
               JOIN unit ON unit.id = stratum.unit_id
              WHERE stratum.round_id = $1",
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        });
        // Engines and locales sort text differently; results must not.
        strata.sort_by(|a, b| (&a.unit, &a.grp).cmp(&(&b.unit, &b.grp)));
        Ok(strata)
    }

    /// Sets how many of a stratum are to be asked.
    pub async fn set_stratum_target(&mut self, stratum: Uuid, target: i64) -> Result<()> {
        on!(self, |conn| sqlx::query("UPDATE stratum SET target = $2 WHERE id = $1")
            .bind(stratum)
            .bind(target)
            .execute(conn)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Sets how many there are in a stratum, and how many of them were asked.
    pub async fn set_stratum_counts(
        &mut self,
        stratum: Uuid,
        population: Option<i64>,
        released: i64,
    ) -> Result<()> {
        on!(self, |conn| sqlx::query(
            "UPDATE stratum SET population = $2, released = $3 WHERE id = $1"
        )
        .bind(stratum)
        .bind(population)
        .bind(released)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(())
    }

    /// Adds cells to a round.
    pub async fn add_cells(&mut self, round: Uuid, cells: &[CellRow]) -> Result<()> {
        on!(self, |conn| {
            for (sql, piece) in ADD_CELLS.pieces(cells) {
                let mut query = sqlx::query(sql);
                for cell in piece {
                    query = query
                        .bind(cell.id)
                        .bind(round)
                        .bind(cell.stratum)
                        .bind(&cell.form)
                        .bind(&cell.subject)
                        .bind(cell.position)
                        .bind(policy_word(cell.state.policy))
                        .bind(cell.population)
                        .bind(cell.state.target)
                        .bind(cell.released)
                        .bind(cell.state.held)
                        .bind(cell.state.completed)
                        .bind(cell.state.over_allocation)
                        .bind(0i64)
                        .bind(0i64);
                }
                query.execute(&mut *conn).await?;
            }
        });
        Ok(())
    }

    /// Notes that `more` people of a cell were asked.
    pub async fn add_released(&mut self, cell: Uuid, more: i64) -> Result<()> {
        on!(self, |conn| sqlx::query("UPDATE cell SET released = released + $2 WHERE id = $1")
            .bind(cell)
            .bind(more)
            .execute(conn)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Changes what a cell owes. `false` if more is already completed or held.
    pub async fn set_cell_target(&mut self, cell: Uuid, target: i64) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "UPDATE cell SET target = $2 WHERE id = $1 AND completed + held <= $2"
        )
        .bind(cell)
        .bind(target)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// The cells of a round, by unit, group, form and subject.
    pub async fn cells(&mut self, round: Uuid) -> Result<Vec<CellRow>> {
        let raw: Vec<RawCell> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT cell.id, cell.stratum_id, unit.code AS unit, stratum.grp, cell.form, cell.subject, cell.position,
                    cell.population, cell.released, cell.policy, cell.target, cell.held, cell.completed,
                    cell.over_allocation
               FROM cell
               JOIN stratum ON stratum.id = cell.stratum_id
               JOIN unit ON unit.id = stratum.unit_id
              WHERE cell.round_id = $1",
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        });
        let mut cells = raw.into_iter().map(CellRow::try_from).collect::<Result<Vec<_>>>()?;
        cells.sort_by(|a, b| {
            (&a.unit, &a.group, &a.form, &a.subject).cmp(&(&b.unit, &b.group, &b.form, &b.subject))
        });
        Ok(cells)
    }
}

impl TryFrom<RawCell> for CellRow {
    type Error = StorageError;

    fn try_from(raw: RawCell) -> Result<Self> {
        Ok(Self {
            state: CellState {
                policy: policy(&raw.policy)?,
                target: raw.target,
                held: raw.held,
                completed: raw.completed,
                over_allocation: raw.over_allocation,
            },
            id: raw.id,
            stratum: raw.stratum_id,
            unit: raw.unit,
            group: raw.grp,
            form: raw.form,
            subject: raw.subject,
            position: raw.position,
            population: raw.population,
            released: raw.released,
        })
    }
}
