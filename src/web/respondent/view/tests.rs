use super::*;
use crate::{
    questionnaire::{Answer, Answers, Form, Today, accept, read_form, review, show},
    web::{Html, compress},
};

const FORM: &str = r#"
form = "thu"
version = "1"
title = { vi = "Phiếu thử", en = "Trial form" }
languages = ["vi", "en"]

[scales.muc]
options = [
  { code = 5, label = { vi = "Rất tốt", en = "Very good" }, coefficient = 1.0 },
  { code = 4, label = { vi = "Tốt", en = "Good" }, coefficient = 0.75 },
  { code = 3, label = { vi = "Trung bình", en = "Average" }, coefficient = 0.5 },
  { code = 2, label = { vi = "Kém", en = "Poor" }, coefficient = 0.25 },
  { code = 1, label = { vi = "Rất kém", en = "Very poor" }, coefficient = 0.0 },
]
dont_know = { vi = "Không biết / Không có ý kiến", en = "Don't know / No opinion" }

[lists.mong]
options = [
  { code = 1, label = { vi = "Nhanh <hơn>", en = "Faster" } },
  { code = 2, label = { vi = "Ít giấy tờ", en = "Fewer papers" } },
]

[[page]]
id = "danh-gia"
title = { vi = "Quy định về thủ tục hành chính", en = "Rules on procedures" }
QUESTIONS

[[page]]
id = "tuoi"
[[page.question]]
name = "tuoi"
kind = "integer"
required = true
label = { vi = "Ông/Bà bao nhiêu tuổi?", en = "How old are you?" }
soft_constraint = ". < 100"
soft_message = { vi = "Trên 100 tuổi?", en = "Over 100?" }

[[page]]
id = "cuoi"
[[page.question]]
name = "mong"
kind = "several"
list = "mong"
maximum = 1
label = { vi = "Ông/Bà mong đợi điều gì?", en = "What do you expect?" }
[[page.question]]
name = "y_kien"
kind = "long_text"
label = { vi = "Ý kiến khác", en = "Other remarks" }
hint = { vi = "Xin đừng ghi họ tên.", en = "Please give no names." }
"#;

