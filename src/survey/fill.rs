//! The places of a new survey that wait for what only its office knows.

use super::bundle::Bundle;

/// How such a place begins, in the languages in which it may be written; it ends with `]`.
const BEGINNINGS: [(&str, &str); 2] = [("vi", "[Xin điền:"), ("en", "[To be filled in:")];

/// A place that asks to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The language of the text that belongs there.
    pub language: &'static str,
    /// What is asked for.
    pub asks: String,
    /// All that stands there now, brackets included.
    pub written: String,
}

/// Every place of a survey's files that asks to be filled in; the same words in one file once.
pub fn blanks(files: &Bundle) -> Vec<Blank> {
    let mut found: Vec<Blank> = Vec::new();
    for (file, text) in files.files() {
        for (at, line) in text.lines().enumerate() {
            for (place, language, begin) in starts(line) {
                let rest = &line[place..];
                let written = rest.find(']').map_or(rest, |end| &rest[..=end]);
                if found.iter().any(|known| known.file == file && known.written == written) {
                    continue;
                }
                let asks = written[begin.len()..].trim_end_matches(']').trim().to_owned();
                let (file, written) = (file.to_owned(), written.to_owned());
                found.push(Blank { file, line: at + 1, language, asks, written });
            }
        }
    }
    found
}

/// The file and line of a survey that still ask to be filled in.
pub fn to_fill_in(files: &Bundle) -> Option<(String, usize)> {
    blanks(files).into_iter().next().map(|first| (first.file, first.line))
}

/// The files with `text` in the place of a blank, written so that the file means it.
pub fn filled(files: &Bundle, blank: &Blank, text: &str) -> Bundle {
    let Some(before) = files.text(&blank.file) else { return files.clone() };
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut after = String::with_capacity(before.len() + plain.len());
    let mut rest = before;
    while let Some((start, end)) = rest.split_once(&blank.written) {
        after.push_str(start);
        let alone = (after.is_empty() || after.ends_with([',', '\n']))
            && (end.is_empty() || end.starts_with([',', '\n']));
        after.push_str(&match blank.file.rsplit_once('.') {
            Some((_, "csv")) if alone && plain.contains([',', '"']) => {
                format!("\"{}\"", plain.replace('"', "\"\""))
            }
            Some((_, "csv")) => plain.replace('"', "\"\""),
            Some((_, "toml")) => plain.replace('\\', "\\\\").replace('"', "\\\""),
            _ => plain.clone(),
        });
        rest = end;
    }
    after.push_str(rest);
    files.with(&blank.file, &after).unwrap_or_else(|_| files.clone())
}

fn starts(line: &str) -> Vec<(usize, &'static str, &'static str)> {
    let all = BEGINNINGS.iter().flat_map(|&(language, begin)| {
        line.match_indices(begin).map(move |(place, _)| (place, language, begin))
    });
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_is_found_with_its_place_and_language() {
        let text = "# [\n\nwho = { vi = \"[Xin điền: cơ quan]\", en = \"[To be filled in: office]\" }\nagain = \"[Xin điền: cơ quan]\"";
        let files = Bundle::new([("survey.toml", text), ("units.csv", "a,[Xin điền: đơn vị")]);
        let found = blanks(&files.unwrap());
        let told: Vec<_> =
            found.iter().map(|one| (&*one.file, one.line, one.language, &*one.asks)).collect();
        let survey = "survey.toml";
        let wanted = [(survey, 3, "vi", "cơ quan"), (survey, 3, "en", "office")];
        assert_eq!(told[..2], wanted);
        assert_eq!(told[2], ("units.csv", 1, "vi", "đơn vị"));
    }

    #[test]
    fn what_is_filled_in_cannot_break_the_file() {
        let wicked = "Sở \"A\\B\", phòng\n1";
        let read = "Sở \"A\\B\", phòng 1";
        let files = Bundle::new([
            ("survey.toml", "who = \"[Xin điền: x]\"\n"),
            ("units.csv", "code,name\na,[Xin điền: x]\nb,\"c, [Xin điền: x]\"\n"),
        ])
        .unwrap();
        let files = blanks(&files).iter().fold(files, |files, one| filled(&files, one, wicked));
        assert!(blanks(&files).is_empty());
        let table: toml::Table = files.text("survey.toml").unwrap().parse().unwrap();
        assert_eq!(table["who"].as_str(), Some(read));
        let units = files.text("units.csv").unwrap();
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(units.as_bytes()).records().map(Result::unwrap).collect();
        assert_eq!((&rows[0][1], &rows[1][1]), (read, &*format!("c, {read}")));
    }
}
