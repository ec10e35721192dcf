//! `create_ticket`.

use tickiti_relay_sdk::prelude::*;

use crate::images::{InlineImage, embed};

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateTicket {
    /// The person it is raised for; becomes a user when new.
    #[schemars(extend("format" = "email"))]
    pub originator_email_address: String,
    /// Goes with content.
    pub subject: Option<String>,
    /// HTML body; goes with subject.
    pub content: Option<String>,
    /// Identifier of a template.
    pub template_identifier: Option<String>,
    /// Name of an intervention; goes with data and uid.
    pub intervention: Option<String>,
    /// Id in the remote system, for an intervention.
    pub uid: Option<String>,
    /// Values of the template's placeholders, or of the intervention.
    pub data: Option<Object>,
    /// Queue by name; default Inbox. Not with an intervention, which picks its own.
    pub queue_name: Option<String>,
    /// Whether the customer sees the first response; default true.
    pub is_public: Option<bool>,
    /// Show the originator as its author, not the token's owner.
    pub use_passed_originator_as_responder: Option<bool>,
    /// Local images to show inside content: png, jpg, gif, webp, bmp, svg.
    pub attachments: Option<Vec<InlineImage>>,
}

impl Tool for CreateTicket {
    const ABOUT: About = About::write("create_ticket", "Create ticket")
        .description(
            "Opens a ticket and may mail the customer. Exactly one of three shapes: subject + content; \
             template_identifier (+ data); intervention + uid + data. The result names the ticket number. The relay sends an \
             idempotency key. If the result says that the ticket may have been created, look with query_tickets before you \
             try again. Needs tickets:write.",
        )
        .routes(&["tickets.create"])
        .files(&[("/attachments/*/path", Access::Image)])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let mut data = self.data.clone().unwrap_or_default();
        data.set_some("subject", given(&self.subject))?;
        data.set_some("content", given(&self.content))?;
        let images = self.attachments.as_deref().unwrap_or_default();
        self.check_shape(&data, images)?;
        if !images.is_empty() {
            let content = data.text("content").unwrap_or_default();
            data.set("content", embed(cx, &content, images)?)?;
        }
        data.set_some("queue_name", self.queue_name.as_ref())?;

        let mut body = Object::new();
        body.set("originator_email_address", &self.originator_email_address)?;
        body.set_some("is_public", self.is_public)?;
        body.set_some("use_passed_originator_as_responder", self.use_passed_originator_as_responder)?;
        body.set_some("template_identifier", given(&self.template_identifier))?;
        body.set_some("intervention", given(&self.intervention))?;
        body.set_some("uid", self.uid)?;
        body.set_some("queue_name", self.queue_name)?;
        if !data.is_empty() {
            body.set("data", &data)?;
        }
        relay("tickets.create", &body)
    }
}

/// The three ways to open a ticket, and what is told when none or several are taken.
impl CreateTicket {
    fn check_shape(&self, data: &Object, images: &[InlineImage]) -> Result<()> {
        let has = |name: &str| data.text(name).is_some_and(|text| !text.is_empty());
        let problem = match (given(&self.template_identifier), given(&self.intervention)) {
            (Some(_), Some(_)) => "template_identifier and intervention exclude each other",
            (Some(_), None) if self.writes_body() => "template_identifier excludes subject and content",
            (None, Some(_)) if self.writes_body() => "intervention excludes subject and content",
            (Some(_), None) | (None, Some(_)) if !images.is_empty() && !has("content") => {
                "attachments are shown inside content, and this shape has none; put them into data.content or leave them out"
            }
            (None, Some(_)) if given(&self.uid).is_none() || self.data.is_none() => "intervention needs uid and data",
            (None, None) if !has("subject") => {
                "subject is missing, and neither template_identifier nor intervention is given"
            }
            (None, None) if !has("content") && images.is_empty() => {
                "content is missing, and neither template_identifier nor intervention is given"
            }
            _ => return Ok(()),
        };
        Err(Error::new(format!(
            "A ticket is opened in exactly one of three ways: subject + content; template_identifier (+ data); \
             intervention + uid + data. Here {problem}. Nothing was sent."
        )))
    }

    fn writes_body(&self) -> bool {
        given(&self.subject).is_some() || given(&self.content).is_some()
    }
}

/// Assistants write `""` for what they leave out.
fn given(argument: &Option<String>) -> Option<&str> {
    argument.as_deref().filter(|text| !text.is_empty())
}
