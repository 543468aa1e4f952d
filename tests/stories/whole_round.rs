//! From a list of people to opened answers.

use crate::support::Small;
use phieu::{conduct::Verdict, fieldwork::RoundState};

on_both_engines! {
    async fn a_round_from_list_to_opened_answers(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(31, 31)).await;
        assert_eq!(invited.len(), 31);
        assert!(matches!(app.office.verify_draw(&round).await.unwrap(), Verdict::Proved { sample: 31, .. }));
        let choices = [("5", 10), ("4", 16), ("3", 5)];
        let choices = choices.iter().flat_map(|&(choice, n)| std::iter::repeat_n(choice, n));
        for (one, choice) in invited.iter().zip(choices) {
            let mut browser = app.browser();
            browser.answer(&one.code.compact(), choice).await;
            assert_eq!(browser.submit().await.status, 303);
        }
        let unsealed = app.finish(&round).await;
        assert_eq!((unsealed.responses, unsealed.labels), (31, 1));
        let round = app.office.round(&round.row.code).await.unwrap();
        assert_eq!(round.row.state, RoundState::Opened);
        let facts = app.office.facts(&round).await.unwrap();
        assert_eq!(facts.responses.len(), 31);
        assert_eq!(facts.cells[0].outcomes.get("answered"), Some(&31));
        assert!(app.office.secrets.box_key(round.row.id).is_err());
    }
}
