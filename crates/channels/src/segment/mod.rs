//! Logs of customer-data platforms: one call of the [Segment spec](https://segment.com/docs/connections/spec/) a
//! line (NDJSON), plain or as `.gz`.
//!
//! ```
//! use throughline_channels::segment::SegmentReader;
//! use throughline_core::name::Name;
//!
//! let log = r#"{"type":"page","messageId":"m-1","userId":"c-7","name":"terms","timestamp":"2024-05-01T09:30:00Z"}"#;
//! let mut reader = SegmentReader::new(log.as_bytes(), Name::new("web")?);
//! assert_eq!(reader.next().unwrap()?.event.kind().as_str(), "page.viewed");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The spec has no word for the system that a call comes from, so the caller names it. What each call becomes is
//! in `docs/FORMATS.md`. Three choices behind it:
//!
//! * Only `identify` and `alias` join two profiles. A `track` of a known user from a known browser says no more
//!   than that the two met: two people may share the browser.
//! * A link's event follows from the two profiles alone, time included, so that a page which identifies its user
//!   again and again gives one fact and repetitions of it.
//! * An e-mail address or a phone number is kept as its keyed hash only, and without a key not at all: a hash
//!   that anybody can make again is the number itself.

mod call;
mod events;
mod fault;
mod order;
mod reader;

pub use reader::SegmentReader;
