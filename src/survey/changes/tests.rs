use super::*;
use crate::{messages::Language, survey::read_survey};
use proptest::prelude::*;

/// One edit of the files, and all that it changes.
struct Edit {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    what: &'static [What],
    /// The criteria whose figures come from there.
    criteria: &'static [&'static str],
    /// What breaks, of which criteria.
    breaks: &'static [(&'static str, Break)],
}

const fn edit(
    file: &'static str,
    from: &'static str,
    to: &'static str,
    what: &'static [What],
    criteria: &'static [&'static str],
    breaks: &'static [(&'static str, Break)],
) -> Edit {
    Edit { file, from, to, what, criteria, breaks }
}

const CAN_BO: &str = "forms/can-bo.toml";
const DOANH_NGHIEP: &str = "forms/doanh-nghiep.toml";
const ALL: &[&str] = &["3.6", "4.5", "7.3.2", "8.2"];
const OF_CAN_BO: &[&str] = &["3.6", "4.5", "7.3.2"];

/// Each in a place of its own, so that any of them may be made together.
const EDITS: &[Edit] = &[
    edit("survey.toml", "version = \"1\"", "version = \"2\"", &[What::Version], &[], &[]),
    edit("survey.toml", "minutes = 6", "minutes = 7", &[What::Minutes], &[], &[]),
    edit("survey.toml", "trong giờ hành chính (", "giờ hành chính (", &[What::Contact], &[], &[]),
    edit("survey.toml", "census_up_to = 15", "census_up_to = 14", &[What::CensusUpTo], &[], &[]),
    edit("survey.toml", "vi = \"Người dân\"", "vi = \"Công dân\"", &[What::Name], &[], &[]),
    edit("survey.toml", "least = 5", "least = 6", &[What::Merging], ALL, &[]),
    edit("survey.toml", "\"sms\", \"zalo\"", "\"zalo\", \"sms\"", &[What::Channels], &[], &[]),
    edit("survey.toml", "# When the box", "# Once the box", &[], &[], &[]),
    edit("units.csv", "Thanh tra Sở,Thanh tra", "TTS,Thanh tra", &[What::UnitShort], &[], &[]),
    edit("targets.csv", "vpdkdd,ld,15,15", "vpdkdd,ld,15,", &[What::Population], OF_CAN_BO, &[]),
    edit("criteria.csv", "survey,6,yes", "survey,7,yes", &[What::MostPoints], &["8.2"], &[]),
    edit(
        "criteria.csv",
        "Chất lượng quy định TTHC",
        "Chất lượng TTHC",
        &[What::Name],
        &["3.6"],
        &[("3.6", Break::Name)],
    ),
    edit("rule.toml", "score = 2", "score = 1", &[What::Rounding], &[], &[]),
    edit(
        "rule.toml",
        "method = \"top_two\"",
        "method = \"mean\"",
        &[What::Method],
        &["8.2"],
        &[("8.2", Break::Method)],
    ),
    edit(
        "rule.toml",
        "[criteria.\"7.3.2\"]",
        "[criteria.\"7.3.2\"]\nminimum_n = 12",
        &[What::LeastAnswers],
        &["7.3.2"],
        &[],
    ),
    edit(
        "rule.toml",
        "[criteria.\"4.5\"]",
        "[criteria.\"4.5\"]\nconversion = { kind = \"floor\", floor = 50 }",
        &[What::Points],
        &["4.5"],
        &[("4.5", Break::Points)],
    ),
    edit("rules/hai-muc-cao-nhat.toml", "để so sánh)", "so sánh)", &[What::Title], &[], &[]),
    edit(CAN_BO, "version = \"1\"", "version = \"2\"", &[What::Version], OF_CAN_BO, &[]),
    edit(
        CAN_BO,
        "Sự hợp lý, không trùng lặp",
        "Sự không trùng lặp",
        &[What::Wording],
        &["3.6"],
        &[("3.6", Break::Questions)],
    ),
    edit(CAN_BO, "maximum = 3", "maximum = 2", &[What::Limits], &[], &[]),
    edit(
        CAN_BO,
        "code = 7, label = { vi = \"Khen thưởng,",
        "code = 8, label = { vi = \"Khen thưởng,",
        &[What::OptionRecoded],
        &[],
        &[],
    ),
    edit(
        CAN_BO,
        "vi = \"Đào tạo, bồi dưỡng nghiệp vụ\"",
        "vi = \"Đào tạo\"",
        &[What::OptionReworded],
        &[],
        &[],
    ),
    edit(
        CAN_BO,
        "title = { vi = \"Thông tin chung\"",
        "title = { vi = \"Thông tin\"",
        &[What::Heading],
        &[],
        &[],
    ),
    edit(CAN_BO, "<= 1000", "<= 900", &[What::Constraint], &[], &[]),
    edit(
        CAN_BO,
        "${da_truy_cap} = 1",
        "${da_truy_cap} = 2",
        &[What::PageCondition],
        &["7.3.2"],
        &[("7.3.2", Break::Questions)],
    ),
    edit(CAN_BO, "required = true", "required = false", &[What::Required], &[], &[]),
    edit(
        CAN_BO,
        "coefficient = 0.25",
        "coefficient = 0.2",
        &[What::Coefficient],
        OF_CAN_BO,
        &[("3.6", Break::Method), ("4.5", Break::Method), ("7.3.2", Break::Method)],
    ),
    edit(DOANH_NGHIEP, "${so_ho_so} > 0", "${so_ho_so} > 1", &[What::Condition], &[], &[]),
    edit(
        DOANH_NGHIEP,
        "dont_know = { vi = \"Không biết /",
        "dont_know = { vi = \"Không rõ /",
        &[What::DontKnow],
        &["3.6", "7.3.2"],
        &[("3.6", Break::Questions), ("7.3.2", Break::Questions)],
    ),
    edit(
        DOANH_NGHIEP,
        "soft_constraint = \". <= 100\"",
        "soft_constraint = \". <= 90\"",
        &[What::SoftConstraint],
        &[],
        &[],
    ),
    edit(DOANH_NGHIEP, "Nếu không nhớ chính xác, xin", "Xin", &[What::Hint], &[], &[]),
];

