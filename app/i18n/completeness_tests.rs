//! Tests that every text is translated: all languages have the same messages, and the code contains no texts of its own.

use super::Language;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A message of a language's file.
#[derive(PartialEq, Debug)]
struct Message {
    /// The variables and messages that it inserts.
    inserted: BTreeSet<String>,
    /// Its text without what is inserted, in all variants.
    text: String,
    /// Whether the comment above it declares that its text is the English one, by chance or because it is a name.
    same_as_english: bool,
}

/// The comment that [`Message::same_as_english`] looks for.
const SAME_AS_ENGLISH: &str = "Same as in English.";

type Messages = BTreeMap<String, Message>;

/// Attributes of elements and properties of components that are not shown to users.
const NOT_SHOWN: [&str; 34] = [
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

fn collect_inline(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(found.insert(format!("${}", id.name))),
        InlineExpression::MessageReference { id, .. } => drop(found.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => collect_expression(expression, found, &mut String::new()),
        _ => {}
    }
}

fn collect_expression(expression: &Expression<&str>, found: &mut BTreeSet<String>, text: &mut String) {
    match expression {
        Expression::Inline(inline) => collect_inline(inline, found),
        Expression::Select { selector, variants } => {
            collect_inline(selector, found);
            variants.iter().for_each(|variant| collect_pattern(&variant.value, found, text));
        }
    }
}

fn collect_pattern(pattern: &Pattern<&str>, found: &mut BTreeSet<String>, text: &mut String) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => collect_expression(expression, found, text),
        }
    }
}

fn messages(language: Language) -> Messages {
    let resource = fluent_syntax::parser::parse(language.texts());
    let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", language.tag()));
    let mut messages = Messages::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let (mut inserted, mut text) = (BTreeSet::new(), String::new());
            collect_pattern(message.value.as_ref().expect("a message has a value"), &mut inserted, &mut text);
            let same_as_english = message.comment.is_some_and(|comment| comment.content.contains(&SAME_AS_ENGLISH));
            let previous = messages.insert(message.id.name.to_owned(), Message { inserted, text, same_as_english });
            assert_eq!(previous, None, "{}: {} is defined twice", language.tag(), message.id.name);
        }
    }
    messages
}

#[test]
fn every_language_has_the_same_messages() {
    let english = messages(Language::English);
    for language in Language::ALL {
        let (tag, translated) = (language.tag(), messages(language));
        let names = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&translated), names(&english), "{tag}");
        for (name, message) in &translated {
            let original = &english[name];
            assert_eq!(message.inserted, original.inserted, "what {name} inserts in {tag}");
            assert!(
                !message.text.trim().is_empty()
                    || message.inserted.len() > 1
                    || ["comma", "mail-group-separator"].contains(&name.as_str()),
                "{tag}: {name} is empty"
            );
            if language != Language::English && !message.text.is_empty() {
                assert_eq!(
                    message.text == original.text,
                    message.same_as_english,
                    "{tag}: translate {name}, or declare it with the comment `# {SAME_AS_ENGLISH}` if it is the same"
                );
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is readable").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| sources(folder));
    files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")).chain(below).collect()
}

/// The sources that contain texts for users. The web tier and the server functions have none, the style guide is for developers, and
/// the names of browsers are the same in every language.
fn client_sources() -> Vec<(PathBuf, TokenStream)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("app");
    let others = ["web", "api", "pages/design", "model/user_agent.rs", "i18n/completeness_tests.rs", "fixtures.rs"];
    assert!(others.iter().all(|other| root.join(other).exists()), "a path was renamed");
    let client =
        sources(&root).into_iter().filter(|file| !others.iter().any(|other| file.starts_with(root.join(other))));
    let parsed = client.map(|file| {
        let text = std::fs::read_to_string(&file).expect("the file is readable");
        (file, text.parse::<TokenStream>().expect("the file is Rust"))
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

/// Collects the names in `t!("name")` and, on the server, in `t!(texts, "name")`.
fn collect_used(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if index > 1 && is(tokens.get(index - 1), "!") && is(tokens.get(index - 2), "t") {
            let arguments: Vec<TokenTree> = group.stream().into_iter().collect();
            names.extend(literal(arguments.first()));
            let first_comma = arguments.iter().position(|token| is(Some(token), ","));
            names.extend(
                first_comma.and_then(|comma| literal(arguments.get(comma + 1))).filter(|name| name.contains('-')),
            );
        }
        collect_used(group.stream(), names);
    }
}

#[test]
fn the_code_uses_every_message_and_no_other() {
    let mut used = BTreeSet::new();
    client_sources().into_iter().for_each(|(_, tokens)| collect_used(tokens, &mut used));
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("server/src/services/auth/mail")) {
        let text = std::fs::read_to_string(&file).expect("the file is readable");
        collect_used(text.parse().expect("the file is Rust"), &mut used);
    }

    let mut defined: BTreeSet<String> = messages(Language::English).into_keys().collect();
    // Another message inserts it.
    defined.remove("brand");
    used.remove("brand");
    assert_eq!(used.difference(&defined).collect::<Vec<_>>(), Vec::<&String>::new(), "used, but not defined");
    assert_eq!(defined.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "defined, but not used");
}

/// Whether a literal has letters outside its placeholders.
fn has_letters(text: &str) -> bool {
    let mut depth = 0;
    let outside = text.chars().filter(|letter| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth == 0
    });
    outside.filter(|letter| letter.is_alphabetic()).count() > 1
}

