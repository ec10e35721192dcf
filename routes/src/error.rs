//! What can be wrong with a table or a list of routes.

/// Why a text is no table of routes. Each says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Not JSON, or JSON of another shape.
    #[error(
        "This is neither a table of the relay nor the output of `php artisan route:list --json`: {reason}. Make the file \
         anew with one of the two."
    )]
    Shape {
        /// What the parser said, with line and column.
        reason: String,
    },
    /// Laravel's list has no route of the API.
    #[error(
        "The list has {listed} routes, but none whose name begins with `api.v1.`. Make it with \
         `php artisan route:list --json` on the server of the helpdesk, without a filter or with `--path=api/v1`."
    )]
    NoRoutes {
        /// How many routes it has.
        listed: usize,
    },
    /// One route cannot be used.
    #[error("Route `{name}` cannot be used: {reason}. Take it out of the file, or mend it there.")]
    Route {
        /// Its name.
        name: String,
        /// Why, as a part of a sentence.
        reason: String,
    },
    /// Two routes with one name.
    #[error("Route `{name}` is listed twice. Take one of the two out of the file.")]
    Twice {
        /// Its name.
        name: String,
    },
    /// Two routes that no request could tell apart.
    #[error(
        "Routes `{first}` and `{second}` have the same method and path ({uri}). Take one of the two out of the file."
    )]
    Same {
        /// Name of the one.
        first: String,
        /// Name of the other.
        second: String,
        /// Their path.
        uri: String,
    },
    /// One of the relay's own lists is broken. A test keeps this from happening in a release.
    #[error(
        "The relay's own list of the family `{family}` is broken: {reason}. This is a fault of the relay; please report it."
    )]
    List {
        /// The family, which is the name of the file.
        family: String,
        /// What the parser said.
        reason: String,
    },
}

impl TableError {
    pub(crate) fn route(name: &str, reason: impl Into<String>) -> Self {
        TableError::Route { name: name.to_owned(), reason: reason.into() }
    }
}
