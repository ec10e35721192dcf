//! `cargo xtask examples`: the plugins of `examples/`, and the guests that loop for ever in other languages than Rust, built
//! as `tickiti-relay plugin build` builds a plugin; and tested: the helpers of these languages, the golden cases of each
//! example, and all of them through the built relay.

mod languages;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::place::{Place, RELAY_BIN, strict};
use crate::say;
use crate::setup;
use crate::step;
use languages::{Folders, LANGUAGES, Language, Project, SHORT};

/// Builds and tests the examples of the languages named, or all.
pub(crate) fn run(place: &Place, arguments: &[OsString]) -> Result<(), String> {
    let wanted: Vec<&Language> = match arguments {
        [] => LANGUAGES.iter().collect(),
        [word] => {
            let language = LANGUAGES.iter().find(|language| word == language.word);
            vec![language.ok_or_else(|| format!("no example is in `{}`: rust, python, javascript", word.display()))?]
        }
        [_, more, ..] => return Err(format!("`{}` is one argument too many", more.display())),
    };
    let (mut built, mut skipped) = (Vec::new(), Vec::new());
    for language in wanted {
        match missing(place, language) {
            Some(program) if strict() => return Err(format!("no `{program}`, and CI skips nothing")),
            Some(program) => {
                skipped.push(format!("skipped: {}, there is no `{program}` on this computer", language.word));
            }
            None => {
                build_all(place, language)?;
                built.push(language);
            }
        }
    }
    // Without a language there would be no filter, and every test would run.
    if !built.is_empty() {
        test_all(place, &built)?;
    }
    skipped.iter().for_each(|line| say::line(line));
    Ok(())
}

fn missing(place: &Place, language: &Language) -> Option<&'static str> {
    let there = |program: &&&str| step::asked(place.command(**program).arg("--version"), SHORT).is_ok();
    language.programs.iter().find(|program| !there(program)).copied()
}

fn build_all(place: &Place, language: &Language) -> Result<(), String> {
    let examples = place.target.join("examples");
    let tools = examples.join(language.word);
    let pins = install(place, language, &tools)
        .map_err(|why| format!("the tool chain of {} was not installed: {why}", language.word))?;
    if let Some(test) = language.test {
        let helper = Project { name: "helper", sources: "tests/helpers" };
        let folder = tools.join(helper.name);
        lay_out(place, language, &helper, &folder).map_err(|error| unread(&helper, &error))?;
        test(place, &Folders { tools: &tools, project: &folder })?;
    }
    for project in language.projects {
        let folder = tools.join(project.name);
        let sources = lay_out(place, language, project, &folder).map_err(|error| unread(project, &error))?;
        let component = folder.join("plugin.wasm");
        let is_same =
            |made_of: &[u8]| component.is_file() && fs::read(made_of_file(&folder)).is_ok_and(|b| b == made_of);
        let made_of = [pins.as_slice(), sources.as_slice()].concat();
        // Cargo knows by itself what has changed.
        if language.pins.is_empty() || !is_same(&made_of) {
            (language.build)(place, &Folders { tools: &tools, project: &folder })?;
            fs::write(made_of_file(&folder), &made_of).map_err(|error| error.to_string())?;
        }
        let out = examples.join(format!("{}.wasm", project.name));
        let size = copy_changed(&component, &out).map_err(|error| format!("{}: {error}", out.display()))?;
        say::line(&format!("{}: {} KB", out.display(), size / 1000));
    }
    Ok(())
}

/// Runs the golden cases of what was built, and then calls it through a relay that serves.
fn test_all(place: &Place, built: &[&Language]) -> Result<(), String> {
    setup::wasm_library(place)?;
    let mut build = place.cargo();
    step::shown("build the relay", build.args(["build", "--workspace", "--bins"]))?;
    let relay = place.built("debug", "tickiti-relay");
    let examples = place.target.join("examples");
    for language in built {
        for project in language.projects {
            let folder = examples.join(language.word).join(project.name);
            if !folder.join("cases").is_dir() {
                continue;
            }
            let mut cases = place.command(&relay);
            // A relay of the developer's own must not reach into this.
            for (name, _) in std::env::vars_os() {
                if name.to_str().is_some_and(|name| name.starts_with("TICKITI_")) {
                    cases.env_remove(name);
                }
            }
            cases.env("TICKITI_RELAY_STATE", examples.join("state")).env("TICKITI_RELAY_CACHE", examples.join("cache"));
            // The failures that it tries are warned of otherwise.
            cases.env("TICKITI_RELAY_LOG", "error").args(["plugin", "test"]).arg(&folder);
            step::shown(&format!("golden cases of {}", project.name), &mut cases)?;
        }
    }
    let mut served = place.cargo();
    served.args(["test", "--workspace", "--test", "examples", "--"]).env(RELAY_BIN, relay);
    served.args(built.iter().map(|language| format!("in_{}", language.word)));
    if built.len() == LANGUAGES.len() {
        served.arg("that_loop");
    }
    step::shown("call them through a relay", &mut served)?;
    Ok(())
}

