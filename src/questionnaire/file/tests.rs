use super::*;
use crate::clock::busy;
use crate::messages::Language;
use proptest::prelude::*;

/// A sound form to make mistakes in; questions stand on lines of their own.
const SOUND: &str = r#"form = "f"
version = "1"
title = { vi = "Phiếu", en = "Form" }
languages = ["vi", "en"]
[scales.s]
options = [
  { code = 1, label = { vi = "A", en = "A" }, coefficient = 0.0 },
  { code = 2, label = { vi = "B", en = "B" }, coefficient = 1 },
]
[lists.l]
options = [
  { code = 1, label = { vi = "A", en = "A" }, vung = 1 },
  { code = 2, label = { vi = "B", en = "B" }, vung = "2" },
]
[[page]]
id = "mot"
[[page.question]]
name = "mot"
kind = "one"
list = "l"
label = { vi = "Một", en = "One" }
[[page]]
id = "hai"
[[page.question]]
name = "hai"
kind = "scale"
scale = "s"
label = { vi = "Hai", en = "Two" }
"#;

/// The mistakes of the sound form with `from` replaced, as (line, question, key).
fn mistakes(from: &str, to: &str) -> Vec<(usize, Option<String>, &'static str)> {
    assert!(SOUND.contains(from), "{from}");
    all(&SOUND.replacen(from, to, 1))
}

fn all(text: &str) -> Vec<(usize, Option<String>, &'static str)> {
    let mistakes = read_form("f.toml", text).expect_err(text);
    for mistake in &mistakes {
        for language in Language::all() {
            let said = mistake.say(*language);
            assert!(said.starts_with("f.toml:") && !said.contains("questionnaire."), "{said}");
        }
    }
    mistakes
        .into_iter()
        .map(|m| (m.line, m.question, m.problem.key().strip_prefix("questionnaire.").unwrap()))
        .collect()
}

/// The keys alone, for mistakes whose place is tested elsewhere.
fn keys(from: &str, to: &str) -> Vec<&'static str> {
    mistakes(from, to).into_iter().map(|(_, _, key)| key).collect()
}

/// The mistakes of one more question at the end of the second page.
fn question(keys: &str) -> Vec<&'static str> {
    let text = format!("{SOUND}[[page.question]]\nname = 'q'\n{keys}");
    all(&text).into_iter().map(|(_, _, key)| key).collect()
}

#[test]
fn the_sound_form_is_sound() {
    let form = read_form("f.toml", SOUND).unwrap();
    assert_eq!(form.questions.len(), 2);
    assert_eq!(form.questions_of(2)[0].name, "hai");
    assert_eq!(form.lists[0].options[1].coefficient, Some(1.0));
    assert_eq!(form.lists[1].options[1].further, [("vung".to_owned(), "2".to_owned())]);
    assert_eq!(form.title.get("en"), "Form");
}

