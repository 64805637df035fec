//! No text but a code that was signed for this show and ticket is genuine.

use super::{Claims, NotACode, NotAKey, PublicKey, TicketCode, Verification, verify};
use crate::id::{PassId, ShowId};
use curve25519_dalek::Scalar;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier};
use qrcode::{EcLevel, QrCode, Version};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use sha2::{Digest, Sha512};
use uuid::Uuid;

const SHOW: ShowId = ShowId::new(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0003));
const OTHER_SHOW: ShowId = ShowId::new(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0005));
const TICKET: PassId = PassId::new(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0004));
const GENUINE: Verification = Verification::Genuine { pass_id: TICKET, generation: 2 };

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(signer: &SigningKey) -> PublicKey {
    PublicKey::from_bytes(signer.verifying_key().as_bytes()).expect("it is a key")
}

fn claims(signer: &SigningKey) -> Claims {
    Claims { show_id: SHOW, key_id: public(signer).id(), pass_id: TICKET, generation: 2 }
}

fn signed(signer: &SigningKey, claims: Claims) -> TicketCode {
    TicketCode::new(claims, signer.sign(&claims.signed_bytes()).to_bytes())
}

fn code() -> TicketCode {
    signed(&signer(1), claims(&signer(1)))
}

fn bytes_of(text: &str) -> Vec<u8> {
    base45::decode(text).expect("it is base45")
}

#[test]
fn a_code_is_one_text_that_fits_a_qr_code_of_version_6() {
    let text = String::from(code());

    assert_eq!(text.parse(), Ok(code()));
    assert_eq!(text.len(), TicketCode::CHARS);
    let qr = QrCode::with_error_correction_level(&text, EcLevel::M).expect("it fits");
    assert_eq!((qr.version(), qr.width()), (Version::Normal(6), 41));
    // The next smaller version has no room for it, even with the least error correction that is in use on paper.
    assert!(QrCode::with_version(&text, Version::Normal(5), EcLevel::M).is_err());
}

#[test]
fn a_code_is_genuine_at_the_door_of_its_show_while_its_key_is_in_use() {
    let (old, new) = (signer(1), signer(2));
    let text = String::from(code());

    assert_eq!(verify(&text, SHOW, &[public(&old)]), GENUINE);
    assert_eq!(verify(&text, SHOW, &[public(&new), public(&old)]), GENUINE);
    assert_eq!(verify(&text, SHOW, &[public(&new)]), Verification::Unknown);
    assert_eq!(verify(&text, SHOW, &[]), Verification::Unknown);
    assert_eq!(verify(&text, OTHER_SHOW, &[public(&old)]), Verification::OtherShow);
}

#[test]
fn a_code_with_any_bit_flipped_is_not_genuine() {
    let (keys, text) = ([public(&signer(1))], String::from(code()));
    let bytes = bytes_of(&text);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);

        let verification = verify(&base45::encode(&flipped), SHOW, &keys);

        let names_other_show = (8..136).contains(&bit);
        let expected = if names_other_show { Verification::OtherShow } else { Verification::Unknown };
        assert_eq!(verification, expected, "bit {bit}");
    }
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let verification = verify(&String::from_utf8_lossy(&flipped), SHOW, &keys);
        assert!(!matches!(verification, Verification::Genuine { .. }), "bit {bit} of the text");
    }
}

#[test]
fn no_other_text_is_a_code() {
    let text = String::from(code());
    let bytes = bytes_of(&text);
    let changed = |range: std::ops::Range<usize>, with: &str| {
        let mut text = text.clone();
        text.replace_range(range, with);
        text
    };
    let longer = [bytes.as_slice(), &[0]].concat();
    let another_version = [&[2], &bytes[1..]].concat();
    let texts = [
        String::new(),
        text.to_lowercase(),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}\n"),
        text[..text.len() - 1].to_owned(),
        text[..text.len() - 3].to_owned(),
        format!("{text}00"),
        base45::encode(&longer),
        base45::encode(&another_version),
        // Three characters that stand for more than two bytes can hold.
        changed(0..3, ":::"),
        changed(0..3, "GGW"),
        // As long in bytes as a code.
        changed(3..6, "€"),
        changed(3..4, "\0"),
        changed(3..4, "a"),
        "€".repeat(TicketCode::CHARS / 3),
        "0".repeat(TicketCode::CHARS),
        "A".repeat(1_000_000),
    ];
    for text in texts {
        assert_eq!(text.parse::<TicketCode>(), Err(NotACode), "{text:.200}");
        assert_eq!(verify(&text, SHOW, &[public(&signer(1))]), Verification::Unknown);
    }
}

