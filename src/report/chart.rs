//! Charts as SVG in the page: no script, no request, no colour that carries a meaning alone.
//!
//! Shapes take their colours from the page's stylesheet by class, so that they follow dark
//! mode and print in grey; every figure drawn also stands in a table beside it.

use super::number::{day, decimal, percent, whole};
use crate::messages::Language;
use crate::text;
use maud::{Markup, html};

/// Width of every chart in its own units; at 360 px a unit is about a pixel.
const WIDTH: f64 = 320.0;
/// Free at both ends of an axis, for the numbers below it.
const EDGE: f64 = 12.0;

/// Where the axis is marked.
const TICKS: [f64; 5] = [0.0, 25.0, 50.0, 75.0, 100.0];

/// One line of an interval chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartRow {
    /// What is named above the line.
    pub label: String,
    /// The point, 0–100; without it the line says so.
    pub value: Option<f64>,
    /// The interval.
    pub ci: Option<[f64; 2]>,
}

/// Scores with their intervals on an axis from 0 to 100.
pub fn interval_chart(title: &str, rows: &[ChartRow], decimals: u32, language: Language) -> Markup {
    let height = 44.0 * rows.len() as f64 + 18.0;
    let x = |score: f64| EDGE + (WIDTH - 2.0 * EDGE) * score.clamp(0.0, 100.0) / 100.0;
    let marks = |at: usize| TICKS.map(|tick| format!("M{} {}v16", short(x(tick)), 44 * at + 22));
    let axis = |at: usize| format!("M{} {}H{}", short(x(0.0)), 44 * at + 30, short(x(100.0)));
    let grid: String = (0..rows.len()).map(|at| marks(at).concat() + &axis(at)).collect();
    html! {
        svg.chart viewBox=(view(height)) role="img" {
            title { (title) }
            desc { (described(rows, decimals, language)) }
            path.grid d=(grid) {}
            @for tick in TICKS {
                text.tick x=(short(x(tick))) y=(short(height - 6.0)) text-anchor="middle" { (tick) }
            }
            @for (at, row) in rows.iter().enumerate() {
                @let top = 44.0 * at as f64;
                @let y = short(top + 30.0);
                text.name x="0" y=(short(top + 16.0)) { (clipped(&row.label)) }
                text.value x=(short(WIDTH)) y=(short(top + 16.0)) text-anchor="end" {
                    @match row.value {
                        Some(value) => { (decimal(value, decimals, language)) }
                        None => { (super::dash()) }
                    }
                }
                @if let Some([low, high]) = row.ci {
                    @let (low, high) = (short(x(low)), short(x(high)));
                    path.bar d={ "M" (low) " " (y) "H" (high) "M" (low) " " (short(top + 25.0)) "v10M" (high) " " (short(top + 25.0)) "v10" } {}
                }
                @if let Some(value) = row.value {
                    circle.point cx=(short(x(value))) cy=(y) r="5" {}
                }
            }
        }
    }
}

/// One score with its interval, small enough for a cell of a table that also tells the figures.
pub fn mini_chart(score: f64, ci: Option<[f64; 2]>) -> Markup {
    let x = |score: f64| short(4.0 + 1.12 * score.clamp(0.0, 100.0));
    html! {
        svg.mini viewBox="0 0 120 20" aria-hidden="true" {
            path.grid d="M4 10H116M4 5v10M60 7v6M116 5v10" {}
            @if let Some([low, high]) = ci { path.bar d={ "M" (x(low)) " 10H" (x(high)) } {} }
            circle.point cx=(x(score)) cy="10" r="4" {}
        }
    }
}

/// The places that one of `of` may take, first place left; beside a cell that also tells them.
pub fn rank_chart(best: usize, worst: usize, of: usize) -> Markup {
    let step = 112.0 / of.max(1) as f64;
    let x = |place: usize| short(4.0 + step * (place as f64 - 0.5));
    let marks: String = (1..=of).map(|place| format!("M{} 7v6", x(place))).collect();
    html! {
        svg.mini.ranks viewBox="0 0 120 20" aria-hidden="true" {
            path.grid d={ "M4 10H116" (marks) } {}
            @if best < worst {
                path.places d={ "M" (x(best)) " 10H" (x(worst)) } {}
            } @else {
                circle.point cx=(x(best)) cy="10" r="4" {}
            }
        }
    }
}

