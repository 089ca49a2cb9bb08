//! Names that registries give to numbers, and what well-known addresses and ports are.

pub mod dscp;
pub mod ethertype;
pub mod hardware;
pub mod ipproto;
pub mod multicast;
pub mod nlpid;
pub mod port_words;
pub mod ports;
