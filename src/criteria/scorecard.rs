//! Checks the arithmetic of a printed scorecard: points, maximum and percent per area.

use super::table::Table;
use crate::{messages::Text, questionnaire::Mistake, text};
use rust_decimal::{Decimal, RoundingStrategy};

/// A scorecard as printed: one row per area, then the total.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// The areas, in the order of print.
    pub areas: Vec<ScorecardRow>,
    /// The row of totals.
    pub total: ScorecardRow,
}

/// One printed row; a cell left empty in print is nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorecardRow {
    /// The line in the file.
    pub line: usize,
    /// The number or code of the area.
    pub area: String,
    /// The points reached.
    pub points: Option<Decimal>,
    /// The most points to be had.
    pub max_points: Option<Decimal>,
    /// The printed share of the points, in percent.
    pub percent: Option<Decimal>,
}

/// A printed figure of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The points reached.
    Points,
    /// The most points to be had.
    MaxPoints,
}

/// Cells of a scorecard that contradict one another.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// An area has more points than there are to be had.
    AboveMaximum {
        /// The row concerned.
        row: ScorecardRow,
    },
    /// The printed percent is not points of maximum.
    Percent {
        /// The row concerned.
        row: ScorecardRow,
        /// The percent that the printed points give.
        recomputed: Decimal,
    },
    /// The printed total is not the sum of the areas.
    Total {
        /// Which figure does not add up.
        figure: Figure,
        /// The line of the total.
        line: usize,
        /// The total as printed.
        printed: Decimal,
        /// The sum of the areas.
        sum: Decimal,
    },
    /// One changed cell would make the percent of its area and the total agree.
    OneCell {
        /// The row whose points are wrong.
        row: ScorecardRow,
        /// The points that agree with everything else that is printed.
        points: Decimal,
    },
}

impl Finding {
    /// The line of the file that the finding is about.
    pub fn line(&self) -> usize {
        match self {
            Self::AboveMaximum { row } | Self::Percent { row, .. } | Self::OneCell { row, .. } => {
                row.line
            }
            Self::Total { line, .. } => *line,
        }
    }

    /// What contradicts what, for a person.
    pub fn text(&self) -> Text {
        let shown = |figure: Option<Decimal>| figure.unwrap_or_default().normalize();
        match self {
            Self::AboveMaximum { row } => text!(
                "survey.points_above_maximum",
                area = row.area,
                points = shown(row.points),
                maximum = shown(row.max_points),
            ),
            Self::Percent { row, recomputed } => text!(
                "survey.percent_disagrees",
                area = row.area,
                points = shown(row.points),
                maximum = shown(row.max_points),
                printed = shown(row.percent),
                recomputed = recomputed,
            ),
            Self::Total { figure: Figure::Points, printed, sum, .. } => {
                text!("survey.total_points_disagree", printed = printed, sum = sum)
            }
            Self::Total { figure: Figure::MaxPoints, printed, sum, .. } => {
                text!("survey.total_maximum_disagrees", printed = printed, sum = sum)
            }
            Self::OneCell { row, points } => text!(
                "survey.one_cell_explains",
                area = row.area,
                printed = shown(row.points),
                points = points,
            ),
        }
    }
}

/// Reads a scorecard from CSV; the row whose area is `total` is the last line of print.
pub fn read_scorecard(file: &str, text: &str) -> Result<Scorecard, Vec<Mistake>> {
    let required = ["area", "points", "max_points", "printed_percent"].map(str::to_owned);
    let table = Table::read(file, text, &required, &["name", "criteria", "sub_criteria"]);
    let mut areas = Vec::new();
    let mut total = None;
    for row in table.rows() {
        let Some(area) = row.required("area") else { continue };
        let read = ScorecardRow {
            line: row.line,
            points: row.decimal("points"),
            max_points: row.decimal("max_points"),
            percent: row.decimal("printed_percent"),
            area,
        };
        if read.area == "total" { total = Some(read) } else { areas.push(read) }
    }
    if total.is_none() {
        table.note(1, text!("survey.scorecard_without_total"));
    }
    match (total, table.into_mistakes()) {
        (Some(total), mistakes) if mistakes.is_empty() => Ok(Scorecard { areas, total }),
        (_, mistakes) => Err(mistakes),
    }
}

/// Every contradiction between the printed cells, in the order of print.
///
/// Where changing the points of a single area would remove them all, that is said last.
pub fn check_scorecard(scorecard: &Scorecard) -> Vec<Finding> {
    let decimals = scorecard.percent_decimals();
    let mut findings = Vec::new();
    for row in scorecard.areas.iter().chain([&scorecard.total]) {
        if row.points.zip(row.max_points).is_some_and(|(points, most)| points > most) {
            findings.push(Finding::AboveMaximum { row: row.clone() });
        }
        if let Some(recomputed) = row.other_percent(decimals) {
            findings.push(Finding::Percent { row: row.clone(), recomputed });
        }
    }
    findings.extend(scorecard.check_total(Figure::Points));
    findings.extend(scorecard.check_total(Figure::MaxPoints));
    findings.extend(scorecard.one_wrong_cell(decimals));
    findings
}

impl Scorecard {
    /// A spreadsheet drops last zeros, so the longest percent tells how it was rounded.
    fn percent_decimals(&self) -> u32 {
        let rows = self.areas.iter().chain([&self.total]);
        rows.filter_map(|row| row.percent)
            .map(|percent| percent.normalize().scale())
            .max()
            .unwrap_or(0)
    }

    fn sum(&self, figure: Figure) -> Option<Decimal> {
        self.areas.iter().map(|row| row.figure(figure)).sum()
    }

    fn check_total(&self, figure: Figure) -> Option<Finding> {
        let (printed, sum) = (self.total.figure(figure)?, self.sum(figure)?);
        let (line, printed, sum) = (self.total.line, printed.normalize(), sum.normalize());
        (printed != sum).then_some(Finding::Total { figure, line, printed, sum })
    }

    /// The one area whose points, set so that the total is right, agree with its percent.
    fn one_wrong_cell(&self, decimals: u32) -> Option<Finding> {
        let gap = self.total.points? - self.sum(Figure::Points)?;
        let mut wrong = self.areas.iter().filter(|row| row.other_percent(decimals).is_some());
        let (row, None) = (wrong.next()?, wrong.next()) else { return None };
        let points = (row.points? + gap).normalize();
        let corrected = ScorecardRow { points: Some(points), ..row.clone() };
        let agrees = !gap.is_zero() && corrected.other_percent(decimals).is_none();
        agrees.then(|| Finding::OneCell { row: row.clone(), points })
    }
}

impl ScorecardRow {
    fn figure(&self, figure: Figure) -> Option<Decimal> {
        match figure {
            Figure::Points => self.points,
            Figure::MaxPoints => self.max_points,
        }
    }

    /// The percent that the points give, where it is not the printed one.
    fn other_percent(&self, decimals: u32) -> Option<Decimal> {
        let exact =
            self.points?.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(self.max_points?)?;
        let half_a_unit = Decimal::new(5, decimals + 1);
        let differs = (exact - self.percent?).abs() > half_a_unit;
        let away = RoundingStrategy::MidpointAwayFromZero;
        differs.then(|| exact.round_dp_with_strategy(decimals, away))
    }
}
