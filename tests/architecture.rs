//! The shape of the workspace, asserted: which crate may know which, what core and rules must not name, no
//! circles, no giant files, no dead links.
//!
//! Every check is a function from a path and a text to accusations, so that each can be tried on a text that
//! breaks it. A check that never accused anybody proves nothing.
#![allow(clippy::unwrap_used)]

#[path = "architecture/arrows.rs"]
mod arrows;
#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/links.rs"]
mod links;
#[path = "architecture/purity.rs"]
mod purity;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/style.rs"]
mod style;
#[path = "architecture/tree.rs"]
mod tree;

use tree::Tree;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Accusation {
    place: String,
    what: String,
}

impl Accusation {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// Fails with one line for each accusation.
#[track_caller]
fn assert_innocent(accusations: &[Accusation]) {
    let lines: Vec<_> = accusations.iter().map(|a| format!("{}: {}", a.place, a.what)).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Fails unless exactly one accusation is made, and it says `what`.
#[track_caller]
fn assert_accused(accusations: &[Accusation], what: &str) {
    match accusations {
        [one] if one.what.contains(what) => {}
        other => panic!("wanted one accusation that says {what:?}, got {other:#?}"),
    }
}

#[test]
fn crates_know_only_what_is_below_them() {
    assert_innocent(
        &Tree::read().manifests().flat_map(|(path, text)| arrows::check(path, text)).collect::<Vec<_>>(),
    );
}

#[test]
fn every_dependency_has_its_reason() {
    let tree = Tree::read();
    let (_, page) = tree.documents().find(|(path, _)| *path == "docs/DEPENDENCIES.md").unwrap();
    let all = tree.manifests().flat_map(|(path, text)| arrows::unexplained(path, text, page));
    assert_innocent(&all.collect::<Vec<_>>());
}

#[test]
fn every_crate_has_a_place_in_the_layers() {
    let tree = Tree::read();
    let found: Vec<_> = tree.manifests().map(|(_, text)| arrows::package(text)).collect();
    assert_eq!(found.len(), arrows::LAYERS.len(), "{found:?}");
}

#[test]
fn core_and_rules_are_pure() {
    let tree = Tree::read();
    let pure = ["crates/core/src", "crates/rules/src"];
    let files: Vec<_> = pure.into_iter().flat_map(|folder| tree.under(folder)).collect();
    assert!(files.len() > 20, "the sources of core and rules were not found");
    assert_innocent(
        &files.into_iter().flat_map(|(path, text)| purity::check(path, text)).collect::<Vec<_>>(),
    );
}

#[test]
fn no_crate_has_modules_that_need_each_other() {
    let tree = Tree::read();
    for folder in tree.source_folders() {
        let files: Vec<_> = tree.under(&folder).collect();
        assert!(!files.is_empty(), "{folder} has no sources");
        assert_innocent(&circles::check(&folder, &files));
    }
}

#[test]
fn files_are_short_plainly_named_and_export_one_by_one() {
    let tree = Tree::read();
    assert_innocent(&tree.rust().flat_map(|(path, text)| style::check(path, text)).collect::<Vec<_>>());
}

#[test]
fn documents_link_only_to_what_exists() {
    let tree = Tree::read();
    assert_innocent(
        &tree.documents().flat_map(|(path, text)| links::check(path, text, &tree)).collect::<Vec<_>>(),
    );
}
