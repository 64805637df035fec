//! Search by words: every word of a query is the beginning of a word of what is found.

use super::fold;
use std::collections::BTreeSet;

/// Further words of a query are ignored: each costs a look into the index.
pub const MAX_QUERY_WORDS: usize = 8;

/// The words under which a text is found, folded: those between spaces as they are, their parts, and the parts as one, so that "AC/DC"
/// is found by `ac/dc`, `dc` and `acdc`.
#[must_use]
pub fn search_words(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    let mut words = BTreeSet::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        words.insert(word.to_owned());
        let parts: Vec<&str> = parts(word).collect();
        words.insert(parts.concat());
        words.extend(parts.into_iter().map(str::to_owned));
        // What stands in brackets or quotation marks is found with its other symbols: "(C++)" by `c++`.
        words.insert(word.trim_start_matches(|letter: char| !letter.is_alphanumeric()).to_owned());
    }
    words.remove("");
    words
}

/// What to look for in [`search_words`]: for each word of the query the alternatives of which one has to match, each a list of
/// beginnings that all have to match. A word whose parts are joined by punctuation is also found where they are words of their own.
#[must_use]
pub fn query_words(query: &str) -> Vec<Vec<Vec<String>>> {
    let folded = fold(query);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(MAX_QUERY_WORDS);
    let alternatives = |word: &str| {
        let parts: Vec<String> = parts(word).map(str::to_owned).collect();
        let joined = word.starts_with(char::is_alphanumeric) && word.ends_with(char::is_alphanumeric);
        let mut alternatives = vec![vec![word.to_owned()]];
        if joined && parts.len() > 1 {
            alternatives.push(vec![parts.concat()]);
            alternatives.push(parts);
        }
        alternatives
    };
    words.map(alternatives).collect()
}

fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty())
}
