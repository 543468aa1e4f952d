//! A difference of two independent figures, seen as its two sides.
//!
//! Near an end of the scale, or where few answered, the limits of each side are far from
//! symmetrical, and a difference made with t forgets it.
//! Its limits are therefore recovered from those of the sides; see [`Reading`].

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::error::FigureError;
use crate::estimate::{Ask, IntervalRule};
use crate::figure::{Figure, Influence, Part};
use crate::reading::Reading;
use crate::variable::{Range, range};
use crate::variance::variance;

impl Figure<'_> {
    /// What is added and what is subtracted, where no stratum is in both and both have limits.
    pub(crate) fn sides<'a>(
        &'a self,
        ask: &'a Ask,
    ) -> Result<Option<Box<[Reading<'a>; 2]>>, FigureError> {
        let plain = self.design.adjustments.is_empty() && self.design.unequal.is_none();
        let bounded = self.parts.iter().all(|part| part.range.is_some());
        let sign = |part: &Part| part.coefficient > 0.0;
        let both = self.parts.iter().any(sign) && !self.parts.iter().all(sign);
        if !plain || !bounded || !both || ask.interval != IntervalRule::Automatic {
            return Ok(None);
        }
        let (added, taken): (Vec<Influence>, Vec<Influence>) =
            self.influence.iter().partition(|i| i.share > 0.0);
        let strata = |rows: &[Influence]| -> BTreeSet<u32> {
            rows.iter().map(|i| self.design.levels[0].parent[i.row as usize]).collect()
        };
        if !strata(&added).is_disjoint(&strata(&taken)) {
            return Ok(None);
        }
        let side = |rows: &[Influence], of_sign: f64| -> Result<Reading<'a>, FigureError> {
            let mut parts: Vec<Part> = self.parts.clone();
            parts.retain(|part| part.coefficient * of_sign > 0.0);
            parts.iter_mut().for_each(|part| part.coefficient = part.coefficient.abs());
            let sum = |of: fn(&Part) -> f64| parts.iter().map(|p| p.coefficient * of(p)).sum();
            Ok(Reading {
                ask,
                value: sum(|part| part.value),
                variance: variance(self.design, rows)?,
                df: self.design.units_less_strata(rows.iter().map(|i| i.row)),
                n: rows.len() as u64,
                kish: None,
                range: range_of(&parts),
                parts: Cow::Owned(parts),
                reference: None,
                sides: None,
            })
        };
        Ok(Some(Box::new([side(&added, 1.0)?, side(&taken, -1.0)?])))
    }
}

/// The limits of a sum of parts that have limits.
fn range_of(parts: &[Part]) -> Option<Range> {
    let sum = |of: fn(Range) -> f64| -> f64 {
        parts.iter().map(|part| part.coefficient * part.range.map_or(0.0, of)).sum()
    };
    let share = matches!(parts, [part] if part.range.is_some_and(|r| r.share));
    range(sum(|r| r.low), sum(|r| r.high), share)
}
