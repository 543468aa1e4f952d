//! Sums that do not depend on the order of their terms.
//!
//! Floating-point addition is not associative, so the same answers read in another order, or by
//! another number of threads, would give another last digit.
//! [`ExactSum`] keeps the sum as a whole number of the smallest unit that a floating-point number
//! can have, and rounds once, at the end; the result is the correctly rounded true sum, whatever
//! the order. Whole numbers add up to the same in any order, which is all the proof there is.
//!
//! Source: R. M. Neal (2015), Fast exact summation using small and large superaccumulators,
//! arXiv:1505.05571, section 3. Where Neal keeps digits for all magnitudes, a sum keeps those
//! near its first term, which is nearly always enough, and the others only when one is met.

/// Bits of a digit. A digit is kept in 64 bits, so that carries can wait.
const BITS: u32 = 32;
/// Digits from the least to the largest number, with room for carries.
const ALL: usize = 67;
/// Digits of a sum whose terms are of similar magnitude.
const NEAR: usize = 8;
/// A term below its sum's first one is still near when it is up to four digits smaller: the
/// error of a rounded product is.
const BELOW: usize = 4;
/// Terms that 64 bits hold before carries are passed on: each adds less than 2⁵².
const CARRY_AFTER: u32 = 2_000;

/// A sum kept without rounding error.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactSum {
    /// The digits from `lowest` on; the last one takes carries only.
    digits: [i64; NEAR],
    lowest: usize,
    /// Terms since carries were passed on; 0 before the first one.
    waiting: u32,
    /// Terms that are not near the first one.
    far: Option<Box<Far>>,
    /// The sum of infinite terms and of those that are not numbers.
    not_finite: f64,
}

/// Digits of all magnitudes.
#[derive(Debug, Clone)]
struct Far {
    digits: [i64; ALL],
    waiting: u32,
}

/// A finite number taken apart: (low + high·2³²)·2^(32·place − 1074), times its sign.
struct Term {
    place: usize,
    low: i64,
    high: i64,
}

impl Term {
    /// Nothing for 0, for infinity and for what is not a number.
    #[inline]
    fn of(number: f64) -> Option<Self> {
        let bits = number.to_bits();
        let exponent = (bits >> 52) & 0x7ff;
        if exponent == 0x7ff || number == 0.0 {
            return None;
        }
        // Numbers below 2⁻¹⁰²² have no leading one and the exponent of the next larger ones.
        let leading = u64::from(exponent != 0) << 52;
        let mantissa = (bits & ((1 << 52) - 1)) | leading;
        let exponent = exponent.saturating_sub(1);
        let (place, shift) = ((exponent >> 5) as usize, exponent & 31);
        let low = ((mantissa << shift) & u64::from(u32::MAX)).cast_signed();
        let high = (mantissa >> (32 - shift)).cast_signed();
        let sign = (bits >> 63).wrapping_neg().cast_signed();
        Some(Self { place, low: (low ^ sign) - sign, high: (high ^ sign) - sign })
    }
}

impl ExactSum {
    /// Adds one term.
    #[inline]
    pub(crate) fn add(&mut self, number: f64) {
        let Some(term) = Term::of(number) else {
            if number != 0.0 {
                self.not_finite += number;
            }
            return;
        };
        if self.waiting == 0 {
            self.lowest = term.place.saturating_sub(BELOW);
        }
        let at = term.place.wrapping_sub(self.lowest);
        if at >= NEAR - 2 {
            return self.far().add(&term);
        }
        self.digits[at] += term.low;
        self.digits[at + 1] += term.high;
        self.waiting += 1;
        if self.waiting == CARRY_AFTER {
            carry(&mut self.digits);
            self.waiting = 1;
        }
    }

    #[cold]
    fn far(&mut self) -> &mut Far {
        self.far.get_or_insert_with(|| Box::new(Far { digits: [0; ALL], waiting: 0 }))
    }

    /// Adds the product of two numbers without rounding it.
    pub(crate) fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        let error = a.mul_add(b, -product);
        self.add(product);
        if error.is_finite() {
            self.add(error);
        }
    }

    /// The sum, rounded once to the nearest number (ties to even).
    pub(crate) fn value(&self) -> f64 {
        if self.not_finite != 0.0 {
            return self.not_finite;
        }
        let Some(far) = &self.far else {
            return rounded(self.digits, self.lowest);
        };
        let mut all = far.digits;
        carry(&mut all);
        for (sum, digit) in all[self.lowest..].iter_mut().zip(self.digits) {
            *sum += digit;
        }
        rounded(all, 0)
    }
}

impl Far {
    fn add(&mut self, term: &Term) {
        self.digits[term.place] += term.low;
        self.digits[term.place + 1] += term.high;
        self.waiting += 1;
        if self.waiting == CARRY_AFTER {
            carry(&mut self.digits);
            self.waiting = 0;
        }
    }
}

/// Brings every digit but the last between 0 and 2³².
fn carry(digits: &mut [i64]) {
    for place in 1..digits.len() {
        let over = digits[place - 1] >> BITS;
        digits[place - 1] -= over << BITS;
        digits[place] += over;
    }
}

