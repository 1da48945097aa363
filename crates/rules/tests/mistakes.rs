//! Every mistake that one can make in a rulebook is refused with its line and with what to write instead.
//!
//! The files in `mistakes/` change the rulebook that ships: `-` what to look for, `+` what to put there (or at the
//! end, if there is nothing to look for), `=` what is said. `UPDATE=1` rewrites what is said; read it before you
//! commit it: would a support lead know what to do?
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

use std::fmt::Write as _;
use std::path::PathBuf;
use throughline_core::name::Interner;
use throughline_rules::rulebook::{DEFAULT, Rulebooks};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// The same block with what is said of it.
fn judged(block: &str) -> String {
    let lines = |mark: &str| -> Vec<&str> { block.lines().filter_map(|l| l.strip_prefix(mark)).collect() };
    let (old, new) = (lines("- ").join("\n"), lines("+ ").join("\n"));
    assert!(DEFAULT.contains(&old), "the rulebook that ships does not say\n{old}");
    let text = if old.is_empty() { format!("{DEFAULT}\n{new}\n") } else { DEFAULT.replacen(&old, &new, 1) };
    let mut out: String =
        block.lines().filter(|l| !l.starts_with("= ")).fold(String::new(), |mut out, line| {
            let _ = writeln!(out, "{line}");
            out
        });
    match Rulebooks::parse(&text, &mut Interner::new()) {
        Ok(_) => out += "= (accepted)\n",
        Err(error) => {
            for mistake in error.mistakes {
                let _ = writeln!(out, "= {mistake}");
            }
        }
    }
    out
}

#[test]
fn every_mistake_is_refused_with_what_to_write_instead() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut mistakes = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let blocks: Vec<String> = text.trim().split("\n\n").map(judged).collect();
        let came = blocks.join("\n");
        mistakes += blocks.iter().filter(|b| b.contains("\n+ ") || b.contains("\n- ")).count();
        assert!(!came.contains("= (accepted)"), "{}: a mistake is accepted:\n{came}", file.display());
        if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
            std::fs::write(&file, &came).unwrap();
        } else {
            assert_eq!(text, came, "{}", file.display());
        }
    }
    assert!(mistakes >= 40, "{mistakes} mistakes are tried");
}

/// Which lines are to be changed for it is too much for a file of `mistakes/`.
#[test]
fn a_guard_that_lets_nobody_through_is_refused() {
    let (rules, _) = DEFAULT.split_once("[contact.purposes.service]").unwrap();
    let error = Rulebooks::parse(rules, &mut Interner::new()).unwrap_err().to_string();
    assert!(error.contains("without purposes every contact of ours is refused; add for instance"), "{error}");
}

#[test]
fn the_rulebook_that_ships_has_none() {
    assert!(Rulebooks::parse(DEFAULT, &mut Interner::new()).is_ok());
}
