//! `settle_write`. The relay has the record and answers itself.

use tickiti_relay_sdk::prelude::*;

/// Arguments.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct SettleWrite {
    /// Name of the write: w12.
    pub id: String,
    /// What you saw on the helpdesk: true when the write took effect.
    pub happened: bool,
}

impl Tool for SettleWrite {
    const ABOUT: About = About::write("settle_write", "Say whether an unsettled write happened")
        .description(
            "Says of one unsettled write whether it happened, after you looked at the helpdesk with the call that its error or \
             unsettled_writes names. Afterwards an equal call is a new write. Never guess: a wrong word makes things happen twice, \
             or not at all. Changes the relay's own record only, and needs no ability.",
        )
        .routes(&["relay.settle_write"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        relay("relay.settle_write", &cx.arguments()?)
    }
}
