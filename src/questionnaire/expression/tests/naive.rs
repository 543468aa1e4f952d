//! A second evaluator, as plain as possible, to hold the first one against.
//!
//! It works on a tree of its own, which writes itself down with all its brackets or
//! with none more than needed; so the reading of expressions is tested with it.

use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(super) enum Tree {
    Number(u32),
    Decimal(u32),
    Text(String),
    A,
    B,
    Empty,
    Several,
    Binary(&'static str, Box<Self>, Box<Self>),
    Negative(Box<Self>),
    Call(&'static str, Vec<Self>),
}

/// The naive values: conversions are written out anew here.
#[derive(Debug, Clone)]
pub(super) enum Plain {
    Text(String),
    Number(f64),
    Truth(bool),
}

const OPERATORS: [(&str, u8); 13] = [
    ("or", 1),
    ("and", 2),
    ("=", 3),
    ("!=", 3),
    ("<", 4),
    ("<=", 4),
    (">", 4),
    (">=", 4),
    ("+", 5),
    ("-", 5),
    ("*", 6),
    ("div", 6),
    ("mod", 6),
];

const CALLS: [(&str, usize); 29] = [
    ("sqrt", 1),
    ("decimal-date-time", 1),
    ("not", 1),
    ("boolean", 1),
    ("number", 1),
    ("string", 1),
    ("int", 1),
    ("floor", 1),
    ("ceiling", 1),
    ("round", 1),
    ("abs", 1),
    ("if", 3),
    ("coalesce", 2),
    ("concat", 3),
    ("contains", 2),
    ("starts-with", 2),
    ("ends-with", 2),
    ("selected", 2),
    ("count-selected", 1),
    ("selected-at", 2),
    ("string-length", 1),
    ("substr", 3),
    ("substring-before", 2),
    ("substring-after", 2),
    ("normalize-space", 1),
    ("translate", 3),
    ("min", 2),
    ("max", 3),
    ("sum", 2),
];

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        (0..20u32).prop_map(Tree::Number),
        (0..400u32).prop_map(Tree::Decimal),
        "[ 0-3a-cế.-]{0,4}".prop_map(Tree::Text),
        Just(Tree::A),
        Just(Tree::B),
        Just(Tree::Empty),
        Just(Tree::Several),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            4 => (0..OPERATORS.len(), inner.clone(), inner.clone()).prop_map(|(at, one, other)| {
                Tree::Binary(OPERATORS[at].0, Box::new(one), Box::new(other))
            }),
            1 => inner.clone().prop_map(|tree| Tree::Negative(Box::new(tree))),
            4 => (0..CALLS.len(), prop::collection::vec(inner, 3)).prop_map(|(at, mut arguments)| {
                let (name, count) = CALLS[at];
                arguments.truncate(count);
                Tree::Call(name, arguments)
            }),
        ]
    })
}

impl Tree {
    pub(super) fn written(&self) -> String {
        self.within(0)
    }

    /// Written so that it stands beside an operator of this rank.
    fn within(&self, rank: u8) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Decimal(number) => format!("{}.{:02}", number / 100, number % 100),
            Self::Text(text) => format!("'{text}'"),
            Self::A => "${a}".to_owned(),
            Self::B => "${b}".to_owned(),
            Self::Empty => "${empty}".to_owned(),
            Self::Several => "${several}".to_owned(),
            Self::Negative(inner) => format!("-{}", inner.within(7)),
            Self::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Self::written).collect();
                format!("{name}({})", arguments.join(" , "))
            }
            Self::Binary(operator, one, other) => {
                let own = OPERATORS.iter().find(|(known, _)| known == operator).unwrap().1;
                let written = format!("{} {operator} {}", one.within(own), other.within(own + 1));
                if own < rank { format!("({written})") } else { written }
            }
        }
    }

    pub(super) fn value(&self) -> Plain {
        match self {
            Self::Number(number) => Plain::Number(f64::from(*number)),
            Self::Decimal(_) => Plain::Number(self.within(0).parse().unwrap()),
            Self::Text(text) => Plain::Text(text.clone()),
            Self::A => Plain::Text("3".to_owned()),
            Self::B => Plain::Text("Huế".to_owned()),
            Self::Empty => Plain::Text(String::new()),
            Self::Several => Plain::Text("1 3 12".to_owned()),
            Self::Negative(inner) => Plain::Number(-inner.value().number()),
            Self::Binary(operator, one, other) => binary(operator, &one.value(), &other.value()),
            Self::Call(name, arguments) => {
                let values: Vec<Plain> = arguments.iter().map(Self::value).collect();
                call(name, &values)
            }
        }
    }
}

impl Plain {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) if number.is_nan() => "NaN".to_owned(),
            Self::Number(number) if *number == f64::INFINITY => "Infinity".to_owned(),
            Self::Number(number) if *number == f64::NEG_INFINITY => "-Infinity".to_owned(),
            Self::Number(number) if *number == 0.0 => "0".to_owned(),
            Self::Number(number) => format!("{number}"),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Truth(true) => 1.0,
            Self::Truth(false) => 0.0,
            Self::Text(text) => {
                let text = text.trim();
                let looks_right = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
                if looks_right { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
            }
        }
    }

    fn truth(&self) -> bool {
        match self {
            Self::Truth(truth) => *truth,
            Self::Number(number) => !number.is_nan() && *number != 0.0,
            Self::Text(text) => !text.is_empty(),
        }
    }
}

