//! `tickiti_call`: any endpoint by name.

use tickiti_relay_sdk::prelude::*;

/// The part that takes the file unless told otherwise.
const FILE_PART: &str = "file";

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TickitiCall {
    /// As list_endpoints shows it.
    pub family: String,
    /// As list_endpoints shows it.
    pub action: String,
    /// The body, with the values of path parameters by their names.
    pub payload: Option<Object>,
    /// A local file, for endpoints that take one.
    pub file: Option<Upload>,
}

/// A local file to upload.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Upload {
    /// Local file.
    pub path: String,
    /// Name to show; the file's own when left out.
    pub name: Option<String>,
    /// Form field that takes it; default file.
    pub part: Option<String>,
}

impl Tool for TickitiCall {
    const ABOUT: About = About::destructive("tickiti_call", "Call any Tickiti v1 endpoint")
        .description(
            "Calls one endpoint by family and action, for what no other tool does. Look its body fields up with \
             list_endpoints first: the helpdesk ignores wrong names without a word. The answer comes back as it is. It can \
             delete and change settings: prefer a tool of its own where there is one. If the result says that the call may \
             have taken effect, look before you try again. Needs what the endpoint needs; a refusal names it.",
        )
        .routes(&["*"])
        .files(&[("/file/path", Access::Bytes)])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let payload = self.payload.unwrap_or_default();
        let route = route(&self.family, &self.action);
        let Some(upload) = self.file else {
            return relay(route, &payload);
        };
        let part = upload.part.as_deref().unwrap_or(FILE_PART);
        if payload.has(part) {
            return Err(Error::new(format!(
                "`{part}` stands in payload and is the part of the file too; leave one out. Nothing was sent."
            )));
        }
        let file = cx.file("/file/path").ok_or("The relay did not open the file of /file/path.")?;
        // The file comes first, as in the original's uploads.
        let mut body = Object::new();
        body.set(part, format!("{}/{}", file.mark, upload.name.as_deref().unwrap_or(&file.name)))?;
        body.append(payload);
        relay(route, &body)
    }
}

/// Family, a dot, action. A family that is one endpoint has no name for its action.
fn route(family: &str, action: &str) -> String {
    if matches!(action, "" | "(root)") { family.to_owned() } else { format!("{family}.{action}") }
}
