//! How mails leave: through a mail server, into a folder, or into the log.

use crate::config::MailBackend;
use crate::services::auth::schema::mails;
use crate::{ConfigError, private_files};
use chrono::DateTime;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sha2::{Digest, Sha256};
use shared::Instant;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The limit for each reply of a mail server.
const REPLY_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit for a whole delivery. Less than the shortest retry delay, after which another process may take the mail.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(20);

/// Delivers mails, all from the same sender.
pub struct MailTransport {
    from: Mailbox,
    backend: Backend,
}

enum Backend {
    Console { with_text: bool },
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Why a mail was not delivered. Contains no address, since it is logged and stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryError(String);

impl DeliveryError {
    pub fn new(reason: impl fmt::Display) -> Self {
        DeliveryError(reason.to_string())
    }
}

impl MailTransport {
    /// # Errors
    /// If the address of the mail server cannot be used. The error does not repeat it: it may contain a password.
    pub fn new(backend: &MailBackend, from: Mailbox) -> Result<Self, ConfigError> {
        let backend = match backend {
            MailBackend::Console { with_text } => Backend::Console { with_text: *with_text },
            MailBackend::Folder(folder) => Backend::Folder(folder.clone()),
            MailBackend::Smtp(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal());
                let transport = transport.map_err(|error| ConfigError {
                    variable: "MAIL",
                    problem: format!("the server cannot be used: {error}"),
                })?;
                Backend::Smtp(transport.timeout(Some(REPLY_TIMEOUT)).build())
            }
        };
        Ok(MailTransport { from, backend })
    }

    /// Delivers a mail to an address. A second delivery is the same message with the same id.
    ///
    /// # Errors
    /// If the mail was not accepted, or if that is not known.
    pub async fn deliver(&self, mail: &mails::Model, address: &str) -> Result<(), DeliveryError> {
        let message = message(&self.from, mail, address)?;
        if let Backend::Console { with_text } = self.backend {
            tracing::info!(mail = mail.key, subject = mail.subject, "mail logged instead of sent, see MAIL");
            if with_text {
                tracing::debug!(to = address, "\n{}", mail.body);
            }
        }
        self.send(message, format!("{}-{}.eml", mail.created_at.0.millis(), message_id(&mail.key))).await
    }

