//! Python packages that nothing else has, each with what it needs in a folder of its own.

use std::path::PathBuf;

use anyhow::Result;

use crate::child::{self, Step};
use crate::place;

/// A fake of Stripe that others wrote, against which our gateway is held.
const LOCALSTRIPE: (&str, &str) = ("localstripe", "1.15.10");

/// The folder with that version of a package, which is installed from PyPI if it is missing.
pub fn package((name, version): (&str, &str)) -> Result<PathBuf> {
    let folder = place::tools().join(format!("{name}-{version}"));
    if folder.join(format!("{}-{version}.dist-info", name.replace('-', "_"))).is_dir() {
        return Ok(folder);
    }
    println!("installing {name} {version} from PyPI (under a minute, once)");
    let mut pip = child::command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target"]).arg(&folder);
    pip.arg(format!("{name}=={version}"));
    Step::new("install a Python package", pip).run()?;
    Ok(folder)
}

/// What tests that start the fake need to know.
pub fn variables() -> Result<[(&'static str, PathBuf); 1]> {
    Ok([("LOCALSTRIPE", package(LOCALSTRIPE)?)])
}
