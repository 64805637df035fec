//! Hashing passwords: slow on purpose, so not too many at once and never on the threads that answer requests.

use crate::Error;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::value::Password;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many passwords are hashed at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// What an unknown address is checked against, so that it takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The hash of a password under a fresh salt, in PHC's string format.
    ///
    /// # Errors
    /// If the hashing itself breaks.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<String, Error> {
        self.in_turn(move || {
            let salt = SaltString::encode_b64(&salt).map_err(Error::failed)?;
            let hash = hasher().hash_password(password.reveal().as_bytes(), &salt).map_err(Error::failed)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the hashed one; never, if there is no hash.
    ///
    /// # Errors
    /// If the hash is not one.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, Error> {
        self.in_turn(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let hash = PasswordHash::new(&hash).map_err(Error::failed)?;
            let matches = hasher().verify_password(password.reveal().as_bytes(), &hash).is_ok();
            Ok(matches && known)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _turn = self.turns.acquire().await.expect("nobody closes it");
        tokio::task::spawn_blocking(work).await.map_err(Error::failed)?
    }
}

/// Argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("these parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::default();
        let password = |text: &str| Password::try_from(text.to_owned()).expect("it is long enough");

        let hash = passwords.hash(password("correct horse"), [7; 16]).await.expect("it can be hashed");

        assert!(passwords.verify(password("correct horse"), Some(hash.clone())).await.expect("a hash"));
        assert!(!passwords.verify(password("wrong horse"), Some(hash)).await.expect("a hash"));
        assert!(!passwords.verify(password("correct horse"), None).await.expect("a hash"));
    }
}
