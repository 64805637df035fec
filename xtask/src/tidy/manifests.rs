//! Rules about Cargo manifests: each framework is a dependency of one package only.

use super::Source;

/// A framework with its companion packages, and the only manifests that may depend on it.
const ALLOWED: [(&str, &[&str]); 4] = [
    ("sea-orm", &["server/Cargo.toml"]),
    ("async-nats", &["server/Cargo.toml"]),
    ("dioxus", &["Cargo.toml"]),
    // The fake Stripe is a server of its own.
    ("axum", &["Cargo.toml", "tests/fake_stripe/Cargo.toml"]),
];

pub fn breaches(sources: &[Source]) -> Vec<String> {
    let manifests = sources.iter().filter(|source| source.name == "Cargo.toml" || source.name.ends_with("/Cargo.toml"));
    let mut breaches = Vec::new();
    for manifest in manifests {
        let name = &manifest.name;
        for dependency in dependencies(&manifest.text) {
            for (framework, allowed) in ALLOWED {
                let belongs = dependency.strip_prefix(framework);
                let belongs = belongs.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
                if belongs && !allowed.contains(&name.as_str()) {
                    breaches
                        .push(format!("{name}: {dependency} belongs into {} only: use it there", allowed.join(", ")));
                }
            }
            // xtask is the top of the workspace, so that nothing but its own commands has to be rebuilt with it.
            if dependency == "xtask" {
                breaches.push(format!("{name}: nothing depends on xtask: move what both need into tests/servers"));
            }
        }
    }
    breaches
}

/// The names of a package's dependencies, without the versions that the workspace pins for its members.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut listed = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            listed = line.ends_with("dependencies]") && line != "[workspace.dependencies]";
        } else if let (true, Some((name, _))) = (listed, line.split_once(['=', '.'])) {
            names.push(name.trim());
        }
    }
    names
}
