//! One row of a list: its cells understood, or everything that is wrong with it.

use super::{
    contact,
    headings::{Column, Headings},
    known::{Found, Lookup},
    read::{Job, Remark},
    report::Reason,
    sheet::Cells,
    spelling::tidy,
};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, fmt::Write};

/// What a spreadsheet shows in a cell whose formula failed.
const FORMULA_ERRORS: [&str; 8] =
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#ERROR!"];

/// The codes against which rows are read.
pub(super) struct RowReader<'l> {
    pub(super) units: Lookup<'l>,
    pub(super) groups: Lookup<'l>,
    pub(super) subjects: Lookup<'l>,
}

/// A row understood.
pub(super) struct Row {
    pub(super) source: usize,
    pub(super) number: usize,
    pub(super) id: String,
    pub(super) unit: usize,
    pub(super) group: usize,
    pub(super) subject: Option<usize>,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) dossier: String,
}

/// The cells of a row, tidied, while they are being understood.
struct Reading<'c> {
    texts: [Cow<'c, str>; 8],
    positions: [Option<usize>; 8],
    problems: Vec<(Option<usize>, Reason)>,
    warnings: Vec<(Option<usize>, Reason)>,
}

impl Column {
    /// The columns by which a person can be told.
    pub(super) const IDENTIFYING: [Self; 5] =
        [Self::Id, Self::Name, Self::Phone, Self::Email, Self::Dossier];

    const ALL: [Self; 8] = [
        Self::Id,
        Self::Name,
        Self::Unit,
        Self::Group,
        Self::Subject,
        Self::Phone,
        Self::Email,
        Self::Dossier,
    ];
}

impl Job<'_> {
    /// Understands a row, or remarks on everything that is wrong with it.
    pub(super) fn read_row(
        &mut self,
        source: usize,
        number: usize,
        cells: &impl Cells,
        headings: &Headings,
    ) {
        let mut reading = Reading::new(cells, headings);
        if let Some(mut row) = reading.row(&mut self.reader) {
            (row.source, row.number) = (source, number);
            self.rows.push(row);
        }
        let remark = |(position, reason)| Remark { source, row: Some(number), position, reason };
        self.problems.extend(reading.problems.into_iter().map(remark));
        self.warnings.extend(reading.warnings.into_iter().map(remark));
    }
}

impl<'c> Reading<'c> {
    fn new(cells: &'c impl Cells, headings: &Headings) -> Self {
        let positions = Column::ALL.map(|column| headings.of(column).map(|h| h.position));
        let texts = positions.map(|position| match position {
            Some(position) => tidy(cells.cell(position)),
            None => Cow::Borrowed(""),
        });
        Self { texts, positions, problems: Vec::new(), warnings: Vec::new() }
    }

    fn text(&self, column: Column) -> &str {
        &self.texts[column as usize]
    }

    fn problem(&mut self, column: Column, reason: Reason) {
        self.problems.push((self.positions[column as usize], reason));
    }

    fn warning(&mut self, column: Column, reason: Reason) {
        self.warnings.push((self.positions[column as usize], reason));
    }

    fn row(&mut self, known: &mut RowReader<'_>) -> Option<Row> {
        self.remark_on_formulas();
        if Column::IDENTIFYING.iter().all(|column| self.text(*column).is_empty()) {
            self.problems.push((None, Reason::Nobody));
        }
        let unit = self.code(Column::Unit, &mut known.units, Some(Reason::NoUnit));
        let group = self.code(Column::Group, &mut known.groups, Some(Reason::NoGroup));
        let subject = self.code(Column::Subject, &mut known.subjects, None);
        let phone = self.contact(Column::Phone, contact::phone);
        let email = self.contact(Column::Email, contact::email);
        let (unit, group) = (unit?, group?);
        if !self.problems.is_empty() {
            return None;
        }
        let codes = [
            known.units.code(unit),
            known.groups.code(group),
            subject.map_or("", |subject| known.subjects.code(subject)),
        ];
        Some(Row {
            source: 0,
            number: 0,
            id: self.id(codes, &phone, &email),
            unit,
            group,
            subject,
            name: self.text(Column::Name).to_owned(),
            phone,
            email,
            dossier: self.text(Column::Dossier).to_owned(),
        })
    }

    fn remark_on_formulas(&mut self) {
        for column in Column::ALL {
            let text = self.text(column);
            if text.starts_with('#') && FORMULA_ERRORS.contains(&text) {
                let shown = text.to_owned();
                self.problem(column, Reason::FormulaError { shown });
            }
        }
    }

    fn code(
        &mut self,
        column: Column,
        known: &mut Lookup<'_>,
        if_missing: Option<Reason>,
    ) -> Option<usize> {
        let text = self.text(column);
        if text.is_empty() {
            if let Some(reason) = if_missing {
                self.problem(column, reason);
            }
            return None;
        }
        let given = text.to_owned();
        match known.find(text) {
            Found::One(position) => return Some(position),
            // That the formula failed has been said.
            _ if FORMULA_ERRORS.contains(&text) => {}
            Found::Nothing { near } => {
                self.problem(column, Reason::Unknown { column, given, near });
            }
            Found::Several { codes } => {
                let codes = codes.join(", ");
                self.problem(column, Reason::Ambiguous { column, given, codes });
            }
        }
        None
    }

    /// A contact that cannot be used is a remark, never a reason to leave a person
    /// out: that would change N, and a letter still reaches everybody.
    fn contact(&mut self, column: Column, usable: fn(&str) -> Option<String>) -> String {
        let text = self.text(column);
        if text.is_empty() {
            return String::new();
        }
        if let Some(contact) = usable(text) {
            return contact;
        }
        let given = text.to_owned();
        let reason = match column {
            Column::Phone => Reason::BadPhone { given },
            _ => Reason::BadEmail { given },
        };
        self.warning(column, reason);
        String::new()
    }

    /// The list's own id; without one the first 128 bits of a hash of the row, in
    /// which a contact that cannot be used still tells people apart.
    fn id(&mut self, codes: [&str; 3], phone: &str, email: &str) -> String {
        let id = self.text(Column::Id);
        if !id.is_empty() {
            return id.to_owned();
        }
        if self.positions[Column::Id as usize].is_some() {
            self.warning(Column::Id, Reason::NoId);
        }
        let or_raw = |contact: &str, column| match contact {
            "" => self.text(column).to_owned(),
            contact => contact.to_owned(),
        };
        let (phone, email) = (or_raw(phone, Column::Phone), or_raw(email, Column::Email));
        let [unit, group, subject] = codes;
        let (name, dossier) = (self.text(Column::Name), self.text(Column::Dossier));
        let line = [unit, group, subject, name, &phone, &email, dossier].join("\t");
        let mut id = String::with_capacity(32);
        for byte in &Sha256::digest(line)[..16] {
            write!(id, "{byte:02x}").expect("a String takes everything");
        }
        id
    }
}