#[test]
fn a_form_in_one_language_needs_no_tables_for_its_texts() {
    let text = "form = 'f'\nversion = '1'\ntitle = 'F'\nlanguages = ['vi']\n\
        [[page]]\nid = 'a'\n[[page.question]]\nname = 'q'\nkind = 'note'\nlabel = 'Xin chào'\n";
    let form = read_form("f.toml", text).unwrap();
    assert_eq!(form.questions[0].label.get("vi"), "Xin chào");
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line_and_question() {
    let text = SOUND
        .replace("kind = \"one\"", "kind = \"onee\"")
        .replace("vi = \"Hai\", ", "")
        .replace("coefficient = 0.0", "coeff = 0.0")
        .replace("id = \"hai\"", "id = \"mot\"\nrelevant = \"${mot} = \"");
    let mot = Some("mot".to_owned());
    let hai = Some("hai".to_owned());
    assert_eq!(
        all(&text),
        [
            (7, None, "missing_key"),
            (7, None, "bad_option_key"),
            (19, mot, "unknown_kind"),
            (22, None, "duplicate_page"),
            (24, None, "expression_ends"),
            (29, hai, "no_language"),
        ]
    );
}

#[test]
fn a_mistake_is_said_in_one_line() {
    let text = SOUND.replace("kind = \"one\"", "knd = \"one\"");
    let said: Vec<String> = read_form("forms/f.toml", &text)
        .unwrap_err()
        .iter()
        .map(|mistake| mistake.say(Language::parse("en").unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            "forms/f.toml:17: [mot] The key “kind” is missing.",
            "forms/f.toml:19: [mot] There is no key “knd”. Did you mean “kind”?",
        ]
    );
    assert!(read_form("a", "x").unwrap_err()[0].to_string().starts_with("a:1: Sai cú pháp TOML"));
}

#[test]
fn what_was_perhaps_meant_is_suggested() {
    let suggestion = |from: &str, to: &str| {
        let text = SOUND.replacen(from, to, 1);
        read_form("f.toml", &text).unwrap_err().into_iter().find_map(|mistake| mistake.suggestion)
    };
    let relevant = |condition: &str| format!("id = \"hai\"\nrelevant = \"{condition}\"");
    let kind = "kind = \"scale\"";
    assert_eq!(suggestion(kind, "kind = \"scal\"").as_deref(), Some("scale"));
    assert_eq!(suggestion("id = \"hai\"", &relevant("${mott} = 1")).as_deref(), Some("mot"));
    assert_eq!(suggestion("id = \"hai\"", &relevant("conct(1)")).as_deref(), Some("concat"));
    assert_eq!(suggestion("Hai\"", "Hai ${mo}\"").as_deref(), Some("mot"));
    assert_eq!(suggestion("label = { vi = \"Một\"", "hnit = { vi = \"Một\""), Some("hint".into()));
    assert_eq!(suggestion("version", "nothing_like_it"), None);
}

#[test]
fn slips_of_syntax_are_reported_alone() {
    assert_eq!(keys("version = \"1\"", "version = "), ["not_toml"]);
    assert_eq!(mistakes("list = \"l\"", "list = \"l")[0].0, 20);
    assert_eq!(all(&"x".repeat(LARGEST + 1)), [(1, None, "file_too_large")]);
    let deep = format!("a = {}", "[".repeat(100_000));
    assert_eq!(all(&deep)[0].2, "not_toml");
}

#[test]
fn the_head_of_the_form_is_checked() {
    assert_eq!(keys("form = \"f\"", "form = \"Phiếu 1\""), ["bad_id"]);
    assert_eq!(keys("form = \"f\"", ""), ["missing_key"]);
    assert_eq!(keys("version = \"1\"", "version = 1"), ["kind_text"]);
    assert_eq!(keys("version = \"1\"", "version = \"\""), ["empty"]);
    assert_eq!(keys("version = \"1\"", "version = \"1\"\nversoin = 2"), ["unknown_key"]);
    assert_eq!(keys("\"vi\", \"en\"]", "\"vi\", \"vi\", \"en\"]"), ["bad_language"]);
    assert_eq!(keys("[\"vi\", \"en\"]", "\"vi\""), ["kind_texts"]);
    assert_eq!(keys("[\"vi\", \"en\"]", "[]"), ["no_languages"]);
    assert_eq!(keys("vi = \"Phiếu\"", "vi = \"${mot}\""), ["title_with_reference"]);
}

#[test]
fn languages_are_complete_and_no_more() {
    assert_eq!(keys("vi = \"Phiếu\", ", ""), ["no_language"]);
    assert_eq!(keys("vi = \"Phiếu\"", "vi = \" \""), ["empty_language"]);
    assert_eq!(keys("vi = \"Phiếu\"", "vi = \"Phiếu\", fr = \"Formulaire\""), ["extra_language"]);
    assert_eq!(keys("{ vi = \"Phiếu\", en = \"Form\" }", "\"Phiếu\""), ["kind_labels"]);
}

#[test]
fn options_are_checked() {
    assert_eq!(mistakes("code = 2", "code = 1"), [(8, None, "duplicate_code")]);
    for code in ["0", "-1", "40000", "'1'", "1.5"] {
        assert_eq!(keys("code = 2", &format!("code = {code}")), ["bad_code"], "{code}");
    }
    assert_eq!(keys("code = 2, ", ""), ["missing_key"]);
    assert_eq!(keys(", coefficient = 1 ", ""), ["missing_key"]);
    assert_eq!(keys("coefficient = 1 ", "coefficient = 'x' "), ["kind_number"]);
    assert_eq!(keys("coefficient = 1 ", "coefficient = inf "), ["kind_number"]);
    assert_eq!(keys("vung = 1", "coefficient = 1"), ["coefficient_in_list"]);
    assert_eq!(keys("vung = 1", "vung = [1]"), ["bad_option_key"]);
    assert_eq!(keys("vung = 1", "name = 'a b'"), ["bad_option_name"]);
    assert_eq!(keys("vung = 1", "name = '2'"), ["duplicate_option"]);
    assert_eq!(keys("[lists.l]\noptions", "[lists.l]\noptoins"), ["missing_key", "unknown_key"]);
    assert_eq!(keys("[lists.l]", "[lists.trong]\noptions = []\n[lists.l]"), ["no_options"]);
    assert_eq!(keys("[lists.l]", "[lists.\"L 1\"]"), ["bad_word", "unknown_list"]);
}

#[test]
fn names_and_kinds_are_checked() {
    assert_eq!(keys("name = \"hai\"", "name = \"mot\""), ["duplicate_name"]);
    assert_eq!(keys("name = \"hai\"", "name = \"Câu 2\""), ["bad_name"]);
    assert_eq!(keys("name = \"hai\"", "name = \"confirm\""), ["reserved_name"]);
    assert_eq!(keys("name = \"hai\"", "name = \"part\""), ["reserved_name"]);
    assert_eq!(keys("scale = \"s\"", "scale = \"t\""), ["unknown_scale"]);
    assert_eq!(keys("list = \"l\"", "list = \"s\""), ["unknown_list"]);
    assert_eq!(keys("list = \"l\"", ""), ["missing_key"]);
    assert_eq!(question("kind = 'text'\n"), ["missing_key"]);
    assert_eq!(question("label = { vi = 'Q', en = 'Q' }\n"), ["missing_key"]);
}

#[test]
fn keys_go_with_kinds() {
    let label = "label = { vi = 'Q', en = 'Q' }\n";
    let of = |keys: &str| question(&format!("{label}{keys}"));
    assert_eq!(of("kind = 'text'\nmaximum = 2\n"), ["key_not_of_kind"]);
    assert_eq!(of("kind = 'note'\nrequired = true\n"), ["key_not_of_kind"]);
    assert_eq!(of("kind = 'calculate'\ncalculation = '1'\n"), ["key_not_of_kind"]);
    assert_eq!(of("kind = 'text'\nmaxmum = 2\n"), ["unknown_key"]);
    assert_eq!(of("kind = 'text'\nrequired = 1\n"), ["kind_truth"]);
    assert_eq!(of("kind = 'text'\ncriterion = '7.3.2'\n"), ["criterion_without_scale"]);
    assert_eq!(of("kind = 'scale'\nscale = 's'\ncriterion = ''\n"), ["empty"]);
    assert_eq!(of("kind = 'several'\nlist = 'l'\nmaximum = 3\n"), ["limit_above_options"]);
    assert_eq!(of("kind = 'several'\nlist = 'l'\nmaximum = 0\n"), ["kind_count"]);
    let crossed = "kind = 'several'\nlist = 'l'\nminimum = 2\nmaximum = 1\n";
    assert_eq!(of(crossed), ["minimum_above_maximum"]);
    assert_eq!(of("kind = 'one'\nlist = 'l'\ndont_know = true\n"), ["no_dont_know"]);
    assert_eq!(of("kind = 'text'\nrequired = 'yes'\n"), ["expression_bare_word"]);
    assert_eq!(of("kind = 'text'\nsoft_constraint = '. != 1'\n"), ["goes_with"]);
    assert_eq!(of("kind = 'text'\nconstraint_message = { vi = 'x', en = 'x' }\n"), ["goes_with"]);
    assert_eq!(of("kind = 'text'\nsoft_message = { vi = 'x', en = 'x' }\n"), ["goes_with"]);
    assert_eq!(question("kind = 'calculate'\n"), ["missing_key"]);
}

#[test]
fn expressions_are_checked_where_they_stand() {
    let label = "label = { vi = 'Q', en = 'Q' }\n";
    let of = |keys: &str| question(&format!("{label}{keys}"));
    assert_eq!(of("kind = 'text'\nrelevant = '${moot} = 1'\n"), ["expression_unknown_question"]);
    assert_eq!(of("kind = 'text'\nrelevant = '. = 1'\n"), ["expression_no_own_answer"]);
    assert_eq!(of("kind = 'text'\nrelevant = 'once(1)'\n"), ["expression_no_once"]);
    assert_eq!(
        of("kind = 'one'\nlist = 'l'\nchoice_filter = 'vng = 1'\n"),
        ["expression_unknown_column"]
    );
    assert_eq!(
        of("kind = 'text'\nrelevant = \"jr:choice-name(1, 'q') = ''\"\n"),
        ["expression_no_options"]
    );
    let text = "kind = 'text'\nlabel = { vi = 'Q ${moot}', en = 'Q ${mot' }\n";
    assert_eq!(question(text), ["unknown_reference"]);
}

#[test]
fn answers_are_there_before_they_are_needed() {
    let label = "label = { vi = 'Q', en = 'Q' }\n";
    let of = |keys: &str| question(&format!("{label}{keys}"));
    assert_eq!(of("kind = 'text'\nrelevant = '${hai} = 1'\n"), ["refers_too_early"]);
    assert_eq!(of("kind = 'text'\nrelevant = '${q} = 1'\n"), ["refers_too_early"]);
    let filter = "kind = 'one'\nlist = 'l'\nchoice_filter = 'vung = ${hai}'\n";
    assert_eq!(of(filter), ["refers_too_early"]);
    let piped = "kind = 'text'\nlabel = { vi = '${hai}', en = '${mot}' }\n";
    assert_eq!(question(piped), ["refers_too_early"]);
    assert_eq!(keys("id = \"mot\"", "id = \"mot\"\nrelevant = '${hai} = 1'"), ["refers_too_early"]);
    let constraint = "constraint = '. = ${hai}'\nconstraint_message = { vi = 'x', en = 'x' }\n";
    let later = mistakes("kind = \"one\"\n", &format!("kind = \"one\"\n{constraint}"));
    assert_eq!(later, [(20, Some("mot".to_owned()), "refers_to_later_page")]);
    // On the same page a constraint may look at another answer.
    let text = format!("{SOUND}[[page.question]]\nname = 'q'\nkind = 'text'\n{label}{constraint}");
    assert!(read_form("f.toml", &text).is_ok());
    let note = "[[page.question]]\nname = 'n'\nkind = 'note'\nlabel = { vi = 'N', en = 'N' }\n";
    let text = format!("{note}[[page]]\nid = \"hai\"\nrelevant = '${{n}}'");
    assert_eq!(keys("[[page]]\nid = \"hai\"", &text), ["refers_to_note"]);
}

#[test]
fn a_calculation_is_there_with_the_last_answer_that_it_needs() {
    let calculation = |name: &str, formula: &str| {
        format!(
            "[[page.question]]\nname = '{name}'\nkind = 'calculate'\ncalculation = '{formula}'\n"
        )
    };
    let relevant = |name: &str| format!("[[page]]\nid = \"hai\"\nrelevant = '${{{name}}} = 1'");
    let at_the_end = |name: &str, formula: &str| {
        SOUND.replace("[[page]]\nid = \"hai\"", &relevant(name)) + &calculation(name, formula)
    };
    // It depends on the condition of its own page, which depends on it.
    let circle = all(&at_the_end("c", "${mot} + 1"));
    assert_eq!(circle, [(24, Some("c".to_owned()), "circle")]);
    let early = format!("{}{}", calculation("c", "${mot} + 1"), relevant("c"));
    let text = SOUND.replace("[[page]]\nid = \"hai\"", &early);
    assert!(read_form("f.toml", &text).is_ok());
    // It waits for an answer of the page that it decides about.
    let late = format!("{}{}", calculation("c", "${hai} + 1"), relevant("c"));
    let text = SOUND.replace("[[page]]\nid = \"hai\"", &late);
    assert_eq!(all(&text)[0].2, "circle");
}

#[test]
fn circles_are_named() {
    let calculation = |name: &str, formula: &str| {
        format!(
            "[[page.question]]\nname = '{name}'\nkind = 'calculate'\ncalculation = '{formula}'\n"
        )
    };
    let text = SOUND.to_owned()
        + &calculation("a", "${b} + 1")
        + &calculation("b", "${c} * 2")
        + &calculation("c", "if(${mot} = 1, ${a}, 0)");
    assert_eq!(all(&text), [(32, Some("a".to_owned()), "circle")]);
    let said = read_form("f", &text).unwrap_err()[0].to_string();
    assert!(said.contains("a → b → c → a"), "{said}");
    let own = SOUND.to_owned() + &calculation("a", "${a} + 1");
    assert_eq!(all(&own), [(32, Some("a".to_owned()), "circle")]);
    let mut chain = SOUND.to_owned() + &calculation("c0", "${c1900}");
    for at in 1..=1_900 {
        chain += &calculation(&format!("c{at}"), &format!("${{c{}}}", at - 1));
    }
    assert_eq!(all(&chain).len(), 1);
}

/// A form with sections: the second page stands in an inner one.
fn sectioned(page: &str) -> String {
    let sections = "[sections.ngoai]\ntitle = { vi = 'Ngoài', en = 'Outer' }\n\
        relevant = '${mot} = 1'\n[sections.\"ngoai/trong\"]\nrelevant = '${mot} != 2'\n";
    let text = SOUND.replacen("[[page]]", &format!("{sections}[[page]]"), 1);
    text.replacen("id = \"hai\"", &format!("id = \"hai\"\n{page}"), 1)
}

#[test]
fn a_page_has_the_heading_and_the_conditions_of_its_sections() {
    let form = read_form("f.toml", &sectioned("section = 'ngoai/trong'")).unwrap();
    let page = &form.pages[1];
    assert_eq!(page.title.as_ref().unwrap().get("en"), "Outer");
    assert_eq!(page.relevant.as_ref().unwrap().source(), "(${mot} = 1) and (${mot} != 2)");
    assert_eq!(form.sections[page.section.unwrap()].path, "ngoai/trong");
    assert_eq!(form.sections[1].title, None);
}

#[test]
fn sections_that_do_not_fit_are_mistakes() {
    let of = |page: &str| -> Vec<&'static str> {
        all(&sectioned(page)).into_iter().map(|(_, _, key)| key).collect()
    };
    assert_eq!(of("section = 'trong'"), ["unknown_section"]);
    assert_eq!(of("section = 'ngoai'\ntitle = { vi = 'x', en = 'x' }"), ["page_in_section"]);
    let early = sectioned("").replacen("id = \"mot\"", "id = \"mot\"\nsection = 'ngoai'", 1);
    assert_eq!(all(&early), [(17, None, "refers_too_early")]);
    let keys = |from: &str, to: &str| -> Vec<&'static str> {
        all(&sectioned("").replacen(from, to, 1)).into_iter().map(|(_, _, key)| key).collect()
    };
    assert_eq!(keys("[sections.ngoai]", "[sections.khac]"), ["unknown_section"]);
    assert_eq!(keys("ngoai/trong", "ngoai/"), ["bad_section"]);
    assert_eq!(keys("relevant = '${mot} != 2'", "title = 1"), ["kind_labels"]);
}

