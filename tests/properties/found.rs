//! Bugs that these properties found, each told as it happened.

use crate::arrivals::{Arrival, Arrivals, Op, profile};
use crate::desk::Desk;
use crate::ledger;
use crate::truth::Truth;
use crate::world::{History, START};
use throughline_core::event::vocabulary::{AnswerAccepted, ContactStarted};
use throughline_core::event::{Channel, Direction, EventData};
use throughline_core::ids::ContactId;
use throughline_core::name::Name;
use throughline_core::time::Span;
use throughline_rules::rulebook::DEFAULT;
use uuid::Uuid;

fn contact(number: u128) -> ContactId {
    ContactId(Uuid::from_u128(number))
}

fn started(number: u128, topic: &str) -> EventData {
    ContactStarted {
        contact: contact(number),
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: Some(Name::new(topic).unwrap()),
        issue: None,
        purpose: None,
    }
    .into()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// Two engines had the same customer at hand, and a target was missed. One of them said so; the other, whose clock
/// showed a minute more, came to the same conclusion and made the same record with another time in it. The store
/// refused the id, and the second engine gave up with an error instead of reading what had been said.
#[test]
fn two_engines_that_conclude_the_same_at_different_times_say_it_once() {
    runtime().block_on(async {
        let mut desk = Desk::open(DEFAULT, 2).await;
        let history = History::told([(START, started(1, "delivery"))]);
        let op = Op::Fact(0, history.events[0].1.clone());
        desk.take_calmly(&Arrival { at: START, op }).await;
        desk.advance(1, START).await.unwrap();
        desk.advance(0, START + Span::from_hours(2)).await.unwrap();
        desk.advance(1, START + Span::from_hours(2) + Span::from_secs(60)).await.unwrap();
        ledger::is_sound(&desk.log().await);
    });
}

/// A case was announced under its second contact, since its first one arrived late, and was settled. A quarter of
/// a year later that second contact went on in another case, and from then on what had been said under it read as
/// if it had been said of that other case: stepping never looked at handles again, only folding did.
#[test]
fn what_was_said_under_a_handle_does_not_move_to_the_case_that_its_contact_goes_on_in() {
    runtime().block_on(async {
        let day = |n: i64| START + Span::from_days(n);
        let arrivals = Arrivals::told([
            (day(10), day(10), started(2, "delivery")),
            (day(11), day(5), started(1, "delivery")),
            (day(12), day(12), AnswerAccepted { contact: contact(2) }.into()),
            (day(120), day(120), started(3, "billing")),
            (day(121), day(121), started(2, "billing")),
        ]);
        let mut desk = Desk::told(arrivals.rulebook(), &arrivals.ops).await;
        desk.come_to_the_end().await;
        Truth::of(&arrivals).holds_at(&desk).await;
        ledger::is_sound(&desk.log().await);
    });
}

/// A case was announced under its second contact and settled. A quarter of a year later its first contact went on
/// about something else: a new case, that its first contact names once more. It was shown, and announced, under the
/// second contact, which it does not hold, so that whoever asked for that handle found nothing.
#[test]
fn a_contact_that_opens_a_case_again_does_not_inherit_the_handle_of_the_old_one() {
    runtime().block_on(async {
        let day = |n: i64| START + Span::from_days(n);
        let arrivals = Arrivals::told([
            (day(10), day(10), started(2, "delivery")),
            (day(11), day(5), started(1, "delivery")),
            (day(12), day(12), AnswerAccepted { contact: contact(2) }.into()),
            (day(120), day(120), started(1, "billing")),
        ]);
        let mut desk = Desk::told(arrivals.rulebook(), &arrivals.ops).await;
        let announced = desk.engine().announced(profile(0)).await.unwrap();
        let handles =
            announced.iter().filter(|a| a.decision.effective_at >= day(120)).map(|a| a.decision.slot.case);
        assert!(handles.into_iter().all(|handle| handle == contact(1)), "{announced:#?}");
        desk.come_to_the_end().await;
        Truth::of(&arrivals).holds_at(&desk).await;
        ledger::is_sound(&desk.log().await);
    });
}
