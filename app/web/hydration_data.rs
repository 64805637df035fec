//! The data that the client hydrates from, as it stands in a page.
//!
//! The framework writes it into a script, as lists of numbers. Here it becomes byte strings, which the client reads as well and which
//! take half the space, in data blocks: they are no scripts, so the policy of a page need not name them, and a reader's own part
//! can be a block of its own. `bootstrap.js` puts the blocks together.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value;
use std::io::Cursor;

/// The framework's script; base64 stands in between. Debug builds write more into it, and keep it.
const SCRIPT: (&str, &str) = ("<script>window.initial_dioxus_hydration_data=\"", "\";</script>");
const BLOCK: (&str, &str) = ("<script type=\"application/cbor\">", "</script>");
/// Around an array of unknown length (RFC 8949 §3.2.1), so that no block depends on the number of entries in another one.
const ARRAY: (u8, u8) = (0x9f, 0xff);

/// A page with its data in blocks.
pub struct Compacted {
    pub page: String,
    /// The entries, for those who look for something in them.
    pub entries: Vec<u8>,
}

/// Writes the data of a page as blocks. An entry that equals `personal` gets a block of its own. Returns `None` if there is no data.
pub fn compact(page: &str, personal: Option<&[u8]>) -> Option<Compacted> {
    let (before, rest) = page.split_once(SCRIPT.0)?;
    let (data, after) = rest.split_once(SCRIPT.1)?;
    let entries: Vec<Option<Vec<u8>>> = ciborium::from_reader(Cursor::new(STANDARD.decode(data).ok()?)).ok()?;
    let (mut blocks, mut block) = (String::new(), vec![ARRAY.0]);
    for entry in &entries {
        let encoded = encode(entry.as_deref());
        if entry.as_deref() == personal && personal.is_some() {
            push_block(&mut blocks, &block);
            push_block(&mut blocks, &encoded);
            block.clear();
        } else {
            block.extend(encoded);
        }
    }
    block.push(ARRAY.1);
    push_block(&mut blocks, &block);
    Some(Compacted {
        page: [before, &blocks, after].concat(),
        entries: entries.into_iter().flatten().flatten().collect(),
    })
}

/// The text of the block of one entry.
pub fn block_text(entry: &[u8]) -> String {
    STANDARD.encode(encode(Some(entry)))
}

fn encode(entry: Option<&[u8]>) -> Vec<u8> {
    let mut encoded = Vec::new();
    let value = entry.map_or(Value::Null, |bytes| Value::Bytes(bytes.to_vec()));
    ciborium::into_writer(&value, &mut encoded).expect("memory takes every value");
    encoded
}

fn push_block(blocks: &mut String, data: &[u8]) {
    blocks.push_str(BLOCK.0);
    STANDARD.encode_string(data, blocks);
    blocks.push_str(BLOCK.1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(entries: &[Option<Vec<u8>>]) -> String {
        let mut data = Vec::new();
        ciborium::into_writer(&entries, &mut data).expect("memory takes every value");
        format!("<p></p>{}{}{}<i></i>", SCRIPT.0, STANDARD.encode(data), SCRIPT.1)
    }

    /// What the client reads: the blocks one after the other.
    fn read(page: &str) -> (Vec<String>, Vec<Option<Vec<u8>>>) {
        let blocks = page.split(BLOCK.0).skip(1).filter_map(|rest| rest.split_once(BLOCK.1));
        let blocks: Vec<_> = blocks.map(|(block, _)| block.to_owned()).collect();
        let data: Vec<u8> = blocks.iter().flat_map(|block| STANDARD.decode(block).expect("base64")).collect();
        (blocks, ciborium::from_reader(Cursor::new(data)).expect("the framework's type"))
    }

    #[test]
    fn the_client_reads_the_same_entries_from_half_the_bytes() {
        let entries = [None, Some(b"a personal entry".to_vec()), Some(vec![]), Some(b"tickets ".repeat(200))];
        let page = page(&entries);

        let whole = compact(&page, None).expect("there is data");
        let split = compact(&page, Some(b"a personal entry")).expect("there is data");

        assert_eq!(read(&whole.page), (vec![read(&whole.page).0.concat()], entries.to_vec()));
        let (blocks, same) = read(&split.page);
        assert_eq!((blocks.len(), same), (3, entries.to_vec()));
        assert_eq!(blocks[1], block_text(b"a personal entry"));
        assert!(whole.page.len() * 10 < page.len() * 6, "{} of {}", whole.page.len(), page.len());
        assert!(whole.page.starts_with("<p></p><script type=") && whole.page.ends_with("</script><i></i>"));
        assert!(whole.entries.ends_with(b"tickets tickets "));
    }

    #[test]
    fn a_page_whose_data_is_not_the_frameworks_stays_as_it_is() {
        let odd = format!("{}!{}", SCRIPT.0, SCRIPT.1);
        let debug = format!("{}gIA=\";window.initial_dioxus_hydration_debug_types=[];</script>", SCRIPT.0);
        for page in ["<p></p>", &odd, &debug] {
            assert!(compact(page, None).is_none(), "{page}");
        }
    }
}
