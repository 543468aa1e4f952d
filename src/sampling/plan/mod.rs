//! How many people to ask, and how sure that makes the answer.

/// The sample size n = N / (1 + N·e²), rounded up, with e in thousandths.
///
/// This is Yamane's formula (Statistics: An Introductory Analysis, 1967), which
/// regulations prescribe with e = 5 %; it takes p = ½, z = 2 and a simple random
/// sample of the whole. Reckoned in whole numbers, so no rounding error moves it. An
/// e of 0 asks everybody.
pub fn yamane(population: u64, margin_permille: u32) -> u64 {
    let population = u128::from(population);
    let squared = u128::from(margin_permille).pow(2);
    let n = (population * 1_000_000).div_ceil(1_000_000 + population * squared);
    u64::try_from(n).expect("a sample is no larger than its population")
}

/// The margin that n of N really gives for a share of one half, at 95 %.
///
/// 1.96·√(¼/n · (N − n)/(N − 1)), as a share; 0 when everybody is asked, and nothing
/// without a sample. It holds for one simple random sample, such as one stratum.
pub fn margin_of_error(population: u64, sample: u64) -> Option<f64> {
    const Z: f64 = 1.959_963_984_540_054;
    if sample == 0 || sample > population {
        return None;
    }
    if sample == population {
        return Some(0.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^53")]
    let (population, sample) = (population as f64, sample as f64);
    Some(Z * (0.25 / sample * (population - sample) / (population - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_prescribed_sizes_come_out() {
        let sizes = [100, 400, 1_000, 10_000].map(|population| yamane(population, 50));
        assert_eq!(sizes, [80, 200, 286, 385]);
        assert_eq!(yamane(0, 50), 0);
        assert_eq!(yamane(40, 0), 40);
    }

    #[test]
    fn the_margin_of_385_in_10_000_is_just_under_five_percent() {
        let margin = margin_of_error(10_000, 385).unwrap();
        assert!((margin - 0.048_977).abs() < 1e-6, "{margin}");
        assert_eq!(margin_of_error(14, 14), Some(0.0));
        assert_eq!(margin_of_error(14, 0), None);
        assert_eq!(margin_of_error(14, 15), None);
    }

    proptest! {
        #[test]
        fn a_sample_never_exceeds_its_population(population: u64, margin: u32) {
            prop_assert!(yamane(population, margin) <= population);
        }
    }
}
