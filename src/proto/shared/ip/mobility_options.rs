//! Options of the mobility header (RFC 6275 §6.2), with those of its extensions for mobile routers, proxies (RFC 5213),
//! fast handovers (RFC 5568) and IPv4 (RFC 5555, RFC 5844).
//!
//! ```text
//! |     Type      |    Length     |  Data …                       |
//! ```

use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;
use crate::time::Time;

crate::fields! { pub GROUPS:
    G_PAD1 = Field::moving("mip6.options.pad1", Kind::Bytes).repeats().label("Pad1").doc("RFC 6275 §6.2.2", "One byte of padding");
    G_PADN = Field::moving("mip6.options.padn", Kind::Bytes).repeats().label("PadN").doc("RFC 6275 §6.2.3", "Padding");
    G_BRA = Field::moving("mip6.options.bra", Kind::Bytes).repeats().label("Binding refresh advice").doc("RFC 6275 §6.2.4", "When to refresh the binding");
    G_ACOA = Field::moving("mip6.options.acoa", Kind::Bytes).repeats().label("Alternate care-of address").doc("RFC 6275 §6.2.5", "The care-of address, when it is not the source");
    G_NI = Field::moving("mip6.options.ni", Kind::Bytes).repeats().label("Nonce indices").doc("RFC 6275 §6.2.6", "Which secrets the update is signed with");
    G_BAD = Field::moving("mip6.options.bad_auth", Kind::Bytes).repeats().label("Authorization data").doc("RFC 6275 §6.2.7", "Proves that the sender may change the binding");
    G_MNP = Field::moving("mip6.options.mnp", Kind::Bytes).repeats().label("Mobile network prefix").doc("RFC 3963 §4.3", "A network behind a mobile router");
    G_MHLLA = Field::moving("mip6.options.mhlla", Kind::Bytes).repeats().label("Link-layer address").doc("RFC 5568 §6.4.4", "For fast handovers");
    G_MNID = Field::moving("mip6.options.mnid", Kind::Bytes).repeats().label("Mobile node identifier").doc("RFC 4283 §3", "Who the mobile node is");
    G_AUTH = Field::moving("mip6.options.auth", Kind::Bytes).repeats().label("Authentication").doc("RFC 4285 §5", "Proves who sent the message");
    G_MESG_ID = Field::moving("mip6.options.mseg_id", Kind::Bytes).repeats().label("Replay protection").doc("RFC 4285 §6", "When the message was sent");
    G_CGAPR = Field::moving("mip6.options.cgapr", Kind::Bytes).repeats().label("CGA parameters request").doc("RFC 4866 §5.2", "Asks for the parameters of the address");
    G_CGAR = Field::moving("mip6.options.cgar", Kind::Bytes).repeats().label("CGA parameters").doc("RFC 4866 §5.1", "What the address was computed from");
    G_SIGN = Field::moving("mip6.options.sign", Kind::Bytes).repeats().label("Signature").doc("RFC 4866 §5.3", "Made with the key of the address");
    G_PHKT = Field::moving("mip6.options.phkt", Kind::Bytes).repeats().label("Permanent home keygen token").doc("RFC 4866 §5.4", "A lasting token");
    G_COTI = Field::moving("mip6.options.coti", Kind::Bytes).repeats().label("Care-of test init").doc("RFC 4866 §5.5", "Asks for a care-of test");
    G_COT = Field::moving("mip6.options.cot", Kind::Bytes).repeats().label("Care-of test").doc("RFC 4866 §5.6", "Answers it");
    G_DNSU = Field::moving("mip6.options.dnsu", Kind::Bytes).repeats().label("DNS update").doc("RFC 5026 §8.1", "Has the node entered into the DNS");
    G_EM = Field::moving("mip6.options.em", Kind::Bytes).repeats().label("Experiment").doc("RFC 5096 §5", "Set aside for experiments");
    G_VSM = Field::moving("mip6.options.vsm", Kind::Bytes).repeats().label("Vendor specific").doc("RFC 5094 §3", "Meaning known to its vendor");
    G_SSM = Field::moving("mip6.options.ssm", Kind::Bytes).repeats().label("Service selection").doc("RFC 5149 §3", "Which service the node wants");
    G_BADFF = Field::moving("mip6.options.badff", Kind::Bytes).repeats().label("Authorization data for fast handovers").doc("RFC 5568 §6.4.2", "Proves that the sender may change the binding");
    G_HNP = Field::moving("mip6.options.hnp", Kind::Bytes).repeats().label("Home network prefix").doc("RFC 5213 §8.3", "The prefix of the node at home");
    G_HI = Field::moving("mip6.options.hi", Kind::Bytes).repeats().label("Handoff indicator").doc("RFC 5213 §8.4", "What kind of move it is");
    G_ATT = Field::moving("mip6.options.att", Kind::Bytes).repeats().label("Access technology").doc("RFC 5213 §8.5", "How the node is attached");
    G_MNLLI = Field::moving("mip6.options.mnlli", Kind::Bytes).repeats().label("Node link-layer identifier").doc("RFC 5213 §8.6", "The link-layer address of the node");
    G_LLA = Field::moving("mip6.options.lla", Kind::Bytes).repeats().label("Link-local address").doc("RFC 5213 §8.7", "Of the gateway");
    G_TS = Field::moving("mip6.options.ts", Kind::Bytes).repeats().label("Timestamp").doc("RFC 5213 §8.8", "When the message was sent");
    G_RC = Field::moving("mip6.options.rc", Kind::Bytes).repeats().label("Restart counter").doc("RFC 5847 §3.4", "How often the sender has restarted");
    G_IPV4HA = Field::moving("mip6.options.ipv4ha", Kind::Bytes).repeats().label("IPv4 home address").doc("RFC 5555 §3.1.1", "An IPv4 address that shall move with the node");
    G_IPV4AA = Field::moving("mip6.options.ipv4aa", Kind::Bytes).repeats().label("IPv4 address acknowledgment").doc("RFC 5555 §3.2.1", "The IPv4 address that was given");
    G_NATD = Field::moving("mip6.options.natd", Kind::Bytes).repeats().label("NAT detection").doc("RFC 5555 §3.2.2", "A NAT is in between");
    G_IPV4COA = Field::moving("mip6.options.ipv4coa", Kind::Bytes).repeats().label("IPv4 care-of address").doc("RFC 5555 §3.1.2", "Where the node is, in an IPv4 network");
    G_GREK = Field::moving("mip6.options.grek", Kind::Bytes).repeats().label("GRE key").doc("RFC 5845 §6.1", "Key of the tunnel");
    G_MHIPV6AP = Field::moving("mip6.options.mhipv6ap", Kind::Bytes).repeats().label("IPv6 address or prefix").doc("RFC 5568 §6.4.2", "For fast handovers");
    G_BI = Field::moving("mip6.options.bi", Kind::Bytes).repeats().label("Binding identifier").doc("RFC 5648 §4.1", "Tells several bindings of one node apart");
    G_IPV4HAREQ = Field::moving("mip6.options.ipv4hareq", Kind::Bytes).repeats().label("IPv4 home address request").doc("RFC 5844 §3.3.1", "Asks for an IPv4 home address");
    G_IPV4HAREP = Field::moving("mip6.options.ipv4harep", Kind::Bytes).repeats().label("IPv4 home address reply").doc("RFC 5844 §3.3.2", "The IPv4 home address that was given");
    G_IPV4DRA = Field::moving("mip6.options.ipv4dra", Kind::Bytes).repeats().label("IPv4 default router").doc("RFC 5844 §3.3.3", "The router of the IPv4 home network");
    G_IPV4DSM = Field::moving("mip6.options.ipv4dsm", Kind::Bytes).repeats().label("IPv4 DHCP support mode").doc("RFC 5844 §3.3.4", "How the gateway deals with DHCP");
    G_CR = Field::moving("mip6.options.cr", Kind::Bytes).repeats().label("Context request").doc("RFC 5949 §6.2.1", "Which information about the node is wanted");
    G_LMAA = Field::moving("mip6.options.lmaa", Kind::Bytes).repeats().label("Local mobility anchor").doc("RFC 5949 §6.2.2", "Address of the anchor");
    G_MNLLAII = Field::moving("mip6.options.mnlaii", Kind::Bytes).repeats().label("Node interface identifier").doc("RFC 5949 §6.2.3", "Interface identifier of the node");
    G_RECAP = Field::moving("mip6.options.recap", Kind::Bytes).repeats().label("Redirect capability").doc("RFC 6463 §4.1", "The gateway can be redirected");
    G_REDIR = Field::moving("mip6.options.redir", Kind::Bytes).repeats().label("Redirect").doc("RFC 6463 §4.2", "Another anchor shall be used");
    G_LOADINF = Field::moving("mip6.options.load_inf", Kind::Bytes).repeats().label("Load information").doc("RFC 6463 §4.3", "How busy the anchor is");
    G_ALTIP4 = Field::moving("mip6.options.alt_ip4", Kind::Bytes).repeats().label("Alternate IPv4 care-of address").doc("RFC 6463 §4.4", "Another end of the tunnel");
    G_MNG = Field::moving("mip6.options.mng", Kind::Bytes).repeats().label("Node group").doc("RFC 6602 §5.1", "Group of nodes that one message is for");
    G_MAGIPV6 = Field::moving("mip6.options.mag_ipv6", Kind::Bytes).repeats().label("Gateway IPv6 address").doc("RFC 6705 §10.3", "Address of the other gateway");
    G_ANI = Field::moving("mip6.options.acc_net_id", Kind::Bytes).repeats().label("Access network identifier").doc("RFC 6757 §3", "Where the node is attached");
    G_DMNP = Field::moving("mip6.options.dmnp", Kind::Bytes).repeats().label("Delegated mobile network prefix").doc("RFC 7148 §4.1", "A prefix for networks behind the node");
    G_OTHER = Field::group("mip6.options.other").repeats().label("Option").doc("RFC 6275 §6.2.1", "An option that is not decoded");
}

