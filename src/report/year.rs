//! The year that several rounds make up, each of which asked people of its own: by quarters.
//!
//! Only what every round published goes into it, so that a year tells nothing that its quarters
//! do not tell.

use super::{
    CriterionResult, Flag, Results,
    comparable::{Side, breaks, people_asked},
    result::RuleNamed,
};
use crate::{
    messages::Language,
    questionnaire::Labels,
    survey::{Break, Survey},
    text,
};
use analysis::published::{Published, weighted_mean};
use serde::Serialize;
use std::collections::BTreeSet;

/// Every criterion of the last round of a year, over the whole year.
#[derive(Debug, Clone)]
pub struct Year {
    /// The rounds that make up the year, in the order of time.
    pub rounds: Vec<YearRound>,
    /// The criteria in the order of the last round.
    pub criteria: Vec<CriterionYear>,
}

/// A round of a year.
#[derive(Debug, Clone)]
pub struct YearRound {
    /// How people name it.
    pub round: String,
    /// The rule by which its figures were computed.
    pub rule: RuleNamed,
}

/// One criterion of one subject over a year.
#[derive(Debug, Clone)]
pub struct CriterionYear {
    /// The printed code or, where there is none, the stable id.
    pub code: String,
    /// The code as people say it.
    pub heading: Labels,
    /// What the criterion is called.
    pub name: Labels,
    /// The code of who is judged.
    pub subject: String,
    /// What the subject is called.
    pub subject_label: Labels,
    /// What each round of the year says, in the order of time.
    pub quarters: Vec<Quarter>,
    /// The year, if it can be told.
    pub whole: Option<Yearly>,
}

/// What one round of a year says of a criterion.
#[derive(Debug, Clone)]
pub struct Quarter {
    /// How people name the round.
    pub round: String,
    /// The score.
    pub score: Option<f64>,
    /// Its 95 % confidence interval.
    pub ci: Option<[f64; 2]>,
    /// Respondents whose answers count.
    pub n: Option<u64>,
    /// The people that it stands for in the year; a quarter of nobody is left out of the year.
    pub people: Option<u64>,
    /// What a year needs of it and it does not have.
    pub missing: BTreeSet<Missing>,
    /// Why its score does not mean the same as that of the last quarter.
    pub breaks: BTreeSet<Break>,
}

/// What a year needs of a quarter and may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// How many people there are.
    Population,
    /// A published score.
    Score,
}

/// The result of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Yearly {
    /// Σ N·p / Σ N over the quarters: their scores, each by the people it stands for.
    pub score: f64,
    /// Its standard error.
    pub se: Option<f64>,
    /// Its degrees of freedom.
    pub df: Option<f64>,
    /// The 95 % confidence interval.
    pub ci: Option<[f64; 2]>,
    /// The people of the year.
    pub people: u64,
    /// The respondents of the year.
    pub n: u64,
    /// All forms thrown together, Σ n·p / Σ n, to be printed beside the score.
    pub pooled: Option<f64>,
}

/// The year of a round and those before it, each with its survey; `earlier` in the order of time.
pub fn year(now: (&Results, &Survey), earlier: &[(&Results, &Survey)]) -> Year {
    let rounds: Vec<(&Results, &Survey)> = earlier.iter().copied().chain([now]).collect();
    let named = |(results, _): &(&Results, &Survey)| YearRound {
        round: results.round.clone(),
        rule: results.rule.clone(),
    };
    let criteria = now.0.criteria.iter().map(|one| of_criterion(one, &rounds)).collect();
    Year { rounds: rounds.iter().map(named).collect(), criteria }
}

impl Year {
    /// The rounds before the last one.
    pub fn earlier(&self) -> impl Iterator<Item = &YearRound> {
        self.rounds.iter().rev().skip(1).rev()
    }
}

fn of_criterion(one: &CriterionResult, rounds: &[(&Results, &Survey)]) -> CriterionYear {
    let sides: Vec<Option<Side<'_>>> = rounds
        .iter()
        .map(|&(results, survey)| {
            let mut all = results.criteria.iter();
            let own = all.find(|own| own.code == one.code && own.subject == one.subject)?;
            Some((results, survey, own))
        })
        .collect();
    let people: Vec<Option<u64>> = sides.iter().map(|side| side.and_then(people_of)).collect();
    // A quarter without a score says nothing of how answers came in, or of which groups.
    let with_score = |side: &Option<Side<'_>>| side.is_some_and(|(_, _, own)| own.score.is_some());
    let mut scored = sides.iter().zip(&people).filter(|(side, _)| with_score(side));
    let last = scored.rfind(|(_, people)| **people != Some(0)).and_then(|(side, _)| *side);
    let quarters: Vec<Quarter> = rounds
        .iter()
        .zip(sides.iter().zip(&people))
        .map(|(&(results, _), (&side, &people))| quarter(&results.round, side, people, last))
        .collect();
    let counted = || sides.iter().flatten().zip(&quarters).filter(|(_, quarter)| quarter.counts());
    let alike = counted().any(|((_, _, own), _)| own.flags.contains(&Flag::ZeroVariance));
    let whole = whole(&quarters, counted().map(|((_, _, own), _)| *own)).map(|whole| Yearly {
        // Where answers are all alike, a standard error of 0 is worth no degrees of freedom.
        df: whole.df.filter(|_| !alike),
        ..whole
    });
    CriterionYear {
        code: one.code.clone(),
        heading: one.heading.clone(),
        name: one.name.clone(),
        subject: one.subject.clone(),
        subject_label: one.subject_label.clone(),
        quarters,
        whole,
    }
}

