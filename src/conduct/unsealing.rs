//! Opening the box: once, in random order, and then the key is gone.

use super::{Office, Result, Round, refuse};
use crate::{
    fieldwork::{
        BoxPrivateKey, Decided, Entry, Kept, KeyShare, LabelRules, Outcome, Reason, RoundState,
        Said, Scored, SealedContent, decide, merge,
    },
    questionnaire::Recorded,
    storage::{BoxContents, CellRow, NewLabel, Opened, OpenedResponse},
    survey::{MergeStep, Survey},
    text,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What came out of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// Responses that are scored.
    pub responses: usize,
    /// How many parts ended how, over all cells.
    pub outcomes: BTreeMap<&'static str, i64>,
    /// The labels under which the responses lie.
    pub labels: usize,
}

/// An envelope, opened or only its receipt.
enum Envelope {
    Scored(Box<SealedContent>, [u8; 32]),
    Unread([u8; 32]),
    Damaged,
}

impl Office {
    /// Opens the box of a closed round, and destroys what was in it and its key. If the key is
    /// with keyholders, `shares` of two of them are needed.
    pub async fn open_box(&self, round: &Round, shares: &[KeyShare]) -> Result<Unsealed> {
        match round.row.state {
            RoundState::Closed => {}
            RoundState::Opened => {
                // An earlier opening may have ended before the keys were destroyed.
                self.secrets.destroy_round(round.row.id)?;
                return refuse(text!("conduct.already_opened", round = round.row.code));
            }
            _ => return refuse(text!("conduct.not_closed", round = round.row.code)),
        }
        let key = self.opening_key(round, shares).await?;
        let mut tx = self.store.write().await?;
        if let Some(lease) = tx.last_lease(round.row.id).await?
            && lease >= self.clock.now()
        {
            let minutes = (lease - self.clock.now()) / 60_000 + 1;
            return refuse(text!("conduct.leases_run", round = round.row.code, minutes = minutes));
        }
        let cells = tx.cells(round.row.id).await?;
        let contents = tx.take_box(round.row.id).await?;
        let (round_id, survey) = (round.row.id, round.survey.clone());
        let (opened, unsealed) =
            tokio::task::spawn_blocking(move || unseal(&contents, &cells, &key, round_id, &survey))
                .await
                .expect("opening envelopes does not panic");
        tx.empty_box(round.row.id, &opened).await?;
        self.record(
            &mut tx,
            "box.open",
            &json!({
                "round": round.row.code,
                "responses": unsealed.responses,
                "outcomes": unsealed.outcomes,
                "shares": shares.iter().map(KeyShare::number).collect::<Vec<_>>(),
            }),
        )
        .await?;
        tx.commit().await?;
        self.destroy_keys(round).await?;
        Ok(unsealed)
    }

    /// Destroys keys that an opening which was cut short has left behind.
    pub async fn destroy_leftover_keys(&self) -> Result<()> {
        for row in self.rounds().await? {
            if row.state == RoundState::Opened && self.secrets.destroy_round(row.id)? {
                let mut tx = self.store.write().await?;
                let about = json!({ "round": row.code });
                self.record(&mut tx, "box.key_destroyed", &about).await?;
                tx.commit().await?;
                self.store.sweep().await?;
            }
        }
        Ok(())
    }

    /// Destroys the keys of an opened round, empties the log of the database, and records it.
    async fn destroy_keys(&self, round: &Round) -> Result<()> {
        self.secrets.destroy_round(round.row.id)?;
        let mut tx = self.store.write().await?;
        self.record(&mut tx, "box.key_destroyed", &json!({ "round": round.row.code })).await?;
        tx.commit().await?;
        Ok(self.store.sweep().await?)
    }
}

