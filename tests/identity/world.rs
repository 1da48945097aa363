//! A store, an engine with a key, and a rulebook whose limits are low.

use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::Position;
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::ProfileId;
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::engine::{Claimed, Customer, EngineBuilder, EngineError, Identified};
use throughline::rules::identity::record::{IDENTIFIER_KIND, Record};
use throughline::rules::rulebook::DEFAULT;
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::read::StoredEvent;
use throughline::store::stream::StreamKey;
use throughline_testkit::clock::ManualClock;

pub(crate) const KEY: [u8; 16] = [7; 16];

const IDENTITY: &str = r#"
[identity]
region = "DE"

[identity.kinds.account]
strength = "strong"
unique = true
blocked = ["0000"]

[identity.kinds.email]
strength = "strong"
max_profiles = 4
max_values = 3
blocked = ["test@test.com"]

[identity.kinds.phone]
strength = "strong"
max_profiles = 2

[identity.kinds.birth-date]
strength = "weak"
unique = true

[identity.kinds.work-email]
form = "email"
strength = "strong"

[identity.kinds.cookie]
strength = "weak"
"#;

/// The rulebook that ships, with low limits.
pub(crate) fn rulebook() -> String {
    without_identity() + IDENTITY
}

/// The rulebook that ships, without a policy: whoever says that two are one is believed.
pub(crate) fn without_identity() -> String {
    DEFAULT.split("[identity]").next().unwrap().to_owned()
}

/// 1 January 2026, 9:00, and so many minutes.
pub(crate) fn at(minutes: i64) -> Micros {
    Micros(1_767_258_000_000_000 + minutes * 60_000_000)
}

pub(crate) fn person(number: u8) -> ProfileId {
    ProfileId::from_bytes([number; 16])
}

pub(crate) struct World {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) clock: ManualClock,
    pub(crate) engine: Engine,
}

pub(crate) fn builder(store: Arc<dyn EventStore>, clock: &ManualClock) -> EngineBuilder {
    let clock = clock.clone();
    let builder = Engine::builder(store).clock(move || clock.now());
    builder.rulebook(rulebook()).identifier_key(IdentifierKey::new(KEY))
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new())).await
    }

    pub(crate) async fn on(store: Arc<dyn EventStore>) -> Self {
        let clock = ManualClock::at(at(0));
        let engine = builder(store.clone(), &clock).start().await.unwrap();
        Self { store, clock, engine }
    }

    pub(crate) async fn identify(&self, who: u8, kind: &str, value: &str) -> Result<Identified, EngineError> {
        let identifier = Identifier::new(kind, value).unwrap();
        self.engine.identify(person(who), &identifier, at(0), Name::new("test").unwrap()).await
    }

    /// What a claim came to that takes nobody apart.
    pub(crate) async fn claim(&self, who: u8, kind: &str, value: &str) -> Claimed {
        let identified = self.identify(who, kind, value).await.unwrap();
        assert!(identified.parted.is_empty(), "{identified}");
        identified.claimed
    }

    pub(crate) async fn who_is(&self, kind: &str, value: &str) -> Vec<Customer> {
        self.engine.who_is(&Identifier::new(kind, value).unwrap()).await.unwrap()
    }

    /// The whole log.
    pub(crate) async fn log(&self) -> Vec<StoredEvent> {
        self.store.read_all(Position(0), 100_000).await.unwrap().events
    }

    /// What the streams of identifiers hold.
    pub(crate) async fn records(&self) -> Vec<Record> {
        let log = self.log().await;
        let bodies = log.iter().map(|event| &event.recorded.event.data);
        bodies.filter(|body| body.kind == IDENTIFIER_KIND).map(|body| Record::open(body).unwrap()).collect()
    }

    /// The hashes of all identifiers, as text.
    pub(crate) async fn hashes(&self) -> Vec<String> {
        let hash = |event: &StoredEvent| match event.stream.key {
            StreamKey::Identifier(hash) => Some(hash.0.to_string()),
            _ => None,
        };
        self.log().await.iter().filter_map(hash).collect()
    }
}
