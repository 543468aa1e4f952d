//! What respondents see. Values go in, pages come out; nothing here reads or decides.

mod again;
mod check;
mod decline;
mod entry;
mod genuine;
mod landing;
mod notice;
mod question;
mod receipt;
mod resume;
mod thanks;

pub use again::again;
pub use check::check;
pub use entry::entry;
pub use genuine::{Running, genuine};
pub use landing::{Landing, PartLine, PartProgress, landing};
pub use notice::{Notice, notice};
pub use question::{Asked, FROM_CHECK, GO_BACK, GO_ELSEWHERE, question};
pub use receipt::{ReceiptPage, receipt};
pub use resume::{elsewhere, resume};
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
    /// What the head line says: the form being answered, or the survey.
    pub line: &'a str,
    /// Made-up people and answers.
    pub synthetic: bool,
}

impl<'a> Around<'a> {
    /// The surroundings of pages about `survey`.
    pub fn new(language: Language, survey: &'a Survey, synthetic: bool) -> Self {
        let title = survey.title.get(language.code());
        Self { language, survey: title, line: title, synthetic }
    }

    /// The surroundings of pages of one form.
    pub fn form(self, title: &'a str) -> Self {
        Self { line: title, ..self }
    }

    fn say(&self, key: &'static str) -> &'static str {
        self.language.say(key)
    }

    /// The page called `title` at `path`.
    fn page(&self, title: &'a str, path: &'a str) -> Page<'a> {
        Page::new(self.language, title)
            .under(self.line)
            .synthetic(self.synthetic)
            .switch(Switch::Link(path))
    }
}

#[cfg(test)]
mod tests;