/// The people that a score speaks for or, where there is none, those who were to be asked.
fn people_of(side: Side<'_>) -> Option<u64> {
    side.2.population.or_else(|| people_asked(side))
}

fn quarter(
    round: &str,
    side: Option<Side<'_>>,
    people: Option<u64>,
    last: Option<Side<'_>>,
) -> Quarter {
    let own = side.map(|(_, _, own)| own);
    let mut quarter = Quarter {
        round: round.to_owned(),
        score: own.and_then(|own| own.score),
        ci: own.and_then(|own| own.ci),
        n: own.and_then(|own| own.n),
        people,
        missing: BTreeSet::new(),
        breaks: BTreeSet::new(),
    };
    if !quarter.counts() {
        return quarter;
    }
    let Some(side) = side else {
        quarter.breaks.insert(Break::NotInEarlier);
        return quarter;
    };
    let needed = [
        (Missing::Population, quarter.people.is_none()),
        (Missing::Score, quarter.score.is_none() || quarter.n.is_none()),
    ];
    quarter.missing = needed.into_iter().filter(|(_, gone)| *gone).map(|(one, _)| one).collect();
    let last = last.filter(|_| quarter.score.is_some());
    let broken = last.map(|last| breaks(last, side)).unwrap_or_default();
    quarter.breaks = broken.into_iter().filter(|one| one.concerns_years()).collect();
    quarter
}

/// The year, if every quarter of somebody has what it takes.
fn whole<'a>(
    quarters: &[Quarter],
    scored: impl Iterator<Item = &'a CriterionResult>,
) -> Option<Yearly> {
    let counted: Vec<&Quarter> = quarters.iter().filter(|quarter| quarter.counts()).collect();
    if counted.iter().any(|quarter| !quarter.fits()) {
        return None;
    }
    let known: Option<Vec<Published>> = scored.map(CriterionResult::published).collect();
    let known = known.filter(|known| known.len() == counted.len())?;
    let by = |count: fn(&Quarter) -> Option<u64>| -> Option<(u64, Published)> {
        let counts: Option<Vec<u64>> = counted.iter().map(|&quarter| count(quarter)).collect();
        let counts = counts?;
        let parts: Vec<(f64, Published)> =
            counts.iter().zip(&known).map(|(&count, &known)| (count as f64, known)).collect();
        let all = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))?;
        Some((all, weighted_mean(&parts)?))
    };
    let (people, mean) = by(|quarter| quarter.people)?;
    Some(Yearly {
        score: mean.value,
        se: mean.se,
        df: mean.df,
        ci: mean.ci.map(|ci| ci.map(|limit| limit.clamp(0.0, 100.0))),
        people,
        n: counted.iter().filter_map(|quarter| quarter.n).sum(),
        pooled: by(|quarter| quarter.n).map(|(_, pooled)| pooled.value),
    })
}

impl Quarter {
    /// Whether there was anybody to ask.
    pub fn counts(&self) -> bool {
        self.people != Some(0)
    }

    /// Whether nothing keeps it out of a year.
    fn fits(&self) -> bool {
        self.missing.is_empty() && self.breaks.is_empty()
    }

    /// What keeps it out of a year; breaks lie between it and the round called `last`.
    fn reasons(&self, last: &str, language: Language) -> Vec<String> {
        let missing = self.missing.iter().map(|one| match one {
            Missing::Population => text!("figures.year_no_people", round = self.round),
            Missing::Score => text!("figures.year_no_score", round = self.round),
        });
        let breaks = self.breaks.iter().map(|one| {
            let why = one.text().say(language);
            text!("figures.year_break", round = self.round, last = last, reason = why)
        });
        missing.chain(breaks).map(|reason| reason.say(language)).collect()
    }
}

