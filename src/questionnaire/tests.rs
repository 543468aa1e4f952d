//! Whole forms: the way through them, page by page.

use super::*;
use crate::messages::Language;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

mod properties;
mod random_form;

/// The example of the documentation.
fn example() -> Form {
    let document = include_str!("../../docs/questionnaire-format.md");
    let (_, block) = document.split_once("```toml\n").unwrap();
    let (form, _) = block.split_once("```").unwrap();
    read_form("nguoi-dan.toml", form).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

fn today() -> Today {
    Today("2024-06-01".to_owned())
}

fn english() -> Language {
    Language::parse("en").unwrap()
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Posts a page in Vietnamese.
fn post(form: &Form, answers: &Answers, page: usize, pairs: &[(&str, &str)]) -> Accepted {
    accept(form, answers, page, &fields(pairs), Language::default(), &today())
}

/// Posts a page that must have no problems.
fn saved(form: &Form, answers: &Answers, page: usize, pairs: &[(&str, &str)]) -> Answers {
    let accepted = post(form, answers, page, pairs);
    assert_eq!(accepted.problems, []);
    accepted.answers
}

fn number(text: &str) -> Answer {
    Answer::Number(text.parse().unwrap())
}

#[test]
fn the_documented_form_is_answered_from_end_to_end() {
    let form = example();
    let today = today();
    let answers = Answers::default();
    assert_eq!(first_page(&form, &answers, &today), Step::Page(1));
    let answers = saved(&form, &answers, 1, &[("tinh", "1"), ("nam_sinh", "1980")]);
    assert_eq!(page_after(&form, &answers, 1, &today), Step::Page(2));
    let page2 = [("noi_nop", "2"), ("so_lan", "3"), ("da_truy_cap", "2")];
    let answers = saved(&form, &answers, 2, &page2);
    assert_eq!(page_after(&form, &answers, 2, &today), Step::Page(4));
    assert_eq!(page_before(&form, &answers, 4, &today), Some(2));
    let answers = saved(&form, &answers, 4, &[("mong_doi", "4"), ("mong_doi", "1")]);
    assert_eq!(page_after(&form, &answers, 4, &today), Step::Check);
    assert_eq!(first_gap(&form, &answers, &today), None);

    let expected: BTreeMap<String, Recorded> = [
        ("da_truy_cap", Recorded::Code(2)),
        ("day_du", Recorded::NOT_ASKED),
        ("gop_y", Recorded::MISSING),
        ("mong_doi", Recorded::Codes(vec![1, 4])),
        ("nam_sinh", Recorded::Number(1980.into())),
        ("noi_nop", Recorded::Code(2)),
        ("so_lan", Recorded::Number(3.into())),
        ("tinh", Recorded::Code(1)),
        ("tuoi", Recorded::Number(44.into())),
    ]
    .into_iter()
    .map(|(name, recorded)| (name.to_owned(), recorded))
    .collect();
    assert_eq!(finish(&form, &answers, &today), expected);
}

#[test]
fn a_page_shows_earlier_answers_in_words_and_only_fitting_options() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "2")]);
    let page = show(&form, &answers, 2, english(), &today());
    assert_eq!(page.items[0].label, "Where in Dak Nong did you file?");
    let options: Vec<_> = page.items[0].options.iter().map(|o| o.label.as_str()).collect();
    assert_eq!(options, ["Gia Nghia"]);
    let page = show(&form, &answers, 2, Language::default(), &today());
    assert_eq!(page.items[0].label, "Nơi nộp hồ sơ tại Đắk Nông?");
}

#[test]
fn questions_are_numbered_as_far_as_the_answers_tell() {
    let form = example();
    let today = today();
    let page = |answers: &Answers, number| show(&form, answers, number, english(), &today);
    let numbering = |page: &PageView| {
        (page.place, page.count, page.first_question, page.last_question, page.question_count)
    };
    // While the province is not known no place fits, so that question cannot be asked.
    assert_eq!(numbering(&page(&Answers::default(), 1)), (1, 3, 1, 2, 6));
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "1")]);
    assert_eq!(numbering(&page(&answers, 2)), (2, 3, 3, 5, 7));
    let answers = saved(&form, &answers, 2, &[("da_truy_cap", "1")]);
    assert_eq!(numbering(&page(&answers, 3)), (3, 4, 6, 6, 8));
    let website = page(&answers, 3);
    assert_eq!(website.items[0].kind, ItemKind::Note);
    assert_eq!((website.items[0].number, website.items[1].number), (None, Some(6)));
    let last = website.items[1].options.last().unwrap();
    assert!(last.apart && last.code == "0" && !last.chosen);
}

