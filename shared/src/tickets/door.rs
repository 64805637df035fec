//! The door of a show: its list, scans and their answers. `docs/ticket-protocol.md`, step 9.

use super::Show;
use crate::id::{PassId, ShowId};
use crate::instant::Instant;
use crate::ticket_code::PublicKey;
use crate::value::{Secret, ShortText};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The maximum of scans in one [`AdmitScans`], which bounds its transaction.
pub const MAX_SCANS_AT_ONCE: usize = 100;

/// What makes a person the show's at the door: none for its creator, who is signed in; for helpers, the secret of a [`DoorLink`].
pub type DoorKey = Option<Secret>;

/// Makes a new link for helpers at the door. Those before end. Only for the creator of the show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateDoorLink {
    /// A show whose creator is the caller.
    pub show_id: ShowId,
}

/// Lets everybody who has it check tickets at the door of one show, until [`DoorLink::expires_at`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorLink {
    /// It is told once: the server keeps a hash.
    pub key: Secret,
    /// Some hours after the show.
    pub expires_at: Instant,
}

/// Returns a part of a show's list for the door. A device loads all of it once, and then what has changed since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetDoorList {
    /// The show.
    pub show_id: ShowId,
    /// See [`DoorKey`].
    pub key: DoorKey,
    /// [`DoorList::next`] of the part before; `None` for the first part.
    pub cursor: Option<String>,
    /// [`DoorList::as_of`] of an earlier list: only what has changed since. `None` for all.
    pub since: Option<Instant>,
}

/// A part of a show's list for the door.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorList {
    /// The show.
    pub show: Show,
    /// Verify the codes of the show; see [`ticket_code::verify`](crate::ticket_code::verify).
    pub keys: Vec<PublicKey>,
    /// In the order of their ids.
    pub entries: Vec<DoorEntry>,
    /// Continues the list; `None` at its end.
    pub next: Option<String>,
    /// Every change before this moment is in the list. Take that of the first part.
    pub as_of: Instant,
}

/// A pass on the list of the door. In JSON, an array of its fields: a list may have tens of thousands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(PassId, u32, Option<Admission>)", into = "(PassId, u32, Option<Admission>)")]
pub struct DoorEntry {
    /// The pass.
    pub pass_id: PassId,
    /// The generation of the valid code. A code of a later one is valid, too: this entry is then out of date.
    pub generation: u32,
    /// Its admission, unless that is undone.
    pub admission: Option<Admission>,
}

impl From<(PassId, u32, Option<Admission>)> for DoorEntry {
    fn from((pass_id, generation, admission): (PassId, u32, Option<Admission>)) -> Self {
        DoorEntry { pass_id, generation, admission }
    }
}

impl From<DoorEntry> for (PassId, u32, Option<Admission>) {
    fn from(entry: DoorEntry) -> Self {
        (entry.pass_id, entry.generation, entry.admission)
    }
}

/// When and where somebody entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// By the clock of the device that scanned, which may have had no network, but no later than by the server's.
    pub at: Instant,
    /// What the staff call the entrance.
    pub gate: ShortText,
}

/// Records scans of a device, each by itself, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdmitScans {
    /// The show of the door.
    pub show_id: ShowId,
    /// See [`DoorKey`].
    pub key: DoorKey,
    /// The device, which has made up the id.
    pub device: Uuid,
    /// What the staff call the entrance.
    pub gate: ShortText,
    /// At most [`MAX_SCANS_AT_ONCE`].
    pub scans: Vec<Scan>,
}

/// What a device read, and when.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Made up by the device for this scan. The same nonce gets the same answer, however often it is sent.
    pub nonce: Uuid,
    /// The text, whatever it is.
    pub text: String,
    /// By the clock of the device.
    pub at: Instant,
}

/// Shows no code.
impl std::fmt::Debug for Scan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Scan").field("nonce", &self.nonce).field("at", &self.at).finish_non_exhaustive()
    }
}

/// The server's decision about a scan, which counts, whatever the device has decided alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanAnswer {
    /// [`Scan::nonce`].
    pub nonce: Uuid,
    /// The decision.
    pub result: ScanResult,
    /// The pass as it is now, if the code is genuine.
    pub entry: Option<DoorEntry>,
}

/// The answers of a door.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ScanResult {
    /// Somebody enters with this scan.
    Admitted,
    /// Somebody has entered with another scan; [`DoorEntry::admission`] says when and where.
    AlreadyAdmitted,
    /// The pass has another owner now, who may enter.
    Replaced,
    /// The pass is for another show.
    OtherShow,
    /// No genuine code.
    Unknown,
    /// Somebody is paying for the pass, or its money is being given back. Not final: scan again, or send it again.
    Undecided,
}

/// Takes back an admission that was a mistake. Refused with `NotFound` if the pass is not admitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoAdmission {
    /// The show of the door.
    pub show_id: ShowId,
    /// See [`DoorKey`].
    pub key: DoorKey,
    /// An admitted pass of the show.
    pub pass_id: PassId,
}
