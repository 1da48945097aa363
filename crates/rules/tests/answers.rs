//! Answers as a policy: which message stops which clock, under each choice that the rulebook has.
#![allow(clippy::unwrap_used)]

mod world;

use throughline_core::event::vocabulary::{
    Connected, ContactEnded, ContactStarted, Message, ResolutionClaimed, TextJudged, WorkDone,
};
use throughline_core::event::{Author, Channel, Direction, Ending, EventData, TextVerdict, WorkEffect};
use throughline_core::ids::ContactId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::case::{CaseState, WaitsFor};
use throughline_rules::decision::{AnswerKind, Clock};
use throughline_rules::rulebook::DEFAULT;
use uuid::Uuid;
use world::{START, Told, event_id};

const CONTACT: ContactId = ContactId(Uuid::from_u128(0xc0));

const fn minute(n: i64) -> Micros {
    Micros(START.0 + n * 60_000_000)
}

fn wrote(author: Author, verdict: Option<TextVerdict>) -> EventData {
    Message { contact: CONTACT, author, agent: None, verdict, text: None }.into()
}

/// The rulebook that ships with other lines in `[answers]`.
fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DEFAULT.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text.replace(old, new)
    })
}

/// Where a mail's case stands after what is told, and which of acknowledged, first human and first substantive stopped.
fn after(rulebook: &str, told: &[EventData]) -> (CaseState, [bool; 3]) {
    let told = life(rulebook, told);
    let case = &told.journey.cases.cases()[0];
    let clocks = [Clock::Acknowledged, Clock::FirstHuman, Clock::FirstSubstantive];
    (case.state, clocks.map(|clock| case.instance.fulfilled(clock).is_some()))
}

/// A mail, and what is told after it, a minute after the other.
fn life(rulebook: &str, told: &[EventData]) -> Told {
    let starts = ContactStarted {
        contact: CONTACT,
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: None,
        issue: None,
        purpose: None,
    };
    let begins = [(minute(0), EventData::from(starts))];
    let goes_on = told.iter().enumerate().map(|(n, data)| (minute(n as i64 + 1), data.clone()));
    Told::by(rulebook, minute(30), begins.into_iter().chain(goes_on))
}

const OPEN: CaseState = CaseState::Open;
const ANSWERED: CaseState = CaseState::Answered(AnswerKind::Substantive);

#[test]
fn by_the_rulebook_that_ships_a_person_answers_and_a_machine_acknowledges() {
    for (author, verdict, state, clocks) in [
        (Author::Human, None, ANSWERED, [true, true, true]),
        (Author::Human, Some(TextVerdict::Substantive), ANSWERED, [true, true, true]),
        (Author::Human, Some(TextVerdict::Boilerplate), OPEN, [true, false, false]),
        (Author::Human, Some(TextVerdict::Acknowledgement), OPEN, [true, false, false]),
        (Author::Bot, None, OPEN, [true, false, false]),
        (Author::Bot, Some(TextVerdict::Substantive), ANSWERED, [true, false, true]),
        (Author::Automatic, None, OPEN, [true, false, false]),
        (Author::Automatic, Some(TextVerdict::Substantive), OPEN, [true, false, false]),
        (Author::Workflow, None, OPEN, [true, false, false]),
        (Author::Unknown, None, OPEN, [false, false, false]),
    ] {
        assert_eq!(after(DEFAULT, &[wrote(author, verdict)]), (state, clocks), "{author} {verdict:?}");
    }
}

