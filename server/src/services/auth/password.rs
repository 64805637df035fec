//! Password hashing. It is slow on purpose, so its concurrency is limited and it never runs on the threads that answer
//! requests.

use crate::Error;
use argon2::password_hash::{self, PasswordHash, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::value::Password;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many passwords are hashed at once: each takes 19 MiB and a processor.
const CONCURRENCY: usize = 2;

/// Verified for an unknown address, so that this takes as long as for a known one.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[derive(Clone)]
pub struct PasswordHasher {
    permits: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        PasswordHasher { permits: Arc::new(Semaphore::new(CONCURRENCY)) }
    }
}

impl PasswordHasher {
    /// The hash of a password under a fresh salt, as a PHC string.
    ///
    /// # Errors
    /// If hashing fails.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<String, Error> {
        self.run_blocking(move || {
            let salt = SaltString::encode_b64(&salt).map_err(Error::failed)?;
            let hash = password_hash::PasswordHasher::hash_password(&argon2(), password.reveal().as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(Error::failed)
        })
        .await
    }

    /// Whether the password has this hash; `false` without a hash, after the same time.
    ///
    /// # Errors
    /// If the hash is no PHC string.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, Error> {
        self.run_blocking(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
            let hash = PasswordHash::new(&hash).map_err(Error::failed)?;
            let matches = argon2().verify_password(password.reveal().as_bytes(), &hash).is_ok();
            Ok(matches && known)
        })
        .await
    }

    async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.map_err(Error::failed)?
    }
}

/// Argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("these parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let hasher = PasswordHasher::default();
        let password = |text: &str| Password::try_from(text.to_owned()).expect("it is long enough");

        let hash = hasher.hash(password("correct horse"), [7; 16]).await.expect("it can be hashed");

        assert!(hasher.verify(password("correct horse"), Some(hash.clone())).await.expect("a hash"));
        assert!(!hasher.verify(password("wrong horse"), Some(hash)).await.expect("a hash"));
        assert!(!hasher.verify(password("correct horse"), None).await.expect("a hash"));
    }
}
