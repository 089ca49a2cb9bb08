//! The rows of radiotap (radiotap.org): what a receiver tells of an 802.11 frame.

use super::wlan_radio;
use crate::field::{Field, Kind};

crate::fields! { pub HEADER:
    VERSION = Field::uint("radiotap.version", 0, 8).label("Version").doc("radiotap: header", "0");
    PAD = Field::uint("radiotap.pad", 8, 8).label("Padding").doc("radiotap: header", "Means nothing");
    LENGTH = Field::little("radiotap.length", 16, 16).unit("bytes").label("Length").doc("radiotap: header", "Of the whole header; the 802.11 frame follows");
}

crate::fields! { pub PRESENT_WORD:
    WORD = Field::little("radiotap.present.word", 0, 32).hex().repeats().label("Present").doc("radiotap: present", "A bit for each field that follows");
    P_TSFT = Field::little_flag("radiotap.present.tsft", 0, 0).repeats().part_of("radiotap.present.word").label("Timestamp").doc("radiotap: present", "1: the field is there");
    P_FLAGS = Field::little_flag("radiotap.present.flags", 0, 1).repeats().part_of("radiotap.present.word").label("Flags").doc("radiotap: present", "1: the field is there");
    P_RATE = Field::little_flag("radiotap.present.rate", 0, 2).repeats().part_of("radiotap.present.word").label("Rate").doc("radiotap: present", "1: the field is there");
    P_CHANNEL = Field::little_flag("radiotap.present.channel", 0, 3).repeats().part_of("radiotap.present.word").label("Channel").doc("radiotap: present", "1: the field is there");
    P_FHSS = Field::little_flag("radiotap.present.fhss", 0, 4).repeats().part_of("radiotap.present.word").label("Hopping").doc("radiotap: present", "1: the field is there");
    P_DBM_ANTSIGNAL = Field::little_flag("radiotap.present.dbm_antsignal", 0, 5).repeats().part_of("radiotap.present.word").label("Signal in dBm").doc("radiotap: present", "1: the field is there");
    P_DBM_ANTNOISE = Field::little_flag("radiotap.present.dbm_antnoise", 0, 6).repeats().part_of("radiotap.present.word").label("Noise in dBm").doc("radiotap: present", "1: the field is there");
    P_LOCK_QUALITY = Field::little_flag("radiotap.present.lock_quality", 0, 7).repeats().part_of("radiotap.present.word").label("Lock quality").doc("radiotap: present", "1: the field is there");
    P_TX_ATTENUATION = Field::little_flag("radiotap.present.tx_attenuation", 0, 8).repeats().part_of("radiotap.present.word").label("Attenuation").doc("radiotap: present", "1: the field is there");
    P_DB_TX_ATTENUATION = Field::little_flag("radiotap.present.db_tx_attenuation", 0, 9).repeats().part_of("radiotap.present.word").label("Attenuation in dB").doc("radiotap: present", "1: the field is there");
    P_DBM_TX_POWER = Field::little_flag("radiotap.present.dbm_tx_power", 0, 10).repeats().part_of("radiotap.present.word").label("Transmit power").doc("radiotap: present", "1: the field is there");
    P_ANTENNA = Field::little_flag("radiotap.present.antenna", 0, 11).repeats().part_of("radiotap.present.word").label("Antenna").doc("radiotap: present", "1: the field is there");
    P_DB_ANTSIGNAL = Field::little_flag("radiotap.present.db_antsignal", 0, 12).repeats().part_of("radiotap.present.word").label("Signal in dB").doc("radiotap: present", "1: the field is there");
    P_DB_ANTNOISE = Field::little_flag("radiotap.present.db_antnoise", 0, 13).repeats().part_of("radiotap.present.word").label("Noise in dB").doc("radiotap: present", "1: the field is there");
    P_RXFLAGS = Field::little_flag("radiotap.present.rxflags", 0, 14).repeats().part_of("radiotap.present.word").label("Receive flags").doc("radiotap: present", "1: the field is there");
    P_TXFLAGS = Field::little_flag("radiotap.present.txflags", 0, 15).repeats().part_of("radiotap.present.word").label("Transmit flags").doc("radiotap: present", "1: the field is there");
    P_DATA_RETRIES = Field::little_flag("radiotap.present.data_retries", 0, 17).repeats().part_of("radiotap.present.word").label("Data retries").doc("radiotap: present", "1: the field is there");
    P_XCHANNEL = Field::little_flag("radiotap.present.xchannel", 0, 18).repeats().part_of("radiotap.present.word").label("Extended channel").doc("radiotap: present", "1: the field is there");
    P_MCS = Field::little_flag("radiotap.present.mcs", 0, 19).repeats().part_of("radiotap.present.word").label("MCS").doc("radiotap: present", "1: the field is there");
    P_AMPDU = Field::little_flag("radiotap.present.ampdu", 0, 20).repeats().part_of("radiotap.present.word").label("A-MPDU status").doc("radiotap: present", "1: the field is there");
    P_VHT = Field::little_flag("radiotap.present.vht", 0, 21).repeats().part_of("radiotap.present.word").label("VHT").doc("radiotap: present", "1: the field is there");
    P_TIMESTAMP = Field::little_flag("radiotap.present.timestamp", 0, 22).repeats().part_of("radiotap.present.word").label("Precise timestamp").doc("radiotap: present", "1: the field is there");
    P_HE = Field::little_flag("radiotap.present.he", 0, 23).repeats().part_of("radiotap.present.word").label("HE").doc("radiotap: present", "1: the field is there");
    P_HE_MU = Field::little_flag("radiotap.present.he_mu", 0, 24).repeats().part_of("radiotap.present.word").label("HE-MU").doc("radiotap: present", "1: the field is there");
    P_0_LENGTH_PSDU = Field::little_flag("radiotap.present.0_length.psdu", 0, 26).repeats().part_of("radiotap.present.word").label("Frame without data").doc("radiotap: present", "1: the field is there");
    P_L_SIG = Field::little_flag("radiotap.present.l_sig", 0, 27).repeats().part_of("radiotap.present.word").label("L-SIG").doc("radiotap: present", "1: the field is there");
    P_TLV = Field::little_flag("radiotap.present.tlv", 0, 28).repeats().part_of("radiotap.present.word").label("TLVs").doc("radiotap: present", "1: the field is there");
    P_RTAP_NS = Field::little_flag("radiotap.present.rtap_ns", 0, 29).repeats().part_of("radiotap.present.word").label("Radiotap namespace next").doc("radiotap: present", "1: the next word is about radiotap fields again");
    P_VENDOR_NS = Field::little_flag("radiotap.present.vendor_ns", 0, 30).repeats().part_of("radiotap.present.word").label("Vendor namespace next").doc("radiotap: present", "1: the next word is about a vendor's fields");
    P_EXT = Field::little_flag("radiotap.present.ext", 0, 31).repeats().part_of("radiotap.present.word").label("Another word").doc("radiotap: present", "1: another word of such bits follows");
}

