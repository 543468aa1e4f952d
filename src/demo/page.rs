//! A page as a visitor sees it: forms, their fields, and the words beside them.

use html5gum::{HtmlString, StartTag, Token, Tokenizer};

/// A form of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Fields that nobody sees.
    pub hidden: Vec<(String, String)>,
    /// Questions with options.
    pub choices: Vec<Choice>,
    /// Fields to type into.
    pub fields: Vec<Field>,
    /// Buttons: name and value; empty names are sent nowhere.
    pub buttons: Vec<(String, String)>,
}

/// A question with options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The field's name.
    pub name: String,
    /// More than one may be chosen.
    pub several: bool,
    /// Codes and labels, in order.
    pub options: Vec<(String, String)>,
    /// Which of them stand apart.
    pub apart: Vec<bool>,
    /// The words of the question and its instruction.
    pub words: String,
}

/// A field to type into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// `decimal`, `numeric` or nothing.
    pub mode: String,
    /// It takes several lines.
    pub long: bool,
    /// The words of the question, its hint and its problem.
    pub words: String,
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let mut reader = Reader::default();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => reader.close(&text(&tag.name)),
            Token::String(words) => reader.read(&text(&words)),
            _ => {}
        }
    }
    reader.forms
}

#[derive(Default)]
struct Reader {
    forms: Vec<Form>,
    inside: bool,
    /// Words since the last field: those of the next one.
    words: String,
    option: Option<(String, bool)>,
    apart: bool,
}

impl Reader {
    fn open(&mut self, tag: &StartTag<()>) {
        let value = |name: &str| attribute(tag, name).unwrap_or_default();
        match text(&tag.name).as_str() {
            "form" => {
                self.inside = true;
                self.words.clear();
                self.forms.push(Form { action: value("action"), ..Form::default() });
            }
            "label" => self.apart = value("class").split(' ').any(|class| class == "apart"),
            "fieldset" => self.words.clear(),
            "input" if self.inside => self.input(tag),
            "textarea" if self.inside => self.field(tag, true),
            "button" if self.inside => {
                if let Some(form) = self.forms.last_mut() {
                    form.buttons.push((value("name"), value("value")));
                }
            }
            _ => {}
        }
    }

    fn input(&mut self, tag: &StartTag<()>) {
        let value = |name: &str| attribute(tag, name).unwrap_or_default();
        let Some(form) = self.forms.last_mut() else { return };
        match value("type").as_str() {
            "hidden" => form.hidden.push((value("name"), value("value"))),
            kind @ ("radio" | "checkbox") => {
                let name = value("name");
                if form.choices.last().is_none_or(|choice| choice.name != name) {
                    form.choices.push(Choice {
                        name,
                        several: kind == "checkbox",
                        words: std::mem::take(&mut self.words),
                        ..Choice::default()
                    });
                }
                self.words.clear();
                self.option = Some((value("value"), self.apart));
            }
            _ => self.field(tag, false),
        }
    }

    fn field(&mut self, tag: &StartTag<()>, long: bool) {
        let value = |name: &str| attribute(tag, name).unwrap_or_default();
        let words = std::mem::take(&mut self.words);
        if let Some(form) = self.forms.last_mut() {
            form.fields.push(Field { name: value("name"), mode: value("inputmode"), long, words });
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "form" => self.inside = false,
            "label" => {
                if let Some((code, apart)) = self.option.take()
                    && let Some(choice) =
                        self.forms.last_mut().and_then(|form| form.choices.last_mut())
                {
                    choice.options.push((code, self.words.trim().to_owned()));
                    choice.apart.push(apart);
                    self.words.clear();
                }
            }
            _ => {}
        }
    }

    fn read(&mut self, words: &str) {
        self.words.push_str(words);
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let (_, value) =
        tag.attributes.iter().find(|(known, _)| known.as_slice() == name.as_bytes())?;
    Some(text(value))
}

fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_person_reads_it() {
        let html = r#"<p>Lời</p><form method=post action="/a?b=1&amp;c">
            <input type=hidden name=h value=1>
            <fieldset><legend>Hài lòng?</legend>
            <label class="o"><input type=radio name=q value=5><span>Rất &amp; tốt</span></label>
            <label class="o apart"><input type=radio name=q value=0><span>Không biết</span></label>
            </fieldset><label for=n>Mấy lần?</label><input type=text name=n inputmode=numeric>
            <textarea name=t></textarea><button>Tiếp</button><button name=go value=1>Lui</button></form>"#;
        let forms = forms(html);
        let [form] = &forms[..] else { panic!("{forms:?}") };
        assert_eq!(form.action, "/a?b=1&c");
        assert_eq!(form.hidden, [("h".to_owned(), "1".to_owned())]);
        assert_eq!(form.choices[0].options[0], ("5".to_owned(), "Rất & tốt".to_owned()));
        assert_eq!(form.choices[0].apart, [false, true]);
        assert!(form.choices[0].words.contains("Hài lòng?"));
        assert_eq!(form.fields[0].mode, "numeric");
        assert!(form.fields[0].words.contains("Mấy lần?"));
        assert!(form.fields[1].long);
        assert_eq!(form.buttons[1], ("go".to_owned(), "1".to_owned()));
    }
}
