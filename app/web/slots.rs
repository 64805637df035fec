//! Bounds how many of something are open at once: in total, and for each client.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are open, in total and under each key. Only keys with something open are kept, so the memory is bounded by `max_total`.
pub struct Slots<K: Eq + Hash> {
    max_total: usize,
    max_per_key: usize,
    open: Mutex<Open<K>>,
}

struct Open<K> {
    total: usize,
    by_key: HashMap<K, usize>,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    Total,
    Key,
}

impl<K: Eq + Hash + Clone> Slots<K> {
    pub fn new(max_total: usize, max_per_key: usize) -> Arc<Self> {
        let open = Mutex::new(Open { total: 0, by_key: HashMap::new() });
        Arc::new(Slots { max_total, max_per_key, open })
    }

    /// Takes a slot, which is free again once it is dropped.
    ///
    /// # Errors
    /// If there is none.
    pub fn take(self: &Arc<Self>, key: K) -> Result<Slot<K>, Full> {
        let mut open = self.open();
        let of_key = open.by_key.get(&key).copied().unwrap_or_default();
        // A client that has too many is told so even where the total is reached: it alone can help that.
        if of_key >= self.max_per_key {
            return Err(Full::Key);
        }
        if open.total >= self.max_total {
            return Err(Full::Total);
        }
        open.total += 1;
        open.by_key.insert(key.clone(), of_key + 1);
        drop(open);
        Ok(Slot { slots: self.clone(), key })
    }

    fn open(&self) -> MutexGuard<'_, Open<K>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something open.
pub struct Slot<K: Eq + Hash + Clone> {
    slots: Arc<Slots<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut open = self.slots.open();
        open.total -= 1;
        if let Some(count) = open.by_key.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_cannot_take_the_slots_of_another() {
        let slots = Slots::new(3, 2);

        let mut taken: Vec<_> = ["a", "a", "b"].into_iter().filter_map(|key| slots.take(key).ok()).collect();

        assert_eq!(taken.len(), 3);
        assert_eq!(slots.take("a").err(), Some(Full::Key));
        assert_eq!(slots.take("c").err(), Some(Full::Total));
        taken.remove(0);
        assert!(slots.take("c").is_ok());
        drop(taken);
        assert!(slots.open().by_key.is_empty() && slots.open().total == 0);
    }
}
