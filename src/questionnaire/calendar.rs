//! Civil days: the calendar arithmetic that answers and expressions need.

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year, 1 to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Day {
    /// The day with these numbers, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// Reads an ISO date (`1980-03-05`), and nothing else.
    pub fn from_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u16>().ok())?
        };
        let month = u8::try_from(number(5, 7)?).ok()?;
        let day = u8::try_from(number(8, 10)?).ok()?;
        Self::new(number(0, 4)?, month, day)
    }

    /// The date as stored and compared: `1980-03-05`.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The date as people in Viet Nam write it: `05/03/1980`.
    pub fn written(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }

    /// Days since 1970-01-01, the number that a date is in expressions.
    pub fn number(self) -> i32 {
        // Years are counted from March, so that the leap day is the last of its year.
        let year = i32::from(self.year) - i32::from(self.month <= 2);
        let month = (i32::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i32::from(self.day) - 1;
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// The day so many days after 1970-01-01, within the years 1 to 9999.
    pub fn from_number(number: i32) -> Option<Self> {
        let days = number.checked_add(719_468)?;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = u8::try_from(day_of_year - (153 * shifted + 2) / 5 + 1).ok()?;
        let month = u8::try_from(if shifted < 10 { shifted + 3 } else { shifted - 9 }).ok()?;
        let year = u16::try_from(year_of_era + era * 400 + i32::from(month <= 2)).ok()?;
        Self::new(year, month, day)
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days_have_their_known_numbers() {
        for (iso, number) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2000-03-01", 11_017), ("2024-02-29", 19_782)]
        {
            let day = Day::from_iso(iso).unwrap();
            assert_eq!(day.number(), number);
            assert_eq!(Day::from_number(number), Some(day));
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for iso in ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "x"] {
            assert_eq!(Day::from_iso(iso), None, "{iso}");
        }
        assert_eq!(Day::from_iso("1980-3-05"), None);
        assert_eq!(Day::from_iso("19é0-03-0"), None);
        assert_eq!(Day::from_number(i32::MAX), None);
        assert_eq!(Day::from_number(i32::MIN), None);
    }

    proptest! {
        #[test]
        fn every_day_is_one_after_the_day_before(number in -719_000..2_932_000i32) {
            let day = Day::from_number(number).unwrap();
            prop_assert_eq!(day.number(), number);
            prop_assert_eq!(Day::from_iso(&day.iso()), Some(day));
            prop_assert!(Day::from_number(number + 1).unwrap() > day);
        }
    }
}
