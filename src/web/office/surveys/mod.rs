//! Surveys on their way: brought in from Excel, completed, tried out, compared, published.

mod edit;
mod files;
mod preview;
mod publish;

use super::{
    OfficeApp,
    session::Staff,
    upload::{self, Uploaded},
    view::surveys as view,
};
use crate::{
    conduct::{ConductError, SurveyInHand},
    messages::Text,
    questionnaire::{Form, Mistake, read_form},
    survey::{
        Blank, Bundle, Survey, blanks, clashes, read_survey, survey_id, with_free_versions,
        xlsform::{BroughtIn, NotBroughtIn, bring_in},
    },
    text,
    web::{Fields, WebError},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

/// Pages about surveys.
pub fn router() -> Router<OfficeApp> {
    let uploads = || DefaultBodyLimit::max(upload::LARGEST_REQUEST);
    Router::new()
        .route("/office/surveys", get(list).post(bring).layer(uploads()))
        .route("/office/surveys/{id}", get(show))
        .route("/office/surveys/{id}/upload", post(bring_form).get(back).layer(uploads()))
        .route("/office/surveys/{id}/begin", post(begin).get(back))
        .route("/office/surveys/{id}/raise", post(raise).get(back))
        .route("/office/surveys/{id}/fill", get(edit::blanks).post(edit::fill))
        .route("/office/surveys/{id}/file", get(edit::file).post(edit::save))
        .route("/office/surveys/{id}/download", get(files::download))
        .route("/office/surveys/{id}/changes", get(publish::show))
        .route("/office/surveys/{id}/publish", post(publish::submit).get(back))
        .route("/office/surveys/{id}/discard", get(publish::ask).post(publish::discard))
        .route("/office/surveys/{id}/preview/{form}", get(preview::show).post(preview::submit))
}

/// A survey, and what its files say.
pub struct Looked {
    /// What the office has of it.
    pub survey: SurveyInHand,
    /// The files of the draft, or else of the latest version.
    pub files: Bundle,
    /// The survey they make, if there is no mistake in them.
    pub read: Result<Survey, Vec<Mistake>>,
    /// Its forms by file, each by itself.
    pub forms: Vec<(String, Option<Form>)>,
    /// Places that ask to be filled in.
    pub blanks: Vec<Blank>,
    /// Versions that are published already, with other content.
    pub clashes: Vec<Text>,
}

impl Looked {
    /// The title, or the id of a survey that has none yet.
    pub fn title<'a>(&'a self, language: &str) -> &'a str {
        self.read.as_ref().map_or(&self.survey.id, |survey| survey.title.get(language))
    }

    /// The SHA-256 of the draft, by which a change of it names what it was made from.
    pub fn draft(&self) -> &str {
        self.survey.draft.as_ref().map_or("", |draft| &draft.sha256)
    }
}

/// Looks at the survey called `id`, or makes the page that says there is none.
async fn looked(
    app: &OfficeApp,
    staff: &Staff,
    id: &str,
) -> Result<Result<Looked, Response>, WebError> {
    let survey = match app.office.survey_in_hand(id).await {
        Ok(survey) => survey,
        Err(ConductError::Refused(why)) => {
            let page = view::no_such_survey(staff.language, &why);
            return Ok(Err((StatusCode::NOT_FOUND, page).into_response()));
        }
        Err(error) => return Err(super::failed(error)),
    };
    let files = match &survey.draft {
        Some(draft) => draft.files.clone(),
        None => app.office.published_survey(id, None).await.map_err(super::failed)?.files,
    };
    let kept = app.office.binding_surveys().await.map_err(super::failed)?;
    Ok(Ok(app.long(move || look(survey, files, &kept)).await?))
}

