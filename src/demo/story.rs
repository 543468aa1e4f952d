//! The demo from beginning to end.

use super::round::{DemoSurvey, act, call_reserve, prepare};
use crate::{
    cli::{Failure, Settings, log_to_stderr, print, stop},
    clock::{Clock, start_of},
    conduct::Office,
    fieldwork::RoundState,
    messages::Text,
    report::{results_json, text_table},
    storage::{Address, Store},
    text,
    web::{
        Service, WebSettings,
        office::{self, set_operator_password},
    },
};
use clap::Args;
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use rand::distr::{Alphanumeric, SampleString};
use std::{net::SocketAddr, path::PathBuf};

/// The day on which the first demo round opens. Fixed, so that the same seed gives the same round.
const FIRST_DAY: Date = date(2026, 3, 2);
/// How many days it is in the field.
const DAYS: i64 = 30;
/// The name by which an installation is marked as demo data.
const MARK: &str = "demo";
/// The PostgreSQL schema of demo data.
const SCHEMA: &str = "phieu_demo";

type Result<T, E = Failure> = std::result::Result<T, E>;

/// How the demo is to run
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End after the result, and use any free port
    #[arg(long)]
    exit: bool,
    /// Print the result as one JSON document
    #[arg(long)]
    json: bool,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, env = "PHIEU_LISTEN")]
    listen: Option<SocketAddr>,
    /// From which people, answers and the draw follow
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// About how many people there are
    #[arg(long)]
    people: Option<usize>,
    /// The password for the office's pages [default: made up and printed]
    #[arg(long, env = "PHIEU_OPERATOR_PASSWORD", hide = true, hide_env_values = true)]
    operator_password: Option<String>,
}

/// Runs the demo.
pub async fn run(args: DemoArgs, settings: &Settings) -> Result<()> {
    log_to_stderr();
    let told = |text: Text| eprintln!("{}", text.say(settings.language));
    if args.people.is_some_and(|people| !(100..=2_000_000).contains(&people)) {
        return Err(Failure::Environment(text!("demo.people_range")));
    }
    let (address, secrets) = place(settings);
    clear(&address, &secrets).await?;
    let clock = Clock::standing_at(morning(FIRST_DAY));
    let office = Office::open(&address, &secrets, clock.clone(), "demo").await?;
    mark(&office).await?;
    let password = args
        .operator_password
        .clone()
        .unwrap_or_else(|| Alphanumeric.sample_string(&mut rand::rng(), 16));
    set_operator_password(&office, &password).await?;
    let free: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 0));
    let standard = SocketAddr::from(([127, 0, 0, 1], 8080));
    let listen =
        args.listen.unwrap_or(if args.exit { free } else { settings.listen.unwrap_or(standard) });
    let web = WebSettings::default();
    let pages = office::router(office::OfficeApp::new(office.clone(), &web));
    let service = Service::listen(&office, listen, pages, web)
        .await
        .map_err(|problem| Failure::Environment(problem.text()))?;
    let address = service.address;
    let (halt, halted) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(service.serve(async {
        // Dropping the sender stops the service as well as sending does.
        let _ = halted.await;
    }));

    let code = first_round(&office, &args, address, settings).await?;
    let round = office.round(&code).await?;
    let published = office.published(&round).await?;
    let results = published.release.main();
    if args.json {
        print(results_json(results))?;
    } else {
        print(text_table(results, settings.language))?;
    }
    if !args.exit {
        clock.run();
        let links = second_round(&office, &args, address).await?;
        told(text!("demo.results_page", address = address, round = code));
        told(text!("demo.progress_page", address = address, round = code));
        told(text!("demo.password", password = password));
        told(text!("demo.links"));
        for link in links {
            eprintln!("  {link}");
        }
        told(text!("demo.stop"));
        stop().await;
    }
    drop(halt);
    let _ = serving.await;
    office.store.close().await;
    Ok(())
}

