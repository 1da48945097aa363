//! Frames: the log's events in batches of some kilobytes, each one blob with a checksum.
//!
//! Events come in as [`Accepted`] and go out as [`EventRef`], which borrows from the frame's bytes. What is said
//! once for a frame (tenants, sources, streams, base times) stands in tables at its front. The byte map is in
//! `docs/FORMAT.md`; the only module that may know it is this one.

mod event_ref;
mod parse;
mod write;

pub use event_ref::EventRef;
pub(super) use event_ref::Names;
pub(super) use parse::Frame;
pub(super) use write::FrameWriter;

use crate::stream::StreamId;
use thiserror::Error;
use throughline_core::event::{Body, NewEvent};
use throughline_core::time::Micros;
use throughline_core::wire::DecodeError;

/// The layout that this version writes, in a frame's first byte.
const FORMAT: u8 = 1;
/// Format, reserved byte, checksum.
const PREFIX: usize = 6;

const HAS_TAG: u8 = 1;
const HAS_CORRELATION: u8 = 2;
const HAS_CAUSATION: u8 = 4;
const HAS_KEY: u8 = 8;
const KNOWN_FLAGS: u8 = HAS_TAG | HAS_CORRELATION | HAS_CAUSATION | HAS_KEY;

/// An event that has passed every check and has its place.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    pub(super) stream: StreamId,
    /// The stream's fingerprint, see [`fingerprint`](super::fingerprint).
    pub(super) stream_key: u64,
    pub(super) position: u64,
    pub(super) version: u64,
    pub(super) recorded_at: Micros,
    pub(super) event: NewEvent<Body>,
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum FrameError {
    /// Written by a version that has another layout.
    #[error("frame layout {0} is not known to this version")]
    Layout(u8),
    /// The checksum does not fit: a bit has changed since it was written.
    #[error("the frame's checksum does not match its bytes")]
    Checksum,
    /// The checksum fits and the content makes no sense.
    #[error("the frame names {0} that its tables do not have")]
    Table(&'static str),
    /// A record says something that this version has no word for.
    #[error("a record has flags {0:#04x} that are not known to this version")]
    Flags(u8),
    /// The bytes end too early or a number is out of range.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
