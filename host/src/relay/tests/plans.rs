//! Calls that are only shown.

use super::*;

#[test]
fn a_plan_sends_reads_and_no_write() {
    let replies = || {
        vec![
            says(|| Step::Send(vec![request("templates.show", r#"{"template_id":1}"#)])),
            says(|| Step::Relay(request("templates.update", r#"{"template":{}}"#))),
        ]
    };
    let planned = stage(|_| {}, replies(), vec![]);
    let plan = runtime().block_on(planned.relay.plan("probe", Map::new(), false)).unwrap();
    assert_eq!(planned.sent(), [r#"templates.show {"template_id":1}"#]);
    assert_eq!(
        plan.requests.iter().map(|request| (request.route.as_str(), request.sent)).collect::<Vec<_>>(),
        [("templates.show", true), ("templates.update", false)]
    );
    assert_eq!(plan.ends_at, None);

    let offline = stage(|_| {}, replies(), vec![]);
    let plan = runtime().block_on(offline.relay.plan("probe", Map::new(), true)).unwrap();
    assert!(offline.sent().is_empty());
    assert_eq!((plan.requests.len(), plan.ends_at.as_deref()), (1, Some("templates.show")));
}

#[test]
fn a_plan_goes_on_from_the_example_of_a_harmless_write() {
    let uploading = || request("tickets.attachment_upload", r#"{"file":"x"}"#);
    let stage = stage(
        |_| {},
        vec![says(move || Step::Send(vec![uploading()])), says(|| Step::Relay(request("tickets.create", "{}")))],
        vec![],
    );
    let plan = runtime().block_on(stage.relay.plan("probe", Map::new(), false)).unwrap();
    assert!(stage.sent().is_empty());
    assert_eq!(plan.requests.iter().map(|request| request.assumed).collect::<Vec<_>>(), [true, false]);
}
