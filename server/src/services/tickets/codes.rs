//! Signs the codes of issued tickets. A code is derived whenever its owner asks for it, and stored nowhere.

use crate::config::{CodeSecret, CodeSecrets};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;
use shared::ticket_code::{Claims, PublicKey, TicketCode};
use shared::{PassId, ShowId};
use zeroize::Zeroizing;

/// Separates these keys from all others that may be derived from the same secret.
const PURPOSE: &[u8] = b"ticketing ticket code signing key";

/// Has the signing keys of all shows: derived from the secrets and the show's id (HKDF-SHA256, RFC 5869), one key for each of both.
/// `Debug` shows none.
#[derive(Debug)]
pub struct CodeSigner {
    secrets: CodeSecrets,
}

impl CodeSigner {
    pub fn new(secrets: CodeSecrets) -> Self {
        CodeSigner { secrets }
    }

    /// The code of a pass for the owner of this generation.
    pub fn sign(&self, show_id: ShowId, pass_id: PassId, generation: u32) -> TicketCode {
        let key = signing_key(&self.secrets.current, show_id);
        let claims = Claims { show_id, key_id: public(&key).id(), pass_id, generation };
        TicketCode::new(claims, key.sign(&claims.signed_bytes()).to_bytes())
    }

    /// The keys that verify the codes of a show, the one that signs first.
    pub fn public_keys(&self, show_id: ShowId) -> Vec<PublicKey> {
        let secrets = [&self.secrets.current].into_iter().chain(&self.secrets.previous);
        secrets.map(|secret| public(&signing_key(secret, show_id))).collect()
    }
}

/// Overwritten when it is dropped.
fn signing_key(secret: &CodeSecret, show_id: ShowId) -> SigningKey {
    let mut seed = Zeroizing::new([0; 32]);
    let kdf = Hkdf::<Sha256>::new(None, secret.reveal());
    kdf.expand_multi_info(&[PURPOSE, show_id.uuid().as_bytes()], seed.as_mut())
        .expect("32 bytes are no more than 8,160");
    SigningKey::from_bytes(&seed)
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey::from_bytes(key.verifying_key().as_bytes())
        .expect("a signing key's point is a multiple of the base point")
}
