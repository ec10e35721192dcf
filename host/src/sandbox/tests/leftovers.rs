//! What a guest leaves behind: nothing, although the next one gets the memory and the tables that it had.

use std::sync::Arc;

use super::guests;
use crate::contract::GuestFault;
use crate::limits;
use crate::sandbox::{Component, Plugin, Sandbox};

/// More than what stays mapped, and less: both are set back, each in its own way.
const PAGES: [usize; 2] = [2 * limits::GUEST_MEMORY_KEPT / 65_536, 3];
const TABLE: &str = "(table $table 2000 funcref) (elem declare func $body) (global $mark (mut i32) (i32.const 0))";

fn write(pages: usize) -> String {
    format!(
        "(drop (memory.grow (i32.const {pages})))
         (memory.fill (i32.const 0) (i32.const 0xAA) (i32.mul (memory.size) (i32.const 65536)))
         (table.fill $table (i32.const 0) (ref.func $body) (i32.const 2000))
         (global.set $mark (i32.const 1))"
    )
}

/// Divides by zero where anything is not as it was before the first guest.
fn read(pages: usize) -> String {
    let found = "(then (drop (i32.div_u (i32.const 1) (i32.const 0))))";
    format!(
        "(drop (memory.grow (i32.const {pages})))
         (if (global.get $mark) {found})
         (loop $next
           (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) {found})
           (local.set $at (i32.add (local.get $at) (i32.const 8)))
           (br_if $next (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
         (local.set $at (i32.const 0))
         (loop $next
           (if (i32.eqz (ref.is_null (table.get $table (local.get $at)))) {found})
           (local.set $at (i32.add (local.get $at) (i32.const 1)))
           (br_if $next (i32.lt_u (local.get $at) (i32.const 2000))))"
    )
}

fn plugin(sandbox: &Sandbox, name: &str, parts: &[String]) -> Arc<Plugin> {
    let body = format!("(local $at i32) {}", parts.concat());
    sandbox.plugin(Component::from_bytes(name, guests::by_hand("", TABLE, &body, "0.1.0")))
}

/// Whether it came to its end, which is a trap of its own.
async fn found_nothing(plugin: &Plugin) -> bool {
    match plugin.describe().await {
        Err(GuestFault::Crash { message }) if message.contains("unreachable") => true,
        Err(GuestFault::Crash { message }) if message.contains("divide by zero") => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_guest_finds_nothing_of_the_one_before_it() {
    let sandbox = Sandbox::new(None);
    let writers = PAGES.map(|pages| plugin(&sandbox, "writer", &[write(pages)]));
    let readers = PAGES.map(|pages| plugin(&sandbox, "reader", &[read(pages)]));
    // What reads and then writes finds its own, if anything.
    let both = PAGES.map(|pages| plugin(&sandbox, "both", &[read(pages), write(0)]));
    let marked = plugin(&sandbox, "marked", &[write(3), read(3)]);
    assert!(!found_nothing(&marked).await, "the reader sees what is there");
    for round in 0..3 {
        for writer in &writers {
            for reader in readers.iter().chain(&both) {
                assert!(found_nothing(writer).await);
                assert!(found_nothing(reader).await, "another plugin's, in round {round}");
                assert!(found_nothing(reader).await, "its own, in round {round}");
            }
        }
    }
}
