//! How the large steps of a round scale.
//!
//! `cargo bench --bench volumes [-- --postgres URL] [--runs N] [--scale N]`
//!
//! Imports a list of 100,000 people; draws 200,000 of 1,000,000; starts the service over
//! 1,000,000 invitations; opens a box of 100,000 answers. `--scale 10` divides all of that by
//! ten, for a quick look. Beside the import runs a bare insert of as many rows, beside the
//! opening a bare decryption of as many envelopes on one core.

mod support;

use phieu::{
    clock::Clock,
    conduct::{Office, RoundPlan},
    fieldwork::{BoxPublicKey, SealedContent},
    questionnaire::Recorded,
    sampling::{Stratum, Upload},
    storage::Address,
};
use std::{collections::BTreeMap, path::PathBuf, time::Instant};
use support::{Engine, Options, Server, median, quiet_table};
use uuid::Uuid;

fn main() {
    let options = Options::from_arguments();
    if options.serve {
        return support::serve(&options);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        for engine in options.engines() {
            let mut lines = vec![
                import(&options, &engine).await,
                draw(&options, &engine).await,
                opening(&options, &engine).await,
            ];
            lines.extend(starting(&options, &engine).await);
            println!("\n{} ({} runs)", engine.name, options.runs);
            quiet_table(&["step", "median", "beside it"], &lines);
        }
    });
}

struct Place {
    folder: PathBuf,
    address: Address,
    office: Office,
}

