use super::{fault::FaultKind, *};
use crate::clock::busy;
use proptest::prelude::*;
use std::borrow::Cow;

mod naive;

const NAMES: [&str; 6] = ["a", "b", "empty", "several", "born", "adult"];

/// A world with a few answers, to evaluate expressions in.
struct World {
    own: &'static str,
}

impl World {
    fn value(position: usize) -> Value<'static> {
        Value::Text(Cow::Borrowed(match NAMES[position] {
            "a" => "3",
            "b" => "Huế",
            "several" => "1 3 12",
            "born" => "1980-03-05",
            "adult" => return Value::Recorded(true),
            _ => "",
        }))
    }
}

impl Surroundings<'static> for World {
    fn question(&self, position: usize) -> Value<'static> {
        Self::value(position)
    }
    fn own(&self) -> Value<'static> {
        Value::Text(Cow::Borrowed(self.own))
    }
    fn column(&self, key: &str) -> &'static str {
        if key == "tinh" { "1" } else { "" }
    }
    fn today(&self) -> &'static str {
        "2024-06-01"
    }
    fn choice_name(&self, position: usize, option: &str) -> Cow<'static, str> {
        format!("{} of {}", option, NAMES[position]).into()
    }
}

fn read(source: &str) -> Result<Expression, ExpressionFault> {
    let scope = Scope {
        question: &|name| NAMES.iter().position(|known| *known == name),
        has_options: &|position| position == 0 || position == 3,
        column: None,
        own: true,
        once: false,
    };
    Expression::parse(source, &scope)
}

/// The value as its text, so that tests are short to write.
fn text(source: &str) -> String {
    let expression = Box::leak(Box::new(read(source).unwrap_or_else(|fault| {
        panic!("{source}: {:?}", fault.kind);
    })));
    expression.value(&World { own: "7" }).text().into_owned()
}

fn fault(source: &str) -> (usize, FaultKind) {
    let fault = read(source).expect_err(source);
    (fault.at, fault.kind)
}

