//! The content of mails about accounts. A link leads to a page with a button: programs that follow the links of a mail change
//! nothing. Its token is in the fragment, which browsers send to nobody, so that no log of a server or proxy has it; for browsers
//! without script, which cannot read the fragment, the mail names it on a line of its own.

use super::templates::{MailContent, sign};
use super::texts::{Texts, t};
use crate::Error;
use crate::services::auth::schema::mails::MailKind;
use crate::services::auth::schema::users::UserRow;
use shared::value::Secret;

pub fn verify_email(user: &UserRow, token: &Secret, site_url: &str) -> Result<MailContent, Error> {
    let texts = Texts::of(&user.language()?);
    let parts =
        [link(t!(texts, "mail-verify"), "verify", token, site_url), code(token, texts), t!(texts, "mail-ignore")];
    Ok(mail(user, MailKind::VerifyEmail, t!(texts, "mail-verify-subject"), &parts, texts, site_url))
}

pub fn change_email(user: &UserRow, token: &Secret, site_url: &str) -> Result<MailContent, Error> {
    Ok(MailContent { kind: MailKind::ChangeEmail, ..verify_email(user, token, site_url)? })
}

pub fn reset_password(user: &UserRow, token: &Secret, site_url: &str) -> Result<MailContent, Error> {
    let texts = Texts::of(&user.language()?);
    let parts = [link(t!(texts, "mail-reset"), "reset", token, site_url), code(token, texts), t!(texts, "mail-ignore")];
    Ok(mail(user, MailKind::ResetPassword, t!(texts, "mail-reset-subject"), &parts, texts, site_url))
}

pub fn address_tried(user: &UserRow, site_url: &str) -> Result<MailContent, Error> {
    let texts = Texts::of(&user.language()?);
    let parts = [format!("{}\n{site_url}/forgot", t!(texts, "mail-registered")), t!(texts, "mail-ignore")];
    Ok(mail(user, MailKind::AddressTried, t!(texts, "mail-registered-subject"), &parts, texts, site_url))
}

pub fn password_changed(user: &UserRow, site_url: &str) -> Result<MailContent, Error> {
    let texts = Texts::of(&user.language()?);
    let parts = [format!("{}\n{site_url}/forgot", t!(texts, "mail-password-changed"))];
    Ok(mail(user, MailKind::PasswordChanged, t!(texts, "mail-password-changed-subject"), &parts, texts, site_url))
}

pub fn email_changed(user: &UserRow, site_url: &str) -> Result<MailContent, Error> {
    let texts = Texts::of(&user.language()?);
    let parts = [t!(texts, "mail-email-changed")];
    Ok(mail(user, MailKind::EmailChanged, t!(texts, "mail-email-changed-subject"), &parts, texts, site_url))
}

fn link(text: String, page: &str, token: &Secret, site_url: &str) -> String {
    format!("{text}\n{site_url}/{page}#{}", token.reveal())
}

fn code(token: &Secret, texts: Texts) -> String {
    format!("{}\n{}", t!(texts, "mail-code"), token.reveal())
}

fn mail(
    user: &UserRow,
    kind: MailKind,
    subject: String,
    parts: &[String],
    texts: Texts,
    site_url: &str,
) -> MailContent {
    let body = sign(parts, texts, site_url);
    MailContent { kind, about_id: user.id, recipient_id: user.user_id(), subject, body }
}
