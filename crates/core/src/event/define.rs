//! How the vocabulary is defined: from one list of kinds and their fields come the structs, the enum, the numbers on
//! disk and every reader and writer, so that there is no second list to forget.

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $num:literal $word:literal v $schema:literal => $name:ident [$($g:ident),*] {
        $($(#[$fdoc:meta])* $field:ident : $ty:ty,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name<$($g),*> { $($(#[$fdoc])* pub $field: $ty,)* }

            impl<$($g: Encode),*> Encode for $name<$($g),*> {
                fn encode(&self, #[allow(unused)] out: &mut Writer) { $(self.$field.encode(out);)* }
            }
        )*

        /// What happened. Closed: a new kind of event cannot be forgotten silently by the fold or by a rule.
        #[derive(Clone, Debug, PartialEq)]
        pub enum EventData<N = Name, T = Text> {
            $($(#[$doc])* $name($name<$($g),*>),)*
        }

        /// The kinds of event. Their numbers are the ones on disk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum EventKind { $($(#[$doc])* $name = $num,)* }

        impl EventKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind's name in documents and in the `type` of a CloudEvent.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The newest version of the kind's layout.
            pub const fn schema(self) -> u8 { match self { $(Self::$name => $schema,)* } }

            /// The kind with this number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($num => Some(Self::$name),)* _ => None }
            }
        }

        impl<N: Encode, T: Encode> EventData<N, T> {
            pub(super) fn encode(&self, out: &mut Writer) {
                match self { $(Self::$name(data) => data.encode(out),)* }
            }
        }

        impl<N, T> EventData<N, T> {
            /// What kind of event this is.
            pub const fn kind(&self) -> EventKind { match self { $(Self::$name(_) => EventKind::$name,)* } }
        }

        $(impl<N, T> From<$name<$($g),*>> for EventData<N, T> {
            fn from(data: $name<$($g),*>) -> Self { Self::$name(data) }
        })*

        impl EventData {
            /// Reads the data of an event of this kind from any serde format: the `data` of a CloudEvent.
            pub fn deserialize_kind<'de, D: serde::Deserializer<'de>>(kind: EventKind, from: D) -> Result<Self, D::Error> {
                match kind { $(EventKind::$name => $name::deserialize(from).map(Self::$name),)* }
            }
        }

        impl Serialize for EventData {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$name(data) => data.serialize(to),)* }
            }
        }

        pub(super) fn decode_kind<C: Reading>(
            kind: EventKind, from: &mut Reader<'_>, context: &mut C,
        ) -> Result<EventData<C::Name, C::Text>, DecodeError>
        where C::Name: Decode<C>, C::Text: Decode<C>,
        {
            Ok(match kind {
                $(EventKind::$name => {
                    $(let $field = Decode::decode(from, context)?;)*
                    EventData::$name($name { $($field,)* })
                })*
            })
        }
    };
}

pub(super) use vocabulary;
