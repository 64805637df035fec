//! Medians, percentiles and the order of interleaved measurements.

use anyhow::Result;

/// The smallest value that this part of the sorted values does not exceed; 0 if there is none.
pub fn percentile(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank between 1 and the number of values"
    )]
    let rank = (part * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len()).wrapping_sub(1)).copied().unwrap_or_default()
}

/// The middle value, or the mean of the two middle values; 0 if there is none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Measures both sides in turn, so that a slow minute of the machine slows down both. The side that goes first alternates, so
/// that neither profits from always being second.
///
/// # Errors
/// The first one of a side.
pub fn interleave<S, A, B>(
    pairs: usize,
    state: &mut S,
    mut ours: impl FnMut(&mut S) -> Result<A>,
    mut limit: impl FnMut(&mut S) -> Result<B>,
) -> Result<Vec<(A, B)>> {
    let mut measured = Vec::new();
    for pair in 0..pairs {
        if pair % 2 == 0 {
            let first = ours(state)?;
            measured.push((first, limit(state)?));
        } else {
            let first = limit(state)?;
            measured.push((ours(state)?, first));
        }
    }
    Ok(measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();

        assert_eq!(percentile(&values, 0.5), 50.0);
        assert_eq!(percentile(&values, 0.99), 99.0);
        assert_eq!(percentile(&values, 1.0), 100.0);
        assert_eq!(percentile(&values[..1], 0.99), 1.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_median_ignores_order_and_outliers() {
        assert_eq!(median([5.0, 1.0, 1000.0]), 5.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn the_two_sides_alternate_and_so_does_the_first_one() {
        let mut order = String::new();
        let side = |order: &mut String, letter: char| {
            order.push(letter);
            Ok(letter)
        };

        let measured = interleave(3, &mut order, |order| side(order, 'o'), |order| side(order, 'l'));

        let measured = measured.expect("no side fails");
        assert_eq!(order, "ollool");
        assert_eq!(measured, [('o', 'l'); 3]);
    }
}
