//! Modules of one crate that need each other, at the level of the folders and files under `src`.
//!
//! Two modules that need each other are one module with two names: neither can be read, moved or tested alone.

use crate::Accusation;
use crate::source::{code, is_test, shipped};
use std::collections::{BTreeMap, BTreeSet};

/// From which module to which, and where.
type Needs<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// Accuses the files of a crate of the circles among its top-level modules, each once.
pub(crate) fn check(source_folder: &str, files: &[(&str, &str)]) -> Vec<Accusation> {
    let modules: BTreeSet<&str> = files.iter().filter_map(|(path, _)| module(source_folder, path)).collect();
    let mut needs: Needs<'_> = BTreeMap::new();
    for (path, text) in files {
        let Some(from) = module(source_folder, path) else {
            continue;
        };
        if is_test(path) {
            continue;
        }
        for named in named_modules(source_folder, path, &shipped(&code(text))) {
            if let Some(to) = modules.get(named.as_str()).copied().filter(|to| *to != from) {
                needs.entry(from).or_default().entry(to).or_insert(path);
            }
        }
    }
    circles(&needs)
}

/// The top-level module that a file belongs to; none for the crate's root.
fn module<'a>(source_folder: &str, path: &'a str) -> Option<&'a str> {
    let inside = path.strip_prefix(source_folder)?.strip_prefix('/')?;
    let first = inside.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!["lib", "main"].contains(&name)).then_some(name)
}

/// How many `super`s lead from a file's module to the crate's root.
fn depth(source_folder: &str, path: &str) -> usize {
    let inside = path.strip_prefix(source_folder).unwrap_or(path);
    let folders = inside.trim_start_matches('/').split('/').count();
    if inside.ends_with("/mod.rs") { folders - 1 } else { folders }
}

/// What stands directly behind the crate's root in paths: `crate::a::…`, `crate::{a::…, b}`, `super::…`.
fn named_modules(source_folder: &str, path: &str, code: &str) -> BTreeSet<String> {
    let supers = "super::".repeat(depth(source_folder, path));
    let mut found = BTreeSet::new();
    for root in ["crate::", supers.as_str()] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads(group)),
                None => found.extend(head(rest)),
            }
        }
    }
    found
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty() && name != "super").then_some(name)
}

/// The first names of the paths in a group, up to the brace that closes it.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut begin, mut found) = (0_i32, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(head(&group[begin..at]));
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

fn circles(needs: &Needs<'_>) -> Vec<Accusation> {
    let mut seen = BTreeSet::new();
    let mut accusations = Vec::new();
    for start in needs.keys() {
        let Some(circle) = way_back(needs, start) else {
            continue;
        };
        let members: BTreeSet<_> = circle.iter().copied().collect();
        if seen.insert(members) {
            let steps = circle.iter().zip(circle.iter().cycle().skip(1));
            let way: Vec<_> =
                steps.map(|(from, to)| format!("{from} -> {to} (in {})", needs[from][to])).collect();
            accusations.push(Accusation::new(circle[0], format!("a circle: {}", way.join(", "))));
        }
    }
    accusations
}

/// The shortest way from a module back to itself.
fn way_back<'a>(needs: &Needs<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![start]];
    let mut reached = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for to in needs.get(way[way.len() - 1]).into_iter().flat_map(BTreeMap::keys) {
                if *to == start {
                    return Some(way);
                }
                if reached.insert(*to) {
                    longer.push([way.as_slice(), &[*to]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn two_modules_that_need_each_other_are_accused_with_the_way() {
    let files = [
        ("src/event/mod.rs", "use crate::wire::Writer;"),
        ("src/wire/fields.rs", "use crate::{ids::EventId, event::{Text, Body}};"),
        ("src/ids.rs", ""),
    ];
    let accusations = check("src", &files);
    crate::assert_accused(&accusations, "event -> wire (in src/event/mod.rs)");
    crate::assert_accused(&accusations, "wire -> event (in src/wire/fields.rs)");
}

#[test]
fn a_circle_of_three_by_way_of_super_is_accused_once() {
    let files = [
        ("src/a.rs", "use super::b::B;"),
        ("src/b/deep.rs", "fn f() { super::super::c::g() }"),
        ("src/c.rs", "pub(crate) fn g(a: crate::a::A) {}"),
    ];
    crate::assert_accused(&check("src", &files), "a -> b");
}

#[test]
fn modules_in_layers_are_innocent_and_tests_may_look_up() {
    let files = [
        ("src/lib.rs", "pub mod a; pub mod b; use crate::a::A;"),
        ("src/a.rs", "use crate::b::B; // crate::a is ours"),
        ("src/b/mod.rs", "mod inner; use super::b::inner; #[cfg(test)] mod tests { use crate::a::A; }"),
        ("src/b/inner.rs", "use super::B; use crate::b::C;"),
        ("src/b/tests.rs", "use crate::a::A;"),
    ];
    crate::assert_innocent(&check("src", &files));
}