crate::fields! { pub FLAGS_FIELD:
    FLAGS = Field::uint("radiotap.flags", 0, 8).hex().repeats().label("Flags").doc("radiotap: Flags", "How the frame was received or sent, and what the capture holds of it");
    F_SHORTGI = Field::little_flag("radiotap.flags.shortgi", 0, 7).repeats().part_of("radiotap.flags").label("Short guard interval").doc("radiotap: Flags", "1: HT with 400 ns between symbols");
    F_BADFCS = Field::little_flag("radiotap.flags.badfcs", 0, 6).repeats().part_of("radiotap.flags").label("Bad frame check sequence").doc("radiotap: Flags", "1: the receiver found the frame damaged; nothing in it can be relied on");
    F_DATAPAD = Field::little_flag("radiotap.flags.datapad", 0, 5).repeats().part_of("radiotap.flags").label("Padding").doc("radiotap: Flags", "1: the capture holds zeros between 802.11 header and payload");
    F_FCS = Field::little_flag("radiotap.flags.fcs", 0, 4).repeats().part_of("radiotap.flags").label("Frame check sequence").doc("radiotap: Flags", "1: the capture holds it, at the end");
    F_FRAG = Field::little_flag("radiotap.flags.frag", 0, 3).repeats().part_of("radiotap.flags").label("Fragmentation").doc("radiotap: Flags", "1: the frame was fragmented");
    F_WEP = Field::little_flag("radiotap.flags.wep", 0, 2).repeats().part_of("radiotap.flags").label("WEP").doc("radiotap: Flags", "1: the frame was encrypted with WEP");
    F_PREAMBLE = Field::little_flag("radiotap.flags.preamble", 0, 1).repeats().part_of("radiotap.flags").label("Short preamble").doc("radiotap: Flags", "1: the short one of 802.11b");
    F_CFP = Field::little_flag("radiotap.flags.cfp", 0, 0).repeats().part_of("radiotap.flags").label("Contention-free period").doc("radiotap: Flags", "1: within one");
}

crate::fields! { pub CHANNEL:
    FREQ = Field::little("radiotap.channel.freq", 0, 16).repeats().unit("MHz").explain(wlan_radio::explain_frequency).label("Frequency").doc("radiotap: Channel", "Centre of the (primary) channel");
    CFLAGS = Field::little("radiotap.channel.flags", 16, 16).hex().repeats().label("Channel flags").doc("radiotap: Channel", "Band and modulation");
    C_700MHZ = Field::little_flag("radiotap.channel.flags.700mhz", 16, 0).repeats().part_of("radiotap.channel.flags").label("700 MHz").doc("radiotap: Channel", "1: a channel around 700 MHz");
    C_800MHZ = Field::little_flag("radiotap.channel.flags.800mhz", 16, 1).repeats().part_of("radiotap.channel.flags").label("800 MHz").doc("radiotap: Channel", "1: a channel around 800 MHz");
    C_900MHZ = Field::little_flag("radiotap.channel.flags.900mhz", 16, 2).repeats().part_of("radiotap.channel.flags").label("900 MHz").doc("radiotap: Channel", "1: a channel around 900 MHz");
    C_TURBO = Field::little_flag("radiotap.channel.flags.turbo", 16, 4).repeats().part_of("radiotap.channel.flags").label("Turbo").doc("radiotap: Channel", "1: twice as fast (Atheros)");
    C_CCK = Field::little_flag("radiotap.channel.flags.cck", 16, 5).repeats().part_of("radiotap.channel.flags").label("CCK").doc("radiotap: Channel", "1: rates of 802.11b");
    C_OFDM = Field::little_flag("radiotap.channel.flags.ofdm", 16, 6).repeats().part_of("radiotap.channel.flags").label("OFDM").doc("radiotap: Channel", "1: rates of 802.11a or g");
    C_2GHZ = Field::little_flag("radiotap.channel.flags.2ghz", 16, 7).repeats().part_of("radiotap.channel.flags").label("2 GHz").doc("radiotap: Channel", "1: a channel of the 2.4 GHz band");
    C_5GHZ = Field::little_flag("radiotap.channel.flags.5ghz", 16, 8).repeats().part_of("radiotap.channel.flags").label("5 GHz").doc("radiotap: Channel", "1: a channel of the 5 GHz band");
    C_PASSIVE = Field::little_flag("radiotap.channel.flags.passive", 16, 9).repeats().part_of("radiotap.channel.flags").label("Passive").doc("radiotap: Channel", "1: only listening is allowed");
    C_DYNAMIC = Field::little_flag("radiotap.channel.flags.dynamic", 16, 10).repeats().part_of("radiotap.channel.flags").label("CCK or OFDM").doc("radiotap: Channel", "1: rates of 802.11b and g");
    C_GFSK = Field::little_flag("radiotap.channel.flags.gfsk", 16, 11).repeats().part_of("radiotap.channel.flags").label("GFSK").doc("radiotap: Channel", "1: frequency hopping");
    C_GSM = Field::little_flag("radiotap.channel.flags.gsm", 16, 12).repeats().part_of("radiotap.channel.flags").label("GSM").doc("radiotap: Channel", "1: a channel of GSM");
    C_STURBO = Field::little_flag("radiotap.channel.flags.sturbo", 16, 13).repeats().part_of("radiotap.channel.flags").label("Static turbo").doc("radiotap: Channel", "1: always twice as fast (Atheros)");
    C_HALF = Field::little_flag("radiotap.channel.flags.half", 16, 14).repeats().part_of("radiotap.channel.flags").label("Half").doc("radiotap: Channel", "1: 10 MHz wide");
    C_QUARTER = Field::little_flag("radiotap.channel.flags.quarter", 16, 15).repeats().part_of("radiotap.channel.flags").label("Quarter").doc("radiotap: Channel", "1: 5 MHz wide");
}

