//! What cached responses show, and how often that has changed.

use shared::{ShowId, TicketId};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Things are counted in this many slots, so that the memory stays the same however many there are. Two things in one slot only
/// invalidate each other's responses; which ones, nobody outside can find out.
const SLOTS: usize = 4_096;

/// What a response shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Several shows, with their lowest prices.
    Lists,
    /// A show and its tickets.
    Show(ShowId),
    /// One ticket.
    Ticket(TicketId),
    /// Nothing that an event changes.
    Constant,
}

/// Counts the changes of each tag. The counters only rise, so an equal or higher one proves that nothing was missed.
pub struct Generations {
    slots: Box<[AtomicU64]>,
    /// Changes of everything.
    all: AtomicU64,
    hasher: RandomState,
}

impl Default for Generations {
    fn default() -> Self {
        Generations {
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
            hasher: RandomState::new(),
        }
    }
}

impl Generations {
    /// How often the tag has changed.
    pub fn of(&self, tag: Tag) -> u64 {
        self.all.load(Ordering::SeqCst) + self.slot(tag).load(Ordering::SeqCst)
    }

    pub fn advance(&self, tag: Tag) {
        self.slot(tag).fetch_add(1, Ordering::SeqCst);
    }

    pub fn advance_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
    }

    fn slot(&self, tag: Tag) -> &AtomicU64 {
        let index = self.hasher.hash_one(tag) % SLOTS as u64;
        &self.slots[usize::try_from(index).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server::Environment;
    use shared::Instant;

    #[test]
    fn a_change_advances_its_own_tag_and_a_change_of_everything_all_of_them() {
        let environment = Environment::simulated(1, Instant::from_millis(0));
        let (generations, id) = (Generations::default(), environment.new_id());
        let tags = [Tag::Lists, Tag::Show(ShowId::new(id)), Tag::Ticket(TicketId::new(id)), Tag::Constant];
        let before = tags.map(|tag| generations.of(tag));

        generations.advance(tags[1]);
        let after = tags.map(|tag| generations.of(tag));
        let advanced = (0..tags.len()).filter(|index| after[*index] > before[*index]).count();
        generations.advance_all();

        assert!(after[1] > before[1]);
        // Another tag may share the slot.
        assert!(advanced < tags.len(), "{before:?} {after:?}");
        assert!((0..tags.len()).all(|index| generations.of(tags[index]) > after[index]));
    }
}
