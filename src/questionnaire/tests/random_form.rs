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

fn written(pieces: &[Piece]) -> String {
    let mut text = "form = 'f'\nversion = '1'\ntitle = { vi = 'F', en = 'F' }\n\
        languages = ['vi', 'en']\n[scales.s]\n\
        dont_know = { vi = 'Không biết', en = 'No idea' }\n\
        options = [{ code = 1, coefficient = 0, label = { vi = 'A', en = 'A' } }, \
        { code = 2, coefficient = 1, label = { vi = 'B', en = 'B' } }]\n[lists.l]\n\
        options = [{ code = 1, v = 1, label = { vi = 'A', en = 'A' } }, \
        { code = 2, v = 2, label = { vi = 'B', en = 'B' } }, \
        { code = 3, v = 2, label = { vi = 'C', en = 'C' } }]\n"
        .to_owned();
    // What may be referred to: questions of earlier pages that are answered or calculated.
    let (mut earlier, mut here): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        let condition = piece.condition.filter(|_| at > 0).map(|c| {
            move |known: &[usize]| {
                let pick = |n: usize| (!known.is_empty()).then(|| known[n % known.len()]);
                let (x, y) = (pick(c.1)?, pick(c.2)?);
                Some(CONDITIONS[c.0].replace('X', &format!("q{x}")).replace('Y', &format!("q{y}")))
            }
        });
        if at == 0 || piece.new_page {
            earlier.append(&mut here);
            text += &format!("[[page]]\nid = 'p{at}'\n");
            let relevant = condition.as_ref().filter(|_| piece.page_condition);
            if let Some(relevant) = relevant.and_then(|condition| condition(&earlier)) {
                text += &format!("relevant = \"{relevant}\"\n");
            }
        }
        text += &format!("[[page.question]]\nname = 'q{at}'\n");
        let relevant = condition.as_ref().and_then(|condition| condition(&earlier));
        if let Some(relevant) = &relevant {
            text += &format!("relevant = \"{relevant}\"\n");
        }
        let Some(kind) = KINDS.get(piece.kind) else {
            let used = earlier.last().map_or("1".to_owned(), |q| format!("${{q{q}}} + 1"));
            text += &format!("kind = 'calculate'\ncalculation = '{used}'\n");
            here.push(at);
            continue;
        };
        text += &format!("{kind}\n");
        let piped = earlier.first().map_or(String::new(), |q| format!(" ${{q{q}}}"));
        text += &format!("label = {{ vi = 'Câu {at}{piped}', en = 'Question {at}{piped}' }}\n");
        if piece.kind == 8 {
            continue;
        }
        here.push(at);
        if piece.required {
            text += "required = true\n";
        }
        if let Some(q) = earlier.last().filter(|_| piece.filtered && (1..=2).contains(&piece.kind))
        {
            text += &format!("choice_filter = 'v = ${{q{q}}} or ${{q{q}}} = 5'\n");
        }
        if piece.filtered && (3..=4).contains(&piece.kind) {
            text += "constraint = '. < 100000'\nconstraint_message = { vi = 'x', en = 'x' }\n";
            text += "soft_constraint = '. < 1000'\nsoft_message = { vi = 'x', en = 'x' }\n";
        }
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
