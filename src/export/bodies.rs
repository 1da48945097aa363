//! What events say, kept small: the fold drops texts and turns names into numbers, an export needs both.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use throughline_core::event::{Body, EventData, NewEvent, Section, decode};
use throughline_core::ids::EventId;
use throughline_core::wire::{DecodeError, Owned};

/// What becomes of free text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Texts {
    /// It stays out.
    #[default]
    LeftOut,
    /// It comes along: whoever reads the export reads what customers wrote.
    Kept,
}

impl Texts {
    /// An event without its texts, if they are to stay out: as it would be after they were erased.
    pub(super) fn of(self, event: &NewEvent) -> Result<NewEvent, DecodeError> {
        let body = self.body(event);
        Ok(event.with_data(body.open()?))
    }

    fn body(self, event: &NewEvent) -> Body {
        let body = Body::of(&event.data);
        match self {
            Self::LeftOut => Body { personal: Section::default(), ..body },
            Self::Kept => body,
        }
    }
}

/// Where one event's stored form lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    kind: u16,
    schema: u8,
    start: usize,
    personal: usize,
    end: usize,
}

/// The stored forms of all events, one behind the other.
#[derive(Debug)]
pub(super) struct Bodies {
    texts: Texts,
    bytes: Vec<u8>,
    places: HashMap<EventId, Place, FxBuildHasher>,
}

impl Bodies {
    pub(super) fn new(texts: Texts) -> Self {
        Self { texts, bytes: Vec::new(), places: HashMap::default() }
    }

    /// Keeps an event. Of two with one id the first counts, as in a history.
    pub(super) fn keep(&mut self, event: &NewEvent) {
        if self.places.contains_key(&event.id) {
            return;
        }
        let body = self.texts.body(event);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&body.plain);
        let personal = self.bytes.len();
        self.bytes.extend_from_slice(&body.personal);
        let place = Place { kind: body.kind, schema: body.schema, start, personal, end: self.bytes.len() };
        self.places.insert(event.id, place);
    }

    /// What an event says.
    pub(super) fn open(&self, id: EventId) -> Result<Option<EventData>, DecodeError> {
        let Some(place) = self.places.get(&id) else { return Ok(None) };
        let (plain, personal) =
            (&self.bytes[place.start..place.personal], &self.bytes[place.personal..place.end]);
        decode(place.kind, place.schema, plain, personal, &mut Owned).map(Some)
    }
}
