//! Tests that nothing is left untranslated: every language says the same things, and the code itself says nothing.

use super::{Language, words};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a message is called, what it inserts, and what it says.
type Messages = BTreeMap<String, (BTreeSet<String>, String)>;

/// Words that are the same in another language, by chance or because they are names.
const SAME: [(&str, &str); 15] = [
    ("de", "brand"),
    ("de", "comma"),
    ("de", "details"),
    ("de", "page-title"),
    ("de", "tickets"),
    ("es", "brand"),
    ("es", "comma"),
    ("es", "day"),
    ("es", "page-title"),
    ("fr", "brand"),
    ("fr", "comma"),
    ("fr", "date-and-time"),
    ("fr", "day"),
    ("fr", "page-title"),
    ("fr", "total"),
];

/// Attributes of elements and properties of components that nobody reads.
const UNREAD: [&str; 34] = [
    "action",
    "aria_controls",
    "aria_current",
    "aria_describedby",
    "aria_hidden",
    "aria_invalid",
    "aria_labelledby",
    "aria_live",
    "aria_required",
    "autocomplete",
    "class",
    "content",
    "crossorigin",
    "d",
    "datetime",
    "dir",
    "download",
    "fill",
    "form",
    "href",
    "id",
    "inputmode",
    "kind",
    "key",
    "lang",
    "method",
    "name",
    "preserve_aspect_ratio",
    "r#as",
    "rel",
    "role",
    "stroke",
    "tabindex",
    "transform",
];

fn inserted(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(found.insert(format!("${}", id.name))),
        InlineExpression::MessageReference { id, .. } => drop(found.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => all_inserted(expression, found, &mut String::new()),
        _ => {}
    }
}

fn all_inserted(expression: &Expression<&str>, found: &mut BTreeSet<String>, text: &mut String) {
    match expression {
        Expression::Inline(inline) => inserted(inline, found),
        Expression::Select { selector, variants } => {
            inserted(selector, found);
            variants.iter().for_each(|variant| read(&variant.value, found, text));
        }
    }
}

fn read(pattern: &Pattern<&str>, found: &mut BTreeSet<String>, text: &mut String) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => all_inserted(expression, found, text),
        }
    }
}

fn messages(language: Language) -> Messages {
    let resource = fluent_syntax::parser::parse(words::text(language));
    let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", language.tag()));
    let mut messages = Messages::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let (mut found, mut text) = (BTreeSet::new(), String::new());
            read(message.value.as_ref().expect("a message has words"), &mut found, &mut text);
            let before = messages.insert(message.id.name.to_owned(), (found, text));
            assert_eq!(before, None, "{}: {} is there twice", language.tag(), message.id.name);
        }
    }
    messages
}

#[test]
fn every_language_says_the_same_things() {
    let english = messages(Language::English);
    for language in Language::ALL {
        let translated = messages(language);
        let names = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&translated), names(&english), "{}", language.tag());
        for (name, (inserted, text)) in &translated {
            let (expected, original) = &english[name];
            assert_eq!(inserted, expected, "what {} inserts in {}", name, language.tag());
            assert!(
                !text.trim().is_empty() || inserted.len() > 1 || name == "comma",
                "{}: {name} is empty",
                language.tag()
            );
            let may_be_same = language == Language::English || SAME.contains(&(language.tag(), name));
            let is_name = language == Language::Arabic && ["brand", "day", "page-title"].contains(&name.as_str());
            assert!(
                may_be_same || is_name || text.is_empty() || text != original,
                "{}: {name} is still English",
                language.tag()
            );
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the sources are here").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| sources(folder));
    files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")).chain(below).collect()
}

/// The client's sources: what only serves it has no words for people, and the page of all components is for developers.
fn client() -> Vec<(PathBuf, TokenStream)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("app");
    let others = ["web", "api", "pages/design", "pages/design.rs", "i18n/complete.rs", "examples.rs"];
    let own = sources(&root).into_iter().filter(|file| !others.iter().any(|other| file.starts_with(root.join(other))));
    let parsed = own.map(|file| {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        (file, text.parse::<TokenStream>().expect("it is Rust"))
    });
    parsed.collect()
}

fn literal(token: Option<&TokenTree>) -> Option<String> {
    let Some(TokenTree::Literal(literal)) = token else { return None };
    let text = literal.to_string();
    Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

fn is(token: Option<&TokenTree>, text: &str) -> bool {
    token.is_some_and(|token| !matches!(token, TokenTree::Group(_)) && token.to_string() == text)
}

/// All names that are asked for as `t!("name")`.
fn asked(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if index > 1 && is(tokens.get(index - 1), "!") && is(tokens.get(index - 2), "t") {
            names.extend(literal(group.stream().into_iter().next().as_ref()));
        }
        asked(group.stream(), names);
    }
}

