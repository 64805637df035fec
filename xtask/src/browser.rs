//! What is done with a real browser: the tests, the gallery of all pages, and how fast they load.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::child::{self, Step};
use crate::{bundle, debian, place};

/// A folder below `tests/` with its packages installed, and a command in it that finds the bundle and a browser.
fn command(folder: &str, program: &str, arguments: &[&str]) -> Result<Command> {
    let folder = place::root().join("tests").join(folder);
    ensure!(folder.join("package.json").is_file(), "{} has no package.json", folder.display());
    let chromium = chromium()?;
    let mut npm = child::command("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    Step::new("install packages", npm).run()?;
    let mut command = child::command(program);
    command.args(arguments).current_dir(&folder);
    command.env("TICKETING_BIN", place::binary()).env("CHROMIUM", chromium).env("CI", "1");
    Ok(command)
}

/// The tests that drive a real browser, against one process or against clusters.
pub fn tests(name: &'static str, built: bool, cluster: bool) -> Result<()> {
    ensure!(built, "the browser tests need the bundle, which was not built");
    let mut cargo = child::command("cargo");
    cargo.args(["build", "--package", "fake-stripe", "--bin", "fake-stripe"]);
    Step::new("build the fake of Stripe", cargo).run()?;
    let mut playwright = command("browser", "npx", &["--no-install", "playwright", "test", "--reporter=list"])?;
    playwright.env("FAKE_STRIPE_BIN", place::target().join("debug").join("fake-stripe"));
    if cluster {
        playwright.args(["live", "purchase", "stripe"]).env("TICKETING_CLUSTER", std::env::current_exe()?);
    }
    Step::new(name, playwright).run()
}

/// Pictures of every page in every state, wide and narrow, light and dark.
pub fn gallery() -> Result<()> {
    bundle::build_if_stale()?;
    let folder = place::target().join("gallery");
    let arguments = ["--no-install", "playwright", "test", "--config", "gallery.config.js"];
    let mut playwright = command("browser", "npx", &arguments)?;
    playwright.env("GALLERY", &folder);
    Step::new("gallery", playwright).run()?;
    println!("the pictures are in {}", folder.display());
    Ok(())
}

/// How fast the pages load, as Lighthouse says it.
pub fn lighthouse() -> Result<()> {
    bundle::build_if_stale()?;
    let status = command("lighthouse", "node", &["measure.js"])?.status()?;
    ensure!(status.success(), "Lighthouse could not measure, or a page missed what is wanted");
    Ok(())
}

/// A Chromium of the machine, or Debian's.
fn chromium() -> Result<PathBuf> {
    let found = || ["chromium", "google-chrome"].into_iter().find_map(child::find);
    if let Some(chromium) = found() {
        return Ok(chromium);
    }
    if !debian::possible() {
        bail!("this needs Chromium: install chromium or google-chrome");
    }
    println!("installing Chromium (about 1 min, once)");
    debian::packages(&["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"])?;
    found().ok_or_else(|| anyhow::anyhow!("Debian's chromium was installed, but there is no program of that name"))
}
