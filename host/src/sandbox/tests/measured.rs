//! What things cost. Prints, asserts nothing about time: `cargo test -p tickiti-relay --lib sandbox::tests::measured -- --ignored
//! --nocapture`.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{attack, call, guests, said};
use crate::contract::Guest;
use crate::sandbox::{Component, Sandbox};

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[ignore = "measures"]
#[tokio::test]
async fn costs() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = || Sandbox::new(Some(folder.path().into()));
    guests::hostile();

    let began = Instant::now();
    let plugin = sandbox().plugin(guests::hostile());
    said(attack(&plugin, "counter", json!({})).await);
    println!("engine, compile, store, first call: {:?}", began.elapsed());
    plugin.describe().await.expect("it answers");

    let described: Vec<_> = futures_util::future::join_all((0..50).map(|_| async {
        let component = guests::hostile();
        let began = Instant::now();
        sandbox().plugin(component).describe().await.expect("from the cache");
        began.elapsed()
    }))
    .await;
    println!("describe from the cache: {:?}", median(described));

    let mut loads = Vec::new();
    for _ in 0..50 {
        let component = guests::hostile();
        let began = Instant::now();
        said(attack(&sandbox().plugin(component), "counter", json!({})).await);
        loads.push(began.elapsed());
    }
    println!("engine, load from the cache, first call: {:?}", median(loads));

    let given = call("counter", json!({}));
    let mut turns = Vec::new();
    for _ in 0..5_000 {
        let began = Instant::now();
        plugin.start(given.clone()).await.expect("no fault").expect("a turn");
        turns.push(began.elapsed());
    }
    turns.sort_unstable();
    println!("fresh instance and one call, through the queue: p50 {:?}, p99 {:?}", turns[2_500], turns[4_950]);

    let arguments = json!({ "text": "x".repeat(400_000) });
    let mut turns = Vec::new();
    for _ in 0..100 {
        let given = call("echo", arguments.clone());
        let began = Instant::now();
        plugin.start(given).await.expect("no fault").expect("a turn");
        turns.push(began.elapsed());
    }
    println!("the same with 400 KB in and out: {:?}", median(turns));

    let mut loops = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        attack(&plugin, "loop", json!({})).await.expect_err("stopped");
        loops.push(began.elapsed());
    }
    loops.sort_unstable();
    println!("a loop is stopped after: median {:?}, longest {:?}", loops[10], loops[19]);
}

/// Any component: `TICKITI_TEST_COMPONENT=FILE` names it. Its tool `x` is called with no arguments.
#[ignore = "measures a component that is given to it"]
#[expect(clippy::disallowed_methods, reason = "a test has no other way to be told")]
#[tokio::test]
async fn a_given_component() {
    let file = std::env::var_os("TICKITI_TEST_COMPONENT").expect("TICKITI_TEST_COMPONENT names a file");
    let bytes = std::fs::read(file).expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let component = Component::from_bytes("given", bytes.clone());
        let began = Instant::now();
        let plugin = Sandbox::new(Some(folder.path().into())).plugin(component);
        let reply = attack(&plugin, "x", json!({})).await;
        println!("first call after {:?}: {reply:?}", began.elapsed());
        let mut turns = Vec::new();
        for _ in 0..50 {
            let began = Instant::now();
            let again = attack(&plugin, "x", json!({})).await;
            turns.push(began.elapsed());
            assert_eq!(format!("{again:?}"), format!("{reply:?}"), "the same every time");
        }
        println!("a turn: {:?}", median(turns));
    }
}
