//! Answers, and the compact form in which a draft keeps them.

use rust_decimal::Decimal;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// What a person answered to one question.
///
/// Stored, a choice is a number (`3`), "don't know" is `0`, several choices are an
/// array (`[1,4]`), and the rest are texts that begin with a sign for their kind:
/// `"#12.5"` a number, `"@1980-03-05"` a day, `"=Quận 1"` a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The code of the chosen option.
    Choice(i16),
    /// "Không biết / Không có ý kiến".
    DontKnow,
    /// The codes of the chosen options.
    Several(Vec<i16>),
    /// A number, exactly as typed.
    Number(Decimal),
    /// A day in ISO form.
    Date(String),
    /// A text, NFC.
    Text(String),
}

/// The answers of one person so far, by the name of the question.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Answer>);

/// What is recorded for one question when a form is submitted.
///
/// Stored like an [`Answer`]; missing is `-1`, not asked `-2`, "don't know" `0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// An option's code, or one of the three codes above.
    Code(i16),
    /// The codes of the chosen options.
    Codes(Vec<i16>),
    /// A number.
    Number(Decimal),
    /// A day in ISO form.
    Date(String),
    /// A text.
    Text(String),
}

impl Recorded {
    /// Asked, and not answered.
    pub const MISSING: Self = Self::Code(-1);
    /// Not asked, because a condition said so.
    pub const NOT_ASKED: Self = Self::Code(-2);
    /// Answered with "không biết".
    pub const DONT_KNOW: Self = Self::Code(0);
}

impl Answers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to the question called `name`.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        self.0.get(name)
    }

    /// Keeps an answer, in place of an earlier one to the same question.
    pub fn set(&mut self, name: impl Into<String>, answer: Answer) {
        self.0.insert(name.into(), answer);
    }

    /// Removes the answer to the question called `name`.
    pub fn clear(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Every answer with its question, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.0.iter().map(|(name, answer)| (name.as_str(), answer))
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many questions have answers.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<N: Into<String>> FromIterator<(N, Answer)> for Answers {
    fn from_iter<I: IntoIterator<Item = (N, Answer)>>(answers: I) -> Self {
        Self(answers.into_iter().map(|(name, answer)| (name.into(), answer)).collect())
    }
}

const NUMBER: char = '#';
const DATE: char = '@';
const TEXT: char = '=';

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Choice(code) => serializer.serialize_i16(*code),
            Self::DontKnow => serializer.serialize_i16(0),
            Self::Several(codes) => codes.serialize(serializer),
            Self::Number(number) => serializer.collect_str(&format_args!("{NUMBER}{number}")),
            Self::Date(date) => serializer.collect_str(&format_args!("{DATE}{date}")),
            Self::Text(text) => serializer.collect_str(&format_args!("{TEXT}{text}")),
        }
    }
}

impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Code(code) => serializer.serialize_i16(*code),
            Self::Codes(codes) => codes.serialize(serializer),
            Self::Number(number) => serializer.collect_str(&format_args!("{NUMBER}{number}")),
            Self::Date(date) => serializer.collect_str(&format_args!("{DATE}{date}")),
            Self::Text(text) => serializer.collect_str(&format_args!("{TEXT}{text}")),
        }
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Recorded::deserialize(deserializer)? {
            Recorded::DONT_KNOW => Self::DontKnow,
            Recorded::Code(code @ 1..) => Self::Choice(code),
            Recorded::Code(_) => {
                return Err(de::Error::custom("an option's code is never negative"));
            }
            Recorded::Codes(codes) => Self::Several(codes),
            Recorded::Number(number) => Self::Number(number),
            Recorded::Date(date) => Self::Date(date),
            Recorded::Text(text) => Self::Text(text),
        })
    }
}

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecordedVisitor)
    }
}

struct RecordedVisitor;

