//! A table row by row, whatever kind of file it comes from.

/// Cells beyond this column are not read; no list of people is that wide.
pub(super) const MOST_COLUMNS: usize = 256;

/// The cells of one row.
pub(super) trait Cells {
    /// How many cells there are.
    fn count(&self) -> usize;
    /// The text of the cell at `position` from 0; empty where there is none.
    fn cell(&self, position: usize) -> &str;
}

impl Cells for csv::StringRecord {
    fn count(&self) -> usize {
        self.len().min(MOST_COLUMNS)
    }

    fn cell(&self, position: usize) -> &str {
        self.get(position).unwrap_or_default()
    }
}

impl Cells for Vec<String> {
    fn count(&self) -> usize {
        self.len()
    }

    fn cell(&self, position: usize) -> &str {
        self.get(position).map(String::as_str).unwrap_or_default()
    }
}

/// The letters of a column: A, B, … Z, AA.
pub(super) fn column_letters(position: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = position + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).expect("a remainder of 26 fits a byte");
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let letters: Vec<_> = [0, 25, 26, 51, 701, 702].map(column_letters).to_vec();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }
}
