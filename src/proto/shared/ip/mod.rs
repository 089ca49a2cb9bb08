//! IPv4's options, IPv6's extension headers and options, and mobility.

pub mod ioam;
pub mod ip_option_rows;
pub mod ip_options;
pub mod ipv6_chain;
pub mod ipv6_options;
pub mod mobile_ip;
pub mod mobility_options;
