//! The door of a show. The key of a link for helpers is in bodies, never in an address, which logs keep.

use super::ApiError;
#[cfg(feature = "server")]
use super::path_id;
#[cfg(feature = "server")]
use crate::web::Session;
use dioxus::prelude::*;
#[cfg(feature = "server")]
use shared::tickets::{AdmitScans, CreateDoorLink, GetDoorList, UndoAdmission};
use shared::tickets::{DoorEntry, DoorKey, DoorLink, DoorList, Scan, ScanAnswer};
use shared::value::ShortText;
use shared::{Instant, PassId};
use uuid::Uuid;

/// Makes a new link for helpers; those before end.
#[post("/api/shows/{id}/door/link", session: Session)]
pub async fn create_door_link(id: String) -> Result<DoorLink, ApiError> {
    session.call(CreateDoorLink { show_id: path_id(&id)? }).await
}

/// A part of the list for the door.
#[post("/api/shows/{id}/door/list", session: Session)]
pub async fn get_door_list(
    id: String,
    key: DoorKey,
    cursor: Option<String>,
    since: Option<Instant>,
) -> Result<DoorList, ApiError> {
    session.call(GetDoorList { show_id: path_id(&id)?, key, cursor, since }).await
}

/// Decides scans of a device.
#[post("/api/shows/{id}/door/scans", session: Session)]
pub async fn admit_scans(
    id: String,
    key: DoorKey,
    device: Uuid,
    gate: ShortText,
    scans: Vec<Scan>,
) -> Result<Vec<ScanAnswer>, ApiError> {
    session.call(AdmitScans { show_id: path_id(&id)?, key, device, gate, scans }).await
}

/// Takes back an admission.
#[post("/api/shows/{id}/door/undo", session: Session)]
pub async fn undo_admission(id: String, key: DoorKey, pass_id: PassId) -> Result<DoorEntry, ApiError> {
    session.call(UndoAdmission { show_id: path_id(&id)?, key, pass_id }).await
}
