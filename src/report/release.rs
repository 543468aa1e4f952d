//! Everything that may leave a round, checked together before it does.
//!
//! A figure that is harmless alone may give somebody away beside another: "all" and "all but
//! three". So results by every rule of the survey are audited as one release, whoever asks for
//! one of them. What would help a reader to work out the answers of fewer than five people is
//! withheld, the least needed first; if a score itself would, nothing is released.

use super::{
    CriterionResult, Results, Shown,
    given_away::{Given, given_away},
    judged::Judged,
    ranking,
    result::results,
    sample::Sample,
    suppress::LEAST_OF_SUBJECT,
};
use crate::{criteria::Rule, report::Facts};
use crate::{
    fieldwork::RoundState, messages::Language, questionnaire::Labels, survey::Survey, text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Results by every rule of a survey, from which nobody's answers can be worked out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// By the round's own rule, and then by the others.
    results: Vec<Results>,
    /// What was withheld so that this holds, in the order in which it was.
    withheld: Vec<Named>,
}

/// Why nothing can be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Figures that together give away the answers of a few people; empty if the audit could
    /// not be brought to an end.
    pub leaks: Vec<Leak>,
}

/// Figures that together give away the answers of a few people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// How many people.
    pub people: u64,
    /// The figures.
    pub figures: Vec<Named>,
}

/// A figure, as it is named to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// What the rule is called, if it is not the round's own.
    rule: Option<Labels>,
    /// The criterion and who is judged, or the form.
    about: Vec<Labels>,
    figure: Kind,
    /// The units or groups, or the question.
    of: Vec<Labels>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Score,
    Part,
    Bounds,
    DontKnow,
    Question,
}

/// Where a figure stands in the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The rule, as a position in the release.
    pub rule: usize,
    /// The figure.
    pub figure: Figure,
}

/// A figure of the results by one rule; criteria, questions and rows by their position. What
/// is more easily done without comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Figure {
    Bounds(usize),
    DontKnow(usize),
    Question(usize),
    Unit(usize, usize),
    Group(usize, usize),
    Score(usize),
}

/// All results of a round, once they are known to be harmless together.
pub fn release(facts: &Facts, survey: &Survey) -> Result<Release, Blocked> {
    let rules: Vec<&Rule> = std::iter::once(&survey.rule).chain(&survey.alternatives).collect();
    let results: Vec<Results> = rules.iter().map(|rule| results(facts, survey, rule)).collect();
    if facts.state != RoundState::Opened {
        return Ok(Release { results, withheld: Vec::new() });
    }
    let sample = Sample::new(facts);
    let judged = rules.iter().zip(&results);
    let judged: Vec<_> =
        judged.map(|(rule, results)| judgements(&sample, survey, rule, results)).collect();
    let mut release = Release { results, withheld: Vec::new() };
    loop {
        let given = release.given_away(&judged)?;
        let Some(first) = given.first() else {
            release.rank_again(&rules, &judged);
            return Ok(release);
        };
        match release.least_needed(first, &judged)? {
            Some(place) => release.withhold(place),
            None => return Err(release.blocked(&given)),
        }
    }
}

/// What each criterion of the results was made of.
fn judgements<'a>(
    sample: &'a Sample<'a>,
    survey: &'a Survey,
    rule: &'a Rule,
    results: &Results,
) -> Vec<Option<Judged<'a>>> {
    let judged = |one: &CriterionResult| {
        let subject = survey.subjects.iter().find(|subject| subject.code == one.subject)?;
        Judged::new(sample, survey, rule, rule.criterion(&one.code)?, &subject.code).ok()
    };
    results.criteria.iter().map(judged).collect()
}

/// The score of the round's own rule is what everything is for.
fn can_be_withheld(place: &Place) -> bool {
    place.rule > 0 || !matches!(place.figure, Figure::Score(_))
}

/// Figures by another rule are an annex: they go first.
fn need(place: &Place) -> (bool, Figure, usize) {
    (place.rule == 0, place.figure, place.rule)
}

