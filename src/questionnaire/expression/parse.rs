//! From tokens to the shape of an expression.

use super::{
    Scope,
    call::unknown_date_letter,
    fault::{ExpressionFault, FaultKind},
    functions::{self, CHOICE_NAME, Function, REGEX},
    syntax::{Expr, Operator},
    token::{Placed, Token, character, tokens},
};
use regex_lite::RegexBuilder;

/// The longest expression, in bytes: far above real ones, and it bounds all work.
const LONGEST: usize = 16_000;

/// How deeply brackets, calls and operands may be nested, so that no stack runs out.
const DEEPEST: usize = 100;

/// The most memory that a pattern may take when compiled.
const PATTERN_SIZE: usize = 64 * 1024;

/// Reads the tokens of one expression.
pub(super) struct Parser<'s> {
    source: &'s str,
    scope: &'s Scope<'s>,
    tokens: Vec<Placed<'s>>,
    next: usize,
    depth: usize,
    uses: Vec<usize>,
    patterns: usize,
}

/// What was read.
pub(super) struct Parsed {
    pub(super) root: Expr,
    /// The questions that it refers to.
    pub(super) uses: Vec<usize>,
    /// How many patterns it holds.
    pub(super) patterns: usize,
}

type Outcome<T> = Result<T, ExpressionFault>;

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s str, scope: &'s Scope<'s>) -> Outcome<Self> {
        if source.len() > LONGEST {
            return Err(ExpressionFault { at: 1, kind: FaultKind::TooLong });
        }
        // A path is most often part of a call that is the better word for what is not there.
        let named = |fault: ExpressionFault| match (&fault.kind, functions::left_out_in(source)) {
            (FaultKind::Unsupported(_), Some((at, name))) => ExpressionFault {
                at: character(source, at),
                kind: FaultKind::Unsupported(format!("{name}()")),
            },
            _ => fault,
        };
        let tokens = tokens(source).map_err(named)?;
        if tokens.is_empty() {
            return Err(ExpressionFault { at: 1, kind: FaultKind::Empty });
        }
        Ok(Self { source, scope, tokens, next: 0, depth: 0, uses: Vec::new(), patterns: 0 })
    }

    pub(super) fn parse(mut self) -> Outcome<Parsed> {
        let root = self.chain(0)?;
        if let Some((at, token)) = self.peek() {
            return Err(self.unexpected(at, token));
        }
        self.uses.sort_unstable();
        self.uses.dedup();
        Ok(Parsed { root, uses: self.uses, patterns: self.patterns })
    }

    /// Operands joined by operators of this rank or a tighter one.
    fn chain(&mut self, loosest: usize) -> Outcome<Expr> {
        let mut left = self.operand()?;
        for rank in (loosest..Operator::RANKS).rev() {
            let mut rest = Vec::new();
            while let Some((at, operator)) = self.operator(rank) {
                self.next += 1;
                self.deeper(at)?;
                rest.push((operator, self.chain(rank + 1)?));
                self.depth -= 1;
            }
            if !rest.is_empty() {
                left = Expr::Chain(Box::new(left), rest);
            }
        }
        Ok(left)
    }

    /// The operator of this rank that stands next; words are operators only after an operand.
    fn operator(&self, rank: usize) -> Option<(usize, Operator)> {
        let (at, token) = self.peek()?;
        let operator = match token {
            Token::Word("or") => Operator::Or,
            Token::Word("and") => Operator::And,
            Token::Word("div") => Operator::Div,
            Token::Word("mod") => Operator::Mod,
            Token::Sign("=") => Operator::Equal,
            Token::Sign("!=") => Operator::Unequal,
            Token::Sign("<") => Operator::Less,
            Token::Sign("<=") => Operator::LessOrEqual,
            Token::Sign(">") => Operator::Greater,
            Token::Sign(">=") => Operator::GreaterOrEqual,
            Token::Sign("+") => Operator::Plus,
            Token::Sign("-") => Operator::Minus,
            Token::Sign("*") => Operator::Times,
            _ => return None,
        };
        (operator.rank() == rank).then_some((at, operator))
    }

    /// An operand with the minus signs before it.
    fn operand(&mut self) -> Outcome<Expr> {
        let outer = self.depth;
        let mut signs = 0;
        while let Some((at, Token::Sign("-"))) = self.peek() {
            self.deeper(at)?;
            self.next += 1;
            signs += 1;
        }
        let mut operand = self.primary()?;
        for _ in 0..signs {
            operand = Expr::Minus(Box::new(operand));
        }
        self.depth = outer;
        Ok(operand)
    }

    fn primary(&mut self) -> Outcome<Expr> {
        let (at, token) = self.take()?;
        match token {
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Text(text) => Ok(Expr::Text(text.to_owned())),
            Token::Question(name) => Ok(Expr::Question(self.question(at, name)?)),
            Token::Sign(".") if self.scope.own => Ok(Expr::Own),
            Token::Sign(".") => Err(self.fault(at, FaultKind::NoOwnAnswer)),
            Token::Sign("(") => {
                self.deeper(at)?;
                let inner = self.chain(0)?;
                self.expect(")")?;
                self.depth -= 1;
                Ok(inner)
            }
            Token::Word(name) if matches!(self.peek(), Some((_, Token::Sign("(")))) => {
                self.call(at, name)
            }
            Token::Word(key) => self.column(at, key),
            Token::Sign(_) => Err(self.unexpected(at, token)),
        }
    }

    fn column(&self, at: usize, key: &str) -> Outcome<Expr> {
        match self.scope.column {
            Some(known) if known(key) => Ok(Expr::Column(key.to_owned())),
            Some(_) => Err(self.fault(at, FaultKind::UnknownColumn(key.to_owned()))),
            None => Err(self.fault(at, FaultKind::BareWord(key.to_owned()))),
        }
    }

    fn call(&mut self, at: usize, name: &'s str) -> Outcome<Expr> {
        self.deeper(at)?;
        self.expect("(")?;
        let first = self.next;
        let arguments = self.arguments()?;
        let call = match name {
            REGEX => self.regex(at, arguments),
            CHOICE_NAME => self.choice_name(at, first, arguments),
            _ => self.plain_call(at, name, arguments),
        }?;
        self.depth -= 1;
        Ok(call)
    }

    /// The arguments up to the closing bracket.
    fn arguments(&mut self) -> Outcome<Vec<Expr>> {
        let mut arguments = Vec::new();
        if let Some((_, Token::Sign(")"))) = self.peek() {
            self.next += 1;
            return Ok(arguments);
        }
        loop {
            arguments.push(self.chain(0)?);
            let (at, token) = self.take()?;
            match token {
                Token::Sign(",") => {}
                Token::Sign(")") => return Ok(arguments),
                _ => return Err(self.unexpected(at, token)),
            }
        }
    }

    fn plain_call(&mut self, at: usize, name: &str, arguments: Vec<Expr>) -> Outcome<Expr> {
        let Some(entry) = functions::find(name) else {
            let kind = if functions::is_left_out(name) {
                FaultKind::Unsupported(format!("{name}()"))
            } else {
                FaultKind::UnknownFunction(name.to_owned())
            };
            return Err(self.fault(at, kind));
        };
        self.check_count(at, entry.name, (entry.least, entry.most), arguments.len())?;
        match (entry.function, arguments.as_slice()) {
            // What is kept is the value of the calculation, so it must be all of it.
            (Function::Once, _) if !self.scope.once || at > 0 || self.peek().is_some() => {
                return Err(self.fault(at, FaultKind::NoOnce));
            }
            (Function::FormatDate, [_, Expr::Text(format)]) => {
                if let Some(letter) = unknown_date_letter(format) {
                    return Err(self.fault(at, FaultKind::BadDateFormat(letter)));
                }
            }
            _ => {}
        }
        Ok(Expr::Call(entry.function, arguments))
    }

    /// The pattern must match the whole text, as ODK says.
    fn regex(&mut self, at: usize, arguments: Vec<Expr>) -> Outcome<Expr> {
        self.check_count(at, REGEX, (2, 2), arguments.len())?;
        let Ok([operand, pattern]) = <[Expr; 2]>::try_from(arguments) else {
            unreachable!("the number of arguments was checked")
        };
        let Expr::Text(pattern) = pattern else {
            return Err(self.fault(at, FaultKind::NotQuoted(REGEX)));
        };
        let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
        // Alone first: `a)(b` is no pattern although `(?:a)(b)` is one.
        match compile(&pattern).and_then(|_| compile(&format!("^(?:{pattern})$"))) {
            Ok(compiled) => {
                self.patterns += 1;
                Ok(Expr::Matches(Box::new(operand), compiled))
            }
            Err(_) => Err(self.fault(at, FaultKind::BadPattern(pattern))),
        }
    }

    /// The second argument names a question: `'name'`, `'${name}'` or `${name}`.
    fn choice_name(&mut self, at: usize, first: usize, arguments: Vec<Expr>) -> Outcome<Expr> {
        self.check_count(at, CHOICE_NAME, (2, 2), arguments.len())?;
        let Ok([operand, question]) = <[Expr; 2]>::try_from(arguments) else {
            unreachable!("the number of arguments was checked")
        };
        let position = match question {
            Expr::Question(position) => position,
            Expr::Text(name) => {
                let inner = name.trim().strip_prefix("${").and_then(|n| n.strip_suffix('}'));
                self.question(at, inner.unwrap_or(&name).trim())?
            }
            _ => return Err(self.fault(at, FaultKind::NotQuoted(CHOICE_NAME))),
        };
        if (self.scope.has_options)(position) {
            return Ok(Expr::ChoiceName(Box::new(operand), position));
        }
        let name = self.tokens[first..self.next]
            .iter()
            .rev()
            .find_map(|(_, token)| match token {
                Token::Question(name) | Token::Text(name) => Some((*name).to_owned()),
                _ => None,
            })
            .unwrap_or_default();
        Err(self.fault(at, FaultKind::NoOptions(name)))
    }

    fn question(&mut self, at: usize, name: &str) -> Outcome<usize> {
        match (self.scope.question)(name) {
            Some(position) => {
                self.uses.push(position);
                Ok(position)
            }
            None => Err(self.fault(at, FaultKind::UnknownQuestion(name.to_owned()))),
        }
    }

    fn check_count(
        &self,
        at: usize,
        function: &'static str,
        (least, most): (usize, usize),
        given: usize,
    ) -> Outcome<()> {
        if (least..=most).contains(&given) {
            return Ok(());
        }
        Err(self.fault(at, FaultKind::Arguments { function, least, most, given }))
    }

    fn deeper(&mut self, at: usize) -> Outcome<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(self.fault(at, FaultKind::TooDeep)) } else { Ok(()) }
    }

    fn expect(&mut self, sign: &'static str) -> Outcome<()> {
        let (at, token) = self.take()?;
        if token == Token::Sign(sign) { Ok(()) } else { Err(self.unexpected(at, token)) }
    }

    fn peek(&self) -> Option<Placed<'s>> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self) -> Outcome<Placed<'s>> {
        let token = self.peek().ok_or_else(|| self.fault(self.source.len(), FaultKind::Ends))?;
        self.next += 1;
        Ok(token)
    }

    fn unexpected(&self, at: usize, token: Token<'_>) -> ExpressionFault {
        let found = match token {
            Token::Number(number) => number.to_string(),
            Token::Text(text) => format!("'{text}'"),
            Token::Question(name) => format!("${{{name}}}"),
            Token::Word(word) => word.to_owned(),
            Token::Sign(sign) => sign.to_owned(),
        };
        self.fault(at, FaultKind::Unexpected(found))
    }

    fn fault(&self, at: usize, kind: FaultKind) -> ExpressionFault {
        ExpressionFault { at: character(self.source, at), kind }
    }
}
