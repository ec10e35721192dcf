//! The routes that the relay answers itself. They are judged by the same rules as the helpdesk's, and never sent: a tool must
//! declare each by its own name, since `*` stands for the helpdesk's, and no ability covers one.

use std::sync::{Arc, LazyLock};

use tickiti_relay_routes::{Class, Encoding, Key, Method, Repeat, Route};

/// The table of endpoints.
pub const ENDPOINTS: &str = "endpoints";
/// The writes of which somebody must say what became of them.
pub const UNSETTLED: &str = "unsettled_writes";
/// Says it.
const SETTLE: &str = "settle_write";

static ROUTES: LazyLock<[Arc<Route>; 3]> = LazyLock::new(|| {
    [(ENDPOINTS, Class::Read), (UNSETTLED, Class::Read), (SETTLE, Class::Write)]
        .map(|(action, class)| Arc::new(route(action, class)))
});

/// The route of this name that the relay answers itself.
pub fn local(name: &str) -> Option<&'static Arc<Route>> {
    ROUTES.iter().find(|route| route.name == name)
}

/// The names of all that the relay answers itself.
pub fn local_names() -> [&'static str; 3] {
    ROUTES.each_ref().map(|route| route.name.as_str())
}

fn route(action: &str, class: Class) -> Route {
    Route {
        name: format!("relay.{action}"),
        family: "relay".into(),
        action: action.into(),
        class,
        method: Method::Post,
        uri: String::new(),
        encoding: Encoding::Json,
        repeat: Repeat::Harmless,
        key: Key::None,
        abilities: Vec::new(),
        role: None,
        sysadmin: false,
        plans: Vec::new(),
        params: Vec::new(),
        mails: false,
        target: None,
        shows: None,
        file_part: None,
        secret: None,
        body: Vec::new(),
        note: None,
        example: None,
    }
}