crate::fields! { pub XCHANNEL:
    XFLAGS = Field::little("radiotap.xchannel.flags", 0, 32).hex().label("Channel flags").doc("radiotap: XChannel", "Band, modulation and width");
    X_TURBO = Field::little_flag("radiotap.xchannel.flags.turbo", 0, 4).part_of("radiotap.xchannel.flags").label("Turbo").doc("radiotap: XChannel", "1: twice as fast (Atheros)");
    X_CCK = Field::little_flag("radiotap.xchannel.flags.cck", 0, 5).part_of("radiotap.xchannel.flags").label("CCK").doc("radiotap: XChannel", "1: rates of 802.11b");
    X_OFDM = Field::little_flag("radiotap.xchannel.flags.ofdm", 0, 6).part_of("radiotap.xchannel.flags").label("OFDM").doc("radiotap: XChannel", "1: rates of 802.11a or g");
    X_2GHZ = Field::little_flag("radiotap.xchannel.flags.2ghz", 0, 7).part_of("radiotap.xchannel.flags").label("2 GHz").doc("radiotap: XChannel", "1: a channel of the 2.4 GHz band");
    X_5GHZ = Field::little_flag("radiotap.xchannel.flags.5ghz", 0, 8).part_of("radiotap.xchannel.flags").label("5 GHz").doc("radiotap: XChannel", "1: a channel of the 5 GHz band");
    X_PASSIVE = Field::little_flag("radiotap.channel.xtype.passive", 0, 9).part_of("radiotap.xchannel.flags").label("Passive").doc("radiotap: XChannel", "1: only listening is allowed");
    X_DYNAMIC = Field::little_flag("radiotap.xchannel.flags.dynamic", 0, 10).part_of("radiotap.xchannel.flags").label("CCK or OFDM").doc("radiotap: XChannel", "1: rates of 802.11b and g");
    X_GFSK = Field::little_flag("radiotap.xchannel.flags.gfsk", 0, 11).part_of("radiotap.xchannel.flags").label("GFSK").doc("radiotap: XChannel", "1: frequency hopping");
    X_GSM = Field::little_flag("radiotap.xchannel.flags.gsm", 0, 12).part_of("radiotap.xchannel.flags").label("GSM").doc("radiotap: XChannel", "1: a channel of GSM");
    X_STURBO = Field::little_flag("radiotap.xchannel.flags.sturbo", 0, 13).part_of("radiotap.xchannel.flags").label("Static turbo").doc("radiotap: XChannel", "1: always twice as fast (Atheros)");
    X_HALF = Field::little_flag("radiotap.xchannel.flags.half", 0, 14).part_of("radiotap.xchannel.flags").label("Half").doc("radiotap: XChannel", "1: 10 MHz wide");
    X_QUARTER = Field::little_flag("radiotap.xchannel.flags.quarter", 0, 15).part_of("radiotap.xchannel.flags").label("Quarter").doc("radiotap: XChannel", "1: 5 MHz wide");
    X_HT20 = Field::little_flag("radiotap.xchannel.flags.ht20", 0, 16).part_of("radiotap.xchannel.flags").label("HT20").doc("radiotap: XChannel", "1: HT, 20 MHz wide");
    X_HT40U = Field::little_flag("radiotap.xchannel.flags.ht40u", 0, 17).part_of("radiotap.xchannel.flags").label("HT40+").doc("radiotap: XChannel", "1: HT, 40 MHz wide, the second half above");
    X_HT40D = Field::little_flag("radiotap.xchannel.flags.ht40d", 0, 18).part_of("radiotap.xchannel.flags").label("HT40-").doc("radiotap: XChannel", "1: HT, 40 MHz wide, the second half below");
    XFREQ = Field::little("radiotap.xchannel.freq", 32, 16).unit("MHz").label("Frequency").doc("radiotap: XChannel", "Centre of the channel");
    XCHAN = Field::uint("radiotap.xchannel.channel", 48, 8).label("Channel").doc("radiotap: XChannel", "Its number");
    XPOWER = Field::uint("radiotap.xchannel.max_power", 56, 8).label("Most power").doc("radiotap: XChannel", "In units of 0.5 dBm");
}

