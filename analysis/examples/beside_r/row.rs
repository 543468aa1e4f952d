//! A row of the table, and numbers as it shows them.

/// One quantity, as our crate gives it.
pub struct Row {
    /// The name under which R says it.
    pub name: &'static str,
    pub quantity: &'static str,
    pub ours: Vec<f64>,
    pub remark: String,
    /// The two differ, and should.
    pub differs: bool,
}

impl Row {
    pub fn new(name: &'static str, quantity: &'static str, ours: Vec<f64>) -> Self {
        Self { name, quantity, ours, remark: String::new(), differs: false }
    }

    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    pub fn on_purpose(mut self, remark: &str) -> Self {
        self.differs = true;
        self.remark(remark)
    }

    /// The row in Markdown, beside the numbers of R.
    pub fn beside(&self, r: &[f64]) -> String {
        let difference = match self.difference(r) {
            _ if self.differs => "on purpose".to_owned(),
            Some(0.0) => "0".to_owned(),
            Some(difference) => format!("{difference:.0e}"),
            None => "not comparable".to_owned(),
        };
        let (ours, theirs) = (several(&self.ours), several(r));
        format!("| {} | {ours} | {theirs} | {difference} | {} |", self.quantity, self.remark)
    }

    /// The largest relative difference; nothing where one of the two has no number.
    pub fn difference(&self, r: &[f64]) -> Option<f64> {
        let of = |(&own, &theirs): (&f64, &f64)| match own - theirs {
            0.0 => 0.0,
            difference => (difference / theirs).abs(),
        };
        let all: Vec<f64> = self.ours.iter().zip(r).map(of).collect();
        let comparable = self.ours.len() == r.len() && all.iter().all(|d| d.is_finite());
        all.into_iter().reduce(f64::max).filter(|_| comparable)
    }
}

/// All of a few numbers, or the first of many.
fn several(numbers: &[f64]) -> String {
    let (shown, more) = if numbers.len() > 6 { (2, ", …") } else { (6, "") };
    let shown: Vec<String> = numbers.iter().take(shown).map(|&x| short(x)).collect();
    shown.join(", ") + more
}

/// Six digits; a number that there is not is "none".
pub fn short(number: f64) -> String {
    if !number.is_finite() {
        return "none".to_owned();
    }
    let scaled = |digits: &usize| number.abs() * 10f64.powf(*digits as f64);
    let digits = (0..9).find(|digits| scaled(digits) >= 1e5).unwrap_or(9);
    let text = format!("{number:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

pub fn limits(ci: Option<[f64; 2]>) -> String {
    ci.map_or("no limits".to_owned(), |[low, high]| format!("{} to {}", short(low), short(high)))
}
