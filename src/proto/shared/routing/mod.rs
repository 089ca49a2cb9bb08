//! Parts of routing protocols that stand in several of their messages.

pub mod ospf_lsa;
pub mod ospf_lsa3;
pub mod pim_address;
