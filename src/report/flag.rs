use crate::{messages::Text, text};
use serde::{Deserialize, Serialize};

/// What a reader of a figure has to know. This is the closed list of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The most points to be had are somebody's assumption.
    AssumedPoints,
    /// Fewer respondents than the rule asks for: no score.
    BelowMinimum,
    /// Everybody answered: no sampling error.
    Census,
    /// More respondents than people; the population was taken to be the respondents.
    ClampedToCensus,
    /// A stratum gave no answer: the figure speaks for the others only.
    EmptyStratum,
    /// A group without data: its share went to the others, or there is no score.
    GroupWithoutData,
    /// The standard error is more than 30 % of the figure.
    HighCv,
    /// A stratum with one respondent was joined with another for the standard error.
    LonelyAdjusted,
    /// A stratum with one respondent has none to be joined with: no standard error.
    LonelyUnknown,
    /// Fewer than 8 degrees of freedom.
    LowDf,
    /// Fewer than 30 effective respondents.
    LowNeff,
    /// Cells of several units or groups were put together when the box was opened.
    MergedCells,
    /// Nobody has a value.
    NoData,
    /// An iteration did not converge.
    NotConverged,
    /// The numbers are too large to be represented.
    NotFinite,
    /// One respondent only, in the figure or in a part of it.
    OneRespondent,
    /// A part had no data; its weight went to the others.
    PartMissing,
    /// A population is not known: no finite population correction, forms count alike.
    PopulationUnknown,
    /// The rule does not fit the scale of the questions: no score.
    RuleDoesNotFit,
    /// Withheld to protect the respondents.
    Suppressed,
    /// People and answers are made up.
    Synthetic,
    /// Something that the analysis noticed and that has no name here yet.
    Unexplained,
    /// All answers alike: the standard error is 0 though not everybody was asked.
    ZeroVariance,
}

impl From<analysis::Flag> for Flag {
    fn from(flag: analysis::Flag) -> Self {
        use analysis::Flag as From;
        match flag {
            From::NoData => Self::NoData,
            From::OneRespondent => Self::OneRespondent,
            From::ZeroVariance => Self::ZeroVariance,
            From::Census => Self::Census,
            From::LonelyAdjusted => Self::LonelyAdjusted,
            From::LonelyUnknown => Self::LonelyUnknown,
            From::PopulationUnknown => Self::PopulationUnknown,
            From::ClampedToCensus => Self::ClampedToCensus,
            From::EmptyStratum => Self::EmptyStratum,
            From::PartMissing => Self::PartMissing,
            From::NotConverged => Self::NotConverged,
            From::NotFinite => Self::NotFinite,
            From::Suppressed => Self::Suppressed,
            From::LowDf => Self::LowDf,
            From::LowNeff => Self::LowNeff,
            From::HighCv => Self::HighCv,
            _ => Self::Unexplained,
        }
    }
}

impl Flag {
    /// The flag in a sentence.
    pub fn text(self) -> Text {
        match self {
            Self::AssumedPoints => text!("report.flag_assumed_points"),
            Self::BelowMinimum => text!("report.flag_below_minimum"),
            Self::Census => text!("report.flag_census"),
            Self::ClampedToCensus => text!("report.flag_clamped"),
            Self::EmptyStratum => text!("report.flag_empty_stratum"),
            Self::GroupWithoutData => text!("report.flag_group_without_data"),
            Self::HighCv => text!("report.flag_high_cv"),
            Self::LonelyAdjusted => text!("report.flag_lonely_adjusted"),
            Self::LonelyUnknown => text!("report.flag_lonely_unknown"),
            Self::LowDf => text!("report.flag_low_df"),
            Self::LowNeff => text!("report.flag_low_n_eff"),
            Self::MergedCells => text!("report.flag_merged_cells"),
            Self::NoData => text!("report.flag_no_data"),
            Self::NotConverged => text!("report.flag_not_converged"),
            Self::NotFinite => text!("report.flag_not_finite"),
            Self::OneRespondent => text!("report.flag_one_respondent"),
            Self::PartMissing => text!("report.flag_part_missing"),
            Self::PopulationUnknown => text!("report.flag_population_unknown"),
            Self::RuleDoesNotFit => text!("report.flag_rule_does_not_fit"),
            Self::Suppressed => text!("report.flag_suppressed"),
            Self::Synthetic => text!("report.flag_synthetic"),
            Self::Unexplained => text!("report.flag_unexplained"),
            Self::ZeroVariance => text!("report.flag_zero_variance"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn flags_are_sorted_as_they_are_written() {
        let all = BTreeSet::from([
            Flag::ZeroVariance,
            Flag::AssumedPoints,
            Flag::LowNeff,
            Flag::Census,
            Flag::MergedCells,
            Flag::Synthetic,
            Flag::Suppressed,
        ]);
        let written = serde_json::to_string(&all).unwrap();
        let words: Vec<&str> = written.trim_matches(['[', ']']).split(',').collect();
        assert!(words.is_sorted(), "{written}");
    }
}
