//! What a component asks for and offers, by name, and how much it defines: judged before anything of it is compiled or runs.

use wasmparser::{Parser, Payload};

use super::component::load_fault;
use super::wasi::{self, clean};
use crate::contract::GuestFault;
use crate::limits;

/// The interface by whose version a component says which contract it was made for.
const INTERFACE: &str = "tickiti:relay/tools@";
/// The versions that this relay speaks, for its messages.
const SPOKEN: &str = "0.1";

/// A version of the contract that this relay speaks. Each has a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V0_1,
}

impl Version {
    /// As a component's export names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V0_1 => "0.1.0",
        }
    }
}

/// The names of a component's imports and exports.
#[derive(Debug, Default)]
pub(super) struct Surface {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Surface {
    /// Reads only the names, and counts; whether the rest is valid is the compiler's to say.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self, GuestFault> {
        let broken = |error: wasmparser::BinaryReaderError| {
            load_fault(format!("it is no component: {}", clean(&error.to_string())))
        };
        let mut surface = Self::default();
        let mut depth = 0_usize;
        let (mut functions, mut globals) = (0_usize, 0_usize);
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(broken)? {
                Payload::Version { encoding, .. } => {
                    depth += 1;
                    if depth == 1 && encoding != wasmparser::Encoding::Component {
                        return Err(load_fault("it is a core module and no component"));
                    }
                }
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        surface.imports.push(import.map_err(broken)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        surface.exports.push(export.map_err(broken)?.name.name.to_owned());
                    }
                }
                Payload::ImportSection(section) => count(&mut functions, section.count()),
                Payload::FunctionSection(section) => count(&mut functions, section.count()),
                Payload::GlobalSection(section) => count(&mut globals, section.count()),
                _ => {}
            }
        }
        bounded("functions", functions, limits::GUEST_FUNCTIONS)?;
        bounded("globals", globals, limits::GUEST_GLOBALS)?;
        Ok(surface)
    }

    /// The names of a component that is compiled already.
    pub(super) fn of_code(code: &wasmtime::component::Component) -> Self {
        let (ty, engine) = (code.component_type(), code.engine());
        Self {
            imports: ty.imports(engine).map(|(name, _)| name.to_owned()).collect(),
            exports: ty.exports(engine).map(|(name, _)| name.to_owned()).collect(),
        }
    }

    /// Every import that a plugin may not have.
    pub(super) fn foreign(&self) -> impl Iterator<Item = String> {
        self.imports.iter().filter(|name| !wasi::is_allowed(name)).map(|name| clean(name))
    }

    /// The contract that it was made for, if it imports nothing that a plugin may not have.
    pub(super) fn judge(&self) -> Result<Version, GuestFault> {
        if let Some(import) = self.imports.iter().find(|name| !wasi::is_allowed(name)) {
            let import = clean(import);
            return Err(load_fault(format!(
                "it imports {import}, and a plugin may import nothing but the empty WASI 0.2"
            )));
        }
        match self.exports.iter().find_map(|name| name.strip_prefix(INTERFACE)) {
            Some("0.1.0") => Ok(Version::V0_1),
            Some(other) => {
                let other = clean(other);
                Err(load_fault(format!("it was made for version {other} of the contract; this relay speaks {SPOKEN}")))
            }
            None => Err(load_fault(format!("it is no plugin: it exports no {INTERFACE}{SPOKEN}.0"))),
        }
    }
}

fn count(so_far: &mut usize, more: u32) {
    *so_far = so_far.saturating_add(usize::try_from(more).unwrap_or(usize::MAX));
}

fn bounded(what: &str, found: usize, most: usize) -> Result<(), GuestFault> {
    if found <= most {
        return Ok(());
    }
    Err(load_fault(format!("its modules define {found} {what}, more than {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defining(fields: &str) -> Result<Surface, GuestFault> {
        Surface::of_bytes(&wat::parse_str(format!("(component (core module {fields}))")).unwrap())
    }

    #[test]
    fn guest_functions_obeyed_and_violated() {
        let functions = "(func)".repeat(limits::GUEST_FUNCTIONS - 1);
        assert!(defining(&format!("(import \"a\" \"b\" (func)) {functions}")).is_ok());
        let fault = defining(&format!("(import \"a\" \"b\" (func)) {functions} (func)")).err();
        assert!(fault.is_some_and(|fault| fault.to_string().contains("functions, more than")));
    }

    #[test]
    fn guest_globals_obeyed_and_violated() {
        let globals = "(global i64 (i64.const 0))".repeat(limits::GUEST_GLOBALS);
        assert!(defining(&globals).is_ok());
        let fault = defining(&format!("{globals} (global i64 (i64.const 0))")).err();
        assert!(fault.is_some_and(|fault| fault.to_string().contains("globals, more than")));
        // Summed over modules, also of components within.
        let within = format!("(component (component (core module {globals})) (core module {globals}))");
        assert!(Surface::of_bytes(&wat::parse_str(within).unwrap()).is_err());
    }

    #[test]
    fn every_foreign_import_is_named() {
        let component = wat::parse_str(
            r#"(component
                (import "wasi:http/types@0.2.0" (instance))
                (import "wasi:clocks/wall-clock@0.2.10" (instance))
                (import "evil:host/shell" (instance)))"#,
        )
        .unwrap();
        let surface = Surface::of_bytes(&component).unwrap();
        assert_eq!(surface.foreign().collect::<Vec<_>>(), ["wasi:http/types@0.2.0", "evil:host/shell"]);
        assert!(surface.judge().is_err());
    }
}
