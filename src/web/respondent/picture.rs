//! The picture that messengers show beside a link. It is drawn in `static/preview.html`.

use axum::{
    http::{HeaderName, header},
    response::IntoResponse,
};

static PICTURE: &[u8] = include_bytes!("../../../static/preview.png");

/// Sends the picture, to be kept for a day and shown anywhere.
pub async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, PICTURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_as_large_as_messengers_want_it_and_no_heavier() {
        let size = |at: usize| u32::from_be_bytes(PICTURE[at..at + 4].try_into().unwrap());
        assert_eq!(&PICTURE[1..4], b"PNG");
        assert_eq!((size(16), size(20)), (1200, 630));
        assert!(PICTURE.len() <= 50 << 10, "{} bytes", PICTURE.len());
    }
}
