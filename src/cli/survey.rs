//! `phieu survey`: check, show, compare and publish surveys. What names only folders needs no
//! database.

use super::{
    Failure, Result, Settings,
    data::{print, survey_folder},
    xlsform,
};
use crate::{
    conduct::SurveyInHand,
    messages::{Language, Text},
    questionnaire::Labels,
    survey::{Bundle, Changes, changes, read_survey},
    text,
};
use clap::Subcommand;
use std::path::{Path, PathBuf};

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
    /// Show what differs between two versions of a survey, and which figures that touches
    Changes {
        /// The earlier version: a folder, or a published version (ID@NUMBER, ID for the latest)
        old: String,
        /// The later version
        new: String,
        /// Print the changes as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what is new in a survey, and publish it as a version that never changes
    Publish {
        /// The folder of the survey
        folder: PathBuf,
    },
    /// List the surveys that are drafted or published
    List,
}

pub async fn run(act: SurveyAct, settings: &Settings) -> Result<()> {
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
        SurveyAct::Changes { old, new, json } => {
            let (old, new) =
                (named_survey(&old, settings).await?, named_survey(&new, settings).await?);
            let read = |files: &Bundle| read_survey(files).map_err(Failure::Survey);
            let found = changes((&read(&old)?, &old), (&read(&new)?, &new));
            match json {
                true => {
                    let json = serde_json::to_string_pretty(&found);
                    print(json.map_err(|problem| Failure::environment(&problem))?)
                }
                false => told(&found, settings.language),
            }
        }
        SurveyAct::Publish { folder } => publish(&folder, settings).await,
        SurveyAct::List => list(settings).await,
    }
}

/// The files of a survey named by its folder, or by `ID@NUMBER` or `ID` once published.
pub async fn named_survey(named: &str, settings: &Settings) -> Result<Bundle> {
    let folder = Path::new(named);
    if folder.is_dir() {
        return survey_folder(folder);
    }
    let not_a_survey = || Failure::Environment(text!("surveys.not_a_survey", named = named));
    if named.contains(['/', '\\']) {
        return Err(not_a_survey());
    }
    let (id, number) = match named.rsplit_once('@') {
        Some((id, number)) => (id, Some(number.parse().map_err(|_| not_a_survey())?)),
        None => (named, None),
    };
    Ok(settings.office().await?.published_survey(id, number).await?.files)
}

async fn publish(folder: &Path, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    let files = survey_folder(folder)?;
    let survey = read_survey(&files).map_err(Failure::Survey)?;
    let prospect = office.prospect(&files, &survey).await?;
    let mut refusals = prospect.refusals();
    if let Some(last) = refusals.pop() {
        refusals.iter().for_each(|why| eprintln!("{}", why.say(settings.language)));
        return Err(Failure::Data(last));
    }
    match prospect.changes {
        Some(found) => told(&found, settings.language)?,
        None => print(settings.language.say("surveys.first_version"))?,
    }
    let row = office.publish_survey(&files).await?;
    let said = text!(
        "surveys.was_published",
        survey = row.survey,
        number = row.number,
        version = row.version,
        sha256 = row.sha256
    );
    print(said.say(settings.language))
}

async fn list(settings: &Settings) -> Result<()> {
    for survey in settings.office().await?.surveys().await? {
        for said in lines_of(&survey) {
            print(said.say(settings.language))?;
        }
    }
    Ok(())
}

fn lines_of(survey: &SurveyInHand) -> Vec<Text> {
    let id = &survey.id;
    let versions = survey.versions.iter().map(|one| {
        text!(
            "surveys.line_version",
            id = id,
            number = one.number,
            version = one.version,
            day = one.day
        )
    });
    let draft = survey.draft.iter().map(|one| text!("surveys.line_draft", id = id, day = one.day));
    versions.chain(draft).collect()
}

/// The changes as lines for a terminal, then what becomes of each series.
fn told(found: &Changes, language: Language) -> Result<()> {
    let code = language.code();
    if found.is_empty() {
        return print(language.say("surveys.no_changes"));
    }
    for change in &found.changes {
        let (place, what) = (change.place.text().say(language), change.what.text().say(language));
        let of = change.language.as_ref().map_or_else(String::new, |of| format!(" ({of})"));
        print(format_args!("{place}: {what}{of}"))?;
        let line = |sign: char, text: &Option<Labels>| {
            text.as_ref().map_or(Ok(()), |text| print(format_args!("  {sign} {}", text.get(code))))
        };
        line('-', &change.before)?;
        line('+', &change.after)?;
        if !change.criteria.is_empty() {
            let criteria: Vec<&str> = change.criteria.iter().map(String::as_str).collect();
            let said = text!("surveys.touches", criteria = criteria.join(", "));
            print(format_args!("  {}", said.say(language)))?;
        }
    }
    print(format_args!("\n{}", language.say("surveys.series")))?;
    for one in &found.series {
        let name = format!("{}, {}", one.heading.get(code), one.subject_label.get(code));
        match (one.ends, one.breaks.is_empty()) {
            (true, _) => print(format_args!("{name}: {}", language.say("surveys.series_ends")))?,
            (false, true) => {
                print(format_args!("{name}: {}", language.say("surveys.series_goes_on")))?;
            }
            (false, false) => {
                print(format_args!("{name}: {}", language.say("surveys.series_breaks")))?;
                for reason in &one.breaks {
                    print(format_args!("  {}", reason.text().say(language)))?;
                }
            }
        }
    }
    Ok(())
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

fn show(folder: &Path, settings: &Settings) -> Result<()> {
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
