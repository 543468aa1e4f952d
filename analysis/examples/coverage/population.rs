//! Populations shaped like the field: offices of a few people, groups, units, and who answers.

/// People among whom a lot is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// How many there are.
    pub people: u64,
    /// How many are drawn.
    pub drawn: u64,
    /// Share of the satisfied among those with an opinion.
    pub satisfied: f64,
    /// Share of those without an opinion ("không biết"): they are outside the domain.
    pub no_opinion: f64,
}

/// Which answers the satisfied and the others give, on a scale of five.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// 4 or 5, and 2 or 3: what forms usually hold.
    Usual,
    /// 5, and 1: only the ends of the scale.
    Ends,
    /// 4, and 1: dissenters far below, and an upper end that nobody reaches.
    Far,
}

/// Units of groups, and how people answer.
#[derive(Debug, Clone)]
pub struct Population {
    pub name: &'static str,
    pub answers: Answers,
    /// The chance that a drawn person answers, the same within a group.
    pub response: f64,
    /// The chance that an answered form leaves the question out.
    pub skipped: f64,
    /// Groups, one stratum each, unit after unit.
    pub units: Vec<Vec<Group>>,
}

impl Population {
    fn of(name: &'static str, response: f64, units: &[&[(u64, u64, f64)]]) -> Self {
        let group = |&(people, drawn, satisfied): &(u64, u64, f64)| Group {
            people,
            drawn,
            satisfied,
            no_opinion: 0.0,
        };
        let units = units.iter().map(|unit| unit.iter().map(group).collect()).collect();
        Self { name, answers: Answers::Usual, response, skipped: 0.0, units }
    }

