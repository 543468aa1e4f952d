//! Says in words how a criterion is scored, to be printed beside every result.

use super::{
    combination::Combination,
    conversion::{Between, Conversion},
    rule::{CriterionRule, Rule, WithoutData},
    scoring::{DontKnow, Method},
};
use crate::{messages::Language, questionnaire::Labels, text};

impl CriterionRule {
    /// The method in full sentences; `groups` gives the names of the respondent groups.
    ///
    /// Two rules that give different figures are told apart by these sentences.
    pub fn in_words(&self, groups: &[(String, Labels)], language: Language) -> Vec<String> {
        let mut sentences = vec![
            self.method_in_words(language),
            self.dont_know_in_words(language),
            self.groups_in_words(groups, language),
            self.conversion.in_words(language),
            text!("survey.says_minimum_n", n = self.minimum_n).say(language),
        ];
        if self.least_answered > 0.0 {
            let percent = percent(self.least_answered, language);
            let sentence = text!("survey.says_least_answered", percent = percent).say(language);
            sentences.insert(2, sentence);
        }
        sentences
    }

    /// The method in a few words, for a column of a table.
    pub fn method_in_brief(&self, language: Language) -> String {
        match &self.method {
            Method::Mean => text!("survey.brief_mean"),
            Method::TopTwo => text!("survey.brief_top_two"),
            Method::MeanOfScale => text!("survey.brief_mean_of_scale"),
            Method::Share(_) => text!("survey.brief_share"),
        }
        .say(language)
    }

    fn method_in_words(&self, language: Language) -> String {
        match &self.method {
            Method::Mean => text!("survey.says_mean"),
            Method::TopTwo => text!("survey.says_top_two"),
            Method::MeanOfScale => text!("survey.says_mean_of_scale"),
            Method::Share(codes) => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                text!("survey.says_share", codes = codes.join(", "))
            }
        }
        .say(language)
    }

    fn dont_know_in_words(&self, language: Language) -> String {
        match self.dont_know {
            DontKnow::Excluded => text!("survey.says_dont_know_excluded"),
            DontKnow::Counts(value) => {
                text!("survey.says_dont_know_counts", percent = percent(value, language))
            }
        }
        .say(language)
    }

    fn groups_in_words(&self, groups: &[(String, Labels)], language: Language) -> String {
        let combined = match &self.groups {
            Combination::Population => text!("survey.says_population").say(language),
            Combination::Equal => text!("survey.says_equal").say(language),
            Combination::Weights(weights) => {
                let named = groups.iter().filter_map(|(code, label)| {
                    let weight = percent(*weights.get(code)?, language);
                    Some(format!("{} {weight}", label.get(language.code())))
                });
                let weights = named.collect::<Vec<_>>().join("; ");
                text!("survey.says_weights", weights = weights).say(language)
            }
        };
        let without_data = match self.without_data {
            WithoutData::Redistribute => text!("survey.says_redistribute"),
            WithoutData::NoScore => text!("survey.says_no_score"),
        };
        format!("{combined} {}", without_data.say(language))
    }
}

impl Conversion {
    /// How a score becomes points, in a sentence.
    pub fn in_words(&self, language: Language) -> String {
        match self {
            Self::Linear => text!("survey.says_linear").say(language),
            Self::Floor { floor, full_from, between } => {
                let floor = number(*floor, language);
                let full = number(*full_from, language);
                match between {
                    Between::Score => text!("survey.says_floor", floor = floor, full = full),
                    Between::Stretched => {
                        text!("survey.says_stretched", floor = floor, full = full)
                    }
                }
                .say(language)
            }
            Self::Steps(steps) => {
                let each = steps.iter().map(|step| {
                    let from = number(step.from, language);
                    let share = percent(step.share, language);
                    text!("survey.says_step", from = from, percent = share).say(language)
                });
                let steps = each.collect::<Vec<_>>().join("; ");
                text!("survey.says_steps", steps = steps).say(language)
            }
        }
    }
}

impl Rule {
    /// How figures are rounded, in a sentence.
    pub fn rounding_in_words(&self, language: Language) -> String {
        let (score, points) = (self.rounding.score, self.rounding.points);
        text!("survey.says_rounding", score = score, points = points).say(language)
    }
}

/// A share as a percentage; hundredths of a percent are enough in a sentence.
fn percent(share: f64, language: Language) -> String {
    let percent = (share * 10_000.0).round() / 100.0;
    format!("{} %", number(percent, language))
}

fn number(number: f64, language: Language) -> String {
    format!("{number}").replace('.', language.say("survey.decimal_mark"))
}