#[test]
fn who_acknowledges_is_as_the_rulebook_says() {
    let people_only = with(&[(r#"["human", "bot", "automatic"]"#, r#"["human"]"#)]);
    for (author, acknowledged) in
        [(Author::Human, true), (Author::Bot, false), (Author::Automatic, false), (Author::Workflow, false)]
    {
        assert_eq!(after(&people_only, &[wrote(author, None)]).1[0], acknowledged, "{author}");
    }
}

#[test]
fn where_a_persons_word_only_reacts_it_answers_when_it_is_judged_substantive() {
    let strict = with(&[("unjudged_human = \"answers\"", "unjudged_human = \"reacts\"")]);
    assert_eq!(after(&strict, &[wrote(Author::Human, None)]), (OPEN, [true, true, false]));
    let judged = wrote(Author::Human, Some(TextVerdict::Substantive));
    assert_eq!(after(&strict, &[judged]), (ANSWERED, [true, true, true]));
}

#[test]
fn a_bots_word_answers_where_the_rulebook_says_so_and_is_no_persons() {
    let trusting = with(&[("unjudged_bot = \"reacts\"", "unjudged_bot = \"answers\"")]);
    assert_eq!(after(&trusting, &[wrote(Author::Bot, None)]), (ANSWERED, [true, false, true]));
    let judged = wrote(Author::Bot, Some(TextVerdict::Boilerplate));
    assert_eq!(after(&trusting, &[judged]), (OPEN, [true, false, false]));
}

#[test]
fn boilerplate_of_a_person_is_a_reaction_where_the_rulebook_says_so_and_no_answer() {
    let lenient = with(&[("boilerplate = \"is-no-reaction\"", "boilerplate = \"reacts\"")]);
    let judged = wrote(Author::Human, Some(TextVerdict::Boilerplate));
    assert_eq!(after(&lenient, &[judged]), (OPEN, [true, true, false]));
}

#[test]
fn a_call_to_its_end_answers_unless_the_rulebook_wants_more() {
    let call = [
        EventData::from(Connected { contact: CONTACT, agent: None }),
        ContactEnded { contact: CONTACT, ending: Ending::Completed, agent: None }.into(),
    ];
    let spoken = CaseState::Answered(AnswerKind::Spoken);
    assert_eq!(after(DEFAULT, &call), (spoken, [true, true, true]));
    let strict = with(&[("spoken = \"answers\"", "spoken = \"reacts\"")]);
    assert_eq!(after(&strict, &call), (OPEN, [true, true, false]));
}

#[test]
fn a_claim_makes_a_case_answered_or_is_noted_and_closes_it_in_no_case() {
    let claim = EventData::from(ResolutionClaimed { contact: CONTACT, agent: None });
    let claimed = CaseState::Answered(AnswerKind::Claimed);
    assert_eq!(after(DEFAULT, std::slice::from_ref(&claim)), (claimed, [false, false, false]));
    let noted = with(&[("claimed = \"answers\"", "claimed = \"is-noted\"")]);
    assert_eq!(after(&noted, &[claim]), (OPEN, [false, false, false]));
}

#[test]
fn without_the_table_the_policy_is_the_one_that_ships() {
    let (before, rest) = DEFAULT.split_once("[answers]").unwrap();
    let (_, after_it) = rest.split_once("\n\n").unwrap();
    let without = format!("{before}{after_it}");
    assert!(!without.contains("acknowledged_by"));
    for author in [Author::Human, Author::Bot, Author::Automatic] {
        assert_eq!(after(&without, &[wrote(author, None)]), after(DEFAULT, &[wrote(author, None)]));
    }
}

/// An agent asked the carrier and waited; then he sent boilerplate, which counted as an answer until it was judged. After
/// that the case waited for us, as if the carrier had replied, and the time since counted against us.
#[test]
fn an_answer_that_was_none_gives_the_wait_back_that_it_had_ended() {
    let asks = |effect| EventData::from(WorkDone { contact: CONTACT, agent: None, activity: None, effect });
    let judged = |verdict| {
        EventData::from(TextJudged {
            message: event_id(2),
            verdict,
            annotator: Name::new("judge").unwrap(),
            annotator_version: 1,
        })
    };
    for (effect, whom) in [
        (WorkEffect::WaitsForThirdParty, WaitsFor::ThirdParty),
        (WorkEffect::WaitsForCustomer, WaitsFor::Customer),
        (WorkEffect::Works, WaitsFor::Us),
    ] {
        let told = [asks(effect), wrote(Author::Human, None), judged(TextVerdict::Boilerplate)];
        let told = life(DEFAULT, &told);
        let case = &told.journey.cases.cases()[0];
        assert_eq!((case.state, case.waits_for), (OPEN, whom));
        let ix = told.journey.cases.of_contact(CONTACT).unwrap();
        let waits: Vec<_> =
            told.journey.cases.waits(ix).map(|wait| (wait.whom, wait.from, wait.until)).collect();
        let expected = (whom != WaitsFor::Us).then_some((whom, minute(1), Micros::MAX));
        assert_eq!(waits, Vec::from_iter(expected), "all along, and for nobody else");
    }
}
