//! `run_report`.

use tickiti_relay_sdk::prelude::*;

/// Arguments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RunReport {
    /// Which report.
    pub report: Report,
    /// The report's body fields.
    #[schemars(with = "Option<Filters>")]
    pub filters: Option<Object>,
}

/// A report.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "their descriptions would stand in the schema")]
pub enum Report {
    Meta,
    Resolutions,
    Volumes,
    ResponseTimes,
    AgentActivity,
}

/// What the helpdesk is known to take; it may take more, so the schema is open.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
#[expect(dead_code, reason = "only its schema is used: the filters are sent as they are")]
struct Filters {
    /// First day, YYYY-MM-DD.
    date_from: Option<String>,
    /// Last day, YYYY-MM-DD.
    date_to: Option<String>,
    /// Of volumes and response-times: day, for one.
    group_by: Option<String>,
}

impl Tool for RunReport {
    const ABOUT: About = About::read("run_report", "Run an analytics report")
        .description(
            "Figures over a range of days. meta: what can be filtered by, the queues for instance, without filters; volumes: \
             tickets over time; response-times; resolutions: by category; agent-activity: by person. Give date_from and date_to \
             for all but meta. Needs reports:read, an admin owner and a plan with reports.",
        )
        .routes(&[
            "reports.meta",
            "reports.resolutions",
            "reports.volumes",
            "reports.response_times",
            "reports.agent_activity",
        ]);

    async fn run(self, _: &Context<'_>) -> Result<End> {
        let route = match self.report {
            Report::Meta => "reports.meta",
            Report::Resolutions => "reports.resolutions",
            Report::Volumes => "reports.volumes",
            Report::ResponseTimes => "reports.response_times",
            Report::AgentActivity => "reports.agent_activity",
        };
        relay(route, &self.filters.unwrap_or_default())
    }
}
