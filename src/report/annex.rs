//! What stands below the table on a terminal: what to weigh beside each score, ranks, response
//! rates, reliability, the change against an earlier round, and the year.

use super::{
    Break, BreakdownRow, Change, CriterionResult, CriterionYear, Difference, Ranking, RateRow,
    Rates, Reliable, Results, ScaleResult, Shown, Verdict, Year,
    number::{dash, decimal, interval, percent, whole},
    table::{aligned, shortened},
};
use crate::{messages::Language, questionnaire::Labels, text};

/// The tables below the scores; empty before the box is opened.
pub fn text_annex(results: &Results, language: Language) -> String {
    let annex = Annex { results, language, several: several_subjects(results) };
    if results.criteria.is_empty() {
        return String::new();
    }
    let mut parts = vec![annex.beside()];
    parts.extend(annex.subjects());
    parts.extend(results.criteria.iter().filter_map(|one| annex.units(one)));
    parts.extend(annex.what_ranks_say());
    parts.extend(results.rates.as_ref().map(|rates| annex.rates(rates)));
    parts.extend(annex.scales());
    parts.extend(results.change.as_ref().map(|change| annex.change(change)));
    parts.extend(results.year.as_ref().map(|year| annex.year(year)));
    parts.iter().map(|part| format!("\n{}\n", part.trim_end())).collect()
}

struct Annex<'a> {
    results: &'a Results,
    language: Language,
    several: bool,
}

