//! Hashes passwords on threads of its own with memory of its own. Hashing is slow and takes much memory on purpose: a pool that
//! grows would let a few clients take all of it, and memory that is allocated for each hash is not given back.

use super::normalize;
use crate::Error;
use argon2::password_hash::{Ident, Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use shared::Service;
use shared::value::{Email, Password, Secret};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// How many passwords are hashed at once: each takes 19 MiB and a processor.
const THREADS: usize = 2;
/// How many passwords may wait: at 35 ms each, the last one waits about a second.
const MAX_WAITING: usize = 64;
const SALT_BYTES: usize = 16;
/// How many salts a password is tried with: an address has one, and one more if its account is of the first version.
const MAX_SALTS: usize = 3;

struct Job {
    text: Secret,
    salt: [u8; SALT_BYTES],
    reply: oneshot::Sender<Result<String, Error>>,
}

pub struct PasswordHasher {
    jobs: SyncSender<Job>,
    key: Vec<u8>,
}

impl PasswordHasher {
    /// Starts the threads, which end when the hasher is dropped. All salts derive from `key`.
    ///
    /// # Errors
    /// If the system allows no more threads.
    pub fn start(key: Vec<u8>) -> Result<Self, Error> {
        let (jobs, queue) = sync_channel(MAX_WAITING);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..THREADS {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name(format!("password-{number}"));
            thread.spawn(move || run(&queue)).map_err(Error::caused_by)?;
        }
        Ok(PasswordHasher { jobs, key })
    }

    /// The hash of a password of an account with that address, as a PHC string.
    ///
    /// The salt depends on nothing but the address, so that all accounts of an address have the same one: one hash tells which
    /// of them the password belongs to, if any.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many passwords wait already.
    pub async fn hash(&self, password: Password, email: &Email) -> Result<String, Error> {
        self.hash_with(normalize(&password).into(), self.salt(email)).await
    }

    /// The hashes of a password of an account with that address, by which `stored` ones are recognised: the present one first, and
    /// one under each other salt of a stored hash. Those are of the first version, whose salts are random.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many passwords wait already.
    pub async fn candidates<'a>(
        &self,
        password: Password,
        email: &Email,
        stored: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<String>, Error> {
        let mut salts = vec![self.salt(email)];
        for salt in stored.into_iter().filter_map(salt_of) {
            if !salts.contains(&salt) && salts.len() < MAX_SALTS {
                salts.push(salt);
            }
        }
        let text = normalize(&password);
        let mut candidates = Vec::with_capacity(salts.len());
        for (number, salt) in salts.into_iter().enumerate() {
            candidates.push(self.hash_with(text.clone().into(), salt).await?);
            // The first version hashed what was typed, in whichever encoding.
            if number > 0 && text != password.reveal() {
                candidates.push(self.hash_with(password.reveal().to_owned().into(), salt).await?);
            }
        }
        Ok(candidates)
    }

    async fn hash_with(&self, text: Secret, salt: [u8; SALT_BYTES]) -> Result<String, Error> {
        let (reply, replied) = oneshot::channel();
        // A job runs to its end even if nobody waits for it any more: a client that disconnects frees no thread early.
        self.jobs.try_send(Job { text, salt, reply }).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable(Service::Auth.name()),
            TrySendError::Disconnected(_) => Error::failed("the threads that hash passwords have ended"),
        })?;
        replied.await.map_err(Error::caused_by)?
    }

    fn salt(&self, email: &Email) -> [u8; SALT_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key has any length");
        mac.update(email.as_str().as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        *digest.first_chunk().expect("a digest is longer than a salt")
    }
}

/// The salt of a stored hash.
fn salt_of(phc: &str) -> Option<[u8; SALT_BYTES]> {
    let hash = PasswordHash::new(phc).ok()?;
    let mut salt = [0; SALT_BYTES];
    let decoded = hash.salt?.decode_b64(&mut salt).ok()?;
    (decoded.len() == SALT_BYTES).then_some(salt)
}

fn run(queue: &Mutex<Receiver<Job>>) {
    let argon2 = argon2();
    let blocks = argon2.params().block_count();
    // Taken with the first password: many processes never hash one, and the second thread is only needed at busy times.
    let mut memory = Vec::new();
    loop {
        // Only one thread waits at the queue, the others wait for the lock.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { text, salt, reply }) = job else { return };
        memory.resize(blocks, Block::default());
        let _ = reply.send(hash(&argon2, &mut memory, &text, &salt).map_err(Error::failed));
    }
}

