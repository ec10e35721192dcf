//! Values of the contract as they lie in a component's memory: the sizes and places that the component model's ABI gives them.

use super::{Manifest, Tool};

/// A text of the plugin; bytes, because it need not be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub Vec<u8>);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

/// A memory that fills from one place on.
pub(super) struct Memory {
    from: usize,
    bytes: Vec<u8>,
}

/// What nothing is aligned to more than.
const ALIGNED: usize = 8;

impl Memory {
    pub(super) fn from(from: usize) -> Self {
        Self { from, bytes: Vec::new() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts bytes at the next free place and tells it.
    fn put(&mut self, bytes: &[u8]) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNED), 0);
        let at = self.from + self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        at
    }

    /// Eight bytes: place and length.
    fn text(&mut self, text: &Text) -> Vec<u8> {
        pair(self.put(&text.0), text.0.len())
    }

    /// The same of items that lie one after the other.
    fn list(&mut self, items: &[Vec<u8>]) -> Vec<u8> {
        pair(self.put(&items.concat()), items.len())
    }

    /// Twelve bytes.
    fn optional_text(&mut self, text: Option<&Text>) -> Vec<u8> {
        match text {
            None => vec![0; 12],
            Some(text) => [word(1), self.text(text)].concat(),
        }
    }

    pub(super) fn manifest(&mut self, manifest: &Manifest) -> usize {
        let tools: Vec<_> = manifest.tools.iter().map(|tool| self.tool(tool)).collect();
        let parts =
            [self.text(&manifest.name), self.text(&manifest.version), self.text(&manifest.about), self.list(&tools)];
        self.put(&parts.concat())
    }

    /// 64 bytes.
    fn tool(&mut self, tool: &Tool) -> Vec<u8> {
        let routes: Vec<_> = tool.routes.iter().map(|route| self.text(route)).collect();
        let files: Vec<_> =
            tool.files.iter().map(|(at, access)| [self.text(at), word((*access).into())].concat()).collect();
        let (idempotent, open_world) = (1, 0);
        let parts = [
            self.text(&tool.name),
            self.text(&tool.title),
            self.text(&tool.description),
            self.text(&tool.input),
            self.optional_text(tool.output.as_ref()),
            vec![tool.effect, idempotent, open_world, 0],
            self.list(&routes),
            self.list(&files),
        ];
        parts.concat()
    }

    /// A turn that ends the call with one text.
    pub(super) fn done(&mut self, text: &Text) -> usize {
        // A content of 40 bytes, whose case 0 is a text.
        let content = [word(0), self.text(text), vec![0; 28]].concat();
        let output = [self.list(&[content]), self.optional_text(None)].concat();
        self.turn(2, output)
    }

    pub(super) fn relay(&mut self, route: &Text, input: &Text) -> usize {
        let request = self.request(route, input);
        self.turn(0, request)
    }

    pub(super) fn send(&mut self, route: &Text, input: &Text) -> usize {
        let request = self.request(route, input);
        let requests = self.list(&[request]);
        self.turn(1, requests)
    }

    /// 36 bytes, without statuses to accept and without a value to hold.
    fn request(&mut self, route: &Text, input: &Text) -> Vec<u8> {
        [self.text(route), self.text(input), pair(0, 0), vec![0; 12]].concat()
    }

    /// A good result: a turn without writes, state and progress.
    fn turn(&mut self, case: usize, mut step: Vec<u8>) -> usize {
        step.resize(36, 0);
        let turn = [pair(0, 0), word(case), step, pair(0, 0), vec![0; 40]].concat();
        self.put(&[word(0), word(0), turn].concat())
    }

    /// A bad one: a sentence.
    pub(super) fn error(&mut self, text: &Text) -> usize {
        let text = self.text(text);
        self.put(&[word(1), word(0), text, vec![0; 88]].concat())
    }
}

fn word(number: usize) -> Vec<u8> {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes().to_vec()
}

fn pair(at: usize, length: usize) -> Vec<u8> {
    [word(at), word(length)].concat()
}
