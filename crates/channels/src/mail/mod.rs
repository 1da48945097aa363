//! Mail: which thread a message belongs to (RFC 5322), and whether a machine wrote it (RFC 3834).
//!
//! A mail says more in its headers than in its words. The thread that it belongs to names the case, so nobody has to
//! ask for a ticket number; and an absence notice is not an answer, nor a reason to open anything.
//!
//! ```
//! use throughline_channels::mail::{Letter, Sender};
//! use throughline_core::name::Name;
//!
//! let mail = b"Message-ID: <2@home.example>\r\n\
//!     References: <1@home.example> <a@shop.example>\r\n\
//!     Date: Mon, 2 Mar 2026 09:30:00 +0100\r\n\
//!     Auto-Submitted: auto-replied\r\n\
//!     \r\n\
//!     I am away until Friday.\r\n";
//! let letter = Letter::read(mail)?;
//! assert_eq!(letter.thread(), "1@home.example");
//! assert!(letter.automatic().is_some());
//! let source = Name::new("support-mail").unwrap();
//! let events = letter.events(&source, Sender::Customer, None)?;
//! assert_eq!(events.len(), 1, "it goes on in a thread that another letter began");
//! # Ok::<(), throughline_channels::mail::LetterError>(())
//! ```

mod automatic;
mod letter;

pub use automatic::Automatic;
pub use letter::{Letter, LetterError, MAX_BYTES, Sender};
