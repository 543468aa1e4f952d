//! A form as respondents will see it, tried out: nothing that is typed is kept anywhere.
//!
//! Each page carries all answers so far in a hidden field, and is made from that field alone.
//! There is no table, cookie or log that an answer could reach.

use super::{super::OfficeApp, Looked, Staff, looked, view};
use crate::{
    messages::Language,
    questionnaire::{
        Answers, Form, Item, PageView, Step, Today, accept, finish, first_gap, first_page,
        is_asked, page_after, page_before, review, show as view_page,
    },
    survey::Survey,
    web::{
        Fields, Html, WebError, cookies,
        respondent::view::{Around, Asked, FROM_CHECK, GO_BACK, Trial, check, landing, question},
    },
};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};

// No question can have these names: they mean something else in every form.
/// The field that carries the answers.
const ANSWERS: &str = "form";
/// The field that says which page was filled in: 0 for the introduction.
const PAGE: &str = "page";
/// The field by which a button asks for another page.
const JUMP: &str = "cell";
/// What it asks for to begin anew.
const ANEW: &str = "0";
/// What it asks for to come to the list of answers.
const CHECK: &str = "check";

/// One run through a form.
struct Run<'a> {
    looked: &'a Looked,
    survey: &'a Survey,
    form: &'a Form,
    action: String,
    today: Today,
    language: Language,
    answers: Answers,
    /// A page was opened from the list of answers, and leads back there.
    from_check: bool,
}

/// The introduction, with which every run begins.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path((id, form)): Path<(String, String)>,
) -> Result<Response, WebError> {
    respond(&app, &staff, &id, &form, &Fields::default()).await
}

