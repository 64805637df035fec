//! Mails that were delivered into a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// The mails of a folder in the order of their file names, decoded. Empty if the folder does not exist.
pub fn read_all(folder: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let files = files.map(|file| file.expect("the folder can be read").path());
    let mut mails: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|ending| ending == "eml")).collect();
    mails.sort();
    mails.iter().map(|file| decode(&fs::read_to_string(file).expect("the mail can be read"))).collect()
}

/// Decodes the quoted-printable text of a mail (RFC 2045 §6.7).
fn decode(mail: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = mail.replace("=\r\n", "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        let code = match byte {
            b'=' => rest.as_slice().get(..2).and_then(|digits| std::str::from_utf8(digits).ok()),
            _ => None,
        };
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("mails are UTF-8")
}
