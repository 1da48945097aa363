//! The stored form of ledger entries. One record holds all entries of one judgement for one profile.

use super::encode_refusals::{decode_refusals, encode_refusals};
use super::{Announcement, AnnouncementId, Entry, Reason};
use crate::decision::{
    AnswerKind, Clock, CloseKind, Content, Decision, DecisionKind, Evidence, MAX_EVIDENCE, OpenCause,
    ReopenCause, Slot,
};
use alloc::vec::Vec;
use throughline_core::fact::Interning;
use throughline_core::ids::{ContactId, EventId, LinkId};
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Reader, Reading, Writer};
use uuid::Uuid;

/// The kind number of a ledger record: above those of facts.
pub const LEDGER_KIND: u16 = 1_000;

/// The version of a ledger record's layout.
pub const LEDGER_SCHEMA: u8 = 1;

/// The bytes that an entry has at least, near enough: a slot, a rulebook, a time and one event as evidence.
const SHORTEST_ENTRY: usize = 72;

const ANNOUNCED: u8 = 1;
const AMENDED: u8 = 2;
const WITHDRAWN: u8 = 3;

/// Encodes the entries of one record.
pub fn encode_entries<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<u8> {
    encode_with(entries, Name::as_str)
}

/// Encodes the entries of one record as an evaluation came to them.
pub fn encode_entries_of<'e>(
    entries: impl IntoIterator<Item = &'e Entry<Sym>>,
    names: &'e Interner,
) -> Vec<u8> {
    encode_with(entries, |sym| names.resolve(*sym))
}

