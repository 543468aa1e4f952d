//! Evaluating an expression: no recursion beyond its brackets, no failure, no look-up.

use super::{
    call::call,
    functions::Function,
    syntax::{Expr, Operator},
    value::Value,
};
use std::borrow::Cow;

/// What an expression sees around it.
pub(in super::super) trait Surroundings<'a> {
    /// The value of the question at `position`; empty if it is not asked or not answered.
    fn question(&self, position: usize) -> Value<'a>;
    /// The answer that is being checked, or the value that a calculation had before.
    fn own(&self) -> Value<'a>;
    /// The value of a key of the option that is being filtered.
    fn column(&self, key: &str) -> &'a str;
    /// The day on which the form is answered, in ISO form.
    fn today(&self) -> &'a str;
    /// The label of an option of the question at `position`.
    fn choice_name(&self, position: usize, option: &str) -> Cow<'a, str>;
}

/// The value of `expr` in `surroundings`.
pub(super) fn evaluate<'a, S: Surroundings<'a>>(expr: &'a Expr, surroundings: &S) -> Value<'a> {
    match expr {
        Expr::Number(number) => Value::Number(*number),
        Expr::Text(text) => Value::Text(Cow::Borrowed(text)),
        Expr::Question(position) => surroundings.question(*position),
        Expr::Own => surroundings.own(),
        Expr::Column(key) => Value::Text(Cow::Borrowed(surroundings.column(key))),
        Expr::Chain(first, rest) => chain(first, rest, surroundings),
        Expr::Minus(operand) => Value::Number(-evaluate(operand, surroundings).number()),
        Expr::Call(Function::If, arguments) => {
            let holds = evaluate(&arguments[0], surroundings).truth();
            evaluate(&arguments[if holds { 1 } else { 2 }], surroundings)
        }
        Expr::Call(Function::Once, arguments) => {
            let kept = surroundings.own();
            if kept.is_empty() { evaluate(&arguments[0], surroundings) } else { kept }
        }
        Expr::Call(function, arguments) => {
            let mut values = Vec::with_capacity(arguments.len());
            for argument in arguments {
                values.push(evaluate(argument, surroundings));
            }
            call(*function, &values, surroundings.today())
        }
        Expr::Matches(operand, pattern) => {
            Value::Truth(pattern.is_match(&evaluate(operand, surroundings).text()))
        }
        Expr::ChoiceName(operand, position) => {
            let option = evaluate(operand, surroundings).text();
            Value::Text(surroundings.choice_name(*position, &option))
        }
    }
}

/// Joins operands from left to right; `or` and `and` stop where the outcome is certain.
fn chain<'a, S: Surroundings<'a>>(
    first: &'a Expr,
    rest: &'a [(Operator, Expr)],
    surroundings: &S,
) -> Value<'a> {
    let mut value = evaluate(first, surroundings);
    for (operator, operand) in rest {
        match operator {
            Operator::Or if value.truth() => return Value::Truth(true),
            Operator::And if !value.truth() => return Value::Truth(false),
            _ => value = join(*operator, &value, &evaluate(operand, surroundings)),
        }
    }
    value
}

fn join<'a>(operator: Operator, one: &Value<'a>, other: &Value<'a>) -> Value<'a> {
    let numbers = || (one.number(), other.number());
    let compare = |holds: fn(f64, f64) -> bool| {
        let (one, other) = numbers();
        Value::Truth(holds(one, other))
    };
    let compute = |result: fn(f64, f64) -> f64| {
        let (one, other) = numbers();
        Value::Number(result(one, other))
    };
    match operator {
        // The left side decided nothing, so the right side is the outcome.
        Operator::Or | Operator::And => Value::Truth(other.truth()),
        Operator::Equal => Value::Truth(one.equals(other)),
        Operator::Unequal => Value::Truth(!one.equals(other)),
        Operator::Less => compare(|one, other| one < other),
        Operator::LessOrEqual => compare(|one, other| one <= other),
        Operator::Greater => compare(|one, other| one > other),
        Operator::GreaterOrEqual => compare(|one, other| one >= other),
        Operator::Plus => compute(|one, other| one + other),
        Operator::Minus => compute(|one, other| one - other),
        Operator::Times => compute(|one, other| one * other),
        Operator::Div => compute(|one, other| one / other),
        Operator::Mod => compute(|one, other| one % other),
    }
}
