//! Elements of 802.11n (HT) and 802.11ac (VHT): what a station or a network can do beyond the old rates.

use crate::field::{Field, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;

crate::fields! { pub HT_CAPABILITIES:
    HC_HT_CAPABILITIES = Field::little("wlan.ht.capabilities", 0, 16).repeats().hex().label("HT capabilities").doc("IEEE 802.11-2020 §9.4.2.55.2", "What 802.11n the station has");
    HC_HT_CAPABILITIES_LDPCCODING = Field::little_flag("wlan.ht.capabilities.ldpccoding", 0, 0).repeats().part_of("wlan.ht.capabilities").label("LDPC").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: can receive LDPC codes");
    HC_HT_CAPABILITIES_WIDTH = Field::little_flag("wlan.ht.capabilities.width", 0, 1).repeats().part_of("wlan.ht.capabilities").label("40 MHz").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: channels of 40 MHz besides 20 MHz");
    HC_HT_CAPABILITIES_SM = Field::little_part("wlan.ht.capabilities.sm", 0, 16, 0xc).repeats().hex_wide(4).values(SM_POWER).part_of("wlan.ht.capabilities").label("Spatial multiplexing power save").doc("IEEE 802.11-2020 §9.4.2.55.2", "How the station saves power with several antennas");
    HC_HT_CAPABILITIES_GREEN = Field::little_flag("wlan.ht.capabilities.green", 0, 4).repeats().part_of("wlan.ht.capabilities").label("Greenfield").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: can receive frames without the old preamble");
    HC_HT_CAPABILITIES_SHORT20 = Field::little_flag("wlan.ht.capabilities.short20", 0, 5).repeats().part_of("wlan.ht.capabilities").label("Short guard interval at 20 MHz").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: 400 ns between symbols can be received");
    HC_HT_CAPABILITIES_SHORT40 = Field::little_flag("wlan.ht.capabilities.short40", 0, 6).repeats().part_of("wlan.ht.capabilities").label("Short guard interval at 40 MHz").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: 400 ns between symbols can be received");
    HC_HT_CAPABILITIES_TXSTBC = Field::little_flag("wlan.ht.capabilities.txstbc", 0, 7).repeats().part_of("wlan.ht.capabilities").label("Sends STBC").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: can send one stream through several antennas");
    HC_HT_CAPABILITIES_RXSTBC = Field::little_part("wlan.ht.capabilities.rxstbc", 0, 16, 0x300).repeats().hex_wide(4).part_of("wlan.ht.capabilities").label("Receives STBC").doc("IEEE 802.11-2020 §9.4.2.55.2", "How many streams can be received so; 0: none");
    HC_HT_CAPABILITIES_DELAYEDBLOCKACK = Field::little_flag("wlan.ht.capabilities.delayedblockack", 0, 10).repeats().part_of("wlan.ht.capabilities").label("Delayed block ack").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: block acknowledgements may come later");
    HC_HT_CAPABILITIES_AMSDU = Field::little_flag("wlan.ht.capabilities.amsdu", 0, 11).repeats().part_of("wlan.ht.capabilities").label("Longest A-MSDU").doc("IEEE 802.11-2020 §9.4.2.55.2", "0: 3,839 bytes; 1: 7,935 bytes");
    HC_HT_CAPABILITIES_DSSCCK = Field::little_flag("wlan.ht.capabilities.dsscck", 0, 12).repeats().part_of("wlan.ht.capabilities").label("DSSS/CCK at 40 MHz").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: rates of 802.11b are used in the 40 MHz channel");
    HC_HT_CAPABILITIES_PSMP = Field::little_flag("wlan.ht.capabilities.psmp", 0, 13).repeats().part_of("wlan.ht.capabilities").label("PSMP").doc("IEEE 802.11-2020 §9.4.2.55.2", "Reserved; was power save multi-poll");
    HC_HT_CAPABILITIES_40MHZINTOLERANT = Field::little_flag("wlan.ht.capabilities.40mhzintolerant", 0, 14).repeats().part_of("wlan.ht.capabilities").label("40 MHz intolerant").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: asks others not to use 40 MHz around here");
    HC_HT_CAPABILITIES_LSIG = Field::little_flag("wlan.ht.capabilities.lsig", 0, 15).repeats().part_of("wlan.ht.capabilities").label("L-SIG TXOP protection").doc("IEEE 802.11-2020 §9.4.2.55.2", "1: the old preamble may reserve the medium");
    HC_HT_AMPDUPARAM = Field::little("wlan.ht.ampduparam", 16, 8).repeats().hex().label("A-MPDU parameters").doc("IEEE 802.11-2020 §9.4.2.55.3", "Limits of aggregated frames");
    HC_HT_AMPDUPARAM_MAXLENGTH = Field::little_part("wlan.ht.ampduparam.maxlength", 16, 8, 0x3).repeats().hex_wide(2).part_of("wlan.ht.ampduparam").label("Longest A-MPDU").doc("IEEE 802.11-2020 §9.4.2.55.3", "8,191 bytes for 0, and twice as many for each step");
    HC_HT_AMPDUPARAM_MPDUDENSITY = Field::little_part("wlan.ht.ampduparam.mpdudensity", 16, 8, 0x1c).repeats().hex_wide(2).values(DENSITY).part_of("wlan.ht.ampduparam").label("Spacing").doc("IEEE 802.11-2020 §9.4.2.55.3", "Least time between the frames of an aggregate");
    HC_HT_AMPDUPARAM_RESERVED = Field::little_part("wlan.ht.ampduparam.reserved", 16, 8, 0xe0).repeats().hex_wide(2).part_of("wlan.ht.ampduparam").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.55.3", "Must be 0");
    HC_HT_MCSSET_RXBITMASK_0TO7 = Field::uint("wlan.ht.mcsset.rxbitmask.0to7", 24, 8).hex_wide(8).repeats().label("MCS 0 to 7").doc("IEEE 802.11-2020 §9.4.2.55.4", "A bit for each modulation and coding scheme with 1 stream");
    HC_HT_MCSSET_RXBITMASK_8TO15 = Field::uint("wlan.ht.mcsset.rxbitmask.8to15", 32, 8).hex_wide(8).repeats().label("MCS 8 to 15").doc("IEEE 802.11-2020 §9.4.2.55.4", "A bit for each modulation and coding scheme with 2 streams");
    HC_HT_MCSSET_RXBITMASK_16TO23 = Field::uint("wlan.ht.mcsset.rxbitmask.16to23", 40, 8).hex_wide(8).repeats().label("MCS 16 to 23").doc("IEEE 802.11-2020 §9.4.2.55.4", "A bit for each modulation and coding scheme with 3 streams");
    HC_HT_MCSSET_RXBITMASK_24TO31 = Field::uint("wlan.ht.mcsset.rxbitmask.24to31", 48, 8).hex_wide(8).repeats().label("MCS 24 to 31").doc("IEEE 802.11-2020 §9.4.2.55.4", "A bit for each modulation and coding scheme with 4 streams");
    HC_HT_MCSSET_RX_MORE = Field::little("wlan.ht.mcsset.rx_more", 56, 48).repeats().hex().label("MCS 32 and more").doc("IEEE 802.11-2020 §9.4.2.55.4", "Bits for schemes with unequal modulation, which hardly anybody has; rates and transmit set are apart");
    HC_HT_MCSSET_RXBITMASK_32 = Field::little_part("wlan.ht.mcsset.rxbitmask.32", 56, 32, 0x1).repeats().hex_wide(8).part_of("wlan.ht.mcsset.rx_more").label("MCS 32").doc("IEEE 802.11-2020 §9.4.2.55.4", "1: the most robust scheme at 40 MHz");
    HC_HT_MCSSET_RXBITMASK_33TO38 = Field::little_part("wlan.ht.mcsset.rxbitmask.33to38", 56, 32, 0x7e).repeats().hex_wide(8).part_of("wlan.ht.mcsset.rx_more").label("MCS 33 to 38").doc("IEEE 802.11-2020 §9.4.2.55.4", "Two streams");
    HC_HT_MCSSET_RXBITMASK_39TO52 = Field::little_part("wlan.ht.mcsset.rxbitmask.39to52", 56, 32, 0x1fff80).repeats().hex_wide(8).part_of("wlan.ht.mcsset.rx_more").label("MCS 39 to 52").doc("IEEE 802.11-2020 §9.4.2.55.4", "Three streams");
    HC_HT_MCSSET_RXBITMASK_53TO76 = Field::little_part("wlan.ht.mcsset.rxbitmask.53to76", 72, 32, 0x1fffffe0).repeats().hex_wide(8).part_of("wlan.ht.mcsset.rx_more").label("MCS 53 to 76").doc("IEEE 802.11-2020 §9.4.2.55.4", "Four streams");
    HC_HT_MCSSET_RATE = Field::little("wlan.ht.mcsset.rate", 104, 16).repeats().hex().label("Highest rate field").doc("IEEE 802.11-2020 §9.4.2.55.4", "Ten bits hold the rate");
    HC_HT_MCSSET_HIGHESTDATARATE = Field::little_part("wlan.ht.mcsset.highestdatarate", 104, 16, 0x3ff).repeats().hex_wide(4).part_of("wlan.ht.mcsset.rate").label("Highest rate").doc("IEEE 802.11-2020 §9.4.2.55.4", "In Mb/s; 0: not said");
    HC_HT_MCSSET_TX = Field::little("wlan.ht.mcsset.tx", 120, 8).repeats().hex().label("Transmit set").doc("IEEE 802.11-2020 §9.4.2.55.4", "What the station sends, if not the same as it receives");
    HC_HT_MCSSET_TXSETDEFINED = Field::little_flag("wlan.ht.mcsset.txsetdefined", 120, 0).repeats().part_of("wlan.ht.mcsset.tx").label("Transmit set defined").doc("IEEE 802.11-2020 §9.4.2.55.4", "1: the next bits mean something");
    HC_HT_MCSSET_TXRXMCSNOTEQUAL = Field::little_flag("wlan.ht.mcsset.txrxmcsnotequal", 120, 1).repeats().part_of("wlan.ht.mcsset.tx").label("Transmit set differs").doc("IEEE 802.11-2020 §9.4.2.55.4", "1: from the receive set");
    HC_HT_MCSSET_TXMAXSS = Field::little_part("wlan.ht.mcsset.txmaxss", 120, 8, 0xc).repeats().hex_wide(4).part_of("wlan.ht.mcsset.tx").label("Most streams sent").doc("IEEE 802.11-2020 §9.4.2.55.4", "Less 1");
    HC_HT_MCSSET_TXUNEQUALMOD = Field::little_flag("wlan.ht.mcsset.txunequalmod", 120, 4).repeats().part_of("wlan.ht.mcsset.tx").label("Unequal modulation").doc("IEEE 802.11-2020 §9.4.2.55.4", "1: can be sent");
    HC_HT_MCSSET_RESERVED = Field::bytes("wlan.ht.mcsset.reserved", 128, 24).repeats().label("Reserved").doc("IEEE 802.11-2020 §9.4.2.55.4", "Must be 0");
    HC_HTEX_CAPABILITIES = Field::little("wlan.htex.capabilities", 152, 16).repeats().hex().label("Extended HT capabilities").doc("IEEE 802.11-2020 §9.4.2.55.5", "More of what the station has");
    HC_HTEX_CAPABILITIES_PCO = Field::little_flag("wlan.htex.capabilities.pco", 152, 0).repeats().part_of("wlan.htex.capabilities").label("PCO").doc("IEEE 802.11-2020 §9.4.2.55.5", "Was: phased coexistence of 20 and 40 MHz");
    HC_HTEX_CAPABILITIES_TRANSTIME = Field::little_part("wlan.htex.capabilities.transtime", 152, 16, 0x6).repeats().hex_wide(4).part_of("wlan.htex.capabilities").label("PCO transition time").doc("IEEE 802.11-2020 §9.4.2.55.5", "How fast the station changes the width");
    HC_HTEX_CAPABILITIES_MCS = Field::little_part("wlan.htex.capabilities.mcs", 152, 16, 0x300).repeats().hex_wide(4).values(FEEDBACK).part_of("wlan.htex.capabilities").label("MCS feedback").doc("IEEE 802.11-2020 §9.4.2.55.5", "Whether the station advises its peer on rates");
    HC_HTEX_CAPABILITIES_HTC = Field::little_flag("wlan.htex.capabilities.htc", 152, 10).repeats().part_of("wlan.htex.capabilities").label("HT control").doc("IEEE 802.11-2020 §9.4.2.55.5", "1: the station understands the HT control field");
    HC_HTEX_CAPABILITIES_RDRESPONDER = Field::little_flag("wlan.htex.capabilities.rdresponder", 152, 11).repeats().part_of("wlan.htex.capabilities").label("Reverse direction").doc("IEEE 802.11-2020 §9.4.2.55.5", "1: the station can answer within the time of its peer");
    HC_TXBF = Field::little("wlan.txbf", 168, 32).repeats().hex().label("Transmit beamforming").doc("IEEE 802.11-2020 §9.4.2.55.6", "What the station can do to aim its signal");
    HC_TXBF_TXBF = Field::little_flag("wlan.txbf.txbf", 168, 0).repeats().part_of("wlan.txbf").label("Receives aimed signals").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_RXSS = Field::little_flag("wlan.txbf.rxss", 168, 1).repeats().part_of("wlan.txbf").label("Receives staggered sounding").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_TXSS = Field::little_flag("wlan.txbf.txss", 168, 2).repeats().part_of("wlan.txbf").label("Sends staggered sounding").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_RXNDP = Field::little_flag("wlan.txbf.rxndp", 168, 3).repeats().part_of("wlan.txbf").label("Receives empty sounding").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_TXNDP = Field::little_flag("wlan.txbf.txndp", 168, 4).repeats().part_of("wlan.txbf").label("Sends empty sounding").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_IMPLTXBF = Field::little_flag("wlan.txbf.impltxbf", 168, 5).repeats().part_of("wlan.txbf").label("Implicit beamforming").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_CALIBRATION = Field::little_part("wlan.txbf.calibration", 168, 32, 0xc0).repeats().hex_wide(8).part_of("wlan.txbf").label("Calibration").doc("IEEE 802.11-2020 §9.4.2.55.6", "0: none; 1: can answer; 3: full");
    HC_TXBF_CSI = Field::little_flag("wlan.txbf.csi", 168, 8).repeats().part_of("wlan.txbf").label("Aims by channel state").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_FM_UNCOMPRESSED_TBF = Field::little_flag("wlan.txbf.fm.uncompressed.tbf", 168, 9).repeats().part_of("wlan.txbf").label("Aims by uncompressed matrix").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_FM_COMPRESSED_TBF = Field::little_flag("wlan.txbf.fm.compressed.tbf", 168, 10).repeats().part_of("wlan.txbf").label("Aims by compressed matrix").doc("IEEE 802.11-2020 §9.4.2.55.6", "1: can");
    HC_TXBF_RCSI = Field::little_part("wlan.txbf.rcsi", 168, 32, 0x1800).repeats().hex_wide(8).part_of("wlan.txbf").label("Returns channel state").doc("IEEE 802.11-2020 §9.4.2.55.6", "0: no; 1: later; 2: at once; 3: both");
    HC_TXBF_FM_UNCOMPRESSED_RBF = Field::little_part("wlan.txbf.fm.uncompressed.rbf", 168, 32, 0x6000).repeats().hex_wide(8).part_of("wlan.txbf").label("Returns uncompressed matrix").doc("IEEE 802.11-2020 §9.4.2.55.6", "0: no; 1: later; 2: at once; 3: both");
    HC_TXBF_FM_COMPRESSED_BF = Field::little_part("wlan.txbf.fm.compressed.bf", 168, 32, 0x18000).repeats().hex_wide(8).part_of("wlan.txbf").label("Returns compressed matrix").doc("IEEE 802.11-2020 §9.4.2.55.6", "0: no; 1: later; 2: at once; 3: both");
    HC_TXBF_MINGROUP = Field::little_part("wlan.txbf.mingroup", 168, 32, 0x60000).repeats().hex_wide(8).part_of("wlan.txbf").label("Least grouping").doc("IEEE 802.11-2020 §9.4.2.55.6", "0: none; 1: by 2; 2: by 4; 3: by 2 and 4");
    HC_TXBF_CSINUMANT = Field::little_part("wlan.txbf.csinumant", 168, 32, 0x180000).repeats().hex_wide(8).part_of("wlan.txbf").label("Antennas for channel state").doc("IEEE 802.11-2020 §9.4.2.55.6", "Less 1");
    HC_TXBF_FM_UNCOMPRESSED_MAXANT = Field::little_part("wlan.txbf.fm.uncompressed.maxant", 168, 32, 0x600000).repeats().hex_wide(8).part_of("wlan.txbf").label("Antennas for uncompressed feedback").doc("IEEE 802.11-2020 §9.4.2.55.6", "Less 1");
    HC_TXBF_FM_COMPRESSED_MAXANT = Field::little_part("wlan.txbf.fm.compressed.maxant", 168, 32, 0x1800000).repeats().hex_wide(8).part_of("wlan.txbf").label("Antennas for compressed feedback").doc("IEEE 802.11-2020 §9.4.2.55.6", "Less 1");
    HC_TXBF_CSI_MAXROWS = Field::little_part("wlan.txbf.csi.maxrows", 168, 32, 0x6000000).repeats().hex_wide(8).part_of("wlan.txbf").label("Most rows of channel state").doc("IEEE 802.11-2020 §9.4.2.55.6", "Less 1");
    HC_TXBF_CHANNELEST = Field::little_part("wlan.txbf.channelest", 168, 32, 0x18000000).repeats().hex_wide(8).part_of("wlan.txbf").label("Streams for channel estimation").doc("IEEE 802.11-2020 §9.4.2.55.6", "Less 1");
    HC_TXBF_RESERVED = Field::little_part("wlan.txbf.reserved", 168, 32, 0xe0000000).repeats().hex_wide(8).part_of("wlan.txbf").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.55.6", "Must be 0");
    HC_ASEL = Field::little("wlan.asel", 200, 8).repeats().hex().label("Antenna selection").doc("IEEE 802.11-2020 §9.4.2.55.7", "What the station can do to choose among antennas");
    HC_ASEL_CAPABLE = Field::little_flag("wlan.asel.capable", 200, 0).repeats().part_of("wlan.asel").label("Antenna selection").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_TXCSI = Field::little_flag("wlan.asel.txcsi", 200, 1).repeats().part_of("wlan.asel").label("Sends by channel state feedback").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_TXIF = Field::little_flag("wlan.asel.txif", 200, 2).repeats().part_of("wlan.asel").label("Sends by antenna indices").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_CSI = Field::little_flag("wlan.asel.csi", 200, 3).repeats().part_of("wlan.asel").label("Returns channel state").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_IF = Field::little_flag("wlan.asel.if", 200, 4).repeats().part_of("wlan.asel").label("Returns antenna indices").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_RX = Field::little_flag("wlan.asel.rx", 200, 5).repeats().part_of("wlan.asel").label("Receive selection").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_SPPDU = Field::little_flag("wlan.asel.sppdu", 200, 6).repeats().part_of("wlan.asel").label("Sends sounding frames").doc("IEEE 802.11-2020 §9.4.2.55.7", "1: can");
    HC_ASEL_RESERVED = Field::little_part("wlan.asel.reserved", 200, 8, 0x80).repeats().hex_wide(2).part_of("wlan.asel").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.55.7", "Must be 0");
}

crate::fields! { pub HT_OPERATION:
    HO_HT_INFO_PRIMARYCHANNEL = Field::little("wlan.ht.info.primarychannel", 0, 8).repeats().label("Primary channel").doc("IEEE 802.11-2020 §9.4.2.56", "On which the beacons are sent");
    HO_HT_INFO_DELIM1 = Field::little("wlan.ht.info.delim1", 8, 8).repeats().hex().label("HT operation, first part").doc("IEEE 802.11-2020 §9.4.2.56", "Width of the channel");
    HO_HT_INFO_SECCHANOFFSET = Field::little_part("wlan.ht.info.secchanoffset", 8, 8, 0x3).repeats().hex_wide(2).values(OFFSETS).part_of("wlan.ht.info.delim1").label("Secondary channel").doc("IEEE 802.11-2020 §9.4.2.56", "Where the second half of a 40 MHz channel lies");
    HO_HT_INFO_CHANWIDTH = Field::little_flag("wlan.ht.info.chanwidth", 8, 2).repeats().part_of("wlan.ht.info.delim1").label("40 MHz").doc("IEEE 802.11-2020 §9.4.2.56", "1: the network uses more than 20 MHz");
    HO_HT_INFO_RIFS = Field::little_flag("wlan.ht.info.rifs", 8, 3).repeats().part_of("wlan.ht.info.delim1").label("RIFS").doc("IEEE 802.11-2020 §9.4.2.56", "1: reduced spacing between frames is allowed");
    HO_HT_INFO_RESERVED_B4_B7 = Field::little_part("wlan.ht.info.reserved_b4_b7", 8, 8, 0xf0).repeats().hex_wide(2).part_of("wlan.ht.info.delim1").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
    HO_HT_INFO_DELIM2 = Field::little("wlan.ht.info.delim2", 16, 16).repeats().hex().label("HT operation, second part").doc("IEEE 802.11-2020 §9.4.2.56", "Protection of old stations");
    HO_HT_INFO_HT_PROTECTION = Field::little_part("wlan.ht.info.ht_protection", 16, 16, 0x3).repeats().hex_wide(4).values(PROTECTION).part_of("wlan.ht.info.delim2").label("Protection").doc("IEEE 802.11-2020 §9.4.2.56", "Which old stations there are");
    HO_HT_INFO_GREENFIELD = Field::little_flag("wlan.ht.info.greenfield", 16, 2).repeats().part_of("wlan.ht.info.delim2").label("Stations without greenfield").doc("IEEE 802.11-2020 §9.4.2.56", "1: there are some");
    HO_HT_INFO_RESERVED_B11 = Field::little_part("wlan.ht.info.reserved_b11", 16, 16, 0x8).repeats().hex_wide(4).part_of("wlan.ht.info.delim2").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
    HO_HT_INFO_OBSSNONHT = Field::little_flag("wlan.ht.info.obssnonht", 16, 4).repeats().part_of("wlan.ht.info.delim2").label("Old stations nearby").doc("IEEE 802.11-2020 §9.4.2.56", "1: in overlapping networks");
    HO_HT_INFO_CHAN_CENTER_FREQ_SEG_2 = Field::little_part("wlan.ht.info.chan_center_freq_seg_2", 16, 16, 0x1fe0).repeats().part_of("wlan.ht.info.delim2").label("Channel centre, segment 2").doc("IEEE 802.11-2020 §9.4.2.56", "Centre of the second 80 MHz for wide VHT channels; 0: not said");
    HO_HT_INFO_RESERVED_B21_B23 = Field::little_part("wlan.ht.info.reserved_b21_b23", 16, 16, 0xe000).repeats().hex_wide(4).part_of("wlan.ht.info.delim2").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
    HO_HT_INFO_DELIM3 = Field::little("wlan.ht.info.delim3", 32, 16).repeats().hex().label("HT operation, third part").doc("IEEE 802.11-2020 §9.4.2.56", "Second beacons and coexistence");
    HO_HT_INFO_RESERVED_B24_B29 = Field::little_part("wlan.ht.info.reserved_b24_b29", 32, 16, 0x3f).repeats().hex_wide(4).part_of("wlan.ht.info.delim3").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
    HO_HT_INFO_DUALBEACON = Field::little_flag("wlan.ht.info.dualbeacon", 32, 6).repeats().part_of("wlan.ht.info.delim3").label("Dual beacon").doc("IEEE 802.11-2020 §9.4.2.56", "1: a second beacon is sent on the secondary channel");
    HO_HT_INFO_DUALCTS = Field::little_flag("wlan.ht.info.dualcts", 32, 7).repeats().part_of("wlan.ht.info.delim3").label("Dual CTS").doc("IEEE 802.11-2020 §9.4.2.56", "1: reservations are sent twice");
    HO_HT_INFO_SECONDARYBEACON = Field::little_flag("wlan.ht.info.secondarybeacon", 32, 8).repeats().part_of("wlan.ht.info.delim3").label("Secondary beacon").doc("IEEE 802.11-2020 §9.4.2.56", "1: this is the second beacon");
    HO_HT_INFO_LSIGPROTSUPPORT = Field::little_flag("wlan.ht.info.lsigprotsupport", 32, 9).repeats().part_of("wlan.ht.info.delim3").label("L-SIG protection").doc("IEEE 802.11-2020 §9.4.2.56", "1: all stations have it");
    HO_HT_INFO_PCO_ACTIVE = Field::little_flag("wlan.ht.info.pco.active", 32, 10).repeats().part_of("wlan.ht.info.delim3").label("PCO active").doc("IEEE 802.11-2020 §9.4.2.56", "1: widths take turns");
    HO_HT_INFO_PCO_PHASE = Field::little_flag("wlan.ht.info.pco.phase", 32, 11).repeats().part_of("wlan.ht.info.delim3").label("PCO phase").doc("IEEE 802.11-2020 §9.4.2.56", "0: 20 MHz; 1: 40 MHz");
    HO_HT_INFO_RESERVED_B36_B39 = Field::little_part("wlan.ht.info.reserved_b36_b39", 32, 16, 0xf000).repeats().hex_wide(4).part_of("wlan.ht.info.delim3").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
    HO_HT_MCSSET_RXBITMASK_0TO7 = Field::uint("wlan.ht.mcsset.rxbitmask.0to7", 48, 8).hex_wide(8).repeats().label("MCS 0 to 7").doc("IEEE 802.11-2020 §9.4.2.56", "A bit for each modulation and coding scheme with 1 stream");
    HO_HT_MCSSET_RXBITMASK_8TO15 = Field::uint("wlan.ht.mcsset.rxbitmask.8to15", 56, 8).hex_wide(8).repeats().label("MCS 8 to 15").doc("IEEE 802.11-2020 §9.4.2.56", "A bit for each modulation and coding scheme with 2 streams");
    HO_HT_MCSSET_RXBITMASK_16TO23 = Field::uint("wlan.ht.mcsset.rxbitmask.16to23", 64, 8).hex_wide(8).repeats().label("MCS 16 to 23").doc("IEEE 802.11-2020 §9.4.2.56", "A bit for each modulation and coding scheme with 3 streams");
    HO_HT_MCSSET_RXBITMASK_24TO31 = Field::uint("wlan.ht.mcsset.rxbitmask.24to31", 72, 8).hex_wide(8).repeats().label("MCS 24 to 31").doc("IEEE 802.11-2020 §9.4.2.56", "A bit for each modulation and coding scheme with 4 streams");
    HO_HT_MCSSET_RX_MORE = Field::little("wlan.ht.info.mcsset.rx_more", 80, 48).repeats().hex().label("MCS 32 and more").doc("IEEE 802.11-2020 §9.4.2.56", "Bits for schemes with unequal modulation, which hardly anybody has; rates and transmit set are apart");
    HO_HT_MCSSET_RXBITMASK_32 = Field::little_part("wlan.ht.mcsset.rxbitmask.32", 80, 32, 0x1).repeats().hex_wide(8).part_of("wlan.ht.info.mcsset.rx_more").label("MCS 32").doc("IEEE 802.11-2020 §9.4.2.56", "1: the most robust scheme at 40 MHz");
    HO_HT_MCSSET_RXBITMASK_33TO38 = Field::little_part("wlan.ht.mcsset.rxbitmask.33to38", 80, 32, 0x7e).repeats().hex_wide(8).part_of("wlan.ht.info.mcsset.rx_more").label("MCS 33 to 38").doc("IEEE 802.11-2020 §9.4.2.56", "Two streams");
    HO_HT_MCSSET_RXBITMASK_39TO52 = Field::little_part("wlan.ht.mcsset.rxbitmask.39to52", 80, 32, 0x1fff80).repeats().hex_wide(8).part_of("wlan.ht.info.mcsset.rx_more").label("MCS 39 to 52").doc("IEEE 802.11-2020 §9.4.2.56", "Three streams");
    HO_HT_MCSSET_RXBITMASK_53TO76 = Field::little_part("wlan.ht.mcsset.rxbitmask.53to76", 96, 32, 0x1fffffe0).repeats().hex_wide(8).part_of("wlan.ht.info.mcsset.rx_more").label("MCS 53 to 76").doc("IEEE 802.11-2020 §9.4.2.56", "Four streams");
    HO_HT_MCSSET_RATE = Field::little("wlan.ht.info.mcsset.rate", 128, 16).repeats().hex().label("Highest rate field").doc("IEEE 802.11-2020 §9.4.2.56", "Ten bits hold the rate");
    HO_HT_MCSSET_HIGHESTDATARATE = Field::little_part("wlan.ht.mcsset.highestdatarate", 128, 16, 0x3ff).repeats().hex_wide(4).part_of("wlan.ht.info.mcsset.rate").label("Highest rate").doc("IEEE 802.11-2020 §9.4.2.56", "In Mb/s; 0: not said");
    HO_HT_MCSSET_TX = Field::little("wlan.ht.info.mcsset.tx", 144, 8).repeats().hex().label("Transmit set").doc("IEEE 802.11-2020 §9.4.2.56", "What the station sends, if not the same as it receives");
    HO_HT_MCSSET_TXSETDEFINED = Field::little_flag("wlan.ht.mcsset.txsetdefined", 144, 0).repeats().part_of("wlan.ht.info.mcsset.tx").label("Transmit set defined").doc("IEEE 802.11-2020 §9.4.2.56", "1: the next bits mean something");
    HO_HT_MCSSET_TXRXMCSNOTEQUAL = Field::little_flag("wlan.ht.mcsset.txrxmcsnotequal", 144, 1).repeats().part_of("wlan.ht.info.mcsset.tx").label("Transmit set differs").doc("IEEE 802.11-2020 §9.4.2.56", "1: from the receive set");
    HO_HT_MCSSET_TXMAXSS = Field::little_part("wlan.ht.mcsset.txmaxss", 144, 8, 0xc).repeats().hex_wide(4).part_of("wlan.ht.info.mcsset.tx").label("Most streams sent").doc("IEEE 802.11-2020 §9.4.2.56", "Less 1");
    HO_HT_MCSSET_TXUNEQUALMOD = Field::little_flag("wlan.ht.mcsset.txunequalmod", 144, 4).repeats().part_of("wlan.ht.info.mcsset.tx").label("Unequal modulation").doc("IEEE 802.11-2020 §9.4.2.56", "1: can be sent");
    HO_HT_MCSSET_RESERVED = Field::bytes("wlan.ht.info.mcsset.reserved", 152, 24).repeats().label("Reserved").doc("IEEE 802.11-2020 §9.4.2.56", "Must be 0");
}

crate::fields! { pub VHT_CAPABILITIES:
    VC_VHT_CAPABILITIES = Field::little("wlan.vht.capabilities", 0, 32).repeats().hex().label("VHT capabilities").doc("IEEE 802.11-2020 §9.4.2.157.2", "What 802.11ac the station has");
    VC_VHT_CAPABILITIES_MAXMPDULENGTH = Field::little_part("wlan.vht.capabilities.maxmpdulength", 0, 32, 0x3).repeats().hex_wide(8).values(MPDU_LENGTHS).part_of("wlan.vht.capabilities").label("Longest MPDU").doc("IEEE 802.11-2020 §9.4.2.157.2", "In bytes");
    VC_VHT_CAPABILITIES_SUPPORTEDCHANWIDTHSET = Field::little_part("wlan.vht.capabilities.supportedchanwidthset", 0, 32, 0xc).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Widths above 80 MHz").doc("IEEE 802.11-2020 §9.4.2.157.2", "0: none; 1: 160 MHz; 2: 160 and 80+80 MHz");
    VC_VHT_CAPABILITIES_RXLDPC = Field::little_flag("wlan.vht.capabilities.rxldpc", 0, 4).repeats().part_of("wlan.vht.capabilities").label("LDPC").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can receive LDPC codes");
    VC_VHT_CAPABILITIES_SHORT80 = Field::little_flag("wlan.vht.capabilities.short80", 0, 5).repeats().part_of("wlan.vht.capabilities").label("Short guard interval at 80 MHz").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can be received");
    VC_VHT_CAPABILITIES_SHORT160 = Field::little_flag("wlan.vht.capabilities.short160", 0, 6).repeats().part_of("wlan.vht.capabilities").label("Short guard interval at 160 MHz").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can be received");
    VC_VHT_CAPABILITIES_TXSTBC = Field::little_flag("wlan.vht.capabilities.txstbc", 0, 7).repeats().part_of("wlan.vht.capabilities").label("Sends STBC").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can send one stream through several antennas");
    VC_VHT_CAPABILITIES_RXSTBC = Field::little_part("wlan.vht.capabilities.rxstbc", 0, 32, 0x700).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Receives STBC").doc("IEEE 802.11-2020 §9.4.2.157.2", "How many streams can be received so; 0: none");
    VC_VHT_CAPABILITIES_SUBEAMFORMER = Field::little_flag("wlan.vht.capabilities.subeamformer", 0, 11).repeats().part_of("wlan.vht.capabilities").label("Aims at one").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can aim its signal at one station");
    VC_VHT_CAPABILITIES_SUBEAMFORMEE = Field::little_flag("wlan.vht.capabilities.subeamformee", 0, 12).repeats().part_of("wlan.vht.capabilities").label("Helps to be aimed at").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: gives the feedback for it");
    VC_VHT_CAPABILITIES_BEAMFORMEE_STS_CAP = Field::little_part("wlan.vht.capabilities.beamformee_sts_cap", 0, 32, 0xe000).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Sounding streams received").doc("IEEE 802.11-2020 §9.4.2.157.2", "Less 1");
    VC_VHT_CAPABILITIES_SOUNDINGDIMENSIONS = Field::little_part("wlan.vht.capabilities.soundingdimensions", 0, 32, 0x70000).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Sounding dimensions").doc("IEEE 802.11-2020 §9.4.2.157.2", "Less 1");
    VC_VHT_CAPABILITIES_MUBEAMFORMER = Field::little_flag("wlan.vht.capabilities.mubeamformer", 0, 19).repeats().part_of("wlan.vht.capabilities").label("Aims at several").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can send to several stations at once");
    VC_VHT_CAPABILITIES_MUBEAMFORMEE = Field::little_flag("wlan.vht.capabilities.mubeamformee", 0, 20).repeats().part_of("wlan.vht.capabilities").label("One of several").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: can receive so");
    VC_VHT_CAPABILITIES_VHTTXOPPS = Field::little_flag("wlan.vht.capabilities.vhttxopps", 0, 21).repeats().part_of("wlan.vht.capabilities").label("TXOP power save").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: may sleep while others send");
    VC_VHT_CAPABILITIES_VHTHTC = Field::little_flag("wlan.vht.capabilities.vhthtc", 0, 22).repeats().part_of("wlan.vht.capabilities").label("VHT control").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: understands the VHT form of the HT control field");
    VC_VHT_CAPABILITIES_MAXAMPDU = Field::little_part("wlan.vht.capabilities.maxampdu", 0, 32, 0x3800000).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Longest A-MPDU").doc("IEEE 802.11-2020 §9.4.2.157.2", "8,191 bytes for 0, and twice as many for each step");
    VC_VHT_CAPABILITIES_LINKADAPT = Field::little_part("wlan.vht.capabilities.linkadapt", 0, 32, 0xc000000).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Link adaptation").doc("IEEE 802.11-2020 §9.4.2.157.2", "0: no feedback; 2: unasked; 3: asked and unasked");
    VC_VHT_CAPABILITIES_RXPATCONSIST = Field::little_flag("wlan.vht.capabilities.rxpatconsist", 0, 28).repeats().part_of("wlan.vht.capabilities").label("Steady receive pattern").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: the antennas do not change while associated");
    VC_VHT_CAPABILITIES_TXPATCONSIST = Field::little_flag("wlan.vht.capabilities.txpatconsist", 0, 29).repeats().part_of("wlan.vht.capabilities").label("Steady transmit pattern").doc("IEEE 802.11-2020 §9.4.2.157.2", "1: the antennas do not change while associated");
    VC_VHT_CAPABILITIES_EXT_NSS_BW_SUPPORT = Field::little_part("wlan.vht.capabilities.ext_nss_bw_support", 0, 32, 0xc0000000).repeats().hex_wide(8).part_of("wlan.vht.capabilities").label("Extended stream support").doc("IEEE 802.11-2020 §9.4.2.157.2", "How many streams remain in wide channels");
    VC_VHT_MCSSET_RXMCSMAP = Field::little("wlan.vht.mcsset.rxmcsmap", 32, 16).repeats().hex().label("Receives").doc("IEEE 802.11-2020 §9.4.2.157.3", "Which modulation and coding schemes, for each number of streams");
    VC_VHT_MCSSET_RXMCSMAP_SS1 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss1", 32, 16, 0x3).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("1 stream").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS2 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss2", 32, 16, 0xc).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("2 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS3 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss3", 32, 16, 0x30).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("3 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS4 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss4", 32, 16, 0xc0).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("4 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS5 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss5", 32, 16, 0x300).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("5 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS6 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss6", 32, 16, 0xc00).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("6 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS7 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss7", 32, 16, 0x3000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("7 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RXMCSMAP_SS8 = Field::little_part("wlan.vht.mcsset.rxmcsmap.ss8", 32, 16, 0xc000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.rxmcsmap").label("8 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_RX = Field::little("wlan.vht.mcsset.rx", 48, 16).repeats().hex().label("Highest receive rate field").doc("IEEE 802.11-2020 §9.4.2.157.3", "Thirteen bits hold the rate");
    VC_VHT_MCSSET_RXHIGHESTLONGGIRATE = Field::little_part("wlan.vht.mcsset.rxhighestlonggirate", 48, 16, 0x1fff).repeats().hex_wide(4).part_of("wlan.vht.mcsset.rx").label("Highest receive rate").doc("IEEE 802.11-2020 §9.4.2.157.3", "In Mb/s, with the long guard interval; 0: not said");
    VC_VHT_MCSSET_MAX_NSTS_TOTAL = Field::little_part("wlan.vht.mcsset.max_nsts_total", 48, 16, 0xe000).repeats().part_of("wlan.vht.mcsset.rx").label("Most streams in all").doc("IEEE 802.11-2020 §9.4.2.157.3", "For several users; 0: not said");
    VC_VHT_MCSSET_TXMCSMAP = Field::little("wlan.vht.mcsset.txmcsmap", 64, 16).repeats().hex().label("Sends").doc("IEEE 802.11-2020 §9.4.2.157.3", "Which modulation and coding schemes, for each number of streams");
    VC_VHT_MCSSET_TXMCSMAP_SS1 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss1", 64, 16, 0x3).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("1 stream").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS2 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss2", 64, 16, 0xc).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("2 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS3 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss3", 64, 16, 0x30).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("3 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS4 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss4", 64, 16, 0xc0).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("4 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS5 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss5", 64, 16, 0x300).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("5 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS6 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss6", 64, 16, 0xc00).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("6 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS7 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss7", 64, 16, 0x3000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("7 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TXMCSMAP_SS8 = Field::little_part("wlan.vht.mcsset.txmcsmap.ss8", 64, 16, 0xc000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.mcsset.txmcsmap").label("8 streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "Highest modulation and coding scheme");
    VC_VHT_MCSSET_TX = Field::little("wlan.vht.mcsset.tx", 80, 16).repeats().hex().label("Highest transmit rate field").doc("IEEE 802.11-2020 §9.4.2.157.3", "Thirteen bits hold the rate");
    VC_VHT_MCSSET_TXHIGHESTLONGGIRATE = Field::little_part("wlan.vht.mcsset.txhighestlonggirate", 80, 16, 0x1fff).repeats().hex_wide(4).part_of("wlan.vht.mcsset.tx").label("Highest transmit rate").doc("IEEE 802.11-2020 §9.4.2.157.3", "In Mb/s, with the long guard interval; 0: not said");
    VC_VHT_NCSSET_EXT_NSS_BW_CAP = Field::little_flag("wlan.vht.ncsset.ext_nss_bw_cap", 80, 13).repeats().part_of("wlan.vht.mcsset.tx").label("Extended streams").doc("IEEE 802.11-2020 §9.4.2.157.3", "1: understands the extended stream support of others");
    VC_VHT_NCSSET_RESERVED = Field::little_part("wlan.vht.ncsset.reserved", 80, 16, 0xc000).repeats().hex_wide(4).part_of("wlan.vht.mcsset.tx").label("Reserved").doc("IEEE 802.11-2020 §9.4.2.157.3", "Must be 0");
}

crate::fields! { pub VHT_OPERATION:
    VO_VHT_OP_CHANNELWIDTH = Field::little("wlan.vht.op.channelwidth", 0, 8).repeats().values(WIDTHS).label("Channel width").doc("IEEE 802.11-2020 §9.4.2.158", "20 or 40 MHz as HT says, or more");
    VO_VHT_OP_CHANNELCENTER0 = Field::little("wlan.vht.op.channelcenter0", 8, 8).repeats().label("Channel centre").doc("IEEE 802.11-2020 §9.4.2.158", "Of the 80 or 160 MHz channel, as a channel number; 0: not used");
    VO_VHT_OP_CHANNELCENTER1 = Field::little("wlan.vht.op.channelcenter1", 16, 8).repeats().label("Second channel centre").doc("IEEE 802.11-2020 §9.4.2.158", "Of the other 80 MHz, or of 160 MHz; 0: not used");
    VO_VHT_OP_BASICMCSMAP = Field::little("wlan.vht.op.basicmcsmap", 24, 16).repeats().hex().label("Every station has").doc("IEEE 802.11-2020 §9.4.2.158", "Which modulation and coding schemes, for each number of streams");
    VO_VHT_OP_BASICMCSMAP_SS1 = Field::little_part("wlan.vht.op.basicmcsmap.ss1", 24, 16, 0x3).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("1 stream").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS2 = Field::little_part("wlan.vht.op.basicmcsmap.ss2", 24, 16, 0xc).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("2 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS3 = Field::little_part("wlan.vht.op.basicmcsmap.ss3", 24, 16, 0x30).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("3 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS4 = Field::little_part("wlan.vht.op.basicmcsmap.ss4", 24, 16, 0xc0).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("4 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS5 = Field::little_part("wlan.vht.op.basicmcsmap.ss5", 24, 16, 0x300).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("5 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS6 = Field::little_part("wlan.vht.op.basicmcsmap.ss6", 24, 16, 0xc00).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("6 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS7 = Field::little_part("wlan.vht.op.basicmcsmap.ss7", 24, 16, 0x3000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("7 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
    VO_VHT_OP_BASICMCSMAP_SS8 = Field::little_part("wlan.vht.op.basicmcsmap.ss8", 24, 16, 0xc000).repeats().hex_wide(4).values(MCS_MAP).part_of("wlan.vht.op.basicmcsmap").label("8 streams").doc("IEEE 802.11-2020 §9.4.2.158", "Highest modulation and coding scheme");
}

static SM_POWER: &[(u64, &str)] = &[(0, "static: one antenna"), (1, "dynamic: more antennas when asked"), (3, "off")];
static DENSITY: &[(u64, &str)] =
    &[(0, "none"), (1, "¼ µs"), (2, "½ µs"), (3, "1 µs"), (4, "2 µs"), (5, "4 µs"), (6, "8 µs"), (7, "16 µs")];
static FEEDBACK: &[(u64, &str)] = &[(0, "none"), (2, "unasked"), (3, "asked and unasked")];
static OFFSETS: &[(u64, &str)] = &[(0, "none"), (1, "above the primary one"), (3, "below the primary one")];
static PROTECTION: &[(u64, &str)] = &[
    (0, "none needed"),
    (1, "old stations nearby"),
    (2, "some stations have only 20 MHz"),
    (3, "old stations in the network"),
];
static MPDU_LENGTHS: &[(u64, &str)] = &[(0, "3,895 bytes"), (1, "7,991 bytes"), (2, "11,454 bytes")];
static MCS_MAP: &[(u64, &str)] = &[(0, "MCS 0 to 7"), (1, "MCS 0 to 8"), (2, "MCS 0 to 9"), (3, "not supported")];
static WIDTHS: &[(u64, &str)] =
    &[(0, "20 or 40 MHz"), (1, "80 MHz, or 160 MHz by the centres"), (2, "160 MHz (old)"), (3, "80+80 MHz (old)")];

/// Puts an HT capabilities element, and returns how many bytes were read.
pub fn ht_capabilities<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    rows(s, v, HT_CAPABILITIES, 26, "HT capabilities have 26 bytes (IEEE 802.11-2020 §9.4.2.55)")
}

/// Puts an HT operation element, and returns how many bytes were read.
pub fn ht_operation<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    rows(s, v, HT_OPERATION, 22, "an HT operation element has 22 bytes (IEEE 802.11-2020 §9.4.2.56)")
}

/// Puts a VHT capabilities element, and returns how many bytes were read.
pub fn vht_capabilities<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    rows(s, v, VHT_CAPABILITIES, 12, "VHT capabilities have 12 bytes (IEEE 802.11-2020 §9.4.2.157)")
}

/// Puts a VHT operation element, and returns how many bytes were read.
pub fn vht_operation<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    rows(s, v, VHT_OPERATION, 5, "a VHT operation element has 5 bytes (IEEE 802.11-2020 §9.4.2.158)")
}

fn rows<S: Sink>(s: &mut S, v: &Tlv<'_>, table: Table, wire: u32, rule: &'static str) -> u32 {
    if !v.at_least(s, rule, wire) {
        return 0;
    }
    v.fixed(s, table);
    wire
}
