//! The decision about a scan. A pure function.

use crate::services::tickets::pass_schema::{ClaimKind, PassRow};
use shared::ticket_code::Verification;
use shared::tickets::{ScanResult, TicketState};

/// What follows from a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Admit,
    /// Any other result than that somebody enters.
    Refuse(ScanResult),
}

/// Decides by what was read, by the pass that it names, which is of this show, and by what takes the pass up: its kind, with the state of the
/// ticket that the pass is listed by.
pub fn decide(
    read: &Verification,
    pass: Option<&PassRow>,
    claim: Option<(ClaimKind, Option<TicketState>)>,
) -> Decision {
    let generation = match read {
        Verification::Genuine { generation, .. } => i64::from(*generation),
        Verification::OtherShow => return Decision::Refuse(ScanResult::OtherShow),
        Verification::Unknown => return Decision::Refuse(ScanResult::Unknown),
    };
    let Some(pass) = pass else { return Decision::Refuse(ScanResult::Unknown) };
    if generation < pass.generation {
        return Decision::Refuse(ScanResult::Replaced);
    }
    match claim {
        Some((ClaimKind::Admission, _)) => Decision::Refuse(ScanResult::AlreadyAdmitted),
        // The end of the order decides who may enter.
        Some((ClaimKind::Refund, _) | (ClaimKind::Listing, Some(TicketState::Held | TicketState::Sold))) => {
            Decision::Refuse(ScanResult::Undecided)
        }
        Some((ClaimKind::Transfer | ClaimKind::Listing, _)) | None => Decision::Admit,
    }
}
