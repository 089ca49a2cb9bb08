//! What headers of tunnels share.

pub mod gtp;
pub mod pseudowire;
pub mod vxlan;
