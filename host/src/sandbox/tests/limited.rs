//! Each limit, obeyed and violated.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{attack, by_hand, hostile, said, stopped};
use crate::contract::{Guest, GuestFault};
use crate::limits;
use crate::sandbox::{Component, Plugin, Sandbox};

const MEMORY: GuestFault = GuestFault::Memory { limit_bytes: limits::GUEST_MEMORY_BYTES as u64 };
const TABLE: GuestFault = GuestFault::Table { limit: limits::GUEST_TABLE_ELEMENTS as u64 };
const DEADLINE: GuestFault = GuestFault::Deadline { limit_ms: limits::GUEST_CALL.as_millis() as u64 };

/// A plugin by hand traps when it got through; anything else is a fault of the limit.
async fn got_through(plugin: &Plugin) -> Result<(), GuestFault> {
    match plugin.describe().await.expect_err("it never answers") {
        GuestFault::Crash { message } if message.contains("unreachable") => Ok(()),
        fault => Err(fault),
    }
}

fn memories(count: usize, pages: usize) -> String {
    (0..count).map(|n| format!("(core module $m{n} (memory {pages})) (core instance (instantiate $m{n}))")).collect()
}

fn tables(count: usize) -> String {
    (0..count).map(|n| format!("(core module $t{n} (table 1 funcref)) (core instance (instantiate $t{n}))")).collect()
}

#[tokio::test]
async fn guest_memory_bytes_obeyed() {
    let bytes = limits::GUEST_MEMORY_BYTES - 4 * 1024 * 1024;
    assert_eq!(said(attack(&hostile(), "memory", json!({ "bytes": bytes })).await), bytes.to_string());
}

#[tokio::test]
async fn guest_memory_bytes_violated() {
    let bytes = limits::GUEST_MEMORY_BYTES;
    assert_eq!(stopped(&hostile(), "memory", json!({ "bytes": bytes })).await, MEMORY);
}

#[tokio::test]
async fn guest_memory_is_summed_over_memories() {
    // Beside its own page, three memories of a third of the limit each are one page too many.
    let third = limits::GUEST_MEMORY_BYTES / 65_536 / 3;
    assert_eq!(got_through(&by_hand(&memories(3, third - 1), "", "")).await, Ok(()));
    assert_eq!(got_through(&by_hand(&memories(3, third + 1), "", "")).await, Err(MEMORY));
}

#[tokio::test]
async fn guest_table_elements_obeyed() {
    let body = format!("(drop (table.grow (ref.null func) (i32.const {})))", limits::GUEST_TABLE_ELEMENTS - 1);
    assert_eq!(got_through(&by_hand("", "(table 1 funcref)", &body)).await, Ok(()));
}

#[tokio::test]
async fn guest_table_elements_violated() {
    for more in [limits::GUEST_TABLE_ELEMENTS, 100 * limits::GUEST_TABLE_ELEMENTS] {
        let body = format!("(drop (table.grow (ref.null func) (i32.const {more})))");
        assert_eq!(got_through(&by_hand("", "(table 1 funcref)", &body)).await, Err(TABLE));
        let declared = by_hand("", "(table 1 1000 funcref)", &body);
        assert_eq!(got_through(&declared).await, Ok(()), "its own module says no, and it goes on");
    }
    // What is there from the beginning counts too.
    let large = format!("(table {} funcref)", limits::GUEST_TABLE_ELEMENTS + 1);
    assert_eq!(got_through(&by_hand("", &large, "")).await, Err(TABLE));
}

#[tokio::test]
async fn guest_instances_obeyed() {
    let instances = "(core instance (instantiate $empty))".repeat(limits::GUEST_INSTANCES - 1);
    assert_eq!(got_through(&by_hand(&format!("(core module $empty) {instances}"), "", "")).await, Ok(()));
}

#[tokio::test]
async fn guest_instances_violated() {
    let instances = "(core instance (instantiate $empty))".repeat(limits::GUEST_INSTANCES);
    refused_for(&by_hand(&format!("(core module $empty) {instances}"), "", ""), "instance count").await;
}

