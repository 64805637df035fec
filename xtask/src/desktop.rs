//! The desktop client in `dist/desktop/`: one program, and the desktop entry through which Linux finds it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use servers::step::Step;
use servers::{packages, paths, process};

/// The profile in `Cargo.toml`.
const PROFILE: &str = "desktop-release";

/// The libraries that it links: the name for pkg-config or the linker, and Debian's package.
const LIBRARIES: [(&str, &str); 3] =
    [("webkit2gtk-4.1", "libwebkit2gtk-4.1-dev"), ("openssl", "libssl-dev"), (XDO, "libxdo-dev")];

/// The menu uses it to send keys, such as those for copying. pkg-config does not know it.
const XDO: &str = "xdo";

/// Builds the client and prints where it is.
pub fn build() -> Result<()> {
    if cfg!(target_os = "linux") {
        require_libraries()?;
    }
    println!("building the desktop client (about 10 min the first time, then about 1 min)");
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--package", "ticketing", "--bin", "ticketing", "--features", "desktop"]);
    cargo.args(["--profile", PROFILE]);
    Step::new("build desktop", cargo).run()?;

    let folder = paths::dist().join("desktop");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let program = folder.join("ticketing");
    let (new, built) = (folder.join("ticketing.new"), paths::target().join(PROFILE).join("ticketing"));
    // The binary of a running client cannot be written to, but it can be replaced.
    fs::copy(&built, &new).with_context(|| format!("cannot copy {}", built.display()))?;
    fs::rename(&new, &program).context("cannot replace the program")?;
    println!("the desktop client is {}", paths::display(&program));
    if cfg!(target_os = "linux") {
        write_desktop_entry(&folder, &program)?;
    }
    Ok(())
}

/// Runs its lints and tests. They need its libraries, but no screen; `cargo xtask check` leaves them out, since it also runs
/// on machines without those libraries.
pub fn check() -> Result<()> {
    if cfg!(target_os = "linux") {
        require_libraries()?;
    }
    let what = ["--package", "ticketing", "--features", "desktop", "--profile", PROFILE];
    let mut clippy = process::command("cargo");
    clippy.arg("clippy").args(what).args(["--no-deps", "--all-targets", "--", "-D", "warnings"]);
    Step::new("lint desktop", clippy).run()?;
    let mut test = process::command("cargo");
    test.arg("test").args(what).arg("--lib");
    Step::new("test desktop", test).run()
}

/// Makes sure that all libraries are installed.
pub fn require_libraries() -> Result<()> {
    let missing: Vec<&str> =
        LIBRARIES.into_iter().filter(|(name, _)| !is_installed(name)).map(|(_, package)| package).collect();
    let Some((first, _)) = missing.split_first() else { return Ok(()) };
    ensure!(packages::apt_available(), "{first} is missing: install your system's packages for {}", missing.join(", "));
    println!("installing {} (about 2 min, once)", missing.join(", "));
    let mut names = missing.clone();
    if process::find("pkg-config").is_none() {
        names.push("pkg-config");
    }
    packages::apt_install(&names)
}

fn is_installed(library: &str) -> bool {
    if library == XDO {
        return Path::new("/usr/include/xdo.h").is_file();
    }
    process::output_of("pkg-config", &["--exists", library]).is_some()
}

/// Writes the desktop entry, which also registers the links that the client opens.
fn write_desktop_entry(folder: &Path, program: &Path) -> Result<()> {
    let icon = folder.join("ticketing.png");
    fs::copy(paths::root().join("assets/icon.png"), &icon).context("cannot copy the icon")?;
    let file = folder.join("ticketing.desktop");
    fs::write(&file, desktop_entry(program, &icon)).with_context(|| format!("cannot write {}", file.display()))?;
    let applications = PathBuf::from("~/.local/share/applications");
    println!("to open links with it: cp {} {}/", paths::display(&file), applications.display());
    println!("                       xdg-mime default ticketing.desktop x-scheme-handler/ticketing");
    Ok(())
}

/// The format is that of the Desktop Entry Specification 1.5.
fn desktop_entry(program: &Path, icon: &Path) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Ticketing\nComment=Buy and sell tickets\nExec={} %u\nIcon={}\n\
         Terminal=false\nCategories=Network;\nMimeType=x-scheme-handler/ticketing;\nStartupWMClass=Ticketing\n",
        quoted(&program.to_string_lossy()),
        icon.display()
    )
}

/// Quotes an argument of `Exec`.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            // Values are unescaped once before `Exec` is parsed, so a backslash is escaped twice.
            '\\' => quoted.push_str("\\\\\\\\"),
            '"' | '`' | '$' => {
                quoted.push_str("\\\\");
                quoted.push(letter);
            }
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_entry_names_the_program_that_opens_links() {
        let entry = desktop_entry(Path::new("/home/me/my tickets/100%/ticketing"), Path::new("/home/me/ticketing.png"));

        assert!(entry.contains("Exec=\"/home/me/my tickets/100%%/ticketing\" %u\n"));
        assert!(entry.contains("MimeType=x-scheme-handler/ticketing;\n"));
        assert!(
            entry
                .lines()
                .skip(1)
                .all(|line| line.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()))
        );
    }

    #[test]
    fn special_characters_of_an_argument_are_escaped() {
        assert_eq!(quoted("a$b"), r#""a\\$b""#);
        assert_eq!(quoted(r"a\b"), r#""a\\\\b""#);
    }
}
