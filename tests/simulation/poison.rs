//! What a reader cannot handle: which notices fail, how often, and what the reader does about it. It has chances of its
//! own, so that a life without poison is the same as before there was any.

use throughline::core::ids::ProfileId;
use throughline::engine::Announcements;
use throughline::rules::ledger::AnnouncementId;
use throughline_testkit::rng::Rng;

/// Sets the chances of poison apart from those of the rest of a life.
const APART: u64 = 0x504f_4953_4f4e;

/// What fails in one life.
#[derive(Clone, Debug)]
pub(crate) struct Poison {
    seed: u64,
    rng: Rng,
    /// How many customers may be parked at once; as many as the engine says if there is no number.
    limit: Option<usize>,
}

/// What the reader does about one of those who are parked, each by a number from which one is found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    Retry(usize),
    Skip(usize),
}

impl Poison {
    /// Half of the lives have some.
    pub(crate) fn of(seed: u64) -> Option<Self> {
        let mut rng = Rng::new(seed ^ APART);
        let has_some = rng.chance(500);
        let limit = rng.chance(300).then(|| 1 + rng.below(2) as usize);
        has_some.then_some(Self { seed, rng, limit })
    }

    /// Whether a notice fails that has failed so often.
    pub(crate) fn fails(&self, id: AnnouncementId, failed: usize) -> bool {
        let (high, low) = id.0.as_u64_pair();
        let mut rng = Rng::new(self.seed ^ APART ^ high ^ low);
        rng.chance(150) && failed < [1, 3, usize::MAX][rng.below(3) as usize]
    }

    /// Whether it is the reader's turn: it reads more often than one that can handle everything.
    pub(crate) fn reads(&mut self) -> bool {
        self.rng.chance(350)
    }

    /// How much more than another it reads at once.
    pub(crate) fn more(&mut self) -> usize {
        self.rng.below(20) as usize
    }

    /// What the reader wants to do before it reads on.
    pub(crate) fn wish(&mut self) -> Option<Wish> {
        let which = self.rng.below(1_000) as usize;
        match self.rng.below(100) {
            0..40 => Some(Wish::Retry(which)),
            40..52 => Some(Wish::Skip(which)),
            _ => None,
        }
    }

    /// Whether the reader tries to park again when it does not know whether somebody is parked.
    pub(crate) fn insists(&mut self) -> bool {
        self.rng.chance(500)
    }

    pub(crate) fn limited(&self, reader: Announcements) -> Announcements {
        match self.limit {
            Some(customers) => reader.park_at_most(customers),
            None => reader,
        }
    }
}

impl Wish {
    /// Whom it is about.
    pub(crate) fn whom(self, reader: &Announcements) -> Option<ProfileId> {
        let (Self::Retry(which) | Self::Skip(which)) = self;
        let parked = reader.parked();
        parked.get(which % parked.len().max(1)).map(|parked| parked.profile)
    }
}