crate::fields! { pub HEAD:
    LENGTH = Field::uint("mip6.mobility_opt.len", 8, 8).repeats().unit("bytes").label("Length").doc("RFC 6275 §6.2.1", "Of the data alone");
}

crate::fields! { pub REFRESH_ADVICE:
    BRA_INTERVAL = Field::uint("mip6.bra.interval", 16, 16).repeats().explain(explain_refresh).label("Refresh interval").doc("RFC 6275 §6.2.4", "In units of 4 seconds");
}

crate::fields! { pub ALTERNATE:
    ACOA_ADDRESS = Field::ip6("mip6.acoa.acoa", 16).repeats().label("Address").doc("RFC 6275 §6.2.5", "The care-of address");
}

crate::fields! { pub NONCES:
    NI_HOME = Field::uint("mip6.ni.hni", 16, 16).repeats().label("Home nonce index").doc("RFC 6275 §6.2.6", "From the home test");
    NI_CARE = Field::uint("mip6.ni.cni", 32, 16).repeats().label("Care-of nonce index").doc("RFC 6275 §6.2.6", "From the care-of test");
}

crate::fields! { pub NETWORK_PREFIX:
    MNP_RSV = Field::uint("mip6.nemo.mnp.reserved", 16, 8).repeats().label("Reserved").doc("RFC 3963 §4.3", "Must be 0");
    MNP_LENGTH = Field::uint("mip6.nemo.mnp.pfl", 24, 8).repeats().unit("bits").label("Prefix length").doc("RFC 3963 §4.3", "How many bits of the prefix count");
    MNP_PREFIX = Field::ip6("mip6.nemo.mnp.mnp", 32).repeats().label("Prefix").doc("RFC 3963 §4.3", "The prefix");
}

