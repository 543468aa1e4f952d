//! People who answer, remember what was acknowledged, and look whether it is there.

use crate::{
    program::{Guest, Invitee, Lost, QUESTIONS},
    support::Answered,
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Longer than any kill lasts.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everybody who answers in one campaign.
pub struct People {
    invited: Vec<Invitee>,
    address: Mutex<SocketAddr>,
    stopping: AtomicBool,
    saves: AtomicU64,
    submits: AtomicU64,
    unanswered: AtomicU64,
    unavailable: AtomicU64,
    looks: AtomicU64,
    /// What was abandoned, and what was submitted.
    papers: Mutex<Vec<Paper>>,
}

/// What was acknowledged so far.
#[derive(Debug)]
pub struct Tally {
    pub saves: u64,
    pub submits: u64,
    pub unanswered: u64,
    pub unavailable: u64,
    pub looks: u64,
    /// Field and code of every acknowledged submit.
    pub submitted: Vec<(usize, String)>,
}

/// One browser's form, as its owner remembers it.
#[derive(Clone)]
struct Paper {
    invitee: Invitee,
    /// Before the submit: the key of the draft, which proves that the receipt is stored.
    cookies: BTreeMap<String, String>,
    /// What each question was acknowledged with.
    acknowledged: [Option<String>; 3],
    receipt: Option<String>,
}

/// Somebody in the middle of a form.
struct Sitting<'a> {
    people: &'a People,
    guest: Guest,
    paper: Paper,
    /// Sent, and not acknowledged: the question and the answer.
    in_flight: Option<(usize, String)>,
    /// A submit was sent.
    submitting: bool,
}

impl People {
    pub fn new(invited: Vec<Invitee>, address: SocketAddr) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            invited,
            address: Mutex::new(address),
            stopping: AtomicBool::new(false),
            saves: zero(),
            submits: zero(),
            unanswered: zero(),
            unavailable: zero(),
            looks: zero(),
            papers: Mutex::default(),
        }
    }

    /// The server was started again and listens here.
    pub fn moved_to(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = address;
    }

    pub fn stop(&self) {
        self.stopping.store(true, SeqCst);
    }

    pub fn tally(&self) -> Tally {
        let papers = self.papers.lock().unwrap();
        let submitted = papers.iter().filter(|paper| paper.receipt.is_some());
        Tally {
            saves: self.saves.load(SeqCst),
            submits: self.submits.load(SeqCst),
            unanswered: self.unanswered.load(SeqCst),
            unavailable: self.unavailable.load(SeqCst),
            looks: self.looks.load(SeqCst),
            submitted: submitted
                .map(|paper| (paper.invitee.field, paper.invitee.code.clone()))
                .collect(),
        }
    }

    /// One form after another, with any code, until told to stop.
    pub async fn answer(self: Arc<Self>) {
        while !self.stopping.load(SeqCst) {
            let invitee = self.anybody();
            let mut sitting = Sitting::new(&self, invitee);
            if sitting.begin().await {
                sitting.fill_in().await;
                if rand::random_range(0..6) > 0 {
                    sitting.submit().await;
                }
                let paper = sitting.paper;
                self.papers.lock().unwrap().push(paper);
            }
        }
    }

    /// Every other time somebody of a random cell, so that the small ones fill up.
    fn anybody(&self) -> Invitee {
        let fields = self.invited.iter().map(|one| one.field).max().unwrap() + 1;
        let field = rand::random_range(0..2 * fields);
        let possible = |one: &&Invitee| field >= fields || one.field == field;
        let possible: Vec<&Invitee> = self.invited.iter().filter(possible).collect();
        possible[rand::random_range(0..possible.len())].clone()
    }

    /// Looks at every draft and every receipt there should be; returns how many.
    pub async fn look_at_everything(self: &Arc<Self>, at_once: usize) -> usize {
        let papers = self.papers.lock().unwrap().clone();
        let mut looking = JoinSet::new();
        for some in papers.chunks(papers.len().div_ceil(at_once).max(1)) {
            let (people, some) = (Arc::clone(self), some.to_vec());
            looking.spawn(async move {
                for paper in some {
                    let guest = people.browser(&paper);
                    let mut sitting = Sitting::again(&people, guest, paper);
                    sitting.look().await.expect("the server runs");
                }
            });
        }
        while let Some(looked) = looking.join_next().await {
            looked.unwrap();
        }
        papers.len()
    }

    fn browser(&self, paper: &Paper) -> Guest {
        let mut guest = Guest::new(*self.address.lock().unwrap());
        guest.cookies.clone_from(&paper.cookies);
        guest
    }
}

impl<'a> Sitting<'a> {
    fn new(people: &'a People, invitee: Invitee) -> Self {
        let guest = Guest::new(*people.address.lock().unwrap());
        let cookies = BTreeMap::new();
        let paper = Paper { invitee, cookies, acknowledged: Default::default(), receipt: None };
        Self::again(people, guest, paper)
    }

    fn again(people: &'a People, guest: Guest, paper: Paper) -> Self {
        Self { people, guest, paper, in_flight: None, submitting: false }
    }

    /// Comes in and starts; `false` if the cell is full.
    async fn begin(&mut self) -> bool {
        let link = format!("/p/{}", self.paper.invitee.code);
        let opened = self.insist(&link, None).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        let begun = self.insist("/phieu/start", Some(&[])).await;
        self.paper.cookies.clone_from(&self.guest.cookies);
        match begun.status {
            303 => true,
            409 => false,
            status => panic!("a start was answered with {status}: {}", begun.body),
        }
    }

