//! Respondents drawn again and their answers counted, several replicates at a time.
//!
//! A respondent is drawn by a place within the stratum, and places follow from the answers alone.

use std::ops::Range;

use rayon::prelude::*;

use crate::design::Design;
use crate::resample::{Lot, is_drawn};
use crate::table::{AnswerCounts, FEW, MANY};

/// Replicates that are counted together: the processor adds several numbers at once.
pub(crate) const LANES: usize = 16;

/// The answers in the order in which respondents are drawn.
pub(crate) struct Sample {
    questions: usize,
    add_up: AddUp,
    /// Code + 2 of each respondent and question.
    levels: Vec<u8>,
    strata: Vec<Stratum>,
}

/// A stratum of which respondents are drawn.
struct Stratum {
    respondents: usize,
    /// The declared strata in it: several where lonely ones were joined.
    members: Vec<Member>,
}

struct Member {
    /// Its part of the levels.
    levels: Range<usize>,
    /// Where each answer given in it is added up, and its place.
    answers: Vec<(usize, Option<usize>)>,
}

/// Memory that a thread uses again for every block.
pub(crate) struct Space {
    /// How often each respondent of a stratum was drawn.
    times: Vec<[u32; LANES]>,
    /// How often each answer in it was.
    sums: Vec<[u32; LANES]>,
}

impl Space {
    pub(crate) fn of(counts: &AnswerCounts<'_>) -> Self {
        Self { times: Vec::new(), sums: vec![[0; LANES]; counts.questions * counts.levels] }
    }
}

type AddUp = fn(&[u8], &[[u32; LANES]], usize, &mut [[u32; LANES]]);

impl Sample {
    /// `place_of` says where the caller keeps the count of each answer, if it does.
    pub(crate) fn of(
        counts: &AnswerCounts<'_>,
        answers: &[i8],
        place_of: &[Option<usize>],
    ) -> Self {
        let (design, questions) = (counts.design, counts.questions);
        let size = questions * counts.levels;
        let rows_of = rows_by_answers(design, answers, questions);
        let mut homes: Vec<Vec<usize>> = vec![Vec::new(); design.strata.len()];
        for (stratum, &home) in design.variance_stratum.iter().enumerate() {
            homes[home].push(stratum);
        }
        let add_up = if counts.levels == FEW { add_up::<FEW> } else { add_up::<MANY> };
        let levels = Vec::with_capacity(answers.len());
        let mut sample = Self { questions, add_up, levels, strata: Vec::new() };
        for (home, mut members) in homes.into_iter().enumerate() {
            let respondents = members.iter().map(|&stratum| rows_of[stratum].len()).sum();
            if !is_drawn(respondents as u64, not_sampled(design, home)) {
                continue;
            }
            // By weight, stratum and answers, as replicate weights order people.
            members.retain(|&stratum| !rows_of[stratum].is_empty());
            members.sort_by_key(|&stratum| design.stratum_weight(stratum).to_bits());
            let members = members.into_iter().map(|stratum| {
                let start = sample.levels.len();
                for &row in &rows_of[stratum] {
                    let codes = codes_of(row, answers, questions);
                    // Codes were checked to lie between −2 and the last level.
                    sample.levels.extend(codes.iter().map(|code| (code + 2).unsigned_abs()));
                }
                let own = stratum * size..(stratum + 1) * size;
                let answers = counts.all()[own.clone()].iter().zip(&place_of[own]).enumerate();
                let given = answers.filter(|(_, (count, _))| **count > 0);
                let answers = given.map(|(sum, (_, place))| (sum, *place)).collect();
                Member { levels: start..sample.levels.len(), answers }
            });
            let members = members.collect();
            sample.strata.push(Stratum { respondents, members });
        }
        sample
    }

    /// Draws all strata again, once for each lot, and counts the answers drawn by place.
    pub(crate) fn draw_again(
        &self,
        lots: &mut [Lot],
        space: &mut Space,
        drawn: &mut [[u32; LANES]],
    ) {
        let Space { times, sums } = space;
        for stratum in &self.strata {
            times.clear();
            times.resize(stratum.respondents, [0; LANES]);
            for (lane, lot) in lots.iter_mut().enumerate() {
                lot.draw_again(stratum.respondents, |respondent| times[respondent][lane] += 1);
            }
            let mut rest = times.as_slice();
            for member in &stratum.members {
                let levels = &self.levels[member.levels.clone()];
                let (own, others) = rest.split_at(levels.len() / self.questions.max(1));
                rest = others;
                (self.add_up)(levels, own, self.questions, sums);
                for &(sum, place) in &member.answers {
                    let sum = std::mem::take(&mut sums[sum]);
                    if let Some(place) = place {
                        drawn[place] = sum;
                    }
                }
            }
        }
    }
}

/// Adds the times that respondents were drawn to the sums of the answers they gave.
fn add_up<const LEVELS: usize>(
    levels: &[u8],
    times: &[[u32; LANES]],
    questions: usize,
    sums: &mut [[u32; LANES]],
) {
    for (levels, times) in levels.chunks_exact(questions.max(1)).zip(times) {
        for (home, &level) in sums.chunks_exact_mut(LEVELS).zip(levels) {
            let sums = &mut home[usize::from(level) % LEVELS];
            // No more are drawn than there are rows, which 32 bits can number; a check would
            // keep the processor from adding several at once.
            sums.iter_mut().zip(times).for_each(|(sum, t)| *sum = sum.wrapping_add(*t));
        }
    }
}

/// The rows of each declared stratum, ordered by the answers given.
fn rows_by_answers(design: &Design, answers: &[i8], questions: usize) -> Vec<Vec<u32>> {
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); design.strata.len()];
    for (row, &stratum) in (0u32..).zip(&design.stratum_of) {
        rows_of[stratum as usize].push(row);
    }
    let codes = |row: u32| codes_of(row, answers, questions);
    rows_of
        .par_iter_mut()
        .for_each(|rows| rows.par_sort_unstable_by(|&a, &b| codes(a).cmp(codes(b))));
    rows_of
}

fn codes_of(row: u32, answers: &[i8], questions: usize) -> &[i8] {
    &answers[row as usize * questions..][..questions]
}

/// 1 − f of a variance stratum.
pub(crate) fn not_sampled(design: &Design, variance_stratum: usize) -> f64 {
    design.levels[0].not_sampled(u32::try_from(variance_stratum).expect("strata were numbered"))
}
