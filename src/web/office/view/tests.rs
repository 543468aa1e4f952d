use super::*;
use crate::{
    conduct::{Custody, Published},
    fieldwork::{BoxPrivateKey, Keyholders},
    report::{self, Facts, trial},
    storage::RoundRow,
};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

fn round(survey: Survey, state: RoundState) -> Round {
    let row = RoundRow {
        id: Uuid::nil(),
        code: "thu-1".to_owned(),
        survey_sha256: String::new(),
        state,
        opened_on: Some("2026-03-02".to_owned()),
        closes_on: Some("2026-03-20".to_owned()),
        lease: 0,
        last_extension: None,
        box_key: None,
        synthetic: true,
    };
    Round { row, survey }
}

fn answered() -> Facts {
    let codes = [
        trial::answers(0, 3, 5),
        trial::answers(1, 30, 4),
        trial::answers(2, 4, 5),
        trial::answers(3, 40, 3),
    ];
    trial::two_groups(&[], &codes.concat())
}

fn results_page(facts: &Facts, survey: Survey, language: Language) -> String {
    page_against(None, facts, survey, language)
}

/// The results page, held against an earlier round of the same survey, and with it over the
/// year, if there is one.
fn page_against(then: Option<&Facts>, facts: &Facts, survey: Survey, language: Language) -> String {
    let release = |facts: &Facts| report::release(facts, &survey).unwrap();
    let published = Published { number: 1, day: "2026-04-02".to_owned(), release: release(facts) };
    let mut results = published.release.main().clone();
    results.change =
        then.map(|then| report::change((&results, &survey), (release(then).main(), &survey)));
    results.year =
        then.map(|then| report::year((&results, &survey), &[(release(then).main(), &survey)]));
    let all = report::progress(facts).all;
    let round = round(survey.clone(), RoundState::Opened);
    let earlier = then.map(|then| RoundRow { code: then.round.clone(), ..round.row.clone() });
    let against = Against { earlier: earlier.as_slice(), refused: None };
    let year = OfYear { earlier: earlier.as_slice(), refused: None };
    let (round, results, published) = (&round, &results, &published);
    Results { round, results, published, all: &all, against, year }.page(language).text()
}

fn progress_page(facts: &Facts, survey: Survey, language: Language) -> String {
    let progress = report::progress(facts);
    Progress {
        round: &round(survey, RoundState::Open),
        progress: &progress,
        by_day: &facts.submits_by_day,
        consents: &facts.consents,
        paces: &[("hai-long".to_owned(), 4, 132)],
        counted_on: Some("2026-03-04"),
        now: 1_772_643_600_000,
    }
    .page(language)
    .text()
}

fn plan_page(survey: Survey, typed: &[(&str, &str)], language: Language) -> String {
    let cells =
        crate::conduct::PlanBasis::of_survey(&with_populations(survey.clone())).unwrap().cells;
    let typed: Vec<(String, String)> =
        typed.iter().map(|&(name, typed)| (name.to_owned(), typed.to_owned())).collect();
    let groups: Vec<&str> = survey.groups.iter().map(|group| group.code.as_str()).collect();
    let outcome = match crate::sampling::PlanRequest::read(&typed, &groups, 5) {
        Err(wrong) => Planned::Wrong(wrong),
        Ok(request) => match crate::sampling::plan(&cells, &request) {
            Err(refused) => Planned::Refused(refused.text()),
            Ok(plan) => Planned::Plan(Box::new(plan)),
        },
    };
    let source = crate::conduct::PopulationSource::Independent;
    let round = round(survey, RoundState::Setup);
    Planning { round: &round, typed: &typed, source, outcome: &outcome }.page(language).text()
}

/// The survey with a hundred people in each cell.
fn with_populations(mut survey: Survey) -> Survey {
    survey.targets.iter_mut().for_each(|target| target.population = Some(100));
    survey
}