#[test]
fn an_answer_may_be_required_under_a_condition() {
    let needed = "id = \"hai\"\n[[page.question]]\nname = 'q'\nkind = 'text'\n\
        required = '${mot} = 1'\nlabel = { vi = 'Q', en = 'Q' }";
    let form = read_form("f.toml", &SOUND.replacen("id = \"hai\"", needed, 1)).unwrap();
    let today = crate::questionnaire::Today("2024-06-01".to_owned());
    let gap = |code: i16| {
        let mut answers = crate::questionnaire::Answers::new();
        answers.set("mot", crate::questionnaire::Answer::Choice(code));
        crate::questionnaire::first_gap(&form, &answers, &today)
    };
    assert_eq!((gap(1), gap(2)), (Some(2), None));
    let early = SOUND.replacen("kind = \"one\"", "kind = \"one\"\nrequired = '${hai} = 1'", 1);
    assert_eq!(all(&early)[0].2, "refers_too_early");
}

/// Files of the greatest size that are full of costly things are still read quickly.
#[test]
fn hostile_forms_end_quickly() {
    let label = "label = { vi = 'Q', en = 'Q' }\n";
    let many = |of: &dyn Fn(usize) -> String| {
        (0..1_990).fold(SOUND.to_owned(), |text, at| {
            text + &format!("[[page.question]]\nname = 'question_{at}'\n{label}{}\n", of(at))
        })
    };
    for text in [
        many(&|at| format!("kind = 'text'\nrelevant = '${{question_{at}_}} = ${{a}}'")),
        many(&|at| format!("kind = 'text'\nquestion_{at} = 1")),
        many(&|_| format!("kind = 'text'\nrelevant = \"regex('', '{}')\"", "a{900}")),
        many(&|at| format!("kind = 'text'\nrelevant = '${{question_{}}}'", (at + 7) % 1_990)),
        many(&|_| format!("kind = 'text'\nrelevant = '1{}'", "+1".repeat(400))),
    ] {
        let start = busy();
        let mistakes = read_form("f.toml", &text).err().unwrap_or_default();
        // What is feared takes minutes.
        let patience = if cfg!(debug_assertions) { 3_000 } else { 500 };
        assert!((busy() - start).as_millis() < patience, "{:?}", mistakes.first());
    }
}

