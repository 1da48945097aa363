//! Reading: by stream, from the log, by tag; pages; and that what comes back is what went in.

use super::Subject;
use super::evidence::{Violation, canonical, claim, ids, log, page_is_within, same, stream as read};
use super::sample::{RECORDED, append, append_events, event, part, source, stream, tagged, tenant, together};
use crate::outcome::{Refusal, outcome};
use throughline_core::event::{Body, IdentifierHash, NewEvent, Position, Version};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::order::CanonicalKey;
use throughline_core::time::{Micros, Span};
use throughline_store::append::Append;
use throughline_store::append::ExpectedVersion::{Any, Exists};
use throughline_store::contract::EventStore;
use throughline_store::read::{Page, StoredEvent};
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use uuid::Uuid;

pub(super) async fn r1_a_stream_reads_from_a_version_on(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    // Three kinds of stream with the same sixteen bytes are three streams.
    let keys = [
        StreamKey::Profile(ProfileId(Uuid::nil())),
        StreamKey::Identifier(IdentifierHash(Uuid::nil())),
        StreamKey::Context,
    ];
    let names = keys.map(|key| StreamId { tenant: TenantId::default(), key });
    let mut versions = vec![Vec::new(); names.len()];
    for n in 0..12 {
        let at = n as usize % names.len();
        let appended = store.append(append(names[at].clone(), Any, &[100 - n])).await?;
        versions[at].push(appended.places[0][0].version);
    }
    for (at, name) in names.iter().enumerate() {
        let wanted: Vec<_> = (0..12).filter(|n| n % 3 == at as u64).map(|n| event(100 - n)).collect();
        let all = store.read_stream(name, Version(0), 100).await?;
        same("a stream from version 0 on", &events(&all.events), &wanted)?;
        claim(all.events.iter().all(|e| e.stream == *name), "an event names another stream")?;
        for (n, &version) in versions[at].iter().enumerate() {
            let rest = store.read_stream(name, version, 100).await?;
            same("a stream from a version on", &events(&rest.events), &wanted[n..].to_vec())?;
        }
        let beyond = versions[at].iter().max().map_or(1, |version| version.0 + 1);
        let beyond = store.read_stream(name, Version(beyond), 100).await?;
        claim(beyond.events.is_empty(), "a stream has events beyond its last version")?;
    }
    Ok(())
}

fn events(stored: &[StoredEvent]) -> Vec<NewEvent<Body>> {
    stored.iter().map(|stored| stored.recorded.event.clone()).collect()
}

pub(super) async fn r2_the_log_reads_after_a_position(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let mut places = Vec::new();
    for n in 0..9_u64 {
        let name = stream(u128::from(n % 3));
        // Later events happened earlier: the order of the log has nothing to do with it.
        let appended = store.append(append(name.clone(), Any, &[100 - n])).await?;
        places.push((appended.places[0][0].position, name, event(100 - n)));
    }
    let found = |page: Page| -> Vec<_> {
        let events = page.events.into_iter();
        events.map(|e| (e.recorded.position, e.stream, e.recorded.event)).collect()
    };
    let all = found(store.read_all(Position(0), 100).await?);
    same("the log from its beginning", &all, &places)?;
    for (n, (position, ..)) in places.iter().enumerate() {
        let rest = found(store.read_all(*position, 100).await?);
        same("the log after a position", &rest, &places[n + 1..].to_vec())?;
    }
    Ok(())
}

