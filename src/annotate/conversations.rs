//! What is remembered of conversations while their log is read: what each contact is about, what the customer asked in it,
//! and her language.
//!
//! Bounded: the customers who were met last, of each her last [`MOST_CONTACTS`] contacts, of each the newest
//! [`MOST_BYTES`] of what she wrote. Whoever is not remembered is read from the log again, if there is one to read.

use super::text::text_of;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use throughline_core::event::{Author, EventData, NewEvent, Preference};
use throughline_core::ids::{ContactId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// How many contacts of a customer are remembered.
const MOST_CONTACTS: usize = 8;

/// How many bytes of what a customer wrote in a contact are remembered.
const MOST_BYTES: usize = 4 << 10;

/// How many customers are remembered, at least half of them those who were met last.
const MOST_CUSTOMERS: usize = 2_048;

/// The conversations of those who were met last. Two maps in place of a list by age: when the young one is full the old
/// one is forgotten.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    young: HashMap<ProfileId, Conversation, FxBuildHasher>,
    old: HashMap<ProfileId, Conversation, FxBuildHasher>,
}

/// What is remembered of one customer.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) language: Option<Name>,
    contacts: Vec<Contact>,
}

struct Contact {
    id: ContactId,
    topic: Option<Name>,
    /// What the customer wrote, and when, by that time.
    asked: Vec<(Micros, String)>,
}

/// Shows no words.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("asked", &self.asked.len()).finish_non_exhaustive()
    }
}

impl Conversations {
    /// Whether a customer is remembered.
    pub(super) fn knows(&self, profile: ProfileId) -> bool {
        self.young.contains_key(&profile) || self.old.contains_key(&profile)
    }

    /// The conversation of a customer, begun now if nobody remembers it.
    pub(super) fn of(&mut self, profile: ProfileId) -> &mut Conversation {
        if !self.young.contains_key(&profile) {
            let known = self.old.remove(&profile).unwrap_or_default();
            if self.young.len() >= MOST_CUSTOMERS / 2 {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(profile, known);
        }
        self.young.entry(profile).or_default()
    }
}

impl Conversation {
    /// Takes in what was told.
    pub(super) fn hears(&mut self, event: &NewEvent) {
        match &event.data {
            EventData::ContactStarted(e) => self.contact(e.contact).topic.clone_from(&e.topic),
            EventData::PreferenceStated(e) if e.preference == Preference::Language => {
                self.language.clone_from(&e.value);
            }
            data => {
                if let Some((contact, text)) = asked_by(data) {
                    self.contact(contact).asks(event.occurred_at, text);
                }
            }
        }
    }

    /// What a contact is about, if that was stated.
    pub(super) fn topic(&self, contact: ContactId) -> Option<&Name> {
        self.contacts.iter().find(|known| known.id == contact)?.topic.as_ref()
    }

    /// What the customer wrote in a contact up to an instant.
    pub(super) fn asked(&self, contact: ContactId, until: Micros) -> Option<String> {
        let contact = self.contacts.iter().find(|known| known.id == contact)?;
        let asked = contact.asked.iter().filter(|(at, _)| *at <= until);
        let asked: Vec<&str> = asked.map(|(_, text)| text.as_str()).collect();
        (!asked.is_empty()).then(|| asked.join("\n"))
    }

    fn contact(&mut self, id: ContactId) -> &mut Contact {
        let place = self.contacts.iter().position(|known| known.id == id).unwrap_or_else(|| {
            if self.contacts.len() == MOST_CONTACTS {
                self.contacts.remove(0);
            }
            self.contacts.push(Contact { id, topic: None, asked: Vec::new() });
            self.contacts.len() - 1
        });
        &mut self.contacts[place]
    }
}

/// What a customer wrote in person, and in which contact.
fn asked_by(data: &EventData) -> Option<(ContactId, &str)> {
    let spoken = text_of(data).filter(|spoken| spoken.author == Author::Customer)?;
    Some((spoken.contact?, spoken.text))
}

impl Contact {
    fn asks(&mut self, at: Micros, text: &str) {
        let mut end = text.len().min(MOST_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let place = self.asked.partition_point(|(known, _)| *known <= at);
        self.asked.insert(place, (at, text[..end].to_owned()));
        while self.asked.iter().map(|(_, text)| text.len()).sum::<usize>() > MOST_BYTES {
            self.asked.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_core::event::Text;
    use throughline_core::event::vocabulary::Message;
    use throughline_core::ids::EventId;

    fn said(n: usize, contact: u8, text: String) -> NewEvent {
        let contact = ContactId::from_bytes([contact; 16]);
        let text = Some(Text::new(text));
        let data = Message { contact, author: Author::Customer, agent: None, verdict: None, text };
        let source = Name::new("desk").unwrap_or_else(|e| unreachable!("{e}"));
        NewEvent::new(EventId::derived("test", &n.to_string()), Micros(n as i64), source, data.into())
    }

    #[test]
    fn what_is_remembered_is_bounded_whoever_comes() {
        let mut conversations = Conversations::default();
        for n in 0..10_000_usize {
            let profile = ProfileId::derived("test", &(n / 3).to_string());
            conversations.of(profile).hears(&said(n, 1, "x".repeat(n)));
        }
        assert!(conversations.young.len() + conversations.old.len() <= MOST_CUSTOMERS);
        let mut one = Conversation::default();
        for n in 0..100 {
            one.hears(&said(n, n as u8, "ä".repeat(MOST_BYTES)));
            one.hears(&said(n, n as u8, "and".into()));
        }
        assert_eq!(one.contacts.len(), MOST_CONTACTS);
        let kept = |contact: &Contact| contact.asked.iter().map(|(_, text)| text.len()).sum::<usize>();
        assert!(one.contacts.iter().all(|contact| kept(contact) <= MOST_BYTES));
    }

    #[test]
    fn a_question_is_what_was_asked_by_then_in_the_order_in_which_it_was_asked() {
        let mut one = Conversation::default();
        for n in [3, 1, 2] {
            one.hears(&said(n, 1, n.to_string()));
        }
        let contact = ContactId::from_bytes([1; 16]);
        assert_eq!(one.asked(contact, Micros(2)).as_deref(), Some("1\n2"));
        assert_eq!(one.asked(contact, Micros(0)), None);
    }
}
