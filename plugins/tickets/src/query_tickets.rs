//! `query_tickets`: search through a view and criteria.

use tickiti_relay_sdk::prelude::*;

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct QueryTickets {
    /// Saved view, by id.
    pub perspective_id: Option<i64>,
    /// Saved view, by name; wins over search_object.search_perspective.
    pub perspective_name: Option<String>,
    /// {search_perspective?, search_perspective_id?, criteria?: [{mode, tokens: [...]}]}.
    pub search_object: Option<Object>,
}

impl Tool for QueryTickets {
    const ABOUT: About = About::read("query_tickets", "Search tickets")
        .description(
            "Finds tickets through a saved view, criteria, or both, and answers summary rows; the columns follow the view. \
             Without arguments: the view \"All\". Read one ticket with get_ticket.\n\
             Criteria of one mode are alternatives, different modes must all hold. Modes: subject, content, \
             subject_content, ticket_number, assigned, raised, participant (e-mail addresses), queue (name), status, \
             priority (10 Low, 20 Normal, 30 High, 40 Urgent), watchlist (id), hashtag, and created_from, created_to, \
             updated_from, updated_to (one YYYY-MM-DD token, UTC). Example: {\"criteria\": [{\"mode\": \"queue\", \
             \"tokens\": [\"Inbox\"]}, {\"mode\": \"status\", \"tokens\": [\"open\"]}]}.\n\
             Only tickets of queues that the token's owner may see; about 100 rows, so narrow broad searches. \
             Needs tickets:read or tickets:write.",
        )
        .routes(&["tickets.query"])
        .open_world();

    async fn run(self, _: &Context<'_>) -> Result<End> {
        let mut body = Object::new();
        body.set_some("perspective_id", self.perspective_id)?;
        let name = self.perspective_name.filter(|name| !name.is_empty());
        let mut search = self.search_object;
        if let Some(name) = name {
            search.get_or_insert_default().set("search_perspective", name)?;
        }
        body.set_some("search_object", search)?;
        relay("tickets.query", &body)
    }
}
