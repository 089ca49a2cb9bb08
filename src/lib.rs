//! `sniff` explains network captures: it peels every frame into packet and segment or datagram, says in words what
//! each header field means, and follows every connection on both sides.
//!
//! The modules are floors: each imports only from the ones below it (`tests/floor_plan.rs` checks that).

pub mod capture;
pub mod cli;
pub mod dissect;
pub mod field;
pub mod flow;
pub mod helper;
pub mod host;
pub mod input;
pub mod output;
pub mod packet;
pub mod pipeline;
pub mod proto;
pub mod sandbox;
pub mod sink;
pub mod text;
pub mod time;
pub mod tree;
