//! The frame: importing the list of people, and freezing it.

use super::{ConductError, Office, Result, Round, refuse};
use crate::{
    fieldwork::RoundState,
    questionnaire::Labels,
    sampling::{
        Coverage, Entry, FrameReport, FrozenFrame, Known, Lists, Membership, PopulationCount,
        Stratum, Upload, compare_coverage, read_frame,
    },
    storage::{NewPerson, StorageError},
    survey::Survey,
    text,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Stands between several subjects or dossiers of one person.
const BETWEEN: char = '\u{1f}';

/// A frozen frame, as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// 1 for the first freeze of the round.
    pub number: u32,
    /// The fingerprint of the frozen frame.
    pub frame_sha256: String,
    /// People, each counted once.
    pub people: usize,
    /// N of each stratum beside an independent total.
    pub coverage: Vec<Coverage>,
}

impl Office {
    /// Imports the list of people of a round, in place of an earlier one: all of it or nothing.
    pub async fn import_frame(&self, round: &Round, files: &[Upload<'_>]) -> Result<FrameReport> {
        self.refuse_after_draw(round).await?;
        let lists = lists(&round.survey);
        let import =
            read_frame(files, &lists).map_err(|report| ConductError::Frame(Box::new(report)))?;
        let mut tx = self.store.write().await?;
        let strata: HashMap<Stratum, Uuid> = tx
            .strata(round.row.id)
            .await?
            .into_iter()
            .map(|row| (Stratum::new(&row.unit, &row.grp), row.id))
            .collect();
        let mut people = Vec::with_capacity(import.entries.len());
        let mut unknown = BTreeMap::new();
        for entry in &import.entries {
            for member in &entry.memberships {
                match strata.get(&member.stratum) {
                    Some(&stratum) => people.push(new_person(entry, member, stratum)),
                    None => *unknown.entry(&member.stratum).or_insert(0u64) += 1,
                }
            }
        }
        if let Some((stratum, people)) = unknown.first_key_value() {
            return refuse(text!(
                "conduct.no_target",
                unit = stratum.unit,
                group = stratum.group,
                people = people,
                others = unknown.len() - 1
            ));
        }
        people.sort_unstable_by(|a, b| (a.stratum, &a.frame_key).cmp(&(b.stratum, &b.frame_key)));
        tx.remove_frame(round.row.id).await?;
        tx.add_people(&people).await?;
        self.record(
            &mut tx,
            "frame.import",
            &serde_json::json!({
                "round": round.row.code,
                "files": files.iter().map(|file| file.name).collect::<Vec<_>>(),
                "people": import.report.people,
            }),
        )
        .await?;
        tx.commit().await?;
        Ok(import.report)
    }

    /// Freezes the frame: from now on its fingerprint tells any change.
    ///
    /// `reasons` explain strata whose N differs from an independent total by more than 2 %.
    pub async fn freeze_frame(
        &self,
        round: &Round,
        reasons: &[(Stratum, String)],
    ) -> Result<Frozen> {
        self.refuse_after_draw(round).await?;
        let mut tx = self.store.write().await?;
        let strata: HashMap<Uuid, Stratum> = tx
            .strata(round.row.id)
            .await?
            .into_iter()
            .map(|row| (row.id, Stratum::new(&row.unit, &row.grp)))
            .collect();
        let entries = entries(tx.people(round.row.id).await?, &strata)?;
        if entries.is_empty() {
            return refuse(text!("conduct.no_frame", round = round.row.code));
        }
        let frame = FrozenFrame::freeze(&entries)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let coverage =
            compare_coverage(&frame.population_counts(), &independent(&round.survey), reasons);
        if let Some(gap) = coverage.iter().find(|one| !one.is_explained()) {
            return refuse(text!(
                "conduct.coverage_gap",
                unit = gap.stratum.unit,
                group = gap.stratum.group,
                frame = gap.frame,
                independent = gap.independent.map_or_else(|| "?".to_owned(), |n| n.to_string())
            ));
        }
        let earlier = tx.records(round.row.id).await?;
        let freezes = earlier.iter().filter(|record| record.kind == "freeze").count();
        let frozen = Frozen {
            number: u32::try_from(freezes + 1).unwrap_or(u32::MAX),
            frame_sha256: frame.sha256_hex(),
            people: frame.people(),
            coverage,
        };
        tx.keep_frozen_frame(round.row.id, &frame.to_text()).await?;
        let document = serde_json::to_string(&frozen).expect("a freeze is plain data");
        tx.add_record(round.row.id, "freeze", &document).await?;
        self.record(
            &mut tx,
            "frame.freeze",
            &serde_json::json!({
                "round": round.row.code,
                "number": frozen.number,
                "frame_sha256": frozen.frame_sha256,
            }),
        )
        .await?;
        tx.commit().await?;
        Ok(frozen)
    }

    /// A frame stays as it was drawn from.
    async fn refuse_after_draw(&self, round: &Round) -> Result<()> {
        if round.row.state != RoundState::Setup {
            return refuse(text!("conduct.not_in_setup", round = round.row.code));
        }
        let records = self.store.read().await?.records(round.row.id).await?;
        if records.iter().any(|record| record.kind == "draw") {
            return refuse(text!("conduct.already_drawn", round = round.row.code));
        }
        Ok(())
    }
}

/// The names by which a list of people may call units, groups and subjects.
fn lists(survey: &Survey) -> Lists {
    let names = |labels: &Labels| {
        let mut names: Vec<String> =
            survey.languages.iter().map(|language| labels.get(language).to_owned()).collect();
        names.dedup();
        names
    };
    let known = |code: &str, names: Vec<String>| Known { code: code.to_owned(), names };
    Lists {
        units: survey
            .units
            .iter()
            .map(|unit| {
                known(
                    &unit.code,
                    [names(&unit.name), unit.short.iter().cloned().collect()].concat(),
                )
            })
            .collect(),
        groups: survey.groups.iter().map(|group| known(&group.code, names(&group.label))).collect(),
        subjects: survey
            .subjects
            .iter()
            .map(|subject| known(&subject.code, names(&subject.label)))
            .collect(),
    }
}

fn independent(survey: &Survey) -> Vec<PopulationCount> {
    survey
        .targets
        .iter()
        .filter_map(|target| {
            Some(PopulationCount {
                stratum: Stratum::new(&target.unit, &target.group),
                people: u64::from(target.population?),
            })
        })
        .collect()
}

fn new_person(entry: &Entry, member: &Membership, stratum: Uuid) -> NewPerson {
    let joined = |parts: &[String]| parts.join(&BETWEEN.to_string());
    NewPerson {
        stratum,
        frame_key: entry.id.clone(),
        name: entry.name.clone(),
        subject: joined(&member.subjects),
        phone: entry.phone.clone(),
        email: entry.email.clone(),
        dossier: joined(&member.dossiers),
    }
}

/// The subjects that a person of the frame is to judge; none: as the survey says.
pub(super) fn subjects(stored: &str) -> Vec<&str> {
    stored.split(BETWEEN).filter(|subject| !subject.is_empty()).collect()
}

fn entries(
    people: Vec<crate::storage::PersonRow>,
    strata: &HashMap<Uuid, Stratum>,
) -> Result<Vec<Entry>> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for person in people {
        let stratum = strata
            .get(&person.stratum_id)
            .ok_or(StorageError::Corrupt { table: "person", column: "stratum_id" })?;
        let owned = |joined: &str| subjects(joined).into_iter().map(str::to_owned).collect();
        let member = Membership {
            stratum: stratum.clone(),
            subjects: owned(&person.subject),
            dossiers: owned(&person.dossier),
        };
        entries
            .entry(person.frame_key.clone())
            .or_insert_with(|| Entry {
                id: person.frame_key,
                name: person.name,
                phone: person.phone,
                email: person.email,
                memberships: Vec::new(),
            })
            .memberships
            .push(member);
    }
    let mut entries: Vec<Entry> = entries.into_values().collect();
    for entry in &mut entries {
        entry.memberships.sort();
    }
    Ok(entries)
}
