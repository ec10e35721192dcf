//! `admit`: the only door to the helpdesk. A plugin's request becomes something that `upstream` accepts here or nowhere.
//!
//! Pure: a decision over the request, its tool's declaration, the grant, how the relay was started, the route table and the
//! marks of the call.

mod body;
mod fixed;
mod grant;
mod local;
mod narrow;
mod path;
mod policy;
mod refusal;
mod right;

use std::sync::Arc;

use tickiti_relay_routes::{Class, Route, Table};

pub use body::{Body, Part, PartValue, Piece};
pub use fixed::Fixed;
pub use grant::{Giving, Grant};
pub use local::{ENDPOINTS, UNSETTLED, local, local_names};
pub use narrow::{Narrowing, narrowings, widened};
pub use policy::{Confirm, Policy};
pub use refusal::Refusal;
pub use right::{NotARight, Right};

use crate::contract::{Effect, Request, Tool};
use crate::digest::{Digest, Hasher};
use crate::limits;
use crate::marks::Marks;

/// A request that was checked against its tool's declaration and the grant. Only [`admit`] makes one.
#[derive(Debug, Clone)]
pub struct Admitted {
    route: Arc<Route>,
    path: String,
    body: Body,
    accept: Vec<u16>,
    hold: Option<String>,
    granted: Arc<Grant>,
}

/// What a request is held against.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The tool that asks.
    pub tool: &'a Tool,
    /// Name of its plugin.
    pub plugin: &'a str,
    /// What the person running the relay allows the tool's plugin.
    pub grant: &'a Arc<Grant>,
    /// How the relay was started.
    pub policy: Policy,
    /// The endpoints of the helpdesk.
    pub routes: &'a Table,
}

/// Checks a request and fills its route. Every rule that stands between a plugin and the helpdesk is asked here.
///
/// # Errors
/// The first rule that says no.
pub fn admit(request: &Request, rules: Rules<'_>, marks: &Marks) -> Result<Admitted, Refusal> {
    let Rules { tool, plugin, grant, policy, routes } = rules;
    let route = local(&request.route).or_else(|| routes.get(&request.route)).ok_or_else(|| unknown(request, routes))?;
    if !declared(tool, &route.name) {
        return Err(Refusal::NotDeclared { tool: tool.name.clone(), route: route.name.clone() });
    }
    if !allows(tool.effect, route.class) {
        return Err(Refusal::BeyondEffect { tool: tool.name.clone(), route: route.name.clone(), class: route.class });
    }
    if !policy.allows(route.class) {
        return Err(Refusal::ReadOnly { route: route.name.clone(), class: route.class });
    }
    if request.input.len() > limits::INPUT_BYTES {
        return Err(Refusal::InputTooLarge { route: route.name.clone(), bytes: request.input.len() });
    }
    let members = body::members(&route.name, &request.input)?;
    // Laravel takes a POST with this member for a request of the method that it names.
    if members.iter().any(|(name, _)| name == "_method") {
        return Err(Refusal::OtherMethod { route: route.name.clone() });
    }
    grant.judge(route, &members).map_err(|beyond| Refusal::beyond(beyond, grant, plugin, route))?;
    let path = path::fill(route, &members, routes)?;
    // What is filled in was a text or number without anything that is encoded, or no mark.
    body::no_mark(route, "path", &path, marks)?;
    Ok(Admitted {
        path,
        body: body::build(route, &request.input, &members, marks)?,
        route: Arc::clone(route),
        accept: request.accept.clone(),
        hold: request.hold.clone(),
        granted: Arc::clone(grant),
    })
}

/// Whether a tool of this effect may send to a route of this class, whatever it declares.
pub fn allows(effect: Effect, class: Class) -> bool {
    match class {
        Class::Read => true,
        Class::Write | Class::Sensitive => effect >= Effect::Write,
        Class::Destructive => effect >= Effect::Destructive,
    }
}

/// Whether the tool named the route, or all of the helpdesk's.
fn declared(tool: &Tool, route: &str) -> bool {
    let all = local(route).is_none();
    tool.routes.iter().any(|declared| declared == route || (all && declared == "*"))
}

fn unknown(request: &Request, routes: &Table) -> Refusal {
    let nearest = match request.route.len() {
        // Nothing looks like a whole text, and to compare one takes long.
        limits::NAME_SHOWN_BYTES.. => Vec::new(),
        _ => routes.nearest(&request.route).into_iter().map(str::to_owned).collect(),
    };
    Refusal::UnknownRoute { route: request.route.clone(), nearest }
}

impl Admitted {
    /// The route, with its class and how it may be repeated.
    pub fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Whether the relay answers it itself, and never sends it.
    pub fn is_local(&self) -> bool {
        local(&self.route.name).is_some()
    }

    /// Path below the helpdesk's address, `/api/v1/tickets/respond`: every placeholder filled with one encoded segment.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is sent besides the path.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Everything that makes the request what it is: route, path, and every byte of the body.
    pub fn each_part(&self, mut part: impl FnMut(&[u8])) {
        part(self.route.name.as_bytes());
        part(self.path.as_bytes());
        self.body.each_part(&mut part);
    }

    /// Stands for exactly this request.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        self.each_part(|part| hasher.add(part));
        hasher.finish()
    }

    /// The rights under which it was let through, for whoever asks later whether they still stand.
    pub fn granted(&self) -> &Grant {
        &self.granted
    }

    /// Statuses of failures that the plugin wants to see.
    pub fn accept(&self) -> &[u16] {
        &self.accept
    }

    /// JSON pointer of the value in the answer that stays with the relay.
    pub fn hold(&self) -> Option<&str> {
        self.hold.as_deref()
    }
}

#[cfg(test)]
impl Admitted {
    /// A request that nobody checked, for the tests of other rooms.
    pub(crate) fn for_test(route: Arc<Route>, path: &str, body: Body, accept: &[u16], hold: Option<&str>) -> Self {
        let (path, hold) = (path.to_owned(), hold.map(str::to_owned));
        Self { route, path, body, accept: accept.to_vec(), hold, granted: Arc::new(Grant::all()) }
    }
}

#[cfg(test)]
mod tests;
