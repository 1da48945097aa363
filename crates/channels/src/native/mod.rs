//! The log format of our own: one CloudEvents 1.0 object a line (NDJSON), plain or as `.gz`.
//!
//! ```
//! use throughline_channels::native::NativeReader;
//!
//! let log = r#"{"specversion":"1.0","id":"m-1","source":"desk","type":"throughline.page.viewed","subject":"c-7","time":"2024-05-01T09:30:00Z","data":{"page":"cancellation-terms"}}"#;
//! let mut reader = NativeReader::new(log.as_bytes());
//! let item = reader.next().unwrap()?;
//! assert_eq!(item.event.kind().as_str(), "page.viewed");
//! assert!(reader.next().is_none());
//! assert_eq!(reader.counts().events, 1);
//! # Ok::<(), throughline_channels::reject::Reject>(())
//! ```
//!
//! | Attribute | Needed | Is |
//! |---|---|---|
//! | `specversion` | yes | `1.0` |
//! | `type` | yes | `throughline.` and the kind of event: `throughline.contact.started` |
//! | `source` | yes | the system that says so |
//! | `id` | yes | a UUID, taken as it is; any other text names the event together with `source` |
//! | `subject` | yes | the profile: a UUID, taken as it is; any other text names it together with `source` |
//! | `time` | yes | when it happened, RFC 3339; what is finer than a microsecond is cut off |
//! | `data` | yes | an object with the fields of the kind |
//! | `recordedtime` | no | when the log's writer learnt it, RFC 3339 |
//! | `sequence` | no | a whole number, also as a string of digits; 0 if it is not there |
//! | `correlationid` | no | a UUID; any other text names a thread together with `source` |
//! | `causationid` | no | a UUID; any other text is the `id` of an event of the same `source` |
//! | `dataschema` | no | `urn:throughline:` + kind + `:` + schema version; a URI of any other sort is not looked at |
//!
//! A UUID is one in the form with four hyphens, and not the nil one, which names nothing. Attributes that are
//! not listed are extensions, as CloudEvents allows, and not looked at. CloudEvents scopes `id` and `subject` by
//! `source`: two systems that both know a customer "7" do not mean the same person, and joining them is the
//! business of links.
//!
//! `benches/read.rs` measures 413-byte events at 1.4 million a second and core, in time that the core really spent;
//! serde_json alone, into a `Value`, takes 1.7 times as long. Ids that are no UUIDs cost a fifth more. Ranges
//! of a file share nothing: two threads spend together what one would.

mod data;
mod envelope;
mod parse;
mod ranges;
mod reader;
mod writer;

pub use ranges::{ByteRange, open_range, open_range_counted, split_at_lines};
pub use reader::{DEFAULT_MAX_LINE_BYTES, NativeReader};
pub use writer::{NativeWriter, WriteError};

/// What stands before the kind in `type`.
const TYPE_PREFIX: &str = "throughline.";
/// What stands before kind and version in `dataschema`.
const SCHEMA_PREFIX: &str = "urn:throughline:";
