//! Workbooks of the reference implementation, of our own, and there and back again.

mod reference;
mod refusals;
mod round_trip;
mod xform;

use super::{ImportOptions, Imported, NotImported, import_form};
use crate::messages::Language;
use rust_xlsxwriter::Workbook;

fn import(bytes: &[u8]) -> Result<Imported, NotImported> {
    let fallback_id = "form";
    import_form(bytes, &ImportOptions { fallback_id, ..ImportOptions::default() })
}

/// A form that must be imported.
fn imported(bytes: &[u8]) -> Imported {
    import(bytes).unwrap_or_else(|why| panic!("{}", said(&why).join("\n")))
}

/// Why a workbook was not imported, one line for each place.
fn said(why: &NotImported) -> Vec<String> {
    let english = Language::parse("en").expect("the program speaks English");
    match why {
        NotImported::Unreadable(why) => vec![why.text().say(english)],
        NotImported::Refused(why) => why.iter().map(|one| one.say("f", english)).collect(),
    }
}

/// A workbook with these sheets; cells are parted by `|`, rows by lines.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name).expect("a short name");
        for (row, line) in (0..).zip(rows.lines()) {
            for (column, cell) in (0..).zip(line.split('|')) {
                if !cell.trim().is_empty() {
                    sheet.write_string(row, column, cell.trim()).expect("a cell");
                }
            }
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

/// A workbook with rows of questions below the headings, and a list of yes and no.
fn survey(headings: &str, rows: &str) -> Vec<u8> {
    let choices = "list_name|name|label|region\nyn|yes|Yes|1\nyn|no|No|2\n";
    workbook(&[("survey", &format!("{headings}\n{rows}")), ("choices", choices)])
}
