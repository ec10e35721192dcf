//! Builds the standard library for guests from Debian's source package of the very compiler in use, for a computer whose
//! toolchain has no such library and cannot fetch one.
//!
//! Needs apt and cargo, no rights: packages are unpacked into a folder of ours and never installed. The C library beneath
//! is Debian's `wasi-libc`; linker and compiler are the toolchain's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::place::Place;
use crate::say;
use crate::step;
use crate::wasm_std::{TARGET, is_complete, libraries_within};

/// The suites that carry sources as new as the toolchain that `rust-toolchain.toml` pins.
const SUITES: &str = "trixie-backports forky sid";
/// Where Debian's packages come from when the computer's own list does not tell.
const MIRROR: &str = "http://deb.debian.org/debian";
/// What Debian signs with. The second name is the newer one.
const KEYS: [&str; 2] =
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

/// A package list of 10 MB, three times; also over a slow line.
const LISTS_LIMIT: Duration = Duration::from_secs(300);
/// 40 MB.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(600);
/// Seconds, but on a disk that others keep busy.
const UNPACK_LIMIT: Duration = Duration::from_secs(300);
/// 30 s on two cores.
const BUILD_LIMIT: Duration = Duration::from_secs(1200);
/// What needs no network and next to no time.
const SHORT: Duration = Duration::from_secs(60);

/// Makes `folder` a sysroot that holds the library for the compiler `version`. An error says which step failed and why.
pub(crate) fn build(place: &Place, version: &str, folder: &Path) -> Result<(), String> {
    let parent = folder.parent().ok_or("the root cannot be the folder of the library")?;
    fs::create_dir_all(parent).map_err(|error| format!("{} cannot be made: {error}", parent.display()))?;
    // Beside the folder, so that the finished one takes its place in one rename.
    let work = Work::beside(folder).map_err(|error| format!("{} cannot be written: {error}", parent.display()))?;

    let debian = Debian::find(place, &work.0)?;
    let packages = debian.fetch(place, version)?;
    let built = compile(place, &packages, version, &work.0)?;
    let sysroot = assemble(&built, &packages.join("usr/lib").join(TARGET), version, &work.0)
        .map_err(|error| format!("the library could not be put together: {error}"))?;

    // Another setup may have been faster; its work is as good.
    if is_complete(folder, version) {
        return Ok(());
    }
    if folder.exists() {
        // What an earlier version or a killed run left. Into the work folder first: a name is moved at once, a tree is not.
        fs::rename(folder, work.0.join("before"))
            .map_err(|error| format!("{} cannot be replaced: {error}", folder.display()))?;
    }
    fs::rename(&sysroot, folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))
}

/// A folder of this run alone, removed with it.
struct Work(PathBuf);

impl Work {
    fn beside(folder: &Path) -> std::io::Result<Self> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let work = folder.with_file_name(format!(".{name}.work-{}", std::process::id()));
        fs::create_dir(&work)?;
        Ok(Work(work))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            say::line(&format!("  {} is left behind: {error}", self.0.display()));
        }
    }
}

/// apt with a package list, a cache and sources of its own: nothing of the computer's is read but its mirror and keys.
struct Debian {
    work: PathBuf,
    mirror: String,
}

