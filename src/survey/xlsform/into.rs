//! A workbook that becomes a new survey, or a form of one that is there.

use super::{ImportOptions, Imported, NotImported, import_form, new_survey};
use crate::{questionnaire::read_form, survey::Bundle};

/// What came of a workbook.
#[derive(Debug)]
pub struct BroughtIn {
    /// The form, and what was left out or filled in.
    pub imported: Imported,
    /// The files that are new or other now: name and text.
    pub files: Vec<(String, String)>,
}

/// Why nothing came of it.
#[derive(Debug)]
pub enum NotBroughtIn {
    /// The workbook was not imported.
    Workbook(NotImported),
    /// The survey has this file already, and it was not to be replaced.
    FormThere(String),
}

/// Reads the workbook called `name` into the survey `into`, or makes a survey called `id`
/// around it, or one of the form's name.
pub fn bring_in(
    bytes: &[u8],
    name: &str,
    unnamed_language: &str,
    id: Option<&str>,
    into: Option<&Bundle>,
    replace: bool,
) -> Result<BroughtIn, NotBroughtIn> {
    let fallback_id = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let read = |earlier| {
        let unnamed_language = Some(unnamed_language);
        let options = ImportOptions { fallback_id, unnamed_language, earlier };
        import_form(bytes, &options).map_err(NotBroughtIn::Workbook)
    };
    let mut imported = read(None)?;
    let Some(bundle) = into else {
        let id = id.unwrap_or(&imported.form.id);
        let files = new_survey(id, &imported.form, &imported.text);
        return Ok(BroughtIn { imported, files });
    };
    let file = format!("forms/{}.toml", imported.form.id);
    if let Some(earlier) = bundle.text(&file) {
        if !replace {
            return Err(NotBroughtIn::FormThere(file));
        }
        // Options keep their codes, under which answers may have been stored.
        if let Ok(earlier) = read_form(&file, earlier) {
            imported = read(Some(&earlier))?;
        }
    }
    let files = vec![(file, imported.text.clone())];
    Ok(BroughtIn { imported, files })
}
