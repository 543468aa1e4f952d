//! The plan as a table: cells, units, groups, all.

use super::{
    make::Draft,
    request::{Margins, Method, PlanRequest},
};
use crate::sampling::Stratum;
use analysis::planned::{
    PlannedStratum, expected_half_width, expected_respondents, people_to_draw, share_deviation,
};
use serde::Serialize;

/// A planned sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What it was made for.
    pub request: PlanRequest,
    /// Unit × group, in the order given.
    pub cells: Vec<PlanRow>,
    /// Units, by code.
    pub units: Vec<PlanRow>,
    /// Groups, by code.
    pub groups: Vec<PlanRow>,
    /// The whole.
    pub all: PlanRow,
    /// No sample keeps all margins wanted with fewer answers; none where one is missed.
    pub fewest: Option<u64>,
    /// What the official formula comes to when it is applied to the whole of several units.
    pub official: Option<OfficialWhole>,
}

/// One cell, unit or group of a plan, or the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanRow {
    /// The unit's code; none where there are several.
    pub unit: Option<String>,
    /// The group's code; none where there are several.
    pub group: Option<String>,
    /// N: people there are.
    pub population: u64,
    /// Fewest answers that could be wanted.
    pub lower: u64,
    /// Most answers that could be wanted.
    pub upper: u64,
    /// n: answers wanted, the target, and the size of the main sample.
    pub wanted: u64,
    /// People of the reserve who will probably be called.
    pub reserve: u64,
    /// Answers to be expected of main sample and reserve.
    pub expected: f64,
    /// Everybody is asked.
    pub census: bool,
    /// Half the width of the interval to be expected; none of nobody, and none if nobody is
    /// asked in some part.
    pub margin: Option<f64>,
    /// Whether a margin was wanted here, and is kept.
    pub reach: Reach,
    /// The official formula for just these people.
    pub official: Official,
}

/// Whether a margin that was wanted is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// None was wanted.
    Free,
    /// It is.
    Kept,
    /// It is not, though everybody is asked.
    Missed,
}

/// The official formula n = N/(1 + N·e²), and what it really gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Official {
    /// What it prescribes.
    pub n: u64,
    /// The margin when just so many people are asked, of whom not all will answer.
    pub margin: Option<f64>,
}

/// The official formula applied to the whole, and shared out by population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfficialWhole {
    /// What it prescribes.
    pub n: u64,
    /// The margin of the whole.
    pub margin: Option<f64>,
    /// The unit of which least is known then.
    pub unit: String,
    /// The margin of that unit.
    pub unit_margin: Option<f64>,
}

impl PlanRow {
    /// People to be invited in the end: the main sample and the reserve.
    pub fn drawn(&self) -> u64 {
        self.wanted + self.reserve
    }

    fn held_to(self, wanted: Option<f64>) -> Self {
        let kept = |wanted: f64| self.margin.is_some_and(|margin| margin <= wanted * (1.0 + 1e-6));
        let reach = match wanted {
            None => Reach::Free,
            Some(wanted) if self.population == 0 || kept(wanted) => Reach::Kept,
            Some(_) => Reach::Missed,
        };
        Self { reach, ..self }
    }
}

impl Plan {
    /// The units, groups and the whole of which a margin wanted is missed.
    pub fn missed(&self) -> impl Iterator<Item = &PlanRow> {
        let rows = self.units.iter().chain(&self.groups).chain([&self.all]);
        rows.filter(|row| row.reach == Reach::Missed)
    }

    /// The same with cells sorted by code, as other programs read it.
    #[must_use]
    pub fn sorted_by_code(mut self) -> Self {
        self.cells.sort_by(|a, b| (&a.unit, &a.group).cmp(&(&b.unit, &b.group)));
        self
    }
}

/// Makes the table of what was decided.
pub(super) fn tabulate(draft: &Draft<'_>, wanted: &[u64], fewest: Option<u64>) -> Plan {
    let Margins { unit, group, all } = match draft.request.method {
        Method::Margins => draft.request.margins,
        _ => Margins::default(),
    };
    let every: Vec<usize> = (0..draft.cells.len()).collect();
    let row = |cells: &[usize]| draft.row(cells, wanted);
    let units: Vec<(String, Vec<usize>)> = draft.named(|stratum| &stratum.unit);
    let groups = draft.named(|stratum| &stratum.group);
    let cells = every.iter().map(|&at| {
        let Stratum { unit, group } = draft.cells[at].stratum.clone();
        PlanRow { unit: Some(unit), group: Some(group), ..row(&[at]) }
    });
    Plan {
        request: draft.request.clone(),
        cells: cells.collect(),
        official: draft.official_whole(&units),
        units: units
            .into_iter()
            .map(|(code, cells)| PlanRow { unit: Some(code), ..row(&cells).held_to(unit) })
            .collect(),
        groups: groups
            .into_iter()
            .map(|(code, cells)| PlanRow { group: Some(code), ..row(&cells).held_to(group) })
            .collect(),
        all: row(&every).held_to(all),
        fewest,
    }
}

