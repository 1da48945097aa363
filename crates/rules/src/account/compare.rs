//! Which of two lists of decisions says what the other does not: slot by slot, and with content.

use crate::decision::{Decision, Slot};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use throughline_core::ids::ContactId;

/// How two lists of decisions differ, as indices into them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Those of the first that the second has nothing about, in the order of the first.
    pub gone: Vec<usize>,
    /// Those of the second that the first has nothing about, in the order of the second.
    pub new: Vec<usize>,
    /// Those about the same thing that conclude something else, or at another instant: the first's, the second's.
    pub changed: Vec<(usize, usize)>,
}

/// Compares two lists of decisions. `inside` gives the key that the second has for the case that holds a contact:
/// a case may have got an earlier contact, and still be the same case.
pub fn compare<'d, N: Ord + Clone + 'd>(
    first: impl IntoIterator<Item = &'d Decision<N>>,
    second: impl IntoIterator<Item = &'d Decision<N>>,
    inside: impl Fn(ContactId) -> ContactId,
) -> Comparison {
    let (mut places, mut others) = (BTreeMap::new(), Vec::new());
    for (index, decision) in second.into_iter().enumerate() {
        places.insert(decision.slot.clone(), index);
        others.push((decision, true));
    }
    let mut found = Comparison::default();
    for (index, decision) in first.into_iter().enumerate() {
        let slot = Slot { case: inside(decision.slot.case), ..decision.slot.clone() };
        match places.get(&slot).copied().filter(|place| others[*place].1) {
            None => found.gone.push(index),
            Some(place) => {
                others[place].1 = false;
                if !decision.concludes_the_same(others[place].0) {
                    found.changed.push((index, place));
                }
            }
        }
    }
    found.new.extend(others.iter().enumerate().filter(|(_, (_, new))| *new).map(|(index, _)| index));
    found
}
