//! Many tests at once: adjusted p-values.
//!
//! Sources: S. Holm (1979); Y. Hochberg (1988); Y. Benjamini, Y. Hochberg (1995);
//! Y. Benjamini, D. Yekutieli (2001).

/// How p-values are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// Holm's step-down: the default, holds whatever the dependence.
    #[default]
    Holm,
    /// Hochberg's step-up: needs positive dependence.
    Hochberg,
    /// Benjamini and Hochberg: rate of false discoveries, for exploration.
    BenjaminiHochberg,
    /// Benjamini and Yekutieli: the same whatever the dependence.
    BenjaminiYekutieli,
    /// Bonferroni.
    Bonferroni,
}

/// Adjusts p-values; one that is missing stays missing and does not count.
#[must_use]
pub fn adjust_p_values(p_values: &[Option<f64>], rule: Adjustment) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p_values
        .iter()
        .enumerate()
        .filter_map(|(i, p)| p.filter(|p| (0.0..=1.0).contains(p)).map(|p| (i, p)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let count = order.len();
    let tests = count as f64;
    let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
    // The factor of the p-value at a rank, from 1.
    let factor = |rank: usize| {
        let rank = rank as f64;
        match rule {
            Adjustment::Holm | Adjustment::Hochberg => tests - rank + 1.0,
            Adjustment::BenjaminiHochberg => tests / rank,
            Adjustment::BenjaminiYekutieli => harmonic * tests / rank,
            Adjustment::Bonferroni => tests,
        }
    };
    let raw: Vec<f64> = order.iter().zip(1..).map(|(&(_, p), rank)| p * factor(rank)).collect();
    let mut adjusted = vec![0.0; count];
    let mut extreme: f64 = if rule == Adjustment::Holm { 0.0 } else { 1.0 };
    for step in 0..count {
        let (place, next) = match rule {
            Adjustment::Holm => (step, extreme.max(raw[step])),
            Adjustment::Bonferroni => (step, raw[step]),
            _ => (count - 1 - step, extreme.min(raw[count - 1 - step])),
        };
        extreme = next;
        adjusted[place] = next.min(1.0);
    }
    let mut result = vec![None; p_values.len()];
    for (&(original, _), value) in order.iter().zip(adjusted) {
        result[original] = Some(value);
    }
    result
}
