//! Splitting an expression into words and signs.

use super::fault::{ExpressionFault, FaultKind};

/// A word or sign of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'s> {
    /// A number.
    Number(f64),
    /// A text, without its quotes.
    Text(&'s str),
    /// `${name}`
    Question(&'s str),
    /// A word: the name of a function, an operator or a key.
    Word(&'s str),
    /// A sign, one of `. ( ) , + - * = != < <= > >=`.
    Sign(&'static str),
}

/// A token and the byte at which it starts.
pub(super) type Placed<'s> = (usize, Token<'s>);

/// Two-character signs stand before the signs that they begin with.
const SIGNS: [&str; 13] = ["!=", "<=", ">=", "(", ")", ",", "+", "-", "*", "=", "<", ">", "."];

/// Signs of `XPath` that mean paths, steps and sets.
const UNSUPPORTED: [&str; 7] = ["..", "/", "@", "|", "[", "]", "::"];

/// Splits `source` into tokens.
pub(super) fn tokens(source: &str) -> Result<Vec<Placed<'_>>, ExpressionFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = token(&source[at..])
            .map_err(|kind| ExpressionFault { at: character(source, at), kind })?;
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

/// The number, from 1, of the character that starts at byte `at`.
pub(super) fn character(source: &str, at: usize) -> usize {
    source[..at].chars().count() + 1
}

/// The first token of `rest` and its length in bytes.
fn token(rest: &str) -> Result<(Token<'_>, usize), FaultKind> {
    let first = rest.chars().next().expect("the caller saw a character");
    if let Some(after) = rest.strip_prefix("${") {
        let (name, _) = after.split_once('}').ok_or(FaultKind::OpenReference)?;
        return Ok((Token::Question(name.trim()), name.len() + 3));
    }
    if first == '\'' || first == '"' {
        let (text, _) = rest[1..].split_once(first).ok_or(FaultKind::OpenText)?;
        return Ok((Token::Text(text), text.len() + 2));
    }
    let second_is_digit = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && second_is_digit) {
        let length = number_length(rest);
        // The digits and the one point found are a number to Rust too.
        let number = rest[..length].parse().unwrap_or(f64::NAN);
        return Ok((Token::Number(number), length));
    }
    if is_word_start(first) {
        let length = word_length(rest);
        return Ok((Token::Word(&rest[..length]), length));
    }
    if let Some(sign) = UNSUPPORTED.iter().find(|sign| rest.starts_with(**sign)) {
        return Err(FaultKind::Unsupported((*sign).to_owned()));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(FaultKind::Unexpected(first.to_string())),
    }
}

fn number_length(rest: &str) -> usize {
    let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
    match rest[whole..].strip_prefix('.') {
        Some(after) => whole + 1 + after.bytes().take_while(u8::is_ascii_digit).count(),
        None => whole,
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// A word may hold hyphens and, once, the colon of a prefix (`jr:choice-name`).
fn word_length(rest: &str) -> usize {
    let mut colon = false;
    let mut length = 0;
    for (at, c) in rest.char_indices() {
        let prefix = c == ':' && !colon && rest[at + 1..].starts_with(is_word_start);
        colon |= prefix;
        if !(prefix || c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}
