//! Identifiers as a log may hold them: normalised, then hashed under a key.

use std::fmt;
use throughline_core::event::IdentifierHash;
use uuid::Uuid;

/// The secret under which identifiers are hashed. One key for all sources of a tenant, or the same address gets
/// two hashes; kept apart from the log, or the hash of every phone number can be found by trying all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdentifierKey(Uuid);

impl IdentifierKey {
    /// A key of sixteen bytes, which should be random.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The hash of an identifier of a kind: UUIDv5 under the key, over its normalised form. None if nothing is
    /// left of it.
    ///
    /// `email`: without blanks around it, in small letters. `phone`: its digits, behind a plus if it began with
    /// one. Any other kind: without blanks around it.
    pub fn hash(&self, kind: &str, value: &str) -> Option<IdentifierHash> {
        let value = value.trim();
        let normal = match kind {
            "email" => value.to_lowercase(),
            "phone" => {
                let plus = if value.starts_with('+') { "+" } else { "" };
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                if digits.is_empty() { digits } else { format!("{plus}{digits}") }
            }
            _ => value.to_owned(),
        };
        let space = Uuid::new_v5(&self.0, kind.as_bytes());
        (!normal.is_empty()).then(|| IdentifierHash(Uuid::new_v5(&space, normal.as_bytes())))
    }
}

/// Never shows the key.
impl fmt::Debug for IdentifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentifierKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_identifier_has_one_hash_however_it_is_written() {
        let key = IdentifierKey::new([7; 16]);
        assert_eq!(key.hash("email", " Ann@Example.org"), key.hash("email", "ann@example.org "));
        assert_eq!(key.hash("phone", "+49 (30) 1234"), key.hash("phone", "+49301234"));
        assert_ne!(key.hash("phone", "+49301234"), key.hash("phone", "49301234"));
        assert_ne!(key.hash("email", "7"), key.hash("account", "7"));
        assert_ne!(key.hash("account", "7"), IdentifierKey::new([8; 16]).hash("account", "7"));
        assert_eq!(key.hash("phone", "n/a"), None);
        assert_eq!(format!("{key:?}"), "IdentifierKey(..)");
    }
}
