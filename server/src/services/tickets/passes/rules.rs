//! The decisions about passes. Pure functions.

use crate::services::tickets::pass_schema::{ClaimKind, ClaimRow, PassRow};
use crate::services::tickets::schema::TicketRow;
use shared::tickets::TicketState;
use shared::{Flaw, Invalid, Money, Price, Rejection, UserId};

/// The highest price of a resale: `percent` of the face value, rounded down to a whole minor unit.
pub fn price_cap(face_value: Money, percent: Option<u32>) -> Option<Money> {
    let cap =
        |percent: u32| i64::try_from(i128::from(face_value.minor) * i128::from(percent) / 100).unwrap_or(i64::MAX);
    percent.map(|percent| Money::new(cap(percent), face_value.currency))
}

/// Checks the price of a resale.
///
/// # Errors
/// If it is above the cap.
pub fn check_cap(price: Price, cap: Option<Money>) -> Result<(), Invalid> {
    match cap {
        Some(most) if price.money().minor > most.minor => Err(Invalid::new("price", Flaw::AboveCap { most })),
        _ => Ok(()),
    }
}

/// Checks that a person may dispose of a pass: it is theirs, and nothing takes it up. The state is that of the claim's ticket.
///
/// # Errors
/// [`Rejection::NotFound`] if it is somebody else's, so that nobody learns which passes exist.
pub fn check_disposable(
    pass: &PassRow,
    person: UserId,
    claim: Option<(ClaimKind, Option<TicketState>)>,
) -> Result<(), Rejection> {
    if pass.owner_id != person.uuid() {
        return Err(Rejection::NotFound);
    }
    match claim {
        None => Ok(()),
        Some((ClaimKind::Transfer, _)) => Err(Rejection::TransferPending),
        Some((ClaimKind::Refund, _)) => Err(Rejection::RefundUnderWay),
        Some((ClaimKind::Admission, _)) => Err(Rejection::TicketUsed),
        Some((ClaimKind::Listing, Some(TicketState::Held))) => Err(Rejection::TicketHeld),
        Some((ClaimKind::Listing, Some(TicketState::Sold))) => Err(Rejection::TicketSold),
        Some((ClaimKind::Listing, _)) => Err(Rejection::TicketListed),
    }
}

/// Checks that the sale of a ticket of a pass can be undone: the buyer still has the pass, and has not offered it.
///
/// # Errors
/// If the buyer has not paid yet, or has passed it on.
pub fn check_refundable(ticket: &TicketRow, pass: &PassRow, claim: Option<&ClaimRow>) -> Result<(), Rejection> {
    let is_buyers = pass.title_id == Some(ticket.id) && Some(pass.owner_id) == ticket.buyer_id;
    match claim.map(|claim| claim.kind.0) {
        Some(ClaimKind::Refund) => Err(Rejection::RefundUnderWay),
        Some(ClaimKind::Listing) if claim.is_some_and(|claim| claim.is_listing_of(ticket.id)) => {
            Err(Rejection::PaymentUnderWay)
        }
        Some(ClaimKind::Listing) => Err(Rejection::TicketPassedOn),
        _ if !is_buyers => Err(Rejection::TicketPassedOn),
        Some(ClaimKind::Transfer) => Err(Rejection::TransferPending),
        Some(ClaimKind::Admission) => Err(Rejection::TicketUsed),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Currency;

    #[test]
    fn a_cap_is_rounded_down_and_does_not_overflow() {
        let euros = |minor| Money::new(minor, Currency::Eur);
        assert_eq!(price_cap(euros(999), Some(110)), Some(euros(1_098)));
        assert_eq!(price_cap(euros(99_999_999), Some(1_000)), Some(euros(999_999_990)));
        assert_eq!(price_cap(euros(999), None), None);
        let price = |minor| Price::try_from(euros(minor)).expect("a price");
        assert!(check_cap(price(1_098), Some(euros(1_098))).is_ok());
        assert_eq!(
            check_cap(price(1_099), Some(euros(1_098))),
            Err(Invalid::new("price", Flaw::AboveCap { most: euros(1_098) }))
        );
    }
}
