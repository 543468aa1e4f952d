//! How often the intervals of the figures of a population cover the truth.

use std::collections::BTreeMap;

use analysis::{
    Ask, DegreesOfFreedom, Design, Domain, DontKnow, EmptyPart, Est, Figure, Flag, IntervalRule,
    Method, Variable,
};

use crate::draw::{People, Sample, scale, score};

/// Intervals to compare the default with, made as they usually are.
pub const RULES: [(&str, IntervalRule); 7] = [
    ("t", IntervalRule::T),
    ("logit", IntervalRule::Logit),
    ("arcsine", IntervalRule::Arcsine),
    ("beta", IntervalRule::KornGraubardUnlimited),
    ("beta n*≤n", IntervalRule::KornGraubard),
    ("Wilson", IntervalRule::Wilson),
    ("likelihood", IntervalRule::Likelihood),
];

/// Flags that say: take care with this interval, or with what it is about.
pub const WARNINGS: [(&str, Flag); 7] = [
    ("one respondent", Flag::OneRespondent),
    ("all alike", Flag::ZeroVariance),
    ("lonely stratum", Flag::LonelyAdjusted),
    ("lonely stratum, unknown", Flag::LonelyUnknown),
    ("empty stratum", Flag::EmptyStratum),
    ("few degrees of freedom", Flag::LowDf),
    ("few effective answers", Flag::LowNeff),
];

/// What is asked of every sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The share of the satisfied in a unit.
    Share,
    /// The mean score of a unit.
    Score,
    /// The mean of the scores of its groups: a criterion with equal weights.
    Criterion,
    /// The same of two units or, in a single unit, of its first group and the others: how much
    /// more the first scores.
    Difference,
}

impl Question {
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Share, "share"),
        (Self::Score, "score"),
        (Self::Criterion, "criterion of equal groups"),
        (Self::Difference, "difference of scores"),
    ];

    /// The rules that apply besides the default.
    pub fn rules(self) -> &'static [(&'static str, IntervalRule)] {
        match self {
            Self::Share => &RULES,
            Self::Score => &RULES[..2],
            Self::Criterion | Self::Difference => &RULES[..1],
        }
    }
}

/// Hits of one question in one population.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Samples in which it was asked.
    pub asked: u64,
    /// Those of them in which nobody answered.
    pub nobody: u64,
    /// Times the default covered the truth.
    pub covered: u64,
    /// Samples with a warning, and times the default covered in them.
    pub warned: [u64; 2],
    /// By warning.
    pub warnings: [u64; WARNINGS.len()],
    /// How the default was made: samples, and times it covered.
    pub methods: BTreeMap<&'static str, [u64; 2]>,
    /// A stratum that was not observed completely gave answers that are all alike.
    pub alike: u64,
    /// By other rule.
    pub others: [u64; RULES.len()],
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        let pair = |a: &mut [u64; 2], b: &[u64; 2]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        self.asked += other.asked;
        self.nobody += other.nobody;
        self.covered += other.covered;
        pair(&mut self.warned, &other.warned);
        self.warnings.iter_mut().zip(other.warnings).for_each(|(a, b)| *a += b);
        for (method, counts) in &other.methods {
            pair(self.methods.entry(method).or_default(), counts);
        }
        self.alike += other.alike;
        self.others.iter_mut().zip(other.others).for_each(|(a, b)| *a += b);
    }

    fn count(&mut self, est: &Est, truth: f64, alike: bool) {
        let hit = u64::from(covers(est, truth));
        self.asked += 1;
        self.nobody += u64::from(est.value.is_none());
        self.covered += hit;
        self.alike += u64::from(alike);
        let mut warned = est.value.is_none();
        for (slot, (_, flag)) in self.warnings.iter_mut().zip(WARNINGS) {
            *slot += u64::from(est.has(flag));
            warned |= est.has(flag);
        }
        if warned {
            self.warned[0] += 1;
            self.warned[1] += hit;
        }
        let made = self.methods.entry(name_of(est.method)).or_default();
        made[0] += 1;
        made[1] += hit;
    }
}

fn name_of(method: Method) -> &'static str {
    match method {
        Method::Hypergeometric => "exact",
        Method::ClopperPearson => "all alike, Clopper and Pearson",
        Method::WorstCase => "worst case",
        Method::KornGraubard => "beta",
        Method::Census => "census",
        Method::None => "none",
        _ => "t",
    }
}