#[test]
fn an_empty_form_says_what_is_missing() {
    let missing = all("");
    assert!(missing.iter().all(|(line, question, key)| {
        (*line, question.as_deref(), *key) == (1, None, "missing_key")
    }));
    assert_eq!(missing.len(), 5);
    assert_eq!(all(&format!("{SOUND}[[page]]\nid = 'ba'\n")), [(29, None, "empty_page")]);
}

#[test]
fn wrong_shapes_are_mistakes_and_no_panics() {
    for (from, to) in [
        ("[[page]]\nid = \"mot\"\n[[page.question]]", "[page]\nid = \"mot\"\n[page.question]"),
        ("[scales.s]", "[[scales.s]]"),
        ("[lists.l]", "[lists.l.m]"),
        ("label = { vi = \"Hai\", en = \"Two\" }", "label = 3"),
        ("list = \"l\"", "list = [\"l\"]"),
        ("name = \"hai\"", "name = {}"),
    ] {
        assert!(!keys(from, to).is_empty(), "{to}");
    }
    assert!(!all("page = 1\nscales = 2\nlists = 'x'\n").is_empty());
    assert!(!all("page = [1]\nscales = { a = 1 }\nlanguages = [1]\n").is_empty());
    assert!(!all("[[page]]\nquestion = [1, {}]\n").is_empty());
}

proptest! {
    #[test]
    fn reading_anything_never_panics(text in any::<String>()) {
        let _ = read_form("f.toml", &text);
    }

    /// A sound form with a piece cut out or doubled: nearly sound, and no panic.
    #[test]
    fn reading_a_damaged_form_never_panics(from in 0..SOUND.len(), length in 0..60usize, twice: bool) {
        let place = |at: usize| (at.min(SOUND.len())..).find(|at| SOUND.is_char_boundary(*at)).unwrap();
        let (from, to) = (place(from), place(from + length));
        let middle = if twice { SOUND[from..to].repeat(2) } else { String::new() };
        let _ = read_form("f.toml", &format!("{}{middle}{}", &SOUND[..from], &SOUND[to..]));
    }
}