crate::fields! { pub LINK_LAYER:
    LLA_CODE = Field::uint("mip6.lla.optcode", 16, 8).repeats().label("Option code").doc("RFC 5568 §6.4.4", "Whose address it is");
}

crate::fields! { pub NODE_ID:
    MNID_SUBTYPE = Field::uint("mip6.mnid.subtype", 16, 8).repeats().values(&[(1, "network access identifier")]).label("Subtype").doc("RFC 4283 §3", "Form of the identifier");
}

crate::fields! { pub AUTHENTICATION:
    AUTH_SUBTYPE = Field::uint("mip6.auth.subtype", 16, 8).repeats().values(&[(1, "mobile node and home agent"), (2, "mobile node and AAA server")]).label("Subtype").doc("RFC 4285 §5", "Between whom");
    AUTH_SPI = Field::uint("mip6.auth.mobility_spi", 24, 32).repeats().label("SPI").doc("RFC 4285 §5", "Which security association is used");
}

crate::fields! { pub DNS_UPDATE:
    DNSU_STATUS = Field::uint("mip6.dnsu.status", 16, 8).repeats().label("Status").doc("RFC 5026 §8.1", "Outcome; 0 in requests");
    DNSU_R = Field::flag("mip6.dnsu.flag.r", 24).repeats().label("Remove").doc("RFC 5026 §8.1", "1: remove the entry");
    DNSU_RSV = Field::uint("mip6.dnsu.reserved", 25, 7).repeats().label("Reserved").doc("RFC 5026 §8.1", "Must be 0");
}

crate::fields! { pub VENDOR:
    VSM_VENDOR = Field::uint("mip6.vsm.vendorId", 16, 32).repeats().label("Vendor").doc("RFC 5094 §3", "IANA private enterprise number");
    VSM_SUBTYPE = Field::uint("mip6.vsm.subtype", 48, 8).repeats().label("Subtype").doc("RFC 5094 §3", "The vendor says what it means");
}

crate::fields! { pub FAST_AUTHENTICATION:
    BADFF_SPI = Field::uint("mip6.badff.spi", 16, 32).repeats().label("SPI").doc("RFC 5568 §6.4.2", "Which security association is used");
}

crate::fields! { pub HANDOFF:
    HI_RSV = Field::uint("mip6.hi.reserved", 16, 8).repeats().label("Reserved").doc("RFC 5213 §8.4", "Must be 0");
    HI_VALUE = Field::uint("mip6.hi", 24, 8).repeats().values(HANDOFFS).label("Handoff indicator").doc("RFC 5213 §8.4", "What kind of move it is");
}

crate::fields! { pub ACCESS_TYPE:
    ATT_RSV = Field::uint("mip6.att.reserved", 16, 8).repeats().label("Reserved").doc("RFC 5213 §8.5", "Must be 0");
    ATT_VALUE = Field::uint("mip6.att", 24, 8).repeats().values(ACCESSES).label("Access technology").doc("RFC 5213 §8.5", "How the node is attached");
}