impl Draft<'_> {
    /// The cells of each unit or of each group, by code.
    fn named(&self, name: fn(&Stratum) -> &String) -> Vec<(String, Vec<usize>)> {
        let mut codes: Vec<&String> = self.cells.iter().map(|cell| name(&cell.stratum)).collect();
        codes.sort_unstable();
        codes.dedup();
        let of = |code: &String| {
            let all = 0..self.cells.len();
            all.filter(|&at| name(&self.cells[at].stratum) == code).collect()
        };
        codes.into_iter().map(|code| (code.clone(), of(code))).collect()
    }

    /// Some cells together.
    fn row(&self, cells: &[usize], wanted: &[u64]) -> PlanRow {
        let population = self.people(cells);
        let bounds = cells.iter().map(|&at| self.bounds(at));
        let (lower, upper) = bounds.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let mut strata = Vec::with_capacity(cells.len());
        let (mut all, mut reserve, mut expected) = (0, 0, 0.0);
        for &at in cells {
            let (n, people) = (wanted[at], self.cells[at].population);
            let rate = self.request.rate(self.group(at));
            let drawn = people_to_draw(n, people, rate).unwrap_or(n);
            let respondents = expected_respondents(n, drawn, rate).unwrap_or_default();
            let deviation = self.deviation(at).unwrap_or_default();
            strata.push(PlannedStratum { population: people, respondents, deviation });
            all += n;
            reserve += drawn - n;
            expected += respondents;
        }
        let n = self.official_n(population);
        PlanRow {
            unit: None,
            group: None,
            population,
            lower,
            upper,
            wanted: all,
            reserve,
            expected,
            census: population > 0 && all == population,
            margin: self.half_width(&strata),
            reach: Reach::Free,
            official: Official { n, margin: self.plain_margin(cells, n as f64) },
        }
    }

    fn people(&self, cells: &[usize]) -> u64 {
        cells.iter().map(|&at| self.cells[at].population).sum()
    }

    fn half_width(&self, strata: &[PlannedStratum]) -> Option<f64> {
        expected_half_width(strata, self.request.confidence, 1.0).ok().flatten()
    }

    /// The margin of some cells when so many of their people are asked by one lot: for a share of
    /// one half, as the official formula has it.
    fn plain_margin(&self, cells: &[usize], asked: f64) -> Option<f64> {
        let population = self.people(cells);
        let answering =
            |&at: &usize| self.request.rate(self.group(at)) * self.cells[at].population as f64;
        let rate = cells.iter().map(answering).sum::<f64>() / population as f64;
        let deviation = share_deviation(population, 0.5).ok()?;
        self.half_width(&[PlannedStratum { population, respondents: asked * rate, deviation }])
    }

    /// The whole is then known as well as the formula says; a unit that gets its part of n is not.
    fn official_whole(&self, units: &[(String, Vec<usize>)]) -> Option<OfficialWhole> {
        if units.len() < 2 {
            return None;
        }
        let every: Vec<usize> = (0..self.cells.len()).collect();
        let people = self.people(&every);
        let n = self.official_n(people);
        let margin_of = |cells: &[usize]| {
            let part = self.people(cells) as f64 / people as f64;
            self.plain_margin(cells, n as f64 * part)
        };
        let width = |margin: Option<f64>| margin.unwrap_or(f64::INFINITY);
        let inhabited = units.iter().filter(|(_, cells)| self.people(cells) > 0);
        let (unit, unit_margin) = inhabited
            .map(|(code, cells)| (code.clone(), margin_of(cells)))
            // Of equals the first by code.
            .max_by(|a, b| width(a.1).total_cmp(&width(b.1)).then_with(|| b.0.cmp(&a.0)))?;
        Some(OfficialWhole { n, margin: margin_of(&every), unit, unit_margin })
    }
}