/// The number with these digits, the first of them that of 2^(32·lowest − 1074).
fn rounded<const N: usize>(mut digits: [i64; N], lowest: usize) -> f64 {
    carry(&mut digits);
    let sign = if digits[N - 1] < 0 { -1.0 } else { 1.0 };
    if sign < 0.0 {
        digits.iter_mut().for_each(|digit| *digit = -*digit);
        carry(&mut digits);
    }
    let Some(top) = digits.iter().rposition(|&digit| digit != 0) else { return 0.0 };
    // Three digits hold at least 65 bits, which is more than a number has; below them it matters
    // only whether there is anything.
    let digit = |below: usize| top.checked_sub(below).map_or(0, |place| digits[place]);
    let bits = [digit(0), digit(1), digit(2)]
        .into_iter()
        .fold(0i128, |bits, digit| (bits << BITS) + i128::from(digit));
    let anything = top > 2 && digits[..top - 2].iter().any(|&digit| digit != 0);
    let nearest = (bits | i128::from(anything)) as f64;
    let place = i32::try_from(lowest + top).unwrap_or(i32::MAX);
    sign * libm::ldexp(nearest, 32 * (place - 2) - 1074)
}

/// The correctly rounded sum of terms.
pub(crate) fn exact_sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = ExactSum::default();
    for term in terms {
        sum.add(term);
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cancellation_leaves_the_small_term() {
        assert_eq!(exact_sum([1e100, 1.0, -1e100]), 1.0);
        assert_eq!(exact_sum([1e-300, 1e300, 1.0, -1e300, -1.0]), 1e-300);
        assert_eq!(exact_sum([]), 0.0);
        assert_eq!(exact_sum([0.1; 10]), 1.0);
    }

    #[test]
    fn a_tie_is_rounded_by_what_lies_below_it() {
        assert_eq!(exact_sum([1.0, 2f64.powi(-53), 2f64.powi(-80)]), 1.0 + f64::EPSILON);
        assert_eq!(exact_sum([1.0, 2f64.powi(-53), f64::from_bits(1)]), 1.0 + f64::EPSILON);
        assert_eq!(exact_sum([1.0, 2f64.powi(-53)]), 1.0);
        assert_eq!(exact_sum([-1.0, -2f64.powi(-53), -2f64.powi(-80)]), -1.0 - f64::EPSILON);
    }

    #[test]
    fn the_ends_of_the_scale_are_kept() {
        assert_eq!(exact_sum([f64::from_bits(1); 3]), f64::from_bits(3));
        assert_eq!(
            exact_sum([f64::MIN_POSITIVE, -f64::from_bits(1)]),
            f64::from_bits((1 << 52) - 1)
        );
        assert_eq!(exact_sum([f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(exact_sum([f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(exact_sum([1.0, f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert!(exact_sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(exact_sum([1.0, f64::NAN]).is_nan());
    }

    #[test]
    fn carries_are_passed_on_in_time() {
        let most = f64::from_bits((1 << 52) - 1) + f64::from_bits(1 << 52);
        let shifted = most * 2f64.powi(31);
        for count in [1_999, 2_000, 2_001, 10_000] {
            let sum = exact_sum(std::iter::repeat_n(shifted, count));
            assert_eq!(sum, shifted * count as f64);
            let far = std::iter::once(1e200).chain(std::iter::repeat_n(-shifted, count));
            assert_eq!(exact_sum(far.chain([-1e200])), -shifted * count as f64);
        }
    }

    #[test]
    fn a_product_is_added_with_the_digits_that_rounding_takes_from_it() {
        let mut sum = ExactSum::default();
        let x = 1.0 + f64::EPSILON;
        sum.add_product(x, x);
        sum.add(-(1.0 + 2.0 * f64::EPSILON));
        assert_eq!(sum.value(), f64::EPSILON * f64::EPSILON);
    }

    fn shuffled(terms: &[f64], seed: u64) -> Vec<f64> {
        let mut terms = terms.to_vec();
        let mut state = seed | 1;
        for i in (1..terms.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            terms.swap(i, (state >> 33) as usize % (i + 1));
        }
        terms
    }

    /// Any finite number, small and large ones alike.
    fn finite() -> impl Strategy<Value = f64> {
        prop_oneof![-1e12f64..1e12, any::<f64>().prop_filter("finite", |x| x.is_finite())]
    }

    proptest! {
        #[test]
        fn the_order_of_the_terms_changes_no_bit(
            terms in prop::collection::vec(finite(), 0..60),
            seed in any::<u64>(),
        ) {
            let sum = exact_sum(terms.iter().copied());
            prop_assert_eq!(sum.to_bits(), exact_sum(shuffled(&terms, seed)).to_bits());
        }

        #[test]
        fn what_is_added_and_taken_away_again_leaves_the_rest(
            terms in prop::collection::vec(finite(), 0..60),
            rest in finite(),
            seed in any::<u64>(),
        ) {
            let mut all: Vec<f64> = terms.iter().flat_map(|&x| [x, -x]).collect();
            all.push(rest);
            prop_assert_eq!(exact_sum(shuffled(&all, seed)), rest);
        }

        #[test]
        fn the_sum_is_the_whole_number_rounded_once(
            terms in prop::collection::vec((-(1i64 << 53)..=1 << 53, 0..68u32), 0..60),
            unit in -900..800i32,
        ) {
            let unit = 2f64.powi(unit);
            let whole: i128 = terms.iter().map(|&(digits, up)| i128::from(digits) << up).sum();
            let parts = terms.iter().map(|&(digits, up)| digits as f64 * 2f64.powi(up as i32) * unit);
            prop_assert_eq!(exact_sum(parts), whole as f64 * unit);
        }
    }
}
