//! The helpdesk as its clients see it, over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test that called them")]

mod administration;
mod axial;
mod client;
mod create;
mod cursors;
mod faults;
mod files;
mod gates;
mod keys;
mod logs;
mod reads;
mod respond;
mod responses;
mod search;
mod structure;
mod supervisor;
mod table;
mod unknown;
mod workflow;
