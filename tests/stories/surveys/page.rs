//! Forms of pages, read as a browser reads them.

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub kind: String,
    pub value: String,
    pub mode: String,
}

/// Every field of a page, in order.
pub fn inputs(page: &str) -> Vec<Input> {
    let tags =
        page.split('<').filter(|tag| tag.starts_with("input ") || tag.starts_with("textarea "));
    let read = |tag: &str| {
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            rest.split('"').next().map(plain)
        };
        let kind = if tag.starts_with("textarea") {
            Some("textarea".to_owned())
        } else {
            attribute("type")
        };
        Input {
            name: attribute("name").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            value: attribute("value").unwrap_or_default(),
            mode: attribute("inputmode").unwrap_or_default(),
        }
    };
    tags.map(read).collect()
}

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> String {
    let found = inputs(page).into_iter().find(|one| one.kind == "hidden" && one.name == name);
    found.unwrap_or_else(|| panic!("there is no {name} in {page}")).value
}

/// Some answer to everything that a page of a form asks, hidden fields included.
pub fn answers(page: &str) -> Vec<(String, String)> {
    let mut given: Vec<(String, String)> = Vec::new();
    for one in inputs(page) {
        let known = given.iter().any(|(name, value)| *name == one.name && !value.is_empty());
        let value = match one.kind.as_str() {
            "hidden" => one.value,
            "radio" | "checkbox" if known => continue,
            "radio" | "checkbox" => one.value,
            _ if one.mode.is_empty() => "Xin hướng dẫn rõ hơn".to_owned(),
            _ => "3".to_owned(),
        };
        given.push((one.name, value));
    }
    given
}

fn plain(escaped: &str) -> String {
    escaped.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
