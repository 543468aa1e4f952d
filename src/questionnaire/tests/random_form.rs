//! Random forms, answers and posted fields, all about the questions q0 to q19.

use super::*;
use proptest::prelude::*;

const KINDS: [&str; 9] = [
    "kind = 'scale'\nscale = 's'",
    "kind = 'one'\nlist = 'l'",
    "kind = 'several'\nlist = 'l'\nmaximum = 2",
    "kind = 'number'",
    "kind = 'integer'",
    "kind = 'date'",
    "kind = 'text'",
    "kind = 'long_text'",
    "kind = 'note'",
];

const CONDITIONS: [&str; 8] = [
    "${X} = 1",
    "${X} != ''",
    "selected(${X}, '2') or ${Y} > 5",
    "not(${X})",
    "${X} + ${Y} > 3",
    "string-length(${X}) < 3",
    "${X} = ${Y}",
    "count-selected(${X}) >= 1 and ${Y} != 0",
];

/// The pieces of one random question.
#[derive(Debug, Clone)]
struct Piece {
    kind: usize,
    condition: Option<(usize, usize, usize)>,
    filtered: bool,
    required: bool,
    new_page: bool,
    page_condition: bool,
}

pub(super) fn form() -> impl Strategy<Value = Form> {
    let condition = prop::option::of((0..CONDITIONS.len(), 0..100usize, 0..100usize));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let piece = (0..KINDS.len() + 1, condition, flags).prop_map(|(kind, condition, flags)| Piece {
        kind,
        condition,
        filtered: flags.0,
        required: flags.1,
        new_page: flags.2,
        page_condition: flags.3,
    });
    prop::collection::vec(piece, 1..20).prop_map(|pieces| {
        let text = written(&pieces);
        read_form("random.toml", &text).unwrap_or_else(|mistakes| panic!("{text}\n{mistakes:#?}"))
    })
}

const HEAD: &str = "form = 'f'\nversion = '1'\ntitle = { vi = 'F', en = 'F' }\n\
    languages = ['vi', 'en']\n[scales.s]\n\
    dont_know = { vi = 'Không biết', en = 'No idea' }\n\
    options = [{ code = 1, coefficient = 0, label = { vi = 'A', en = 'A' } }, \
    { code = 2, coefficient = 1, label = { vi = 'B', en = 'B' } }]\n[lists.l]\n\
    options = [{ code = 1, v = 1, label = { vi = 'A', en = 'A' } }, \
    { code = 2, v = 2, label = { vi = 'B', en = 'B' } }, \
    { code = 3, v = 2, label = { vi = 'C', en = 'C' } }]\n";

/// A condition on questions of earlier pages; none on the first page.
fn condition(piece: &Piece, earlier: &[usize]) -> Option<String> {
    let (form, x, y) = piece.condition?;
    let pick = |n: usize| earlier.get(n % earlier.len().max(1)).map(|at| format!("q{at}"));
    Some(CONDITIONS[form].replace('X', &pick(x)?).replace('Y', &pick(y)?))
}

fn written(pieces: &[Piece]) -> String {
    let mut text = HEAD.to_owned();
    // Questions that are answered or calculated: on earlier pages, and on this one.
    let (mut earlier, mut here): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        if at == 0 || piece.new_page {
            earlier.append(&mut here);
            text += &format!("[[page]]\nid = 'p{at}'\n");
            if let Some(relevant) = condition(piece, &earlier).filter(|_| piece.page_condition) {
                text += &format!("relevant = \"{relevant}\"\n");
            }
        }
        text += &question(at, piece, &earlier);
        if KINDS.get(piece.kind).is_none_or(|kind| !kind.contains("note")) {
            here.push(at);
        }
    }
    text
}

fn question(at: usize, piece: &Piece, earlier: &[usize]) -> String {
    let mut text = format!("[[page.question]]\nname = 'q{at}'\n");
    if let Some(relevant) = condition(piece, earlier) {
        text += &format!("relevant = \"{relevant}\"\n");
    }
    let last = earlier.last().map(|at| format!("${{q{at}}}"));
    let Some(kind) = KINDS.get(piece.kind) else {
        let used = last.unwrap_or("1".to_owned());
        return text + &format!("kind = 'calculate'\ncalculation = '{used} + 1'\n");
    };
    let piped = earlier.first().map_or(String::new(), |at| format!(" ${{q{at}}}"));
    text += &format!("{kind}\nlabel = {{ vi = 'Câu {at}{piped}', en = 'Question {at}{piped}' }}\n");
    if piece.required && !kind.contains("note") {
        text += "required = true\n";
    }
    match last.filter(|_| piece.filtered) {
        Some(last) if kind.contains("list") => {
            text += &format!("choice_filter = 'v = {last} or {last} = 5'\n");
        }
        _ if piece.filtered && (kind.contains("number") || kind.contains("integer")) => {
            text += "constraint = '. < 100000'\nconstraint_message = { vi = 'x', en = 'x' }\n\
                soft_constraint = '. < 1000'\nsoft_message = { vi = 'x', en = 'x' }\n";
        }
        _ => {}
    }
    text
}

pub(super) fn answers() -> impl Strategy<Value = Answers> {
    let answer = prop_oneof![
        (1..5i16).prop_map(Answer::Choice),
        Just(Answer::DontKnow),
        prop::collection::btree_set(1..5i16, 0..4)
            .prop_map(|codes| Answer::Several(codes.into_iter().collect())),
        (-2_000_000..2_000_000i64, 0..4u32)
            .prop_map(|(n, scale)| Answer::Number(Decimal::new(n, scale))),
        Just(Answer::Date("2024-02-29".to_owned())),
        "[a-zế]{1,5}".prop_map(Answer::Text),
    ];
    prop::collection::btree_map(0..22u8, answer, 0..20).prop_map(|answers| {
        answers.into_iter().map(|(at, answer)| (format!("q{at}"), answer)).collect()
    })
}

pub(super) fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        9 => (0..20u8).prop_map(|at| format!("q{at}")),
        1 => Just("confirm".to_owned()),
        1 => any::<String>(),
    ];
    let value = prop_oneof![
        Just(String::new()),
        Just(" ".to_owned()),
        Just("q3".to_owned()),
        Just("5/3/1980".to_owned()),
        Just("1.234,5".to_owned()),
        (0..5u8).prop_map(|n| n.to_string()),
        any::<String>(),
    ];
    prop::collection::vec((name, value), 0..30)
}

/// Something valid in every field.
pub(super) fn willing(view: &PageView, pick: usize) -> Vec<(String, String)> {
    let answer = |item: &Item| match item.kind {
        ItemKind::Note => None,
        ItemKind::Number => Some("12.5".to_owned()),
        ItemKind::Integer => Some("7".to_owned()),
        ItemKind::Date => Some("05031980".to_owned()),
        ItemKind::Text | ItemKind::LongText => Some("Huế".to_owned()),
        _ => Some(item.options[pick % item.options.len()].code.clone()),
    };
    view.items.iter().filter_map(|item| Some((item.name.clone(), answer(item)?))).collect()
}
