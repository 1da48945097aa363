//! Names on social networks.

use super::Read;

const EXPECTED: &str =
    "a network and a name on it, for instance `mastodon/ann`: one name belongs to many people";

/// `network/name` in small letters, without the sign before the name.
pub(super) fn normal(value: &str) -> Read {
    let (network, name) = value.split_once('/').ok_or(EXPECTED)?;
    let (network, name) = (network.trim(), name.trim());
    let name = name.trim_start_matches('@');
    if [network, name].iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
        return Err(EXPECTED);
    }
    Ok(format!("{}/{}", network.to_lowercase(), name.to_lowercase()))
}
