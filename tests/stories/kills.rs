//! Whatever is acknowledged is still there after the process is killed, at any moment.
//!
//! Ten people at a time answer the running program over real sockets while it is killed with
//! SIGKILL and started again. After each kill, everybody who was answering looks at their
//! draft; at the end all drafts and receipts are looked at, the box is opened, and the scored
//! answers are counted against those that were acknowledged.
//!
//! `./check` kills 30 times on SQLite, 15 times on PostgreSQL, and PostgreSQL itself 5 times.
//! For more, a multiple of these numbers:
//!
//! ```sh
//! PHIEU_KILLS=40 cargo test --release --test stories kills -- --nocapture
//! ```

mod interview;

use crate::program::{Cluster, Field, Guest, Place, Server};
use interview::{People, Tally};
use phieu::fieldwork::RoundState;
use sqlx::{Connection, SqliteConnection};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// People answering at once.
const WRITERS: usize = 10;

/// How long an abandoned draft keeps its place.
const LEASE: i64 = 1_500;

const ROUND: &str = "thu-nghiem";

fn times(kills: usize) -> usize {
    let multiple = std::env::var("PHIEU_KILLS").ok().map(|n| n.parse::<usize>().unwrap());
    kills * multiple.unwrap_or(1)
}

/// A drawn cell larger and smaller than its target, a hard one with room, and one that fills up.
fn fields() -> Vec<Field> {
    let more = times(1).min(10);
    vec![
        Field { group: "nd", people: 700 * more, target: 700, hard: false },
        Field { group: "cc", people: 100, target: 30, hard: false },
        Field { group: "dn", people: 300 * more, target: 250, hard: true },
        Field { group: "ld", people: 80, target: 20, hard: true },
    ]
}

/// A campaign under way: an installation, its people, and everything they were promised.
struct Campaign {
    place: Place,
    people: Arc<People>,
    writers: JoinSet<()>,
    began: Instant,
}

impl Campaign {
    async fn begin(place: Place) -> (Self, Server) {
        let office = place.office().await;
        let invited = Field::open(&office, &fields(), ROUND, LEASE).await;
        // From here on only the server holds the database open, and it alone recovers it.
        office.store.close().await;
        let server = Server::start(&place).await;
        let people = Arc::new(People::new(invited, server.address()));
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(Arc::clone(&people).answer());
        }
        (Self { place, people, writers, began: Instant::now() }, server)
    }

    /// Lets people finish what they are doing, then looks at everything.
    async fn end(mut self, server: Server, kills: usize) {
        self.people.stop();
        while let Some(done) = self.writers.join_next().await {
            done.unwrap();
        }
        let all = self.people.look_at_everything(WRITERS).await;
        self.targets_are_kept().await;
        let tally = self.people.tally();
        eprintln!(
            "{kills} kills in {} s: {} saves and {} submits acknowledged, {} requests unanswered, \
             {} turned away; looked again at {} drafts and {all} receipts and drafts at the end: \
             none lost",
            self.began.elapsed().as_secs(),
            tally.saves,
            tally.submits,
            tally.unanswered,
            tally.unavailable,
            tally.looks,
        );
        assert!(tally.saves > kills as u64 && tally.submits > 0, "there was hardly any load");
        assert!(server.stop().success());
        self.open_the_box(&tally).await;
        self.place.remove().await;
    }

    async fn targets_are_kept(&self) {
        let office = self.place.office().await;
        let round = office.round(ROUND).await.unwrap();
        let cells = office.store.read().await.unwrap().cells(round.row.id).await.unwrap();
        assert_eq!(cells.len(), fields().len());
        for cell in cells {
            let state = cell.state;
            assert!(state.completed + state.held <= state.target, "{}: {state:?}", cell.group);
        }
        office.store.close().await;
    }

    /// Whoever finds something missing ends in the middle of the campaign.
    fn nobody_has_given_up(&mut self) {
        while let Some(ended) = self.writers.try_join_next() {
            ended.unwrap();
        }
    }

    /// Of every code with an acknowledged submit one answer is scored, and none twice.
    async fn open_the_box(&self, tally: &Tally) {
        if let Some(file) = self.place.database.strip_prefix("sqlite:") {
            let mut file = SqliteConnection::connect(file).await.unwrap();
            let state: String =
                sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap();
            assert_eq!(state, "ok");
        }
        let office = self.place.office().await;
        let last = office.close_round(&office.round(ROUND).await.unwrap()).await.unwrap();
        let left = u64::try_from(last - office.clock.now()).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(left + 50)).await;
        let unsealed = office.open_box(&office.round(ROUND).await.unwrap(), &[]).await.unwrap();
        let round = office.round(ROUND).await.unwrap();
        assert_eq!(round.row.state, RoundState::Opened);
        let facts = office.facts(&round).await.unwrap();
        let mut scored = 0;
        for (at, field) in fields().iter().enumerate() {
            let codes: BTreeSet<&String> =
                tally.submitted.iter().filter(|(of, _)| *of == at).map(|(_, code)| code).collect();
            let target = usize::try_from(field.target).unwrap();
            let expected = if field.hard { codes.len().min(target) } else { codes.len() };
            assert!(expected > 0, "nobody answered in {}", field.group);
            let cell = facts.cells.iter().find(|cell| cell.group == field.group).unwrap();
            let answered = cell.outcomes.get("answered").copied().unwrap_or(0);
            assert_eq!(answered, expected as u64, "{}: {:?}", field.group, cell.outcomes);
            scored += expected;
        }
        assert_eq!(unsealed.responses, scored);
        let codes: BTreeSet<&String> = tally.submitted.iter().map(|(_, code)| code).collect();
        let conflicts = tally.submits - codes.len() as u64;
        let counted = unsealed.outcomes.get("conflict").copied().unwrap_or(0);
        assert_eq!(counted, i64::try_from(conflicts).unwrap());
        office.store.close().await;
    }
}

