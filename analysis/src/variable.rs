//! What is measured: answers turned into numbers, one per row or none.

use std::collections::BTreeMap;

use crate::design::LARGEST;
use crate::error::FigureError;

/// "Không biết / không có ý kiến": an answer of its own kind.
pub const DONT_KNOW: i8 = 0;
/// Asked, but not answered.
pub const MISSING: i8 = -1;
/// Not asked, because the question did not apply.
pub const NOT_ASKED: i8 = -2;

/// How the answer "không biết" enters a figure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum DontKnow {
    /// Not at all: out of the domain, as missing answers are.
    #[default]
    Missing,
    /// In the denominator only: it counts as the value 0 (SIPAS-type shares).
    AsDenominator,
    /// As this value, for instance to show the bounds "all of them top" and "all bottom".
    AsValue(f64),
}

/// The limits between which a figure must lie, and whether it is a share of people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Least possible value.
    pub low: f64,
    /// Largest possible value.
    pub high: f64,
    /// Every person has one of the two limits: the figure is a share.
    pub share: bool,
}

/// The values of an option list: answer code → value, or none for options that do not score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    values: BTreeMap<i8, Option<f64>>,
}

impl Scores {
    /// A scale whose options have these values.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = (i8, f64)>) -> Self {
        Self { values: values.into_iter().map(|(code, value)| (code, Some(value))).collect() }
    }

    /// Adds an option that is a valid answer but has no value (out of the domain).
    #[must_use]
    pub fn unscored(mut self, code: i8) -> Self {
        self.values.insert(code, None);
        self
    }

    /// The same options as a share: 1 for those counted, 0 for the others that score.
    pub(crate) fn as_share(&self, counted: &[i8]) -> Self {
        let options = self.values.iter().map(|(&code, value)| {
            let yes = if counted.contains(&code) { 1.0 } else { 0.0 };
            (code, value.map(|_| yes))
        });
        Self { values: options.collect() }
    }

    /// Whether a code is an option.
    pub(crate) fn knows(&self, code: i8) -> bool {
        self.values.contains_key(&code)
    }

    /// The value of an option, if it is one and scores.
    pub(crate) fn value(&self, code: i8) -> Option<f64> {
        self.values.get(&code).copied().flatten()
    }

    /// The value of "không biết".
    pub(crate) fn dont_know(&self, rule: DontKnow) -> Option<f64> {
        match rule {
            DontKnow::Missing => None,
            DontKnow::AsDenominator => Some(0.0),
            DontKnow::AsValue(value) => Some(value),
        }
    }

    /// The limits of a figure of these options.
    pub(crate) fn range(&self, rule: DontKnow, share: bool) -> Option<Range> {
        let binary = |v: f64| v == 0.0 || v == 1.0;
        let instead = self.dont_know(rule);
        if share && instead.is_none_or(binary) {
            return range(0.0, 1.0, true);
        }
        let (low, high) = self.limits()?;
        let (low, high) = instead.map_or((low, high), |v| (low.min(v), high.max(v)));
        range(low, high, false)
    }

    fn limits(&self) -> Option<(f64, f64)> {
        let mut values = self.values.values().flatten().copied();
        let first = values.next()?;
        Some(values.fold((first, first), |(low, high), v| (low.min(v), high.max(v))))
    }
}

/// One number per respondent, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// A missing value is NaN here and nowhere else.
    pub(crate) values: Vec<f64>,
    pub(crate) range: Option<Range>,
}

impl Variable {
    /// Measured numbers; NaN means missing.
    ///
    /// # Errors
    /// [`FigureError::NotANumber`] for an infinite number or one beyond ±10⁶⁰.
    pub fn numbers(values: Vec<f64>) -> Result<Self, FigureError> {
        match values.iter().position(|v| v.abs() > LARGEST) {
            Some(row) => Err(FigureError::NotANumber { what: "numbers", row }),
            None => Ok(Self { values, range: None }),
        }
    }