fn hash(
    argon2: &Argon2,
    memory: &mut [Block],
    text: &Secret,
    salt: &[u8],
) -> Result<String, argon2::password_hash::Error> {
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(text.reveal().as_bytes(), salt, &mut output, memory)?;
    let salt = SaltString::encode_b64(salt)?;
    let hash = PasswordHash {
        algorithm: Ident::new_unwrap("argon2id"),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(Salt::from(&salt)),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Argon2id with OWASP's parameters (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("these parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;
    use futures::FutureExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn email(name: &str) -> Email {
        Email::try_from(format!("{name}@example.org")).expect("an address")
    }

    fn password(text: &str) -> Password {
        Password::try_from(text.to_owned()).expect("it is long enough")
    }

    #[tokio::test]
    async fn a_hash_depends_on_the_password_and_the_address_and_is_a_standard_one() {
        let hasher = PasswordHasher::start(vec![7; 32]).expect("threads start");

        let hash = hasher.hash(password("correct horse"), &email("ann")).await.expect("it can be hashed");

        let parsed = PasswordHash::new(&hash).expect("a PHC string");
        assert!(argon2().verify_password(b"correct horse", &parsed).is_ok(), "{hash}");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(hasher.hash(password("ｃorrect horse"), &email("ann")).await.expect("NFKC"), hash);
        assert_ne!(hasher.hash(password("wrong horse"), &email("ann")).await.expect("a hash"), hash);
        assert_ne!(hasher.hash(password("correct horse"), &email("ben")).await.expect("a hash"), hash);
        let other = PasswordHasher::start(vec![8; 32]).expect("threads start");
        assert_ne!(other.hash(password("correct horse"), &email("ann")).await.expect("a hash"), hash);
    }

    #[tokio::test]
    async fn passwords_beyond_the_queue_are_refused_and_those_in_it_are_hashed_though_nobody_waits() {
        let hasher = PasswordHasher::start(vec![7; 32]).expect("threads start");
        let (mut refused, ann) = (AtomicUsize::new(0), email("ann"));
        let mut waiting = Vec::new();
        for _ in 0..MAX_WAITING + 20 {
            let mut hashing = Box::pin(hasher.hash(password("correct horse"), &ann));
            // The first poll queues the job.
            match (&mut hashing).now_or_never() {
                Some(Err(Error::Unavailable(_))) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                _ => waiting.push(hashing),
            }
        }

        assert!(*refused.get_mut() > 0 && waiting.len() >= MAX_WAITING, "{refused:?}");
        let last = waiting.pop().expect("there is one");
        drop(waiting);
        last.await.expect("it comes after those that were given up");
        hasher.hash(password("correct horse"), &email("ann")).await.expect("the queue has room again");
    }

    #[tokio::test]
    async fn a_hash_of_the_first_version_is_recognised_however_the_password_was_typed() {
        let hasher = PasswordHasher::start(vec![7; 32]).expect("threads start");
        for typed in ["cafe\u{301} noir", "caf\u{e9} noir"] {
            let (salt, mut memory) = ([3; SALT_BYTES], vec![Block::default(); argon2().params().block_count()]);
            let stored = hash(&argon2(), &mut memory, &typed.to_owned().into(), &salt).expect("it can be hashed");

            let candidates =
                hasher.candidates(password(typed), &email("ann"), [stored.as_str()]).await.expect("hashes");

            assert!(candidates.contains(&stored), "{typed}");
        }
    }

    /// Resident memory of this process in KiB.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is there");
        line.trim().trim_end_matches(" kB").trim().parse().expect("a number")
    }

    #[cfg(target_os = "linux")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_hashes_take_no_more_memory_than_the_threads_have() {
        let hasher = Arc::new(PasswordHasher::start(vec![7; 32]).expect("threads start"));
        let hash = async |count: usize| {
            let hashes = (0..count).map(|_| {
                let hasher = hasher.clone();
                async move { hasher.hash(password("correct horse"), &email("ann")).await }
            });
            futures::future::try_join_all(hashes).await.expect("the queue has room");
        };
        hash(8).await;
        let before = resident();

        for _ in 0..6 {
            hash(16).await;
        }

        // One block of memory is 19 MiB. Other tests run in this process, so the bound is generous.
        let grown = resident().saturating_sub(before);
        assert!(grown < 300 * 1024, "{grown} KiB more after 96 hashes");
    }
}
