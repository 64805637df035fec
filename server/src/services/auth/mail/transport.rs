//! How mails leave: by a mail server, into a folder, or only into the log.

use crate::config::Mail;
use crate::services::auth::schema::mails;
use crate::store::hex;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a mail server may take to answer each of its commands.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to accept a mail; less than the shortest pause, after which the mail may be sent again.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(20);

/// Delivers mails, all from the same sender.
pub struct Delivery {
    from: Mailbox,
    way: Way,
}

enum Way {
    Console,
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Why a mail did not leave, without anybody's address in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Undelivered(String);

impl Undelivered {
    /// It did not leave because of that.
    pub fn because(reason: impl fmt::Display) -> Self {
        Undelivered(reason.to_string())
    }
}

impl Delivery {
    /// Delivers as configured.
    ///
    /// # Errors
    /// Which variable cannot be used, and why. The server's address is not said again: it may hold a password.
    pub fn new(mail: &Mail, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|error| format!("MAIL_FROM: {error}"))?;
        let way = match mail {
            Mail::Console => Way::Console,
            Mail::Folder(folder) => Way::Folder(folder.clone()),
            Mail::Smtp(server) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.reveal());
                let transport = transport.map_err(|error| format!("MAIL: the server cannot be used: {error}"))?;
                Way::Smtp(transport.timeout(Some(ANSWER_TIMEOUT)).build())
            }
        };
        Ok(Delivery { from, way })
    }

    /// Delivers a mail to that address. Delivered twice, it is the same mail.
    ///
    /// # Errors
    /// If it was not accepted, or nobody knows.
    pub async fn deliver(&self, mail: &mails::Model, address: &str) -> Result<(), Undelivered> {
        let message = message(&self.from, mail, address)?;
        match &self.way {
            Way::Console => {
                tracing::info!(kind = mail.kind, subject = mail.subject, "a mail would be sent now, see MAIL");
                tracing::debug!(to = address, "\n{}", mail.body);
                Ok(())
            }
            Way::Folder(folder) => {
                let file = folder.join(format!("{}-{}.eml", mail.written_at, name_of(&mail.key)));
                let writing = tokio::task::spawn_blocking(move || write(&file, &message.formatted()));
                writing.await.map_err(Undelivered::because)?.map_err(Undelivered::because)
            }
            Way::Smtp(transport) => match tokio::time::timeout(ACCEPT_TIMEOUT, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(explain(&error)),
                Err(_) => Err(Undelivered::because("the mail server takes too long")),
            },
        }
    }
}

/// What a server says in words may name the recipient, so that is left to the most detailed log.
fn explain(error: &lettre::transport::smtp::Error) -> Undelivered {
    tracing::debug!(%error, "a mail was not accepted");
    match error.status() {
        Some(code) => Undelivered::because(format!("the mail server answers {code}")),
        None => Undelivered::because(error),
    }
}

/// The mail, to the letter the same each time: its name and its date are those of its row.
fn message(from: &Mailbox, mail: &mails::Model, address: &str) -> Result<Message, Undelivered> {
    let to = address.parse().map_err(|_| Undelivered::because("the address is none that mail could reach"))?;
    let written_at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.written_at).unwrap_or(0));
    // Whoever is away need not answer this (RFC 3834 §5).
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(written_at)
        .message_id(Some(format!("<{}@{}>", name_of(&mail.key), from.email.domain())))
        .subject(&mail.subject)
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .singlepart(SinglePart::plain(mail.body.clone()))
        .map_err(Undelivered::because)
}

/// A mail's name: nothing can be read out of it, and no two keys have the same.
fn name_of(key: &str) -> String {
    hex(&Sha256::digest(key)[..16])
}

/// Nobody finds half a file: it gets its name when it is whole.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = file.with_extension("part");
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(&part, bytes)?;
    std::fs::rename(part, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str) -> mails::Model {
        mails::Model {
            key: "order_complete/1/2".to_owned(),
            person_id: uuid::Uuid::nil(),
            kind: "order_complete".to_owned(),
            subject: subject.to_owned(),
            body: "You have £19.99 back.".to_owned(),
            state: mails::WAITING.to_owned(),
            attempts: 0,
            reason: None,
            next_try_at: None,
            written_at: 1_795_521_600_000,
            sent_at: None,
        }
    }

    fn formatted(subject: &str) -> String {
        let from = "Ticketing <tickets@example.org>".parse().expect("a sender");
        let message = message(&from, &mail(subject), "ann@example.org").expect("it can be written");
        String::from_utf8(message.formatted()).expect("mails are ASCII")
    }

    #[test]
    fn a_title_with_line_breaks_or_odd_characters_cannot_inject_headers() {
        // No title has them; if one had, it would still be a subject and nothing else.
        for title in ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\u{2028}Bcc: eve", "\u{0}\u{85}🎉é"]
        {
            let text = formatted(title);
            let (headers, _) = text.split_once("\r\n\r\n").expect("there are headers");
            let mut names: Vec<_> = headers.split("\r\n").filter(|line| !line.starts_with(' ')).collect();
            names.iter_mut().for_each(|line| *line = line.split_once(':').expect("a header").0);
            names.sort_unstable();
            let expected = [
                "Auto-Submitted",
                "Content-Transfer-Encoding",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To",
            ];
            assert_eq!(names, expected, "{text}");
            assert!(headers.is_ascii() && !headers.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        }
    }

    #[test]
    fn a_mail_that_is_sent_again_is_the_same_mail() {
        assert_eq!(formatted("Fête"), formatted("Fête"));
        let text = formatted("Fête");
        assert!(text.contains("Date: Tue, 24 Nov 2026 12:00:00 +0000"), "{text}");
        assert!(text.contains(&format!("Message-ID: <{}@example.org>", name_of("order_complete/1/2"))), "{text}");
    }

    #[tokio::test]
    async fn a_mail_that_is_put_into_the_folder_again_overwrites_itself() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mails = folder.path().join("mails");
        let delivery = Delivery::new(&Mail::Folder(mails.clone()), "tickets@example.org").expect("it can be used");

        for _ in 0..2 {
            delivery.deliver(&mail("Fête"), "ann@example.org").await.expect("it can be written");
        }

        let files: Vec<_> = std::fs::read_dir(mails).expect("it is there").collect();
        assert_eq!(files.len(), 1);
    }

    #[test]
    fn a_server_that_cannot_be_used_is_refused_without_saying_its_password() {
        for server in ["smtp://user:secret@", "smtp://user:secret@host?tls=maybe", "smtps://user:secret@host:port"] {
            let refused = Delivery::new(&Mail::Smtp(server.to_owned().into()), "tickets@example.org");
            let reason = refused.err().expect("it is refused");
            assert!(reason.starts_with("MAIL: ") && !reason.contains("secret"), "{reason}");
        }
        for server in ["smtps://user:secret@host", "smtp://host?tls=required", "smtp://localhost:1025"] {
            let usable = Delivery::new(&Mail::Smtp(server.to_owned().into()), "tickets@example.org");
            assert!(usable.is_ok(), "{server}: {:?}", usable.err());
        }
    }
}
