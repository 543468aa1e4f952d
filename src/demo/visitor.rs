//! A made-up person with a browser: opens the link, reads the forms, fills them in.
//!
//! Nothing here knows the questionnaire or the database. What a person does depends on the
//! seed, the person, and what the pages show.

use super::{
    behaviour::{Decision, InputKind, Person},
    page::{Choice, Field, Form, forms},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use std::{collections::BTreeMap, error::Error, net::SocketAddr};
use tokio::net::TcpStream;
use url::form_urlencoded;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// Pages of one form after which something must be wrong.
const MOST_PAGES: usize = 60;

/// A connection to the service, used by one person after another.
pub struct Line {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
}

/// How often a person corrects a page before giving up.
const ATTEMPTS: usize = 4;

/// One person's browser.
struct Browser<'l> {
    line: &'l mut Line,
    cookies: BTreeMap<String, String>,
}

/// A page, after following where it led.
struct Seen {
    status: StatusCode,
    path: String,
    html: String,
}

impl Line {
    /// Connects to the service.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // The service closing the line shows at the next request.
            let _ = connection.await;
        });
        Ok(Self { sender, address })
    }

    /// Lets `person` do with the invitation at `link` what they decide to.
    pub async fn visit(&mut self, person: &Person, link: &str) -> Result<()> {
        let decision = person.decision();
        if decision == Decision::NeverOpens {
            return Ok(());
        }
        let mut browser = Browser { line: self, cookies: BTreeMap::new() };
        let landing = browser.get(link).await?;
        match decision {
            Decision::Refuses => browser.decline(person, &landing, "refused").await,
            Decision::NotEligible => browser.decline(person, &landing, "not_eligible").await,
            _ => browser.answer(person, decision, landing).await,
        }
    }
}

impl Browser<'_> {
    async fn decline(&mut self, person: &Person, landing: &Seen, said: &str) -> Result<()> {
        let wanted = |(name, value): &&(String, String)| name == "said" && value == said;
        let form = landing
            .forms()
            .into_iter()
            .find(|form| form.buttons.iter().any(|button| wanted(&button)))
            .ok_or_else(|| landing.without("a way to decline"))?;
        let mut fields = form.hidden.clone();
        for asked in form.choices.iter().filter(|_| person.explains()) {
            let chosen = person.choose(said, &asked.options, &asked.apart);
            fields.push((asked.name.clone(), asked.options[chosen].0.clone()));
        }
        fields.push(("said".to_owned(), said.to_owned()));
        self.send(&form, &fields).await?;
        Ok(())
    }

    /// Answers every part, one after another.
    async fn answer(&mut self, person: &Person, decision: Decision, landing: Seen) -> Result<()> {
        let starts: Vec<(Form, (String, String))> = landing
            .forms()
            .into_iter()
            .filter(|form| form.action.ends_with("/start"))
            .flat_map(|form| {
                let buttons = form.buttons.clone();
                buttons.into_iter().map(move |button| (form.clone(), button))
            })
            .collect();
        if starts.is_empty() {
            return Err(landing.without("a way to begin"));
        }
        for (form, button) in starts {
            let mut fields = form.hidden.clone();
            fields.push(button);
            let begun = self.send(&form, &fields).await?;
            // A full cell lets nobody in, and says so.
            if begun.status == StatusCode::CONFLICT {
                continue;
            }
            if !self.fill_in(person, decision, begun).await? {
                break;
            }
        }
        Ok(())
    }

    /// Fills in one form to the end; `false` if the person went away before.
    async fn fill_in(
        &mut self,
        person: &Person,
        decision: Decision,
        mut seen: Seen,
    ) -> Result<bool> {
        for page in 1..MOST_PAGES {
            if matches!(decision, Decision::BreaksOff { page: last } if page > last) {
                return Ok(false);
            }
            let form = seen
                .forms()
                .into_iter()
                .find(|form| !form.buttons.is_empty() && form.action.starts_with("/phieu/"))
                .ok_or_else(|| seen.without("a form to go on with"))?;
            if seen.path == "/phieu/check" {
                let sent = self.send(&form, &form.hidden).await?;
                if decision == Decision::SubmitsTwice {
                    self.send(&form, &form.hidden).await?;
                }
                return match sent.path.as_str() {
                    "/phieu/thanks" => Ok(true),
                    _ => Err(sent.without("thanks")),
                };
            }
            seen = self.answer_page(person, decision, &form).await?;
        }
        Err(seen.without("an end"))
    }

    /// Answers one page, perhaps with a slip that the page asks to correct.
    async fn answer_page(
        &mut self,
        person: &Person,
        decision: Decision,
        form: &Form,
    ) -> Result<Seen> {
        let straight = decision == Decision::StraightLines;
        let slips =
            form.fields.iter().any(|field| person.slipped(&field.name, &kind(field, 0)).is_some());
        if slips {
            let seen = self.send(form, &answers(person, form, straight, Try::Slip)).await?;
            if seen.status != StatusCode::UNPROCESSABLE_ENTITY {
                return Ok(seen);
            }
        }
        let mut confirmed = Vec::new();
        for attempt in 0..ATTEMPTS {
            let mut fields = answers(person, form, straight, Try::Meant(attempt));
            fields.append(&mut confirmed);
            let seen = self.send(form, &fields).await?;
            if seen.status != StatusCode::UNPROCESSABLE_ENTITY {
                return Ok(seen);
            }
            // What the page asks back about is confirmed by sending it again.
            let again = seen.forms().into_iter().find(|again| again.action == form.action);
            confirmed = again.map(|form| form.hidden).unwrap_or_default();
        }
        Err(format!("{} was not accepted in {ATTEMPTS} attempts", form.action).into())
    }

    async fn get(&mut self, path: &str) -> Result<Seen> {
        self.ask(Method::GET, path, String::new()).await
    }

    async fn send(&mut self, form: &Form, fields: &[(String, String)]) -> Result<Seen> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask(Method::POST, &form.action, body).await
    }

    /// Asks for a page and follows where it leads.
    async fn ask(&mut self, mut method: Method, path: &str, mut body: String) -> Result<Seen> {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let (status, location, html) = self.once(&method, &path, body).await?;
            match location {
                Some(next) if status.is_redirection() => {
                    (method, body) = (Method::GET, String::new());
                    path = next;
                }
                _ if status.is_server_error() => {
                    return Err(Seen { status, path, html }.without("a working service"));
                }
                _ => return Ok(Seen { status, path, html }),
            }
        }
        Err("the pages lead in a circle".into())
    }

    async fn once(
        &mut self,
        method: &Method,
        path: &str,
        body: String,
    ) -> Result<(StatusCode, Option<String>, String)> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.line.address.to_string())
            .header("sec-fetch-site", "same-origin");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        // The line takes a request only once it is done with the one before.
        self.line.sender.ready().await?;
        let response = self.line.sender.send_request(request.body(Full::from(body))?).await?;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str()?;
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = response.status();
        let location = response
            .headers()
            .get(header::LOCATION)
            .map(|location| location.to_str().map(str::to_owned))
            .transpose()?;
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, location, String::from_utf8(body.to_vec())?))
    }
}