/// Every line of the documentation's last block holds.
#[test]
fn the_documented_examples_hold() {
    let document = include_str!("../../../docs/questionnaire-format.md");
    let (_, block) = document.split_once("```expressions\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert!(block.lines().count() > 20);
    for line in block.lines() {
        assert_eq!(text(line), "true", "{line}");
    }
}

#[test]
fn every_function_is_documented() {
    let document = include_str!("../../../docs/questionnaire-format.md");
    for entry in &functions::FUNCTIONS {
        assert!(document.contains(&format!("{}(", entry.name)), "{}", entry.name);
        assert!(functions::find(entry.name).is_some());
        assert!(!functions::is_left_out(entry.name));
    }
}

#[test]
fn answers_are_referred_to_by_name() {
    assert_eq!(text("${a} + 1"), "4");
    assert_eq!(text("${ a } = '3'"), "true");
    assert_eq!(text("${empty} = ''"), "true");
    assert_eq!(text("boolean(${empty})"), "false");
    assert_eq!(text(". * 2"), "14");
    assert_eq!(text("selected(${several}, ${a})"), "true");
    assert_eq!(text("jr:choice-name(${a}, '${a}')"), "3 of a");
    assert_eq!(text("jr:choice-name(selected-at(${several}, 2), 'several')"), "12 of several");
    assert_eq!(read("${a} + ${b} * ${a}").unwrap().uses(), [0, 1]);
}

#[test]
fn dates_count_in_days() {
    assert_eq!(text("today() - date('2024-05-30')"), "2");
    assert_eq!(text("date(today() + 30)"), "2024-07-01");
    assert_eq!(text("int((today() - ${born}) div 365.25)"), "44");
    let age = "int((decimal-date-time(today()) - decimal-date-time(${born})) div 365.25)";
    assert_eq!(text(age), "44");
    assert_eq!(text("format-date(${born}, '%d/%m/%y')"), "05/03/80");
    assert_eq!(text("format-date('never', '%d')"), "");
    assert_eq!(text("date(pow(10, 300))"), "");
}

#[test]
fn a_calculation_that_is_true_or_false_reads_as_such() {
    assert_eq!(text("if(${adult}, 1, 2)"), "1");
    assert_eq!(text("${adult} = 'true'"), "true");
    assert_eq!(text("${adult} = 'false'"), "false");
    assert_eq!(text("${adult} = true()"), "true");
    assert_eq!(text("${adult} = 1"), "true");
    assert_eq!(text("concat(${adult}, '')"), "true");
}

#[test]
fn operators_bind_as_in_xpath() {
    assert_eq!(text("1 + 2 * 3 - 4 div 2"), "5");
    assert_eq!(text("10 - 3 - 2"), "5");
    assert_eq!(text("2 > 1 = true()"), "true");
    assert_eq!(text("1 = 1 or 1 = 2 and 1 = 3"), "true");
    assert_eq!(text("-2 + 3"), "1");
    assert_eq!(text("--2"), "2");
    assert_eq!(text("3 - -2"), "5");
    assert_eq!(text("${a}-1"), "2");
    assert_eq!(text("5 mod -3"), "2");
    assert_eq!(text("1 div 0"), "Infinity");
    assert_eq!(text("0 div 0"), "NaN");
    assert_eq!(text("-0"), "0");
    assert_eq!(text(".5 + 5."), "5.5");
}

#[test]
fn words_are_operators_only_after_an_operand() {
    let scope = Scope {
        question: &|_| None,
        has_options: &|_| false,
        column: Some(&|key| matches!(key, "tinh" | "or" | "div")),
        own: false,
        once: false,
    };
    let value = |source: &str| {
        let expression = Box::leak(Box::new(Expression::parse(source, &scope).unwrap()));
        expression.value(&World { own: "" }).text().into_owned()
    };
    assert_eq!(value("tinh = 1"), "true");
    assert_eq!(value("or or div = ''"), "true");
    let fault = Expression::parse("huyen = 1", &scope).unwrap_err();
    assert_eq!(fault.kind, FaultKind::UnknownColumn("huyen".to_owned()));
}

#[test]
fn a_slip_is_told_with_its_place() {
    assert_eq!(fault(""), (1, FaultKind::Empty));
    assert_eq!(fault("1 +"), (4, FaultKind::Ends));
    assert_eq!(fault("1 1"), (3, FaultKind::Unexpected("1".to_owned())));
    assert_eq!(fault("(1"), (3, FaultKind::Ends));
    assert_eq!(fault("1)"), (2, FaultKind::Unexpected(")".to_owned())));
    assert_eq!(fault("'Huế' = 'x"), (9, FaultKind::OpenText));
    assert_eq!(fault("${a"), (1, FaultKind::OpenReference));
    assert_eq!(fault("1 = ${c}"), (5, FaultKind::UnknownQuestion("c".to_owned())));
    assert_eq!(fault("dem(1)"), (1, FaultKind::UnknownFunction("dem".to_owned())));
    assert_eq!(fault("pulldata('a')"), (1, FaultKind::Unsupported("pulldata()".to_owned())));
    assert_eq!(fault("../a = 1"), (1, FaultKind::Unsupported("..".to_owned())));
    assert_eq!(fault("/data/a"), (1, FaultKind::Unsupported("/".to_owned())));
    assert_eq!(fault("yes = 1"), (1, FaultKind::BareWord("yes".to_owned())));
    assert_eq!(fault("1 & 2"), (3, FaultKind::Unexpected("&".to_owned())));
    assert_eq!(fault("regex(., ${a})"), (1, FaultKind::NotQuoted("regex")));
    assert_eq!(fault("regex(., 'a)(b')"), (1, FaultKind::BadPattern("a)(b".to_owned())));
    assert_eq!(fault("once(1)"), (1, FaultKind::NoOnce));
    assert_eq!(fault("jr:choice-name(1, 'b')"), (1, FaultKind::NoOptions("b".to_owned())));
    assert_eq!(fault("format-date(., '%H')"), (1, FaultKind::BadDateFormat("%H".to_owned())));
    let arguments = FaultKind::Arguments { function: "if", least: 3, most: 3, given: 2 };
    assert_eq!(fault("if(1, 2)"), (1, arguments));
    let no_own = Scope {
        question: &|_| None,
        has_options: &|_| false,
        column: None,
        own: false,
        once: true,
    };
    let fault = |source| Expression::parse(source, &no_own).unwrap_err().kind;
    assert_eq!(fault(". > 1"), FaultKind::NoOwnAnswer);
    assert_eq!(fault("1 + once(today())"), FaultKind::NoOnce);
    assert_eq!(fault("once(today()) + 1"), FaultKind::NoOnce);
    assert!(Expression::parse("once(today())", &no_own).unwrap().keeps());
}

#[test]
fn every_fault_is_said_in_every_language() {
    for source in ["", "1 +", "1 1", "'x", "${a", "${c}", "f()", "now()", "if()", "yes", "once(1)"]
    {
        let text = read(source).unwrap_err().text("relevant");
        for language in crate::messages::Language::all() {
            let said = text.say(*language);
            assert!(said.starts_with("relevant") && !said.contains("{at}"), "{said}");
        }
    }
}

/// How long a hostile expression may keep a processor, in milliseconds.
const PATIENCE: u128 = if cfg!(debug_assertions) { 500 } else { 50 };

/// Deep, long and repetitive expressions end at once, and no stack runs out.
#[test]
fn hostile_expressions_end_quickly() {
    let hostile = [
        "(".repeat(15_000),
        "-".repeat(15_000),
        "not(".repeat(3_900),
        format!("{}1{}", "(".repeat(7_000), ")".repeat(7_000)),
        "1+".repeat(8_000),
        "x".repeat(20_000),
        "'".repeat(15_999),
        "${".repeat(7_000),
        "if(1,".repeat(3_000),
        format!("regex(., '{}')", "(a{1000}){1000}"),
        format!("regex(., '{}')", "(".repeat(9_000)),
    ];
    for source in &hostile {
        let start = busy();
        assert!(read(source).is_err(), "{}", &source[..20]);
        assert!((busy() - start).as_millis() < PATIENCE, "{}", &source[..20]);
    }
    for source in [
        format!("1{}", "+1".repeat(7_900)),
        format!("{}1{}", "(".repeat(99), ")".repeat(99)),
        format!("{}1{}", "if(1, ".repeat(99), ", 3)".repeat(99)),
        format!("{}1{}", "concat(1, ".repeat(99), ")".repeat(99)),
        format!("{}1{}", "(1 and 1 = 1 + 1 * ".repeat(19), ")".repeat(19)),
        format!("concat({}.)", "concat(., ${b}), ".repeat(900)),
        format!("'{}' * 1", "9".repeat(15_000)),
    ] {
        std::thread::Builder::new()
            .stack_size(1024 * 1024)
            .spawn(move || {
                assert!(!text(&source).is_empty());
                assert!(busy().as_millis() < PATIENCE, "{}", &source[..20]);
            })
            .unwrap()
            .join()
            .unwrap();
    }
}

#[test]
fn texts_do_not_grow_without_end() {
    let doubled = "concat(".repeat(90) + "'0123456789'" + &", '0123456789')".repeat(90);
    assert_eq!(text(&doubled).len(), 910);
    let long = format!("concat({}'')", "'0123456789', ".repeat(1_000));
    assert_eq!(text(&long).len(), call::LONGEST);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    /// The evaluator agrees with one that is as plain as possible.
    #[test]
    fn random_expressions_agree_with_a_naive_evaluator(tree in naive::tree()) {
        let source = tree.written();
        let ours = text(&source);
        let theirs = naive::Plain::text(&tree.value());
        prop_assert_eq!(ours, theirs, "{}", source);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn reading_anything_never_panics(source in any::<String>()) {
        let _ = read(&source);
    }

    /// Bits of the language in any order: more of them are nearly right.
    #[test]
    fn reading_and_evaluating_bits_never_panics(
        bits in prop::collection::vec(
            prop_oneof![
                Just("("), Just(")"), Just(","), Just("${a}"), Just("'x'"), Just("1"), Just("."),
                Just("-"), Just(" or "), Just("="), Just("if("), Just("substr("), Just("max("),
                Just("selected-at("), Just("round("), Just("today()"), Just("date("),
            ],
            1..12,
        )
    ) {
        let source = bits.concat();
        if read(&source).is_ok() {
            text(&source);
        }
    }
}
