//! The files of the project, as the rules see them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use servers::paths;

/// The folders that are checked, and the files beside them.
const FOLDERS: [&str; 10] = [".cargo", ".github", "app", "assets", "docs", "k8s", "server", "shared", "tests", "xtask"];
const EXTENSIONS: [&str; 10] = ["css", "js", "md", "mjs", "py", "rs", "toml", "ts", "yaml", "yml"];

/// Folders whose files npm or a test run writes.
const GENERATED: [&str; 3] = ["node_modules/", "tests/browser/results/", "test-results/"];

pub struct Source {
    /// The path from the root of the work tree, with slashes.
    pub name: String,
    pub text: String,
}

impl Source {
    /// All text files of the project that people write.
    pub fn all() -> Result<Vec<Source>> {
        let root = paths::root();
        let mut files: Vec<_> = FOLDERS.iter().flat_map(|folder| paths::files_in(&root.join(folder))).collect();
        let beside = fs::read_dir(&root).with_context(|| format!("cannot read {}", root.display()))?;
        files.extend(beside.flatten().map(|entry| entry.path()).filter(|path| path.is_file()));
        files.sort();
        let mut sources = Vec::new();
        for file in files {
            let mut source = Source { name: paths::display(&file), text: String::new() };
            if source.has_extension(&EXTENSIONS) && !GENERATED.iter().any(|part| source.name.contains(part)) {
                source.text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", source.name))?;
                sources.push(source);
            }
        }
        Ok(sources)
    }

    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.name).extension().unwrap_or_default().to_string_lossy().to_string();
        extensions.contains(&extension.as_str())
    }

    pub fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Code, as opposed to documents and configuration.
    pub fn is_code(&self) -> bool {
        self.has_extension(&["css", "js", "mjs", "py", "rs", "ts"])
    }
}