impl<'de> Visitor<'de> for RecordedVisitor {
    type Value = Recorded;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code, codes, or a text that begins with #, @ or =")
    }

    fn visit_i64<E: de::Error>(self, code: i64) -> Result<Recorded, E> {
        match i16::try_from(code) {
            Ok(code @ -2..) => Ok(Recorded::Code(code)),
            _ => Err(de::Error::custom("no such code")),
        }
    }

    fn visit_u64<E: de::Error>(self, code: u64) -> Result<Recorded, E> {
        i16::try_from(code).map(Recorded::Code).map_err(|_| de::Error::custom("no such code"))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut codes: A) -> Result<Recorded, A::Error> {
        let mut chosen = Vec::new();
        while let Some(code) = codes.next_element::<i16>()? {
            if code < 1 {
                return Err(de::Error::custom("an option's code is positive"));
            }
            chosen.push(code);
        }
        Ok(Recorded::Codes(chosen))
    }

    fn visit_str<E: de::Error>(self, stored: &str) -> Result<Recorded, E> {
        if let Some(number) = stored.strip_prefix(NUMBER) {
            let number = Decimal::from_str_exact(number).map_err(de::Error::custom)?;
            return Ok(Recorded::Number(number));
        }
        if let Some(date) = stored.strip_prefix(DATE) {
            let date = super::calendar::Day::from_iso(date)
                .ok_or_else(|| de::Error::custom("no such day"))?;
            return Ok(Recorded::Date(date.iso()));
        }
        match stored.strip_prefix(TEXT) {
            Some(text) => Ok(Recorded::Text(text.to_owned())),
            None => Err(de::Error::custom("a text without the sign of its kind")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers() -> impl Strategy<Value = Answer> {
        prop_oneof![
            (1..=i16::MAX).prop_map(Answer::Choice),
            Just(Answer::DontKnow),
            prop::collection::vec(1..=i16::MAX, 0..6).prop_map(Answer::Several),
            (any::<i64>(), 0..20u32).prop_map(|(n, scale)| Answer::Number(Decimal::new(n, scale))),
            (-719_000..2_932_000i32).prop_map(|n| {
                Answer::Date(super::super::calendar::Day::from_number(n).unwrap().iso())
            }),
            any::<String>().prop_map(Answer::Text),
        ]
    }

    #[test]
    fn closed_answers_take_a_few_bytes_beside_their_name() {
        let answers: Answers = [
            ("a", Answer::Choice(5)),
            ("b", Answer::DontKnow),
            ("c", Answer::Several(vec![1, 4])),
            ("d", Answer::Date("1980-03-05".to_owned())),
            ("e", Answer::Number(Decimal::new(125, 1))),
            ("f", Answer::Text("Huế".to_owned())),
        ]
        .into_iter()
        .collect();
        let stored = r##"{"a":5,"b":0,"c":[1,4],"d":"@1980-03-05","e":"#12.5","f":"=Huế"}"##;
        assert_eq!(serde_json::to_string(&answers).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Answers>(stored).unwrap(), answers);
    }

    #[test]
    fn garbage_is_an_error() {
        for garbage in [
            "",
            "[]",
            "3",
            r#"{"a":-1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":40000}"#,
            r#"{"a":null}"#,
            r#"{"a":{}}"#,
            r#"{"a":[0]}"#,
            r#"{"a":["x"]}"#,
            r#"{"a":"x"}"#,
            r##"{"a":"#x"}"##,
            r#"{"a":"@1980-02-30"}"#,
            r#"{"a":true}"#,
            r##"{"a":"#1e999999999"}"##,
        ] {
            assert!(serde_json::from_str::<Answers>(garbage).is_err(), "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn answers_are_read_back_exactly(answers in prop::collection::btree_map(any::<String>(), answers(), 0..8)) {
            let answers: Answers = answers.into_iter().collect();
            let stored = serde_json::to_vec(&answers).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Answers>(&stored).unwrap(), answers);
        }

        #[test]
        fn reading_garbage_never_panics(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            let _ = serde_json::from_str::<Answers>(&text);
            let _ = serde_json::from_slice::<Answers>(&bytes);
            let _ = serde_json::from_value::<Answers>(serde_json::json!({ "a": text }));
        }
    }
}