#[tokio::test]
async fn guest_memories_obeyed() {
    assert_eq!(got_through(&by_hand(&memories(limits::GUEST_MEMORIES - 1, 1), "", "")).await, Ok(()));
}

#[tokio::test]
async fn guest_memories_violated() {
    refused_for(&by_hand(&memories(limits::GUEST_MEMORIES, 1), "", ""), "memory count").await;
}

#[tokio::test]
async fn guest_tables_obeyed() {
    assert_eq!(got_through(&by_hand(&tables(limits::GUEST_TABLES), "", "")).await, Ok(()));
}

#[tokio::test]
async fn guest_tables_violated() {
    refused_for(&by_hand(&tables(limits::GUEST_TABLES + 1), "", ""), "table count").await;
}

async fn refused_for(plugin: &Plugin, what: &str) {
    match got_through(plugin).await {
        Err(GuestFault::Load { reason }) => assert!(reason.contains(what), "{reason}"),
        other => panic!("{what}: {other:?}"),
    }
}

#[tokio::test]
async fn guest_stack_bytes_obeyed() {
    assert_eq!(said(attack(&hostile(), "recursion", json!({ "depth": 1_000 })).await), "1000");
}

#[tokio::test]
async fn guest_stack_bytes_violated() {
    // Rust keeps a second stack in its memory, which may end first; a plugin by hand has none.
    let fault = stopped(&hostile(), "recursion", json!({ "depth": 10_000_000 })).await;
    assert!(matches!(fault, GuestFault::Stack | GuestFault::Crash { .. }), "{fault:?}");
    let plugin = by_hand("", "(func $nest (call $nest))", "(call $nest)");
    assert_eq!(got_through(&plugin).await, Err(GuestFault::Stack));
}

#[tokio::test]
async fn guest_call_obeyed() {
    assert_eq!(said(attack(&hostile(), "spin", json!({ "rounds": 10_000 })).await), "49995000");
}

#[tokio::test]
async fn guest_call_violated() {
    assert_eq!(stopped(&hostile(), "loop", json!({})).await, DEADLINE);
}

#[tokio::test]
async fn guest_describe_obeyed() {
    let plugin = Sandbox::new(None).plugin(super::guests::hostile());
    let manifest = plugin.describe().await.expect("it answers");
    assert_eq!(manifest.name, "hostile");
    assert!(manifest.tools.iter().any(|tool| tool.name == "loop"));
}

#[tokio::test]
async fn guest_describe_violated() {
    let limit_ms = limits::GUEST_DESCRIBE.as_millis() as u64;
    assert_eq!(got_through(&by_hand("", "", "(loop (br 0))")).await, Err(GuestFault::Deadline { limit_ms }));
}

#[tokio::test]
async fn every_function_has_its_time() {
    let plugin = by_hand("", "", "(loop (br 0))");
    assert_eq!(plugin.start(super::call("x", json!({}))).await.expect_err("a loop"), DEADLINE);
    let resumed = plugin.resume(super::call("x", json!({})), String::new(), Vec::new()).await;
    assert_eq!(resumed.expect_err("a loop"), DEADLINE);
}

#[tokio::test]
async fn a_start_function_is_guest_code_too() {
    let plugin = by_hand("", "(func $begin (loop (br 0))) (start $begin)", "");
    assert!(matches!(got_through(&plugin).await, Err(GuestFault::Deadline { .. })));
    let plugin = by_hand("", "(func $begin (drop (memory.grow (i32.const 2000)))) (start $begin)", "");
    assert_eq!(got_through(&plugin).await, Err(MEMORY));
}

#[tokio::test]
async fn guest_answer_bytes_obeyed() {
    let bytes = limits::GUEST_ANSWER_BYTES - 4096;
    assert_eq!(said(attack(&hostile(), "huge", json!({ "bytes": bytes })).await).len(), bytes);
}

