//! A stored event as the bulk readers see it: borrowed, without an allocation.

use super::FrameError;
use crate::read::StoredEvent;
use crate::stream::{StreamId, StreamKey, TenantId};
use throughline_core::event::{Body, NewEvent, Position, RecordedEvent, Version};
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

/// One event of the log, borrowed from the frame that holds it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EventRef<'a> {
    /// Names the frame: events with the same number here share the meaning of the two indices below.
    pub frame: u64,
    /// In the log.
    pub position: Position,
    /// In its stream.
    pub version: Version,
    /// The stream's tenant.
    pub tenant: &'a str,
    /// The number of [`StreamId::key_bytes`].
    pub stream_kind: u8,
    /// The sixteen bytes of [`StreamId::key_bytes`].
    pub stream_id: Uuid,
    /// The stream's place in the frame's table, small and dense: what it stands for can be cached for a frame.
    pub stream_index: u32,
    /// The event's id.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Micros,
    /// When it was learnt.
    pub recorded_at: Micros,
    /// Who says so.
    pub source: &'a str,
    /// The source's place in the frame's table, so that a reader interns it once a frame.
    pub source_index: u32,
    /// The source's own number for it.
    pub sequence: u64,
    /// The business thread, if there is one.
    pub correlation_id: Option<Uuid>,
    /// What caused it, if something did.
    pub causation_id: Option<Uuid>,
    /// The body's kind.
    pub kind: u16,
    /// The body's schema version.
    pub schema: u8,
    /// The body's tag.
    pub tag: Option<Uuid>,
    /// The key of the personal section; 0 = none.
    pub key_id: u32,
    /// The plain section.
    pub plain: &'a [u8],
    /// The personal section.
    pub personal: &'a [u8],
}

impl EventRef<'_> {
    /// Whether the event is in this stream.
    pub fn is_in(&self, stream: &StreamId) -> bool {
        stream.key_bytes() == (self.stream_kind, self.stream_id) && stream.tenant.as_str() == self.tenant
    }

    /// Whether this is the same fact: equal in everything that its writer said.
    pub fn says_the_same_as(&self, event: &NewEvent<Body>) -> bool {
        let body = &event.data;
        self.id == event.id
            && self.occurred_at == event.occurred_at
            && self.source == event.source.as_str()
            && self.sequence == event.sequence
            && self.correlation_id == event.correlation_id
            && self.causation_id == event.causation_id
            && self.kind == body.kind
            && self.schema == body.schema
            && self.tag == body.tag
            && self.key_id == body.key_id
            && *self.plain == *body.plain
            && *self.personal == *body.personal
    }
}

/// Names that were read lately, so that a page of one source's events shares one name.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Names {
    tenants: Vec<TenantId>,
    sources: Vec<Name>,
}

impl Names {
    const MOST: usize = 64;

    /// The event with names and bytes of its own.
    pub(in crate::sqlite) fn own(&mut self, event: &EventRef<'_>) -> Result<StoredEvent, FrameError> {
        Ok(StoredEvent {
            stream: self.stream(event)?,
            recorded: RecordedEvent {
                position: event.position,
                version: event.version,
                recorded_at: event.recorded_at,
                event: NewEvent {
                    id: event.id,
                    occurred_at: event.occurred_at,
                    source: self.source(event.source)?,
                    sequence: event.sequence,
                    correlation_id: event.correlation_id,
                    causation_id: event.causation_id,
                    data: Body {
                        kind: event.kind,
                        schema: event.schema,
                        tag: event.tag,
                        key_id: event.key_id,
                        plain: event.plain.into(),
                        personal: event.personal.into(),
                    },
                },
            },
        })
    }

    /// The name of the event's stream.
    pub(in crate::sqlite) fn stream(&mut self, event: &EventRef<'_>) -> Result<StreamId, FrameError> {
        let key = StreamKey::from_bytes(event.stream_kind, event.stream_id)
            .ok_or(FrameError::Table("a kind of stream"))?;
        let known = self.tenants.iter().find(|t| t.as_str() == event.tenant);
        let tenant = if let Some(tenant) = known {
            tenant.clone()
        } else {
            let tenant = TenantId::new(event.tenant).map_err(|_| FrameError::Table("a tenant's name"))?;
            keep(&mut self.tenants, &tenant);
            tenant
        };
        Ok(StreamId { tenant, key })
    }

    fn source(&mut self, text: &str) -> Result<Name, FrameError> {
        if let Some(name) = self.sources.iter().find(|n| n.as_str() == text) {
            return Ok(name.clone());
        }
        let name = Name::new(text).map_err(|_| FrameError::Table("a source's name"))?;
        keep(&mut self.sources, &name);
        Ok(name)
    }
}

fn keep<T: Clone>(names: &mut Vec<T>, name: &T) {
    if names.len() == Names::MOST {
        names.clear();
    }
    names.push(name.clone());
}
