//! Random surveys, among them degenerate ones: empty, one row, census, all answers alike, weights of zero, lonely strata,
//! clusters, unknown populations.

use analysis::{
    Declaration, Design, Domain, DontKnow, Lonely, Scores, Stage, Stratum, Variable, Weights,
};
use proptest::prelude::*;

/// How many random designs a property is tried on: ten thousand in release builds.
pub const DESIGNS: u32 = if cfg!(debug_assertions) { 500 } else { 10_000 };

/// One random survey, before it is declared.
#[derive(Debug, Clone)]
pub struct Survey {
    /// How many people each stratum has beyond its respondents; none = not known.
    pub beyond: Vec<Option<u64>>,
    pub rows: Vec<Row>,
    pub given_weights: bool,
    pub clusters: bool,
    pub lonely: Lonely,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub stratum: usize,
    pub cluster: u64,
    pub weight: f64,
    pub codes: [i8; 2],
    pub inside: bool,
}

fn code(alike: bool) -> BoxedStrategy<i8> {
    if alike { Just(4).boxed() } else { prop_oneof![6 => 1..=5i8, 2 => -2..=0i8].boxed() }
}

fn row(strata: usize, alike: bool, weightless: bool) -> impl Strategy<Value = Row> {
    let weight = match weightless {
        true => Just(0.0).boxed(),
        false => prop_oneof![4 => 0.5..20.0f64, 1 => Just(0.0), 2 => Just(1.0)].boxed(),
    };
    (0..strata, 0..4u64, weight, code(alike), code(alike), prop::bool::weighted(0.7)).prop_map(
        |(stratum, cluster, weight, a, b, inside)| Row {
            stratum,
            cluster,
            weight,
            codes: [a, b],
            inside,
        },
    )
}

pub fn survey() -> impl Strategy<Value = Survey> {
    let beyond = prop_oneof![3 => (0..200u64).prop_map(Some), 2 => Just(Some(0)), 1 => Just(None)];
    let strata = prop::collection::vec(beyond, 1..6);
    let weightless = prop::bool::weighted(0.05);
    let kinds = (prop::bool::weighted(0.15), prop::bool::weighted(0.3), prop::bool::weighted(0.2));
    (strata, kinds, weightless)
        .prop_flat_map(|(beyond, (alike, given_weights, clusters), weightless)| {
            let rows = prop::collection::vec(row(beyond.len(), alike, weightless), 0..40);
            let lonely = prop_oneof![
                4 => Just(Lonely::Collapse),
                1 => Just(Lonely::Remove),
                1 => Just(Lonely::Adjust),
                1 => Just(Lonely::Average),
            ];
            (Just(beyond), rows, Just(given_weights), Just(clusters), lonely)
        })
        .prop_map(|(beyond, rows, given_weights, clusters, lonely)| Survey {
            beyond,
            rows,
            given_weights,
            clusters,
            lonely,
        })
}

impl Survey {
    pub fn design(&self) -> Design {
        let respondents = |s: usize| self.rows.iter().filter(|r| r.stratum == s).count() as u64;
        let stratum = |(s, beyond): (usize, &Option<u64>)| {
            Stratum::new(format!("s{s}"), beyond.map(|more| respondents(s) + more))
        };
        let strata = self.beyond.iter().enumerate().map(stratum).collect();
        let stratum_of = self.rows.iter().map(|r| r.stratum).collect();
        let mut declaration = Declaration::new(strata, stratum_of).lonely(self.lonely);
        if self.clusters {
            let units = self.rows.iter().map(|r| r.cluster).collect();
            declaration = declaration.stage(Stage { units, population: Vec::new() });
        }
        if self.given_weights {
            let weights = self.rows.iter().map(|r| r.weight).collect();
            declaration = declaration.weights(Weights::Given(weights));
        }
        declaration.build().expect("populations hold the respondents")
    }

    pub fn codes(&self, question: usize) -> Vec<i8> {
        self.rows.iter().map(|r| r.codes[question]).collect()
    }

    pub fn inside(&self) -> Domain {
        Domain::from_mask(&self.rows.iter().map(|r| r.inside).collect::<Vec<_>>())
    }
}

pub fn scale() -> Scores {
    Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)])
}

pub fn score(survey: &Survey, question: usize) -> Variable {
    Variable::scored(&survey.codes(question), &scale(), DontKnow::Missing).expect("known codes")
}