fn look(survey: SurveyInHand, files: Bundle, kept: &[Bundle]) -> Looked {
    let mut read = read_survey(&files);
    if survey_id(&files).is_some_and(|id| id != survey.id) {
        let mistake = Mistake::new("survey.toml", 1, text!("surveys.other_id", id = survey.id));
        match &mut read {
            Err(mistakes) => mistakes.insert(0, mistake),
            Ok(_) => read = Err(vec![mistake]),
        }
    }
    let forms = files.files().filter(|(name, _)| name.starts_with("forms/"));
    let forms = forms.map(|(name, text)| (name.to_owned(), read_form(name, text).ok())).collect();
    let clashes = match survey.draft {
        Some(_) => clashes(&files, kept).iter().map(crate::survey::Clash::text).collect(),
        None => Vec::new(),
    };
    Looked { blanks: blanks(&files), survey, files, read, forms, clashes }
}

/// Lists the surveys.
async fn list(State(app): State<OfficeApp>, staff: Staff) -> Result<Response, WebError> {
    listed(&app, &staff, StatusCode::OK, &view::Said::Nothing).await
}

async fn listed(
    app: &OfficeApp,
    staff: &Staff,
    status: StatusCode,
    said: &view::Said,
) -> Result<Response, WebError> {
    let surveys = app.office.surveys().await.map_err(super::failed)?;
    Ok((status, view::list(staff.language, &surveys, said)).into_response())
}

/// Shows a survey and what is to be done about it.
async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    shown(&app, &staff, &id, StatusCode::OK, &view::Said::Nothing).await
}

async fn shown(
    app: &OfficeApp,
    staff: &Staff,
    id: &str,
    status: StatusCode,
    said: &view::Said,
) -> Result<Response, WebError> {
    Ok(match looked(app, staff, id).await? {
        Ok(looked) => (status, view::survey(staff.language, &looked, said)).into_response(),
        Err(response) => response,
    })
}

/// An address to which only forms are sent leads back to the survey.
async fn back(_: Staff, Path(id): Path<String>) -> Redirect {
    Redirect::to(&view::path(&id, ""))
}

/// A new survey from a workbook.
async fn bring(
    State(app): State<OfficeApp>,
    staff: Staff,
    request: Request,
) -> Result<Response, WebError> {
    let came = match workbook(request).await {
        Ok(came) => came,
        Err((status, why)) => {
            return listed(&app, &staff, status, &view::Said::Refused(why)).await;
        }
    };
    let wanted = came.uploaded.field("survey").map(str::trim).filter(|id| !id.is_empty());
    let wanted = wanted.map(str::to_owned);
    let (name, bytes) = (came.name.clone(), came.bytes);
    let brought =
        app.long(move || bring_in(&bytes, &name, "vi", wanted.as_deref(), None, false)).await?;
    let said = match brought {
        Err(why) => not_brought_in(&came.name, why),
        Ok(BroughtIn { imported, files }) => {
            let bundle = Bundle::new(files).unwrap_or_default();
            let id = survey_id(&bundle).unwrap_or_default();
            match unused(&app, &id, &bundle).await? {
                None => {
                    let imported = Box::new(imported);
                    let said = view::Said::Imported { file: came.name, imported };
                    return shown(&app, &staff, &id, StatusCode::OK, &said).await;
                }
                Some(why) => view::Said::Refused(why),
            }
        }
    };
    listed(&app, &staff, StatusCode::UNPROCESSABLE_ENTITY, &said).await
}

/// Begins a survey of this id, unless there is one.
async fn unused(app: &OfficeApp, id: &str, files: &Bundle) -> Result<Option<Text>, WebError> {
    let known = app.office.surveys().await.map_err(super::failed)?;
    if known.iter().any(|survey| survey.id == id) {
        return Ok(Some(text!("surveys.survey_there", id = id)));
    }
    done(app.office.keep_draft(id, files, None).await)
}

