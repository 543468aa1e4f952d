//! Weights for non-response, in cells that are joined where they are too thin.
//!
//! In a cell the respondents stand for all eligible people who were asked there.
//! A cell of few respondents, or one in which few of many answered, makes weights that vary by
//! chance: it is joined with its neighbour in a tree that was declared before anybody answered.
//!
//! Sources: C.-E. Särndal, S. Lundström (2005), Estimation in Surveys with Nonresponse, chapter
//! 6 (response homogeneity groups); G. Kalton, I. Flores-Cervantes (2003), Journal of Official
//! Statistics 19 (joining cells by number of respondents and size of the adjustment).

use serde::Serialize;

use crate::exact_sum::exact_sum;
use crate::response_rate::{Dispositions, NonresponseError, nonresponse_factors};

/// Twice the factor of all cells together is always allowed: where few answer everywhere,
/// joining cells would throw away what cells are for.
const OF_ALL: f64 = 2.0;

/// A cell in which everybody who answers stands for everybody who was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseCell {
    /// The name that the report uses.
    pub name: String,
    /// Its place in the tree: the branches from the root down. Cells that share more branches
    /// are joined first; within a branch, neighbours in declared order.
    pub branches: Vec<String>,
    /// Everybody who was drawn in the cell, by what became of them, with design weights.
    pub outcomes: Dispositions,
    /// Respondents, each counted once.
    pub respondents: u64,
    /// Everybody of the cell was to be asked: it is never joined with another.
    pub planned_census: bool,
}

/// When cells are joined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JoinRule {
    /// Fewer respondents than this are too few.
    pub least_respondents: u64,
    /// A larger factor is too large, unless all cells together have more than half of it.
    pub largest_factor: f64,
}

impl Default for JoinRule {
    fn default() -> Self {
        Self { least_respondents: 20, largest_factor: 3.0 }
    }
}

/// A cell as it was adjusted: one or several joined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Joined {
    /// The declared cells in it, in declared order.
    pub cells: Vec<usize>,
    /// Their names.
    pub names: Vec<String>,
    /// Respondents.
    pub respondents: u64,
    /// Weighted number of eligible people who were asked, unknown cases by their e.
    pub eligible: f64,
    /// The factor.
    pub factor: f64,
    /// Still below the limits, though there was nothing left to be joined with.
    pub thin: bool,
}

/// Factors for the weights of respondents, and what was done to get them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nonresponse {
    /// The factor of each declared cell; 1 where nobody was asked.
    pub factors: Vec<f64>,
    /// Share of the unknown cases of each declared cell that counts as eligible: its own (CASRO),
    /// or that of all cells where it has no known case; nothing where there are no unknown ones.
    pub eligible_share: Vec<Option<f64>>,
    /// The cells that were used, in declared order of their first.
    pub joined: Vec<Joined>,
}

impl Nonresponse {
    /// The weights of respondents, times the factor of their cell.
    ///
    /// Nothing if the lists differ in length or a cell does not exist.
    #[must_use]
    pub fn weights(&self, weights: &[f64], cell_of: &[usize]) -> Option<Vec<f64>> {
        let rows = weights.iter().zip(cell_of);
        let adjusted = rows.map(|(w, &cell)| self.factors.get(cell).map(|factor| w * factor));
        if weights.len() == cell_of.len() { adjusted.collect() } else { None }
    }
}

/// Non-response factors by cells, joined along their tree where they are too thin.
///
/// Unknown cases are split first: the share e of them counts as eligible, by the known cases of
/// the cell.
/// Going up the tree, a cell below the limits is joined with the next one of its branch (the one
/// before, if it is the last) until none is left or one holds the whole branch.
/// Cells planned as a census stay by themselves.
///
/// # Errors
/// [`NonresponseError::NobodyAnswered`] where people were asked and nobody answered, in a cell
/// planned as a census or in everything that it could be joined with;
/// [`NonresponseError::Unusable`] for counts that are negative or not finite, or more answers
/// than eligible people.
pub fn adjust_for_nonresponse(
    cells: &[ResponseCell],
    rule: &JoinRule,
) -> Result<Nonresponse, NonresponseError> {
    if let Some(cell) = cells.iter().position(|cell| !is_usable(&cell.outcomes)) {
        return Err(NonresponseError::Unusable { cell });
    }
    let shares = eligible_shares(cells);
    let counted = |(place, cell): (usize, &ResponseCell)| {
        let unknown = cell.outcomes.unknown() * shares[place].unwrap_or(0.0);
        Pool {
            cells: vec![place],
            asked: cell.outcomes.known() + unknown,
            answered: cell.outcomes.complete + cell.outcomes.partial,
            respondents: cell.respondents,
        }
    };
    let pools: Vec<Pool> = cells.iter().enumerate().map(counted).collect();
    let limits = Limits::of(rule, &pools);
    let (alone, open): (Vec<Pool>, Vec<Pool>) = pools
        .into_iter()
        .partition(|pool| cells[pool.cells[0]].planned_census || pool.asked == 0.0);
    let mut used = limits.joined(cells, open, 0);
    used.extend(alone);
    used.sort_by_key(|pool| pool.cells[0]);
    let mut factors = vec![1.0; cells.len()];
    let mut joined = Vec::with_capacity(used.len());
    for pool in used {
        let factor = factor(&pool)?;
        pool.cells.iter().for_each(|&cell| factors[cell] = factor);
        let census = cells[pool.cells[0]].planned_census;
        joined.push(Joined {
            names: pool.cells.iter().map(|&cell| cells[cell].name.clone()).collect(),
            respondents: pool.respondents,
            eligible: pool.asked,
            factor,
            thin: !census && pool.asked > 0.0 && limits.thin(&pool),
            cells: pool.cells,
        });
    }
    Ok(Nonresponse { factors, eligible_share: shares, joined })
}

