//! Time travel on both axes: what the engine says of a moment of the log is what a plain fold of the log's first
//! events says, and what stood said then is what its first ledger records add up to.

use crate::arrivals::{Arrivals, profile};
use crate::desk::Desk;
use crate::truth::nameless;
use crate::world::{Bench, Chance, START};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use throughline::Engine;
use throughline::engine::RecordedBy;
use throughline_core::event::{EventData, Position};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{CustomerId, EventId, LinkId, ProfileId};
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::{Announcement, Entry, LEDGER_KIND, Reason, decode_entries};
use throughline_rules::view::JourneyView;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::memory::MemoryStore;
use throughline_store::read::StoredEvent;
use throughline_store::stream::{StreamId, StreamKey, TenantId};

/// The profiles that are one customer with this one, by the links in these events.
fn customer(log: &[StoredEvent], of: ProfileId) -> BTreeSet<ProfileId> {
    let (mut links, mut unlinked) = (BTreeMap::new(), BTreeSet::new());
    for event in log {
        let StreamKey::Profile(profile) = event.stream.key else { continue };
        match event.recorded.event.data.open() {
            Ok(EventData::ProfileLinked(e)) => drop(links.insert(e.link, (profile, e.other))),
            Ok(EventData::ProfileUnlinked(e)) => drop(unlinked.insert(e.link)),
            _ => {}
        }
    }
    let mut profiles = BTreeSet::from([of]);
    for _ in 0..links.len() {
        for (_, (a, b)) in links.iter().filter(|(link, _)| !unlinked.contains(link)) {
            if profiles.contains(a) || profiles.contains(b) {
                profiles.extend([*a, *b]);
            }
        }
    }
    profiles
}

/// The link that an event makes or takes back, and which of both.
fn link_at(event: &StoredEvent) -> Option<(bool, LinkId)> {
    match event.recorded.event.data.open() {
        Ok(EventData::ProfileLinked(e)) => Some((true, e.link)),
        Ok(EventData::ProfileUnlinked(e)) => Some((false, e.link)),
        _ => None,
    }
}

fn is_of(event: &StoredEvent, profiles: &BTreeSet<ProfileId>) -> bool {
    matches!(event.stream.key, StreamKey::Profile(profile) if profiles.contains(&profile))
}

/// A plain full fold of the facts among these events.
fn refold(
    bench: &mut Bench,
    log: &[StoredEvent],
    of: ProfileId,
    as_of: Micros,
) -> (JourneyView, Vec<Decision>, BTreeSet<EventId>) {
    let profiles = customer(log, of);
    let mut facts = Vec::new();
    for event in log.iter().filter(|event| is_of(event, &profiles)) {
        let event = &event.recorded.event;
        let link =
            matches!(event.data.open(), Ok(EventData::ProfileLinked(_) | EventData::ProfileUnlinked(_)));
        if event.data.is_fact() && !link {
            facts.push(Fact::from_body(event, ProfileIx(0), &mut bench.names).unwrap());
        }
    }
    facts.sort_by(|a, b| bench.order(a, b));
    let (journey, judged) = bench.fold(&facts, as_of);
    let id = CustomerId::of(profiles).unwrap();
    let view = JourneyView::of(&journey, id, &bench.rules, &bench.names, as_of, &BTreeMap::new());
    let seen = facts.iter().filter(|fact| fact.at <= as_of).map(|fact| fact.id).collect();
    (nameless(view, &judged), bench.decisions(&judged).0, seen)
}

/// What stands by the ledger records among these events, and what of it was taken back and why.
fn said(log: &[StoredEvent], of: ProfileId) -> (BTreeMap<Slot, Announcement>, Vec<(Announcement, Reason)>) {
    let profiles = customer(log, of);
    let (mut stands, mut taken_back) = (BTreeMap::<Slot, Announcement>::new(), Vec::new());
    for event in log.iter().filter(|event| is_of(event, &profiles)) {
        if event.recorded.event.data.kind != LEDGER_KIND {
            continue;
        }
        for entry in decode_entries(&event.recorded.event.data.plain).unwrap() {
            let slot = entry.slot().clone();
            match entry {
                Entry::Announced(announcement) => drop(stands.insert(slot, announcement)),
                Entry::Amended { announcement, reason, .. } => {
                    taken_back.extend(stands.insert(slot, announcement).map(|before| (before, reason)));
                }
                Entry::Withdrawn { generation, reason, .. } => {
                    if stands.get(&slot).is_some_and(|standing| standing.generation == generation) {
                        taken_back.extend(stands.remove(&slot).map(|before| (before, reason)));
                    }
                }
            }
        }
    }
    (stands, taken_back)
}