/// All that the component in a folder was made of.
fn made_of_file(folder: &Path) -> PathBuf {
    folder.join(".made-of")
}

/// Installs the tool chain where its pins have changed, and answers these.
fn install(place: &Place, language: &Language, tools: &Path) -> Result<Vec<u8>, String> {
    fs::create_dir_all(tools).map_err(|error| error.to_string())?;
    let mut pinned = Vec::new();
    for name in language.pins {
        let path = place.root.join("sdk/templates").join(language.word).join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        // A template has the name of the project that is made of it.
        let text = text.replace("{{name}}", "examples");
        fs::write(tools.join(name), &text).map_err(|error| error.to_string())?;
        pinned.extend_from_slice(text.as_bytes());
    }
    let marker = tools.join(".installed");
    if !fs::read(&marker).is_ok_and(|before| before == pinned) {
        (language.install)(place, tools)?;
        fs::write(&marker, &pinned).map_err(|error| error.to_string())?;
    }
    Ok(pinned)
}

/// Makes the project's folder as `plugin new` would have, and answers all that its component is made of.
fn lay_out(place: &Place, language: &Language, project: &Project, folder: &Path) -> io::Result<Vec<u8>> {
    let mut made_of = Vec::new();
    for from in files_beneath(&place.root.join(project.sources))? {
        let relative = from.strip_prefix(place.root.join(project.sources)).unwrap_or(&from);
        copy_changed(&from, &folder.join(relative))?;
        let is_source =
            relative.parent() != Some(Path::new("cases")) && relative.extension().is_none_or(|is| is != "md");
        if is_source {
            add(&mut made_of, relative, &from)?;
        }
    }
    for (from, name) in language.beside {
        let from = place.root.join(from);
        copy_changed(&from, &folder.join(name))?;
        add(&mut made_of, Path::new(name), &from)?;
    }
    // What is no more must not be tested, nor be found by an import.
    for there in files_beneath(&folder.join("cases"))? {
        let relative = there.strip_prefix(folder).unwrap_or(&there);
        if !place.root.join(project.sources).join(relative).is_file() {
            fs::remove_file(&there)?;
        }
    }
    Ok(made_of)
}

fn add(made_of: &mut Vec<u8>, name: &Path, from: &Path) -> io::Result<()> {
    made_of.extend_from_slice(format!("\n== {}\n", name.display()).as_bytes());
    made_of.extend(fs::read(from)?);
    Ok(())
}

/// In the order of their names; none where there is no such folder.
fn files_beneath(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files_beneath(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// Leaves a file alone that is as it should be, so that nothing looks newer than it is; answers its size.
fn copy_changed(from: &Path, to: &Path) -> io::Result<usize> {
    let bytes = fs::read(from)?;
    if !fs::read(to).is_ok_and(|before| before == bytes) {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, &bytes)?;
    }
    Ok(bytes.len())
}

fn unread(project: &Project, error: &io::Error) -> String {
    format!("the sources of {} could not be laid out: {error}", project.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_project_and_pin_is_where_it_is_said_to_be() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for language in &LANGUAGES {
            for project in language.projects {
                assert!(root.join(project.sources).is_dir(), "{}", project.sources);
            }
            for (from, _) in language.beside {
                assert!(root.join(from).is_file(), "{from}");
            }
            for name in language.pins {
                assert!(root.join("sdk/templates").join(language.word).join(name).is_file(), "{name}");
            }
        }
    }

    #[test]
    fn a_file_that_is_the_same_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("tickiti-relay-examples-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("a/to"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(&from, "one").unwrap();
        assert_eq!(copy_changed(&from, &to).unwrap(), 3);
        let before = fs::metadata(&to).unwrap().modified().unwrap();
        copy_changed(&from, &to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), before);
        fs::write(&from, "other").unwrap();
        copy_changed(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "other");
        assert_eq!(files_beneath(&folder).unwrap(), [to, from]);
        fs::remove_dir_all(folder).unwrap();
    }
}