#[test]
fn a_page_that_is_not_asked_shows_nothing() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "1")]);
    for page in [0, 3, 6, usize::MAX] {
        assert!(!is_asked(&form, &answers, page, &today()));
        assert_eq!(show(&form, &answers, page, english(), &today()).items, []);
        assert_eq!(post(&form, &answers, page, &[("tinh", "2")]).answers, answers);
        assert!(matches!(page_after(&form, &answers, page, &today()), Step::Page(_) | Step::Check));
        page_before(&form, &answers, page, &today());
    }
}

#[test]
fn answers_that_become_irrelevant_are_kept_and_come_back() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "1")]);
    let answers = saved(&form, &answers, 2, &[("noi_nop", "1"), ("da_truy_cap", "1")]);
    let answers = saved(&form, &answers, 3, &[("day_du", "0")]);
    assert_eq!(finish(&form, &answers, &today())["day_du"], Recorded::DONT_KNOW);

    let changed = saved(&form, &answers, 2, &[("da_truy_cap", "2")]);
    assert_eq!(finish(&form, &changed, &today())["day_du"], Recorded::NOT_ASKED);
    assert_eq!(changed.get("day_du"), Some(&Answer::DontKnow));
    let changed = saved(&form, &changed, 2, &[("da_truy_cap", "1")]);
    assert_eq!(finish(&form, &changed, &today())["day_du"], Recorded::DONT_KNOW);

    // The same with an option that is filtered away.
    let moved = saved(&form, &answers, 1, &[("tinh", "2")]);
    assert_eq!(finish(&form, &moved, &today())["noi_nop"], Recorded::MISSING);
    let moved = saved(&form, &moved, 1, &[("tinh", "1")]);
    assert_eq!(finish(&form, &moved, &today())["noi_nop"], Recorded::Code(1));
}

#[test]
fn problems_stand_beside_what_was_typed() {
    let form = example();
    let accepted = post(&form, &Answers::default(), 1, &[("nam_sinh", "năm 1980")]);
    assert_eq!(accepted.problems.len(), 2);
    assert_eq!(accepted.problems[0].name, "tinh");
    assert_eq!(accepted.problems[0].message, "Xin Ông/Bà chọn một phương án trả lời.");
    assert_eq!(accepted.view.items[1].typed, "năm 1980");
    assert!(accepted.view.items[1].problem.as_ref().unwrap().contains("chỉ nhập số"));
    assert!(accepted.answers.is_empty());

    let accepted = post(&form, &Answers::default(), 1, &[("tinh", "2"), ("nam_sinh", "2020")]);
    assert_eq!(accepted.problems[0].message, "Xin nhập năm sinh của người từ 18 tuổi.");
    assert!(accepted.view.items[0].options[1].chosen, "the good answer is still chosen");
    assert_eq!(accepted.answers.get("tinh"), Some(&Answer::Choice(2)));
    assert_eq!(accepted.answers.get("nam_sinh"), None);
}

#[test]
fn a_bad_answer_leaves_the_earlier_one_in_place() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "1"), ("nam_sinh", "1980")]);
    for bad in [("nam_sinh", "2020"), ("nam_sinh", "x"), ("tinh", "9"), ("tinh", ""), ("tinh", "0")]
    {
        let accepted = post(&form, &answers, 1, &[bad]);
        assert_eq!(accepted.problems.len(), 1, "{bad:?}");
        assert_eq!(accepted.answers, answers, "{bad:?}");
    }
    let cleared = saved(&form, &answers, 1, &[("nam_sinh", " ")]);
    assert_eq!(cleared.get("nam_sinh"), None);
}

#[test]
fn an_option_that_is_not_shown_cannot_be_chosen() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "2")]);
    let accepted = post(&form, &answers, 2, &[("noi_nop", "1"), ("da_truy_cap", "2")]);
    assert_eq!(accepted.problems[0].name, "noi_nop");
    assert_eq!(accepted.answers.get("noi_nop"), None);
}

