//! Sums, differences and smooth functions of figures, with their full covariance.

use rayon::prelude::*;

use crate::design::Design;
use crate::distribution::student_t_two_sided;
use crate::error::FigureError;
use crate::estimate::{Ask, Flag, IntervalRule};
use crate::exact_sum::exact_sum;
use crate::figure::{Figure, Influence, Reference};
use crate::variable::{Range, range};
use crate::variance::{covariance, strata_of};

/// What to do when a part of a weighted mean has no data, for instance a group that nobody
/// of which answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyPart {
    /// Refuse, naming the part.
    Fail,
    /// Give the composite no value either.
    NoValue,
    /// Spread its weight over the other parts in proportion and flag the figure: the quantity
    /// that is estimated is then another one.
    Redistribute,
}

/// A test of a figure against a value.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Test {
    /// (estimate − null)/SE.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided.
    pub p_value: f64,
}

impl<'d> Figure<'d> {
    /// The sum `Σ c_k θ_k` over figures of one design.
    ///
    /// Parts of coefficient 0 are left out; a part without data leaves the sum without value.
    ///
    /// # Errors
    /// [`FigureError::DifferentDesigns`], [`FigureError::NothingToCombine`], and
    /// [`FigureError::NotANumber`] for a coefficient that is not finite.
    pub fn combine(parts: &[(f64, &Self)]) -> Result<Self, FigureError> {
        let used = checked(parts)?;
        let Some(&(_, first)) = used.first() else { return Err(FigureError::NothingToCombine) };
        let mut figure = Self {
            design: first.design,
            value: None,
            influence: merged(&used),
            range: None,
            parts: Vec::new(),
            reference: None,
            strata: joined_strata(&used),
            flags: used.iter().flat_map(|(_, f)| f.flags.iter().copied()).collect(),
        };
        figure.range = combined_range(&used, figure.influence.len());
        if used.iter().any(|(_, part)| part.value.is_none()) {
            figure.flags.insert(Flag::NoData);
            figure.influence.clear();
            return Ok(figure);
        }
        figure.flags.remove(&Flag::NoData);
        let terms = used.iter().filter_map(|(c, part)| part.value.map(|v| c * v));
        figure.value = Some(exact_sum(terms)).filter(|v| v.is_finite());
        for (c, part) in &used {
            figure.parts.extend(part.parts.iter().map(|leaf| {
                let mut leaf = leaf.clone();
                leaf.coefficient *= c;
                leaf
            }));
        }
        if let [(c, only)] = used.as_slice() {
            figure.reference = only
                .reference
                .map(|r| Reference { with_replacement: c * c * r.with_replacement, ..r });
        }
        Ok(figure)
    }

    /// `Σ w_k θ_k / Σ w_k`: a criterion over its questions, a score over the groups of people.
    ///
    /// # Errors
    /// As [`Figure::combine`]; also for negative weights or weights that add up to zero, and
    /// [`FigureError::EmptyPart`] if asked to fail on a part without data.
    pub fn weighted_mean(parts: &[(f64, &Self)], rule: EmptyPart) -> Result<Self, FigureError> {
        let shared = shared_out(parts, rule)?;
        let mut figure = Self::combine(&shared.parts)?;
        if shared.redistributed {
            figure.flags.insert(Flag::PartMissing);
        }
        Ok(figure)
    }

    /// The plain mean of figures: equal weights.
    ///
    /// # Errors
    /// As [`Figure::weighted_mean`].
    pub fn mean_of(parts: &[&Self], rule: EmptyPart) -> Result<Self, FigureError> {
        let parts: Vec<(f64, &Self)> = parts.iter().map(|&part| (1.0, part)).collect();
        Self::weighted_mean(&parts, rule)
    }

    /// This figure less another.
    ///
    /// # Errors
    /// As [`Figure::combine`].
    pub fn minus(&self, other: &Self) -> Result<Self, FigureError> {
        Self::combine(&[(1.0, self), (-1.0, other)])
    }

    /// This figure times a constant, for instance a share of 1 as a score of 100.
    ///
    /// # Errors
    /// [`FigureError::NotANumber`] unless the factor is finite and not zero.
    pub fn scaled(&self, factor: f64) -> Result<Self, FigureError> {
        if factor == 0.0 {
            return Err(FigureError::NotANumber { what: "factor", row: 0 });
        }
        Self::combine(&[(factor, self)])
    }

