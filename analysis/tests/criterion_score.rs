//! A criterion's score as the service computes it: groups weighted equally, each the mean over
//! its questions, for two subjects, by two rules.

use analysis::{
    Declaration, Design, DontKnow, EmptyPart, Est, Figure, Flag, Scores, Stratum, Variable,
};

/// Strata are subject × group, in this order; two questions.
const SUBJECTS: usize = 2;
const GROUPS: usize = 2;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn sample() -> Outcome<(Design, Vec<Vec<i8>>)> {
    let strata = vec![
        Stratum::new("Phòng A, công chức", Some(12)).within("Phòng A"),
        Stratum::new("Phòng A, người dân", Some(900)).within("Phòng A"),
        Stratum::new("Phòng B, công chức", Some(30)).within("Phòng B"),
        Stratum::new("Phòng B, người dân", Some(2_500)).within("Phòng B"),
    ];
    let stratum_of = vec![0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3];
    let first = vec![5, 4, 4, 5, 3, 4, 3, 5, 0, 2, 4, 5, 5, 4, -1, 3, 2, 4, 1, 5];
    let second = vec![4, 4, 5, 5, 3, 4, 4, 5, 3, 2, 0, 4, 5, 4, 4, 3, 3, 4, 2, -2];
    Ok((Declaration::new(strata, stratum_of).build()?, vec![first, second]))
}

fn score(design: &Design, questions: &[Variable], subject: usize) -> Outcome<Est> {
    let mut groups = Vec::new();
    for group in 0..GROUPS {
        let domain = design.in_strata(&[subject * GROUPS + group]);
        let means: Vec<Figure<'_>> =
            questions.iter().map(|q| design.mean(q, &domain)).collect::<Result<_, _>>()?;
        let means: Vec<&Figure<'_>> = means.iter().collect();
        // A question that nobody of the group answered: its weight goes to the others, flagged.
        groups.push(Figure::mean_of(&means, EmptyPart::Redistribute)?);
    }
    let weights = [0.5, 0.5];
    let parts: Vec<(f64, &Figure<'_>)> = weights.into_iter().zip(&groups).collect();
    Ok(Figure::weighted_mean(&parts, EmptyPart::Fail)?.estimate()?)
}

#[test]
fn scores_of_two_subjects_by_two_rules() -> Outcome<()> {
    let (design, answers) = sample()?;
    // Coefficients of the five levels, times 100: the mean rescaled to 0–100.
    let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    let rescaled: Vec<Variable> = answers
        .iter()
        .map(|codes| Variable::scored(codes, &scale, DontKnow::Missing))
        .collect::<Result<_, _>>()?;
    // Top two: 100 for the two best levels, 0 for the others.
    let top = Scores::new([(1, 0.0), (2, 0.0), (3, 0.0), (4, 100.0), (5, 100.0)]);
    let top_two: Vec<Variable> = answers
        .iter()
        .map(|codes| Variable::scored(codes, &top, DontKnow::Missing))
        .collect::<Result<_, _>>()?;
    for subject in 0..SUBJECTS {
        let mean = score(&design, &rescaled, subject)?;
        let share = score(&design, &top_two, subject)?;
        for est in [&mean, &share] {
            let value = est.value.expect("there are answers");
            let [low, high] = est.ci.expect("there is an interval");
            assert!(0.0 <= low && low < value && value < high && high <= 100.0, "{est:?}");
            assert!(est.has(Flag::LowDf) || est.has(Flag::LowNeff));
        }
        assert_eq!(mean.population, Some([912, 2_530][subject]));
        // Points of at most 3, by a linear rule: the same figure on another scale.
        let (points, _) = mean.through(|score| score / 100.0 * 3.0);
        assert!(points.is_some_and(|p| p <= 3.0));
    }
    // By hand: the officials of Phòng A score 80 on both questions, its citizens 65 on both.
    let got = score(&design, &rescaled, 0)?.value.expect("a value");
    assert!((got - 72.5).abs() < 1e-9, "{got}");
    Ok(())
}
