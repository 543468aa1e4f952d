//! What is asked: forms as data, the way through them, and which answers are valid.
//!
//! A form is a file that a person can write ([`read_form`]; the format is told in
//! `docs/questionnaire-format.md`). From a form, the answers so far and the day, pure
//! functions tell the page to show ([`show`]), take a posted page in ([`accept()`]), say
//! which page comes next ([`page_after`]), put all answers into words ([`review()`]) and
//! make the record that is submitted ([`finish`]). Web pages, keyed paper forms and the
//! demo's respondents all go through these, so there is one meaning of a form.

mod accept;
mod answer;
mod calendar;
mod expression;
mod file;
mod flow;
mod labels;
mod mistake;
mod model;
mod reading;
mod review;
mod situation;
mod typed;
mod validity;
mod view;
mod words;

pub use accept::{Accepted, accept};
pub use answer::{Answer, Answers, Recorded};
pub use expression::{Expression, ExpressionFault};
pub use file::read_form;
pub use flow::{Step, Today, finish, first_gap, first_page, is_asked, page_after, page_before};
pub use labels::{Labels, may_be_silent};
pub use mistake::Mistake;
pub use model::{
    ChoiceOption, Choices, Constraint, Form, Kind, OptionList, Page, Question, Section,
};
pub use reading::CONFIRM;
pub use review::{ReviewRow, ReviewSection, review};
pub use view::{FieldProblem, Item, ItemKind, OptionView, PageView, show};

#[cfg(test)]
mod tests;