crate::fields! { pub FHSS:
    HOPSET = Field::uint("radiotap.fhss.hopset", 0, 8).label("Hop set").doc("radiotap: FHSS", "Of frequency hopping");
    PATTERN = Field::uint("radiotap.fhss.pattern", 8, 8).label("Hop pattern").doc("radiotap: FHSS", "Of frequency hopping");
}

crate::fields! { pub RXFLAGS_FIELD:
    RXFLAGS = Field::little("radiotap.rxflags", 0, 16).hex().label("Receive flags").doc("radiotap: RX flags", "How the frame was received");
    R_BADPLCP = Field::little_flag("radiotap.rxflags.badplcp", 0, 1).part_of("radiotap.rxflags").label("Bad PLCP").doc("radiotap: RX flags", "1: the check of the preamble's header failed");
}

crate::fields! { pub TXFLAGS_FIELD:
    TXFLAGS = Field::little("radiotap.txflags", 0, 16).hex().label("Transmit flags").doc("radiotap: TX flags", "How the frame was sent, or is to be sent");
    T_FAIL = Field::little_flag("radiotap.rxflags.fail", 0, 0).part_of("radiotap.txflags").label("Failed").doc("radiotap: TX flags", "1: no acknowledgement came after all repetitions");
    T_CTS = Field::little_flag("radiotap.rxflags.cts", 0, 1).part_of("radiotap.txflags").label("CTS").doc("radiotap: TX flags", "1: the sender told others to be silent first");
    T_RTS = Field::little_flag("radiotap.rxflags.rts", 0, 2).part_of("radiotap.txflags").label("RTS").doc("radiotap: TX flags", "1: the sender asked for the medium first");
    T_NOACK = Field::little_flag("radiotap.rxflags.noack", 0, 3).part_of("radiotap.txflags").label("No acknowledgement").doc("radiotap: TX flags", "1: none is expected");
    T_NOSEQNO = Field::little_flag("radiotap.rxflags.noseqno", 0, 4).part_of("radiotap.txflags").label("Own sequence number").doc("radiotap: TX flags", "1: the frame has one already");
    T_ORDER = Field::little_flag("radiotap.rxflags.order", 0, 5).part_of("radiotap.txflags").label("In order").doc("radiotap: TX flags", "1: must not overtake others");
}

crate::fields! { pub MCS:
    MCS_KNOWN = Field::uint("radiotap.mcs.known", 0, 8).hex().label("Known").doc("radiotap: MCS", "Which of the following is known");
    M_NESS_BIT1 = Field::little_part("radiotap.mcs.ness_bit1", 0, 8, 0x80).part_of("radiotap.mcs.known").label("NESS, bit 1").doc("radiotap: MCS", "Of the number of extension spatial streams");
    M_HAVE_NESS = Field::little_flag("radiotap.mcs.have_ness", 0, 6).part_of("radiotap.mcs.known").label("NESS").doc("radiotap: MCS", "1: known");
    M_HAVE_STBC = Field::little_flag("radiotap.mcs.have_stbc", 0, 5).part_of("radiotap.mcs.known").label("STBC").doc("radiotap: MCS", "1: known");
    M_HAVE_FEC = Field::little_flag("radiotap.mcs.have_fec", 0, 4).part_of("radiotap.mcs.known").label("FEC").doc("radiotap: MCS", "1: known");
    M_HAVE_FORMAT = Field::little_flag("radiotap.mcs.have_format", 0, 3).part_of("radiotap.mcs.known").label("Format").doc("radiotap: MCS", "1: known");
    M_HAVE_GI = Field::little_flag("radiotap.mcs.have_gi", 0, 2).part_of("radiotap.mcs.known").label("Guard interval").doc("radiotap: MCS", "1: known");
    M_HAVE_INDEX = Field::little_flag("radiotap.mcs.have_index", 0, 1).part_of("radiotap.mcs.known").label("Index").doc("radiotap: MCS", "1: known");
    M_HAVE_BW = Field::little_flag("radiotap.mcs.have_bw", 0, 0).repeats().part_of("radiotap.mcs.known").label("Bandwidth").doc("radiotap: MCS", "1: known");
    MCS_FLAGS = Field::uint("radiotap.mcs.flags", 8, 8).hex().label("Flags").doc("radiotap: MCS", "How the frame was modulated");
    M_NESS_BIT0 = Field::little_part("radiotap.mcs.ness_bit0", 8, 8, 0x80).part_of("radiotap.mcs.flags").label("NESS, bit 0").doc("radiotap: MCS", "Of the number of extension spatial streams");
    M_STBC = Field::little_part("radiotap.mcs.stbc", 8, 8, 0x60).part_of("radiotap.mcs.flags").label("STBC streams").doc("radiotap: MCS", "How many");
    M_FEC = Field::little_part("radiotap.mcs.fec", 8, 8, 0x10).values(CODES).part_of("radiotap.mcs.flags").label("Error correction").doc("radiotap: MCS", "Which code");
    M_FORMAT = Field::little_part("radiotap.mcs.format", 8, 8, 0x8).values(FORMATS).part_of("radiotap.mcs.flags").label("Format").doc("radiotap: MCS", "With or without the old preamble");
    M_GI = Field::little_part("radiotap.mcs.gi", 8, 8, 0x4).values(GUARDS).part_of("radiotap.mcs.flags").label("Guard interval").doc("radiotap: MCS", "Time between symbols");
    M_BW = Field::little_part("radiotap.mcs.bw", 8, 8, 0x3).values(WIDTHS).part_of("radiotap.mcs.flags").label("Bandwidth").doc("radiotap: MCS", "Width of the channel");
    M_INDEX = Field::uint("radiotap.mcs.index", 16, 8).label("MCS").doc("radiotap: MCS", "Modulation and coding scheme: rate and number of streams");
}

