//! Growing lists that most customers need none or one or two entries of.
//!
//! There are millions of dormant customers, so an empty list costs one pointer (`ThinVec`), and a list grows by
//! half instead of to a minimum of four.

use thin_vec::ThinVec;

/// Appends an item.
pub fn push<T>(list: &mut ThinVec<T>, item: T) {
    make_room(list);
    list.push(item);
}

/// Inserts an item at a place.
pub fn insert<T>(list: &mut ThinVec<T>, place: usize, item: T) {
    make_room(list);
    list.insert(place, item);
}

/// The bytes that a list takes on the heap.
pub fn heap_bytes<T>(list: &ThinVec<T>) -> usize {
    const HEADER: usize = 2 * size_of::<usize>();
    if list.capacity() == 0 { 0 } else { HEADER + list.capacity() * size_of::<T>() }
}

fn make_room<T>(list: &mut ThinVec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 2 + 1);
    }
}
