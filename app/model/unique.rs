//! Lists that are joined from several sources.

/// Keeps the first item of each key.
pub fn unique_by<T, Key: PartialEq>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> Key) -> Vec<T> {
    let mut unique: Vec<T> = Vec::new();
    for item in items {
        if !unique.iter().any(|known| key(known) == key(&item)) {
            unique.push(item);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_item_of_each_key_is_kept() {
        let items = [(1, "new"), (2, "new"), (1, "old")];

        assert_eq!(unique_by(items.into_iter(), |item| item.0), [(1, "new"), (2, "new")]);
    }
}
