//! E-mail addresses.

use super::Read;
use email_address::{EmailAddress, Options};

const EXPECTED: &str = "an address and nothing else, for instance `ann@example.org`";

/// The address in small letters, its domain as the name system knows it.
///
/// The part before the `@` belongs to its host, who may tell `Ann` from `ann`; none that people use does.
pub(super) fn normal(value: &str) -> Read {
    let (local, domain) = value.rsplit_once('@').ok_or(EXPECTED)?;
    let address = format!("{}@{}", local.to_lowercase(), ascii(domain)?);
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    EmailAddress::parse_with_options(&address, options).map(|_| address).map_err(|_| EXPECTED)
}

#[cfg(feature = "identifiers")]
fn ascii(domain: &str) -> Read {
    idna::domain_to_ascii_strict(domain)
        .map_err(|_| "an address whose domain the name system can have, for instance `ann@example.org`")
}

#[cfg(not(feature = "identifiers"))]
fn ascii(domain: &str) -> Read {
    if domain.is_ascii() {
        return Ok(domain.to_ascii_lowercase());
    }
    Err("an address whose domain is in ASCII (`xn--…`), or a build with the feature `identifiers`")
}