#[test]
fn each_result_says_how_it_was_computed_by_which_rule_and_from_how_many() {
    let survey = trial::two_by_two("\"equal\"");
    let sha = survey.rule.sha256[..12].to_owned();
    let page = results_page(&answered(), survey, Language::default());
    for said in ["quy-doi-0-1, phiên bản 1", &sha, "Số phiếu được tính", "<dd>77</dd>"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("trọng số như nhau"));
    assert!(page.contains("10,000\u{a0}(giả định)"));
    assert!(page.contains("Dữ liệu giả định"));
}

#[test]
fn small_groups_stay_hidden_on_the_page() {
    let page = results_page(&answered(), trial::two_by_two("\"population\""), Language::default());
    assert_eq!(page.matches("Không hiển thị để bảo vệ người trả lời").count(), 2);
    assert_eq!(page.matches("<svg class=\"mini\"").count(), 2);
}

#[test]
fn units_have_ranks_in_figures_words_and_a_picture() {
    let page = results_page(&answered(), trial::two_by_two("\"population\""), Language::default());
    assert_eq!(page.matches("<svg class=\"mini ranks\"").count(), 2);
    let wanted = [
        "<b>1</b>",
        "<b>2</b>",
        "<dt>Phòng A (hạng 1 trong 2)</dt><dd>khác biệt rõ rệt với tất cả đơn vị khác",
        "Cách xếp hạng",
        "Mogstad",
        "Chỉ xếp hạng giữa những kết quả được hiển thị",
    ];
    for said in wanted {
        assert!(page.contains(said), "{said}");
    }
    let mut few = answered();
    few.responses.retain(|one| few.labels[one.label].cells[0] != 3);
    let page = results_page(&few, trial::two_by_two("\"population\""), Language::default());
    assert!(page.contains("Chưa xếp hạng") && !page.contains("mini ranks"));
}

#[test]
fn one_unit_has_neither_ranks_nor_a_table_of_units() {
    let facts = trial::one_cell(&[5; 40], Some(400));
    let page = results_page(&facts, trial::published(), Language::default());
    for never in ["Chưa xếp hạng", "mini ranks", "Ai khác biệt", "Độ tin cậy của thang đo"]
    {
        assert!(!page.contains(never), "{never}");
    }
}

#[test]
fn a_ranking_of_censuses_says_that_it_only_describes() {
    let mut facts = answered();
    for (cell, n) in [(0, 3), (1, 30), (2, 4), (3, 40)] {
        facts.cells[cell].population = Some(n);
    }
    let page = results_page(&facts, trial::two_by_two("\"population\""), Language::default());
    assert!(page.contains("hạng chỉ mô tả kết quả của đợt này"));
}