impl Debian {
    fn find(place: &Place, work: &Path) -> Result<Self, String> {
        for program in ["apt-get", "apt-cache", "dpkg-deb"] {
            step::asked(place.command(program).arg("--version"), SHORT)
                .map_err(|failure| format!("this needs Debian's package tools: {failure}"))?;
        }
        let keys = KEYS.into_iter().find(|keys| Path::new(keys).is_file()).ok_or_else(|| {
            format!("this is not Debian, or its archive keys are missing ({}; package debian-archive-keyring)", KEYS[0])
        })?;
        let source = source_files().iter().find_map(|text| first_source(text)).unwrap_or_default();
        let mirror = source.uri.unwrap_or_else(|| MIRROR.to_owned());
        let keys = source.signed_by.unwrap_or_else(|| keys.to_owned());
        let list = format!("Types: deb\nURIs: {mirror}\nSuites: {SUITES}\nComponents: main\nSigned-By: {keys}\n");
        for folder in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(work.join(folder)).map_err(|error| format!("{folder} cannot be made: {error}"))?;
        }
        fs::write(work.join("debian.sources"), list).map_err(|error| format!("no list of sources: {error}"))?;
        Ok(Debian { work: work.to_owned(), mirror })
    }

    fn tool(&self, place: &Place, program: &str) -> Command {
        let mut tool = place.command(program);
        tool.current_dir(&self.work);
        for (option, value) in [
            ("Dir::Etc::sourcelist", self.work.join("debian.sources").into_os_string()),
            ("Dir::Etc::sourceparts", "/dev/null".into()),
            ("Dir::Etc::preferences", "/dev/null".into()),
            ("Dir::Etc::preferencesparts", "/dev/null".into()),
            ("Dir::State::lists", self.work.join("lists").into_os_string()),
            ("Dir::Cache", self.work.clone().into_os_string()),
            ("Acquire::Languages", "none".into()),
            // Else a server that cannot be reached is a warning.
            ("APT::Update::Error-Mode", "any".into()),
            // apt's own user, to which root steps down, may not enter a private folder.
            ("APT::Sandbox::User", "root".into()),
        ] {
            let mut setting = std::ffi::OsString::from(format!("{option}="));
            setting.push(value);
            tool.arg("-o").arg(setting);
        }
        tool
    }

    /// Fetches and unpacks the sources of the compiler `version` and the C library; answers where they are unpacked.
    fn fetch(&self, place: &Place, version: &str) -> Result<PathBuf, String> {
        // A suite that the mirror does not carry fails the update, not the search: what counts is what is found.
        let update =
            step::kept("read Debian's package lists", self.tool(place, "apt-get").args(["-qq", "update"]), LISTS_LIMIT);
        let offers = step::asked(self.tool(place, "apt-cache").args(["madison", "rust-src"]), SHORT)?;
        let offers = versions(&offers);
        let Some(sources) = offers.iter().find(|offer| is_of(offer, version)) else {
            let (mirror, offers) = (&self.mirror, offers.join(", "));
            return Err(match update {
                Err(failure) if offers.is_empty() => {
                    format!("the package lists of {mirror} could not be read: {failure}")
                }
                _ if offers.is_empty() => format!("{mirror} has no package rust-src in {SUITES}"),
                _ => format!("Debian has no sources of rustc {version}, only of {offers} ({mirror}, {SUITES})"),
            });
        };
        let mut download = self.tool(place, "apt-get");
        download.args(["-q", "download", &format!("rust-src={sources}"), "wasi-libc"]);
        step::kept("fetch the sources", &mut download, DOWNLOAD_LIMIT)?;
        let unpacked = self.work.join("unpacked");
        fs::create_dir(&unpacked).map_err(|error| error.to_string())?;
        // Only what is compiled: the whole package has 45,000 files, and some disks take minutes to remove them again.
        self.unpack(place, "rust-src", &format!("./usr/src/rustc-{version}/library"), &unpacked)?;
        self.unpack(place, "wasi-libc", &format!("./usr/lib/{TARGET}"), &unpacked)?;
        Ok(unpacked)
    }

    /// Unpacks one folder of a package that was fetched.
    fn unpack(&self, place: &Place, package: &str, folder: &str, to: &Path) -> Result<(), String> {
        let entries = fs::read_dir(&self.work).map_err(|error| error.to_string())?;
        let archive = entries.flatten().find(|entry| {
            entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(&format!("{package}_")) && name.ends_with(".deb"))
        });
        let archive = archive.ok_or_else(|| format!("apt-get fetched no {package}"))?.path();
        let mut unpack = place.command("sh");
        unpack.args(["-c", r#"dpkg-deb --fsys-tarfile "$1" | tar --extract --directory "$2" "$3""#, "sh"]);
        step::kept(&format!("unpack {package}"), unpack.arg(archive).arg(to).arg(folder), UNPACK_LIMIT)?;
        Ok(())
    }
}

/// Compiles the library; answers the folder with its parts.
fn compile(place: &Place, unpacked: &Path, version: &str, work: &Path) -> Result<PathBuf, String> {
    let sources = unpacked.join("usr/src").join(format!("rustc-{version}"));
    let manifest = sources.join("library/sysroot/Cargo.toml");
    if !manifest.is_file() {
        return Err(format!("Debian's package rust-src does not hold {}", manifest.display()));
    }
    let flags = [
        "-Cembed-bitcode=yes".to_owned(),
        "-Cdebuginfo=0".to_owned(),
        "-Zforce-unstable-if-unmarked".to_owned(),
        format!("-Lnative={}", unpacked.join("usr/lib").join(TARGET).display()),
        // No path of this computer gets into a plugin.
        format!("--remap-path-prefix={}=/rustc/{version}", sources.display()),
    ];
    let mut cargo = place.cargo();
    cargo
        .args(["build", "--release", "--locked", "--target", TARGET])
        .args(["--features", "panic-unwind,compiler-builtins-mem"])
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--target-dir")
        .arg(work.join("build"))
        // Compiling the standard library is a nightly's business; a release does it when told that it is its own.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_DEFAULT_LIB_METADATA", "stablestd")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env_remove("RUSTFLAGS");
    step::kept("compile the library (half a minute on two cores)", &mut cargo, BUILD_LIMIT)?;
    Ok(work.join("build").join(TARGET).join("release/deps"))
}

