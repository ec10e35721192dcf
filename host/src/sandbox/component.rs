//! What a plugin is loaded from.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::contract::GuestFault;
use crate::limits;

/// SHA-256 of a component's bytes; shown in hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Sixty-four hexadecimal digits.
impl std::str::FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a SHA-256 has 64 hexadecimal digits";
        let mut digest = [0; 32];
        if text.len() != 2 * digest.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong);
        }
        for (at, byte) in digest.iter_mut().enumerate() {
            let pair = text.get(2 * at..2 * at + 2).ok_or(wrong)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong)?;
        }
        Ok(Self(digest))
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Where a component's bytes are.
#[derive(Clone)]
pub enum Code {
    /// In memory, or built into the program. Trusted to have the digest that came with them.
    Bytes(Cow<'static, [u8]>),
    /// In a file, read when it must be compiled and checked against the digest then.
    File(PathBuf),
}

/// A component with the name of its plugin and its digest.
#[derive(Clone)]
pub struct Component {
    name: String,
    digest: Digest,
    code: Code,
    foreign: bool,
}

impl Component {
    /// A component whose digest is known: built in, or named by the lock file. `name` is for the log, the cache and the seed
    /// of random numbers.
    #[must_use]
    pub fn new(name: impl Into<String>, digest: Digest, code: Code) -> Self {
        Self { name: name.into(), digest, code, foreign: false }
    }

    /// A third party's component: compiled apart, and kept by its digest alone, since nobody vouches for its name.
    #[must_use]
    pub fn foreign(name: impl Into<String>, digest: Digest, code: Code) -> Self {
        Self { foreign: true, ..Self::new(name, digest, code) }
    }

    /// A component from bytes nobody has looked at yet.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self::new(name, Digest::of(&bytes), Code::Bytes(Cow::Owned(bytes)))
    }

    /// The plugin's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether it is a third party's.
    pub(super) fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Where its bytes are.
    pub(super) fn code(&self) -> &Code {
        &self.code
    }

    /// Its bytes, at most [`limits::COMPONENT_BYTES`].
    pub(super) fn read(&self) -> Result<Cow<'_, [u8]>, GuestFault> {
        let bytes = match &self.code {
            Code::Bytes(bytes) => Cow::Borrowed(bytes.as_ref()),
            Code::File(path) => {
                let unreadable = |error: std::io::Error| load_fault(format!("{}: {error}", path.display()));
                let mut bytes = Vec::new();
                let file = std::fs::File::open(path).map_err(unreadable)?;
                file.take(limits::COMPONENT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
                Cow::Owned(bytes)
            }
        };
        if bytes.len() > limits::COMPONENT_BYTES {
            return Err(load_fault(format!("it is larger than {} bytes", limits::COMPONENT_BYTES)));
        }
        if matches!(self.code, Code::File(_)) && Digest::of(&bytes) != self.digest {
            return Err(load_fault(format!("its file has changed: its SHA-256 is no longer {}", self.digest)));
        }
        Ok(bytes)
    }
}

/// A [`GuestFault::Load`] with this reason.
pub(super) fn load_fault(reason: impl Into<String>) -> GuestFault {
    GuestFault::Load { reason: reason.into() }
}
