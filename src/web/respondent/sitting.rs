//! Somebody in the middle of a form: the draft, opened with the key that their browser brought.

use super::{
    guest::Guest,
    landing::{set_cookie, today},
    view::Around,
};
use crate::{
    fieldwork::{Draft, Receipt},
    messages::Language,
    questionnaire::{Answers, Form, Step, Today, first_gap, first_page, is_asked, page_after},
    storage::{Save, Saved, StorageError, StoredDraft},
    web::{
        PublicApp, WebError, chance,
        cookies::{Pass, Ticket},
    },
};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use std::{sync::Arc, time::Duration};

/// A write that takes longer is answered with the page again, so that nothing typed is lost.
const PATIENCE: Duration = Duration::from_secs(8);

/// How far this browser has come with a part, as its cookies and the drafts tell.
pub enum Standing {
    /// Nothing is known of it here.
    New,
    /// It was begun here.
    Begun(Ticket, Arc<StoredDraft>),
    /// It was submitted from here.
    Sent(Receipt),
}

/// A person answering.
pub struct Sitting {
    /// The browser with its code.
    pub guest: Guest,
    /// The draft's key.
    pub ticket: Ticket,
    /// The draft as stored.
    pub stored: Arc<StoredDraft>,
    /// What was answered so far.
    pub draft: Draft,
    /// The day.
    pub today: Today,
}

/// What became of an attempt to save.
pub enum Kept {
    /// It is stored for good.
    Yes,
    /// Somebody else changed the draft meanwhile; the sitting now holds it as it is.
    Again,
    /// The draft is no longer there, or may no longer be changed: go here.
    Elsewhere(Response),
    /// The round is over, and the grace after it.
    Closed,
    /// More was typed than a draft holds.
    TooLong,
    /// Nothing was stored.
    Failed(WebError),
}

impl Standing {
    /// How far the browser of `guest` has come with the part of `pass`.
    pub async fn of(app: &PublicApp, guest: &Guest, pass: Pass) -> Result<Self, WebError> {
        let cookies = &guest.visitor.cookies;
        if let Some(receipt) = app.jar.receipt(cookies, pass) {
            return Ok(Self::Sent(receipt));
        }
        let Some(ticket) = app.jar.ticket(cookies, pass) else { return Ok(Self::New) };
        if let Some(stored) = app.desk.draft(ticket.draft).await? {
            return Ok(Self::Begun(ticket, stored));
        }
        // A submit whose answer never reached the browser leaves its key behind.
        let receipt = ticket.key.receipt();
        let known = app.desk.find_receipt(&receipt, &app.keys.receipt).await?;
        Ok(known.map_or(Self::New, |_| Self::Sent(receipt)))
    }
}

impl Sitting {
    /// The sitting of `guest`, or where they should go instead. Good for saving: a save that
    /// was not made from the latest draft is noticed.
    pub async fn of(app: &PublicApp, guest: Guest) -> Result<Result<Self, Response>, WebError> {
        let standing = Standing::of(app, &guest, guest.pass).await?;
        Self::from(app, guest, standing)
    }

    /// The same with the draft as the database has it, for whatever shows or submits answers:
    /// another process may have saved since this one remembered the draft.
    pub async fn fresh(app: &PublicApp, guest: Guest) -> Result<Result<Self, Response>, WebError> {
        if let Some(ticket) = app.jar.ticket(&guest.visitor.cookies, guest.pass)
            && let Some(stored) = app.desk.fresh_draft(ticket.draft).await?
        {
            return Self::from(app, guest, Standing::Begun(ticket, stored));
        }
        Self::of(app, guest).await
    }

    /// The same for the page after a save: a draft that is remembered as that save left it shows
    /// the browser all that it did, and needs no look at the database.
    pub async fn after_save(
        app: &PublicApp,
        guest: Guest,
    ) -> Result<Result<Self, Response>, WebError> {
        let cookies = &guest.visitor.cookies;
        if let Some(version) = app.jar.saved(cookies, guest.pass)
            && let Some(ticket) = app.jar.ticket(cookies, guest.pass)
            && let Some(stored) = app.desk.remembered(ticket.draft, version)
        {
            return Self::from(app, guest, Standing::Begun(ticket, stored));
        }
        Self::fresh(app, guest).await
    }

    fn from(
        app: &PublicApp,
        guest: Guest,
        standing: Standing,
    ) -> Result<Result<Self, Response>, WebError> {
        let pass = guest.pass;
        let (ticket, stored) = match standing {
            Standing::Begun(ticket, stored) => (ticket, stored),
            Standing::Sent(receipt) => return Ok(Err(sent(app, pass, &receipt))),
            Standing::New => return Ok(Err(Redirect::to("/phieu").into_response())),
        };
        let Ok(draft) = ticket.key.decrypt(&stored.body, stored.id) else {
            return Ok(Err(lost(app, pass)));
        };
        if !stored.round.survey.forms.contains_key(&stored.form) {
            return Err(WebError::internal(&UnknownForm));
        }
        Ok(Ok(Self { guest, ticket, stored, draft, today: today(app) }))
    }

