//! What core and rules must not name: a clock, a file, a thread, chance, async, or a float function that is not
//! the same on every machine.

use crate::Accusation;
use crate::source::{code, is_test, lines_with, shipped};

/// What must not be named, and why.
const FORBIDDEN: [(&[&str], &str); 8] = [
    (&["std::", "extern crate std"], "core and rules build without the standard library"),
    (&["async", "await", "Future", "tokio"], "pure code waits for nothing"),
    (&["SystemTime", "Instant", "Utc::now", "Local::now", "now_v7"], "`now` is an argument"),
    (&["thread::", "thread_local!", "Mutex", "RwLock", "OnceLock", "LazyLock"], "pure code shares nothing"),
    (
        &["rand::", "getrandom", "new_v4", "RandomState", "DefaultHasher", "static mut"],
        "the same facts give the same bits",
    ),
    (
        &["HashMap::new", "HashSet::new", "DefaultHashBuilder"],
        "name a fixed hasher: the default one iterates differently in each run",
    ),
    (&["println!", "print!", "eprintln!", "eprint!", "dbg!"], "pure code prints nothing"),
    (
        &[
            ".exp(",
            ".exp2(",
            ".exp_m1(",
            ".ln(",
            ".ln_1p(",
            ".log(",
            ".log2(",
            ".log10(",
            ".powf(",
            ".powi(",
            ".sqrt(",
            ".cbrt(",
            ".tanh(",
            ".mul_add(",
            "f64::exp",
            "f64::exp2",
            "f64::ln",
            "f64::log2",
            "f64::powf",
            "f64::powi",
            "f64::sqrt",
        ],
        "float functions go through `libm`, so that every machine computes the same bits",
    ),
];

/// Accuses a source file of core or rules of every impure name in it.
pub(crate) fn check(path: &str, text: &str) -> Vec<Accusation> {
    let mut accusations = Vec::new();
    if path.ends_with("src/lib.rs") && !text.lines().any(|line| line == "#![no_std]") {
        accusations.push(Accusation::new(path, "`#![no_std]` is missing"));
    }
    if is_test(path) {
        return accusations;
    }
    let code = shipped(&code(text));
    for (names, why) in FORBIDDEN {
        for name in names {
            for line in lines_with(&code, name) {
                accusations.push(Accusation::new(format!("{path}:{line}"), format!("`{name}`: {why}")));
            }
        }
    }
    accusations
}

#[test]
fn each_impure_name_is_accused() {
    for snippet in [
        "use std::vec::Vec;",
        "async fn decide() {}",
        "let now = SystemTime;",
        "fn f(now: Instant) {}",
        "let t = chrono::Utc::now();",
        "thread::spawn(f);",
        "static LOCK: Mutex<u8> = f();",
        "let id = Uuid::new_v4();",
        "let n = rand::random();",
        "let m = hashbrown::HashMap::new();",
        "println!();",
        "let y = x.exp();",
        "let y = x.powf(2.0);",
        "let y = (1.0_f64).ln();",
        "let y = x.log2();",
        "let y = xs.map(f64::exp2);",
    ] {
        let accusations = check("crates/core/src/time.rs", &format!("// fine\n{snippet}\n"));
        assert!(!accusations.is_empty(), "not accused: {snippet}");
        assert!(accusations.iter().all(|a| a.place.ends_with(":2")), "{accusations:?}");
    }
}

#[test]
fn what_is_pure_is_not_accused() {
    let text = "//! No `std::`, no Instant.\nuse core::fmt;\nlet y = libm::exp(x) + x.expect(\"std::\");\n\
        #[cfg(test)]\nmod tests { use std::vec; }\n";
    crate::assert_innocent(&check("crates/rules/src/churn.rs", text));
}

#[test]
fn a_crate_with_the_standard_library_is_accused() {
    crate::assert_accused(&check("crates/core/src/lib.rs", "//! #![no_std]\npub mod a;\n"), "is missing");
}
