//! Faults of the machine: disks that fail or are full, and databases that are away.
//!
//! Whoever is answering gets a page that says so and keeps what was typed; what was
//! acknowledged is never lost; and when the fault has passed, the same process goes on.

use crate::{
    program::{Cluster, Field, Guest, Invitee, Place, Server, Strace},
    support::Answered,
};
use sqlx::{Connection, SqliteConnection};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

const HALF_AN_HOUR: i64 = 30 * 60 * 1000;

fn fields() -> Vec<Field> {
    vec![Field { group: "nd", people: 400, target: 400, hard: false }]
}

/// The server of `place` with a round in the field.
async fn in_the_field(place: &Place) -> (Server, Vec<Invitee>) {
    let office = place.office().await;
    let invited = Field::open(&office, &fields(), "thu-nghiem", HALF_AN_HOUR).await;
    office.store.close().await;
    (Server::start(place).await, invited)
}

/// Somebody who has answered the first two pages.
async fn on_the_last_page(server: &Server, invitee: &Invitee) -> Guest {
    let mut guest = Guest::new(server.address());
    let opened = guest.get(&format!("/p/{}", invitee.code)).await.unwrap();
    assert_eq!(opened.status, 303, "{}", opened.body);
    assert_eq!(guest.post("/phieu/start", &[]).await.unwrap().status, 303);
    for (page, question) in [("/phieu/q/1", "hai_long"), ("/phieu/q/2", "dung_hen")] {
        assert_eq!(guest.post(page, &[(question, "4")]).await.unwrap().status, 303);
    }
    guest
}

/// Sends the last page.
async fn save(guest: &mut Guest, words: &str) -> Answered {
    guest.post("/phieu/q/3", &[("thai_do", "2"), ("gop_y", words)]).await.unwrap()
}

/// The page says that it was not saved, and holds everything typed.
fn is_kept(answered: &Answered, words: &str) {
    assert_eq!(answered.status, 503, "{:?} {}", answered.location, answered.body);
    assert!(answered.headers.iter().any(|(name, _)| name == "retry-after"));
    assert!(answered.body.contains("Chưa lưu được"), "{}", answered.body);
    assert!(answered.body.contains(words), "{}", answered.body);
    let checked = answered.body.split('<').find(|tag| tag.contains(" checked")).unwrap();
    assert!(checked.contains("name=\"thai_do\"") && checked.contains("value=\"2\""), "{checked}");
}

