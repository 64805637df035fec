//! The codes that are signed here are those of `docs/ticket-code.md`, and a verifier that was written after it agrees.

use super::codes::CodeSigner;
use crate::{Config, Environment};
use serde_json::json;
use shared::ticket_code::{PublicKey, Verification, verify};
use shared::{PassId, ShowId};
use std::io::Write;
use std::process::{Command, Stdio};

const DOCUMENT: &str = include_str!("../../../../docs/ticket-code.md");
const VERIFIER: &str = include_str!("../../../../tests/ticket_code/verify.py");

/// The value of a row of the document's table.
fn value(name: &str) -> &'static str {
    let row = DOCUMENT.lines().find_map(|line| line.strip_prefix(&format!("| {name} | `")));
    row.and_then(|rest| rest.split('`').next()).expect("the document has this row")
}

/// The codes of the document, each with the result at the door.
fn vectors() -> Vec<(&'static str, &'static str)> {
    let block = DOCUMENT.rsplit("```text\n").next().and_then(|rest| rest.split("```").next());
    let lines = block.expect("the document ends with the codes").lines();
    lines
        .map(|line| line.split_once(' ').map(|(result, code)| (result, code.trim_start())).expect("two words"))
        .collect()
}

fn show() -> ShowId {
    value("show").parse().expect("it is an id")
}

fn pass() -> PassId {
    value("pass").parse().expect("it is an id")
}

fn signer(secret: &str, previous: Option<&str>) -> CodeSigner {
    let find = |name: &str| match name {
        "CODE_SECRET" => Some(secret.to_owned()),
        "CODE_SECRET_PREVIOUS" => previous.map(str::to_owned),
        _ => None,
    };
    let config = Config::from_variables(find).expect("the secrets are valid");
    CodeSigner::new(config.code_secrets(&Environment::real()).expect("they are set"))
}

fn rotated() -> CodeSigner {
    signer(value("secret"), Some(value("previous secret")))
}

fn text(signer: &CodeSigner, show: ShowId, generation: u32) -> String {
    signer.sign(show, pass(), generation).into()
}

#[test]
fn the_vectors_of_the_document_are_what_is_signed() {
    let (present, former) = (rotated(), signer(value("previous secret"), None));
    let other_show = "01920000-0000-7000-8000-000000000005".parse().expect("it is an id");
    let codes: Vec<&str> = vectors().into_iter().map(|(_, code)| code).collect();

    let signed =
        [text(&present, show(), 2), text(&former, show(), 2), text(&present, show(), 1), text(&present, other_show, 2)];

    assert_eq!(signed.as_slice(), &codes[..4]);
    let keys = present.public_keys(show()).into_iter().map(String::from).collect::<Vec<_>>();
    assert_eq!(keys, [value("public key"), value("previous public key")]);
    for (result, code) in vectors() {
        let expected = match result {
            "admitted" => Verification::Genuine { pass_id: pass(), generation: 2 },
            "replaced" => Verification::Genuine { pass_id: pass(), generation: 1 },
            "other_show" => Verification::OtherShow,
            _ => Verification::Unknown,
        };
        assert_eq!(verify(code, show(), &present.public_keys(show())), expected, "{result} {code}");
    }
}

#[test]
fn codes_of_the_previous_secret_are_valid_until_it_is_unset() {
    let former = signer(value("previous secret"), None);
    let (during, after) = (rotated(), signer(value("secret"), None));
    let (old, new) = (text(&former, show(), 1), text(&during, show(), 1));
    let is_genuine =
        |code: &str, keys: Vec<PublicKey>| matches!(verify(code, show(), &keys), Verification::Genuine { .. });

    assert!(is_genuine(&old, during.public_keys(show())) && is_genuine(&new, during.public_keys(show())));
    assert!(!is_genuine(&old, after.public_keys(show())) && is_genuine(&new, after.public_keys(show())));
    assert_ne!(during.public_keys(show()), during.public_keys(ShowId::new(pass().uuid())), "each show has its own");
}

#[test]
fn secrets_are_not_shown_by_debug_output() {
    let shown = format!("{:?} {:?}", rotated(), rotated().sign(show(), pass(), 1));

    assert_eq!(
        shown,
        "CodeSigner { secrets: CodeSecrets { current: CodeSecret(…), previous: Some(CodeSecret(…)) } } TicketCode(…)"
    );
}

/// What the verifier in Python says to these codes.
fn verdicts(keys: &[PublicKey], codes: &[String]) -> Vec<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "no setting of the program: the test command says where the packages are"
    )]
    let packages = std::env::var_os("PYNACL").expect("cargo xtask test sets it to a folder");
    let door = json!({ "show_id": show(), "keys": keys, "door_list": { pass().to_string(): 2 }, "codes": codes });
    let mut python = Command::new("python3");
    python.args(["-c", VERIFIER]).env("PYTHONPATH", packages).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().expect("Python is installed");
    let mut input = python.stdin.take().expect("it is a pipe");
    input.write_all(door.to_string().as_bytes()).expect("it reads all input first");
    drop(input);
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "its errors are above");
    String::from_utf8(output.stdout).expect("it is text").lines().map(str::to_owned).collect()
}

#[test]
fn an_independent_verifier_accepts_the_present_code_and_no_other() {
    let (own, foreign) = (rotated(), signer("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff101112131415161718191a1b1c1d1e1f", None));
    let present = text(&own, show(), 2);
    let bytes = base45::decode(&present).expect("it is base45");
    let flipped = (0..bytes.len() * 8).map(|bit| {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        (if (8..136).contains(&bit) { "other_show" } else { "unknown" }, base45::encode(&bytes))
    });
    let other_show = ShowId::new(pass().uuid());
    let fixed = [
        ("admitted", present.clone()),
        ("admitted", text(&own, show(), 3)),
        ("replaced", text(&own, show(), 1)),
        ("other_show", text(&own, other_show, 2)),
        ("unknown", text(&foreign, show(), 2)),
        ("unknown", own.sign(show(), PassId::new(show().uuid()), 2).into()),
        ("unknown", present.to_lowercase()),
        ("unknown", format!("{present} ")),
        ("unknown", format!(":::{}", &present[3..])),
        ("unknown", String::new()),
    ];
    let documented = vectors().into_iter().map(|(result, code)| (result, code.to_owned()));
    let (expected, codes): (Vec<&str>, Vec<String>) = fixed.into_iter().chain(documented).chain(flipped).unzip();

    let verdicts = verdicts(&own.public_keys(show()), &codes);

    assert_eq!(verdicts, expected);
}
