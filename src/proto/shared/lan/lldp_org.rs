//! LLDP's organizational TLVs of IEEE 802.1 (802.1Q annex D) and IEEE 802.3 (802.3 clause 79). Places count from the TLV's
//! first bit: type and length (16 bits), the organization (24), its subtype (8), then what the subtype defines.

use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;
use crate::text::Text;

crate::fields! { pub SUBTYPE_1:
    S1 = Field::uint("lldp.ieee.802_1.subtype", 40, 8).repeats().hex().values(SUBTYPES_1).label("IEEE 802.1 subtype").doc("IEEE 802.1Q §D.2", "What the TLV tells");
}

crate::fields! { pub PORT_VLAN:
    PVID = Field::uint("lldp.ieee.802_1.port_vlan.id", 48, 16).repeats().explain(explain_vlan).label("Port VLAN ID").doc("IEEE 802.1Q §D.2.1", "The VLAN of frames that arrive without a tag; 0: the port does not support VLANs by port");
}

crate::fields! { pub PROTO_VLAN:
    PPVID_FLAGS = Field::uint("lldp.ieee.802_1.port_and_vlan_id_flag", 48, 8).repeats().hex().label("Flags").doc("IEEE 802.1Q §D.2.2", "Whether VLANs by protocol are supported and enabled");
    PPVID_SUPPORTED = Field::flag("lldp.ieee.802_1.port_and_vlan_id_flag.supported", 54).repeats().part_of("lldp.ieee.802_1.port_and_vlan_id_flag").label("VLANs by port and protocol: supported").doc("IEEE 802.1Q §D.2.2", "1: supported");
    PPVID_ENABLED = Field::flag("lldp.ieee.802_1.port_and_vlan_id_flag.enabled", 53).repeats().part_of("lldp.ieee.802_1.port_and_vlan_id_flag").label("VLANs by port and protocol: enabled").doc("IEEE 802.1Q §D.2.2", "1: enabled");
    PPVID = Field::uint("lldp.ieee.802_1.port_proto_vlan.id", 56, 16).repeats().explain(explain_vlan).label("Port and protocol VLAN ID").doc("IEEE 802.1Q §D.2.2", "A VLAN of frames of certain protocols; 0: none");
}

crate::fields! { pub VLAN_NAME:
    VLAN = Field::uint("lldp.ieee.802_1.vlan.id", 48, 16).repeats().label("VLAN ID").doc("IEEE 802.1Q §D.2.3", "The VLAN that has this name");
    NAME_LEN = Field::uint("lldp.ieee.802_1.vlan.name_len", 64, 8).repeats().unit("bytes").label("VLAN name length").doc("IEEE 802.1Q §D.2.3", "At most 32");
}

crate::fields! { pub IDENTITY:
    ID_LEN = Field::uint("lldp.ieee.802_1.proto.id_length", 48, 8).repeats().unit("bytes").label("Protocol identity length").doc("IEEE 802.1Q §D.2.4", "Length of the bytes by which the protocol is known");
}

crate::fields! { pub DIGEST:
    VID_DIGEST = Field::uint("lldp.ieee.802_1.vid_usage_digest", 48, 32).repeats().hex().label("VID usage digest").doc("IEEE 802.1Q §D.2.5", "CRC-32 of the table of all VLANs; equal on both sides when their VLANs are");
}

crate::fields! { pub MANAGEMENT:
    MANAGEMENT_VID = Field::uint("lldp.ieee.802_1.management_vid", 48, 16).repeats().label("Management VID").doc("IEEE 802.1Q §D.2.6", "The VLAN by which the bridge is managed; 0: none");
}

crate::fields! { pub AGGREGATION_1:
    AGG1 = Field::uint("lldp.ieee.802_1.aggregation_status", 48, 8).repeats().hex().label("Aggregation status").doc("IEEE 802.1AX §E.2", "Whether the port can be, and is, a member of an aggregation");
    AGG1_CAP = Field::flag("lldp.ieee.802_1.aggregation_status.cap", 55).repeats().part_of("lldp.ieee.802_1.aggregation_status").label("Can be aggregated").doc("IEEE 802.1AX §E.2", "1: the port can be a member of an aggregation");
    AGG1_ON = Field::flag("lldp.ieee.802_1.aggregation_status.enabled", 54).repeats().part_of("lldp.ieee.802_1.aggregation_status").label("Is aggregated").doc("IEEE 802.1AX §E.2", "1: the port is a member of an aggregation");
    AGG1_TYPE = Field::uint("lldp.ieee.802_1.aggregation_status.porttype", 52, 2).repeats().part_of("lldp.ieee.802_1.aggregation_status").values(&[(0, "not specified"), (1, "transmitted from the aggregation port"), (2, "transmitted from the aggregator"), (3, "transmitted from an aggregator with a single port")]).label("Port type").doc("IEEE 802.1AX §E.2", "What sent this LLDPDU");
    AGG1_PORT = Field::uint("lldp.ieee.802_1.aggregated_port_id", 56, 32).repeats().label("Aggregated port").doc("IEEE 802.1AX §E.2", "Interface number of the aggregation; 0: none");
}