crate::fields! { pub NODE_LINK_LAYER:
    MNLLI_RSV = Field::uint("mip6.mnlli.reserved", 16, 16).repeats().label("Reserved").doc("RFC 5213 §8.6", "Must be 0");
}

crate::fields! { pub LINK_LOCAL:
    LILA = Field::ip6("mip6.lila_lla", 16).repeats().label("Address").doc("RFC 5213 §8.7", "The link-local address");
}

crate::fields! { pub RESTARTS:
    RC = Field::uint("mip6.rc", 16, 32).repeats().label("Restart counter").doc("RFC 5847 §3.4", "How often the sender has restarted");
}

crate::fields! { pub HOME4:
    HA4_LENGTH = Field::uint("mip6.ipv4ha.preflen", 16, 6).repeats().unit("bits").label("Prefix length").doc("RFC 5555 §3.1.1", "How many bits of the address are the prefix");
    HA4_P = Field::flag("mip6.ipv4ha.p_flag", 22).repeats().label("Prefix wanted").doc("RFC 5555 §3.1.1", "1: a mobile network prefix is wanted");
    HA4_RSV = Field::uint("mip6.ipv4ha.flags_reserved", 23, 9).repeats().label("Reserved").doc("RFC 5555 §3.1.1", "Must be 0");
    HA4_ADDRESS = Field::ip4("mip6.ipv4ha.ha", 32).repeats().label("Home address").doc("RFC 5555 §3.1.1", "The IPv4 home address");
}

crate::fields! { pub HOME4_ACKNOWLEDGMENT:
    AA4_STATUS = Field::uint("mip6.ipv4aa.sts", 16, 8).repeats().values(ADDRESS_STATUSES).label("Status").doc("RFC 5555 §3.2.1", "Below 128: accepted");
    AA4_LENGTH = Field::uint("mip6.ipv4ha.preflen", 24, 6).repeats().unit("bits").label("Prefix length").doc("RFC 5555 §3.2.1", "How many bits of the address are the prefix");
    AA4_RSV = Field::uint("mip6.ipv4aa.reserved", 30, 2).repeats().label("Reserved").doc("RFC 5555 §3.2.1", "Must be 0");
    AA4_ADDRESS = Field::ip4("mip6.ipv4ha.ha", 32).repeats().label("Home address").doc("RFC 5555 §3.2.1", "The IPv4 home address");
}

crate::fields! { pub NAT:
    NAT_F = Field::flag("mip6.natd.f_flag", 16).repeats().label("Force UDP").doc("RFC 5555 §3.2.2", "1: UDP encapsulation must be used");
    NAT_RSV = Field::uint("mip6.natd.reserved", 17, 15).repeats().label("Reserved").doc("RFC 5555 §3.2.2", "Must be 0");
    NAT_REFRESH = Field::uint("mip6.natd.refresh_t", 32, 32).repeats().unit("s").label("Refresh time").doc("RFC 5555 §3.2.2", "How often to keep the NAT open");
}

crate::fields! { pub CARE_OF4:
    COA4_RSV = Field::uint("mip6.ipv4coa.reserved", 16, 16).repeats().label("Reserved").doc("RFC 5555 §3.1.2", "Must be 0");
    COA4 = Field::ip4("mip6.ipv4coa.addr", 32).repeats().label("Care-of address").doc("RFC 5555 §3.1.2", "The IPv4 care-of address");
}

crate::fields! { pub GRE:
    GRE_RSV = Field::uint("mip6.ipv4dra.reserved", 16, 16).repeats().label("Reserved").doc("RFC 5845 §6.1", "Must be 0");
    GRE_KEY = Field::uint("mip6.gre_key", 32, 32).repeats().label("Key").doc("RFC 5845 §6.1", "For packets towards the sender");
}

crate::fields! { pub ADDRESS_OR_PREFIX:
    AP_CODE = Field::uint("mip6.mhipv6ap.opt_code", 16, 8).repeats().values(&[(1, "old care-of address"), (2, "new care-of address"), (3, "NAR's IP address"), (4, "NAR's prefix")]).label("Option code").doc("RFC 5568 §6.4.2", "Whose address it is");
    AP_LENGTH = Field::uint("mip6.mhipv6ap.len", 24, 8).repeats().unit("bits").label("Prefix length").doc("RFC 5568 §6.4.2", "How many bits of the address count");
    AP_ADDRESS = Field::ip6("mip6.mhipv6ap.ipv6_address", 32).repeats().label("Address").doc("RFC 5568 §6.4.2", "The address or prefix");
}

crate::fields! { pub BINDING_ID:
    BI_BID = Field::uint("mip6.bi.bid", 16, 16).repeats().label("Binding").doc("RFC 5648 §4.1", "Number of the binding");
    BI_STATUS = Field::uint("mip6.bi.status", 32, 8).repeats().label("Status").doc("RFC 5648 §4.1", "Outcome; 0 in updates");
    BI_H = Field::flag("mip6.bi.h_flag", 40).repeats().label("Home and foreign").doc("RFC 5648 §4.1", "1: the node is at home and abroad at once");
    BI_RSV = Field::uint("mip6.bi.reserved", 41, 7).repeats().label("Priority").doc("RFC 6089 §4.1", "Priority of the binding among the node's");
}

