//! The file system for tools: read and written beneath allowed folders only, and only by this room.
//!
//! A path is first judged as text ([`names`]), then walked from an allowed folder one plain name at a time without following
//! a link ([`walk`]), and the rights of each folder hold from where the way passes through it ([`roots`]). Files are made
//! whole or not at all ([`output`]). Everything here blocks on the disk: asynchronous callers hand it to a thread for that.

mod names;
mod output;
mod refusal;
mod roots;
mod sniff;
#[cfg(test)]
mod tests;
mod walk;
mod written;

use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;

pub use names::NameProblem;
pub use output::{Output, Written};
pub use refusal::{FileRefusal, RootProblem, RootRefusal};
pub use roots::{FileRules, Root};

use crate::contract::Access;
use crate::{limits, private};
use names::shown;
use roots::{Known, Rights};
use sniff::ImageKind;
use walk::{Made, Place, Stop};
use written::Records;

/// What tools may do with files. Cheap: nothing is opened before it is needed, and nothing is kept open.
#[derive(Debug, Clone)]
pub struct Files {
    rules: FileRules,
}

/// A file, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFile {
    /// The last part of its path.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// `image/png`: for an image what its bytes are, otherwise what its name says.
    pub media_type: &'static str,
    /// Its content, to the byte.
    pub bytes: Bytes,
    /// With [`Access::Text`], its content as text, without the byte order mark that some editors put in front.
    pub text: Option<String>,
}

impl Files {
    /// Takes the rules. Asks the file system nothing.
    ///
    /// # Errors
    /// The folders that may not be allowed, told by their names.
    pub fn new(rules: FileRules) -> Result<Self, Vec<RootRefusal>> {
        let refused = rules.refused();
        if refused.is_empty() { Ok(Self { rules }) } else { Err(refused) }
    }

    /// The same for who may use these folders only, each with whether files may be made in it. Never wider: a folder that may not
    /// be allowed is left out.
    #[must_use]
    pub fn within(&self, folders: &[(PathBuf, bool)]) -> Self {
        let mut rules = self.rules.within(folders);
        let refused = rules.refused();
        rules.roots.retain(|root| !refused.iter().any(|refusal| refusal.root == root.path));
        Self { rules }
    }

    /// The rules in force.
    pub fn rules(&self) -> &FileRules {
        &self.rules
    }

    /// Every allowed folder that cannot be used as it is now; for a person who asks what is wrong.
    pub fn check(&self) -> Vec<RootRefusal> {
        self.rules.roots.iter().filter_map(|root| self.rules.open(&root.path).err()).collect()
    }

    /// Reads a file. An absolute path must lie beneath an allowed folder; a relative one is looked for beneath each of them,
    /// in order.
    ///
    /// # Errors
    /// When the path, the file or its content is not what the rules and `access` want.
    pub fn read(&self, path: &str, access: Access) -> Result<OpenedFile, FileRefusal> {
        let limit = match access {
            Access::Text => limits::TEXT_FILE_BYTES,
            Access::Image | Access::Bytes => limits::FILE_BYTES,
            Access::Output => return Err(FileRefusal::NotForReading { path: shown(path) }),
        };
        self.check_shape(path)?;
        if self.rules.roots.is_empty() {
            return Err(FileRefusal::NothingReadable { path: shown(path) });
        }
        let known = self.rules.known();
        if Path::new(path).is_absolute() {
            let (start, parts) = self.start_of_absolute(path, "read")?;
            return self.read_beneath(path, start, &parts, &known, access, limit);
        }
        for root in &self.rules.roots {
            match self.read_beneath(path, Start::Root(root), &names::parts(path), &known, access, limit) {
                Err(FileRefusal::Missing { .. }) => {}
                found => return found,
            }
        }
        Err(self.missing(path))
    }