fn factor(pool: &Pool) -> Result<f64, NonresponseError> {
    let cell = pool.cells[0];
    let found = nonresponse_factors(&[pool.asked], &[pool.answered]).map_err(|e| match e {
        NonresponseError::NobodyAnswered { sampled, .. } => {
            NonresponseError::NobodyAnswered { cell, sampled }
        }
        NonresponseError::Unusable { .. } => NonresponseError::Unusable { cell },
    })?;
    Ok(found[0])
}

fn is_usable(outcomes: &Dispositions) -> bool {
    outcomes.all().iter().all(|count| (0.0..=crate::design::LARGEST).contains(count))
}

/// e of each cell that has unknown cases.
fn eligible_shares(cells: &[ResponseCell]) -> Vec<Option<f64>> {
    let all = cells.iter().fold(Dispositions::default(), |sum, cell| sum.plus(&cell.outcomes));
    // Where no case at all is known, every unknown one may be eligible.
    let of_all = all.eligible_share().unwrap_or(1.0);
    let share = |cell: &ResponseCell| {
        let own = cell.outcomes.eligible_share().unwrap_or(of_all);
        (cell.outcomes.unknown() > 0.0).then_some(own)
    };
    cells.iter().map(share).collect()
}

/// Cells joined so far.
#[derive(Debug, Clone)]
struct Pool {
    /// Ascending.
    cells: Vec<usize>,
    asked: f64,
    answered: f64,
    respondents: u64,
}

impl Pool {
    fn join(&mut self, other: Self) {
        self.cells.extend(other.cells);
        self.cells.sort_unstable();
        self.asked += other.asked;
        self.answered += other.answered;
        self.respondents = self.respondents.saturating_add(other.respondents);
    }
}

struct Limits {
    respondents: u64,
    factor: f64,
}

impl Limits {
    fn of(rule: &JoinRule, pools: &[Pool]) -> Self {
        let asked = exact_sum(pools.iter().map(|pool| pool.asked));
        let answered = exact_sum(pools.iter().map(|pool| pool.answered));
        let of_all = if answered > 0.0 { OF_ALL * asked / answered } else { 0.0 };
        Self { respondents: rule.least_respondents, factor: rule.largest_factor.max(of_all) }
    }

    fn thin(&self, pool: &Pool) -> bool {
        pool.respondents < self.respondents
            || pool.answered <= 0.0
            || pool.asked / pool.answered > self.factor
    }

    /// Joins cells of one branch, each further branch of it first.
    fn joined(&self, cells: &[ResponseCell], pools: Vec<Pool>, depth: usize) -> Vec<Pool> {
        let branch = |pool: &Pool| cells[pool.cells[0]].branches.get(depth);
        let mut branches: Vec<(Option<&String>, Vec<Pool>)> = Vec::new();
        for pool in pools {
            let own = branch(&pool);
            // A cell that ends here is a branch by itself.
            match branches.iter_mut().find(|(name, _)| own.is_some() && *name == own) {
                Some((_, members)) => members.push(pool),
                None => branches.push((own, vec![pool])),
            }
        }
        let mut level = Vec::new();
        for (name, members) in branches {
            match name {
                Some(_) => level.extend(self.joined(cells, members, depth + 1)),
                None => level.extend(members),
            }
        }
        while level.len() > 1 {
            let Some(thin) = level.iter().position(|pool| self.thin(pool)) else { break };
            let pool = level.remove(thin);
            let neighbour = thin.min(level.len() - 1);
            level[neighbour].join(pool);
        }
        level
    }
}
