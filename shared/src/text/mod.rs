//! Text as people compare it: in any case, with or without accents, composed or decomposed, in every script.
//!
//! What somebody has typed is stored composed ([`compose`]) and shown as it is; it is compared, searched and sorted by keys, which are
//! never shown.

mod digits;
mod search;
#[cfg(test)]
mod tests;

pub use digits::{digit, plain_digits};
pub use search::{MAX_QUERY_WORDS, query_words, search_words};

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, WhiteSpace};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, CodePointSetData};

const CATEGORIES: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::<GeneralCategory>::new();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// Letters that Unicode does not decompose, as those write them who do not have them on their keyboard (Latin-ASCII of CLDR).
const PLAIN_LETTERS: [(char, &str); 14] = [
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "q"),
    ('ł', "l"),
    ('ŋ', "n"),
    ('ŧ', "t"),
    ('ƀ', "b"),
    ('ə', "a"),
];

/// Characters that are letters or symbols by their category, but show nothing.
const BLANKS: [char; 5] = ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'];

/// The text in the form in which it is stored (Unicode NFC), without spaces around it.
#[must_use]
pub fn compose(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text.trim_matches(is_space)).into_owned()
}

/// The key by which texts are equal if people would call them so: compatibility decomposition, full case folding, no combining marks,
/// plain digits, single spaces and one kind of dash. Folding a key changes nothing.
///
/// ```
/// assert_eq!(shared::text::fold(" BEYONCÉ  Straßenfest "), "beyonce strassenfest");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let decomposed = plain_digits(&fold_case(text));
    let mut key = String::with_capacity(decomposed.len());
    for letter in decomposed.chars() {
        match CATEGORIES.get(letter) {
            category if GeneralCategoryGroup::Mark.contains(category) => {}
            GeneralCategory::DashPunctuation => key.push('-'),
            _ if is_space(letter) => {
                if !key.is_empty() && !key.ends_with(' ') {
                    key.push(' ');
                }
            }
            _ => match PLAIN_LETTERS.iter().find(|(special, _)| *special == letter) {
                Some((_, plain)) => key.push_str(plain),
                None => key.push(match letter {
                    // Quotation marks that keyboards and word processors put in place of an apostrophe.
                    '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{b4}' => '\'',
                    // MINUS SIGN is a mathematical symbol.
                    '\u{2212}' => '-',
                    other => other,
                }),
            },
        }
    }
    key.truncate(key.trim_end_matches(' ').len());
    key
}

/// The key of a text in which accents matter, such as the name of a mailbox: compatibility decomposition and full case folding,
/// without characters that do not show.
#[must_use]
pub fn fold_case(text: &str) -> String {
    let normalizer = DecomposingNormalizerBorrowed::new_nfkd();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut folded = normalizer.normalize(text).into_owned();
    // Folding may compose, and what is decomposed may fold again.
    loop {
        let shown: String = folded.chars().filter(|letter| !ignorable.contains(*letter)).collect();
        let again = normalizer.normalize(&CASES.fold_string(&shown)).into_owned();
        if again == folded {
            return folded;
        }
        folded = again;
    }
}

/// Whether the text shows anything.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    text.chars().any(|letter| {
        let category = CATEGORIES.get(letter);
        let hidden = GeneralCategoryGroup::Other.contains(category) && category != GeneralCategory::PrivateUse
            || GeneralCategoryGroup::Separator.contains(category)
            || GeneralCategoryGroup::Mark.contains(category);
        !hidden && !is_space(letter) && !ignorable.contains(letter) && !BLANKS.contains(&letter)
    })
}

/// The key that sorts numbers in a text by their value: row 2 before row 10. Compare it byte by byte.
#[must_use]
pub fn natural_key(text: &str) -> String {
    let folded = fold(text);
    let (mut key, mut rest) = (String::with_capacity(folded.len() + 4), folded.as_str());
    while !rest.is_empty() {
        let length = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let (words, numbered) = rest.split_at(length);
        let length = numbered.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(numbered.len());
        let (number, after) = numbered.split_at(length);
        key.push_str(words);
        if !number.is_empty() {
            let value = number.trim_start_matches('0');
            // A longer number is greater. The digits of the length have a fixed width, and stand before all letters.
            key.push_str(&format!("{:03}{value}", value.len()));
        }
        rest = after;
    }
    key
}

fn is_space(letter: char) -> bool {
    CodePointSetData::new::<WhiteSpace>().contains(letter) || letter.is_control()
}
