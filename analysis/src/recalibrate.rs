//! Replicates whose weights are adjusted as those of the design were.
//!
//! A bootstrap of calibrated weights that does not calibrate again shows the variance of the
//! weights before calibration.
//!
//! Source: J. N. K. Rao, C. F. J. Wu, K. Yue (1992), Survey Methodology 18, section 3 (the
//! adjustment is repeated with the weights of each replicate).

use thiserror::Error;

use crate::calibrate::{Adjusted, CalibrationError};
use crate::design::Design;
use crate::replicate::{ReplicateError, Replicates};

/// Why replicates cannot be adjusted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RecalibrationError {
    /// The design's own weights cannot be adjusted.
    #[error(transparent)]
    Design(#[from] CalibrationError),
    /// The weights of a replicate cannot be adjusted, for instance because nobody of a small
    /// class was drawn: join it with another.
    #[error("replicate {replicate}: {cause}")]
    Replicate {
        /// Replicate, from 0.
        replicate: usize,
        /// What is wrong.
        cause: CalibrationError,
    },
    /// The replicates are not of this design.
    #[error(transparent)]
    Replicates(#[from] ReplicateError),
}

impl Replicates {
    /// The same replicates after an adjustment of the weights, made in each of them.
    ///
    /// `adjust` is any of the calibrations, or several in a row:
    ///
    /// ```
    /// # use analysis::{Declaration, Limits, Margin, Replicates, Stratum, Variable};
    /// # let design = Declaration::new(vec![Stratum::new("a", Some(90))], vec![0; 6]).build()?;
    /// # let margins = [Margin { class_of: vec![0, 0, 0, 1, 1, 1], counts: vec![50.0, 40.0] }];
    /// let replicates = Replicates::jackknife(&design);
    /// let raked = replicates.adjusted(&design, |d| d.raked(&margins, &Limits::default()))?;
    /// # assert_eq!(raked.len(), 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// All sets of weights are held in memory.
    ///
    /// # Errors
    /// [`RecalibrationError`].
    pub fn adjusted(
        &self,
        design: &Design,
        adjust: impl Fn(&Design) -> Result<(Design, Adjusted), CalibrationError>,
    ) -> Result<Self, RecalibrationError> {
        let (base, _) = adjust(design)?;
        let of_replicate = |replicate: usize| {
            let weights = self.weights(replicate).into_owned();
            let (expected, got) = (design.rows(), weights.len());
            if got != expected {
                let what = "weights";
                return Err(ReplicateError::LengthMismatch { what, expected, got }.into());
            }
            let adjusted = adjust(&design.reweighted(weights, None));
            let named = |cause| RecalibrationError::Replicate { replicate, cause };
            adjusted.map(|(design, _)| design.weights().to_vec()).map_err(named)
        };
        let all = (0..self.len()).map(of_replicate).collect::<Result<Vec<_>, _>>()?;
        let (scales, from_estimate) = self.rule();
        Ok(Self::given(base.weights(), all, true, scales, from_estimate)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Declaration, Limits, Margin, Stratum, Variable};

    fn sample() -> (Design, Margin, Variable) {
        let design = Declaration::new(vec![Stratum::new("a", None)], vec![0; 40]).build().unwrap();
        let class = |i: usize| usize::from(i % 5 < 2);
        let margin = Margin { class_of: (0..40).map(class).collect(), counts: vec![500.0, 700.0] };
        let value = |i: usize| (i * i % 7) as f64 + 6.0 * class(i) as f64;
        (design, margin, Variable::numbers((0..40).map(value).collect()).unwrap())
    }

    #[test]
    fn the_bootstrap_of_post_strata_has_the_error_of_their_residuals() {
        let (design, margin, variable) = sample();
        let (post, _) = design.poststratified(&margin).unwrap();
        let linear = post.mean(&variable, &post.everyone()).unwrap().estimate().unwrap();
        let se = |replicates: &Replicates| {
            let mean = replicates.mean(&variable, &design.everyone());
            (mean.value, replicates.estimate(&mean, 40, 39.0, 0.95).se.unwrap())
        };
        let plain = Replicates::rao_wu(&design, 2_000, [3; 32], &[&variable]);
        let again = plain.adjusted(&design, |d| d.poststratified(&margin)).unwrap();
        let (value, repeated) = se(&again);
        assert!((value.unwrap() - linear.value.unwrap()).abs() < 1e-12);
        assert!((repeated / linear.se.unwrap() - 1.0).abs() < 0.06, "{repeated} {linear:?}");
        assert!(se(&plain).1 > 1.3 * repeated);
    }

    #[test]
    fn every_replicate_meets_the_margins_and_one_that_cannot_is_named() {
        let (design, margin, _) = sample();
        let plain = Replicates::rao_wu(&design, 20, [3; 32], &[]);
        let limits = Limits::default();
        let raked = plain.adjusted(&design, |d| d.raked(std::slice::from_ref(&margin), &limits));
        let raked = raked.unwrap();
        for replicate in 0..20 {
            let weights = raked.weights(replicate);
            let first: f64 = (0..40).filter(|&i| margin.class_of[i] == 0).map(|i| weights[i]).sum();
            assert!((first - 500.0).abs() < 1e-6);
        }
        // Only one person in a class: the jackknife leaves it empty once.
        let mut lone = margin.clone();
        lone.class_of = (0..40).map(|i| usize::from(i == 7)).collect();
        let refused = Replicates::jackknife(&design).adjusted(&design, |d| d.poststratified(&lone));
        let named = matches!(refused, Err(RecalibrationError::Replicate { replicate: 7, .. }));
        assert!(named, "{refused:?}");
        let other = Declaration::new(vec![Stratum::new("a", None)], vec![0; 3]).build().unwrap();
        let strangers = Replicates::jackknife(&other);
        assert!(strangers.adjusted(&design, |d| d.poststratified(&margin)).is_err());
    }
}
