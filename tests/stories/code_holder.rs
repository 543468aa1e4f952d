//! Whoever knows only a code (P2) learns nothing about what was done with it.

use crate::support::{Answered, Browser, Small, TestApp};
use phieu::conduct::Invited;
use std::{
    io::{self, Write},
    sync::{
        Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
};
use tracing_subscriber::{
    filter::dynamic_filter_fn,
    fmt,
    layer::{Layer, SubscriberExt},
    registry,
};

/// What was done with each of the first codes before somebody else comes with it.
const DONE: [&str; 5] = ["nothing", "begun", "submitted", "refused", "not eligible"];

on_both_engines! {
    async fn a_code_alone_shows_the_same_pages_whatever_was_done_with_it(app: TestApp) {
        for small in [
            Small { code: "rut-tham", ..Small::new(12, 12) },
            Small { code: "dinh-muc", ..Small::hard(12, 12) },
        ] {
            let (round, invited) = app.small_round(&small).await;
            do_all(&app, &invited).await;
            let mut seen = Vec::new();
            for one in &invited[..DONE.len()] {
                seen.push(walk(&app, one).await);
            }
            assert_eq!(seen[0][1].0, 200);
            assert!(
                seen[0]
                    .iter()
                    .any(|page| page.1.iter().any(|header| header.contains("/phieu/q/1")))
            );
            for (what, pages) in DONE.iter().zip(&seen) {
                assert_eq!(pages, &seen[0], "{}: {what}", small.code);
            }
            for one in &invited[DONE.len()..] {
                send(&app, one, "4").await;
            }
            let all = app.finish(&round).await.outcomes;
            assert!(all.get("answered") >= Some(&7), "{all:?}");
            let mut seen = Vec::new();
            for one in &invited[..DONE.len()] {
                seen.push(walk(&app, one).await);
            }
            for (what, pages) in DONE.iter().zip(&seen) {
                assert_eq!(pages, &seen[0], "{} after opening: {what}", small.code);
            }
        }
    }

    async fn a_full_cell_refuses_every_browser_without_a_draft_alike(app: TestApp) {
        let (round, invited) = app.small_round(&Small::hard(12, 12)).await;
        do_all(&app, &invited).await;
        let mut tx = app.office.store.write().await.unwrap();
        let cell = tx.cells(round.row.id).await.unwrap().remove(0);
        assert!(tx.set_cell_target(cell.id, cell.state.completed + cell.state.held).await.unwrap());
        tx.commit().await.unwrap();
        let mut seen = Vec::new();
        for one in &invited[..DONE.len()] {
            seen.push(walk(&app, one).await);
        }
        for (what, pages) in DONE.iter().zip(&seen) {
            assert_eq!(pages, &seen[0], "{what}");
            assert_eq!(pages[1].0, 409, "the landing page, {what}");
            assert_eq!(pages[pages.len() - 3].0, 409, "the start, {what}");
        }
    }

    async fn a_receipt_says_the_same_of_counted_and_uncounted_answers(app: TestApp) {
        let small = Small { lease: 2_000, ..Small::hard(12, 12) };
        let (round, invited) = app.small_round(&small).await;
        let mut receipts = Vec::new();
        for one in &invited[..6] {
            receipts.push(("counted", send(&app, one, "4").await));
        }
        receipts.push(("conflicting", send(&app, &invited[0], "1").await));
        let withdrawn = send_and_withdraw(&app, &invited[..2]).await;
        let mut late = app.browser();
        late.answer(&invited[6].code.compact(), "2").await;
        app.wait(3_000);
        assert_eq!(app.intake.reclaim().await.unwrap(), 1);
        let mut tx = app.office.store.write().await.unwrap();
        let cell = tx.cells(round.row.id).await.unwrap().remove(0);
        assert!(tx.set_cell_target(cell.id, 6).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(late.submit().await.status, 303);
        receipts.push(("over-allocated", late.get("/phieu/thanks").await.receipt()));

        let before = say_alike(&app, &receipts).await;
        let gone_before = say_alike(&app, &withdrawn).await;
        let unsealed = app.finish(&round).await;
        assert_eq!(unsealed.outcomes.get("over_target"), Some(&1));
        assert_eq!(say_alike(&app, &receipts).await, before);
        assert_eq!(say_alike(&app, &withdrawn).await, gone_before);
    }

    async fn a_code_stands_in_one_request_and_nowhere_else(app: TestApp) {
        let log = Log::capture();
        let (round, invited) = app.small_round(&Small::new(12, 12)).await;
        let mut said = Vec::new();
        for (number, one) in invited.iter().take(6).enumerate() {
            let (compact, grouped) = (one.code.compact(), one.code.to_string());
            let mut browser = app.browser();
            if number % 2 == 0 {
                said.push(browser.post("/", &[("code", &grouped.to_lowercase())]).await);
            } else {
                said.push(browser.get(&format!("/p/{compact}?lang=en")).await);
            }
            said.push(browser.post(&format!("/p/{compact}"), &[]).await);
            for path in
                ["/phieu", "/phieu?lang=vi", "/phieu/q/1", "/phieu/thanks", "/phieu/nothing"]
            {
                said.push(browser.get(path).await);
            }
            said.push(browser.post("/phieu/start", &[]).await);
            said.push(browser.post("/phieu/q/1", &[("hai_long", "77")]).await);
            said.push(browser.post("/phieu/q/1", &[("hai_long", "4")]).await);
            said.push(browser.get("/phieu/check").await);
            said.push(browser.submit().await);
            said.push(browser.get("/phieu/thanks").await);
        }
        app.finish(&round).await;
        said.push(app.browser().get(&format!("/p/{}", invited[11].code.compact())).await);
        app.office.store.close().await;
        said.push(app.browser().get(&format!("/p/{}", invited[10].code.compact())).await);
        assert_eq!(said[said.len() - 1].status, 503);
        let log = log.end();
        assert!(log.contains("the database failed a request"), "nothing was captured");
        for one in &invited {
            let (compact, grouped) = (one.code.compact(), one.code.to_string());
            for form in [&compact, &grouped, &compact.to_lowercase(), &grouped.to_lowercase()] {
                let line = log.lines().find(|line| line.contains(form.as_str()));
                assert_eq!(line, None, "a code stands in the log");
                for page in &said {
                    assert!(!page.body.contains(form.as_str()), "a code stands in a page");
                    let mut headers = page.headers.iter().map(|(_, value)| value);
                    assert!(
                        !headers.any(|value| value.contains(form.as_str())),
                        "a code stands in a header"
                    );
                }
            }
        }
    }
}

/// A response without what differs by its nature: the date, and the values of cookies.
type Seen = (u16, Vec<String>, String);

fn seen(page: Answered) -> Seen {
    let shown = page.headers.into_iter().filter(|(name, _)| name != "date").map(|(name, value)| {
        if name != "set-cookie" {
            return format!("{name}: {value}");
        }
        // Names of cookies of drafts are derived from the code; their length and kind must not be.
        let (pair, attributes) = value.split_once(';').unwrap();
        let (cookie, value) = pair.split_once('=').unwrap();
        let kind = if cookie == "phieu" { cookie } else { &cookie[..1] };
        format!("{name}: {kind} {} {};{attributes}", cookie.len(), value.len())
    });
    (page.status, shown.collect(), page.body)
}

/// Everything that a browser without a draft can ask with a code, and at last begins with it.
async fn walk(app: &TestApp, one: &Invited) -> Vec<Seen> {
    let code = one.code.compact();
    let mut browser = app.browser();
    // Wrong numbers count against the network that they come from.
    browser.from.set_ip(one.code.to_bytes()[..4].try_into().map(|ip: [u8; 4]| ip.into()).unwrap());
    let mut pages = vec![browser.get(&format!("/p/{code}")).await];
    for path in [
        "/phieu",
        "/phieu/q/1",
        "/phieu/check",
        "/phieu/thanks",
        "/phieu/declined",
        "/phieu/start",
        "/phieu/elsewhere",
        "/phieu/resume",
        "/phieu?lang=en",
        "/phieu",
    ] {
        pages.push(browser.get(path).await);
    }
    for number in ["", "234-567-89A-BCD", "222-222-222-222"] {
        pages.push(browser.post("/phieu/resume", &[("number", number)]).await);
    }
    pages.push(app.browser().post("/", &[("code", &code)]).await);
    for path in ["/phieu/check", "/phieu/q/1", "/phieu/forget"] {
        pages.push(browser.clone().post(path, &[("hai_long", "5")]).await);
    }
    pages.push(browser.post("/phieu/start", &[("part", "7")]).await);
    pages.push(browser.post("/phieu/start", &[("part", "0")]).await);
    for path in ["/phieu/q/1", "/phieu"] {
        pages.push(browser.get(path).await);
    }
    pages.into_iter().map(seen).collect()
}

/// Does with each of the first codes what [`DONE`] says, each in a browser of its own.
async fn do_all(app: &TestApp, invited: &[Invited]) {
    let mut browsers: Vec<Browser> = (0..DONE.len()).map(|_| app.browser()).collect();
    let codes: Vec<String> = invited.iter().map(|one| one.code.compact()).collect();
    assert_eq!(browsers[1].begin(&codes[1]).await.status, 303);
    assert_eq!(browsers[1].post("/phieu/elsewhere", &[]).await.status, 200);
    browsers[2].answer(&codes[2], "3").await;
    assert_eq!(browsers[2].submit().await.status, 303);
    for (at, said, why) in [(3, "refused", "no_trust"), (4, "not_eligible", "left")] {
        browsers[at].get(&format!("/p/{}", codes[at])).await;
        let declined = browsers[at].post("/phieu/decline", &[("said", said), ("why", why)]).await;
        assert_eq!(declined.location.as_deref(), Some("/phieu/declined"));
    }
}

/// Answers and submits in a browser of its own; returns the receipt.
async fn send(app: &TestApp, one: &Invited, choice: &str) -> String {
    let mut browser = app.browser();
    browser.answer(&one.code.compact(), choice).await;
    assert_eq!(browser.submit().await.status, 303);
    browser.get("/phieu/thanks").await.receipt()
}

/// Further answers for codes already answered, withdrawn at once.
async fn send_and_withdraw(app: &TestApp, invited: &[Invited]) -> Vec<(&'static str, String)> {
    let mut receipts = Vec::new();
    for one in invited {
        let receipt = send(app, one, "5").await;
        let fields = [("receipt", receipt.as_str()), ("withdraw", "yes")];
        let gone = app.browser().post("/receipt", &fields).await;
        assert_eq!(gone.location.as_deref(), Some("/receipt/withdrawn"));
        receipts.push(("withdrawn", receipt));
    }
    receipts
}

/// What the receipts say; the same of all but for the receipt itself.
async fn say_alike(app: &TestApp, receipts: &[(&str, String)]) -> Seen {
    let mut pages = Vec::new();
    for (_, receipt) in receipts {
        let page = app.browser().post("/receipt", &[("receipt", receipt)]).await;
        assert_eq!(page.status, 200);
        let (status, headers, body) = seen(page);
        let shown = receipt.replace('-', "-<wbr>");
        pages.push((status, headers, body.replace(receipt.as_str(), "…").replace(&shown, "…")));
    }
    for ((what, _), page) in receipts.iter().zip(&pages) {
        assert_eq!(page, &pages[0], "{what}");
    }
    pages.swap_remove(0)
}

/// Everything that is logged, at the finest level, from [`Log::capture`] to [`Log::end`].
///
/// There is one log in a process, and other stories run beside this one: their lines are in
/// it too, and do no harm.
struct Log {
    from: usize,
}

static CAPTURING: AtomicUsize = AtomicUsize::new(0);
static CAPTURED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static INSTALLED: Once = Once::new();

struct Captured;

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        CAPTURED.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn capture() -> Self {
        INSTALLED.call_once(|| {
            let wanted = dynamic_filter_fn(|_, _| CAPTURING.load(Ordering::Relaxed) > 0);
            let lines = fmt::layer().with_ansi(false).with_writer(|| Captured).with_filter(wanted);
            tracing::subscriber::set_global_default(registry().with(lines))
                .expect("no other story captures the log");
        });
        CAPTURING.fetch_add(1, Ordering::Relaxed);
        Self { from: CAPTURED.lock().unwrap().len() }
    }

    fn end(self) -> String {
        CAPTURING.fetch_sub(1, Ordering::Relaxed);
        String::from_utf8_lossy(&CAPTURED.lock().unwrap()[self.from..]).into_owned()
    }
}