fn form() -> Form {
    let question = |n: usize| {
        format!(
            "[[page.question]]\nname = \"cau_{n}\"\nkind = \"scale\"\nscale = \"muc\"\nrequired = true\n\
             label = {{ vi = \"Sự hợp lý, không trùng lặp của số lượng giấy tờ phải nộp ({n})\", en = \"How reasonable the number of papers is ({n})\" }}\n"
        )
    };
    let questions: String = (1..=7).map(question).collect();
    let text = FORM.replace("QUESTIONS", &questions);
    read_form("forms/thu.toml", &text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn today() -> Today {
    Today("2026-03-05".to_owned())
}

fn around(language: Language) -> Around<'static> {
    Around {
        language,
        survey: "Cuộc điều tra thử",
        line: "Phiếu thử",
        synthetic: true,
        trial: None,
    }
}

fn page(number: usize, answers: &Answers) -> String {
    let vi = Language::default();
    let view = show(&form(), answers, number, vi, &today());
    question(around(vi), &view, Asked { has_previous: number > 1, ..Asked::default() }).text()
}

fn posted(number: usize, fields: &[(&str, &str)]) -> String {
    let vi = Language::default();
    let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let accepted = accept(&form(), &Answers::default(), number, &fields, vi, &today());
    question(around(vi), &accepted.view, Asked::default()).text()
}

/// Every page that a respondent can see, in both languages.
fn every_page() -> Vec<Html> {
    let mut pages = Vec::new();
    for &language in Language::all() {
        let around = around(language);
        let answers: Answers =
            [("tuoi", Answer::Text("<script>".to_owned()))].into_iter().collect();
        for number in 1..=3 {
            let view = show(&form(), &answers, number, language, &today());
            pages.push(question(around, &view, Asked { failure: Some("<b>"), ..Asked::default() }));
        }
        pages.push(check(around, &review(&form(), &answers, language, &today()), None));
        pages.push(entry(language, "\"><script>", Some("<script>"), Some("https://<script>")));
        let typed = [("<script>".to_owned(), "\"><script>".to_owned())];
        pages.push(again(language, "/phieu/q/1", &typed, "<script>"));
        for what in [
            Notice::Full,
            Notice::Closed,
            Notice::NotYet,
            Notice::Replaced,
            Notice::Misdirected,
            Notice::Declined,
        ] {
            pages.push(notice(around, what, "<script>"));
        }
        for shown in [
            ReceiptPage::Ask { typed: "<script>", problem: Some("<script>") },
            ReceiptPage::Received("<script>"),
            ReceiptPage::Sure("A-B"),
            ReceiptPage::Withdrawn("A-B"),
            ReceiptPage::Done,
        ] {
            pages.push(receipt(language, shown));
        }
        pages.push(landing(around, &welcome(PartProgress::New)));
        pages.push(elsewhere(around, "\"><script>", None));
        pages.push(elsewhere(around, "\"><script>", Some("ABC-<script>")));
        pages.push(resume(around, "\"><script>", Some("<script>")));
        let text = "<script>";
        let (title, who, document, contact) = (text, text, text, text);
        let last_day = Some(text.to_owned());
        pages.push(genuine(
            language,
            &[Running { title, who, document, contact, last_day, synthetic: false }],
            Some("https://<script>"),
        ));
        let next = Some((1, "<script>", "<script>"));
        pages.push(thanks(around, &Thanks { receipt: "AAAA-BBBB".to_owned(), next }));
    }
    pages
}

fn welcome(progress: PartProgress) -> Landing<'static> {
    Landing {
        who: "<script>",
        why: "Để <script>",
        document: "Kế hoạch",
        chosen: "",
        group: "Người dân",
        unit: "Văn phòng",
        minutes: 6,
        keyholders: true,
        last_day: Some("31/12/2026".to_owned()),
        stored: "",
        kept: "",
        notice: "0123456789ab",
        address: None,
        contact: "<script>",
        parts: vec![PartLine { form: "Phiếu thử", subject: "Sở", progress, minutes: None }],
        open: true,
    }
}

#[test]
fn no_page_holds_a_script_but_ours_whatever_is_typed_or_configured() {
    let ours = page(1, &Answers::default());
    let ours = ours.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    for page in every_page() {
        let text = page.text().replacen(&format!("<script>{ours}</script>"), "", 1);
        assert!(!text.contains("<script"), "{text}");
        for way in [" onclick=", " onload=", " onerror=", " onfocus=", "javascript:"] {
            assert!(!text.contains(way), "{way} in {text}");
        }
    }
}

#[test]
fn every_page_has_one_first_heading_and_every_text_that_it_names() {
    for page in every_page() {
        let text = page.text();
        assert_eq!(text.matches("<h1").count(), 1, "{text}");
        assert!(!text.contains("pages."), "a message is missing: {text}");
        for id in text
            .split("aria-describedby=\"")
            .skip(1)
            .flat_map(|rest| rest.split_once('"').map_or("", |(ids, _)| ids).split(' '))
        {
            assert!(text.contains(&format!("id=\"{id}\"")), "nothing is called {id}");
        }
    }
}

#[test]
fn a_page_of_seven_questions_takes_at_most_eight_kilobytes() {
    let headers = 700;
    let page = page(1, &Answers::default());
    let packed = compress::Compressor::default().pack(page.clone().into(), false);
    assert!(packed.len() + headers <= 8 * 1024, "{} of {} bytes", packed.len(), page.len());
}

#[test]
fn every_page_is_complete_in_one_round_of_packets() {
    for page in every_page() {
        let packed = compress::Compressor::default().pack(page.text().into(), false);
        assert!(packed.len() + 1_000 <= 14_600);
    }
}

