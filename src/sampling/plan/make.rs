//! From what is wanted to how many answers of each unit and group.

use super::{
    request::{Margins, Method, PlanRequest},
    row::{Plan, PlanRow, tabulate},
};
use crate::{messages::Text, sampling::Stratum, text};
use analysis::{
    allocate::{
        AllocationError, PrecisionTarget, Share, StratumLimits, allocate_exactly,
        allocate_to_targets, allocate_within, round_largest_remainder,
    },
    planned::{most_respondents, share_deviation},
    sample_size::sample_size_yamane,
};
use std::collections::BTreeSet;

/// A unit × group that is to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanCell {
    /// Which.
    pub stratum: Stratum,
    /// People there are.
    pub population: u64,
    /// Up to this population everybody is asked.
    pub census_up_to: u64,
    /// The target as it is set now.
    pub current: u64,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefused {
    /// There are no people to plan for.
    Nobody,
    /// There are fewer answers to share out than censuses and least numbers need.
    TooFew {
        /// Answers to share out.
        n: u64,
        /// What is needed.
        least: u64,
    },
    /// A number that cannot be reckoned with.
    Unusable {
        /// Which.
        what: String,
    },
}

impl PlanRefused {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        match self {
            Self::Nobody => text!("plan.nobody"),
            Self::TooFew { n, least } => text!("plan.too_few", n = n, least = least),
            Self::Unusable { what } => text!("plan.unusable", what = what),
        }
    }
}

impl From<AllocationError> for PlanRefused {
    fn from(error: AllocationError) -> Self {
        match error {
            AllocationError::Infeasible { n, least } => Self::TooFew { n, least },
            other => Self::Unusable { what: other.to_string() },
        }
    }
}

/// Plans the sample of `cells`; their order changes nothing but the order of the table.
///
/// A cell of at most `census_up_to` people is asked as a whole, whatever the method, except that
/// [`Method::Current`] takes the targets as they are. Margins that cannot be kept although
/// everybody is asked are given up one by one, marked, and the others kept.
pub fn plan(cells: &[PlanCell], request: &PlanRequest) -> Result<Plan, PlanRefused> {
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by_key(|&at| &cells[at].stratum);
    let draft = Draft { cells: order.iter().map(|&at| &cells[at]).collect(), request };
    if draft.populations().iter().all(|&people| people == 0) {
        return Err(PlanRefused::Nobody);
    }
    let (wanted, fewest) = draft.wanted()?;
    let mut plan = tabulate(&draft, &wanted, fewest);
    let mut rows: Vec<(usize, PlanRow)> = order.into_iter().zip(plan.cells).collect();
    rows.sort_by_key(|&(at, _)| at);
    plan.cells = rows.into_iter().map(|(_, row)| row).collect();
    Ok(plan)
}

/// What is being planned.
pub(super) struct Draft<'a> {
    pub(super) cells: Vec<&'a PlanCell>,
    pub(super) request: &'a PlanRequest,
}

