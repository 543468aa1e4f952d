//! The expression language of forms: a subset of ODK `XPath`, as XLSForm uses it.
//!
//! An expression is read once, with its form; names become positions and patterns are
//! compiled, so that evaluating it later cannot fail and looks nothing up.
//! `docs/questionnaire-format.md` tells the language to those who write forms.

mod call;
mod evaluate;
mod fault;
mod functions;
mod parse;
mod syntax;
mod token;
mod value;

pub(super) use evaluate::Surroundings;
pub use fault::ExpressionFault;
pub(super) use functions::function_names;
pub(super) use value::Value;

use evaluate::evaluate;
use functions::Function;
use parse::{Parsed, Parser};
use std::{fmt, sync::Arc};
use syntax::Expr;

/// An expression of a form, ready to be evaluated.
#[derive(Clone)]
pub struct Expression {
    source: String,
    /// Shared, so that the pages of a section cost no more than one of them.
    root: Arc<Expr>,
    uses: Vec<usize>,
    patterns: usize,
}

/// What an expression may speak of, where it stands.
pub(super) struct Scope<'s> {
    /// The position of the question with this name.
    pub question: &'s dyn Fn(&str) -> Option<usize>,
    /// Whether the question at this position has options.
    pub has_options: &'s dyn Fn(usize) -> bool,
    /// Whether an option has this key; only a `choice_filter` has options to look at.
    pub column: Option<&'s dyn Fn(&str) -> bool>,
    /// Whether `.` means something: the answer that is checked.
    pub own: bool,
    /// Whether `once()` means something: around a calculation, whose value is kept.
    pub once: bool,
}

impl Expression {
    /// Reads an expression; a fault says at which character it is.
    pub(super) fn parse(source: &str, scope: &Scope<'_>) -> Result<Self, ExpressionFault> {
        let source = source.trim();
        let Parsed { root, uses, patterns } = Parser::new(source, scope)?.parse()?;
        Ok(Self { source: source.to_owned(), root: Arc::new(root), uses, patterns })
    }

    /// The expression as written in the form.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The positions of the questions that the expression refers to, each once.
    pub fn uses(&self) -> &[usize] {
        &self.uses
    }

    /// How many patterns were compiled for it.
    pub(super) fn patterns(&self) -> usize {
        self.patterns
    }

    /// Whether the value is to be kept once it is there (`once()`).
    pub(super) fn keeps(&self) -> bool {
        matches!(*self.root, Expr::Call(Function::Once, _))
    }

    /// The value in these surroundings.
    pub(super) fn value<'a>(&'a self, surroundings: &impl Surroundings<'a>) -> Value<'a> {
        evaluate(&self.root, surroundings)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

#[cfg(test)]
mod tests;
