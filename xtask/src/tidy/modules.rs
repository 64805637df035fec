//! The modules of each crate and the imports between them, read from the tokens of the source files. Code under
//! `#[cfg(test)]` is left out: a test may use whatever it tests.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Source;

/// The source folder of each crate. A file belongs to the crate with the longest folder that contains it.
const CRATES: [&str; 7] =
    ["app", "server/src", "shared/src", "tests", "tests/fake_stripe/src", "tests/servers/src", "xtask/src"];

/// How many re-exports are followed from an import to the module that defines the item.
const MAX_REEXPORTS: usize = 8;

/// The path of a module within its crate; empty for the root.
pub type ModulePath = Vec<String>;

pub struct Crate {
    pub folder: &'static str,
    pub modules: BTreeMap<ModulePath, Module>,
    /// A message for each file that is not Rust.
    pub unreadable: Vec<String>,
}

#[derive(Default)]
pub struct Module {
    /// The file, from the root of the work tree.
    pub file: String,
    /// Every identifier in the file.
    pub identifiers: BTreeSet<String>,
    /// Absolute paths of everything that is imported or named by its path.
    paths: BTreeSet<ModulePath>,
    /// The names that `use` brings into the module, with their absolute paths.
    names: BTreeMap<String, ModulePath>,
    /// The submodules that are compiled only for tests.
    test_modules: BTreeSet<String>,
}

/// The crates that have files among the sources.
pub fn crates(sources: &[Source]) -> Vec<Crate> {
    let crates = CRATES.into_iter().map(|folder| {
        let mut found = Crate { folder, modules: BTreeMap::new(), unreadable: Vec::new() };
        let own = sources.iter().filter(|source| source.has_extension(&["rs"]) && crate_of(source) == Some(folder));
        own.for_each(|source| found.add(source));
        found.remove_test_modules();
        found
    });
    crates.filter(|each| !each.modules.is_empty() || !each.unreadable.is_empty()).collect()
}

fn crate_of(source: &Source) -> Option<&'static str> {
    CRATES.into_iter().filter(|folder| source.is_in(&[folder])).max_by_key(|folder| folder.len())
}

/// Where a file's module is in its crate: `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn module_path(file: &str) -> ModulePath {
    let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        path.pop();
    }
    path
}

impl Crate {
    fn add(&mut self, source: &Source) {
        let file = &source.name[self.folder.len() + 1..];
        let path = module_path(file);
        // Beside a library, main.rs is a crate of its own, which imports the library by its name.
        if file == "main.rs" && self.modules.contains_key(&path) {
            return;
        }
        match TokenStream::from_str(&source.text) {
            Ok(tokens) => {
                let mut module = Module { file: source.name.clone(), ..Module::default() };
                module.read(tokens.into_iter().collect(), &path);
                self.modules.insert(path, module);
            }
            Err(error) => self.unreadable.push(format!("{}: make it valid Rust: {error}", source.name)),
        }
    }

    fn remove_test_modules(&mut self) {
        let of_tests: Vec<ModulePath> = self
            .modules
            .iter()
            .flat_map(|(path, module)| {
                module.test_modules.iter().map(|name| [&path[..], std::slice::from_ref(name)].concat())
            })
            .collect();
        self.modules.retain(|path, _| !of_tests.iter().any(|test| path.starts_with(test)));
    }

    /// Every import: the module that imports, the module that defines the item, and the path as written.
    pub fn imports(&self) -> Vec<(&ModulePath, ModulePath, String)> {
        let mut imports = Vec::new();
        for (from, module) in &self.modules {
            for path in &module.paths {
                let Some(to) = self.resolve(path, MAX_REEXPORTS) else { continue };
                if to != *from {
                    imports.push((from, to, format!("crate::{}", path.join("::"))));
                }
            }
        }
        imports
    }

    /// The module that defines what a path names. Follows re-exports.
    fn resolve(&self, path: &[String], reexports: usize) -> Option<ModulePath> {
        let length = (0..=path.len()).rev().find(|length| self.modules.contains_key(&path[..*length]))?;
        let (found, rest) = path.split_at(length);
        let reexport = rest.first().and_then(|name| self.modules[found].names.get(name));
        match reexport {
            Some(target) if reexports > 0 && target.as_slice() != path => {
                self.resolve(&[&target[..], &rest[1..]].concat(), reexports - 1).or_else(|| Some(found.to_vec()))
            }
            _ => Some(found.to_vec()),
        }
    }
}

