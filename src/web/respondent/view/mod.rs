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
use maud::Markup;

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
    /// The form is only tried out.
    pub trial: Option<&'a Trial<'a>>,
}

/// A form that is only tried out: nothing of it is kept, so everything travels in the page.
pub struct Trial<'a> {
    /// Where its pages are sent.
    pub action: &'a str,
    /// Says so, at the head of each page.
    pub band: Markup,
    /// The fields that travel along.
    pub carried: Markup,
    /// The field by which a button asks for another page.
    pub jump: &'a str,
    /// Ways for whoever tries it, at the end of each page.
    pub tools: Markup,
}

impl<'a> Around<'a> {
    /// The surroundings of pages about `survey`.
    pub fn new(language: Language, survey: &'a Survey, synthetic: bool) -> Self {
        let title = survey.title.get(language.code());
        Self { language, survey: title, line: title, synthetic, trial: None }
    }

    /// The surroundings of pages of one form.
    pub fn form(self, title: &'a str) -> Self {
        Self { line: title, ..self }
    }

    /// The same, only tried out.
    pub fn tried(self, trial: &'a Trial<'a>) -> Self {
        Self { trial: Some(trial), ..self }
    }

    /// Where a form of the page at `path` is sent.
    fn action(&self, path: &'a str) -> &'a str {
        self.trial.map_or(path, |trial| trial.action)
    }

    fn say(&self, key: &'static str) -> &'static str {
        self.language.say(key)
    }

    /// The page called `title` at `path`.
    pub fn page(&self, title: &'a str, path: &'a str) -> Page<'a> {
        let page = Page::new(self.language, title)
            .under(self.line)
            .synthetic(self.synthetic)
            .switch(Switch::Link(path));
        self.dressed(page)
    }

    /// Keeps what is typed in the browser, unless the form is only tried out.
    fn keeping(&self, page: Page<'a>) -> Page<'a> {
        if self.trial.is_some() { page } else { page.keeping() }
    }

    fn dressed(&self, page: Page<'a>) -> Page<'a> {
        match self.trial {
            Some(trial) => page.between(trial.band.clone(), trial.tools.clone()),
            None => page,
        }
    }
}

#[cfg(test)]
mod tests;