    /// Delivers a mail that says that mails arrive.
    ///
    /// # Errors
    /// If the mail was not accepted, or if that is not known.
    pub async fn send_test(&self, address: &str, now: Instant) -> Result<(), DeliveryError> {
        let to = address.parse().map_err(|_| DeliveryError::new("this is not an address"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(DateTime::from_timestamp_millis(now.millis()).unwrap_or_default().into())
            .subject("Test")
            .singlepart(SinglePart::plain("Mails of this site arrive.".to_owned()))
            .map_err(DeliveryError::new)?;
        self.send(message, format!("{}-test.eml", now.millis())).await
    }

    /// Connects to the mail server and signs in, if mails leave through one.
    ///
    /// # Errors
    /// If the server does not answer or refuses the user.
    pub async fn connect(&self) -> Result<(), DeliveryError> {
        let Backend::Smtp(transport) = &self.backend else { return Ok(()) };
        match tokio::time::timeout(DELIVERY_TIMEOUT, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(DeliveryError::new("the mail server ends the connection")),
            Ok(Err(error)) => Err(smtp_error(&error)),
            Err(_) => Err(DeliveryError::new("the mail server takes too long")),
        }
    }

    /// Sends a message, or writes it to a file of that name.
    async fn send(&self, message: Message, name: String) -> Result<(), DeliveryError> {
        match &self.backend {
            Backend::Console { .. } => Ok(()),
            Backend::Folder(folder) => {
                let file = folder.join(name);
                let writing = tokio::task::spawn_blocking(move || write_atomically(&file, &message.formatted()));
                writing.await.map_err(DeliveryError::new)?.map_err(DeliveryError::new)
            }
            Backend::Smtp(transport) => match tokio::time::timeout(DELIVERY_TIMEOUT, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(smtp_error(&error)),
                Err(_) => Err(DeliveryError::new("the mail server takes too long")),
            },
        }
    }
}

/// The text of a server's reply may name the recipient, so it appears only in the debug log.
fn smtp_error(error: &lettre::transport::smtp::Error) -> DeliveryError {
    tracing::debug!(%error, "mail server refused a mail");
    match error.status() {
        Some(code) => DeliveryError::new(format!("the mail server answers {code}")),
        None => DeliveryError::new(error),
    }
}

/// The message of a row. Its id and its date come from the row, so that each attempt sends the same message.
fn message(from: &Mailbox, mail: &mails::Model, address: &str) -> Result<Message, DeliveryError> {
    let to = address.parse().map_err(|_| DeliveryError::new("the recipient's address cannot receive mail"))?;
    let date = DateTime::from_timestamp_millis(mail.created_at.0.millis()).unwrap_or_default();
    // Tells automatic responders not to reply (RFC 3834 §5).
    let auto_submitted = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(date.into())
        .message_id(Some(format!("<{}@{}>", message_id(&mail.key), from.email.domain())))
        .subject(&mail.subject)
        .raw_header(HeaderValue::new(auto_submitted, "auto-generated".to_owned()))
        .singlepart(SinglePart::plain(mail.body.clone()))
        .map_err(DeliveryError::new)
}

/// Unique for each key, and reveals nothing of it.
fn message_id(key: &str) -> String {
    hex::encode(&Sha256::digest(key)[..16])
}

/// Writes under a temporary name first, so that no reader finds an incomplete file.
fn write_atomically(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = file.with_extension("part");
    private_files::create_folder(file.parent().unwrap_or(Path::new(".")))?;
    let mut writer = private_files::open(&part)?;
    // An attempt that was interrupted may have left something.
    writer.set_len(0)?;
    writer.write_all(bytes)?;
    std::fs::rename(part, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::auth::schema::mails::MailKind;
    use crate::store::{Millis, Text};

    fn mail(subject: &str) -> mails::Model {
        mails::Model {
            key: "order_complete/1/2".to_owned(),
            user_id: uuid::Uuid::nil(),
            address: None,
            kind: Text(MailKind::OrderComplete),
            subject: subject.to_owned(),
            body: "You have £19.99 back.".to_owned(),
            state: Text(mails::MailState::Waiting),
            attempts: 0,
            reason: None,
            next_try_at: None,
            account_next_try_at: None,
            created_at: Millis(Instant::from_millis(1_795_521_600_000)),
            sent_at: None,
        }
    }

    fn sender() -> Mailbox {
        "Ticketing <tickets@example.org>".parse().expect("an address")
    }

    fn formatted(subject: &str) -> String {
        let message = message(&sender(), &mail(subject), "ann@example.org").expect("it can be written");
        String::from_utf8(message.formatted()).expect("mails are ASCII")
    }

    #[test]
    fn a_title_with_line_breaks_or_odd_characters_cannot_inject_headers() {
        // Titles are checked where they come in; the header must be safe without that.
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
    fn a_second_attempt_sends_the_same_message() {
        assert_eq!(formatted("Fête"), formatted("Fête"));
        let text = formatted("Fête");
        assert!(text.contains("Date: Tue, 24 Nov 2026 12:00:00 +0000"), "{text}");
        assert!(text.contains(&format!("Message-ID: <{}@example.org>", message_id("order_complete/1/2"))), "{text}");
    }

    #[tokio::test]
    async fn a_mail_delivered_twice_to_the_folder_is_one_file() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mails = folder.path().join("mails");
        let transport = MailTransport::new(&MailBackend::Folder(mails.clone()), sender()).expect("it can be used");

        for _ in 0..2 {
            transport.deliver(&mail("Fête"), "ann@example.org").await.expect("it can be written");
        }

        let files: Vec<_> = std::fs::read_dir(mails).expect("it is there").collect();
        assert_eq!(files.len(), 1);
    }

    #[test]
    fn an_unusable_server_address_is_rejected_without_revealing_its_password() {
        for server in ["smtp://user:secret@", "smtp://user:secret@host?tls=maybe", "smtps://user:secret@host:port"] {
            let rejected = MailTransport::new(&MailBackend::Smtp(server.to_owned().into()), sender());
            let reason = rejected.err().expect("it is rejected").to_string();
            assert!(reason.starts_with("MAIL: ") && !reason.contains("secret"), "{reason}");
        }
        for server in ["smtps://user:secret@host", "smtp://host?tls=required", "smtp://localhost:1025"] {
            let usable = MailTransport::new(&MailBackend::Smtp(server.to_owned().into()), sender());
            assert!(usable.is_ok(), "{server}: {:?}", usable.err());
        }
    }
}
