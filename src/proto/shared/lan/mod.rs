//! What protocols of local networks share: LLC, discovery, spanning trees, cooked captures.

pub mod cdp_line;
pub mod cisco_tlv;
pub mod cooked;
pub mod llc;
pub mod lldp_line;
pub mod lldp_med;
pub mod lldp_org;
pub mod stp_line;