impl Seen {
    fn forms(&self) -> Vec<Form> {
        forms(&self.html)
    }

    fn without(&self, what: &str) -> Box<dyn Error + Send + Sync> {
        format!("{} answered {} without {what}", self.path, self.status).into()
    }
}

/// How a page is answered.
#[derive(Clone, Copy)]
enum Try {
    /// With a slip of the finger.
    Slip,
    /// As it is meant, the further time with the smaller number that the page asks for.
    Meant(usize),
}

/// What `person` sends for a page.
fn answers(person: &Person, form: &Form, straight: bool, how: Try) -> Vec<(String, String)> {
    let mut fields = form.hidden.clone();
    for choice in &form.choices {
        fields.extend(
            chosen(person, choice, straight).into_iter().map(|code| (choice.name.clone(), code)),
        );
    }
    for field in &form.fields {
        let typed = match how {
            Try::Slip => person.slipped(&field.name, &kind(field, 0)),
            Try::Meant(_) => None,
        };
        let attempt = if let Try::Meant(attempt) = how { attempt } else { 0 };
        let typed = typed.unwrap_or_else(|| person.typed(&field.name, &kind(field, attempt)));
        fields.push((field.name.clone(), typed));
    }
    fields
}

fn chosen(person: &Person, choice: &Choice, straight: bool) -> Vec<String> {
    let codes = |positions: Vec<usize>| {
        positions.into_iter().filter_map(|at| Some(choice.options.get(at)?.0.clone())).collect()
    };
    if choice.several {
        let maximum = maximum(&choice.words);
        codes(person.choose_several(&choice.name, &choice.options, &choice.apart, maximum))
    } else if straight {
        // Always the same place on the page.
        codes(vec![usize::from(choice.options.len() > 2)])
    } else {
        codes(vec![person.choose(&choice.name, &choice.options, &choice.apart)])
    }
}

/// "Chọn tối đa 3 phương án": the last small number in the instruction.
fn maximum(words: &str) -> Option<usize> {
    words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .rfind(|number| (1..10).contains(number))
}

/// What a field wants, as its words and keyboard say; `attempt` counts the corrections.
fn kind(field: &Field, attempt: usize) -> InputKind {
    match field.mode.as_str() {
        "decimal" => InputKind::Number { min: 0, max: 20 },
        "numeric" if field.words.contains('/') => {
            InputKind::Date { from_year: 1960, to_year: 2005 }
        }
        "numeric" => match attempt {
            0 => InputKind::Integer { min: 1, max: 6 },
            1 => InputKind::Integer { min: 0, max: 2 },
            _ => InputKind::Integer { min: 0, max: 0 },
        },
        _ if field.long => InputKind::LongText,
        _ => InputKind::Text,
    }
}