impl Draft<'_> {
    /// Answers wanted of each cell, and the fewest with which the margins wanted can be kept.
    fn wanted(&self) -> Result<(Vec<u64>, Option<u64>), PlanRefused> {
        let populations = self.populations();
        let bounds: Vec<(u64, u64)> = (0..self.cells.len()).map(|at| self.bounds(at)).collect();
        let n = self.request.n.unwrap_or_default().min(populations.iter().sum());
        let by = |share: &Share<'_>| shared_out(n, &populations, share, &bounds);
        let wanted = match self.request.method {
            Method::Current => {
                self.cells.iter().map(|cell| cell.current.min(cell.population)).collect()
            }
            Method::Margins => return self.by_margins(),
            Method::Official => self.by_formula(&populations, &bounds)?,
            Method::Proportional => by(&Share::Proportional)?,
            Method::Equal => by(&Share::Equal)?,
            Method::Optimal => {
                let deviations: Vec<f64> = self.each(|at| self.deviation(at))?;
                allocate_exactly(n, &populations, &deviations, &bounds)?
            }
            Method::Power => {
                let size: Vec<f64> = populations.iter().map(|&people| people as f64).collect();
                let cv = |at: usize| self.request.share(self.group(at)).recip() - 1.0;
                let cv: Vec<f64> = (0..self.cells.len()).map(|at| cv(at).sqrt()).collect();
                by(&Share::Power { size: &size, cv: &cv, q: 0.5 })?
            }
        };
        Ok((wanted, None))
    }

    /// For each unit what the formula prescribes, or what its bounds need if that is more.
    fn by_formula(
        &self,
        populations: &[u64],
        bounds: &[(u64, u64)],
    ) -> Result<Vec<u64>, PlanRefused> {
        let mut wanted = vec![0; self.cells.len()];
        let units: BTreeSet<&str> =
            self.cells.iter().map(|cell| cell.stratum.unit.as_str()).collect();
        for unit in units {
            let own: Vec<usize> =
                (0..self.cells.len()).filter(|&at| self.cells[at].stratum.unit == unit).collect();
            let people: Vec<u64> = own.iter().map(|&at| populations[at]).collect();
            let bounds: Vec<(u64, u64)> = own.iter().map(|&at| bounds[at]).collect();
            let least: u64 = bounds.iter().map(|&(lower, _)| lower).sum();
            let n = self.official_n(people.iter().sum()).max(least);
            let shared = shared_out(n, &people, &Share::Proportional, &bounds)?;
            for (at, n) in own.into_iter().zip(shared) {
                wanted[at] = n;
            }
        }
        Ok(wanted)
    }

    /// The fewest answers with which every margin wanted is kept that can be.
    ///
    /// Where everybody is asked the answers are what the response rate makes of them, so these
    /// cells add to a variance what the plan cannot change. Where a margin is out of reach,
    /// everybody concerned is asked.
    fn by_margins(&self) -> Result<(Vec<u64>, Option<u64>), PlanRefused> {
        let mut fixed: Vec<Option<u64>> = self.each(|at| self.fixed(at))?;
        let mut domains = self.domains();
        let all_kept = domains.len();
        loop {
            let open: Vec<usize> = (0..fixed.len()).filter(|&at| fixed[at].is_none()).collect();
            let mut places = vec![None; fixed.len()];
            (0..).zip(&open).for_each(|(place, &at)| places[at] = Some(place));
            let limits = open.iter().map(|&at| self.limits(at)).collect::<Result<Vec<_>, _>>()?;
            let targets = domains
                .iter()
                .map(|(cells, margin)| self.target(cells, *margin, &places))
                .collect::<Result<Vec<_>, _>>()?;
            match allocate_to_targets(&limits, &targets) {
                Ok(least) => {
                    let fewest = fixed.iter().flatten().sum::<u64>() + least.fewest();
                    for (&at, &n) in open.iter().zip(&least.respondents) {
                        fixed[at] = Some(n);
                    }
                    let wanted = fixed.into_iter().map(Option::unwrap_or_default).collect();
                    return Ok((wanted, (domains.len() == all_kept).then_some(fewest)));
                }
                Err(AllocationError::OutOfReach { targets }) => {
                    let gone: BTreeSet<usize> = targets.into_iter().collect();
                    for &at in gone.iter().flat_map(|&j| &domains[j].0) {
                        fixed[at] = Some(self.cells[at].population);
                    }
                    let mut number = 0..;
                    domains.retain(|_| number.next().is_none_or(|j| !gone.contains(&j)));
                }
                Err(other) => return Err(other.into()),
            }
        }
    }

    /// What is wanted of a cell of which everybody is asked in any case: of all for a census, and
    /// where so few people will answer that the fewest answers wanted need everybody.
    fn fixed(&self, at: usize) -> Result<Option<u64>, AllocationError> {
        let population = self.cells[at].population;
        let (lower, _) = self.bounds(at);
        let most = most_respondents(population, self.request.rate(self.group(at)))?;
        Ok((self.is_census(at) || most < lower).then_some(lower))
    }

    /// The units, groups and whole of which a margin is wanted: their cells and the margin.
    fn domains(&self) -> Vec<(Vec<usize>, f64)> {
        let Margins { unit, group, all } = self.request.margins;
        let every: Vec<usize> =
            (0..self.cells.len()).filter(|&at| self.cells[at].population > 0).collect();
        let mut domains = Vec::new();
        let mut named = |name: fn(&Stratum) -> &String, margin: Option<f64>| {
            let Some(margin) = margin else { return };
            let names: BTreeSet<&String> =
                every.iter().map(|&at| name(&self.cells[at].stratum)).collect();
            for one in names {
                let is_of = |&at: &usize| name(&self.cells[at].stratum) == one;
                domains.push((every.iter().copied().filter(is_of).collect(), margin));
            }
        };
        named(|stratum| &stratum.unit, unit);
        named(|stratum| &stratum.group, group);
        domains.extend(all.map(|margin| (every, margin)));
        domains
    }

    /// The margin wanted of some cells, as a target for those whose sample is open; these have a
    /// place.
    fn target(
        &self,
        cells: &[usize],
        margin: f64,
        places: &[Option<usize>],
    ) -> Result<PrecisionTarget, PlanRefused> {
        let all: u64 = cells.iter().map(|&at| self.cells[at].population).sum();
        let (mut strata, mut people, mut variance) = (Vec::new(), 0, 0.0);
        for &at in cells {
            let deviation = self.deviation(at)?;
            if let Some(place) = places[at] {
                strata.push((place, deviation));
                continue;
            }
            let population = self.cells[at].population;
            let answers = population as f64 * self.request.rate(self.group(at));
            let weight = population as f64 / all as f64 * deviation;
            people += population;
            variance += weight * weight * (1.0 / answers - 1.0 / population as f64);
        }
        let target = PrecisionTarget::margin(strata, margin, self.request.confidence)?;
        Ok(target.beside(people, variance))
    }

    fn limits(&self, at: usize) -> Result<StratumLimits, PlanRefused> {
        let population = self.cells[at].population;
        let (lower, _) = self.bounds(at);
        let upper = most_respondents(population, self.request.rate(self.group(at)))?;
        Ok(StratumLimits { population, cost: 1.0, lower, upper })
    }

    /// Fewest and most answers that may be wanted of a cell.
    pub(super) fn bounds(&self, at: usize) -> (u64, u64) {
        let population = self.cells[at].population;
        let lower = if self.is_census(at) { population } else { self.request.least };
        (lower.min(population), population)
    }

    fn is_census(&self, at: usize) -> bool {
        self.cells[at].population <= self.cells[at].census_up_to
    }

    /// n = N/(1 + N·e²).
    pub(super) fn official_n(&self, people: u64) -> u64 {
        sample_size_yamane(people, self.request.official_margin())
            .map_or(people, |size| size.respondents)
    }

    pub(super) fn deviation(&self, at: usize) -> Result<f64, AllocationError> {
        share_deviation(self.cells[at].population, self.request.share(self.group(at)))
    }

    pub(super) fn group(&self, at: usize) -> &str {
        &self.cells[at].stratum.group
    }

    fn populations(&self) -> Vec<u64> {
        self.cells.iter().map(|cell| cell.population).collect()
    }

    fn each<T>(
        &self,
        of: impl Fn(usize) -> Result<T, AllocationError>,
    ) -> Result<Vec<T>, AllocationError> {
        (0..self.cells.len()).map(of).collect()
    }
}

fn shared_out(
    n: u64,
    populations: &[u64],
    share: &Share<'_>,
    bounds: &[(u64, u64)],
) -> Result<Vec<u64>, PlanRefused> {
    Ok(round_largest_remainder(&allocate_within(n, populations, share, bounds)?, n))
}
