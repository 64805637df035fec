//! The variables that are URLs.

use super::ConfigError;
use crate::credentials::Credentials;
use crate::store::Databases;
use std::path::PathBuf;

pub fn databases(url: &str, password: Option<&str>) -> Result<Databases, ConfigError> {
    if let Some(path) = url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
        return Ok(Databases::Folder(PathBuf::from(path)));
    }
    // The value may contain a password, so no error repeats it.
    let error = |problem: &str| Err(ConfigError::new("DATABASE_URL", problem));
    let Some((scheme @ ("postgres" | "postgresql"), rest)) = url.split_once("://") else {
        return error("it must be sqlite:// and a folder, or postgres:// and a server");
    };
    let (credentials, rest) = Credentials::split(rest);
    let credentials = credentials.map(|credentials| credentials.or_password(password).encoded()).unwrap_or_default();
    let (before, parameters) = rest.split_once('?').map_or((rest, String::new()), |(a, b)| (a, format!("?{b}")));
    let (server, name) = before.split_once('/').unwrap_or((before, ""));
    let name = if name.is_empty() { "*" } else { name };
    if server.is_empty() {
        return error("it names no server, as in postgres://localhost/*");
    }
    if !name.contains('*') {
        return error("the database's name must contain a * that stands for the service");
    }
    Ok(Databases::Postgres { server: format!("{scheme}://{credentials}{server}"), name: name.to_owned(), parameters })
}

/// The URL of a mail server, with its credentials encoded.
pub fn mail_server(scheme: &str, rest: &str, password: Option<&str>) -> String {
    let (credentials, rest) = Credentials::split(rest);
    let credentials = credentials.map(|credentials| credentials.or_password(password).encoded()).unwrap_or_default();
    format!("{scheme}://{credentials}{rest}")
}

pub fn public_url(value: Option<String>, port: u16) -> Result<String, ConfigError> {
    let Some(text) = value else { return Ok(format!("http://localhost:{port}")) };
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_owned()),
        _ => Err(ConfigError::unexpected("PUBLIC_URL", &text, "http:// or https:// and a host, without a path")),
    }
}
