//! What a plan of the sample starts from, and the targets that it ends in.

use super::{Office, Result, Round, refuse};
use crate::{
    messages::Language,
    report::{brief_percent, margin, whole},
    sampling::{Plan, PlanCell, PlanRow, Stratum},
    survey::{Survey, Target},
    text,
};
use std::collections::HashMap;

/// What a plan starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanBasis {
    /// Units × groups with their populations, in the order of the survey's targets.
    pub cells: Vec<PlanCell>,
    /// Where the populations come from.
    pub source: PopulationSource,
}

/// Where the populations of a plan come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopulationSource {
    /// The list that the sample was drawn from, each person in one stratum.
    Draw,
    /// The list of people as it was imported.
    List,
    /// The independent totals in the survey's targets.
    Independent,
}

/// Targets that a plan proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedTargets {
    /// The targets, in the order of the survey's.
    pub targets: Vec<Target>,
    /// Where nobody is to be asked, because there is nobody.
    pub left_out: Vec<Stratum>,
    /// Where the independent total contradicts the new target and was left out.
    pub contradicted: Vec<Stratum>,
}

impl PopulationSource {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draw => "draw",
            Self::List => "list",
            Self::Independent => "independent",
        }
    }

    /// The key of the sentence that says so.
    pub fn said(self) -> &'static str {
        match self {
            Self::Draw => "plan.from_draw",
            Self::List => "plan.from_list",
            Self::Independent => "plan.from_independent",
        }
    }
}

impl PlanBasis {
    /// Starts from the independent totals of a survey.
    pub fn of_survey(survey: &Survey) -> Result<Self> {
        let unknown = survey.targets.iter().filter(|target| target.population.is_none()).count();
        if let Some(first) = survey.targets.iter().find(|target| target.population.is_none()) {
            return refuse(text!(
                "plan.no_population",
                unit = first.unit,
                group = first.group,
                others = unknown - 1
            ));
        }
        let people = |target: &Target| u64::from(target.population.unwrap_or_default());
        Ok(Self { cells: cells(survey, people), source: PopulationSource::Independent })
    }
}

impl Office {
    /// What a plan of a round starts from: its list of people, or the independent totals as long
    /// as there is none.
    pub async fn plan_basis(&self, round: &Round) -> Result<PlanBasis> {
        let mut tx = self.store.read().await?;
        let strata = tx.strata(round.row.id).await?;
        let counted: HashMap<_, i64> =
            tx.people_by_stratum(round.row.id).await?.into_iter().collect();
        let drawn = strata.iter().all(|row| row.population.is_some());
        if !drawn && counted.is_empty() {
            return PlanBasis::of_survey(&round.survey);
        }
        let people: HashMap<Stratum, u64> = strata
            .iter()
            .map(|row| {
                let counted = counted.get(&row.id).copied().unwrap_or_default();
                let people = if drawn { row.population.unwrap_or_default() } else { counted };
                (Stratum::new(&row.unit, &row.grp), u64::try_from(people).unwrap_or_default())
            })
            .collect();
        let of = |target: &Target| {
            people.get(&Stratum::new(&target.unit, &target.group)).copied().unwrap_or_default()
        };
        let source = if drawn { PopulationSource::Draw } else { PopulationSource::List };
        Ok(PlanBasis { cells: cells(&round.survey, of), source })
    }
}

fn cells(survey: &Survey, people: impl Fn(&Target) -> u64) -> Vec<PlanCell> {
    let census_up_to =
        |group: &str| survey.group(group).map_or(0, |group| u64::from(group.census_up_to));
    let cell = |target: &Target| PlanCell {
        stratum: Stratum::new(&target.unit, &target.group),
        population: people(target),
        census_up_to: census_up_to(&target.group),
        current: u64::from(target.target),
    };
    survey.targets.iter().map(cell).collect()
}

