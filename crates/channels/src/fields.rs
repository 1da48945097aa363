//! The fields that each kind of event has, and any other struct.

use serde::de::value::Error as Stop;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use throughline_core::event::{EventData, EventKind};

/// The fields that a kind's data has.
///
/// A derived `Deserialize` tells its deserializer which fields it has before it reads any, so a deserializer
/// that takes note and gives up learns them, and no second list of the vocabulary's fields has to be kept.
pub(crate) fn fields_of(kind: EventKind) -> &'static [&'static str] {
    let mut fields: &[&str] = &[];
    // It always stops with an error: that is its way to return.
    let _ = EventData::deserialize_kind(kind, TakeNote(&mut fields));
    fields
}

/// The fields that a struct is read from, by the same way.
pub(crate) fn fields_read<T: Deserialize<'static>>() -> &'static [&'static str] {
    let mut fields: &[&str] = &[];
    let _ = T::deserialize(TakeNote(&mut fields));
    fields
}

struct TakeNote<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for TakeNote<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(Stop::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Stop> {
        *self.0 = fields;
        Err(Stop::custom("noted"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_names_its_fields() {
        assert_eq!(
            fields_of(EventKind::ContactStarted),
            ["contact", "channel", "direction", "topic", "issue", "purpose"]
        );
        assert!(EventKind::ALL.iter().all(|&kind| !fields_of(kind).is_empty()));
    }
}
