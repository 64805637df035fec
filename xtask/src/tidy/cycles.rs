//! No import cycles.
//!
//! In every folder, the files and subfolders are nodes, and a subfolder with all that is below it is one node. An import leads
//! from node to node of the folder that contains both modules. Imports between a `mod.rs` and what lies below it do not
//! count: a parent declares and re-exports its children, and they use its items.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::{Crate, ModulePath};

/// Modules whose own items are a node of their own, apart from what lies below them: the trait through which the plumbing
/// calls the services, each of which imports the plumbing.
const CONTRACTS: [(&str, &str); 1] = [("server/src", "services")];

/// The nodes of one folder: to which nodes each leads, and an example of such an import.
type Edges = BTreeMap<String, BTreeMap<String, String>>;

pub fn breaches(crates: &[Crate]) -> Vec<String> {
    let of_crate = |each: &Crate| {
        let folders = folders(each);
        folders.iter().flat_map(|(folder, edges)| cycles(folder, edges)).collect::<Vec<_>>()
    };
    crates.iter().flat_map(of_crate).collect()
}

fn folders(each: &Crate) -> BTreeMap<String, Edges> {
    let mut folders: BTreeMap<String, Edges> = BTreeMap::new();
    for (from, to, path) in each.imports() {
        let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        if common == from.len() || common == to.len() {
            continue;
        }
        let folder = [&[each.folder.to_owned()], &from[..common]].concat().join("/");
        let (one, other) = (node(each, from, common), node(each, &to, common));
        let example = format!("{} imports {path}", each.modules[from].file);
        folders.entry(folder).or_default().entry(one).or_default().entry(other).or_insert(example);
    }
    folders
}

fn node(each: &Crate, module: &ModulePath, common: usize) -> String {
    let name = &module[common];
    let is_contract = module.len() == 1 && CONTRACTS.contains(&(each.folder, name));
    if is_contract { format!("{name}/mod.rs") } else { name.clone() }
}

/// The shortest cycle through each node, once each.
fn cycles(folder: &str, edges: &Edges) -> Vec<String> {
    let mut known: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut messages = Vec::new();
    for start in edges.keys() {
        let Some(cycle) = shortest_cycle(start, edges) else { continue };
        let mut nodes = cycle.clone();
        nodes.sort();
        if !known.insert(nodes) {
            continue;
        }
        let next = |index: usize| &cycle[(index + 1) % cycle.len()];
        let examples = cycle.iter().enumerate().map(|(index, node)| edges[node][next(index)].clone());
        messages.push(format!(
            "{folder}: import cycle {} → {start} ({}): move what both need into a module that imports neither",
            cycle.join(" → "),
            examples.collect::<Vec<_>>().join("; "),
        ));
    }
    messages
}

fn shortest_cycle(start: &str, edges: &Edges) -> Option<Vec<String>> {
    let mut paths = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop_front() {
        let Some(targets) = edges.get(path.last()?) else { continue };
        for target in targets.keys() {
            if target == start {
                return Some(path);
            }
            if seen.insert(target.clone()) {
                paths.push_back([&path[..], std::slice::from_ref(target)].concat());
            }
        }
    }
    None
}
