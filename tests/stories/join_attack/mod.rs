//! The join attack (P1): everything but the destroyed key matches nobody to their answers.
//!
//! The attacker knows when, and in which order, each of 200 people submitted; has every row
//! of two copies taken before closing and of the opened database, with their places, and the
//! bytes of the files. They try every order that a column, a length or a place could have
//! kept, and every byte string that two rows share.
//!
//! So many attempts that some succeed by chance now and then: only one that does so in three
//! rounds running is a leak.

pub mod evidence;
mod matching;

use crate::support::{Browser, Engine, Field, TestApp};
use evidence::{Evidence, Row, Value, log_holds, log_position, places};
use matching::{Clue, clues, is_more_than_chance, matched_by_bytes, suspects};
use phieu::{conduct::Invited, fieldwork::Receipt};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::RangeInclusive,
};

/// People who submit, and people who do something else.
const PEOPLE: usize = 200;
const OTHERS: usize = 8;

/// Rounds in which the same attempt must succeed.
const ROUNDS: usize = 3;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Somebody who submitted, as the test knows them; their number is the order of submitting.
struct Person {
    frame_id: String,
    draw_rank: i64,
    at: i64,
    /// The codes of the five answers, which nobody else gave.
    choices: [u64; 5],
    /// A word of the free text that nobody else wrote.
    word: String,
    receipt_after: [u8; 32],
}

/// What was seen of one round.
struct Round {
    people: Vec<Person>,
    copies: [Evidence; 2],
    opened: Evidence,
    times: RangeInclusive<i64>,
}

on_both_engines! {
    async fn everything_but_the_key_matches_nobody_to_their_answers(app: TestApp) {
        let mut found = attack(&app).await;
        for _ in 1..ROUNDS {
            if found.is_empty() {
                break;
            }
            let again = TestApp::on(app.engine).await;
            let once_more = attack(&again).await;
            found.retain(|attempt| once_more.contains(attempt));
            again.remove().await;
        }
        assert!(found.is_empty(), "these match people to answers: {found:#?}");
    }
}

/// Runs a round and returns the attempts that matched more people than chance allows.
async fn attack(app: &TestApp) -> BTreeSet<String> {
    let round = run(app).await;
    nothing_is_left(app, &round);
    no_time_is_left(&round);
    let (people, answers) = (round.clues_of_people(), round.clues_of_answers());
    assert!(people.len() > 20 && answers.len() > 8, "{} {}", people.len(), answers.len());
    the_attack_works_where_it_can(&round, &people);
    let mut found = suspects(&people, &answers);
    if is_more_than_chance(matched_by_bytes(&round.rows_of_people(), &round.rows_of_answers())) {
        found.insert("bytes in common".to_owned());
    }
    found
}

/// Who submitted is no secret before opening: there the same attempts name everybody.
fn the_attack_works_where_it_can(round: &Round, people: &[Clue]) {
    let sealed = round.rows_of_each(&round.copies[1], "sealed");
    let found = suspects(people, &clues("sealed", &sealed));
    assert!(found.contains("part before.id with sealed.part_id"), "{found:?}");
    let sealed: Vec<Vec<&Row>> = sealed.into_iter().map(|(_, row)| vec![row]).collect();
    assert_eq!(matched_by_bytes(&round.rows_of_people(), &sealed), PEOPLE);
}