pub(super) async fn r4_paging_meets_every_event_once(subject: &dyn Subject) -> Result<(), Violation> {
    const EVENTS: u64 = 23;
    let store = subject.fresh().await;
    let name = stream(1);
    for n in 0..EVENTS {
        store.append(append(name.clone(), Any, &[n])).await?;
    }
    let wanted: Vec<EventId> = (0..EVENTS).map(|n| event(n).id).collect();
    for limit in [1, 2, 7, 22, 23, 24, 1000] {
        let (mut seen, mut after) = (Vec::new(), Position(0));
        loop {
            let page = store.read_all(after, limit).await?;
            page_is_within(&page, limit, wanted.len().saturating_sub(seen.len()))?;
            let Some(last) = page.last_position() else { break };
            claim(last > after, "a page goes back in the log")?;
            after = last;
            seen.extend(ids(&page.events));
        }
        same("what paging through the log met", &seen, &wanted)?;

        let (mut seen, mut from) = (Vec::new(), Version(1));
        loop {
            let page = store.read_stream(&name, from, limit).await?;
            page_is_within(&page, limit, wanted.len().saturating_sub(seen.len()))?;
            let Some(last) = page.events.last() else { break };
            claim(last.recorded.version >= from, "a page goes back in the stream")?;
            from = Version(last.recorded.version.0 + 1);
            seen.extend(ids(&page.events));
        }
        same("what paging through a stream met", &seen, &wanted)?;
        same("what paging in canonical order met", &canonically(&*store, &name, limit).await?, &wanted)?;
    }
    Ok(())
}

async fn canonically(
    store: &dyn EventStore,
    name: &StreamId,
    limit: usize,
) -> Result<Vec<EventId>, Violation> {
    let (mut seen, mut after): (_, Option<CanonicalKey>) = (Vec::new(), None);
    loop {
        let page = store.read_canonical(name, after.as_ref(), limit).await?;
        page_is_within(&page, limit, 0)?;
        let Some(last) = page.events.last() else {
            return Ok(seen);
        };
        let last = Some(last.recorded.event.canonical_key());
        claim(last > after, "a page goes back in canonical order")?;
        after = last;
        seen.extend(ids(&page.events));
    }
}

pub(super) async fn r5_a_stream_that_does_not_exist_reads_as_empty(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let missing = stream(1);
    store.append(append(stream(2), Any, &[1])).await?;
    // Being refused, and being looked at, does not make a stream.
    let refused = store.append(append(missing.clone(), Exists, &[2])).await;
    claim(refused.is_err(), "a stream that does not exist was taken to exist")?;
    for _ in 0..2 {
        for version in [0, 1, 9] {
            let page = store.read_stream(&missing, Version(version), 10).await?;
            claim(page.events.is_empty(), "a stream that does not exist has events")?;
        }
        let events = canonical(&*store, &missing, None, 10).await?;
        claim(events.is_empty(), "a stream that does not exist has events in canonical order")?;
        let versions = store.versions(std::slice::from_ref(&missing)).await?;
        same("the version of a stream that does not exist", &versions, &vec![Version(0)])?;
    }
    Ok(())
}

pub(super) async fn r6_versions_are_answered_in_the_order_asked(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let mut last = Vec::new();
    for (n, events) in [(1, &[1, 2, 3][..]), (2, &[4]), (3, &[5, 6])] {
        let appended = store.append(append(stream(n), Any, events)).await?;
        last.extend(appended.places[0].iter().map(|place| place.version).max());
    }
    let asked = [3, 1, 9, 2, 1].map(stream);
    let wanted = vec![last[2], last[0], Version(0), last[1], last[0]];
    same("the versions asked for", &store.versions(&asked).await?, &wanted)?;
    claim(store.versions(&[]).await?.is_empty(), "no streams have versions")
}

