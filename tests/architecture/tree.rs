//! The files of the checkout that the checks look at, read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Paths relative to the root of the workspace, with `/` on every system, and the texts of those that are texts.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    texts: BTreeMap<String, String>,
}

/// What is not to be checked: build output, the version control's own files, and the fuzz targets, which are a
/// workspace of their own and no part of the layers.
const SKIPPED: [&str; 3] = ["target", ".git", "fuzz"];

/// Whether a file is of a kind, by its ending.
fn is(path: &str, kind: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == kind)
}

impl Tree {
    pub(crate) fn read() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut tree = Self { root: root.clone(), texts: BTreeMap::new() };
        tree.walk(&root);
        tree
    }

    fn walk(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    self.walk(&path);
                }
            } else if [".rs", ".toml", ".md"].iter().any(|ending| name.ends_with(ending)) {
                let relative = path.strip_prefix(&self.root).unwrap().to_string_lossy().replace('\\', "/");
                self.texts.insert(relative, fs::read_to_string(&path).unwrap());
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub(crate) fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml"))
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| is(path, "rs"))
    }

    /// The Rust files under a folder.
    pub(crate) fn under(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let folder = format!("{folder}/");
        self.rust().filter(move |(path, _)| path.starts_with(&folder))
    }

    /// The `src` folder of every crate.
    pub(crate) fn source_folders(&self) -> Vec<String> {
        self.manifests().map(|(path, _)| path.replace("Cargo.toml", "src")).collect()
    }

    /// What people read: the documents at the root and everything under `docs`.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| is(path, "md") && (path.starts_with("docs/") || !path.contains('/')))
    }

    /// Whether a file or folder exists, by its path from the root.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}