    /// Answers every page; now and then goes back and changes an answer.
    async fn fill_in(&mut self) {
        for page in 0..QUESTIONS.len() {
            self.save(page).await;
            if rand::random_range(0..3) == 0 {
                self.save(rand::random_range(0..=page)).await;
            }
        }
    }

    async fn save(&mut self, page: usize) {
        let choice = rand::random_range(1..=5).to_string();
        self.in_flight = Some((page, choice.clone()));
        let path = format!("/phieu/q/{}", page + 1);
        let saved = self.insist(&path, Some(&[(QUESTIONS[page], &choice)])).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let on = saved.location.unwrap();
        assert!(on.starts_with("/phieu/q/") || on == "/phieu/check", "a save led to {on}");
        self.people.saves.fetch_add(1, SeqCst);
        self.in_flight = None;
        self.paper.acknowledged[page] = Some(choice);
    }

    async fn submit(&mut self) {
        self.submitting = true;
        let sent = self.insist("/phieu/check", Some(&[])).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(sent.location.as_deref(), Some("/phieu/thanks"));
        self.people.submits.fetch_add(1, SeqCst);
        let thanks = self.insist("/phieu/thanks", None).await;
        assert_eq!(thanks.status, 200);
        self.paper.receipt = Some(receipt(&thanks.body));
    }

    /// Sends a request until it is answered. After each time that it was not, looks whether
    /// everything is there that was acknowledged before.
    async fn insist(&mut self, path: &str, form: Option<&[(&str, &str)]>) -> Answered {
        let since = Instant::now();
        loop {
            let answer = match form {
                Some(fields) => self.guest.post(path, fields).await,
                None => self.guest.get(path).await,
            };
            match self.counted(answer) {
                Ok(answered) => return answered,
                Err(Lost) => self.come_back(since).await,
            }
        }
    }

    async fn come_back(&mut self, since: Instant) {
        loop {
            assert!(since.elapsed() < PATIENCE, "the service did not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.guest.address = *self.people.address.lock().unwrap();
            if self.look().await.is_ok() {
                return;
            }
        }
    }

    /// Whether what was acknowledged can be seen.
    async fn look(&mut self) -> Result<(), Lost> {
        let mut guest = self.people.browser(&self.paper);
        if let Some(receipt) = self.paper.receipt.clone() {
            let answer = guest.get("/phieu/check").await;
            let sent = self.counted(answer)?;
            // Without the receipt's cookie only the database knows.
            assert_eq!(sent.location.as_deref(), Some("/phieu/thanks"), "a submit was lost");
            let answer = guest.get("/phieu/thanks").await;
            assert!(self.counted(answer)?.body.contains(&receipt), "not the receipt given");
        } else {
            for page in 0..QUESTIONS.len() {
                let answered = self.paper.acknowledged[page].is_some();
                if answered && !self.see(&mut guest, page).await? {
                    return Ok(());
                }
            }
        }
        self.people.looks.fetch_add(1, SeqCst);
        Ok(())
    }

    /// Looks at one page; `false` if the form was submitted by a request that nobody answered.
    async fn see(&mut self, guest: &mut Guest, page: usize) -> Result<bool, Lost> {
        let answer = guest.get(&format!("/phieu/q/{}", page + 1)).await;
        let seen = self.counted(answer)?;
        if seen.location.as_deref() == Some("/phieu/thanks") {
            assert!(self.submitting, "a form was submitted that was being answered");
            return Ok(false);
        }
        assert_eq!(seen.status, 200, "a draft was lost: {:?}", seen.location);
        let shown = chosen(&seen.body, QUESTIONS[page]);
        let in_flight = match &self.in_flight {
            Some((of, choice)) if *of == page => Some(choice),
            _ => None,
        };
        assert!(
            shown == self.paper.acknowledged[page] || shown.as_ref() == in_flight,
            "{} was acknowledged with {:?}, and shows {shown:?}",
            QUESTIONS[page],
            self.paper.acknowledged[page]
        );
        if shown.as_ref() == in_flight {
            // It was stored although nobody said so: from now on it must stay.
            self.paper.acknowledged[page] = shown;
        }
        Ok(true)
    }

    /// Counts what was not answered; only a service that is away may say so.
    fn counted(&self, answer: Result<Answered, Lost>) -> Result<Answered, Lost> {
        match answer {
            Ok(answered) if answered.status == 503 => {
                self.people.unavailable.fetch_add(1, SeqCst);
                Err(Lost)
            }
            Ok(answered) => {
                assert!(answered.status < 500, "{}: {}", answered.status, answered.body);
                Ok(answered)
            }
            Err(Lost) => {
                self.people.unanswered.fetch_add(1, SeqCst);
                Err(Lost)
            }
        }
    }
}

/// The option of a question that the page shows as chosen.
fn chosen(page: &str, question: &str) -> Option<String> {
    let name = format!("name=\"{question}\"");
    page.split('<')
        .filter(|tag| tag.starts_with("input") && tag.contains(&name) && tag.contains(" checked"))
        .find_map(|tag| Some(tag.split("value=\"").nth(1)?.split('"').next()?.to_owned()))
}

/// The receipt on the page of thanks.
fn receipt(page: &str) -> String {
    let field = page.split("name=\"receipt\" value=\"").nth(1).expect("thanks carry a receipt");
    field.split('"').next().unwrap().to_owned()
}