#[test]
fn a_missing_answer_is_named_at_the_top_and_beside_the_question() {
    let page = posted(1, &[("cau_1", "4"), ("cau_2", "0")]);
    assert!(page.contains("<title>Lỗi: Câu 1–7 trong 10"));
    assert!(page.contains("<a href=\"#cau_3\">Câu 3: "));
    assert!(page.contains("id=\"cau_3-e\"") && page.contains("aria-describedby=\"cau_3-e\""));
    assert!(page.contains("id=\"cau_3\" type=\"radio\""));
    assert!(!page.contains("#cau_1\""));
    assert!(page.contains("name=\"cau_1\" value=\"4\" checked"));
    assert!(page.contains("name=\"cau_2\" value=\"0\" checked"));
}

#[test]
fn what_was_typed_stays_in_the_field() {
    let page = posted(2, &[("tuoi", "bốn mươi \"hai\"")]);
    assert!(page.contains("value=\"bốn mươi &quot;hai&quot;\""));
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("inputmode=\"numeric\""));
}

#[test]
fn a_question_back_is_confirmed_by_pressing_once_more() {
    let page = posted(2, &[("tuoi", "101")]);
    assert!(page.contains("name=\"confirm\" value=\"tuoi\""));
    assert!(page.contains("Xin Ông/Bà xem lại"));
    assert!(!posted(2, &[("tuoi", "101"), ("confirm", "tuoi")]).contains("class=\"error"));
}

#[test]
fn one_question_alone_is_the_heading_of_its_page() {
    let page = page(2, &Answers::default());
    assert!(page.contains("<h1 class=\"q\"><label for=\"tuoi\">Ông/Bà bao nhiêu tuổi?"));
    assert!(page.contains("<p class=\"step\">Câu 8 trong 10</p>"));
}

#[test]
fn unticking_everything_can_be_told_from_not_being_asked() {
    let page = page(3, &Answers::default());
    assert!(page.contains("<input type=\"hidden\" name=\"mong\" value=\"\">"));
    assert!(page.contains("Nhanh &lt;hơn&gt;"));
    assert!(page.contains("id=\"y_kien-h\"") && page.contains("aria-describedby=\"y_kien-h\""));
}

#[test]
fn a_text_keeps_its_first_line_break() {
    let answers: Answers =
        [("y_kien", Answer::Text("\nxin chào".to_owned()))].into_iter().collect();
    assert!(page(3, &answers).contains(">\n\nxin chào</textarea>"));
}

#[test]
fn pages_with_answers_are_not_kept_for_others() {
    let vi = Language::default();
    let shared = |answers: &Answers| {
        let view = show(&form(), answers, 1, vi, &today());
        question(around(vi), &view, Asked::default()).shared
    };
    assert!(shared(&Answers::default()));
    assert!(!shared(&[("cau_2", Answer::DontKnow)].into_iter().collect()));
    assert!(!entry(vi, "7KQ4", None, Some("https://<script>")).shared);
    assert!(landing(around(vi), &welcome(PartProgress::New)).shared);
    assert!(!landing(around(vi), &welcome(PartProgress::Begun)).shared);
}

#[test]
fn the_list_of_answers_leads_back_to_each_page() {
    let vi = Language::default();
    let answers: Answers = [("cau_1", Answer::Choice(4))].into_iter().collect();
    let page = check(around(vi), &review(&form(), &answers, vi, &today()), None).text();
    assert!(page.contains("href=\"/phieu/q/1?from-check=1\""));
    assert!(page.contains("<dd>Tốt</dd>") && page.contains("<dd class=\"none\">Chưa trả lời</dd>"));
}

#[test]
fn the_landing_page_offers_what_this_browser_can_do() {
    let shown = |progress| landing(around(Language::default()), &welcome(progress)).text();
    assert!(shown(PartProgress::New).contains("Tôi đồng ý tham gia"));
    assert!(shown(PartProgress::Begun).contains("Làm tiếp"));
    assert!(!shown(PartProgress::Begun).contains("Tôi đồng ý tham gia"));
    assert!(shown(PartProgress::Sent).contains("href=\"/phieu/thanks\""));
}
