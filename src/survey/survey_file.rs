//! Reads `survey.toml`.

use super::model::{
    Channel, Group, MergeStep, Merging, Notice, PartRule, Policy, Reminders, Subject,
};
use crate::{
    criteria::{Found, Placed, Section, parse},
    questionnaire::{Labels, Mistake},
    text,
};
use std::collections::BTreeMap;

/// The fewest answers that may share a label: fewer could be told apart.
const LEAST_TOGETHER: u32 = 5;

/// What could be read of `survey.toml`, with the lines of what is checked against other files.
pub(super) struct SurveyFile {
    pub languages: Vec<String>,
    pub levels: BTreeMap<String, Labels>,
    pub head: Option<Head>,
    pub groups: Vec<Placed<Group>>,
    pub subjects: Vec<Placed<Subject>>,
    pub parts: Vec<Placed<PartRule>>,
    pub merging: Option<Placed<Merging>>,
}

/// What concerns no other file.
pub(super) struct Head {
    pub id: String,
    pub version: String,
    pub title: Labels,
    pub document: Labels,
    pub synthetic: bool,
    pub notes: Vec<Labels>,
    pub notice: Notice,
}

/// Reads the file; without its languages nothing of it can be read.
pub(super) fn read_survey_file(file: &str, text: &str) -> (Option<SurveyFile>, Vec<Mistake>) {
    let found = Found::new(file, text);
    let table = parse(&found);
    let survey = read_root(Section::root(&found, &table));
    drop(table);
    (survey, found.into_mistakes())
}

fn read_root(root: Section<'_>) -> Option<SurveyFile> {
    let languages = read_languages(&root)?;
    let head = read_head(&root, &languages);
    let levels = read_levels(&root, &languages);
    let groups = read_list(&root, "group", |table| read_group(table, &languages));
    let subjects = read_list(&root, "subject", |table| read_subject(table, &languages));
    let parts = read_list(&root, "part", read_part);
    let parts = parts.into_iter().flat_map(one_by_group).collect();
    let merging = root.required_section("merging").and_then(read_merging);
    root.finish();
    Some(SurveyFile { languages, levels, head, groups, subjects, parts, merging })
}

fn read_head(root: &Section<'_>, languages: &[String]) -> Option<Head> {
    let id = root.code("id");
    let version = root.text("version");
    let title = root.labels("title", languages);
    let document = root.labels("document", languages);
    let synthetic = root.flag("synthetic").unwrap_or(false);
    let notes = root.label_list("notes", languages);
    let notice = root.required_section("notice").and_then(|table| read_notice(table, languages));
    Some(Head {
        id: id?,
        version: version?,
        title: title?,
        document: document?,
        synthetic,
        notes,
        notice: notice?,
    })
}

/// Without languages no text can be read, so the rest of the file is not looked at.
fn read_languages(root: &Section<'_>) -> Option<Vec<String>> {
    let languages = root.texts("languages");
    if languages.is_empty() {
        root.note("languages", text!("survey.languages_missing"));
        return None;
    }
    for (index, language) in languages.iter().enumerate() {
        let plain = language.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if language.is_empty() || !plain || languages[..index].contains(language) {
            root.note("languages", text!("survey.bad_language", language = language));
        }
    }
    Some(languages)
}

/// Reads the tables `[[key]]`, of which there must be one.
fn read_list<'f, T>(
    root: &Section<'f>,
    key: &'static str,
    read: impl Fn(&Section<'f>) -> Option<T>,
) -> Vec<Placed<T>> {
    let sections = root.sections(key);
    if sections.is_empty() {
        root.note(key, text!("survey.table_missing", key = key));
    }
    let mut values = Vec::new();
    for section in sections {
        let line = section.line();
        values.extend(read(&section).map(|value| Placed { line, value }));
        section.finish();
    }
    values
}

