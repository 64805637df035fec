//! Rules about single files and lines.

use std::collections::BTreeSet;

use super::Source;

/// The longest file that a reader keeps in mind.
const MAX_LINES: usize = 400;

/// The only files of the site that may name Stripe's servers: the script that shows Stripe's card field, and the policy that
/// allows it. A card is typed into that field so that our server never sees it.
const MAY_NAME_STRIPE: [&str; 2] = ["app/web/middleware/security_headers.rs", "assets/stripe.js"];

/// Markers of unfinished work. Written in two halves, so that this file passes its own check.
const LEFTOVERS: [&str; 5] = [
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("db", "g!("),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

pub fn breaches(sources: &[Source]) -> Vec<String> {
    let mut breaches = module_style(sources);
    for source in sources.iter().filter(|source| source.is_code()) {
        breaches.extend(of_file(source));
        for (index, line) in source.text.lines().enumerate() {
            let found = of_line(source, line);
            breaches.extend(found.into_iter().map(|breach| format!("{}:{}: {breach}", source.name, index + 1)));
        }
    }
    breaches
}

fn of_file(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    let (name, lines) = (&source.name, source.text.lines().count());
    if lines > MAX_LINES {
        breaches.push(format!("{name}: {lines} lines, but at most {MAX_LINES} are easy to read: split it by topic"));
    }
    if source.has_extension(&["rs"]) && !source.text.starts_with("//!") {
        breaches.push(format!("{name}: begin it with a //! line that says what it is for"));
    }
    breaches
}

fn of_line(source: &Source, line: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    for leftover in LEFTOVERS {
        if line.contains(leftover) {
            breaches.push(format!("\"{leftover}\" is left over: finish the work, or remove it"));
        }
    }
    // A link in a comment is for readers; no page loads it.
    if source.is_in(&["app", "assets"]) && !line.trim_start().starts_with("//") {
        let may_name_stripe = MAY_NAME_STRIPE.contains(&source.name.as_str());
        let foreign = addresses(line).into_iter().filter(|address| !(may_name_stripe && is_stripe(address)));
        for address in foreign {
            breaches.push(format!("\"{address}\": pages load nothing from other servers; put the file into assets/"));
        }
    }
    breaches
}

/// One module style: `foo.rs` for a module without submodules, `foo/mod.rs` for one with.
fn module_style(sources: &[Source]) -> Vec<String> {
    let rust = sources.iter().filter(|source| source.has_extension(&["rs"])).map(|source| source.name.as_str());
    let files: BTreeSet<&str> = rust.collect();
    let is_module_folder = |folder: &str| files.iter().any(|file| file.starts_with(&format!("{folder}/")));
    let beside = files.iter().filter_map(|file| Some((file, file.strip_suffix(".rs")?)));
    beside
        .filter(|(_, folder)| is_module_folder(folder))
        .map(|(file, folder)| format!("{file}: it has submodules, so move it to {folder}/mod.rs"))
        .collect()
}

fn is_stripe(address: &str) -> bool {
    let host = address.trim_start_matches("https://").split(['/', ';', '\\']).next().unwrap_or_default();
    host.ends_with(".stripe.com")
}

/// Hosts that no page loads from: the machine itself, and those in the names of vocabularies, which look like addresses.
const NOT_LOADED: [&str; 5] = ["localhost", "127.0.0.1", "www.w3.org", "schema.org", "www.sitemaps.org"];

/// The addresses of other servers in a line. Those that end in `.example` belong to nobody (RFC 2606).
fn addresses(line: &str) -> Vec<&str> {
    let starts = ["http://", "https://"].iter().flat_map(|scheme| line.match_indices(scheme).map(|(at, _)| at));
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ')' | '<' | '>');
    let found = starts.map(|at| line[at..].split(ends).next().unwrap_or_default());
    let foreign = found.filter(|address| {
        let host = address.split("://").nth(1).unwrap_or_default();
        let is_host = host.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        let name = host
            .split(|letter: char| !letter.is_ascii_alphanumeric() && !"-.".contains(letter))
            .next()
            .unwrap_or_default();
        is_host && !NOT_LOADED.contains(&name) && !name.ends_with(".example")
    });
    foreign.collect()
}