crate::fields! { pub HOME4_REQUEST:
    HR4_LENGTH = Field::uint("mip6.ipv4ha.preflen", 16, 6).repeats().unit("bits").label("Prefix length").doc("RFC 5844 §3.3.1", "How many bits of the address are the prefix");
    HR4_RSV = Field::uint("mip6.ipv4ha.flags_reserved", 22, 10).repeats().label("Reserved").doc("RFC 5844 §3.3.1", "Must be 0");
    HR4_ADDRESS = Field::ip4("mip6.ipv4ha.ha", 32).repeats().label("Home address").doc("RFC 5844 §3.3.1", "The IPv4 home address; 0.0.0.0: any");
}

crate::fields! { pub ROUTER4:
    DRA_RSV = Field::uint("mip6.ipv4dra.reserved", 16, 16).repeats().label("Reserved").doc("RFC 5844 §3.3.3", "Must be 0");
    DRA = Field::ip4("mip6.ipv4dra.dra", 32).repeats().label("Router").doc("RFC 5844 §3.3.3", "The default router");
}

crate::fields! { pub DHCP4:
    DSM_RSV = Field::uint("mip6.ipv4dsm.reserved", 16, 15).repeats().label("Reserved").doc("RFC 5844 §3.3.4", "Must be 0");
    DSM_S = Field::flag("mip6.ipv4dsm.s_flag", 31).repeats().label("Server").doc("RFC 5844 §3.3.4", "1: the gateway is the DHCP server; 0: a relay");
}

crate::fields! { pub ANCHOR:
    LMAA_CODE = Field::uint("mip6.lmaa.opt_code", 16, 8).repeats().values(&[(1, "IPv6 address"), (2, "IPv4 address")]).label("Option code").doc("RFC 5949 §6.2.2", "Form of the address");
    LMAA_RSV = Field::uint("mip6.lmaa.reserved", 24, 8).repeats().label("Reserved").doc("RFC 5949 §6.2.2", "Must be 0");
}

crate::fields! { pub REDIRECT_ABLE:
    RECAP_RSV = Field::uint("mip6.recap.reserved", 16, 16).repeats().hex().label("Reserved").doc("RFC 6463 §4.1", "Must be 0");
}

crate::fields! { pub REDIRECT:
    REDIR_K = Field::flag("mip6.redir.k", 16).repeats().label("IPv6").doc("RFC 6463 §4.2", "1: an IPv6 address follows");
    REDIR_N = Field::flag("mip6.redir.n", 17).repeats().label("IPv4").doc("RFC 6463 §4.2", "1: an IPv4 address follows");
    REDIR_RSV = Field::uint("mip6.redir.reserved", 18, 14).repeats().hex().label("Reserved").doc("RFC 6463 §4.2", "Must be 0");
}

crate::fields! { pub LOAD:
    LOAD_PRIORITY = Field::uint("mip6.load_inf.priority", 16, 16).repeats().label("Priority").doc("RFC 6463 §4.3", "Smaller is better");
    LOAD_SESSIONS = Field::uint("mip6.load_inf.sessions_in_use", 32, 32).repeats().label("Sessions in use").doc("RFC 6463 §4.3", "At present");
    LOAD_MAX_SESSIONS = Field::uint("mip6.load_inf.maximum_sessions", 64, 32).repeats().label("Greatest number of sessions").doc("RFC 6463 §4.3", "That the anchor can serve");
    LOAD_USED = Field::uint("mip6.load_inf.used_capacity", 96, 32).repeats().unit("kB/s").label("Used capacity").doc("RFC 6463 §4.3", "At present");
    LOAD_MAX = Field::uint("mip6.load_inf.maximum_capacity", 128, 32).repeats().unit("kB/s").label("Greatest capacity").doc("RFC 6463 §4.3", "That the anchor has");
}

crate::fields! { pub ALTERNATE4:
    ALT4 = Field::ip4("mip6.alt_ip4", 16).repeats().label("Address").doc("RFC 6463 §4.4", "The IPv4 care-of address");
}

crate::fields! { pub NODE_GROUP:
    MNG_SUBTYPE = Field::uint("mip6.mng.sub_type", 16, 8).repeats().label("Subtype").doc("RFC 6602 §5.1", "1: bulk binding update");
    MNG_RSV = Field::uint("mip6.mng.reserved", 24, 8).repeats().label("Reserved").doc("RFC 6602 §5.1", "Must be 0");
    MNG_ID = Field::uint("mip6.mng.mng_id", 32, 32).repeats().label("Group").doc("RFC 6602 §5.1", "1: all nodes of the sender");
}

