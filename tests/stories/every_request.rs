//! An interview whose connection breaks, or whose server is killed, at each of its requests in
//! turn: whoever sends the request again ends with all answers, counted once.

use crate::{
    program::{Field, Guest, Invitee, Place, QUESTIONS, Server},
    support::Answered,
};
use phieu::questionnaire::Recorded;
use std::time::Duration;

const ROUND: &str = "thu-nghiem";
const LEASE: i64 = 1_000;

/// What goes wrong at one request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The browser is gone before, or just after, the server has done its work.
    HangUp(u64),
    /// The server is killed so soon after the request was sent, and started again.
    Kill(u64),
}

const FAULTS: [Fault; 4] = [Fault::HangUp(0), Fault::HangUp(20), Fault::Kill(0), Fault::Kill(20)];

struct Request {
    post: bool,
    path: String,
    fields: Vec<(&'static str, String)>,
}

fn get(path: &str) -> Request {
    Request { post: false, path: path.to_owned(), fields: Vec::new() }
}

fn post(path: &str, fields: Vec<(&'static str, String)>) -> Request {
    Request { post: true, path: path.to_owned(), fields }
}

/// Every request of a browser, from the link to the receipt.
fn interview(code: &str, answers: [i16; 3]) -> Vec<Request> {
    let start = vec![("part", "0".to_owned())];
    let mut requests = vec![get(&format!("/p/{code}")), get("/phieu"), post("/phieu/start", start)];
    for ((page, question), answer) in (1..).zip(QUESTIONS).zip(answers) {
        let path = format!("/phieu/q/{page}");
        requests.push(get(&path));
        requests.push(post(&path, vec![(question, answer.to_string())]));
    }
    requests.extend([get("/phieu/check"), post("/phieu/check", Vec::new()), get("/phieu/thanks")]);
    requests
}

/// A different set of answers for each person.
fn answers_of(person: usize) -> [i16; 3] {
    [person % 5, person / 5 % 5, person / 25].map(|code| i16::try_from(code + 1).unwrap())
}

async fn ask(guest: &mut Guest, request: &Request) -> Answered {
    let fields: Vec<(&str, &str)> =
        request.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answered = match request.post {
        true => guest.post(&request.path, &fields).await,
        false => guest.get(&request.path).await,
    };
    answered.unwrap_or_else(|_| panic!("{} was not answered", request.path))
}

/// Answers with a fault at the request number `broken`.
async fn answer(
    place: &Place,
    server: &mut Server,
    invitee: &Invitee,
    person: usize,
    broken: usize,
    fault: Fault,
) {
    let mut guest = Guest::new(server.address());
    let mut last = None;
    for (number, request) in interview(&invitee.code, answers_of(person)).iter().enumerate() {
        if number == broken {
            let fields: Vec<(&str, &str)> =
                request.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (Fault::HangUp(millis) | Fault::Kill(millis)) = fault;
            let after = Duration::from_millis(millis);
            guest.hang_up(request.post, &request.path, &fields, after).await;
            if matches!(fault, Fault::Kill(_)) {
                server.kill();
                *server = Server::start(place).await;
                guest.address = server.address();
            }
        }
        let answered = ask(&mut guest, request).await;
        let is_right = if request.post || number == 0 { 303 } else { 200 };
        assert_eq!(answered.status, is_right, "{fault:?} at {broken}: {}", request.path);
        last = Some(answered);
    }
    assert!(last.unwrap().body.contains("class=\"receipt\""), "{fault:?} at {broken}");
}

async fn every_request_breaks(place: Place) {
    let requests = interview("", [1; 3]).len();
    let people = requests * FAULTS.len();
    let office = place.office().await;
    let fields =
        [Field { group: "nd", people, target: i64::try_from(people).unwrap(), hard: true }];
    let invited = Field::open(&office, &fields, ROUND, LEASE).await;
    office.store.close().await;
    let mut server = Server::start(&place).await;
    let mut person = 0;
    for fault in FAULTS {
        for broken in 0..requests {
            answer(&place, &mut server, &invited[person], person, broken, fault).await;
            person += 1;
        }
    }
    assert!(server.stop().success());

    let office = place.office().await;
    let last = office.close_round(&office.round(ROUND).await.unwrap()).await.unwrap();
    let left = u64::try_from(last - office.clock.now()).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(left + 50)).await;
    let unsealed = office.open_box(&office.round(ROUND).await.unwrap(), &[]).await.unwrap();
    assert_eq!(unsealed.responses, people, "{:?}", unsealed.outcomes);
    let facts = office.facts(&office.round(ROUND).await.unwrap()).await.unwrap();
    let code = |response: &phieu::report::ResponseFacts, question: &str| match response
        .answers
        .get(question)
    {
        Some(Recorded::Code(code)) => *code,
        other => panic!("{question} was answered with {other:?}"),
    };
    let mut found: Vec<[i16; 3]> =
        facts.responses.iter().map(|one| QUESTIONS.map(|question| code(one, question))).collect();
    let mut wanted: Vec<[i16; 3]> = (0..people).map(answers_of).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    office.store.close().await;
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_at_whichever_request_on_sqlite() {
    every_request_breaks(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_at_whichever_request_on_postgresql() {
    every_request_breaks(Place::postgres()).await;
}
