//! One render at a time for each key, however many clients wait for it.

use super::entry::Entry;
use super::key::Key;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::MutexGuard as Turn;

/// The renders under way. It has a gate for a key only while somebody is at it, so requests in flight bound its memory.
#[derive(Default)]
pub struct Gates(Mutex<HashMap<Key, Arc<Gate>>>);

#[derive(Default)]
struct Gate {
    /// Who has its turn renders. It holds the last entry that came of it, since the cache may have no room for it.
    turn: tokio::sync::Mutex<Option<Arc<Entry>>>,
    /// The last render gave nothing that could be shared.
    failed: AtomicBool,
}

/// A place at the gate of a key, which is given back when it is dropped: also when the client has gone, and then the next one has
/// its turn.
pub struct Place<'a> {
    gates: &'a Gates,
    key: Key,
    gate: Arc<Gate>,
}

impl Gates {
    pub fn enter(&self, key: Key) -> Place<'_> {
        let gate = self.lock().entry(key.clone()).or_default().clone();
        Place { gates: self, key, gate }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Gate>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lock().len()
    }
}

impl Place<'_> {
    /// Waits for the turn to render. `None` if the render before failed: then everybody renders for themselves, since failures are
    /// often slow, and one after the other they would add up.
    pub async fn turn(&self) -> Option<Turn<'_, Option<Arc<Entry>>>> {
        let turn = self.gate.turn.lock().await;
        (!self.gate.failed.load(Ordering::Relaxed)).then_some(turn)
    }

    /// Records whether a render gave something that can be shared.
    pub fn record(&self, shared: bool) {
        self.gate.failed.store(!shared, Ordering::Relaxed);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut gates = self.gates.lock();
        // The map's and this one. Places are only taken under the lock of the map.
        if Arc::strong_count(&self.gate) == 2 {
            gates.remove(&self.key);
        }
    }
}