/// Whether a literal looks like a text for users in any position: it starts with a capitalized word or ends like a sentence.
/// Paths and key names do not count.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let ends = text.len() > 3 && text.contains(' ') && text.ends_with(['.', '…', '!', '?']);
    has_letters(text) && !text.contains(['/', '+']) && (capital || ends)
}

/// How many of the next tokens are not shown to users: attributes, tests, log lines, and reasons of `expect`.
fn count_not_shown(tokens: &[TokenTree]) -> usize {
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
    // The name of an attribute, or a pattern of a match.
    if literal(tokens.first()).is_some() && (is(tokens.get(1), ":") || is(tokens.get(1), "=") || is(tokens.get(1), "|"))
    {
        return 2;
    }
    let is_attribute = is(tokens.get(1), ":") && !is(tokens.get(2), ":");
    if is_attribute && named(&NOT_SHOWN) {
        tokens.iter().position(|token| is(Some(token), ",")).unwrap_or(tokens.len())
    } else {
        0
    }
}

/// Collects the literals that are shown to users.
fn collect_shown(tokens: TokenStream, in_braces: bool, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let skipped = count_not_shown(&tokens[index..]);
        if skipped > 0 {
            index += skipped;
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        if let TokenTree::Group(group) = token {
            let is_message_name = is(before, "!") && index > 1 && is(tokens.get(index - 2), "t");
            if !is_message_name {
                collect_shown(group.stream(), group.delimiter() == Delimiter::Brace, found);
            }
        }
        // In markup, a literal that is not an attribute's value is a text.
        let is_text =
            in_braces && (is(before, ",") || matches!(before, Some(TokenTree::Group(_) | TokenTree::Literal(_))));
        let is_shown = index > 1
            && is(before, ":")
            && tokens.get(index - 2).is_some_and(|name| SHOWN.contains(&name.to_string().as_str()));
        found.extend(
            literal(Some(token)).filter(|text| is_sentence(text) || ((is_text || is_shown) && has_letters(text))),
        );
        index += 1;
    }
}

/// Attributes of elements and properties of components that are shown or read out to users.
const SHOWN: [&str; 10] = [
    "alt",
    "aria_label",
    "aria_description",
    "busy_label",
    "hint",
    "label",
    "placeholder",
    "reason",
    "submit_label",
    "title",
];

#[test]
fn the_code_contains_no_texts() {
    let mut all = Vec::new();
    for (file, tokens) in client_sources() {
        let mut found = Vec::new();
        collect_shown(tokens, false, &mut found);
        // The names of the languages are the same in every language.
        found.retain(|text| !Language::ALL.iter().any(|language| language.own_name() == text));
        all.extend(found.into_iter().map(|text| format!("{}: {text:?}", file.display())));
    }
    assert!(all.is_empty(), "move these texts to assets/locales:\n{}", all.join("\n"));
}

#[test]
fn texts_in_the_code_are_found() {
    let shown = |code: &str| {
        let mut found = Vec::new();
        collect_shown(code.parse().expect("the code is Rust"), false, &mut found);
        found
    };

    assert_eq!(shown(r#"rsx! { p { class: "big one", "so it is" } }"#), ["so it is"]);
    assert_eq!(shown(r#"rsx! { input { placeholder: "your name", name: "name" } }"#), ["your name"]);
    assert_eq!(shown(r#"fn label() -> &'static str { match x { 1 => "Sold", _ => "badge sold" } }"#), ["Sold"]);
    assert_eq!(shown(r#"let text = format!("it costs {price}.");"#), ["it costs {price}."]);
    assert!(shown(r#"rsx! { p { {t!("sold")} " · " } }"#).is_empty());
    assert!(shown(r#"#[cfg(test)] mod tests { fn it() { label("Sold") } }"#).is_empty());
}
