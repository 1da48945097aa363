//! What is wrong with a call, and the readings of its parts that say so.

use super::call::key;
use crate::attribute::Attribute;
use crate::reject::{Reject, RejectReason};
use crate::timestamp;
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// Why a call gives nothing, before it is known where it stands.
pub(super) type Fault = (RejectReason, &'static str, &'static str);

/// A fault as a reject.
pub(super) fn at_line(line: u64, (reason, attribute, expected): Fault) -> Reject {
    Reject::new(line, reason, expected).about(attribute)
}

pub(super) fn time(it: &Attribute<'_>, attribute: &'static str) -> Result<Option<Micros>, Fault> {
    let parsed = match it {
        Attribute::Missing => return Ok(None),
        Attribute::Text(text) => timestamp::parse(text),
        _ => None,
    };
    parsed.map(Some).ok_or((RejectReason::BadTime, attribute, timestamp::EXPECTED))
}

pub(super) fn word<'a>(
    it: &'a Attribute<'_>,
    attribute: &'static str,
    expected: &'static str,
) -> Result<&'a str, Fault> {
    match it {
        Attribute::Text(text) if !text.is_empty() => Ok(text),
        _ => Err((missing(it), attribute, expected)),
    }
}

pub(super) fn name_of(text: &str, attribute: &'static str) -> Result<Name, Fault> {
    const NAME: &str = "a text of 1 to 256 bytes without control characters";
    Name::new(text).map_err(|_| (RejectReason::BadAttribute, attribute, NAME))
}

pub(super) fn optional_name(it: &Attribute<'_>, attribute: &'static str) -> Result<Option<Name>, Fault> {
    key(it).map(|text| name_of(&text, attribute)).transpose()
}

pub(super) const fn missing(it: &Attribute<'_>) -> RejectReason {
    match it {
        Attribute::Missing => RejectReason::MissingAttribute,
        _ => RejectReason::BadAttribute,
    }
}
