//! Forms that come from Excel and go back to it.

use super::{
    Failure, Result,
    data::{print, survey_folder, write_out},
    settings::Settings,
};
use crate::{
    questionnaire::{Form, read_form},
    survey::{
        Bundle, read_survey,
        xlsform::{BroughtIn, Imported, NotBroughtIn, NotImported, bring_in, export_form, outline},
    },
    text,
};
use std::{fs, path::Path};

/// How an import is to be done.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The workbook, by the XLSForm standard (.xlsx, .xlsm, .xls)
    file: std::path::PathBuf,
    /// The folder of the survey: a new one is made, in one that is there the form is added
    #[arg(long)]
    to: std::path::PathBuf,
    /// Replace the form of the same name that is there
    #[arg(long)]
    replace: bool,
    /// The language of texts whose column names none
    #[arg(long, default_value = "vi")]
    language: String,
}

/// Reads a workbook into the folder of a survey.
pub fn import(args: &ImportArgs, settings: &Settings) -> Result<()> {
    let unreadable = |path: &Path, problem: &std::io::Error| {
        Failure::Environment(text!("cli.unreadable", path = path.display(), problem = problem))
    };
    let bytes = fs::read(&args.file).map_err(|problem| unreadable(&args.file, &problem))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let existing = existing(&args.to)?;
    let folder = args.to.canonicalize().unwrap_or_else(|_| args.to.clone());
    let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let brought =
        bring_in(&bytes, &name, &args.language, Some(&id), existing.as_ref(), args.replace);
    let BroughtIn { imported, files } = brought.map_err(|why| match why {
        NotBroughtIn::Workbook(why) => refused(&name, why),
        NotBroughtIn::FormThere(file) => Failure::Data(text!("cli.form_there", file = file)),
    })?;
    for (file, content) in &files {
        let path = args.to.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|problem| unwritable(folder, &problem))?;
        }
        write_out(Some(&path), content.as_bytes())?;
    }
    report(&imported, &name, args, settings)?;
    if existing.is_none() {
        let said = text!("cli.survey_to_fill_in", path = args.to.display());
        print(said.say(settings.language))?;
    }
    check(&args.to, settings)
}

/// The survey in a folder; none if there is no such folder or nothing in it.
fn existing(folder: &Path) -> Result<Option<Bundle>> {
    let is_empty = match fs::read_dir(folder) {
        // What is hidden is no part of a survey.
        Ok(entries) => {
            entries.flatten().all(|entry| entry.file_name().to_string_lossy().starts_with('.'))
        }
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => true,
        Err(problem) => return Err(unwritable(folder, &problem)),
    };
    if is_empty {
        return Ok(None);
    }
    let bundle = survey_folder(folder)?;
    if bundle.text("survey.toml").is_none() {
        return Err(Failure::Data(text!("cli.not_a_survey", path = folder.display())));
    }
    Ok(Some(bundle))
}

fn unwritable(path: &Path, problem: &std::io::Error) -> Failure {
    Failure::Environment(text!("cli.unwritable", path = path.display(), problem = problem))
}

fn refused(file: &str, why: NotImported) -> Failure {
    match why {
        NotImported::Unreadable(why) => {
            Failure::Workbook { file: file.to_owned(), why: vec![], unreadable: Some(why.text()) }
        }
        NotImported::Refused(why) => {
            Failure::Workbook { file: file.to_owned(), why, unreadable: None }
        }
    }
}

fn report(imported: &Imported, file: &str, args: &ImportArgs, settings: &Settings) -> Result<()> {
    for notice in &imported.notices {
        let finding = notice.say(file, settings.language);
        eprintln!("{}", text!("xlsform.notice", finding = finding).say(settings.language));
    }
    let form = args.to.join(format!("forms/{}.toml", imported.form.id));
    print(
        text!(
            "cli.imported",
            file = file,
            questions = imported.form.questions.len(),
            form = form.display()
        )
        .say(settings.language),
    )
}

/// What the survey lacks now is said, and is no failure of the import.
fn check(folder: &Path, settings: &Settings) -> Result<()> {
    if let Err(mistakes) = read_survey(&survey_folder(folder)?) {
        eprintln!("{}", text!("cli.still_to_do", path = folder.display()).say(settings.language));
        for mistake in mistakes {
            eprintln!("  {}", mistake.text().say(settings.language));
        }
    }
    Ok(())
}

/// Writes a form of a survey as a workbook.
pub fn export(folder: &Path, form: Option<&str>, to: &Path, settings: &Settings) -> Result<()> {
    let form = chosen(folder, form)?;
    let bytes = export_form(&form).map_err(|problem| Failure::environment(&problem))?;
    write_out(Some(to), &bytes)?;
    let said = text!(
        "cli.exported_form",
        form = form.id,
        questions = form.questions.len(),
        file = to.display()
    );
    print(said.say(settings.language))
}

/// Prints what a form asks, as JSON.
pub fn show_json(folder: &Path, form: Option<&str>) -> Result<()> {
    let form = chosen(folder, form)?;
    let json = serde_json::to_string_pretty(&outline(&form));
    print(json.map_err(|problem| Failure::environment(&problem))?)
}

/// The form that was asked for, or the only one.
fn chosen(folder: &Path, wanted: Option<&str>) -> Result<Form> {
    let bundle = survey_folder(folder)?;
    let names = bundle.files().filter_map(|(file, _)| {
        file.strip_prefix("forms/")?.strip_suffix(".toml").map(str::to_owned)
    });
    let names: Vec<String> = names.collect();
    let name = match (wanted, names.as_slice()) {
        (Some(wanted), known) if known.iter().any(|name| name == wanted) => wanted,
        (None, [only]) => only,
        (wanted, known) => {
            let (form, known) = (wanted.unwrap_or("?"), known.join(", "));
            return Err(Failure::Data(text!("cli.which_form", form = form, known = known)));
        }
    };
    let file = format!("forms/{name}.toml");
    read_form(&file, bundle.text(&file).unwrap_or_default()).map_err(Failure::Survey)
}
