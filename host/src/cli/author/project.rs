//! The folder in which a plugin is written.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// With the SDK.
    Rust,
    /// With componentize-py.
    Python,
    /// With componentize-js.
    #[value(name = "javascript")]
    JavaScript,
}

impl Language {
    pub(super) const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::JavaScript];

    /// The file that tells that a project is written in it.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "plugin.py",
            Self::JavaScript => "plugin.js",
        }
    }
}

/// A plugin's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
    /// None where the component was built by something that the relay does not know.
    pub(super) language: Option<Language>,
}

/// Why a folder is no plugin's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoProject {
    #[error("there is no folder {}: name the one in which the plugin is written", .0.display())]
    NoFolder(PathBuf),
    #[error(
        "{} holds no plugin: a Cargo.toml (Rust), plugin.py (Python) or plugin.js (JavaScript) tells the language. \
         `tickiti-relay plugin new NAME --lang rust` begins one", .0.display()
    )]
    NoLanguage(PathBuf),
    #[error("{} holds more than one of Cargo.toml, plugin.py and plugin.js, so its language is not clear: keep one", .0.display())]
    SeveralLanguages(PathBuf),
}

impl Project {
    /// Name of the built component in the folder.
    pub(super) const COMPONENT: &'static str = "plugin.wasm";

    /// The project in a folder.
    pub(super) fn at(folder: &Path) -> Result<Self, NoProject> {
        if !folder.is_dir() {
            return Err(NoProject::NoFolder(folder.to_owned()));
        }
        let mut found = Language::ALL.into_iter().filter(|language| folder.join(language.file()).is_file());
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(NoProject::SeveralLanguages(folder.to_owned())),
            (None, _) if !folder.join(Self::COMPONENT).is_file() => Err(NoProject::NoLanguage(folder.to_owned())),
            (language, _) => Ok(Self { folder: folder.to_owned(), language }),
        }
    }

    /// Where its component is, or will be.
    pub(super) fn component(&self) -> PathBuf {
        self.folder.join(Self::COMPONENT)
    }

    /// A source that is newer than the component, if any is; what is no source nobody knows without the language.
    pub(super) fn newer_source(&self) -> Option<PathBuf> {
        self.language?;
        let built = modified(&self.component())?;
        self.sources().into_iter().find(|path| modified(path).is_some_and(|time| time > built))
    }

    /// What the component is made of, in the order of names.
    pub(super) fn sources(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        sources(&self.folder, true, &mut found);
        found
    }
}

/// What lies in a plugin's folder and is no source: what tools make, and what tests need.
const NO_SOURCES: [&str; 7] =
    ["target", "node_modules", "__pycache__", "cases", Project::COMPONENT, "README.md", "package-lock.json"];

fn sources(folder: &Path, top: bool, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let aside = name.starts_with('.') || (top && NO_SOURCES.contains(&name)) || name == "__pycache__";
        // What the language's tools themselves rewrite at each build would always be newer.
        if aside || name == "Cargo.lock" {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => sources(&entry.path(), false, found),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    fn set_time(path: &Path, time: SystemTime) {
        std::fs::File::options().write(true).open(path).and_then(|file| file.set_modified(time)).unwrap();
    }

    #[test]
    fn one_file_tells_the_language() {
        for language in Language::ALL {
            let folder = folder(&[language.file(), "README.md"]);
            assert_eq!(Project::at(folder.path()).unwrap().language, Some(language));
        }
        let none = folder(&["README.md"]);
        let told = Project::at(none.path()).unwrap_err().to_string();
        assert!(told.contains("plugin new NAME"), "{told}");
        let two = folder(&["Cargo.toml", "plugin.py"]);
        assert!(matches!(Project::at(two.path()), Err(NoProject::SeveralLanguages(_))));
        assert!(matches!(Project::at(&two.path().join("nowhere")), Err(NoProject::NoFolder(_))));
    }

    #[test]
    fn a_component_needs_no_language_and_is_never_old_then() {
        let folder = folder(&["plugin.wasm", "plugin.c", "cases/one.json"]);
        let later = SystemTime::now() + Duration::from_secs(10);
        set_time(&folder.path().join("plugin.c"), later);
        let project = Project::at(folder.path()).unwrap();
        assert_eq!((project.language, project.newer_source()), (None, None));
    }

    #[test]
    fn only_a_source_makes_a_component_old() {
        let files = ["Cargo.toml", "src/lib.rs", "cases/one.json", "target/x", ".venv/y", "plugin.wasm"];
        let folder = folder(&files);
        let now = SystemTime::now();
        for file in files {
            set_time(&folder.path().join(file), now);
        }
        let project = Project::at(folder.path()).unwrap();
        assert_eq!(project.newer_source(), None);
        for aside in ["cases/one.json", "target/x", ".venv/y"] {
            set_time(&folder.path().join(aside), now + Duration::from_secs(10));
        }
        assert_eq!(project.newer_source(), None);
        set_time(&folder.path().join("src/lib.rs"), now + Duration::from_secs(10));
        assert_eq!(project.newer_source(), Some(folder.path().join("src/lib.rs")));
    }
}
