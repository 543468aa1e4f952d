use super::{
    bundle::Bundle,
    check::{Files, check_survey},
    model::{Survey, Target, Unit},
    survey_file::{SurveyFile, read_survey_file},
    unit_file::{read_targets, read_units},
};
use crate::{
    criteria::{Framework, Placed, Rule, read_framework, read_rule},
    questionnaire::{Form, Mistake, read_form},
    text,
};
use std::collections::BTreeMap;

const SURVEY: &str = "survey.toml";
const CRITERIA: &str = "criteria.csv";
const RULE: &str = "rule.toml";
const UNITS: &str = "units.csv";
const TARGETS: &str = "targets.csv";

/// Reads a survey, or names every mistake of every file with its place.
///
/// Each file is read by itself first; what of it could be read is then checked
/// against the other files, so that one mistake does not hide the next.
pub fn read_survey(bundle: &Bundle) -> Result<Survey, Vec<Mistake>> {
    let mut reading = Reading { bundle, mistakes: Vec::new() };
    let survey = reading.survey();
    let languages = survey.as_ref().map(|survey| survey.languages.clone());
    let files = Files {
        framework: reading.framework(survey.as_ref()),
        rule: reading.rule(RULE, languages.as_deref()),
        alternatives: reading.alternatives(languages.as_deref()),
        forms: reading.forms(),
        units: reading.units(languages.as_deref()),
        targets: reading.targets(),
        survey,
    };
    reading.unknown_files();
    let mut mistakes = check_survey(bundle, &files, &reading.mistakes);
    mistakes.extend(reading.mistakes);
    mistakes.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    match files.assemble(bundle) {
        Some(survey) if mistakes.is_empty() => Ok(survey),
        _ => Err(mistakes),
    }
}

struct Reading<'b> {
    bundle: &'b Bundle,
    mistakes: Vec<Mistake>,
}

impl<'b> Reading<'b> {
    /// The text of a file that every survey has.
    fn text(&mut self, file: &str) -> Option<&'b str> {
        let text = self.bundle.text(file);
        if text.is_none() {
            self.mistakes.push(Mistake::new(file, 1, text!("survey.file_missing")));
        }
        text
    }

    fn survey(&mut self) -> Option<SurveyFile> {
        let (survey, mistakes) = read_survey_file(SURVEY, self.text(SURVEY)?);
        self.mistakes.extend(mistakes);
        survey
    }

    /// Names and levels are given per language, so without these there is nothing to read.
    fn framework(&mut self, survey: Option<&SurveyFile>) -> Option<Framework> {
        let (text, survey) = (self.text(CRITERIA)?, survey?);
        let framework = read_framework(CRITERIA, text, &survey.languages, &survey.levels);
        self.keep(framework)
    }

    fn rule(&mut self, file: &str, languages: Option<&[String]>) -> Option<Rule> {
        let (text, languages) = (self.text(file)?, languages?);
        self.keep(read_rule(file, text, languages))
    }

    fn alternatives(&mut self, languages: Option<&[String]>) -> Vec<(String, Rule)> {
        let in_rules = |(file, _): &(&'b str, &str)| is_rule(file);
        let files: Vec<&str> = self.bundle.files().filter(in_rules).map(|(file, _)| file).collect();
        let read = |file: &str| Some((file.to_owned(), self.rule(file, languages)?));
        files.into_iter().filter_map(read).collect()
    }

    fn forms(&mut self) -> BTreeMap<String, Form> {
        let mut forms = BTreeMap::new();
        for (file, text) in self.bundle.files() {
            let Some(name) = form_name(file) else { continue };
            let Some(form) = self.keep(read_form(file, text)) else { continue };
            if form.id != name {
                let problem = text!("survey.form_name", form = form.id, name = name);
                self.mistakes.push(Mistake::new(file, 1, problem));
            }
            forms.insert(name.to_owned(), form);
        }
        forms
    }

    fn units(&mut self, languages: Option<&[String]>) -> Vec<Placed<Unit>> {
        let (Some(text), Some(languages)) = (self.text(UNITS), languages) else {
            return Vec::new();
        };
        let (units, mistakes) = read_units(UNITS, text, languages);
        self.mistakes.extend(mistakes);
        units
    }

    fn targets(&mut self) -> Vec<Placed<Target>> {
        let Some(text) = self.text(TARGETS) else { return Vec::new() };
        let (targets, mistakes) = read_targets(TARGETS, text);
        self.mistakes.extend(mistakes);
        targets
    }

    /// A file in the wrong place is most often one that was meant to count.
    fn unknown_files(&mut self) {
        let known = [SURVEY, CRITERIA, RULE, UNITS, TARGETS];
        for (file, _) in self.bundle.files() {
            let is_text = file.ends_with(".md");
            if !known.contains(&file) && form_name(file).is_none() && !is_rule(file) && !is_text {
                self.mistakes.push(Mistake::new(file, 1, text!("survey.file_unknown")));
            }
        }
    }

    fn keep<T>(&mut self, read: Result<T, Vec<Mistake>>) -> Option<T> {
        read.map_err(|mistakes| self.mistakes.extend(mistakes)).ok()
    }
}

impl Files {
    fn assemble(self, bundle: &Bundle) -> Option<Survey> {
        fn plain<T>(placed: Vec<Placed<T>>) -> Vec<T> {
            placed.into_iter().map(|placed| placed.value).collect()
        }
        let survey = self.survey?;
        let head = survey.head?;
        Some(Survey {
            id: head.id,
            version: head.version,
            title: head.title,
            languages: survey.languages,
            document: head.document,
            synthetic: head.synthetic,
            notes: head.notes,
            notice: head.notice,
            groups: plain(survey.groups),
            subjects: plain(survey.subjects),
            parts: plain(survey.parts),
            merging: survey.merging?.value,
            forms: self.forms,
            framework: self.framework?,
            rule: self.rule?,
            alternatives: self.alternatives.into_iter().map(|(_, rule)| rule).collect(),
            units: plain(self.units),
            targets: plain(self.targets),
            sha256: bundle.sha256(),
        })
    }
}

/// `forms/nguoi-dan.toml` is the form `nguoi-dan`.
fn form_name(file: &str) -> Option<&str> {
    let name = file.strip_prefix("forms/")?.strip_suffix(".toml")?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

fn is_rule(file: &str) -> bool {
    let name = file.strip_prefix("rules/").and_then(|name| name.strip_suffix(".toml"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}
