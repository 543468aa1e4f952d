//! Variances and covariances of figures by Taylor linearisation, over one or more stages.
//!
//! ```text
//! V = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)²
//! ```
//!
//! Here z is the influence of the respondents on the figure, added up over a sampling unit; n
//! counts the units of the stratum in the *design*, not in the domain; each further stage adds
//! its own term times the sampling fractions of the stages before it.
//!
//! Sources: W. G. Cochran (1977), Sampling Techniques, 3rd ed., chapter 5 (stratified), 6
//! (ratio) and 10 (several stages); C.-E. Särndal, B. Swensson, J. Wretman (1992), Model
//! Assisted Survey Sampling, sections 4.3 and 5.5; D. R. Bellhouse (1985), Journal of Official
//! Statistics 1 (recursion over stages).

use crate::declaration::Lonely;
use crate::design::{Design, Level};
use crate::error::FigureError;
use crate::exact_sum::{ExactSum, exact_sum};
use crate::figure::Influence;
use crate::stability::Term;
use crate::table::Moments;

/// A variance (or covariance) and what it rests on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variance {
    pub(crate) value: f64,
    /// What the variance strata contribute (of a variance only, not of a covariance).
    pub(crate) terms: Vec<Term>,
    /// Every sampling unit of every stratum concerned was observed.
    pub(crate) census: bool,
    /// A stratum has one sampling unit and no neighbour: its variance is not known.
    pub(crate) unknown: bool,
    /// The variance of Horvitz and Thompson was negative; another took its place.
    pub(crate) negative: bool,
    /// A stratum has one sampling unit and a rule stood in for its variance.
    pub(crate) stood_in: bool,
}

/// Influences on two figures, added up over a sampling unit.
#[derive(Debug, Clone, Copy)]
struct UnitTotal {
    parent: u32,
    first: f64,
    second: f64,
    /// Some row of the unit, to find the stages above.
    row: u32,
}

/// The variance of a figure, with what it rests on.
pub(crate) fn variance(design: &Design, influence: &[Influence]) -> Result<Variance, FigureError> {
    over_strata(design, influence, influence, true)
}

/// The covariance of two figures of one design.
pub(crate) fn covariance(
    design: &Design,
    first: &[Influence],
    second: &[Influence],
) -> Result<f64, FigureError> {
    Ok(over_strata(design, first, second, false)?.value)
}

/// In which strata a figure has a variance; nothing where others take part in it.
pub(crate) fn strata_of(design: &Design, influence: &[Influence]) -> Option<Vec<bool>> {
    if !design.adjustments.is_empty() || design.unequal.is_some() {
        return None;
    }
    let level = design.levels.first()?;
    let mut concerned = vec![false; level.sampled.len()];
    influence.iter().for_each(|one| concerned[level.parent[one.row as usize] as usize] = true);
    Some(concerned)
}

fn over_strata(
    design: &Design,
    first: &[Influence],
    second: &[Influence],
    with_terms: bool,
) -> Result<Variance, FigureError> {
    let pairs = if design.adjustments.is_empty() {
        paired(first, second)
    } else {
        let (first, second) = (residuals(design, first), residuals(design, second));
        (0u32..).zip(first.into_iter().zip(second)).map(|(row, (a, b))| (row, a, b)).collect()
    };
    if let Some(unequal) = &design.unequal {
        return Ok(unequal.covariance(design, &pairs));
    }
    let mut result = Variance { census: true, ..Variance::default() };
    let mut sum = ExactSum::default();
    for (stage, level) in design.levels.iter().enumerate() {
        let totals = unit_totals(level, &pairs);
        let (mut kept, mut strata) = (0u32, 0u32);
        let mut stage_sum = ExactSum::default();
        for units in totals.chunk_by(|a, b| a.parent == b.parent) {
            let Some(factor) = earlier_fractions(design, stage, units[0].row) else { continue };
            strata += 1;
            let parent = units[0].parent;
            if level.not_sampled(parent) > 0.0 {
                result.census = false;
                result.stood_in |= level.sampled[parent as usize] == 1;
            }
            let scores = Scores::of(level, units);
            match scores.contribution(design) {
                Contribution::Known(value) => {
                    kept += 1;
                    stage_sum.add(factor * value);
                    if with_terms && stage == 0 {
                        result.terms.push(scores.shape.term(value, scores.powers()));
                    }
                }
                Contribution::LeftOut => {}
                Contribution::Unknown => {
                    // The term of a later stage is small: its stratum counts with the others.
                    kept += 1;
                    result.unknown |= stage == 0;
                }
                Contribution::Refused => {
                    let stratum = design.stratum_of[units[0].row as usize] as usize;
                    let stratum = design.strata[stratum].name.clone();
                    return Err(FigureError::LonelyPsu { stratum });
                }
            }
        }
        let scale = if kept > 0 { f64::from(strata) / f64::from(kept) } else { 1.0 };
        sum.add(stage_sum.value() * scale);
        result.unknown |= kept == 0 && strata > 0 && stage == 0;
    }
    result.value = sum.value();
    Ok(result)
}