    /// A smooth function of figures, by its value and its gradient at the estimates.
    ///
    /// Source: Särndal, Swensson, Wretman (1992), section 5.5 (Taylor linearisation).
    ///
    /// # Errors
    /// As [`Figure::combine`].
    pub fn function(
        parts: &[&Self],
        function: impl FnOnce(&[f64]) -> (f64, Vec<f64>),
    ) -> Result<Self, FigureError> {
        let values: Option<Vec<f64>> = parts.iter().map(|part| part.value).collect();
        let zeros = vec![1.0; parts.len()];
        let (value, gradient) = values.map_or((f64::NAN, zeros), |v| function(&v));
        let terms: Vec<(f64, &Self)> = parts
            .iter()
            .enumerate()
            .map(|(k, &p)| (gradient.get(k).copied().unwrap_or(0.0), p))
            .collect();
        if terms.iter().any(|(c, _)| !c.is_finite()) || !value.is_finite() {
            // The function is not defined at the estimates, for instance a division by zero.
            let whole: Vec<(f64, &Self)> = parts.iter().map(|&p| (1.0, p)).collect();
            let mut figure = Self::combine(&whole)?;
            figure.value = None;
            figure.influence.clear();
            figure.parts.clear();
            figure.flags.insert(Flag::NoData);
            return Ok(figure);
        }
        let flat = terms.iter().all(|&(c, _)| c == 0.0);
        let whole: Vec<(f64, &Self)> = parts.iter().map(|&p| (1.0, p)).collect();
        let mut figure = Self::combine(if flat { &whole } else { &terms })?;
        if flat {
            // To first order nobody has any influence.
            for entry in &mut figure.influence {
                (entry.score, entry.share) = (0.0, 0.0);
            }
        }
        figure.value = Some(value);
        figure.range = None;
        figure.reference = None;
        for part in &mut figure.parts {
            part.range = None;
        }
        Ok(figure)
    }

    /// The covariance with another figure of the same design.
    ///
    /// # Errors
    /// [`FigureError::DifferentDesigns`]; [`FigureError::LonelyPsu`] under that rule.
    pub fn covariance(&self, other: &Self) -> Result<f64, FigureError> {
        same_design(self.design, other.design)?;
        let value = covariance(self.design, &self.influence, &other.influence)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(FigureError::NotANumber { what: "covariance", row: 0 })
        }
    }

    /// Tests whether the figure differs from `null`; nothing where its SE is unknown or zero.
    ///
    /// # Errors
    /// As [`Figure::estimate`].
    pub fn test(&self, null: f64) -> Result<Option<Test>, FigureError> {
        let ask = Ask { interval: IntervalRule::T, ..Ask::default() };
        let estimate = self.estimate_with(&ask)?;
        let (Some(value), Some(se), Some(df)) = (estimate.value, estimate.se, estimate.df) else {
            return Ok(None);
        };
        let t = (value - null) / se;
        let test = |p_value| Test { t, df, p_value };
        Ok(student_t_two_sided(t, df).filter(|_| t.is_finite()).map(test))
    }
}