fn encode_with<'e, N: 'e>(
    entries: impl IntoIterator<Item = &'e Entry<N>>,
    text: impl Fn(&'e N) -> &'e str + Copy,
) -> Vec<u8> {
    let mut out = Writer::new();
    for entry in entries {
        match entry {
            Entry::Announced(announcement) => {
                out.plain.push(ANNOUNCED);
                encode_announcement(announcement, text, &mut out);
            }
            Entry::Amended { supersedes, reason, announcement } => {
                out.plain.push(AMENDED);
                supersedes.0.encode(&mut out);
                encode_reason(*reason, &mut out);
                encode_announcement(announcement, text, &mut out);
            }
            Entry::Withdrawn { slot, generation, reason } => {
                out.plain.push(WITHDRAWN);
                encode_slot(&slot.map(text(&slot.rule)), &mut out);
                generation.encode(&mut out);
                encode_reason(*reason, &mut out);
            }
        }
    }
    out.plain
}

/// Appends an announcement straight from an evaluation, without spelling names out into owned strings first: the
/// live engine says most of what it says this way.
pub fn encode_announced(
    decision: &Decision<Sym>,
    handle: ContactId,
    generation: u32,
    historical: bool,
    names: &Interner,
    out: &mut Writer,
) {
    out.plain.push(ANNOUNCED);
    generation.encode(out);
    out.plain.push(u8::from(historical));
    let slot = Slot { case: handle, ..decision.slot.map(names.resolve(decision.slot.rule)) };
    encode_slot(&slot, out);
    encode_rest(decision, |sym| names.resolve(*sym), out);
}

/// Decodes the entries of one record.
pub fn decode_entries(plain: &[u8]) -> Result<Vec<Entry>, DecodeError> {
    let mut entries = Vec::new();
    decode_with(plain, &mut Owned, |entry| entries.push(entry))?;
    Ok(entries)
}

/// Decodes the entries of one record one by one, with names as symbols.
pub fn decode_entries_into(
    plain: &[u8],
    names: &mut Interner,
    into: impl FnMut(Entry<Sym>),
) -> Result<(), DecodeError> {
    decode_with(plain, &mut Interning { names }, into)
}

/// About how many entries a record has, for making room: rather a few too many.
pub const fn entries_at_most(plain: &[u8]) -> usize {
    plain.len() / SHORTEST_ENTRY + 1
}

fn decode_with<C: Reading>(
    plain: &[u8],
    context: &mut C,
    mut into: impl FnMut(Entry<C::Name>),
) -> Result<(), DecodeError>
where
    C::Name: Decode<C>,
{
    let mut from = Reader::new(plain);
    while from.remaining() > 0 {
        into(match from.byte()? {
            ANNOUNCED => Entry::Announced(decode_announcement(&mut from, context)?),
            AMENDED => Entry::Amended {
                supersedes: AnnouncementId(Uuid::decode(&mut from, context)?),
                reason: decode_reason(&mut from)?,
                announcement: decode_announcement(&mut from, context)?,
            },
            WITHDRAWN => Entry::Withdrawn {
                slot: decode_slot(&mut from, context)?,
                generation: u32::decode(&mut from, context)?,
                reason: decode_reason(&mut from)?,
            },
            found => return Err(unknown("a ledger entry", found, &from)),
        });
    }
    Ok(())
}

fn encode_announcement<'n, N>(
    announcement: &'n Announcement<N>,
    text: impl Fn(&'n N) -> &'n str,
    out: &mut Writer,
) {
    announcement.generation.encode(out);
    out.plain.push(u8::from(announcement.historical));
    let slot = &announcement.decision.slot;
    encode_slot(&slot.map(text(&slot.rule)), out);
    encode_rest(&announcement.decision, text, out);
}

fn decode_announcement<C: Reading>(
    from: &mut Reader<'_>,
    context: &mut C,
) -> Result<Announcement<C::Name>, DecodeError>
where
    C::Name: Decode<C>,
{
    let generation = u32::decode(from, context)?;
    let historical = from.byte()? != 0;
    let slot = decode_slot(from, context)?;
    let rulebook = Decode::decode(from, context)?;
    let effective_at = Decode::decode(from, context)?;
    let content = decode_content(slot.kind, from, context)?;
    let mut evidence = Evidence::new();
    let count = from.byte()?;
    for _ in 0..count {
        let event = EventId::decode(from, context)?;
        if evidence.len() < MAX_EVIDENCE {
            evidence.push(event);
        }
    }
    Ok(Announcement {
        generation,
        historical,
        decision: Decision { slot, rulebook, effective_at, content, evidence },
    })
}

fn encode_slot(slot: &Slot<&str>, out: &mut Writer) {
    out.plain.push(slot.kind as u8);
    out.text(slot.rule);
    slot.case.encode(out);
    slot.trigger.encode(out);
    slot.occurrence.encode(out);
}

fn decode_slot<C: Reading>(from: &mut Reader<'_>, context: &mut C) -> Result<Slot<C::Name>, DecodeError>
where
    C::Name: Decode<C>,
{
    let number = from.byte()?;
    Ok(Slot {
        kind: DecisionKind::from_number(number).ok_or_else(|| unknown("a decision", number, from))?,
        rule: Decode::decode(from, context)?,
        case: ContactId::decode(from, context)?,
        trigger: EventId::decode(from, context)?,
        occurrence: u16::decode(from, context)?,
    })
}

/// What follows the slot: rulebook, time, content, evidence.
fn encode_rest<'n, N>(decision: &'n Decision<N>, text: impl Fn(&'n N) -> &'n str, out: &mut Writer) {
    out.text(text(&decision.rulebook));
    decision.effective_at.encode(out);
    let maybe = |name: &'n Option<N>, out: &mut Writer| match name {
        None => out.plain.push(0),
        Some(name) => {
            out.plain.push(1);
            out.text(text(name));
        }
    };
    match &decision.content {
        Content::CaseOpened { topic, follows, cause } => {
            maybe(topic, out);
            follows.encode(out);
            out.plain.push(*cause as u8);
        }
        Content::CaseAnswered { how } => out.plain.push(*how as u8),
        Content::AnswerVoided {} | Content::CaseLapsed {} => {}
        Content::CaseReopened { cause, count } => {
            out.plain.push(*cause as u8);
            count.encode(out);
        }
        Content::CaseClosed { how } => out.plain.push(*how as u8),
        Content::TargetMissed { clock, due } => {
            out.plain.push(*clock as u8);
            due.encode(out);
        }
        Content::PromiseBroken { promise, due } => {
            promise.encode(out);
            due.encode(out);
        }
        Content::LimitPassed { contact, count } => {
            contact.encode(out);
            count.encode(out);
        }
        Content::ChurnFlagged { score, cause } => {
            out.bytes(&score.to_le_bytes());
            out.text(text(cause));
        }
        Content::ChurnCleared { flagged_at } => flagged_at.encode(out),
        Content::DisruptionApplies { disruption, waiver, until } => {
            out.text(text(disruption));
            maybe(waiver, out);
            until.encode(out);
        }
        Content::PrescriptionIssued { action, owner, due, because, cause } => {
            out.text(text(action));
            out.text(text(owner));
            due.encode(out);
            out.plain.push(*because as u8);
            maybe(cause, out);
        }
        Content::ContactAgainstGuard { contact, purpose, reasons } => {
            contact.encode(out);
            maybe(purpose, out);
            encode_refusals(reasons, text, out);
        }
        Content::PartnerSilent { partner, since, due } => {
            out.text(text(partner));
            since.encode(out);
            due.encode(out);
        }
        Content::ApologyOwed { reason, because } => {
            out.text(text(reason));
            out.plain.push(*because as u8);
        }
        Content::MachineLoop { contact, since, turns } => {
            contact.encode(out);
            since.encode(out);
            turns.encode(out);
        }
        Content::PromiseTooFar { promise, what, due, earliest } => {
            promise.encode(out);
            out.text(text(what));
            due.encode(out);
            earliest.encode(out);
        }
    }
    out.plain.push(decision.evidence.len() as u8);
    for event in &decision.evidence {
        event.encode(out);
    }
}

fn decode_content<C: Reading>(
    kind: DecisionKind,
    from: &mut Reader<'_>,
    context: &mut C,
) -> Result<Content<C::Name>, DecodeError>
where
    C::Name: Decode<C>,
{
    macro_rules! word {
        ($ty:ty, $what:literal) => {{
            let number = from.byte()?;
            <$ty>::from_number(number).ok_or_else(|| unknown($what, number, from))?
        }};
    }
    macro_rules! field {
        () => {
            Decode::decode(from, context)?
        };
    }
    Ok(match kind {
        DecisionKind::CaseOpened => Content::CaseOpened {
            topic: field!(),
            follows: field!(),
            cause: word!(OpenCause, "a cause of opening"),
        },
        DecisionKind::CaseAnswered => Content::CaseAnswered { how: word!(AnswerKind, "a kind of answer") },
        DecisionKind::AnswerVoided => Content::AnswerVoided {},
        DecisionKind::CaseReopened => {
            Content::CaseReopened { cause: word!(ReopenCause, "a cause of reopening"), count: field!() }
        }
        DecisionKind::CaseClosed => Content::CaseClosed { how: word!(CloseKind, "a kind of closing") },
        DecisionKind::CaseLapsed => Content::CaseLapsed {},
        DecisionKind::TargetMissed => Content::TargetMissed { clock: word!(Clock, "a clock"), due: field!() },
        DecisionKind::PromiseBroken => Content::PromiseBroken { promise: field!(), due: field!() },
        DecisionKind::LimitPassed => Content::LimitPassed { contact: field!(), count: field!() },
        DecisionKind::ChurnFlagged => {
            let mut bits = [0; 8];
            bits.copy_from_slice(from.take(8)?);
            Content::ChurnFlagged { score: f64::from_le_bytes(bits), cause: field!() }
        }
        DecisionKind::ChurnCleared => Content::ChurnCleared { flagged_at: field!() },
        DecisionKind::DisruptionApplies => {
            Content::DisruptionApplies { disruption: field!(), waiver: field!(), until: field!() }
        }
        DecisionKind::PrescriptionIssued => Content::PrescriptionIssued {
            action: field!(),
            owner: field!(),
            due: field!(),
            because: word!(DecisionKind, "a decision"),
            cause: field!(),
        },
        DecisionKind::ContactAgainstGuard => Content::ContactAgainstGuard {
            contact: field!(),
            purpose: field!(),
            reasons: decode_refusals(from, context)?,
        },
        DecisionKind::PartnerSilent => {
            Content::PartnerSilent { partner: field!(), since: field!(), due: field!() }
        }
        DecisionKind::ApologyOwed => {
            Content::ApologyOwed { reason: field!(), because: word!(DecisionKind, "a decision") }
        }
        DecisionKind::MachineLoop => {
            Content::MachineLoop { contact: field!(), since: field!(), turns: field!() }
        }
        DecisionKind::PromiseTooFar => {
            Content::PromiseTooFar { promise: field!(), what: field!(), due: field!(), earliest: field!() }
        }
    })
}

fn encode_reason(reason: Reason, out: &mut Writer) {
    let (number, id) = match reason {
        Reason::LateFact(EventId(id)) => (1, id),
        Reason::Link(LinkId(id)) => (2, id),
        Reason::Unlink(LinkId(id)) => (3, id),
        Reason::Erasure => (4, Uuid::nil()),
        Reason::Rulebook => (5, Uuid::nil()),
        Reason::Context => (6, Uuid::nil()),
        Reason::Evaluator => (7, Uuid::nil()),
    };
    out.plain.push(number);
    if !id.is_nil() || number <= 3 {
        id.encode(out);
    }
}

fn decode_reason(from: &mut Reader<'_>) -> Result<Reason, DecodeError> {
    Ok(match from.byte()? {
        1 => Reason::LateFact(Decode::decode(from, &mut Owned)?),
        2 => Reason::Link(Decode::decode(from, &mut Owned)?),
        3 => Reason::Unlink(Decode::decode(from, &mut Owned)?),
        4 => Reason::Erasure,
        5 => Reason::Rulebook,
        6 => Reason::Context,
        7 => Reason::Evaluator,
        found => return Err(unknown("a reason", found, from)),
    })
}

pub(super) fn unknown(what: &'static str, found: u8, from: &Reader<'_>) -> DecodeError {
    DecodeError::UnknownVariant { what, found: found.into(), at: from.offset() }
}
