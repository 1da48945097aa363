//! Names spelled out.

use throughline_core::name::{Interner, Name, Sym};

/// The name that a symbol stands for. No evaluation makes a symbol of another interner; one would be spelled `unknown`.
pub(crate) fn spelled(names: &Interner, sym: Sym) -> Name {
    names
        .name(sym)
        .unwrap_or_else(|| Name::new("unknown").unwrap_or_else(|_| unreachable!("a constant name")))
}
