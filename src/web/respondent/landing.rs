//! The landing page: who asks, why, what happens with the answers; and the beginning.

use super::{
    check::timed,
    enter::{about, admitted},
    guest::Guest,
    sitting::{Standing, resume},
    view::{self, Around, Landing, Notice, PartLine, PartProgress},
};
use crate::{
    clock,
    fieldwork::{Draft, DraftKey, RoundState},
    questionnaire::{Answers, Today},
    storage::{Begun, Entry, EntryPart, Start},
    web::{
        Fields, PublicApp, WebError, chance,
        cookies::{Pass, Ticket},
    },
};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// Shows what the invitation is about.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let entry = match admitted(&app, &guest).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut cookies = Vec::new();
    let mut progress = Vec::with_capacity(entry.parts.len());
    for (position, part) in entry.parts.iter().enumerate() {
        let pass = guest.part(position);
        progress.push(match Standing::of(&app, &guest, pass).await? {
            Standing::New if part.full => PartProgress::Full,
            Standing::New => PartProgress::New,
            Standing::Begun(..) => PartProgress::Begun,
            Standing::Sent(receipt) => {
                if app.jar.receipt(&guest.visitor.cookies, pass).is_none() {
                    cookies.extend(app.jar.set_receipt(pass, &receipt));
                }
                PartProgress::Sent
            }
        });
    }
    let any = |wanted: &[PartProgress]| progress.iter().any(|was| wanted.contains(was));
    let open = entry.state == RoundState::Open;
    if !open && !any(&[PartProgress::Begun, PartProgress::Sent]) {
        return Ok((StatusCode::GONE, about(&guest, &entry, Notice::Closed)).into_response());
    }
    if !any(&[PartProgress::New, PartProgress::Begun, PartProgress::Sent]) {
        return Ok((StatusCode::CONFLICT, about(&guest, &entry, Notice::Full)).into_response());
    }
    let around = Around::new(guest.language(), &entry.round.survey, entry.round.synthetic);
    let mut content = content(&app, &guest, &entry, &progress, open);
    for (part, line) in entry.parts.iter().zip(&mut content.parts) {
        if let Some(form) = entry.round.survey.forms.get(&part.form) {
            line.minutes = app.desk.minutes(&timed(form, entry.round.synthetic)).await?;
        }
    }
    let page = view::landing(around, &content);
    Ok((AppendHeaders(cookies.into_iter().map(set_cookie)), page).into_response())
}

/// Begins a part, or goes on with it where this browser left off.
pub async fn start(
    State(app): State<PublicApp>,
    guest: Guest,
    fields: Fields,
) -> Result<Response, WebError> {
    let entry = match admitted(&app, &guest).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let position = fields.get("part").and_then(|part| part.parse().ok()).unwrap_or(0);
    let Some(part) = entry.parts.get(position) else {
        return Ok(Redirect::to("/phieu").into_response());
    };
    let pass = guest.part(position);
    let remember = set_cookie(app.jar.set_pass(pass, chance::bytes()));
    let (address, cookie) = match Standing::of(&app, &guest, pass).await? {
        Standing::Begun(ticket, stored) => match ticket.key.decrypt(&stored.body, stored.id) {
            Ok(draft) => (resume(&stored, &draft, &today(&app)), None),
            Err(_) => ("/phieu".to_owned(), Some(app.jar.drop_ticket(pass))),
        },
        Standing::Sent(_) => ("/phieu/thanks".to_owned(), None),
        Standing::New => match begin(&app, &guest, &entry, part, pass).await? {
            Ok((address, cookie)) => (address, Some(cookie)),
            Err(refusal) => return Ok(refusal),
        },
    };
    let cookies = std::iter::once(remember).chain(cookie.map(set_cookie));
    Ok((AppendHeaders(cookies), Redirect::to(&address)).into_response())
}

/// Makes a draft under a key that only this browser will hold.
async fn begin(
    app: &PublicApp,
    guest: &Guest,
    entry: &Entry,
    part: &EntryPart,
    pass: Pass,
) -> Result<Result<(String, HeaderValue), Response>, WebError> {
    let closed =
        || Ok(Err((StatusCode::GONE, about(guest, entry, Notice::Closed)).into_response()));
    if entry.state != RoundState::Open {
        return closed();
    }
    let Some(form) = entry.round.survey.forms.get(&part.form) else {
        return Ok(Err(Redirect::to("/phieu").into_response()));
    };
    let first = super::sitting::first(form, &Answers::default(), &today(app));
    let draft = Draft {
        answers: Answers::default(),
        reached: first.0,
        notice: entry.round.notice.clone(),
        began: Some(app.clock.now()),
    };
    let ticket = Ticket { draft: chance::id(), key: DraftKey::new(chance::bytes()) };
    let body = ticket
        .key
        .encrypt(&draft, ticket.draft, chance::bytes())
        .expect("a draft without answers is short");
    let notice = entry.round.notice.clone();
    let start = Start { part: part.id, draft: ticket.draft, issue: entry.issue, body, notice };
    match app.intake.start(start).await? {
        Begun::Yes => Ok(Ok((first.1, app.jar.set_ticket(pass, &ticket)))),
        Begun::Full => {
            Ok(Err((StatusCode::CONFLICT, about(guest, entry, Notice::Full)).into_response()))
        }
        Begun::Closed => closed(),
        Begun::Unknown => Ok(Err(Redirect::to("/").into_response())),
    }
}

fn content<'a>(
    app: &'a PublicApp,
    guest: &Guest,
    entry: &'a Entry,
    progress: &[PartProgress],
    open: bool,
) -> Landing<'a> {
    let language = guest.language().code();
    let survey = &entry.round.survey;
    let (unit, group) = (survey.unit(&entry.unit), survey.group(&entry.group));
    let parts = entry.parts.iter().zip(progress).map(|(part, &progress)| PartLine {
        form: survey.forms.get(&part.form).map_or("", |form| form.title.get(language)),
        subject: survey.subject(&part.subject).map_or("", |subject| subject.label.get(language)),
        progress,
        minutes: None,
    });
    Landing {
        who: survey.notice.who.get(language),
        why: survey.notice.why.get(language),
        document: survey.document.get(language),
        chosen: group.map_or("", |group| group.chosen.get(language)),
        group: group.map_or(&entry.group, |group| group.label.get(language)),
        unit: unit.map_or(&entry.unit, |unit| unit.name.get(language)),
        minutes: survey.notice.minutes,
        last_day: entry.round.closes_on.map(clock::written),
        keyholders: entry.round.keyholders,
        stored: survey.notice.stored.get(language),
        kept: survey.notice.kept.get(language),
        contact: survey.notice.contact.get(language),
        notice: &entry.round.notice,
        address: app.settings.address.as_deref(),
        parts: parts.collect(),
        open,
    }
}

pub(super) fn set_cookie(value: HeaderValue) -> (HeaderName, HeaderValue) {
    (header::SET_COOKIE, value)
}

pub(super) fn today(app: &PublicApp) -> Today {
    Today(app.clock.today().to_string())
}
