//! One table of names that several gathering threads share.
//!
//! Each thread keeps what it has seen in a table of its own and asks the shared one only for names that are new
//! to it: there are few names and many events.

use std::sync::{Arc, Mutex, PoisonError};
use throughline_core::fact::NameTable;
use throughline_core::name::{Interner, Sym};

/// A thread's share of the table.
#[derive(Debug)]
pub(super) struct SharedNames {
    all: Arc<Mutex<Interner>>,
    /// What this thread has seen, by numbers of its own.
    seen: Interner,
    /// What stands for each of them in the table that all share.
    shared: Vec<Sym>,
}

impl Default for SharedNames {
    fn default() -> Self {
        Self::of(Arc::default())
    }
}

impl SharedNames {
    fn of(all: Arc<Mutex<Interner>>) -> Self {
        Self { all, seen: Interner::new(), shared: vec![Sym::NONE] }
    }

    /// A share for another thread.
    pub(super) fn share(&self) -> Self {
        Self::of(self.all.clone())
    }

    /// The table as it stands. It is copied if another thread still has a share.
    pub(super) fn take(self) -> Interner {
        match Arc::try_unwrap(self.all) {
            Ok(alone) => alone.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(shared) => shared.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

impl NameTable for SharedNames {
    #[inline]
    fn symbol(&mut self, name: &str) -> Sym {
        let own = self.seen.intern(name).index();
        if let Some(sym) = self.shared.get(own) {
            return *sym;
        }
        let sym = self.all.lock().unwrap_or_else(PoisonError::into_inner).intern(name);
        self.shared.push(sym);
        sym
    }
}
