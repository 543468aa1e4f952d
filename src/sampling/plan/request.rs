//! What a plan is to reach, as it was typed.

use crate::{
    messages::{Language, Text},
    sampling::WaveRule,
    text,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields that every plan may be given, by the names that pages and commands share.
pub const FIELDS: [&str; 8] =
    ["method", "n", "margin", "margin-group", "margin-all", "response-rate", "least", "confidence"];

/// Before the code of a group whose response rate differs.
pub const RATE_OF: &str = "response-rate-";
/// Before the code of a group of which a share other than one half is expected.
pub const SHARE_OF: &str = "share-";

/// The e of the official formula where no margin is asked for.
const OFFICIAL: f64 = 0.05;

/// How answers are shared out over units and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// As the targets are set now.
    Current,
    /// The fewest answers with which the margins asked for are kept.
    Margins,
    /// A given number so that the whole is known best (Neyman).
    Optimal,
    /// A given number by population.
    Proportional,
    /// A given number by the square root of the population (Bankier): between equal and
    /// proportional.
    Power,
    /// A given number, the same for each unit × group.
    Equal,
    /// For each unit what the official formula prescribes, by population within the unit.
    Official,
}

/// The largest margins wanted, as shares of 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Margins {
    /// Of each unit.
    pub unit: Option<f64>,
    /// Of each group.
    pub group: Option<f64>,
    /// Of the whole.
    pub all: Option<f64>,
}

/// What a plan is to reach.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanRequest {
    /// How answers are shared out.
    pub method: Method,
    /// How many answers there are to share out, for methods that need it.
    pub n: Option<u64>,
    /// The largest margins wanted.
    pub margins: Margins,
    /// Of the people drawn, the share expected to answer.
    pub response_rate: f64,
    /// The same for groups in which it differs, by code.
    pub response_rates: BTreeMap<String, f64>,
    /// The share expected in groups where it is not one half, by code.
    pub shares: BTreeMap<String, f64>,
    /// Fewest answers of a unit × group.
    pub least: u64,
    /// The confidence level of the margins.
    pub confidence: f64,
}

/// A field that cannot be used as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its name.
    pub field: String,
    /// Why not.
    pub why: Text,
}

impl Method {
    /// Every method, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Current,
        Self::Margins,
        Self::Optimal,
        Self::Proportional,
        Self::Power,
        Self::Equal,
        Self::Official,
    ];

    /// The word for it in commands and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Margins => "margins",
            Self::Optimal => "optimal",
            Self::Proportional => "proportional",
            Self::Power => "power",
            Self::Equal => "equal",
            Self::Official => "official",
        }
    }

    /// What it is called.
    pub fn name(self, language: Language) -> &'static str {
        language.say(match self {
            Self::Current => "plan.method_current",
            Self::Margins => "plan.method_margins",
            Self::Optimal => "plan.method_optimal",
            Self::Proportional => "plan.method_proportional",
            Self::Power => "plan.method_power",
            Self::Equal => "plan.method_equal",
            Self::Official => "plan.method_official",
        })
    }

    /// How it works, in a sentence or two.
    pub fn how(self, language: Language) -> &'static str {
        language.say(match self {
            Self::Current => "plan.method_current_how",
            Self::Margins => "plan.method_margins_how",
            Self::Optimal => "plan.method_optimal_how",
            Self::Proportional => "plan.method_proportional_how",
            Self::Power => "plan.method_power_how",
            Self::Equal => "plan.method_equal_how",
            Self::Official => "plan.method_official_how",
        })
    }

    /// Whether it shares out a given number of answers.
    pub fn shares_out(self) -> bool {
        matches!(self, Self::Optimal | Self::Proportional | Self::Power | Self::Equal)
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

impl PlanRequest {
    /// Reads fields, each a name of [`FIELDS`], or [`RATE_OF`] or [`SHARE_OF`] before one of
    /// `groups`, and what was typed; empty ones were not filled in. `least` counts where none is
    /// given: it is the survey's own limit.
    ///
    /// Without a method, margins ask for their own, a number is shared out in the optimal way,
    /// and otherwise the targets as they are set are looked at. Without a response rate, people
    /// are expected to answer as the rule for calling the reserve expects.
    pub fn read(
        fields: &[(String, String)],
        groups: &[&str],
        least: u64,
    ) -> Result<Self, Vec<Wrong>> {
        let mut reading = Reading { fields, wrong: Vec::new() };
        let n = reading.whole("n");
        let margins = Margins {
            unit: reading.percent("margin", 50),
            group: reading.percent("margin-group", 50),
            all: reading.percent("margin-all", 50),
        };
        let method = reading.method(n, margins);
        let usual = WaveRule::default().answering();
        let request = Self {
            method,
            n,
            margins,
            response_rate: reading.percent("response-rate", 100).unwrap_or(usual),
            response_rates: reading.by_group(RATE_OF, groups, 100),
            shares: reading.by_group(SHARE_OF, groups, 99),
            least: reading.whole("least").unwrap_or(least).max(1),
            confidence: reading.percent("confidence", 99).unwrap_or(0.95),
        };
        reading.check_needs(&request);
        if reading.wrong.is_empty() { Ok(request) } else { Err(reading.wrong) }
    }

    /// The response rate expected in a group.
    pub fn rate(&self, group: &str) -> f64 {
        self.response_rates.get(group).copied().unwrap_or(self.response_rate)
    }

    /// The share expected in a group.
    pub fn share(&self, group: &str) -> f64 {
        self.shares.get(group).copied().unwrap_or(0.5)
    }

    /// The e of the official formula: the margin wanted of a unit, or 5 %.
    pub fn official_margin(&self) -> f64 {
        self.margins.unit.unwrap_or(OFFICIAL)
    }
}

struct Reading<'f> {
    fields: &'f [(String, String)],
    wrong: Vec<Wrong>,
}

