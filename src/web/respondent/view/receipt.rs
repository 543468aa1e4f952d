use super::thanks::number;
use crate::{
    messages::Language,
    text,
    web::layout::{Html, Page, Switch},
};
use maud::{Markup, html};

/// What is said about a receipt.
#[derive(Debug, Clone, Copy)]
pub enum ReceiptPage<'a> {
    /// The form that asks for it; why it is shown again, if it is.
    Ask {
        /// What was typed.
        typed: &'a str,
        /// What is wrong with that.
        problem: Option<&'a str>,
    },
    /// The answers were received.
    Received(&'a str),
    /// Whether they shall really be withdrawn.
    Sure(&'a str),
    /// The answers were withdrawn.
    Withdrawn(&'a str),
    /// The answers have just been withdrawn.
    Done,
}

/// The page of a receipt: received or withdrawn, and nothing else.
pub fn receipt(language: Language, shown: ReceiptPage<'_>) -> Html {
    let say = |key| language.say(key);
    let key = match shown {
        ReceiptPage::Ask { .. } => "pages.receipt_look",
        ReceiptPage::Received(_) => "pages.received",
        ReceiptPage::Sure(_) => "pages.withdraw_sure",
        ReceiptPage::Withdrawn(_) | ReceiptPage::Done => "pages.withdrawn",
    };
    let wrong = matches!(shown, ReceiptPage::Ask { problem: Some(_), .. });
    let title = match wrong {
        true => text!("pages.title_with_error", title = say(key)).say(language),
        false => say(key).to_owned(),
    };
    let body = match shown {
        ReceiptPage::Ask { typed, problem } => ask(language, typed, problem),
        ReceiptPage::Received(receipt) => html! {
            h1 { (say("pages.received")) }
            (number(receipt))
            p { (say("pages.received_what")) }
            h2 { (say("pages.withdraw")) }
            p { (say("pages.withdraw_what")) }
            (step(receipt, "ask", say("pages.withdraw")))
        },
        ReceiptPage::Sure(receipt) => html! {
            h1 { (say("pages.withdraw_sure")) }
            (number(receipt))
            p { (say("pages.withdraw_final")) }
            (step(receipt, "yes", say("pages.withdraw_yes")))
            p { a.button.second href="/receipt" { (say("pages.withdraw_no")) } }
        },
        ReceiptPage::Withdrawn(receipt) => html! {
            h1 { (say("pages.withdrawn")) }
            (number(receipt))
            p { (say("pages.withdrawn_what")) }
            form #f method="post" action="/receipt" {
                input type="hidden" name="receipt" value=(receipt);
            }
        },
        ReceiptPage::Done => html! {
            h1 { (say("pages.withdrawn")) }
            p { (say("pages.withdrawn_what")) }
        },
    };
    let switch = match shown {
        ReceiptPage::Ask { .. } => Switch::Form("f"),
        ReceiptPage::Done => Switch::Link("/receipt/withdrawn"),
        _ => Switch::Form("f"),
    };
    Page::new(language, &title).switch(switch).body(body)
}

fn ask(language: Language, typed: &str, problem: Option<&str>) -> Markup {
    let say = |key| language.say(key);
    let described = if problem.is_some() { "receipt-h receipt-e" } else { "receipt-h" };
    html! {
        @if let Some(problem) = problem {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (say("pages.errors")) }
                ul { li { a href="#receipt" { (problem) } } }
            }
        }
        h1 { (say("pages.receipt_look")) }
        p { (say("pages.receipt_lead")) }
        form #f.card method="post" action="/receipt" novalidate {
            label.q for="receipt" { (say("pages.receipt")) }
            p.hint #receipt-h { (say("pages.receipt_hint")) }
            @if let Some(problem) = problem {
                p.error #receipt-e { span.off { (say("pages.error")) } " " (problem) }
            }
            input #receipt.code type="text" name="receipt" value=(typed) required autocomplete="off"
                autocapitalize="characters" spellcheck="false" aria-describedby=(described)
                aria-invalid=[problem.map(|_| "true")];
            div.go { button type="submit" { (say("pages.look_up")) } }
        }
    }
}

/// A button that says what to do next with `receipt`, which never stands in an address.
fn step(receipt: &str, withdraw: &str, label: &str) -> Markup {
    html! {
        form #f method="post" action="/receipt" {
            input type="hidden" name="receipt" value=(receipt);
            div.go { button.grave type="submit" name="withdraw" value=(withdraw) { (label) } }
        }
    }
}
