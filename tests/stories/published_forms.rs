//! 31 forms that a province published, entered as respondents would, give the published
//! figure and what two other rules make of the same answers.

use crate::support::Small;
use phieu::{
    criteria::round_half_away,
    messages::Language,
    report::{Results, Shown, results, results_json, text_table},
};
use std::collections::BTreeSet;

/// The rules of the survey, and what each makes of the forms.
const FIGURES: [(&str, &str); 3] =
    [("hai-muc-cao-nhat", "83.87"), ("trung-binh-thang", "83.23"), ("quy-doi-0-1", "79.03")];

/// One published question: how many chose each level, and the printed percentages.
struct Published {
    /// Level and count, best first.
    counts: Vec<(&'static str, usize)>,
    /// Level and printed percentage.
    percents: Vec<(i16, String)>,
}

on_both_engines! {
    async fn the_published_forms_give_the_published_figure(app: TestApp) {
        let published = published();
        let forms: usize = published.counts.iter().map(|(_, n)| n).sum();
        assert_eq!(forms, 31);
        let (round, invited) = app.small_round(&Small::new(forms, forms)).await;
        let choices =
            published.counts.iter().flat_map(|&(choice, n)| std::iter::repeat_n(choice, n));
        for (one, choice) in invited.iter().zip(choices) {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), choice).await;
            assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
        }
        assert_eq!(app.finish(&round).await.responses, forms);

        let round = app.office.round(&round.row.code).await.unwrap();
        let facts = app.office.facts(&round).await.unwrap();
        let mut methods = BTreeSet::new();
        for (id, figure) in FIGURES {
            let rule = round.survey.rule_called(id).unwrap();
            let results = results(&facts, &round.survey, rule);
            let criterion = &results.criteria[0];
            assert_eq!((criterion.code.as_str(), criterion.n), ("8.2", Some(31)));
            let score = criterion.score.unwrap();
            assert_eq!(rule.rounding.score(score).unwrap().to_string(), figure, "{id}");
            // Everybody in the frame answered: there is nothing left to be uncertain about.
            assert_eq!((criterion.population, criterion.se), (Some(31), Some(0.0)));
            let points = rule.rounding.points(criterion.points.unwrap()).unwrap();
            assert_eq!(points, round_half_away(score / 10.0, 3).unwrap());
            methods.insert(is_printed_with_its_method(&results, figure));
            levels_are_as_published(&results, &published);
        }
        assert_eq!(methods.len(), 3, "{methods:?}");
    }
}

/// The method in words; it stands beside the figure wherever that is printed.
fn is_printed_with_its_method(results: &Results, figure: &str) -> Vec<String> {
    let criterion = &results.criteria[0];
    for &language in Language::all() {
        let method = criterion.rule.method_in_brief(language);
        let table = text_table(results, language);
        let figure = figure.replace('.', language.say("survey.decimal_mark"));
        for printed in [&method, &figure, results.rule.title.get(language.code())] {
            assert!(table.contains(printed), "{printed} is not in\n{table}");
        }
        assert!(!criterion.rule.in_words(&[], language).iter().any(String::is_empty));
    }
    let json: serde_json::Value = serde_json::from_str(&results_json(results)).unwrap();
    let method = criterion.rule.method_in_brief(Language::default());
    assert_eq!(json["criteria"][0]["method"], method);
    assert_eq!(json["criteria"][0]["score"].as_f64(), criterion.score);
    assert_eq!(json["rule"]["sha256"], results.rule.sha256);
    criterion.rule.in_words(&[], Language::default())
}

fn levels_are_as_published(results: &Results, published: &Published) {
    let Shown::Value(spread) = &results.questions[0].answers else { panic!("hidden") };
    for (code, percent) in &published.percents {
        let level = spread.levels.iter().find(|level| level.code == *code).unwrap();
        assert_eq!(&round_half_away(level.share * 100.0, 1).unwrap().to_string(), percent);
    }
}

fn published() -> Published {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/satisfaction-ba-ria-vung-tau-2022.csv");
    let mut file = csv::Reader::from_path(path).unwrap();
    let headings = file.headers().unwrap().clone();
    let row = file.records().next().unwrap().unwrap();
    let field =
        |name: &str| row[headings.iter().position(|known| known == name).unwrap()].to_owned();
    let levels = [
        ("5", 5, "very_satisfied"),
        ("4", 4, "satisfied"),
        ("3", 3, "neutral"),
        ("2", 2, "dissatisfied"),
        ("1", 1, "very_dissatisfied"),
    ];
    Published {
        counts: levels
            .iter()
            .map(|(code, _, name)| (*code, field(name).parse().unwrap()))
            .collect(),
        percents: levels[..3]
            .iter()
            .map(|(_, code, name)| (*code, field(&format!("published_{name}_percent"))))
            .collect(),
    }
}
