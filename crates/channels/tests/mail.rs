//! Mail: threads by RFC 5322, machines by RFC 3834, and bytes that are no mail.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use proptest::prelude::*;
use throughline_channels::mail::{Automatic, Letter, LetterError, Sender};
use throughline_core::event::{Author, Direction, EventData};
use throughline_core::name::Name;
use throughline_core::time::Micros;

fn letter(headers: &str) -> Letter {
    Letter::read(format!("{headers}\n\nHello.\n").replace('\n', "\r\n").as_bytes()).unwrap()
}

fn source() -> Name {
    Name::new("support-mail").unwrap()
}

#[test]
fn a_thread_is_named_by_the_letter_that_began_it() {
    for (headers, thread, begins) in [
        ("Message-ID: <1@a>", "1@a", true),
        ("Message-ID: <2@a>\nIn-Reply-To: <1@a>", "1@a", false),
        ("Message-ID: <3@a>\nIn-Reply-To: <2@a>\nReferences: <1@a> <2@a>", "1@a", false),
        // Folded, as long lists are.
        ("Message-ID: <4@a>\nReferences: <1@a>\n <2@a>\n\t<3@a>", "1@a", false),
        ("Message-ID: <5@a>\nReferences: \nIn-Reply-To: <1@a>", "1@a", false),
        // Headers of any case.
        ("message-id: <6@a>\nREFERENCES: <1@a>", "1@a", false),
    ] {
        let letter = letter(headers);
        assert_eq!((letter.thread(), letter.begins_thread()), (thread, begins), "{headers}");
    }
}

#[test]
fn letters_of_one_thread_are_one_contact_whoever_wrote_them() {
    let first = letter("Message-ID: <1@a>\nDate: Mon, 2 Mar 2026 09:30:00 +0100");
    let reply = letter("Message-ID: <2@b>\nReferences: <1@a>\nDate: Mon, 2 Mar 2026 11:00:00 +0000");
    assert_eq!(first.contact(&source()), reply.contact(&source()));

    let begun = first.events(&source(), Sender::Customer, None).unwrap();
    let [started, wrote] = &begun[..] else { panic!("{begun:?}") };
    let EventData::ContactStarted(start) = &started.data else { panic!("{started:?}") };
    assert_eq!((start.contact, start.direction), (first.contact(&source()), Direction::Inbound));
    assert!(start.issue.is_some());
    assert_eq!(started.occurred_at.to_string(), "2026-03-02T08:30:00Z");
    assert!((started.occurred_at, started.sequence) < (wrote.occurred_at, wrote.sequence));

    let bo = Name::new("bo").unwrap();
    let answer = reply.events(&source(), Sender::Agent(Some(bo.clone())), Some(Micros(7))).unwrap();
    let [wrote] = &answer[..] else { panic!("{answer:?}") };
    let EventData::Message(message) = &wrote.data else { panic!("{wrote:?}") };
    assert_eq!((message.contact, message.author, &message.agent), (start.contact, Author::Human, &Some(bo)));
    assert_eq!(wrote.occurred_at, Micros(7), "when the company's server took it");
    assert_eq!(message.text.as_ref().unwrap().as_str(), "Hello.");
}