impl Design {
    /// The variance of a mean from the moments of its strata: one stage of persons.
    pub(crate) fn variance_of_moments(
        &self,
        strata: impl Iterator<Item = Moments>,
    ) -> Result<Variance, FigureError> {
        let level = &self.levels[0];
        let mut result = Variance { census: true, ..Variance::default() };
        let mut sum = ExactSum::default();
        let (mut kept, mut all) = (0u32, 0u32);
        for moments in strata {
            all += 1;
            let n = level.sampled[moments.stratum];
            let parent = u32::try_from(moments.stratum).expect("strata were numbered");
            let not_sampled = level.not_sampled(parent);
            if not_sampled > 0.0 {
                result.census = false;
                result.stood_in |= n == 1;
            }
            let shape = Shape { not_sampled, n: n as f64, present: moments.units };
            match apply_rule(self, &shape, moments.powers[0], moments.about_zero) {
                Contribution::Known(value) => {
                    kept += 1;
                    sum.add(value);
                    result.terms.push(shape.term(value, moments.powers));
                }
                Contribution::LeftOut => {}
                Contribution::Unknown => {
                    kept += 1;
                    result.unknown = true;
                }
                Contribution::Refused => {
                    let stratum = self.strata[moments.stratum].name.clone();
                    return Err(FigureError::LonelyPsu { stratum });
                }
            }
        }
        let scale = if kept > 0 { f64::from(all) / f64::from(kept) } else { 1.0 };
        result.unknown |= kept == 0 && all > 0;
        result.value = sum.value() * scale;
        Ok(result)
    }
}

/// What the contribution of a stratum depends on besides its sums of products.
struct Shape {
    not_sampled: f64,
    /// Units of the stratum.
    n: f64,
    /// Units that have a score.
    present: f64,
}

impl Shape {
    /// What is kept of a contribution; where a rule stood in, its moments say nothing.
    fn term(&self, value: f64, powers: [f64; 3]) -> Term {
        let factor = if self.n > 1.0 { self.not_sampled * self.n / (self.n - 1.0) } else { 0.0 };
        Term { value, factor, n: self.n, present: self.present, powers }
    }
}

/// (1 − f) n/(n − 1) times the sum of products about the mean, or the rule for lonely units.
fn apply_rule(design: &Design, shape: &Shape, about_mean: f64, about_zero: f64) -> Contribution {
    let Shape { not_sampled, n, present } = *shape;
    if not_sampled == 0.0 {
        return Contribution::Known(0.0);
    }
    if n <= 1.0 {
        return match design.lonely {
            Lonely::Collapse => Contribution::Unknown,
            Lonely::Fail => Contribution::Refused,
            Lonely::Remove => Contribution::Known(0.0),
            Lonely::Adjust => Contribution::Known(not_sampled * about_zero),
            Lonely::Average => Contribution::LeftOut,
        };
    }
    let lonely_here = design.lonely_in_domains && present == 1.0;
    let products = match design.lonely {
        Lonely::Average if lonely_here => return Contribution::LeftOut,
        Lonely::Adjust if lonely_here => about_zero,
        _ => about_mean,
    };
    Contribution::Known(not_sampled * n / (n - 1.0) * products)
}

enum Contribution {
    Known(f64),
    /// By the rule `Average`: the other strata stand for it.
    LeftOut,
    Unknown,
    Refused,
}

/// The scores of one stratum, absent units counting as zero.
struct Scores<'a> {
    units: &'a [UnitTotal],
    shape: Shape,
    centre: (f64, f64),
}

impl<'a> Scores<'a> {
    fn of(level: &Level, units: &'a [UnitTotal]) -> Self {
        let parent = units[0].parent;
        let n = level.sampled[parent as usize] as f64;
        let mean = |score: fn(&UnitTotal) -> f64| exact_sum(units.iter().map(score)) / n;
        Self {
            units,
            shape: Shape { not_sampled: level.not_sampled(parent), n, present: units.len() as f64 },
            centre: (mean(|u| u.first), mean(|u| u.second)),
        }
    }