#[test]
fn beside_a_score_stands_what_to_weigh() {
    let mut facts = answered();
    facts.cells[3].completed = 20;
    facts.cells[3].over_allocation = 20;
    let page = results_page(&facts, trial::two_by_two("\"population\""), Language::default());
    // 600 of 1,050 people stand behind 40 forms: each of these counts for 15 of 1,050.
    for said in ["<dt>Một phiếu đổi nhiều nhất</dt><dd>± 1,43</dd>", "<dd>57</dd>"] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn a_change_is_told_in_words_and_a_break_with_its_reason() {
    let survey = trial::two_by_two("\"population\"");
    let now = answered();
    let mut then =
        trial::two_groups(&[], &[trial::answers(1, 30, 2), trial::answers(3, 40, 2)].concat());
    then.round = "thu-0".to_owned();
    let page = page_against(Some(&then), &now, survey.clone(), Language::default());
    for said in ["‖ gãy chuỗi số liệu", "có nhóm đối tượng không có số liệu", "selected>thu-0"]
    {
        assert!(page.contains(said), "{said}");
    }
    let codes = [
        trial::answers(0, 12, 2),
        trial::answers(1, 30, 2),
        trial::answers(2, 12, 2),
        trial::answers(3, 40, 2),
    ];
    let mut then = trial::two_groups(&[], &codes.concat());
    then.round = "thu-0".to_owned();
    let page = page_against(Some(&then), &now, survey.clone(), Language::default());
    assert!(page.contains("<b>tăng rõ rệt</b>") && !page.contains("chip care"));
    assert!(page.contains("/results?against=thu-0&amp;year=thu-0&amp;lang=en"));
    let alone = results_page(&now, survey, Language::default());
    assert!(alone.contains("Chưa có đợt nào trước đợt này") && !alone.contains("<select"));
}

#[test]
fn a_year_has_a_table_or_the_reasons_why_not_and_each_form_keeps_the_other() {
    let survey = trial::two_by_two("\"population\"");
    let now = answered();
    let mut then =
        trial::two_groups(&[], &[trial::answers(1, 30, 2), trial::answers(3, 40, 2)].concat());
    then.round = "thu-0".to_owned();
    let page = page_against(Some(&then), &now, survey.clone(), Language::default());
    let reason = "<li>Đợt thu-0 so với đợt thu: có nhóm đối tượng không có số liệu";
    assert!(page.contains("Vì sao chưa tính được kết quả cả năm") && page.contains(reason));
    let mut then = answered();
    then.round = "thu-0".to_owned();
    let page = page_against(Some(&then), &now, survey.clone(), Language::default());
    for said in [
        "<h3>Kết quả cả năm, TC 8.2</h3>",
        "<tr class=\"sum\"><th scope=\"row\">Cả năm</th>",
        "<div>2.100</div>",
        "name=\"year\" value=\"thu-0\" checked",
        "<input type=\"hidden\" name=\"year\" value=\"thu-0\">",
        "<input type=\"hidden\" name=\"against\" value=\"thu-0\">",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(!page.contains("Vì sao chưa tính được kết quả cả năm"));
    let alone = results_page(&now, survey, Language::default());
    assert!(alone.contains("để tính kết quả cả năm") && !alone.contains("name=\"year\""));
}

#[test]
fn names_are_shown_as_they_are_written() {
    let mut survey = trial::two_by_two("\"equal\"");
    let odd = crate::questionnaire::Labels::new([("vi", "<b>Phòng</b> \"A\" & 'B'")]);
    survey.units[0].name = odd.clone();
    survey.groups[0].label = odd.clone();
    survey.subjects[0].label = odd.clone();
    survey.title = odd;
    let odd_survey = survey.clone();
    let pages = [
        results_page(&answered(), survey.clone(), Language::default()),
        progress_page(&answered(), survey.clone(), Language::default()),
        no_results(Language::default(), &round(survey, RoundState::Closed)).text(),
        no_such_round(Language::default(), "<script>").text(),
        plan_page(odd_survey.clone(), &[("margin", "9")], Language::default()),
        plan_page(odd_survey, &[("n", "<script>\"")], Language::default()),
        login(Language::default(), "/office/\"><script>", Some(false)).text(),
    ];
    for page in pages {
        assert!(!page.contains("<b>Phòng") && !page.contains("<script"), "{page}");
    }
}

#[test]
fn progress_adds_up_and_names_what_is_missing() {
    let mut facts = answered();
    facts.cells[0].released = 12;
    let page = progress_page(&facts, trial::two_by_two("\"equal\""), Language::default());
    for said in [
        "<dd>80 </dd>",
        "Mời chưa đủ, còn 17",
        "Đủ",
        "Đang thu, còn 16",
        "Phòng A",
        "Công chức",
        "04/03/2026",
        "Tổng cộng",
    ] {
        let said = said.replace("<dd>80 </dd>", "<dd>80</dd>");
        assert!(page.contains(&said), "{said}");
    }
}

#[test]
fn pages_speak_every_language_and_need_no_script_or_style_of_elements() {
    for &language in Language::all() {
        let survey = trial::two_by_two("\"equal\"");
        let round = round(survey.clone(), RoundState::Setup);
        let frame = |said| {
            let state = FrameState { frozen: true, drawn: false };
            Frame { round: &round, state, said }.page(language).text()
        };
        let today = jiff::civil::date(2026, 3, 5);
        let line = |state, frozen, drawn| RoundLine {
            row: RoundRow { state, ..round.row.clone() },
            frozen,
            drawn,
            custody: None,
        };
        let (known, _) = Keyholders::split(
            &BoxPrivateKey::generate(&mut StdRng::seed_from_u64(1)),
            1,
            &Default::default(),
            StdRng::seed_from_u64(2),
        );
        let split = |line: RoundLine, rehearsed: &[u8]| RoundLine {
            custody: Some(Custody {
                keyholders: known.clone(),
                rehearsed: rehearsed.iter().map(|&one| (one, "2026-03-05".to_owned())).collect(),
            }),
            ..line
        };
        let lines = [
            split(line(RoundState::Setup, true, true), &[2]),
            split(line(RoundState::Setup, true, true), &[1, 2, 3]),
            split(line(RoundState::Closed, true, true), &[1, 2, 3]),
            line(RoundState::Setup, false, false),
            line(RoundState::Setup, true, false),
            line(RoundState::Setup, true, true),
            line(RoundState::Open, true, true),
            line(RoundState::Closed, true, true),
            line(RoundState::Opened, true, true),
        ];
        let pages = [
            results_page(&answered(), survey.clone(), language),
            page_against(Some(&answered()), &answered(), survey.clone(), language),
            page_against(
                Some(&trial::two_groups(&[], &[])),
                &trial::two_groups(&[], &[]),
                survey.clone(),
                language,
            ),
            progress_page(&answered(), survey.clone(), language),
            plan_page(survey.clone(), &[], language),
            plan_page(survey.clone(), &[("margin", "5"), ("response-rate", "70")], language),
            plan_page(survey.clone(), &[("method", "equal"), ("confidence", "x")], language),
            plan_page(survey.clone(), &[("n", "1")], language),
            nothing_to_plan(language, &round, &crate::text!("plan.nobody")).text(),
            frame(Said::Nothing),
            frame(Said::Refused(crate::text!("office.no_file"))),
            rounds(language, &lines, today).text(),
            rounds(language, &[], today).text(),
            no_results(language, &round).text(),
            login(language, "/office", None).text(),
            no_password(language).text(),
        ];
        for page in pages {
            let page = page.split_once("</style>").unwrap().1;
            let keys = ["office.", "report.", "figures.", "pages.t", "plan."];
            for never in keys.into_iter().chain([" style=", "<script", "{", "}"]) {
                assert!(!page.contains(never), "{never}: {page}");
            }
        }
    }
}

#[test]
fn a_long_report_is_cut_and_says_so() {
    use crate::sampling::{FrameReport, Place, Reason, RowProblem};
    let survey = trial::two_by_two("\"equal\"");
    let problem = |row| RowProblem {
        place: Place {
            file: "ds.xlsx".to_owned(),
            sheet: Some("Người dân".to_owned()),
            row: Some(row),
            column: Some("C (Mã đơn vị)".to_owned()),
        },
        reason: Reason::NoUnit,
    };
    let report =
        FrameReport { problems: (2..2_503).map(problem).collect(), ..FrameReport::default() };
    let round = round(survey, RoundState::Setup);
    let state = FrameState { frozen: false, drawn: false };
    let page = Frame { round: &round, state, said: Said::Problems(report) };
    let page = page.page(Language::default()).text();
    assert!(page.contains("C (Mã đơn vị)") && page.contains("Người dân"));
    assert!(page.contains("(2.501)") && page.contains("Còn 501 dòng nữa"));
}
