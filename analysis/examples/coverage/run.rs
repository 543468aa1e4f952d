//! Samples on all processors, with the same result on any number of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::draw::People;
use crate::population::Population;
use crate::tally::{Tally, ask};

/// Samples that one thread takes at a time.
const BATCH: u64 = 100;

/// Samples of each population, and what came of them; by population, then by question.
pub fn coverage(populations: &[Population], samples: u64, threads: usize) -> Vec<[Tally; 4]> {
    let people: Vec<People<'_>> = populations.iter().map(People::of).collect();
    let batches: Vec<(usize, u64)> = (0..samples.div_ceil(BATCH))
        .flat_map(|batch| (0..populations.len()).map(move |p| (p, batch)))
        .collect();
    let empty = || vec![<[Tally; 4]>::default(); populations.len()];
    let work = |&(p, batch): &(usize, u64), found: &mut Vec<[Tally; 4]>| {
        for sample in batch * BATCH..((batch + 1) * BATCH).min(samples) {
            let units = populations[p].units.len() as u64;
            let unit = usize::try_from(sample % units).expect("fewer units than fit");
            // A stream of its own for every sample: nothing depends on who draws it.
            let drawn = people[p].sample((p as u64) << 32 | sample);
            ask(&people[p], &drawn, unit, &mut found[p]);
        }
    };
    let mut sums = empty();
    for found in in_parallel(&batches, threads, empty, work) {
        for (sums, found) in sums.iter_mut().zip(&found) {
            sums.iter_mut().zip(found).for_each(|(sum, tally)| sum.add(tally));
        }
    }
    sums
}

/// Works through a list; each thread keeps what it found.
pub fn in_parallel<J: Sync, F: Send>(
    jobs: &[J],
    threads: usize,
    empty: impl Fn() -> F + Sync,
    work: impl Fn(&J, &mut F) + Sync,
) -> Vec<F> {
    let next = AtomicUsize::new(0);
    let one = || {
        let mut found = empty();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(job, &mut found);
        }
        found
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(one)).collect();
        running.into_iter().map(|thread| thread.join().expect("no job panics")).collect()
    })
}
