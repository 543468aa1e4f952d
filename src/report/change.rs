//! How a round differs from an earlier one, and what breaks the comparison.
//!
//! Only figures that both rounds publish anyway are held against each other, so that a change
//! tells nothing that its two ends do not tell.

use super::{CriterionResult, Flag, Results, comparable::breaks, result::RuleNamed};
use crate::{
    questionnaire::Labels,
    survey::{Break, Survey},
};
use analysis::published::combined;
use std::collections::BTreeSet;

/// Every criterion of a round beside an earlier round.
#[derive(Debug, Clone)]
pub struct Change {
    /// How people name the earlier round.
    pub earlier: String,
    /// The rule by which the earlier figures were computed.
    pub rule: RuleNamed,
    /// The criteria in the order of the later round.
    pub criteria: Vec<CriterionChange>,
}

/// One criterion of one subject, then and now.
#[derive(Debug, Clone)]
pub struct CriterionChange {
    /// The printed code or, where there is none, the stable id.
    pub code: String,
    /// The code as people say it.
    pub heading: Labels,
    /// What the criterion is called now.
    pub name: Labels,
    /// The code of who is judged.
    pub subject: String,
    /// What the subject is called now.
    pub subject_label: Labels,
    /// The score then.
    pub before: Option<f64>,
    /// The score now.
    pub now: Option<f64>,
    /// The difference, if both may be told.
    pub difference: Option<Difference>,
    /// By how much the points differ, if nothing breaks the comparison.
    pub points: Option<f64>,
    /// Why the figures of the two rounds do not mean the same.
    pub breaks: BTreeSet<Break>,
}

/// The score now less the score then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The difference.
    pub value: f64,
    /// Its standard error.
    pub se: Option<f64>,
    /// Its degrees of freedom.
    pub df: Option<f64>,
    /// The 95 % confidence interval.
    pub ci: Option<[f64; 2]>,
    /// What may be said of it; nothing where a break comes between, or the error is not known.
    pub verdict: Option<Verdict>,
}

/// What may be said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Higher, by more than sampling can explain.
    Risen,
    /// Lower, by more than sampling can explain.
    Fallen,
    /// Sampling alone could explain it.
    NotTold,
    /// Higher; both rounds asked everybody, so nothing is left to sampling.
    RisenByCount,
    /// Lower; both rounds asked everybody.
    FallenByCount,
    /// The same; both rounds asked everybody.
    SameByCount,
}

/// Holds the results of a round against those of an earlier one, each with its survey.
pub fn change(now: (&Results, &Survey), earlier: (&Results, &Survey)) -> Change {
    let criteria = now.0.criteria.iter().map(|one| {
        let then = earlier.0.criteria.iter();
        let then = then.clone().find(|then| then.code == one.code && then.subject == one.subject);
        let breaks = match then {
            Some(then) => breaks((now.0, now.1, one), (earlier.0, earlier.1, then)),
            None => BTreeSet::from([Break::NotInEarlier]),
        };
        let difference = then.and_then(|then| difference(one, then)).map(|difference| {
            let broken = breaks.iter().any(|one| one.concerns_scores());
            Difference { verdict: difference.verdict.filter(|_| !broken), ..difference }
        });
        let points = then.and_then(|then| Some(one.points? - then.points?));
        CriterionChange {
            code: one.code.clone(),
            heading: one.heading.clone(),
            name: one.name.clone(),
            subject: one.subject.clone(),
            subject_label: one.subject_label.clone(),
            before: then.and_then(|then| then.score),
            now: one.score,
            difference,
            points: points.filter(|_| breaks.is_empty()),
            breaks,
        }
    });
    Change {
        earlier: earlier.0.round.clone(),
        rule: earlier.0.rule.clone(),
        criteria: criteria.collect(),
    }
}

