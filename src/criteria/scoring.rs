use crate::text;
use crate::{messages::Text, questionnaire::ChoiceOption};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Recorded for a question that was asked and left empty.
const MISSING: i16 = -1;

/// Recorded for a question that did not concern the respondent.
const NOT_ASKED: i16 = -2;

/// Recorded for "không biết / không có ý kiến".
const DONT_KNOW: i16 = 0;

/// What one answer counts for, between 0 (worst) and 1 (best).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// The coefficient of the option.
    Mean,
    /// 1 for the two best options, 0 for the others.
    TopTwo,
    /// The code of the option as a share of the highest code: 4 of 5 counts 0.8.
    MeanOfScale,
    /// 1 for the options with these codes, 0 for the others.
    Share(Vec<i16>),
}

/// What "don't know" counts for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum DontKnow {
    /// Nothing: the answer is left out of the denominator.
    Excluded,
    /// As much as an option with this coefficient.
    Counts(f64),
}

/// What every possible answer to one question counts for under a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    values: BTreeMap<i16, f64>,
    dont_know: DontKnow,
}

/// What one recorded answer counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Counted {
    /// So much, between 0 and 1.
    Value(f64),
    /// Nothing, though the question was asked: left empty, or don't know.
    LeftOut,
    /// The question did not concern the respondent.
    NotAsked,
}

/// Why a method cannot be used with a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScoringError {
    /// An option has no coefficient and the rule gives none.
    NoCoefficient(i16),
    /// A coefficient lies outside 0–1.
    CoefficientOutOfRange(i16),
    /// The two best options cannot be told: too few, or equal coefficients.
    NoTwoBest,
    /// A higher code is not a better option, so a mean of codes says nothing.
    CodesNotInOrder,
    /// The rule counts an option that the scale does not have.
    UnknownCode(i16),
}

impl Scoring {
    /// What the `options` of a scale count for; `coefficients` replace those of the form.
    pub fn new(
        method: &Method,
        dont_know: DontKnow,
        options: &[ChoiceOption],
        coefficients: Option<&BTreeMap<i16, f64>>,
    ) -> Result<Self, ScoringError> {
        let own = |option: &ChoiceOption| match coefficients {
            Some(replaced) => replaced.get(&option.code).copied(),
            None => option.coefficient,
        };
        let values = match method {
            Method::Mean => by_coefficient(options, own)?,
            Method::TopTwo => by_two_best(by_coefficient(options, own)?)?,
            Method::MeanOfScale => by_code(options)?,
            Method::Share(codes) => by_share(options, codes)?,
        };
        Ok(Self { values, dont_know })
    }

    /// What the recorded code of an answer counts for.
    ///
    /// A code that the scale does not have was not an answer to this question: it is left out.
    pub fn of(&self, code: i16) -> Counted {
        match code {
            NOT_ASKED => Counted::NotAsked,
            MISSING => Counted::LeftOut,
            DONT_KNOW => match self.dont_know {
                DontKnow::Excluded => Counted::LeftOut,
                DontKnow::Counts(value) => Counted::Value(value),
            },
            code => self.values.get(&code).map_or(Counted::LeftOut, |value| Counted::Value(*value)),
        }
    }

    /// The same scoring with "don't know" counting otherwise, for bounds beside a score.
    pub fn with_dont_know(&self, dont_know: DontKnow) -> Self {
        Self { values: self.values.clone(), dont_know }
    }

    /// The options' codes and what they count for, by code.
    pub fn values(&self) -> &BTreeMap<i16, f64> {
        &self.values
    }
}

impl ScoringError {
    /// What is wrong, for a person.
    pub fn text(&self) -> Text {
        match self {
            Self::NoCoefficient(code) => text!("survey.no_coefficient", code = code),
            Self::CoefficientOutOfRange(code) => {
                text!("survey.coefficient_out_of_range", code = code)
            }
            Self::NoTwoBest => text!("survey.no_two_best"),
            Self::CodesNotInOrder => text!("survey.codes_not_in_order"),
            Self::UnknownCode(code) => text!("survey.share_of_unknown_code", code = code),
        }
    }
}

/// The score (0–100) of one person: the mean over the answers that count.
///
/// There is none when nothing was asked, when no answer counts, or when fewer than
/// the share `least_answered` (0–1) of the questions asked got an answer that counts.
pub fn person_score(
    answers: impl IntoIterator<Item = Counted>,
    least_answered: f64,
) -> Option<f64> {
    let (mut asked, mut answered, mut sum) = (0.0, 0.0, 0.0);
    for answer in answers {
        match answer {
            Counted::Value(value) => {
                asked += 1.0;
                answered += 1.0;
                sum += value;
            }
            Counted::LeftOut => asked += 1.0,
            Counted::NotAsked => {}
        }
    }
    (answered > 0.0 && answered >= least_answered * asked).then(|| 100.0 * sum / answered)
}

fn by_coefficient(
    options: &[ChoiceOption],
    coefficient: impl Fn(&ChoiceOption) -> Option<f64>,
) -> Result<BTreeMap<i16, f64>, ScoringError> {
    let value = |option: &ChoiceOption| {
        let value = coefficient(option).ok_or(ScoringError::NoCoefficient(option.code))?;
        if !(0.0..=1.0).contains(&value) {
            return Err(ScoringError::CoefficientOutOfRange(option.code));
        }
        Ok((option.code, value))
    };
    options.iter().map(value).collect()
}

fn by_two_best(coefficients: BTreeMap<i16, f64>) -> Result<BTreeMap<i16, f64>, ScoringError> {
    let mut ranked: Vec<f64> = coefficients.values().copied().collect();
    ranked.sort_by(|a, b| b.total_cmp(a));
    let [_, second, third, ..] = ranked[..] else { return Err(ScoringError::NoTwoBest) };
    if second <= third {
        return Err(ScoringError::NoTwoBest);
    }
    let share = |value: f64| if value >= second { 1.0 } else { 0.0 };
    Ok(coefficients.into_iter().map(|(code, value)| (code, share(value))).collect())
}

fn by_code(options: &[ChoiceOption]) -> Result<BTreeMap<i16, f64>, ScoringError> {
    let mut ranked: Vec<&ChoiceOption> = options.iter().collect();
    ranked.sort_by_key(|option| option.code);
    let rises = |pair: &[&ChoiceOption]| match (pair[0].coefficient, pair[1].coefficient) {
        (Some(lower), Some(higher)) => lower <= higher,
        _ => true,
    };
    let top = match ranked.last() {
        Some(top) if ranked[0].code > 0 && ranked.windows(2).all(rises) => f64::from(top.code),
        _ => return Err(ScoringError::CodesNotInOrder),
    };
    Ok(ranked.iter().map(|option| (option.code, f64::from(option.code) / top)).collect())
}

fn by_share(options: &[ChoiceOption], codes: &[i16]) -> Result<BTreeMap<i16, f64>, ScoringError> {
    let known = |code: &i16| options.iter().any(|option| option.code == *code);
    if let Some(code) = codes.iter().find(|code| !known(code)) {
        return Err(ScoringError::UnknownCode(*code));
    }
    let value = |option: &ChoiceOption| if codes.contains(&option.code) { 1.0 } else { 0.0 };
    Ok(options.iter().map(|option| (option.code, value(option))).collect())
}