/// A round in which 200 people submit at known times.
async fn run(app: &TestApp) -> Round {
    let mark: String = (0..12).map(|_| char::from(b'a' + rand::random::<u8>() % 26)).collect();
    let log = log_position(app).await;
    let people = [("so-tnmt", "nd", PEOPLE + OTHERS)];
    let field = Field::of("tan-cong", "tests/data/hai-long-2022", &people)
        .with("forms/hai-long.toml", &form(&mark));
    let (round, invited) = app.field(&field).await;
    let (others, mut invited) = (invited[..OTHERS].to_vec(), invited[OTHERS..].to_vec());
    invited.shuffle(&mut StdRng::seed_from_u64(rand::random()));
    do_otherwise(app, &others).await;
    app.wait(DAY);
    let first = app.clock.now();
    let mut people = Vec::with_capacity(PEOPLE);
    let mut copies = Vec::new();
    for (number, one) in invited.iter().enumerate() {
        app.wait(7_000 + i64::try_from(number).unwrap() * 13);
        let (mut person, mut browser) = answer(app, one, number, &mark).await;
        if number == PEOPLE / 2 {
            copies.push(Evidence::take(app).await);
        }
        assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
        let receipt: Receipt = browser.get("/phieu/thanks").await.receipt().parse().unwrap();
        person.receipt_after = receipt.after(&app.office.secrets.public.receipt);
        people.push(person);
    }
    let times = first..=app.clock.now() + round.row.lease + 60_000;
    copies.push(Evidence::take(app).await);
    let (text, code) = (format!("{mark}y"), format!("{mark}_1\":"));
    for copy in &copies {
        let read = copy.places(&[text.as_bytes(), code.as_bytes()]);
        assert_eq!(read, [None; 2], "answers can be read before opening");
    }
    if let Some(log) = log {
        let held = log_holds(app, &log, &[text.as_bytes(), code.as_bytes()]).await;
        assert!(!held, "answers can be read in the log before opening");
    }
    app.wait(DAY);
    let unsealed = app.finish(&round).await;
    assert_eq!(unsealed.responses, PEOPLE);
    let copies = copies.try_into().unwrap_or_else(|_| panic!("there are two copies"));
    Round { people, copies, opened: Evidence::take(app).await, times }
}

/// Five questions of five levels and one for free text; names that stand nowhere else.
fn form(mark: &str) -> String {
    let form = std::fs::read_to_string("tests/data/hai-long-2022/forms/hai-long.toml").unwrap();
    let (head, question) = form.split_once("[[page.question]]").unwrap();
    let questions: String = (1..=5)
        .map(|number| question.replace("\"hai_long\"", &format!("\"{mark}_{number}\"")))
        .map(|question| format!("[[page.question]]{question}\n"))
        .collect();
    format!(
        "{head}{questions}\n[[page.question]]\nname = \"{mark}_y\"\nkind = \"long_text\"\n\
         label = {{ vi = \"Ý kiến khác\", en = \"Other comments\" }}\n"
    )
}

/// Some refuse, some do not belong, some break off, some are answered for twice.
async fn do_otherwise(app: &TestApp, others: &[Invited]) {
    for (number, one) in others.iter().enumerate() {
        let mut browser = app.browser();
        let code = one.code.compact();
        browser.get(&format!("/p/{code}")).await;
        match number % 3 {
            0 => browser.post("/phieu/decline", &[("said", "refused"), ("why", "no_time")]).await,
            1 => browser.post("/phieu/decline", &[("said", "not_eligible"), ("why", "left")]).await,
            _ => browser.begin(&code).await,
        };
    }
}

/// Answers everything, and stops before submitting.
async fn answer(app: &TestApp, one: &Invited, number: usize, mark: &str) -> (Person, Browser) {
    // Thirteen has no factor in common with 5^5: no two people choose alike.
    let mut rest = (number as u64 * 13 + 7) % 5u64.pow(5);
    let choices = [(); 5].map(|()| {
        let choice = rest % 5 + 1;
        rest /= 5;
        choice
    });
    let word = format!("{mark}y{number}");
    let mut fields: Vec<(String, String)> = (1..)
        .zip(&choices)
        .map(|(at, choice)| (format!("{mark}_{at}"), choice.to_string()))
        .collect();
    let text = format!("{word} {}", "tốt ".repeat(number * 31 % 90));
    fields.push((format!("{mark}_y"), text));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let mut browser = app.browser();
    assert_eq!(browser.begin(&one.code.compact()).await.status, 303);
    let saved = browser.post("/phieu/q/1", &fields).await;
    assert_eq!(saved.location.as_deref(), Some("/phieu/check"), "{}", saved.body);
    let person = Person {
        frame_id: one.frame_id.clone(),
        draw_rank: one.draw_rank,
        at: app.clock.now(),
        choices,
        word,
        receipt_after: [0; 32],
    };
    (person, browser)
}

