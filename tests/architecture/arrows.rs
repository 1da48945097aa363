//! Which crate may know which, from the manifests.

use crate::Accusation;
use toml::{Table, Value};

/// A crate's place: what it may need at run time, and what only its tests may need besides.
#[derive(Debug)]
pub(crate) struct Layer {
    name: &'static str,
    below: &'static [&'static str],
    tests: &'static [&'static str],
}

/// From the bottom up. Siblings do not know each other.
pub(crate) const LAYERS: [Layer; 6] = [
    Layer { name: "throughline-core", below: &[], tests: &[] },
    Layer { name: "throughline-rules", below: &["core"], tests: &[] },
    Layer { name: "throughline-channels", below: &["core"], tests: &[] },
    Layer { name: "throughline-store", below: &["core"], tests: &["testkit"] },
    Layer { name: "throughline-testkit", below: &["core", "store"], tests: &[] },
    Layer { name: "throughline", below: &["core", "rules", "channels", "store"], tests: &["testkit"] },
];

/// Crates of others that only some of ours may name.
const RESERVED: [(&str, &[&str]); 2] = [
    ("tokio", &["throughline-store", "throughline-testkit", "throughline"]),
    ("rusqlite", &["throughline-store"]),
];

/// What core and rules may not even depend on, because it brings a clock, a thread or chance.
const IMPURE: [&str; 9] =
    ["tokio", "rusqlite", "rand", "getrandom", "fastrand", "async-trait", "futures", "rayon", "tracing"];

/// The package that a manifest describes.
pub(crate) fn package(text: &str) -> String {
    let manifest: Table = text.parse().unwrap();
    manifest["package"]["name"].as_str().unwrap().to_owned()
}

/// Accuses a manifest of every dependency that its crate may not have.
pub(crate) fn check(path: &str, text: &str) -> Vec<Accusation> {
    let manifest: Table = text.parse().unwrap();
    let name = package(text);
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
        return vec![Accusation::new(path, format!("`{name}` has no place in the layers; give it one here"))];
    };
    let pure = ["throughline-core", "throughline-rules"].contains(&layer.name);
    let mut accusations = Vec::new();
    for (table, dependency) in dependencies(&manifest) {
        let for_tests = table == "dev-dependencies";
        let ours = dependency.strip_prefix("throughline-");
        let reserved = RESERVED.iter().find(|(of_others, _)| *of_others == dependency);
        let what = if let Some(ours) = ours
            && !layer.below.contains(&ours)
            && !(for_tests && layer.tests.contains(&ours))
        {
            format!("`{name}` must not know `{dependency}` ({table}); arrows point down only")
        } else if reserved.is_some_and(|(_, allowed)| !allowed.contains(&layer.name)) {
            format!("`{name}` must not name `{dependency}` ({table}); it has a crate that does")
        } else if pure && !for_tests && IMPURE.contains(&dependency.as_str()) {
            format!("`{name}` is pure and must not depend on `{dependency}`")
        } else {
            continue;
        };
        accusations.push(Accusation::new(path, what));
    }
    accusations
}

/// Accuses a manifest of every dependency on others that the page about dependencies does not explain.
pub(crate) fn unexplained(path: &str, text: &str, page: &str) -> Vec<Accusation> {
    let manifest: Table = text.parse().unwrap();
    let of_others = dependencies(&manifest).into_iter().filter(|(_, name)| !name.starts_with("throughline-"));
    let missing = of_others.filter(|(_, name)| !page.contains(&format!("[{name}](")));
    missing
        .map(|(_, name)| {
            Accusation::new(path, format!("`{name}` has no reason in docs/DEPENDENCIES.md; give it one"))
        })
        .collect()
}

/// Every dependency with the kind of table it stands in, those for one platform only included. Renamed ones by
/// their real names.
fn dependencies(manifest: &Table) -> Vec<(String, String)> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = platforms.filter_map(Value::as_table).chain([manifest]);
    let mut found = Vec::new();
    for table in tables {
        for kind in KINDS {
            for (name, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
                let real = value.get("package").and_then(Value::as_str).unwrap_or(name);
                found.push((kind.to_owned(), real.to_owned()));
            }
        }
    }
    found
}

#[test]
fn a_dependency_upwards_or_sideways_is_accused() {
    for (name, line) in [
        ("throughline-core", "throughline-rules.workspace = true"),
        ("throughline-rules", "throughline-store.workspace = true"),
        ("throughline-rules", "throughline-channels.workspace = true"),
        ("throughline-channels", "throughline-rules.workspace = true"),
        ("throughline-store", "throughline-rules.workspace = true"),
        ("throughline-testkit", "throughline-rules.workspace = true"),
        ("throughline", "throughline-testkit.workspace = true"),
        ("throughline-rules", "innocent = { package = 'throughline-store', path = '../store' }"),
    ] {
        let text = format!("[package]\nname = '{name}'\n[dependencies]\n{line}\n");
        crate::assert_accused(&check("Cargo.toml", &text), "arrows point down");
    }
}

#[test]
fn the_testkit_is_for_tests_only() {
    let manifest = |name: &str, table: &str| {
        format!("[package]\nname = '{name}'\n[{table}]\nthroughline-testkit.workspace = true\n")
    };
    for name in ["throughline", "throughline-store"] {
        crate::assert_innocent(&check("Cargo.toml", &manifest(name, "dev-dependencies")));
        crate::assert_accused(&check("Cargo.toml", &manifest(name, "dependencies")), "arrows point down");
        crate::assert_accused(
            &check("Cargo.toml", &manifest(name, "build-dependencies")),
            "arrows point down",
        );
    }
    crate::assert_accused(&check("Cargo.toml", &manifest("throughline-core", "dev-dependencies")), "arrows");
}

#[test]
fn tokio_and_sqlite_are_accused_outside_their_crates() {
    for (name, line) in [
        ("throughline-channels", "tokio = '1'"),
        ("throughline-core", "tokio.workspace = true"),
        ("throughline-rules", "rusqlite = '1'"),
        ("throughline", "rusqlite = '1'"),
    ] {
        let text = format!("[package]\nname = '{name}'\n[target.'cfg(unix)'.dependencies]\n{line}\n");
        crate::assert_accused(&check("Cargo.toml", &text), "must not name");
    }
    let text = "[package]\nname = 'throughline-rules'\n[dependencies]\nrand = '1'\n";
    crate::assert_accused(&check("Cargo.toml", text), "is pure");
}

#[test]
fn a_crate_without_a_place_is_accused() {
    crate::assert_accused(&check("Cargo.toml", "[package]\nname = 'throughline-misc'\n"), "no place");
}

#[test]
fn a_dependency_without_a_reason_is_accused() {
    let text = "[package]\nname = 'throughline-rules'\n[dependencies]\nserde = '1'\nthroughline-core = '1'\n";
    crate::assert_innocent(&unexplained("Cargo.toml", text, "| [serde](https://docs.rs/serde) | because |"));
    crate::assert_accused(&unexplained("Cargo.toml", text, "serde is nice"), "`serde` has no reason");
}
