//! What the program says to people, in every language it speaks.
//!
//! A text is named by a key (`section.key`) and lives in one file per section and
//! language beside this module: `pages.vi.toml`, `pages.en.toml`. Tests hold that every key
//! exists in both languages, with the same placeholders, and that every key in the code exists.
//!
//! A further language for respondents is a further set of files, which an operator may bring
//! ([`add`]); what these lack is said in Vietnamese.

mod added;

pub use added::{FOR_RESPONDENTS, Flaw, add, flaws};

use include_dir::{Dir, include_dir};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::OnceLock,
};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/messages");

static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();

/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "ckb", "dv", "fa", "he", "ps", "ug", "ur"];

/// A language in which the program speaks to respondents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(&'static str);

/// A sentence to be said in the language of whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    key: &'static str,
    values: Vec<(&'static str, String)>,
}

/// Names a message and fills its placeholders: `text!("frame.bad_row", row = 3)`.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::messages::Text::new($key, vec![$((stringify!($name), $value.to_string())),*])
    };
}

struct Catalogue {
    languages: Vec<Language>,
    messages: HashMap<Language, HashMap<String, String>>,
    /// How many of the languages are in the program.
    own: usize,
    flaws: Vec<Flaw>,
}

fn catalogue() -> &'static Catalogue {
    CATALOGUE.get_or_init(Catalogue::read)
}

impl Language {
    /// The language called `code`, if the program speaks it.
    pub fn parse(code: &str) -> Option<Self> {
        catalogue().languages.iter().copied().find(|language| language.0 == code)
    }

    /// Every language that respondents can choose, Vietnamese first, those of the program before
    /// those that were added.
    pub fn all() -> &'static [Self] {
        &catalogue().languages
    }

    /// The languages of the whole program, the office and the command line included.
    pub fn own() -> &'static [Self] {
        &catalogue().languages[..catalogue().own]
    }

    /// The languages that were added for respondents.
    pub fn added() -> &'static [Self] {
        &catalogue().languages[catalogue().own..]
    }

    /// The same language if the whole program speaks it, and Vietnamese otherwise.
    pub fn of_office(self) -> Self {
        if Self::own().contains(&self) { self } else { Self::default() }
    }

    /// `rtl` if it is written from right to left.
    pub fn direction(self) -> Option<&'static str> {
        RIGHT_TO_LEFT.contains(&self.0).then_some("rtl")
    }

    /// The code of the language as in HTML (`vi`).
    pub fn code(self) -> &'static str {
        self.0
    }

    /// The message `key`, which takes no values.
    pub fn say(self, key: &'static str) -> &'static str {
        catalogue().message(self, key)
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("vi")
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Text {
    /// The message `key` with `values` for its placeholders; see [`text!`].
    pub fn new(key: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self { key, values }
    }

    /// The key of the message.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The value of a placeholder.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The sentence in `language`.
    pub fn say(&self, language: Language) -> String {
        let template = language.say(self.key);
        let mut said = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match self.values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => said.push_str(value),
                None => said.push_str(name),
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::default()))
    }
}

impl Catalogue {
    fn read() -> Self {
        let mut languages = vec![Language::default()];
        let mut messages: HashMap<Language, HashMap<String, String>> = HashMap::new();
        for file in FILES.files() {
            let Some((section, code)) = named(file) else { continue };
            let language =
                languages.iter().copied().find(|known| known.0 == code).unwrap_or(Language(code));
            if !languages.contains(&language) {
                languages.push(language);
            }
            let text = file.contents_utf8().expect("message files are UTF-8");
            let table: BTreeMap<String, String> = toml::from_str(text)
                .unwrap_or_else(|error| panic!("{} is not read: {error}", file.path().display()));
            for (key, message) in table {
                let known = messages.entry(language).or_default();
                known.insert(format!("{section}.{key}"), message);
            }
        }
        languages[1..].sort();
        Self { own: languages.len(), languages, messages, flaws: Vec::new() }
    }

    /// A message that is missing shows its key: a test finds it before a person does.
    fn message(&'static self, language: Language, key: &'static str) -> &'static str {
        let found = |language| Some(self.messages.get(&language)?.get(key)?.as_str());
        found(language).or_else(|| found(Language::default())).unwrap_or(key)
    }
}

/// `pages.vi.toml` is section `pages` in language `vi`.
fn named(file: &'static include_dir::File<'static>) -> Option<(&'static str, &'static str)> {
    let name = file.path().to_str()?.strip_suffix(".toml")?;
    name.split_once('.')
}