crate::fields! { pub AMPDU:
    A_REF = Field::little("radiotap.ampdu.reference", 0, 32).label("Reference").doc("radiotap: A-MPDU status", "The same for all frames of one aggregate");
    A_FLAGS = Field::little("radiotap.ampdu.flags", 32, 16).hex().label("Flags").doc("radiotap: A-MPDU status", "Where in the aggregate the frame is");
    A_REPORT_ZEROLEN = Field::little_flag("radiotap.ampdu.flags.report_zerolen", 32, 0).part_of("radiotap.ampdu.flags").label("Reports empty subframes").doc("radiotap: A-MPDU status", "1: yes");
    A_IS_ZEROLEN = Field::little_flag("radiotap.ampdu.flags.is_zerolen", 32, 1).part_of("radiotap.ampdu.flags").label("Empty subframe").doc("radiotap: A-MPDU status", "1: yes");
    A_LASTKNOWN = Field::little_flag("radiotap.ampdu.flags.lastknown", 32, 2).part_of("radiotap.ampdu.flags").label("Last one is known").doc("radiotap: A-MPDU status", "1: yes");
    A_LAST = Field::little_flag("radiotap.ampdu.flags.last", 32, 3).part_of("radiotap.ampdu.flags").label("Last one").doc("radiotap: A-MPDU status", "1: yes");
    A_DELIM_CRC_ERROR = Field::little_flag("radiotap.ampdu.flags.delim_crc_error", 32, 4).part_of("radiotap.ampdu.flags").label("Delimiter damaged").doc("radiotap: A-MPDU status", "1: yes");
    A_EOF = Field::little_flag("radiotap.ampdu.flags.eof", 32, 6).part_of("radiotap.ampdu.flags").label("End of frame").doc("radiotap: A-MPDU status", "1: yes");
    A_EOF_KNOWN = Field::little_flag("radiotap.ampdu.flags.eof_known", 32, 7).part_of("radiotap.ampdu.flags").label("End of frame is known").doc("radiotap: A-MPDU status", "1: yes");
    A_CRC = Field::uint("radiotap.ampdu.delim_crc", 48, 8).hex().label("Delimiter CRC").doc("radiotap: A-MPDU status", "Of the delimiter before the frame, when known");
    A_RESERVED = Field::uint("radiotap.ampdu.reserved", 56, 8).hex().label("Reserved").doc("radiotap: A-MPDU status", "Must be 0");
}

