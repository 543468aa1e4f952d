//! The bootstrap of a whole table: many questions in many strata, drawn again at once.
//!
//! [`Design::replicate_answers`] draws the respondents of each stratum again as
//! [`crate::Replicates::rao_wu`] does, and counts how often each answer was drawn.
//! The counts of a replicate say all about its means, so that neither weights nor answers of
//! single respondents are kept; a figure of any strata costs some arithmetic per replicate.
//!
//! Counting is exact, a replicate depends on the seed and its number alone, and within a stratum
//! respondents are drawn by the place of their answers among all answers in order: neither the
//! number of threads nor the order of rows changes a bit.
//!
//! Sources: J. N. K. Rao, C. F. J. Wu (1988), JASA 83; J. N. K. Rao, C. F. J. Wu, K. Yue (1992),
//! Survey Methodology 18.

use rayon::prelude::*;

use crate::design::Design;
use crate::error::FigureError;
use crate::estimate::Est;
use crate::redraw::{LANES, Sample, Space, not_sampled};
use crate::replicate::{Replicated, Rule};
use crate::resample::{Lot, rao_wu_terms};
use crate::table::{AnswerCounts, Scale};

/// Levels (codes + 2) of "not asked" and "missing", which no scale gives a value.
const WITHOUT_VALUE: usize = 2;

/// How often each answer was drawn in each replicate, by stratum and question.
///
/// Needs 4 bytes for each replicate and each answer that occurs in a stratum: 150 MB for a
/// thousand replicates of 34 questions with six answers in 180 strata.
#[derive(Debug, Clone)]
pub struct ReplicateCounts<'d> {
    counts: AnswerCounts<'d>,
    rule: Rule,
    /// Weight kept without being drawn, and gained by each draw, by declared stratum.
    factors: Vec<[f64; 2]>,
    /// Place of an answer by stratum, question and level; answers that nobody gave have none.
    place_of: Vec<Option<usize>>,
    places: usize,
    /// Times drawn, by block of replicates and place.
    drawn: Vec<[u32; LANES]>,
}

impl Design {
    /// Counts answers, one row of `questions` codes per respondent, in `replicates` samples drawn
    /// again by the bootstrap of Rao, Wu and Yue.
    ///
    /// Only for samples that [`Design::count_answers`] can count; `None` otherwise.
    ///
    /// # Errors
    /// As [`Design::count_answers`].
    pub fn replicate_answers(
        &self,
        answers: &[i8],
        questions: usize,
        replicates: usize,
        seed: [u8; 32],
    ) -> Result<Option<ReplicateCounts<'_>>, FigureError> {
        let Some(counts) = self.count_answers(answers, questions)? else { return Ok(None) };
        let (place_of, places) = places(&counts);
        let sample = Sample::of(&counts, answers, &place_of);
        let mut drawn = vec![[0; LANES]; replicates.div_ceil(LANES) * places];
        drawn.par_chunks_mut(places.max(1)).enumerate().for_each_init(
            || Space::of(&counts),
            |space, (block, drawn)| {
                let numbers = block * LANES..replicates.min((block + 1) * LANES);
                let mut lots: Vec<Lot> = numbers.map(|number| Lot::of(seed, number)).collect();
                sample.draw_again(&mut lots, space, drawn);
            },
        );
        let level = &self.levels[0];
        let factors = self.variance_stratum.iter().map(|&home| {
            let n = level.sampled[home];
            rao_wu_terms(n.saturating_sub(1), n, not_sampled(self, home))
        });
        let factors = factors.collect();
        let rule = Rule::bootstrap(replicates);
        Ok(Some(ReplicateCounts { counts, rule, factors, place_of, places, drawn }))
    }
}

/// Numbers the answers that occur and may have a value.
fn places(counts: &AnswerCounts<'_>) -> (Vec<Option<usize>>, usize) {
    let mut places = 0;
    let place = |(answer, &count): (usize, &u64)| {
        let counted = count > 0 && answer % counts.levels >= WITHOUT_VALUE;
        let place = counted.then_some(places);
        places += usize::from(counted);
        place
    };
    let place_of = counts.all().iter().enumerate().map(place).collect();
    (place_of, places)
}

