//! What the headers of a mail say about its thread and its author.
//!
//! A reader of a mailbox hands over the headers as they are and gets what `contact.started` and `message` need: the
//! reference of the thread (RFC 5322, section 3.6.4), and whether a machine wrote it (RFC 3834, section 2, and the
//! headers that were in use before it and still are).

use super::{Author, Direction};

/// The headers of one mail, as far as they matter.
/// ```
/// use throughline_core::event::mail::MailHeaders;
/// use throughline_core::event::{Author, Direction};
///
/// let headers = MailHeaders::read([
///     ("Message-ID", "<3@example.net>"),
///     ("In-Reply-To", "<2@example.org>"),
///     ("References", "<1@example.net> <2@example.org>"),
///     ("Auto-Submitted", "auto-replied (vacation)"),
/// ]);
/// assert_eq!(headers.thread(), Some("1@example.net"));
/// assert_eq!(headers.author(Direction::Inbound), Author::CustomerAutomatic);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailHeaders<'a> {
    id: Option<&'a str>,
    parent: Option<&'a str>,
    root: Option<&'a str>,
    automatic: bool,
    bulk: bool,
}

impl<'a> MailHeaders<'a> {
    /// Reads headers; those that do not matter are passed over. Names may be in any case.
    pub fn read(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut read = Self::default();
        for (name, value) in headers {
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            let word = first_word(value);
            if is("Message-ID") {
                read.id = first_id(value);
            } else if is("In-Reply-To") {
                read.parent = first_id(value);
            } else if is("References") {
                read.root = first_id(value);
            } else if is("Auto-Submitted") {
                read.automatic |= !word.is_empty() && !word.eq_ignore_ascii_case("no");
            } else if is("Precedence") {
                read.automatic |= word.eq_ignore_ascii_case("auto_reply");
                read.bulk |= ["bulk", "list", "junk"].iter().any(|bulk| word.eq_ignore_ascii_case(bulk));
            } else if is("X-Autoreply") || is("X-Autorespond") {
                read.automatic |= !word.eq_ignore_ascii_case("no");
            } else if is("Return-Path") {
                // The empty sender: nobody wants an answer, because nobody wrote.
                read.automatic |= value.trim() == "<>";
            } else if is("List-Id") || is("List-Unsubscribe") {
                read.bulk = true;
            }
        }
        read
    }

    /// The id that every mail of the thread has in common: of the first one. Without `References`, that of the mail
    /// it answers, which is the first one only if that answered none.
    pub fn thread(&self) -> Option<&'a str> {
        self.root.or(self.parent).or(self.id)
    }

    /// The id of the mail itself.
    pub const fn message_id(&self) -> Option<&'a str> {
        self.id
    }

    /// Who wrote it, in a mail that came in or went out.
    pub const fn author(&self, direction: Direction) -> Author {
        match (direction, self.automatic, self.bulk) {
            (Direction::Inbound, false, false) => Author::Customer,
            (Direction::Inbound, ..) => Author::CustomerAutomatic,
            (Direction::Outbound, true, _) => Author::Automatic,
            (Direction::Outbound, false, true) => Author::Workflow,
            (Direction::Outbound, false, false) => Author::Human,
        }
    }
}

/// The first message id of a list of them, without its brackets.
fn first_id(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once('<')?;
    let (id, _) = rest.split_once('>')?;
    let id = id.trim();
    (!id.is_empty()).then_some(id)
}

/// The value before parameters and remarks.
fn first_word(value: &str) -> &str {
    value.split([';', '(', ' ', '\t']).find(|word| !word.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(headers: &[(&'static str, &'static str)], direction: Direction) -> Author {
        MailHeaders::read(headers.iter().copied()).author(direction)
    }

    #[test]
    fn a_machine_is_told_from_a_person() {
        for (name, value, inbound, outbound) in [
            ("Subject", "hello", Author::Customer, Author::Human),
            ("Auto-Submitted", "no", Author::Customer, Author::Human),
            ("auto-submitted", " auto-generated; x=y", Author::CustomerAutomatic, Author::Automatic),
            ("Precedence", "bulk", Author::CustomerAutomatic, Author::Workflow),
            ("Precedence", "auto_reply", Author::CustomerAutomatic, Author::Automatic),
            ("Precedence", "first-class", Author::Customer, Author::Human),
            ("X-Autoreply", "yes", Author::CustomerAutomatic, Author::Automatic),
            ("Return-Path", "<>", Author::CustomerAutomatic, Author::Automatic),
            ("Return-Path", "<ann@example.net>", Author::Customer, Author::Human),
            ("List-Id", "<news.example.org>", Author::CustomerAutomatic, Author::Workflow),
        ] {
            assert_eq!(author(&[(name, value)], Direction::Inbound), inbound, "{name}: {value}");
            assert_eq!(author(&[(name, value)], Direction::Outbound), outbound, "{name}: {value}");
        }
    }

    #[test]
    fn every_mail_of_a_thread_names_its_first() {
        let thread =
            |headers: &[(&'static str, &'static str)]| MailHeaders::read(headers.iter().copied()).thread();
        assert_eq!(thread(&[("Message-ID", "<1@a>")]), Some("1@a"));
        assert_eq!(thread(&[("Message-ID", "<2@a>"), ("In-Reply-To", "<1@a>")]), Some("1@a"));
        let third = [("Message-ID", "<3@a>"), ("In-Reply-To", "<2@a>"), ("References", "\t<1@a>\r\n <2@a>")];
        assert_eq!(thread(&third), Some("1@a"));
        assert_eq!(thread(&[("References", "no id")]), None);
        assert_eq!(thread(&[("References", "<>"), ("Message-ID", "< 4@a >")]), Some("4@a"));
    }
}