/// The levels of one question as stretches of a bar, first level first.
pub fn levels_chart(title: &str, shares: &[(String, f64)], language: Language) -> Markup {
    let mut left = 0.0;
    let stretches: Vec<(f64, f64, usize, f64)> = shares
        .iter()
        .enumerate()
        .map(|(at, (_, share))| {
            let (from, width) = (left, WIDTH * share.clamp(0.0, 1.0));
            left += width;
            (from, width, at + 1, *share)
        })
        .collect();
    let said =
        shares.iter().map(|(label, share)| format!("{label}: {}", percent(*share, 1, language)));
    html! {
        svg.chart viewBox=(view(30.0)) role="img" {
            title { (title) }
            desc { (said.collect::<Vec<_>>().join("; ")) }
            @for (from, width, level, share) in stretches {
                @if width > 0.0 {
                    @let class = format!("level l{}", shade(level, shares.len()));
                    rect class=(class) x=(short(from)) y="2" width=(short(width)) height="26" {}
                    @if width >= 34.0 {
                        @let class = format!("in l{}", shade(level, shares.len()));
                        text class=(class) x=(short(from + width / 2.0)) y="20" text-anchor="middle" {
                            (percent(share, 0, language))
                        }
                    }
                }
            }
        }
    }
}

/// First submits day by day.
pub fn by_day_chart(title: &str, days: &[(String, i64)], language: Language) -> Markup {
    let days = gapless(days);
    let most = days.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let step = WIDTH / days.len().max(1) as f64;
    let columns: String = days
        .iter()
        .enumerate()
        .filter(|(_, (_, n))| *n > 0)
        .map(|(at, (_, n))| {
            let height = 80.0 * *n as f64 / most as f64;
            format!("M{} 100v-{}", short(step * (at as f64 + 0.5)), short(height))
        })
        .collect();
    let (first, last) = (days.first(), days.last());
    let all: i64 = days.iter().map(|(_, n)| *n).sum();
    let count = |n: i64| whole(u64::try_from(n).unwrap_or(0), language);
    let name = |day_of: Option<&(String, i64)>| day_of.map(|(iso, _)| day(iso)).unwrap_or_default();
    let said = text!(
        "report.by_day_said",
        all = count(all),
        first = name(first),
        last = name(last),
        most = count(most)
    );
    html! {
        svg.chart viewBox=(view(120.0)) role="img" {
            title { (title) }
            desc { (said.say(language)) }
            path.grid d={ "M0 20H" (WIDTH) "M0 100H" (WIDTH) } {}
            text.tick x="0" y="14" { (count(most)) }
            path.column stroke-width=(short((step * 0.7).clamp(0.5, 24.0))) d=(columns) {}
            text.tick x="0" y="116" { (name(first)) }
            @if days.len() > 1 {
                text.tick x=(WIDTH) y="116" text-anchor="end" { (name(last)) }
            }
        }
    }
}

/// A shade of five, from the first level to the last, whatever their number.
pub fn shade(level: usize, levels: usize) -> usize {
    match levels {
        0..=1 => 1,
        _ => 1 + (4 * (level - 1) + (levels - 1) / 2) / (levels - 1),
    }
}

/// Every day from the first to the last, those without submits included.
fn gapless(days: &[(String, i64)]) -> Vec<(String, i64)> {
    let parsed: Vec<(jiff::civil::Date, i64)> =
        days.iter().filter_map(|(day, n)| Some((day.parse().ok()?, *n))).collect();
    let (Some(&(first, _)), Some(&(last, _))) = (parsed.first(), parsed.last()) else {
        return Vec::new();
    };
    let next = |day: &jiff::civil::Date| day.tomorrow().ok();
    std::iter::successors(Some(first), next)
        .take_while(|day| *day <= last)
        .take(400)
        .map(|day| {
            let n = parsed.iter().filter(|(known, _)| *known == day).map(|(_, n)| n).sum();
            (day.to_string(), n)
        })
        .collect()
}

