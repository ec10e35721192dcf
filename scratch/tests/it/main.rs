//! The helpdesk as its clients see it, over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test that called them")]

mod administration;
mod axial;
mod client;
mod create;
mod cursors;
mod cycle;
mod faults;
mod files;
mod gates;
mod keys;
mod logs;
mod mail;
mod reads;
mod reports;
mod respond;
mod responses;
mod search;
mod settings;
mod structure;
mod supervisor;
mod templates;
mod unknown;
mod workflow;
mod writes;
