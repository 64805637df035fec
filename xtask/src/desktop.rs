//! The client in a window of its own, in `dist/desktop/`: one program, and the file by which a Linux desktop knows it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::child::{self, Step};
use crate::{debian, place};

/// The profile in `Cargo.toml` that it is built with.
const PROFILE: &str = "desktop-release";

/// The libraries that the window is made of: what pkg-config or the linker calls each, and Debian's package of it.
const LIBRARIES: [(&str, &str); 3] =
    [("webkit2gtk-4.1", "libwebkit2gtk-4.1-dev"), ("openssl", "libssl-dev"), (XDO, "libxdo-dev")];

/// The one that pkg-config does not know: by it the menu sends keys, as for copying.
const XDO: &str = "xdo";

/// Builds it, and says where it is.
pub fn build() -> Result<()> {
    if cfg!(target_os = "linux") {
        libraries()?;
    }
    println!("building the desktop client (about 10 min the first time, then one)");
    let mut cargo = child::command("cargo");
    cargo.args(["build", "--package", "ticketing", "--bin", "ticketing", "--features", "desktop"]);
    cargo.args(["--profile", PROFILE]);
    Step::new("build desktop", cargo).run()?;

    let folder = place::dist().join("desktop");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let program = folder.join("ticketing");
    let (arriving, built) = (folder.join("ticketing.new"), place::target().join(PROFILE).join("ticketing"));
    // An open window keeps the file that it was started from; writing into it would be refused.
    fs::copy(&built, &arriving).with_context(|| format!("copying {}", built.display()))?;
    fs::rename(&arriving, &program).context("putting the program in its place")?;
    println!("the desktop client is {}", place::shown(&program));
    if cfg!(target_os = "linux") {
        entry(&folder, &program)?;
    }
    Ok(())
}

/// Lints it and runs its tests, which need its libraries, but no screen. Apart from the checks of everything else: they run
/// where nobody has those.
pub fn check() -> Result<()> {
    if cfg!(target_os = "linux") {
        libraries()?;
    }
    let what = ["--package", "ticketing", "--features", "desktop", "--profile", PROFILE];
    let mut clippy = child::command("cargo");
    clippy.arg("clippy").args(what).args(["--no-deps", "--all-targets", "--", "-D", "warnings"]);
    Step::new("lint desktop", clippy).run()?;
    let mut test = child::command("cargo");
    test.arg("test").args(what).arg("--lib");
    Step::new("test desktop", test).run()
}

/// Makes sure that everything to build with is there.
fn libraries() -> Result<()> {
    let missing: Vec<&str> =
        LIBRARIES.into_iter().filter(|(name, _)| !is_there(name)).map(|(_, package)| package).collect();
    let Some((first, _)) = missing.split_first() else { return Ok(()) };
    if !debian::possible() {
        bail!("{first} is missing, and perhaps more: install your system's packages for {}", missing.join(", "));
    }
    println!("installing {} (about 2 min, once)", missing.join(", "));
    let mut packages = missing.clone();
    if child::find("pkg-config").is_none() {
        packages.push("pkg-config");
    }
    debian::packages(&packages)
}

fn is_there(library: &str) -> bool {
    if library == XDO {
        return Path::new("/usr/include/xdo.h").is_file();
    }
    child::answer("pkg-config", &["--exists", library]).is_some()
}

/// Writes the file that tells a desktop of the program, and of the links that it opens.
fn entry(folder: &Path, program: &Path) -> Result<()> {
    let icon = folder.join("ticketing.png");
    fs::copy(place::root().join("assets/icon.png"), &icon).context("copying the icon")?;
    let file = folder.join("ticketing.desktop");
    fs::write(&file, words_of_entry(program, &icon)).with_context(|| format!("writing {}", file.display()))?;
    let applications = PathBuf::from("~/.local/share/applications");
    println!("so that links open it: cp {} {}/", place::shown(&file), applications.display());
    println!("                       xdg-mime default ticketing.desktop x-scheme-handler/ticketing");
    Ok(())
}

/// An entry of the Desktop Entry Specification 1.5.
fn words_of_entry(program: &Path, icon: &Path) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Ticketing\nComment=Buy and sell tickets\nExec={} %u\nIcon={}\n\
         Terminal=false\nCategories=Network;\nMimeType=x-scheme-handler/ticketing;\nStartupWMClass=Ticketing\n",
        quoted(&program.to_string_lossy()),
        icon.display()
    )
}

/// A word of `Exec`: in quotes, and with a backslash before what means something there.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in word.chars() {
        match letter {
            // The value of a key is read once more before, which takes a backslash of each two.
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
    fn a_desktop_learns_which_program_opens_the_links() {
        let words =
            words_of_entry(Path::new("/home/me/my tickets/100%/ticketing"), Path::new("/home/me/ticketing.png"));

        assert!(words.contains("Exec=\"/home/me/my tickets/100%%/ticketing\" %u\n"));
        assert!(words.contains("MimeType=x-scheme-handler/ticketing;\n"));
        assert!(
            words
                .lines()
                .skip(1)
                .all(|line| line.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()))
        );
    }

    #[test]
    fn what_means_something_in_a_command_is_no_part_of_it() {
        assert_eq!(quoted("a$b"), r#""a\\$b""#);
        assert_eq!(quoted(r"a\b"), r#""a\\\\b""#);
    }
}
