//! The frame around every page: one look, one request, no script needed.
//!
//! The stylesheet stands in the page itself, so that a page is complete when it arrives, and so
//! does the one script that pages of a form may have; the content security policy names both by
//! their hashes and allows nothing else.

use crate::messages::Language;
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, sync::LazyLock};

/// The stylesheet as it stands in every page.
static STYLE: LazyLock<String> = LazyLock::new(|| minified(include_str!("../../static/style.css")));

/// The same with what only the office's pages need.
static OFFICE_STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", *STYLE, minified(include_str!("../../static/office.css"))));

/// Keeps what was typed until it was saved; everything works without it.
static SCRIPT: LazyLock<String> =
    LazyLock::new(|| without_remarks(include_str!("../../static/keep.js")));

/// A sheet of paper with a tick, as an icon that costs no request.
const ICON: &str = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2016%2016'%3E%3Crect%20x='2'%20width='12'%20height='16'%20rx='2'%20fill='%23a3171e'/%3E%3Cpath%20d='m5%208%202%202.500%204-5'%20fill='none'%20stroke='%23fff'%20stroke-width='2'/%3E%3C/svg%3E";

/// The field that asks for another language; no question of a form can have this name.
pub const LANGUAGE_FIELD: &str = "set-lang";

/// The path of the picture beside a link.
pub const PICTURE: &str = "/preview.png";

/// Letters of a title that are shown; checkers complain of more than 70.
const LONGEST_TITLE: usize = 69;

/// How the language is changed on a page.
#[derive(Clone, Copy)]
pub enum Switch<'a> {
    /// By following a link back to this path, which may end with a query.
    Link(&'a str),
    /// By sending the form with this id, so that nothing typed is lost.
    Form(&'a str),
    /// Not at all: the page is an answer to a form and has no address.
    Nowhere,
}

/// A page about to be made.
pub struct Page<'a> {
    language: Language,
    title: &'a str,
    line: Option<&'a str>,
    switch: Switch<'a>,
    synthetic: bool,
    preview: Option<Preview<'a>>,
    nav: Option<Markup>,
    around: [Option<Markup>; 2],
    script: bool,
}

/// What messengers show of a link.
///
/// There is no `og:url`: messengers would send people there, without the code in their link.
#[derive(Clone, Copy)]
pub struct Preview<'a> {
    /// What it is about.
    pub title: &'a str,
    /// A sentence about it.
    pub description: &'a str,
    /// The public address of the service, without which a picture cannot be named.
    pub address: Option<&'a str>,
}

/// HTML on its way out; it is compressed at the door.
#[derive(Debug, Clone)]
pub struct Html {
    pub(super) bytes: Bytes,
    pub(super) shared: bool,
}

impl<'a> Page<'a> {
    /// A page called `title`, which leads back to the entry when the language is changed.
    pub fn new(language: Language, title: &'a str) -> Self {
        Self {
            language,
            title,
            line: None,
            switch: Switch::Link("/"),
            synthetic: false,
            preview: None,
            nav: None,
            around: [None, None],
            script: false,
        }
    }

    /// Keeps what is typed in the browser's tab until it was saved, or forgets what was kept.
    pub fn keeping(self) -> Self {
        Self { script: true, ..self }
    }

    /// Says in the head line what the page belongs to, instead of the program's name.
    pub fn under(self, line: &'a str) -> Self {
        Self { line: Some(line), ..self }
    }

    /// How the language is changed.
    pub fn switch(self, switch: Switch<'a>) -> Self {
        Self { switch, ..self }
    }

    /// Says that people and answers are made up.
    pub fn synthetic(self, synthetic: bool) -> Self {
        Self { synthetic, ..self }
    }

    /// What messengers show of a link that leads to the page.
    pub fn preview(self, preview: Preview<'a>) -> Self {
        Self { preview: Some(preview), ..self }
    }

