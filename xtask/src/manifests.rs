//! Checks the Kubernetes manifests: renders every overlay, validates it against Kubernetes' schemas, and checks what every
//! deployment must have.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use servers::cluster::WEB;
use servers::step::Step;
use servers::{packages, paths, process};
use shared::Service;

const OVERLAYS: [&str; 2] = ["development", "production"];

/// The PyPI package with Kubernetes' schemas. Its version is that of the newest schema; it depends on a YAML parser.
const SCHEMAS: (&str, &str) = ("kubernetes-validate", "1.37.0");

pub fn check() -> Result<()> {
    // kubectl renders the manifests: 1.27 or newer, for kustomize 5. No cluster is contacted.
    packages::require_program("kubectl", "kubernetes-client", "under a minute")?;
    let schemas = packages::pip_install(SCHEMAS)?;
    let folder = paths::target().join("xtask").join("manifests");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for overlay in OVERLAYS {
        render(overlay, &folder.join(format!("{overlay}.yaml")))?;
    }

    let mut python = process::command("python3");
    python.arg(paths::root().join("xtask/scripts/manifests.py")).arg(paths::root()).arg(&folder);
    python.args(Service::ALL.map(|service| service.name())).arg(WEB);
    python.env("PYTHONPATH", schemas).env("PYTHONDONTWRITEBYTECODE", "1");
    Step::new("manifests", python).run()?;
    for line in process::tail(&paths::log("manifests"), OVERLAYS.len() + 1).lines().filter(|line| !line.is_empty()) {
        println!("  {line}");
    }
    Ok(())
}

/// Writes the manifests of an overlay as a cluster would get them.
fn render(overlay: &str, file: &Path) -> Result<()> {
    let source = paths::root().join("k8s/overlays").join(overlay);
    let mut kubectl = process::command("kubectl");
    let output = kubectl.arg("kustomize").arg(&source).stdin(Stdio::null()).output();
    let output = output.context("cannot start kubectl")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cannot render k8s/overlays/{overlay} (kubectl 1.27 or newer is required): {}",
        errors.trim()
    );
    fs::write(file, output.stdout).with_context(|| format!("cannot write {}", file.display()))
}
