//! The ground that the tests of the SQLite backend stand on: folders that vanish, seeded numbers, made-up events.
// Each test uses a part of it, and a seed is there to be read.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use throughline_core::event::{Body, NewEvent};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::stream::{StreamId, TenantId};
use uuid::Uuid;

/// A folder that is gone after the test.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("throughline-test-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("log.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Seeded numbers (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// The seed of `SEED`, or this one. Printed, so that a failure can be had again.
    pub(crate) fn seeded(otherwise: u64) -> Self {
        let seed = std::env::var("SEED").map_or(otherwise, |s| s.parse().unwrap());
        println!("SEED={seed}");
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

pub(crate) fn profile(n: u64) -> StreamId {
    StreamId::profile(TenantId::default(), ProfileId(Numbers(n).uuid()))
}

pub(crate) fn event_id(n: u64) -> EventId {
    EventId(Numbers(n ^ 0xe1d0).uuid())
}

/// An event that is wholly determined by its number.
pub(crate) fn event(n: u64) -> NewEvent<Body> {
    let mut numbers = Numbers(n);
    let at = Micros(1_700_000_000_000_000 + numbers.below(1_000) as i64);
    let source = Name::new(["desk", "shop", "phone"][numbers.below(3) as usize]).unwrap();
    let body = Body {
        kind: numbers.below(2_000) as u16,
        schema: numbers.below(4) as u8,
        tag: numbers.chance(4).then(|| Numbers(numbers.below(20)).uuid()),
        key_id: if numbers.chance(8) { numbers.next() as u32 } else { 0 },
        plain: bytes(&mut numbers, 80).into(),
        personal: bytes(&mut numbers, 40).into(),
    };
    NewEvent {
        sequence: numbers.below(5),
        correlation_id: numbers.chance(3).then(|| numbers.uuid()),
        causation_id: numbers.chance(3).then(|| numbers.uuid()),
        ..NewEvent::new(event_id(n), at, source, body)
    }
}

/// One new event to one stream.
pub(crate) fn append(stream: &StreamId, expected: ExpectedVersion, n: u64) -> Append {
    Append::to(stream.clone(), expected, vec![event(n)], Micros(n as i64))
}

fn bytes(numbers: &mut Numbers, most: u64) -> Vec<u8> {
    (0..numbers.below(most)).map(|_| numbers.next() as u8).collect()
}
