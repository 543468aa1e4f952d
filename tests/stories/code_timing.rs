//! Whoever knows only a code (P2) learns nothing from how long a page takes.

use crate::support::Small;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::time::{Duration, Instant};

/// Requests in all; three kinds of codes share them.
const REQUESTS: usize = 12_000;
/// With times that do not depend on the code a |t| beyond this is seen once in 150,000 runs.
const TOO_FAR: f64 = 4.5;
/// The slowest twentieth are interruptions of the machine, whatever was asked.
const KEPT: usize = 20;

on_both_engines! {
    async fn a_page_takes_as_long_whatever_was_done_with_the_code(app: TestApp) {
        let (_, invited) = app.small_round(&Small::new(3, 3)).await;
        let codes: Vec<String> = invited.iter().map(|one| one.code.compact()).collect();
        let mut begun = app.browser();
        begun.begin(&codes[1]).await;
        assert_eq!(begun.post("/phieu/elsewhere", &[]).await.status, 200);
        let mut sent = app.browser();
        sent.answer(&codes[2], "4").await;
        assert_eq!(sent.submit().await.status, 303);

        let mut strangers = Vec::new();
        for code in &codes {
            let mut stranger = app.browser();
            assert_eq!(stranger.get(&format!("/p/{code}")).await.status, 303);
            strangers.push(stranger);
        }
        let mut random = StdRng::seed_from_u64(20_261_127);
        let mut times = vec![Vec::with_capacity(REQUESTS); codes.len()];
        for number in 0..REQUESTS {
            // In an order that nothing else on the machine can keep step with.
            let at = usize::try_from(random.next_u32()).unwrap() % codes.len();
            let path = if number % 2 == 0 { "/phieu" } else { "/phieu/resume" };
            let begin = Instant::now();
            let page = strangers[at].get(path).await;
            times[at].push((number % 2, begin.elapsed()));
            assert_eq!(page.status, 200);
        }
        for (kind, path) in ["/phieu", "/phieu/resume"].into_iter().enumerate() {
            let of = |at: usize| -> Vec<Duration> {
                times[at].iter().filter(|time| time.0 == kind).map(|time| time.1).collect()
            };
            for (other, what) in [(1, "begun"), (2, "sent")] {
                let t = welch(of(0), of(other));
                assert!(t.abs() < TOO_FAR, "{path} of a code {what}: t = {t}");
            }
        }
    }
}

/// Welch's t of two samples without their slowest parts.
fn welch(one: Vec<Duration>, other: Vec<Duration>) -> f64 {
    let [one, other] = [one, other].map(|mut times| {
        times.sort();
        times.truncate(times.len() - times.len() / KEPT);
        let n = times.len() as f64;
        let mean = times.iter().map(Duration::as_secs_f64).sum::<f64>() / n;
        let squares = times.iter().map(|time| (time.as_secs_f64() - mean).powi(2)).sum::<f64>();
        (mean, squares / (n - 1.0) / n)
    });
    (one.0 - other.0) / (one.1 + other.1).sqrt()
}

#[test]
fn a_difference_of_a_hundredth_would_be_seen() {
    let mut random = StdRng::seed_from_u64(7);
    let mut times = |base: u32| -> Vec<Duration> {
        (0..2_000)
            .map(|_| Duration::from_nanos(u64::from(base + random.next_u32() % 10_000)))
            .collect()
    };
    let (one, other, slower) = (times(90_000), times(90_000), times(91_000));
    assert!(welch(one.clone(), other).abs() < TOO_FAR);
    assert!(welch(one, slower).abs() > TOO_FAR);
}
