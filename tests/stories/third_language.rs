//! A language for respondents that an operator brings: files beside the program, no compiler.

use crate::{
    program::{Guest, Place, QUESTIONS, Server},
    support::Answered,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// No language has this code: it is kept for private use.
const CODE: &str = "qps";
const SECTIONS: [&str; 3] = ["answers", "fieldwork", "pages"];
const PEOPLE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_form_is_answered_in_a_language_without_code_on_sqlite() {
    whole_form(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_form_is_answered_in_a_language_without_code_on_postgres() {
    let place = Place::postgres();
    // The program does not make the schema that a test lives in.
    place.office().await.store.close().await;
    whole_form(place).await;
}

async fn whole_form(place: Place) {
    write_messages(&place.folder.join("more"), |_, _| true);
    fs::write(place.folder.join("phieu.toml"), "messages = \"more\"\n").unwrap();
    let links = round(&place);
    let server = Server::start(&place).await;
    assert!(!server.log().contains(CODE), "{}", server.log());

    let mut guest = Guest::new(server.address());
    let mut seen = vec![guest.get("/").await.unwrap()];
    assert!(seen[0].body.contains(&format!("name=\"set-lang\" value=\"{CODE}\"")));
    assert_eq!(guest.get(&format!("/?lang={CODE}")).await.unwrap().status, 303);
    seen[0] = guest.get("/").await.unwrap();
    for (path, status) in [("/genuine", 200), ("/receipt", 200), ("/nowhere", 404), ("/p/ABC", 404)]
    {
        seen.push(ask(&mut guest, path, status).await);
    }
    let entered = guest.get(&links[0]).await.unwrap();
    assert_eq!(entered.location.as_deref(), Some("/phieu"));
    for (path, status) in [("/phieu", 200), ("/phieu/resume", 200)] {
        seen.push(ask(&mut guest, path, status).await);
    }
    assert!(seen.last().is_some_and(|page| page.body.contains(&pseudo("Resume number"))));
    let mut at = guest.post("/phieu/start", &[]).await.unwrap().location.unwrap();
    for name in QUESTIONS {
        seen.push(ask(&mut guest, &at, 200).await);
        let wrong = guest.post(&at, &[(name, "77")]).await.unwrap();
        assert_eq!(wrong.status, 422);
        seen.push(wrong);
        at = guest.post(&at, &[(name, "4")]).await.unwrap().location.unwrap();
    }
    assert_eq!(at, "/phieu/check");
    let check = ask(&mut guest, &at, 200).await;
    assert!(check.body.contains(&pseudo("Satisfied")), "an option is not in the language");
    seen.push(check);
    let sent = guest.post(&at, &[]).await.unwrap();
    assert_eq!(sent.location.as_deref(), Some("/phieu/thanks"));
    seen.push(ask(&mut guest, "/phieu/thanks", 200).await);
    for page in &seen {
        speaks(page);
    }

    accept_language(&server, &links[1]).await;
    // The office is not translated: it stays Vietnamese.
    let office = guest.get("/office/login").await.unwrap().body;
    assert!(office.contains("<html lang=\"vi\">"), "{office}");
    drop(server);
    place.run(&["--lang", CODE, "round", "list"]).refused(2, &[CODE, "vi, en"]);
    place.remove().await;
}

/// Every word of the program on the page is of the language, and the page says so.
fn speaks(page: &Answered) {
    assert!(page.body.contains(&format!("<html lang=\"{CODE}\">")), "{}", page.body);
    let shown = page.body.replace("&amp;", "&").replace("&quot;", "\"");
    for (file, texts) in own("vi").into_iter().chain(own("en")) {
        for (key, text) in texts {
            let plain = !text.contains('{') && text.chars().count() > 6;
            let names_itself = key == "language" || !plain;
            // A pseudo text begins with another letter than the English one, nearly always.
            let told = shown.contains(&format!(">{text}<"));
            assert!(names_itself || !told, "{file}: “{text}” is not translated: {shown}");
        }
    }
}

async fn accept_language(server: &Server, link: &str) {
    let wanting = |wanted: &str| {
        let request = format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: {wanted}\r\nConnection: close\r\n\r\n"
        );
        (server.address(), request)
    };
    for (wanted, language) in
        [("qps-XX,vi;q=0.8", CODE), ("vi,qps;q=0.9", "vi"), ("en-US,en;q=0.9,qps;q=0.5", "vi")]
    {
        let (address, request) = wanting(wanted);
        let page = raw(address, &request).await;
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{wanted}: {page}");
    }
    // A question whose label is missing in the language is asked in Vietnamese.
    let mut guest = Guest::new(server.address());
    guest.get(&format!("{link}?lang={CODE}")).await.unwrap();
    let landing = guest.get("/phieu").await.unwrap().body;
    assert!(landing.contains("Kết quả khảo sát công bố năm 2022"), "{landing}");
    assert!(landing.contains(&pseudo("Your answer is used to measure satisfaction.")));
}

async fn raw(address: std::net::SocketAddr, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_or_wrong_in_the_files_is_named() {
    let place = Place::sqlite();
    let more = place.folder.join("more");
    let survey = place.folder.join("survey");
    write_survey(&survey);
    let (folder, survey) = (more.to_str().unwrap().to_owned(), survey.to_str().unwrap().to_owned());
    let check = ["--messages", &folder, "survey", "check", &survey];
    write_messages(&more, |_, _| true);
    place.run(&check).done(&["SHA-256"]);

    write_messages(&more, |section, key| (section, key) != ("pages", "continue"));
    let ran = place.run(&check);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let line = "pages.qps.toml: thiếu câu “continue”";
    assert!(ran.err.contains(line) && ran.err.lines().count() == 2, "{ran:?}");
    fs::write(place.folder.join("phieu.toml"), "messages = \"more\"\n").unwrap();
    let server = Server::start(&place).await;
    assert!(server.log().contains(line), "{}", server.log());
    let mut guest = Guest::new(server.address());
    guest.get(&format!("/?lang={CODE}")).await.unwrap();
    let page = guest.get("/").await.unwrap().body;
    assert!(page.contains(">Tiếp tục</button>"), "what is missing is said in Vietnamese: {page}");
    drop(server);

    write_messages(&more, |_, _| true);
    let pages = more.join("pages.qps.toml");
    let text = fs::read_to_string(&pages).unwrap().replace("{day}", "{date}");
    fs::write(&pages, text).unwrap();
    for act in [&["serve"][..], &["round", "list"]] {
        place.run(act).refused(2, &["pages.qps.toml", "“until”", "{day}"]);
    }
    let elsewhere = place.bare_command().env("PHIEU_MESSAGES", "nowhere").arg("serve").output();
    let said = String::from_utf8(elsewhere.unwrap().stderr).unwrap();
    assert!(said.contains("nowhere"), "{said}");
}

async fn ask(guest: &mut Guest, path: &str, status: u16) -> Answered {
    let page = guest.get(path).await.unwrap();
    assert_eq!(page.status, status, "{path}: {}", page.body);
    page
}

/// A round of a survey whose texts are there in the language, but for one; returns the links.
fn round(place: &Place) -> Vec<String> {
    let survey = place.folder.join("survey");
    write_survey(&survey);
    let mut list = "mã;họ và tên;mã đơn vị;nhóm đối tượng\n".to_owned();
    for person in 0..PEOPLE {
        list.push_str(&format!("P{person:03};Nguyễn Văn {person};so-tnmt;nd\n"));
    }
    let list_file = place.folder.join("list.csv");
    let reasons = place.folder.join("reasons.csv");
    fs::write(&list_file, list).unwrap();
    fs::write(&reasons, "unit,group,reason\nso-tnmt,nd,test\n").unwrap();
    let (survey, list) = (survey.to_str().unwrap(), list_file.to_str().unwrap());
    let reasons = reasons.to_str().unwrap();
    for act in [
        &["round", "create", "--survey", survey, "--code", "r1"][..],
        &["frame", "import", "--round", "r1", list],
        &["frame", "freeze", "--round", "r1", "--reasons", reasons],
        &["draw", "--round", "r1", "--public-value", "12345", "--source", "test"],
        &["round", "open", "r1"],
    ] {
        place.run(act).done(&[]);
    }
    let csv =
        place.run(&["invite", "export", "--round", "r1", "--address", "https://phieu.gov.vn"]).out;
    let links = csv.lines().skip(1).filter_map(|line| line.rsplit_once("gov.vn"));
    links.map(|(_, path)| path.to_owned()).collect()
}

/// The small survey with several pages, each English text followed by one of the language.
fn write_survey(folder: &Path) {
    let field = crate::program::Field { group: "nd", people: PEOPLE, target: 12, hard: false };
    crate::program::survey_folder(&[field], folder);
    for name in ["survey.toml", "forms/hai-long.toml"] {
        let file = folder.join(name);
        let text = fs::read_to_string(&file).unwrap();
        let mut told = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("en = \"") {
            let (english, after) = after.split_once('"').unwrap();
            let missing = english == "Survey result published in 2022";
            told.push_str(&format!("{before}en = \"{english}\""));
            if !missing {
                told.push_str(&format!(", {CODE} = \"{}\"", pseudo(english)));
            }
            rest = after;
        }
        told.push_str(rest);
        let languages = told.replace(r#"["vi", "en"]"#, &format!(r#"["vi", "en", "{CODE}"]"#));
        fs::write(file, languages).unwrap();
    }
}

/// Writes the language's files, made of the English ones as far as `keep` says.
fn write_messages(folder: &Path, keep: impl Fn(&str, &str) -> bool) {
    fs::create_dir_all(folder).unwrap();
    for (section, texts) in own("en") {
        let said: BTreeMap<&String, String> = texts
            .iter()
            .filter(|(key, _)| keep(&section, key))
            .map(|(key, text)| (key, pseudo(text)))
            .collect();
        let text = toml::to_string(&said).unwrap();
        fs::write(folder.join(format!("{section}.{CODE}.toml")), text).unwrap();
    }
}

/// What the program says to respondents, by section.
fn own(language: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/messages");
    let read = |section: &str| {
        let text = fs::read_to_string(root.join(format!("{section}.{language}.toml"))).unwrap();
        (section.to_owned(), toml::from_str(&text).unwrap())
    };
    SECTIONS.into_iter().map(read).collect()
}

/// A text with accents on all vowels, and longer by 40 %; places for values stay as they are.
fn pseudo(text: &str) -> String {
    let mut said = String::new();
    let mut inside = false;
    for letter in text.chars() {
        inside = (inside || letter == '{') && letter != '}';
        let vowels = [
            ('a', 'ắ'),
            ('e', 'ể'),
            ('i', 'ỉ'),
            ('o', 'ộ'),
            ('u', 'ữ'),
            ('y', 'ỹ'),
            ('A', 'Ẩ'),
            ('E', 'Ễ'),
            ('I', 'Ị'),
            ('O', 'Ổ'),
            ('U', 'Ự'),
            ('Y', 'Ỵ'),
        ];
        let accented = vowels.iter().find(|(plain, _)| !inside && *plain == letter);
        said.push(accented.map_or(letter, |(_, accented)| *accented));
    }
    let more = (text.chars().count() * 2).div_ceil(5);
    let filling = " ngẫẫẫm đượợợc thửửử".chars().cycle().take(more.max(2));
    said.extend(filling);
    said.trim_end().to_owned()
}

#[test]
fn the_made_up_language_is_longer_by_two_fifths_and_keeps_its_places() {
    for texts in own("en").values() {
        for text in texts.values() {
            let said = pseudo(text);
            let places = |text: &str| -> BTreeSet<String> {
                text.split('{')
                    .skip(1)
                    .map(|rest| rest.split('}').next().unwrap().to_owned())
                    .collect()
            };
            assert_eq!(places(&said), places(text));
            assert!(said.chars().count() * 10 >= text.chars().count() * 13, "{text} → {said}");
        }
    }
}