#[test]
fn a_soft_check_asks_once() {
    let form = example();
    let answers = saved(&form, &Answers::default(), 1, &[("tinh", "1")]);
    let page = [("so_lan", "20"), ("da_truy_cap", "2")];
    let accepted = post(&form, &answers, 2, &page);
    assert!(accepted.problems[0].soft && accepted.view.items[1].soft);
    assert_eq!(accepted.problems.len(), 1);
    assert_eq!(accepted.answers.get("so_lan"), Some(&number("20")));

    let confirmed = [page.as_slice(), &[("confirm", "so_lan")]].concat();
    let through = saved(&form, &answers, 2, &confirmed);
    assert_eq!(first_gap(&form, &through, &today()), None);
    // A saved answer is not asked back again.
    saved(&form, &through, 2, &page);
    assert_eq!(post(&form, &through, 2, &[("so_lan", "30")]).problems.len(), 1);
    // A confirmation is no way around a hard check.
    let hard = [("so_lan", "200"), ("da_truy_cap", "2"), ("confirm", "so_lan")];
    assert!(!post(&form, &answers, 2, &hard).problems[0].soft);
}

#[test]
fn several_options_have_a_limit() {
    let form = example();
    let chosen: Vec<_> = ["1", "2", "3", "4"].map(|code| ("mong_doi", code)).to_vec();
    let accepted = post(&form, &Answers::default(), 4, &chosen);
    assert_eq!(accepted.problems[0].message, "Xin Ông/Bà chọn nhiều nhất 3 phương án.");
    assert!(accepted.view.items[0].options.iter().all(|option| option.chosen));
    let three = saved(&form, &Answers::default(), 4, &chosen[1..]);
    assert_eq!(three.get("mong_doi"), Some(&Answer::Several(vec![2, 3, 4])));
    // A page that did not show the question leaves it alone; unticking all clears it.
    assert_eq!(saved(&form, &three, 4, &[("gop_y", "")]), three);
    assert_eq!(saved(&form, &three, 4, &[("mong_doi", "")]).get("mong_doi"), None);
    assert_eq!(
        show(&form, &three, 4, Language::default(), &today()).items[0].instruction.as_deref(),
        Some("Chọn tối đa 3 phương án.")
    );
}

#[test]
fn the_review_tells_answers_in_words() {
    let form = example();
    let answers: Answers = [
        ("tinh", Answer::Choice(1)),
        ("so_lan", number("12345")),
        ("da_truy_cap", Answer::Choice(2)),
        ("day_du", Answer::Choice(5)),
        ("mong_doi", Answer::Several(vec![1, 3])),
    ]
    .into_iter()
    .collect();
    let sections = review(&form, &answers, Language::default(), &today());
    let pages: Vec<_> = sections.iter().map(|section| section.page).collect();
    assert_eq!(pages, [1, 2, 4]);
    let row = |name: &str| {
        sections.iter().flat_map(|section| &section.rows).find(|row| row.name == name).unwrap()
    };
    assert_eq!(row("tinh").answer.as_deref(), Some("Bà Rịa – Vũng Tàu"));
    assert_eq!(row("so_lan").answer.as_deref(), Some("12.345"));
    assert!(row("so_lan").invalid);
    assert_eq!(row("mong_doi").answer.as_deref(), Some("Giảm giấy tờ, Nộp hồ sơ trực tuyến"));
    assert_eq!(row("nam_sinh").answer, None);
    assert_eq!((row("tinh").number, row("gop_y").number), (1, 7));
    assert_eq!(first_gap(&form, &answers, &today()), Some(2));
}

