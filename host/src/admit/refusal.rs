//! Why a request was not let through: one sentence for the assistant each, with the rule and what to do instead.

use tickiti_relay_routes::{Class, Route};

use super::grant::Beyond;

/// Why a request was not let through. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such route in the table.
    #[error("`{route}` is not an endpoint of this helpdesk{}. `list_endpoints` names them all", nearest_words(nearest))]
    UnknownRoute {
        /// As asked.
        route: String,
        /// Names that look like it.
        nearest: Vec<String>,
    },
    /// The tool asked for a route that it did not declare.
    #[error(
        "the tool `{tool}` did not declare the endpoint `{route}`, so it may not use it; this is a fault of its plugin"
    )]
    NotDeclared {
        /// Name of the tool.
        tool: String,
        /// Name of the route.
        route: String,
    },
    /// The route does more than the tool says of itself.
    #[error("the endpoint `{route}` is {}, and the tool `{tool}` says of itself that it does less; this is a fault of its plugin", class_words(*class))]
    BeyondEffect {
        /// Name of the tool.
        tool: String,
        /// Name of the route.
        route: String,
        /// What the route does.
        class: Class,
    },
    /// The relay was started to read only.
    #[error(
        "the endpoint `{route}` is {}, and the relay was started with `--read-only`; only the person who runs it can start it \
         otherwise", class_words(*class)
    )]
    ReadOnly {
        /// Name of the route.
        route: String,
        /// What the route does.
        class: Class,
    },
    /// The person running the relay did not allow it.
    #[error(
        "the endpoint `{route}` ({}) is not granted to the plugin `{plugin}`. Only the person who runs the relay can allow it, with: \
         tickiti-relay plugin grant {plugin} {route}", class_words(*class)
    )]
    NotGranted {
        /// Name of the plugin.
        plugin: String,
        /// Name of the route.
        route: String,
        /// What the route does.
        class: Class,
    },
    /// The person running the relay allowed it with other fields only.
    #[error(
        "the plugin `{plugin}` may use the endpoint `{route}` only as {}, and this request is not so. Only the person who runs the \
         relay can allow more, with: tickiti-relay plugin grant {plugin} {route}",
        rights_words(rights)
    )]
    NotFixed {
        /// Name of the plugin.
        plugin: String,
        /// Name of the route.
        route: String,
        /// The rights that name the route, as the person wrote them.
        rights: Vec<String>,
    },
    /// No folder is granted for what an argument names.
    #[error(
        "no folder {} is granted to the plugin `{plugin}`, so the file of the argument `{at}` stays out of reach. Only the person who \
         runs the relay can allow one, with: tickiti-relay plugin grant {plugin} folder:/path/to/it", if *writable { "to write to" } else { "to read from" }
    )]
    NoFolder {
        /// Name of the plugin.
        plugin: String,
        /// The argument, as a path of names: `files.0.path`.
        at: String,
        /// Whether it was to be written to.
        writable: bool,
    },
    /// A file lies outside the folders that are granted, though perhaps within those that the relay may use.
    #[error(
        "`{path}` is not beneath a folder that the plugin `{plugin}` is granted to be {used} ({folders}). Give a path beneath one; \
         only the person who runs the relay can allow another, with: tickiti-relay plugin grant {plugin} folder:/path/to/it"
    )]
    OutsideFolders {
        /// Name of the plugin.
        plugin: String,
        /// As it was given, made visible and cut.
        path: String,
        /// `read` or `written to`.
        used: &'static str,
        /// The folders that are granted.
        folders: String,
    },
    /// What was granted cannot be read.
    #[error(
        "what the plugin `{plugin}` may do cannot be read: {why}. Nothing is sent until the person who runs the relay has mended that; \
         `tickiti-relay plugin verify` tells more"
    )]
    GrantsUnknown {
        /// Name of the plugin.
        plugin: String,
        /// What is wrong with the grants.
        why: String,
    },
    /// The body is larger than a request may be.
    #[error(
        "the body for `{route}` has {bytes} bytes, more than the {} allowed; files belong into file arguments",
        crate::limits::INPUT_BYTES
    )]
    InputTooLarge {
        /// Name of the route.
        route: String,
        /// How many the plugin wrote.
        bytes: usize,
    },
    /// The body is not a JSON object.
    #[error("the body for `{route}` is not a JSON object")]
    NotAnObject {
        /// Name of the route.
        route: String,
    },
    /// The body nests deeper than what reads it later can follow.
    #[error("the body for `{route}` is nested deeper than {} levels", crate::limits::JSON_DEPTH)]
    TooDeep {
        /// Name of the route.
        route: String,
    },
    /// A text holds half of a character. The helpdesk reads no body at all then, so without any of its fields.
    #[error(
        "the body for `{route}` holds half a character (`\\ud800` to `\\udfff` without its other half), which the helpdesk cannot read; \
         take it out"
    )]
    HalfCharacter {
        /// Name of the route.
        route: String,
    },
    /// A member that makes the helpdesk's framework take the request for one of another method, so of another endpoint.
    #[error(
        "`_method` cannot be sent to `{route}`: it would make another endpoint of it. Use that endpoint by its name"
    )]
    OtherMethod {
        /// Name of the route.
        route: String,
    },
    /// With this value in its place the path is that of another endpoint.
    #[error(
        "with that in the path of the endpoint `{route}`, the request would go to `{other}`; give the id of what is meant"
    )]
    OtherRoute {
        /// Name of the route.
        route: String,
        /// Name of the route whose path that is.
        other: String,
    },
    /// A placeholder has no value.
    #[error("the endpoint `{route}` needs `{name}`, a text or number that is not empty: give it in the payload")]
    MissingPlaceholder {
        /// Name of the route.
        route: String,
        /// Name of the placeholder.
        name: String,
    },
    /// A placeholder's value is no single segment of a path.
    #[error(
        "`{name}` goes into the path of the endpoint `{route}` and cannot be that: give one id, without slashes, dots alone or control characters"
    )]
    BadPlaceholder {
        /// Name of the route.
        route: String,
        /// Name of the placeholder.
        name: String,
    },
    /// A file for a form, on a route that takes JSON.
    #[error(
        "the endpoint `{route}` takes no file, so `{name}` cannot be sent to it; `list_endpoints` shows `\"encoding\":\"multipart\"` where one takes files"
    )]
    TakesNoFile {
        /// Name of the route.
        route: String,
        /// Name of the member.
        name: String,
    },
    /// A file's mark stands where only a text can: in an address, or in the middle of a form field. It would reach the helpdesk as
    /// the 32 letters that it is, others at each call.
    #[error(
        "`{name}` of `{route}` holds a file where only a text can stand; a file is the whole value of a field of a form"
    )]
    StrayMark {
        /// Name of the route.
        route: String,
        /// Name of the member.
        name: String,
    },
    /// A member cannot be written into an address.
    #[error(
        "`{name}` cannot be sent to `{route}`: that endpoint is a GET, its values are texts, numbers, true or false, and lists of those"
    )]
    NotAQueryValue {
        /// Name of the route.
        route: String,
        /// Name of the member.
        name: String,
    },
}

