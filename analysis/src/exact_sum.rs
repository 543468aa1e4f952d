//! Sums that do not depend on the order of their terms.
//!
//! Floating-point addition is not associative, so the same answers read in another order, or by
//! another number of threads, would give another last digit.
//! [`ExactSum`] keeps the sum without error as a list of non-overlapping parts and rounds once,
//! at the end; the result is the correctly rounded true sum, whatever the order.
//!
//! Source: J. R. Shewchuk (1997), "Adaptive precision floating-point arithmetic and fast robust
//! geometric predicates", Discrete & Computational Geometry 18, section 2.4 (grow-expansion).

/// A sum kept without rounding error.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExactSum {
    /// Non-overlapping, of increasing magnitude; their true sum is the sum of all terms.
    parts: Vec<f64>,
}

impl ExactSum {
    /// Adds one finite term.
    pub(crate) fn add(&mut self, term: f64) {
        let mut carry = term;
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let part = self.parts[index];
            let (large, small) =
                if carry.abs() < part.abs() { (part, carry) } else { (carry, part) };
            let sum = large + small;
            let error = small - (sum - large);
            if error != 0.0 {
                self.parts[kept] = error;
                kept += 1;
            }
            carry = sum;
        }
        self.parts.truncate(kept);
        self.parts.push(carry);
    }

    /// Adds the product of two numbers without rounding it.
    pub(crate) fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        let error = a.mul_add(b, -product);
        self.add(product);
        if error != 0.0 && error.is_finite() {
            self.add(error);
        }
    }

    /// The sum, rounded once to the nearest number (ties to even).
    pub(crate) fn value(&self) -> f64 {
        let mut rest = self.parts.iter().rev().copied();
        let Some(mut sum) = rest.next() else { return 0.0 };
        let mut error = 0.0;
        for part in rest.by_ref() {
            let before = sum;
            sum = before + part;
            error = part - (sum - before);
            if error != 0.0 {
                break;
            }
        }
        // Half-way cases are decided by the sign of what lies below the error term.
        if let Some(next) = rest.next()
            && ((error < 0.0 && next < 0.0) || (error > 0.0 && next > 0.0))
        {
            let doubled = error * 2.0;
            let candidate = sum + doubled;
            if candidate - sum == doubled {
                sum = candidate;
            }
        }
        sum
    }
}

/// The correctly rounded sum of finite terms.
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
        assert_eq!(exact_sum([]), 0.0);
        assert_eq!(exact_sum([0.1; 10]), 1.0);
    }

    #[test]
    fn a_tie_is_rounded_by_what_lies_below_it() {
        assert_eq!(exact_sum([1.0, 2f64.powi(-53), 2f64.powi(-80)]), 1.0 + f64::EPSILON);
        assert_eq!(exact_sum([1.0, 2f64.powi(-53)]), 1.0);
    }

    proptest! {
        #[test]
        fn the_order_of_the_terms_changes_no_bit(
            mut terms in prop::collection::vec(-1e12f64..1e12, 0..60),
            seed in any::<u64>(),
        ) {
            let before = exact_sum(terms.iter().copied());
            let mut state = seed | 1;
            for i in (1..terms.len()).rev() {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                terms.swap(i, (state >> 33) as usize % (i + 1));
            }
            prop_assert_eq!(before.to_bits(), exact_sum(terms).to_bits());
        }
    }
}