impl Module {
    /// Reads the tokens of a file, or of a part of it. `inside` is the module that they are in.
    fn read(&mut self, tokens: Vec<TokenTree>, inside: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            if is_test_attribute(&tokens[at..]) {
                let end = end_of_item(&tokens, at + 2);
                let names = tokens[at..end].windows(2).filter(|pair| is_identifier(&pair[0], "mod"));
                self.test_modules.extend(names.map(|pair| pair[1].to_string()));
                at = end;
                continue;
            }
            at += match &tokens[at] {
                TokenTree::Ident(word) if word == "use" => self.read_use(&tokens[at + 1..], inside),
                TokenTree::Ident(word) if ["crate", "super", "self"].iter().any(|root| word == root) => {
                    let (segments, length) = read_path(&tokens[at..]);
                    if segments.len() > 1 {
                        self.paths.extend(absolute(&segments, inside));
                    }
                    length
                }
                TokenTree::Ident(word) if word == "mod" => match tokens.get(at + 1..at + 3) {
                    Some([TokenTree::Ident(name), TokenTree::Group(body)]) => {
                        let nested = [inside, &[name.to_string()]].concat();
                        self.read(body.stream().into_iter().collect(), &nested);
                        3
                    }
                    _ => 1,
                },
                TokenTree::Ident(word) => {
                    self.identifiers.insert(word.to_string());
                    1
                }
                TokenTree::Group(group) => {
                    self.read(group.stream().into_iter().collect(), inside);
                    1
                }
                _ => 1,
            };
        }
    }

    /// Reads the tree of a `use` up to its semicolon. Returns how many tokens it and the keyword have.
    fn read_use(&mut self, tokens: &[TokenTree], inside: &[String]) -> usize {
        let length = tokens.iter().position(|token| token.to_string() == ";").unwrap_or(tokens.len());
        let mut leaves = Vec::new();
        read_tree(&tokens[..length], &[], &mut leaves);
        for (name, segments) in leaves {
            self.identifiers.extend(segments.first().cloned());
            let is_keyword = ["crate", "super", "self"].contains(&segments[0].as_str());
            // A path without a keyword begins with a submodule or with another crate; submodules are found by their name.
            let path = if is_keyword { absolute(&segments, inside) } else { Some([inside, &segments].concat()) };
            let Some(path) = path else { continue };
            if is_keyword {
                self.paths.insert(path.clone());
            }
            self.names.insert(name, path);
        }
        length + 2
    }
}

fn is_identifier(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == text)
}

/// Whether the tokens begin with `#[cfg(test)]`.
fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] = tokens else { return false };
    hash.as_char() == '#' && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// The end of an item: behind its block or semicolon.
fn end_of_item(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens[from..].iter().position(ends).map_or(tokens.len(), |length| from + length + 1)
}

/// Whether the tokens begin with `::`.
fn is_separator(tokens: &[TokenTree]) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == ':');
    is_colon(tokens.first()) && is_colon(tokens.get(1))
}

/// Reads `a::b::c`. Returns the segments and how many tokens they have.
fn read_path(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut segments = Vec::new();
    let mut at = 0;
    while let Some(TokenTree::Ident(segment)) = tokens.get(at) {
        segments.push(segment.to_string());
        at += 1;
        if !is_separator(&tokens[at..]) {
            break;
        }
        at += 2;
    }
    (segments, at.max(1))
}

/// Reads a tree such as `a::{b, c as d}` into its leaves: the name that each brings in, and its path.
fn read_tree(tokens: &[TokenTree], prefix: &[String], leaves: &mut Vec<(String, Vec<String>)>) {
    let (segments, length) = read_path(tokens);
    let path = [prefix, &segments].concat();
    let rest = if segments.is_empty() { tokens } else { &tokens[length.min(tokens.len())..] };
    if let Some(TokenTree::Group(group)) = rest.first() {
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        for branch in inner.split(|token| token.to_string() == ",").filter(|branch| !branch.is_empty()) {
            read_tree(branch, &path, leaves);
        }
        return;
    }
    let is_self = path.len() > 1 && path.last().is_some_and(|last| last == "self");
    let path = if is_self { path[..path.len() - 1].to_vec() } else { path };
    let alias = rest.first().filter(|token| is_identifier(token, "as")).and_then(|_| rest.get(1));
    let name = alias.map(ToString::to_string).or_else(|| path.last().cloned());
    leaves.extend(name.map(|name| (name, path)));
}

/// The absolute path of one that begins with `crate`, `self` or `super`, seen from a module.
fn absolute(segments: &[String], inside: &[String]) -> Option<ModulePath> {
    let mut base = inside.to_vec();
    let mut rest = segments;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => drop(base.pop()?),
            _ => break,
        }
        rest = after;
    }
    Some([base, rest.to_vec()].concat())
}