crate::fields! { pub GATEWAY6:
    MAG_RSV = Field::uint("mip6.mag_ipv6.reserved", 16, 8).repeats().hex().label("Reserved").doc("RFC 6705 §10.3", "Must be 0");
    MAG_LENGTH = Field::uint("mip6.mag_ipv6.address_length", 24, 8).repeats().unit("bits").label("Address length").doc("RFC 6705 §10.3", "128");
    MAG = Field::ip6("mip6.mag_ipv6.address", 32).repeats().label("Address").doc("RFC 6705 §10.3", "Of the other gateway");
}

crate::fields! { pub DELEGATED:
    DMNP_V = Field::flag("mip6.dmnp.v_flag", 16).repeats().label("IPv4").doc("RFC 7148 §4.1", "1: an IPv4 prefix");
    DMNP_RSV = Field::uint("mip6.dmnp.reserved", 17, 7).repeats().label("Reserved").doc("RFC 7148 §4.1", "Must be 0");
    DMNP_LENGTH = Field::uint("mip6.dmnp.prefix_len", 24, 8).repeats().unit("bits").label("Prefix length").doc("RFC 7148 §4.1", "How many bits of the prefix count");
}

crate::fields! { pub MOVING:
    TYPE = Field::moving("mip6.mobility_opt", Kind::Uint).repeats().label("Type").doc("RFC 6275 §6.2.1", "Which option it is");
    PADN_DATA = Field::moving("mip6.padn", Kind::Bytes).repeats().label("Padding").doc("RFC 6275 §6.2.3", "Zeros");
    BAD_AUTH = Field::moving("mip6.bad.auth", Kind::Bytes).repeats().label("Authenticator").doc("RFC 6275 §6.2.7", "A keyed hash over the message");
    LLA_ADDRESS = Field::moving("mip6.lla", Kind::Bytes).repeats().label("Link-layer address").doc("RFC 5568 §6.4.4", "The address");
    MNID_ID = Field::moving("mip6.mnid.identifier", Kind::Text).repeats().label("Identifier").doc("RFC 4283 §3", "Who the mobile node is");
    AUTH_DATA = Field::moving("mip6.auth.auth_data", Kind::Bytes).repeats().label("Authentication data").doc("RFC 4285 §5", "A keyed hash over the message");
    CGAR_DATA = Field::moving("mip6.cgar.cga_par", Kind::Bytes).repeats().label("CGA parameters").doc("RFC 4866 §5.1", "What the address was computed from");
    SIGN_DATA = Field::moving("mip6.sign.sign", Kind::Bytes).repeats().label("Signature").doc("RFC 4866 §5.3", "Made with the key of the address");
    PHKT_DATA = Field::moving("mip6.phkt.phkt", Kind::Bytes).repeats().label("Token").doc("RFC 4866 §5.4", "The token, encrypted");
    COT_TOKEN = Field::moving("mip6.mocot.co_keygen_tok", Kind::Bytes).repeats().label("Care-of keygen token").doc("RFC 4866 §5.6", "Proves that the node is reached at its care-of address");
    DNSU_NAME = Field::moving("mip6.dnsu.mn_id", Kind::Bytes).repeats().label("Node name").doc("RFC 5026 §8.1", "In the form of RFC 1035");
    EM_DATA = Field::moving("mip6.em.data", Kind::Bytes).repeats().label("Data").doc("RFC 5096 §5", "Of the experiment");
    VSM_DATA = Field::moving("mip6.vsm.data", Kind::Bytes).repeats().label("Data").doc("RFC 5094 §3", "The vendor says what they mean");
    SS_ID = Field::moving("mip6.ss.identifier", Kind::Text).repeats().label("Service").doc("RFC 5149 §3", "Name of the service");
    BADFF_AUTH = Field::moving("mip6.badff.auth", Kind::Bytes).repeats().label("Authenticator").doc("RFC 5568 §6.4.2", "A keyed hash over the message");
    MNLLI_ID = Field::moving("mip6.mnlli.lli", Kind::Bytes).repeats().label("Identifier").doc("RFC 5213 §8.6", "The link-layer address");
    BI_COA4 = Field::moving("mip6.bi.coa_ipv4", Kind::Ip4).repeats().label("Care-of address").doc("RFC 5648 §4.1", "Of this binding");
    BI_COA6 = Field::moving("mip6.bi.coa_ipv6", Kind::Ip6).repeats().label("Care-of address").doc("RFC 5648 §4.1", "Of this binding");
    LMAA4 = Field::moving("mip6.lmaa.ipv4", Kind::Ip4).repeats().label("Anchor").doc("RFC 5949 §6.2.2", "Its address");
    LMAA6 = Field::moving("mip6.lmaa.ipv6", Kind::Ip6).repeats().label("Anchor").doc("RFC 5949 §6.2.2", "Its address");
    REDIR4 = Field::moving("mip6.redir.addr_r2lma_ipv4", Kind::Ip4).repeats().label("New anchor").doc("RFC 6463 §4.2", "Its address");
    REDIR6 = Field::moving("mip6.redir.addr_r2lma_ipv6", Kind::Ip6).repeats().label("New anchor").doc("RFC 6463 §4.2", "Its address");
    DMNP4 = Field::moving("mip6.dmnp.dmnp_ipv4", Kind::Ip4).repeats().label("Prefix").doc("RFC 7148 §4.1", "The prefix");
    DMNP6 = Field::moving("mip6.dmnp.dmnp_ipv6", Kind::Ip6).repeats().label("Prefix").doc("RFC 7148 §4.1", "The prefix");
    STAMP = Field::derived("mip6.timestamp_tmp", Kind::Time).repeats().unit("s").label("Timestamp").doc("RFC 5213 §8.8", "Seconds since 1970-01-01 00:00:00 UTC; in units of 1/65,536 s on the wire");
    UNREAD = Field::moving("mip6.options.data", Kind::Bytes).repeats().label("Data").doc("RFC 6275 §6.2.1", "Of an option that is not decoded");
}

