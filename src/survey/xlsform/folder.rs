//! The folder of a survey around its first form, for somebody to fill in.

use super::{
    draft::Wording,
    form_file::{quoted, wording},
};
use crate::questionnaire::{Form, Labels};
use std::collections::BTreeSet;

/// Every file of a new survey that asks `form`, whose file is `text`: (name, content).
///
/// The survey passes `survey check`. What only its office can know (who asks, about whom,
/// how many) is filled in with words that ask to be replaced.
pub fn new_survey(id: &str, form: &Form, text: &str) -> Vec<(String, String)> {
    let criteria: BTreeSet<&str> =
        form.questions.iter().filter_map(|question| question.criterion.as_deref()).collect();
    vec![
        ("survey.toml".to_owned(), survey(&name_from(id), form)),
        ("criteria.csv".to_owned(), criteria_file(form, &criteria)),
        ("rule.toml".to_owned(), rule(form, &criteria)),
        ("units.csv".to_owned(), units(form)),
        ("targets.csv".to_owned(), "unit,group,target,population\ndon-vi,nhom,30,\n".to_owned()),
        (format!("forms/{}.toml", form.id), text.to_owned()),
    ]
}

/// A name for a form or survey made of `wanted`: letters without accents, digits, `-_.`
pub(super) fn name_from(wanted: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain = wanted.replace('đ', "d").replace('Đ', "D");
    let mut name = String::new();
    for c in plain.nfd() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            '-' | '.' if !name.is_empty() => name.push(c),
            c if c.is_whitespace() && !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    name.truncate(64);
    let name = name.trim_end_matches(['-', '.']);
    if name.is_empty() { "form".to_owned() } else { name.to_owned() }
}

/// Words of ours in every language of the form.
struct Words<'f>(&'f Form);

impl Words<'_> {
    fn say(&self, vietnamese: &str, english: &str) -> String {
        let words = |code: &String| match code.as_str() {
            "vi" => (code.clone(), vietnamese.to_owned()),
            _ => (code.clone(), english.to_owned()),
        };
        wording(&self.0.languages.iter().map(words).collect::<Wording>())
    }

    fn columns(&self) -> String {
        let columns: Vec<String> =
            self.0.languages.iter().map(|code| format!("name_{code}")).collect();
        columns.join(",")
    }

    fn fields(&self, vietnamese: &str, english: &str) -> String {
        let fields: Vec<&str> = self
            .0
            .languages
            .iter()
            .map(|code| if code == "vi" { vietnamese } else { english })
            .collect();
        fields.join(",")
    }
}

fn written(labels: &Labels) -> String {
    wording(&labels.iter().map(|(code, text)| (code.to_owned(), text.to_owned())).collect())
}

fn survey(id: &str, form: &Form) -> String {
    let words = Words(form);
    let languages: Vec<String> = form.languages.iter().map(|code| quoted(code)).collect();
    let to_fill = |what: (&str, &str)| {
        let (vietnamese, english) = what;
        words.say(&format!("[Xin điền: {vietnamese}]"), &format!("[To be filled in: {english}]"))
    };
    let document =
        to_fill(("văn bản giao thực hiện cuộc điều tra", "the document that orders the survey"));
    let who = to_fill(("cơ quan thực hiện", "who carries out the survey"));
    let why = to_fill(("câu trả lời được dùng để làm gì", "what the answers are used for"));
    let stored = words.say(
        "Phiếu trả lời không ghi tên, địa chỉ, thiết bị hay thời điểm trả lời.",
        "Your answers carry no name, address, device or time.",
    );
    let kept = to_fill(("câu trả lời được lưu trong bao lâu", "how long the answers are kept"));
    let contact = to_fill(("nơi liên hệ", "whom to contact"));
    let level = words.say("Tiêu chí", "Criterion");
    let group = words.say("Người được hỏi", "Respondents");
    let chosen = to_fill(("vì sao người này được mời", "why this person was invited"));
    let subject = to_fill(("đối tượng được đánh giá", "who is judged"));
    let (title, languages) = (written(&form.title), languages.join(", "));
    let (id, form_id) = (quoted(id), quoted(&form.id));
    format!(
        r#"# Khung do lệnh nhập từ Excel lập ra. Xin thay mọi chỗ ghi “Xin điền”.
# Made by the import from Excel. Please replace everything that is “to be filled in”.
id = {id}
version = "1"
title = {title}
languages = [{languages}]
document = {document}

[notice]
who = {who}
why = {why}
minutes = 10
stored = {stored}
kept = {kept}
contact = {contact}

[levels]
criterion = {level}

[[group]]
code = "nhom"
label = {group}
chosen = {chosen}
channels = ["letter", "paper"]
reminders = "everyone"
census_up_to = 0

[[subject]]
code = "doi-tuong"
label = {subject}

[[part]]
groups = ["nhom"]
form = {form_id}
subject = "doi-tuong"
policy = "drawn"

[merging]
least = 5
steps = ["mode", "unit"]
"#
    )
}

fn criteria_file(form: &Form, criteria: &BTreeSet<&str>) -> String {
    let words = Words(form);
    let mut text = format!("id,level,stt,code,{},method,max_points,assumed\n", words.columns());
    if criteria.is_empty() {
        let name = words.fields("[Xin điền: tiêu chí]", "[To be filled in: criterion]");
        text.push_str(&format!("tieu-chi,criterion,1,,{name},self_score,,\n"));
    }
    for (at, criterion) in criteria.iter().enumerate() {
        let name = words.fields(
            &format!("[Xin điền: tiêu chí {criterion}]"),
            &format!("[To be filled in: criterion {criterion}]"),
        );
        let stt = at + 1;
        text.push_str(&format!("tc-{stt},criterion,{stt},{criterion},{name},survey,1,yes\n"));
    }
    text
}

const DEFAULT_RULE: &str = r#"
[default]
method = "mean"
dont_know = "excluded"
groups = "population"
conversion = { kind = "linear" }
minimum_n = 10
"#;

fn rule(form: &Form, criteria: &BTreeSet<&str>) -> String {
    let words = Words(form);
    let title = words.say("[Xin điền: quy tắc chấm điểm]", "[To be filled in: scoring rule]");
    let mut text = format!(
        r#"id = "cham-diem"
version = "1"
title = {title}

"#
    );
    if criteria.is_empty() {
        text.push_str("\n# Không chấm điểm tiêu chí nào. Nothing is scored.\n[criteria]\n");
    } else {
        text.push_str(DEFAULT_RULE);
    }
    for criterion in criteria {
        text.push_str(&format!("\n[criteria.{}]\n", quoted(criterion)));
    }
    text.push_str("\n[rounding]\nscore = 2\npoints = 3\n");
    text
}

fn units(form: &Form) -> String {
    let words = Words(form);
    let name = words.fields("[Xin điền: đơn vị]", "[To be filled in: unit]");
    format!("code,short,{}\ndon-vi,,{name}\n", words.columns())
}
