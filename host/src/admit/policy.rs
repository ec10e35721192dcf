//! What holds for all plugins alike, as the person started the relay.

use tickiti_relay_routes::Class;

/// How the relay was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// Nothing but reads is sent.
    pub read_only: bool,
    /// What the person is asked about before it is sent.
    pub confirm: Option<Confirm>,
}

/// What the person is asked about before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// What destroys, and what touches credentials, rights or mail settings.
    Destructive,
    /// Everything but reads.
    Write,
}

impl Policy {
    /// Whether a request of this class may be sent at all.
    pub(super) fn allows(self, class: Class) -> bool {
        !self.read_only || class == Class::Read
    }

    /// Whether the person is asked before a request of this class is sent.
    pub fn asks(self, class: Class) -> bool {
        match self.confirm {
            None => false,
            Some(Confirm::Destructive) => matches!(class, Class::Destructive | Class::Sensitive),
            Some(Confirm::Write) => class != Class::Read,
        }
    }
}
