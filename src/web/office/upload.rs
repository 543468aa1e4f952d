//! Files and fields that a form of the office brings.

use axum::{
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};

/// The largest upload that is taken, all files together.
pub const LARGEST: usize = 10 << 20;
/// The same with what a form puts around files.
pub const LARGEST_REQUEST: usize = LARGEST + (64 << 10);
/// More files than any office keeps its people in.
const MOST_FILES: usize = 50;
/// More fields than any form with files has.
const MOST_FIELDS: usize = 20;
/// The longest field.
const LONGEST: usize = 1_000;

/// What came.
#[derive(Debug, Default)]
pub struct Uploaded {
    /// The files.
    pub files: Vec<File>,
    /// The other fields.
    fields: Vec<(String, String)>,
}

/// A file as it came.
#[derive(Debug)]
pub struct File {
    /// Its name in the browser.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Uploaded {
    /// Reads the whole form.
    pub async fn read(request: Request) -> Result<Self, StatusCode> {
        let mut form =
            Multipart::from_request(request, &()).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        let broken = |problem: MultipartError| problem.status();
        let mut came = Self::default();
        let mut left = LARGEST;
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let Some(name) = field.file_name().map(str::to_owned) else {
                came.add_field(field).await?;
                continue;
            };
            let bytes = content(field, left).await?;
            left -= bytes.len();
            // A form sent without choosing a file carries an empty one without a name.
            if name.is_empty() && bytes.is_empty() {
                continue;
            }
            if came.files.len() == MOST_FILES {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            came.files.push(File { name, bytes });
        }
        Ok(came)
    }

    /// The first field called `name`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    async fn add_field(&mut self, field: Field<'_>) -> Result<(), StatusCode> {
        if self.fields.len() == MOST_FIELDS {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let value = content(field, LONGEST).await?;
        self.fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        Ok(())
    }
}

async fn content(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, StatusCode> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|problem| problem.status())? {
        if bytes.len() + piece.len() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
