//! Inviting: one access code a person, made so that a letter can be printed again.

use super::{
    Office, Result, Round,
    drawing::{answers_about, count},
    refuse,
};
use crate::{
    fieldwork::AccessCode,
    storage::{NewInvitation, NewPart},
    text,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Invitations made in one go.
const TOGETHER: usize = 20_000;

/// One invited person with the code that is theirs.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The unit that hands it out.
    pub unit: String,
    /// The respondent group.
    pub group: String,
    /// The rank at which the person was drawn.
    pub draw_rank: i64,
    /// 0 for the main sample, 1.. for waves of the reserve.
    pub wave: i64,
    /// The person's id in the frame.
    pub frame_id: String,
    /// Full name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// The code.
    pub code: AccessCode,
}

impl Office {
    /// Makes the invitations that are missing; returns how many were made.
    pub async fn make_invitations(&self, round: &Round) -> Result<usize> {
        let secret = self.secrets.codes()?.clone();
        let lookup = &self.secrets.public.lookup;
        let uninvited = self.store.read().await?.uninvited(round.row.id).await?;
        for people in uninvited.chunks(TOGETHER) {
            let mut tx = self.store.write().await?;
            let cells = tx.cells(round.row.id).await?;
            let mut by_stratum: HashMap<Uuid, Vec<_>> = HashMap::new();
            for cell in &cells {
                by_stratum.entry(cell.stratum).or_default().push(cell);
            }
            let (mut invitations, mut parts) = (Vec::new(), Vec::new());
            for (stratum, key, draw_rank, judged) in people {
                let invitation = self.new_invitation(&secret, lookup, *stratum, key, *draw_rank);
                for cell in by_stratum.get(stratum).into_iter().flatten() {
                    if answers_about(judged, &cell.subject) {
                        let (id, invitation) = (Uuid::new_v4(), invitation.id);
                        parts.push(NewPart { id, invitation, cell: cell.id });
                    }
                }
                invitations.push(invitation);
            }
            self.make_codes_unique(&mut tx, &mut invitations, &secret).await?;
            tx.add_invitations(round.row.id, &invitations).await?;
            tx.add_parts(&parts).await?;
            self.record(
                &mut tx,
                "invite",
                &json!({
                    "round": round.row.code,
                    "invitations": count(invitations.len()),
                }),
            )
            .await?;
            tx.commit().await?;
        }
        Ok(uninvited.len())
    }

    /// Everybody who was invited, with their codes, by unit, group and rank.
    pub async fn invited(&self, round: &Round) -> Result<Vec<Invited>> {
        let secret = self.secrets.codes()?;
        let mut tx = self.store.read().await?;
        let strata: HashMap<Uuid, (String, String)> = tx
            .strata(round.row.id)
            .await?
            .into_iter()
            .map(|row| (row.id, (row.unit, row.grp)))
            .collect();
        let issues: HashMap<Uuid, i64> = tx
            .invitations(round.row.id)
            .await?
            .into_iter()
            .map(|row| (row.id, row.issue))
            .collect();
        let mut invited: Vec<Invited> = tx
            .invited_people(round.row.id)
            .await?
            .into_iter()
            .filter_map(|(invitation, person)| {
                let (unit, group) = strata.get(&person.stratum_id)?.clone();
                Some(Invited {
                    unit,
                    group,
                    draw_rank: person.draw_rank?,
                    wave: person.wave?,
                    frame_id: person.frame_key,
                    name: person.name,
                    phone: person.phone,
                    email: person.email,
                    code: AccessCode::derive(secret, invitation, *issues.get(&invitation)?),
                })
            })
            .collect();
        if invited.is_empty() {
            return refuse(text!("conduct.nobody_invited", round = round.row.code));
        }
        invited.sort_by(|a, b| {
            (&a.unit, &a.group, a.draw_rank).cmp(&(&b.unit, &b.group, b.draw_rank))
        });
        Ok(invited)
    }

    fn new_invitation(
        &self,
        secret: &crate::fieldwork::Key,
        lookup: &crate::fieldwork::Key,
        stratum: Uuid,
        frame_key: &str,
        draw_rank: i64,
    ) -> NewInvitation {
        let id = Uuid::new_v4();
        let code_hash = AccessCode::derive(secret, id, 0).hash(lookup);
        NewInvitation {
            id,
            stratum,
            draw_rank,
            issue: 0,
            code_hash,
            frame_key: frame_key.to_owned(),
        }
    }

    /// Two invitations hardly ever get the same code; if they do, the later takes its next.
    async fn make_codes_unique(
        &self,
        tx: &mut crate::storage::Tx,
        invitations: &mut [NewInvitation],
        secret: &crate::fieldwork::Key,
    ) -> Result<()> {
        let hashes: Vec<[u8; 32]> = invitations.iter().map(|one| one.code_hash).collect();
        let mut taken: HashSet<[u8; 32]> = tx
            .known_codes(&hashes)
            .await?
            .into_iter()
            .filter_map(|hash| hash.try_into().ok())
            .collect();
        for invitation in invitations {
            while !taken.insert(invitation.code_hash) {
                invitation.issue += 1;
                let code = AccessCode::derive(secret, invitation.id, invitation.issue);
                invitation.code_hash = code.hash(&self.secrets.public.lookup);
            }
        }
        Ok(())
    }
}
