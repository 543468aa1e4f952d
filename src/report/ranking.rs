//! Which place a unit or a subject may take among others, as far as a sample can tell.
//!
//! Only those whose figures are shown take part: a place among all would tell between which
//! of the shown figures a hidden one lies.

use super::{breakdown::BreakdownRow, judged::Judged};
use crate::{criteria::Rule, questionnaire::Labels};
use analysis::{Figure, Flag, RankRule, rank_sets_of};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// All places of a ranking hold together at this level.
const LEVEL: f64 = 0.95;
/// Random draws for the critical values: their error is then less than a hundredth.
const DRAWS: usize = 100_000;
/// Fewer draws, where there are so many to compare that the office would be kept waiting.
const LEAST_DRAWS: usize = 10_000;
/// Draws times contenders that there is time for: about a second.
const WORK: usize = 6_000_000;

/// Units or subjects with the places they may take; place 1 is the highest score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Everybody was asked everywhere: the places tell what is, and need no error.
    pub descriptive: bool,
    /// Those who are compared, in the order in which they are shown.
    pub places: Vec<Place>,
}

/// The places that one of them may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Its code, or those of several units whose answers were put together.
    pub codes: Vec<String>,
    /// What it is called.
    pub labels: Vec<Labels>,
    /// The best place.
    pub best: usize,
    /// The worst place.
    pub worst: usize,
    /// All of its people answered: its own score has no sampling error.
    pub census: bool,
    /// The others that it cannot be told apart from, by their position among the places.
    pub alike: Vec<usize>,
}

impl Place {
    /// The places as they are written: `2–5`, or `3`.
    pub fn written(&self) -> String {
        match self.best == self.worst {
            true => self.best.to_string(),
            false => format!("{}–{}", self.best, self.worst),
        }
    }
}

/// Somebody to be compared with others.
pub(super) struct Contender<'f> {
    pub codes: Vec<String>,
    pub labels: Vec<Labels>,
    pub figure: Figure<'f>,
}

impl Ranking {
    /// The place of whoever has these codes.
    pub fn place_of(&self, codes: &[String]) -> Option<&Place> {
        self.places.iter().find(|place| place.codes == codes)
    }
}

/// The units whose figures are shown in `rows`; nothing for fewer than two.
pub(super) fn units(judged: &Judged<'_>, rows: &[BreakdownRow], rule: &Rule) -> Option<Ranking> {
    let shown = rows.iter().filter(|row| row.figures.value().is_some());
    let contenders = shown.filter_map(|row| {
        let unit = |cell: usize| &judged.sample.facts.cells[cell].unit;
        let cells: Vec<usize> =
            judged.cells.iter().copied().filter(|&cell| row.codes.contains(unit(cell))).collect();
        Some(Contender {
            codes: row.codes.clone(),
            labels: row.labels.clone(),
            figure: judged.figure(&cells).ok()?,
        })
    });
    ranked(contenders.collect(), rule)
}

