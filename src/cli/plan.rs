//! `phieu plan`: how many answers, where, and how sure that makes the results.

use super::{
    Failure, Result, Settings,
    data::{print, survey_folder, write_out},
};
use crate::{
    conduct::{
        PlanBasis, ProposedTargets, plan_assumptions, plan_misses, plan_remarks, plan_rows,
        proposed_targets,
    },
    messages::Language,
    report::{aligned, decimal, margin, whole},
    sampling::{Method, Plan, PlanRequest, PlanRow, RATE_OF, Reach, SHARE_OF, plan},
    survey::{Survey, read_survey, targets_csv},
    text,
};
use clap::{ArgGroup, Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["survey", "round"]))]
pub struct PlanArgs {
    /// Plan for the survey in this folder, by the populations in its targets.csv
    #[arg(long, value_name = "FOLDER")]
    survey: Option<PathBuf>,
    /// Plan for this round, by its list of people
    #[arg(long)]
    round: Option<String>,
    /// How to share out [default: margins with --margin…, optimal with --n, or else current]
    #[arg(long)]
    method: Option<MethodArg>,
    /// Answers to share out, for optimal, proportional, power and equal
    #[arg(long)]
    n: Option<String>,
    /// Largest margin of error of each unit, in percentage points; the e of the official formula
    #[arg(long, value_name = "PERCENT")]
    margin: Option<String>,
    /// Largest margin of error of each group of respondents
    #[arg(long, value_name = "PERCENT")]
    margin_group: Option<String>,
    /// Largest margin of error of the whole
    #[arg(long, value_name = "PERCENT")]
    margin_all: Option<String>,
    /// Share of the people invited who will answer; GROUP=PERCENT for a group that differs
    /// [default: as the rule for calling the reserve expects]
    #[arg(long, value_name = "PERCENT")]
    response_rate: Vec<String>,
    /// Share of satisfied people expected in a group, instead of 50
    #[arg(long, value_name = "GROUP=PERCENT")]
    share: Vec<String>,
    /// Fewest answers of each unit × group [default: the survey's least number of merging]
    #[arg(long)]
    least: Option<String>,
    /// Confidence level of the margins [default: 95]
    #[arg(long, value_name = "PERCENT")]
    confidence: Option<String>,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
    /// Write a targets.csv that can take the place of the survey's
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// How to share out.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum MethodArg {
    /// The targets as they are set
    Current,
    /// The margins wanted with the fewest answers
    Margins,
    /// Best for the overall result (Neyman)
    Optimal,
    /// In proportion to the people
    Proportional,
    /// By the square root of the people (Bankier)
    Power,
    /// The same for each unit × group
    Equal,
    /// The formula n = N/(1 + N·e²) for each unit
    Official,
}

/// A plan as other programs read it.
#[derive(Serialize)]
struct Document<'a> {
    survey: &'a str,
    round: Option<&'a str>,
    populations: &'static str,
    #[serde(flatten)]
    plan: Plan,
}

pub async fn run(args: PlanArgs, settings: &Settings) -> Result<()> {
    let language = settings.language;
    let (survey, basis) = args.start(settings).await?;
    let request = args.request(&survey, language)?;
    let plan = plan(&basis.cells, &request).map_err(|refused| Failure::Data(refused.text()))?;
    if let Some(path) = &args.csv {
        write(path, &proposed_targets(&survey, &plan), language)?;
    }
    if !args.json {
        eprintln!("{}", language.say(basis.source.said()));
    }
    for text in plan_misses(&survey, &plan, language) {
        eprintln!("{text}");
    }
    if args.json {
        let document = Document {
            survey: &survey.id,
            round: args.round.as_deref(),
            populations: basis.source.word(),
            plan: plan.sorted_by_code(),
        };
        print(serde_json::to_string(&document).expect("a plan is plain data"))
    } else {
        print(tables(&survey, &plan, language))
    }
}

impl PlanArgs {
    /// The survey that is planned for, and its people.
    async fn start(&self, settings: &Settings) -> Result<(Survey, PlanBasis)> {
        if let Some(folder) = &self.survey {
            let survey = read_survey(&survey_folder(folder)?).map_err(Failure::Survey)?;
            let basis = PlanBasis::of_survey(&survey)?;
            return Ok((survey, basis));
        }
        let office = settings.office().await?;
        let round = office.round(self.round.as_deref().unwrap_or_default()).await?;
        let basis = office.plan_basis(&round).await?;
        Ok((round.survey, basis))
    }

    fn request(&self, survey: &Survey, language: Language) -> Result<PlanRequest> {
        let groups: Vec<&str> = survey.groups.iter().map(|group| group.code.as_str()).collect();
        let least = u64::from(survey.merging.least);
        let request = PlanRequest::read(&self.fields()?, &groups, least).map_err(|wrong| {
            let first = wrong.first().expect("a request that is refused has a wrong field");
            let of_group = [RATE_OF, SHARE_OF].into_iter().find(|of| first.field.starts_with(of));
            let flag = of_group.map_or(first.field.as_str(), |of| of.trim_end_matches('-'));
            Failure::Environment(text!("plan.flag", flag = flag, why = first.why.say(language)))
        })?;
        let method = request.method;
        if self.n.is_some() && !method.shares_out() {
            return Err(Failure::Environment(text!("plan.n_not_used", method = method.word())));
        }
        let others = self.margin_group.is_some() || self.margin_all.is_some();
        if others && method != Method::Margins {
            return Err(Failure::Environment(text!("plan.margins_not_used")));
        }
        Ok(request)
    }