impl Reading<'_> {
    fn typed(&self, field: &str) -> Option<&str> {
        let (_, typed) = self.fields.iter().find(|(known, _)| known == field)?;
        Some(typed.trim()).filter(|typed| !typed.is_empty())
    }

    fn note(&mut self, field: &str, why: Text) {
        self.wrong.push(Wrong { field: field.to_owned(), why });
    }

    fn method(&mut self, n: Option<u64>, margins: Margins) -> Method {
        let Some(typed) = self.typed("method") else {
            return if margins != Margins::default() {
                Method::Margins
            } else if n.is_some() {
                Method::Optimal
            } else {
                Method::Current
            };
        };
        match Method::parse(typed) {
            Some(method) => method,
            None => {
                let known = Method::ALL.map(Method::word).join(", ");
                let why = text!("plan.unknown_method", typed = typed, known = known);
                self.note("method", why);
                Method::Current
            }
        }
    }

    fn whole(&mut self, field: &str) -> Option<u64> {
        let typed = self.typed(field)?;
        let number = whole(typed);
        if number.is_none() {
            let why = text!("plan.not_whole", typed = typed);
            self.note(field, why);
        }
        number
    }

    /// A percentage above 0 and up to `most`, as a share of 1.
    fn percent(&mut self, field: &str, most: u32) -> Option<f64> {
        let typed = self.typed(field)?;
        let permitted = |number: &f64| *number > 0.0 && *number <= f64::from(most);
        let number = percent(typed).filter(permitted);
        if number.is_none() {
            let why = text!("plan.not_percent", typed = typed, most = most);
            self.note(field, why);
        }
        number.map(|number| number / 100.0)
    }

    /// The percentages of the fields that begin with `prefix`, by group.
    fn by_group(&mut self, prefix: &str, groups: &[&str], most: u32) -> BTreeMap<String, f64> {
        let mut shares = BTreeMap::new();
        for (field, _) in self.fields {
            let Some(group) = field.strip_prefix(prefix) else { continue };
            if !groups.contains(&group) {
                let why = text!("plan.unknown_group", group = group, known = groups.join(", "));
                self.note(field, why);
            } else if let Some(share) = self.percent(field, most) {
                shares.insert(group.to_owned(), share);
            }
        }
        shares
    }

    /// A method without the numbers that it works with.
    fn check_needs(&mut self, request: &PlanRequest) {
        if request.method.shares_out() && request.n.is_none() && self.typed("n").is_none() {
            self.note("n", text!("plan.needs_n"));
        }
        let given = ["margin", "margin-group", "margin-all"].map(|field| self.typed(field));
        if request.method == Method::Margins && given == [None; 3] {
            self.note("margin", text!("plan.needs_margin"));
        }
    }
}

/// `1486`, `1.486` or `1 486`.
fn whole(typed: &str) -> Option<u64> {
    const BETWEEN: [char; 4] = ['.', ',', ' ', '\u{a0}'];
    let groups: Vec<&str> = typed.split(BETWEEN).collect();
    let grouped = groups.len() == 1
        || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    let digits = groups.concat();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&number: &u64| grouped && plain && number > 0)
}

/// `5`, `2,5`, `2.5` or `5 %`.
fn percent(typed: &str) -> Option<f64> {
    let number = typed.strip_suffix('%').unwrap_or(typed).trim().replacen(',', ".", 1);
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number.parse().ok().filter(|_| plain)
}