fn bundle() -> Bundle {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("surveys/so-tnmt-2024");
    let names = ["survey.toml", "criteria.csv", "rule.toml", "units.csv", "targets.csv"];
    let more = ["forms/can-bo.toml", "forms/doanh-nghiep.toml", "forms/nguoi-dan.toml"];
    let rules = ["rules/hai-muc-cao-nhat.toml"];
    let files = names.into_iter().chain(more).chain(rules);
    let read = |name| (name, std::fs::read(root.join(name)).expect(name));
    Bundle::new(files.map(read)).expect("texts")
}

fn with(files: Bundle, edit: &Edit) -> Bundle {
    replaced(&files, edit.file, edit.from, edit.to)
}

fn replaced(files: &Bundle, file: &str, from: &str, to: &str) -> Bundle {
    let text = files.text(file).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    files.with(file, &text.replacen(from, to, 1)).unwrap()
}

fn between(then: &Bundle, now: &Bundle) -> Changes {
    let read = |files| {
        read_survey(files).unwrap_or_else(|mistakes| {
            panic!("{}", mistakes.iter().map(|one| format!("{one}\n")).collect::<String>())
        })
    };
    changes((&read(then), then), (&read(now), now))
}

fn since(now: &Bundle) -> Changes {
    between(&bundle(), now)
}

fn whats(changes: &Changes) -> Vec<What> {
    changes.changes.iter().map(|change| change.what).collect()
}

fn broken(changes: &Changes) -> BTreeSet<(String, Break)> {
    let all = changes.series.iter();
    all.flat_map(|one| one.breaks.iter().map(|found| (one.criterion.clone(), *found))).collect()
}

#[test]
fn a_survey_does_not_differ_from_itself() {
    let changes = since(&bundle());
    assert!(changes.is_empty(), "{:?}", changes.changes);
    assert_eq!(changes.series.len(), 4);
    assert_eq!(changes.broken().count(), 0);
}

