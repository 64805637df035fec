//! Reads QR codes from pictures of a camera, and verifies the codes of tickets. `assets/door.js` calls it.

use rqrr::PreparedImage;
use shared::ShowId;
use shared::ticket_code::{PublicKey, Verification, verify};
use wasm_bindgen::prelude::wasm_bindgen;

/// The keys of one show's door.
#[wasm_bindgen]
pub struct Door {
    show: ShowId,
    keys: Vec<PublicKey>,
}

/// What a text is worth at a door.
#[wasm_bindgen(getter_with_clone)]
pub struct Scanned {
    /// `genuine`, `other_show` or `unknown`.
    pub result: String,
    /// The pass of a genuine code; empty for others.
    pub pass_id: String,
    /// The generation of a genuine code.
    pub generation: u32,
}

#[wasm_bindgen]
impl Door {
    /// The door of a show with these public keys, in hexadecimal digits. A key that this version cannot read verifies nothing. `None` if the
    /// show's id is none.
    pub fn open(show: &str, keys: Vec<String>) -> Option<Door> {
        let keys = keys.into_iter().filter_map(|key| PublicKey::try_from(key).ok()).collect();
        Some(Door { show: show.parse().ok()?, keys })
    }

    /// Verifies the text that was read, whatever it is.
    pub fn verify(&self, text: &str) -> Scanned {
        let (result, pass_id, generation) = match verify(text, self.show, &self.keys) {
            Verification::Genuine { pass_id, generation } => ("genuine", pass_id.to_string(), generation),
            Verification::OtherShow => ("other_show", String::new(), 0),
            Verification::Unknown => ("unknown", String::new(), 0),
        };
        Scanned { result: result.to_owned(), pass_id, generation }
    }
}

/// The text of the first QR code in a picture that can be read. `pixels` are red, green, blue and opacity, as a canvas has them.
#[wasm_bindgen]
pub fn read_qr(pixels: &[u8], width: usize, height: usize) -> Option<String> {
    if pixels.len() != width.checked_mul(height)?.checked_mul(4)? {
        return None;
    }
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let first = (y * width + x) * 4;
        brightness([pixels[first], pixels[first + 1], pixels[first + 2]])
    });
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// The luma of ITU-R BT.601, rounded down.
fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::{Color, EcLevel, QrCode};

    /// A code of `docs/ticket-code.md`, the present one.
    const CODE: &str = "W50QKI000M20%20000000000PH0.8000000077E88G000000400000200TX54$DPZMZC9SAHXM6WFP/PJ5ED1AO%EO2Z61.3VPQDHTBJM0IUJ04RJIQWH8UCI9I$F2AWGRD81 AQ$34B67II*IACLA6F7";
    const KEY: &str = "163dd614672a4630c5b8eb1cf0ece4ddad168c4979f18b54bc75e7515e9d9a16";
    const SHOW: &str = "01920000-0000-7000-8000-000000000003";

    /// A picture of the code with `scale` pixels for a module, with a shadow that darkens it to the right.
    fn picture(text: &str, scale: usize) -> (Vec<u8>, usize) {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("it fits");
        let (modules, side) = (code.width(), (code.width() + 8) * scale);
        let colors = code.to_colors();
        let mut pixels = Vec::with_capacity(side * side * 4);
        for y in 0..side {
            for x in 0..side {
                let inside = |at: usize| (at / scale).checked_sub(4).filter(|module| *module < modules);
                let dark = inside(x).zip(inside(y)).is_some_and(|(x, y)| colors[y * modules + x] == Color::Dark);
                let light = 220 - u8::try_from(x * 120 / side).expect("it is small");
                let value = if dark { light / 5 } else { light };
                pixels.extend([value, value, value, 255]);
            }
        }
        (pixels, side)
    }

    #[test]
    fn the_code_of_a_ticket_is_read_from_a_picture_and_verified() {
        let door = Door::open(SHOW, vec![KEY.to_owned(), "not a key".to_owned()]).expect("the id is well-formed");
        for scale in [3, 5, 9] {
            let (pixels, side) = picture(CODE, scale);
            let text = read_qr(&pixels, side, side).expect("it is in the picture");
            assert_eq!(text, CODE, "{scale} pixels for a module");
            let scanned = door.verify(&text);
            let pass = "01920000-0000-7000-8000-000000000004".to_owned();
            assert_eq!((scanned.result.as_str(), scanned.pass_id, scanned.generation), ("genuine", pass, 2));
        }
    }

    #[test]
    fn what_is_no_code_of_the_show_is_refused() {
        let door = Door::open(SHOW, vec![KEY.to_owned()]).expect("the id is well-formed");
        let other =
            Door::open("01920000-0000-7000-8000-000000000005", vec![KEY.to_owned()]).expect("it is well-formed");
        assert_eq!(door.verify("hello").result, "unknown");
        assert_eq!(other.verify(CODE).result, "other_show");
        assert!(Door::open("not an id", Vec::new()).is_none());
        assert!(read_qr(&[0; 16], 2, 2).is_none());
        assert!(read_qr(&[0; 3], usize::MAX, usize::MAX).is_none());
    }
}