impl CriterionYear {
    /// Why the year cannot be told, a sentence for each reason of each round.
    pub fn reasons(&self, language: Language) -> Vec<String> {
        if self.whole.is_some() {
            return Vec::new();
        }
        if self.quarters.iter().all(|quarter| !quarter.counts()) {
            return vec![language.say("figures.year_nobody").to_owned()];
        }
        let last = self.quarters.iter().rfind(|one| one.counts() && one.score.is_some());
        let last = last.map_or("", |one| &*one.round);
        let all = self.quarters.iter();
        all.flat_map(|one| one.reasons(last, language)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        criteria::Conversion,
        report::{Facts, trial},
    };

    /// The only criterion over the year of these rounds of one survey.
    fn of(rounds: &[&Facts]) -> CriterionYear {
        let survey = trial::survey_of(1, 1, 1);
        with(&rounds.iter().map(|facts| (*facts, &survey)).collect::<Vec<_>>())
    }

    fn with(rounds: &[(&Facts, &Survey)]) -> CriterionYear {
        let told: Vec<Results> =
            rounds.iter().map(|(facts, survey)| trial::scored(facts, survey)).collect();
        let sides: Vec<(&Results, &Survey)> =
            told.iter().zip(rounds).map(|(told, (_, survey))| (told, *survey)).collect();
        let (now, earlier) = sides.split_last().unwrap();
        let mut year = year(*now, earlier);
        assert_eq!(year.rounds.len(), rounds.len());
        assert_eq!(year.earlier().count(), earlier.len());
        year.criteria.remove(0)
    }

    fn round(code: &str, population: Option<u64>, codes: &[i16]) -> Facts {
        Facts { round: code.to_owned(), ..trial::one_cell(codes, population) }
    }

    /// `n` answers of which every other is one level lower.
    fn codes(n: usize, code: i16) -> Vec<i16> {
        trial::answers(0, n, code).into_iter().map(|(_, code)| code).collect()
    }

    fn said(year: &CriterionYear) -> Vec<String> {
        year.reasons(Language::default())
    }

    #[test]
    fn a_year_counts_people_and_not_quarters() {
        // 87.5 of 400 people, 62.5 of 100 and 37.5 of 300; 40, 60 and 20 forms.
        let year = of(&[
            &round("q1", Some(400), &codes(40, 5)),
            &round("q2", Some(100), &codes(60, 4)),
            &round("q3", Some(300), &codes(20, 3)),
        ]);
        let whole = year.whole.unwrap();
        assert!((whole.score - (400.0 * 87.5 + 100.0 * 62.5 + 300.0 * 37.5) / 800.0).abs() < 1e-9);
        let pooled = (40.0 * 87.5 + 60.0 * 62.5 + 20.0 * 37.5) / 120.0;
        assert!((whole.pooled.unwrap() - pooled).abs() < 1e-9);
        assert_eq!((whole.people, whole.n), (800, 120));
        // Half the answers 25 points apart: s² = 12.5²·n/(n − 1).
        let variance = |n: f64, people: f64| 156.25 / (n - 1.0) * (1.0 - n / people);
        let parts = [(40.0, 400.0), (60.0, 100.0), (20.0, 300.0)];
        let sum: f64 =
            parts.iter().map(|(n, all)| (all / 800.0f64).powi(2) * variance(*n, *all)).sum();
        assert!((whole.se.unwrap() - sum.sqrt()).abs() < 1e-9);
        let [low, high] = whole.ci.unwrap();
        let quarters = year.quarters.iter().zip(parts);
        let distance = |side: fn(&Quarter) -> f64| {
            let squares = quarters.clone().map(|(one, (_, all))| (all / 800.0 * side(one)).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let down = distance(|one| one.score.unwrap() - one.ci.unwrap()[0]);
        let up = distance(|one| one.ci.unwrap()[1] - one.score.unwrap());
        assert!((low - (whole.score - down)).abs() < 1e-9);
        assert!((high - (whole.score + up)).abs() < 1e-9);
        assert!(whole.df.is_some_and(|df| df > 19.0) && said(&year).is_empty());
    }

    #[test]
    fn a_year_of_censuses_is_counted() {
        let all = |code, n| round("q", Some(n as u64), &codes(n, code));
        let whole = of(&[&all(5, 40), &all(3, 10)]).whole.unwrap();
        assert!((whole.score - 77.5).abs() < 1e-9);
        assert_eq!((whole.se, whole.ci), (Some(0.0), Some([whole.score; 2])));
        assert_eq!(whole.pooled, Some(whole.score));
    }

    #[test]
    fn a_quarter_of_nobody_is_left_out() {
        let (some, nobody) = (round("q1", Some(400), &codes(40, 5)), round("q2", Some(0), &[]));
        for rounds in [[&some, &nobody], [&nobody, &some]] {
            let year = of(&rounds);
            let whole = year.whole.unwrap();
            assert!((whole.score - 87.5).abs() < 1e-9, "{year:?}");
            assert_eq!((whole.people, whole.n), (400, 40));
        }
        let none = of(&[&nobody, &nobody]);
        assert!(none.whole.is_none());
        assert_eq!(said(&none), ["Cả năm không có ai thuộc tổng thể."]);
    }

    #[test]
    fn answers_all_alike_and_the_ends_of_the_scale_are_kept_in_mind() {
        let year = of(&[&round("q1", Some(400), &[5; 12]), &round("q2", Some(400), &[5; 12])]);
        let whole = year.whole.unwrap();
        let [low, high] = whole.ci.unwrap();
        assert_eq!((whole.score, whole.df, high), (100.0, None, 100.0));
        assert!(low < 95.0);
    }

    #[test]
    fn what_a_quarter_lacks_is_said_by_name() {
        let good = round("q2", Some(400), &codes(40, 5));
        let few = of(&[&round("q1", Some(400), &codes(4, 5)), &good]);
        assert!(few.whole.is_none());
        assert_eq!(said(&few), ["Đợt q1: không có kết quả được công bố."]);
        let empty = round("q1", Some(400), &[]);
        let nothing = |facts: &Facts| Facts { labels: Vec::new(), ..facts.clone() };
        for rounds in [[&nothing(&empty), &good], [&good, &nothing(&empty)]] {
            assert_eq!(said(&of(&rounds)), ["Đợt q1: không có kết quả được công bố."]);
        }
        let unknown = of(&[&round("q1", None, &codes(40, 5)), &good]);
        assert!(unknown.whole.is_none());
        let said = said(&unknown);
        assert_eq!(said[0], "Đợt q1: không biết tổng thể có bao nhiêu người.");
        assert_eq!(unknown.quarters[0].breaks, BTreeSet::from([Break::Population]));
        assert!(unknown.quarters[1].missing.is_empty() && unknown.quarters[1].breaks.is_empty());
    }

    #[test]
    fn only_what_changes_the_meaning_of_a_score_stands_in_the_way() {
        let broken = |alter: &dyn Fn(&mut Survey), mode: &str| {
            let (now, mut changed) = (trial::survey_of(1, 1, 1), trial::survey_of(1, 1, 1));
            alter(&mut changed);
            let mut then = round("q1", Some(400), &codes(40, 4));
            then.labels[0].mode = mode.to_owned();
            with(&[(&then, &changed), (&round("q2", Some(300), &codes(40, 5)), &now)])
        };
        let steps = Conversion::Steps(Vec::new());
        let harmless = broken(&|survey| survey.rule.criteria[0].conversion = steps.clone(), "web");
        assert!(harmless.whole.is_some() && harmless.quarters[0].breaks.is_empty());
        assert!(!Break::Name.concerns_years());
        let other_way = broken(&|_| {}, "paper");
        assert!(other_way.whole.is_none());
        assert_eq!(said(&other_way), ["Đợt q1 so với đợt q2: hình thức trả lời khác nhau."]);
        let reworded = broken(
            &|survey| {
                let form = survey.forms.get_mut("hai-long").unwrap();
                form.questions[0].label = Labels::new([("vi", "Khác")]);
            },
            "web",
        );
        assert_eq!(reworded.quarters[0].breaks, BTreeSet::from([Break::Questions]));
        assert!(reworded.whole.is_none() && reworded.quarters[1].breaks.is_empty());
    }

    #[test]
    fn units_may_change_from_quarter_to_quarter() {
        let survey = trial::survey_of(2, 1, 1);
        let cell = |unit| trial::Filled::one(unit, Some(400), &codes(40, 4));
        let then = Facts { round: "q1".to_owned(), ..trial::many(&[cell("u1")]) };
        let now = trial::many(&[cell("u1"), cell("u2")]);
        let year = with(&[(&then, &survey), (&now, &survey)]);
        assert_eq!(year.whole.map(|whole| whole.people), Some(1_200));
    }

    #[test]
    fn a_subject_that_a_quarter_did_not_judge_has_no_year() {
        let cell = |subject| trial::Filled::one("u1", Some(400), &codes(40, 4)).about(subject);
        let (one, two) = (trial::survey_of(1, 1, 1), trial::survey_of(1, 2, 1));
        let then = trial::scored(&trial::many(&[cell("so-tnmt")]), &one);
        let now = trial::scored(&trial::many(&[cell("so-tnmt"), cell("s2")]), &two);
        let year = year((&now, &two), &[(&then, &one)]);
        assert!(year.criteria[0].whole.is_some() && year.criteria[1].whole.is_none());
        assert_eq!(year.criteria[1].quarters[0].breaks, BTreeSet::from([Break::NotInEarlier]));
    }
}
