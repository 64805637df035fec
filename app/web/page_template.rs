//! A page that all signed-in readers share but for two places: the address in its header, and the entry of the hydration data that
//! says who is signed in. It is rendered for a placeholder, and each reader's own data is put in.

use crate::api::ApiError;
use crate::web::hydration_data;
use askama_escape::{Html, escape};
use axum::body::Bytes;
use dioxus_fullstack::Transportable;
use flate2::{Compress, Compression, Crc, FlushCompress};
use memchr::memmem;
use shared::auth::User;
use shared::value::Email;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// The header of a gzip file without a name, a time or a system (RFC 1952 §2.3.1).
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// A block without content that ends the deflated data (RFC 1951 §3.2.4).
const LAST_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];

/// A user whom nobody else can name, for whom shared pages are rendered.
#[derive(Clone, Debug)]
pub struct Placeholder(pub User);

impl Placeholder {
    /// A placeholder with this secret in its address.
    pub fn new(secret: Uuid, verified: bool) -> Self {
        let email = Email::try_from(format!("{}@placeholder.invalid", secret.simple())).expect("an address");
        Placeholder(User { id: secret.into(), email, verified })
    }

    /// The entry of the hydration data that says who is signed in.
    pub fn entry(&self) -> Vec<u8> {
        entry(&self.0)
    }
}

/// As the layout of pages stores the reply of [`me`](crate::api::auth::me).
fn entry(user: &User) -> Vec<u8> {
    let reply: Result<Option<User>, ApiError> = Ok(Some(user.clone()));
    reply.transport_to_bytes()
}

/// A rendered page without what belongs to its reader.
#[derive(Clone)]
pub struct Template {
    /// Around the address and the entry.
    parts: [Bytes; 3],
    /// All data of the page.
    entries: Bytes,
    /// The parts as they stand in a gzip file.
    deflated: Arc<OnceLock<Vec<Deflated>>>,
}

struct Deflated {
    bytes: Vec<u8>,
    checksum: Crc,
}

impl Template {
    /// Takes a page apart that was rendered for a placeholder. `None` if it names the placeholder anywhere else than expected.
    pub fn of(page: &Bytes, entries: Vec<u8>, placeholder: &Placeholder) -> Option<Self> {
        let address = find_only(page, placeholder.0.email.as_str().as_bytes())?;
        let block = find_only(page, hydration_data::block_text(&placeholder.entry()).as_bytes())?;
        find_only(&entries, placeholder.0.id.to_string().as_bytes())?;
        let parts = [page.slice(..address.start), page.slice(address.end..block.start), page.slice(block.end..)];
        Some(Template { parts, entries: entries.into(), deflated: Default::default() })
    }

    /// The memory that it takes at most.
    pub fn weight(&self) -> usize {
        2 * self.parts.iter().map(Bytes::len).sum::<usize>() + self.entries.len()
    }

    pub fn is_same_as(&self, other: &Template) -> bool {
        self.parts == other.parts && self.entries == other.entries
    }

    /// The page for a reader, compressed if possible, and its encoding.
    pub fn fill_in(&self, reader: &User, compressed: bool) -> Option<(Bytes, Option<&'static str>)> {
        let address = escape(reader.email.as_str(), Html).to_string();
        let personal = [address, hydration_data::block_text(&entry(reader))];
        if !compressed {
            let [before, between, after] = &self.parts;
            let page = [before, personal[0].as_bytes(), between, personal[1].as_bytes(), after].concat();
            return Some((page.into(), None));
        }
        // Deflated data can be put together, brotli cannot. A client that accepts that accepts gzip, too.
        Some((self.gzip(&personal)?.into(), Some("gzip")))
    }

    /// Whether its data names a reader, who may see more of the page than others.
    pub fn names(&self, reader: &User) -> bool {
        let id = reader.id.to_string();
        let mut places = self.parts.iter().chain([&self.entries]);
        places.any(|place| memmem::find(place, id.as_bytes()).is_some())
    }

