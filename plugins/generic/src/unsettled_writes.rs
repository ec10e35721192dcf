//! `unsettled_writes`. The relay has the record and answers itself.

use tickiti_relay_sdk::prelude::*;

/// Arguments.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct UnsettledWrites {}

impl Tool for UnsettledWrites {
    const ABOUT: About = About::read("unsettled_writes", "List writes whose end nobody knows")
        .description(
            "The writes to the helpdesk of which nobody knows whether they happened, or whose answer may not have arrived: id, \
             route, since, state, the identifiers that are known, and look, the call that shows whether it happened. Use it after \
             an error that names a write (w12), or after a restart. Then settle_write. Asks the relay, not the helpdesk, and \
             needs no ability.",
        )
        .routes(&["relay.unsettled_writes"]);

    async fn run(self, cx: &Context<'_>) -> Result<End> {
        relay("relay.unsettled_writes", &cx.arguments()?)
    }
}