    /// Answers as the values of their options; the figure lies between the extreme options.
    ///
    /// # Errors
    /// [`FigureError::UnknownCode`] for a code that is neither an option nor one of
    /// [`DONT_KNOW`], [`MISSING`], [`NOT_ASKED`].
    pub fn scored(codes: &[i8], scores: &Scores, dont_know: DontKnow) -> Result<Self, FigureError> {
        let instead = scores.dont_know(dont_know);
        let value = |(row, &code): (usize, &i8)| {
            let found = match code {
                DONT_KNOW => instead,
                MISSING | NOT_ASKED => None,
                code => *scores.values.get(&code).ok_or(FigureError::UnknownCode { row, code })?,
            };
            Ok(found.unwrap_or(f64::NAN))
        };
        let values = codes.iter().enumerate().map(value).collect::<Result<Vec<f64>, _>>()?;
        let mut variable = Self::numbers(values)?;
        variable.range = scores.range(dont_know, false);
        Ok(variable)
    }

    /// 1 for the options that count, 0 for the other options: the figure is a share of people.
    ///
    /// With [`DontKnow::AsDenominator`] "không biết" counts as 0.
    ///
    /// # Errors
    /// [`FigureError::UnknownCode`], as for [`Variable::scored`].
    pub fn share(
        codes: &[i8],
        scores: &Scores,
        counted: &[i8],
        dont_know: DontKnow,
    ) -> Result<Self, FigureError> {
        let shares = scores.as_share(counted);
        let mut variable = Self::scored(codes, &shares, dont_know)?;
        variable.range = shares.range(dont_know, true);
        Ok(variable)
    }

    /// 1 for yes, 0 for no, none for neither: the figure is a share of people.
    #[must_use]
    pub fn condition(values: impl IntoIterator<Item = Option<bool>>) -> Self {
        let number = |v: Option<bool>| v.map_or(f64::NAN, |yes| if yes { 1.0 } else { 0.0 });
        Self { values: values.into_iter().map(number).collect(), range: range(0.0, 1.0, true) }
    }

    /// Among those who were asked and answered: did they say "không biết"?
    #[must_use]
    pub fn dont_know(codes: &[i8]) -> Self {
        Self::condition(codes.iter().map(|&code| match code {
            MISSING | NOT_ASKED => None,
            code => Some(code == DONT_KNOW),
        }))
    }

    /// How many rows the variable has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a row.
    #[must_use]
    pub fn value(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().filter(|v| !v.is_nan())
    }
}

/// A range, unless it is empty or not finite.
pub(crate) fn range(low: f64, high: f64, share: bool) -> Option<Range> {
    (low.is_finite() && high.is_finite() && low < high).then_some(Range { low, high, share })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dont_know_missing_and_not_asked_have_no_value_by_default() {
        let scores = Scores::new([(1, 0.0), (5, 100.0)]).unscored(9);
        let codes = [1, 5, DONT_KNOW, MISSING, NOT_ASKED, 9];
        let read = |dont_know| -> Vec<Option<f64>> {
            let variable = Variable::scored(&codes, &scores, dont_know).unwrap();
            (0..codes.len()).map(|row| variable.value(row)).collect()
        };
        assert_eq!(read(DontKnow::Missing), [Some(0.0), Some(100.0), None, None, None, None]);
        assert_eq!(read(DontKnow::AsValue(50.0))[2..], [Some(50.0), None, None, None]);
        assert_eq!(
            Variable::scored(&[1, 3], &scores, DontKnow::Missing),
            Err(FigureError::UnknownCode { row: 1, code: 3 })
        );
    }

    #[test]
    fn a_share_may_count_dont_know_in_its_denominator() {
        let scores = Scores::new([(1, 0.0), (4, 0.75), (5, 1.0)]);
        let share =
            Variable::share(&[5, 4, 1, 0, -1], &scores, &[4, 5], DontKnow::AsDenominator).unwrap();
        let values: Vec<_> = (0..5).map(|row| share.value(row)).collect();
        assert_eq!(values, [Some(1.0), Some(1.0), Some(0.0), Some(0.0), None]);
        assert!(share.range.unwrap().share);
    }

    #[test]
    fn infinite_numbers_are_refused_and_nan_is_missing() {
        assert!(Variable::numbers(vec![1.0, f64::INFINITY]).is_err());
        assert_eq!(Variable::numbers(vec![f64::NAN]).unwrap().value(0), None);
    }
}
