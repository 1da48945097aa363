//! One mail, as far as the engine cares.

use super::Automatic;
use mail_parser::{HeaderValue, Message, MessageParser};
use std::fmt;
use thiserror::Error;
use throughline_core::event::vocabulary::{self, ContactStarted};
use throughline_core::event::{Author, Channel, Direction, NewEvent, Text};
use throughline_core::ids::{ContactId, EventId, IssueRef};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

/// The most bytes that a mail may have, attachments included: what large mail services take, and then some.
pub const MAX_BYTES: usize = 64 << 20;

/// The longest message id that is taken as one. RFC 5322 allows no line of more than 998 characters.
const MAX_ID: usize = 998;

/// One mail: which thread it belongs to, when it was sent, who or what wrote it, and what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    id: String,
    thread: Option<String>,
    sent_at: Option<Micros>,
    automatic: Option<Automatic>,
    text: Option<String>,
}

/// Who sent a letter, where no machine did. The address says so, and addresses are the embedder's to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The customer.
    Customer,
    /// A person of the company, and which, if that is known.
    Agent(Option<Name>),
    /// Something of the company that is not known to be a person. It stops no clock that a person must stop.
    Company,
}

/// Why bytes are no letter, or a letter gives no events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LetterError {
    /// More than [`MAX_BYTES`].
    #[error("a mail of {0} bytes is too large; the most is {max}", max = MAX_BYTES)]
    TooLarge(usize),
    /// No header was found.
    #[error("not a mail: it has to begin with headers such as `Message-ID:`, as in RFC 5322")]
    NoHeaders,
    /// There is no `Date` that can be read, and nobody said when it came.
    #[error("the mail has no `Date` that can be read; say when it was received")]
    NoDate,
}

impl Letter {
    /// Reads a mail as it came: headers, an empty line, and the body.
    pub fn read(mail: &[u8]) -> Result<Self, LetterError> {
        if mail.len() > MAX_BYTES {
            return Err(LetterError::TooLarge(mail.len()));
        }
        let parsed = MessageParser::new().parse(mail).ok_or(LetterError::NoHeaders)?;
        // Any text has lines that look like a header of somebody's own; a mail has one of those that mails have.
        if parsed.headers().iter().all(|header| header.name.is_other()) {
            return Err(LetterError::NoHeaders);
        }
        let sent_at = parsed
            .date()
            .filter(|date| date.is_valid())
            .map(|date| Micros(date.to_timestamp().saturating_mul(1_000_000)));
        Ok(Self {
            id: first_id(parsed.header(mail_parser::HeaderName::MessageId)).unwrap_or_else(|| of_bytes(mail)),
            thread: thread(&parsed),
            sent_at,
            automatic: Automatic::of(&parsed),
            text: parsed.body_text(0).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        })
    }

    /// The letter's id, without the angle brackets. One that carries none is named by its bytes, so that reading it
    /// again names it the same.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the letter that began the thread: the first that `References` names, else the one that this one
    /// answers, else its own (RFC 5322, 3.6.4).
    pub fn thread(&self) -> &str {
        self.thread.as_deref().unwrap_or(&self.id)
    }

    /// Whether it begins a thread.
    pub const fn begins_thread(&self) -> bool {
        self.thread.is_none()
    }

    /// When it was sent, by the sender's clock.
    pub const fn sent_at(&self) -> Option<Micros> {
        self.sent_at
    }

    /// The sign by which it is known to be a machine's; none if nothing says so.
    pub const fn automatic(&self) -> Option<Automatic> {
        self.automatic
    }

    /// Whether something that answers by itself may answer it. Two machines that answer each other never stop
    /// (RFC 3834, 2).
    pub const fn may_be_answered_by_a_machine(&self) -> bool {
        self.automatic.is_none()
    }

    /// The words, without markup, if there are any. Whoever calls this is reading personal data.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The contact that the thread is.
    pub fn contact(&self, source: &Name) -> ContactId {
        ContactId::derived(source.as_str(), self.thread())
    }

    /// What it says: that a contact began, if it begins a thread and is no machine's, and that somebody wrote.
    ///
    /// `received_at` is when the company's own mail server took it, which is better than what the sender's clock
    /// says; without it the `Date` counts.
    pub fn events(
        &self,
        source: &Name,
        sender: Sender,
        received_at: Option<Micros>,
    ) -> Result<Vec<NewEvent>, LetterError> {
        let at = received_at.or(self.sent_at).ok_or(LetterError::NoDate)?;
        let contact = self.contact(source);
        let direction = match sender {
            Sender::Customer => Direction::Inbound,
            Sender::Agent(_) | Sender::Company => Direction::Outbound,
        };
        let (author, agent) = match (self.automatic, sender) {
            (Some(_), Sender::Customer) => (Author::CustomerAutomatic, None),
            (Some(_), Sender::Agent(_) | Sender::Company) => (Author::Automatic, None),
            (None, Sender::Customer) => (Author::Customer, None),
            (None, Sender::Agent(agent)) => (Author::Human, agent),
            (None, Sender::Company) => (Author::Unknown, None),
        };
        let mut events = Vec::with_capacity(2);
        // A bounce or a newsletter is no concern of anybody's: what a machine begins opens nothing.
        if self.begins_thread() && self.automatic.is_none() {
            let issue = Some(IssueRef::derived(source.as_str(), self.thread()));
            let started = ContactStarted {
                contact,
                channel: Channel::Mail,
                direction,
                topic: None,
                issue,
                purpose: None,
            };
            let id = EventId::derived(source.as_str(), &format!("started {}", self.id));
            events.push(NewEvent::new(id, at, source.clone(), started.into()));
        }
        let text = self.text.as_deref().map(Text::new);
        let written = vocabulary::Message { contact, author, agent, verdict: None, text };
        let id = EventId::derived(source.as_str(), &self.id);
        // After the start of the same instant.
        events.push(NewEvent::new(id, at, source.clone(), written.into()).with_sequence(1));
        Ok(events)
    }
}

/// Says nothing of who wrote what to whom: ids of mails hold host names, and often more.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("begins_thread", &self.begins_thread())
            .field("sent_at", &self.sent_at)
            .field("automatic", &self.automatic)
            .field("text_bytes", &self.text.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}

/// The id that the thread began with, if another letter began it.
fn thread(mail: &Message<'_>) -> Option<String> {
    first_id(Some(mail.references())).or_else(|| first_id(Some(mail.in_reply_to())))
}

/// The first id of a header that can be one.
fn first_id(header: Option<&HeaderValue<'_>>) -> Option<String> {
    let fits = |id: &&str| !id.is_empty() && id.len() <= MAX_ID && !id.contains(char::is_control);
    match header? {
        HeaderValue::Text(id) => Some(id.as_ref()).filter(fits).map(str::to_owned),
        HeaderValue::TextList(ids) => ids.iter().map(AsRef::as_ref).find(fits).map(str::to_owned),
        _ => None,
    }
}

/// The name of a letter that carries none.
fn of_bytes(mail: &[u8]) -> String {
    const SPACE: Uuid = Uuid::from_bytes(*b"throughline-mail");
    format!("without-id-{}", Uuid::new_v5(&SPACE, mail))
}
