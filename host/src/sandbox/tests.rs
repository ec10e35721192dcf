//! Attacks on the sandbox, each with what must come of it.

mod cached;
mod features;
mod guests;
mod leftovers;
mod limited;
mod loaded;
mod measured;
mod virtual_world;

use std::sync::Arc;

use super::{Component, Plugin, Sandbox};
use crate::contract::{Call, Content, Guest, GuestFault, Reply, Step};

/// The hostile guest in a sandbox of its own, compiled once for all tests.
fn hostile() -> Arc<Plugin> {
    Sandbox::new(Some(guests::cache_folder())).plugin(guests::hostile())
}

fn call(tool: &str, arguments: serde_json::Value) -> Arc<Call> {
    Arc::new(Call {
        tool: tool.into(),
        arguments: arguments.to_string(),
        settings: "{}".into(),
        now: "2026-11-22T10:00:00.5Z".into(),
        files: Vec::new(),
    })
}

/// What a tool of the hostile guest does.
async fn attack(plugin: &Plugin, tool: &str, arguments: serde_json::Value) -> Result<Reply, GuestFault> {
    plugin.start(call(tool, arguments)).await
}

/// The one text with which a call ended.
fn said(reply: Result<Reply, GuestFault>) -> String {
    let turn = reply.expect("no fault").expect("no error of its own");
    let Step::Done(output) = turn.step else { panic!("it is not done") };
    match output.content.as_slice() {
        [Content::Text(text)] => text.clone(),
        other => panic!("not one text: {other:?}"),
    }
}

/// That the fault is as expected, and that the plugin answers afterwards as if nothing had been.
async fn stopped(plugin: &Plugin, tool: &str, arguments: serde_json::Value) -> GuestFault {
    let fault = attack(plugin, tool, arguments).await.expect_err("it was not stopped");
    assert_eq!(said(attack(plugin, "counter", serde_json::json!({})).await), "1", "the next call works");
    fault
}

/// A plugin written by hand, in a sandbox of its own.
fn by_hand(extra: &str, fields: &str, body: &str) -> Arc<Plugin> {
    Sandbox::new(None).plugin(Component::from_bytes("byhand", guests::by_hand(extra, fields, body, "0.1.0")))
}
