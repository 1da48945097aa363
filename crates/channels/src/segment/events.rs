//! What a call means: from one call to the events that it stands for.

use super::call::{Call, Context, Properties, Traits, key, object};
use super::fault::{Fault, missing, name_of, optional_name, time, word};
use super::order;
use crate::attribute::Attribute;
use crate::fields::fields_read;
use crate::identifier::Hasher;
use crate::item::LogItem;
use crate::naming::Source;
use crate::reject::RejectReason;
use crate::timestamp;
use serde_json::value::RawValue;
use throughline_core::event::vocabulary::{
    ConsentChanged, ContactEnded, ContactStarted, Custom, IdentifierClaimed, Message, PageViewed,
    ProfileLinked,
};
use throughline_core::event::{
    Author, Channel, Consent, Direction, Ending, EventData, EventKind, NewEvent, Text,
};
use throughline_core::identifier::Form;
use throughline_core::ids::{ContactId, LinkId, ProfileId};
use throughline_core::time::Micros;

/// The kinds of call.
const KINDS: &str = "one of `track`, `identify`, `page`, `screen`, `group`, `alias`";
const KEY: &str = "a text that is not empty";
const OBJECT: &str = "an object";
const CONTEXT: &str = "an object with a list of objects as `externalIds` and true or false for each category";

/// The event by which the spec says that a user changed what is allowed. Every other call repeats it in its context,
/// which is no change.
const CONSENT_UPDATED: &str = "Segment Consent Preference Updated";

/// Makes events of calls.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) source: Source,
    pub(super) identifiers: Option<Hasher>,
}

/// What every event of a call has.
struct Head<'a> {
    message: &'a str,
    profile: ProfileId,
    at: Micros,
    recorded_at: Option<Micros>,
}