impl Release {
    /// The results by the round's own rule.
    pub fn main(&self) -> &Results {
        &self.results[0]
    }

    /// The results by the rule called `id`.
    pub fn by_rule(&self, id: &str) -> Option<&Results> {
        self.results.iter().find(|results| results.rule.id == id)
    }

    /// Whether this version says anything else than the one before.
    ///
    /// # Errors
    /// [`Blocked`] with every figure from which fewer than five answers went since then, so
    /// that both versions together give these away.
    pub fn since(&self, before: &Self) -> Result<bool, Blocked> {
        let (now, then) = (self.respondents(), before.respondents());
        let mut leaks = Vec::new();
        for (figure, (place, n)) in &now {
            let gone = then.get(figure).map_or(0, |(_, before)| before.abs_diff(*n));
            if 0 < gone && gone < LEAST_OF_SUBJECT {
                leaks.push(Leak { people: gone, figures: vec![self.named(*place)] });
            }
        }
        let counts = |told: &BTreeMap<String, (Place, u64)>| -> Vec<(String, u64)> {
            told.iter().map(|(figure, (_, n))| (figure.clone(), *n)).collect()
        };
        match leaks.is_empty() {
            true => Ok(counts(&now) != counts(&then)),
            false => Err(Blocked { leaks }),
        }
    }

    /// How many people each figure is made of, by a name that is the same in every version.
    fn respondents(&self) -> BTreeMap<String, (Place, u64)> {
        let mut told = BTreeMap::new();
        for (rule, results) in self.results.iter().enumerate() {
            for (at, one) in results.criteria.iter().enumerate() {
                let name = format!("{}/{}/{}", results.rule.id, one.code, one.subject);
                let mut tell = |name: String, figure, n| {
                    told.insert(name, (Place { rule, figure }, n));
                };
                if let (Some(n), true) = (one.n, one.score.is_some()) {
                    tell(name.clone(), Figure::Score(at), n);
                }
                for (row, part) in one.by_unit.iter().enumerate() {
                    if let Some(part_n) = part.figures.value().map(|figures| figures.n) {
                        let name = format!("{name}/unit/{}", part.codes.join("+"));
                        tell(name, Figure::Unit(at, row), part_n);
                    }
                }
                for (row, part) in one.by_group.iter().enumerate() {
                    if let Some(part_n) = part.figures.value().map(|figures| figures.n) {
                        let name = format!("{name}/group/{}", part.codes.join("+"));
                        tell(name, Figure::Group(at, row), part_n);
                    }
                }
            }
        }
        for (at, one) in self.main().questions.iter().enumerate() {
            if let Some(spread) = one.answers.value() {
                let name = format!("question/{}/{}/{}", one.form, one.subject, one.name);
                told.insert(name, (Place { rule: 0, figure: Figure::Question(at) }, spread.n));
            }
        }
        told
    }

    /// What was withheld to protect the respondents, besides cells that are too small
    /// themselves.
    pub fn withheld(&self) -> &[Named] {
        &self.withheld
    }

