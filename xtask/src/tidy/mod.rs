//! The project's own rules about its code: layers, import cycles, names, the size of files, and what is never left behind.
//! Every message says what to do.

mod cycles;
mod files;
mod invariants;
mod layers;
mod manifests;
mod modules;
mod source;
#[cfg(test)]
mod tests;
mod words;

pub use source::Source;

use anyhow::{Result, bail};

/// Checks every rule, and prints each breach.
pub fn check() -> Result<()> {
    let sources = Source::all()?;
    let breaches = breaches(&sources);
    if breaches.is_empty() {
        println!("  tidy: {} files keep the rules", sources.len());
        return Ok(());
    }
    breaches.iter().for_each(|breach| eprintln!("  {breach}"));
    bail!("tidy found {} breaches", breaches.len())
}

fn breaches(sources: &[Source]) -> Vec<String> {
    let crates = modules::crates(sources);
    let mut breaches = Vec::new();
    breaches.extend(files::breaches(sources));
    breaches.extend(words::breaches(sources));
    breaches.extend(manifests::breaches(sources));
    breaches.extend(crates.iter().flat_map(|each| each.unreadable.iter().cloned()));
    breaches.extend(layers::breaches(&crates, sources));
    breaches.extend(cycles::breaches(&crates));
    breaches.extend(invariants::breaches(sources));
    breaches
}