    /// What was typed, under the names that the office's page uses, too.
    fn fields(&self) -> Result<Vec<(String, String)>> {
        let method = self.method.and_then(|method| method.to_possible_value());
        let named = [
            ("method", method.map(|method| method.get_name().to_owned())),
            ("n", self.n.clone()),
            ("margin", self.margin.clone()),
            ("margin-group", self.margin_group.clone()),
            ("margin-all", self.margin_all.clone()),
            ("least", self.least.clone()),
            ("confidence", self.confidence.clone()),
        ];
        let mut fields: Vec<(String, String)> =
            named.into_iter().filter_map(|(name, typed)| Some((name.to_owned(), typed?))).collect();
        for typed in &self.response_rate {
            fields.push(match typed.split_once('=') {
                Some((group, rate)) => (format!("{RATE_OF}{}", group.trim()), rate.to_owned()),
                None => ("response-rate".to_owned(), typed.clone()),
            });
        }
        for typed in &self.share {
            let Some((group, share)) = typed.split_once('=') else {
                return Err(Failure::Environment(text!("plan.not_by_group", typed = typed)));
            };
            fields.push((format!("{SHARE_OF}{}", group.trim()), share.to_owned()));
        }
        Ok(fields)
    }
}

/// Writes the new targets, and says what could not be taken over.
fn write(path: &Path, proposed: &ProposedTargets, language: Language) -> Result<()> {
    write_out(Some(path), targets_csv(&proposed.targets).as_bytes())?;
    let written = text!("plan.written", cells = proposed.targets.len(), path = path.display());
    let left_out = proposed.left_out.first().map(|first| {
        let cells = proposed.left_out.len();
        text!("plan.left_out", cells = cells, unit = first.unit, group = first.group)
    });
    let contradicted = proposed.contradicted.first().map(|first| {
        let cells = proposed.contradicted.len();
        text!("plan.population_left_out", cells = cells, unit = first.unit, group = first.group)
    });
    for text in [written].into_iter().chain(left_out).chain(contradicted) {
        eprintln!("{}", text.say(language));
    }
    Ok(())
}

/// The plan as tables for a terminal.
fn tables(survey: &Survey, plan: &Plan, language: Language) -> String {
    let mut out = format!("{}\n", survey.title.get(language.code()));
    for line in plan_assumptions(survey, plan, language) {
        out.push_str(&format!("{line}\n"));
    }
    let of = |rows| plan_rows(survey, rows).into_iter();
    let (unit, group) = ("plan.col_unit", "plan.col_group");
    for (title, names, rows) in [
        ("plan.by_unit", &[unit][..], of(&plan.units).chain([&plan.all]).collect::<Vec<_>>()),
        ("plan.by_group", &[group], of(&plan.groups).chain([&plan.all]).collect()),
        ("plan.by_cell", &[unit, group], of(&plan.cells).collect()),
    ] {
        let lines: Vec<Vec<String>> = std::iter::once(heads(names, language))
            .chain(rows.into_iter().map(|row| line(survey, row, names.len(), language)))
            .collect();
        out.push_str(&format!("\n{}\n{}", language.say(title), aligned(&lines, names.len())));
    }
    for line in plan_remarks(survey, plan, language) {
        out.push_str(&format!("\n{line}"));
    }
    out.truncate(out.trim_end().len());
    out
}

/// The headings of a table whose rows are named by so many columns; a cell has limits, too.
fn heads(names: &[&'static str], language: Language) -> Vec<String> {
    let figures = [
        "plan.col_population",
        "plan.col_wanted",
        "plan.col_reserve",
        "plan.col_drawn",
        "plan.col_expected",
        "plan.col_margin",
        "plan.col_official",
        "plan.col_official_margin",
    ];
    let limits = (names.len() == 2).then_some("plan.col_limits");
    let keys = names.iter().copied().chain(figures).chain(limits);
    keys.map(|key| language.say(key).to_owned()).chain([String::new()]).collect()
}

fn line(survey: &Survey, row: &PlanRow, left: usize, language: Language) -> Vec<String> {
    let count = |n: u64| whole(n, language);
    let unit = row.unit.as_deref().map(|code| brief_unit(survey, code));
    let group = row.group.as_deref().map(|code| group_name(survey, code, language));
    let all = || language.say("plan.all").to_owned();
    let mut cells = match left {
        1 => vec![unit.or(group).unwrap_or_else(all)],
        _ => vec![unit.unwrap_or_else(all), group.unwrap_or_else(all)],
    };
    cells.extend([
        count(row.population),
        count(row.wanted),
        count(row.reserve),
        count(row.drawn()),
        decimal(row.expected, 0, language),
        margin(row.margin, language),
        count(row.official.n),
        margin(row.official.margin, language),
    ]);
    if left == 2 {
        cells.push(format!("{} – {}", count(row.lower), count(row.upper)));
    }
    cells.push(match (row.reach, row.census) {
        (Reach::Missed, _) => language.say("plan.missed").to_owned(),
        (_, true) => language.say("plan.census").to_owned(),
        _ => String::new(),
    });
    cells
}

/// The unit's abbreviation, or else its code: names are too long for a line.
fn brief_unit(survey: &Survey, code: &str) -> String {
    let short = survey.unit(code).and_then(|unit| unit.short.clone());
    short.unwrap_or_else(|| code.to_owned())
}

fn group_name(survey: &Survey, code: &str, language: Language) -> String {
    let group = survey.group(code);
    group.map_or(code, |group| group.label.get(language.code())).to_owned()
}