/// The rounds are drawn independently; see [`combined`] for what follows from that.
fn difference(now: &CriterionResult, then: &CriterionResult) -> Option<Difference> {
    let found = combined(&[(1.0, now.published()?), (-1.0, then.published()?)])?;
    let value = found.value;
    let ci = found.ci.map(|ci| ci.map(|limit| limit.clamp(-100.0, 100.0)));
    let verdict = match ci {
        _ if found.census && value > 0.0 => Some(Verdict::RisenByCount),
        _ if found.census && value < 0.0 => Some(Verdict::FallenByCount),
        _ if found.census => Some(Verdict::SameByCount),
        Some([low, _]) if low > 0.0 => Some(Verdict::Risen),
        Some([_, high]) if high < 0.0 => Some(Verdict::Fallen),
        Some(_) => Some(Verdict::NotTold),
        None => None,
    };
    // Where answers are all alike, a standard error of 0 is worth no degrees of freedom.
    let alike = [now, then].iter().any(|one| one.flags.contains(&Flag::ZeroVariance));
    Some(Difference { value, se: found.se, df: found.df.filter(|_| !alike), ci, verdict })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        criteria::{Conversion, DontKnow, Method, WithoutData},
        report::{CellFacts, Facts, Results, trial},
        survey::Survey,
    };
    use proptest::prelude::*;

    /// The only criterion of one cell of 400 people, then and now.
    fn of(then: &[i16], now: &[i16]) -> CriterionChange {
        between(&trial::one_cell(then, Some(400)), &trial::one_cell(now, Some(400)))
    }

    fn between(then: &Facts, now: &Facts) -> CriterionChange {
        let survey = trial::survey_of(1, 1, 1);
        with((then, &survey), (now, &survey))
    }

    fn with(then: (&Facts, &Survey), now: (&Facts, &Survey)) -> CriterionChange {
        let results = |(facts, survey): (&Facts, &Survey)| trial::scored(facts, survey);
        let (earlier, later): (Results, Results) = (results(then), results(now));
        change((&later, now.1), (&earlier, then.1)).criteria.remove(0)
    }

    fn codes(n: usize, code: i16) -> Vec<i16> {
        trial::answers(0, n, code).into_iter().map(|(_, code)| code).collect()
    }

    #[test]
    fn what_sampling_can_explain_is_no_change() {
        let verdict = |then: &[i16], now: &[i16]| of(then, now).difference.unwrap().verdict;
        assert_eq!(verdict(&codes(50, 3), &codes(50, 4)), Some(Verdict::Risen));
        assert_eq!(verdict(&codes(50, 4), &codes(50, 3)), Some(Verdict::Fallen));
        assert_eq!(verdict(&codes(50, 4), &codes(51, 4)), Some(Verdict::NotTold));
        assert_eq!(verdict(&[1, 5, 1, 5, 3, 2], &[2, 5, 1, 5, 4, 3]), Some(Verdict::NotTold));
    }

    #[test]
    fn two_rounds_that_asked_everybody_differ_as_they_are_counted() {
        let all = |codes: &[i16]| trial::one_cell(codes, Some(codes.len() as u64));
        let [low, high] = [codes(30, 4), codes(31, 4)];
        let verdict = |then: &[i16], now: &[i16]| {
            let difference = between(&all(then), &all(now)).difference.unwrap();
            assert_eq!((difference.se, difference.ci), (Some(0.0), Some([difference.value; 2])));
            difference.verdict
        };
        assert_eq!(verdict(&low, &high), Some(Verdict::RisenByCount));
        assert_eq!(verdict(&high, &low), Some(Verdict::FallenByCount));
        assert_eq!(verdict(&low, &low), Some(Verdict::SameByCount));
    }

    #[test]
    fn answers_that_are_all_alike_are_not_taken_for_certain() {
        let change = of(&[5; 12], &codes(12, 5)).difference.unwrap();
        let [low, high] = change.ci.unwrap();
        assert_eq!(
            (change.value, change.df, change.verdict),
            (-12.5, None, Some(Verdict::NotTold))
        );
        // Alone, the twelve alternating answers would leave ± 8 points or so.
        assert!(low < -20.0 && high > 5.0, "{low} {high}");
    }

    #[test]
    fn what_may_not_be_told_of_one_round_gives_no_change() {
        let change = of(&codes(4, 5), &codes(40, 5));
        assert_eq!((change.before, change.difference), (None, None));
        assert!(change.now.is_some() && change.breaks.is_empty());
        let none = of(&codes(40, 5), &[]);
        assert_eq!((none.now, none.difference), (None, None));
    }

    /// Two groups of two units, all with data.
    fn groups() -> (Facts, Survey) {
        let codes = (0..4).flat_map(|cell| trial::answers(cell, 12, 4)).collect::<Vec<_>>();
        (trial::two_groups(&[], &codes), trial::two_by_two("\"equal\""))
    }

    /// What breaks the comparison after such a change of the later round.
    fn broken_by(alter: impl FnOnce(&mut Facts, &mut Survey)) -> Vec<Break> {
        let (then, survey) = groups();
        let (mut now, mut changed) = (then.clone(), survey.clone());
        alter(&mut now, &mut changed);
        let change = with((&then, &survey), (&now, &changed));
        let concerned = change.breaks.iter().any(|one| one.concerns_scores());
        let verdict = change.difference.and_then(|difference| difference.verdict);
        assert!(!(concerned && verdict.is_some()), "{change:?}");
        assert!(concerned || verdict.is_some(), "{change:?}");
        assert!(change.breaks.is_empty() || change.points.is_none());
        change.breaks.into_iter().collect()
    }

    fn question(survey: &mut Survey) -> &mut crate::questionnaire::Question {
        &mut survey.forms.get_mut("hai-long").unwrap().questions[0]
    }

    fn wording(vi: &str, en: &str) -> Labels {
        Labels::new([("vi", vi), ("en", en)])
    }

    #[test]
    fn nothing_breaks_between_two_rounds_of_one_survey() {
        assert!(broken_by(|_, _| {}).is_empty());
        let (facts, survey) = groups();
        let change = with((&facts, &survey), (&facts, &survey));
        assert_eq!((change.points, change.difference.unwrap().value), (Some(0.0), 0.0));
    }

    #[test]
    fn what_changes_neither_question_nor_rule_breaks_nothing() {
        let unbroken = [
            broken_by(|_, survey| survey.rule.version = "2".to_owned()),
            broken_by(|_, survey| survey.rule.sha256 = "0".repeat(64)),
            broken_by(|_, survey| survey.rule.criteria[0].minimum_n = 7),
            broken_by(|_, survey| survey.rule.rounding.score = 1),
            broken_by(|_, survey| question(survey).required = false),
            broken_by(|facts, _| facts.cells[0].target = 9),
        ];
        assert_eq!(unbroken.concat(), []);
    }

    #[test]
    fn every_break_has_its_reason() {
        let broken = [
            (Break::Method, broken_by(|_, s| s.rule.criteria[0].method = Method::TopTwo)),
            (Break::Method, broken_by(|_, s| s.rule.criteria[0].dont_know = DontKnow::Counts(0.0))),
            (
                Break::Method,
                broken_by(|_, s| s.rule.criteria[0].without_data = WithoutData::NoScore),
            ),
            (
                Break::Method,
                broken_by(|_, s| {
                    let coefficients = [(1, 0.0), (2, 0.1), (3, 0.5), (4, 0.75), (5, 1.0)];
                    s.rule.coefficients.insert("hai-long".to_owned(), coefficients.into());
                }),
            ),
            (
                Break::Points,
                broken_by(|_, s| s.rule.criteria[0].conversion = Conversion::Steps(Vec::new())),
            ),
            (Break::Questions, broken_by(|_, s| question(s).label = wording("Khác", "Other"))),
            (Break::Questions, broken_by(|_, s| question(s).hint = Some(wording("Khác", "Other")))),
            (
                Break::Questions,
                broken_by(|_, s| {
                    let form = s.forms.get_mut("hai-long").unwrap();
                    form.lists[0].options[1].label = wording("Khá hài lòng", "Fairly satisfied");
                }),
            ),
            (
                Break::Questions,
                broken_by(|_, s| {
                    let form = s.forms.get_mut("hai-long").unwrap();
                    form.lists[0].dont_know = Some(wording("Không rõ", "Not sure"));
                }),
            ),
            (
                Break::FormVersion,
                broken_by(|_, s| s.forms.get_mut("hai-long").unwrap().version = "2".to_owned()),
            ),
            (Break::Mode, broken_by(|facts, _| facts.labels[0].mode = "paper".to_owned())),
            (Break::Synthetic, broken_by(|facts, _| facts.synthetic = true)),
            (
                Break::Population,
                broken_by(|facts, _| {
                    facts.cells.iter_mut().for_each(|cell| cell.population = None);
                }),
            ),
            (
                Break::Units,
                broken_by(|facts, _| {
                    let more = CellFacts { unit: "c".to_owned(), ..facts.cells[1].clone() };
                    facts.cells.push(more);
                }),
            ),
            (
                Break::GroupWithoutData,
                broken_by(|facts, _| {
                    let of_officials = [0, 2];
                    let labels = facts.labels.clone();
                    facts
                        .responses
                        .retain(|one| !of_officials.contains(&labels[one.label].cells[0]));
                }),
            ),
            (
                Break::Groups,
                broken_by(|facts, survey| {
                    survey.parts.retain(|part| part.group == "nd");
                    facts.responses.retain(|one| [1, 3].contains(&one.label));
                }),
            ),
        ];
        for (wanted, found) in broken {
            assert!(found.contains(&wanted), "{wanted:?} is not in {found:?}");
            assert!(found.len() == 1 || wanted == Break::Groups, "{wanted:?}: {found:?}");
        }
    }

    #[test]
    fn a_criterion_or_subject_that_is_new_has_nothing_to_be_compared_with() {
        let survey = trial::survey_of(1, 2, 1);
        let cell = |subject| trial::Filled::one("u1", Some(400), &codes(40, 4)).about(subject);
        let then = trial::many(&[cell("so-tnmt")]);
        let now = trial::many(&[cell("so-tnmt"), cell("s2")]);
        let (earlier, later) =
            (trial::scored(&then, &trial::survey_of(1, 1, 1)), trial::scored(&now, &survey));
        let change = change((&later, &survey), (&earlier, &trial::survey_of(1, 1, 1)));
        assert!(change.criteria[0].breaks.is_empty());
        assert_eq!(change.criteria[1].breaks, BTreeSet::from([Break::NotInEarlier]));
        assert_eq!(change.criteria[1].difference, None);
    }

    #[test]
    fn a_question_more_or_less_is_another_questionnaire() {
        let (one, two) = (trial::survey_of(1, 1, 1), trial::survey_of(1, 1, 2));
        let round = |questions: usize| {
            let forms = codes(40, 4).iter().map(|&code| vec![code; questions]).collect();
            trial::many(&[trial::Filled::new("u1", Some(400), forms)])
        };
        let change = with((&round(1), &one), (&round(2), &two));
        assert_eq!(change.breaks, BTreeSet::from([Break::Questions]));
    }

    proptest! {
        #[test]
        fn variances_add_up_and_limits_come_from_those_of_both_rounds(
            then in prop::collection::vec(1i16..6, 5..60),
            now in prop::collection::vec(1i16..6, 5..60),
        ) {
            let survey = trial::survey_of(1, 1, 1);
            let spread = |codes: &[i16]| {
                let alone = trial::scored(&trial::one_cell(codes, Some(400)), &survey);
                let n = codes.len() as f64;
                let score = |code: &i16| 25.0 * f64::from(code - 1);
                let mean = codes.iter().map(score).sum::<f64>() / n;
                let squares = codes.iter().map(|code| (score(code) - mean).powi(2)).sum::<f64>();
                let df = alone.criteria[0].df.unwrap();
                (mean, squares / (n - 1.0) / n * (1.0 - n / 400.0), df)
            };
            let ((a, va, dfa), (b, vb, dfb)) = (spread(&now), spread(&then));
            prop_assume!(va > 0.0 && vb > 0.0);
            let difference = of(&then, &now).difference.unwrap();
            prop_assert!((difference.value - (a - b)).abs() < 1e-9);
            prop_assert!((difference.se.unwrap() - (va + vb).sqrt()).abs() < 1e-9);
            let df = (va + vb).powi(2) / (va * va / dfa + vb * vb / dfb);
            prop_assert!((difference.df.unwrap() - df).abs() < 1e-6 * df);
            let [low, high] = difference.ci.unwrap();
            prop_assert!(low <= difference.value && difference.value <= high);
            // Down by the lower limit of now and the upper limit of then, up by the others.
            let limits = |codes: &[i16]| {
                let alone = trial::scored(&trial::one_cell(codes, Some(400)), &survey);
                alone.criteria[0].ci.unwrap()
            };
            let ([low_a, high_a], [low_b, high_b]) = (limits(&now), limits(&then));
            let down = ((a - low_a).powi(2) + (high_b - b).powi(2)).sqrt();
            let up = ((high_a - a).powi(2) + (b - low_b).powi(2)).sqrt();
            prop_assert!((low - (a - b - down).max(-100.0)).abs() < 1e-6);
            prop_assert!((high - (a - b + up).min(100.0)).abs() < 1e-6);
            let told = difference.verdict != Some(Verdict::NotTold);
            prop_assert_eq!(told, low > 0.0 || high < 0.0);
        }
    }
}
