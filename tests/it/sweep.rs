//! Every endpoint of the table, called through `tickiti_call` in an order in which things are made, used, changed and taken
//! away. The scripts are lists of steps, a file a family; `step` is their language, `runner` carries them out and `wire`
//! compares what reached the helpdesk with what was asked for.

mod administration;
mod axial;
mod mail;
mod reports;
mod rights;
mod runner;
mod settings;
mod small;
mod step;
mod supervisor;
mod templates;
mod tickets;
mod wire;
mod workflow;

use std::collections::BTreeSet;

use tickiti_relay_routes::Table;

use runner::Runner;
use step::Step;

/// One story over one helpdesk: what a chapter keeps by name, later ones use.
fn story() -> Vec<Step> {
    [
        small::beginning(),
        templates::made(),
        workflow::made(),
        administration::people(),
        tickets::lookups(),
        tickets::opened(),
        tickets::answered(),
        tickets::rearranged(),
        tickets::ended(),
        tickets::raised_by_an_intervention(),
        settings::story(),
        reports::story(),
        mail::story(),
        supervisor::story(),
        axial::story(),
        administration::install(),
        administration::storage(),
        administration::people_gone(),
        workflow::gone(),
        templates::gone(),
    ]
    .concat()
}

#[test]
fn every_endpoint_is_reached_and_does_what_it_says() {
    let mut runner = Runner::start();
    for step in story() {
        runner.run(&step);
    }
    let reached = runner.finish();
    let table: BTreeSet<String> = Table::builtin().iter().map(|route| route.name.clone()).collect();
    let missing: Vec<_> = table.difference(&reached).collect();
    let unknown: Vec<_> = reached.difference(&table).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "never reached: {missing:?}; not in the table: {unknown:?}");
    println!("{} of {} endpoints reached", reached.len(), table.len());
}

#[test]
fn each_deletion_is_tried_a_second_time() {
    // These pass over what is not there without complaint, and their scripts show it.
    let lenient = ["settings.hashtags.delete", "supervisor.jobs.delete"];
    let story = story();
    let is_tried_again = |route: &str| story.iter().any(|step| step.route == route && step.once);
    let deletes = |route: &str| route.ends_with("delete") || route.ends_with("revoke");
    let routes = Table::builtin().iter().map(|route| route.name.as_str()).filter(|route| deletes(route));
    let once: Vec<_> = routes.filter(|route| !lenient.contains(route) && !is_tried_again(route)).collect();
    assert!(once.is_empty(), "nobody looks at what a second call of these gets: {once:?}");
}
