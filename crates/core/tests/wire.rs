//! The stored form: everything that is written comes back, and nothing that is read can break the reader.
#![allow(clippy::unwrap_used)]

mod arbitrary;

use arbitrary::{data, data_of, micros, seeded};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use throughline_core::event::{Body, EventData, EventKind, Section, decode};
use throughline_core::fact::Interning;
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_core::wire::{DecodeError, Owned, Reader, Writer};

/// Instants that the API's type can name.
fn nameable_micros() -> impl Strategy<Value = Micros> {
    (-62_000_000_000_000_000_i64..250_000_000_000_000_000).prop_map(Micros)
}

/// Runs a property for each kind on its own, so that no kind can be left out by bad luck.
fn for_each_kind(cases: u32, property: impl Fn(EventKind, EventData) -> Result<(), TestCaseError>) {
    for &kind in EventKind::ALL {
        let of_kind = data_of(kind, micros().boxed());
        let outcome = TestRunner::new(seeded(cases)).run(&of_kind, |data| property(kind, data));
        outcome.unwrap_or_else(|e| panic!("{kind}: {e}"));
    }
}

#[test]
fn every_kind_comes_back_as_it_was_written() {
    for_each_kind(200, |kind, data| {
        let body = Body::of(&data);
        // What the first form of a contact's start says in full is written so.
        let is_old = matches!(&data, EventData::ContactStarted(e) if e.purpose.is_none());
        let schema = if is_old { 1 } else { kind.schema() };
        prop_assert_eq!((data.kind(), body.kind, body.schema), (kind, kind as u16, schema));
        prop_assert!(body.is_fact());
        prop_assert_eq!(body.open(), Ok(data));
        Ok(())
    });
}

#[test]
fn writing_again_what_was_read_gives_the_same_bytes() {
    for_each_kind(50, |_, data| {
        let body = Body::of(&data);
        prop_assert_eq!(Body::of(&body.open().unwrap()), body);
        Ok(())
    });
}

#[test]
fn every_kind_survives_json() {
    for &kind in EventKind::ALL {
        let of_kind = data_of(kind, nameable_micros().boxed());
        let outcome = TestRunner::new(seeded(50)).run(&of_kind, |data| {
            let json = serde_json::to_string(&data).unwrap();
            let mut from = serde_json::Deserializer::from_str(&json);
            prop_assert_eq!(EventData::deserialize_kind(kind, &mut from).unwrap(), data, "{}", json);
            Ok(())
        });
        outcome.unwrap_or_else(|e| panic!("{kind}: {e}"));
    }
}

/// A writer of a text form asks `times` whether it can write all of them.
#[test]
fn every_instant_in_the_data_is_among_its_times() {
    let far = Micros(8_000_000_000_000_000_000);
    for &kind in EventKind::ALL {
        let outcome = TestRunner::new(seeded(50)).run(&data_of(kind, Just(far).boxed()), |data| {
            let named = data.times().into_iter().flatten().filter(|at| *at == far).count();
            let written = serde_json::to_string(&data).unwrap().matches(&far.to_string()).count();
            prop_assert_eq!(named, written);
            Ok(())
        });
        outcome.unwrap_or_else(|e| panic!("{kind}: {e}"));
    }
}

#[test]
fn a_record_that_is_cut_off_is_refused_wherever_it_is_cut() {
    for_each_kind(30, |kind, data| {
        let body = Body::of(&data);
        for end in 0..body.plain.len() {
            let cut = decode(kind as u16, body.schema, &body.plain[..end], &body.personal, &mut Owned);
            prop_assert!(cut.is_err(), "{} of {} bytes read as {:?}", end, body.plain.len(), cut);
        }
        Ok(())
    });
}