pub fn covers(est: &Est, truth: f64) -> bool {
    est.ci.is_some_and(|[low, high]| low - 1e-9 <= truth && truth <= high + 1e-9)
}

/// One sample of a population, as the figures see it.
struct Asked<'a> {
    people: &'a People<'a>,
    sample: &'a Sample,
    design: &'a Design,
    share: Variable,
    score: Variable,
}

/// Asks all questions of one sample about one unit of its population.
pub fn ask(people: &People<'_>, sample: &Sample, unit: usize, tallies: &mut [Tally; 4]) {
    let design = people.design(sample);
    let codes = &sample.answers;
    let asked = Asked {
        people,
        sample,
        design: &design,
        share: Variable::share(codes, &scale(), &[4, 5], DontKnow::Missing).expect("known answers"),
        score: Variable::scored(codes, &scale(), DontKnow::Missing).expect("known answers"),
    };
    for ((question, _), tally) in Question::ALL.into_iter().zip(tallies) {
        asked.question(question, unit, tally);
    }
}

impl Asked<'_> {
    fn question(&self, question: Question, unit: usize, tally: &mut Tally) {
        let units = &self.people.population.units;
        let own = self.people.population.strata_of(unit);
        let other = match units.len() {
            1 => own[1..].to_vec(),
            several => self.people.population.strata_of((unit + 1) % several),
        };
        let first = if units.len() == 1 { own[..1].to_vec() } else { own.clone() };
        let happy = |answer: i8| if answer >= 4 { 1.0 } else { 0.0 };
        let (strata, figure, truth) = match question {
            Question::Share => {
                let truth = self.people.mean(&own, happy);
                (own.clone(), self.mean(&self.share, &own), truth)
            }
            Question::Score => {
                let truth = self.people.mean(&own, score);
                (own.clone(), self.mean(&self.score, &own), truth)
            }
            Question::Criterion => {
                let groups: Vec<Figure<'_>> =
                    own.iter().map(|&s| self.mean(&self.score, &[s])).collect();
                let groups: Vec<&Figure<'_>> = groups.iter().collect();
                let truth = own.iter().map(|&s| self.people.mean(&[s], score)).sum::<f64>();
                let figure = Figure::mean_of(&groups, EmptyPart::Redistribute);
                (own.clone(), figure.expect("groups of one design"), truth / own.len() as f64)
            }
            Question::Difference if other.is_empty() => return,
            Question::Difference => {
                let (a, b) = (self.mean(&self.score, &first), self.mean(&self.score, &other));
                let truth = self.people.mean(&first, score) - self.people.mean(&other, score);
                let strata = first.iter().chain(&other).copied().collect();
                (strata, a.minus(&b).expect("one design"), truth)
            }
        };
        let measured = if question == Question::Share { &self.share } else { &self.score };
        let alike = self.alike(measured, &strata);
        let est = figure.estimate().expect("the default refuses nothing");
        tally.count(&est, truth, alike);
        for (slot, &(_, interval)) in tally.others.iter_mut().zip(question.rules()) {
            let ask = Ask { interval, df: DegreesOfFreedom::UnitsLessStrata, ..Ask::default() };
            let est = figure.estimate_with(&ask).expect("no rule refuses");
            *slot += u64::from(covers(&est, truth));
        }
    }

    fn mean(&self, variable: &Variable, strata: &[usize]) -> Figure<'_> {
        let domain: Domain = self.design.in_strata(strata);
        self.design.mean(variable, &domain).expect("the same rows")
    }

    /// Whether some stratum that was not observed completely gave answers that are all alike.
    fn alike(&self, variable: &Variable, strata: &[usize]) -> bool {
        strata.iter().any(|&stratum| {
            let rows = 0..self.sample.stratum_of.len();
            let rows = rows.filter(|&row| self.sample.stratum_of[row] == stratum);
            let mut values = rows.filter_map(|row| variable.value(row));
            let open =
                self.design.respondents()[stratum] < self.people.opinions[stratum].len() as u64;
            let first = values.next();
            open && first.is_some() && values.all(|value| Some(value) == first)
        })
    }
}
