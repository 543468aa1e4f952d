//! Whether an invitation is genuine, for people who have learnt to distrust links.
//!
//! The page needs no code and no cookie: it tells everybody the same.

use super::{
    guest::Visitor,
    view::{self, Running},
};
use crate::{
    clock,
    web::{Html, PublicApp, WebError},
};
use axum::extract::State;

/// Says which surveys are running, who runs them, and how to make sure of that.
pub async fn show(State(app): State<PublicApp>, visitor: Visitor) -> Result<Html, WebError> {
    let books = app.desk.running().await?;
    let language = visitor.language.code();
    let running = books.iter().map(|book| Running {
        title: book.survey.title.get(language),
        who: book.survey.notice.who.get(language),
        document: book.survey.document.get(language),
        contact: book.survey.notice.contact.get(language),
        last_day: book.closes_on.map(clock::written),
        synthetic: book.synthetic,
    });
    let address = app.settings.address.as_deref();
    Ok(view::genuine(visitor.language, &running.collect::<Vec<_>>(), address))
}
