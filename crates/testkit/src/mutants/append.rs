//! Appending wrongly: what is asked is bent before the store in memory sees it, or its answer afterwards.

use super::{Flaw, Mutant};
use std::collections::BTreeSet;
use throughline_core::event::{Body, NewEvent, Section};
use throughline_core::ids::EventId;
use throughline_store::append::ExpectedVersion::{self, Any, Exact, Exists};
use throughline_store::append::{Append, Appended, StreamAppend};
use throughline_store::contract::EventStore as _;
use throughline_store::error::{AppendError, StoreError, StoreErrorKind};
use uuid::Uuid;

type Answer = Result<Appended, AppendError>;

impl Mutant {
    pub(super) async fn wrong_append(&self, append: Append) -> Answer {
        match self.flaw {
            Some(Flaw::HalfOfAnAppendStays) => self.append_half(append).await,
            Some(Flaw::ExpectationWithoutEventsIgnored) => self.append_with_events_only(append).await,
            Some(Flaw::RetryWritesAgain) => self.append_again(append).await,
            Some(Flaw::RetryIsCheckedAgain) => self.append_checked_again(append).await,
            Some(Flaw::CheckThenAct) => self.check_then_act(append).await,
            Some(Flaw::WrittenBackwards) => self.append_backwards(append).await,
            _ => self.bent_answer(self.inner().append(self.bent(append)).await),
        }
    }