    /// A gzip file of the parts, with the personal texts stored in between.
    fn gzip(&self, personal: &[String; 2]) -> Option<Vec<u8>> {
        let parts = self.deflated.get_or_init(|| self.parts.iter().map(|part| deflate(part)).collect());
        let (mut file, mut checksum) = (GZIP_HEADER.to_vec(), Crc::new());
        for (index, part) in parts.iter().enumerate() {
            file.extend_from_slice(&part.bytes);
            checksum.combine(&part.checksum);
            let Some(text) = personal.get(index) else { continue };
            let length = u16::try_from(text.len()).ok()?;
            file.push(0);
            file.extend(length.to_le_bytes());
            file.extend((!length).to_le_bytes());
            file.extend_from_slice(text.as_bytes());
            checksum.update(text.as_bytes());
        }
        file.extend(LAST_BLOCK);
        file.extend(checksum.sum().to_le_bytes());
        file.extend(checksum.amount().to_le_bytes());
        Some(file)
    }
}

/// Where `needle` is, if it is there once.
fn find_only(haystack: &[u8], needle: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut found = memmem::find_iter(haystack, needle);
    let start = found.next()?;
    found.next().is_none().then(|| start..start + needle.len())
}

/// Deflates a part so that another one can follow: it ends at a byte, and nothing after it refers to it.
fn deflate(part: &[u8]) -> Deflated {
    let mut checksum = Crc::new();
    checksum.update(part);
    let (mut compress, mut bytes, mut rest) = (Compress::new(Compression::default(), false), Vec::new(), part);
    loop {
        bytes.reserve(part.len() / 2 + 64);
        let before = compress.total_in();
        compress.compress_vec(rest, &mut bytes, FlushCompress::Full).expect("deflating in memory does not fail");
        rest = &rest[usize::try_from(compress.total_in() - before).expect("it is no longer than the part")..];
        // It writes until it has flushed everything or has no room left.
        if rest.is_empty() && bytes.len() < bytes.capacity() {
            return Deflated { bytes, checksum };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn placeholder() -> Placeholder {
        Placeholder::new(Uuid::from_u128(7), true)
    }

    fn user(number: u128, email: &str) -> User {
        User {
            id: Uuid::from_u128(number).into(),
            email: email.to_owned().try_into().expect("an address"),
            verified: true,
        }
    }

    fn page(email: &str, entry: &[u8]) -> Bytes {
        let tickets = "<li>a ticket</li>".repeat(5_000);
        format!("<header>{email}</header>{tickets}<b>{}</b>", hydration_data::block_text(entry)).into()
    }

    fn template(more: &[u8]) -> Option<Template> {
        let placeholder = placeholder();
        let entries = [&placeholder.entry(), more].concat();
        Template::of(&page(placeholder.0.email.as_str(), &placeholder.entry()), entries, &placeholder)
    }

    #[test]
    fn each_reader_gets_the_page_that_would_have_been_rendered_for_them() {
        let template = template(b"").expect("it is one");
        for (number, email, escaped) in
            [(1, "ada@example.org", "ada@example.org"), (2, "o'neill@x.org", "o&#39;neill@x.org")]
        {
            let reader = user(number, email);
            let expected = page(escaped, &entry(&reader));

            let (plain, none) = template.fill_in(&reader, false).expect("it fits");
            assert!(plain == expected && none.is_none(), "{email}");
            let (file, name) = template.fill_in(&reader, true).expect("it fits");
            let mut unpacked = Vec::new();
            GzDecoder::new(&file[..]).read_to_end(&mut unpacked).expect("the checksum is right");
            assert!(unpacked == expected && name == Some("gzip"), "{email}");
            assert!(file.len() < 2_000, "{}", file.len());
        }
    }

    #[test]
    fn a_page_knows_whom_it_names() {
        let reader = user(1, "ada@example.org");
        let template = template(reader.id.to_string().as_bytes()).expect("it is one");

        assert!(template.names(&reader) && !template.names(&user(2, "ben@example.org")));
    }

    #[test]
    fn a_page_that_names_the_placeholder_elsewhere_is_no_template() {
        let placeholder = placeholder();
        let (email, entry) = (placeholder.0.email.as_str(), placeholder.entry());
        let twice = Bytes::from([page(email, &entry), email.to_owned().into()].concat());

        assert!(Template::of(&twice, entry.clone(), &placeholder).is_none());
        assert!(Template::of(&page("somebody@example.org", &entry), entry.clone(), &placeholder).is_none());
        assert!(Template::of(&page(email, b"another entry"), entry.clone(), &placeholder).is_none());
        assert!(template(placeholder.0.id.to_string().as_bytes()).is_none());
    }
}
