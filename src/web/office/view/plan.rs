use super::{
    Room,
    grid::{Grid, cell},
    group_name, path, room, room_at, unit_name,
};
use crate::{
    conduct::{PopulationSource, Round, plan_assumptions, plan_misses, plan_remarks, plan_rows},
    messages::{Language, Text},
    report::{NBSP, brief_percent, decimal, margin, whole},
    sampling::{FIELDS, Method, Plan, PlanRow, RATE_OF, Reach, SHARE_OF, Wrong},
    survey::Survey,
    text,
    web::layout::{Html, Switch},
};
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

/// The page that plans the sample of a round.
pub struct Planning<'a> {
    /// The round.
    pub round: &'a Round,
    /// What was typed.
    pub typed: &'a [(String, String)],
    /// Where the populations come from.
    pub source: PopulationSource,
    /// What came of it.
    pub outcome: &'a Planned,
}

/// What came of the numbers that were typed.
pub enum Planned {
    /// A plan.
    Plan(Box<Plan>),
    /// Some of them cannot be used.
    Wrong(Vec<Wrong>),
    /// They are usable, but lead to no plan.
    Refused(Text),
}

/// A field of the form: its name, what it is called, and more about it.
struct Field {
    name: String,
    id: String,
    label: String,
    hint: Option<&'static str>,
}

/// Says why nothing can be planned yet.
pub fn nothing_to_plan(language: Language, round: &Round, why: &Text) -> Html {
    let body = html! {
        h1 { (language.say("plan.title")) }
        p.note { (why.say(language)) "." }
        p { a href=(path(&round.row.code, Room::Frame)) { (language.say("plan.to_list")) } }
    };
    room(language, round, Room::Plan, false, &body)
}