    pub(super) async fn wrong_append_many(&self, appends: Vec<Append>) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        for append in appends {
            let has_failed = answers.last().is_some_and(Result::is_err);
            if has_failed && self.has(Flaw::ManyStopAtFailure) {
                let error = StoreError::new(StoreErrorKind::Other, "an earlier append failed");
                answers.push(Err(error.into()));
            } else {
                answers.push(self.wrong_append(append).await);
            }
        }
        answers
    }

    /// What is asked, bent.
    fn bent(&self, mut append: Append) -> Append {
        if self.has(Flaw::NamedTwiceAccepted) {
            append.streams = put_together(append.streams);
        }
        for part in &mut append.streams {
            part.stream = self.held_stream(&part.stream);
            part.expected = match part.expected {
                Exact(_) if self.has(Flaw::StaleWriterAccepted) => Any,
                Exists if self.has(Flaw::ExistsIsAny) => Any,
                Exact(version) => Exact(self.held_version(version)),
                other => other,
            };
            for event in &mut part.events {
                if self.has(Flaw::PersonalSectionDropped) {
                    event.data.personal = Section::default();
                }
            }
        }
        append
    }

    /// What is answered, bent.
    fn bent_answer(&self, answer: Answer) -> Answer {
        match answer {
            Ok(mut appended) => {
                for place in appended.places.iter_mut().flatten() {
                    place.version = self.shown_version(place.version);
                    place.position = self.shown_position(place.position);
                    if place.was_there && self.has(Flaw::RetryIsRefused) {
                        let (id, position) = (EventId(Uuid::nil()), place.position);
                        return Err(AppendError::IdReused { id, position });
                    }
                }
                Ok(appended)
            }
            Err(AppendError::Conflict { .. }) if self.has(Flaw::ConflictLooksTransient) => {
                Err(StoreError::new(StoreErrorKind::Full, "a conflict in disguise").into())
            }
            Err(AppendError::Conflict { stream, expected, mut actual }) => {
                actual = self.shown_version(actual);
                if self.has(Flaw::ConflictMisinforms) {
                    actual.0 = 0;
                }
                let expected = match expected {
                    Exact(version) => Exact(self.shown_version(version)),
                    other => other,
                };
                Err(AppendError::Conflict { stream, expected, actual })
            }
            Err(AppendError::IdReused { .. }) if self.has(Flaw::ReusedIdUnnoticed) => Ok(Appended::default()),
            Err(AppendError::IdReused { id, position }) => {
                Err(AppendError::IdReused { id, position: self.shown_position(position) })
            }
            Err(other) => Err(other),
        }
    }

    async fn append_half(&self, append: Append) -> Answer {
        let answer = self.inner().append(append.clone()).await;
        if matches!(answer, Err(AppendError::Conflict { .. } | AppendError::IdReused { .. })) {
            for part in append.streams {
                let part = Append { streams: vec![part], recorded_at: append.recorded_at };
                if self.inner().append(part).await.is_err() {
                    break;
                }
            }
        }
        answer
    }

    async fn append_with_events_only(&self, append: Append) -> Answer {
        let empty: Vec<bool> = append.streams.iter().map(|part| part.events.is_empty()).collect();
        // Naming a stream twice stays malformed: that is not what this one is about.
        let names: BTreeSet<_> = append.streams.iter().map(|part| &part.stream).collect();
        if names.len() < append.streams.len() {
            return self.inner().append(append).await;
        }
        let streams = append.streams.into_iter().filter(|part| !part.events.is_empty()).collect();
        let answer = self.inner().append(Append { streams, ..append }).await?;
        let mut places = answer.places.into_iter();
        let places = empty.into_iter().map(|is_empty| if is_empty { None } else { places.next() });
        Ok(Appended { places: places.map(Option::unwrap_or_default).collect() })
    }

    async fn append_again(&self, append: Append) -> Answer {
        let mut answer = self.inner().append(append.clone()).await?;
        for (part, places) in append.streams.into_iter().zip(&mut answer.places) {
            for (mut event, place) in part.events.into_iter().zip(places) {
                if place.was_there {
                    event.id = self.alias(event.id);
                    let again = Append::to(part.stream.clone(), Any, vec![event], append.recorded_at);
                    *place = self.inner().append(again).await?.places[0][0];
                }
            }
        }
        Ok(answer)
    }

    /// An id under which an event can be written once more.
    fn alias(&self, id: EventId) -> EventId {
        let aliases = &mut self.notes().aliases;
        let alias = EventId(Uuid::from_u128(u128::MAX / 3 + aliases.len() as u128));
        aliases.insert(alias, id);
        alias
    }

    async fn append_checked_again(&self, append: Append) -> Answer {
        // Whether it is malformed or an id is reused is found first, as it should be.
        let checks = append.streams.iter().map(|part| StreamAppend { events: Vec::new(), ..part.clone() });
        let checks = Append { streams: checks.collect(), ..append };
        match self.inner().append(checks).await {
            Err(AppendError::Conflict { stream, expected, actual }) => {
                self.refused_or_conflict(append, AppendError::Conflict { stream, expected, actual }).await
            }
            _ => self.inner().append(append).await,
        }
    }

    /// The fault of an append that has a conflict, which comes after the faults that are looked for before it.
    async fn refused_or_conflict(&self, append: Append, conflict: AppendError) -> Answer {
        match self.inner().append(append).await {
            Err(fault) => Err(fault),
            Ok(_) => Err(conflict),
        }
    }

    async fn check_then_act(&self, mut append: Append) -> Answer {
        let streams: Vec<_> = append.streams.iter().map(|part| part.stream.clone()).collect();
        let actual = self.inner().versions(&streams).await?;
        let mut expected = append.streams.iter().map(|part| part.expected).zip(actual);
        if expected.all(|(expected, actual): (ExpectedVersion, _)| expected.is_met_by(actual)) {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            append.streams.iter_mut().for_each(|part| part.expected = Any);
        }
        self.inner().append(append).await
    }

    async fn append_backwards(&self, mut append: Append) -> Answer {
        append.streams.iter_mut().for_each(|part| part.events.reverse());
        let mut answer = self.inner().append(append).await?;
        answer.places.iter_mut().for_each(|places| places.reverse());
        Ok(answer)
    }
}

/// One part for each stream, each id once.
fn put_together(parts: Vec<StreamAppend>) -> Vec<StreamAppend> {
    let mut ids = BTreeSet::new();
    let mut together: Vec<StreamAppend> = Vec::new();
    for mut part in parts {
        part.events.retain(|event: &NewEvent<Body>| ids.insert(event.id));
        match together.iter_mut().find(|other| other.stream == part.stream) {
            Some(other) => other.events.append(&mut part.events),
            None => together.push(part),
        }
    }
    together
}
