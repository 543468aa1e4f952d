//! The draw: from a frozen frame and a public value to a sample, recorded so that anybody can
//! check it.

use super::{ConductError, Frozen, Office, Result, Round, frame::subjects, refuse};
use crate::{
    fieldwork::{CellState, Policy, RoundState},
    sampling::{
        Draw, DrawRecord, DrawnStratum, FrozenFrame, Listing, Particulars, Stratum, StratumTarget,
        draw, verify,
    },
    storage::{CellRow, RecordRow, StratumRow},
    survey, text,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What a draw did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawSummary {
    /// 1 for the first draw of the round.
    pub number: u32,
    /// The fingerprint of the frame drawn from.
    pub frame_sha256: String,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// The fingerprint of the record.
    pub record_sha256: String,
    /// How many people were drawn from, each counted in one stratum.
    pub population: usize,
    /// How many are in the sample.
    pub sample: usize,
    /// Strata with fewer people than wanted.
    pub short: Vec<(Stratum, usize)>,
}

/// What checking a draw found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Record, frame and seed agree.
    Proved {
        /// The fingerprint of the record.
        record_sha256: String,
        /// How many people are in the sample.
        sample: usize,
    },
    /// They do not; this is the first difference.
    Differs(crate::messages::Text),
}

impl Office {
    /// Draws the sample of a round.
    ///
    /// `public_value` must not have existed when the frame was frozen; `source` says what it is.
    /// A redraw, while the round is being set up, needs a reason.
    pub async fn draw_sample(
        &self,
        round: &Round,
        public_value: &str,
        source: &str,
        redraw_reason: &str,
    ) -> Result<DrawSummary> {
        if round.row.state != RoundState::Setup {
            return refuse(text!("conduct.not_in_setup", round = round.row.code));
        }
        let mut tx = self.store.write().await?;
        let records = tx.records(round.row.id).await?;
        let earlier = records.iter().filter(|record| record.kind == "draw").count();
        if earlier > 0 {
            return refuse(text!("conduct.already_drawn", round = round.row.code));
        }
        let (Some(frozen), Some(text)) =
            (latest_freeze(&records), tx.frozen_frame(round.row.id).await?)
        else {
            return refuse(text!("conduct.not_frozen", round = round.row.code));
        };
        let frame = FrozenFrame::from_text(&text)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        drop(text);
        let strata = tx.strata(round.row.id).await?;
        let targets = targets(round, &strata, &frame);
        let drawn = draw(&frame, &round.row.code, public_value, &targets)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let particulars = Particulars {
            freeze: frozen.number,
            draw: u32::try_from(earlier + 1).unwrap_or(u32::MAX),
            redraw_reason: redraw_reason.to_owned(),
            public_value_source: source.to_owned(),
            rule_sha256: round.survey.rule.sha256.clone(),
            survey_sha256: round.survey.sha256.clone(),
            coverage: frozen.coverage,
        };
        let record = DrawRecord::new(&frame, &drawn, particulars, Listing::Digests);
        let by_name: HashMap<Stratum, &StratumRow> =
            strata.iter().map(|row| (Stratum::new(&row.unit, &row.grp), row)).collect();
        tx.unassign(&unassigned(&frame, &drawn, &by_name)).await?;
        let mut released = Vec::new();
        let mut cells = Vec::new();
        for stratum in &drawn.strata {
            let Some(row) = by_name.get(&stratum.stratum) else { continue };
            let main = (1i64..).zip(stratum.main());
            released.extend(main.map(|(rank, person)| (row.id, person.id, rank, 0i64)));
            let (population, sample) = (count(stratum.population()), count(stratum.sample()));
            tx.set_stratum_counts(row.id, Some(population), sample).await?;
            cells.extend(cells_of(round, row, stratum));
        }
        released.sort_unstable();
        tx.release_people(&released).await?;
        tx.add_cells(round.row.id, &cells).await?;
        tx.add_record(round.row.id, "draw", &record.to_json()).await?;
        let summary = DrawSummary {
            number: u32::try_from(earlier + 1).unwrap_or(u32::MAX),
            frame_sha256: frame.sha256_hex(),
            seed: drawn.seed.hex(),
            record_sha256: record.sha256_hex(),
            population: drawn.strata.iter().map(DrawnStratum::population).sum(),
            sample: released.len(),
            short: drawn
                .strata
                .iter()
                .filter(|stratum| stratum.shortfall() > 0)
                .map(|stratum| (stratum.stratum.clone(), stratum.shortfall()))
                .collect(),
        };
        self.record(
            &mut tx,
            "draw",
            &json!({
                "round": round.row.code,
                "number": summary.number,
                "seed": summary.seed,
                "record_sha256": summary.record_sha256,
            }),
        )
        .await?;
        tx.commit().await?;
        Ok(summary)
    }

    /// The record of a round's draw and its frozen frame, for others to verify.
    pub async fn draw_documents(&self, round: &Round) -> Result<(String, String)> {
        let mut tx = self.store.read().await?;
        let records = tx.records(round.row.id).await?;
        let (Some(record), Some(frame)) =
            (latest_draw(&records), tx.frozen_frame(round.row.id).await?)
        else {
            return refuse(text!("conduct.not_drawn", round = round.row.code));
        };
        Ok((record.document.clone(), frame))
    }

