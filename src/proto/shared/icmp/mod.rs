//! What ICMP, ICMPv6 and the groups of listeners share.

pub mod icmp_ext;
pub mod icmp_line;
pub mod icmp_names;
pub mod icmpv6_more;
pub mod icmpv6_names;
pub mod listeners;
pub mod mld;
pub mod ndp;
pub mod ndp_more;
