//! A small survey with several pages and with cells of both policies.

use crate::support::folder;
use phieu::{
    conduct::{Office, Round, RoundPlan},
    sampling::{Stratum, Upload},
    survey::Bundle,
};
use std::path::Path;

/// The scale questions, one on each page; the last page has a field for text beside it.
pub const QUESTIONS: [&str; 3] = ["hai_long", "dung_hen", "thai_do"];

const PAGES: &str = r#"
[[page]]
id = "dung-hen"

[[page.question]]
name = "dung_hen"
kind = "scale"
scale = "hai-long"
label = { vi = "Kết quả có được trả đúng hẹn không?", en = "Was the result given in time?" }
required = true

[[page]]
id = "thai-do"

[[page.question]]
name = "thai_do"
kind = "scale"
scale = "hai-long"
label = { vi = "Thái độ phục vụ thế nào?", en = "How were you treated?" }
required = true

[[page.question]]
name = "gop_y"
kind = "long_text"
label = { vi = "Ông/Bà góp ý điều gì thêm?", en = "What else would you like to say?" }
"#;

/// A group of respondents in the field, all of them invited.
pub struct Field {
    pub group: &'static str,
    pub people: usize,
    /// The target of its cell once the round is open.
    pub target: i64,
    pub hard: bool,
}

/// Somebody invited.
#[derive(Clone)]
pub struct Invitee {
    /// The place of the group among the fields.
    pub field: usize,
    pub code: String,
}

/// The survey's files for these groups.
fn bundle(fields: &[Field]) -> Bundle {
    Bundle::new(files(fields)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn files(fields: &[Field]) -> Vec<(String, String)> {
    let mut files = folder("tests/data/hai-long-2022");
    for (name, text) in &mut files {
        match name.as_str() {
            "survey.toml" => *text = survey(text, fields),
            "targets.csv" => {
                *text = "unit,group,target,population\n".to_owned();
                for field in fields {
                    text.push_str(&format!("so-tnmt,{},{},\n", field.group, field.people));
                }
            }
            name if name.starts_with("forms/") => text.push_str(PAGES),
            _ => {}
        }
    }
    files
}

/// The file of the smallest survey with its one group and part in as many copies as needed.
fn survey(text: &str, fields: &[Field]) -> String {
    let copies = |table: &str, text: &str| {
        let begin = text.find(table).unwrap();
        let length = text[begin + 2..].find("\n[").unwrap() + 3;
        let block = &text[begin..begin + length];
        let blocks: String = fields
            .iter()
            .map(|field| {
                let policy = if field.hard { "\"hard\"" } else { "\"drawn\"" };
                let group = format!("\"{}\"", field.group);
                block.replace("\"nd\"", &group).replace("\"drawn\"", policy)
            })
            .collect();
        format!("{}{blocks}{}", &text[..begin], &text[begin + length..])
    };
    copies("[[part]]", &copies("[[group]]", text))
}

/// Writes the survey's files into `to`.
pub fn survey_folder(fields: &[Field], to: &Path) {
    for (name, text) in files(fields) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Field {
    /// Opens the round `code` with everybody of `fields` invited.
    pub async fn open(office: &Office, fields: &[Self], code: &str, lease: i64) -> Vec<Invitee> {
        let plan = RoundPlan {
            code: code.to_owned(),
            closes_on: None,
            lease: Some(lease),
            synthetic: true,
        };
        let round = office.set_up_round(&bundle(fields), &plan).await.unwrap();
        let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
        for field in fields {
            for person in 0..field.people {
                let group = field.group;
                list.push_str(&format!(
                    "{group}{person:05};Nguyễn {group} {person};so-tnmt;{group}\n"
                ));
            }
        }
        let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
        office.import_frame(&round, &[upload]).await.unwrap();
        let reasons: Vec<_> = fields
            .iter()
            .map(|field| (Stratum::new("so-tnmt", field.group), "test".to_owned()))
            .collect();
        office.freeze_frame(&round, &reasons).await.unwrap();
        office.draw_sample(&round, "12345", "a test", "").await.unwrap();
        office.open_round(&round).await.unwrap();
        Self::set_targets(office, &round, fields).await;
        let place = |group: &str| fields.iter().position(|field| field.group == group).unwrap();
        let invited = office.invited(&office.round(code).await.unwrap()).await.unwrap();
        invited
            .into_iter()
            .map(|one| Invitee { field: place(&one.group), code: one.code.compact() })
            .collect()
    }

    async fn set_targets(office: &Office, round: &Round, fields: &[Self]) {
        let mut tx = office.store.write().await.unwrap();
        for cell in tx.cells(round.row.id).await.unwrap() {
            let field = fields.iter().find(|field| field.group == cell.group).unwrap();
            assert!(tx.set_cell_target(cell.id, field.target).await.unwrap());
        }
        tx.commit().await.unwrap();
    }
}
