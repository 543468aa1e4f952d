//! `r_expression`: arithmetic over the listed means, with its gradient.

/// A value and its derivatives by every variable.
#[derive(Clone)]
pub struct Dual {
    pub value: f64,
    pub gradient: Vec<f64>,
}

impl Dual {
    fn constant(value: f64, size: usize) -> Self {
        Self { value, gradient: vec![0.0; size] }
    }

    fn chain(&self, value: f64, slope: f64) -> Self {
        Self { value, gradient: self.gradient.iter().map(|g| slope * g).collect() }
    }

    fn both(&self, other: &Self, value: f64, slopes: (f64, f64)) -> Self {
        let pairs = self.gradient.iter().zip(&other.gradient);
        Self { value, gradient: pairs.map(|(a, b)| slopes.0 * a + slopes.1 * b).collect() }
    }
}

/// Evaluates an expression: `+ - * / ^`, `log`, `exp`, `sqrt`, parentheses, names, numbers.
pub fn evaluate(text: &str, names: &[String], values: &[f64]) -> Result<Dual, String> {
    let mut reader = Reader { rest: text, names, values };
    let result = reader.sum()?;
    if reader.rest.trim().is_empty() { Ok(result) } else { Err(format!("at {}", reader.rest)) }
}

struct Reader<'a> {
    rest: &'a str,
    names: &'a [String],
    values: &'a [f64],
}

impl Reader<'_> {
    fn take(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> Result<Dual, String> {
        let mut left = self.product()?;
        loop {
            if self.take('+') {
                let right = self.product()?;
                left = left.both(&right, left.value + right.value, (1.0, 1.0));
            } else if self.take('-') {
                let right = self.product()?;
                left = left.both(&right, left.value - right.value, (1.0, -1.0));
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Dual, String> {
        let mut left = self.signed()?;
        loop {
            if self.take('*') {
                let right = self.signed()?;
                left = left.both(&right, left.value * right.value, (right.value, left.value));
            } else if self.take('/') {
                let right = self.signed()?;
                let ratio = left.value / right.value;
                let slopes = (1.0 / right.value, -ratio / right.value);
                left = left.both(&right, ratio, slopes);
            } else {
                return Ok(left);
            }
        }
    }

    fn signed(&mut self) -> Result<Dual, String> {
        if self.take('-') {
            let inner = self.signed()?;
            return Ok(inner.chain(-inner.value, -1.0));
        }
        if self.take('+') {
            return self.signed();
        }
        let base = self.atom()?;
        if !self.take('^') {
            return Ok(base);
        }
        let power = self.signed()?;
        let value = base.value.powf(power.value);
        let by_base = power.value * base.value.powf(power.value - 1.0);
        let by_power =
            if power.gradient.iter().all(|g| *g == 0.0) { 0.0 } else { value * base.value.ln() };
        Ok(base.both(&power, value, (by_base, by_power)))
    }

    fn atom(&mut self) -> Result<Dual, String> {
        if self.take('(') {
            let inner = self.sum()?;
            return if self.take(')') { Ok(inner) } else { Err("a parenthesis is open".into()) };
        }
        if self.take('`') {
            let (name, rest) = self.rest.split_once('`').ok_or("a quote is open")?;
            self.rest = rest;
            return self.named(name);
        }
        let end = self.word_end();
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && let Ok(number) = word.parse()
        {
            return Ok(Dual::constant(number, self.names.len()));
        }
        if !word.is_empty() && self.take('(') {
            let inner = self.sum()?;
            if !self.take(')') {
                return Err("a parenthesis is open".into());
            }
            let x = inner.value;
            return match word {
                "log" => Ok(inner.chain(x.ln(), 1.0 / x)),
                "exp" => Ok(inner.chain(x.exp(), x.exp())),
                "sqrt" => Ok(inner.chain(x.sqrt(), 0.5 / x.sqrt())),
                _ => Err(format!("unknown function {word}")),
            };
        }
        self.named(word)
    }

    /// A word ends at an operator; `e` may carry a sign inside a number.
    fn word_end(&self) -> usize {
        let number = self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let mut before = ' ';
        for (at, c) in self.rest.char_indices() {
            let exponent = number && matches!(before, 'e' | 'E') && matches!(c, '+' | '-');
            if !(c.is_alphanumeric() || matches!(c, '.' | '_') || exponent) {
                return at;
            }
            before = c;
        }
        self.rest.len()
    }

    fn named(&self, name: &str) -> Result<Dual, String> {
        let position = self.names.iter().position(|n| n == name);
        let position = position.ok_or_else(|| format!("unknown name {name:?}"))?;
        let mut dual = Dual::constant(self.values[position], self.names.len());
        dual.gradient[position] = 1.0;
        Ok(dual)
    }
}
