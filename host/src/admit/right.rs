//! One right, as a person writes it: `tickets:read`, `tickets.respond{is_internal=true}`, `folder:/srv/out`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::fixed::{Fixed, fixed_fields};

/// One right that the person running the relay gives a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// `*`: every route that its tools declare.
    AllRoutes,
    /// `tickets:read`: the routes that a token with this ability reaches. One that ends in `:read` covers reads only, others
    /// reads and plain writes; what destroys, and what touches credentials, rights or mail settings, must be named.
    Ability(String),
    /// `tickets.respond`, and with fields in braces only requests that have them so. A route that is named so is judged by
    /// these alone, whatever other rights cover it.
    Route {
        /// Name of the route.
        route: String,
        /// What the body must hold, or must not; anything when empty.
        fixed: Vec<Fixed>,
    },
    /// `folder:*`: every folder that the relay's tools may use.
    AllFolders,
    /// `folder:/srv/out`, or `folder:/srv/in:ro` to read only.
    Folder {
        /// Absolute.
        path: PathBuf,
        /// Whether files may be made in it.
        writable: bool,
    },
}

/// Why a text is no right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotARight {
    /// Neither of the forms.
    #[error(
        "`{0}` is no right. Rights are abilities (`tickets:read`), endpoints (`tickets.respond`), endpoints with fixed fields \
         (`tickets.respond{{is_internal=true}}`), folders (`folder:/srv/out`, `folder:/srv/in:ro`) and `*`"
    )]
    Form(String),
    /// The part in braces.
    #[error("`{0}`: fixed fields are written as in `tickets.respond{{is_internal=true}}`, several with commas between")]
    Fields(String),
    /// A folder that is not absolute.
    #[error("`{0}`: a folder is an absolute path, as in `folder:/srv/out`")]
    Folder(String),
}

const FOLDER: &str = "folder:";
const READ_ONLY: &str = ":ro";

impl FromStr for Right {
    type Err = NotARight;

    fn from_str(text: &str) -> Result<Self, NotARight> {
        if text == "*" {
            return Ok(Self::AllRoutes);
        }
        if let Some(folder) = text.strip_prefix(FOLDER) {
            return folder_right(text, folder);
        }
        if let Some((route, fields)) = text.split_once('{') {
            let fields = fields.strip_suffix('}').ok_or_else(|| NotARight::Fields(text.to_owned()))?;
            let fixed = fixed_fields(fields).ok_or_else(|| NotARight::Fields(text.to_owned()))?;
            return match is_route(route) {
                true => Ok(Self::Route { route: route.to_owned(), fixed }),
                false => Err(NotARight::Form(text.to_owned())),
            };
        }
        match text.split_once(':') {
            Some((area, verb)) if is_word(area) && is_word(verb) => Ok(Self::Ability(text.to_owned())),
            None if is_route(text) => Ok(Self::Route { route: text.to_owned(), fixed: Vec::new() }),
            // The abilities of Tickiti have a colon, but for one.
            None if is_word(text) && text.contains('-') => Ok(Self::Ability(text.to_owned())),
            _ => Err(NotARight::Form(text.to_owned())),
        }
    }
}

fn folder_right(text: &str, folder: &str) -> Result<Right, NotARight> {
    if folder == "*" {
        return Ok(Right::AllFolders);
    }
    let (path, writable) = match folder.strip_suffix(READ_ONLY) {
        Some(path) => (path, false),
        None => (folder, true),
    };
    let path = PathBuf::from(path);
    let plain = path.is_absolute() && !path.components().any(|part| part == std::path::Component::ParentDir);
    if plain { Ok(Right::Folder { path, writable }) } else { Err(NotARight::Folder(text.to_owned())) }
}

/// `tickets.respond`, `relay.endpoints`; the one irregular name is `faqs`.
fn is_route(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|part| is_word(part) && !part.contains('-'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllRoutes => formatter.write_str("*"),
            Self::Ability(ability) => formatter.write_str(ability),
            Self::Route { route, fixed } if fixed.is_empty() => formatter.write_str(route),
            Self::Route { route, fixed } => {
                let fields: Vec<String> = fixed.iter().map(ToString::to_string).collect();
                write!(formatter, "{route}{{{}}}", fields.join(","))
            }
            Self::AllFolders => write!(formatter, "{FOLDER}*"),
            Self::Folder { path, writable } => {
                write!(formatter, "{FOLDER}{}{}", path.display(), if *writable { "" } else { READ_ONLY })
            }
        }
    }
}

impl serde::Serialize for Right {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Right {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_written_as_it_was_read() {
        for text in [
            "*",
            "tickets:read",
            "create-ticket",
            "tickets.respond",
            "administration.users.queue_upsert",
            "faqs",
            "relay.settle_write",
            "tickets.respond{is_internal=true}",
            "tickets.create{originator_email_address=*@example.com,data.priority=\"High, or not\"}",
            "mail.send{cc=,to_address=*@example.com,data=}",
            "tickets.close{resolved=4}",
            "folder:*",
            "folder:/srv/out",
            "folder:/srv/in:ro",
        ] {
            let right: Right = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(right.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_right_is_told_how_one_looks() {
        let wrong = [
            "",
            "Tickets:read",
            "tickets:",
            "tickets.",
            ".respond",
            "tickets respond",
            "tickets.respond{",
            "tickets.respond{}",
            "tickets.respond{is_internal}",
            "tickets.respond{=true}",
            "folder:srv",
            "folder:/srv/../etc",
            "a:b:c",
            "tickets.r\u{202e}",
        ];
        for text in wrong {
            assert!(text.parse::<Right>().is_err(), "{text}");
        }
        insta::assert_snapshot!("sudo!".parse::<Right>().unwrap_err(), @"`sudo!` is no right. Rights are abilities (`tickets:read`), endpoints (`tickets.respond`), endpoints with fixed fields (`tickets.respond{is_internal=true}`), folders (`folder:/srv/out`, `folder:/srv/in:ro`) and `*`");
    }
}