impl Planning<'_> {
    /// The page.
    pub fn page(&self, language: Language) -> Html {
        let say = |key| language.say(key);
        let body = html! {
            (self.problems(language))
            h1 { (say("plan.title")) }
            p.ask { (say("plan.lead")) }
            p.small { (say(self.source.said())) }
            (self.form(language))
            (explained(language))
            @if let Planned::Plan(plan) = self.outcome { (self.result(plan, language)) }
        };
        let here = self.address();
        room_at(language, self.round, Room::Plan, Switch::Link(&here), &body)
    }

    /// The page's path with what was typed, as the form would send it.
    fn address(&self) -> String {
        let path = path(&self.round.row.code, Room::Plan);
        let filled = self.typed.iter().filter(|(_, typed)| !typed.is_empty());
        let query = Serializer::new(String::new()).extend_pairs(filled).finish();
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn typed(&self, field: &str) -> &str {
        self.typed.iter().find(|(name, _)| name == field).map_or("", |(_, typed)| typed)
    }

    fn wrong(&self, field: &str) -> Option<&Text> {
        let Planned::Wrong(wrong) = self.outcome else { return None };
        wrong.iter().find(|one| one.field == field).map(|one| &one.why)
    }

    fn problems(&self, language: Language) -> Markup {
        let fields: Vec<Field> =
            self.fields(language).into_iter().chain(self.group_fields(language)).collect();
        let field = |name: &str| fields.iter().find(|one| one.name == name);
        let said = |why: &Text| format!("{}.", why.say(language));
        html! {
            @match self.outcome {
                Planned::Plan(_) => {}
                Planned::Refused(why) => {
                    div.errors role="alert" tabindex="-1" autofocus {
                        h2 { (language.say("pages.errors")) }
                        p { (said(why)) }
                    }
                }
                Planned::Wrong(wrong) => {
                    div.errors role="alert" tabindex="-1" autofocus {
                        h2 { (language.say("pages.errors")) }
                        ul { @for one in wrong { li {
                            @match field(&one.field) {
                                Some(field) => {
                                    a href={ "#" (field.id) } { (field.label) ": " (said(&one.why)) }
                                }
                                None => { (said(&one.why)) }
                            }
                        } } }
                    }
                }
            }
        }
    }

    fn form(&self, language: Language) -> Markup {
        let say = |key| language.say(key);
        let chosen = match self.outcome {
            Planned::Plan(plan) => plan.request.method.word(),
            _ => self.typed("method"),
        };
        let by_group = self.group_fields(language);
        let is_open = by_group.iter().any(|field| !self.typed(&field.name).is_empty());
        html! {
            form.card.ask method="get" action=(path(&self.round.row.code, Room::Plan)) {
                fieldset {
                    legend.q { (say("plan.method")) }
                    @for method in Method::ALL {
                        label.o {
                            input type="radio" name="method" value=(method.word())
                                checked[method.word() == chosen];
                            span { (method.name(language)) }
                        }
                    }
                }
                div.fields { @for field in self.fields(language) { (self.input(&field, language)) } }
                details open[is_open] {
                    summary { (say("plan.per_group")) }
                    p.hint { (say("plan.per_group_how")) }
                    div.fields { @for field in by_group { (self.input(&field, language)) } }
                }
                div.go { button type="submit" { (say("plan.show")) } }
            }
        }
    }

    fn fields(&self, language: Language) -> Vec<Field> {
        let say = |key| language.say(key);
        let optional = say("plan.optional");
        let [_, n, unit, group, all, rate, least, confidence] = FIELDS;
        let field = |name: &str, label: &'static str, hint| Field {
            name: name.to_owned(),
            id: name.to_owned(),
            label: say(label).to_owned(),
            hint: Some(hint),
        };
        vec![
            field(n, "plan.field_n", say("plan.field_n_hint")),
            field(unit, "plan.field_margin", say("plan.field_margin_hint")),
            field(group, "plan.field_margin_group", optional),
            field(all, "plan.field_margin_all", optional),
            field(rate, "plan.field_response_rate", say("plan.field_response_rate_hint")),
            field(least, "plan.field_least", optional),
            field(confidence, "plan.field_confidence", optional),
        ]
    }

    fn group_fields(&self, language: Language) -> Vec<Field> {
        let groups = self.round.survey.groups.iter().enumerate();
        let both = groups.flat_map(|(at, group)| {
            let (code, name) = (&group.code, group.label.get(language.code()));
            [
                Field {
                    name: format!("{RATE_OF}{code}"),
                    id: format!("rate-{at}"),
                    label: text!("plan.group_rate", group = name).say(language),
                    hint: None,
                },
                Field {
                    name: format!("{SHARE_OF}{code}"),
                    id: format!("share-{at}"),
                    label: text!("plan.group_share", group = name).say(language),
                    hint: None,
                },
            ]
        });
        both.collect()
    }

    fn input(&self, field: &Field, language: Language) -> Markup {
        let wrong = self.wrong(&field.name);
        let (hint, error) = (format!("{}-hint", field.id), format!("{}-error", field.id));
        let about: Vec<&str> = [(field.hint.is_some(), &hint), (wrong.is_some(), &error)]
            .into_iter()
            .filter_map(|(is_there, id)| is_there.then_some(id.as_str()))
            .collect();
        let about = (!about.is_empty()).then(|| about.join(" "));
        html! {
            div {
                label for=(field.id) { (field.label) }
                @if let Some(text) = field.hint { p.hint id=(hint) { (text) } }
                @if let Some(why) = wrong { p.error id=(error) { (why.say(language)) "." } }
                input id=(field.id) type="text" name=(field.name) value=(self.shown(&field.name, language))
                    inputmode="decimal" autocomplete="off" aria-describedby=[about]
                    aria-invalid=[wrong.map(|_| "true")];
            }
        }
    }

    /// What was typed; of fields left empty, what was taken instead.
    fn shown(&self, field: &str, language: Language) -> String {
        let typed = self.typed(field);
        let (true, Planned::Plan(plan)) = (typed.is_empty(), self.outcome) else {
            return typed.to_owned();
        };
        let percent = |share| brief_percent(share, language).replace(['%', NBSP], "");
        match field {
            "response-rate" => percent(plan.request.response_rate),
            "confidence" => percent(plan.request.confidence),
            "least" => plan.request.least.to_string(),
            _ => String::new(),
        }
    }

    fn result(&self, plan: &Plan, language: Language) -> Markup {
        let (say, survey) = (|key| language.say(key), &self.round.survey);
        let missed = plan_misses(survey, plan, language);
        html! {
            section {
                h2 { (say("plan.result")) }
                @for line in plan_assumptions(survey, plan, language) { p.small { (line) } }
                (tiles(plan, language))
                @if !missed.is_empty() { ul.beware { @for line in &missed { li { (line) } } } }
                @for line in plan_remarks(survey, plan, language) { p { (line) } }
            }
            section {
                h2 { (say("plan.by_unit")) }
                (sums(survey, say("plan.by_unit"), say("plan.col_unit"), &plan.units, &plan.all, language))
            }
            section {
                h2 { (say("plan.by_group")) }
                (sums(survey, say("plan.by_group"), say("plan.col_group"), &plan.groups, &plan.all, language))
            }
            section {
                h2 { (say("plan.by_cell")) }
                (cells(survey, &plan.cells, language))
            }
            div.ask {
                p { (say("plan.take_over")) }
                p { code.command { (self.command(plan.request.method)) } }
            }
        }
    }

    /// The command that makes the same plan and writes its targets to a file.
    fn command(&self, method: Method) -> String {
        let mut command = format!("phieu plan --round {}", self.round.row.code);
        let counts = |name: &str| match name {
            "n" => method.shares_out(),
            "margin-group" | "margin-all" => method == Method::Margins,
            _ => true,
        };
        for (name, typed) in self.typed.iter().filter(|(name, _)| counts(name)) {
            // A number that was understood consists of digits and marks once these are gone.
            let typed = typed.replace(['%', ' ', '\u{a0}'], "");
            if typed.is_empty() {
                continue;
            }
            if let Some(group) = name.strip_prefix(RATE_OF) {
                command.push_str(&format!(" --response-rate {group}={typed}"));
            } else if let Some(group) = name.strip_prefix(SHARE_OF) {
                command.push_str(&format!(" --share {group}={typed}"));
            } else if FIELDS.contains(&name.as_str()) {
                command.push_str(&format!(" --{name} {typed}"));
            }
        }
        command + " --csv targets.csv"
    }
}

