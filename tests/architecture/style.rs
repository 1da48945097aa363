//! Files that can be read: short, named for what they hold, exporting one thing at a time.

use crate::Accusation;
use crate::source::{code, is_test, lines_with, shipped};

/// A file that is longer holds more than one idea.
const MOST_LINES: usize = 700;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "prelude"];

/// Accuses a Rust file of what makes it hard to find one's way.
pub(crate) fn check(path: &str, text: &str) -> Vec<Accusation> {
    let mut accusations = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        accusations.push(Accusation::new(
            path,
            format!("{lines} lines; split it at an idea, {MOST_LINES} is the limit"),
        ));
    }
    for part in path.trim_end_matches(".rs").split('/').filter(|part| EMPTY_NAMES.contains(part)) {
        accusations.push(Accusation::new(path, format!("`{part}` says nothing; name it for what it holds")));
    }
    let code = code(text);
    for name in EMPTY_NAMES {
        for line in lines_with(&code, &format!("mod {name}")) {
            let place = format!("{path}:{line}");
            accusations.push(Accusation::new(
                place,
                format!("`mod {name}` says nothing; name it for what it holds"),
            ));
        }
    }
    for (at, line) in code.lines().enumerate() {
        let exported =
            line.trim_start().starts_with("pub use") || line.trim_start().starts_with("pub(crate) use");
        if exported && line.contains('*') {
            let place = format!("{path}:{}", at + 1);
            accusations.push(Accusation::new(place, "`pub use …::*` hides what is exported; name each"));
        }
    }
    if !is_test(path) {
        for line in lines_with(&shipped(&code), ".unwrap()") {
            let place = format!("{path}:{line}");
            accusations.push(Accusation::new(
                place,
                "`.unwrap()` outside tests; return the error, or say why it cannot be",
            ));
        }
    }
    accusations
}

#[test]
fn a_giant_file_is_accused() {
    let text = "// a line\n".repeat(701);
    crate::assert_accused(&check("src/a.rs", &text), "701 lines");
    crate::assert_innocent(&check("src/a.rs", &text[10..]));
}

#[test]
fn names_that_say_nothing_are_accused() {
    crate::assert_accused(&check("crates/core/src/util.rs", ""), "`util` says nothing");
    crate::assert_accused(&check("tests/common/mod.rs", ""), "`common` says nothing");
    crate::assert_accused(&check("src/lib.rs", "pub mod prelude { }"), "`mod prelude` says nothing");
    crate::assert_innocent(&check("src/utility_bill.rs", "mod commons_of_the_town;"));
}

#[test]
fn exports_of_everything_are_accused() {
    crate::assert_accused(&check("src/lib.rs", "pub use crate::event::*;"), "hides what is exported");
    crate::assert_innocent(&check("src/lib.rs", "pub use crate::event::{A, B}; // not *"));
}

#[test]
fn unwrapping_is_accused_outside_tests_only() {
    crate::assert_accused(&check("src/a.rs", "fn f() { g().unwrap() }"), "outside tests");
    crate::assert_accused(&check("examples/a.rs", "fn f() { g().unwrap() }"), "outside tests");
    crate::assert_innocent(&check("src/a.rs", "#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }"));
    crate::assert_innocent(&check("crates/core/tests/a.rs", "fn f() { g().unwrap() }"));
}
