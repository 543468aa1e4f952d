//! A request that cannot be served, in terms of what the person asking should now do.

use super::{
    chance,
    layout::{Html, Page},
};
use crate::{
    messages::{Language, Text},
    storage::StorageError,
    text,
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use maud::html;

/// Why there is no page. The page that says so is made in the language of the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebError {
    /// There is nothing at this address.
    NotFound,
    /// A form of another site was sent to ours.
    CrossSite,
    /// The request makes no sense here.
    Refused(StatusCode),
    /// More was sent than any of our forms holds.
    TooLarge,
    /// Too many unknown codes came from this network.
    TooMany {
        /// In how many seconds it may try again.
        seconds: u32,
    },
    /// The database is away or full: nothing was stored, and trying again may help.
    Unavailable {
        /// Finds the cause in the log.
        reference: String,
    },
    /// Something is wrong on our side.
    Internal {
        /// Finds the cause in the log.
        reference: String,
    },
}

impl WebError {
    /// Something that must not happen did; `cause` goes to the log, and only there.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let reference = chance::reference();
        tracing::error!(reference, cause, "a page could not be made");
        Self::Internal { reference }
    }

    /// Something took too long or did not work out; trying again may help.
    pub fn unavailable(what: &'static str) -> Self {
        let reference = chance::reference();
        tracing::error!(reference, what, "a request could not be served");
        Self::Unavailable { reference }
    }

    /// What to say about a response of ours that came without a page.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::FORBIDDEN => Self::CrossSite,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => {
                let reference = chance::reference();
                tracing::error!(reference, %status, "a page could not be made");
                Self::Internal { reference }
            }
            status => Self::Refused(status),
        }
    }

    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Refused(status) => *status,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The page that says it.
    pub fn page(&self, language: Language) -> Html {
        let (title, advice) = self.words();
        let title = title.say(language);
        let body = html! {
            h1 { (title) }
            p { (advice.say(language)) }
            @if let Self::Unavailable { reference } | Self::Internal { reference } = self {
                p.small { (text!("pages.reference", reference = reference).say(language)) }
            }
            p { a.button.second href="/" { (language.say("pages.to_entry")) } }
        };
        Page::new(language, &title).body(body)
    }

    /// The message `key` and the reference, for a page that keeps what was typed.
    pub fn advice(&self, key: &'static str, language: Language) -> String {
        let advice = language.say(key);
        match self {
            Self::Unavailable { reference } | Self::Internal { reference } => {
                let reference = text!("pages.reference", reference = reference).say(language);
                format!("{advice} {reference}")
            }
            _ => advice.to_owned(),
        }
    }

    /// When to try again, for those errors that pass.
    pub fn headers(&self) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
        let seconds = match self {
            Self::TooMany { seconds } => Some(*seconds),
            Self::Unavailable { .. } => Some(5),
            _ => None,
        };
        AppendHeaders(seconds.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))))
    }

    fn words(&self) -> (Text, Text) {
        match self {
            Self::NotFound => (text!("pages.not_found"), text!("pages.not_found_advice")),
            Self::CrossSite => (text!("pages.cross_site"), text!("pages.cross_site_advice")),
            Self::Refused(_) => (text!("pages.refused"), text!("pages.refused_advice")),
            Self::TooLarge => (text!("pages.too_large"), text!("pages.too_large_advice")),
            Self::TooMany { seconds } => {
                (text!("pages.too_many"), text!("pages.too_many_advice", seconds = seconds))
            }
            Self::Unavailable { .. } => {
                (text!("pages.unavailable"), text!("pages.unavailable_advice"))
            }
            Self::Internal { .. } => (text!("pages.internal"), text!("pages.internal_advice")),
        }
    }
}

/// The page itself is made at the door, where the visitor's language is known.
impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = (self.headers(), self.status()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StorageError> for WebError {
    fn from(error: StorageError) -> Self {
        let reference = chance::reference();
        tracing::error!(
            reference,
            cause = &error as &(dyn std::error::Error + 'static),
            "the database failed a request"
        );
        match error {
            StorageError::Database(_) | StorageError::Stopping => Self::Unavailable { reference },
            _ => Self::Internal { reference },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_on_our_side_shows_its_reference_and_nothing_else() {
        let error = WebError::from(StorageError::Stopping);
        let WebError::Unavailable { reference } = &error else { panic!("not 503") };
        for &language in Language::all() {
            let page = error.page(language).text();
            assert!(page.contains(reference.as_str()));
            assert!(!page.contains("stopping"));
        }
        assert_eq!(error.into_response().headers()[header::RETRY_AFTER], "5");
    }

    #[test]
    fn who_must_wait_is_told_how_long() {
        let error = WebError::TooMany { seconds: 31 };
        assert!(error.page(Language::default()).text().contains("31"));
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "31");
    }
}