#[test]
fn the_words_are_those_that_the_code_asks_for() {
    let mut asked_for = BTreeSet::new();
    client().into_iter().for_each(|(_, tokens)| asked(tokens, &mut asked_for));

    let mut said: BTreeSet<String> = messages(Language::English).into_keys().collect();
    // It is said by another one.
    said.remove("brand");
    asked_for.remove("brand");
    assert_eq!(asked_for.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "asked for, and not there");
    assert_eq!(said.difference(&asked_for).collect::<Vec<_>>(), Vec::<&String>::new(), "there, and never asked for");
}

/// Whether a literal has letters beside what is inserted into it.
fn has_letters(text: &str) -> bool {
    let mut depth = 0;
    let outside = text.chars().filter(|letter| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth == 0
    });
    outside.filter(|letter| letter.is_alphabetic()).count() > 1
}

/// Whether it looks like words for people wherever it stands: a capital letter and then small ones, or the end of a sentence. Paths and
/// keys are none.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let ends = text.len() > 3 && text.contains(' ') && text.ends_with(['.', '…', '!', '?']);
    has_letters(text) && !text.contains(['/', '+']) && (capital || ends)
}

/// How many tokens from here on nobody reads: attributes, tests, what is logged, why something cannot fail.
fn unread(tokens: &[TokenTree]) -> usize {
    let group = |index: usize| matches!(tokens.get(index), Some(TokenTree::Group(_)));
    let named = |names: &[&str]| tokens.first().is_some_and(|token| names.contains(&token.to_string().as_str()));
    if is(tokens.first(), "#") && is(tokens.get(1), "!") {
        return 3;
    }
    if is(tokens.first(), "#") && group(1) {
        let is_test = tokens[1].to_string().contains("cfg (test)") || tokens[1].to_string().contains("cfg(test)");
        let end = tokens
            .iter()
            .position(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace));
        return if is_test { end.map_or(2, |end| end + 1) } else { 2 };
    }
    if named(&["expect", "expect_err"]) && group(1) {
        return 2;
    }
    if named(&["tracing"]) && is(tokens.get(3), "error") {
        return 6;
    }
    // The name of an attribute, and what is matched.
    if literal(tokens.first()).is_some() && (is(tokens.get(1), ":") || is(tokens.get(1), "=") || is(tokens.get(1), "|"))
    {
        return 2;
    }
    let is_attribute = is(tokens.get(1), ":") && !is(tokens.get(2), ":");
    match is_attribute && named(&UNREAD) {
        true => tokens.iter().position(|token| is(Some(token), ",")).unwrap_or(tokens.len()),
        false => 0,
    }
}

/// Literals that are words for people.
fn spoken(tokens: TokenStream, in_braces: bool, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let skipped = unread(&tokens[index..]);
        if skipped > 0 {
            index += skipped;
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        if let TokenTree::Group(group) = token {
            let of_words = is(before, "!") && index > 1 && is(tokens.get(index - 2), "t");
            if !of_words {
                spoken(group.stream(), group.delimiter() == Delimiter::Brace, found);
            }
        }
        // In a page's markup a literal that is no attribute's is a text.
        let is_text =
            in_braces && (is(before, ",") || matches!(before, Some(TokenTree::Group(_) | TokenTree::Literal(_))));
        let is_read = index > 1
            && is(before, ":")
            && tokens.get(index - 2).is_some_and(|name| READ.contains(&name.to_string().as_str()));
        found.extend(
            literal(Some(token)).filter(|text| is_sentence(text) || ((is_text || is_read) && has_letters(text))),
        );
        index += 1;
    }
}

/// Attributes and properties that are read.
const READ: [&str; 10] =
    ["alt", "aria_label", "aria_description", "hint", "label", "placeholder", "reason", "title", "waiting", "words"];

#[test]
fn the_code_says_nothing_itself() {
    let mut all = Vec::new();
    for (file, tokens) in client() {
        let mut found = Vec::new();
        spoken(tokens, false, &mut found);
        // What languages call themselves is the same in each.
        found.retain(|text| !Language::ALL.iter().any(|language| language.own_name() == text));
        all.extend(found.into_iter().map(|text| format!("{}: {text:?}", file.display())));
    }
    assert!(all.is_empty(), "these words are in no language's file:\n{}", all.join("\n"));
}

#[test]
fn words_in_the_code_are_found() {
    let said = |code: &str| {
        let mut found = Vec::new();
        spoken(code.parse().expect("it is Rust"), false, &mut found);
        found
    };

    assert_eq!(said(r#"rsx! { p { class: "big one", "so it is" } }"#), ["so it is"]);
    assert_eq!(said(r#"rsx! { input { placeholder: "your name", name: "name" } }"#), ["your name"]);
    assert_eq!(said(r#"fn words() -> &'static str { match x { 1 => "Sold", _ => "badge sold" } }"#), ["Sold"]);
    assert_eq!(said(r#"let words = format!("it costs {price}.");"#), ["it costs {price}."]);
    assert!(said(r#"rsx! { p { {t!("sold")} " · " } }"#).is_empty());
    assert!(said(r#"#[cfg(test)] mod tests { fn it() { words("Sold") } }"#).is_empty());
}
