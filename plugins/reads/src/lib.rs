//! First-party tools that look at how the helpdesk is set up, and at its reports.

pub mod lists;
pub mod report;

tickiti_relay_sdk::plugin! {
    name: "reads",
    about: "Lists views, watchlists, stock responses, queues and workflow settings; runs reports.",
    tools: [
        lists::ListPerspectives,
        lists::ListWatchlists,
        lists::ListStockResponses,
        lists::ListQueues,
        lists::ListWorkflow,
        report::RunReport,
    ],
}