crate::fields! { pub VHT:
    V_KNOWN = Field::little("radiotap.vht.known", 0, 16).hex().label("Known").doc("radiotap: VHT", "Which of the following is known");
    V_HAVE_STBC = Field::little_flag("radiotap.vht.have_stbc", 0, 0).part_of("radiotap.vht.known").label("STBC").doc("radiotap: VHT", "1: known");
    V_HAVE_TXOP_PS = Field::little_flag("radiotap.vht.have_txop_ps", 0, 1).part_of("radiotap.vht.known").label("TXOP power save").doc("radiotap: VHT", "1: known");
    V_HAVE_GI = Field::little_flag("radiotap.vht.have_gi", 0, 2).part_of("radiotap.vht.known").label("Guard interval").doc("radiotap: VHT", "1: known");
    V_HAVE_SGI_NSYM_DA = Field::little_flag("radiotap.vht.have_sgi_nsym_da", 0, 3).part_of("radiotap.vht.known").label("Disambiguation").doc("radiotap: VHT", "1: known");
    V_HAVE_LDPC_EXTRA = Field::little_flag("radiotap.vht.have_ldpc_extra", 0, 4).part_of("radiotap.vht.known").label("Extra symbol").doc("radiotap: VHT", "1: known");
    V_HAVE_BEAMFORMED = Field::little_flag("radiotap.vht.have_beamformed", 0, 5).part_of("radiotap.vht.known").label("Beamformed").doc("radiotap: VHT", "1: known");
    V_HAVE_BW = Field::little_flag("radiotap.mcs.have_bw", 0, 6).repeats().part_of("radiotap.vht.known").label("Bandwidth").doc("radiotap: VHT", "1: known");
    V_HAVE_GID = Field::little_flag("radiotap.mcs.have_gid", 0, 7).part_of("radiotap.vht.known").label("Group").doc("radiotap: VHT", "1: known");
    V_HAVE_PAID = Field::little_flag("radiotap.mcs.have_paid", 0, 8).part_of("radiotap.vht.known").label("Partial AID").doc("radiotap: VHT", "1: known");
    V_FLAGS = Field::uint("radiotap.vht.flags", 16, 8).hex().label("Flags").doc("radiotap: VHT", "How the frame was modulated");
    V_BEAMFORMED = Field::little_flag("radiotap.vht.beamformed", 16, 5).part_of("radiotap.vht.flags").label("Beamformed").doc("radiotap: VHT", "1: the signal was aimed");
    V_LDPC_EXTRA = Field::little_flag("radiotap.vht.ldpc_extra", 16, 4).part_of("radiotap.vht.flags").label("Extra symbol").doc("radiotap: VHT", "1: LDPC needed one more");
    V_SGI_NSYM_DA = Field::little_flag("radiotap.vht.sgi_nsym_da", 16, 3).part_of("radiotap.vht.flags").label("Disambiguation").doc("radiotap: VHT", "Of the number of symbols with a short guard interval");
    V_TXOP_PS = Field::little_flag("radiotap.vht.txop_ps", 16, 1).part_of("radiotap.vht.flags").label("No TXOP power save").doc("radiotap: VHT", "1: stations may not sleep meanwhile");
    V_STBC = Field::little_flag("radiotap.vht.stbc", 16, 0).part_of("radiotap.vht.flags").label("STBC").doc("radiotap: VHT", "1: twice as many space-time streams as spatial streams");
    V_GI = Field::little_part("radiotap.vht.gi", 16, 8, 0x4).values(GUARDS).part_of("radiotap.vht.flags").label("Guard interval").doc("radiotap: VHT", "Time between symbols");
    V_BW = Field::uint("radiotap.vht.bw", 24, 8).names(width_name).label("Bandwidth").doc("radiotap: VHT", "Width of the channel, and which part of it");
    V_MCS0 = Field::uint("radiotap.vht.mcs.0", 32, 4).label("MCS of user 0").doc("radiotap: VHT", "Modulation and coding scheme");
    V_NSS0 = Field::uint("radiotap.vht.nss.0", 36, 4).label("Streams of user 0").doc("radiotap: VHT", "Spatial streams; 0: there is no such user");
    V_MCS1 = Field::uint("radiotap.vht.mcs.1", 40, 4).label("MCS of user 1").doc("radiotap: VHT", "Modulation and coding scheme");
    V_NSS1 = Field::uint("radiotap.vht.nss.1", 44, 4).label("Streams of user 1").doc("radiotap: VHT", "Spatial streams; 0: there is no such user");
    V_MCS2 = Field::uint("radiotap.vht.mcs.2", 48, 4).label("MCS of user 2").doc("radiotap: VHT", "Modulation and coding scheme");
    V_NSS2 = Field::uint("radiotap.vht.nss.2", 52, 4).label("Streams of user 2").doc("radiotap: VHT", "Spatial streams; 0: there is no such user");
    V_MCS3 = Field::uint("radiotap.vht.mcs.3", 56, 4).label("MCS of user 3").doc("radiotap: VHT", "Modulation and coding scheme");
    V_NSS3 = Field::uint("radiotap.vht.nss.3", 60, 4).label("Streams of user 3").doc("radiotap: VHT", "Spatial streams; 0: there is no such user");
    V_CODING = Field::uint("radiotap.vht.coding", 64, 8).hex().label("Coding").doc("radiotap: VHT", "A bit for each user: the code");
    V_CODING0 = Field::little_part("radiotap.vht.coding.0", 64, 8, 0x1).values(CODES).part_of("radiotap.vht.coding").label("Code of user 0").doc("radiotap: VHT", "For error correction");
    V_CODING1 = Field::little_part("radiotap.vht.coding.1", 64, 8, 0x2).values(CODES).part_of("radiotap.vht.coding").label("Code of user 1").doc("radiotap: VHT", "For error correction");
    V_CODING2 = Field::little_part("radiotap.vht.coding.2", 64, 8, 0x4).values(CODES).part_of("radiotap.vht.coding").label("Code of user 2").doc("radiotap: VHT", "For error correction");
    V_CODING3 = Field::little_part("radiotap.vht.coding.3", 64, 8, 0x8).values(CODES).part_of("radiotap.vht.coding").label("Code of user 3").doc("radiotap: VHT", "For error correction");
    V_GID = Field::uint("radiotap.vht.gid", 72, 8).label("Group").doc("radiotap: VHT", "Which stations the frame is for");
    V_PAID = Field::little("radiotap.vht.paid", 80, 16).label("Partial AID").doc("radiotap: VHT", "Part of the association identifier that the frame is for");
}

crate::fields! { pub TIMESTAMP:
    TS = Field::little("radiotap.timestamp.ts", 0, 64).label("Timestamp").doc("radiotap: timestamp", "When the frame was received or sent, in the unit below");
    TS_ACCURACY = Field::little("radiotap.timestamp.accuracy", 64, 16).label("Accuracy").doc("radiotap: timestamp", "In the unit below, when known");
    TS_POSITION = Field::uint("radiotap.timestamp.samplingpos", 80, 4).values(POSITIONS).label("Taken at").doc("radiotap: timestamp", "Which moment of the frame");
    TS_UNIT = Field::uint("radiotap.timestamp.unit", 84, 4).values(UNITS).label("Unit").doc("radiotap: timestamp", "Of timestamp and accuracy");
    TS_FLAGS = Field::uint("radiotap.timestamp.flags", 88, 8).hex().label("Flags").doc("radiotap: timestamp", "What the timestamp is");
    TS_32 = Field::little_flag("radiotap.timestamp.flags.32bit", 88, 0).part_of("radiotap.timestamp.flags").label("32-bit counter").doc("radiotap: timestamp", "1: the upper half means nothing");
    TS_KNOWN = Field::little_flag("radiotap.timestamp.flags.accuracy", 88, 1).part_of("radiotap.timestamp.flags").label("Accuracy known").doc("radiotap: timestamp", "1: known");
}

crate::fields! { pub HE:
    HE1 = Field::little("radiotap.he.data_1", 0, 16).hex().label("HE data 1").doc("radiotap: HE", "What is known of the others");
    HE2 = Field::little("radiotap.he.data_2", 16, 16).hex().label("HE data 2").doc("radiotap: HE", "What is known of the others");
    HE3 = Field::little("radiotap.he.data_3", 32, 16).hex().label("HE data 3").doc("radiotap: HE", "How the frame was modulated");
    HE4 = Field::little("radiotap.he.data_4", 48, 16).hex().label("HE data 4").doc("radiotap: HE", "How the frame was modulated");
    HE5 = Field::little("radiotap.he.data_5", 64, 16).hex().label("HE data 5").doc("radiotap: HE", "How the frame was modulated");
    HE6 = Field::little("radiotap.he.data_6", 80, 16).hex().label("HE data 6").doc("radiotap: HE", "How the frame was modulated");
}