fn equal(one: &Plain, other: &Plain) -> bool {
    match (one, other) {
        (Plain::Truth(_), _) | (_, Plain::Truth(_)) => one.truth() == other.truth(),
        (Plain::Number(_), _) | (_, Plain::Number(_)) => one.number() == other.number(),
        _ => one.text() == other.text(),
    }
}

fn binary(operator: &str, one: &Plain, other: &Plain) -> Plain {
    let (a, b) = (one.number(), other.number());
    match operator {
        "or" => Plain::Truth(one.truth() || other.truth()),
        "and" => Plain::Truth(one.truth() && other.truth()),
        "=" => Plain::Truth(equal(one, other)),
        "!=" => Plain::Truth(!equal(one, other)),
        "<" => Plain::Truth(a < b),
        "<=" => Plain::Truth(a <= b),
        ">" => Plain::Truth(a > b),
        ">=" => Plain::Truth(a >= b),
        "+" => Plain::Number(a + b),
        "-" => Plain::Number(a - b),
        "*" => Plain::Number(a * b),
        "div" => Plain::Number(a / b),
        _ => Plain::Number(a % b),
    }
}

fn call(name: &str, values: &[Plain]) -> Plain {
    let number = |at: usize| values[at].number();
    let text = |at: usize| values[at].text();
    let letters = |at: usize| text(at).chars().collect::<Vec<char>>();
    let words = |at: usize| text(at).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let count = |n: usize| Plain::Number(f64::from(u32::try_from(n).unwrap()));
    match name {
        "not" => Plain::Truth(!values[0].truth()),
        "boolean" => Plain::Truth(values[0].truth()),
        "number" | "decimal-date-time" => Plain::Number(number(0)),
        "sqrt" => Plain::Number(number(0).powf(0.5)),
        "string" => Plain::Text(text(0)),
        "int" => Plain::Number(if number(0) < 0.0 { number(0).ceil() } else { number(0).floor() }),
        "floor" => Plain::Number(number(0).floor()),
        "ceiling" => Plain::Number(number(0).ceil()),
        "round" => Plain::Number((number(0) + 0.5).floor()),
        "abs" => Plain::Number(if number(0) < 0.0 { -number(0) } else { number(0) }),
        "if" => values[if values[0].truth() { 1 } else { 2 }].clone(),
        "coalesce" => values[usize::from(text(0).is_empty())].clone(),
        "concat" => Plain::Text(text(0) + &text(1) + &text(2)),
        "contains" => Plain::Truth(text(0).contains(&text(1))),
        "starts-with" => Plain::Truth(text(0).starts_with(&text(1))),
        "ends-with" => Plain::Truth(text(0).ends_with(&text(1))),
        "selected" => Plain::Truth(words(0).contains(&text(1).trim().to_owned())),
        "count-selected" => count(words(0).len()),
        "selected-at" => {
            let place = number(1);
            let found = (0..words(0).len()).find(|n| count(*n).number() == place.floor());
            let found = found.filter(|_| place >= 0.0);
            Plain::Text(found.map_or(String::new(), |n| words(0)[n].clone()))
        }
        "string-length" => count(letters(0).len()),
        "substr" => {
            let all = letters(0);
            let place = |number: f64| {
                let length = count(all.len()).number();
                let number = if number.is_nan() { 0.0 } else { number.trunc() };
                let place = if number < 0.0 { length + number } else { number };
                place.clamp(0.0, length)
            };
            let (start, end) = (place(number(1)), place(number(2)));
            let inside = |n: &usize| count(*n).number() >= start && count(*n).number() < end;
            Plain::Text((0..all.len()).filter(inside).map(|n| all[n]).collect())
        }
        "substring-before" => {
            Plain::Text(text(0).find(&text(1)).map_or(String::new(), |at| text(0)[..at].to_owned()))
        }
        "substring-after" => {
            let after = |at: usize| text(0)[at + text(1).len()..].to_owned();
            Plain::Text(text(0).find(&text(1)).map_or(String::new(), after))
        }
        "normalize-space" => Plain::Text(words(0).join(" ")),
        "translate" => {
            let (from, to) = (letters(1), letters(2));
            let replaced = letters(0).into_iter().filter_map(|letter| {
                match from.iter().position(|known| *known == letter) {
                    Some(at) => to.get(at).copied(),
                    None => Some(letter),
                }
            });
            Plain::Text(replaced.collect())
        }
        "sum" => Plain::Number(number(0) + number(1)),
        "min" | "max" => {
            let mut numbers: Vec<f64> = values.iter().map(Plain::number).collect();
            if numbers.iter().any(|number| number.is_nan()) {
                return Plain::Number(f64::NAN);
            }
            numbers.sort_by(f64::total_cmp);
            Plain::Number(if name == "min" { numbers[0] } else { numbers[numbers.len() - 1] })
        }
        _ => unreachable!("{name}"),
    }
}
