//! Options, chunks and lines of TCP, SCTP and DCCP.

pub mod dccp_options;
pub mod mptcp;
pub mod sctp_chunks;
pub mod sctp_line;
pub mod sctp_names;
pub mod sctp_parameters;
pub mod tcp_options;
pub mod tcp_options_line;
