//! A component as the tree of its sections: read with wasmparser, written by hand.

use wasmparser::{BinaryReader, FunctionBody, Parser, Payload};

/// A module or component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Magic number, version and layer.
    pub header: Vec<u8>,
    /// In order.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What is in it.
    pub id: u8,
    /// Its content.
    pub content: Content,
    /// Bytes by which its length is a lie.
    pub lie: i64,
}

/// Content of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// As it is: custom sections and those of one value.
    Raw(Vec<u8>),
    /// A list: how many it says there are, and the items.
    Items(u32, Vec<Vec<u8>>),
    /// The same of a module's functions: each is written with its length.
    Code(u32, Vec<Vec<u8>>),
    /// A whole module or component.
    Nested(Tree),
}

/// The id of a module's section of functions.
const CODE: u8 = 10;
/// The id of a module's section of data; a component has exports there.
pub const DATA: u8 = 11;

impl Tree {
    /// Reads a component, or a module.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let told = |error: wasmparser::BinaryReaderError| error.to_string();
        let header = bytes.get(..8).ok_or("no header")?.to_vec();
        let mut tree = Self { header, sections: Vec::new() };
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(told)?;
            match &payload {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                _ if depth != 1 => {}
                Payload::CodeSectionEntry(body) => {
                    let body = bytes.get(body.range()).ok_or("a body outside")?.to_vec();
                    if let Some(Section { content: Content::Code(_, items), .. }) = tree.sections.last_mut() {
                        items.push(body);
                    }
                }
                Payload::CodeSectionStart { count, .. } => {
                    tree.push(CODE, Content::Code(*count, Vec::new()));
                }
                Payload::ModuleSection { unchecked_range, .. } => {
                    tree.push(
                        1,
                        Content::Nested(Self::read(bytes.get(unchecked_range.clone()).ok_or("a module outside")?)?),
                    );
                }
                Payload::ComponentSection { unchecked_range, .. } => {
                    let inner = bytes.get(unchecked_range.clone()).ok_or("a component outside")?;
                    tree.push(4, Content::Nested(Self::read(inner)?));
                }
                payload => {
                    if let Some((id, range)) = payload.as_section() {
                        let content = match starts(payload).map_err(told)? {
                            Some(starts) => items(bytes, &starts, range.end)?,
                            None => Content::Raw(bytes.get(range).ok_or("a section outside")?.to_vec()),
                        };
                        tree.push(id, content);
                    }
                }
            }
        }
        Ok(tree)
    }

    fn push(&mut self, id: u8, content: Content) {
        self.sections.push(Section { id, content, lie: 0 });
    }

    /// Its bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = self.header.clone();
        for section in &self.sections {
            let content = match &section.content {
                Content::Raw(bytes) => bytes.clone(),
                Content::Nested(tree) => tree.write(),
                Content::Items(count, items) => [number(*count), items.concat()].concat(),
                Content::Code(count, bodies) => {
                    let bodies = bodies.iter().flat_map(|body| [number(length(body)), body.clone()].concat());
                    number(*count).into_iter().chain(bodies).collect()
                }
            };
            out.push(section.id);
            let told = i64::from(length(&content)).saturating_add(section.lie);
            out.extend(number(u32::try_from(told).unwrap_or(0)));
            out.extend(content);
        }
        out
    }

    /// Every tree in it, itself first; the changes of a component go to any of them.
    pub fn levels(&mut self) -> usize {
        1 + self.nested().map(Tree::levels).sum::<usize>()
    }

    /// The tree with this number, in the order of [`Tree::levels`].
    pub fn level(&mut self, mut number: usize) -> Option<&mut Tree> {
        if number == 0 {
            return Some(self);
        }
        number -= 1;
        for tree in self.nested() {
            let levels = tree.levels();
            if number < levels {
                return tree.level(number);
            }
            number -= levels;
        }
        None
    }

    fn nested(&mut self) -> impl Iterator<Item = &mut Tree> {
        self.sections.iter_mut().filter_map(|section| match &mut section.content {
            Content::Nested(tree) => Some(tree),
            _ => None,
        })
    }
}

