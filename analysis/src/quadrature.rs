//! Integrals of smooth functions.

/// Points and weights of the Gauss-Legendre rule of 10 points on (−1, 1), positive half
/// (Abramowitz and Stegun 1964, table 25.4).
const RULE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_3),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_1),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_1),
];

/// Halvings of an interval at most.
const DEEPEST: u32 = 40;

/// ∫ over [from, to] by one application of the rule.
pub(crate) fn panel(from: f64, to: f64, integrand: &impl Fn(f64) -> f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let pair =
        |&(x, w): &(f64, f64)| w * (integrand(middle - half * x) + integrand(middle + half * x));
    half * RULE.iter().map(pair).sum::<f64>()
}

/// ∫ over [from, to], intervals halved until that changes less than the tolerance.
pub(crate) fn integral(from: f64, to: f64, tolerance: f64, integrand: &impl Fn(f64) -> f64) -> f64 {
    if to <= from {
        return 0.0;
    }
    let mut waiting = vec![(from, to, panel(from, to, integrand), 0)];
    let mut sum = 0.0;
    while let Some((from, to, whole, depth)) = waiting.pop() {
        let middle = 0.5 * (from + to);
        let halves = [panel(from, middle, integrand), panel(middle, to, integrand)];
        let change = (halves[0] + halves[1] - whole).abs();
        if change <= tolerance || change.is_nan() || depth == DEEPEST {
            sum += halves[0] + halves[1];
        } else {
            waiting.push((from, middle, halves[0], depth + 1));
            waiting.push((middle, to, halves[1], depth + 1));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_with_and_without_corners() {
        assert!((integral(0.0, 1.0, 1e-12, &|x: f64| x.powi(7)) - 0.125).abs() < 1e-14);
        let corner = integral(-1.0, 2.0, 1e-12, &|x: f64| (x - 0.3).abs());
        assert!((corner - 0.5 * (1.3 * 1.3 + 1.7 * 1.7)).abs() < 1e-10, "{corner}");
        assert_eq!(integral(1.0, 1.0, 1e-9, &|x| x), 0.0);
    }
}