#[test]
fn a_byte_too_many_is_refused() {
    for_each_kind(30, |kind, data| {
        let body = Body::of(&data);
        let longer = [&*body.plain, &[0]].concat();
        let read = decode(kind as u16, body.schema, &longer, &body.personal, &mut Owned);
        prop_assert_eq!(read, Err(DecodeError::TrailingBytes { extra: 1 }));
        Ok(())
    });
}

#[test]
fn an_erased_record_reads_like_the_same_record_without_words() {
    for_each_kind(50, |_, data| {
        let erased = Body { personal: Section::default(), ..Body::of(&data) };
        let again = Body::of(&erased.open().unwrap());
        prop_assert_eq!(&again.plain, &erased.plain);
        prop_assert!(again.personal.iter().all(|byte| *byte == 0), "words are left: {:?}", again.personal);
        Ok(())
    });
}

proptest! {
    #![proptest_config(seeded(400))]

    #[test]
    fn arbitrary_bytes_never_panic_a_reader(plain in vec(any::<u8>(), 0..120), personal in vec(any::<u8>(), 0..40)) {
        let mut names = Interner::new();
        for &kind in EventKind::ALL {
            let _ = decode(kind as u16, kind.schema(), &plain, &personal, &mut Owned);
            let _ = decode(kind as u16, kind.schema(), &plain, &personal, &mut Interning { names: &mut names });
        }
    }

    #[test]
    fn a_damaged_record_never_panics_a_reader(data in data(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut body = Body::of(&data);
        let mut damaged = body.plain.to_vec();
        damaged[at.index(body.plain.len())] = to;
        body.plain = damaged.into();
        let _ = body.open();
    }

    #[test]
    fn numbers_come_back_from_either_end(number in any::<u64>(), shift in 0..64_u32, signed in any::<i64>()) {
        let mut out = Writer::new();
        out.varint(number >> shift);
        out.zigzag(signed >> shift);
        let mut from = Reader::new(&out.plain);
        prop_assert_eq!((from.varint(), from.zigzag()), (Ok(number >> shift), Ok(signed >> shift)));
        prop_assert_eq!(from.finish(), Ok(()));
    }
}

#[test]
fn a_number_of_more_than_64_bits_is_refused() {
    let too_long = [0xff; 11];
    assert!(matches!(Reader::new(&too_long).varint(), Err(DecodeError::NumberTooLarge { .. })));
    let mut too_large = [0xff; 10];
    too_large[9] = 2;
    assert!(matches!(Reader::new(&too_large).varint(), Err(DecodeError::NumberTooLarge { .. })));
    too_large[9] = 1;
    assert_eq!(Reader::new(&too_large).varint(), Ok(u64::MAX));
}

#[test]
fn what_this_version_does_not_know_is_refused_by_name() {
    assert_eq!(decode(999, 1, &[], &[], &mut Owned), Err(DecodeError::UnknownKind { kind: 999 }));
    assert_eq!(decode(4, 9, &[], &[], &mut Owned), Err(DecodeError::UnknownSchema { kind: 4, schema: 9 }));
}

/// A mapping gives the text of a column where a log has an object.
#[test]
fn an_amount_is_read_from_an_object_and_from_words() {
    let read = |amount: &str| {
        let json = format!(r#"{{"order":null,"items":1,"amount":{amount},"product":null}}"#);
        EventData::deserialize_kind(EventKind::Purchase, &mut serde_json::Deserializer::from_str(&json))
    };
    let object = read(r#"{"minor":-1999,"currency":"USD"}"#).unwrap();
    assert_eq!(read(r#"" -1999  USD ""#).unwrap(), object);
    assert!(serde_json::to_string(&object).unwrap().contains(r#"{"minor":-1999,"currency":"USD"}"#));
    for bad in
        [r#""19.99 USD""#, r#""1999""#, r#""1999 ""#, "1999", r#"{"minor":1}"#, r#"{"minor":1,"minor":2}"#]
    {
        let message = read(bad).unwrap_err().to_string();
        assert!(!message.contains("19.99"), "the value is quoted: {message}");
    }
}
