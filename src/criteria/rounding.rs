use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// To how many decimals scores and points are printed; nothing else is ever rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// Decimals of a score (0–100).
    pub score: u32,
    /// Decimals of points.
    pub points: u32,
}

impl Rounding {
    /// A score as printed.
    pub fn score(self, score: f64) -> Option<Decimal> {
        round_half_away(score, self.score)
    }

    /// Points as printed.
    pub fn points(self, points: f64) -> Option<Decimal> {
        round_half_away(points, self.points)
    }
}

/// Rounds a figure for print, halves away from zero: 66.505 becomes 66.51.
///
/// A figure is taken as the shortest decimal that names it, for that is what a
/// reader who checks the sum has on paper. Not a number gives nothing.
pub fn round_half_away(figure: f64, decimals: u32) -> Option<Decimal> {
    if !figure.is_finite() {
        return None;
    }
    let exact: Decimal = format!("{figure}").parse().ok()?;
    Some(exact.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(figure: f64, decimals: u32) -> String {
        round_half_away(figure, decimals).expect("a number").to_string()
    }

    #[test]
    fn halves_go_away_from_zero_as_on_paper() {
        assert_eq!(printed(66.505, 2), "66.51");
        assert_eq!(printed(2.675, 2), "2.68");
        assert_eq!(printed(-0.5, 0), "-1");
        assert_eq!(printed(83.870_967_741_935_48, 2), "83.87");
        assert_eq!(printed(1e-30, 3), "0.000");
    }

    #[test]
    fn what_is_not_a_number_is_not_printed() {
        assert_eq!(round_half_away(f64::NAN, 2), None);
        assert_eq!(round_half_away(f64::INFINITY, 2), None);
        assert_eq!(round_half_away(1e300, 2), None);
    }
}
