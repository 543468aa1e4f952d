//! Tables that turn into cards where the screen is narrow.

use maud::{Markup, html};

/// A table. Its first column names the row.
pub struct Grid {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

struct Column {
    label: String,
    number: bool,
}

struct Row {
    cells: Vec<Markup>,
    sum: bool,
}

impl Grid {
    /// A table called `caption` whose rows are named in the column `first`.
    pub fn new(caption: impl Into<String>, first: impl Into<String>) -> Self {
        let first = Column { label: first.into(), number: false };
        Self { caption: caption.into(), columns: vec![first], rows: Vec::new() }
    }

    /// A column of words.
    pub fn words(mut self, label: impl Into<String>) -> Self {
        self.columns.push(Column { label: label.into(), number: false });
        self
    }

    /// A column of numbers.
    pub fn numbers(mut self, label: impl Into<String>) -> Self {
        self.columns.push(Column { label: label.into(), number: true });
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Markup>) {
        self.rows.push(Row { cells, sum: false });
    }

    /// Adds a row that sums up others.
    pub fn sum(&mut self, cells: Vec<Markup>) {
        self.rows.push(Row { cells, sum: true });
    }

    /// The table in a box of its own, in which it may be moved if it is still too wide.
    pub fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="group" aria-label=(self.caption) {
                table.cards {
                    caption.off { (self.caption) }
                    thead {
                        tr { @for column in &self.columns {
                            th.n[column.number] scope="col" { (column.label) }
                        } }
                    }
                    tbody { @for row in &self.rows { (self.line(row)) } }
                }
            }
        }
    }

    fn line(&self, row: &Row) -> Markup {
        html! {
            tr.sum[row.sum] {
                @for (at, (cell, column)) in row.cells.iter().zip(&self.columns).enumerate() {
                    @if at == 0 {
                        th scope="row" { (cell) }
                    } @else {
                        td.n[column.number] data-label=(column.label) { div { (cell) } }
                    }
                }
            }
        }
    }
}

/// A text as the content of a cell.
pub fn cell(text: impl AsRef<str>) -> Markup {
    html! { (text.as_ref()) }
}
