//! One call of the Segment spec, borrowed from its line.

use crate::attribute::Attribute;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fields of all calls together. Takes anything in every place; what is wrong is said by name afterwards.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) message_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) anonymous_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) user_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) previous_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) group_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) event: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) name: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) timestamp: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) original_timestamp: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) sent_at: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) received_at: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) properties: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) traits: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) context: Option<&'a RawValue>,
}

/// What is read of a call's properties.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Properties<'a> {
    #[serde(borrow, default)]
    pub(super) path: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) conversation_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) agent_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) message_body: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) value: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) order_id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) total: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) revenue: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) currency: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) products: Option<&'a RawValue>,
}

/// One of the products of an order.
#[derive(Debug, Deserialize)]
pub(super) struct Product<'a> {
    #[serde(borrow, default)]
    pub(super) quantity: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) product_id: Attribute<'a>,
}

/// What is read of a user's traits.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Traits<'a> {
    #[serde(borrow, default)]
    pub(super) email: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) phone: Attribute<'a>,
}

/// What is read of a call's context.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context<'a> {
    #[serde(borrow, default)]
    pub(super) external_ids: Vec<ExternalId<'a>>,
    #[serde(default)]
    pub(super) consent: Consents,
}

/// What a user allowed, by purpose.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consents {
    #[serde(default)]
    pub(super) category_preferences: BTreeMap<String, bool>,
}

/// An identifier of another system.
#[derive(Debug, Deserialize)]
pub(super) struct ExternalId<'a> {
    #[serde(borrow, default)]
    pub(super) id: Attribute<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Attribute<'a>,
}

/// A key as text: senders that have numbers for keys write numbers. None if there is none, or an empty one.
pub(super) fn key<'a>(it: &'a Attribute<'_>) -> Option<Cow<'a, str>> {
    match it {
        Attribute::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Attribute::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// Reads an object of a call. None if it is something else, an array included, which serde would take too.
pub(super) fn object<'a, T: Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> Option<T> {
    let Some(raw) = raw else { return Some(T::default()) };
    raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok())?
}
