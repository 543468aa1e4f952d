//! Neither the order of rows nor the number of threads changes a bit.
//!
//! Results are compared as printed: a number is printed with as many digits as tell it from its
//! neighbours, so that equal texts are equal bits.

use std::fmt::Debug;

use analysis::{
    Ask, Declaration, Design, DontKnow, Limits, Margin, RankRule, RankSets, Replicates, Scale,
    Scores, Stratum, Variable, rank_sets,
};
use proptest::prelude::*;

const QUESTIONS: usize = 3;
const REPLICATES: usize = 37;
const SEED: [u8; 32] = [11; 32];

/// Answers before they are declared.
#[derive(Debug, Clone)]
struct Survey {
    /// How many people each stratum has beyond its respondents; none = not known.
    beyond: Vec<Option<u64>>,
    /// Stratum and codes of each respondent.
    rows: Vec<(usize, [i8; QUESTIONS])>,
}

/// A survey, and another order of its rows.
fn survey() -> impl Strategy<Value = (Survey, Vec<usize>)> {
    let beyond = prop_oneof![4 => (0..90u64).prop_map(Some), 1 => Just(Some(0)), 1 => Just(None)];
    let strata = prop::collection::vec(beyond, 1..6);
    (strata, prop::bool::weighted(0.3))
        .prop_flat_map(|(beyond, many_codes)| {
            let most = if many_codes { 9i8 } else { 5 };
            let code = prop_oneof![6 => 1..=most, 2 => -2..=0i8];
            let codes = [code.clone(), code.clone(), code];
            let rows = prop::collection::vec((0..beyond.len(), codes), 0..60);
            (Just(beyond), rows)
        })
        .prop_flat_map(|(beyond, rows)| {
            let order = Just((0..rows.len()).collect::<Vec<usize>>()).prop_shuffle();
            (Just(Survey { beyond, rows }), order)
        })
}

impl Survey {
    fn in_order(&self, order: &[usize]) -> Self {
        let rows = order.iter().map(|&row| self.rows[row]).collect();
        Self { rows, ..self.clone() }
    }

    fn design(&self) -> Design {
        let respondents = |s: usize| self.rows.iter().filter(|r| r.0 == s).count() as u64;
        let stratum = |(s, beyond): (usize, &Option<u64>)| {
            Stratum::new(format!("s{s}"), beyond.map(|more| respondents(s) + more))
        };
        let strata = self.beyond.iter().enumerate().map(stratum).collect();
        let stratum_of = self.rows.iter().map(|r| r.0).collect();
        Declaration::new(strata, stratum_of).build().expect("populations hold the respondents")
    }

    fn answers(&self) -> Vec<i8> {
        self.rows.iter().flat_map(|r| r.1).collect()
    }

    fn variable(&self, question: usize) -> Variable {
        let codes: Vec<i8> = self.rows.iter().map(|r| r.1[question]).collect();
        Variable::scored(&codes, &scores(), DontKnow::Missing).expect("known codes")
    }

    /// Every stratum, and all of them.
    fn domains(&self) -> Vec<Vec<usize>> {
        let all: Vec<usize> = (0..self.beyond.len()).collect();
        all.iter().map(|&stratum| vec![stratum]).chain([all.clone()]).collect()
    }

    fn table(&self) -> String {
        let design = self.design();
        let counts = design.count_answers(&self.answers(), QUESTIONS).expect("known codes");
        let counts = counts.expect("persons with one weight per stratum");
        text(&counts.means(&scale(), &self.domains(), &Ask::default()))
    }

    fn replicated_table(&self) -> String {
        let design = self.design();
        let drawn = design.replicate_answers(&self.answers(), QUESTIONS, REPLICATES, SEED);
        let drawn = drawn.expect("known codes").expect("persons with one weight per stratum");
        let means = drawn.means(&scale(), &self.domains()).expect("known codes");
        let errors: Vec<_> = means.iter().map(|mean| drawn.estimate(mean, 0, 9.0, 0.9)).collect();
        text(&(&means, errors, drawn.covariance(&means[0], &means[1])))
    }

    fn replicates(&self) -> String {
        let design = self.design();
        let variables: Vec<Variable> = (0..QUESTIONS).map(|q| self.variable(q)).collect();
        let by: Vec<&Variable> = variables.iter().collect();
        let replicates = Replicates::rao_wu(&design, REPLICATES, SEED, &by);
        let domains = self.domains();
        let domains = domains.iter().map(|strata| design.in_strata(strata));
        text(&domains.map(|domain| replicates.mean(by[0], &domain)).collect::<Vec<_>>())
    }

    /// The weights in the order of the rows, and the figures they give.
    fn raked(&self, counts: &[f64; 4]) -> Option<(Vec<u64>, String)> {
        let design = self.design();
        let class = |question: usize, row: usize| usize::from(self.rows[row].1[question] > 3);
        let margin = |question: usize, counts: [f64; 2]| Margin {
            class_of: (0..self.rows.len()).map(|row| class(question, row)).collect(),
            counts: counts.to_vec(),
        };
        let [a, b, c, d] = *counts;
        let margins = [margin(0, [a + b, c + d]), margin(1, [a + c, b + d])];
        let (raked, report) = design.raked(&margins, &Limits::default()).ok()?;
        let figure = raked.mean(&self.variable(2), &raked.everyone()).expect("same rows");
        let weights = raked.weights().iter().map(|w| w.to_bits()).collect();
        Some((weights, text(&(figure.estimate(), report))))
    }
}

fn scores() -> Scores {
    Scores::new((1..=9i8).map(|code| (code, f64::from(code - 1) * 12.3)))
}