fn unseal(
    contents: &BoxContents,
    cells: &[CellRow],
    key: &BoxPrivateKey,
    round: Uuid,
    survey: &Survey,
) -> (Opened, Unsealed) {
    let at: HashMap<Uuid, usize> = (0..).zip(cells).map(|(at, cell)| (cell.id, at)).collect();
    let bounds: Vec<_> = cells.iter().map(|cell| (cell.state.policy, cell.state.target)).collect();
    let mut decided = decide(&entries(contents, &at), &bounds);
    let cell_of: HashMap<usize, usize> = decided.scored.iter().copied().collect();
    let envelopes = open_envelopes(contents, &cell_of, key, round);
    let mut scored = Vec::new();
    for (&sealed, &cell) in &cell_of {
        match &envelopes[sealed] {
            Envelope::Scored(content, _) => scored.push((sealed, cell, content)),
            _ => recount(&mut decided, cell, Outcome::Unreadable),
        }
    }
    let known: Vec<Scored> = scored
        .iter()
        .map(|(_, cell, content)| Scored {
            cell: *cell,
            form_version: content.form_version.clone(),
            mode: content.mode.clone(),
        })
        .collect();
    let (labels, label_of) = merge(&known, &label_rules(cells, survey));
    let labels: Vec<NewLabel> = labels
        .into_iter()
        .map(|label| {
            let first = &cells[label.cells[0]];
            NewLabel {
                id: Uuid::new_v4(),
                cells: label.cells.iter().map(|&cell| cells[cell].id).collect(),
                form: first.form.clone(),
                subject: first.subject.clone(),
                form_version: label.form_version,
                mode: label.mode,
                n: i64::try_from(label.n).unwrap_or(i64::MAX),
            }
        })
        .collect();
    let mut opened = Opened {
        receipts: receipts(contents, &envelopes),
        reasons: reasons(contents, key, round),
        ..Opened::default()
    };
    for ((sealed, cell, content), label) in scored.into_iter().zip(label_of) {
        let Some(label) = label else {
            recount(&mut decided, cell, Outcome::TooFew);
            continue;
        };
        let Envelope::Scored(_, receipt_after) = envelopes[sealed] else { continue };
        let (texts, answers): (BTreeMap<_, _>, BTreeMap<_, _>) =
            content.answers.iter().partition(|(_, answer)| matches!(answer, Recorded::Text(_)));
        opened.texts.extend(texts.into_iter().filter_map(|(question, answer)| match answer {
            Recorded::Text(text) if !text.is_empty() => {
                Some((Uuid::new_v4(), question.clone(), text.clone()))
            }
            _ => None,
        }));
        opened.responses.push(OpenedResponse {
            id: Uuid::new_v4(),
            label: labels[label].id,
            answers: serde_json::to_string(&answers).expect("answers are plain data"),
            receipt_after,
        });
    }
    // The order of random ids is no order, and tables that lie in it are written front to back.
    opened.responses.sort_unstable_by_key(|response| response.id);
    opened.texts.sort_unstable_by_key(|(id, ..)| *id);
    let mut totals = BTreeMap::new();
    for ((cell, outcome), n) in decided.outcomes {
        if n != 0 {
            *totals.entry(outcome.as_str()).or_insert(0) += n;
            opened.outcomes.insert((cells[cell].id, outcome.as_str()), n);
        }
    }
    let unsealed =
        Unsealed { responses: opened.responses.len(), outcomes: totals, labels: labels.len() };
    opened.labels = labels;
    (opened, unsealed)
}

/// The parts of the round; an answer is named by its place among the sealed.
fn entries(contents: &BoxContents, at: &HashMap<Uuid, usize>) -> Vec<Entry<usize>> {
    let mut kept: HashMap<Uuid, Vec<Kept<usize>>> = HashMap::new();
    for (id, sealed) in contents.sealed.iter().enumerate() {
        let (withdrawn, misdirected) = (sealed.withdrawn, sealed.misdirected);
        kept.entry(sealed.part).or_default().push(Kept { id, withdrawn, misdirected });
    }
    contents
        .parts
        .iter()
        .filter_map(|part| {
            Some(Entry {
                cell: *at.get(&part.cell)?,
                draw_rank: part.draw_rank,
                gate: part.gate,
                started: part.started,
                said: part.said,
                submits: part.submits,
                kept: kept.remove(&part.id).unwrap_or_default(),
            })
        })
        .collect()
}

