//! Commands that drive a real browser: the tests, the gallery of all pages, and Lighthouse.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use servers::step::Step;
use servers::{packages, paths, process};

use crate::{bundle, test_log};

/// Installs the npm packages of a folder below `tests/`, and returns a command in it that finds the bundle and a browser.
fn command(folder: &str, program: &str, arguments: &[&str]) -> Result<Command> {
    let folder = paths::root().join("tests").join(folder);
    ensure!(folder.join("package.json").is_file(), "{} has no package.json", folder.display());
    let chromium = chromium()?;
    let mut npm = process::command("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    Step::new("install packages", npm).run()?;
    let mut command = process::command(program);
    command.args(arguments).current_dir(&folder);
    command.env("TICKETING_BIN", paths::binary()).env("CHROMIUM", chromium).env("CI", "1");
    Ok(command)
}

/// Runs the browser tests against one process, or those of the distributed form against clusters.
pub fn tests(name: &'static str, built: bool, cluster: bool) -> Result<()> {
    ensure!(built, "the browser tests need the bundle, which was not built");
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--package", "fake-stripe", "--bin", "fake-stripe"]);
    Step::new("build the fake Stripe", cargo).run()?;
    let mut playwright = command("browser", "npx", &["--no-install", "playwright", "test", "--reporter=list"])?;
    playwright.env("FAKE_STRIPE_BIN", paths::target().join("debug").join("fake-stripe"));
    if cluster {
        playwright.args(["live", "purchase", "stripe"]).env("TICKETING_CLUSTER", env::current_exe()?);
    }
    Step::new(name, playwright).progress(test_log::progress).run()
}

/// Takes pictures of every page in every state, wide and narrow, light and dark.
pub fn gallery() -> Result<()> {
    bundle::build_if_stale()?;
    let folder = paths::target().join("gallery");
    let arguments = ["--no-install", "playwright", "test", "--config", "gallery.config.js"];
    let mut playwright = command("browser", "npx", &arguments)?;
    playwright.env("GALLERY", &folder);
    Step::new("gallery", playwright).run()?;
    println!("the pictures are in {}", folder.display());
    Ok(())
}

/// Measures how fast the pages load.
pub fn lighthouse() -> Result<()> {
    bundle::build_if_stale()?;
    let status = command("lighthouse", "node", &["measure.js"])?.status()?;
    ensure!(status.success(), "Lighthouse failed, or a page misses its target");
    Ok(())
}

/// A Chromium of the machine, or Debian's.
fn chromium() -> Result<PathBuf> {
    let find = || ["chromium", "google-chrome"].into_iter().find_map(process::find);
    if let Some(chromium) = find() {
        return Ok(chromium);
    }
    ensure!(packages::apt_available(), "Chromium is missing: install chromium or google-chrome");
    println!("installing Chromium (about 1 min, once)");
    packages::apt_install(&["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"])?;
    find().context("Debian's chromium was installed, but it is not on the PATH")
}