crate::fields! { pub HE_MU:
    HM1 = Field::little("radiotap.he_mu.flags_1", 0, 16).hex().label("HE-MU flags 1").doc("radiotap: HE-MU", "What is known of the frame for several users");
    HM2 = Field::little("radiotap.he_mu.flags_2", 16, 16).hex().label("HE-MU flags 2").doc("radiotap: HE-MU", "How the frame for several users was modulated");
    HM_RU10 = Field::uint("radiotap.he_mu.chan1_rus_0_index", 32, 8).label("Channel 1, resource unit 0").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU11 = Field::uint("radiotap.he_mu.chan1_rus_1_index", 40, 8).label("Channel 1, resource unit 1").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU12 = Field::uint("radiotap.he_mu.chan1_rus_2_index", 48, 8).label("Channel 1, resource unit 2").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU13 = Field::uint("radiotap.he_mu.chan1_rus_3_index", 56, 8).label("Channel 1, resource unit 3").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU20 = Field::uint("radiotap.he_mu.chan2_rus_0_index", 64, 8).label("Channel 2, resource unit 0").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU21 = Field::uint("radiotap.he_mu.chan2_rus_1_index", 72, 8).label("Channel 2, resource unit 1").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU22 = Field::uint("radiotap.he_mu.chan2_rus_2_index", 80, 8).label("Channel 2, resource unit 2").doc("radiotap: HE-MU", "How the channel is divided among users");
    HM_RU23 = Field::uint("radiotap.he_mu.chan2_rus_3_index", 88, 8).label("Channel 2, resource unit 3").doc("radiotap: HE-MU", "How the channel is divided among users");
}

crate::fields! { pub L_SIG:
    L1 = Field::little("radiotap.l_sig.data1", 0, 16).hex().label("Known").doc("radiotap: L-SIG", "What of the next word is known");
    L_RATE_KNOWN = Field::little_flag("radiotap.l_sig.rate_known", 0, 0).part_of("radiotap.l_sig.data1").label("Rate known").doc("radiotap: L-SIG", "1: known");
    L_LENGTH_KNOWN = Field::little_flag("radiotap.l_sig.length_known", 0, 1).part_of("radiotap.l_sig.data1").label("Length known").doc("radiotap: L-SIG", "1: known");
    L_RESERVED = Field::little_part("radiotap.l_sig.reserved", 0, 16, 0xfffc).hex_wide(4).part_of("radiotap.l_sig.data1").label("Reserved").doc("radiotap: L-SIG", "Must be 0");
    L2 = Field::little("radiotap.l_sig.data2", 16, 16).hex().label("Old signal field").doc("radiotap: L-SIG", "As the preamble for old stations had it");
    L_RATE = Field::little_part("radiotap.l_sig.rate", 16, 16, 0xf).part_of("radiotap.l_sig.data2").label("Rate").doc("radiotap: L-SIG", "As the preamble for old stations had it");
    L_LENGTH = Field::little_part("radiotap.l_sig.length", 16, 16, 0xfff0).part_of("radiotap.l_sig.data2").label("Length").doc("radiotap: L-SIG", "As the preamble for old stations had it");
}

crate::fields! { pub VENDOR:
    OUI = Field::uint("radiotap.vendor_oui", 0, 24).repeats().label("Organization").doc("radiotap: vendor namespace", "Whose fields follow");
    SUB = Field::uint("radiotap.vendor_subns", 24, 8).repeats().label("Sub-namespace").doc("radiotap: vendor namespace", "Which of the organization's sets of fields");
    SKIP = Field::little("radiotap.vendor_data_len", 32, 16).repeats().unit("bytes").label("Length").doc("radiotap: vendor namespace", "Of the fields that follow");
}

crate::fields! { pub TLV_HEAD:
    TLV_TYPE = Field::little("radiotap.tlv.type", 0, 16).repeats().label("Type").doc("radiotap: TLV", "Which field it is");
    TLV_LENGTH = Field::little("radiotap.tlv.datalen", 16, 16).repeats().unit("bytes").label("Length").doc("radiotap: TLV", "Of the data, without padding");
}

