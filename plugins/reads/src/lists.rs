//! The `list_` tools: one request each, its answer handed on.

use tickiti_relay_sdk::prelude::*;

/// Sends the filters as the body, or an empty one.
fn list(route: &str, filters: Option<Object>) -> Result<End> {
    relay(route, &filters.unwrap_or_default())
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListPerspectives {
    /// Further body fields; none are needed.
    pub filters: Option<Object>,
}

impl Tool for ListPerspectives {
    const ABOUT: About = About::read("list_perspectives", "List saved perspectives (views)")
        .description(
            "The saved views of the token's owner, with ids and names: what query_tickets takes as perspective_id and \
             perspective_name. An empty list means that the owner saved none; the built-in view \"All\" is always there. Needs \
             settings:read or settings:write, and a staff owner.",
        )
        .routes(&["settings.perspectives.index"]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        list("settings.perspectives.index", self.filters)
    }
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListWatchlists {
    /// Further body fields; none are needed.
    pub filters: Option<Object>,
}

impl Tool for ListWatchlists {
    const ABOUT: About = About::read("list_watchlists", "List watchlists")
        .description(
            "The watchlists that the token's owner can see, with ids and names. An id serves as a token of the criterion \
             watchlist in query_tickets. Needs settings:read or settings:write, and a staff owner.",
        )
        .routes(&["settings.watchlists.index"]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        list("settings.watchlists.index", self.filters)
    }
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListStockResponses {
    /// Further body fields; none are needed.
    pub filters: Option<Object>,
}

impl Tool for ListStockResponses {
    const ABOUT: About = About::read("list_stock_responses", "List stock (canned) responses")
        .description(
            "The stock responses: ids, titles and categories, without their texts. Read a text with tickiti_call, family \
             settings, action stock_responses.show, payload {template_id}. Needs settings:read or settings:write, and a staff \
             owner.",
        )
        .routes(&["settings.stock_responses.index"]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        list("settings.stock_responses.index", self.filters)
    }
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListQueues {
    /// Further body fields; none are needed.
    pub filters: Option<Object>,
}

impl Tool for ListQueues {
    const ABOUT: About = About::read("list_queues", "List ticket queues")
        .description(
            "The queues with ids, names and ticket counts: names for create_ticket and for the criterion queue. Needs \
             workflow:read or workflow:write and an admin owner. A token for tickets alone is refused here; on installs of \
             October 2026 and later it can use tickiti_call, family tickets, action queues.",
        )
        .routes(&["workflow.queues.index"]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        list("workflow.queues.index", self.filters)
    }
}

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListWorkflow {
    /// What to list.
    pub kind: Kind,
    /// Further body fields; none are needed.
    pub filters: Option<Object>,
}

/// A kind of workflow settings.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub enum Kind {
    ResolutionCategories,
    Interventions,
    Escalations,
}

impl Tool for ListWorkflow {
    const ABOUT: About = About::read("list_workflow", "List workflow configuration")
        .description(
            "Workflow settings of one kind, with ids and names: resolution-categories (plan with resolution tracking), \
             interventions (plan with interventions; names for create_ticket), escalations (plan with escalations). Needs \
             workflow:read or workflow:write and an admin owner.",
        )
        .routes(&["workflow.resolutions.index", "workflow.interventions.index", "workflow.escalations.index"]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        let route = match self.kind {
            Kind::ResolutionCategories => "workflow.resolutions.index",
            Kind::Interventions => "workflow.interventions.index",
            Kind::Escalations => "workflow.escalations.index",
        };
        list(route, self.filters)
    }
}
