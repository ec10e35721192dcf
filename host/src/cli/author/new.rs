//! `plugin new`: a project that builds and passes its own test at once.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::arguments::New;
use super::project::Language;
use crate::cli::{VerbError, print};
use crate::plugins;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/templates.rs"));
}

/// Stands for the plugin's name in templates, in names of files as well.
const NAME: &str = "{{name}}";
/// The SDK's own Cargo.toml among the Rust templates: it belongs to the copy of the SDK.
const SDK_MANIFEST: &str = "sdk-Cargo.toml";
/// Where a Rust project keeps its copy of the SDK.
const SDK: &str = "vendor/tickiti-relay-sdk";

pub(super) fn run(options: &New) -> Result<ExitCode, VerbError> {
    if let Some(why) = name_fault(&options.name, options.language) {
        return Err(VerbError::Failed(why));
    }
    let folder = options.dir.clone().unwrap_or_else(|| PathBuf::from(&options.name));
    if let Some(why) = in_the_way(&folder) {
        return Err(VerbError::Failed(why));
    }
    let files = files(options.language, &options.name);
    for (path, text) in &files {
        write(&folder.join(path), text)
            .map_err(|error| VerbError::Failed(format!("{} was not written: {error}", folder.join(path).display())))?;
    }
    print::out(&told(&options.name, &folder, options.language, files.len()));
    Ok(ExitCode::SUCCESS)
}

/// What keeps a plugin of this language from having this name.
fn name_fault(name: &str, language: Language) -> Option<String> {
    let no_crate = language == Language::Rust && NO_CRATES.contains(&name);
    let rust = || no_crate.then(|| "Rust or the SDK uses its name for something else: give it another".to_owned());
    plugins::name_fault(name).or_else(rust).map(|why| format!("`{name}` cannot be the name of a plugin: {why}"))
}

/// Rust's keywords, and crates that a project has beside its own.
const NO_CRATES: [&str; 57] = [
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue", "core", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "schemars", "self", "serde", "static",
    "std", "struct", "super", "test", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// What keeps a project from being made in a folder.
fn in_the_way(folder: &Path) -> Option<String> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().map(|_| {
            format!(
                "{} is not empty, and nothing in it is replaced: choose another folder with --dir",
                folder.display()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("{} cannot be used: {error}. Choose another folder with --dir", folder.display())),
    }
}

/// The files of a new project: path below its folder, and text.
fn files(language: Language, name: &str) -> Vec<(String, String)> {
    let of = |group: &'static str| embedded::TEMPLATES.iter().filter(move |template| template.group == group);
    let own = |group| {
        of(group).filter(|template| template.path != SDK_MANIFEST).map(|template| {
            // In the repository it must not hide anything.
            let path = if template.path == "gitignore" { ".gitignore" } else { template.path };
            (path.replace(NAME, name), template.text.replace(NAME, name))
        })
    };
    let copied = |group, folder: &'static str| {
        of(group).map(move |template| (format!("{folder}{}", template.path), template.text.to_owned()))
    };
    match language {
        Language::Rust => {
            let manifest = of("rust").filter(|template| template.path == SDK_MANIFEST);
            let manifest = manifest.map(|template| (format!("{SDK}/Cargo.toml"), template.text.to_owned()));
            let sdk = of("sdk").map(|template| (format!("{SDK}/src/{}", template.path), template.text.to_owned()));
            own("rust").chain(manifest).chain(sdk).chain(copied("wit", "vendor/wit/0.1/")).collect()
        }
        Language::Python => own("python").chain(copied("python helper", "")).chain(copied("wit", "wit/")).collect(),
        Language::JavaScript => {
            own("javascript").chain(copied("javascript helper", "")).chain(copied("wit", "wit/")).collect()
        }
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::options().write(true).create_new(true).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}

/// The last words: what to do next.
fn told(name: &str, folder: &Path, language: Language, files: usize) -> String {
    let source = match language {
        Language::Rust => "src/lib.rs",
        Language::Python | Language::JavaScript => language.file(),
    };
    let place = folder.display();
    format!(
        "The plugin `{name}` is in {place} ({files} files). Its tool is in {place}/{source}. Next:\n  \
         tickiti-relay plugin build {place}\n  tickiti-relay plugin test {place}\n  \
         tickiti-relay plugin add {place}/plugin.wasm",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_taken_is_told_why() {
        let name_fault = |name| name_fault(name, Language::Rust);
        assert_eq!(name_fault("digest"), None);
        assert_eq!(name_fault("a1"), None);
        assert_eq!(name_fault("abcdefghijklmno"), None);
        for wrong in ["", "a", "abcdefghijklmnop", "1a", "Digest", "my-plugin", "my_plugin", "dïgest", "../x"] {
            assert!(name_fault(wrong).unwrap().contains("2 to 15 characters"), "{wrong}");
        }
        assert!(name_fault("tickets").unwrap().contains("is reserved, or looks like"));
        assert!(name_fault("match").unwrap().contains("Rust or the SDK"));
        assert_eq!(super::name_fault("match", Language::Python), None);
    }

    #[test]
    fn only_an_empty_folder_or_none_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(in_the_way(folder.path()), None);
        assert_eq!(in_the_way(&folder.path().join("new")), None);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(in_the_way(folder.path()).unwrap().contains("is not empty"));
        assert!(in_the_way(&folder.path().join("file")).is_some());
    }

    #[test]
    fn a_project_is_whole_and_has_no_placeholder_left() {
        for language in Language::ALL {
            let files = files(language, "probe");
            let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
            assert!(paths.contains(&language.file()), "{language:?}: {paths:?}");
            assert!(paths.iter().any(|path| path.starts_with("cases/")), "{language:?}: {paths:?}");
            assert!(paths.iter().any(|path| path.ends_with("relay.wit")), "{language:?}: {paths:?}");
            let mut once = paths.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), paths.len(), "{language:?}: a path comes twice");
            for (path, text) in &files {
                assert!(!path.contains("{{") && !text.contains(NAME), "{language:?}: {path}");
            }
        }
        let rust: Vec<String> = files(Language::Rust, "probe").into_iter().map(|(path, _)| path).collect();
        for needed in ["src/lib.rs", "vendor/tickiti-relay-sdk/Cargo.toml", "vendor/tickiti-relay-sdk/src/lib.rs"] {
            assert!(rust.iter().any(|path| path == needed), "{needed}: {rust:?}");
        }
        assert!(rust.iter().any(|path| path == "vendor/wit/0.1/relay.wit"));
    }
}