impl Refusal {
    /// A request that is beyond its plugin's grant.
    pub(super) fn beyond(beyond: Beyond, plugin: &str, route: &Route) -> Self {
        let (plugin, name) = (plugin.to_owned(), route.name.clone());
        match beyond {
            Beyond::Route => Self::NotGranted { plugin, route: name, class: route.class },
            Beyond::Fields(rights) => Self::NotFixed { plugin, route: name, rights },
            Beyond::Unknown(why) => Self::GrantsUnknown { plugin, why },
        }
    }

    /// One word for the rule that said no: for the audit, and for who counts.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::UnknownRoute { .. } => "unknown-route",
            Self::NotDeclared { .. } => "not-declared",
            Self::BeyondEffect { .. } => "beyond-effect",
            Self::ReadOnly { .. } => "read-only",
            Self::NotGranted { .. } => "not-granted",
            Self::NotFixed { .. } => "fixed-fields",
            Self::NoFolder { .. } | Self::OutsideFolders { .. } => "folder-not-granted",
            Self::GrantsUnknown { .. } => "grants-unknown",
            Self::InputTooLarge { .. } => "input-too-large",
            Self::NotAnObject { .. } => "not-an-object",
            Self::TooDeep { .. } => "too-deep",
            Self::HalfCharacter { .. } => "half-character",
            Self::OtherMethod { .. } => "other-method",
            Self::OtherRoute { .. } => "other-route",
            Self::MissingPlaceholder { .. } => "missing-placeholder",
            Self::BadPlaceholder { .. } => "bad-placeholder",
            Self::TakesNoFile { .. } => "takes-no-file",
            Self::StrayMark { .. } => "stray-mark",
            Self::NotAQueryValue { .. } => "not-a-query-value",
        }
    }
}

fn rights_words(rights: &[String]) -> String {
    rights.iter().map(|right| format!("`{right}`")).collect::<Vec<_>>().join(" or ")
}

fn nearest_words(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
        format!("; the nearest: {}", names.join(", "))
    }
}

/// What a class is called, after "the endpoint is".
pub(super) fn class_words(class: Class) -> &'static str {
    match class {
        Class::Read => "a read",
        Class::Write => "a write",
        Class::Destructive => "destructive",
        Class::Sensitive => "sensitive (credentials, rights or mail)",
    }
}
