//! Connections to other machines: which ones need encryption, and why one failed, in words for operators.

use rustls::{CertificateError, Error as TlsError};
use std::error::Error;
use std::io;
use std::net::IpAddr;

/// Whether a host is this machine. A name counts only if it is `localhost`.
pub fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What is wrong with the server's certificate or its TLS, if that is the cause of `error`. `setting` is where the authority's
/// file is named.
pub fn explain(error: &(dyn Error + 'static), setting: &str) -> Option<String> {
    let error = find(error)?;
    Some(match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            format!("its certificate is not from a trusted authority: name the file of its authority in {setting}")
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name: use the name that is in the certificate".to_owned(),
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "its certificate has expired or is not valid yet: renew it, and check the clocks".to_owned(),
        TlsError::InvalidMessage(_) => "it does not speak TLS".to_owned(),
        other => format!("the encrypted connection failed: {other}"),
    })
}

/// The error of TLS among the sources of an error.
fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
    if let Some(found) = error.downcast_ref::<TlsError>() {
        return Some(found);
    }
    // What an I/O error wraps is not its source: that is the source of what it wraps.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let source = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())?;
    find(source)
}
