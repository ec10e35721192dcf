//! From method and path to a route and the values of its placeholders.

use tickiti_relay_routes::{Method, Route};

use crate::reply::Refusal;

/// Every route of the API.
#[derive(Debug, Clone)]
pub struct Routing(Vec<Route>);

impl Routing {
    /// Over these routes.
    #[must_use]
    pub fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    /// The routes.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.0
    }

    /// Finds the route of a path after `/api/v1/`.
    ///
    /// # Errors
    /// 404 when no route has this path, 405 when it is asked in another way.
    pub fn find(&self, method: &str, path: &str) -> Result<(&Route, Vec<(String, String)>), Refusal> {
        let mut allowed = Vec::new();
        for route in &self.0 {
            let Some(params) = matches(&route.uri, path) else { continue };
            if name(route.method) == method {
                return Ok((route, params));
            }
            allowed.push(name(route.method));
        }
        let path = format!("api/v1/{path}");
        if allowed.is_empty() {
            return Err(Refusal::UnknownRoute(path));
        }
        Err(Refusal::Method { asked: method.to_owned(), path, allowed })
    }
}

fn matches(uri: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut params = Vec::new();
    let mut asked = path.split('/');
    for wanted in uri.split('/') {
        let given = asked.next()?;
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !given.is_empty() => params.push((name.to_owned(), decoded(given))),
            Some(_) => return None,
            None if wanted == given => {}
            None => return None,
        }
    }
    asked.next().is_none().then_some(params)
}

/// Undoes percent-encoding; what is not valid stays as it is.
#[must_use]
pub fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Post => "POST",
        Method::Get => "GET",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}
