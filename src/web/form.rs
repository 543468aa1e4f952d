//! What a form sent, field by field, in order.

use super::{error::WebError, layout::LANGUAGE_FIELD};
use crate::messages::Language;
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, Request},
};
use url::form_urlencoded;

/// The longest form that is read, in bytes.
const LONGEST: usize = 256 << 10;
/// The most fields that a form may have.
const MOST: usize = 2_000;

/// The fields of a form as they were typed.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the fields of `body`, unless there are too many.
    pub fn read(body: &[u8]) -> Result<Self, WebError> {
        let fields: Vec<_> = form_urlencoded::parse(body)
            .take(MOST + 1)
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        if fields.len() > MOST { Err(WebError::TooLarge) } else { Ok(Self(fields)) }
    }

    /// The first field called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The language that the form asks for, if it does.
    pub fn language(&self) -> Option<Language> {
        self.get(LANGUAGE_FIELD).and_then(Language::parse)
    }

    /// Every field, in order.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<S: Sync> FromRequest<S> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebError> {
        let body: Bytes =
            to_bytes(request.into_body(), LONGEST).await.map_err(|_| WebError::TooLarge)?;
        Self::read(&body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_their_letters() {
        let fields = Fields::read("a=1&b=Ph%E1%BA%A1m+%26&a=2".as_bytes()).unwrap();
        assert_eq!(fields.all().len(), 3);
        assert_eq!((fields.get("a"), fields.get("b")), (Some("1"), Some("Phạm &")));
        assert_eq!(fields.get("c"), None);
    }

    #[test]
    fn too_many_fields_are_refused() {
        assert!(Fields::read("a=&".repeat(2_000).as_bytes()).is_ok());
        assert!(Fields::read("a=&".repeat(2_001).as_bytes()).is_err());
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_what_they_resemble() {
        assert!(Fields::read(b"a=%FF\xFE&%00=").is_ok());
    }
}
