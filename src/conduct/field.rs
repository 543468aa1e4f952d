//! Fieldwork: opening a round, calling the reserve, closing.

use super::{
    ConductError, Office, Result, Round,
    drawing::{answers_about, count, latest_draw, targets},
    keyholders::ready_to_open,
    refuse,
};
use crate::{
    clock::Millis,
    fieldwork::RoundState,
    sampling::{DrawRecord, FrozenFrame, Held, Progress, Stratum, WaveRule, draw, next_wave},
    storage::{Measured, StratumRow, Timed, Tx},
    text,
};
use jiff::civil::Date;
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// The name of the fact that tells on which day the daily counts were refreshed.
const COUNTED_ON: &str = "daily_counts";

/// What went out of the reserve of one stratum, or why nothing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The unit.
    pub unit: String,
    /// The respondent group.
    pub group: String,
    /// How many more were invited.
    pub people: u64,
    /// Why nobody was.
    pub held: Option<Held>,
}

impl Office {
    /// Opens a round for answers: makes its box and the invitations that are missing.
    pub async fn open_round(&self, round: &Round) -> Result<usize> {
        if round.row.state != RoundState::Setup {
            return refuse(text!("conduct.not_in_setup", round = round.row.code));
        }
        let records = self.store.read().await?.records(round.row.id).await?;
        if latest_draw(&records).is_none() {
            return refuse(text!("conduct.not_drawn", round = round.row.code));
        }
        ready_to_open(&mut self.store.read().await?, round).await?;
        let invited = self.make_invitations(round).await?;
        let day = self.clock.today().to_string();
        let mut tx = self.store.write().await?;
        let box_key = match ready_to_open(&mut tx, round).await? {
            Some(keyholders) => keyholders.public(),
            None => self.secrets.create_box(round.row.id)?.public(),
        };
        self.secrets.create_receipts(round.row.id)?;
        if !tx.open_round(round.row.id, &box_key.to_bytes(), &day).await? {
            return refuse(text!("conduct.not_in_setup", round = round.row.code));
        }
        self.record(&mut tx, "round.open", &json!({ "round": round.row.code })).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// Closes a round: nobody may start any more, and those who have begun have until the last
    /// lease ends.
    pub async fn close_round(&self, round: &Round) -> Result<Millis> {
        let last_extension = self.clock.now() + round.row.lease;
        let mut tx = self.store.write().await?;
        if !tx.close_round(round.row.id, last_extension).await? {
            return refuse(text!("conduct.not_open", round = round.row.code));
        }
        self.record(&mut tx, "round.close", &json!({ "round": round.row.code })).await?;
        tx.commit().await?;
        Ok(last_extension)
    }

    /// Calls the next people of the reserve, in drawn order, if the published rule says that
    /// today is a day for it, where it says that they are needed.
    pub async fn release_reserve(&self, round: &Round, rule: &WaveRule) -> Result<Vec<Released>> {
        if round.row.state != RoundState::Open {
            return refuse(text!("conduct.not_open", round = round.row.code));
        }
        let (day, days_left) = self.day_of(round)?;
        let mut tx = self.store.write().await?;
        let records = tx.records(round.row.id).await?;
        let already = records.iter().filter(|record| record.kind == "release").any(|record| {
            serde_json::from_str(&record.document)
                .is_ok_and(|document: serde_json::Value| document["day"] == day)
        });
        if already {
            return refuse(text!("conduct.already_released", round = round.row.code));
        }
        let wave = count(records.iter().filter(|record| record.kind == "release").count()) + 1;
        let strata = tx.strata(round.row.id).await?;
        let progress = progress(&mut tx, round.row.id, &strata).await?;
        let due: Vec<(&StratumRow, Released)> = strata
            .iter()
            .map(|row| {
                let release = next_wave(rule, day, days_left, &progress[&row.id]);
                let (unit, group) = (row.unit.clone(), row.grp.clone());
                (row, Released { unit, group, people: release.ranks, held: release.held })
            })
            .collect();
        if due.iter().any(|(_, released)| released.people > 0) {
            self.release(&mut tx, round, &records, &due, wave).await?;
            let document = json!({
                "wave": wave,
                "day": day,
                "rule": rule,
                "released": due
                    .iter()
                    .filter(|(_, released)| released.people > 0)
                    .map(|(_, released)| json!({
                        "unit": released.unit, "group": released.group, "people": released.people
                    }))
                    .collect::<Vec<_>>(),
            });
            tx.add_record(round.row.id, "release", &document.to_string()).await?;
            self.record(
                &mut tx,
                "reserve.release",
                &json!({ "round": round.row.code, "wave": wave }),
            )
            .await?;
            tx.commit().await?;
            self.make_invitations(round).await?;
        }
        Ok(due.into_iter().map(|(_, released)| released).collect())
    }

    /// Refreshes, once a day, the counts that may not be seen live. Returns whether it was due.
    pub async fn refresh_daily_counts(&self) -> Result<bool> {
        let today = self.clock.today().to_string();
        if self.daily_counts_of().await?.as_deref() == Some(&today) {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        tx.refresh_daily_counts().await?;
        tx.note_fact(COUNTED_ON, &today).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps how long answering took, of the forms of which enough was measured to hide everybody.
    pub async fn keep_pace(&self, measured: &Measured) -> Result<()> {
        let taken = measured.take();
        if taken.is_empty() {
            return Ok(());
        }
        let kept: Result<()> = async {
            let mut tx = self.store.write().await?;
            for (timed, pace) in &taken {
                tx.keep_pace(timed, pace).await?;
            }
            Ok(tx.commit().await?)
        }
        .await;
        kept.inspect_err(|_| measured.put_back(&taken))
    }

    /// How long answering each form of a round takes, where enough was measured: the minutes
    /// within which half finish, and of how many.
    pub async fn paces(&self, round: &Round) -> Result<Vec<(String, u32, u64)>> {
        let mut tx = self.store.read().await?;
        let mut told = Vec::new();
        for form in round.survey.forms.values() {
            let timed = Timed {
                form: form.id.clone(),
                version: form.version.clone(),
                synthetic: round.row.synthetic,
            };
            let pace = tx.pace(&timed).await?;
            told.extend(pace.median().map(|minutes| (form.id.clone(), minutes, pace.n())));
        }
        Ok(told)
    }

    /// The day on which these counts were last refreshed, as an ISO date.
    pub async fn daily_counts_of(&self) -> Result<Option<String>> {
        Ok(self.store.read().await?.fact(COUNTED_ON).await?)
    }

    /// The day of the round, 0 for the first, and how many are left.
    fn day_of(&self, round: &Round) -> Result<(u32, u32)> {
        let today = self.clock.today();
        let date = |day: &Option<String>| day.as_ref().and_then(|day| day.parse::<Date>().ok());
        let (Some(opened), Some(closes)) = (date(&round.row.opened_on), date(&round.row.closes_on))
        else {
            return refuse(text!("conduct.no_last_day", round = round.row.code));
        };
        let days = |from: Date, to: Date| {
            from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
        };
        Ok((days(opened, today), days(today, closes)))
    }

    async fn release(
        &self,
        tx: &mut Tx,
        round: &Round,
        records: &[crate::storage::RecordRow],
        due: &[(&StratumRow, Released)],
        wave: i64,
    ) -> Result<()> {
        let unreadable =
            || ConductError::Refused(text!("conduct.not_drawn", round = round.row.code));
        let record = latest_draw(records).ok_or_else(unreadable)?;
        let record = DrawRecord::from_json(&record.document)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let frame = tx.frozen_frame(round.row.id).await?.ok_or_else(unreadable)?;
        let frame = FrozenFrame::from_text(&frame)
            .map_err(|problem| ConductError::Refused(problem.text()))?;
        let strata: Vec<StratumRow> = due.iter().map(|(row, _)| (*row).clone()).collect();
        let drawn =
            draw(&frame, &round.row.code, &record.public_value, &targets(round, &strata, &frame))
                .map_err(|problem| ConductError::Refused(problem.text()))?;
        let cells = tx.cells(round.row.id).await?;
        for (row, released) in due.iter().filter(|(_, released)| released.people > 0) {
            let name = Stratum::new(&row.unit, &row.grp);
            let Some(stratum) = drawn.strata.iter().find(|one| one.stratum == name) else {
                continue;
            };
            let from = usize::try_from(row.released).unwrap_or(usize::MAX);
            let more = usize::try_from(released.people).unwrap_or(0);
            let next: Vec<_> = stratum.order.iter().skip(from).take(more).collect();
            let people: Vec<(Uuid, &str, i64, i64)> = (row.released + 1..)
                .zip(&next)
                .map(|(rank, person)| (row.id, person.id, rank, wave))
                .collect();
            tx.release_people(&people).await?;
            let population = Some(count(stratum.population()));
            tx.set_stratum_counts(row.id, population, row.released + count(next.len())).await?;
            for cell in cells.iter().filter(|cell| cell.stratum == row.id) {
                let asked = next
                    .iter()
                    .filter(|person| answers_about(&person.subjects.join("\u{1f}"), &cell.subject));
                tx.add_released(cell.id, count(asked.count())).await?;
            }
        }
        Ok(())
    }
}

/// How each stratum stands. Where its people answer several parts, the one furthest behind counts.
async fn progress(
    tx: &mut Tx,
    round: Uuid,
    strata: &[StratumRow],
) -> Result<HashMap<Uuid, Progress>> {
    let cells = tx.cells(round).await?;
    let declined: HashMap<Uuid, i64> = tx.declined(round).await?.into_iter().collect();
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(strata
        .iter()
        .map(|row| {
            let completed = cells
                .iter()
                .filter(|cell| cell.stratum == row.id)
                .map(|cell| cell.state.completed)
                .min();
            let progress = Progress {
                population: whole(row.population.unwrap_or(0)),
                target: whole(row.target),
                released: whole(row.released),
                completed: whole(completed.unwrap_or(0)),
                closed: whole(declined.get(&row.id).copied().unwrap_or(0)),
            };
            (row.id, progress)
        })
        .collect())
}
