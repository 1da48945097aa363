//! The stored form of the reasons for which a contact was against the guard.

use super::encode::unknown;
use crate::decision::MAX_REASONS;
use crate::permission::Refusal;
use thin_vec::ThinVec;
use throughline_core::time::Span;
use throughline_core::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};

const PURPOSE_NOT_NAMED: u8 = 1;
const UNREAD_INQUIRY: u8 = 2;
const OPEN_CASE: u8 = 3;
const CIRCUMSTANCE: u8 = 4;
const CONSENT: u8 = 5;
const FREQUENCY: u8 = 6;

/// Appends how many there are, and each.
pub(super) fn encode_refusals<'n, N>(
    refusals: &'n [Refusal<N>],
    text: impl Fn(&'n N) -> &'n str,
    out: &mut Writer,
) {
    out.plain.push(refusals.len() as u8);
    for refusal in refusals {
        match refusal {
            Refusal::PurposeNotNamed {} => out.plain.push(PURPOSE_NOT_NAMED),
            Refusal::UnreadInquiry { case, since, event } => {
                out.plain.push(UNREAD_INQUIRY);
                case.encode(out);
                since.encode(out);
                event.encode(out);
            }
            Refusal::OpenCase { case, topic, since, event } => {
                out.plain.push(OPEN_CASE);
                case.encode(out);
                match topic {
                    None => out.plain.push(0),
                    Some(topic) => {
                        out.plain.push(1);
                        out.text(text(topic));
                    }
                }
                since.encode(out);
                event.encode(out);
            }
            Refusal::Circumstance { circumstance, since, event } => {
                out.plain.push(CIRCUMSTANCE);
                out.text(text(circumstance));
                since.encode(out);
                event.encode(out);
            }
            Refusal::Consent { withdrawn, event } => {
                out.plain.push(CONSENT);
                withdrawn.encode(out);
                event.encode(out);
            }
            Refusal::Frequency { contacts, at_most, within, event, allowed_from } => {
                out.plain.push(FREQUENCY);
                contacts.encode(out);
                at_most.encode(out);
                out.varint(within.0 as u64);
                event.encode(out);
                allowed_from.encode(out);
            }
        }
    }
}

/// Reads them.
pub(super) fn decode_refusals<C: Reading>(
    from: &mut Reader<'_>,
    context: &mut C,
) -> Result<ThinVec<Refusal<C::Name>>, DecodeError>
where
    C::Name: Decode<C>,
{
    macro_rules! field {
        () => {
            Decode::decode(from, context)?
        };
    }
    let count = from.byte()?;
    if usize::from(count) > MAX_REASONS {
        return Err(unknown("a number of reasons", count, from));
    }
    let mut refusals = ThinVec::new();
    for _ in 0..count {
        refusals.push(match from.byte()? {
            PURPOSE_NOT_NAMED => Refusal::PurposeNotNamed {},
            UNREAD_INQUIRY => Refusal::UnreadInquiry { case: field!(), since: field!(), event: field!() },
            OPEN_CASE => {
                Refusal::OpenCase { case: field!(), topic: field!(), since: field!(), event: field!() }
            }
            CIRCUMSTANCE => {
                Refusal::Circumstance { circumstance: field!(), since: field!(), event: field!() }
            }
            CONSENT => Refusal::Consent { withdrawn: field!(), event: field!() },
            FREQUENCY => Refusal::Frequency {
                contacts: field!(),
                at_most: field!(),
                within: Span(from.varint()? as i64),
                event: field!(),
                allowed_from: field!(),
            },
            found => return Err(unknown("a reason against a contact", found, from)),
        });
    }
    Ok(refusals)
}