fn tiles(plan: &Plan, language: Language) -> Markup {
    let (say, all) = (|key| language.say(key), &plan.all);
    let tiles = [
        (say("plan.col_population"), whole(all.population, language)),
        (say("plan.col_wanted"), whole(all.wanted, language)),
        (say("plan.col_reserve"), whole(all.reserve, language)),
        (say("plan.col_drawn"), whole(all.drawn(), language)),
        (say("plan.col_margin"), margin(all.margin, language)),
    ];
    html! {
        dl.tiles { @for (name, figure) in tiles { div { dt { (name) } dd { (figure) } } } }
    }
}

/// Units or groups, and the whole below them.
fn sums(
    survey: &Survey,
    caption: &str,
    first: &str,
    rows: &[PlanRow],
    all: &PlanRow,
    language: Language,
) -> Markup {
    let mut grid = columns(Grid::new(caption, first), language);
    for row in plan_rows(survey, rows) {
        let unit = row.unit.as_deref().map(|code| unit_name(survey, code, language));
        let group = row.group.as_deref().map(|code| group_name(survey, code, language));
        grid.row(line(vec![cell(unit.or(group).unwrap_or_default())], row, language));
    }
    grid.sum(line(vec![cell(language.say("plan.all"))], all, language));
    grid.table()
}

fn cells(survey: &Survey, rows: &[PlanRow], language: Language) -> Markup {
    let say = |key| language.say(key);
    let grid = Grid::new(say("plan.by_cell"), say("plan.col_unit")).words(say("plan.col_group"));
    let mut grid = columns(grid, language).numbers(say("plan.col_limits"));
    for row in plan_rows(survey, rows) {
        let unit = row.unit.as_deref().map(|code| unit_name(survey, code, language));
        let group = row.group.as_deref().map(|code| group_name(survey, code, language));
        let names = vec![cell(unit.unwrap_or_default()), cell(group.unwrap_or_default())];
        let limits = format!("{} – {}", whole(row.lower, language), whole(row.upper, language));
        let mut line = line(names, row, language);
        line.push(cell(limits));
        grid.row(line);
    }
    grid.table()
}

fn columns(grid: Grid, language: Language) -> Grid {
    let say = |key| language.say(key);
    grid.numbers(say("plan.col_population"))
        .numbers(say("plan.col_wanted"))
        .numbers(say("plan.col_reserve"))
        .numbers(say("plan.col_drawn"))
        .numbers(say("plan.col_expected"))
        .numbers(say("plan.col_margin"))
        .numbers(say("plan.col_official"))
        .numbers(say("plan.col_official_margin"))
}

fn line(mut names: Vec<Markup>, row: &PlanRow, language: Language) -> Vec<Markup> {
    let say = |key| language.say(key);
    let count = |n: u64| cell(whole(n, language));
    // One piece each, so that on a card it stands at one end.
    let wanted = html! { span {
        @if row.census { span.chip { (say("plan.census")) } " " }
        (whole(row.wanted, language))
    } };
    let shown = html! { span {
        @if row.reach == Reach::Missed { span.chip.care { (say("plan.missed")) } " " }
        b { (margin(row.margin, language)) }
    } };
    names.extend([
        count(row.population),
        wanted,
        count(row.reserve),
        count(row.drawn()),
        cell(decimal(row.expected, 0, language)),
        shown,
        count(row.official.n),
        cell(margin(row.official.margin, language)),
    ]);
    names
}

/// What the methods do and what the columns mean.
fn explained(language: Language) -> Markup {
    let say = |key| language.say(key);
    html! {
        details {
            summary { (say("plan.explained")) }
            dl.sum { @for method in Method::ALL {
                div { dt { (method.name(language)) } dd.plain { (method.how(language)) } }
            } }
            ul.small {
                li { (say("plan.word_population")) }
                li { (say("plan.word_wanted")) }
                li { (say("plan.word_reserve")) }
                li { (say("plan.word_expected")) }
                li { (say("plan.word_margin")) }
                li { (say("plan.word_official")) }
                li { (say("plan.word_limits")) }
            }
        }
    }
}