    fn given_away(&self, judged: &[Vec<Option<Judged<'_>>>]) -> Result<Vec<Given>, Blocked> {
        given_away(judged, &self.results, LEAST_OF_SUBJECT)
            .map_err(|_| Blocked { leaks: Vec::new() })
    }

    /// The figure that is most easily done without among those that give these people away:
    /// one without which the others do not, if there is one.
    fn least_needed(
        &self,
        given: &Given,
        judged: &[Vec<Option<Judged<'_>>>],
    ) -> Result<Option<Place>, Blocked> {
        let mut places: Vec<Place> = given.places.iter().copied().filter(can_be_withheld).collect();
        places.sort_unstable_by_key(need);
        for &place in &places {
            let mut without = self.clone();
            without.withhold(place);
            if !without.given_away(judged)?.iter().any(|left| left.who == given.who) {
                return Ok(Some(place));
            }
        }
        Ok(places.first().copied())
    }

    /// Places are given among those that are shown.
    fn rank_again(&mut self, rules: &[&Rule], judged: &[Vec<Option<Judged<'_>>>]) {
        for (at, results) in self.results.iter_mut().enumerate() {
            for (one, judged) in results.criteria.iter_mut().zip(&judged[at]) {
                let fewer = one.unit_ranks.as_ref().is_some_and(|ranks| {
                    let shown = one.by_unit.iter().filter(|row| row.figures.value().is_some());
                    ranks.places.len() != shown.count()
                });
                if let (Some(judged), true) = (judged, fewer) {
                    one.unit_ranks = ranking::units(judged, &one.by_unit, rules[at]);
                }
            }
        }
    }

    fn withhold(&mut self, place: Place) {
        self.withheld.push(self.named(place));
        let results = &mut self.results[place.rule];
        match place.figure {
            Figure::Question(at) => {
                // The same under every rule.
                self.results.iter_mut().for_each(|by| by.questions[at].answers = Shown::Hidden);
            }
            Figure::Bounds(at) => results.criteria[at].bounds = None,
            Figure::DontKnow(at) => results.criteria[at].dont_know = None,
            Figure::Unit(at, row) => results.criteria[at].by_unit[row].figures = Shown::Hidden,
            Figure::Group(at, row) => results.criteria[at].by_group[row].figures = Shown::Hidden,
            Figure::Score(at) => {
                results.criteria[at].suppress();
                results.subject_ranks.remove(&results.criteria[at].code);
            }
        }
    }

    fn blocked(&self, given: &[Given]) -> Blocked {
        let leak = |given: &Given| Leak {
            people: given.people,
            figures: given.places.iter().map(|&place| self.named(place)).collect(),
        };
        Blocked { leaks: given.iter().map(leak).collect() }
    }

    fn named(&self, place: Place) -> Named {
        let results = &self.results[place.rule];
        let of_criterion = |at: usize, figure, of: &[Labels]| {
            let one = &results.criteria[at];
            let rule = (place.rule > 0).then(|| results.rule.title.clone());
            let about = vec![one.heading.clone(), one.subject_label.clone()];
            Named { rule, about, figure, of: of.to_vec() }
        };
        match place.figure {
            Figure::Bounds(at) => of_criterion(at, Kind::Bounds, &[]),
            Figure::DontKnow(at) => of_criterion(at, Kind::DontKnow, &[]),
            Figure::Score(at) => of_criterion(at, Kind::Score, &[]),
            Figure::Unit(at, row) => {
                of_criterion(at, Kind::Part, &results.criteria[at].by_unit[row].labels)
            }
            Figure::Group(at, row) => {
                of_criterion(at, Kind::Part, &results.criteria[at].by_group[row].labels)
            }
            Figure::Question(at) => {
                let one = &results.questions[at];
                let about = vec![one.form_title.clone()];
                Named { rule: None, about, figure: Kind::Question, of: vec![one.label.clone()] }
            }
        }
    }
}

impl Named {
    /// The name of the figure.
    pub fn say(&self, language: Language) -> String {
        let joined = |labels: &[Labels], mark: &str| {
            let labels = labels.iter().map(|label| label.get(language.code()));
            labels.collect::<Vec<_>>().join(mark)
        };
        let (about, of) = (joined(&self.about, ", "), joined(&self.of, " + "));
        let said = match self.figure {
            Kind::Score => text!("report.figure_score", about = about),
            Kind::Part => text!("report.figure_part", about = about, of = of),
            Kind::Bounds => text!("report.figure_bounds", about = about),
            Kind::DontKnow => text!("report.figure_dont_know", about = about),
            Kind::Question => text!("report.figure_question", about = about, of = of),
        };
        match &self.rule {
            None => said.say(language),
            Some(rule) => {
                let (figure, rule) = (said.say(language), rule.get(language.code()));
                text!("report.figure_by_rule", figure = figure, rule = rule).say(language)
            }
        }
    }
}

impl Blocked {
    /// Why nothing can be released, in a sentence for each leak.
    pub fn sentences(&self, language: Language) -> Vec<String> {
        if self.leaks.is_empty() {
            return vec![language.say("report.undecided").to_owned()];
        }
        let leak = |leak: &Leak| {
            let figures: Vec<String> = leak.figures.iter().map(|one| one.say(language)).collect();
            let (people, figures) = (leak.people, figures.join("; "));
            text!("report.leak", people = people, figures = figures).say(language)
        };
        self.leaks.iter().map(leak).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::trial;

    fn people(both: usize, one: usize) -> Facts {
        let mut codes: Vec<(i16, i16)> = [(3, 4), (4, 4), (5, 4)].repeat(both.div_ceil(3));
        codes.truncate(both);
        codes.extend((1..).take(one).map(|code| (code, -1)));
        trial::two_answers(&codes, Some(90))
    }

    #[test]
    fn results_that_give_nobody_away_are_released_as_they_are() {
        let survey = trial::two_questions();
        for facts in [people(40, 0), people(40, 5)] {
            let release = release(&facts, &survey).unwrap();
            assert!(release.withheld().is_empty(), "{:?}", release.withheld());
            assert_eq!(
                release.main().criteria[0].score,
                trial::scored(&facts, &survey).criteria[0].score
            );
            assert!(release.by_rule("du-hai-cau").unwrap().criteria[0].score.is_some());
            assert!(release.by_rule("khong-co").is_none());
        }
    }

    #[test]
    fn two_rules_are_not_played_off_against_each_other() {
        // The other rule leaves out three people: its score beside ours would be theirs.
        let survey = trial::two_questions();
        let release = release(&people(40, 3), &survey).unwrap();
        assert!(release.main().criteria[0].score.is_some());
        let other = &release.by_rule("du-hai-cau").unwrap().criteria[0];
        assert_eq!((other.score, other.ci, other.points), (None, None, None));
        assert!(other.flags.contains(&crate::report::Flag::Suppressed));
        let said: Vec<String> =
            release.withheld().iter().map(|one| one.say(Language::default())).collect();
        assert!(
            said.iter().any(|said| said.contains("TC 8.2") && said.contains("theo")),
            "{said:?}"
        );
    }

    #[test]
    fn a_score_is_not_played_off_against_its_questions() {
        // Three people skipped a question: twice the score less both questions is theirs.
        let mut survey = trial::two_questions();
        survey.alternatives.clear();
        let release = release(&people(40, 3), &survey).unwrap();
        let main = release.main();
        assert!(main.criteria[0].score.is_some());
        let shown = main.questions.iter().filter(|one| one.answers.value().is_some());
        assert_eq!((main.questions.len(), shown.count()), (2, 1));
        assert_eq!(release.withheld().len(), 1);
    }

    #[test]
    fn before_the_box_is_opened_there_is_nothing_to_withhold() {
        let mut facts = people(40, 3);
        facts.state = RoundState::Closed;
        assert!(release(&facts, &trial::two_questions()).unwrap().withheld().is_empty());
    }

    #[test]
    fn what_blocks_a_release_is_named() {
        let survey = trial::two_questions();
        let release = release(&people(40, 0), &survey).unwrap();
        let score = |rule| Place { rule, figure: Figure::Score(0) };
        let blocked = release.blocked(&[Given {
            people: 3,
            who: Vec::new(),
            places: vec![score(0), score(1)],
        }]);
        for &language in Language::all() {
            let said = blocked.sentences(language).join(" ");
            assert!(said.contains('3') && said.contains("TC 8.2"), "{said}");
            assert!(!said.contains("report."), "{said}");
            let undecided = Blocked { leaks: Vec::new() }.sentences(language);
            assert!(!undecided[0].contains("report."));
        }
    }
}