pub(super) async fn r7_a_tag_names_each_stream_once_in_order(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (tag, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let context = StreamId { tenant: TenantId::default(), key: StreamKey::Context };
    for (name, events) in [
        (context.clone(), vec![tagged(1, tag)]),
        (stream(9), vec![event(2), tagged(3, tag)]),
        (stream(5), vec![tagged(4, tag), tagged(5, tag), tagged(6, other)]),
        (stream(7), vec![tagged(7, other)]),
        (stream(9), vec![tagged(8, tag)]),
    ] {
        store.append(append_events(name, events)).await?;
    }
    let tenant = TenantId::default();
    let found = store.streams_tagged(&tenant, tag).await?;
    same("the streams with a tag", &found, &vec![stream(5), stream(9), context])?;
    let found = store.streams_tagged(&tenant, other).await?;
    same("the streams with another tag", &found, &vec![stream(5), stream(7)])?;
    let found = store.streams_tagged(&tenant, Uuid::from_u128(1)).await?;
    same("the streams with a tag that nothing has", &found, &Vec::new())
}

pub(super) async fn r8_what_comes_back_equals_what_went_in(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let name = stream(1);
    let events = extremes();
    let recorded_at = |n: usize| {
        if n == 0 { Micros(-1) } else { RECORDED + Span::from_secs(n as i64) }
    };
    for (n, event) in events.iter().enumerate() {
        let append = Append::to(name.clone(), Any, vec![event.clone()], recorded_at(n));
        store.append(append).await?;
    }
    for (way, found) in [
        ("from the log", log(&*store).await?),
        ("from its stream", read(&*store, &name).await?),
        ("in canonical order", canonical(&*store, &name, None, 100).await?),
    ] {
        // Found by its id: in which order events come back is the business of other clauses.
        for (n, event) in events.iter().enumerate() {
            let found = found.iter().find(|stored| stored.recorded.event.id == event.id);
            let found = found.ok_or_else(|| Violation::new(format!("event {n} is not there, read {way}")))?;
            same(&format!("event {n}, read {way}"), &found.recorded.event, event)?;
            same(&format!("when event {n} was recorded"), &found.recorded.recorded_at, &recorded_at(n))?;
        }
    }
    Ok(())
}

/// Events with everything, with nothing, and with the largest and smallest of each field.
fn extremes() -> Vec<NewEvent<Body>> {
    let full = |byte: u8, len: usize| Body {
        kind: u16::MAX,
        schema: u8::MAX,
        tag: Some(Uuid::max()),
        key_id: u32::MAX,
        plain: vec![byte; len].into(),
        personal: vec![!byte; len / 2].into(),
    };
    let id = |n: u128| EventId(Uuid::from_u128(n));
    let bare = NewEvent::new(id(0), Micros(0), source("s"), Body::default());
    let mut whole = NewEvent::new(id(u128::MAX), Micros::MAX, source(&"\u{fc}".repeat(128)), full(0, 300));
    whole.sequence = u64::MAX;
    whole.correlation_id = Some(Uuid::max());
    whole.causation_id = Some(Uuid::nil());
    let early = NewEvent::new(id(1), Micros::MIN, source("'; --"), full(0xff, 1));
    let large = NewEvent::new(id(2), Micros(1), source("s"), full(7, 200_000));
    let personal = Body { personal: b"words".as_slice().into(), ..Body::default() };
    vec![bare, whole, early, large, NewEvent::new(id(3), Micros(2), source("s"), personal)]
}

pub(super) async fn r9_tenants_never_meet(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let tag = Uuid::from_u128(7);
    let names =
        ["north", "south", "south-2"].map(|name| StreamId { tenant: tenant(name), key: stream(1).key });
    let [north, south, none] = &names;
    store.append(append_events(north.clone(), vec![tagged(1, tag), event(2)])).await?;
    store.append(append_events(south.clone(), vec![tagged(3, tag)])).await?;
    for (name, wanted) in [(north, &[1, 2][..]), (south, &[3]), (none, &[])] {
        let wanted: Vec<EventId> = wanted.iter().map(|&n| event(n).id).collect();
        for mut found in [read(&*store, name).await?, canonical(&*store, name, None, 10).await?] {
            found.sort_by_key(|stored| stored.recorded.event.id);
            same("the events of a tenant's stream", &ids(&found), &wanted)?;
        }
        let version = store.versions(std::slice::from_ref(name)).await?[0];
        same("whether a tenant's stream has a version", &(version > Version(0)), &!wanted.is_empty())?;
        let tagged = store.streams_tagged(&name.tenant, tag).await?;
        let streams = if wanted.is_empty() { Vec::new() } else { vec![name.clone()] };
        same("a tenant's streams with a tag", &tagged, &streams)?;
    }
    store.save_snapshot(north, Some(vec![1])).await?;
    same("another tenant's snapshot", &store.snapshot(south).await?, &None)?;
    let shared = together(vec![part(south.clone(), Any, &[2])]);
    let is_reused = matches!(outcome(store.append(shared).await), Err(Refusal::IdReused { .. }));
    claim(is_reused, "an event id of one tenant was used again by another")
}