crate::fields! { pub CONGESTION:
    CNPV7 = Field::flag("lldp.ieee.802_1qau.cnpv.prio7", 48).repeats().label("Priority 7: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV6 = Field::flag("lldp.ieee.802_1qau.cnpv.prio6", 49).repeats().label("Priority 6: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV5 = Field::flag("lldp.ieee.802_1qau.cnpv.prio5", 50).repeats().label("Priority 5: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV4 = Field::flag("lldp.ieee.802_1qau.cnpv.prio4", 51).repeats().label("Priority 4: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV3 = Field::flag("lldp.ieee.802_1qau.cnpv.prio3", 52).repeats().label("Priority 3: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV2 = Field::flag("lldp.ieee.802_1qau.cnpv.prio2", 53).repeats().label("Priority 2: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV1 = Field::flag("lldp.ieee.802_1qau.cnpv.prio1", 54).repeats().label("Priority 1: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    CNPV0 = Field::flag("lldp.ieee.802_1qau.cnpv.prio0", 55).repeats().label("Priority 0: congestion notification").doc("IEEE 802.1Q §D.2.7", "1: frames of this priority take part in congestion notification");
    READY7 = Field::flag("lldp.ieee.802_1qau.ready.prio7", 56).repeats().label("Priority 7: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY6 = Field::flag("lldp.ieee.802_1qau.ready.prio6", 57).repeats().label("Priority 6: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY5 = Field::flag("lldp.ieee.802_1qau.ready.prio5", 58).repeats().label("Priority 5: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY4 = Field::flag("lldp.ieee.802_1qau.ready.prio4", 59).repeats().label("Priority 4: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY3 = Field::flag("lldp.ieee.802_1qau.ready.prio3", 60).repeats().label("Priority 3: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY2 = Field::flag("lldp.ieee.802_1qau.ready.prio2", 61).repeats().label("Priority 2: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY1 = Field::flag("lldp.ieee.802_1qau.ready.prio1", 62).repeats().label("Priority 1: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
    READY0 = Field::flag("lldp.ieee.802_1qau.ready.prio0", 63).repeats().label("Priority 0: ready").doc("IEEE 802.1Q §D.2.7", "1: the port no longer lets frames of this priority be changed by others");
}

crate::fields! { pub ETS_CONFIGURATION:
    WILLING = Field::flag("lldp.dcbx.ieee.willing", 48).repeats().label("Willing").doc("IEEE 802.1Q §D.2.8", "1: the port takes over what its neighbor recommends");
    CBS = Field::flag("lldp.dcbx.ieee.ets.cbs", 49).repeats().label("Credit-based shaper").doc("IEEE 802.1Q §D.2.8", "1: supported");
    ETS_RESERVED = Field::uint("lldp.dcbx.ieee.reserved", 50, 3).repeats().hex_wide(2).label("Reserved").doc("IEEE 802.1Q §D.2.8", "Must be 0");
    MAXTCS = Field::uint("lldp.dcbx.ieee.ets.maxtcs", 53, 3).repeats().label("Traffic classes").doc("IEEE 802.1Q §D.2.8", "How many traffic classes the port has; 0: 8");
    C_PRIO0 = Field::uint("lldp.dcbx.feature.pg.pgid_prio0", 56, 4).repeats().label("Priority 0: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO1 = Field::uint("lldp.dcbx.feature.pg.pgid_prio1", 60, 4).repeats().label("Priority 1: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO2 = Field::uint("lldp.dcbx.feature.pg.pgid_prio2", 64, 4).repeats().label("Priority 2: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO3 = Field::uint("lldp.dcbx.feature.pg.pgid_prio3", 68, 4).repeats().label("Priority 3: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO4 = Field::uint("lldp.dcbx.feature.pg.pgid_prio4", 72, 4).repeats().label("Priority 4: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO5 = Field::uint("lldp.dcbx.feature.pg.pgid_prio5", 76, 4).repeats().label("Priority 5: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO6 = Field::uint("lldp.dcbx.feature.pg.pgid_prio6", 80, 4).repeats().label("Priority 6: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PRIO7 = Field::uint("lldp.dcbx.feature.pg.pgid_prio7", 84, 4).repeats().label("Priority 7: traffic class").doc("IEEE 802.1Q §D.2.8", "The traffic class of frames with this priority");
    C_PER0 = Field::uint("lldp.dcbx.feature.pg.per0", 88, 8).repeats().unit("%").label("Traffic class 0: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER1 = Field::uint("lldp.dcbx.feature.pg.per1", 96, 8).repeats().unit("%").label("Traffic class 1: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER2 = Field::uint("lldp.dcbx.feature.pg.per2", 104, 8).repeats().unit("%").label("Traffic class 2: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER3 = Field::uint("lldp.dcbx.feature.pg.per3", 112, 8).repeats().unit("%").label("Traffic class 3: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER4 = Field::uint("lldp.dcbx.feature.pg.per4", 120, 8).repeats().unit("%").label("Traffic class 4: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER5 = Field::uint("lldp.dcbx.feature.pg.per5", 128, 8).repeats().unit("%").label("Traffic class 5: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER6 = Field::uint("lldp.dcbx.feature.pg.per6", 136, 8).repeats().unit("%").label("Traffic class 6: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_PER7 = Field::uint("lldp.dcbx.feature.pg.per7", 144, 8).repeats().unit("%").label("Traffic class 7: bandwidth").doc("IEEE 802.1Q §D.2.8", "Share of the bandwidth that ETS gives to this class");
    C_TSA0 = Field::uint("lldp.dcbx.ieee.ets.tsa0", 152, 8).repeats().values(ALGORITHMS).label("Traffic class 0: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA1 = Field::uint("lldp.dcbx.ieee.ets.tsa1", 160, 8).repeats().values(ALGORITHMS).label("Traffic class 1: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA2 = Field::uint("lldp.dcbx.ieee.ets.tsa2", 168, 8).repeats().values(ALGORITHMS).label("Traffic class 2: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA3 = Field::uint("lldp.dcbx.ieee.ets.tsa3", 176, 8).repeats().values(ALGORITHMS).label("Traffic class 3: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA4 = Field::uint("lldp.dcbx.ieee.ets.tsa4", 184, 8).repeats().values(ALGORITHMS).label("Traffic class 4: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA5 = Field::uint("lldp.dcbx.ieee.ets.tsa5", 192, 8).repeats().values(ALGORITHMS).label("Traffic class 5: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA6 = Field::uint("lldp.dcbx.ieee.ets.tsa6", 200, 8).repeats().values(ALGORITHMS).label("Traffic class 6: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
    C_TSA7 = Field::uint("lldp.dcbx.ieee.ets.tsa7", 208, 8).repeats().values(ALGORITHMS).label("Traffic class 7: selection algorithm").doc("IEEE 802.1Q §D.2.8", "How frames of this class are selected for transmission");
}

crate::fields! { pub ETS_RECOMMENDATION:
    PG_RESERVED = Field::uint("lldp.dcbx.feature.pg.reserved", 48, 7).repeats().hex_wide(2).label("Reserved").doc("IEEE 802.1Q §D.2.9", "Must be 0");
    ETSR_RESERVED = Field::uint("lldp.dcbx.ieee.reserved", 55, 1).repeats().hex_wide(2).label("Reserved").doc("IEEE 802.1Q §D.2.9", "Must be 0");
    R_PRIO0 = Field::uint("lldp.dcbx.feature.pg.pgid_prio0", 56, 4).repeats().label("Priority 0: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO1 = Field::uint("lldp.dcbx.feature.pg.pgid_prio1", 60, 4).repeats().label("Priority 1: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO2 = Field::uint("lldp.dcbx.feature.pg.pgid_prio2", 64, 4).repeats().label("Priority 2: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO3 = Field::uint("lldp.dcbx.feature.pg.pgid_prio3", 68, 4).repeats().label("Priority 3: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO4 = Field::uint("lldp.dcbx.feature.pg.pgid_prio4", 72, 4).repeats().label("Priority 4: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO5 = Field::uint("lldp.dcbx.feature.pg.pgid_prio5", 76, 4).repeats().label("Priority 5: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO6 = Field::uint("lldp.dcbx.feature.pg.pgid_prio6", 80, 4).repeats().label("Priority 6: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PRIO7 = Field::uint("lldp.dcbx.feature.pg.pgid_prio7", 84, 4).repeats().label("Priority 7: traffic class").doc("IEEE 802.1Q §D.2.9", "The traffic class of frames with this priority");
    R_PER0 = Field::uint("lldp.dcbx.feature.pg.per0", 88, 8).repeats().unit("%").label("Traffic class 0: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER1 = Field::uint("lldp.dcbx.feature.pg.per1", 96, 8).repeats().unit("%").label("Traffic class 1: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER2 = Field::uint("lldp.dcbx.feature.pg.per2", 104, 8).repeats().unit("%").label("Traffic class 2: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER3 = Field::uint("lldp.dcbx.feature.pg.per3", 112, 8).repeats().unit("%").label("Traffic class 3: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER4 = Field::uint("lldp.dcbx.feature.pg.per4", 120, 8).repeats().unit("%").label("Traffic class 4: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER5 = Field::uint("lldp.dcbx.feature.pg.per5", 128, 8).repeats().unit("%").label("Traffic class 5: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER6 = Field::uint("lldp.dcbx.feature.pg.per6", 136, 8).repeats().unit("%").label("Traffic class 6: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_PER7 = Field::uint("lldp.dcbx.feature.pg.per7", 144, 8).repeats().unit("%").label("Traffic class 7: bandwidth").doc("IEEE 802.1Q §D.2.9", "Share of the bandwidth that ETS gives to this class");
    R_TSA0 = Field::uint("lldp.dcbx.ieee.ets.tsa0", 152, 8).repeats().values(ALGORITHMS).label("Traffic class 0: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA1 = Field::uint("lldp.dcbx.ieee.ets.tsa1", 160, 8).repeats().values(ALGORITHMS).label("Traffic class 1: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA2 = Field::uint("lldp.dcbx.ieee.ets.tsa2", 168, 8).repeats().values(ALGORITHMS).label("Traffic class 2: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA3 = Field::uint("lldp.dcbx.ieee.ets.tsa3", 176, 8).repeats().values(ALGORITHMS).label("Traffic class 3: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA4 = Field::uint("lldp.dcbx.ieee.ets.tsa4", 184, 8).repeats().values(ALGORITHMS).label("Traffic class 4: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA5 = Field::uint("lldp.dcbx.ieee.ets.tsa5", 192, 8).repeats().values(ALGORITHMS).label("Traffic class 5: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA6 = Field::uint("lldp.dcbx.ieee.ets.tsa6", 200, 8).repeats().values(ALGORITHMS).label("Traffic class 6: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
    R_TSA7 = Field::uint("lldp.dcbx.ieee.ets.tsa7", 208, 8).repeats().values(ALGORITHMS).label("Traffic class 7: selection algorithm").doc("IEEE 802.1Q §D.2.9", "How frames of this class are selected for transmission");
}

crate::fields! { pub FLOW_CONTROL:
    PFC_WILLING = Field::flag("lldp.dcbx.ieee.willing", 48).repeats().label("Willing").doc("IEEE 802.1Q §D.2.10", "1: the port takes over what its neighbor recommends");
    MBC = Field::flag("lldp.dcbx.ieee.pfc.mbc", 49).repeats().label("MACsec bypass").doc("IEEE 802.1Q §D.2.10", "0: the port can bypass MACsec with PAUSE frames");
    PFC_RESERVED = Field::uint("lldp.dcbx.ieee.reserved", 50, 2).repeats().hex_wide(2).label("Reserved").doc("IEEE 802.1Q §D.2.10", "Must be 0");
    PFC_TCS = Field::uint("lldp.dcbx.ieee.pfc.numtcs", 52, 4).repeats().label("PFC traffic classes").doc("IEEE 802.1Q §D.2.10", "How many traffic classes may use priority-based flow control at the same time");
    PFC7 = Field::flag("lldp.dcbx.feature.pfc.prio7", 56).repeats().label("Priority 7: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC6 = Field::flag("lldp.dcbx.feature.pfc.prio6", 57).repeats().label("Priority 6: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC5 = Field::flag("lldp.dcbx.feature.pfc.prio5", 58).repeats().label("Priority 5: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC4 = Field::flag("lldp.dcbx.feature.pfc.prio4", 59).repeats().label("Priority 4: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC3 = Field::flag("lldp.dcbx.feature.pfc.prio3", 60).repeats().label("Priority 3: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC2 = Field::flag("lldp.dcbx.feature.pfc.prio2", 61).repeats().label("Priority 2: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC1 = Field::flag("lldp.dcbx.feature.pfc.prio1", 62).repeats().label("Priority 1: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
    PFC0 = Field::flag("lldp.dcbx.feature.pfc.prio0", 63).repeats().label("Priority 0: flow control").doc("IEEE 802.1Q §D.2.10", "1: the neighbor is told to pause frames of this priority instead of losing them");
}

crate::fields! { pub APPLICATIONS:
    APP_RESERVED = Field::uint("lldp.dcbx.ieee.app.reserved", 48, 8).repeats().hex().label("Reserved").doc("IEEE 802.1Q §D.2.11", "Must be 0");
}

crate::fields! { pub APPLICATION:
    APP_PRIO = Field::uint("lldp.dcbx.ieee.app.prio", 0, 3).repeats().label("Application priority").doc("IEEE 802.1Q §D.2.11", "The priority that frames of this protocol should have");
    APP_ENTRY_RESERVED = Field::uint("lldp.dcbx.ieee.reserved", 3, 2).repeats().hex_wide(2).label("Reserved").doc("IEEE 802.1Q §D.2.11", "Must be 0");
    APP_SELECTOR = Field::uint("lldp.dcbx.iee.app.sf", 5, 3).repeats().values(SELECTORS).label("Application selector").doc("IEEE 802.1Q §D.2.11", "What the protocol number is");
    APP_PROTO = Field::uint("lldp.dcbx.feature.app.proto", 8, 16).repeats().hex().explain(explain_application).label("Application protocol").doc("IEEE 802.1Q §D.2.11", "An EtherType, port or DSCP, as the selector says");
}

crate::fields! { pub SUBTYPE_3:
    S3 = Field::uint("lldp.ieee.802_3.subtype", 40, 8).repeats().hex().values(SUBTYPES_3).label("IEEE 802.3 subtype").doc("IEEE 802.3 §79.3", "What the TLV tells");
}

crate::fields! { pub MAC_PHY:
    AUTONEG = Field::uint("lldp.ieee.802_3.mac_phy_auto_neg_status", 48, 8).repeats().hex().label("Auto-negotiation").doc("IEEE 802.3 §79.3.1", "Whether the port can, and does, negotiate speed and duplex");
    AUTONEG_SUPPORTED = Field::flag("lldp.ieee.802_3.mac_phy_auto_neg_status.supported", 55).repeats().part_of("lldp.ieee.802_3.mac_phy_auto_neg_status").label("Auto-negotiation: supported").doc("IEEE 802.3 §79.3.1", "1: supported");
    AUTONEG_ENABLED = Field::flag("lldp.ieee.802_3.mac_phy_auto_neg_status.enabled", 54).repeats().part_of("lldp.ieee.802_3.mac_phy_auto_neg_status").label("Auto-negotiation: enabled").doc("IEEE 802.3 §79.3.1", "1: enabled");
    CAPS = Field::uint("lldp.ieee.802_3.pmd_auto_neg_advertised_caps", 56, 16).repeats().hex().label("Advertised capabilities").doc("IEEE 802.3 §79.3.1", "What the port offers when it negotiates (ifMauAutoNegCapAdvertisedBits, RFC 4836)");
    CAP0 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.1000base_tfd", 71).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("1000BASE-T full duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP1 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.1000base_t", 70).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("1000BASE-T half duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP2 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.1000base_xfd", 69).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("1000BASE-X full duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP3 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.1000base_x", 68).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("1000BASE-X half duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP4 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.fdx_bpause", 67).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("Asymmetric and symmetric PAUSE").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP5 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.fdx_spause", 66).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("Symmetric PAUSE").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP6 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.fdx_apause", 65).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("Asymmetric PAUSE").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP7 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.fdx_pause", 64).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("PAUSE").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP8 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.100base_t2fd", 63).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("100BASE-T2 full duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP9 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.100base_t2", 62).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("100BASE-T2 half duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP10 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.100base_txfd", 61).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("100BASE-TX full duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP11 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.100base_tx", 60).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("100BASE-TX half duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP12 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.100base_t4", 59).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("100BASE-T4").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP13 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.10base_tfd", 58).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("10BASE-T full duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP14 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.10base_t", 57).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("10BASE-T half duplex").doc("IEEE 802.3 §79.3.1", "1: offered");
    CAP15 = Field::flag("lldp.ieee.802_3.pmd_auto_neg_advertised_caps.other", 56).repeats().part_of("lldp.ieee.802_3.pmd_auto_neg_advertised_caps").label("Other or unknown").doc("IEEE 802.3 §79.3.1", "1: offered");
    MAU = Field::uint("lldp.ieee.802_3.pmd_mau_type", 72, 16).repeats().hex().names(mau_name).label("Operational MAU type").doc("IEEE 802.3 §79.3.1", "What the link runs at now (dot3MauType, RFC 4836)");
}

crate::fields! { pub POWER:
    MDI = Field::uint("lldp.ieee.802_3.mdi_power_support", 48, 8).repeats().hex().label("MDI power support").doc("IEEE 802.3 §79.3.2", "Whether the port gives or takes power");
    MDI_CLASS = Field::flag("lldp.ieee.802_3.mdi_power_support.port_class", 55).repeats().part_of("lldp.ieee.802_3.mdi_power_support").label("Port class").doc("IEEE 802.3 §79.3.2", "1: power sourcing equipment (PSE); 0: powered device (PD)");
    MDI_SUPPORTED = Field::flag("lldp.ieee.802_3.mdi_power_support.supported", 54).repeats().part_of("lldp.ieee.802_3.mdi_power_support").label("PSE power: supported").doc("IEEE 802.3 §79.3.2", "1: the port can give power");
    MDI_ENABLED = Field::flag("lldp.ieee.802_3.mdi_power_support.enabled", 53).repeats().part_of("lldp.ieee.802_3.mdi_power_support").label("PSE power: enabled").doc("IEEE 802.3 §79.3.2", "1: the port gives power");
    MDI_PAIRS = Field::flag("lldp.ieee.802_3.mdi_power_support.pse_pairs", 52).repeats().part_of("lldp.ieee.802_3.mdi_power_support").label("PSE pairs control").doc("IEEE 802.3 §79.3.2", "1: it can be chosen which wire pairs carry the power");
    PAIR = Field::uint("lldp.ieee.802_3.mdi_pse_pair", 56, 8).repeats().values(&[(1, "signal pairs"), (2, "spare pairs")]).label("PSE power pair").doc("IEEE 802.3 §79.3.2", "Which wire pairs carry the power (pethPsePortPowerPairs, RFC 3621)");
    CLASS = Field::uint("lldp.ieee.802_3.mdi_power_class", 64, 8).repeats().values(&[(1, "class 0"), (2, "class 1"), (3, "class 2"), (4, "class 3"), (5, "class 4 and above")]).label("Power class").doc("IEEE 802.3 §79.3.2", "How much power the device may take (pethPsePortPowerClassifications, RFC 3621)");
}

crate::fields! { pub POWER_LEVELS:
    POWER_TYPE = Field::uint("lldp.ieee.802_3.mdi_power_type", 72, 2).repeats().values(&[(0, "type 2 PSE"), (1, "type 2 PD"), (2, "type 1 PSE"), (3, "type 1 PD")]).label("Power type").doc("IEEE 802.3 §79.3.2", "Which end of which type this is");
    POWER_SOURCE = Field::uint("lldp.ieee.802_3.mdi_power_source", 74, 2).repeats().names_within(power_source).label("Power source").doc("IEEE 802.3 §79.3.2", "Where the power comes from");
    POWER_PRIORITY = Field::uint("lldp.ieee.802_3.mdi_power_priority", 76, 4).repeats().values(&[(0, "unknown"), (1, "critical"), (2, "high"), (3, "low")]).label("Power priority").doc("IEEE 802.3 §79.3.2", "Who keeps power when there is not enough for all");
    REQUESTED = Field::uint("lldp.ieee.802_3.mdi_pde_requested", 80, 16).repeats().explain(explain_power).label("PD requested power").doc("IEEE 802.3 §79.3.2", "How much the device asks for, in units of 0.1 W");
    ALLOCATED = Field::uint("lldp.ieee.802_3.mdi_pse_allocated", 96, 16).repeats().explain(explain_power).label("PSE allocated power").doc("IEEE 802.3 §79.3.2", "How much the device may take, in units of 0.1 W");
}

crate::fields! { pub POWER_BT:
    BT_PD_A = Field::uint("lldp.ieee.802_3.bt_ds_pd_requested_power_value_mode_a", 112, 16).repeats().explain(explain_power).label("PD requested power, mode A").doc("IEEE 802.3 §79.3.2", "Of a device with two signatures, in units of 0.1 W");
    BT_PD_B = Field::uint("lldp.ieee.802_3.bt_ds_pd_requested_power_value_mode_b", 128, 16).repeats().explain(explain_power).label("PD requested power, mode B").doc("IEEE 802.3 §79.3.2", "Of a device with two signatures, in units of 0.1 W");
    BT_PSE_A = Field::uint("lldp.ieee.802_3.bt_ds_pse_allocated_power_value_alt_a", 144, 16).repeats().explain(explain_power).label("PSE allocated power, alternative A").doc("IEEE 802.3 §79.3.2", "For a device with two signatures, in units of 0.1 W");
    BT_PSE_B = Field::uint("lldp.ieee.802_3.bt_ds_pse_allocated_power_value_alt_b", 160, 16).repeats().explain(explain_power).label("PSE allocated power, alternative B").doc("IEEE 802.3 §79.3.2", "For a device with two signatures, in units of 0.1 W");
    BT_STATUS = Field::uint("lldp.ieee.802_3.bt_power_status", 176, 16).repeats().hex().label("Power status").doc("IEEE 802.3 §79.3.2", "How power is given and taken, and the classes");
    BT_PSE = Field::uint("lldp.ieee.802_3.bt_pse_powering_status", 176, 2).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("PSE powering status").doc("IEEE 802.3 §79.3.2", "On two or four pairs, to one or two signatures");
    BT_PD = Field::uint("lldp.ieee.802_3.bt_pd_powered_status", 178, 2).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("PD powered status").doc("IEEE 802.3 §79.3.2", "Which kind of device is powered");
    BT_PAIRS = Field::uint("lldp.ieee.802_3.bt_pse_power_pairs_ext", 180, 2).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("PSE power pairs").doc("IEEE 802.3 §79.3.2", "1: alternative A; 2: alternative B; 3: both");
    BT_EXT_A = Field::uint("lldp.ieee.802_3.bt_ds_pwr_class_ext_a", 182, 3).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("Power class, mode A").doc("IEEE 802.3 §79.3.2", "Of a device with two signatures; 7: it has one");
    BT_EXT_B = Field::uint("lldp.ieee.802_3.bt_ds_pwr_class_ext_b", 185, 3).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("Power class, mode B").doc("IEEE 802.3 §79.3.2", "Of a device with two signatures; 7: it has one");
    BT_EXT = Field::uint("lldp.ieee.802_3.bt_pwr_class_ext_", 188, 4).repeats().part_of("lldp.ieee.802_3.bt_power_status").label("Power class").doc("IEEE 802.3 §79.3.2", "Of a device with one signature, 1 to 8; 15: it has two");
    BT_SETUP = Field::uint("lldp.ieee.802_3.bt_system_setup", 192, 8).repeats().hex().label("System setup").doc("IEEE 802.3 §79.3.2", "The power type");
    BT_TYPE = Field::uint("lldp.ieee.802_3.bt_power_type_ext", 196, 3).repeats().part_of("lldp.ieee.802_3.bt_system_setup").label("Power type").doc("IEEE 802.3 §79.3.2", "Which end of type 3 or 4 this is");
    BT_MAX = Field::uint("lldp.ieee.802_3.bt_pse_maximum_available_power_value", 200, 16).repeats().explain(explain_power).label("PSE maximum available power").doc("IEEE 802.3 §79.3.2", "How much the device could get, in units of 0.1 W");
    BT_AUTO = Field::uint("lldp.ieee.802_3.bt_autoclass", 216, 8).repeats().hex().label("Autoclass").doc("IEEE 802.3 §79.3.2", "Whether the PSE measures how much the device takes");
    BT_AUTO_SUPPORT = Field::uint("lldp.ieee.802_3.bt_pse_autoclass_support", 221, 1).repeats().part_of("lldp.ieee.802_3.bt_autoclass").label("PSE autoclass support").doc("IEEE 802.3 §79.3.2", "1: the PSE can measure");
    BT_AUTO_DONE = Field::uint("lldp.ieee.802_3.bt_autoclass_completed", 222, 1).repeats().part_of("lldp.ieee.802_3.bt_autoclass").label("Autoclass completed").doc("IEEE 802.3 §79.3.2", "1: the PSE has measured");
    BT_AUTO_REQUEST = Field::uint("lldp.ieee.802_3.bt_autoclass_request", 223, 1).repeats().part_of("lldp.ieee.802_3.bt_autoclass").label("Autoclass request").doc("IEEE 802.3 §79.3.2", "1: the device asks to be measured");
    BT_AUTO_RESERVED = Field::uint("lldp.ieee.802_3.bt_autoclass_reserved", 216, 5).repeats().hex_wide(2).part_of("lldp.ieee.802_3.bt_autoclass").label("Reserved").doc("IEEE 802.3 §79.3.2", "Must be 0");
    BT_DOWN = Field::uint("lldp.ieee.802_3.bt_power_down", 224, 24).repeats().hex().label("Power down").doc("IEEE 802.3 §79.3.2", "Whether the device asks to lose its power");
    BT_DOWN_REQUEST = Field::uint("lldp.ieee.802_3.bt_power_down_request", 224, 6).repeats().part_of("lldp.ieee.802_3.bt_power_down").label("Power down request").doc("IEEE 802.3 §79.3.2", "29: the device asks to lose its power");
    BT_DOWN_TIME = Field::uint("lldp.ieee.802_3.bt_power_down_time", 230, 18).repeats().unit("s").part_of("lldp.ieee.802_3.bt_power_down").label("Power down time").doc("IEEE 802.3 §79.3.2", "For how long; 0: for good");
}

crate::fields! { pub AGGREGATION_3:
    AGG3 = Field::uint("lldp.ieee.802_3.aggregation_status", 48, 8).repeats().hex().label("Aggregation status").doc("IEEE 802.3 §79.3.3", "Whether the port can be, and is, a member of an aggregation");
    AGG3_CAP = Field::flag("lldp.ieee.802_3.aggregation_status.cap", 55).repeats().part_of("lldp.ieee.802_3.aggregation_status").label("Can be aggregated").doc("IEEE 802.3 §79.3.3", "1: the port can be a member of an aggregation");
    AGG3_ON = Field::flag("lldp.ieee.802_3.aggregation_status.enabled", 54).repeats().part_of("lldp.ieee.802_3.aggregation_status").label("Is aggregated").doc("IEEE 802.3 §79.3.3", "1: the port is a member of an aggregation");
    AGG3_PORT = Field::uint("lldp.ieee.802_3.aggregated_port_id", 56, 32).repeats().label("Aggregated port").doc("IEEE 802.3 §79.3.3", "Interface number of the aggregation; 0: none");
}

crate::fields! { pub FRAME_SIZE:
    MAX_FRAME = Field::uint("lldp.ieee.802_3.max_frame_size", 48, 16).repeats().unit("bytes").explain(explain_frame_size).label("Maximum frame size").doc("IEEE 802.3 §79.3.4", "The longest frame that the port accepts, with header and frame check sequence");
}

crate::fields! { pub ENERGY:
    EEE_TRANSMIT = Field::uint("lldp.ieee.802_3.eee.transmit", 48, 16).repeats().unit("µs").label("Transmit wake time").doc("IEEE 802.3 §79.3.5", "How long the sender waits after waking the link");
    EEE_RECEIVE = Field::uint("lldp.ieee.802_3.eee.receive", 64, 16).repeats().unit("µs").label("Receive wake time").doc("IEEE 802.3 §79.3.5", "How long the receiver asks the sender to wait");
    EEE_FALLBACK_RECEIVE = Field::uint("lldp.ieee.802_3.eee.fallback_receive", 80, 16).repeats().unit("µs").label("Fallback receive wake time").doc("IEEE 802.3 §79.3.5", "A time that the receiver would take instead");
    EEE_ECHO_TRANSMIT = Field::uint("lldp.ieee.802_3.eee.echo_transmit", 96, 16).repeats().unit("µs").label("Echo of the transmit wake time").doc("IEEE 802.3 §79.3.5", "What the neighbor told");
    EEE_ECHO_RECEIVE = Field::uint("lldp.ieee.802_3.eee.echo_receive", 112, 16).repeats().unit("µs").label("Echo of the receive wake time").doc("IEEE 802.3 §79.3.5", "What the neighbor told");
}

crate::fields! { pub PREEMPTION:
    EAC = Field::uint("lldp.ieee.802_3br.eac", 48, 16).repeats().hex().label("Additional Ethernet capabilities").doc("IEEE 802.3 §79.3.7", "Whether long frames may be interrupted by urgent ones");
    AEC_SUPPORT = Field::flag("lldp.ieee.802_3br.aec.support", 63).repeats().part_of("lldp.ieee.802_3br.eac").label("Preemption: supported").doc("IEEE 802.3 §79.3.7", "1: supported");
    AEC_ENABLE = Field::flag("lldp.ieee.802_3br.aec.enable", 62).repeats().part_of("lldp.ieee.802_3br.eac").label("Preemption: enabled").doc("IEEE 802.3 §79.3.7", "1: enabled");
    AEC_ACTIVE = Field::flag("lldp.ieee.802_3br.aec.active", 61).repeats().part_of("lldp.ieee.802_3br.eac").label("Preemption: active").doc("IEEE 802.3 §79.3.7", "1: active");
    AEC_SIZE = Field::uint("lldp.ieee.802_3br.aec.addfragsize", 59, 2).repeats().explain(explain_fragment).part_of("lldp.ieee.802_3br.eac").label("Additional fragment size").doc("IEEE 802.3 §79.3.7", "How long the pieces of an interrupted frame must be at least");
    AEC_RESERVED = Field::uint("lldp.ieee.802_3br.aec.reserved", 48, 11).repeats().hex_wide(4).part_of("lldp.ieee.802_3br.eac").label("Reserved").doc("IEEE 802.3 §79.3.7", "Must be 0");
}

crate::fields! { pub MOVING:
    VLAN_NAME_TEXT = Field::moving("lldp.ieee.802_1.vlan.name", Kind::Text).repeats().label("VLAN name").doc("IEEE 802.1Q §D.2.3", "What the VLAN is called");
    IDENTITY_BYTES = Field::moving("lldp.ieee.802_1.proto.id", Kind::Bytes).repeats().label("Protocol identity").doc("IEEE 802.1Q §D.2.4", "The first bytes behind the addresses of the protocol's frames");
}
/// The organization of IEEE 802.1's TLVs.
pub const IEEE_802_1: [u8; 3] = [0x00, 0x80, 0xc2];
/// The organization of IEEE 802.3's TLVs.
pub const IEEE_802_3: [u8; 3] = [0x00, 0x12, 0x0f];

/// IEEE 802.1Q annex D, table D-1.
static SUBTYPES_1: &[(u64, &str)] = &[
    (1, "Port VLAN ID"),
    (2, "Port and protocol VLAN ID"),
    (3, "VLAN name"),
    (4, "Protocol identity"),
    (5, "VID usage digest"),
    (6, "Management VID"),
    (7, "Link aggregation"),
    (8, "Congestion notification"),
    (9, "ETS configuration"),
    (10, "ETS recommendation"),
    (11, "Priority-based flow control"),
    (12, "Application priority"),
    (13, "EVB"),
    (14, "CDCP"),
    (16, "Application VLAN"),
];

/// IEEE 802.3 table 79-1.
static SUBTYPES_3: &[(u64, &str)] = &[
    (1, "MAC/PHY configuration/status"),
    (2, "Power via MDI"),
    (3, "Link aggregation"),
    (4, "Maximum frame size"),
    (5, "Energy-efficient Ethernet"),
    (6, "Energy-efficient Ethernet fast wake"),
    (7, "Additional Ethernet capabilities"),
    (8, "Power via MDI measurements"),
];

/// IEEE 802.1Q table 8-6.
static ALGORITHMS: &[(u64, &str)] = &[
    (0, "strict priority"),
    (1, "credit-based shaper"),
    (2, "enhanced transmission selection"),
    (255, "vendor-specific"),
];

/// IEEE 802.1Q §D.2.11.
static SELECTORS: &[(u64, &str)] =
    &[(1, "EtherType"), (2, "TCP or SCTP port"), (3, "UDP or DCCP port"), (4, "port of any transport"), (5, "DSCP")];

/// dot3MauType of the IANA MAU MIB (RFC 4836).
static MAUS: &[(u64, &str)] = &[
    (0, "other or unknown"),
    (10, "10BASE-T half duplex"),
    (11, "10BASE-T full duplex"),
    (15, "100BASE-TX half duplex"),
    (16, "100BASE-TX full duplex"),
    (17, "100BASE-FX half duplex"),
    (18, "100BASE-FX full duplex"),
    (19, "100BASE-T2 half duplex"),
    (20, "100BASE-T2 full duplex"),
    (21, "1000BASE-X half duplex"),
    (22, "1000BASE-X full duplex"),
    (23, "1000BASE-LX half duplex"),
    (24, "1000BASE-LX full duplex"),
    (25, "1000BASE-SX half duplex"),
    (26, "1000BASE-SX full duplex"),
    (27, "1000BASE-CX half duplex"),
    (28, "1000BASE-CX full duplex"),
    (29, "1000BASE-T half duplex"),
    (30, "1000BASE-T full duplex"),
    (31, "10GBASE-X"),
    (32, "10GBASE-LX4"),
    (33, "10GBASE-R"),
    (34, "10GBASE-ER"),
    (35, "10GBASE-LR"),
    (36, "10GBASE-SR"),
    (37, "10GBASE-W"),
    (38, "10GBASE-EW"),
    (39, "10GBASE-LW"),
    (40, "10GBASE-SW"),
    (41, "10GBASE-CX4"),
    (42, "2BASE-TL"),
    (43, "10PASS-TS"),
    (44, "100BASE-BX10D"),
    (45, "100BASE-BX10U"),
    (46, "100BASE-LX10"),
    (47, "1000BASE-BX10D"),
    (48, "1000BASE-BX10U"),
    (49, "1000BASE-LX10"),
    (50, "1000BASE-PX10D"),
    (51, "1000BASE-PX10U"),
    (52, "1000BASE-PX20D"),
    (53, "1000BASE-PX20U"),
    (54, "10GBASE-T"),
    (55, "10GBASE-LRM"),
    (56, "1000BASE-KX"),
    (57, "10GBASE-KX4"),
    (58, "10GBASE-KR"),
];

fn mau_name(value: u64) -> Option<&'static str> {
    crate::proto::shared::find(MAUS, value)
}

/// What the source of power is depends on the end (IEEE 802.3 §79.3.2.4.2): the header is the whole LLDPDU, so only what both
/// ends call the same has a name.
fn power_source(_: &[u8], value: u64) -> Option<&'static str> {
    [Some("unknown"), Some("primary source, or the PSE"), Some("backup or local source"), Some("PSE and local source")]
        .get(value as usize)
        .copied()
        .flatten()
}

/// The fixed rows of a subtype and the length of the TLV that they need, in bytes.
fn shape(oui: [u8; 3], subtype: u8) -> Option<(Table, u32)> {
    Some(match (oui, subtype) {
        (IEEE_802_1, 1) => (PORT_VLAN, 8),
        (IEEE_802_1, 2) => (PROTO_VLAN, 9),
        (IEEE_802_1, 3) => (VLAN_NAME, 9),
        (IEEE_802_1, 4) => (IDENTITY, 7),
        (IEEE_802_1, 5) => (DIGEST, 10),
        (IEEE_802_1, 6) => (MANAGEMENT, 8),
        (IEEE_802_1, 7) => (AGGREGATION_1, 11),
        (IEEE_802_1, 8) => (CONGESTION, 8),
        (IEEE_802_1, 9) => (ETS_CONFIGURATION, 27),
        (IEEE_802_1, 10) => (ETS_RECOMMENDATION, 27),
        (IEEE_802_1, 11) => (FLOW_CONTROL, 8),
        (IEEE_802_1, 12) => (APPLICATIONS, 7),
        (IEEE_802_3, 1) => (MAC_PHY, 11),
        (IEEE_802_3, 2) => (POWER, 9),
        (IEEE_802_3, 3) => (AGGREGATION_3, 11),
        (IEEE_802_3, 4) => (FRAME_SIZE, 8),
        (IEEE_802_3, 5) => (ENERGY, 16),
        (IEEE_802_3, 7) => (PREEMPTION, 8),
        _ => return None,
    })
}

/// Puts the TLV of IEEE 802.1 or 802.3; returns how many of its bytes were understood.
pub fn put<S: Sink>(s: &mut S, oui: [u8; 3], t: &Tlv<'_>) -> u32 {
    t.fixed(s, if oui == IEEE_802_1 { SUBTYPE_1 } else { SUBTYPE_3 });
    let Some((table, fixed)) = t.byte(5).and_then(|subtype| shape(oui, subtype)) else { return 6 };
    if !t.at_least(s, "an organizational TLV has all fields of its subtype (IEEE 802.1AB §8.6)", fixed) {
        return 6;
    }
    t.fixed(s, table);
    let counted = |s: &mut S, field: &'static Field, from: u32| {
        let end = from + t.byte(from - 1).map_or(0, u32::from);
        if t.at_least(s, "a name fits into its TLV (IEEE 802.1Q §D.2)", end) {
            t.span(s, field, from, end);
            return end;
        }
        from
    };
    match (oui, t.byte(5)) {
        (IEEE_802_1, Some(3)) => counted(s, &VLAN_NAME_TEXT, 9),
        (IEEE_802_1, Some(4)) => counted(s, &IDENTITY_BYTES, 7),
        (IEEE_802_1, Some(12)) => {
            let mut at = 7;
            while at + 3 <= t.wire && s.room() {
                t.part(at, 3).fixed(s, APPLICATION);
                at += 3;
            }
            at
        }
        (IEEE_802_3, Some(2)) => {
            let (levels, bt) = (t.wire >= 14, t.wire >= 31);
            if levels {
                t.fixed(s, POWER_LEVELS);
            }
            if bt {
                t.fixed(s, POWER_BT);
            }
            if bt {
                31
            } else if levels {
                14
            } else {
                9
            }
        }
        _ => fixed,
    }
}

/// What a subtype is called.
pub fn subtype_name(oui: [u8; 3], subtype: u8) -> Option<&'static str> {
    let names = if oui == IEEE_802_1 { SUBTYPES_1 } else { SUBTYPES_3 };
    names.iter().find(|(n, _)| *n == u64::from(subtype)).map(|(_, name)| *name)
}

/// Writes a power of so many tenths of a watt.
pub fn watts(tenths: u64, out: &mut Text) {
    out.num_grouped(tenths / 10).ch('.').num(tenths % 10).lit(" W");
}

fn explain_power(a: &Around<'_>, out: &mut Text) {
    watts(a.value, out);
}

fn explain_vlan(a: &Around<'_>, out: &mut Text) {
    if a.value == 0 {
        out.lit("none");
    }
}

fn explain_frame_size(a: &Around<'_>, out: &mut Text) {
    match a.value.checked_sub(18) {
        Some(1500) => out.lit("ordinary frames: packets of at most 1,500 bytes"),
        Some(room) => out.lit("packets of at most ").num_grouped(room).lit(" bytes, without a VLAN tag"),
        None => return,
    };
}

fn explain_fragment(a: &Around<'_>, out: &mut Text) {
    out.lit("pieces but the last have at least ").num((a.value + 1) * 64 - 4).lit(" bytes");
}

fn explain_application(a: &Around<'_>, out: &mut Text) {
    out.lit(match a.value {
        0x8906 => "Fibre Channel over Ethernet, when it is an EtherType",
        0x8914 => "FCoE initialization, when it is an EtherType",
        3260 => "iSCSI, when it is a port",
        4791 => "RoCE version 2, when it is a port",
        _ => return,
    });
}