/// Covariances of several figures of one design, by rows.
///
/// # Errors
/// As [`Figure::covariance`].
pub fn covariance_matrix(figures: &[&Figure<'_>]) -> Result<Vec<Vec<f64>>, FigureError> {
    let strata: Vec<Option<Vec<bool>>> =
        figures.iter().map(|figure| strata_of(figure.design, &figure.influence)).collect();
    let apart = |i: usize, j: usize| match (&strata[i], &strata[j]) {
        (Some(one), Some(other)) => !one.iter().zip(other).any(|(one, other)| *one && *other),
        _ => false,
    };
    let pairs: Vec<(usize, usize)> =
        (0..figures.len()).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
    let value = |&(i, j): &(usize, usize)| match apart(i, j) {
        // Strata are sampled independently.
        true => same_design(figures[i].design, figures[j].design).map(|()| 0.0),
        false => figures[i].covariance(figures[j]),
    };
    let values: Vec<Result<f64, FigureError>> = pairs.par_iter().map(value).collect();
    let mut matrix = vec![vec![0.0; figures.len()]; figures.len()];
    for (&(i, j), value) in pairs.iter().zip(values) {
        let value = value?;
        matrix[i][j] = value;
        matrix[j][i] = value;
    }
    Ok(matrix)
}

/// The parts of a composite with their weights as shares of 1.
pub(crate) struct Shared<'f, 'd> {
    pub(crate) parts: Vec<(f64, &'f Figure<'d>)>,
    /// The weight of a part without data went to the others.
    pub(crate) redistributed: bool,
}

pub(crate) fn shared_out<'f, 'd>(
    parts: &[(f64, &'f Figure<'d>)],
    rule: EmptyPart,
) -> Result<Shared<'f, 'd>, FigureError> {
    if let Some(row) = parts.iter().position(|&(w, _)| w < 0.0) {
        return Err(FigureError::NotANumber { what: "weights of a composite", row });
    }
    let empty = |&(w, part): &(f64, &Figure<'_>)| w > 0.0 && part.value.is_none();
    let missing = parts.iter().position(empty);
    if let (Some(part), EmptyPart::Fail) = (missing, rule) {
        return Err(FigureError::EmptyPart { part });
    }
    let has_data = parts.iter().any(|part| part.0 > 0.0 && !empty(part));
    let redistributed = rule == EmptyPart::Redistribute && missing.is_some() && has_data;
    let kept: Vec<(f64, &Figure<'d>)> =
        parts.iter().copied().filter(|part| !(redistributed && empty(part))).collect();
    let whole = exact_sum(kept.iter().map(|&(w, _)| w).filter(|w| w.is_finite()));
    if whole <= 0.0 {
        return Err(FigureError::NothingToCombine);
    }
    let parts = kept.iter().map(|&(w, part)| (w / whole, part)).collect();
    Ok(Shared { parts, redistributed })
}

fn same_design(first: &Design, second: &Design) -> Result<(), FigureError> {
    if std::ptr::eq(first, second) { Ok(()) } else { Err(FigureError::DifferentDesigns) }
}

fn checked<'f, 'd>(
    parts: &[(f64, &'f Figure<'d>)],
) -> Result<Vec<(f64, &'f Figure<'d>)>, FigureError> {
    if let Some(row) = parts.iter().position(|(c, _)| !c.is_finite()) {
        return Err(FigureError::NotANumber { what: "coefficients", row });
    }
    let used: Vec<_> = parts.iter().copied().filter(|&(c, _)| c != 0.0).collect();
    for pair in used.windows(2) {
        same_design(pair[0].1.design, pair[1].1.design)?;
    }
    Ok(used)
}

/// The influences of all parts by row; parts of one row are added in their given order.
fn merged(parts: &[(f64, &Figure<'_>)]) -> Vec<Influence> {
    let scaled = parts.iter().flat_map(|&(c, part)| {
        part.influence.iter().map(move |i| Influence {
            row: i.row,
            score: c * i.score,
            share: c * i.share,
        })
    });
    let mut all: Vec<Influence> = scaled.collect();
    all.sort_by_key(|i| i.row);
    all.dedup_by(|later, kept| {
        let same = later.row == kept.row;
        if same {
            kept.score += later.score;
            kept.share += later.share;
        }
        same
    });
    all
}

/// The limits of the sum; it is a share if it mixes the shares of disjoint sets of people.
pub(crate) fn combined_range(parts: &[(f64, &Figure<'_>)], rows: usize) -> Option<Range> {
    let (mut low, mut high) = (0.0, 0.0);
    for &(c, part) in parts {
        let range = part.range?;
        low += c * if c > 0.0 { range.low } else { range.high };
        high += c * if c > 0.0 { range.high } else { range.low };
    }
    let disjoint = parts.iter().map(|(_, part)| part.influence.len()).sum::<usize>() == rows;
    let shares = parts.iter().all(|(_, part)| part.range.is_some_and(|r| r.share));
    let same_sign = parts.len() == 1 || parts.iter().all(|&(c, _)| c > 0.0);
    range(low, high, shares && same_sign && disjoint)
}

fn joined_strata(parts: &[(f64, &Figure<'_>)]) -> Option<Vec<u32>> {
    let mut strata = Vec::new();
    for (_, part) in parts {
        strata.extend(part.strata.as_ref()?);
    }
    strata.sort_unstable();
    strata.dedup();
    Some(strata)
}
