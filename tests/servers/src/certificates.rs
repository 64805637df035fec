//! Certificates for servers that encrypt, made by `openssl` when a test needs them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process;

/// OpenSSL's configuration for a certificate with these extensions.
const CONFIGURATION: &str =
    "[req]\ndistinguished_name = none\nprompt = no\nx509_extensions = extensions\n[none]\n[extensions]\n";
/// How long the certificates are valid.
const DAYS: &str = "2";

/// A certificate authority of its own, with its files in one folder.
pub struct Authority {
    folder: PathBuf,
    name: String,
}

/// A server's certificate and its private key, as PEM files.
pub struct Certificate {
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    /// Creates an authority of that name.
    pub fn new(folder: &Path, name: &str) -> Result<Authority> {
        let authority = Authority { folder: folder.to_owned(), name: name.to_owned() };
        authority.create(name, "basicConstraints = critical, CA:true\nkeyUsage = keyCertSign\n", &[])?;
        Ok(authority)
    }

    /// The file with its certificate, for those who trust it.
    pub fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.crt", self.name))
    }

    /// Certifies a server that has these DNS names.
    pub fn certify(&self, name: &str, hosts: &[&str]) -> Result<Certificate> {
        let hosts: Vec<String> = hosts.iter().map(|host| format!("DNS:{host}")).collect();
        let extensions = format!(
            "basicConstraints = CA:false\nextendedKeyUsage = serverAuth, clientAuth\nsubjectAltName = {}\n",
            hosts.join(", ")
        );
        let (own, key) = (self.file(), self.folder.join(format!("{}.key", self.name)));
        self.create(name, &extensions, &[Path::new("-CA"), &own, Path::new("-CAkey"), &key])?;
        Ok(Certificate { chain: self.folder.join(format!("{name}.crt")), key: self.folder.join(format!("{name}.key")) })
    }

    fn create(&self, name: &str, extensions: &str, signer: &[&Path]) -> Result<()> {
        let file = |ending: &str| self.folder.join(format!("{name}.{ending}"));
        fs::write(file("cnf"), format!("{CONFIGURATION}{extensions}"))?;
        let mut openssl = process::command("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", DAYS]);
        openssl.args(["-subj", &format!("/CN={name}")]).arg("-config").arg(file("cnf"));
        openssl.arg("-keyout").arg(file("key")).arg("-out").arg(file("crt")).args(signer);
        let output = openssl.output().context("cannot start openssl")?;
        ensure!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(())
    }
}