/// Where the instructions of a function begin, in its body.
#[must_use]
pub fn instructions(body: &[u8]) -> Vec<usize> {
    let read = || {
        let operators = FunctionBody::new(BinaryReader::new(body, 0)).get_operators_reader()?;
        operators
            .into_iter_with_offsets()
            .map(|read| read.map(|(_, at)| at))
            .collect::<wasmparser::Result<Vec<usize>>>()
    };
    read().unwrap_or_default()
}

/// Where the items of a section begin; nothing for a section without items.
fn starts(payload: &Payload<'_>) -> wasmparser::Result<Option<Vec<usize>>> {
    macro_rules! of {
        ($reader:expr) => {
            $reader
                .clone()
                .into_iter_with_offsets()
                .map(|read| read.map(|(at, _)| at))
                .collect::<Result<Vec<_>, _>>()
                .map(Some)
        };
    }
    match payload {
        Payload::TypeSection(reader) => of!(reader),
        Payload::ImportSection(reader) => of!(reader),
        Payload::FunctionSection(reader) => of!(reader),
        Payload::TableSection(reader) => of!(reader),
        Payload::MemorySection(reader) => of!(reader),
        Payload::GlobalSection(reader) => of!(reader),
        Payload::ExportSection(reader) => of!(reader),
        Payload::ElementSection(reader) => of!(reader),
        Payload::DataSection(reader) => of!(reader),
        Payload::InstanceSection(reader) => of!(reader),
        Payload::CoreTypeSection(reader) => of!(reader),
        Payload::ComponentInstanceSection(reader) => of!(reader),
        Payload::ComponentAliasSection(reader) => of!(reader),
        Payload::ComponentTypeSection(reader) => of!(reader),
        Payload::ComponentCanonicalSection(reader) => of!(reader),
        Payload::ComponentImportSection(reader) => of!(reader),
        Payload::ComponentExportSection(reader) => of!(reader),
        _ => Ok(None),
    }
}

fn items(bytes: &[u8], starts: &[usize], end: usize) -> Result<Content, String> {
    let ends = starts.iter().skip(1).copied().chain([end]);
    let items: Option<Vec<_>> =
        starts.iter().zip(ends).map(|(from, to)| bytes.get(*from..to).map(<[u8]>::to_vec)).collect();
    let items = items.ok_or("an item outside its section")?;
    Ok(Content::Items(u32::try_from(items.len()).unwrap_or(u32::MAX), items))
}

/// A number as WebAssembly writes it: seven bits a byte.
#[must_use]
pub fn number(mut number: u32) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handmade::Handmade;

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let component = Handmade::saying("plain", "say", "x").component().unwrap();
        let mut tree = Tree::read(&component).unwrap();
        assert_eq!(Tree::read(&tree.write()).unwrap(), tree);
        assert_eq!(tree.write().len(), component.len(), "lengths as short as they were");
        assert_eq!(tree.write(), component);
        assert!(tree.levels() >= 2, "the component and its module");
        let module = tree.level(1).unwrap();
        assert!(module.sections.iter().any(|section| matches!(section.content, Content::Code(..))));
        assert!(tree.level(99).is_none());
    }

    #[test]
    fn a_component_of_a_compiler_is_written_as_it_was() {
        let component = crate::guests::hostile().unwrap();
        let mut tree = Tree::read(&component).unwrap();
        assert_eq!(Tree::read(&tree.write()).unwrap(), tree);
        assert!(tree.levels() >= 3, "its module and those of its adapter");
    }

    #[test]
    fn instructions_begin_where_they_do() {
        // No locals; i32.const 5, drop, end.
        assert_eq!(instructions(&[0, 0x41, 5, 0x1a, 0x0b]), [1, 3, 4]);
    }
}