impl Maker {
    /// Whether a field of a call, or one in the object of a field, is of any use to the events that the call gave.
    pub(super) fn uses(&self, field: &str, inner: Option<&str>, given: &[LogItem]) -> bool {
        // What the spec has no word for comes along whole.
        let whole = given.iter().any(|item| item.event.kind() == EventKind::Custom);
        match (field, inner) {
            ("properties", Some(name)) => whole || fields_read::<Properties<'_>>().contains(&name),
            ("traits", Some(name)) => {
                whole || (self.identifiers.is_some() && fields_read::<Traits<'_>>().contains(&name))
            }
            ("context", Some("externalIds")) => self.identifiers.is_some(),
            ("context", Some(name)) => fields_read::<Context<'_>>().contains(&name),
            (field, _) => fields_read::<Call<'_>>().contains(&field),
        }
    }

    /// The events of a call, none if it says nothing that is kept.
    pub(super) fn events(&self, call: &Call<'_>) -> Result<Vec<LogItem>, Fault> {
        let kind = word(&call.kind, "type", KINDS)?;
        let message = key(&call.message_id).ok_or((missing(&call.message_id), "messageId", KEY))?;
        let recorded_at = time(&call.received_at, "receivedAt")?;
        let who = key(&call.user_id).or_else(|| key(&call.anonymous_id));
        let who = who.ok_or((RejectReason::MissingAttribute, "userId", "`userId` or `anonymousId`"))?;
        let profile = self.profile(&who, "userId")?;
        let head = Head { message: &message, profile, at: occurred_at(call, recorded_at)?, recorded_at };
        match kind {
            "page" | "screen" => Ok(vec![self.only(&head, page(call)?)?]),
            "track" => self.track(&head, call),
            "group" => Ok(vec![self.only(&head, group(call)?)?]),
            "identify" => {
                let context = context(call)?;
                let mut items = self.claims(&head, call, &context)?;
                items.extend(self.consents(&head, &context)?);
                if let (Some(_), Some(anonymous)) = (key(&call.user_id), key(&call.anonymous_id)) {
                    items.extend(self.link(&head, self.profile(&anonymous, "anonymousId")?));
                }
                Ok(items)
            }
            "alias" => {
                let previous = key(&call.previous_id).or_else(|| key(&call.anonymous_id));
                let previous = previous.ok_or((missing(&call.previous_id), "previousId", KEY))?;
                Ok(self.link(&head, self.profile(&previous, "previousId")?))
            }
            _ => Err((RejectReason::UnknownType, "type", KINDS)),
        }
    }

    /// User ids, anonymous ids and what `alias` calls the previous id name profiles in one and the same way,
    /// because `alias` does not say which of them it means.
    fn profile(&self, key: &str, attribute: &'static str) -> Result<ProfileId, Fault> {
        self.source.profile(key).ok_or((RejectReason::BadAttribute, attribute, "an id that is not nil"))
    }

    /// The item of a call that is one event, and has the message's own id.
    fn only(&self, head: &Head<'_>, data: EventData) -> Result<LogItem, Fault> {
        let id = self.source.event(head.message);
        let id = id.ok_or((RejectReason::BadAttribute, "messageId", "an id that is not nil"))?;
        let event = NewEvent::new(id, head.at, self.source.name().clone(), data);
        Ok(LogItem { profile: head.profile, event, recorded_at: head.recorded_at })
    }

    fn track(&self, head: &Head<'_>, call: &Call<'_>) -> Result<Vec<LogItem>, Fault> {
        let name = word(&call.event, "event", "the name of what happened")?;
        if name == CONSENT_UPDATED {
            return self.consents(head, &context(call)?);
        }
        let properties: Properties<'_> =
            object(call.properties).ok_or((RejectReason::BadAttribute, "properties", OBJECT))?;
        let contact = || -> Result<ContactId, Fault> {
            let attribute = "properties.conversation_id";
            let it = &properties.conversation_id;
            let key = key(it).ok_or((missing(it), attribute, KEY))?;
            self.source.contact(&key).ok_or((RejectReason::BadAttribute, attribute, "an id that is not nil"))
        };
        let agent = || optional_name(&properties.agent_id, "properties.agent_id");
        let text = match &properties.message_body {
            Attribute::Text(text) => Some(Text::new(text.as_ref())),
            _ => None,
        };
        let data: EventData = match name {
            "Live Chat Conversation Started" => ContactStarted {
                contact: contact()?,
                channel: Channel::Chat,
                direction: Direction::Inbound,
                topic: None,
                issue: None,
                purpose: None,
            }
            .into(),
            "Live Chat Conversation Ended" => {
                ContactEnded { contact: contact()?, ending: Ending::Completed, agent: None }.into()
            }
            // The spec speaks from the customer's side: it is the customer who sends and who receives.
            "Live Chat Message Sent" => {
                Message { contact: contact()?, author: Author::Customer, agent: None, verdict: None, text }
                    .into()
            }
            "Live Chat Message Received" => {
                let agent = agent()?;
                // Who is not named may be a bot, and a bot's words stop no clock.
                let author = if agent.is_some() { Author::Human } else { Author::Unknown };
                Message { contact: contact()?, author, agent, verdict: None, text }.into()
            }
            "Order Completed" => order::purchase(&properties)?,
            "Order Refunded" => order::refund(&properties)?,
            other => Custom {
                name: name_of(other, "event")?,
                version: 1,
                contact: None,
                value: match properties.value {
                    Attribute::Number(number) => Some(number),
                    _ => None,
                },
                payload: payload(call.properties),
            }
            .into(),
        };
        Ok(vec![self.only(head, data)?])
    }

    /// The identifiers under which a user was seen. Each is an event of its own, named by message and kind.
    fn claims(&self, head: &Head<'_>, call: &Call<'_>, context: &Context<'_>) -> Result<Vec<LogItem>, Fault> {
        let traits: Traits<'_> = object(call.traits).ok_or((RejectReason::BadAttribute, "traits", OBJECT))?;
        let Some(secret) = &self.identifiers else { return Ok(Vec::new()) };
        let mut items: Vec<LogItem> = Vec::new();
        let mut claim = |kind: &str, value: &Attribute<'_>, attribute: &'static str| -> Result<(), Fault> {
            let hash = key(value).and_then(|value| secret.hash(kind, Form::of_kind(kind), &value).ok());
            let Some(hash) = hash else { return Ok(()) };
            let data = IdentifierClaimed { kind: name_of(kind, attribute)?, hash }.into();
            let number = items.len() as u64;
            let id = self.source.derived_event(&format!("claim {}:{}", head.message, hash.0));
            // The same identifier twice in one call, as trait and as external id, is one claim.
            if items.iter().all(|item| item.event.id != id) {
                let event =
                    NewEvent::new(id, head.at, self.source.name().clone(), data).with_sequence(number);
                items.push(LogItem { profile: head.profile, event, recorded_at: head.recorded_at });
            }
            Ok(())
        };
        claim("userId", &call.user_id, "userId")?;
        claim("email", &traits.email, "traits.email")?;
        claim("phone", &traits.phone, "traits.phone")?;
        for external in &context.external_ids {
            if let Attribute::Text(kind) = &external.kind {
                claim(kind, &external.id, "context.externalIds")?;
            }
        }
        Ok(items)
    }

    /// What the user allows, an event for each purpose.
    fn consents(&self, head: &Head<'_>, context: &Context<'_>) -> Result<Vec<LogItem>, Fault> {
        let preferences = context.consent.category_preferences.iter();
        preferences
            .map(|(purpose, given)| {
                let id = self.source.derived_event(&format!("consent {}:{purpose}", head.message));
                let consent = if *given { Consent::Given } else { Consent::Withdrawn };
                let purpose = name_of(purpose, "context.consent.categoryPreferences")?;
                let data = ConsentChanged { purpose, consent, contact: None }.into();
                let event = NewEvent::new(id, head.at, self.source.name().clone(), data);
                Ok(LogItem { profile: head.profile, event, recorded_at: head.recorded_at })
            })
            .collect()
    }

    /// Both halves of a link between two profiles. Everything in them follows from the profiles, so that saying
    /// it again is the same fact.
    fn link(&self, head: &Head<'_>, other: ProfileId) -> Vec<LogItem> {
        if head.profile == other {
            return Vec::new();
        }
        let (low, high) = (head.profile.min(other), head.profile.max(other));
        let link = LinkId::derived(self.source.name().as_str(), &format!("{low}/{high}"));
        let half = |profile: ProfileId, other: ProfileId| {
            let id = self.source.derived_event(&format!("linked {link}/{profile}"));
            let data = ProfileLinked { link, other }.into();
            let event = NewEvent::new(id, Micros(0), self.source.name().clone(), data);
            LogItem { profile, event, recorded_at: head.recorded_at }
        };
        vec![half(head.profile, other), half(other, head.profile)]
    }
}

fn context<'a>(call: &Call<'a>) -> Result<Context<'a>, Fault> {
    object(call.context).ok_or((RejectReason::BadAttribute, "context", CONTEXT))
}

