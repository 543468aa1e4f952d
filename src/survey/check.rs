//! Holds the files of a survey against one another.

use super::{
    bundle::Bundle,
    check_form::check_forms,
    check_rule::check_rules,
    model::{PartRule, Target, Unit},
    survey_file::SurveyFile,
};
use crate::{
    criteria::{Framework, Placed, Rule},
    messages::Text,
    questionnaire::{Form, Mistake},
    text,
};
use std::collections::{BTreeMap, BTreeSet};

/// What could be read of each file; what could not is not checked further.
pub(super) struct Files {
    pub survey: Option<SurveyFile>,
    pub framework: Option<Framework>,
    pub rule: Option<Rule>,
    /// Each with the name of its file.
    pub alternatives: Vec<(String, Rule)>,
    pub forms: BTreeMap<String, Form>,
    pub units: Vec<Placed<Unit>>,
    pub targets: Vec<Placed<Target>>,
}

/// Every contradiction between the files.
///
/// What is lacking in a file is only said when all of that file could be read: `known`
/// are the mistakes found in the files by themselves.
pub(super) fn check_survey(bundle: &Bundle, files: &Files, known: &[Mistake]) -> Vec<Mistake> {
    let Some(survey) = &files.survey else { return Vec::new() };
    let mut check = Check { survey, files, bundle, known, mistakes: Vec::new() };
    check.codes();
    check.parts();
    check.subjects();
    check.merging();
    check.targets();
    check_forms(&mut check);
    check_rules(&mut check);
    check.mistakes
}

pub(super) struct Check<'c> {
    pub survey: &'c SurveyFile,
    pub files: &'c Files,
    pub bundle: &'c Bundle,
    known: &'c [Mistake],
    pub mistakes: Vec<Mistake>,
}

impl<'c> Check<'c> {
    pub(super) fn note(&mut self, file: &str, line: usize, problem: Text) {
        self.mistakes.push(Mistake::new(file, line, problem));
    }

    fn in_survey(&mut self, line: usize, problem: Text) {
        self.note("survey.toml", line, problem);
    }

    /// Whether all of a file, or of the files in a folder, could be read.
    pub(super) fn is_sound(&self, file: &str) -> bool {
        !self.known.iter().any(|mistake| mistake.file.starts_with(file))
    }

    fn lacks_group(&self, code: &str) -> bool {
        let has_it = self.survey.groups.iter().any(|group| group.value.code == code);
        !has_it && self.is_sound("survey.toml")
    }

    fn lacks_subject(&self, code: &str) -> bool {
        let has_it = self.survey.subjects.iter().any(|subject| subject.value.code == code);
        !has_it && self.is_sound("survey.toml")
    }

    fn lacks_unit(&self, code: &str) -> bool {
        let has_it = self.files.units.iter().any(|unit| unit.value.code == code);
        !has_it && self.is_sound("units.csv")
    }

    fn codes(&mut self) {
        let survey = self.survey;
        let groups = survey.groups.iter().map(|group| (group.line, &group.value.code));
        let subjects = survey.subjects.iter().map(|subject| (subject.line, &subject.value.code));
        for codes in [groups.collect::<Vec<_>>(), subjects.collect()] {
            let mut known = BTreeSet::new();
            for (line, code) in codes {
                if !known.insert(code) {
                    self.in_survey(line, text!("survey.code_twice", code = code));
                }
            }
        }
    }

    fn parts(&mut self) {
        let survey = self.survey;
        for Placed { line, value: part } in &survey.parts {
            if self.lacks_group(&part.group) {
                self.in_survey(*line, text!("survey.unknown_group", group = part.group));
            }
            if self.lacks_subject(&part.subject) {
                self.in_survey(*line, text!("survey.unknown_subject", subject = part.subject));
            }
            if self.bundle.text(&format!("forms/{}.toml", part.form)).is_none() {
                self.in_survey(*line, text!("survey.unknown_form", form = part.form));
            }
            for unit in part.units.iter().filter(|unit| self.lacks_unit(unit)).collect::<Vec<_>>() {
                self.in_survey(*line, text!("survey.unknown_unit", unit = unit));
            }
        }
        self.parts_are_asked_once();
        self.groups_and_subjects_have_parts();
    }

    fn parts_are_asked_once(&mut self) {
        let survey = self.survey;
        let mut known = BTreeSet::new();
        for Placed { line, value: part } in &survey.parts {
            for unit in self.units_of(part) {
                if known.insert((unit, &part.group, &part.form, &part.subject)) {
                    continue;
                }
                let problem = text!(
                    "survey.part_twice",
                    unit = unit,
                    group = part.group,
                    form = part.form,
                    subject = part.subject,
                );
                self.in_survey(*line, problem);
            }
        }
    }