fn scale() -> Scale {
    Scale::scored(&scores(), DontKnow::Missing)
}

fn text(result: &impl Debug) -> String {
    format!("{result:?}")
}

/// The result of some work with so many threads.
fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(work)
}

/// Estimates, their covariances, and another order of the units.
fn units() -> impl Strategy<Value = (Vec<f64>, Vec<Vec<f64>>, Vec<usize>)> {
    (1..8usize).prop_flat_map(|size| {
        let estimate = prop_oneof![4 => 0.0..9.0f64, 1 => Just(5.0)];
        let estimates = prop::collection::vec(estimate, size);
        let root = prop::collection::vec(prop::collection::vec(-1.0..1.0f64, size), size);
        let order = Just((0..size).collect::<Vec<usize>>()).prop_shuffle();
        (estimates, root.prop_map(|root| squared(&root)), order)
    })
}

fn squared(root: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let product = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum();
    root.iter().map(|a| root.iter().map(|b| product(a, b)).collect()).collect()
}

fn sets(estimates: &[f64], covariance: &[Vec<f64>], simultaneous: bool) -> RankSets {
    let rule = RankRule { draws: 700, simultaneous, ..RankRule::default() };
    rank_sets(estimates, covariance, &rule).expect("finite figures")
}

proptest! {
    #[test]
    fn of_a_table((survey, order) in survey(), threads in 1..5usize) {
        let table = with_threads(1, || survey.table());
        prop_assert_eq!(&table, &with_threads(threads, || survey.table()));
        prop_assert_eq!(&table, &survey.in_order(&order).table());
    }

    #[test]
    fn of_a_table_drawn_again((survey, order) in survey(), threads in 1..5usize) {
        let table = with_threads(1, || survey.replicated_table());
        prop_assert_eq!(&table, &with_threads(threads, || survey.replicated_table()));
        prop_assert_eq!(&table, &survey.in_order(&order).replicated_table());
    }

    #[test]
    fn of_replicate_weights((survey, order) in survey(), threads in 1..5usize) {
        let replicates = with_threads(1, || survey.replicates());
        prop_assert_eq!(&replicates, &with_threads(threads, || survey.replicates()));
        prop_assert_eq!(&replicates, &survey.in_order(&order).replicates());
    }

    #[test]
    fn of_raked_weights(
        (survey, order) in survey(),
        counts in prop::array::uniform4(1.0..500.0f64),
        threads in 1..5usize,
    ) {
        let one = with_threads(1, || survey.raked(&counts));
        prop_assert_eq!(&one, &with_threads(threads, || survey.raked(&counts)));
        let other = survey.in_order(&order).raked(&counts);
        let moved = one.map(|(weights, figures)| {
            (order.iter().map(|&row| weights[row]).collect::<Vec<u64>>(), figures)
        });
        prop_assert_eq!(moved, other);
    }

    #[test]
    fn of_rank_sets(
        (estimates, covariance, order) in units(),
        simultaneous in any::<bool>(),
        threads in 1..5usize,
    ) {
        let one = with_threads(1, || sets(&estimates, &covariance, simultaneous));
        let many = with_threads(threads, || sets(&estimates, &covariance, simultaneous));
        prop_assert_eq!(text(&one), text(&many));
        let moved: Vec<f64> = order.iter().map(|&unit| estimates[unit]).collect();
        let entry = |a: usize, b: usize| covariance[a][b];
        let matrix: Vec<Vec<f64>> =
            order.iter().map(|&a| order.iter().map(|&b| entry(a, b)).collect()).collect();
        let mut other = sets(&moved, &matrix, simultaneous);
        other.apart.iter_mut().for_each(|pair| *pair = (order[pair.0], order[pair.1]));
        other.apart.sort_unstable();
        let back = |of: &[usize]| {
            let mut ranks = vec![0; of.len()];
            order.iter().zip(of).for_each(|(&unit, &rank)| ranks[unit] = rank);
            ranks
        };
        (other.best, other.worst) = (back(&other.best), back(&other.worst));
        prop_assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn a_table_drawn_again_holds_the_people_of_the_replicate_weights((survey, _) in survey()) {
        let design = survey.design();
        let drawn = design.replicate_answers(&survey.answers(), QUESTIONS, REPLICATES, SEED);
        let drawn = drawn.expect("known codes").expect("persons with one weight per stratum");
        // Codes in their order, so that both ways draw people by the same places.
        let codes = |question: usize| survey.rows.iter().map(move |r| f64::from(r.1[question]) + 2.0);
        let codes = |question: usize| Variable::numbers(codes(question).collect()).expect("finite");
        let codes: Vec<Variable> = (0..QUESTIONS).map(codes).collect();
        let by: Vec<&Variable> = codes.iter().collect();
        let replicates = Replicates::rao_wu(&design, REPLICATES, SEED, &by);
        for strata in survey.domains() {
            if strata.len() > 1 && survey.beyond.contains(&None) {
                // A table pools strata of unknown population otherwise than their weights do.
                continue;
            }
            for question in 0..QUESTIONS {
                let variable = survey.variable(question);
                let want = replicates.mean(&variable, &design.in_strata(&strata));
                let got = drawn.mean(question, &scale(), &strata).expect("known codes");
                let near = |a: &Option<f64>, b: &Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                    (a, b) => a.is_none() && b.is_none(),
                };
                prop_assert!(near(&got.value, &want.value), "{:?} {:?}", got, want);
                let mut pairs = got.replicates.iter().zip(&want.replicates);
                prop_assert!(pairs.all(|(a, b)| near(a, b)), "{:?} {:?}", got, want);
            }
        }
    }
}
