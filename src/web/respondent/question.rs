//! The pages of the form: each is saved when it is left, in whatever direction.

use super::{
    guest::Guest,
    landing::set_cookie,
    sitting::{Kept, Sitting, address, reached},
    view::{self, Asked, FROM_CHECK, GO_BACK, GO_ELSEWHERE, Notice},
};
use crate::{
    fieldwork::Draft,
    messages::Language,
    questionnaire::{
        Accepted, Item, PageView, Step, accept, is_asked, page_after, page_before,
        show as view_page,
    },
    web::{Fields, Html, PublicApp, WebError, cookies},
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// How often a save is tried that another tab or device keeps overtaking.
const TRIES: usize = 4;

/// What the person asked for by leaving the page.
struct Leaving {
    language: Language,
    switching: bool,
    back: bool,
    /// To where a number is given to go on with another device.
    elsewhere: bool,
    from_check: bool,
}

/// Shows a page with what was answered so far.
pub async fn show(
    State(app): State<PublicApp>,
    guest: Guest,
    Path(page): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let language = guest.language();
    let sitting = match Sitting::after_save(&app, guest).await? {
        Ok(sitting) => sitting,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (form, answers) = (sitting.form(), &sitting.draft.answers);
    let asked = |page: &usize| is_asked(form, answers, *page, &sitting.today);
    let Some(page) = page.parse().ok().filter(asked) else {
        return Ok(Redirect::to(&sitting.resume()).into_response());
    };
    let view = view_page(form, answers, page, language, &sitting.today);
    let from_check = query.is_some_and(|query| query.starts_with(FROM_CHECK));
    Ok(shown(&sitting, language, &view, from_check, None).into_response())
}

/// Takes a page in, saves it and leads on.
pub async fn submit(
    State(app): State<PublicApp>,
    guest: Guest,
    Path(page): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let leaving = Leaving::of(&guest, &fields);
    let number = page.parse::<usize>();
    let mut sitting = match (Sitting::of(&app, guest).await, &number) {
        (Ok(Ok(sitting)), _) => sitting,
        (Ok(Err(elsewhere)), _) => return Ok(elsewhere),
        (Err(error @ WebError::Unavailable { .. }), Ok(page)) => {
            return Ok(not_read(*page, &leaving, &fields, &error));
        }
        (Err(error), _) => return Err(error),
    };
    let Ok(page) = number else {
        return Ok(Redirect::to(&sitting.resume()).into_response());
    };
    for _ in 0..TRIES {
        let (form, answers) = (sitting.form(), &sitting.draft.answers);
        let accepted = accept(form, answers, page, fields.all(), leaving.language, &sitting.today);
        let held_up = leaving.is_held_up(&accepted);
        if held_up && accepted.answers == *answers {
            return Ok(again(&app, &sitting, &leaving, &accepted.view));
        }
        let step = leaving.step(&sitting, &accepted, page);
        let draft = Draft {
            reached: if held_up {
                sitting.draft.reached
            } else {
                sitting.draft.reached.max(reached(form, step))
            },
            answers: accepted.answers,
            notice: sitting.draft.notice.clone(),
            began: sitting.began(&app),
        };
        match sitting.keep(&app, &draft).await {
            Kept::Yes if held_up => return Ok(again(&app, &sitting, &leaving, &accepted.view)),
            Kept::Yes => return Ok(onward(&app, &sitting, &leaving, step)),
            Kept::Again => {}
            Kept::Elsewhere(response) => return Ok(response),
            Kept::Closed => return Ok(closed(&sitting, leaving.language)),
            Kept::TooLong => {
                let advice = leaving.language.say("pages.too_long");
                let page = shown(
                    &sitting,
                    leaving.language,
                    &accepted.view,
                    leaving.from_check,
                    Some(advice),
                );
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
            Kept::Failed(error) => return Ok(not_saved(&sitting, &leaving, &accepted.view, error)),
        }
    }
    Err(WebError::unavailable("a draft was overtaken again and again"))
}

impl Leaving {
    fn of(guest: &Guest, fields: &Fields) -> Self {
        let chosen = fields.language();
        Self {
            language: chosen.unwrap_or(guest.language()),
            switching: chosen.is_some(),
            back: fields.get(GO_BACK).is_some(),
            elsewhere: fields.get(GO_ELSEWHERE).is_some(),
            from_check: fields.get(FROM_CHECK).is_some(),
        }
    }

    /// Whether the page has to be shown again. Who goes back, or only changes the language,
    /// is held up by nothing but what was typed and would be lost.
    fn is_held_up(&self, accepted: &Accepted) -> bool {
        if self.back || self.switching || self.elsewhere {
            accepted.view.items.iter().any(would_be_lost)
        } else {
            !accepted.problems.is_empty()
        }
    }

    /// Where the person goes from `page`.
    fn step(&self, sitting: &Sitting, accepted: &Accepted, page: usize) -> Step {
        let (form, answers, today) = (sitting.form(), &accepted.answers, &sitting.today);
        if self.switching || self.elsewhere {
            return Step::Page(page);
        }
        if self.back {
            return Step::Page(page_before(form, answers, page, today).unwrap_or(page));
        }
        let mut step = page_after(form, answers, page, today);
        // From the list of answers and back to it, but not past pages that a changed answer opened.
        while let (true, Step::Page(next)) = (self.from_check, step) {
            let mut questions = form.questions_of(next).iter();
            if questions.all(|question| answers.get(&question.name).is_none()) {
                break;
            }
            step = page_after(form, answers, next, today);
        }
        step
    }
}

fn would_be_lost(item: &Item) -> bool {
    let holds_something = !item.typed.trim().is_empty() || item.options.iter().any(|o| o.chosen);
    item.problem.is_some() && holds_something
}

fn onward(app: &PublicApp, sitting: &Sitting, leaving: &Leaving, step: Step) -> Response {
    let mut address = if leaving.elsewhere { "/phieu/elsewhere".to_owned() } else { address(step) };
    if leaving.from_check && !leaving.elsewhere && matches!(step, Step::Page(_)) {
        address = format!("{address}?{FROM_CHECK}=1");
    }
    let saved = app.jar.set_saved(sitting.guest.pass, sitting.stored.version + 1);
    let cookies = AppendHeaders([set_cookie(saved)]);
    (cookies, language_cookie(app, leaving), Redirect::to(&address)).into_response()
}

fn again(app: &PublicApp, sitting: &Sitting, leaving: &Leaving, view: &PageView) -> Response {
    let page = shown(sitting, leaving.language, view, leaving.from_check, None);
    (StatusCode::UNPROCESSABLE_ENTITY, language_cookie(app, leaving), page).into_response()
}

/// Nothing was stored: everything typed stands in the page, to be sent once more.
fn not_saved(sitting: &Sitting, leaving: &Leaving, view: &PageView, error: WebError) -> Response {
    let (language, from_check) = (leaving.language, leaving.from_check);
    let advice = error.advice("pages.not_saved_advice", language);
    let page = shown(sitting, language, view, from_check, Some(&advice));
    let status = error.status();
    (error.headers(), (status, page)).into_response()
}

/// Not even the draft could be read: the page keeps what was typed until it can be sent.
fn not_read(page: usize, leaving: &Leaving, fields: &Fields, error: &WebError) -> Response {
    let advice = error.advice("pages.kept_here_advice", leaving.language);
    let page = view::again(leaving.language, &address(Step::Page(page)), fields.all(), &advice);
    (error.headers(), (error.status(), page)).into_response()
}

fn closed(sitting: &Sitting, language: Language) -> Response {
    let contact = sitting.stored.round.survey.notice.contact.get(language.code());
    (StatusCode::GONE, view::notice(sitting.around(language), Notice::Closed, contact))
        .into_response()
}

fn shown(
    sitting: &Sitting,
    language: Language,
    view: &PageView,
    from_check: bool,
    failure: Option<&str>,
) -> Html {
    let (form, answers) = (sitting.form(), &sitting.draft.answers);
    let has_previous = page_before(form, answers, view.number, &sitting.today).is_some();
    view::question(sitting.around(language), view, Asked { has_previous, from_check, failure })
}

fn language_cookie(
    app: &PublicApp,
    leaving: &Leaving,
) -> AppendHeaders<Option<(axum::http::HeaderName, axum::http::HeaderValue)>> {
    let secure = app.settings.secure_cookies;
    let cookie = leaving.switching.then(|| cookies::set_language(leaving.language, secure));
    AppendHeaders(cookie.map(set_cookie))
}
