//! Reading what the reference implementation made of a workbook, for comparison.

use super::super::language;
use std::collections::BTreeMap;

/// An element of an `XForm`.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Node>,
}

#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// A question as the `XForm` means it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) label: BTreeMap<String, String>,
    pub(super) hint: BTreeMap<String, String>,
    pub(super) required: bool,
    pub(super) relevant: Option<String>,
    pub(super) constraint: Option<String>,
    pub(super) message: Option<String>,
    pub(super) choices: Vec<(String, BTreeMap<String, String>)>,
    pub(super) calculation: Option<String>,
    pub(super) group: Option<String>,
}

impl Element {
    pub(super) fn parse(text: &str) -> Self {
        let mut stack = vec![Self::default()];
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            let words = unescaped(before);
            if !words.is_empty() {
                stack.last_mut().expect("a root").children.push(Node::Text(words));
            }
            let (tag, after) = after.split_once('>').expect("a closed tag");
            rest = after;
            if tag.starts_with('?') {
                continue;
            }
            if tag.starts_with('/') {
                close(&mut stack);
                continue;
            }
            let empty = tag.ends_with('/');
            stack.push(opened(tag.trim_end_matches('/')));
            if empty {
                close(&mut stack);
            }
        }
        stack.pop().expect("a root")
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Every element below, this one first.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.elements().flat_map(Self::all));
        all
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The text, references to answers as a workbook writes them.
    fn text(&self) -> String {
        let pieces = self.children.iter().map(|node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(output) => reference(output.attribute("value").unwrap_or_default()),
        });
        pieces.collect::<String>().trim().to_owned()
    }
}

fn opened(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').expect("a closed attribute");
        attributes.insert(key.trim().to_owned(), unescaped(value));
        rest = after;
    }
    Element { name: name.to_owned(), attributes, children: Vec::new() }
}

fn close(stack: &mut Vec<Element>) {
    let element = stack.pop().expect("an open element");
    stack.last_mut().expect("a root").children.push(Node::Element(element));
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&apos;", "'").replace("&amp;", "&")
}

/// `/data/a/b` and `../b` are `${b}` in a workbook.
fn reference(expression: &str) -> String {
    let words: Vec<String> = expression
        .split(' ')
        .map(|word| match word.strip_prefix("/data/") {
            Some(path) => format!("${{{}}}", path.rsplit('/').next().unwrap_or(path)),
            None => word.to_owned(),
        })
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").replace("selected(../sex,", "selected(${sex},")
}

/// The questions of an `XForm` in their order, without what is recorded unasked.
pub(super) fn questions(xform: &Element, languages: &[String]) -> Vec<Expected> {
    let all = xform.all();
    let data = all.iter().find(|element| element.name == "data").expect("an instance");
    let form = Form { all: &all, languages };
    let mut questions = Vec::new();
    form.gather(data, "/data", &mut questions);
    questions
}

struct Form<'x> {
    all: &'x [&'x Element],
    languages: &'x [String],
}

impl Form<'_> {
    fn gather(&self, node: &Element, path: &str, questions: &mut Vec<Expected>) {
        for child in node.elements().filter(|child| child.name != "meta") {
            let path = format!("{path}/{}", child.name);
            if child.elements().next().is_some() {
                self.gather(child, &path, questions);
            } else if let Some(question) = self.question(&child.name, &path) {
                questions.push(question);
            }
        }
    }

    fn bind(&self, path: &str) -> Option<&Element> {
        self.all.iter().copied().find(|e| e.name == "bind" && e.attribute("nodeset") == Some(path))
    }

    fn question(&self, name: &str, path: &str) -> Option<Expected> {
        let bind = self.bind(path)?;
        if bind.attribute("jr:preload").is_some() {
            return None;
        }
        let control = self
            .all
            .iter()
            .copied()
            .find(|element| element.name != "bind" && element.attribute("ref") == Some(path));
        let kind = match (control.map(|control| control.name.as_str()), bind.attribute("type")) {
            (Some("select"), _) => "select_multiple",
            (Some("select1"), _) => "select_one",
            (Some("input"), _) if bind.attribute("readonly") == Some("true()") => "note",
            (Some("input"), Some("string")) => "text",
            (Some("input"), Some("int")) => "integer",
            (_, Some(other)) if control.is_some() => other,
            _ => "calculate",
        };
        let words = |name: &str| {
            let element = control.and_then(|control| control.child(name));
            element.map(|element| self.words(element)).unwrap_or_default()
        };
        let ends =
            path.match_indices('/').map(|(at, _)| &path[..at]).filter(|path| !path.is_empty());
        let relevant = ends.filter_map(|path| self.bind(path)?.attribute("relevant"));
        let relevant: Vec<&str> = relevant.chain(bind.attribute("relevant")).collect();
        let groups = &path["/data/".len()..path.len() - name.len()];
        let text = |key: &str| bind.attribute(key).map(reference);
        Some(Expected {
            name: name.to_owned(),
            kind: kind.to_owned(),
            label: words("label"),
            hint: words("hint"),
            required: bind.attribute("required") == Some("true()"),
            relevant: (!relevant.is_empty()).then(|| reference(&relevant.join(" and "))),
            constraint: text("constraint"),
            message: text("jr:constraintMsg"),
            choices: control.map(|control| self.choices(control)).unwrap_or_default(),
            calculation: text("calculate"),
            group: (!groups.is_empty()).then(|| groups.trim_end_matches('/').to_owned()),
        })
    }

    fn words(&self, element: &Element) -> BTreeMap<String, String> {
        match element.attribute("ref").and_then(|to| to.strip_prefix("jr:itext('")) {
            Some(id) => self.translated(id.trim_end_matches("')")),
            None => {
                let text = element.text();
                self.languages.iter().map(|code| (code.clone(), text.clone())).collect()
            }
        }
    }

    fn translated(&self, id: &str) -> BTreeMap<String, String> {
        let translations = self.all.iter().filter(|element| element.name == "translation");
        let texts = translations.filter_map(|translation| {
            let language = language::code(translation.attribute("lang")?)?.0;
            let text = translation.elements().find(|text| text.attribute("id") == Some(id))?;
            let value = text.elements().find(|value| value.attributes.is_empty())?;
            Some((language, value.text()))
        });
        texts.collect()
    }

    fn choices(&self, control: &Element) -> Vec<(String, BTreeMap<String, String>)> {
        let Some(itemset) = control.child("itemset") else { return Vec::new() };
        let nodes = itemset.attribute("nodeset").unwrap_or_default();
        let list = nodes.split('\'').nth(1).unwrap_or_default();
        let instance = self.all.iter().copied();
        let mut instance = instance.filter(|element| element.name == "instance");
        let instance = instance.find(|element| element.attribute("id") == Some(list));
        let items = instance.expect("a list").all().into_iter().filter(|e| e.name == "item");
        let item = |item: &Element| {
            let name = item.child("name").expect("a name").text();
            let label = match (item.child("label"), item.child("itextId")) {
                (Some(label), _) => self.words(label),
                (None, Some(id)) => self.translated(&id.text()),
                (None, None) => BTreeMap::new(),
            };
            (name, label)
        };
        items.map(item).collect()
    }
}
