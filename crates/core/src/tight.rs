//! Growing lists that most customers need one or two entries of.

use alloc::vec::Vec;

/// Appends an item, growing by half instead of to the standard library's minimum of four: a dormant customer
/// has one or two contacts and cases, and there are millions of dormant customers.
pub fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 2 + 1);
    }
    list.push(item);
}

/// Inserts an item at a place, growing as [`push`] does.
pub fn insert<T>(list: &mut Vec<T>, place: usize, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 2 + 1);
    }
    list.insert(place, item);
}