    fn answering(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// The share of people without an opinion rises from group to group; some skip the question.
    fn with_gaps(mut self, no_opinion: f64, skipped: f64) -> Self {
        for group in self.units.iter_mut().flat_map(|unit| unit.iter_mut().enumerate()) {
            group.1.no_opinion = no_opinion * (1.0 + group.0 as f64 / 2.0);
        }
        self.skipped = skipped;
        self
    }

    /// All groups, with the unit of each.
    pub fn strata(&self) -> impl Iterator<Item = (usize, &Group)> {
        self.units
            .iter()
            .enumerate()
            .flat_map(|(unit, groups)| groups.iter().map(move |g| (unit, g)))
    }

    /// The strata of a unit, by position.
    pub fn strata_of(&self, unit: usize) -> Vec<usize> {
        let before: usize = self.units[..unit].iter().map(Vec::len).sum();
        (before..before + self.units[unit].len()).collect()
    }

    /// What the people of a stratum would answer, 0 for no opinion.
    pub fn opinions(&self, group: &Group) -> Vec<i8> {
        let without =
            (group.people as f64 * group.no_opinion).round().min(group.people as f64 - 1.0);
        let with = group.people as f64 - without;
        let satisfied = (with * group.satisfied).round();
        (0..group.people).map(|i| self.opinion(i as f64, without, satisfied, with)).collect()
    }

    fn opinion(&self, i: f64, without: f64, satisfied: f64, with: f64) -> i8 {
        if i < without {
            return 0;
        }
        let place = i - without + 0.5;
        let happy = place < satisfied;
        let first = if happy {
            place < 0.55 * satisfied
        } else {
            place - satisfied < 0.6 * (with - satisfied)
        };
        match (self.answers, happy, first) {
            (Answers::Usual, true, true) | (Answers::Ends, true, _) => 5,
            (Answers::Usual, true, false) | (Answers::Far, true, _) => 4,
            (Answers::Usual, false, true) => 3,
            (Answers::Usual, false, false) => 2,
            (Answers::Ends | Answers::Far, false, _) => 1,
        }
    }
}

/// Strata of 3 to 3,000 people, shares of 2 to 99 %, censuses and non-response.
pub fn all() -> Vec<Population> {
    use Answers::{Ends, Far};
    let of = Population::of;
    let six: &[_] = &[
        (500, 20, 0.8),
        (700, 20, 0.85),
        (900, 20, 0.9),
        (1_200, 20, 0.75),
        (2_000, 20, 0.7),
        (3_000, 20, 0.95),
    ];
    let four: &[_] = &[(200, 25, 0.99), (300, 25, 0.98), (400, 25, 0.99), (150, 25, 0.97)];
    let three: &[_] = &[(25, 20, 0.9), (120, 40, 0.6), (3_000, 60, 0.75)];
    let far: &[_] = &[(2_528, 45, 0.98), (316, 45, 0.99), (2_740, 45, 0.97)];
    let offices: Vec<_> =
        (0..12).map(|i| [(8, 8, 0.8), (12, 10, 0.7), (5, 5, 0.9)][i % 3]).collect();
    vec![
        of("a room of officials each", 0.9, &[&[(14, 12, 0.7)], &[(12, 12, 0.9)]]),
        of("three officials each", 0.9, &[&[(3, 3, 0.7), (3, 2, 0.3)], &[(3, 3, 0.7)]]),
        of("a census of three groups", 1.0, &[&[(5, 5, 0.8), (9, 9, 0.7), (14, 14, 0.9)]]),
        of("a census, but for citizens", 1.0, &[&[(6, 6, 0.8), (30, 30, 0.7), (900, 50, 0.9)]]),
        of("one lot in each unit", 0.8, &[&[(400, 60, 0.85)], &[(300, 50, 0.8)]]),
        of("the same, some without opinion", 0.8, &[&[(400, 60, 0.85)], &[(300, 50, 0.8)]])
            .with_gaps(0.25, 0.05),
        of("one lot, everybody answers", 1.0, &[&[(800, 100, 0.6)], &[(2_000, 80, 0.7)]]),
        of("nearly all happy", 0.8, &[&[(300, 40, 0.98)], &[(500, 60, 0.95)]]),
        of("99 in 100 happy", 0.75, &[&[(3_000, 200, 0.99)], &[(1_000, 150, 0.99)]]),
        of("nearly all unhappy", 0.7, &[&[(800, 50, 0.02)], &[(600, 50, 0.05)]]),
        of("evenly split", 0.65, &[&[(1_000, 100, 0.5), (600, 80, 0.55)]]),
        of("three groups", 0.75, &[three]),
        of("three groups, without opinion", 0.75, &[three]).with_gaps(0.15, 0.05),
        of("groups far apart", 0.8, &[&[(40, 15, 0.99), (90, 25, 0.4), (1_500, 50, 0.95)]]),
        of("citizens of six units", 0.7, &[six]),
        of("six units, without opinion", 0.7, &[six]).with_gaps(0.1, 0.05),
        of("ten tiny strata", 0.85, &[&[(8, 4, 0.8); 10]]),
        of("twelve offices, nearly all asked", 0.9, &[&offices]),
        of("one large group, few of it asked", 1.0, &[&[(3_000, 12, 0.6), (30, 12, 0.9)]]),
        of(
            "a large group that agrees",
            0.9,
            &[&[(3_000, 15, 0.95), (25, 20, 0.5), (120, 60, 0.5)]],
        ),
        of(
            "small samples beside large ones",
            1.0,
            &[&[(1_600, 60, 0.98), (32, 30, 0.3), (330, 5, 0.5)]],
        ),
        of("happy in four strata", 0.8, &[four]),
        of("yes or no in four strata", 0.8, &[four]).answering(Ends),
        of("yes or no, one lot", 0.8, &[&[(1_500, 120, 0.95)], &[(700, 80, 0.9)]]).answering(Ends),
        of("rare dissent far below", 1.0, &[far]).answering(Far),
        of("dissent far below, one lot", 1.0, &[&[(500, 60, 0.77)], &[(900, 90, 0.9)]])
            .answering(Far),
        of(
            "strata with one answer",
            0.9,
            &[&[(12, 1, 0.7), (9, 1, 0.8), (400, 30, 0.75), (300, 25, 0.85)]],
        ),
        sixty("60 units of three groups", 0.0),
        sixty("the same, without opinion", 0.1),
    ]
}

/// Sixty units as surveyed: leaders, all of them asked; officials; citizens.
pub fn sixty(name: &'static str, no_opinion: f64) -> Population {
    let unit = |u: u64| {
        let shift = (u % 20) as f64 / 100.0;
        vec![
            Group { people: 3 + u % 6, drawn: 3 + u % 6, satisfied: 0.75 + shift, no_opinion: 0.0 },
            Group {
                people: 12 + 3 * (u % 17),
                drawn: 10 + u % 17,
                satisfied: 0.6 + shift,
                no_opinion,
            },
            Group {
                people: 300 + 45 * u,
                drawn: 30,
                satisfied: 0.65 + 1.5 * shift,
                no_opinion: 1.5 * no_opinion,
            },
        ]
    };
    Population {
        name,
        answers: Answers::Usual,
        response: 0.8,
        skipped: no_opinion / 5.0,
        units: (0..60).map(unit).collect(),
    }
}
