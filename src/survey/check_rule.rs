//! Holds the scoring rules against the criteria, the forms and the groups.

use super::{check::Check, check_form::note_question, model::asks};
use crate::{
    criteria::{Combination, CriterionRule, Rule, line_of_key},
    messages::Text,
    text,
};
use std::collections::BTreeSet;

/// The rule and its alternatives score exactly the surveyed criteria, with known scales and groups.
pub(super) fn check_rules(check: &mut Check<'_>) {
    let files = check.files;
    let mut ids = BTreeSet::new();
    if let Some(rule) = &files.rule {
        ids.insert(&rule.id);
        CheckRule { check, file: "rule.toml", rule }.all();
    }
    for (file, rule) in &files.alternatives {
        if !ids.insert(&rule.id) {
            check.note(file, 1, text!("survey.rule_twice", rule = rule.id));
        }
        if *file != format!("rules/{}.toml", rule.id) {
            check.note(file, 1, text!("survey.rule_name", rule = rule.id));
        }
        CheckRule { check, file, rule }.all();
    }
}

struct CheckRule<'r, 'c> {
    check: &'r mut Check<'c>,
    file: &'r str,
    rule: &'r Rule,
}

impl CheckRule<'_, '_> {
    fn all(&mut self) {
        self.covers_the_surveyed_criteria();
        self.coefficients_are_of_known_scales();
        for criterion in &self.rule.criteria {
            self.is_asked(criterion);
            self.scales_fit(criterion);
            self.groups_fit(criterion);
            self.small_numbers_give_no_score(criterion);
        }
    }

    fn note(&mut self, path: &[&str], problem: Text) {
        let line = line_of_key(self.check.bundle.text(self.file).unwrap_or_default(), path);
        self.check.note(self.file, line, problem);
    }

    fn note_criterion(&mut self, criterion: &CriterionRule, problem: Text) {
        self.note(&["criteria", &criterion.criterion], problem);
    }

    fn covers_the_surveyed_criteria(&mut self) {
        let Some(framework) = &self.check.files.framework else { return };
        let surveyed: BTreeSet<&str> = framework.surveyed().map(|known| known.label()).collect();
        for criterion in &self.rule.criteria {
            let name = criterion.criterion.as_str();
            if surveyed.contains(name) {
                continue;
            }
            let problem = match framework.find(name) {
                None => text!("survey.unknown_criterion", criterion = name),
                Some(found) if surveyed.contains(found.label()) => {
                    text!("survey.criterion_by_code", criterion = name, code = found.label())
                }
                Some(_) => text!("survey.criterion_not_surveyed", criterion = name),
            };
            self.note_criterion(criterion, problem);
        }
        for name in surveyed {
            if self.rule.criterion(name).is_none() {
                self.note(&["criteria"], text!("survey.criterion_without_rule", criterion = name));
            }
        }
    }

    fn coefficients_are_of_known_scales(&mut self) {
        let files = self.check.files;
        for (scale, coefficients) in &self.rule.coefficients {
            let mut lists = files.forms.values().flat_map(|form| &form.lists);
            let path = ["coefficients", scale.as_str()];
            let Some(list) = lists.find(|list| list.scale && list.id == *scale) else {
                self.note(&path, text!("survey.unknown_scale", scale = scale));
                continue;
            };
            for code in coefficients.keys() {
                if list.option(*code).is_none() {
                    self.note(&path, text!("survey.share_of_unknown_code", code = code));
                }
            }
        }
    }

    /// Some form must ask, else there is never anything to score.
    fn is_asked(&mut self, criterion: &CriterionRule) {
        let files = self.check.files;
        let asked = files.forms.values().any(|form| asks(form, &criterion.criterion));
        if !asked && self.check.is_sound("forms/") {
            let problem = text!("survey.criterion_not_asked", criterion = criterion.criterion);
            self.note_criterion(criterion, problem);
        }
    }

    fn scales_fit(&mut self, criterion: &CriterionRule) {
        let files = self.check.files;
        for (name, form) in &files.forms {
            for question in form.questions_for(&criterion.criterion) {
                let Some(scale) = form.list_of(question).filter(|list| list.scale) else {
                    continue;
                };
                if let Err(error) = self.rule.scoring(criterion, scale) {
                    let file = format!("forms/{name}.toml");
                    note_question(self.check, &file, form, question, error.text());
                }
            }
        }
    }

    fn groups_fit(&mut self, criterion: &CriterionRule) {
        if !self.check.is_sound("survey.toml") || !self.check.is_sound("forms/") {
            return;
        }
        let asked = groups_asked(self.check, &criterion.criterion);
        if let Combination::Weights(weights) = &criterion.groups {
            for group in weights.keys().filter(|group| !asked.contains(group.as_str())) {
                self.note_criterion(criterion, text!("survey.weight_of_unasked", group = group));
            }
            for group in asked.iter().filter(|group| !weights.contains_key(**group)) {
                self.note_criterion(criterion, text!("survey.weight_missing", group = group));
            }
        }
        if criterion.groups == Combination::Population {
            return;
        }
        // Groups that may be put together at opening cannot be weighed apart afterwards.
        let merging = self.check.survey.merging.iter();
        let mut sets = merging.flat_map(|merging| &merging.value.groups);
        let apart = |set: &&Vec<String>| {
            set.iter().filter(|group| asked.contains(group.as_str())).count() > 1
        };
        if let Some(set) = sets.find(apart) {
            let groups = set.join(", ");
            let problem = text!("survey.merged_groups_weighed", groups = groups);
            self.note_criterion(criterion, problem);
        }
    }

    fn small_numbers_give_no_score(&mut self, criterion: &CriterionRule) {
        let Some(merging) = &self.check.survey.merging else { return };
        let least = merging.value.least;
        if criterion.minimum_n < least {
            let problem = text!("survey.minimum_n_below_least", least = least);
            self.note_criterion(criterion, problem);
        }
    }
}

/// The groups that answer a form with a question for the criterion.
fn groups_asked<'c>(check: &Check<'c>, criterion: &str) -> BTreeSet<&'c str> {
    let asks = |form: &str| check.files.forms.get(form).is_some_and(|form| asks(form, criterion));
    let parts = check.survey.parts.iter().map(|part| &part.value);
    parts.filter(|part| asks(&part.form)).map(|part| part.group.as_str()).collect()
}
