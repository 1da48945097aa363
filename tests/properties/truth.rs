//! What follows from the facts, straight from `f`: what every engine must come to announce.

use crate::arrivals::{Arrivals, profile};
use crate::desk::{Desk, END};
use crate::world::{Bench, settled_slots};
use std::collections::BTreeMap;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::CustomerId;
use throughline_core::time::Micros;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::Judged;
use throughline_rules::view::JourneyView;

/// What is true in the end.
pub(crate) struct Truth {
    pub(crate) customers: Vec<Customer>,
    told: String,
}

/// What is true of one customer.
pub(crate) struct Customer {
    profiles: Vec<usize>,
    judged: Judged,
    decisions: BTreeMap<Slot, Decision>,
    view: JourneyView,
}

impl Truth {
    pub(crate) fn of(arrivals: &Arrivals) -> Self {
        let mut bench = Bench::of(arrivals.rulebook());
        let customers = arrivals.customers().into_iter().map(|profiles| {
            let known: Vec<_> = arrivals
                .history
                .events
                .iter()
                .filter(|(ix, _)| profiles.contains(&(ix.0 as usize)))
                .map(|(ix, event)| (ProfileIx(ix.0), event.clone()))
                .collect();
            let facts: Vec<Fact> = bench.facts(&known);
            let (journey, judged) = bench.fold(&facts, END);
            let id = CustomerId::of(profiles.iter().map(|p| profile(*p))).unwrap();
            let none = BTreeMap::new();
            let view = JourneyView::of(&journey, id, &bench.rules, &bench.names, END, &none);
            let decisions = settled_slots(&bench, &judged, Micros::MAX);
            let view = nameless(view, &judged);
            Customer { profiles, judged, decisions, view }
        });
        let customers = customers.collect();
        Self { customers, told: format!("{arrivals:?}") }
    }

    /// Asserts that what a desk says of every customer, asked by any profile, is what is true.
    pub(crate) async fn holds_at(&self, desk: &Desk) {
        for customer in &self.customers {
            assert_eq!(standing(desk, customer).await, customer.decisions, "{}", self.told);
            assert_eq!(customer.view(desk).await, customer.view, "{}", self.told);
            for number in &customer.profiles {
                let asked = desk.engine().journey(profile(*number), END).await.unwrap();
                assert_eq!(asked.customer, customer.view.customer, "{}", self.told);
            }
        }
    }
}

impl Customer {
    /// The journey as an engine shows it, with every case named by its first contact.
    pub(crate) async fn view(&self, desk: &Desk) -> JourneyView {
        let view = desk.engine().journey(profile(self.profiles[0]), END).await.unwrap();
        nameless(view, &self.judged)
    }
}

/// Handles are what cases were announced under first, which depends on arrival; what they stand for does not.
pub(crate) fn nameless(mut view: JourneyView, judged: &Judged) -> JourneyView {
    for case in &mut view.cases {
        assert!(case.contacts.contains(&case.handle), "a handle is a contact of its case");
        case.handle = case.contacts[0];
        for other in case.follows.iter_mut().chain(&mut case.parent).chain(&mut case.children) {
            *other = judged.inside(*other);
        }
    }
    let told = view.partners.iter_mut().map(|partner| &mut partner.case);
    for case in told.chain(view.apologies.iter_mut().map(|owed| &mut owed.case)) {
        *case = case.map(|handle| judged.inside(handle));
    }
    view
}

/// What stands announced of a customer, with every handle as the inside key of the case that it names.
pub(crate) async fn standing(desk: &Desk, customer: &Customer) -> BTreeMap<Slot, Decision> {
    let announced = desk.engine().announced(profile(customer.profiles[0])).await.unwrap();
    let count = announced.len();
    let inside = announced.into_iter().map(|announcement| {
        let mut decision = announcement.decision;
        decision.slot.case = customer.judged.inside(decision.slot.case);
        (decision.slot.clone(), decision)
    });
    let inside: BTreeMap<_, _> = inside.collect();
    assert_eq!(inside.len(), count, "one thing stands twice");
    inside
}
