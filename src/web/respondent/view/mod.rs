//! What respondents see. Values go in, pages come out; nothing here reads or decides.

mod check;
mod entry;
mod landing;
mod notice;
mod question;
mod receipt;
mod thanks;

pub use check::check;
pub use entry::entry;
pub use landing::{Landing, PartLine, PartProgress, landing};
pub use notice::{Notice, notice};
pub use question::{Asked, FROM_CHECK, GO_BACK, question};
pub use receipt::{ReceiptPage, receipt};
pub use thanks::{Thanks, thanks};

use crate::{
    messages::Language,
    survey::Survey,
    web::layout::{Page, Switch},
};

/// What stands around the content of every page of a round.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The visitor's language.
    pub language: Language,
    /// The survey's name in that language.
    pub survey: &'a str,
    /// Made-up people and answers.
    pub synthetic: bool,
}

impl<'a> Around<'a> {
    /// The surroundings of pages about `survey`.
    pub fn new(language: Language, survey: &'a Survey, synthetic: bool) -> Self {
        Self { language, survey: survey.title.get(language.code()), synthetic }
    }

    fn say(&self, key: &'static str) -> &'static str {
        self.language.say(key)
    }

    /// The page called `title` at `path`.
    fn page(&self, title: &'a str, path: &'a str) -> Page<'a> {
        Page::new(self.language, title)
            .under(self.survey)
            .synthetic(self.synthetic)
            .switch(Switch::Link(path))
    }
}

#[cfg(test)]
mod tests;