/// The smallest form around some questions.
fn form_of(questions: &str) -> Form {
    let text = format!(
        "form = 'f'\nversion = '1'\ntitle = 'F'\nlanguages = ['vi']\n\
         [lists.l]\noptions = [{{ code = 1, label = 'Một', name = 'mot' }}, \
         {{ code = 2, label = 'Hai ${{chu}}', name = 'hai' }}]\n\
         [[page]]\nid = 'a'\n[[page.question]]\nname = 'chu'\nkind = 'text'\nlabel = 'Chữ'\n\
         [[page]]\nid = 'b'\n{questions}"
    );
    read_form("f.toml", &text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

#[test]
fn the_constraint_decides_between_two_readings_of_a_number() {
    let form = form_of(
        "[[page.question]]\nname = 'dien_tich'\nkind = 'number'\nlabel = 'Diện tích'\n\
         constraint = '. < 100'\nconstraint_message = 'Nhỏ hơn 100'\n\
         [[page.question]]\nname = 'tien'\nkind = 'number'\nlabel = 'Tiền'\n",
    );
    let answers =
        saved(&form, &Answers::default(), 2, &[("dien_tich", "1.234"), ("tien", "1.234")]);
    assert_eq!(answers.get("dien_tich"), Some(&number("1.234")));
    assert_eq!(answers.get("tien"), Some(&number("1234")));
    let page = show(&form, &answers, 2, Language::default(), &today());
    assert_eq!((page.items[0].typed.as_str(), page.items[1].typed.as_str()), ("1,234", "1234"));
    let accepted = post(&form, &answers, 2, &[("dien_tich", "123.456")]);
    assert_eq!(accepted.problems[0].message, "Nhỏ hơn 100");
}

#[test]
fn named_options_have_their_names_in_expressions() {
    let form = form_of(
        "[[page.question]]\nname = 'q'\nkind = 'several'\nlist = 'l'\nlabel = 'Q'\n\
         constraint = \"not(selected(., 'hai'))\"\nconstraint_message = 'Không hai'\n\
         [[page]]\nid = 'c'\nrelevant = \"${q} = 'mot'\"\n\
         [[page.question]]\nname = 'r'\nkind = 'note'\nlabel = 'Đã chọn ${q}'\n",
    );
    let answers = saved(&form, &Answers::default(), 2, &[("q", "1")]);
    assert_eq!(
        show(&form, &answers, 3, Language::default(), &today()).items[0].label,
        "Đã chọn Một"
    );
    assert_eq!(post(&form, &answers, 2, &[("q", "2")]).problems.len(), 1);
    // The wording of an option may hold an answer too.
    let answers = saved(&form, &answers, 1, &[("chu", "mươi")]);
    let page = show(&form, &answers, 2, Language::default(), &today());
    assert_eq!(page.items[0].options[1].label, "Hai mươi");
}

#[test]
fn once_keeps_the_value_that_a_calculation_had_first() {
    let form = form_of(
        "[[page.question]]\nname = 'ngay'\nkind = 'calculate'\ncalculation = 'once(today())'\n\
         [[page.question]]\nname = 'dai'\nkind = 'calculate'\n\
         calculation = 'once(string-length(${chu}))'\n\
         [[page.question]]\nname = 'q'\nkind = 'text'\nlabel = 'Từ ngày ${ngay}'\n",
    );
    let answers = saved(&form, &Answers::default(), 1, &[("chu", "abc")]);
    let answers = saved(&form, &answers, 2, &[("q", "x")]);
    let answers = saved(&form, &answers, 1, &[("chu", "abcdef")]);
    let later = Today("2024-07-01".to_owned());
    let recorded = finish(&form, &answers, &later);
    assert_eq!(recorded["ngay"], Recorded::Text("2024-06-01".to_owned()));
    assert_eq!(recorded["dai"], Recorded::Number(3.into()));
    let page = show(&form, &answers, 2, Language::default(), &later);
    assert_eq!(page.items[0].label, "Từ ngày 01/06/2024");
}

#[test]
fn calculations_may_depend_on_each_other_in_any_order_and_in_long_chains() {
    let mut chain = String::new();
    for at in (0..1_000).rev() {
        let before = if at == 0 { "1".to_owned() } else { format!("${{c{}}} + 1", at - 1) };
        chain += &format!(
            "[[page.question]]\nname = 'c{at}'\nkind = 'calculate'\ncalculation = '{before}'\n"
        );
    }
    let form = form_of(&chain);
    let recorded = finish(&form, &Answers::default(), &today());
    assert_eq!(recorded["c999"], Recorded::Number(Decimal::from(1_000)));
}

#[test]
fn texts_that_double_themselves_stay_small() {
    let mut doubling = String::new();
    for at in 0..60 {
        let before = if at == 0 { "chu".to_owned() } else { format!("c{}", at - 1) };
        doubling += &format!(
            "[[page.question]]\nname = 'c{at}'\nkind = 'calculate'\n\
             calculation = 'concat(${{{before}}}, ${{{before}}})'\n"
        );
    }
    let form = form_of(&doubling);
    let answers = saved(&form, &Answers::default(), 1, &[("chu", "ab")]);
    let Recorded::Text(text) = &finish(&form, &answers, &today())["c59"] else { panic!() };
    assert_eq!(text.len(), 5_000);
}

#[test]
fn a_form_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&example());
}
