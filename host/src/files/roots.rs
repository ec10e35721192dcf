//! The allowed folders: which may be allowed at all, and what may be done in each.

use std::io;
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::refusal::{RootProblem, RootRefusal};

/// A folder that the person running the relay allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Absolute.
    pub path: PathBuf,
    /// Whether files may be made in it; reading is always allowed.
    pub writable: bool,
}

/// Everything that decides which files tools reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRules {
    /// The allowed folders, in the order of `TICKITI_RELAY_FILES`. Where one lies in another, the inner one's rights hold
    /// in it.
    pub roots: Vec<Root>,
    /// The relay's state folder. `files/` in it is the relay's own folder for outputs; the rest is never given to a tool.
    pub state: PathBuf,
    /// What else no tool may reach, though it lie beneath an allowed folder: the cache of compiled plugins, which the relay
    /// executes, and the token file.
    pub private: Vec<PathBuf>,
    /// The user's home folder, if it is known.
    pub home: Option<PathBuf>,
    /// Whether tools may make files in the relay's own folder.
    pub own: bool,
}

impl FileRules {
    /// Every allowed folder that may not be one, told by its name alone: the file system is not asked.
    pub fn refused(&self) -> Vec<RootRefusal> {
        self.roots.iter().filter_map(|root| self.refuse(&root.path)).collect()
    }

    /// The same rules for who may use these folders only, each with whether files may be made in it. Nothing becomes wider: what
    /// lies in no allowed folder is left out, and where an allowed folder is for reading only, so is what lies in it.
    #[must_use]
    pub fn within(&self, folders: &[(PathBuf, bool)]) -> Self {
        let mut roots = Vec::new();
        for (path, writable) in folders {
            let real = resolved(path);
            let around = self.roots.iter().filter(|root| real.starts_with(resolved(&root.path)));
            if let Some(around) = around.max_by_key(|root| resolved(&root.path).components().count()) {
                roots.push(Root { path: path.clone(), writable: *writable && around.writable });
                // The rights of folders inside it stay theirs.
                let inside = self.roots.iter().filter(|root| {
                    let inner = resolved(&root.path);
                    inner != real && inner.starts_with(&real)
                });
                roots.extend(inside.map(|root| Root { path: root.path.clone(), writable: *writable && root.writable }));
            }
        }
        Self { roots, own: false, ..self.clone() }
    }

    fn refuse(&self, root: &Path) -> Option<RootRefusal> {
        let problem = refused_by_name(root, self.home.as_deref()).or_else(|| {
            let kept = beneath(root, &self.state) && !root.starts_with(self.own_folder());
            (kept || self.private.iter().any(|private| beneath(root, private))).then_some(RootProblem::Private)
        });
        problem.map(|problem| RootRefusal { root: root.to_path_buf(), problem })
    }

    /// The relay's own folder for outputs.
    pub fn own_folder(&self) -> PathBuf {
        self.state.join("files")
    }

    /// Opens an allowed folder. Its own path may lead through links, since a person chose it; what it leads to must be a
    /// folder that may be allowed.
    pub(super) fn open(&self, root: &Path) -> Result<Opened, RootRefusal> {
        let refuse = |problem| RootRefusal { root: root.to_path_buf(), problem };
        let path = std::fs::canonicalize(root).map_err(|error| refuse(problem_of(&error)))?;
        let resolved = FileRules {
            home: self.home.as_deref().map(resolved),
            state: resolved(&self.state),
            private: self.private.iter().map(|path| resolved(path)).collect(),
            roots: Vec::new(),
            own: self.own,
        };
        if let Some(found) = resolved.refuse(&path) {
            return Err(refuse(found.problem));
        }
        let dir = Dir::open_ambient_dir(&path, ambient_authority()).map_err(|error| refuse(problem_of(&error)))?;
        Ok(Opened { dir, path: plain(path) })
    }

    /// The folders whose rights hold from where the way passes through them, as they are now.
    pub(super) fn known(&self) -> Known {
        let mut known = Known::default();
        for path in std::iter::once(&self.state).chain(&self.private) {
            match Identity::at(path) {
                Some(identity) => known.there.push((identity, Rights::PRIVATE)),
                None => known.absent.push(folded(&resolved_in_part(path))),
            }
        }
        let roots = self.roots.iter().map(|root| (root.path.clone(), Rights::of(root)));
        for (path, rights) in
            roots.chain(std::iter::once((self.own_folder(), if self.own { Rights::OWN } else { Rights::PRIVATE })))
        {
            known.there.extend(Identity::at(&path).map(|identity| (identity, rights)));
        }
        known
    }
}