    /// Begins a file. A relative path goes beneath the first allowed folder that may be written to, or into the relay's own
    /// folder when there is none; missing folders are made. A file that stands there is replaced only with `overwrite`,
    /// unless the relay wrote it and nobody changed it since.
    ///
    /// # Errors
    /// When the path is not one that may be written to, or something stands there that is not to be replaced.
    pub fn output(&self, path: &str, overwrite: bool) -> Result<Output, FileRefusal> {
        self.check_shape(path)?;
        let (start, parts) = if Path::new(path).is_absolute() {
            self.start_of_absolute(path, "written to")?
        } else {
            let writable = self.rules.roots.iter().find(|root| root.writable);
            let own = self.rules.own.then_some(Start::Own);
            let start = writable.map(Start::Root).or(own).ok_or_else(|| self.outside(path, "written to"))?;
            (start, names::parts(path))
        };
        self.check_parts(path, &parts)?;
        let Some((name, folders)) = parts.split_last() else {
            return Err(FileRefusal::NotAFile { path: shown(path), what: "a folder" });
        };
        let known = self.rules.known();
        let mut made = Made::default();
        let place = self
            .enter(path, start, &known)?
            .descend(folders, &known, Some(&mut made))
            .map_err(|stop| stop.writing(path))?;
        if !place.rights.write {
            return Err(FileRefusal::ReadOnly { path: shown(path) });
        }
        if place.is_private(name, &known) {
            return Err(FileRefusal::Private { path: shown(path) });
        }
        Output::begin(path, place, name, made, overwrite, Records::new(&self.rules.state))
    }

    /// Saves bytes in the relay's own folder under a name like the one suggested, which a stranger may have chosen. Never
    /// replaces a file.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn save(&self, suggested_name: &str, bytes: &[u8]) -> Result<Written, FileRefusal> {
        let name = names::cleaned(suggested_name);
        if bytes.len() as u64 > limits::OUTPUT_BYTES {
            return Err(FileRefusal::OutputTooLarge { path: name, limit: limits::OUTPUT_BYTES });
        }
        let place = self.enter(&name, Start::Own, &self.rules.known())?;
        let numbered = (2..=limits::SAVED_NAME_TRIES).map(|number| names::with_suffix(&name, &number.to_string()));
        let random = std::iter::once_with(|| names::with_suffix(&name, &uuid::Uuid::new_v4().simple().to_string()));
        let names = std::iter::once(name.clone()).chain(numbered).chain(random);
        match output::write_new(&place, names, bytes) {
            Ok(Some(written)) => Ok(written),
            Ok(None) => Err(FileRefusal::Exists { path: name }),
            Err(error) => Err(FileRefusal::writing(&name, &error)),
        }
    }

    fn read_beneath(
        &self,
        path: &str,
        start: Start<'_>,
        parts: &[&str],
        known: &Known,
        access: Access,
        limit: usize,
    ) -> Result<OpenedFile, FileRefusal> {
        self.check_parts(path, parts)?;
        let Some((name, folders)) = parts.split_last() else {
            return Err(FileRefusal::NotAFile { path: shown(path), what: "a folder" });
        };
        let stopped = |stop: Stop| match stop {
            Stop::Missing => self.missing(path),
            stop => stop.reading(path),
        };
        let place = self.enter(path, start, known)?.descend(folders, known, None).map_err(stopped)?;
        if !place.rights.read {
            return Err(self.outside(path, "read"));
        }
        let (file, metadata) = place.open_file(name, known).map_err(stopped)?;
        let too_large = || FileRefusal::TooLarge { path: shown(path), limit: limit as u64 };
        if metadata.len() > limit as u64 {
            return Err(too_large());
        }
        let bytes = read_at_most(file, limit).map_err(|error| FileRefusal::reading(path, &error))?;
        let bytes = bytes.ok_or_else(too_large)?;
        content(path, name, bytes, access)
    }

    /// Opens the folder where the way begins.
    fn enter(&self, path: &str, start: Start<'_>, known: &Known) -> Result<Place, FileRefusal> {
        match start {
            Start::Root(root) => {
                let opened = self
                    .rules
                    .open(&root.path)
                    .map_err(|refusal| FileRefusal::Root { path: shown(path), root: refusal })?;
                Place::start(opened, known, Rights::of(root)).map_err(|stop| stop.reading(path))
            }
            Start::Own => self.enter_own(path),
        }
    }

    /// Opens the relay's own folder, made for the user alone if it is not there. It must itself be no link.
    fn enter_own(&self, path: &str) -> Result<Place, FileRefusal> {
        let failed = |error: std::io::Error| FileRefusal::writing(path, &error);
        let own = self.rules.own_folder();
        private::make_folder(&own).map_err(failed)?;
        let state = roots::resolved(&self.rules.state);
        let dir = cap_std::fs::Dir::open_ambient_dir(&state, cap_std::ambient_authority()).map_err(failed)?;
        // Named apart from `known`, where the state folder's own rights would end the way at once.
        let place = Place { dir, path: state, rights: Rights::OWN };
        place.descend(&["files"], &Known::default(), None).map_err(|stop| stop.writing(path))
    }

    /// The allowed folder, or the relay's own, in which an absolute path lies, and the rest of the path. Judged by text
    /// alone, so that nothing outside is touched.
    fn start_of_absolute<'a>(
        &'a self,
        path: &'a str,
        used: &'static str,
    ) -> Result<(Start<'a>, Vec<&'a str>), FileRefusal> {
        let roots = self.rules.roots.iter().map(|root| (Start::Root(root), root.path.clone()));
        let folders = roots.chain(self.rules.own.then(|| (Start::Own, self.rules.own_folder())));
        folders
            .filter_map(|(start, folder)| Some((start, rest_beneath(path, &folder)?)))
            .min_by_key(|(_, rest)| rest.len())
            .ok_or_else(|| self.outside(path, used))
    }

    fn check_shape(&self, path: &str) -> Result<(), FileRefusal> {
        names::check_shape(path).map_err(|problem| FileRefusal::Name { path: shown(path), problem })
    }

    fn check_parts(&self, path: &str, parts: &[&str]) -> Result<(), FileRefusal> {
        names::check_parts(parts).map_err(|problem| FileRefusal::Name { path: shown(path), problem })
    }

    fn outside(&self, path: &str, used: &'static str) -> FileRefusal {
        if used == "read" {
            return FileRefusal::Outside { path: shown(path), used, folders: self.readable() };
        }
        let writable = self.rules.roots.iter().filter(|root| root.writable).map(|root| root.path.clone());
        let folders = listed(writable.chain(self.rules.own.then(|| self.rules.own_folder())));
        FileRefusal::Outside { path: shown(path), used, folders }
    }

    fn missing(&self, path: &str) -> FileRefusal {
        FileRefusal::Missing { path: shown(path), folders: self.readable() }
    }

    fn readable(&self) -> String {
        listed(self.rules.roots.iter().map(|root| root.path.clone()))
    }
}

