//! The events that every layout gets: seeded, so that each sees the same.

use uuid::Uuid;

/// How event ids are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Random, as UUIDv4 and v5 are.
    Random,
    /// Ordered by time, as UUIDv7 is.
    Ordered,
}

/// A source of events.
pub(crate) struct Input {
    ids: Ids,
    state: u64,
    made: u64,
    streams: u64,
    whale_every: u64,
    versions: Vec<u64>,
}

/// One event: 250 bytes in all, of which the header takes about 60.
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) stream: u32,
    pub(crate) version: u64,
    pub(crate) at: i64,
    pub(crate) body: [u8; 190],
}

impl Input {
    /// Streams that get 200 events, evenly through the log.
    pub(crate) const WHALES: u32 = 50;

    pub(crate) fn new(ids: Ids, events: u64) -> Self {
        let streams = Self::streams(events);
        Self {
            ids,
            state: 0x5eed,
            made: 0,
            streams,
            whale_every: (events / (200 * u64::from(Self::WHALES))).max(1),
            versions: vec![0; streams as usize],
        }
    }

    pub(crate) fn streams(events: u64) -> u64 {
        (events / 20).max(100)
    }

    pub(crate) fn next(&mut self) -> Event {
        self.made += 1;
        let (a, b) = (self.random(), self.random());
        let stream = if self.made.is_multiple_of(self.whale_every) {
            (self.made / self.whale_every) % u64::from(Self::WHALES)
        } else {
            u64::from(Self::WHALES) + self.random() % (self.streams - u64::from(Self::WHALES))
        } as u32;
        self.versions[stream as usize] += 1;
        let version = self.versions[stream as usize];
        let at = 1_700_000_000_000_000 + self.made as i64 * 1_000;
        let id = match self.ids {
            Ids::Random => Uuid::from_u64_pair(a, b),
            Ids::Ordered => Uuid::from_u64_pair(((at as u64 / 1_000) << 16) | (a & 0xffff), b),
        };
        let mut body = [0; 190];
        for chunk in body.chunks_mut(8) {
            let bytes = self.random().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Event { id, stream, version, at, body }
    }

    /// The sixteen bytes that name a stream: random-looking, as profile ids are.
    pub(crate) fn stream_name(stream: u32) -> Uuid {
        let a = mix(u64::from(stream) + 1);
        Uuid::from_u64_pair(a, mix(a))
    }

    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
