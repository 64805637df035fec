//! Which part of the code may import which.

use super::Source;
use super::modules::{Crate, ModulePath};

/// The modules of the server that may name services.
const NAME_SERVICES: [&str; 3] = ["host", "audit", "doctor"];
/// The modules of the server above the plumbing.
const ABOVE_PLUMBING: [&str; 7] = ["audit", "backup", "demo", "doctor", "fixtures", "host", "services"];

pub fn breaches(crates: &[Crate], sources: &[Source]) -> Vec<String> {
    let mut breaches = frameworks(sources);
    for each in crates {
        for (from, to, path) in each.imports() {
            let advice = match each.folder {
                "server/src" => of_server(from, &to),
                "app" => of_app(from, &to),
                _ => None,
            };
            let file = &each.modules[from].file;
            breaches.extend(advice.map(|advice| format!("{file} imports {path}: {advice}")));
        }
        breaches.extend(of_rules(each));
    }
    breaches
}

/// The service that a module belongs to.
fn service(module: &ModulePath) -> Option<&str> {
    module.first().filter(|first| *first == "services").and(module.get(1)).map(String::as_str)
}

fn of_server(from: &ModulePath, to: &ModulePath) -> Option<&'static str> {
    let top = from.first().map(String::as_str)?;
    let target = to.first().map(String::as_str)?;
    match (service(from), service(to)) {
        (Some(own), Some(other)) if own != other => {
            Some("services do not import each other: call the other one by a request, or subscribe to its events")
        }
        (None, Some(_)) if top != "services" && !NAME_SERVICES.contains(&top) => Some(
            "only host, audit and doctor name services: let the service pass in what is needed, or move the type to shared",
        ),
        _ if top == "services" && ["audit", "backup", "demo", "doctor", "host"].contains(&target) => {
            Some("services import plumbing only: move what is needed into the plumbing")
        }
        _ if !ABOVE_PLUMBING.contains(&top) && ["audit", "backup", "demo", "doctor", "host"].contains(&target) => {
            Some("plumbing imports only plumbing: pass in what is needed as an argument")
        }
        _ => None,
    }
}

fn of_app(from: &ModulePath, to: &ModulePath) -> Option<&'static str> {
    let (layer, target) = (from.first()?.as_str(), to.first()?.as_str());
    match (layer, target) {
        ("components", "pages" | "api") => {
            Some("components neither fetch nor know pages: let the page fetch, and pass the data in as a property")
        }
        ("routes", "pages" | "components") => {
            Some("routes are the site map below pages and components: keep only paths and queries in them")
        }
        _ => None,
    }
}

/// `rules.rs` decides purely: it neither stores anything nor waits.
fn of_rules(each: &Crate) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, module) in &each.modules {
        if path.last().is_none_or(|name| name != "rules") {
            continue;
        }
        let store = each
            .imports()
            .into_iter()
            .any(|(from, to, _)| from == path && to.first().is_some_and(|top| top == "store"));
        if store || module.identifiers.contains("sea_orm") {
            breaches.push(format!(
                "{}: rules know no database: take the state as an argument, and let mod.rs or events.rs load and store it",
                module.file
            ));
        }
        if module.identifiers.contains("async") || module.identifiers.contains("await") {
            breaches.push(format!(
                "{}: rules are synchronous: return the decision, and let mod.rs or events.rs do what waits",
                module.file
            ));
        }
    }
    breaches
}

/// The server and the vocabulary know no web framework.
fn frameworks(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| source.has_extension(&["rs"]) && source.is_in(&["server", "shared"])) {
        for (index, line) in source.text.lines().enumerate() {
            for framework in ["dioxus", "axum"].into_iter().filter(|framework| has_word(line, framework)) {
                breaches.push(format!(
                    "{}:{}: server and shared do not know the web: move what needs {framework} to app/",
                    source.name,
                    index + 1
                ));
            }
        }
    }
    breaches
}

/// Whether the line contains the word, alone or as the beginning of a longer one such as `dioxus_core`.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        let after = line[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !before && !after
    })
}