#[tokio::test]
async fn guest_answer_bytes_violated() {
    let bytes = limits::GUEST_ANSWER_BYTES + 1;
    let fault = stopped(&hostile(), "huge", json!({ "bytes": bytes })).await;
    assert!(matches!(fault, GuestFault::Answer { .. }), "{fault:?}");
    let fault = stopped(&hostile(), "many", json!({ "count": 500_000 })).await;
    assert!(matches!(fault, GuestFault::Answer { .. }), "empty items count too: {fault:?}");
}

#[tokio::test]
async fn guest_random_bytes_obeyed() {
    let bytes = limits::GUEST_RANDOM_BYTES;
    assert_eq!(said(attack(&hostile(), "random", json!({ "bytes": bytes })).await), bytes.to_string());
}

#[tokio::test]
async fn guest_random_bytes_violated() {
    for bytes in [limits::GUEST_RANDOM_BYTES as u64 + 1, 1 << 32, u64::MAX] {
        assert!(crash(stopped(&hostile(), "random", json!({ "bytes": bytes })).await).contains("random bytes"));
    }
}

#[tokio::test]
async fn guest_handles_obeyed() {
    let count = limits::GUEST_HANDLES - 10;
    assert_eq!(said(attack(&hostile(), "handles", json!({ "count": count })).await), count.to_string());
}

#[tokio::test]
async fn guest_handles_violated() {
    let count = limits::GUEST_HANDLES + 1;
    let message = crash(stopped(&hostile(), "handles", json!({ "count": count })).await);
    assert!(message.contains("handle"), "{message}");
}

#[tokio::test]
async fn component_bytes_obeyed() {
    let mut component = super::guests::by_hand("", "", "", "0.1.0");
    pad(&mut component, limits::COMPONENT_BYTES);
    let plugin = Sandbox::new(None).plugin(Component::from_bytes("large", component));
    assert_eq!(got_through(&plugin).await, Ok(()));
}

#[tokio::test]
async fn component_bytes_violated() {
    let mut component = super::guests::by_hand("", "", "", "0.1.0");
    pad(&mut component, limits::COMPONENT_BYTES + 1);
    let plugin = Sandbox::new(None).plugin(Component::from_bytes("large", component));
    refused_for(&plugin, "larger than").await;
}

/// Adds a custom section, so that the component is `size` bytes in all.
fn pad(component: &mut Vec<u8>, size: usize) {
    // Section 0, its length in five bytes, a name of no characters.
    let content = size - component.len() - 6;
    component.push(0);
    component.extend((0..5).map(|n| ((content >> (7 * n)) & 0x7f) as u8 | if n < 4 { 0x80 } else { 0 }));
    component.push(0);
    component.resize(size, 0);
}

#[tokio::test]
async fn a_crash_is_told_in_clean_words() {
    let plugin = hostile();
    let message = crash(stopped(&plugin, "panic", json!({})).await);
    assert!(message.contains("unreachable") && message.contains("on purpose in red"), "{message}");
    assert!(message.chars().all(|character| !character.is_control()), "{message:?}");
    assert!(message.chars().count() <= limits::GUEST_MESSAGE_CHARS + 100);
    assert!(crash(stopped(&plugin, "abort", json!({})).await).contains("unreachable"));
    assert!(crash(stopped(&plugin, "out_of_bounds", json!({})).await).contains("out of bounds"));
}