/// A form of a survey from a workbook.
async fn bring_form(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let said = match workbook(request).await {
        Err((status, why)) => {
            return shown(&app, &staff, &id, status, &view::Said::Refused(why)).await;
        }
        Ok(came) => {
            let replace = came.uploaded.field("replace").is_some();
            let (name, bytes, files) = (came.name.clone(), came.bytes, looked.files.clone());
            let brought = app
                .long(move || bring_in(&bytes, &name, "vi", None, Some(&files), replace))
                .await?;
            match brought {
                Err(why) => not_brought_in(&came.name, why),
                Ok(BroughtIn { imported, files }) => match changed(&app, &looked, &files).await? {
                    None => view::Said::Imported { file: came.name, imported: Box::new(imported) },
                    Some(why) => view::Said::Refused(why),
                },
            }
        }
    };
    let status = match said {
        view::Said::Imported { .. } => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    shown(&app, &staff, &id, status, &said).await
}

/// Keeps some files of a draft, which begins with the latest version if there is none.
async fn changed(
    app: &OfficeApp,
    looked: &Looked,
    files: &[(String, String)],
) -> Result<Option<Text>, WebError> {
    let mut bundle = looked.files.clone();
    for (name, text) in files {
        match bundle.with(name, text) {
            Ok(with) => bundle = with,
            Err(problem) => return Ok(Some(problem.text())),
        }
    }
    let was = looked.survey.draft.as_ref().map(|draft| draft.sha256.as_str());
    done(app.office.keep_draft(&looked.survey.id, &bundle, was).await)
}

/// Makes a draft of the latest version.
async fn begin(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let refused = match looked.survey.draft {
        Some(_) => None,
        None => done(app.office.keep_draft(&id, &looked.files, None).await)?,
    };
    acted(&app, &staff, &id, refused).await
}

/// Gives what clashes with published versions a free version.
async fn raise(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let kept = app.office.binding_surveys().await.map_err(super::failed)?;
    let raised = with_free_versions(&looked.files, &kept);
    let was = fields.get("sha256").unwrap_or_default();
    let refused = done(app.office.keep_draft(&id, &raised, Some(was)).await)?;
    acted(&app, &staff, &id, refused).await
}

/// Back to the survey after an act, or why it was refused.
async fn acted(
    app: &OfficeApp,
    staff: &Staff,
    id: &str,
    refused: Option<Text>,
) -> Result<Response, WebError> {
    match refused {
        None => Ok(Redirect::to(&view::path(id, "")).into_response()),
        Some(why) => {
            let said = view::Said::Refused(why);
            shown(app, staff, id, StatusCode::UNPROCESSABLE_ENTITY, &said).await
        }
    }
}

/// Why an act was refused; nothing if it was done.
fn done<T>(act: Result<T, ConductError>) -> Result<Option<Text>, WebError> {
    match act {
        Ok(_) => Ok(None),
        Err(ConductError::Refused(why)) => Ok(Some(why)),
        Err(ConductError::Survey(mistakes)) => {
            let count = mistakes.len();
            Ok(Some(text!("surveys.has_mistakes", count = count)))
        }
        Err(error) => Err(super::failed(error)),
    }
}

/// A workbook that was handed in.
struct Workbook {
    name: String,
    bytes: Vec<u8>,
    uploaded: Uploaded,
}

async fn workbook(request: Request) -> Result<Workbook, (StatusCode, Text)> {
    match Uploaded::read(request).await {
        Ok(mut uploaded) => match uploaded.files.pop() {
            Some(file) if uploaded.files.is_empty() => {
                Ok(Workbook { name: file.name, bytes: file.bytes, uploaded })
            }
            _ => Err((StatusCode::UNPROCESSABLE_ENTITY, text!("surveys.no_workbook"))),
        },
        Err(status) if status == StatusCode::PAYLOAD_TOO_LARGE => {
            Err((status, text!("xlsform.too_large", most = upload::LARGEST >> 20)))
        }
        Err(status) => Err((status, text!("office.upload_broken"))),
    }
}

fn not_brought_in(name: &str, why: NotBroughtIn) -> view::Said {
    use crate::survey::xlsform::NotImported;
    match why {
        NotBroughtIn::Workbook(NotImported::Unreadable(why)) => view::Said::Refused(why.text()),
        NotBroughtIn::Workbook(NotImported::Refused(findings)) => {
            view::Said::Findings { file: name.to_owned(), findings }
        }
        NotBroughtIn::FormThere(file) => {
            view::Said::Refused(text!("surveys.form_there", file = file))
        }
    }
}