/// After opening nothing tells who had begun, submitted or declined, and the keys are gone.
fn nothing_is_left(app: &TestApp, round: &Round) {
    let opened = &round.opened;
    assert!(opened.rows("draft").is_empty() && opened.rows("sealed").is_empty());
    for part in opened.rows("part") {
        let (started, slot) = (part.whole("started"), part.whole("slot"));
        assert_eq!((started, slot, part.whole("submits"), part.text("gate")), (0, 0, 0, ""));
    }
    assert!(opened.rows("said_slip").is_empty());
    assert!(opened.rows("invitation").iter().all(|row| row.text("said").is_empty()));
    for side in ["public", "office"] {
        for entry in std::fs::read_dir(app.folder.join("secrets").join(side)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with("box-") && !name.starts_with("round-"), "{name} is left");
        }
    }
    let [half, all] = &round.copies;
    assert_eq!(all.rows("sealed").len(), PEOPLE);
    let slips = all.rows("said_slip");
    assert!(!slips.is_empty() && all.places(&[b"refused/no_time"]) == [None]);
    assert!(slips.iter().all(|slip| slip.bytes("body").len() == slips[0].bytes("body").len()));
    let length = all.rows("sealed")[0].bytes("body").len();
    assert!(all.rows("sealed").iter().all(|row| row.bytes("body").len() == length));
    // On PostgreSQL a transaction of any other test keeps dead rows in their files; the key
    // that opened them is gone all the same.
    if app.engine == Engine::Sqlite {
        let rows = half.rows("draft").iter().chain(all.rows("sealed"));
        let pieces: Vec<&[u8]> =
            rows.flat_map(|row| row.bytes("body").chunks_exact(16).step_by(7)).collect();
        let left = opened.places(&pieces).into_iter().flatten().count();
        assert_eq!(left, 0, "{left} of {} pieces of ciphertext are left", pieces.len());
    }
}

/// No column, text or free page holds the time of a submit, or of the end of its lease.
fn no_time_is_left(round: &Round) {
    let near =
        |time: i64| round.times.contains(&time) || round.times.contains(&time.saturating_mul(1000));
    for evidence in [&round.copies[1], &round.opened] {
        for (table, rows) in &evidence.tables {
            for (column, value) in rows.iter().flat_map(|row| &row.values) {
                let found = match value {
                    Value::Null => None,
                    Value::Whole(whole) => Some(*whole).filter(|&time| near(time)),
                    Value::Bytes(bytes) => numbers(bytes).find(|&time| near(time)),
                };
                assert_eq!(found, None, "{table}.{column} holds a time");
            }
        }
    }
    let lease = *round.times.end() - 60_000 - round.people[PEOPLE - 1].at;
    let times: Vec<[u8; 8]> = round
        .people
        .iter()
        .flat_map(|person| [person.at, person.at + lease])
        .map(|time| time.to_be_bytes())
        .collect();
    // SQLite writes such a number in six bytes, PostgreSQL the other way round in eight.
    let six: BTreeSet<&[u8]> = times.iter().map(|time| &time[2..]).collect();
    let found = round.opened.raw.windows(6).filter(|window| six.contains(window)).count();
    assert_eq!(found, 0, "the files hold times");
}

/// Runs of digits that could be a time.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = i64> + '_ {
    bytes
        .split(|byte| !byte.is_ascii_digit())
        .filter(|run| (10..=13).contains(&run.len()))
        .filter_map(|run| std::str::from_utf8(run).ok()?.parse().ok())
}

impl Round {
    fn clues_of_people(&self) -> Vec<Clue> {
        let known = |name: &str, key: fn(&Person) -> i64| {
            Clue::new(name, (0..).zip(&self.people).map(|(at, one)| (key(one), at)).collect())
        };
        let mut found =
            vec![known("the times", |one| one.at), known("the draw", |one| one.draw_rank)];
        let all = &self.copies[1];
        for (when, evidence) in [("before", all), ("after", &self.opened)] {
            for table in ["person", "person_link", "invitation", "code", "part", "sealed"] {
                let rows = self.rows_of_each(evidence, table);
                found.extend(clues(&format!("{table} {when}"), &rows));
            }
        }
        let sealed = self.rows_of_each(all, "sealed");
        let bodies: Vec<&[u8]> = sealed.iter().map(|(_, row)| row.bytes("body")).collect();
        let lie = all.places(&bodies.iter().map(|body| &body[..16]).collect::<Vec<_>>());
        let keyed = lie.into_iter().zip(sealed.iter().map(|(person, _)| *person)).collect();
        found.push(Clue::new("where the sealed lie in the files", keyed));
        found
    }

