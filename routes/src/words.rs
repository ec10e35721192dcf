//! The words of the table as people read them.

use std::fmt;

use crate::route::{Class, Encoding, Key, Method, Repeat, Role};

/// Writes each value of an enum as the word that stands for it in the table.
macro_rules! words {
    ($($type:ident { $($value:ident => $word:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The word that stands for it in the table.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $($type::$value => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.word())
            }
        }
    )+};
}

words! {
    Method { Post => "POST", Get => "GET", Put => "PUT", Patch => "PATCH", Delete => "DELETE" }
    Encoding { Json => "json", Query => "query", Multipart => "multipart" }
    Role { Staff => "staff", Admin => "admin", Superuser => "superuser" }
    Class { Read => "read", Write => "write", Destructive => "destructive", Sensitive => "sensitive" }
    Repeat { Keyed => "keyed", Harmless => "harmless", Never => "never" }
    Key { Demanded => "demanded", Sent => "sent", None => "none" }
}
