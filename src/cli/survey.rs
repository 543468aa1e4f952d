//! `phieu survey`: check and show survey files. Needs no database.

use super::{
    Failure, Result, Settings,
    data::{print, survey_folder},
    xlsform,
};
use crate::{survey::read_survey, text};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum SurveyAct {
    /// List every mistake in the files of a survey
    Check {
        /// Folders of surveys
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Show what a survey asks, of whom, and what it counts for
    Show {
        /// The folder of the survey
        folder: PathBuf,
        /// Print the questions of a form as JSON, in the words of the XLSForm standard
        #[arg(long)]
        json: bool,
        /// Which form, if the survey has several
        #[arg(long, requires = "json")]
        form: Option<String>,
    },
    /// Read a form from Excel (XLSForm) into the folder of a survey
    Import(xlsform::ImportArgs),
    /// Write a form for Excel (XLSForm)
    Export {
        /// The folder of the survey
        folder: PathBuf,
        /// The workbook to write
        #[arg(long)]
        to: PathBuf,
        /// Which form, if the survey has several
        #[arg(long)]
        form: Option<String>,
    },
}

pub fn run(act: SurveyAct, settings: &Settings) -> Result<()> {
    match act {
        SurveyAct::Check { folders } => check(&folders, settings),
        SurveyAct::Show { folder, json: true, form } => {
            xlsform::show_json(&folder, form.as_deref())
        }
        SurveyAct::Show { folder, .. } => show(&folder, settings),
        SurveyAct::Import(args) => xlsform::import(&args, settings),
        SurveyAct::Export { folder, to, form } => {
            xlsform::export(&folder, form.as_deref(), &to, settings)
        }
    }
}

fn check(folders: &[PathBuf], settings: &Settings) -> Result<()> {
    let mut all = Vec::new();
    for folder in folders {
        match read_survey(&survey_folder(folder)?) {
            Ok(survey) => print(
                text!(
                    "cli.survey_is_well",
                    folder = folder.display(),
                    forms = survey.forms.len(),
                    criteria = survey.rule.criteria.len(),
                    sha256 = survey.sha256
                )
                .say(settings.language),
            )?,
            Err(mistakes) => {
                print(format_args!("{}:", folder.display()))?;
                for mistake in &mistakes {
                    print(format_args!("  {}", mistake.text().say(settings.language)))?;
                }
                all.extend(mistakes);
            }
        }
    }
    if !all.is_empty() {
        return Err(Failure::Data(text!("cli.mistakes", count = all.len())));
    }
    match crate::messages::flaws() {
        [] => Ok(()),
        flaws => Err(Failure::Messages(flaws.iter().collect())),
    }
}

fn show(folder: &std::path::Path, settings: &Settings) -> Result<()> {
    let survey = read_survey(&survey_folder(folder)?).map_err(Failure::Survey)?;
    let language = settings.language.code();
    print(format_args!("{} ({} {})", survey.title.get(language), survey.id, survey.version))?;
    print(survey.document.get(language))?;
    for group in &survey.groups {
        print(format_args!("\n{} ({})", group.label.get(language), group.code))?;
        for part in survey.parts.iter().filter(|part| part.group == group.code) {
            let subject = survey.subject(&part.subject).map(|subject| subject.label.get(language));
            print(format_args!("  {} → {}", part.form, subject.unwrap_or(&part.subject)))?;
        }
    }
    for criterion in &survey.rule.criteria {
        let name = survey.framework.find(&criterion.criterion);
        print(format_args!(
            "\n{} {}",
            criterion.criterion,
            name.map_or("", |criterion| criterion.name.get(language))
        ))?;
        for line in criterion.in_words(&survey.group_names(), settings.language) {
            print(format_args!("  {line}"))?;
        }
    }
    Ok(())
}