impl Place {
    async fn new(engine: &Engine) -> Self {
        let folder = std::env::temp_dir().join(format!("phieu-bench-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a folder for the database");
        let address = engine.address(&folder);
        phieu::storage::Store::drop_schema(&address)
            .await
            .expect("the schema of earlier runs goes");
        let office = support::office(&address, &folder).await;
        Self { folder, address, office }
    }

    async fn remove(self) {
        self.office.store.close().await;
        phieu::storage::Store::drop_schema(&self.address).await.expect("the schema goes");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn plan() -> RoundPlan {
    RoundPlan { code: "bench".to_owned(), closes_on: None, lease: Some(0), synthetic: true }
}

async fn import(options: &Options, engine: &Engine) -> Vec<String> {
    let people = 100_000 / options.scale;
    let (mut figures, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let place = Place::new(engine).await;
        let round = place
            .office
            .set_up_round(&support::survey_files(people), &plan())
            .await
            .expect("a round");
        let list = support::list(people);
        let begin = Instant::now();
        let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
        place.office.import_frame(&round, &[upload]).await.expect("a frame");
        figures.push(begin.elapsed().as_secs_f64());
        bare.push(bare_inserts(&place.office, people).await);
        place.remove().await;
    }
    vec![
        format!("import of {people} rows"),
        format!("{:.2} s", median(&mut figures)),
        format!("bare inserts {:.2} s", median(&mut bare)),
    ]
}

/// As many rows of one word each, one statement a row, in one transaction.
async fn bare_inserts(office: &Office, rows: usize) -> f64 {
    let begin = Instant::now();
    let mut tx = office.store.write().await.expect("a unit of work");
    for row in 0..rows {
        tx.note_fact(&format!("bench {row}"), "x").await.expect("a row");
    }
    tx.commit().await.expect("a commit");
    begin.elapsed().as_secs_f64()
}

async fn draw(options: &Options, engine: &Engine) -> Vec<String> {
    let (frame, sample) = (1_000_000 / options.scale, 200_000 / options.scale);
    let mut figures = Vec::new();
    for _ in 0..options.runs {
        let place = Place::new(engine).await;
        let office = &place.office;
        let files = support::survey_files_with(sample, frame);
        let round = office.set_up_round(&files, &plan()).await.expect("a round");
        let list = support::list(frame);
        let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
        office.import_frame(&round, &[upload]).await.expect("a frame");
        office.freeze_frame(&round, &reasons()).await.expect("a frozen frame");
        let begin = Instant::now();
        office.draw_sample(&round, "12345", "benchmark", "").await.expect("a draw");
        figures.push(begin.elapsed().as_secs_f64());
        place.remove().await;
    }
    vec![
        format!("draw of {sample} from {frame}"),
        format!("{:.2} s", median(&mut figures)),
        String::new(),
    ]
}

fn reasons() -> Vec<(Stratum, String)> {
    ["ld", "cc", "nd", "dn"]
        .map(|group| (Stratum::new("vpdkdd", group), "benchmark".to_owned()))
        .to_vec()
}

/// Memory and start-up time with many invitations in the database.
async fn starting(options: &Options, engine: &Engine) -> Vec<Vec<String>> {
    let people = 1_000_000 / options.scale;
    let place = Place::new(engine).await;
    let codes = support::open_round(&place.office, people).await;
    place.office.store.close().await;
    let (mut starts, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let begin = Instant::now();
        let server = Server::spawn(&place.folder, engine.postgres.as_deref(), false);
        server.visit(&codes[0]).await;
        starts.push(begin.elapsed().as_secs_f64());
        for code in codes.iter().step_by(codes.len() / 5_000 + 1) {
            server.visit(code).await;
        }
        resident.push(server.resident_mib());
        drop(server);
    }
    place.remove().await;
    vec![
        vec![
            format!("start to first page, {people} invitations"),
            format!("{:.2} s", median(&mut starts)),
            String::new(),
        ],
        vec![
            "resident memory after 5,000 visits".to_owned(),
            format!("{:.0} MiB", median(&mut resident)),
            String::new(),
        ],
    ]
}

async fn opening(options: &Options, engine: &Engine) -> Vec<String> {
    let answers = 100_000 / options.scale;
    let (mut figures, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let place = Place::new(engine).await;
        let office = &place.office;
        support::open_round(office, answers).await;
        let round = office.round("bench").await.expect("the round");
        bare.push(fill_box(office, &round, answers).await);
        office.close_round(&round).await.expect("a closed round");
        let office =
            Office { clock: Clock::standing_at(Clock::System.now() + 10_000), ..office.clone() };
        let round = office.round("bench").await.expect("the round");
        let begin = Instant::now();
        let unsealed = office.open_box(&round, &[]).await.expect("an open box");
        figures.push(begin.elapsed().as_secs_f64());
        assert_eq!(unsealed.responses, answers);
        place.remove().await;
    }
    vec![
        format!("opening a box of {answers}"),
        format!("{:.2} s", median(&mut figures)),
        format!("bare decryption {:.2} s", median(&mut bare)),
    ]
}

/// Fills the box through the intake; returns how long opening the envelopes alone takes.
async fn fill_box(office: &Office, round: &phieu::conduct::Round, answers: usize) -> f64 {
    let desk = office.desk();
    let intake =
        phieu::storage::Intake::open(office.store.clone(), desk.clone(), office.clock.clone());
    let key = BoxPublicKey::from_bytes(&round.row.box_key.clone().expect("an open round"))
        .expect("a key");
    let cells =
        office.store.read().await.expect("a reader").cells(round.row.id).await.expect("cells");
    let cell = cells.iter().find(|cell| cell.group == "nd").expect("citizens").id;
    let parts = office.store.read().await.expect("a reader").parts_in(cell).await.expect("parts");
    let envelope = |part: Uuid| {
        let answers: BTreeMap<String, Recorded> =
            (0..30).map(|question| (format!("question_{question}"), Recorded::Code(4))).collect();
        let content = SealedContent {
            part,
            form: "nguoi-dan".to_owned(),
            form_version: "1".to_owned(),
            mode: "web".to_owned(),
            answers,
        };
        let receipt: [u8; 32] = rand_bytes();
        key.seal(&content, &receipt, round.row.id, &mut rand::rng()).expect("an envelope")
    };
    let mut waiting = tokio::task::JoinSet::new();
    for part in parts.into_iter().take(answers) {
        let (intake, body) = (intake.clone(), envelope(part));
        let draft = Uuid::new_v4();
        waiting.spawn(async move {
            let start = phieu::storage::Start {
                part,
                draft,
                issue: 0,
                body: vec![0; 600],
                notice: "1".to_owned(),
            };
            intake.start(start).await.expect("a start");
            let submit = phieu::storage::Submit {
                draft,
                part,
                issue: 0,
                receipt_before: rand_bytes(),
                body,
                took: None,
            };
            intake.submit(submit).await.expect("a submit");
        });
        if waiting.len() > 2_000 {
            waiting.join_next().await;
        }
    }
    waiting.join_all().await;
    let private = office.secrets.box_key(round.row.id).expect("the key");
    let part = Uuid::new_v4();
    let sealed = envelope(part);
    let begin = Instant::now();
    for _ in 0..answers {
        private.open(&sealed, round.row.id, part).expect("an answer");
    }
    begin.elapsed().as_secs_f64()
}

fn rand_bytes() -> [u8; 32] {
    rand::random()
}