/// Kills the server so often, now and then while it is still starting.
async fn kill_the_server(place: Place, kills: usize) {
    let (mut campaign, mut server) = Campaign::begin(place).await;
    let mut killed = 0;
    while killed < kills {
        tokio::time::sleep(Duration::from_millis(rand::random_range(50..500))).await;
        server.kill();
        killed += 1;
        server = Server::spawn(&campaign.place);
        if killed < kills && rand::random_range(0..5) == 0 {
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..60))).await;
            server.kill();
            killed += 1;
            server = Server::spawn(&campaign.place);
        }
        campaign.people.moved_to(server.listening().await);
        campaign.targets_are_kept().await;
        campaign.nobody_has_given_up();
    }
    assert_eq!(campaign.people.tally().unavailable, 0, "{}", server.log());
    campaign.end(server, kills).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_sqlite() {
    kill_the_server(Place::sqlite(), times(30)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_postgresql() {
    kill_the_server(Place::postgres(), times(15)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_postgresql_is_killed() {
    let mut cluster = tokio::task::spawn_blocking(Cluster::start_new).await.unwrap();
    let (mut campaign, mut server) = Campaign::begin(Place::postgres_at(&cluster.url)).await;
    let kills = times(5);
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(rand::random_range(300..1_500))).await;
        let away = Duration::from_millis(rand::random_range(0..1_000));
        cluster = tokio::task::spawn_blocking(move || {
            cluster.kill();
            std::thread::sleep(away);
            cluster.start();
            cluster
        })
        .await
        .unwrap();
        let before = campaign.people.tally().submits;
        let since = Instant::now();
        while campaign.people.tally().submits <= before {
            campaign.nobody_has_given_up();
            assert!(server.runs(), "{}", server.log());
            assert!(
                since.elapsed() < Duration::from_secs(30),
                "it does not go on: {}",
                server.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    campaign.end(server, kills).await;
    let stopped = tokio::task::spawn_blocking(move || drop(cluster));
    stopped.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_stop_ends_well_and_another_goes_on() {
    let place = Place::sqlite();
    let office = place.office().await;
    let invited = Field::open(&office, &fields(), ROUND, LEASE).await;
    office.store.close().await;
    let server = Server::start(&place).await;
    let mut guest = Guest::new(server.address());
    guest.get(&format!("/p/{}", invited[0].code)).await.unwrap();
    assert_eq!(guest.post("/phieu/start", &[]).await.unwrap().status, 303);
    assert_eq!(guest.post("/phieu/q/1", &[("hai_long", "4")]).await.unwrap().status, 303);
    assert!(server.stop().success());
    let server = Server::start(&place).await;
    guest.address = server.address();
    let page = guest.get("/phieu/q/1").await.unwrap();
    assert!(page.status == 200 && page.body.contains("value=\"4\" checked"), "{}", page.body);
    place.remove().await;
}