/// The page that follows on the one that was filled in.
pub async fn submit(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path((id, form)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, WebError> {
    respond(&app, &staff, &id, &form, &fields).await
}

async fn respond(
    app: &OfficeApp,
    staff: &Staff,
    id: &str,
    form: &str,
    fields: &Fields,
) -> Result<Response, WebError> {
    let looked = match looked(app, staff, id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let Ok(survey) = &looked.read else {
        let page = view::no_preview(staff.language, &looked);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let Some(form) = survey.forms.get(form) else { return Err(WebError::NotFound) };
    let carried = fields.get(ANSWERS).unwrap_or("{}");
    let answers =
        serde_json::from_str(carried).map_err(|_| WebError::Refused(StatusCode::BAD_REQUEST))?;
    let run = Run {
        action: view::path(id, &format!("/preview/{}", form.id)),
        today: Today(app.office.clock.today().to_string()),
        language: fields.language().unwrap_or(staff.language),
        from_check: fields.get(FROM_CHECK).is_some(),
        looked: &looked,
        survey,
        form,
        answers,
    };
    let (status, page) = run.turned(fields);
    let cookie = fields.language().map(|language| {
        (header::SET_COOKIE, cookies::set_language(language, app.settings.secure_cookies))
    });
    Ok((status, AppendHeaders(cookie), page).into_response())
}

impl Run<'_> {
    /// Takes the page in that was filled in, and shows what comes next.
    fn turned(mut self, fields: &Fields) -> (StatusCode, Html) {
        let page = fields.get(PAGE).and_then(|page| page.parse::<usize>().ok()).unwrap_or(0);
        let jump = fields.get(JUMP);
        if jump == Some(ANEW) {
            self.answers = Answers::new();
            return (StatusCode::OK, self.introduction());
        }
        let switching = fields.language().is_some();
        let back = fields.get(GO_BACK).is_some();
        let is_page = is_asked(self.form, &self.answers, page, &self.today);
        if is_page {
            let accepted =
                accept(self.form, &self.answers, page, fields.all(), self.language, &self.today);
            self.answers = accepted.answers.clone();
            let held_up = match back || switching || jump.is_some() {
                true => jump.is_none() && accepted.view.items.iter().any(would_be_lost),
                false => !accepted.problems.is_empty(),
            };
            if held_up {
                return (StatusCode::UNPROCESSABLE_ENTITY, self.page(&accepted.view));
            }
        }
        let step = match (jump, page) {
            (Some(CHECK), _) => Step::Check,
            (Some(to), _) => {
                self.from_check = page > self.form.pages.len();
                Step::Page(to.parse().unwrap_or(1))
            }
            (None, 0) if fields.all().is_empty() || switching => {
                return (StatusCode::OK, self.introduction());
            }
            (None, 0) => first_page(self.form, &self.answers, &self.today),
            (None, page) if switching && is_page => Step::Page(page),
            (None, page) if page > self.form.pages.len() => {
                let gap = first_gap(self.form, &self.answers, &self.today);
                if gap.is_none() && !switching {
                    return (StatusCode::OK, self.sent());
                }
                Step::Check
            }
            (None, page) if back => {
                let before = page_before(self.form, &self.answers, page, &self.today);
                Step::Page(before.unwrap_or(page))
            }
            (None, page) => self.next(page),
        };
        (StatusCode::OK, self.shown(step))
    }

    /// The page after `page`; from the list of answers and back to it, but not past pages
    /// that a changed answer opened.
    fn next(&self, page: usize) -> Step {
        let (form, answers, today) = (self.form, &self.answers, &self.today);
        let mut step = page_after(form, answers, page, today);
        while let (true, Step::Page(next)) = (self.from_check, step) {
            let mut questions = form.questions_of(next).iter();
            if questions.all(|question| answers.get(&question.name).is_none()) {
                break;
            }
            step = page_after(form, answers, next, today);
        }
        step
    }

    /// A step; a page that is not asked is passed over, and a gap comes before the end.
    fn shown(&self, step: Step) -> Html {
        let (form, answers, today) = (self.form, &self.answers, &self.today);
        let step = match step {
            Step::Page(page) if !is_asked(form, answers, page, today) => {
                page_after(form, answers, page, today)
            }
            step => step,
        };
        match step {
            Step::Page(page) => {
                let shown = view_page(form, answers, page, self.language, today);
                self.page(&shown)
            }
            Step::Check => match first_gap(form, answers, today) {
                Some(gap) => {
                    let shown = view_page(form, answers, gap, self.language, today);
                    self.page(&shown)
                }
                None => self.check(),
            },
        }
    }

    fn page(&self, shown: &PageView) -> Html {
        let (answers, today) = (&self.answers, &self.today);
        let has_previous = page_before(self.form, answers, shown.number, today).is_some();
        let asked = Asked { has_previous, from_check: self.from_check, failure: None };
        let trial = self.trial(shown.number);
        question(self.around(&trial), shown, asked)
    }

    fn check(&self) -> Html {
        let sections = review(self.form, &self.answers, self.language, &self.today);
        let trial = self.trial(self.form.pages.len() + 1);
        check(self.around(&trial), &sections, None)
    }

    fn introduction(&self) -> Html {
        let trial = self.trial(0);
        let around = Around::new(self.language, self.survey, self.survey.synthetic).tried(&trial);
        let notice = self.survey.notice.version();
        landing(around, &view::introduction(self.survey, self.form, &notice, self.language))
    }

    fn sent(&self) -> Html {
        let recorded = finish(self.form, &self.answers, &self.today);
        let trial = self.trial(0);
        view::sent(self.around(&trial), self.form, &recorded)
    }

    fn around<'r>(&'r self, trial: &'r Trial<'r>) -> Around<'r> {
        let title = self.form.title.get(self.language.code());
        Around::new(self.language, self.survey, self.survey.synthetic).form(title).tried(trial)
    }

    fn trial(&self, page: usize) -> Trial<'_> {
        let carried = serde_json::to_string(&self.answers).unwrap_or_else(|_| "{}".to_owned());
        let pages = (1..=self.form.pages.len())
            .filter(|page| is_asked(self.form, &self.answers, *page, &self.today));
        Trial {
            action: &self.action,
            band: view::band(self.language),
            carried: view::carried([(ANSWERS, &carried), (PAGE, &page.to_string())]),
            jump: JUMP,
            tools: view::tools(
                self.language,
                &self.looked.survey.id,
                JUMP,
                ANEW,
                CHECK,
                page,
                pages,
            ),
        }
    }
}

fn would_be_lost(item: &Item) -> bool {
    let holds_something = !item.typed.trim().is_empty() || item.options.iter().any(|o| o.chosen);
    item.problem.is_some() && holds_something
}