crate::fields! { pub MOVING:
    PRESENT = Field::group("radiotap.present").label("Present").doc("radiotap: present", "Which fields follow; they stand in the order of the bits, aligned to their size");
    MACTIME = Field::moving("radiotap.mactime", Kind::Uint).unit("µs").label("Timestamp").doc("radiotap: TSFT", "The clock of the network when the frame began");
    RATE = Field::moving("radiotap.rate", Kind::Uint).label("Rate").doc("radiotap: Rate", "In units of 500 kb/s");
    DATARATE = Field::derived("radiotap.datarate", Kind::Text).repeats().label("Data rate").doc("radiotap: Rate", "In Mb/s");
    SIGNAL = Field::moving("radiotap.dbm_antsignal", Kind::Int).repeats().unit("dBm").explain(wlan_radio::explain_signal).label("Signal").doc("radiotap: Antenna signal", "How strong the frame arrived; further values are for single antennas");
    NOISE = Field::moving("radiotap.dbm_antnoise", Kind::Int).repeats().unit("dBm").label("Noise").doc("radiotap: Antenna noise", "How strong everything else was");
    QUALITY = Field::moving("radiotap.quality", Kind::Uint).label("Lock quality").doc("radiotap: Lock quality", "How well the receiver was locked on");
    ATTENUATION = Field::moving("radiotap.txattenuation", Kind::Uint).label("Attenuation").doc("radiotap: TX attenuation", "Below the most that the card can send, without a unit");
    DB_ATTENUATION = Field::moving("radiotap.db_txattenuation", Kind::Uint).unit("dB").label("Attenuation").doc("radiotap: dB TX attenuation", "Below the most that the card can send");
    POWER = Field::moving("radiotap.txpower", Kind::Int).unit("dBm").label("Transmit power").doc("radiotap: dBm TX power", "With which the frame was sent");
    ANTENNA = Field::moving("radiotap.antenna", Kind::Uint).repeats().label("Antenna").doc("radiotap: Antenna", "Which one, from 0");
    DB_SIGNAL = Field::moving("radiotap.db_antsignal", Kind::Uint).repeats().unit("dB").label("Signal").doc("radiotap: dB antenna signal", "Above a level that only the card knows");
    DB_NOISE = Field::moving("radiotap.db_antnoise", Kind::Uint).repeats().unit("dB").label("Noise").doc("radiotap: dB antenna noise", "Above a level that only the card knows");
    RTS_RETRIES = Field::moving("radiotap.rts_retries", Kind::Uint).label("RTS retries").doc("radiotap: RTS retries", "How often the medium was asked for again");
    DATA_RETRIES = Field::moving("radiotap.data_retries", Kind::Uint).label("Data retries").doc("radiotap: data retries", "How often the frame was sent again");
    MCS_GROUP = Field::group("radiotap.mcs").label("MCS").doc("radiotap: MCS", "Rate of 802.11n");
    AMPDU_GROUP = Field::group("radiotap.ampdu").label("A-MPDU status").doc("radiotap: A-MPDU status", "The frame was sent together with others");
    VHT_GROUP = Field::group("radiotap.vht").label("VHT").doc("radiotap: VHT", "Rate of 802.11ac");
    TIMESTAMP_GROUP = Field::group("radiotap.timestamp").label("Precise timestamp").doc("radiotap: timestamp", "Of the card");
    HE_GROUP = Field::group("radiotap.he").label("HE").doc("radiotap: HE", "Rate of 802.11ax");
    HE_MU_GROUP = Field::group("radiotap.he_mu").label("HE-MU").doc("radiotap: HE-MU", "Division of the channel in 802.11ax");
    HE_OTHER = Field::moving("radiotap.he_mu_other_user", Kind::Bytes).label("HE-MU other user").doc("radiotap: HE-MU-other-user", "About a user other than the one of this frame");
    NO_DATA = Field::moving("radiotap.0_len_psdu.type", Kind::Uint).hex_wide(2).values(NO_DATA_TYPES).label("Frame without data").doc("radiotap: 0-length-PSDU", "Why there is none");
    L_SIG_GROUP = Field::group("radiotap.l_sig").label("L-SIG").doc("radiotap: L-SIG", "The signal field for old stations");
    VENDOR_NS = Field::moving("radiotap.vendor_namespace", Kind::Bytes).repeats().label("Vendor namespace").doc("radiotap: vendor namespace", "Fields that only a vendor defines");
    VENDOR_DATA = Field::moving("radiotap.vendor_fields", Kind::Bytes).repeats().label("Vendor's fields").doc("radiotap: vendor namespace", "What only the vendor can read");
    TLV_GROUP = Field::group("radiotap.tlv").repeats().label("TLV").doc("radiotap: TLV", "A field with its type and length");
    TLV_DATA = Field::moving("radiotap.tlv.unknown_data", Kind::Bytes).repeats().label("Data").doc("radiotap: TLV", "Of a field that is not decoded further");
    REST = Field::moving("radiotap.rest", Kind::Bytes).repeats().label("Further fields").doc("radiotap: present", "Behind a field whose size is not known here");
}

static CODES: &[(u64, &str)] = &[(0, "BCC"), (1, "LDPC")];
static FORMATS: &[(u64, &str)] = &[(0, "mixed"), (1, "greenfield")];
static GUARDS: &[(u64, &str)] = &[(0, "long, 800 ns"), (1, "short, 400 ns")];
static WIDTHS: &[(u64, &str)] =
    &[(0, "20 MHz"), (1, "40 MHz"), (2, "20 MHz, lower half of 40"), (3, "20 MHz, upper half of 40")];
static POSITIONS: &[(u64, &str)] =
    &[(0, "first bit"), (1, "signal acquisition"), (2, "end of the frame"), (3, "start of the frame"), (15, "unknown")];
static UNITS: &[(u64, &str)] = &[(0, "ms"), (1, "µs"), (2, "ns"), (3, "ns, by the PHY")];
static NO_DATA_TYPES: &[(u64, &str)] = &[(0, "sounding"), (1, "data not captured"), (0xff, "vendor-specific")];

/// A channel width of VHT: the whole, or which part of a wider channel.
pub fn width_name(value: u64) -> Option<&'static str> {
    Some(match value {
        0 => "20 MHz",
        1 => "40 MHz",
        2 | 3 => "20 MHz of 40 MHz",
        4 => "80 MHz",
        5 | 6 => "40 MHz of 80 MHz",
        7..=10 => "20 MHz of 80 MHz",
        11 => "160 MHz",
        12 | 13 => "80 MHz of 160 MHz",
        14..=17 => "40 MHz of 160 MHz",
        18..=25 => "20 MHz of 160 MHz",
        _ => return None,
    })
}

/// The width in MHz that a frame has in such a channel.
pub fn width_of(value: u8) -> Option<u16> {
    Some(match value {
        0 | 2 | 3 | 7..=10 | 18..=25 => 20,
        1 | 5 | 6 | 14..=17 => 40,
        4 | 12 | 13 => 80,
        11 => 160,
        _ => return None,
    })
}
