//! Why a request was not let through: one sentence for the assistant each, with the rule and what to do instead.

use tickiti_relay_routes::Class;

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
    /// The person running the relay did not allow it.
    #[error(
        "the endpoint `{route}` is not granted to this tool's plugin; only the person who runs the relay can allow it"
    )]
    NotGranted {
        /// Name of the route.
        route: String,
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

fn nearest_words(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
        format!("; the nearest: {}", names.join(", "))
    }
}

fn class_words(class: Class) -> &'static str {
    match class {
        Class::Read => "a read",
        Class::Write => "a write",
        Class::Destructive => "destructive",
        Class::Sensitive => "sensitive (credentials, rights or mail)",
    }
}