#[test]
fn a_machine_is_known_by_what_the_standards_say() {
    use Automatic::{Bounced, ByCustom, Generated, Replied, ToMany};
    for (headers, expected) in [
        ("Subject: Automatic reply: away", None), // A subject is anybody's words.
        ("Auto-Submitted: no", None),
        ("Auto-Submitted: No (sent by hand)", None),
        ("Auto-Submitted: auto-replied", Some(Replied)),
        ("auto-submitted: AUTO-REPLIED; owner-email=\"a@b\"", Some(Replied)),
        ("Auto-Submitted: auto-generated", Some(Generated)),
        ("Auto-Submitted: auto-notified; owner-email=\"a@b\"", Some(Generated)),
        ("Return-Path: <>", Some(Bounced)),
        ("Return-Path: <a@b>", None),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", Some(Bounced)),
        ("Precedence: bulk", Some(ToMany)),
        ("Precedence: auto_reply", Some(ByCustom)),
        ("Precedence: first-class", None),
        ("List-Unsubscribe: <https://example.com/u>", Some(ToMany)),
        ("List-Id: <news.example.com>", Some(ToMany)),
        ("X-Autoreply: yes", Some(ByCustom)),
        ("X-Autoreply: no", None),
        // Ticket systems write this above what people wrote.
        ("X-Auto-Response-Suppress: All", None),
        ("Auto-Submitted: auto-replied\nPrecedence: bulk", Some(Replied)),
    ] {
        let letter = letter(&format!("Message-ID: <1@a>\nDate: Mon, 2 Mar 2026 09:30:00 +0100\n{headers}"));
        assert_eq!(letter.automatic(), expected, "{headers}");
        assert_eq!(letter.may_be_answered_by_a_machine(), expected.is_none());
        let events = letter.events(&source(), Sender::Customer, None).unwrap();
        let EventData::Message(wrote) = &events.last().unwrap().data else { panic!("{events:?}") };
        let (author, count) = match expected {
            // What a machine begins opens nothing.
            Some(_) => (Author::CustomerAutomatic, 1),
            None => (Author::Customer, 2),
        };
        assert_eq!((wrote.author, events.len()), (author, count), "{headers}");
        let ours = letter.events(&source(), Sender::Agent(None), None).unwrap();
        let EventData::Message(wrote) = &ours.last().unwrap().data else { panic!("{ours:?}") };
        let author = if expected.is_some() { Author::Automatic } else { Author::Human };
        assert_eq!(wrote.author, author, "{headers}");
    }
}

#[test]
fn words_are_read_whatever_they_are_wrapped_in() {
    let head = "Message-ID: <1@a>\nMIME-Version: 1.0\n";
    for (rest, words) in [
        ("\nplain\n", Some("plain")),
        (
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQ==\n",
            Some("Grüße"),
        ),
        (
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\n",
            Some("Grüße"),
        ),
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n",
            Some("Grüße"),
        ),
        ("Content-Type: text/html\n\n<p>Hello <b>you</b></p>\n", Some("Hello you")),
        (
            "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nplain\n--x\nContent-Type: text/html\n\n<p>html</p>\n--x--\n",
            Some("plain"),
        ),
        ("\n", None),
    ] {
        let mail = format!("{head}{rest}").replace('\n', "\r\n");
        assert_eq!(Letter::read(mail.as_bytes()).unwrap().text(), words, "{rest}");
    }
}

#[test]
fn a_letter_without_an_id_is_named_by_what_it_is() {
    let one = letter("From: a@b\nDate: Mon, 2 Mar 2026 09:30:00 +0100");
    let same = letter("From: a@b\nDate: Mon, 2 Mar 2026 09:30:00 +0100");
    let other = letter("From: a@b\nDate: Mon, 2 Mar 2026 09:30:01 +0100");
    assert_eq!(one.id(), same.id());
    assert_ne!(one.id(), other.id());
    assert!(one.begins_thread());
}

#[test]
fn what_is_no_letter_is_refused_with_what_is_wanted() {
    assert_eq!(Letter::read(b"").unwrap_err(), LetterError::NoHeaders);
    assert_eq!(Letter::read(b"no headers here").unwrap_err(), LetterError::NoHeaders);
    let undated = letter("Message-ID: <1@a>\nDate: tomorrow");
    assert_eq!(undated.events(&source(), Sender::Customer, None), Err(LetterError::NoDate));
    assert!(undated.events(&source(), Sender::Customer, Some(Micros(1))).is_ok());
    let large = vec![b'a'; throughline_channels::mail::MAX_BYTES + 1];
    assert!(Letter::read(&large).unwrap_err().to_string().contains("too large"));
}

#[test]
fn nothing_of_a_letter_is_shown_by_accident() {
    let letter = letter("Message-ID: <secret@home.example>\nFrom: ann@home.example");
    let shown = format!("{letter:?}");
    for word in ["secret", "home", "ann", "Hello"] {
        assert!(!shown.contains(word), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(letter) = Letter::read(&bytes) {
            let _ = letter.events(&source(), Sender::Company, Some(Micros(0))).unwrap();
        }
    }

    #[test]
    fn no_damage_makes_a_reader_panic(
        at in any::<prop::sample::Index>(), to in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mail = b"Message-ID: <1@a>\r\nReferences: <0@a>\r\nDate: Mon, 2 Mar 2026 09:30:00 +0100\r\n\
            Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x--\r\n";
        let mut mail = mail.to_vec();
        let index = at.index(mail.len());
        mail[index] = to;
        mail.truncate(cut.index(mail.len()) + 1);
        let _ = Letter::read(&mail);
    }
}
