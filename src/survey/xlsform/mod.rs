//! Forms that come from Excel and go back to it, by the XLSForm standard.
//!
//! [`import_form`] reads a workbook into a form file, or names every row that stands in the
//! way; [`export_form`] writes a form as a workbook; [`outline`] tells what a form asks in
//! the words of the standard; [`new_survey`] is the folder around a first form. On the way
//! in, `table` and `header` read sheets, `kinds`, `rows`, `question` and `choices` what they
//! ask, `paging` shares it out over pages, and `form_file` writes the file, which
//! [`read_form`](crate::questionnaire::read_form) checks like any other: there is one
//! meaning of a form. `docs/questionnaire-format.md` tells what is supported.

mod choices;
mod draft;
mod export;
mod finding;
mod folder;
mod form_file;
mod header;
mod import;
mod into;
mod kinds;
mod language;
mod outline;
mod paging;
mod question;
mod rows;
mod table;
mod wording;

pub use export::export_form;
pub use finding::{Finding, SheetName};
pub use folder::new_survey;
pub use import::{ImportOptions, Imported, NotImported, import_form};
pub use into::{BroughtIn, NotBroughtIn, bring_in};
pub use outline::{Outline, OutlineChoice, OutlineQuestion, outline};

#[cfg(test)]
mod tests;
