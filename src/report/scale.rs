//! Do the questions of a criterion measure one thing?

use super::judged::Judged;
use crate::{
    criteria::{Counted, CriterionRule, DontKnow, Method, Rule, Scoring},
    questionnaire::{Labels, OptionList, Recorded},
};
use analysis::{Variable, reliability::reliability};
use serde::{Deserialize, Serialize};

/// Fewer complete answers give no coefficient.
///
/// With 30 respondents and four questions the 95 % interval of an α of 0.80 still reaches from
/// about 0.66 to 0.89, from doubtful to excellent; with fewer it says nothing.
/// Source: L. S. Feldt (1965), Psychometrika 30. It is also well above the least number of
/// people of whom anything may be told.
pub const LEAST_OF_SCALE: u64 = 30;

/// The questions of a criterion on one form, taken together as a scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaleResult {
    /// The form's id.
    pub form: String,
    /// What the form is called.
    pub form_title: Labels,
    /// How many questions of the form count for the criterion: two or more.
    pub questions: usize,
    /// The coefficients, if [`LEAST_OF_SCALE`] people answered every question.
    pub figures: Option<ScaleFigures>,
}

/// How reliable a scale is among those who answered every question of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaleFigures {
    /// How many they are.
    pub n: u64,
    /// Cronbach's α; not given if fewer than two questions have answers that differ.
    pub alpha: Option<f64>,
    /// The mean correlation between two questions.
    pub average_correlation: Option<f64>,
}

/// What α says, in a word.
///
/// Source of the limits: J. Nunnally, I. Bernstein (1994), Psychometric Theory, chapter 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reliable {
    /// 0.8 or more.
    Good,
    /// 0.7 to 0.8.
    Usable,
    /// Below 0.7.
    Low,
}

impl ScaleFigures {
    /// What α says, in a word.
    pub fn verdict(&self) -> Option<Reliable> {
        self.alpha.map(|alpha| match alpha {
            alpha if alpha >= 0.8 => Reliable::Good,
            alpha if alpha >= 0.7 => Reliable::Usable,
            _ => Reliable::Low,
        })
    }
}

/// The scales of a criterion, form by form; a form with one question has none.
pub(super) fn scales(judged: &Judged<'_>, rule: &Rule) -> Vec<ScaleResult> {
    judged.forms().filter_map(|form| scale(judged, rule, form)).collect()
}

/// Answers are taken as they stand on the scale, whatever the rule counts: α of "one of the two
/// best levels" would say less about the same questions. Every respondent counts once, as
/// it is the questions that are looked at and not the people.
fn scale(judged: &Judged<'_>, rule: &Rule, id: &str) -> Option<ScaleResult> {
    let form = judged.survey.forms.get(id)?;
    let items: Vec<(&str, Scoring)> = form
        .questions_for(&judged.rule.criterion)
        .filter_map(|question| {
            let scoring = as_answered(rule, judged.rule, form.list_of(question)?)?;
            Some((question.name.as_str(), scoring))
        })
        .collect();
    if items.len() < 2 {
        return None;
    }
    let rows = (0..judged.sample.rows.len())
        .filter(|&row| judged.label(row).is_some_and(|label| label.form == id));
    let rows: Vec<usize> = rows.collect();
    let value =
        |row: usize, name: &str, scoring: &Scoring| match judged.sample.rows[row].answers.get(name)
        {
            Some(Recorded::Code(code)) => match scoring.of(*code) {
                Counted::Value(value) => value,
                Counted::LeftOut | Counted::NotAsked => f64::NAN,
            },
            _ => f64::NAN,
        };
    let variables: Vec<Variable> = items
        .iter()
        .map(|(name, scoring)| rows.iter().map(|&row| value(row, name, scoring)).collect())
        .map(Variable::numbers)
        .collect::<Result<_, _>>()
        .ok()?;
    let figures = reliability(&variables.iter().collect::<Vec<_>>(), &vec![1.0; rows.len()]);
    Some(ScaleResult {
        form: id.to_owned(),
        form_title: form.title.clone(),
        questions: items.len(),
        figures: (figures.n >= LEAST_OF_SCALE).then_some(ScaleFigures {
            n: figures.n,
            alpha: figures.alpha,
            average_correlation: figures.average_correlation,
        }),
    })
}