/// The places of `contenders`, which are of one sample; nothing for fewer than two.
///
/// The random draws begin with a hash of the rule, so that whoever computes the places again
/// gets the same ones.
pub(super) fn ranked(contenders: Vec<Contender<'_>>, rule: &Rule) -> Option<Ranking> {
    let mut compared: Vec<(Contender<'_>, bool)> = Vec::new();
    for one in contenders {
        let Ok(est) = one.figure.estimate() else { continue };
        // Without an interval nothing is known about its place.
        if est.value.is_some() && est.ci.is_some() {
            compared.push((one, est.has(Flag::Census)));
        }
    }
    if compared.len() < 2 {
        return None;
    }
    let figures: Vec<&Figure<'_>> = compared.iter().map(|(one, _)| &one.figure).collect();
    let sets = rank_sets_of(&figures, &how(rule, compared.len())).ok()?;
    let told_apart =
        |a: usize, b: usize| sets.apart.contains(&(a, b)) || sets.apart.contains(&(b, a));
    let places = compared.iter().enumerate().map(|(at, (one, census))| Place {
        codes: one.codes.clone(),
        labels: one.labels.clone(),
        best: sets.best[at],
        worst: sets.worst[at],
        census: *census,
        alike: (0..compared.len()).filter(|&other| other != at && !told_apart(at, other)).collect(),
    });
    let places: Vec<Place> = places.collect();
    Some(Ranking { descriptive: places.iter().all(|place| place.census), places })
}

fn how(rule: &Rule, contenders: usize) -> RankRule {
    RankRule {
        level: LEVEL,
        simultaneous: true,
        step_down: true,
        draws: (WORK / contenders).clamp(LEAST_DRAWS, DRAWS),
        seed: Sha256::digest(format!("phieu ranks\n{}", rule.sha256)).into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{CriterionResult, Shown, trial, trial::Filled};
    use analysis::distribution::student_t_quantile;
    use proptest::prelude::*;

    /// `n` forms, every other one a level lower.
    fn codes(n: usize, code: i16) -> Vec<i16> {
        (0..n).map(|at| code - i16::from(at % 2 == 1)).collect()
    }

    /// The one criterion of a round whose units `u1`, `u2` … answered so.
    fn of(units: &[(Option<u64>, Vec<i16>)]) -> CriterionResult {
        let filled: Vec<Filled> = units
            .iter()
            .zip(1..)
            .map(|((population, codes), at)| Filled::one(&format!("u{at}"), *population, codes))
            .collect();
        let survey = trial::survey_of(units.len(), 1, 1);
        trial::scored(&trial::many(&filled), &survey).criteria.remove(0)
    }

    fn places(one: &CriterionResult) -> Vec<(&str, String, &[usize])> {
        let places = one.unit_ranks.as_ref().unwrap().places.iter();
        places.map(|place| (&*place.codes[0], place.written(), &*place.alike)).collect()
    }

    #[test]
    fn units_that_cannot_be_told_apart_share_their_places() {
        let known = Some(400);
        let one = of(&[(known, codes(40, 3)), (known, codes(60, 5)), (known, codes(50, 3))]);
        let wanted: [(&str, String, &[usize]); 3] = [
            ("u1", "2–3".to_owned(), &[2]),
            ("u2", "1".to_owned(), &[]),
            ("u3", "2–3".to_owned(), &[0]),
        ];
        assert_eq!(places(&one), wanted);
        assert!(!one.unit_ranks.unwrap().descriptive);
    }

    #[test]
    fn a_hidden_unit_has_no_place_and_leaves_no_trace_in_those_of_others() {
        let known = Some(400);
        let with = |hidden: i16| {
            let (small, its_cover) = (vec![hidden; 4], vec![hidden; 25]);
            of(&[(known, codes(40, 5)), (known, small), (known, codes(30, 3)), (known, its_cover)])
        };
        let (low, high) = (with(1), with(5));
        assert_eq!(low.by_unit.iter().filter(|row| row.figures == Shown::Hidden).count(), 2);
        assert_eq!(places(&low).iter().map(|place| place.0).collect::<Vec<_>>(), ["u1", "u3"]);
        assert_eq!(low.unit_ranks, high.unit_ranks);
        assert_ne!(low.score, high.score);
    }

    #[test]
    fn places_take_two_who_are_shown() {
        let known = Some(400);
        assert_eq!(of(&[(known, codes(40, 5))]).unit_ranks, None);
        let hidden = of(&[(known, codes(40, 5)), (known, codes(4, 3)), (known, codes(12, 3))]);
        assert_eq!(hidden.unit_ranks, None);
    }

    #[test]
    fn whoever_asked_everybody_is_compared_exactly() {
        let all = |codes: Vec<i16>| (Some(codes.len() as u64), codes);
        let one = of(&[all(codes(12, 4)), all(codes(12, 5)), all(codes(14, 4))]);
        let wanted: [(&str, String, &[usize]); 3] = [
            ("u1", "2–3".to_owned(), &[2]),
            ("u2", "1".to_owned(), &[]),
            ("u3", "2–3".to_owned(), &[0]),
        ];
        assert_eq!(places(&one), wanted);
        assert!(one.unit_ranks.unwrap().descriptive);
        let mixed = of(&[all(codes(12, 4)), (Some(400), codes(12, 5))]).unit_ranks.unwrap();
        assert!(!mixed.descriptive && mixed.places[0].census && !mixed.places[1].census);
    }

    #[test]
    fn answers_that_are_all_alike_are_not_taken_for_certain() {
        let known = Some(400);
        let one = of(&[(known, vec![5; 12]), (known, codes(12, 5))]);
        assert_eq!(one.by_unit[0].figures.value().unwrap().score, 100.0);
        assert_eq!(places(&one)[0].1, "1–2");
        let many = of(&[(known, vec![5; 200]), (known, codes(12, 5))]);
        assert_eq!(places(&many)[0].1, "1");
    }

    #[test]
    fn subjects_are_ranked_where_a_survey_judges_several() {
        let survey = trial::survey_of(1, 3, 1);
        let filled = [
            Filled::one("u1", Some(400), &codes(40, 3)),
            Filled::one("u1", Some(400), &codes(40, 5)).about("s2"),
            Filled::one("u1", Some(400), &[5; 3]).about("s3"),
        ];
        let results = trial::scored(&trial::many(&filled), &survey);
        let ranking = &results.subject_ranks["8.2"];
        let told: Vec<(&str, String)> =
            ranking.places.iter().map(|place| (&*place.codes[0], place.written())).collect();
        assert_eq!(told, [("so-tnmt", "2".to_owned()), ("s2", "1".to_owned())]);
        let one = trial::scored(&trial::many(&filled[..1]), &survey);
        assert!(one.subject_ranks.is_empty());
    }

    /// A share of the answers, its standard error by the textbook, and its degrees of freedom.
    fn by_hand(codes: &[i16], people: f64) -> (f64, f64) {
        let n = codes.len() as f64;
        let score = |code: &i16| 25.0 * f64::from(code - 1);
        let mean = codes.iter().map(score).sum::<f64>() / n;
        let squares = codes.iter().map(|code| (score(code) - mean).powi(2)).sum::<f64>();
        let se = (squares / (n - 1.0) / n * (1.0 - n / people)).sqrt();
        (mean, se * student_t_quantile(0.975, n - 1.0).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn two_units_are_told_apart_as_a_test_of_two_means_tells_them(
            a in prop::collection::vec(1i16..6, 10..60),
            b in prop::collection::vec(1i16..6, 10..60),
        ) {
            let one = of(&[(Some(300), a.clone()), (Some(300), b.clone())]);
            let ((mean_a, reach_a), (mean_b, reach_b)) = (by_hand(&a, 300.0), by_hand(&b, 300.0));
            prop_assume!(reach_a > 0.0 && reach_b > 0.0);
            // In units of what is needed to be told apart by the usual degrees of freedom; ranks
            // count those that the answers are worth.
            let distance = (mean_a - mean_b).abs() / reach_a.hypot(reach_b);
            prop_assume!((distance - 1.0).abs() > 0.1);
            prop_assert_eq!(places(&one)[0].1 != "1–2", distance > 1.0);
        }
    }
}