static HANDOFFS: &[(u64, &str)] = &[
    (1, "attachment over a new interface"),
    (2, "between two interfaces of the mobile node"),
    (3, "between gateways for the same interface"),
    (4, "unknown"),
    (5, "no change: the registration is renewed"),
];

static ACCESSES: &[(u64, &str)] = &[
    (1, "virtual"),
    (2, "PPP"),
    (3, "IEEE 802.3"),
    (4, "IEEE 802.11"),
    (5, "IEEE 802.16e"),
    (6, "3GPP GERAN"),
    (7, "3GPP UTRAN"),
    (8, "3GPP E-UTRAN"),
    (9, "3GPP2 eHRPD"),
    (10, "3GPP2 HRPD"),
    (11, "3GPP2 1xRTT"),
    (12, "3GPP2 UMB"),
    (13, "3GPP NB-IoT"),
];

static ADDRESS_STATUSES: &[(u64, &str)] = &[
    (0, "success"),
    (128, "failure, reason unspecified"),
    (129, "administratively prohibited"),
    (130, "incorrect IPv4 home address"),
    (131, "invalid IPv4 address"),
    (132, "dynamic IPv4 home address assignment not available"),
    (133, "prefix allocation unauthorized"),
];

/// What follows the fixed rows of an option.
#[derive(Clone, Copy)]
enum Rest {
    /// Nothing.
    Nothing,
    /// Bytes up to the end.
    Bytes(&'static Field),
    /// An IPv4 or an IPv6 address, told apart by its length; or none.
    Address(&'static Field, &'static Field),
    /// A point in time.
    Timestamp,
}

static NONE: Table = &[];

/// A kind of option: its number, its group, its fixed rows, where those end in bytes, and what follows.
type Shape = (u8, &'static Field, Table, u32, Rest);

static KINDS: &[Shape] = &[
    (1, &G_PADN, NONE, 2, Rest::Bytes(&PADN_DATA)),
    (2, &G_BRA, REFRESH_ADVICE, 4, Rest::Nothing),
    (3, &G_ACOA, ALTERNATE, 18, Rest::Nothing),
    (4, &G_NI, NONCES, 6, Rest::Nothing),
    (5, &G_BAD, NONE, 2, Rest::Bytes(&BAD_AUTH)),
    (6, &G_MNP, NETWORK_PREFIX, 20, Rest::Nothing),
    (7, &G_MHLLA, LINK_LAYER, 3, Rest::Bytes(&LLA_ADDRESS)),
    (8, &G_MNID, NODE_ID, 3, Rest::Bytes(&MNID_ID)),
    (9, &G_AUTH, AUTHENTICATION, 7, Rest::Bytes(&AUTH_DATA)),
    (10, &G_MESG_ID, NONE, 2, Rest::Bytes(&UNREAD)),
    (11, &G_CGAPR, NONE, 2, Rest::Nothing),
    (12, &G_CGAR, NONE, 2, Rest::Bytes(&CGAR_DATA)),
    (13, &G_SIGN, NONE, 2, Rest::Bytes(&SIGN_DATA)),
    (14, &G_PHKT, NONE, 2, Rest::Bytes(&PHKT_DATA)),
    (15, &G_COTI, NONE, 2, Rest::Nothing),
    (16, &G_COT, NONE, 2, Rest::Bytes(&COT_TOKEN)),
    (17, &G_DNSU, DNS_UPDATE, 4, Rest::Bytes(&DNSU_NAME)),
    (18, &G_EM, NONE, 2, Rest::Bytes(&EM_DATA)),
    (19, &G_VSM, VENDOR, 7, Rest::Bytes(&VSM_DATA)),
    (20, &G_SSM, NONE, 2, Rest::Bytes(&SS_ID)),
    (21, &G_BADFF, FAST_AUTHENTICATION, 6, Rest::Bytes(&BADFF_AUTH)),
    (22, &G_HNP, NETWORK_PREFIX, 20, Rest::Nothing),
    (23, &G_HI, HANDOFF, 4, Rest::Nothing),
    (24, &G_ATT, ACCESS_TYPE, 4, Rest::Nothing),
    (25, &G_MNLLI, NODE_LINK_LAYER, 4, Rest::Bytes(&MNLLI_ID)),
    (26, &G_LLA, LINK_LOCAL, 18, Rest::Nothing),
    (27, &G_TS, NONE, 2, Rest::Timestamp),
    (28, &G_RC, RESTARTS, 6, Rest::Nothing),
    (29, &G_IPV4HA, HOME4, 8, Rest::Nothing),
    (30, &G_IPV4AA, HOME4_ACKNOWLEDGMENT, 8, Rest::Nothing),
    (31, &G_NATD, NAT, 8, Rest::Nothing),
    (32, &G_IPV4COA, CARE_OF4, 8, Rest::Nothing),
    (33, &G_GREK, GRE, 8, Rest::Nothing),
    (34, &G_MHIPV6AP, ADDRESS_OR_PREFIX, 20, Rest::Nothing),
    (35, &G_BI, BINDING_ID, 6, Rest::Address(&BI_COA4, &BI_COA6)),
    (36, &G_IPV4HAREQ, HOME4_REQUEST, 8, Rest::Nothing),
    (37, &G_IPV4HAREP, HOME4_ACKNOWLEDGMENT, 8, Rest::Nothing),
    (38, &G_IPV4DRA, ROUTER4, 8, Rest::Nothing),
    (39, &G_IPV4DSM, DHCP4, 4, Rest::Nothing),
    (40, &G_CR, NONE, 2, Rest::Bytes(&UNREAD)),
    (41, &G_LMAA, ANCHOR, 4, Rest::Address(&LMAA4, &LMAA6)),
    (42, &G_MNLLAII, NONE, 2, Rest::Bytes(&UNREAD)),
    (46, &G_RECAP, REDIRECT_ABLE, 4, Rest::Nothing),
    (47, &G_REDIR, REDIRECT, 4, Rest::Address(&REDIR4, &REDIR6)),
    (48, &G_LOADINF, LOAD, 20, Rest::Nothing),
    (49, &G_ALTIP4, ALTERNATE4, 6, Rest::Nothing),
    (50, &G_MNG, NODE_GROUP, 8, Rest::Nothing),
    (51, &G_MAGIPV6, GATEWAY6, 20, Rest::Nothing),
    (52, &G_ANI, NONE, 2, Rest::Bytes(&UNREAD)),
    (55, &G_DMNP, DELEGATED, 4, Rest::Address(&DMNP4, &DMNP6)),
];

/// Puts the options of a mobility header from byte `from` on. A contradiction ends the walk with a note.
pub fn walk<S: Sink>(s: &mut S, header: &Tlv<'_>, from: u32) {
    let mut at = from;
    while at < header.wire && s.room() {
        let Some(kind) = header.byte(at) else { return };
        if kind == 0 {
            s.open(&G_PAD1, header.bit(at));
            s.close(header.bit(at + 1));
            at += 1;
            continue;
        }
        let length = header.byte(at + 1);
        let wire = length.map_or(2, |n| u32::from(n) + 2);
        let left = header.wire - at;
        let option = header.part(at, wire);
        let shape = KINDS.iter().find(|k| k.0 == kind);
        s.open(shape.map_or(&G_OTHER, |k| k.1), option.bit(0));
        if shape.is_none() {
            option.uint(s, &TYPE, 0, 1);
        }
        option.fixed(s, HEAD);
        if wire > left {
            let rule = "an option ends within its header (RFC 6275 §6.2.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {left} bytes expected, {wire} found"));
            s.close(option.bit(left));
            return;
        }
        match shape {
            Some((_, _, table, fixed, rest)) if length.is_some() => put(s, &option, table, *fixed, *rest),
            _ => option.rest(s, &UNREAD, 2),
        }
        s.close(option.bit(wire));
        at += wire;
    }
}

