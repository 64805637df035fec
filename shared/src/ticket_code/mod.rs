//! The code of a pass, which its owner shows at the door. `docs/ticket-code.md` describes the format for
//! those who write a scanner.
//!
//! A code names a show, a pass and the generation of its owner, signed with Ed25519 by a key of that show. Who has the show's
//! public keys verifies it without a network. Whether the generation is the present one is not in the code: `tickets` knows it, and
//! the door's list.

#[cfg(test)]
mod tests;

use crate::id::{PassId, ShowId};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use uuid::Uuid;

/// The first byte of every code. Another format has another number, and is no code for this version.
const FORMAT_VERSION: u8 = 1;
/// Comes before the claims in what is signed, so that a signature made for another purpose never fits a code.
const CONTEXT: &[u8] = b"ticketing ticket code";
const SIGNATURE_BYTES: usize = 64;

/// A code of any ticket. Its text has [`TicketCode::CHARS`] characters, all of QR's alphanumeric mode (RFC 9285).
///
/// A value is well-formed; whether the show signed it, only [`TicketCode::verify`] tells. The text is all that is needed to enter,
/// so `Debug` does not print it. Each value has exactly one text, and no other text is parsed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketCode {
    claims: Claims,
    signature: [u8; SIGNATURE_BYTES],
}

/// What a code states, and what its signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The show that the pass is for. Its keys sign.
    pub show_id: ShowId,
    /// Which of the show's keys signed; see [`PublicKey::id`].
    pub key_id: u8,
    /// The pass that the code is of.
    pub pass_id: PassId,
    /// Which owner of the pass the code is for: raised whenever it gets another owner, so that the codes of the owners
    /// before are out of date.
    pub generation: u32,
}

/// What a code is worth to who checks it for a show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Signed by one of the show's keys. The pass admits if the door's list has it with no newer generation.
    Genuine {
        /// The pass that admits.
        pass_id: PassId,
        /// See [`Claims::generation`]. Less than the present generation: the code was replaced.
        generation: u32,
    },
    /// The code names another show. It is not verified, since that needs the other show's keys: a hint for its holder, no more.
    OtherShow,
    /// No code, of a format of another version, forged, or signed with a key that is no longer in use.
    Unknown,
}

/// A text that is no [`TicketCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is not the code of a ticket")]
pub struct NotACode;

/// Bytes that are no [`PublicKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a public key is 32 bytes in hexadecimal digits that encode a point of the curve")]
pub struct NotAKey;

/// A key that verifies the codes of one show. In JSON it is 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

/// The code of a pass, for its owner's eyes only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IssuedCode {
    /// Valid until the pass gets another owner.
    pub code: TicketCode,
}

/// Verifies the text that a scanner read, whatever it is, at the door of `show_id`, whose keys are `keys`.
pub fn verify(text: &str, show_id: ShowId, keys: &[PublicKey]) -> Verification {
    text.parse().map_or(Verification::Unknown, |code: TicketCode| code.verify(show_id, keys))
}

impl Claims {
    const BYTES: usize = 38;

    /// The bytes that the show's key signs.
    pub fn signed_bytes(&self) -> Vec<u8> {
        [CONTEXT, &self.encode()].concat()
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT_VERSION];
        bytes.extend_from_slice(self.show_id.uuid().as_bytes());
        bytes.push(self.key_id);
        bytes.extend_from_slice(self.pass_id.uuid().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes
    }
}

impl TicketCode {
    /// The length of the text. It fits a QR code of version 6 (41 × 41 modules) with error correction M, which has room for 154
    /// characters of the alphanumeric mode.
    pub const CHARS: usize = (Claims::BYTES + SIGNATURE_BYTES) / 2 * 3;

    /// The code with these claims. `signature` is that of [`Claims::signed_bytes`]; it is not checked.
    pub const fn new(claims: Claims, signature: [u8; SIGNATURE_BYTES]) -> Self {
        TicketCode { claims, signature }
    }

    /// What the code states. Nothing of it is true before [`TicketCode::verify`] says so.
    pub const fn claims(&self) -> Claims {
        self.claims
    }

    /// Verifies the code at the door of `show_id`, whose keys are `keys`: the one that signs now, and others that signed before.
    pub fn verify(&self, show_id: ShowId, keys: &[PublicKey]) -> Verification {
        let Claims { key_id, pass_id, generation, .. } = self.claims;
        if self.claims.show_id != show_id {
            return Verification::OtherShow;
        }
        let (signed, signature) = (self.claims.signed_bytes(), Signature::from_bytes(&self.signature));
        // Strict: each pair of key and claims has one valid signature, and none that fits several keys.
        let signed_by = |key: &PublicKey| key.id() == key_id && key.0.verify_strict(&signed, &signature).is_ok();
        if keys.iter().any(signed_by) { Verification::Genuine { pass_id, generation } } else { Verification::Unknown }
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let [version] = take(&mut bytes)?;
        let show_id = ShowId::new(Uuid::from_bytes(take(&mut bytes)?));
        let [key_id] = take(&mut bytes)?;
        let pass_id = PassId::new(Uuid::from_bytes(take(&mut bytes)?));
        let generation = u32::from_be_bytes(take(&mut bytes)?);
        let signature = take(&mut bytes)?;
        let complete = bytes.is_empty() && version == FORMAT_VERSION;
        complete.then_some(TicketCode { claims: Claims { show_id, key_id, pass_id, generation }, signature })
    }
}

/// Splits the first `N` bytes off.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

impl FromStr for TicketCode {
    type Err = NotACode;
    fn from_str(text: &str) -> Result<Self, NotACode> {
        // First, so that the work does not grow with what somebody holds before the camera.
        if text.len() != TicketCode::CHARS {
            return Err(NotACode);
        }
        let code = base45::decode(text).ok().and_then(|bytes| TicketCode::decode(&bytes)).ok_or(NotACode)?;
        // Two texts of one code would be two scans of it.
        if String::from(code.clone()) == text { Ok(code) } else { Err(NotACode) }
    }
}

impl TryFrom<String> for TicketCode {
    type Error = NotACode;
    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl From<TicketCode> for String {
    fn from(code: TicketCode) -> String {
        base45::encode([code.claims.encode().as_slice(), &code.signature].concat())
    }
}

impl fmt::Debug for TicketCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TicketCode(…)")
    }
}

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032 §5.1.5.
    ///
    /// # Errors
    /// If they encode no point of the curve, one of small order, which verifies signatures of nobody, or one in a second spelling.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, NotAKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| NotAKey)?;
        let canonical = key.to_edwards().compress().as_bytes() == bytes;
        if canonical && !key.is_weak() { Ok(PublicKey(key)) } else { Err(NotAKey) }
    }

    /// The 32 bytes of RFC 8032 §5.1.5.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The first byte of the key. It spares most of the keys that did not sign a code; two keys may have the same.
    pub fn id(self) -> u8 {
        self.0.as_bytes()[0]
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NotAKey;
    fn try_from(text: String) -> Result<Self, NotAKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAKey)?;
        PublicKey::from_bytes(&bytes)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> String {
        hex::encode(key.to_bytes())
    }
}
