//! The code of a pass as a picture.

use serde::{Deserialize, Serialize};
use shared::ticket_code::TicketCode;

/// A code, and its QR code. It is drawn by the server, so that the client needs no encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassCode {
    /// What the QR code says.
    pub code: TicketCode,
    /// The dark modules as the data of an SVG path, one module to a unit. The margin that scanners need is not included.
    pub path: String,
    /// How many modules the QR code is wide and high.
    pub modules: usize,
}

#[cfg(feature = "server")]
impl PassCode {
    pub fn draw(code: TicketCode) -> Self {
        use qrcode::{Color, EcLevel, QrCode};
        use std::fmt::Write;

        let text = String::from(code.clone());
        let qr = QrCode::with_error_correction_level(text, EcLevel::M).expect("a code fits version 6");
        let modules = qr.width();
        let mut path = String::new();
        for (row, colors) in qr.to_colors().chunks(modules).enumerate() {
            let mut column = 0;
            for run in colors.chunk_by(|left, right| left == right) {
                if run[0] == Color::Dark {
                    let _ = write!(path, "M{column} {row}h{}v1h-{}z", run.len(), run.len());
                }
                column += run.len();
            }
        }
        PassCode { code, path, modules }
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;
    use qrcode::{Color, EcLevel, QrCode};
    use shared::ticket_code::Claims;
    use shared::{PassId, ShowId};
    use uuid::Uuid;

    #[test]
    fn the_path_covers_the_dark_modules_and_no_others() {
        let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
        let claims = Claims { show_id: ShowId::new(id), key_id: 7, pass_id: PassId::new(id), generation: 2 };
        let code = TicketCode::new(claims, [9; 64]);

        let drawn = PassCode::draw(code.clone());

        assert_eq!(drawn.modules, 41, "version 6");
        let mut covered = vec![false; 41 * 41];
        for run in drawn.path.split('M').filter(|run| !run.is_empty()) {
            let (start, rest) = run.split_once('h').expect("a run has a length");
            let (column, row) = start.split_once(' ').expect("a run has a beginning");
            let [column, row, length]: [usize; 3] = [column, row, rest.split('v').next().expect("a length")]
                .map(|number| number.parse().expect("a number"));
            covered[row * 41 + column..][..length].fill(true);
        }
        let qr = QrCode::with_error_correction_level(String::from(code), EcLevel::M).expect("it fits");
        let dark: Vec<bool> = qr.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        assert!(covered == dark);
    }
}
