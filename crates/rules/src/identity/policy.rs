//! What a rulebook says of identifiers, by kind.

use alloc::borrow::Cow;
use alloc::{collections::BTreeMap, collections::BTreeSet, string::String, vec::Vec};
use core::fmt;
use throughline_core::event::IdentifierHash;
use throughline_core::identifier::Form;

/// The policy of a rulebook. Blocked values are in it as they are written; whoever has the key that identifiers are
/// hashed under names their hashes with [`Policy::block`].
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The country whose phone numbers are written without a code.
    pub region: Option<Written>,
    kinds: BTreeMap<String, KindPolicy>,
    blocked: BTreeSet<IdentifierHash>,
}

/// The policy of a kind of identifier.
#[derive(Clone, Debug)]
pub struct KindPolicy {
    /// What its values look like.
    pub form: Form,
    /// Whether one value joins the profiles that claim it.
    pub joins: bool,
    /// Whether profiles with different values are never one customer.
    pub unique: bool,
    /// Values that say nothing about who somebody is.
    pub blocked: Vec<Written>,
    /// How many profiles may have claimed a value that joins.
    pub max_profiles: usize,
    /// How many different values a customer may have after a join.
    pub max_values: usize,
}

/// A value as it stands in a document. `Debug` shows where and not what: it may be somebody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The value.
    pub value: String,
    /// Its line, from 1.
    pub line: usize,
}

impl KindPolicy {
    /// The policy of a kind that the rulebook does not name: it is kept and joins nobody.
    fn unnamed(kind: &str) -> Self {
        Self {
            form: Form::of_kind(kind),
            joins: false,
            unique: false,
            blocked: Vec::new(),
            max_profiles: usize::MAX,
            max_values: usize::MAX,
        }
    }
}

impl Policy {
    /// A policy of these kinds, with nothing blocked yet.
    pub const fn new(region: Option<Written>, kinds: BTreeMap<String, KindPolicy>) -> Self {
        Self { region, kinds, blocked: BTreeSet::new() }
    }

    /// The policy of a kind.
    pub fn kind(&self, kind: &str) -> Cow<'_, KindPolicy> {
        self.kinds.get(kind).map_or_else(|| Cow::Owned(KindPolicy::unnamed(kind)), Cow::Borrowed)
    }

    /// The kinds that the rulebook names, in order.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &KindPolicy)> {
        self.kinds.iter().map(|(kind, policy)| (kind.as_str(), policy))
    }

    /// Whether any kind is unique: else no claim can contradict another.
    pub fn has_unique(&self) -> bool {
        self.kinds.values().any(|kind| kind.unique)
    }

    /// Names the hash of a blocked value.
    pub fn block(&mut self, hash: IdentifierHash) {
        self.blocked.insert(hash);
    }

    /// Whether a value is blocked: it joins nobody, and contradicts nobody.
    pub fn is_blocked(&self, hash: IdentifierHash) -> bool {
        self.blocked.contains(&hash)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Written(line {})", self.line)
    }
}
