//! An amount of money, as a source states it.

use crate::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};
use core::fmt;
use core::marker::PhantomData;
use serde::de::{self, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// An amount in the smallest unit of its currency: cents, not euros. There is no arithmetic here, because amounts of
/// two currencies have no sum; whoever adds does it for each currency.
///
/// As JSON it is `{"minor": 1999, "currency": "USD"}`. A column of a log may hold the same as `1999 USD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Money<N> {
    /// How much, in minor units; below zero where a source books it so.
    pub minor: i64,
    /// The currency, as a rule by its three letters of ISO 4217.
    pub currency: N,
}

impl<N: Encode> Encode for Money<N> {
    fn encode(&self, out: &mut Writer) {
        out.zigzag(self.minor);
        self.currency.encode(out);
    }
}

impl<N, C: Reading<Name = N>> Decode<C> for Money<N>
where
    N: Decode<C>,
{
    fn decode(from: &mut Reader<'_>, context: &mut C) -> Result<Self, DecodeError> {
        Ok(Self { minor: from.zigzag()?, currency: N::decode(from, context)? })
    }
}

impl<'de, N: Deserialize<'de>> Deserialize<'de> for Money<N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Amount(PhantomData))
    }
}

struct Amount<N>(PhantomData<N>);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Field {
    Minor,
    Currency,
}

impl<'de, N: Deserialize<'de>> Visitor<'de> for Amount<N> {
    type Value = Money<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as {\"minor\": 1999, \"currency\": \"USD\"} or \"1999 USD\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money<N>, E> {
        // The text itself stays out of the message: it is a customer's.
        let refused =
            || E::custom("an amount is a whole number of minor units and a currency, as in 1999 USD");
        let (minor, currency) = text.trim().split_once(' ').ok_or_else(refused)?;
        let minor = minor.parse().map_err(|_| refused())?;
        let currency = N::deserialize(currency.trim_start().into_deserializer())?;
        Ok(Money { minor, currency })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Money<N>, A::Error> {
        let (mut minor, mut currency) = (None, None);
        while let Some(field) = fields.next_key()? {
            match field {
                Field::Minor if minor.is_none() => minor = Some(fields.next_value()?),
                Field::Currency if currency.is_none() => currency = Some(fields.next_value()?),
                Field::Minor => return Err(de::Error::duplicate_field("minor")),
                Field::Currency => return Err(de::Error::duplicate_field("currency")),
            }
        }
        Ok(Money {
            minor: minor.ok_or_else(|| de::Error::missing_field("minor"))?,
            currency: currency.ok_or_else(|| de::Error::missing_field("currency"))?,
        })
    }
}