    /// A page of the office: wide, and with ways to its other pages.
    pub fn office(self, nav: Markup) -> Self {
        Self { nav: Some(nav), ..self }
    }

    /// Something at the head of the page, and something after everything else in it.
    pub fn between(self, before: Markup, after: Markup) -> Self {
        Self { around: [Some(before), Some(after)], ..self }
    }

    /// The whole page around `body`.
    pub fn body(self, body: Markup) -> Html {
        let language = self.language;
        let style: &str = if self.nav.is_some() { &OFFICE_STYLE } else { &STYLE };
        let page = html! {
            (DOCTYPE)
            html lang=(language.code()) dir=[language.direction()] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (short(self.title)) }
                    @if let Some(preview) = &self.preview { (preview.tags()) }
                    link rel="icon" href=(ICON);
                    // Files of ours, which a test keeps from ending their element.
                    style { (PreEscaped(style)) }
                }
                body class=[self.nav.as_ref().map(|_| "wide")] {
                    header {
                        p.mark { (self.line.unwrap_or_else(|| language.say("pages.program"))) }
                    }
                    main {
                        @if self.synthetic { p.made-up { (language.say("pages.synthetic")) } }
                        @if let Some(before) = &self.around[0] { (before) }
                        (body)
                        @if let Some(after) = &self.around[1] { (after) }
                    }
                    (self.languages())
                    @if let Some(nav) = self.nav.as_ref() { nav.rooms aria-label=(self.language.say("office.rooms")) { (nav) } }
                    @else { (foot(language)) }
                    @if self.script { script { (PreEscaped(&*SCRIPT)) } }
                }
            }
        };
        Html { bytes: Bytes::from(page.into_string()), shared: false }
    }

    /// Ways to the other languages, each called by its own name.
    ///
    /// They come after the page in the text, and stand at its top by style: so the form's
    /// first button, which the Enter key presses, is never one of these.
    fn languages(&self) -> Markup {
        let spoken = if self.nav.is_some() { Language::own() } else { Language::all() };
        let others = spoken.iter().filter(|&&other| other != self.language);
        html! {
            @if !matches!(self.switch, Switch::Nowhere) {
                nav.lang aria-label=(self.language.say("pages.languages")) {
                    @for other in others {
                        @let (code, name) = (other.code(), other.say("pages.language"));
                        @match self.switch {
                            Switch::Link(path) => {
                                @let mark = if path.contains('?') { "&" } else { "?" };
                                a href={ (path) (mark) "lang=" (code) } lang=(code) hreflang=(code) { (name) }
                            }
                            Switch::Form(id) => {
                                button type="submit" form=(id) name=(LANGUAGE_FIELD) value=(code) lang=(code) { (name) }
                            }
                            Switch::Nowhere => {}
                        }
                    }
                }
            }
        }
    }
}

impl Preview<'_> {
    fn tags(self) -> Markup {
        html! {
            meta name="description" content=(self.description);
            meta property="og:type" content="website";
            meta property="og:title" content=(short(self.title));
            meta property="og:description" content=(self.description);
            @if let Some(address) = self.address {
                meta property="og:image" content={ (address) (PICTURE) };
                meta property="og:image:width" content="1200";
                meta property="og:image:height" content="630";
            }
        }
    }
}

impl Html {
    /// Says that the page holds nothing of whoever asked for it.
    pub fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    /// The page as text.
    #[cfg(test)]
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.to_vec()).unwrap()
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a browser may do with our pages: show them in our style, and send forms to us.
pub fn content_policy() -> HeaderValue {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}' 'sha256-{}'; script-src 'sha256-{}'; \
         img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        hash(&STYLE),
        hash(&OFFICE_STYLE),
        hash(&SCRIPT)
    );
    HeaderValue::try_from(policy).expect("the policy is plain ASCII")
}

