use super::Around;
use crate::fieldwork::{Reason, Said};
use maud::{Markup, html};

/// The ways not to take part, each with its reasons, none of which has to be given.
pub(super) fn ways_out(around: Around<'_>) -> Markup {
    let say = |key| around.say(key);
    html! {
        details {
            summary { (say("pages.decline")) }
            p { (say("pages.decline_lead")) }
            p.small { (say("pages.decline_counted")) }
            (way_out(around, Said::NotEligible, say("pages.not_eligible")))
            (way_out(around, Said::Refused, say("pages.refuse")))
        }
    }
}

fn way_out(around: Around<'_>, said: Said, words: &str) -> Markup {
    html! {
        form method="post" action="/phieu/decline" {
            fieldset {
                legend { h3 { (words) } span.small { (around.say("pages.decline_reason")) } }
                @for reason in Reason::of(said) {
                    label.o {
                        input type="radio" name="why" value=(reason.as_str());
                        span { (around.say(reason.key())) }
                    }
                }
            }
            div.go { button.second type="submit" name="said" value=(said.as_str()) { (words) } }
        }
    }
}