    /// (1 − f) n/(n − 1) Σ (a − ā)(b − b̄).
    fn contribution(&self, design: &Design) -> Contribution {
        let product = |centre: (f64, f64)| {
            let present = self.units.iter().map(|u| (u.first - centre.0) * (u.second - centre.1));
            exact_sum(present.chain([self.absent() * centre.0 * centre.1]))
        };
        apply_rule(design, &self.shape, product(self.centre), product((0.0, 0.0)))
    }

    /// Sums of the 2nd, 3rd and 4th power of a − ā.
    fn powers(&self) -> [f64; 3] {
        let centre = self.centre.0;
        [2, 3, 4].map(|power| {
            let present = self.units.iter().map(|u| (u.first - centre).powi(power));
            exact_sum(present.chain([self.absent() * (-centre).powi(power)]))
        })
    }

    fn absent(&self) -> f64 {
        self.shape.n - self.shape.present
    }
}

/// The product of n/N over the stages before this one; nothing without known populations.
fn earlier_fractions(design: &Design, stage: usize, row: u32) -> Option<f64> {
    if stage == 0 {
        return Some(1.0);
    }
    let own = &design.levels[stage];
    own.population[own.parent[row as usize] as usize]?;
    design.levels[..stage].iter().try_fold(1.0, |product, level| {
        let parent = level.parent[row as usize] as usize;
        let population = level.population[parent]?;
        (population > 0.0).then(|| product * level.sampled[parent] as f64 / population)
    })
}

/// The calibration residuals of the influences: now every row has one.
fn residuals(design: &Design, influence: &[Influence]) -> Vec<f64> {
    let mut scores = vec![0.0; design.rows()];
    for entry in influence {
        scores[entry.row as usize] = entry.score;
    }
    for adjustment in &design.adjustments {
        adjustment.residuals(&mut scores);
    }
    scores
}

/// The influences of each row on both figures, by ascending row.
fn paired(first: &[Influence], second: &[Influence]) -> Vec<(u32, f64, f64)> {
    let mut pairs = Vec::with_capacity(first.len().max(second.len()));
    let (mut a, mut b) = (first.iter().peekable(), second.iter().peekable());
    loop {
        let row = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.row.min(y.row),
            (Some(x), None) => x.row,
            (None, Some(y)) => y.row,
            (None, None) => return pairs,
        };
        let x = a.next_if(|i| i.row == row).map_or(0.0, |i| i.score);
        let y = b.next_if(|i| i.row == row).map_or(0.0, |i| i.score);
        pairs.push((row, x, y));
    }
}

/// Adds the influences up over the sampling units of a stage, sorted by parent.
fn unit_totals(level: &Level, pairs: &[(u32, f64, f64)]) -> Vec<UnitTotal> {
    let unit = |row: u32| level.unit[row as usize];
    let parent = |row: u32| level.parent[row as usize];
    let total = |rows: &[(u32, f64, f64)]| {
        let (row, first, second) = match rows {
            [one] => *one,
            many => {
                let sum = |score: fn(&(u32, f64, f64)) -> f64| exact_sum(many.iter().map(score));
                (many[0].0, sum(|pair| pair.1), sum(|pair| pair.2))
            }
        };
        UnitTotal { parent: parent(row), first, second, row }
    };
    let mut sorted = by_parent(pairs, level);
    // Where rows are sampling units of their own, they are in order already.
    let strata = sorted.chunk_by_mut(|a, b| parent(a.0) == parent(b.0));
    strata.for_each(|rows| rows.sort_by_key(|pair| unit(pair.0)));
    sorted.chunk_by(|a, b| unit(a.0) == unit(b.0)).map(total).collect()
}

/// The same pairs, those of a parent together, otherwise in their order.
fn by_parent(pairs: &[(u32, f64, f64)], level: &Level) -> Vec<(u32, f64, f64)> {
    let parent = |row: u32| level.parent[row as usize] as usize;
    let mut place = vec![0; level.sampled.len() + 1];
    for pair in pairs {
        place[parent(pair.0) + 1] += 1;
    }
    for next in 1..place.len() {
        place[next] += place[next - 1];
    }
    let mut sorted = vec![(0, 0.0, 0.0); pairs.len()];
    for &pair in pairs {
        let place = &mut place[parent(pair.0)];
        sorted[*place] = pair;
        *place += 1;
    }
    sorted
}
