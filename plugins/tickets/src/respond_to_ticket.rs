//! `respond_to_ticket`.

use tickiti_relay_sdk::prelude::*;

use crate::images::{InlineImage, embed};

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RespondToTicket {
    /// Six digits.
    pub ticket_number: String,
    /// The author; becomes a participant when new.
    #[schemars(extend("format" = "email"))]
    pub from_email: String,
    /// HTML body; may be left out when status is given.
    pub content: Option<String>,
    /// A note that only staff see; default false.
    pub is_internal: Option<bool>,
    /// New status; without it any response reopens a closed or held ticket. on-hold needs on_hold_until.
    pub status: Option<Status>,
    /// YYYY-MM-DD.
    pub on_hold_until: Option<String>,
    /// Local images to show inside content: png, jpg, gif, webp, bmp, svg.
    pub attachments: Option<Vec<InlineImage>>,
}

/// A status that a response can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub enum Status {
    Open,
    OnHold,
}

impl Tool for RespondToTicket {
    const ABOUT: About = About::write("respond_to_ticket", "Respond to ticket")
        .description(
            "Adds a public reply (the customer is mailed) or an internal note, and may open the ticket or put it on hold. \
             Give content, status, or both. The result names the response. The relay sends an idempotency key. If the result \
             says that the response may have been posted, look with get_ticket before you try again. Needs tickets:write.",
        )
        .routes(&["tickets.respond"])
        .files(&[("/attachments/*/path", Access::Image)])
        .open_world();

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        let images = self.attachments.as_deref().unwrap_or_default();
        let content = self.content.as_deref().unwrap_or_default();
        if content.is_empty() && images.is_empty() && self.status.is_none() {
            return Err("A response needs content or a status. Nothing was sent.".into());
        }
        if self.status == Some(Status::OnHold) && self.on_hold_until.as_deref().unwrap_or_default().is_empty() {
            return Err("status on-hold needs on_hold_until, a date as YYYY-MM-DD. Nothing was sent.".into());
        }
        let mut body = cx.arguments()?;
        body.take("attachments");
        if !images.is_empty() {
            body.set("content", embed(cx, content, images)?)?;
        }
        relay("tickets.respond", &body)
    }
}
