//! What PPP, PPPoE and L2TP share.

pub mod ipcp_compression;
pub mod l2tp_avp;
pub mod lcp_options;
pub mod ppp_control;
pub mod ppp_header;
pub mod ppp_protocols;
pub mod pppoe;
pub mod pppoe_line;