/// Puts the data of one option.
fn put<S: Sink>(s: &mut S, o: &Tlv<'_>, table: Table, fixed: u32, rest: Rest) {
    if !o.at_least(s, "a mobility option has room for its fixed part (RFC 6275 §6.2)", fixed) {
        return;
    }
    o.fixed(s, table);
    match rest {
        Rest::Nothing => o.rest(s, &UNREAD, fixed),
        Rest::Bytes(field) => o.rest(s, field, fixed),
        Rest::Address(v4, v6) => match o.wire - fixed {
            4 => o.rest(s, v4, fixed),
            16 => o.rest(s, v6, fixed),
            _ => o.rest(s, &UNREAD, fixed),
        },
        Rest::Timestamp => {
            if let Some(b) = o.data.get(2..).and_then(<[u8]>::first_chunk::<8>) {
                let units = u64::from_be_bytes(*b);
                let nanos = (units & 0xffff) * 1_000_000_000 / 65_536;
                s.derived_time(&STAMP, Time { secs: (units >> 16) as i64, nanos: nanos as u32 });
            }
        }
    }
}

fn explain_refresh(a: &Around<'_>, out: &mut Text) {
    out.num_grouped(a.value).lit(" × 4 = ").num_grouped(a.value * 4).lit(" seconds");
}
