//! The helpdesk as its clients see it, over HTTP.

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
