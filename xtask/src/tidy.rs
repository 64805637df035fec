//! Rules about the code that no compiler checks: what may know what, how long a file may be, what is never left behind.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{bundle, place};

/// The services' words.
pub const SERVICES: [&str; 5] = ["auth", "tickets", "orders", "expiration", "payments"];

/// The folders with code in them.
const FOLDERS: [&str; 6] = ["app", "assets", "server", "shared", "tests", "xtask"];

/// The longest file that a reader keeps in mind.
const LINES: usize = 400;

/// The only files of the site that name servers of Stripe's: the script that shows its field, and what allows it to.
const NAMES_STRIPE: [&str; 2] = ["app/web/headers.rs", "assets/stripe.js"];

/// What is written while working and never left behind; in two halves, so that this file keeps its own rule.
const LEFTOVERS: [&str; 5] = [
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("db", "g!("),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// A file of the project, as the rules see it.
pub struct Source {
    /// Its path from the root.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl Source {
    fn is(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.name).extension().unwrap_or_default().to_string_lossy().to_string();
        extensions.contains(&extension.as_str())
    }

    fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The service that this file belongs to.
    fn service(&self) -> Option<&'static str> {
        SERVICES.into_iter().find(|service| {
            let path = format!("server/src/{service}");
            self.name == format!("{path}.rs") || self.is_in(&[&path])
        })
    }
}

/// Checks every rule, and says of each breach where it is and what to do.
pub fn check() -> Result<()> {
    let sources = sources()?;
    let mut breaches = Vec::new();
    for source in &sources {
        breaches.extend(breaches_of_file(source));
        for (index, line) in source.text.lines().enumerate() {
            let found = breaches_of_line(source, line);
            breaches.extend(found.into_iter().map(|breach| format!("{}:{}: {breach}", source.name, index + 1)));
        }
        breaches.extend(breaches_of_service(source));
    }
    breaches.extend(breaches_of_manifests()?);
    if breaches.is_empty() {
        println!("  tidy: {} files keep the rules", sources.len());
        return Ok(());
    }
    breaches.iter().for_each(|breach| eprintln!("  {breach}"));
    bail!("tidy found {} breaches", breaches.len())
}

/// All code of the project, but for what npm and the tests put there.
pub fn sources() -> Result<Vec<Source>> {
    let root = place::root();
    let mut sources = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| bundle::files_in(&root.join(folder))) {
        let name = place::shown(&file);
        let ours = !name.contains("node_modules/") && !name.starts_with("tests/browser/results/");
        let mut source = Source { name, text: String::new() };
        if ours && source.is(&["rs", "ts", "js", "mjs", "css"]) {
            source.text = fs::read_to_string(&file).with_context(|| format!("reading {}", source.name))?;
            sources.push(source);
        }
    }
    Ok(sources)
}

fn breaches_of_file(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = source.text.lines().count();
    if lines > LINES {
        breaches
            .push(format!("{}: {lines} lines, but at most {LINES} are easy to read: split it by topic", source.name));
    }
    if source.is(&["rs"]) && !source.text.starts_with("//!") {
        breaches.push(format!("{}: begin it with a line of //! that says what it is for", source.name));
    }
    breaches
}

fn breaches_of_line(source: &Source, line: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for leftover in LEFTOVERS {
        if line.contains(leftover) {
            breaches.push(format!("\"{leftover}\" is left over: finish it, or remove it"));
        }
    }
    for framework in ["dioxus", "axum"] {
        if source.is_in(&["server", "shared"]) && has_word(line, framework) {
            breaches.push(format!("behaviour does not know the web: what needs {framework} belongs into app/"));
        }
    }
    // Only where a site has keys for it: a card is typed into Stripe's own field, or our server would see it.
    let stripe_may_be_here = NAMES_STRIPE.contains(&source.name.as_str());
    // A link in a comment is for readers; nothing loads it.
    if source.is_in(&["app", "assets"]) && !line.trim_start().starts_with("//") {
        let strangers = addresses(line).into_iter().filter(|address| !(stripe_may_be_here && is_stripe(address)));
        for address in strangers {
            breaches.push(format!("\"{address}\": pages load nothing from other servers; put it into assets/"));
        }
    }
    breaches
}

/// Services know each other by messages only, so that each could be a process of its own.
fn breaches_of_service(source: &Source) -> Vec<String> {
    let Some(own) = source.service() else { return Vec::new() };
    let others = SERVICES.into_iter().filter(|service| *service != own);
    let mentioned = modules_used(&source.text);
    let breaches = others.filter(|other| mentioned.iter().any(|module| module == other));
    breaches
        .map(|other| {
            format!("{}: {own} uses the module {other}: ask it by a request, or listen to its events", source.name)
        })
        .collect()
}

/// The modules named behind `crate::` and `super::`, alone or in a list in braces.
fn modules_used(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for after in ["crate::", "super::"].iter().flat_map(|path| text.split(path).skip(1)) {
        let Some(list) = after.strip_prefix('{') else {
            modules.push(first_word(after));
            continue;
        };
        let mut depth = 1;
        let mut begins = true;
        for (index, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => begins = true,
                _ if letter.is_whitespace() => {}
                _ if begins && depth == 1 => {
                    modules.push(first_word(&list[index..]));
                    begins = false;
                }
                _ => begins = false,
            }
            if depth == 0 {
                break;
            }
        }
    }
    modules
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|letter| is_part_of_word(*letter)).collect()
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_part_of_word);
        let after = line[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !before && !after
    })
}

fn is_stripe(address: &str) -> bool {
    let host = address.trim_start_matches("https://").split(['/', ';', '\\']).next().unwrap_or_default();
    host.ends_with(".stripe.com")
}

/// The addresses of other servers in a line. Namespaces look like addresses, but nothing fetches them.
fn addresses(line: &str) -> Vec<&str> {
    let starts = ["http://", "https://"].iter().flat_map(|scheme| line.match_indices(scheme).map(|(at, _)| at));
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ')' | '<' | '>');
    let found = starts.map(|at| line[at..].split(ends).next().unwrap_or_default());
    let elsewhere = found.filter(|address| {
        let host = address.split("://").nth(1).unwrap_or_default();
        let is_host = host.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        is_host && !["localhost", "127.0.0.1", "www.w3.org"].iter().any(|allowed| host.starts_with(allowed))
    });
    elsewhere.collect()
}

/// Each framework enters by one door.
fn breaches_of_manifests() -> Result<Vec<String>> {
    let doors = [
        ("sea-orm", "server/Cargo.toml"),
        ("async-nats", "server/Cargo.toml"),
        ("dioxus", "Cargo.toml"),
        ("axum", "Cargo.toml"),
    ];
    let mut breaches = Vec::new();
    for manifest in ["Cargo.toml", "server/Cargo.toml", "shared/Cargo.toml", "tests/Cargo.toml", "xtask/Cargo.toml"] {
        let text = fs::read_to_string(place::root().join(manifest)).with_context(|| format!("reading {manifest}"))?;
        for dependency in dependencies(&text) {
            let is_of = |family: &str| {
                dependency.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            for (family, door) in doors {
                if is_of(family) && door != manifest {
                    breaches.push(format!("{manifest}: {dependency} belongs into {door} only"));
                }
            }
        }
    }
    Ok(breaches)
}

/// The names of what a package depends on; not what the workspace pins for its members.
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