/// The whole first round, up to the open box. Returns its code.
async fn first_round(
    office: &Office,
    args: &DemoArgs,
    address: SocketAddr,
    settings: &Settings,
) -> Result<String> {
    let told = |text: Text| eprintln!("{}", text.say(settings.language));
    let demo = DemoSurvey::new("so-tnmt-2024", args.people);
    let code = demo.survey.id.clone();
    let closes_on = FIRST_DAY.saturating_add((DAYS - 1).days());
    let (round, refused, imported, drawn) =
        prepare(office, &demo, &code, args.seed, closes_on).await?;
    told(text!("demo.bad_list"));
    for problem in &refused.problems {
        eprintln!("  {}", problem.say(settings.language));
    }
    told(imported.summary());
    told(text!(
        "demo.drawn",
        sample = drawn.sample,
        population = drawn.population,
        seed = drawn.seed
    ));
    office.open_round(&round).await?;
    let mut wave = 0;
    for day in 0..DAYS {
        office.clock.set(morning(FIRST_DAY.saturating_add(day.days())));
        office.refresh_daily_counts().await?;
        if day == 0 {
            let people = act(office, &round, args.seed, wave, address).await?;
            told(text!("demo.main_sample", people = people));
        } else if day % 7 == 0 {
            let called = call_reserve(office, &code).await?;
            if called > 0 {
                wave += 1;
                told(text!("demo.reserve", day = day, people = called));
                act(office, &round, args.seed, wave, address).await?;
            }
        }
    }
    let round = office.round(&code).await?;
    let last = office.close_round(&round).await?;
    office.clock.set(last + 1);
    let unsealed = office.open_box(&office.round(&code).await?, &[]).await?;
    told(text!("demo.opened", responses = unsealed.responses));
    Ok(code)
}

/// A second round that is still open. Returns links that nobody has used.
async fn second_round(
    office: &Office,
    args: &DemoArgs,
    address: SocketAddr,
) -> Result<Vec<String>> {
    let demo = DemoSurvey::new("bo-tnmt-2020", None);
    let code = demo.survey.id.clone();
    let closes_on = office.clock.today().saturating_add(DAYS.days());
    let (round, ..) = prepare(office, &demo, &code, args.seed.wrapping_add(1), closes_on).await?;
    office.open_round(&round).await?;
    let round = office.round(&code).await?;
    debug_assert_eq!(round.row.state, RoundState::Open);
    let invited = office.invited(&round).await?;
    let mut groups: Vec<&str> = Vec::new();
    let mut links = Vec::new();
    for one in &invited {
        if links.len() < 3 && (!groups.contains(&one.group.as_str()) || invited.len() < 10) {
            groups.push(&one.group);
            links.push(format!("http://{address}/p/{}", one.code.compact()));
        }
    }
    for one in invited.iter().rev().take(3 - links.len()) {
        links.push(format!("http://{address}/p/{}", one.code.compact()));
    }
    Ok(links)
}

/// Where demo data live: a file of their own, or a schema of their own.
fn place(settings: &Settings) -> (Address, PathBuf) {
    if !settings.database_named {
        return (Address::Sqlite("phieu-demo.db".into()), "phieu-demo.db.secrets".into());
    }
    (settings.database.clone().in_schema(SCHEMA), settings.secrets.clone())
}

/// Removes what an earlier demo left, and refuses to touch anything else.
async fn clear(address: &Address, secrets: &std::path::Path) -> Result<()> {
    let there = match address {
        Address::Sqlite(file) => file.exists(),
        Address::Postgres(..) => true,
    };
    if there {
        let store = Store::open(address).await?;
        let mut tx = store.read().await?;
        let marked = tx.fact(MARK).await?.is_some();
        let empty = tx.fact("secrets").await?.is_none() && tx.rounds().await?.is_empty();
        drop(tx);
        store.close().await;
        if !marked && !empty {
            return Err(Failure::Data(text!("demo.not_ours", database = address)));
        }
        Store::drop_schema(address).await?;
        if let Address::Sqlite(file) = address {
            for suffix in ["", "-wal", "-shm"] {
                let mut name = file.as_os_str().to_owned();
                name.push(suffix);
                let _ = std::fs::remove_file(name);
            }
        }
    }
    // The secrets of a demo are worth nothing once its data are gone.
    if secrets.join("demo").exists() {
        std::fs::remove_dir_all(secrets).map_err(|problem| Failure::environment(&problem))?;
    }
    Ok(())
}

async fn mark(office: &Office) -> Result<()> {
    let mut tx = office.store.write().await?;
    tx.note_fact(MARK, "1").await?;
    tx.commit().await?;
    std::fs::write(office.secrets.directory().join("demo"), "")
        .map_err(|problem| Failure::environment(&problem))
}

fn morning(day: Date) -> i64 {
    start_of(day) + 8 * 60 * 60 * 1000
}