/// What the options stand for: their coefficients, or else their codes if these are in order.
fn as_answered(rule: &Rule, criterion: &CriterionRule, scale: &OptionList) -> Option<Scoring> {
    let by = |method| {
        let plain = CriterionRule { method, dont_know: DontKnow::Excluded, ..criterion.clone() };
        rule.scoring(&plain, scale).ok()
    };
    by(Method::Mean).or_else(|| by(Method::MeanOfScale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{criteria::Method, report::trial};
    use analysis::distribution::fisher_f_quantile;

    /// Two questions whose answers are `codes`, and the scale they make.
    fn of(codes: &[[i16; 2]]) -> ScaleResult {
        let forms = codes.iter().map(|codes| codes.to_vec()).collect();
        let facts = trial::many(&[trial::Filled::new("u1", None, forms)]);
        let survey = trial::survey_of(1, 1, 2);
        trial::scored(&facts, &survey).criteria.remove(0).scales.remove(0)
    }

    /// 40 people; the second answer is the first one or the next lower.
    fn forty() -> Vec<[i16; 2]> {
        (0..40).map(|at| [2 + at % 4, 2 + at % 4 - i16::from(at % 3 == 0)]).collect()
    }

    #[test]
    fn alpha_is_what_its_formula_gives() {
        let codes = forty();
        let column = |q: usize| codes.iter().map(move |codes| f64::from(codes[q]));
        let sum = codes.iter().map(|codes| f64::from(codes[0] + codes[1]));
        let variance = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / 40.0;
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        };
        let (a, b, both) =
            (variance(column(0).collect()), variance(column(1).collect()), variance(sum.collect()));
        let scale = of(&codes);
        let figures = scale.figures.unwrap();
        assert_eq!((scale.questions, figures.n), (2, 40));
        assert!((figures.alpha.unwrap() - 2.0 * (1.0 - (a + b) / both)).abs() < 1e-12);
        let correlation = (both - a - b) / 2.0 / (a * b).sqrt();
        assert!((figures.average_correlation.unwrap() - correlation).abs() < 1e-12);
        assert_eq!(figures.verdict(), Some(Reliable::Good));
    }

    #[test]
    fn with_thirty_people_alpha_is_known_from_doubtful_to_excellent() {
        // The interval of Feldt: 1 − (1 − α)·F on n − 1 and (n − 1)(k − 1) degrees of freedom.
        let limit = |p| 1.0 - 0.2 * fisher_f_quantile(p, 29.0, 87.0).unwrap();
        let [low, high] = [limit(0.975), limit(0.025)];
        assert!((low - 0.66).abs() < 0.01 && (high - 0.89).abs() < 0.01, "{low} {high}");
    }

    #[test]
    fn fewer_than_thirty_complete_answers_give_no_coefficient() {
        let mut codes = forty();
        codes.truncate(30);
        assert!(of(&codes).figures.is_some());
        codes[7][1] = -1;
        assert_eq!(of(&codes).figures, None);
        codes[7][1] = 0;
        assert_eq!(of(&codes).figures, None);
    }

    #[test]
    fn one_question_is_no_scale_and_answers_all_alike_have_no_coefficient() {
        let facts = trial::one_cell(&[5; 40], None);
        assert!(trial::scored(&facts, &trial::published()).criteria[0].scales.is_empty());
        let alike = of(&[[4, 4]; 40]).figures.unwrap();
        assert_eq!((alike.alpha, alike.average_correlation, alike.verdict()), (None, None, None));
    }

    #[test]
    fn the_rule_counts_otherwise_and_the_scale_stays_what_it_is() {
        let facts = {
            let forms = forty().iter().map(|codes| codes.to_vec()).collect();
            trial::many(&[trial::Filled::new("u1", None, forms)])
        };
        let mut survey = trial::survey_of(1, 1, 2);
        let mean = trial::scored(&facts, &survey).criteria.remove(0);
        survey.rule.criteria[0].method = Method::TopTwo;
        let top_two = trial::scored(&facts, &survey).criteria.remove(0);
        assert_ne!(mean.score, top_two.score);
        assert_eq!(mean.scales, top_two.scales);
    }
}