fn foot(language: Language) -> Markup {
    html! {
        footer {
            a href="/genuine" { (language.say("pages.genuine")) }
            " "
            a href="/receipt" { (language.say("pages.to_receipt")) }
        }
    }
}

/// A title as long as a browser shows it, cut between two words.
fn short(title: &str) -> Cow<'_, str> {
    let Some((end, _)) = title.char_indices().nth(LONGEST_TITLE) else { return title.into() };
    let words = title[..end].rsplit_once(' ').map_or(&title[..end], |(words, _)| words);
    format!("{words}…").into()
}

/// A stylesheet without comments and without blanks that mean nothing.
fn minified(style: &str) -> String {
    let mut short = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, after)) = rest.split_once("/*") {
        squeeze(before, &mut short);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    squeeze(rest, &mut short);
    short.replace(";}", "}")
}

/// A script without its remarks and indents.
fn without_remarks(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn squeeze(style: &str, short: &mut String) {
    const TIGHT: [char; 6] = ['{', '}', ';', ',', ':', '>'];
    for word in style.split_ascii_whitespace() {
        let glued = short.ends_with(TIGHT) || word.starts_with(['{', '}', ';', ',', '>']);
        if !short.is_empty() && !glued {
            short.push(' ');
        }
        short.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_that_stands_in_the_page() {
        let page = Page::new(Language::default(), "Thử").body(html! { p { "…" } }).text();
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        assert!(content_policy().to_str().unwrap().contains(&hash));
    }

    #[test]
    fn the_policy_names_the_script_that_stands_in_pages_that_keep() {
        let page = Page::new(Language::default(), "Thử").keeping().body(html! { p { "…" } }).text();
        let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        assert!(
            content_policy().to_str().unwrap().contains(&format!("script-src 'sha256-{hash}'"))
        );
        assert!(script.len() <= 3_000 && !script.contains("//"), "{} bytes", script.len());
    }

    #[test]
    fn the_style_is_small_and_cannot_end_its_element() {
        assert!(STYLE.len() <= 6_144, "{} bytes", STYLE.len());
        assert!(!OFFICE_STYLE.contains('<') && !SCRIPT.contains('<'));
    }

    #[test]
    fn a_style_is_shortened_without_changing_it() {
        let style =
            "/* a */ p > a:hover , b {\n  margin : 0 calc(1px + 2px);\n}\n/* b */ i { top: 0 }";
        let short = "p >a:hover,b{margin :0 calc(1px + 2px)}i{top:0}";
        assert_eq!(minified(style), short.replace("p >", "p>"));
    }

    #[test]
    fn a_long_title_is_cut_between_words() {
        assert_eq!(short("Phiếu lấy ý kiến"), "Phiếu lấy ý kiến");
        let cut = short(
            "Điều tra xã hội học phục vụ xác định Chỉ số cải cách hành chính năm 2024 của Sở",
        );
        assert_eq!(cut, "Điều tra xã hội học phục vụ xác định Chỉ số cải cách hành chính năm…");
        assert!(short(&"ý".repeat(500)).chars().count() <= 70);
    }

    #[test]
    fn a_page_runs_no_script_and_asks_for_nothing_else() {
        let page = Page::new(Language::default(), "<script>").synthetic(true).body(html! {});
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("http://") || text.contains("w3.org"));
        assert!(text.contains("<html lang=\"vi\">"));
    }

    #[test]
    fn the_language_is_changed_by_link_or_without_losing_the_form() {
        let page =
            |switch| Page::new(Language::default(), "Thử").switch(switch).body(html! {}).text();
        assert!(page(Switch::Link("/phieu")).contains("href=\"/phieu?lang=en\""));
        assert!(page(Switch::Link("/plan?n=9")).contains("href=\"/plan?n=9&amp;lang=en\""));
        assert!(page(Switch::Form("f")).contains("form=\"f\" name=\"set-lang\" value=\"en\""));
        assert!(!page(Switch::Nowhere).contains("<nav"));
    }
}