#[test]
fn what_was_known_and_said_by_a_moment_follows_from_the_log_up_to_there() {
    crate::for_all(5, &async |chance: &mut Chance| {
        let arrivals = Arrivals::random(chance, 20);
        let mut desk = Desk::open(arrivals.rulebook(), 1 + chance.below(2)).await;
        for op in &arrivals.ops {
            desk.take(op, chance).await;
        }
        desk.come_to_the_end().await;
        let (log, mut bench) = (desk.log().await, Bench::of(arrivals.rulebook()));
        for _ in 0..4 {
            let mut moment = chance.below(log.len() + 1);
            // Both ends of a link come in one append: between them the log never stood.
            if moment > 0 && moment < log.len() && link_at(&log[moment]).is_some() {
                moment += usize::from(link_at(&log[moment]) == link_at(&log[moment - 1]));
            }
            let until = &log[..moment];
            let position = until.last().map(|e| e.recorded.position).unwrap_or_default();
            let at = log[chance.below(log.len())].recorded.event.occurred_at;
            let as_of = at.max(START) + Span::from_hours([0, 1, 26, 5_000][chance.below(4)]);
            let of = profile(chance.below(3));

            let (view, decisions, facts) = refold(&mut bench, until, of, as_of);
            let account = desk.engine().account(of, as_of, position).await.unwrap();
            assert_eq!(account.decisions, decisions, "{arrivals:?}");
            assert_eq!(account.facts.iter().map(|f| f.event).collect::<BTreeSet<_>>(), facts);
            let known = desk.engine().known(of, as_of, position).await.unwrap();
            assert_eq!(known, account.journey, "{arrivals:?}");
            assert_eq!(first_contacts(known), view, "{arrivals:?}");

            let (stood, gone) = said(until, of);
            let said = desk.engine().said(of, position).await.unwrap();
            let stands = said.stands.iter().map(|s| (s.announcement.decision.slot.clone(), &s.announcement));
            assert_eq!(
                stands.collect::<BTreeMap<_, _>>(),
                stood.iter().map(|(s, a)| (s.clone(), a)).collect()
            );
            let taken_back = said.taken_back.into_iter().map(|t| (t.saying.announcement, t.reason));
            assert_eq!(taken_back.collect::<Vec<_>>(), gone, "{arrivals:?}");
        }
        // By time: one clock, which never goes back, so that there is one place at which the log stood.
        let time = log[chance.below(log.len())].recorded.recorded_at + Span(chance.below(2) as i64 - 1);
        let stood = log.iter().filter(|e| e.recorded.recorded_at <= time).map(|e| e.recorded.position).max();
        assert_eq!(desk.engine().position_at(time).await.unwrap(), stood.unwrap_or_default());
        let of = profile(chance.below(3));
        let by_time = desk.engine().said(of, time).await.unwrap();
        assert_eq!(by_time, desk.engine().said(of, stood.unwrap_or_default()).await.unwrap());
        let all = desk.engine().said(of, RecordedBy::NOW).await.unwrap();
        assert_eq!(all.stands.len(), desk.engine().announced(of).await.unwrap().len());
    });
}

/// A view with every case named by its first contact, as the plain fold names it.
fn first_contacts(mut view: JourneyView) -> JourneyView {
    let handles: BTreeMap<_, _> = view.cases.iter().map(|case| (case.handle, case.contacts[0])).collect();
    for case in &mut view.cases {
        assert!(case.contacts.contains(&case.handle), "a handle is a contact of its case");
        case.handle = case.contacts[0];
        for other in case.follows.iter_mut().chain(&mut case.parent).chain(&mut case.children) {
            *other = handles.get(other).copied().unwrap_or(*other);
        }
    }
    let told = view.partners.iter_mut().map(|partner| &mut partner.case);
    for case in told.chain(view.apologies.iter_mut().map(|owed| &mut owed.case)) {
        *case = case.map(|handle| handles.get(&handle).copied().unwrap_or(handle));
    }
    view
}

/// Writers whose clocks differ by minutes: the times in the log go back and forth.
#[test]
fn where_recorded_times_cross_a_moment_is_still_one_place_in_the_log() {
    crate::for_all(6, &async |chance: &mut Chance| {
        let store = Arc::new(MemoryStore::new());
        let engine = Engine::builder(store.clone()).clock(|| START).start().await.unwrap();
        let history = Arrivals::random(chance, 40).history;
        let time = |at: i64| START + Span::from_secs(at);
        let (mut clock, mut recorded) = (0, Vec::new());
        for (ix, event) in &history.events {
            clock += chance.below(90) as i64;
            let shown = time(clock - [0, 200, 60][chance.below(3)]);
            let stream = StreamId::profile(TenantId::default(), profile(ix.0 as usize));
            let append = Append::to(stream, ExpectedVersion::Any, vec![event.seal()], shown);
            store.append(append).await.unwrap();
            recorded.push(shown);
        }
        let mut asked: Vec<Micros> =
            (0..8).map(|_| time(chance.below(clock as usize + 300) as i64 - 250)).collect();
        asked.sort_unstable();
        let mut places = Vec::new();
        for time in &asked {
            let place = engine.position_at(*time).await.unwrap();
            let (before, after) = recorded.split_at(place.0 as usize);
            assert!(before.last().is_none_or(|at| at <= time) && after.first().is_none_or(|at| at > time));
            places.push(place);
        }
        assert!(places.is_sorted(), "a later instant is no earlier place: {asked:?} {places:?}");
        // What is recorded later moves none of them.
        let last = asked[asked.len() - 1];
        for n in 0..chance.below(60) {
            let page = history.events[0].1.clone();
            let event =
                throughline_core::event::NewEvent { id: EventId::derived("later", &n.to_string()), ..page };
            let stream = StreamId::profile(TenantId::default(), profile(2));
            let later = last + Span(1 + n as i64);
            store.append(Append::to(stream, ExpectedVersion::Any, vec![event.seal()], later)).await.unwrap();
        }
        for (time, place) in asked.iter().zip(&places) {
            assert_eq!(engine.position_at(*time).await.unwrap(), *place);
        }
        assert_eq!(engine.position_at(Micros::MIN).await.unwrap(), Position(0));
    });
}
