//! Statements over many rows, written at compile time.
//!
//! A statement takes 64, 8 or 1 rows of placeholders; a list is cut into such pieces. So a
//! batch costs few round trips, statements stay literals, and each is prepared once.

/// One statement in its three sizes, largest first.
pub struct Rows(pub &'static [(usize, &'static str)]);

impl Rows {
    /// Cuts `items` into pieces, each with the statement that takes so many.
    pub fn pieces<'a, T>(&self, items: &'a [T]) -> Pieces<'a, T> {
        Pieces { sizes: self.0, items }
    }
}

/// See [`Rows::pieces`].
pub struct Pieces<'a, T> {
    sizes: &'static [(usize, &'static str)],
    items: &'a [T],
}

impl<'a, T> Iterator for Pieces<'a, T> {
    type Item = (&'static str, &'a [T]);

    fn next(&mut self) -> Option<Self::Item> {
        let &(size, sql) = self.sizes.iter().find(|(size, _)| *size <= self.items.len())?;
        let (piece, rest) = self.items.split_at(size);
        self.items = rest;
        Some((sql, piece))
    }
}

/// `rows!("INSERT INTO t (a, b) VALUES ", 2, "")`: the statement with 64, 8 and 1 rows `($1, $2)`.
macro_rules! rows {
    ($before:expr, $columns:expr, $after:expr) => {
        $crate::storage::rows::Rows(
            const {
                use $crate::storage::rows::{fill, length};
                const SIZE_64: usize = length($before, 64, $columns, $after);
                const SIZE_8: usize = length($before, 8, $columns, $after);
                const SIZE_1: usize = length($before, 1, $columns, $after);
                const TEXT_64: [u8; SIZE_64] = fill($before, 64, $columns, $after);
                const TEXT_8: [u8; SIZE_8] = fill($before, 8, $columns, $after);
                const TEXT_1: [u8; SIZE_1] = fill($before, 1, $columns, $after);
                const fn text(bytes: &'static [u8]) -> &'static str {
                    match str::from_utf8(bytes) {
                        Ok(text) => text,
                        Err(_) => panic!("statements are ASCII"),
                    }
                }
                &[(64, text(&TEXT_64)), (8, text(&TEXT_8)), (1, text(&TEXT_1))]
            },
        )
    };
}
pub(crate) use rows;

/// How long the statement of [`fill`] is.
pub const fn length(before: &str, rows: usize, columns: usize, after: &str) -> usize {
    let mut length = before.len() + after.len() + rows * 2 + (rows - 1) * 2;
    let mut number = 1;
    while number <= rows * columns {
        length += 1 + digits(number);
        number += 1;
    }
    length + rows * (columns - 1) * 2
}

/// Writes `before ($1, $2), ($3, $4) after`.
pub const fn fill<const LENGTH: usize>(
    before: &str,
    rows: usize,
    columns: usize,
    after: &str,
) -> [u8; LENGTH] {
    let mut text = [b' '; LENGTH];
    let mut at = copy(&mut text, 0, before.as_bytes());
    let mut row = 0;
    while row < rows {
        at = copy(&mut text, at, if row == 0 { b"(" } else { b", (" });
        let mut column = 0;
        while column < columns {
            at = copy(&mut text, at, if column == 0 { b"$" } else { b", $" });
            at = number(&mut text, at, row * columns + column + 1);
            column += 1;
        }
        at = copy(&mut text, at, b")");
        row += 1;
    }
    copy(&mut text, at, after.as_bytes());
    text
}

const fn copy(text: &mut [u8], mut at: usize, from: &[u8]) -> usize {
    let mut i = 0;
    while i < from.len() {
        text[at] = from[i];
        at += 1;
        i += 1;
    }
    at
}

const fn digits(number: usize) -> usize {
    let (mut digits, mut rest) = (1, number / 10);
    while rest > 0 {
        digits += 1;
        rest /= 10;
    }
    digits
}

const fn number(text: &mut [u8], at: usize, number: usize) -> usize {
    let end = at + digits(number);
    let (mut place, mut rest) = (end, number);
    while place > at {
        place -= 1;
        #[expect(clippy::cast_possible_truncation, reason = "a digit fits a byte")]
        let digit = (rest % 10) as u8;
        text[place] = b'0' + digit;
        rest /= 10;
    }
    end
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_is_cut_into_the_largest_pieces() {
        let rows = rows!("INSERT INTO t (a, b) VALUES ", 2, " RETURNING a");
        let items: Vec<u8> = (0..75).collect();
        let sizes: Vec<usize> = rows.pieces(&items).map(|(_, piece)| piece.len()).collect();
        assert_eq!(sizes, [64, 8, 1, 1, 1]);
        let (sql, _) = rows.pieces(&items[..1]).next().unwrap();
        assert_eq!(sql, "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING a");
        let (sql, _) = rows.pieces(&items[..8]).next().unwrap();
        assert!(sql.ends_with("($13, $14), ($15, $16) RETURNING a"), "{sql}");
        assert!(rows.0[0].1.ends_with("($125, $126), ($127, $128) RETURNING a"));
    }
}
