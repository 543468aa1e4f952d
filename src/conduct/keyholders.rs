//! Keyholders: registering a split key, rehearsing with its shares, and using them.

use super::{ConductError, Office, Result, Round, refuse};
use crate::{
    fieldwork::{BoxPrivateKey, HOLDERS, KeyShare, Keyholders, RoundState, ShareError},
    storage::{SplitRow, StorageError, Tx},
    text,
};
use serde_json::json;
use uuid::Uuid;

/// Who holds the key of a round's box, and how far it was tried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custody {
    /// What may be known of the split key.
    pub keyholders: Keyholders,
    /// The shares that were rehearsed, with the last day of each as an ISO date.
    pub rehearsed: Vec<(u8, String)>,
}

impl Custody {
    /// The shares that have not been rehearsed.
    pub fn to_rehearse(&self) -> Vec<u8> {
        let numbers = self.keyholders.shares.iter().map(|share| share.number);
        numbers.filter(|number| self.rehearsed.iter().all(|(done, _)| done != number)).collect()
    }
}

impl From<ShareError> for ConductError {
    fn from(error: ShareError) -> Self {
        Self::Refused(error.text())
    }
}

impl Office {
    /// Who holds the key of the round's box; `None` if it is on the server.
    pub async fn custody(&self, round: Uuid) -> Result<Option<Custody>> {
        custody(&mut self.store.read().await?, round).await
    }

    /// Registers the public file of a key that was split elsewhere. While the round is being
    /// set up any key will do; later only a further split of the same key.
    pub async fn register_keyholders(&self, round: &Round, public: &Keyholders) -> Result<Custody> {
        let code = &round.row.code;
        let mut tx = self.store.write().await?;
        let known = custody(&mut tx, round.row.id).await?;
        match (round.row.state, &known) {
            (RoundState::Opened, _) => return refuse(text!("keys.opened_already", round = code)),
            (RoundState::Setup, _) => {}
            (_, None) => return refuse(text!("keys.not_split", round = code)),
            (_, Some(known)) => later_split(code, &known.keyholders, public)?,
        }
        let row = SplitRow { split: i64::from(public.split), document: public.to_json() };
        tx.keep_box_split(round.row.id, &row).await?;
        let about = json!({
            "round": code,
            "box": public.box_digits(),
            "split": public.split,
            "shares": public.shares,
        });
        self.record(&mut tx, "box.keyholders", &about).await?;
        tx.commit().await?;
        Ok(Custody { keyholders: public.clone(), rehearsed: Vec::new() })
    }

    /// Proves that `shares` open what is sealed under the registered key, and notes it.
    pub async fn rehearse(&self, round: &Round, shares: &[KeyShare]) -> Result<Custody> {
        let code = &round.row.code;
        if round.row.state == RoundState::Opened {
            return refuse(text!("keys.opened_already", round = code));
        }
        let mut tx = self.store.write().await?;
        let Some(known) = custody(&mut tx, round.row.id).await? else {
            return refuse(text!("keys.no_holders_yet", round = code));
        };
        known.keyholders.rehearse(shares, rand::rng())?;
        let day = self.clock.today().to_string();
        let numbers: Vec<u8> = shares.iter().map(KeyShare::number).collect();
        for &number in &numbers {
            tx.note_rehearsal(round.row.id, i64::from(number), &day).await?;
        }
        let about = json!({
            "round": code, "split": known.keyholders.split, "shares": numbers
        });
        self.record(&mut tx, "box.rehearse", &about).await?;
        let known = custody(&mut tx, round.row.id).await?;
        tx.commit().await?;
        known.ok_or_else(|| StorageError::Corrupt { table: "box_split", column: "document" }.into())
    }

    /// The key with which a round's box is opened: the server's, or what two shares give.
    pub(super) async fn opening_key(
        &self,
        round: &Round,
        shares: &[KeyShare],
    ) -> Result<BoxPrivateKey> {
        let code = &round.row.code;
        match self.custody(round.row.id).await? {
            None if shares.is_empty() => Ok(self.secrets.box_key(round.row.id)?),
            None => refuse(text!("keys.needs_no_shares", round = code)),
            Some(_) if shares.is_empty() => refuse(text!("keys.needs_shares", round = code)),
            Some(known) => Ok(known.keyholders.recover(shares)?),
        }
    }
}

/// The keyholders of a round that may open: every share must have been rehearsed.
pub(super) async fn ready_to_open(tx: &mut Tx, round: &Round) -> Result<Option<Keyholders>> {
    let Some(known) = custody(tx, round.row.id).await? else { return Ok(None) };
    let missing: Vec<String> = known.to_rehearse().iter().map(u8::to_string).collect();
    if missing.is_empty() && known.rehearsed.len() == HOLDERS {
        return Ok(Some(known.keyholders));
    }
    let (round, numbers) = (&round.row.code, missing.join(", "));
    refuse(text!("keys.not_rehearsed", round = round, numbers = numbers))
}

fn later_split(round: &str, known: &Keyholders, public: &Keyholders) -> Result<()> {
    if public.public().to_bytes() != known.public().to_bytes() {
        return refuse(text!("keys.other_key", round = round, box = known.box_digits()));
    }
    if public.split <= known.split {
        let (known, split) = (known.split, public.split);
        return refuse(text!("keys.older_public", round = round, known = known, split = split));
    }
    Ok(())
}

async fn custody(tx: &mut Tx, round: Uuid) -> Result<Option<Custody>> {
    let Some(row) = tx.box_split(round).await? else { return Ok(None) };
    let corrupt = || StorageError::Corrupt { table: "box_split", column: "document" };
    let keyholders = Keyholders::from_json(&row.document).map_err(|_| corrupt())?;
    let rehearsed = tx.rehearsals(round).await?.into_iter();
    let rehearsed = rehearsed.filter_map(|(number, day)| Some((u8::try_from(number).ok()?, day)));
    Ok(Some(Custody { keyholders, rehearsed: rehearsed.collect() }))
}
