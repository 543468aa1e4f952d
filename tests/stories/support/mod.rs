//! One installation per test, on whichever engine the test asks for, and browsers to visit it.

mod browser;
mod rounds;

pub use browser::{Answered, Browser};
pub use rounds::Field;

use phieu::{
    clock::Clock,
    conduct::{Invited, Office, Round, RoundPlan},
    sampling::Upload,
    storage::{Address, Desk, Intake, Store},
    survey::Bundle,
    web::{
        PublicApp, WebSettings, dressed,
        office::{OfficeApp, router, set_operator_password},
        respondents,
    },
};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

/// 2 March 2026, 08:00 in Viet Nam.
pub const MORNING: i64 = 1_772_413_200_000;

/// What the office signs in with.
const PASSWORD: &str = "mật khẩu đủ dài";

/// One engine that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An installation made for one test, and removed after it.
pub struct TestApp {
    pub engine: Engine,
    pub office: Office,
    pub clock: Clock,
    pub intake: Intake,
    pub desk: Desk,
    pub address: Address,
    pub folder: PathBuf,
    pub pages: axum::Router,
}

impl TestApp {
    pub async fn on(engine: Engine) -> Self {
        let folder = std::env::temp_dir().join(format!("phieu-test-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let address = match engine {
            Engine::Sqlite => {
                format!("sqlite:{}", folder.join("test.db").display()).parse().unwrap()
            }
            Engine::Postgres => {
                let schema = format!("test_{}", Uuid::new_v4().simple());
                postgres_url().parse::<Address>().unwrap().in_schema(&schema)
            }
        };
        let clock = Clock::standing_at(MORNING);
        let office =
            Office::open(&address, &folder.join("secrets"), clock.clone(), "test").await.unwrap();
        Self::over(engine, office, address, folder)
    }

    /// A second server on the same installation.
    pub async fn twin(&self) -> Self {
        let secrets = self.folder.join("secrets");
        let office =
            Office::open(&self.address, &secrets, self.clock.clone(), "test").await.unwrap();
        Self::over(self.engine, office, self.address.clone(), self.folder.clone())
    }

    fn over(engine: Engine, office: Office, address: Address, folder: PathBuf) -> Self {
        let desk = office.desk();
        let intake = Intake::open(office.store.clone(), desk.clone(), office.clock.clone());
        let app = PublicApp::new(
            desk.clone(),
            intake.clone(),
            Arc::clone(&office.secrets.public),
            office.clock.clone(),
            WebSettings::default(),
        );
        let pages = dressed(respondents(app), &WebSettings::default());
        Self { engine, clock: office.clock.clone(), office, intake, desk, address, folder, pages }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.pages.clone())
    }

    /// A browser of the office, signed in.
    pub async fn officer(&self) -> Browser {
        set_operator_password(&self.office, PASSWORD).await.unwrap();
        let settings = WebSettings::default();
        let office = OfficeApp::new(self.office.clone(), &settings);
        let mut browser = Browser::new(dressed(router(office), &settings));
        let signed_in = browser.post("/office/login", &[("password", PASSWORD)]).await;
        assert_eq!(signed_in.location.as_deref(), Some("/office"));
        browser
    }

    /// Lets time pass.
    pub fn wait(&self, millis: i64) {
        self.clock.set(self.clock.now() + millis);
    }

    /// A round in the field: `people` of them in the only stratum of a small survey.
    pub async fn small_round(&self, small: &Small) -> (Round, Vec<Invited>) {
        let round = self.drawn_round(small).await;
        self.office.open_round(&round).await.unwrap();
        let round = self.office.round(small.code).await.unwrap();
        let invited = self.office.invited(&round).await.unwrap();
        (round, invited)
    }

    /// The same before it has opened.
    pub async fn drawn_round(&self, small: &Small) -> Round {
        let plan = RoundPlan {
            code: small.code.to_owned(),
            closes_on: Some("2026-03-31".parse().unwrap()),
            lease: Some(small.lease),
            synthetic: true,
        };
        let round = self.office.set_up_round(&small.bundle(), &plan).await.unwrap();
        let list = small.list();
        let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
        self.office.import_frame(&round, &[upload]).await.unwrap();
        let unexplained = [(phieu::sampling::Stratum::new("so-tnmt", "nd"), "test".to_owned())];
        self.office.freeze_frame(&round, &unexplained).await.unwrap();
        self.office.draw_sample(&round, "12345", "a test", "").await.unwrap();
        if small.target < small.people {
            let mut tx = self.office.store.write().await.unwrap();
            let cell = tx.cells(round.row.id).await.unwrap().remove(0);
            let target = i64::try_from(small.target).unwrap();
            assert!(tx.set_cell_target(cell.id, target).await.unwrap());
            tx.commit().await.unwrap();
        }
        round
    }

    /// Closes the round, waits for the leases and opens the box.
    pub async fn finish(&self, round: &Round) -> phieu::conduct::Unsealed {
        let round = self.closed(round).await;
        self.office.open_box(&round, &[]).await.unwrap()
    }

    /// Closes the round and waits for the leases.
    pub async fn closed(&self, round: &Round) -> Round {
        let round = self.office.round(&round.row.code).await.unwrap();
        let last = self.office.close_round(&round).await.unwrap();
        self.clock.set(last + 1);
        self.office.round(&round.row.code).await.unwrap()
    }

    pub async fn remove(self) {
        self.office.store.close().await;
        Store::drop_schema(&self.address).await.unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

/// The smallest survey there is, made as a test wants it.
pub struct Small {
    pub code: &'static str,
    pub people: usize,
    pub target: usize,
    pub hard: bool,
    pub lease: i64,
}

impl Small {
    pub fn new(people: usize, target: usize) -> Self {
        Self { code: "nho", people, target, hard: false, lease: 30 * 60 * 1000 }
    }

    pub fn hard(people: usize, target: usize) -> Self {
        Self { hard: true, ..Self::new(people, target) }
    }

    /// The survey's files: a target of everybody released, so that all can be invited.
    pub fn bundle(&self) -> Bundle {
        let mut files = folder("tests/data/hai-long-2022");
        for (name, text) in &mut files {
            if name == "survey.toml" && self.hard {
                *text = text.replace(r#"policy = "drawn""#, r#"policy = "hard""#);
            }
            if name == "targets.csv" {
                *text = format!("unit,group,target,population\nso-tnmt,nd,{},\n", self.people);
            }
        }
        Bundle::new(files).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    fn list(&self) -> String {
        let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
        for person in 0..self.people {
            list.push_str(&format!("P{person:05};Nguyễn Văn {person};so-tnmt;nd\n"));
        }
        list
    }
}

/// The files of a folder of this repository, with their names within it.
pub fn folder(path: &str) -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The server that tests on PostgreSQL use; `./check` starts one.
pub fn postgres_url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: run ./check, or `tests/stories/support/postgres start FOLDER PORT` \
         and set the address that it prints",
    )
}

/// Runs each test on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($(async fn $name:ident($app:ident: TestApp) $body:block)+) => { $(
        mod $name {
            use super::*;

            async fn test($app: $crate::support::TestApp) {
                $body
                $app.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                test($crate::support::TestApp::on($crate::support::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                test($crate::support::TestApp::on($crate::support::Engine::Postgres).await).await;
            }
        }
    )+ };
}