impl Annex<'_> {
    fn say(&self, key: &'static str) -> String {
        self.language.say(key).to_owned()
    }

    /// A title, a table whose first `left` columns hold words, and what it means.
    fn part(&self, title: &str, rows: &[Vec<String>], left: usize, how: &[&'static str]) -> String {
        let mut part = format!("{title}\n\n{}", aligned(rows, left));
        for key in how {
            part.push_str(&format!("{}\n", self.language.say(key)));
        }
        part
    }

    fn head(&self, keys: &[&'static str]) -> Vec<String> {
        keys.iter().map(|key| self.say(key)).collect()
    }

    /// A criterion, with the subject where there are several.
    fn named(&self, heading: &Labels, subject: &Labels) -> String {
        let code = self.language.code();
        match self.several {
            true => format!("{}, {}", heading.get(code), shortened(subject.get(code))),
            false => heading.get(code).to_owned(),
        }
    }

    fn joined(&self, labels: &[Labels]) -> String {
        let names: Vec<&str> = labels.iter().map(|label| label.get(self.language.code())).collect();
        shortened(&names.join(" + "))
    }

    fn score(&self, score: Option<f64>) -> String {
        let decimals = self.results.rule.rounding.score;
        self.or_dash(score.map(|score| decimal(score, decimals, self.language)))
    }

    fn scores(&self, ci: Option<[f64; 2]>) -> String {
        let decimals = self.results.rule.rounding.score;
        self.or_dash(ci.map(|ci| interval(ci, decimals, self.language)))
    }

    fn share(&self, share: Option<f64>) -> String {
        self.or_dash(share.map(|share| percent(share, 1, self.language)))
    }

    fn or_dash(&self, said: Option<String>) -> String {
        said.unwrap_or_else(|| dash().to_owned())
    }

    fn beside(&self) -> String {
        let mut rows = vec![self.head(&[
            "figures.criterion",
            "figures.dont_know",
            "figures.bounds",
            "figures.one_form",
            "figures.official",
            "figures.scored",
        ])];
        rows.extend(self.results.criteria.iter().map(|one| {
            vec![
                self.named(&one.heading, &one.subject_label),
                self.share(one.dont_know),
                self.scores(one.bounds),
                self.score(one.one_form),
                whole(one.official, self.language),
                self.or_dash(one.n.map(|n| whole(n, self.language))),
            ]
        }));
        let how = ["figures.bounds_how", "figures.one_form_how", "figures.official_how"];
        self.part(&self.say("figures.beside"), &rows, 1, &how)
    }

    fn subjects(&self) -> Vec<String> {
        let of = |code: &String, ranking: &Ranking| {
            let one = self.results.criteria.iter().find(|one| one.code == *code)?;
            let figures = |codes: &[String]| {
                let mut all = self.results.criteria.iter();
                let one = all.find(|one| one.code == *code && codes.contains(&one.subject))?;
                Some((one.score?, one.ci, one.n?))
            };
            let heading = one.heading.get(self.language.code());
            let title = text!("figures.ranks_of_subjects", criterion = heading);
            Some(self.ranks(&title.say(self.language), ranking, figures))
        };
        self.results.subject_ranks.iter().filter_map(|(code, ranking)| of(code, ranking)).collect()
    }

    fn units(&self, one: &CriterionResult) -> Option<String> {
        let ranking = one.unit_ranks.as_ref()?;
        let figures = |codes: &[String]| {
            let row: &BreakdownRow = one.by_unit.iter().find(|row| row.codes == codes)?;
            row.figures.value().map(|part| (part.score, part.ci, part.n))
        };
        let criterion = self.named(&one.heading, &one.subject_label);
        let title = text!("figures.ranks_of_units", criterion = criterion);
        Some(self.ranks(&title.say(self.language), ranking, figures))
    }

    fn ranks(
        &self,
        title: &str,
        ranking: &Ranking,
        figures: impl Fn(&[String]) -> Option<(f64, Option<[f64; 2]>, u64)>,
    ) -> String {
        let mut rows = vec![self.head(&[
            "figures.number",
            "figures.name",
            "figures.alike",
            "figures.score",
            "figures.ci",
            "figures.n",
            "figures.rank",
        ])];
        rows.extend(ranking.places.iter().zip(1..).map(|(place, number)| {
            let alike: Vec<String> =
                place.alike.iter().map(|other| (other + 1).to_string()).collect();
            let alike = match alike.len() {
                0 => self.say("figures.alike_none"),
                all if all + 1 == ranking.places.len() => self.say("figures.alike_all"),
                _ => alike.join(", "),
            };
            let (score, ci, n) =
                figures(&place.codes).map_or((None, None, None), |(a, b, c)| (Some(a), b, Some(c)));
            vec![
                number.to_string(),
                self.joined(&place.labels),
                alike,
                self.score(score),
                self.scores(ci),
                self.or_dash(n.map(|n| whole(n, self.language))),
                place.written(),
            ]
        }));
        let how = ["figures.ranks_descriptive"];
        self.part(title, &rows, 3, if ranking.descriptive { &how } else { &[] })
    }

    /// What all rankings have in common is said once below them.
    fn what_ranks_say(&self) -> Option<String> {
        let of_units = self.results.criteria.iter().filter_map(|one| one.unit_ranks.as_ref());
        let mut all = of_units.chain(self.results.subject_ranks.values()).peekable();
        all.peek()?;
        let lines = ["figures.ranks_say", "figures.ranks_shown"];
        let said = lines.iter().skip(usize::from(all.all(|ranking| ranking.descriptive)));
        Some(said.map(|key| self.say(key)).collect::<Vec<_>>().join("\n"))
    }

    fn rates(&self, rates: &Rates) -> String {
        let mut rows = vec![self.head(&[
            "figures.of_whom",
            "figures.asked",
            "figures.answered",
            "figures.declined",
            "figures.silent",
            "figures.not_eligible",
            "figures.response_rate",
            "figures.refusal_rate",
        ])];
        rows.push(self.rate(self.say("figures.all"), &rates.all));
        let code = self.language.code();
        for row in rates.groups.iter().chain(&rates.units) {
            let names: Vec<&str> = row.names.iter().map(|name| name.get(code)).collect();
            rows.push(self.rate(shortened(&names.join(" · ")), row));
        }
        let how = ["figures.rates_how", "figures.rates_hidden"];
        self.part(&self.say("figures.rates"), &rows, 1, &how)
    }

    fn rate(&self, name: String, row: &RateRow) -> Vec<String> {
        let mut cells = vec![name, whole(row.asked, self.language)];
        match &row.ended {
            Shown::Value(ended) => {
                let counts = [ended.answered, ended.declined, ended.silent, ended.not_eligible];
                cells.extend(counts.map(|n| whole(n, self.language)));
                cells.extend([self.share(ended.response), self.share(ended.refusal)]);
            }
            Shown::Hidden => cells.extend([self.say("figures.hidden")]),
            Shown::Nobody => cells.extend([dash().to_owned()]),
        }
        cells
    }

    fn scales(&self) -> Option<String> {
        let mut rows = vec![self.head(&[
            "figures.criterion",
            "figures.form",
            "figures.reliable",
            "figures.questions",
            "figures.n",
            "figures.alpha",
            "figures.correlation",
        ])];
        for one in &self.results.criteria {
            let criterion = self.named(&one.heading, &one.subject_label);
            rows.extend(one.scales.iter().map(|scale| self.scale(criterion.clone(), scale)));
        }
        let title = self.say("figures.scales");
        (rows.len() > 1).then(|| self.part(&title, &rows, 3, &["figures.scales_how"]))
    }

    fn scale(&self, criterion: String, scale: &ScaleResult) -> Vec<String> {
        let figures = scale.figures.as_ref();
        let number = |figure: Option<f64>| {
            self.or_dash(figure.map(|figure| decimal(figure, 2, self.language)))
        };
        let verdict = match figures {
            None => "figures.scale_too_few",
            Some(figures) => reliable(figures.verdict()),
        };
        vec![
            criterion,
            shortened(scale.form_title.get(self.language.code())),
            self.say(verdict),
            scale.questions.to_string(),
            self.or_dash(figures.map(|figures| whole(figures.n, self.language))),
            number(figures.and_then(|figures| figures.alpha)),
            number(figures.and_then(|figures| figures.average_correlation)),
        ]
    }

    fn change(&self, change: &Change) -> String {
        let mut rows = vec![self.head(&[
            "figures.criterion",
            "figures.verdict",
            "figures.before",
            "figures.now",
            "figures.difference",
            "figures.ci",
        ])];
        let mut reasons = String::new();
        for one in &change.criteria {
            let criterion = self.named(&one.heading, &one.subject_label);
            let difference = one.difference.as_ref();
            rows.push(vec![
                criterion.clone(),
                self.say(change_in_words(difference, &one.breaks)),
                self.score(one.before),
                self.score(one.now),
                self.score(difference.map(|difference| difference.value)),
                self.scores(difference.and_then(|difference| difference.ci)),
            ]);
            for reason in &one.breaks {
                reasons.push_str(&format!("- {criterion}: {}\n", reason.text().say(self.language)));
            }
        }
        let title = text!("figures.change_since", round = change.earlier).say(self.language);
        let mut part = self.part(&title, &rows, 2, &["figures.change_how"]);
        if !reasons.is_empty() {
            part.push_str(&format!("\n{}\n{reasons}", self.say("figures.breaks")));
        }
        part
    }

    fn year(&self, year: &Year) -> String {
        let mut part = String::new();
        for one in &year.criteria {
            part.push_str(&format!("{}\n", self.year_of(one)));
        }
        part.push_str(&self.say("figures.year_how"));
        part
    }

    fn year_of(&self, one: &CriterionYear) -> String {
        let mut rows = vec![self.head(&[
            "figures.year_round",
            "figures.score",
            "figures.ci",
            "figures.n",
            "figures.year_population",
        ])];
        let count = |count: Option<u64>| self.or_dash(count.map(|n| whole(n, self.language)));
        let row = |name: &str, score, ci, n, people| {
            vec![name.to_owned(), self.score(score), self.scores(ci), count(n), count(people)]
        };
        for quarter in &one.quarters {
            rows.push(row(&quarter.round, quarter.score, quarter.ci, quarter.n, quarter.people));
        }
        let name = self.language.say("figures.year_whole");
        rows.push(match &one.whole {
            Some(all) => row(name, Some(all.score), all.ci, Some(all.n), Some(all.people)),
            None => row(name, None, None, None, None),
        });
        let criterion = self.named(&one.heading, &one.subject_label);
        let title = text!("figures.year_of", criterion = criterion).say(self.language);
        let mut part = self.part(&title, &rows, 1, &[]);
        if let Some(pooled) = one.whole.and_then(|all| all.pooled) {
            let said = text!("figures.year_pooled", score = self.score(Some(pooled)));
            part.push_str(&format!("{}\n", said.say(self.language)));
        }
        let reasons = one.reasons(self.language);
        if !reasons.is_empty() {
            part.push_str(&format!("{}\n", self.say("figures.year_none")));
        }
        for reason in reasons {
            part.push_str(&format!("- {reason}\n"));
        }
        part
    }
}

/// The key of what α says.
pub fn reliable(verdict: Option<Reliable>) -> &'static str {
    match verdict {
        None => "figures.reliable_unknown",
        Some(Reliable::Good) => "figures.reliable_good",
        Some(Reliable::Usable) => "figures.reliable_usable",
        Some(Reliable::Low) => "figures.reliable_low",
    }
}