/// What an answer adds to the weight and to the total of a replicate.
struct Part {
    place: usize,
    /// Weight of its respondents without being drawn.
    kept: f64,
    /// Weight gained by each draw.
    gained: f64,
    /// By how much its value exceeds the lowest.
    above: f64,
}

impl ReplicateCounts<'_> {
    /// The counts of the sample itself.
    #[must_use]
    pub fn counts(&self) -> &AnswerCounts<'_> {
        &self.counts
    }

    /// How many replicates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rule.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The mean of a question in some strata: as it is, and in every replicate.
    ///
    /// Σ w f y / Σ w f, where f is the factor of Rao, Wu and Yue, see
    /// [`crate::replicate::rao_wu_factor`].
    ///
    /// # Errors
    /// [`FigureError::UnknownCode`] for a code that the scale does not know,
    /// [`FigureError::NotANumber`] for a value of the scale beyond ±10⁶⁰.
    pub fn mean(
        &self,
        question: usize,
        scale: &Scale,
        strata: &[usize],
    ) -> Result<Replicated, FigureError> {
        let counts = &self.counts;
        let cell = counts.cell(question, scale, &counts.wanted(strata))?;
        let values = || cell.entries.iter().map(|entry| entry.value);
        let (low, high) = values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let parts = cell.entries.iter().filter_map(|entry| {
            let [kept, gained] = self.factors[entry.stratum];
            let at = (entry.stratum * counts.questions + question) * counts.levels + entry.level;
            Some(Part {
                place: self.place_of[at]?,
                kept: entry.weight * kept * entry.count,
                gained: entry.weight * gained,
                above: entry.value - low,
            })
        });
        let parts: Vec<Part> = parts.collect();
        let value = cell.mean().filter(|mean| mean.is_finite());
        if parts.iter().all(|part| part.gained == 0.0) {
            // Nobody is drawn, as in a census: not even the last digit may differ.
            return Ok(Replicated { value, replicates: vec![value; self.len()] });
        }
        let mut replicates = Vec::with_capacity(self.len().next_multiple_of(LANES));
        for drawn in self.drawn.chunks_exact(self.places.max(1)) {
            let (mut size, mut excess) = ([0.0; LANES], [0.0; LANES]);
            for part in &parts {
                for (lane, &times) in drawn[part.place].iter().enumerate() {
                    let weight = part.kept + part.gained * f64::from(times);
                    size[lane] += weight;
                    excess[lane] += weight * part.above;
                }
            }
            // As in the mean itself: equal answers give exactly that answer.
            let mean = |(size, excess): (f64, f64)| {
                let mean = low + excess / size;
                (size > 0.0 && mean.is_finite()).then(|| mean.clamp(low, high))
            };
            replicates.extend(size.into_iter().zip(excess).map(mean));
        }
        replicates.resize(self.len(), None);
        Ok(Replicated { value, replicates })
    }

    /// The means of all questions in several domains, each given by its strata: domain after
    /// domain, question after question.
    ///
    /// # Errors
    /// As [`ReplicateCounts::mean`], for the first figure that has one.
    pub fn means(
        &self,
        scale: &Scale,
        domains: &[Vec<usize>],
    ) -> Result<Vec<Replicated>, FigureError> {
        let questions = self.counts.questions;
        let mean = |cell: usize| self.mean(cell % questions, scale, &domains[cell / questions]);
        let cells = (0..domains.len() * questions).into_par_iter();
        let means: Vec<Result<Replicated, FigureError>> = cells.map(mean).collect();
        means.into_iter().collect()
    }

    /// The covariance of two figures: the mean of products of deviations from the estimates.
    ///
    /// Replicates in which either has no value are left out; nothing without any left.
    #[must_use]
    pub fn covariance(&self, first: &Replicated, second: &Replicated) -> Option<f64> {
        self.rule.covariance(first, second)
    }

    /// An estimate with its standard error and t interval.
    #[must_use]
    pub fn estimate(&self, of: &Replicated, n: u64, df: f64, level: f64) -> Est {
        self.rule.estimate(of, n, df, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ask, Declaration, DontKnow, Scores};

    fn design(populations: &[Option<u64>], respondents: usize) -> Design {
        let stratum = |(s, &n): (usize, &Option<u64>)| crate::Stratum::new(format!("s{s}"), n);
        let strata = populations.iter().enumerate().map(stratum).collect();
        let stratum_of = (0..populations.len()).flat_map(|s| vec![s; respondents]).collect();
        Declaration::new(strata, stratum_of).build().unwrap()
    }

    fn scale() -> Scale {
        let scores = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
        Scale::scored(&scores, DontKnow::Missing)
    }

    /// Two questions with all levels, "không biết" and missing answers.
    fn answers(rows: usize) -> Vec<i8> {
        let code = |i: usize| i8::try_from((i * i + i / 7) % 7).unwrap() - 1;
        (0..2 * rows).map(code).collect()
    }

    #[test]
    fn the_error_of_a_table_drawn_again_comes_near_its_linearised_one() {
        let design = design(&[Some(900), Some(150)], 120);
        let drawn = design.replicate_answers(&answers(240), 2, 2_000, [4; 32]).unwrap().unwrap();
        for question in 0..2 {
            for strata in [vec![0], vec![1], vec![0, 1]] {
                let mean = drawn.mean(question, &scale(), &strata).unwrap();
                let linear =
                    drawn.counts().mean(question, &scale(), &strata, &Ask::default()).unwrap();
                let se = drawn.estimate(&mean, linear.n, 9.0, 0.95).se.unwrap();
                assert_eq!(mean.value, linear.value);
                assert!((se / linear.se.unwrap() - 1.0).abs() < 0.06, "{se} {linear:?}");
            }
        }
    }

    #[test]
    fn figures_of_one_stratum_go_together_and_those_of_two_do_not() {
        let design = design(&[Some(900), Some(900)], 120);
        let codes = answers(240);
        let twice: Vec<i8> = codes.iter().flat_map(|&code| [code, code]).collect();
        let drawn = design.replicate_answers(&twice, 4, 2_000, [5; 32]).unwrap().unwrap();
        let mean =
            |question: usize, stratum: usize| drawn.mean(question, &scale(), &[stratum]).unwrap();
        let covariance = |a: &Replicated, b: &Replicated| drawn.covariance(a, b).unwrap();
        let (here, same, there) = (mean(0, 0), mean(1, 0), mean(0, 1));
        assert_eq!(here, same);
        let correlation = covariance(&here, &there)
            / (covariance(&here, &here) * covariance(&there, &there)).sqrt();
        // Its standard error over 2,000 replicates is 0.022.
        assert!(correlation.abs() < 0.09, "{correlation}");
    }

    #[test]
    fn a_census_has_no_bootstrap_error() {
        let design = design(&[Some(30)], 30);
        let drawn = design.replicate_answers(&answers(30), 2, 40, [1; 32]).unwrap().unwrap();
        let awkward = Scores::new((1..=5i8).map(|code| (code, f64::from(code * code) / 7.0)));
        let scale = Scale::scored(&awkward, DontKnow::AsValue(0.1));
        let mean = drawn.mean(0, &scale, &[0]).unwrap();
        assert!(mean.value.is_some());
        assert!(mean.replicates.iter().all(|replicate| *replicate == mean.value));
        assert_eq!(drawn.covariance(&mean, &mean), Some(0.0));
    }

    #[test]
    fn a_replicate_that_drew_nobody_with_an_answer_has_no_value() {
        let design = design(&[None], 2);
        let drawn = design.replicate_answers(&[4, -1], 1, 64, [1; 32]).unwrap().unwrap();
        let mean = drawn.mean(0, &scale(), &[0]).unwrap();
        let values: Vec<f64> = mean.replicates.iter().flatten().copied().collect();
        assert!(values.iter().all(|&value| value == 75.0));
        assert!((16..48).contains(&values.len()), "{}", values.len());
    }

    #[test]
    fn nothing_asked_is_nothing_answered() {
        let design = design(&[Some(9)], 4);
        let none = design.replicate_answers(&answers(4), 2, 0, [0; 32]).unwrap().unwrap();
        assert!(none.is_empty());
        assert_eq!(none.mean(0, &scale(), &[0]).unwrap().replicates, []);
        let drawn = design.replicate_answers(&[], 0, 20, [0; 32]).unwrap().unwrap();
        assert_eq!(drawn.means(&scale(), &[vec![0]]).unwrap(), []);
        let mean = drawn.mean(7, &scale(), &[0, 9]).unwrap();
        assert_eq!((mean.value, mean.replicates), (None, vec![None; 20]));
    }
}