#[test]
fn each_edit_is_found_with_its_criteria_and_breaks() {
    for edit in EDITS {
        let changes = since(&with(bundle(), edit));
        let wanted = if edit.what.is_empty() { &[What::Remarks][..] } else { edit.what };
        assert_eq!(whats(&changes), wanted, "{} → {}", edit.from, edit.to);
        for change in &changes.changes {
            assert_eq!(change.place.file(), edit.file);
            let criteria: Vec<&str> = change.criteria.iter().map(String::as_str).collect();
            assert_eq!(criteria, edit.criteria, "{} → {}", edit.from, edit.to);
            for &language in Language::all() {
                assert!(!change.place.text().say(language).contains('{'));
                assert!(!change.what.text().say(language).is_empty());
            }
        }
        let expected: BTreeSet<(String, Break)> = edit
            .breaks
            .iter()
            .map(|(criterion, found)| ((*criterion).to_owned(), *found))
            .collect();
        let mut found = broken(&changes);
        if edit.what == [What::Version] && edit.file == CAN_BO {
            assert_eq!(found.len(), 3, "another version of a form is a break by itself");
            found.clear();
        }
        if edit.what == [What::MostPoints] {
            assert!(found.remove(&("8.2".to_owned(), Break::Points)));
        }
        assert_eq!(found, expected, "{} → {}", edit.from, edit.to);
    }
}

#[test]
fn texts_stand_beside_one_another_as_they_were_and_as_they_are() {
    let now = replaced(&bundle(), CAN_BO, "en = \"Very good\"", "en = \"Excellent\"");
    let changes = since(&now);
    let [change] = &changes.changes[..] else { panic!("{:?}", changes.changes) };
    assert_eq!(change.language.as_deref(), Some("en"));
    let text = |labels: &Option<Labels>| labels.as_ref().map(|one| one.get("en").to_owned());
    let both = (text(&change.before), text(&change.after));
    assert_eq!(both, (Some("Very good".to_owned()), Some("Excellent".to_owned())));
    // A scale serves every question that uses it.
    assert_eq!(change.criteria.iter().collect::<Vec<_>>(), ["3.6", "4.5", "7.3.2"]);
    let json = serde_json::to_value(change).unwrap();
    assert_eq!(json["place"]["in"], "options");
    assert_eq!(json["what"], "option_reworded");
    let method = between(&bundle(), &replaced(&bundle(), "rule.toml", "\"top_two\"", "\"mean\""));
    let told = |labels: &Option<Labels>| labels.as_ref().unwrap().get("vi").to_owned();
    let rule = &method.changes[0];
    assert_ne!(told(&rule.before), told(&rule.after));
    assert!(!told(&rule.after).contains("mẫu số"), "what stays is not told: {}", told(&rule.after));
}

#[test]
fn a_question_that_moves_is_no_other_question() {
    let form = bundle().text(CAN_BO).unwrap().to_owned();
    let question = |from: usize| {
        let start = form[..].match_indices("[[page.question]]").nth(from).unwrap().0;
        let length = form[start + 2..].find("\n[[").unwrap() + 3;
        start..start + length
    };
    // The second and third question of a page of scales change places.
    let (one, other) = (question(3), question(4));
    assert_eq!(one.end, other.start);
    let moved = [&form[..one.start], &form[other.clone()], &form[one], &form[other.end..]].concat();
    let changes = since(&bundle().with(CAN_BO, &moved).unwrap());
    assert_eq!(whats(&changes), [What::Moved]);
    assert_eq!(broken(&changes), BTreeSet::from([("3.6".to_owned(), Break::Questions)]));
}

