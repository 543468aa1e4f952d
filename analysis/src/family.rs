//! Several figures together: their values with all their covariances.
//!
//! A [`Family`] is what comparisons need that are made at once: intervals that hold together
//! ([`crate::simultaneous`]), adjusted tests, trends over rounds ([`crate::trend`]) and ranks
//! ([`crate::standing`]).

use serde::Serialize;

use crate::distribution::normal_quantile;
use crate::error::FigureError;
use crate::estimate::{Ask, Est, Flag, IntervalRule};
use crate::figure::Figure;
use crate::interval::tail_of;

/// What is known of the uncertainty of a member of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A standard error above zero.
    Sample,
    /// Everybody answered (Ef), or influences cancel as in a figure less itself: the value is
    /// exact.
    Census,
    /// The standard error is zero, though not everybody answered (Ev), or not known (E1): the
    /// variance is taken from the interval, whose longer arm counts as z standard errors.
    Interval,
    /// There is a value, and nothing says how certain it is.
    Unknown,
    /// Nobody has a value (E0).
    NoData,
}

/// Figures with the covariance matrix of their estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub(crate) estimates: Vec<Est>,
    pub(crate) basis: Vec<Basis>,
    pub(crate) covariance: Vec<Vec<f64>>,
    pub(crate) df: f64,
    /// Degrees of freedom of a t test of each figure.
    pub(crate) df_of_tests: Vec<Option<f64>>,
}