/// Lays the parts out as a sysroot. The marker comes last: it says that all before it is there.
fn assemble(built: &Path, libc: &Path, version: &str, work: &Path) -> std::io::Result<PathBuf> {
    let sysroot = work.join("sysroot");
    let libraries = libraries_within(&sysroot);
    let own = libraries.join("self-contained");
    fs::create_dir_all(&own)?;
    copy_all(built, &libraries, |name| name.ends_with(".rlib"))?;
    copy_all(libc, &own, |name| name == "libc.a" || (name.starts_with("crt1") && name.ends_with(".o")))?;
    fs::write(libraries.join(".complete"), format!("{version}\n"))?;
    Ok(sysroot)
}

fn copy_all(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(&wanted) {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The texts of this computer's lists of package sources, in apt's order of folders.
fn source_files() -> Vec<String> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        parts.filter(|path| path.extension().is_some_and(|end| end == "sources" || end == "list")).collect();
    paths.sort();
    paths.insert(0, "/etc/apt/sources.list".into());
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Source {
    uri: Option<String>,
    signed_by: Option<String>,
}

/// The first Debian archive (not its security updates) that a list names, in either of apt's two formats.
fn first_source(text: &str) -> Option<Source> {
    let is_debian = |uri: &&str| uri.contains("/debian") && !uri.contains("security");
    let key_file = |value: &str| value.starts_with('/').then(|| value.to_owned());
    let one_line = text.lines().find_map(|line| {
        let words = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match words.strip_prefix('[') {
            Some(words) => words.split_once(']')?,
            None => ("", words),
        };
        let uri = rest.split_whitespace().next().filter(is_debian)?;
        let signed_by =
            options.split_whitespace().find_map(|option| option.strip_prefix("signed-by=")).and_then(key_file);
        Some(Source { uri: Some(uri.to_owned()), signed_by })
    });
    one_line.or_else(|| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.split(|line| line.trim().is_empty()).find_map(|stanza| {
            let field = |name: &str| {
                stanza.iter().find_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    key.eq_ignore_ascii_case(name).then(|| value.trim())
                })
            };
            let uri = field("URIs")?.split_whitespace().find(is_debian)?;
            Some(Source { uri: Some(uri.to_owned()), signed_by: field("Signed-By").and_then(key_file) })
        })
    })
}

/// The versions in what `apt-cache madison` prints: `package | version | where`.
fn versions(madison: &str) -> Vec<&str> {
    let mut versions: Vec<&str> = madison.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim).collect();
    versions.dedup();
    versions
}

/// Whether a package of Debian's `version` holds the sources of the compiler's: `1.95.0+dfsg1-1~bpo13+1` those of `1.95.0`.
fn is_of(package: &str, compiler: &str) -> bool {
    package.strip_prefix(compiler).is_some_and(|rest| rest.starts_with(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(uri: &str, signed_by: Option<&str>) -> Option<Source> {
        Some(Source { uri: Some(uri.to_owned()), signed_by: signed_by.map(str::to_owned) })
    }

    #[test]
    fn the_mirror_is_read_from_both_formats() {
        let stanzas = "# made by a tool\nTypes: deb\n# a snapshot\nURIs: http://deb.debian.org/debian-security\nSuites: x\n\n\
                       Types: deb\nURIs: http://mirror.example/debian\nSigned-By: /usr/share/keyrings/k.gpg\n";
        assert_eq!(first_source(stanzas), source("http://mirror.example/debian", Some("/usr/share/keyrings/k.gpg")));
        let lines = "# deb http://old.example/debian sid main\n\
                     deb http://security.debian.org/debian-security bookworm-security main\n\
                     deb [arch=amd64 signed-by=/k.gpg] https://ftp.example/debian/ bookworm main\n";
        assert_eq!(first_source(lines), source("https://ftp.example/debian/", Some("/k.gpg")));
        assert_eq!(
            first_source("deb http://ftp.example/debian bookworm main"),
            source("http://ftp.example/debian", None)
        );
        assert_eq!(first_source("deb http://archive.ubuntu.com/ubuntu noble main\n"), None);
        assert_eq!(first_source("Types: deb\nURIs: https://deb.nodesource.com/node_20.x\n"), None);
        let key_inside =
            "Types: deb\nURIs: http://a.example/debian\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n";
        assert_eq!(first_source(key_inside), source("http://a.example/debian", None));
    }

    #[test]
    fn only_the_same_release_fits() {
        let printed = "  rust-src | 1.96.1+dfsg1-1 | http://d sid/main amd64 Packages\n  \
                       rust-src | 1.95.0+dfsg1-1~bpo13+1 | http://d trixie-backports/main amd64 Packages\n";
        let offers = versions(printed);
        assert_eq!(offers, ["1.96.1+dfsg1-1", "1.95.0+dfsg1-1~bpo13+1"]);
        assert!(is_of("1.95.0+dfsg1-1~bpo13+1", "1.95.0"));
        assert!(!is_of("1.95.01+dfsg1-1", "1.95.0"));
        assert!(!is_of("1.96.1+dfsg1-1", "1.95.0"));
        assert!(versions("").is_empty());
    }
}
