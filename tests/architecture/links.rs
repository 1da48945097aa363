//! Links in documents that lead nowhere.

use crate::Accusation;
use crate::tree::Tree;

/// Accuses a document of every relative link whose file does not exist.
pub(crate) fn check(path: &str, text: &str, tree: &Tree) -> Vec<Accusation> {
    let dead = links(text).into_iter().filter_map(|(line, target)| {
        let found = resolve(path, &target).is_some_and(|file| tree.exists(&file));
        (!found).then(|| Accusation::new(format!("{path}:{line}"), format!("`{target}` does not exist")))
    });
    dead.collect()
}

/// The relative links of a document, each with its line. Code is not searched.
fn links(text: &str) -> Vec<(usize, String)> {
    let (mut in_block, mut found) = (false, Vec::new());
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            // Every second piece stands in backticks. An odd one out is text.
            let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
            found.extend(targets(&prose).into_iter().map(|target| (at + 1, target)));
        }
    }
    found
}

/// The targets of `[text](target)` and `[name]: target` in a line.
fn targets(line: &str) -> Vec<String> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let reference =
        line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:")).map(|(_, rest)| rest);
    inline
        .chain(reference)
        .filter_map(|target| target.split_whitespace().next())
        .filter(|target| {
            !target.contains("://") && !target.starts_with("mailto:") && !target.starts_with('#')
        })
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// The path from the root that a link in a document leads to; none if it leads out of the project.
fn resolve(document: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn a_dead_link_is_accused_with_its_line() {
    let tree = Tree::read();
    for (path, text) in [
        ("README.md", "\n[gone](docs/GONE.md)"),
        ("docs/A.md", "\n[up and gone](../GONE.md#part)"),
        ("docs/A.md", "\n[gone]: GONE.md"),
        ("README.md", "\n[out of the project](../secret.md)"),
    ] {
        let accusations = check(path, text, &tree);
        crate::assert_accused(&accusations, "does not exist");
        assert!(accusations[0].place.ends_with(":2"), "{accusations:?}");
    }
}

#[test]
fn links_that_lead_somewhere_and_code_are_innocent() {
    let tree = Tree::read();
    let text = "[a](Cargo.toml) [b](https://example.com/GONE.md) [c](#part) `[d](GONE.md)`\n\
        ```\n[e](GONE.md)\n```\n[f]: tests/architecture.rs\n";
    crate::assert_innocent(&check("README.md", text, &tree));
    crate::assert_innocent(&check("docs/A.md", "[a](../Cargo.toml#lints) [b](../crates/core/)", &tree));
}
