//! What several protocols need: the names that registries give to numbers and the meaning of well-known addresses.
//!
//! Everything here is a pure lookup in static data; nothing allocates after the first use and nothing reads packets.

pub mod cdp_line;
pub mod checksum;
pub mod cisco_tlv;
pub mod cooked;
pub mod dccp_options;
pub mod dscp;
pub mod eapol_key;
pub mod ethertype;
pub mod gtp;
pub mod hardware;
pub mod icmp_ext;
pub mod icmp_line;
pub mod icmp_names;
pub mod icmpv6_more;
pub mod icmpv6_names;
pub mod ioam;
pub mod ip_options;
pub mod ipcp_compression;
pub mod ipproto;
pub mod ipv6_chain;
pub mod ipv6_options;
pub mod l2tp_avp;
pub mod lcp_options;
pub mod listeners;
pub mod llc;
pub mod lldp_line;
pub mod lldp_med;
pub mod lldp_org;
pub mod message;
pub mod mld;
pub mod mobile_ip;
pub mod mobility_options;
pub mod mptcp;
pub mod multicast;
pub mod ndp;
pub mod ndp_more;
pub mod nlpid;
pub mod ospf_lsa;
pub mod ospf_lsa3;
pub mod piece;
pub mod pim_address;
pub mod port_words;
pub mod ports;
pub mod ppp_control;
pub mod ppp_header;
pub mod ppp_protocols;
pub mod pppoe;
pub mod pppoe_line;
pub mod pseudowire;
pub mod radiotap_rows;
pub mod sctp_chunks;
pub mod sctp_line;
pub mod sctp_names;
pub mod sctp_parameters;
pub mod stp_line;
pub mod tcp_options;
pub mod tcp_options_line;
pub mod tlv;
pub mod trailer;
pub mod vxlan;
pub mod wlan_control;
pub mod wlan_frame;
pub mod wlan_ht;
pub mod wlan_line;
pub mod wlan_mgmt;
pub mod wlan_names;
pub mod wlan_radio;
pub mod wlan_rsn;
pub mod wlan_tags;

/// Finds the row of `table` whose number is `value`. The table is sorted by number.
fn find<K: Copy + Into<u64>, T: Copy>(table: &[(K, T)], value: u64) -> Option<T> {
    let row = table.binary_search_by_key(&value, |(number, _)| (*number).into()).ok()?;
    table.get(row).map(|(_, text)| *text)
}

#[cfg(test)]
fn is_strictly_sorted<K: Copy + Ord, T>(table: &[(K, T)]) -> bool {
    table.is_sorted_by(|a, b| a.0 < b.0)
}
