//! How another system's own keys become ids: the same in every format, so that one customer, read from a native
//! log and through a mapping, is one profile.

use uuid::Uuid;

/// A UUID in the form with four hyphens is taken as it is, any other text through `derived`. `None` for the nil
/// UUID, which names nothing.
///
/// Other ways to write a UUID are not taken for one: 32 hexadecimal digits may as well be somebody's hash.
pub(crate) fn id_of(text: &str, derived: impl Fn(&str) -> Uuid) -> Option<Uuid> {
    match (text.len() == 36).then(|| Uuid::try_parse_ascii(text.as_bytes())) {
        Some(Ok(id)) => (!id.is_nil()).then_some(id),
        _ => Some(derived(text)),
    }
}
