//! Rounds of any survey, in the field as the office would have brought them there.

use super::{Small, TestApp, folder};
use phieu::{
    conduct::{Invited, Round, RoundPlan},
    sampling::{Stratum, Upload},
    survey::Bundle,
};
use std::fmt::Write;

/// A survey, and how many people of which unit and group are asked.
pub struct Field<'a> {
    pub code: &'a str,
    pub files: Vec<(String, String)>,
    pub people: &'a [(&'a str, &'a str, usize)],
}

impl<'a> Field<'a> {
    /// The survey in a folder of this repository.
    pub fn of(code: &'a str, survey: &str, people: &'a [(&'a str, &'a str, usize)]) -> Self {
        Self { code, files: folder(survey), people }
    }

    /// The same with the text of one file replaced.
    pub fn with(mut self, name: &str, text: &str) -> Self {
        let file = self.files.iter_mut().find(|(known, _)| known == name);
        file.unwrap_or_else(|| panic!("there is no {name}")).1 = text.to_owned();
        self
    }

    /// Everybody is a target, so that all are invited; the other groups have one and no people.
    fn targets(&self) -> Vec<(&str, &str, usize)> {
        let mut targets = self.people.to_vec();
        let (_, all) = self.files.iter().find(|(name, _)| name == "targets.csv").unwrap();
        for line in all.lines().skip(1) {
            let mut fields = line.split(',');
            let (unit, group) = (fields.next().unwrap(), fields.next().unwrap());
            if targets.iter().all(|(_, known, _)| *known != group) {
                targets.push((unit, group, 1));
            }
        }
        targets
    }

    fn bundle(&self) -> Bundle {
        let mut targets = "unit,group,target,population\n".to_owned();
        for (unit, group, people) in self.targets() {
            writeln!(targets, "{unit},{group},{people},").unwrap();
        }
        let files = self.files.iter().map(|(name, text)| {
            let text = if name == "targets.csv" { &targets } else { text };
            (name.clone(), text.clone())
        });
        Bundle::new(files.collect::<Vec<_>>()).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    fn list(&self) -> String {
        let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
        for (unit, group, people) in self.people {
            for person in 0..*people {
                writeln!(list, "{unit}.{group}.{person:05};Nguyễn Văn {person};{unit};{group}")
                    .unwrap();
            }
        }
        list
    }
}

impl TestApp {
    /// A round of `field`, open for answers, and everybody who was invited.
    pub async fn field(&self, field: &Field<'_>) -> (Round, Vec<Invited>) {
        let plan = RoundPlan {
            code: field.code.to_owned(),
            closes_on: Some("2026-03-31".parse().unwrap()),
            lease: Some(Small::new(1, 1).lease),
            synthetic: true,
        };
        let round = self.office.set_up_round(&field.bundle(), &plan).await.unwrap();
        let list = field.list();
        let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
        self.office.import_frame(&round, &[upload]).await.unwrap();
        let unexplained: Vec<(Stratum, String)> = field
            .targets()
            .iter()
            .map(|(unit, group, _)| (Stratum::new(unit, group), "a test".to_owned()))
            .collect();
        self.office.freeze_frame(&round, &unexplained).await.unwrap();
        self.office.draw_sample(&round, "12345", "a test", "").await.unwrap();
        self.office.open_round(&round).await.unwrap();
        let round = self.office.round(field.code).await.unwrap();
        let invited = self.office.invited(&round).await.unwrap();
        (round, invited)
    }
}