/// Where a way begins.
#[derive(Debug, Clone, Copy)]
enum Start<'a> {
    Root(&'a Root),
    Own,
}

fn listed(folders: impl Iterator<Item = std::path::PathBuf>) -> String {
    folders.map(|folder| format!("`{}`", shown(&folder.to_string_lossy()))).collect::<Vec<_>>().join(", ")
}

/// The parts of `path` beneath `folder`, under the name that the person gave it or its real one; none when it is not
/// beneath it. Whole parts are compared: `/srv/desk-evil` is not beneath `/srv/desk`.
fn rest_beneath<'a>(path: &'a str, folder: &Path) -> Option<Vec<&'a str>> {
    let path = Path::new(path);
    let rest = path.strip_prefix(folder).or_else(|_| path.strip_prefix(roots::resolved(folder))).ok()?.to_str()?;
    Some(if rest.is_empty() { Vec::new() } else { names::parts(rest) })
}

/// Reads to the end, or nothing when that is further than `limit`: a file may grow while it is read.
fn read_at_most(source: impl Read, limit: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Judges what was read.
fn content(path: &str, name: &str, bytes: Vec<u8>, access: Access) -> Result<OpenedFile, FileRefusal> {
    let mut media_type = sniff::media_type(name);
    let mut text = None;
    match access {
        Access::Image => media_type = image(path, name, &bytes)?.media_type(),
        Access::Text => text = Some(as_text(path, &bytes)?),
        Access::Bytes | Access::Output => {}
    }
    Ok(OpenedFile { name: name.to_owned(), size: bytes.len() as u64, media_type, bytes: bytes.into(), text })
}

fn image(path: &str, name: &str, bytes: &[u8]) -> Result<ImageKind, FileRefusal> {
    let named = ImageKind::from_name(name).ok_or_else(|| FileRefusal::NotAnImageName { path: shown(path) })?;
    match ImageKind::from_bytes(bytes) {
        Some(kind) if kind == named => Ok(kind),
        found => Err(FileRefusal::NotThatImage {
            path: shown(path),
            named: named.word(),
            found: found.map_or("no image that the helpdesk takes", ImageKind::word),
        }),
    }
}

fn as_text(path: &str, bytes: &[u8]) -> Result<String, FileRefusal> {
    let refuse = |hint| FileRefusal::NotText { path: shown(path), hint };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(refuse(" but UTF-16: save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(": save it as UTF-8, or attach it as a file"))?;
    if text.contains('\0') {
        return Err(refuse(" but holds zero bytes, as programs and images do: attach it as a file"));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}
