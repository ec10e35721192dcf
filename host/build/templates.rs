//! What `plugin new` writes, as a table in `$OUT_DIR/templates.rs`: the program works without the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders whose files are taken, from the root, each with the name of its group in the table.
const FOLDERS: [(&str, &str); 7] = [
    ("rust", "sdk/templates/rust"),
    ("python", "sdk/templates/python"),
    ("javascript", "sdk/templates/javascript"),
    ("python helper", "sdk/python"),
    ("javascript helper", "sdk/javascript"),
    ("sdk", "sdk/src"),
    ("wit", "wit/0.1"),
];

/// What tools leave in these folders, and what only the repository's own tests need.
const ASIDE: [&str; 6] = ["target", "node_modules", "__pycache__", ".venv", "tests", "plugin.wasm"];

/// Writes the table's text.
pub(crate) fn table(root: &Path) -> Result<String, String> {
    let mut table = String::from(HEAD);
    for (group, folder) in FOLDERS {
        let top = root.join(folder);
        let mut files = Vec::new();
        if top.is_dir() {
            collect(&top, &mut files)?;
        }
        files.sort();
        for file in files {
            let within = file.strip_prefix(&top).map_err(|error| error.to_string())?;
            let parts: Option<Vec<&str>> = within.iter().map(|part| part.to_str()).collect();
            let path = parts.ok_or_else(|| format!("{} has a name that is no text", file.display()))?.join("/");
            let source = file.to_str().ok_or_else(|| format!("{} has a name that is no text", file.display()))?;
            table += &format!("    Template {{ group: {group:?}, path: {path:?}, text: include_str!({source:?}) }},\n");
        }
    }
    table += "];\n";
    Ok(table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let unread = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if ASIDE.contains(&name.as_ref()) || name.ends_with(".pyc") {
            continue;
        }
        if entry.file_type().map_err(unread)?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

const HEAD: &str = "\
/// A file that a new project is made of: where it comes from, its path there, its text.
pub(super) struct Template {
    pub(super) group: &'static str,
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

pub(super) const TEMPLATES: &[Template] = &[
";
