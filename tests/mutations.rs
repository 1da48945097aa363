//! Deliberate mistakes, each of which a test must catch: tests that nothing can fail prove nothing.
//!
//! Every file in `tests/mutations/` says what to replace where, and which test must fail then. That each still
//! applies is checked in every run; that each is caught by
//! `cargo test --release --test mutations -- --ignored --nocapture`, which builds them one after the other; with
//! `MUTATION=snapshot,claim` those alone whose names have one of these in them.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "`MUTATION` is read from the environment")]

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How many lives a mutated engine lives: enough to meet what is rare, little enough to try all mutations.
const LIVES: &str = "5000";

/// One mutation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    #[serde(skip)]
    name: String,
    /// The file that is changed.
    file: String,
    /// What stands there once.
    find: String,
    /// What is put in its place.
    replace: String,
    /// The package of the tests, where it is not the facade.
    #[serde(default = "facade")]
    package: String,
    /// The file of tests.
    test: String,
    /// The test in it that must fail.
    must_fail: String,
}

fn facade() -> String {
    "throughline".to_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn mutations() -> Vec<Mutation> {
    let files = fs::read_dir(root().join("tests/mutations")).unwrap().map(|entry| entry.unwrap().path());
    let mut mutations: Vec<Mutation> = files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let mutation: Mutation =
                toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            Mutation { name: path.file_stem().unwrap().to_string_lossy().into_owned(), ..mutation }
        })
        .collect();
    mutations.sort_by(|a, b| a.name.cmp(&b.name));
    mutations
}

impl Mutation {
    fn apply(&self, text: &str) -> Result<String, String> {
        match text.matches(&self.find).count() {
            1 => Ok(text.replacen(&self.find, &self.replace, 1)),
            found => Err(format!("{}: found {found} times in {}, not once", self.name, self.file)),
        }
    }

    /// Where the test stands that must fail.
    fn suite(&self) -> (&str, &str) {
        (&self.package, &self.test)
    }
}

/// A copy of the workspace that may be broken.
struct Copy {
    tree: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Runs tests of one file in the copy.
    fn run(&self, (package, test): (&str, &str), names: &BTreeSet<&str>) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        // Not in release: the profile of tests builds in steps, and a mutation changes one crate or two.
        cargo.args(["test", "-p", package, "--test", test, "--"]).args(names);
        cargo.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target).env("LIVES", LIVES);
        cargo.env("RUST_BACKTRACE", "0").env_remove("SEED").output().unwrap()
    }

    fn make() -> Self {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations");
        let copy = Self { tree: place.join("tree"), target: place.join("target") };
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
        assert!(listed.status.success(), "the list of files comes from git: run this in a clone");
        let listed = String::from_utf8(listed.stdout).unwrap();
        let listed: BTreeSet<&str> = listed.split_terminator('\0').collect();
        copy.forget_all_but(&listed, &copy.tree);
        for file in listed {
            let (from, to) = (root().join(file), copy.tree.join(file));
            // What is the same keeps its time, so that cargo does not build it again.
            let text = fs::read(&from).unwrap();
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(&to, text).unwrap();
            }
        }
        copy
    }

    /// Removes what an earlier copy had and the workspace has no more.
    fn forget_all_but(&self, listed: &BTreeSet<&str>, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&self.tree).unwrap().to_str().unwrap();
            if path.is_dir() {
                self.forget_all_but(listed, &path);
            } else if !listed.contains(name) {
                fs::remove_file(&path).unwrap();
            }
        }
    }
}

#[test]
fn every_mutation_still_applies() {
    let mutations = mutations();
    assert!(mutations.len() >= 14, "{} mutations are few", mutations.len());
    for mutation in mutations {
        let text = fs::read_to_string(root().join(&mutation.file)).unwrap();
        assert_ne!(mutation.apply(&text).unwrap(), text, "{} changes nothing", mutation.name);
        let folder = match mutation.package.strip_prefix("throughline-") {
            None => root().join("tests"),
            Some(part) => root().join("crates").join(part).join("tests"),
        };
        let tests = fs::read_to_string(folder.join(format!("{}.rs", mutation.test))).unwrap_or_default();
        let more = fs::read_dir(folder.join(&mutation.test)).into_iter().flatten();
        let more = more.map(|e| fs::read_to_string(e.unwrap().path()).unwrap());
        let wanted = format!("fn {}(", mutation.must_fail);
        assert!(
            tests.contains(&wanted) || { more }.any(|text| text.contains(&wanted)),
            "{}: there is no test {}",
            mutation.name,
            mutation.must_fail
        );
    }
}

#[test]
#[ignore = "builds the workspace once for each mutation"]
fn every_mutation_is_caught() {
    let copy = Copy::make();
    let mut mutations = mutations();
    if let Ok(parts) = std::env::var("MUTATION") {
        mutations.retain(|mutation| parts.split(',').any(|part| mutation.name.contains(part)));
        assert!(!mutations.is_empty(), "no mutation has any of {parts} in its name");
    }
    let mut suites: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for mutation in &mutations {
        suites.entry(mutation.suite()).or_default().insert(&mutation.must_fail);
    }
    for (suite, names) in suites {
        let output = copy.run(suite, &names);
        let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let passed = |name: &&str| told.contains(&format!("{name} ... ok"));
        let all = output.status.success() && names.iter().all(passed);
        assert!(all, "unmutated, not all of {names:?} pass:\n{told}");
        println!("{:>9}  {} of {}", "unmutated", names.len(), suite.1);
    }
    // What is changed and put back is built again, and what depends on it: so those of one file come together.
    mutations.sort_by(|a, b| (&a.package, &a.file, &a.name).cmp(&(&b.package, &b.file, &b.name)));
    let mut survived = Vec::new();
    for mutation in &mutations {
        let path = copy.tree.join(&mutation.file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, mutation.apply(&text).unwrap()).unwrap();
        let output = copy.run(mutation.suite(), &BTreeSet::from([&*mutation.must_fail]));
        fs::write(&path, text).unwrap();
        let (told, built) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!built.contains("could not compile"), "{} does not compile:\n{built}", mutation.name);
        let is_caught = !output.status.success() && told.contains("FAILED");
        println!(
            "{:>9}  {}  by {}",
            if is_caught { "caught" } else { "SURVIVED" },
            mutation.name,
            mutation.must_fail
        );
        if !is_caught {
            survived.push(mutation.name.clone());
        }
    }
    assert!(survived.is_empty(), "no test minds these: {survived:?}");
}
