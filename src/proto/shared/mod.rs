//! What several protocols need: the names that registries give to numbers and the meaning of well-known addresses.
//!
//! Everything here is a pure lookup in static data; nothing allocates after the first use and nothing reads packets.

pub mod ports;