    /// The form being answered.
    pub fn form(&self) -> &Form {
        &self.stored.round.survey.forms[&self.stored.form]
    }

    /// What stands around its pages.
    pub fn around(&self, language: Language) -> Around<'_> {
        let form = self.form().title.get(language.code());
        Around::new(language, &self.stored.round.survey, self.stored.round.synthetic).form(form)
    }

    /// Where this person left off.
    pub fn resume(&self) -> String {
        resume(&self.stored, &self.draft, &self.today)
    }

    /// When the form was begun, unless there was a pause so long that this tells nothing.
    pub fn began(&self, app: &PublicApp) -> Option<i64> {
        self.draft.began.filter(|_| app.clock.now() <= self.stored.lease_until)
    }

    /// Saves `draft`. It is acknowledged only when it can no longer be lost.
    pub async fn keep(&mut self, app: &PublicApp, draft: &Draft) -> Kept {
        let nonce = chance::bytes();
        let Some(body) = self.ticket.key.encrypt(draft, self.stored.id, nonce) else {
            return Kept::TooLong;
        };
        let save = Save { draft: Arc::clone(&self.stored), body };
        match patiently(app.intake.save(save)).await {
            Ok(Saved::Yes) => Kept::Yes,
            Ok(Saved::Stale) => self.reload(app).await.unwrap_or_else(Kept::Failed),
            Ok(Saved::Gone) => self.gone(app).await.map_or_else(Kept::Failed, Kept::Elsewhere),
            Ok(Saved::Closed) => Kept::Closed,
            Err(error) => Kept::Failed(error),
        }
    }

    /// Reads the draft again: another tab or device has saved it.
    async fn reload(&mut self, app: &PublicApp) -> Result<Kept, WebError> {
        let Some(stored) = app.desk.fresh_draft(self.stored.id).await? else {
            return Ok(Kept::Elsewhere(self.gone(app).await?));
        };
        let Ok(draft) = self.ticket.key.decrypt(&stored.body, stored.id) else {
            return Ok(Kept::Elsewhere(lost(app, self.guest.pass)));
        };
        (self.stored, self.draft) = (stored, draft);
        Ok(Kept::Again)
    }

    /// Where to go when the draft has gone: it was submitted, or the box was opened.
    pub async fn gone(&self, app: &PublicApp) -> Result<Response, WebError> {
        let receipt = self.ticket.key.receipt();
        let known = app.desk.find_receipt(&receipt, &app.keys.receipt).await?;
        Ok(match known {
            Some(_) => sent(app, self.guest.pass, &receipt),
            None => lost(app, self.guest.pass),
        })
    }
}

/// Waits for a write to be acknowledged, but not for ever.
pub async fn patiently<T>(
    write: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, WebError> {
    match tokio::time::timeout(PATIENCE, write).await {
        Ok(written) => written.map_err(WebError::from),
        Err(_) => Err(WebError::unavailable("a write was not acknowledged in time")),
    }
}

/// To the thanks, with the receipt in the place of the draft's key.
pub fn sent(app: &PublicApp, pass: Pass, receipt: &Receipt) -> Response {
    let cookies = app.jar.set_receipt(pass, receipt).map(set_cookie);
    (AppendHeaders(cookies), Redirect::to("/phieu/thanks")).into_response()
}

/// To the landing page, without a key that opens nothing.
fn lost(app: &PublicApp, pass: Pass) -> Response {
    let cookie = set_cookie(app.jar.drop_ticket(pass));
    (AppendHeaders([cookie]), Redirect::to("/phieu")).into_response()
}

/// Where a person left off: the first gap that they passed, else the furthest page reached.
pub fn resume(stored: &StoredDraft, draft: &Draft, today: &Today) -> String {
    let Some(form) = stored.round.survey.forms.get(&stored.form) else {
        return "/phieu".to_owned();
    };
    let reached = draft.reached;
    let gap = first_gap(form, &draft.answers, today).filter(|&gap| gap < reached);
    match gap {
        Some(gap) => address(Step::Page(gap)),
        None if is_asked(form, &draft.answers, reached, today) => address(Step::Page(reached)),
        None => address(page_after(form, &draft.answers, reached, today)),
    }
}

/// The first page of `form`: its number and address.
pub fn first(form: &Form, answers: &Answers, today: &Today) -> (usize, String) {
    let step = first_page(form, answers, today);
    (reached(form, step), address(step))
}

/// How far somebody has come who goes to `step`.
pub fn reached(form: &Form, step: Step) -> usize {
    match step {
        Step::Page(page) => page,
        Step::Check => form.pages.len() + 1,
    }
}

/// The address of a step.
pub fn address(step: Step) -> String {
    match step {
        Step::Page(page) => format!("/phieu/q/{page}"),
        Step::Check => "/phieu/check".to_owned(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a draft refers to a form that its round does not have")]
struct UnknownForm;