#[tokio::test]
async fn an_exit_is_no_answer() {
    let plugin = hostile();
    for code in [0, 1, 255] {
        assert_eq!(stopped(&plugin, "exit", json!({ "code": code })).await, GuestFault::Exit);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_loops_end_while_a_neighbour_answers() {
    // The neighbour is another plugin in the same sandbox.
    let sandbox = Sandbox::new(None);
    let looping = sandbox.plugin(super::guests::hostile());
    let neighbour = sandbox.plugin(Component::from_bytes("neighbour", super::guests::by_hand("", "", "", "0.1.0")));
    assert_eq!(got_through(&neighbour).await, Ok(()));
    let loops: Vec<_> = (0..100)
        .map(|_| {
            let looping = looping.clone();
            tokio::spawn(async move { attack(&looping, "loop", json!({})).await.map(drop) })
        })
        .collect();
    let mut answered = 0;
    while loops.iter().any(|one| !one.is_finished()) {
        assert_eq!(got_through(&neighbour).await, Ok(()));
        answered += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (mut stopped, mut busy) = (0, 0);
    for one in loops {
        match one.await.expect("no panic") {
            Err(GuestFault::Deadline { .. }) => stopped += 1,
            Err(GuestFault::Busy { limit_ms }) if u128::from(limit_ms) == limits::GUEST_QUEUE.as_millis() => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    // One loop at a time, and the neighbour after each: those that waited longer than allowed were told so.
    println!("stopped {stopped}, busy {busy}, the neighbour answered {answered} times");
    assert_eq!(stopped + busy, 100);
    assert!(stopped > 0);
    assert!(answered >= stopped / 2, "the neighbour answered {answered} times beside {stopped} loops");
}

#[tokio::test]
async fn guest_queue_obeyed() {
    let plugin = hostile();
    let (first, second) = tokio::join!(attack(&plugin, "loop", json!({})), attack(&plugin, "counter", json!({})));
    assert_eq!(first.expect_err("a loop"), DEADLINE);
    assert_eq!(said(second), "1");
}

#[tokio::test]
async fn guest_queue_violated() {
    let plugin = hostile();
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1", "it is loaded");
    let loops = limits::GUEST_QUEUE.as_millis() / limits::GUEST_CALL.as_millis() + 2;
    let began = Instant::now();
    let ends = futures_util::future::join_all((0..loops).map(|_| attack(&plugin, "loop", json!({})))).await;
    let busy = GuestFault::Busy { limit_ms: limits::GUEST_QUEUE.as_millis() as u64 };
    assert_eq!(ends.last().map(|last| last.as_ref().err()), Some(Some(&busy)));
    assert_eq!(ends.first().map(|first| first.as_ref().err()), Some(Some(&DEADLINE)));
    println!("the last of {loops} was told after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_caller_who_left_is_skipped() {
    let plugin = hostile();
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1", "it is loaded");
    let began = Instant::now();
    let mut left: Vec<_> = (0..50).map(|_| plugin.start(super::call("loop", json!({})))).collect();
    left.iter_mut().for_each(|call| assert!(futures_util::FutureExt::now_or_never(call).is_none()));
    drop(left);
    assert_eq!(said(attack(&plugin, "counter", json!({})).await), "1");
    // Fifty loops would have taken 12 s, and this call would have been told that the relay is busy.
    println!("after {:?}", began.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_none_is_told_apart_from_a_crash() {
    let plugin = hostile();
    let fault = stopped(&plugin, "not_utf8", json!({})).await;
    assert!(
        matches!(&fault, GuestFault::Answer { reason } if reason.contains("not written as the contract says")),
        "{fault}"
    );
    // The body leaves with a place beyond the memory, at which no manifest is.
    let by_hand = by_hand_returning("0x7ffffff0");
    let fault = by_hand.describe().await.expect_err("no manifest");
    assert!(matches!(&fault, GuestFault::Answer { reason } if reason.contains("out of bounds of memory")), "{fault}");
}

/// A plugin by hand whose functions answer with this place.
fn by_hand_returning(place: &str) -> std::sync::Arc<Plugin> {
    let text = include_str!("plugin.wat");
    let body = format!("(i32.const {place})");
    let text =
        ["{describe}", "{start}", "{resume}"].iter().fold(text.to_owned(), |text, part| text.replace(part, &body));
    let component = super::guests::by_hand_of(&text, "", "", "", "0.1.0");
    Sandbox::new(None).plugin(Component::from_bytes("returning", component))
}

fn crash(fault: GuestFault) -> String {
    match fault {
        GuestFault::Crash { message } => message,
        other => panic!("{other:?}"),
    }
}