/// The targets of a plan, for a `targets.csv` that can take the place of the survey's.
///
/// The populations in it stay the independent totals, which the list of people is held against,
/// and never become those of the list itself.
pub fn proposed_targets(survey: &Survey, plan: &Plan) -> ProposedTargets {
    let wanted: HashMap<(&str, &str), u64> = plan
        .cells
        .iter()
        .filter_map(|row| Some(((row.unit.as_deref()?, row.group.as_deref()?), row.wanted)))
        .collect();
    let mut proposed =
        ProposedTargets { targets: Vec::new(), left_out: Vec::new(), contradicted: Vec::new() };
    for known in &survey.targets {
        let stratum = Stratum::new(&known.unit, &known.group);
        let n = wanted.get(&(known.unit.as_str(), known.group.as_str())).copied();
        let target = n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
        if target == 0 {
            proposed.left_out.push(stratum);
            continue;
        }
        let mut new = Target { target, ..known.clone() };
        let census_up_to = survey.group(&known.group).map_or(0, |group| group.census_up_to);
        if !new.fits(census_up_to) {
            new.population = None;
            proposed.contradicted.push(stratum);
        }
        proposed.targets.push(new);
    }
    proposed
}

/// Rows of a plan with units and groups as the survey lists them.
pub fn plan_rows<'r>(survey: &Survey, rows: &'r [PlanRow]) -> Vec<&'r PlanRow> {
    let unit =
        |row: &PlanRow| survey.units.iter().position(|one| Some(&one.code) == row.unit.as_ref());
    let group =
        |row: &PlanRow| survey.groups.iter().position(|one| Some(&one.code) == row.group.as_ref());
    let mut rows: Vec<&PlanRow> = rows.iter().collect();
    rows.sort_by_key(|row| (unit(row), group(row)));
    rows
}

/// What a plan takes for granted, in sentences.
pub fn plan_assumptions(survey: &Survey, plan: &Plan, language: Language) -> Vec<String> {
    let request = &plan.request;
    let share = |share: f64| brief_percent(share, language);
    let general = text!(
        "plan.assumptions",
        method = request.method.name(language),
        confidence = share(request.confidence),
        rate = share(request.response_rate),
        least = whole(request.least, language)
    );
    let group = |code: &str| group_name(survey, code, language).to_owned();
    let rates = request
        .response_rates
        .iter()
        .map(|(code, &rate)| text!("plan.assumed_rate", group = group(code), rate = share(rate)));
    let shares = request
        .shares
        .iter()
        .map(|(code, &one)| text!("plan.assumed_share", group = group(code), share = share(one)));
    [general].into_iter().chain(rates).chain(shares).map(|text| text.say(language)).collect()
}

/// The margins that were wanted and are out of reach, in sentences.
pub fn plan_misses(survey: &Survey, plan: &Plan, language: Language) -> Vec<String> {
    let margins = plan.request.margins;
    let wanted = |wanted: Option<f64>| margin(wanted, language);
    let sentence = |row: &PlanRow| {
        let margin = margin(row.margin, language);
        match (&row.unit, &row.group) {
            (Some(unit), _) => text!(
                "plan.missed_unit",
                unit = unit_name(survey, unit, language),
                wanted = wanted(margins.unit),
                margin = margin
            ),
            (None, Some(group)) => text!(
                "plan.missed_group",
                group = group_name(survey, group, language),
                wanted = wanted(margins.group),
                margin = margin
            ),
            (None, None) => {
                text!("plan.missed_all", wanted = wanted(margins.all), margin = margin)
            }
        }
    };
    plan.missed().map(|row| sentence(row).say(language)).collect()
}

/// How good the plan is, and what the official formula comes to, in sentences.
pub fn plan_remarks(survey: &Survey, plan: &Plan, language: Language) -> Vec<String> {
    let fewest = plan.fewest.map(|fewest| text!("plan.fewest", fewest = whole(fewest, language)));
    let official = plan.official.as_ref().map(|official| {
        text!(
            "plan.official_whole",
            e = brief_percent(plan.request.official_margin(), language),
            n = whole(official.n, language),
            margin = margin(official.margin, language),
            unit = unit_name(survey, &official.unit, language),
            unit_margin = margin(official.unit_margin, language)
        )
    });
    fewest.into_iter().chain(official).map(|text| text.say(language)).collect()
}

fn unit_name<'a>(survey: &'a Survey, code: &'a str, language: Language) -> &'a str {
    survey.unit(code).map_or(code, |unit| unit.name.get(language.code()))
}

fn group_name<'a>(survey: &'a Survey, code: &'a str, language: Language) -> &'a str {
    survey.group(code).map_or(code, |group| group.label.get(language.code()))
}