impl Family {
    /// Figures of one design.
    ///
    /// # Errors
    /// [`FigureError::DifferentDesigns`]; as [`Figure::estimate_with`] and
    /// [`Figure::covariance`].
    pub fn of(figures: &[&Figure<'_>], ask: &Ask) -> Result<Self, FigureError> {
        let apart = figures.windows(2).any(|pair| !std::ptr::eq(pair[0].design, pair[1].design));
        if apart { Err(FigureError::DifferentDesigns) } else { Self::made(figures, ask) }
    }

    /// Figures of any designs, where samples of different designs are independent.
    ///
    /// Where people were in both samples this is wrong: see [`crate::rounds::Stacked`].
    ///
    /// # Errors
    /// As [`Figure::estimate_with`] and [`Figure::covariance`].
    pub fn independent(figures: &[&Figure<'_>], ask: &Ask) -> Result<Self, FigureError> {
        Self::made(figures, ask)
    }

    fn made(figures: &[&Figure<'_>], ask: &Ask) -> Result<Self, FigureError> {
        let estimates: Vec<Est> =
            figures.iter().map(|f| f.estimate_with(ask)).collect::<Result<_, _>>()?;
        // A test is made by t, for which other degrees of freedom may hold than for an interval.
        let by_t = Ask { interval: IntervalRule::T, ..*ask };
        let tested = figures.iter().map(|f| Ok(f.estimate_with(&by_t)?.df));
        let df_of_tests = tested.collect::<Result<_, FigureError>>()?;
        let size = figures.len();
        let mut family = Self {
            basis: estimates.iter().map(basis_of).collect(),
            covariance: vec![vec![0.0; size]; size],
            df: joint_degrees_of_freedom(figures),
            df_of_tests,
            estimates,
        };
        for i in 0..size {
            match family.basis[i] {
                Basis::Interval => {
                    family.covariance[i][i] = variance_of_interval(&family.estimates[i]);
                }
                Basis::Sample => family.add_covariances(figures, i)?,
                Basis::Census | Basis::Unknown | Basis::NoData => {}
            }
        }
        Ok(family)
    }

    /// The covariances of a member with itself and those before it.
    fn add_covariances(&mut self, figures: &[&Figure<'_>], i: usize) -> Result<(), FigureError> {
        for j in 0..=i {
            let same_sample = std::ptr::eq(figures[i].design, figures[j].design);
            if same_sample && self.basis[j] == Basis::Sample {
                let value = figures[i].covariance(figures[j])?;
                self.covariance[i][j] = value;
                self.covariance[j][i] = value;
            }
        }
        Ok(())
    }

    /// Each figure by itself, in the order given.
    #[must_use]
    pub fn estimates(&self) -> &[Est] {
        &self.estimates
    }

    /// What is known of the uncertainty of each figure.
    #[must_use]
    pub fn basis(&self) -> &[Basis] {
        &self.basis
    }

    /// Covariances of the estimates; rows of zeros for censuses and for figures of which
    /// nothing is known.
    #[must_use]
    pub fn covariance(&self) -> &[Vec<f64>] {
        &self.covariance
    }

    /// Degrees of freedom of all figures together: sampling units less strata among everybody
    /// who takes part in one of them.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        self.df
    }

    /// Positions of the figures that have one of these bases.
    pub(crate) fn members(&self, wanted: &[Basis]) -> Vec<usize> {
        (0..self.basis.len()).filter(|&i| wanted.contains(&self.basis[i])).collect()
    }

    pub(crate) fn value(&self, member: usize) -> f64 {
        self.estimates[member].value.unwrap_or_default()
    }

    /// The covariances of some members.
    pub(crate) fn covariance_of(&self, members: &[usize]) -> Vec<Vec<f64>> {
        let row = |&i: &usize| members.iter().map(|&j| self.covariance[i][j]).collect();
        members.iter().map(row).collect()
    }
}

fn basis_of(est: &Est) -> Basis {
    match est.se {
        _ if est.value.is_none() => Basis::NoData,
        _ if est.has(Flag::Census) => Basis::Census,
        Some(se) if se > 0.0 => Basis::Sample,
        _ if variance_of_interval(est) > 0.0 => Basis::Interval,
        Some(_) if est.ci.is_some() => Basis::Census,
        _ => Basis::Unknown,
    }
}

/// ((longer arm of the interval)/z)²; 0 without an interval.
fn variance_of_interval(est: &Est) -> f64 {
    let (Some(value), Some([low, high])) = (est.value, est.ci) else { return 0.0 };
    let arm = (high - value).max(value - low).max(0.0);
    let z = tail_of(est.level).and_then(|tail| normal_quantile(1.0 - tail));
    z.filter(|z| *z > 0.0).map_or(0.0, |z| (arm / z).powi(2))
}

/// Sampling units less strata among all who take part, added up over the designs.
fn joint_degrees_of_freedom(figures: &[&Figure<'_>]) -> f64 {
    let first_of_its_design = |&i: &usize| {
        !figures[..i].iter().any(|before| std::ptr::eq(before.design, figures[i].design))
    };
    let of_design = |i: usize| {
        let design = figures[i].design;
        let same = figures.iter().filter(|other| std::ptr::eq(other.design, design));
        let mut rows: Vec<u32> = same.flat_map(|f| f.influence.iter().map(|i| i.row)).collect();
        rows.sort_unstable();
        rows.dedup();
        design.units_less_strata(rows.into_iter())
    };
    (0..figures.len()).filter(first_of_its_design).map(of_design).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Declaration, Design, DontKnow, Scores, Stratum, Variable, covariance_matrix};

    fn design() -> Design {
        let strata = [Some(30), Some(3), Some(9), Some(40), None];
        let strata = strata.iter().map(|&n| Stratum::new("s", n)).collect();
        Declaration::new(strata, vec![0, 0, 0, 1, 1, 1, 2, 2, 2, 3]).build().unwrap()
    }

    fn figures<'d>(design: &'d Design, answers: &Variable) -> Vec<Figure<'d>> {
        (0..5).map(|s| design.mean(answers, &design.in_strata(&[s])).unwrap()).collect()
    }

    #[test]
    fn every_figure_says_what_its_uncertainty_rests_on() {
        let design = design();
        let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
        let codes = [1, 4, 5, 3, 4, 5, 4, 4, 4, 5];
        let scores = Variable::scored(&codes, &scale, DontKnow::Missing).unwrap();
        let all = figures(&design, &scores);
        let all: Vec<&Figure<'_>> = all.iter().collect();
        let family = Family::of(&all, &Ask::default()).unwrap();
        use Basis::{Census, Interval, NoData, Sample};
        assert_eq!(family.basis(), [Sample, Census, Interval, Interval, NoData]);
        assert!((family.covariance()[0][0] - all[0].covariance(all[0]).unwrap()).abs() < 1e-12);
        assert!(family.covariance()[2][2] > 0.0 && family.covariance()[1][1] == 0.0);
    }

    #[test]
    fn within_a_design_the_covariances_are_those_of_the_figures() {
        let design = design();
        let numbers = |v: &[f64]| Variable::numbers(v.to_vec()).unwrap();
        let first = numbers(&[1.0, 4.0, 2.0, 3.0, 3.0, 5.0, 1.0, 2.0, 2.0, 5.0]);
        let second = numbers(&[2.0, 4.0, 1.0, 3.0, 1.0, 5.0, 4.0, 2.0, 3.0, 5.0]);
        let inside = design.in_strata(&[0, 1, 2]);
        let figures =
            [design.mean(&first, &inside).unwrap(), design.mean(&second, &inside).unwrap()];
        let figures: Vec<&Figure<'_>> = figures.iter().collect();
        let family = Family::of(&figures, &Ask::default()).unwrap();
        assert_eq!(family.covariance(), covariance_matrix(&figures).unwrap());
        assert_eq!(family.degrees_of_freedom(), 6.0);
    }

    #[test]
    fn two_designs_are_refused_unless_they_are_said_to_be_independent() {
        let (one, two) = (design(), design());
        let answers = Variable::numbers((0..10).map(f64::from).collect()).unwrap();
        let a = one.mean(&answers, &one.in_strata(&[0])).unwrap();
        let b = two.mean(&answers, &two.in_strata(&[0])).unwrap();
        let refused = Family::of(&[&a, &b], &Ask::default()).unwrap_err();
        assert_eq!(refused, FigureError::DifferentDesigns);
        let family = Family::independent(&[&a, &b], &Ask::default()).unwrap();
        assert_eq!(family.covariance()[0][1], 0.0);
        assert_eq!(family.degrees_of_freedom(), 4.0);
    }
}
