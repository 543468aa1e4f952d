//! How much one form can move a score.

use super::judged::Judged;

/// The most by which one form can change the score, on the scale of 0 to 100: somebody gives
/// other answers, or one form less comes in, or one more in a stratum that has answers.
///
/// A score is a mixture `Σ s·y` of what persons' answers come to, whose shares `s` sum to one.
/// Other answers of a person move it by that person's share times the change of `y`, by at most
/// `100·s`, which is reached between the worst and the best answers. A form more or less moves
/// the shares by a total of `s` at most, and so the score by no more than that. So the
/// largest share of one form, times 100, is the least bound for all answers that might have been
/// given. The bound for those that *were* given would be a little smaller, but would tell the
/// most extreme form of one stratum, which may hold as few as five people.
///
/// A form in a stratum without answers is another matter: it changes whom the score speaks for.
/// So does the only form of a stratum whose population alone is not known.
pub(super) fn one_form(judged: &Judged<'_>) -> Option<f64> {
    let (parts, _) = judged.parts().ok()?;
    let sample = judged.sample;
    let mut counted = vec![0.0; sample.cells_of.len()];
    for (row, &stratum) in sample.stratum_of_row.iter().enumerate() {
        if judged.counts(row) {
            counted[stratum] += 1.0;
        }
    }
    let mut share = vec![0.0; counted.len()];
    for (of_part, cells) in &parts {
        let strata: Vec<usize> =
            sample.strata_of(cells).into_iter().filter(|&at| counted[at] > 0.0).collect();
        let known = strata.iter().all(|&at| sample.design.strata()[at].population.is_some());
        let weight = |at: usize| {
            let inside = sample.part_of(at, |cell| cells.contains(&cell));
            inside * if known { people_per_form(judged, at) } else { 1.0 }
        };
        let whole: f64 = strata.iter().map(|&at| weight(at) * counted[at]).sum();
        if whole <= 0.0 {
            return None;
        }
        for &at in &strata {
            share[at] += of_part * weight(at) / whole;
        }
    }
    let largest = share.iter().copied().fold(0.0, f64::max);
    (largest > 0.0).then_some(100.0 * largest)
}

/// How many people each form of a stratum of known population stands for; at least itself.
fn people_per_form(judged: &Judged<'_>, stratum: usize) -> f64 {
    let design = &judged.sample.design;
    let forms = design.respondents()[stratum];
    let people = design.strata()[stratum].population.unwrap_or(forms).max(forms);
    people as f64 / forms.max(1) as f64
}

#[cfg(test)]
mod tests {
    use crate::{
        questionnaire::Recorded,
        report::{Facts, trial},
        survey::Survey,
    };
    use proptest::prelude::*;

    const RULES: [&str; 3] = ["\"population\"", "\"equal\"", "{ cc = 0.3, nd = 0.7 }"];

    fn score(facts: &Facts, survey: &Survey) -> Option<f64> {
        trial::scored(facts, survey).criteria[0].score
    }

    fn with_answer(facts: &Facts, at: usize, code: i16) -> Facts {
        let mut facts = facts.clone();
        facts.responses[at].answers.insert("hai_long".to_owned(), Recorded::Code(code));
        facts
    }

    /// Every round that differs by one form: other answers, one less, one more.
    fn neighbours(facts: &Facts) -> Vec<Facts> {
        let mut all = Vec::new();
        for at in 0..facts.responses.len() {
            all.extend([-1, 0, 1, 5].map(|code| with_answer(facts, at, code)));
            let mut less = facts.clone();
            let gone = less.responses.remove(at);
            all.push(less);
            for code in [1, 5] {
                let mut more = facts.clone();
                more.responses.push(gone.clone());
                all.push(with_answer(&more, facts.responses.len(), code));
            }
        }
        all
    }

    fn forms() -> impl Strategy<Value = Vec<(usize, i16)>> {
        let of = |cell: usize| {
            prop::collection::vec(0i16..6, 6..14).prop_map(move |codes| {
                codes.into_iter().map(|code| (cell, code)).collect::<Vec<_>>()
            })
        };
        (of(0), of(1), of(2), of(3)).prop_map(|(a, b, c, d)| [a, b, c, d].concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn no_single_form_moves_a_score_further_and_one_can_move_it_so_far(
            codes in forms(),
            groups in prop::sample::select(RULES.to_vec()),
            merged in prop::sample::select(vec![vec![], vec![0, 1], vec![1, 3]]),
            known in any::<bool>(),
        ) {
            let survey = trial::two_by_two(groups);
            let mut facts = trial::two_groups(&merged, &codes);
            if !known {
                facts.cells.iter_mut().for_each(|cell| cell.population = None);
            }
            let one = trial::scored(&facts, &survey).criteria.remove(0);
            let Some(score_now) = one.score else { return Ok(()) };
            let most = one.one_form.unwrap();
            for other in neighbours(&facts) {
                if let Some(then) = score(&other, &survey) {
                    prop_assert!((then - score_now).abs() <= most + 1e-9, "{then} {score_now} {most}");
                }
            }
            let scored = (0..codes.len()).filter(|&at| {
                facts.responses[at].answers["hai_long"] != Recorded::Code(0)
            });
            let moved = scored.map(|at| {
                let [worst, best] = [1, 5].map(|code| score(&with_answer(&facts, at, code), &survey));
                best.unwrap() - worst.unwrap()
            });
            let furthest = moved.fold(0.0, f64::max);
            prop_assert!((furthest - most).abs() < 1e-9, "{furthest} {most}");
        }
    }
}
