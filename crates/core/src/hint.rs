//! Where something was found last, which is where to look first.
//!
//! Events about one contact come one after the other, and a step asks for the same contact several times. A list is
//! searched once then, and not each time.

/// The place at which an item of a list was found last. No part of what is known: any two are equal, and none is stored.
#[derive(Clone, Copy, Debug)]
pub struct Hint(u32);

impl Hint {
    /// Nothing was found yet.
    pub const NONE: Self = Self(u32::MAX);

    /// An item was found at a place.
    pub const fn at(place: usize) -> Self {
        Self(place as u32)
    }

    /// The place of the item that was found last, if it is the one that is wanted now.
    #[inline]
    pub fn place<T>(self, list: &[T], is_wanted: impl FnOnce(&T) -> bool) -> Option<usize> {
        let place = self.0 as usize;
        list.get(place).is_some_and(is_wanted).then_some(place)
    }
}

impl Default for Hint {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Hint {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_good_only_for_what_stands_where_it_points() {
        let list = [3, 5, 7];
        assert_eq!(Hint::at(1).place(&list, |item| *item == 5), Some(1));
        assert_eq!(Hint::at(1).place(&list, |item| *item == 7), None);
        assert_eq!(Hint::at(3).place(&list, |_| true), None);
        assert_eq!(Hint::NONE.place(&list, |_| true), None);
        assert_eq!(Hint::at(1), Hint::NONE, "two journeys do not differ by where was looked");
    }
}