#[test]
fn what_comes_and_goes_is_named_and_ends_or_begins_a_series() {
    let files = bundle();
    let targets = files.text("targets.csv").unwrap();
    let without: String = targets
        .lines()
        .filter(|line| !line.contains(",dn,"))
        .map(|line| format!("{line}\n"))
        .collect();
    let survey = files.text("survey.toml").unwrap();
    let (group, rest) = (survey.find("[[group]]\ncode = \"dn\"").unwrap(), "[[subject]]");
    let end = survey.find(rest).unwrap();
    let survey = format!("{}{}", &survey[..group], &survey[end..]);
    let part = "[[part]]\ngroups = [\"dn\"]\nform = \"doanh-nghiep\"\nsubject = \"so-tnmt\"\npolicy = \"drawn\"\n\n";
    assert!(survey.contains(part));
    let now = files.with("targets.csv", &without).unwrap();
    let now = now.with("survey.toml", &survey.replace(part, "")).unwrap().without(DOANH_NGHIEP);
    let changes = since(&now);
    let places: BTreeSet<&str> = changes
        .changes
        .iter()
        .map(|change| match (&change.place, change.what) {
            (Place::Group { group }, What::Removed) if group == "dn" => "group",
            (Place::Part { .. }, What::Removed) => "part",
            (Place::Target { group, .. }, What::Removed) if group == "dn" => "target",
            (Place::Form { form }, What::Removed) if form == "doanh-nghiep" => "form",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(places, BTreeSet::from(["form", "group", "part", "target"]));
    let groups = |found: &(String, Break)| found.1 == Break::Groups;
    assert_eq!(broken(&changes).iter().filter(|one| groups(one)).count(), 3);
    // The other way round, everything is added.
    let back = between(&now, &bundle());
    assert!(back.changes.iter().all(|change| change.what == What::Added));
    assert_eq!(back.changes.len(), changes.changes.len());
}

#[test]
fn a_criterion_that_is_no_longer_asked_ends_and_a_new_one_begins() {
    let drop = |files: &Bundle, file: &str| {
        files.with(file, &files.text(file).unwrap().replace("criterion = \"7.3.2\"\n", "")).unwrap()
    };
    let files = bundle();
    let now = [CAN_BO, DOANH_NGHIEP, "forms/nguoi-dan.toml"]
        .iter()
        .fold(files, |all, one| drop(&all, one));
    let now = ["rule.toml", "rules/hai-muc-cao-nhat.toml"].iter().fold(now, |all, one| {
        let text = all.text(one).unwrap().replace("[criteria.\"7.3.2\"]\n", "");
        all.with(one, &text).unwrap()
    });
    let now =
        replaced(&now, "criteria.csv", "c7.3.2,c7.3,sub_criterion", "c7.3.2,c7.3,sub_criterion");
    let line = now
        .text("criteria.csv")
        .unwrap()
        .lines()
        .find(|line| line.starts_with("c7.3.2,"))
        .unwrap()
        .to_owned();
    let self_scored = line.replacen(",survey,", ",self_score,", 1);
    let now = replaced(&now, "criteria.csv", &line, &self_scored);
    let changes = since(&now);
    let ended: Vec<&Series> = changes.series.iter().filter(|one| one.ends).collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].criterion, "7.3.2");
    let back = between(&now, &bundle());
    assert!(broken(&back).contains(&("7.3.2".to_owned(), Break::NotInEarlier)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn edits_are_found_whatever_else_was_edited(chosen in prop::collection::vec(any::<bool>(), EDITS.len())) {
        let chosen: Vec<&Edit> = EDITS.iter().zip(chosen).filter(|(_, is)| *is).map(|(edit, _)| edit).collect();
        let now = chosen.iter().fold(bundle(), |files, edit| with(files, edit));
        let changes = since(&now);
        let mut wanted: Vec<What> = chosen.iter().flat_map(|edit| edit.what).copied().collect();
        // Remarks are told of a file in which nothing else changed.
        let remarks = chosen.iter().any(|edit| edit.what.is_empty())
            && !chosen.iter().any(|edit| edit.file == "survey.toml" && !edit.what.is_empty());
        wanted.extend(remarks.then_some(What::Remarks));
        let mut found = whats(&changes);
        wanted.sort();
        found.sort();
        prop_assert_eq!(found, wanted);
        for (criterion, reason) in chosen.iter().flat_map(|edit| edit.breaks) {
            prop_assert!(broken(&changes).contains(&((*criterion).to_owned(), *reason)));
        }
        prop_assert_eq!(changes.is_empty(), now == bundle());
    }
}