/// The folders, and files, for which there are rules.
#[derive(Debug, Default)]
pub(super) struct Known {
    there: Vec<(Identity, Rights)>,
    /// What the relay keeps for itself and has not made yet: no tool may make it. Without regard to capital letters.
    absent: Vec<String>,
}

impl Known {
    /// The rights that begin at what is open, if any do.
    pub(super) fn rights(&self, metadata: &cap_std::fs::Metadata, path: &Path) -> Option<Rights> {
        let identity = Identity::of(metadata, path)?;
        self.there.iter().find(|(known, _)| *known == identity).map(|(_, rights)| *rights)
    }

    /// Whether a tool may not make a file or folder of this name, though nothing is there.
    pub(super) fn keeps(&self, path: &Path) -> bool {
        !self.absent.is_empty() && self.absent.contains(&folded(path))
    }
}

/// A resolved path as people and other programs spell it: Windows puts `\\?\` before its drive.
fn plain(path: PathBuf) -> PathBuf {
    let rest = path.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    let plain = rest.filter(|rest| rest.as_bytes().get(1) == Some(&b':')).map(PathBuf::from);
    plain.unwrap_or(path)
}

fn folded(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// A path of which perhaps only the beginning exists, as the file system spells that.
fn resolved_in_part(path: &Path) -> PathBuf {
    match (std::fs::canonicalize(path), path.parent(), path.file_name()) {
        (Err(_), Some(parent), Some(name)) => resolved_in_part(parent).join(name),
        (found, ..) => found.unwrap_or_else(|_| path.to_path_buf()),
    }
}

/// Whether a path is or lies beneath another. Nothing lies beneath a folder that is not known.
fn beneath(path: &Path, folder: &Path) -> bool {
    !folder.as_os_str().is_empty() && path.starts_with(folder)
}

/// A path as the file system spells it, or as it is when nothing is there.
pub(super) fn resolved(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

fn problem_of(error: &io::Error) -> RootProblem {
    match error.kind() {
        io::ErrorKind::NotFound => RootProblem::Missing,
        io::ErrorKind::NotADirectory => RootProblem::NotAFolder,
        _ => RootProblem::Closed,
    }
}

/// An open folder and its real path.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) dir: Dir,
    pub(super) path: PathBuf,
}

/// What may be done with the files in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) read: bool,
    pub(super) write: bool,
}

impl Rights {
    /// The relay's own folder: tools write there, and read there only if it is an allowed folder too.
    pub(super) const OWN: Self = Self { read: false, write: true };
    pub(super) const PRIVATE: Self = Self { read: false, write: false };

    pub(super) fn of(root: &Root) -> Self {
        Self { read: true, write: root.writable }
    }
}

/// What tells a file or folder apart whatever it is called: with it a rule holds under every spelling of a path, also on
/// file systems that take capital and small letters for the same.
#[cfg(unix)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    file: u64,
}

/// What tells a file or folder apart: its real path without regard to capital letters, since the standard library tells
/// its number on Unix only.
#[cfg(not(unix))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity(String);

impl Identity {
    /// Of what stands at a path, links followed.
    #[cfg(unix)]
    pub(super) fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { device: metadata.dev(), file: metadata.ino() })
    }

    /// Of what stands at a path, links followed.
    #[cfg(not(unix))]
    pub(super) fn at(path: &Path) -> Option<Self> {
        Some(Self(std::fs::canonicalize(path).ok()?.to_string_lossy().to_lowercase()))
    }

    /// Of what is open. `path` is where it was opened.
    #[cfg(unix)]
    pub(super) fn of(metadata: &cap_std::fs::Metadata, _path: &Path) -> Option<Self> {
        use cap_std::fs::MetadataExt;
        Some(Self { device: metadata.dev(), file: metadata.ino() })
    }

    /// Of what is open. `path` is where it was opened.
    #[cfg(not(unix))]
    pub(super) fn of(_metadata: &cap_std::fs::Metadata, path: &Path) -> Option<Self> {
        Self::at(path)
    }
}

/// Whether a folder may never be allowed, by its name alone.
fn refused_by_name(root: &Path, home: Option<&Path>) -> Option<RootProblem> {
    let text = root.to_string_lossy();
    let text = text.strip_prefix(r"\\?\").unwrap_or(&text);
    if let Some(problem) = drive_problem(text) {
        return Some(problem);
    }
    if !root.is_absolute() {
        return Some(RootProblem::Relative);
    }
    if root.components().any(|part| part == Component::ParentDir) {
        return Some(RootProblem::Parent);
    }
    let names: Vec<String> = root
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return Some(RootProblem::FileSystem);
    }
    if home.is_some_and(|home| home.starts_with(root)) {
        return Some(RootProblem::Home);
    }
    match names.as_slice() {
        ["root"] | ["home" | "users"] | ["home" | "users", _] | ["var", "root"] => Some(RootProblem::Home),
        ["proc" | "sys" | "dev", ..] => Some(RootProblem::System),
        // Windows drives as Linux on Windows shows them.
        ["mnt", drive] if is_letter(drive) => Some(RootProblem::Drive),
        ["mnt", drive, "users"] | ["mnt", drive, "users", _] if is_letter(drive) => Some(RootProblem::Home),
        _ => None,
    }
}