/// The key of what may be said of a difference.
pub fn change_in_words<'b>(
    difference: Option<&Difference>,
    breaks: impl IntoIterator<Item = &'b Break>,
) -> &'static str {
    if breaks.into_iter().any(|one| one.concerns_scores()) {
        return "figures.change_break";
    }
    let Some(difference) = difference else { return "figures.change_none" };
    match difference.verdict {
        None => "figures.change_unknown",
        Some(Verdict::Risen) => "figures.change_risen",
        Some(Verdict::Fallen) => "figures.change_fallen",
        Some(Verdict::NotTold) => "figures.change_not_told",
        Some(Verdict::RisenByCount) => "figures.change_risen_by_count",
        Some(Verdict::FallenByCount) => "figures.change_fallen_by_count",
        Some(Verdict::SameByCount) => "figures.change_same_by_count",
    }
}

fn several_subjects(results: &Results) -> bool {
    results.criteria.iter().any(|one| one.subject != results.criteria[0].subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{change, trial, year};

    /// Two units and two groups, now and then, under one rule.
    fn told(language: Language) -> String {
        let codes = |code| {
            let of = |cell: usize, n| trial::answers(cell, n, code + i16::from(cell < 2));
            [of(0, 12), of(1, 30), of(2, 14), of(3, 40)].concat()
        };
        let survey = trial::two_by_two("\"equal\"");
        let then = trial::scored(&trial::two_groups(&[], &codes(2)), &survey);
        let mut now = trial::scored(&trial::two_groups(&[], &codes(3)), &survey);
        now.change = Some(change((&now, &survey), (&then, &survey)));
        now.year = Some(year((&now, &survey), &[(&then, &survey)]));
        text_annex(&now, language)
    }

    #[test]
    fn the_tables_below_say_ranks_rates_and_change() {
        let told = told(Language::default());
        for said in [
            "Cân nhắc khi đọc kết quả",
            "Hạng của các đơn vị, TC 8.2",
            "1   Phòng A  không có ai",
            "Hạng 2–5 nghĩa là",
            "Tỷ lệ trả lời",
            "Thay đổi so với đợt thu",
            "tăng rõ rệt",
            "Kết quả cả năm, TC 8.2",
            "Cả năm  ",
        ] {
            assert!(told.contains(said), "{said} is not in\n{told}");
        }
        assert!(!told.contains("‖ gãy"), "{told}");
    }

    #[test]
    fn every_language_has_all_of_it_and_tables_line_up() {
        for &language in Language::all() {
            let told = told(language);
            assert!(!told.contains("figures."), "{told}");
            let lines: Vec<&str> = told.lines().collect();
            for at in (0..lines.len()).filter(|&at| lines[at].starts_with('─')) {
                let width = |line: &str| line.chars().count();
                assert!(width(lines[at - 1]) <= width(lines[at]), "{told}");
                assert!(width(lines[at + 1]) <= width(lines[at]), "{told}");
            }
        }
    }

    #[test]
    fn before_the_box_is_opened_there_is_nothing_to_add() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.state = crate::fieldwork::RoundState::Closed;
        let results = trial::scored(&facts, &trial::two_by_two("\"equal\""));
        assert_eq!(text_annex(&results, Language::default()), "");
    }
}