    /// Draws the frozen frame again and compares it with the record, and the record with who
    /// was in fact released.
    pub async fn verify_draw(&self, round: &Round) -> Result<Verdict> {
        let mut tx = self.store.read().await?;
        let records = tx.records(round.row.id).await?;
        let Some(record) = latest_draw(&records) else {
            return refuse(text!("conduct.not_drawn", round = round.row.code));
        };
        let record = DrawRecord::from_json(&record.document)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let Some(frame) = tx.frozen_frame(round.row.id).await? else {
            return refuse(text!("conduct.not_frozen", round = round.row.code));
        };
        let frame = FrozenFrame::from_text(&frame)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        if let Err(difference) = verify(&record, &frame) {
            return Ok(Verdict::Differs(difference.text()));
        }
        let strata = tx.strata(round.row.id).await?;
        let targets = targets(round, &strata, &frame);
        let drawn = draw(&frame, &round.row.code, &record.public_value, &targets)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let people = tx.people(round.row.id).await?;
        let released: HashMap<(Uuid, &str), i64> = people
            .iter()
            .filter_map(|person| Some(((person.stratum_id, &*person.frame_key), person.draw_rank?)))
            .collect();
        let mut found = 0;
        for row in &strata {
            let name = Stratum::new(&row.unit, &row.grp);
            let order = drawn.strata.iter().find(|stratum| stratum.stratum == name);
            let order = order.map_or(&[][..], |stratum| &stratum.order);
            for (rank, person) in
                (1i64..).zip(order).take(usize::try_from(row.released).unwrap_or(0))
            {
                let stored = released.get(&(row.id, person.id)).copied();
                if stored != Some(rank) {
                    return Ok(Verdict::Differs(text!(
                        "conduct.release_differs",
                        unit = row.unit,
                        group = row.grp,
                        rank = rank,
                        id = person.id
                    )));
                }
                found += 1;
            }
        }
        // A frame whose names were erased has nobody left to compare.
        if !people.is_empty() && found != released.len() {
            return Ok(Verdict::Differs(text!("conduct.released_too_many")));
        }
        let sample = drawn.strata.iter().map(DrawnStratum::sample).sum();
        Ok(Verdict::Proved { record_sha256: record.sha256_hex(), sample })
    }
}

pub(super) fn latest_draw(records: &[RecordRow]) -> Option<&RecordRow> {
    records.iter().rev().find(|record| record.kind == "draw")
}

fn latest_freeze(records: &[RecordRow]) -> Option<Frozen> {
    let record = records.iter().rev().find(|record| record.kind == "freeze")?;
    serde_json::from_str(&record.document).ok()
}

/// The sample size of each stratum: its target, or everybody where a census is due.
pub(super) fn targets(
    round: &Round,
    strata: &[StratumRow],
    frame: &FrozenFrame,
) -> Vec<StratumTarget> {
    let counts: HashMap<Stratum, u64> =
        frame.population_counts().into_iter().map(|count| (count.stratum, count.people)).collect();
    strata
        .iter()
        .map(|row| {
            let stratum = Stratum::new(&row.unit, &row.grp);
            let census = round.survey.group(&row.grp).map_or(0, |group| group.census_up_to);
            let people = counts.get(&stratum).copied().unwrap_or(0);
            let wanted = usize::try_from(row.target).unwrap_or(0);
            let everybody = people <= u64::from(census);
            let sample =
                if everybody { wanted.max(usize::try_from(people).unwrap_or(0)) } else { wanted };
            StratumTarget { stratum, sample }
        })
        .collect()
}

/// People in strata that the draw did not assign them to.
fn unassigned(
    frame: &FrozenFrame,
    drawn: &Draw<'_>,
    by_name: &HashMap<Stratum, &StratumRow>,
) -> Vec<(Uuid, String)> {
    let mut several: HashSet<&str> = HashSet::new();
    let mut last = None;
    for member in frame.members() {
        if last == Some(member.id) {
            several.insert(member.id);
        }
        last = Some(member.id);
    }
    if several.is_empty() {
        return Vec::new();
    }
    let mut assigned: HashMap<&str, &Stratum> = HashMap::new();
    for stratum in &drawn.strata {
        for person in stratum.order.iter().filter(|person| several.contains(person.id)) {
            assigned.insert(person.id, &stratum.stratum);
        }
    }
    frame
        .members()
        .filter(|member| {
            several.contains(member.id) && assigned.get(member.id) != Some(&member.stratum)
        })
        .filter_map(|member| Some((by_name.get(member.stratum)?.id, member.id.to_owned())))
        .collect()
}

/// The cells of a drawn stratum: one for each part that any of its people answers.
fn cells_of(round: &Round, row: &StratumRow, drawn: &DrawnStratum<'_>) -> Vec<CellRow> {
    let parts = round.survey.parts_of(&row.unit, &row.grp);
    parts
        .enumerate()
        .map(|(position, part)| {
            let judges =
                |subjects: &[String]| subjects.is_empty() || subjects.contains(&part.subject);
            let population = drawn.order.iter().filter(|person| judges(person.subjects)).count();
            let main = drawn.main().iter().filter(|person| judges(person.subjects)).count();
            CellRow {
                id: Uuid::new_v4(),
                stratum: row.id,
                unit: row.unit.clone(),
                group: row.grp.clone(),
                form: part.form.clone(),
                subject: part.subject.clone(),
                position: count(position),
                population: Some(count(population)),
                released: count(main),
                state: CellState {
                    policy: policy(part.policy),
                    target: row.target.min(count(main)),
                    held: 0,
                    completed: 0,
                    over_allocation: 0,
                },
            }
        })
        .collect()
}

/// Whether a person who judges `stored` subjects answers about `subject`.
pub(super) fn answers_about(stored: &str, subject: &str) -> bool {
    let stored = subjects(stored);
    stored.is_empty() || stored.contains(&subject)
}

fn policy(policy: survey::Policy) -> Policy {
    match policy {
        survey::Policy::Drawn => Policy::Drawn,
        survey::Policy::Hard => Policy::Hard,
    }
}

pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