#[test]
fn a_signature_by_a_foreign_key_or_for_another_purpose_is_not_genuine() {
    let (own, foreign) = (signer(1), signer(9));
    let foreign_code = signed(&foreign, claims(&own));
    let without_context = TicketCode::new(claims(&own), own.sign(&claims(&own).signed_bytes()[1..]).to_bytes());
    let other_ticket = Claims { pass_id: PassId::new(Uuid::nil()), ..claims(&own) };
    let moved = TicketCode::new(other_ticket, own.sign(&claims(&own).signed_bytes()).to_bytes());
    let newer =
        TicketCode::new(Claims { generation: 3, ..claims(&own) }, own.sign(&claims(&own).signed_bytes()).to_bytes());

    for forged in [foreign_code, without_context, moved, newer] {
        assert_eq!(forged.verify(SHOW, &[public(&own)]), Verification::Unknown);
    }
}

#[test]
fn a_signature_has_one_spelling() {
    /// The order of the group (RFC 8032 §5.1), least significant byte first.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (own, claims) = (signer(1), claims(&signer(1)));
    let mut signature = own.sign(&claims.signed_bytes()).to_bytes();
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }

    let malleated = TicketCode::new(claims, signature);

    assert_eq!(malleated.verify(SHOW, &[public(&own)]), Verification::Unknown);
}

/// Libraries disagree about such signatures, so two scanners would, too.
#[test]
fn a_signature_with_a_point_of_small_order_is_not_genuine() {
    let (own, claims) = (signer(1), claims(&signer(1)));
    let mut signature = [0; 64];
    // The neutral element of the group.
    signature[0] = 1;
    let signed = claims.signed_bytes();
    let hash = Sha512::new().chain_update(&signature[..32]).chain_update(own.verifying_key()).chain_update(&signed);
    signature[32..].copy_from_slice(&(Scalar::from_hash(hash) * own.to_scalar()).to_bytes());
    assert!(own.verifying_key().verify(&signed, &Signature::from_bytes(&signature)).is_ok(), "the equation holds");

    let verification = TicketCode::new(claims, signature).verify(SHOW, &[public(&own)]);

    assert_eq!(verification, Verification::Unknown);
}

#[test]
fn a_key_is_no_point_of_small_order_and_has_one_spelling() {
    let [mut identity, mut beyond_the_field] = [[0; 32], [0xff; 32]];
    identity[0] = 1;
    // 2^255 - 16, which is 3 modulo the prime of the field.
    (beyond_the_field[0], beyond_the_field[31]) = (0xf0, 0x7f);
    for bytes in [[0; 32], identity, beyond_the_field, [0xff; 32]] {
        assert_eq!(PublicKey::from_bytes(&bytes), Err(NotAKey), "{bytes:?}");
    }
    let key = public(&signer(1));
    assert_eq!(PublicKey::try_from(String::from(key)), Ok(key));
    for text in ["", "00", "not hexadecimal", &"g".repeat(64)] {
        assert_eq!(PublicKey::try_from(text.to_owned()), Err(NotAKey), "{text}");
    }
}

#[test]
fn of_many_random_codes_none_is_genuine() {
    assert_none_is_genuine(20_000);
}

#[test]
#[ignore = "a minute, and more without optimisation"]
fn of_a_million_random_codes_none_is_genuine() {
    assert_none_is_genuine(1_000_000);
}

fn assert_none_is_genuine(codes: u32) {
    let (keys, any_claims) = ([public(&signer(1))], claims(&signer(1)));
    let mut random = StdRng::seed_from_u64(1);
    for number in 0..codes {
        let mut bytes = [0; 84];
        random.fill_bytes(&mut bytes);
        let (ticket, signature) = bytes.split_at(20);
        let pass_id = PassId::new(Uuid::from_slice(&ticket[..16]).expect("it is as long"));
        let claims = Claims { pass_id, generation: number, ..any_claims };
        let signature = signature.try_into().expect("it is as long");

        let text = String::from(TicketCode::new(claims, signature));

        assert_eq!(verify(&text, SHOW, &keys), Verification::Unknown, "{text}");
    }
}

#[test]
fn a_code_is_text_in_json_and_not_shown_by_debug_output() {
    let text = String::from(code());

    let json = serde_json::to_string(&code()).expect("it is text");

    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<TicketCode>(&json).ok(), Some(code()));
    assert!(serde_json::from_str::<TicketCode>("\"W50\"").is_err());
    assert_eq!(format!("{:?}", code()), "TicketCode(…)");
}
