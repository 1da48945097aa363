//! The macro that makes the tests of a store: one for each clause, and the comparison with the model.
//!
//! It stands apart from both because it names both, and neither may need the other.

/// Generates the conformance tests of a store: one `#[test]` for each clause of the contract, named for it, and
/// one that compares the store with a [model](crate::model) over random sequences of operations.
///
/// The argument is a [`Subject`](crate::conformance::Subject); it is evaluated once for each test. Use the macro
/// once in a module. The tests need nothing else in scope.
/// ```
/// use throughline_store::memory::MemoryStore;
/// use throughline_testkit::conformance::Volatile;
///
/// throughline_testkit::conformance!(Volatile(MemoryStore::new));
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! conformance {
    ($subject:expr) => {
        $crate::__clauses! { __conformance_tests [$subject] }

        #[test]
        fn any_sequence_of_operations_is_answered_as_by_the_model() {
            $crate::model::run(&$subject);
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    ([$subject:expr] $($id:ident $file:ident::$name:ident,)*) => {$(
        #[test]
        fn $name() {
            $crate::conformance::run(stringify!($name), &$subject);
        }
    )*};
}