fn described(rows: &[ChartRow], decimals: u32, language: Language) -> String {
    let said = rows.iter().map(|row| {
        let value = row.value.map_or_else(
            || language.say("report.no_score").to_owned(),
            |value| decimal(value, decimals, language),
        );
        match row.ci {
            Some(ci) => {
                format!("{}: {value} ({})", row.label, super::interval(ci, decimals, language))
            }
            None => format!("{}: {value}", row.label),
        }
    });
    said.collect::<Vec<_>>().join("; ")
}

/// As much of a label as fits beside the figure.
fn clipped(label: &str) -> String {
    const FITS: usize = 36;
    if label.chars().count() <= FITS {
        return label.to_owned();
    }
    let kept: String = label.chars().take(FITS - 1).collect();
    format!("{}…", kept.trim_end())
}

fn view(height: f64) -> String {
    format!("0 0 {WIDTH} {}", short(height))
}

/// A length to a tenth of a unit, without zeros at the end.
fn short(length: f64) -> String {
    let tenths = (length * 10.0).round() / 10.0;
    format!("{}", if tenths == 0.0 { 0.0 } else { tenths })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, value: f64) -> ChartRow {
        ChartRow {
            label: label.to_owned(),
            value: Some(value),
            ci: Some([value - 3.0, value + 2.5]),
        }
    }

    #[test]
    fn a_chart_says_in_words_what_it_draws() {
        let rows =
            [row("TC 3.6", 83.871), ChartRow { label: "TC 4.5".to_owned(), value: None, ci: None }];
        let chart = interval_chart("Điểm", &rows, 2, Language::default()).into_string();
        assert!(chart.contains("<title>Điểm</title>") && chart.contains("role=\"img\""));
        assert!(
            chart.contains("TC 3.6: 83,87 (80,87 – 86,37); TC 4.5: không có kết quả"),
            "{chart}"
        );
        assert_eq!(chart.matches("<circle").count(), 1);
    }

    #[test]
    fn charts_are_light_and_always_the_same() {
        let rows: Vec<ChartRow> =
            (0..6).map(|at| row(&format!("Tiêu chí số {at}"), 50.0 + f64::from(at))).collect();
        let days: Vec<(String, i64)> =
            (1..=28).map(|d| (format!("2026-02-{d:02}"), d * 7)).collect();
        let levels: Vec<(String, f64)> = (1..=5).map(|at| (format!("Mức {at}"), 0.2)).collect();
        let vi = Language::default();
        let draw = || {
            [
                interval_chart("a", &rows, 2, vi).into_string(),
                levels_chart("a", &levels, vi).into_string(),
                by_day_chart("a", &days, vi).into_string(),
            ]
        };
        assert_eq!(draw(), draw());
        for chart in draw() {
            assert!(chart.len() <= 3_000, "{}", chart.len());
            assert!(!chart.contains("style="));
        }
    }

    #[test]
    fn names_cannot_break_out_of_a_chart() {
        let chart = interval_chart("<b>", &[row("</text><script>", 5.0)], 1, Language::default());
        assert!(!chart.into_string().contains("<script>"));
    }

    #[test]
    fn five_shades_serve_any_number_of_levels() {
        assert_eq!((1..=5).map(|level| shade(level, 5)).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!((1..=3).map(|level| shade(level, 3)).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!((1..=2).map(|level| shade(level, 2)).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(shade(1, 1), 1);
    }

    #[test]
    fn a_day_without_submits_has_its_place() {
        let days = [("2026-03-30".to_owned(), 3), ("2026-04-02".to_owned(), 1)];
        assert_eq!(gapless(&days).len(), 4);
        assert!(gapless(&[]).is_empty());
        let chart = by_day_chart("a", &days, Language::default()).into_string();
        assert!(chart.contains("30/03/2026") && chart.contains("02/04/2026"), "{chart}");
        by_day_chart("a", &[], Language::default());
    }
}