/// Opens what is scored, and of the rest only the receipts. On as many cores as there are.
fn open_envelopes(
    contents: &BoxContents,
    scored: &HashMap<usize, usize>,
    key: &BoxPrivateKey,
    round: Uuid,
) -> Vec<Envelope> {
    let open = |at: usize| {
        let sealed = &contents.sealed[at];
        if scored.contains_key(&at) {
            match key.open(&sealed.body, round, sealed.part) {
                Ok((receipt, content)) => Envelope::Scored(Box::new(content), receipt),
                Err(_) => Envelope::Damaged,
            }
        } else {
            key.open_receipt(&sealed.body, round, sealed.part)
                .map_or(Envelope::Damaged, Envelope::Unread)
        }
    };
    let all = contents.sealed.len();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..all)
            .step_by(share)
            .map(|from| {
                scope.spawn(move || (from..all.min(from + share)).map(open).collect::<Vec<_>>())
            })
            .collect();
        handles
            .into_iter()
            .flat_map(|handle| handle.join().expect("opening an envelope does not panic"))
            .collect()
    })
}

/// Every receipt with whether it was withdrawn, in the order of the hashes, which is no order.
fn receipts(contents: &BoxContents, envelopes: &[Envelope]) -> Vec<([u8; 32], bool)> {
    let mut receipts: Vec<([u8; 32], bool)> = envelopes
        .iter()
        .zip(&contents.sealed)
        .filter_map(|(envelope, sealed)| match envelope {
            Envelope::Scored(_, receipt) | Envelope::Unread(receipt) => {
                Some((*receipt, sealed.withdrawn))
            }
            Envelope::Damaged => None,
        })
        .collect();
    receipts.sort_unstable();
    receipts.dedup_by_key(|(receipt, _)| *receipt);
    receipts
}

/// How many said what, and why. A slip that was damaged or brought in from elsewhere is none.
fn reasons(
    contents: &BoxContents,
    key: &BoxPrivateKey,
    round: Uuid,
) -> BTreeMap<(Said, Reason), i64> {
    let mut reasons = BTreeMap::new();
    for (id, slip) in &contents.slips {
        if let Ok(said) = key.open_slip(slip, round, *id) {
            *reasons.entry(said).or_insert(0) += 1;
        }
    }
    reasons
}

/// An answer that was to be scored ends otherwise.
fn recount(decided: &mut Decided<usize>, cell: usize, instead: Outcome) {
    *decided.outcomes.entry((cell, Outcome::Answered)).or_insert(0) -= 1;
    *decided.outcomes.entry((cell, instead)).or_insert(0) += 1;
}

/// The merging that the survey declared, as classes of cells: nearest first.
fn label_rules(cells: &[CellRow], survey: &Survey) -> LabelRules {
    let family = |group: &str| {
        let mut families = survey.merging.groups.iter();
        let family = families.position(|family| family.iter().any(|known| known == group));
        family.map_or_else(|| group.to_owned(), |at| format!("#{at}"))
    };
    let apart = cells.iter().map(|cell| format!("{}\n{}", cell.subject, cell.form)).collect();
    let classes = cells
        .iter()
        .map(|cell| {
            let mut classes = Vec::new();
            let mut group = cell.group.clone();
            for step in &survey.merging.steps {
                match step {
                    MergeStep::Mode => {}
                    MergeStep::Group => {
                        group = family(&cell.group);
                        classes.push(format!("{}\n{group}", cell.unit));
                    }
                    MergeStep::Unit => {
                        let above = ancestors(&cell.unit, survey);
                        classes.extend(above.into_iter().map(|unit| format!("{unit}\n{group}\n^")));
                    }
                }
            }
            classes
        })
        .collect();
    LabelRules { apart, classes, least: usize::try_from(survey.merging.least.max(5)).unwrap_or(5) }
}

/// The units above `unit`, nearest first, and last the whole organisation.
fn ancestors(unit: &str, survey: &Survey) -> Vec<String> {
    let mut above = Vec::new();
    let mut at = unit;
    while let Some(parent) = survey.unit(at).and_then(|unit| unit.parent.as_deref()) {
        above.push(parent.to_owned());
        at = parent;
    }
    above.push(String::new());
    // Every path is as long as the tree is deep, so that a level means the same for all.
    while above.len() < survey.units.len().min(8) {
        above.insert(0, above[0].clone());
    }
    above
}