    fn groups_and_subjects_have_parts(&mut self) {
        let survey = self.survey;
        if !self.is_sound("survey.toml") {
            return;
        }
        for Placed { line, value: group } in &survey.groups {
            if !survey.parts.iter().any(|part| part.value.group == group.code) {
                self.in_survey(*line, text!("survey.group_without_part", group = group.code));
            }
        }
        for Placed { line, value: subject } in &survey.subjects {
            if !survey.parts.iter().any(|part| part.value.subject == subject.code) {
                let problem = text!("survey.subject_without_part", subject = subject.code);
                self.in_survey(*line, problem);
            }
        }
    }

    /// The units in which a part is asked: those that have a target for its group.
    fn units_of(&self, part: &PartRule) -> BTreeSet<&'c str> {
        let targets = self.files.targets.iter();
        targets
            .filter(|target| target.value.group == part.group && part.is_for(&target.value.unit))
            .map(|target| target.value.unit.as_str())
            .collect()
    }

    fn subjects(&mut self) {
        let survey = self.survey;
        for Placed { line, value: subject } in &survey.subjects {
            if let Some(unit) = subject.unit.as_ref().filter(|unit| self.lacks_unit(unit)) {
                self.in_survey(*line, text!("survey.unknown_unit", unit = unit));
            }
        }
    }

    /// Groups can only be put together where they answer the same forms about the same subjects.
    fn merging(&mut self) {
        let survey = self.survey;
        let Some(Placed { line, value: merging }) = &survey.merging else { return };
        let mut known = BTreeSet::new();
        for set in &merging.groups {
            if set.len() < 2 {
                self.in_survey(*line, text!("survey.merge_set_too_small"));
            }
            for group in set {
                if self.lacks_group(group) {
                    self.in_survey(*line, text!("survey.unknown_group", group = group));
                } else if !known.insert(group) {
                    self.in_survey(*line, text!("survey.merge_group_twice", group = group));
                }
            }
            let answers = |group: &String| -> BTreeSet<(&str, &str)> {
                let parts = survey.parts.iter().filter(|part| part.value.group == *group);
                parts.map(|part| (part.value.form.as_str(), part.value.subject.as_str())).collect()
            };
            let differ = set.windows(2).any(|pair| answers(&pair[0]) != answers(&pair[1]));
            if differ && self.is_sound("survey.toml") {
                let problem = text!("survey.merge_groups_differ", groups = set.join(", "));
                self.in_survey(*line, problem);
            }
        }
    }

    fn targets(&mut self) {
        let files = self.files;
        let survey = self.survey;
        for Placed { line, value: target } in &files.targets {
            if self.lacks_unit(&target.unit) {
                self.note("targets.csv", *line, text!("survey.unknown_unit", unit = target.unit));
            }
            if self.lacks_group(&target.group) {
                let problem = text!("survey.unknown_group", group = target.group);
                self.note("targets.csv", *line, problem);
            } else if !self.is_asked(target) && self.is_sound("survey.toml") {
                let problem =
                    text!("survey.target_without_part", unit = target.unit, group = target.group);
                self.note("targets.csv", *line, problem);
            }
            self.census(*line, target);
        }
        if !self.is_sound("survey.toml") || !self.is_sound("targets.csv") {
            return;
        }
        for Placed { line, value: group } in &survey.groups {
            if !files.targets.iter().any(|target| target.value.group == group.code) {
                self.in_survey(*line, text!("survey.group_without_target", group = group.code));
            }
        }
    }

    fn is_asked(&self, target: &Target) -> bool {
        let parts = self.survey.parts.iter().map(|part| &part.value);
        parts.filter(|part| part.group == target.group).any(|part| part.is_for(&target.unit))
    }

    /// Where a population is small enough to be asked as a whole, the target is all of it.
    fn census(&mut self, line: usize, target: &Target) {
        let group = self.survey.groups.iter().find(|group| group.value.code == target.group);
        let (Some(group), Some(population)) = (group, target.population) else { return };
        let census_up_to = group.value.census_up_to;
        if population <= census_up_to && target.target < population {
            let problem = text!(
                "survey.target_below_census",
                population = population,
                census_up_to = census_up_to,
            );
            self.note("targets.csv", line, problem);
        }
    }
}