/// Saves until it works, within a few seconds.
async fn save_at_last(guest: &mut Guest, words: &str) {
    let since = Instant::now();
    loop {
        let answered = save(guest, words).await;
        if answered.status == 303 {
            assert_eq!(answered.location.as_deref(), Some("/phieu/check"));
            return;
        }
        is_kept(&answered, words);
        assert!(since.elapsed() < Duration::from_secs(30), "the service does not go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether the last page shows `words`. A fault may keep the page from being shown at once.
async fn shows(guest: &mut Guest, words: &str) -> bool {
    let mut tries = 0;
    loop {
        let page = guest.get("/phieu/q/3").await.unwrap();
        tries += 1;
        if page.status == 503 && tries < 5 {
            continue;
        }
        assert_eq!(page.status, 200, "{:?}", page.location);
        return page.body.contains(words);
    }
}

/// Everybody submits, and sees the receipt.
async fn submit_all(guests: &mut [Guest]) {
    for guest in guests {
        let sent = guest.post("/phieu/check", &[]).await.unwrap();
        assert_eq!(sent.location.as_deref(), Some("/phieu/thanks"), "{}", sent.body);
        assert_eq!(guest.get("/phieu/thanks").await.unwrap().status, 200);
    }
}

/// Under a fault of some commits: what is acknowledged is stored, for everybody. Returns how
/// many saves were acknowledged and refused.
async fn save_under_faults(server: &Server, guests: &mut [Guest], rounds: usize) -> (usize, usize) {
    let mut acknowledged = vec![0; guests.len()];
    let (mut yes, mut no) = (0, 0);
    for round in 1..=rounds {
        for (at, guest) in guests.iter_mut().enumerate() {
            let words = format!("lần {round} của người {at}.");
            let answered = save(guest, &words).await;
            if answered.status == 303 {
                acknowledged[at] = round;
                yes += 1;
            } else {
                is_kept(&answered, &words);
                no += 1;
            }
        }
    }
    for (at, guest) in guests.iter_mut().enumerate() {
        let (least, mut found) = (acknowledged[at], false);
        for round in least..=rounds {
            found |= shows(guest, &format!("lần {round} của người {at}.")).await;
        }
        assert!(found || least == 0, "save {least} of person {at} was lost: {}", server.log());
    }
    (yes, no)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_is_never_an_acknowledgement() {
    let place = Place::sqlite();
    let (mut server, invited) = in_the_field(&place).await;
    let mut guests = Vec::new();
    for one in &invited[..8] {
        guests.push(on_the_last_page(&server, one).await);
    }

    let log = place.folder.join("strace.log");
    let always = "error=EIO";
    let strace = Strace::inject(server.process(), "fsync,fdatasync", always, &log).await;
    for guest in &mut guests {
        is_kept(&save(guest, "chờ đã lâu").await, "chờ đã lâu");
        let mut stranger = Guest::new(server.address());
        stranger.get(&format!("/p/{}", invited[20].code)).await.unwrap();
        assert_eq!(stranger.post("/phieu/start", &[]).await.unwrap().status, 503);
    }
    drop(strace);
    for guest in &mut guests {
        save_at_last(guest, "đã lưu được").await;
    }

    for (calls, fault) in [
        ("fsync,fdatasync", "error=EIO:when=2+3"),
        ("fsync,fdatasync", "error=ENOSPC:when=2+4"),
        ("pwrite64", "error=EIO:when=9+7"),
        ("pwrite64", "error=ENOSPC:when=12+11"),
    ] {
        let strace = Strace::inject(server.process(), calls, fault, &log).await;
        let (yes, no) = save_under_faults(&server, &mut guests, 12).await;
        drop(strace);
        eprintln!("{calls} {fault}: {yes} saves acknowledged, {no} refused, none lost");
        assert!(yes > 0 && no > 0, "{yes} acknowledged, {no} refused");
        for guest in &mut guests {
            save_at_last(guest, "lại lưu được").await;
        }
    }

    for (at, guest) in guests.iter_mut().enumerate() {
        save_at_last(guest, &format!("cuối cùng {at}.")).await;
    }
    // And they are on the disk, not only in the memory of this process.
    assert!(server.runs());
    server.kill();
    let server = Server::start(&place).await;
    for (at, guest) in guests.iter_mut().enumerate() {
        guest.address = server.address();
        // A connection to the killed server is found to be closed only when it is used.
        let _ = guest.get("/").await;
        assert!(shows(guest, &format!("cuối cùng {at}.")).await, "person {at} lost a save");
    }
    submit_all(&mut guests).await;
    drop(server);
    is_well(&place).await;
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_of_postgresql_is_never_an_acknowledgement() {
    let cluster = tokio::task::spawn_blocking(Cluster::start_new).await.unwrap();
    let place = Place::postgres_at(&cluster.url);
    let (mut server, invited) = in_the_field(&place).await;
    let mut guests = Vec::new();
    for one in &invited[..8] {
        guests.push(on_the_last_page(&server, one).await);
    }
    let log = place.folder.join("strace.log");
    // PostgreSQL stops at the first failure and recovers from its log with new processes.
    let once = "error=EIO:when=3";
    let calls = "fsync,fdatasync";
    let strace = Strace::inject_in_these(&cluster.processes(), calls, once, &log).await;
    let (yes, no) = save_under_faults(&server, &mut guests, 6).await;
    drop(strace);
    eprintln!("fsync of PostgreSQL failing: {yes} saves acknowledged, {no} refused, none lost");
    for guest in &mut guests {
        save_at_last(guest, "đã lưu được").await;
    }
    let failed = std::fs::read_to_string(&log).unwrap().matches("EIO").count();
    assert!(failed > 0, "no fault was injected");
    assert!(server.runs());
    submit_all(&mut guests).await;
    drop(server);
    place.remove().await;
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
}

/// A disk of a few megabytes, or system calls that say what a full disk says.
enum SmallDisk {
    Mounted(PathBuf),
    Pretended(Option<Strace>),
}

impl SmallDisk {
    fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "phieu-test"])
            .arg(folder)
            .output();
        // Without the right to mount, the system calls are made to fail as on a full disk.
        match mounted {
            Ok(output) if output.status.success() => Self::Mounted(folder.to_owned()),
            _ => Self::Pretended(None),
        }
    }

    async fn fill(&mut self, server: &Server, log: &Path) {
        match self {
            Self::Mounted(folder) => {
                let full = std::fs::write(folder.join("ballast"), vec![1; 8 << 20]);
                assert!(full.is_err(), "the disk is larger than it should be");
            }
            Self::Pretended(strace) => {
                // Those by which SQLite writes, and nothing else does.
                let calls = "pwrite64,ftruncate,fallocate";
                let fault = "error=ENOSPC";
                *strace = Some(Strace::inject(server.process(), calls, fault, log).await);
            }
        }
    }

    fn empty(&mut self) {
        match self {
            Self::Mounted(folder) => std::fs::remove_file(folder.join("ballast")).unwrap(),
            Self::Pretended(strace) => *strace = None,
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Self::Mounted(folder) = self {
            let _ = Command::new("umount").arg("-l").arg(folder).status();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_the_service_goes_on_when_there_is_space() {
    let disk = std::env::temp_dir().join(format!("phieu-disk-{}", uuid::Uuid::new_v4().simple()));
    let mut small = SmallDisk::new(&disk);
    let place = Place::sqlite_at(&disk.join("round.db"));
    let (mut server, invited) = in_the_field(&place).await;
    let mut guests = Vec::new();
    for one in &invited[..8] {
        guests.push(on_the_last_page(&server, one).await);
    }
    for guest in &mut guests {
        save_at_last(guest, "trước khi đầy").await;
    }
    for time in 0..2 {
        small.fill(&server, &place.folder.join("strace.log")).await;
        // What lies in the log already may still be overwritten; then there is no more space.
        let since = Instant::now();
        let words = loop {
            let words = format!("lần {time} sau {} ms.", since.elapsed().as_millis());
            let answered = save(&mut guests[0], &words).await;
            if answered.status == 503 {
                is_kept(&answered, &words);
                break words;
            }
            assert_eq!(answered.status, 303, "{}", answered.body);
            assert!(since.elapsed() < Duration::from_secs(60), "the disk does not fill up");
        };
        assert!(!shows(&mut guests[0], &words).await);
        for guest in &mut guests[1..] {
            assert_eq!(guest.post("/phieu/check", &[]).await.unwrap().status, 503);
            let earlier = if time == 0 { "trước khi đầy" } else { "lại có chỗ" };
            assert!(shows(guest, earlier).await, "a save was lost");
        }
        small.empty();
        for guest in &mut guests {
            save_at_last(guest, "lại có chỗ").await;
        }
    }
    assert!(server.runs());
    submit_all(&mut guests).await;
    server.stop();
    is_well(&place).await;
    drop(small);
    std::fs::remove_dir_all(&disk).unwrap();
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_away_pages_say_so_and_then_go_on() {
    let mut cluster = tokio::task::spawn_blocking(Cluster::start_new).await.unwrap();
    let place = Place::postgres_at(&cluster.url);
    let (mut server, invited) = in_the_field(&place).await;
    let mut guests = Vec::new();
    for one in &invited[..4] {
        guests.push(on_the_last_page(&server, one).await);
    }
    cluster = tokio::task::spawn_blocking(move || {
        cluster.stop();
        cluster
    })
    .await
    .unwrap();
    let mut stranger = Guest::new(server.address());
    let (code, (other, saving)) =
        (format!("/p/{}", invited[9].code), guests.split_first_mut().unwrap());
    // The page after a save needs no database; any later one does.
    assert_eq!(other.get("/phieu/q/1").await.unwrap().status, 200);
    other.cookies.retain(|name, _| !name.starts_with('s'));
    let (entering, showing, saved) = tokio::join!(
        stranger.get(&code),
        other.get("/phieu/q/1"),
        save(&mut saving[0], "vẫn còn đây")
    );
    for away in [entering.unwrap(), showing.unwrap()] {
        assert_eq!(away.status, 503, "{}", away.body);
        assert!(away.body.contains("Hệ thống đang bận") && away.body.contains("an toàn"));
        assert!(away.headers.iter().any(|(name, _)| name == "retry-after"));
    }
    is_kept(&saved, "vẫn còn đây");
    cluster = tokio::task::spawn_blocking(move || {
        cluster.start();
        cluster
    })
    .await
    .unwrap();
    for guest in &mut guests {
        save_at_last(guest, "vẫn còn đây").await;
    }
    submit_all(&mut guests).await;
    assert!(server.runs());
    drop(server);
    place.remove().await;
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_may_forget_is_refused_at_start() {
    let cluster = tokio::task::spawn_blocking(Cluster::start_new).await.unwrap();
    let place = Place::postgres_at(&cluster.url);
    let office = place.office().await;
    office.store.close().await;
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for setting in ["fsync", "full_page_writes"] {
        let off = format!("ALTER SYSTEM SET {setting} = off");
        cluster.execute(&[&off, "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)"]).await;
        place.run(&serve).refused(3, &[&format!("{setting} = off"), "đã báo nhận có thể bị mất"]);
        let english = place.run(&[&serve[..], &["--lang", "en"]].concat());
        english.refused(3, &[&format!("{setting} = off"), "restart the database"]);
        let on = format!("ALTER SYSTEM RESET {setting}");
        cluster.execute(&[&on, "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)"]).await;
    }
    for (off, on) in [
        (
            "ALTER DATABASE postgres SET synchronous_commit = off",
            "ALTER DATABASE postgres RESET ALL",
        ),
        ("ALTER ROLE phieu SET synchronous_commit = off", "ALTER ROLE phieu RESET ALL"),
    ] {
        cluster.execute(&[off]).await;
        place.run(&serve).refused(3, &["synchronous_commit = off", "remote_apply"]);
        place.run(&["round", "list"]).refused(3, &["synchronous_commit = off"]);
        cluster.execute(&[on]).await;
    }
    place.run(&["round", "list"]).done(&[]);
    place.remove().await;
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
}

/// The file is sound.
async fn is_well(place: &Place) {
    let file = place.database.strip_prefix("sqlite:").unwrap();
    let mut file = SqliteConnection::connect(file).await.unwrap();
    let state: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap();
    assert_eq!(state, "ok");
}