fn read_notice(table: Section<'_>, languages: &[String]) -> Option<Notice> {
    let labels = |key| table.labels(key, languages);
    let (who, why, stored) = (labels("who"), labels("why"), labels("stored"));
    let (kept, contact) = (labels("kept"), labels("contact"));
    let minutes = table.required_whole("minutes");
    table.finish();
    Some(Notice {
        who: who?,
        why: why?,
        minutes: minutes?,
        stored: stored?,
        kept: kept?,
        contact: contact?,
    })
}

fn read_levels(root: &Section<'_>, languages: &[String]) -> BTreeMap<String, Labels> {
    let mut levels = BTreeMap::new();
    for (level, table) in root.named_sections("levels") {
        if let Some(labels) = table.own_labels(&level, languages) {
            levels.insert(level, labels);
        }
    }
    if levels.is_empty() {
        root.note("levels", text!("survey.table_missing", key = "levels"));
    }
    levels
}

fn read_group(table: &Section<'_>, languages: &[String]) -> Option<Group> {
    let code = table.code("code");
    let label = table.labels("label", languages);
    let chosen = table.labels("chosen", languages);
    let channels = [
        ("letter", Channel::Letter),
        ("email", Channel::Email),
        ("sms", Channel::Sms),
        ("zalo", Channel::Zalo),
        ("paper", Channel::Paper),
        ("desk", Channel::Desk),
    ];
    let channels = table.words("channels", &channels);
    let reminders = [("everyone", Reminders::Everyone), ("unanswered", Reminders::Unanswered)];
    let reminders = table.required_word("reminders", &reminders);
    let census_up_to = table.whole("census_up_to").unwrap_or(0);
    Some(Group {
        code: code?,
        label: label?,
        chosen: chosen?,
        channels,
        reminders: reminders?,
        census_up_to,
    })
}

fn read_subject(table: &Section<'_>, languages: &[String]) -> Option<Subject> {
    let code = table.code("code");
    let label = table.labels("label", languages);
    let unit = table.optional_text("unit");
    Some(Subject { code: code?, label: label?, unit })
}

/// One `[[part]]`, which may be for several groups.
struct PartsFile {
    groups: Vec<String>,
    part: PartRule,
}

fn read_part(table: &Section<'_>) -> Option<PartsFile> {
    let groups = table.texts("groups");
    if groups.is_empty() {
        table.note("groups", text!("survey.key_missing", key = "groups"));
    }
    let form = table.code("form");
    let subject = table.code("subject");
    let policies = [("drawn", Policy::Drawn), ("hard", Policy::Hard)];
    let policy = table.required_word("policy", &policies);
    let units = table.texts("units");
    let part =
        PartRule { group: String::new(), form: form?, subject: subject?, policy: policy?, units };
    Some(PartsFile { groups, part })
}

fn one_by_group(parts: Placed<PartsFile>) -> impl Iterator<Item = Placed<PartRule>> {
    let Placed { line, value: PartsFile { groups, part } } = parts;
    groups.into_iter().map(move |group| Placed { line, value: PartRule { group, ..part.clone() } })
}

fn read_merging(table: Section<'_>) -> Option<Placed<Merging>> {
    let line = table.line();
    let least = table.required_whole("least");
    if least.is_some_and(|least| least < LEAST_TOGETHER) {
        table.note("least", text!("survey.least_too_small", least = LEAST_TOGETHER));
    }
    let words = [("mode", MergeStep::Mode), ("group", MergeStep::Group), ("unit", MergeStep::Unit)];
    let steps = table.words("steps", &words);
    let repeated = |(index, step): (usize, &MergeStep)| steps[..index].contains(step);
    if steps.iter().enumerate().any(repeated) {
        table.note("steps", text!("survey.merge_step_twice"));
    }
    if !steps.contains(&MergeStep::Mode) || !steps.contains(&MergeStep::Unit) {
        table.note("steps", text!("survey.merge_steps_missing"));
    }
    let groups = table.text_lists("groups");
    if steps.contains(&MergeStep::Group) == groups.is_empty() {
        table.note("groups", text!("survey.merge_groups_and_step"));
    }
    table.finish();
    Some(Placed { line, value: Merging { least: least?, steps, groups } })
}