/// The rules for `C:\…`, looked at as text so that they hold, and are tested, on every system.
fn drive_problem(text: &str) -> Option<RootProblem> {
    let (drive, rest) = text.split_once(':')?;
    if !is_letter(drive) {
        return None;
    }
    let rest = rest.to_lowercase();
    let names: Vec<&str> = rest.split(['\\', '/']).filter(|name| !name.is_empty() && *name != ".").collect();
    match names.as_slice() {
        [] => Some(RootProblem::Drive),
        names if names.contains(&"..") => Some(RootProblem::Parent),
        ["users"] | ["users", _] => Some(RootProblem::Home),
        ["windows", ..] => Some(RootProblem::System),
        _ if !rest.starts_with(['\\', '/']) => Some(RootProblem::Relative),
        _ => None,
    }
}

fn is_letter(text: &str) -> bool {
    text.len() == 1 && text.chars().all(|character| character.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_windows_is_spelt_as_people_spell_it() {
        for (resolved, spelt) in [
            (r"\\?\C:\Users\anna\out", r"C:\Users\anna\out"),
            (r"\\?\UNC\server\share", r"\\?\UNC\server\share"),
            ("/srv/out", "/srv/out"),
        ] {
            assert_eq!(plain(resolved.into()), Path::new(spelt));
        }
    }

    #[test]
    fn folders_that_hold_too_much_are_refused_by_name() {
        use RootProblem::{Drive, FileSystem, Home, Parent, Relative, System};
        let home = Path::new("/data/people/anna");
        let table: &[(&str, Option<RootProblem>)] = &[
            ("/", Some(FileSystem)),
            ("//", Some(FileSystem)),
            ("/.", Some(FileSystem)),
            ("/data/people/anna", Some(Home)),
            ("/data/people/anna/", Some(Home)),
            ("/data/people", Some(Home)),
            ("/data", Some(Home)),
            ("/data/people/anna/helpdesk", None),
            ("/data/people/annabel", None),
            ("/root", Some(Home)),
            ("/home", Some(Home)),
            ("/home/x", Some(Home)),
            ("/home/x/helpdesk", None),
            ("/Users/x", Some(Home)),
            ("/Users/x/Helpdesk", None),
            ("/proc/self", Some(System)),
            ("/dev", Some(System)),
            ("/mnt/c", Some(Drive)),
            ("/mnt/c/Users/x", Some(Home)),
            ("/mnt/c/Helpdesk", None),
            ("/mnt/disk", None),
            ("/srv/../", Some(Parent)),
            ("/srv/helpdesk", None),
            ("helpdesk", Some(Relative)),
            ("~/helpdesk", Some(Relative)),
            (".", Some(Relative)),
            ("C:", Some(Drive)),
            ("C:\\", Some(Drive)),
            ("c:/", Some(Drive)),
            ("\\\\?\\C:\\", Some(Drive)),
            ("C:\\Users", Some(Home)),
            ("C:\\Users\\x", Some(Home)),
            ("C:/users/x/", Some(Home)),
            ("C:\\Windows\\Temp", Some(System)),
            ("C:helpdesk", Some(Relative)),
            ("C:\\a\\..", Some(Parent)),
        ];
        for (root, problem) in table {
            assert_eq!(refused_by_name(Path::new(root), Some(home)), *problem, "{root}");
        }
        assert_eq!(drive_problem("C:\\Helpdesk"), None);
        assert_eq!(drive_problem("C:\\Users\\x\\Helpdesk"), None);
    }

    #[test]
    fn the_relays_own_state_cache_and_token_are_refused() {
        let rules = |root: &str| FileRules {
            roots: vec![Root { path: root.into(), writable: true }],
            state: "/var/lib/relay".into(),
            private: vec!["/var/cache/relay".into(), "/etc/relay/token".into()],
            home: None,
            own: true,
        };
        for refused in ["/var/lib/relay", "/var/lib/relay/written", "/var/cache/relay/x", "/etc/relay/token"] {
            assert_eq!(rules(refused).refused()[0].problem, RootProblem::Private, "{refused}");
        }
        for allowed in ["/var/lib/relay/files", "/var/lib/relay2", "/var/lib", "/etc/relay"] {
            assert_eq!(rules(allowed).refused(), [], "{allowed}");
        }
    }
}
