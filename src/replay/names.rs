//! One table of names that several gathering threads share.
//!
//! Each thread keeps what it has seen in a table of its own and asks the shared one only for names that are new
//! to it: there are few names and many events.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_core::fact::NameTable;
use throughline_core::name::{Interner, Sym};

/// A thread's share of the table.
#[derive(Debug, Default)]
pub(super) struct SharedNames {
    all: Arc<Mutex<Interner>>,
    seen: HashMap<Box<str>, Sym, FxBuildHasher>,
}

impl SharedNames {
    /// A share for another thread.
    pub(super) fn share(&self) -> Self {
        Self { all: self.all.clone(), seen: HashMap::default() }
    }

    /// The table as it stands.
    pub(super) fn take(self) -> Interner {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl NameTable for SharedNames {
    #[inline]
    fn symbol(&mut self, name: &str) -> Sym {
        if let Some(sym) = self.seen.get(name) {
            return *sym;
        }
        let sym = self.all.lock().unwrap_or_else(PoisonError::into_inner).intern(name);
        self.seen.insert(name.into(), sym);
        sym
    }
}