fn page(call: &Call<'_>) -> Result<EventData, Fault> {
    let properties: Properties<'_> =
        object(call.properties).ok_or((RejectReason::BadAttribute, "properties", OBJECT))?;
    // The path and not the address: what stands behind it may be about a person.
    let page = key(&call.name).or_else(|| key(&properties.path));
    let page = page.ok_or((missing(&call.name), "name", "the page's `name`, or `properties.path`"))?;
    Ok(PageViewed { page: name_of(&page, "name")? }.into())
}

fn group(call: &Call<'_>) -> Result<EventData, Fault> {
    let group = key(&call.group_id).ok_or((missing(&call.group_id), "groupId", KEY))?;
    let traits = call.traits.map_or("null", RawValue::get);
    let payload = format!(r#"{{"groupId":{},"traits":{traits}}}"#, serde_json::Value::from(group.as_ref()));
    let name = name_of("group", "type")?;
    Ok(Custom { name, version: 1, contact: None, value: None, payload: Some(Text::new(payload)) }.into())
}

/// When a call happened. Without the corrected time the sender's clock is corrected by how far it was off when
/// the call was sent.
fn occurred_at(call: &Call<'_>, received_at: Option<Micros>) -> Result<Micros, Fault> {
    if let Some(at) = time(&call.timestamp, "timestamp")? {
        return Ok(at);
    }
    let original = time(&call.original_timestamp, "originalTimestamp")?;
    let sent_at = time(&call.sent_at, "sentAt")?;
    match (original, sent_at, received_at) {
        (Some(original), Some(sent), Some(received)) => Ok(original + received.since(sent)),
        (Some(at), ..) | (None, _, Some(at)) => Ok(at),
        (None, ..) => Err((RejectReason::MissingAttribute, "timestamp", timestamp::EXPECTED)),
    }
}

/// Whatever else stands there, as it stands there; kept as personal data, since it may be anything.
fn payload(raw: Option<&RawValue>) -> Option<Text> {
    raw.map(RawValue::get).filter(|text| *text != "{}").map(Text::new)
}
