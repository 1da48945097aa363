//! The three records of the ledger: announced, amended, withdrawn.

use crate::decision::{Decision, Slot};
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;
use throughline_core::ids::{EventId, LinkId};
use throughline_core::name::{Interner, Name, Sym};
use uuid::Uuid;

/// Names one announcement for ever: UUIDv5 of its slot and generation. Use it as idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AnnouncementId(pub Uuid);

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Announcement<N = Name> {
    /// How often this slot had been announced before.
    pub generation: u32,
    /// Whether it was long past when it was said: an import of old facts. Subscriptions leave these out unless
    /// asked for them.
    pub historical: bool,
    /// What was said.
    #[serde(flatten)]
    pub decision: Decision<N>,
}

/// Why something that was said does not stand any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "because_of")]
#[non_exhaustive]
pub enum Reason {
    /// A fact arrived that belongs before it.
    LateFact(EventId),
    /// Two profiles were joined.
    Link(LinkId),
    /// Two profiles were parted.
    Unlink(LinkId),
    /// Facts were erased.
    Erasure,
    /// The rulebook in force is another.
    Rulebook,
    /// What is shared by all customers changed.
    Context,
    /// The evaluator is another version.
    Evaluator,
}

/// One entry of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum Entry<N = Name> {
    /// Something is said for the first time, or again after it was withdrawn.
    Announced(Announcement<N>),
    /// Something is said in place of what was said before.
    Amended {
        /// What it takes the place of.
        supersedes: AnnouncementId,
        /// Why.
        reason: Reason,
        /// What holds now.
        announcement: Announcement<N>,
    },
    /// Something does not stand any more.
    Withdrawn {
        /// What it was about.
        slot: Slot<N>,
        /// The generation that is withdrawn.
        generation: u32,
        /// Why.
        reason: Reason,
    },
}

/// The id of a slot's announcement in a generation.
pub fn announcement_id(slot: &Slot<&str>, generation: u32) -> AnnouncementId {
    const SPACE: Uuid = Uuid::from_bytes(*b"throughline-said");
    let mut bytes = Vec::with_capacity(64 + slot.rule.len());
    bytes.push(slot.kind as u8);
    bytes.extend_from_slice(&(slot.rule.len() as u32).to_le_bytes());
    bytes.extend_from_slice(slot.rule.as_bytes());
    bytes.extend_from_slice(slot.case.as_bytes());
    bytes.extend_from_slice(slot.trigger.as_bytes());
    bytes.extend_from_slice(&slot.occurrence.to_le_bytes());
    bytes.extend_from_slice(&generation.to_le_bytes());
    AnnouncementId(Uuid::new_v5(&SPACE, &bytes))
}

impl Announcement {
    /// The announcement's id.
    pub fn id(&self) -> AnnouncementId {
        announcement_id(&self.decision.slot.map(self.decision.slot.rule.as_str()), self.generation)
    }
}

impl Announcement<Sym> {
    /// The announcement with its names spelled out.
    pub fn named(&self, names: &Interner) -> Announcement {
        let Self { generation, historical, ref decision } = *self;
        Announcement { generation, historical, decision: decision.named(names) }
    }
}

impl<N> Entry<N> {
    /// What the entry is about.
    pub const fn slot(&self) -> &Slot<N> {
        match self {
            Self::Announced(announcement) | Self::Amended { announcement, .. } => &announcement.decision.slot,
            Self::Withdrawn { slot, .. } => slot,
        }
    }

    /// Whether it concerns something that was long past when it was said.
    pub const fn is_historical(&self) -> bool {
        match self {
            Self::Announced(announcement) | Self::Amended { announcement, .. } => announcement.historical,
            Self::Withdrawn { .. } => false,
        }
    }
}

impl Entry<Sym> {
    /// The entry with its names spelled out.
    pub fn named(&self, names: &Interner) -> Entry {
        match self {
            Self::Announced(announcement) => Entry::Announced(announcement.named(names)),
            Self::Amended { supersedes, reason, announcement } => Entry::Amended {
                supersedes: *supersedes,
                reason: *reason,
                announcement: announcement.named(names),
            },
            Self::Withdrawn { slot, generation, reason } => {
                Entry::Withdrawn { slot: slot.named(names), generation: *generation, reason: *reason }
            }
        }
    }
}

impl Entry {
    /// The id of the announcement that is made, or withdrawn.
    pub fn announcement_id(&self) -> AnnouncementId {
        match self {
            Self::Announced(announcement) | Self::Amended { announcement, .. } => announcement.id(),
            Self::Withdrawn { slot, generation, .. } => {
                announcement_id(&slot.map(slot.rule.as_str()), *generation)
            }
        }
    }
}

impl fmt::Display for AnnouncementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Reason {
    /// In words; with `{:#}` also the event or the link that it names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LateFact(_) => "a late fact",
            Self::Link(_) => "a link",
            Self::Unlink(_) => "an unlink",
            Self::Erasure => "an erasure",
            Self::Rulebook => "another rulebook",
            Self::Context => "another context",
            Self::Evaluator => "another evaluator",
        })?;
        match self {
            Self::LateFact(event) if f.alternate() => write!(f, " {event}"),
            Self::Link(link) | Self::Unlink(link) if f.alternate() => write!(f, " {link}"),
            _ => Ok(()),
        }
    }
}
