//! The one source of time, so that tests and the demo can set it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// An instant in UTC milliseconds, as stored.
pub type Millis = i64;

/// What a standing clock shows once it runs.
const RUNS: Millis = Millis::MIN;

/// Tells the time: the machine's, or one that is set by hand.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands until it is set, or runs with the machine's from [`Clock::run`] on.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that shows `now` until [`Clock::set`].
    pub fn standing_at(now: Millis) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now)))
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Millis {
        match self {
            Self::Set(now) if now.load(Ordering::SeqCst) != RUNS => now.load(Ordering::SeqCst),
            _ => Timestamp::now().as_millisecond(),
        }
    }

    /// Lets a standing clock run with the machine's.
    pub fn run(&self) {
        self.set(RUNS);
    }

    /// Moves a standing clock; the machine's clock cannot be moved.
    pub fn set(&self, now: Millis) {
        if let Self::Set(clock) = self {
            clock.store(now, Ordering::SeqCst);
        }
    }

    /// Today's date in Viet Nam.
    pub fn today(&self) -> Date {
        date_of(self.now())
    }
}

/// The civil date in Viet Nam at `instant`.
pub fn date_of(instant: Millis) -> Date {
    let instant = Timestamp::from_millisecond(instant).unwrap_or(Timestamp::UNIX_EPOCH);
    instant.to_zoned(viet_nam()).date()
}

/// The instant at which `date` begins in Viet Nam.
pub fn start_of(date: Date) -> Millis {
    date.to_zoned(viet_nam()).map_or(0, |start| start.timestamp().as_millisecond())
}

/// `05/03/2026`, as dates are written in Viet Nam.
pub fn written(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

/// `16:05 05/03/2026`, as moments are written in Viet Nam.
pub fn written_moment(instant: Millis) -> String {
    let instant = Timestamp::from_millisecond(instant).unwrap_or(Timestamp::UNIX_EPOCH);
    instant.to_zoned(viet_nam()).strftime("%H:%M %d/%m/%Y").to_string()
}

fn viet_nam() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("the time zone database is compiled in")
}

/// For how long this thread was on a processor: what a test may ask of the program itself,
/// however much else the machine does.
#[cfg(test)]
pub fn busy() -> std::time::Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    std::time::Duration::from_nanos(nanos.expect("nanoseconds come first"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_in_viet_nam_begins_seven_hours_before_utc() {
        let start = start_of(date(2026, 3, 5));
        assert_eq!(start, 1_772_643_600_000);
        assert_eq!(date_of(start), date(2026, 3, 5));
        assert_eq!(date_of(start - 1), date(2026, 3, 4));
        assert_eq!(written(date_of(start)), "05/03/2026");
    }
}