    fn clues_of_answers(&self) -> Vec<Clue> {
        let mut found = Vec::new();
        for table in ["response", "receipt", "free_text"] {
            let rows = self.answers_of_each(table);
            assert_eq!(rows.len(), PEOPLE, "{table}");
            // Their content is what is to be found out, not a clue to it.
            let own = ["response.answers", "free_text.body", "receipt.receipt_after"];
            found.extend(clues(table, &rows).into_iter().filter(|c| !own.contains(&&*c.name)));
        }
        let rows = self.answers_of_each("response");
        let texts: Vec<&[u8]> = rows.iter().map(|(_, row)| row.bytes("answers")).collect();
        let lie = places(&self.opened.raw, &texts);
        assert!(lie.iter().all(Option::is_some));
        let keyed = lie.into_iter().zip(rows.iter().map(|(person, _)| *person)).collect();
        found.push(Clue::new("where the answers lie in the files", keyed));
        found
    }

    /// Every row that can be told to be a person's, from both copies and after opening.
    fn rows_of_people(&self) -> Vec<Vec<&Row>> {
        let mut of = vec![Vec::new(); PEOPLE];
        for evidence in [&self.copies[0], &self.copies[1], &self.opened] {
            for table in ["person", "person_link", "invitation", "code", "part", "draft", "sealed"]
            {
                for (person, row) in self.rows_of_each(evidence, table) {
                    of[person].push(row);
                }
            }
        }
        of
    }

    fn rows_of_answers(&self) -> Vec<Vec<&Row>> {
        let mut of = vec![Vec::new(); PEOPLE];
        for table in ["response", "receipt", "free_text"] {
            for (person, row) in self.answers_of_each(table) {
                of[person].push(row);
            }
        }
        of
    }

    fn rows_of_each<'a>(&self, evidence: &'a Evidence, table: &str) -> Vec<(usize, &'a Row)> {
        let mut names: HashMap<&[u8], usize> = HashMap::new();
        for (number, person) in self.people.iter().enumerate() {
            names.insert(person.frame_id.as_bytes(), number);
        }
        let before = &self.copies[1];
        for link in before.rows("person_link") {
            if let Some(&number) = names.get(link.bytes("frame_key")) {
                names.insert(link.bytes("invitation_id"), number);
            }
        }
        for part in before.rows("part") {
            if let Some(&number) = names.get(part.bytes("invitation_id")) {
                names.insert(part.bytes("id"), number);
            }
        }
        let number = |row: &Row| {
            row.values.values().find_map(|value| match value {
                Value::Bytes(bytes) => names.get(bytes.as_slice()).copied(),
                _ => None,
            })
        };
        let mut rows: Vec<_> =
            evidence.rows(table).iter().filter_map(|row| Some((number(row)?, row))).collect();
        rows.sort_by_key(|(number, _)| *number);
        rows
    }

    fn answers_of_each(&self, table: &str) -> Vec<(usize, &Row)> {
        let of = |is: &dyn Fn(&Person) -> bool| self.people.iter().position(is);
        let rows = self.opened.rows(table).iter();
        let mut rows: Vec<_> = rows
            .filter_map(|row| {
                let person = match table {
                    "response" => {
                        let choices = codes(row.text("answers"));
                        of(&|person| choices == person.choices)
                    }
                    "free_text" => {
                        let word = row.text("body").split(' ').next();
                        of(&|person| word == Some(&person.word))
                    }
                    _ => of(&|person| row.bytes("receipt_after") == person.receipt_after),
                };
                Some((person?, row))
            })
            .collect();
        rows.sort_by_key(|(number, _)| *number);
        rows
    }
}

/// The codes of opened answers, by question.
fn codes(answers: &str) -> Vec<u64> {
    let answers: BTreeMap<String, serde_json::Value> = serde_json::from_str(answers).unwrap();
    answers.values().filter_map(serde_json::Value::as_u64).collect()
}
