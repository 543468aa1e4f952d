use super::rule::WithoutData;
use crate::{messages::Text, text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the scores of several groups become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Combination {
    /// Every person of the population counts alike, so a large group counts for more.
    Population,
    /// Every group counts alike.
    Equal,
    /// Every group counts as declared; the weights add up to 1.
    Weights(BTreeMap<String, f64>),
}

/// What is known of one group when its score is combined with others.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupData {
    /// The code of the group.
    pub code: String,
    /// How many people it has, if that is known.
    pub population: Option<f64>,
    /// How many answers count.
    pub responses: u64,
}

/// What one group counts for in the score.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupShare {
    /// The code of the group.
    pub code: String,
    /// Its share; the shares add up to 1.
    pub share: f64,
}

/// The shares of the groups that have data, and what had to be done to get them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// The groups with data.
    pub shares: Vec<GroupShare>,
    /// The groups without data, whose shares went to the others: to be flagged.
    pub without_data: Vec<String>,
}

/// Why the scores of the groups cannot be combined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCombination {
    /// No group has data.
    NoData,
    /// These groups have no data, and the rule gives no score without them.
    GroupsWithoutData(Vec<String>),
    /// The rule counts by population and that of this group is not known.
    PopulationUnknown(String),
    /// The rule gives none of the groups with data a weight.
    NoWeight,
}

impl Combination {
    /// What each group counts for.
    ///
    /// The share of a group without data goes to the others in proportion to their own.
    pub fn shares(
        &self,
        groups: &[GroupData],
        without_data: WithoutData,
    ) -> Result<Shares, NoCombination> {
        let (with, without): (Vec<_>, Vec<_>) =
            groups.iter().partition(|group| group.responses > 0);
        let missing: Vec<String> = without.into_iter().map(|group| group.code.clone()).collect();
        if with.is_empty() {
            return Err(NoCombination::NoData);
        }
        if without_data == WithoutData::NoScore && !missing.is_empty() {
            return Err(NoCombination::GroupsWithoutData(missing));
        }
        let share = |group: &GroupData, share| GroupShare { code: group.code.clone(), share };
        if let [only] = with[..] {
            return Ok(Shares { shares: vec![share(only, 1.0)], without_data: missing });
        }
        let sizes = with.iter().map(|group| self.size(group)).collect::<Result<Vec<_>, _>>()?;
        let whole: f64 = sizes.iter().sum();
        if whole <= 0.0 {
            return Err(NoCombination::NoWeight);
        }
        let shares = with.iter().zip(sizes).map(|(group, size)| share(group, size / whole));
        Ok(Shares { shares: shares.collect(), without_data: missing })
    }

    fn size(&self, group: &GroupData) -> Result<f64, NoCombination> {
        match self {
            Self::Population => {
                group.population.ok_or_else(|| NoCombination::PopulationUnknown(group.code.clone()))
            }
            Self::Equal => Ok(1.0),
            Self::Weights(weights) => Ok(weights.get(&group.code).copied().unwrap_or_default()),
        }
    }
}

impl NoCombination {
    /// Why there is no score, for a person.
    pub fn text(&self) -> Text {
        match self {
            Self::NoData => text!("survey.no_data"),
            Self::GroupsWithoutData(groups) => {
                text!("survey.groups_without_data", groups = groups.join(", "))
            }
            Self::PopulationUnknown(group) => text!("survey.population_unknown", group = group),
            Self::NoWeight => text!("survey.no_weight"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn group(code: &str, population: f64, responses: u64) -> GroupData {
        GroupData { code: code.to_owned(), population: Some(population), responses }
    }

    fn shares(combination: &Combination, groups: &[GroupData]) -> Vec<f64> {
        let shares = combination.shares(groups, WithoutData::Redistribute).expect("shares");
        shares.shares.iter().map(|group| group.share).collect()
    }

    fn declared() -> Combination {
        Combination::Weights([("a", 0.5), ("b", 0.3), ("c", 0.2)].map(owned).into())
    }

    fn owned((code, weight): (&str, f64)) -> (String, f64) {
        (code.to_owned(), weight)
    }

    #[test]
    fn groups_count_by_population_alike_or_as_declared() {
        let groups = [group("a", 300.0, 9), group("b", 100.0, 9), group("c", 100.0, 9)];
        assert_eq!(shares(&Combination::Population, &groups), [0.6, 0.2, 0.2]);
        assert_eq!(shares(&Combination::Equal, &groups), [1.0 / 3.0; 3]);
        assert_eq!(shares(&declared(), &groups), [0.5, 0.3, 0.2]);
    }

    #[test]
    fn the_share_of_a_group_without_data_goes_to_the_others_and_is_said() {
        let groups = [group("a", 300.0, 9), group("b", 100.0, 9), group("c", 100.0, 0)];
        let combined = declared().shares(&groups, WithoutData::Redistribute).expect("shares");
        assert_eq!(combined.without_data, ["c"]);
        assert_eq!(shares(&declared(), &groups), [0.5 / 0.8, 0.3 / 0.8]);
        let refused = declared().shares(&groups, WithoutData::NoScore);
        assert_eq!(refused, Err(NoCombination::GroupsWithoutData(vec!["c".to_owned()])));
    }

    #[test]
    fn an_unknown_population_is_not_guessed() {
        let unknown = GroupData { code: "b".to_owned(), population: None, responses: 4 };
        let groups = [group("a", 300.0, 9), unknown];
        let refused = Combination::Population.shares(&groups, WithoutData::Redistribute);
        assert_eq!(refused, Err(NoCombination::PopulationUnknown("b".to_owned())));
    }

    #[test]
    fn one_group_alone_is_the_score_whatever_its_population() {
        let unknown = GroupData { code: "b".to_owned(), population: None, responses: 4 };
        assert_eq!(shares(&Combination::Population, &[unknown]), [1.0]);
    }

    #[test]
    fn without_any_data_there_is_no_score() {
        let groups = [group("a", 300.0, 0)];
        let refused = Combination::Equal.shares(&groups, WithoutData::Redistribute);
        assert_eq!(refused, Err(NoCombination::NoData));
    }

    proptest! {
        #[test]
        fn shares_add_up_to_one(sizes in prop::collection::vec((1u32..9999, 0u64..3), 1..6)) {
            let groups: Vec<GroupData> = sizes
                .iter()
                .enumerate()
                .map(|(i, (size, n))| group(&i.to_string(), f64::from(*size), *n))
                .collect();
            for combination in [Combination::Population, Combination::Equal] {
                if let Ok(shares) = combination.shares(&groups, WithoutData::Redistribute) {
                    let sum: f64 = shares.shares.iter().map(|group| group.share).sum();
                    prop_assert!((sum - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}
