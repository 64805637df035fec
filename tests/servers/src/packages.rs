//! Installs packages that the machine lacks: Debian's with apt-get, PyPI's into folders of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::paths;
use crate::process::{command, find, is_root, output_of};
use crate::step::Step;

/// A third-party fake of Stripe. The gateway is tested against it too, since its authors read Stripe's documentation
/// independently of us.
const LOCALSTRIPE: (&str, &str) = ("localstripe", "1.15.10");

/// Ed25519 for the verifier of tickets' codes in `tests/ticket_code`, which uses no code of this project.
const PYNACL: (&str, &str) = ("pynacl", "1.6.2");

/// A PyPI package without dependencies, pinned to the hashes of its wheels.
pub struct PinnedPackage {
    /// The name on PyPI.
    pub name: &'static str,
    pub version: &'static str,
    /// SHA-256 of each wheel that may be installed.
    pub hashes: &'static [&'static str],
}

/// Whether packages can be installed without a password.
pub fn apt_available() -> bool {
    find("apt-get").is_some() && (is_root() || output_of("sudo", &["-n", "true"]).is_some())
}

/// A command with root privileges.
pub fn privileged(program: &str) -> Command {
    if is_root() {
        return command(program);
    }
    let mut sudo = command("sudo");
    sudo.args(["-n", program]);
    sudo
}

/// Installs Debian packages without the ones they recommend.
pub fn apt_install(names: &[&str]) -> Result<()> {
    let mut update = privileged("apt-get");
    update.args(["-qq", "update"]);
    // Its failure is ignored: the old package lists usually work when one of several mirrors does not answer.
    Step::new("apt-get update", update).run_quietly()?;
    let mut install = privileged("env");
    install.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y"]);
    install.arg("--no-install-recommends").args(names);
    Step::new("apt-get install", install).run()
}

/// The folder of a PyPI package and its dependencies. Installs it if it is missing.
pub fn pip_install((name, version): (&str, &str)) -> Result<PathBuf> {
    let folder = paths::tools().join(format!("{name}-{version}"));
    if folder.join(format!("{}-{version}.dist-info", name.replace('-', "_"))).is_dir() {
        return Ok(folder);
    }
    println!("installing {name} {version} from PyPI (under a minute, once)");
    let mut pip = command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]).arg(&folder);
    pip.arg(format!("{name}=={version}"));
    Step::new("install a Python package", pip).run()?;
    Ok(folder)
}

/// Installs a pinned PyPI package into `folder`.
pub fn pip_install_pinned(package: &PinnedPackage, folder: &std::path::Path) -> Result<()> {
    let PinnedPackage { name, version, hashes } = package;
    println!("installing {name} {version} from PyPI (a few seconds, once)");
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let list = folder.join("requirements.txt");
    let hashes: String = hashes.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
    fs::write(&list, format!("{name}=={version}{hashes}\n"))?;
    let mut pip = command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    pip.arg("--target").arg(folder).arg("-r").arg(list);
    Step::new("install a pinned Python package", pip).run()
}

/// Makes sure that a program is on the PATH. Installs it from Debian if that is possible.
pub fn require_program(program: &str, debian_package: &str, duration: &str) -> Result<()> {
    if find(program).is_some() {
        return Ok(());
    }
    ensure!(apt_available(), "{program} is missing: install {debian_package}");
    println!("installing {debian_package} ({duration}, once)");
    apt_install(&[debian_package])?;
    ensure!(find(program).is_some(), "Debian's {debian_package} was installed, but {program} is not on the PATH");
    Ok(())
}

/// Environment variables that tell the tests where Python packages are.
pub fn python_variables() -> Result<[(&'static str, PathBuf); 2]> {
    Ok([("LOCALSTRIPE", pip_install(LOCALSTRIPE)?), ("PYNACL", pip_install(PYNACL)?)])
}
