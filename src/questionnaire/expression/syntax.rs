//! The shape of an expression that was read.

use super::functions::Function;
use regex_lite::Regex;

/// An expression or a part of one.
///
/// Operators of one rank that follow each other lie side by side in a chain, so
/// that only brackets and function calls make an expression deeper.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// `${name}`, by the position of the question.
    Question(usize),
    /// `.`
    Own,
    /// A key of the option that is being filtered.
    Column(String),
    /// Operands joined by operators of one rank, evaluated from left to right.
    Chain(Box<Self>, Vec<(Operator, Self)>),
    /// `-` before an operand.
    Minus(Box<Self>),
    /// A function call.
    Call(Function, Vec<Self>),
    /// `regex()` with its pattern.
    Matches(Box<Self>, Regex),
    /// `jr:choice-name()` with the position of the question.
    ChoiceName(Box<Self>, usize),
}

/// What joins two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
}

impl Operator {
    /// How tightly the operator binds; `or` is 0.
    pub(super) fn rank(self) -> usize {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::Equal | Self::Unequal => 2,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 3,
            Self::Plus | Self::Minus => 4,
            Self::Times | Self::Div | Self::Mod => 5,
        }
    }

    /// The number of ranks.
    pub(super) const RANKS: usize = 6;
}
