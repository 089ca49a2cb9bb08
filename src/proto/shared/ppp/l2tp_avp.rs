//! The attribute-value pairs of L2TP's control messages (RFC 2661 §4, RFC 3931 §5): every one that says something is a row
//! of `AVPS`, which the tree and the line read.
//!
//! ```text
//! |M|H| rsvd  |      Length       |           Vendor ID           |
//! |        Attribute type         |  Value …
//! ```

use super::lcp_options;
use super::ppp_control;
use super::ppp_protocols::ppp_protocol_name;
use crate::field::{Around, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub HEAD:
    MANDATORY = Field::flag("l2tp.avp.mandatory", 0).repeats().label("Mandatory").doc("RFC 2661 §4.1", "1: a receiver that does not know the pair must end the session or the tunnel");
    HIDDEN = Field::flag("l2tp.avp.hidden", 1).repeats().label("Hidden").doc("RFC 2661 §4.3", "1: the value is encrypted with a secret that both ends share");
    RESERVED = Field::uint("l2tp.avp.reserved", 2, 4).repeats().label("Reserved").doc("RFC 2661 §4.1", "Must be 0");
    LENGTH = Field::uint("l2tp.avp.length", 6, 10).repeats().unit("bytes").label("Length").doc("RFC 2661 §4.1", "Of the whole pair, with these six bytes");
    VENDOR = Field::uint("l2tp.avp.vendor_id", 16, 16).repeats().values(VENDORS).label("Vendor").doc("RFC 2661 §4.1", "Who says what the type means: an enterprise number of IANA; 0 for the standards");
}

crate::fields! { pub RESULT:
    RESULT_CODE = Field::uint("l2tp.result_code", 48, 16).repeats().label("Result").doc("RFC 2661 §4.4.2", "Why the session or the tunnel ends; its meaning depends on which of them");
}

crate::fields! { pub VERSION:
    PROTOCOL_VERSION = Field::uint("l2tp.avp.protocol_version", 48, 8).repeats().label("Version").doc("RFC 2661 §4.4.3", "Always 1");
    REVISION = Field::uint("l2tp.avp.protocol_revision", 56, 8).repeats().label("Revision").doc("RFC 2661 §4.4.3", "Always 0");
}

crate::fields! { pub FRAMINGS:
    FRAMINGS_RESERVED = Field::uint("l2tp.avp.framing_reserved", 48, 30).repeats().label("Reserved").doc("RFC 2661 §4.4.3", "Must be 0");
    FRAMINGS_ASYNC = Field::flag("l2tp.avp.async_framing_supported", 78).repeats().label("Asynchronous framing").doc("RFC 2661 §4.4.3", "1: the sender can do it");
    FRAMINGS_SYNC = Field::flag("l2tp.avp.sync_framing_supported", 79).repeats().label("Synchronous framing").doc("RFC 2661 §4.4.3", "1: the sender can do it");
}

crate::fields! { pub BEARERS:
    BEARERS_RESERVED = Field::uint("l2tp.avp.bearer_reserved", 48, 30).repeats().label("Reserved").doc("RFC 2661 §4.4.3", "Must be 0");
    BEARERS_ANALOG = Field::flag("l2tp.avp.analog_access_supported", 78).repeats().label("Analog access").doc("RFC 2661 §4.4.3", "1: the sender can place such calls");
    BEARERS_DIGITAL = Field::flag("l2tp.avp.digital_access_supported", 79).repeats().label("Digital access").doc("RFC 2661 §4.4.3", "1: the sender can place such calls");
}

crate::fields! { pub BEARER:
    BEARER_RESERVED = Field::uint("l2tp.avp.bearer_reserved", 48, 30).repeats().label("Reserved").doc("RFC 2661 §4.4.4", "Must be 0");
    BEARER_ANALOG = Field::flag("l2tp.avp.analog_bearer_type", 78).repeats().label("Analog bearer").doc("RFC 2661 §4.4.4", "1: the call is analog");
    BEARER_DIGITAL = Field::flag("l2tp.avp.digital_bearer_type", 79).repeats().label("Digital bearer").doc("RFC 2661 §4.4.4", "1: the call is digital");
}

crate::fields! { pub FRAMING:
    FRAMING_RESERVED = Field::uint("l2tp.avp.framing_reserved", 48, 30).repeats().label("Reserved").doc("RFC 2661 §4.4.4", "Must be 0");
    FRAMING_ASYNC = Field::flag("l2tp.avp.async_framing_type", 78).repeats().label("Asynchronous framing").doc("RFC 2661 §4.4.4", "1: the call uses it");
    FRAMING_SYNC = Field::flag("l2tp.avp.sync_framing_type", 79).repeats().label("Synchronous framing").doc("RFC 2661 §4.4.4", "1: the call uses it");
}

crate::fields! { pub CAUSE:
    CAUSE_CODE = Field::uint("l2tp.avp.cause_code", 48, 16).repeats().label("Cause").doc("RFC 2661 §4.4.5", "Why a call of Q.931 was not set up, or ended");
    CAUSE_MESSAGE = Field::uint("l2tp.avp.cause_msg", 64, 8).repeats().label("Cause message").doc("RFC 2661 §4.4.5", "The Q.931 message that said it");
}

crate::fields! { pub ERRORS:
    ERRORS_RESERVED = Field::uint("l2tp.avp.errors_reserved", 48, 16).repeats().label("Reserved").doc("RFC 2661 §4.4.6", "Must be 0");
    CRC_ERRORS = Field::uint("l2tp.avp.crc_errors", 64, 32).repeats().label("CRC errors").doc("RFC 2661 §4.4.6", "PPP frames with a wrong check sequence since the call began");
    FRAMING_ERRORS = Field::uint("l2tp.avp.framing_errors", 96, 32).repeats().label("Framing errors").doc("RFC 2661 §4.4.6", "Frames that were no proper PPP frames");
    HARDWARE_OVERRUNS = Field::uint("l2tp.avp.hardware_overruns", 128, 32).repeats().label("Hardware overruns").doc("RFC 2661 §4.4.6", "Times that the receive buffer of the hardware was full");
    BUFFER_OVERRUNS = Field::uint("l2tp.avp.buffer_overruns", 160, 32).repeats().label("Buffer overruns").doc("RFC 2661 §4.4.6", "Times that a buffer was full");
    TIMEOUTS = Field::uint("l2tp.avp.time_out_errors", 192, 32).repeats().label("Time-outs").doc("RFC 2661 §4.4.6", "Times that nothing came in time");
    ALIGNMENT_ERRORS = Field::uint("l2tp.avp.alignment_errors", 224, 32).repeats().label("Alignment errors").doc("RFC 2661 §4.4.6", "Times that frames were not aligned");
}

crate::fields! { pub ACCM:
    ACCM_RESERVED = Field::uint("l2tp.avp.accm_reserved", 48, 16).repeats().label("Reserved").doc("RFC 2661 §4.4.6", "Must be 0");
    SEND_ACCM = Field::uint("l2tp.avp.send_accm", 64, 32).repeats().label("Characters to escape when sending").doc("RFC 2661 §4.4.6", "One bit a control character");
    RECEIVE_ACCM = Field::uint("l2tp.avp.receive_accm", 96, 32).repeats().label("Characters escaped when receiving").doc("RFC 2661 §4.4.6", "One bit a control character");
}

crate::fields! { pub DISCONNECT:
    DISCONNECT_CODE = Field::uint("l2tp.avp.disconnect_code", 48, 16).repeats().label("Disconnect code").doc("RFC 3145 §3.1", "Why PPP ended");
    CONTROL_PROTOCOL = Field::uint("l2tp.avp.control_protocol_number", 64, 16).repeats().names(ppp_protocol_name).label("Control protocol").doc("RFC 3145 §3.1", "The protocol of PPP that the code is about; 0 when it is about the link");
    DIRECTION = Field::uint("l2tp.avp.cause_code_direction", 80, 8).repeats().values(DIRECTIONS).label("Direction").doc("RFC 3145 §3.1", "On which side it went wrong");
}

crate::fields! { pub CIRCUIT:
    CIRCUIT_RESERVED = Field::uint("l2tp.avp.circuit_reserved", 48, 14).repeats().label("Reserved").doc("RFC 3931 §5.4.5", "Must be 0");
    CIRCUIT_TYPE = Field::flag("l2tp.avp.circuit_type", 62).repeats().label("New circuit").doc("RFC 3931 §5.4.5", "1: the status is of a circuit that is new");
    CIRCUIT_STATUS = Field::flag("l2tp.avp.circuit_status", 63).repeats().label("Circuit is up").doc("RFC 3931 §5.4.5", "1: the circuit works");
}

crate::fields! { pub SPEEDS:
    SPEEDS_RESERVED = Field::uint("l2tp.avp.csu.res", 48, 16).hex().repeats().label("Reserved").doc("RFC 5515 §5", "Must be 0");
    SPEEDS_SESSION = Field::uint("l2tp.avp.csu.remote_session_id", 64, 16).repeats().label("Session").doc("RFC 5515 §5", "Whose speed has changed");
    SPEEDS_TX = Field::uint("l2tp.avp.csu.current_tx_speed", 80, 32).repeats().unit("bit/s").label("Transmit speed").doc("RFC 5515 §5", "Towards the subscriber");
    SPEEDS_RX = Field::uint("l2tp.avp.csu.current_rx_speed", 112, 32).repeats().unit("bit/s").label("Receive speed").doc("RFC 5515 §5", "From the subscriber");
}

crate::fields! { pub MOVING:
    AVP = Field::group("l2tp.avp").repeats().label("Attribute-value pair").doc("RFC 2661 §4.1", "One statement of the message");
    TYPE = Field::moving("l2tp.avp.type", Kind::Uint).repeats().names(type_name).label("Type").doc("RFC 2661 §4.4", "What the pair is about");
    CISCO_TYPE = Field::moving("l2tp.avp.ciscotype", Kind::Uint).repeats().label("Type (Cisco)").doc("RFC 2661 §4.1", "What the pair is about, by Cisco's numbers");
    ERICSSON_TYPE = Field::moving("l2tp.avp.ericssontype", Kind::Uint).repeats().label("Type (Ericsson)").doc("RFC 2661 §4.1", "What the pair is about, by Ericsson's numbers");
    BROADBAND_TYPE = Field::moving("l2tp.avp.broadbandtype", Kind::Uint).repeats().label("Type (Broadband Forum)").doc("RFC 5515 §5", "What the pair is about, by the Broadband Forum's numbers");
    CABLELABS_TYPE = Field::moving("l2tp.avp.cablelabstype", Kind::Uint).repeats().label("Type (CableLabs)").doc("RFC 2661 §4.1", "What the pair is about, by CableLabs' numbers");
    VALUE = Field::moving("l2tp.avp.value", Kind::Bytes).repeats().label("Value").doc("RFC 2661 §4.1", "What the pair says; not read further, or encrypted");
    MESSAGE_TYPE = Field::moving("l2tp.avp.message_type", Kind::Uint).repeats().names(message_name).label("Message type").doc("RFC 2661 §4.4.1", "What the whole message is for").explain(explain_message);
    ERROR_CODE = Field::moving("l2tp.avp.error_code", Kind::Uint).repeats().values(ERROR_CODES).label("Error").doc("RFC 2661 §4.4.2", "What went wrong in general, when the result says so");
    ERROR_MESSAGE = Field::moving("l2tp.avp.error_message", Kind::Text).repeats().label("Error message").doc("RFC 2661 §4.4.2", "For people to read");
    TIE_BREAKER = Field::moving("l2tp.tie_breaker", Kind::Uint).hex_wide(16).repeats().label("Tie breaker").doc("RFC 2661 §4.4.3", "When both ends open a tunnel at once, the lower number wins");
    FIRMWARE = Field::moving("l2tp.avp.firmware_revision", Kind::Uint).repeats().label("Firmware revision").doc("RFC 2661 §4.4.3", "Of the sender, as its vendor counts");
    HOST_NAME = Field::moving("l2tp.avp.host_name", Kind::Text).repeats().label("Host name").doc("RFC 2661 §4.4.3", "Of the sender");
    VENDOR_NAME = Field::moving("l2tp.avp.vendor_name", Kind::Text).repeats().label("Vendor name").doc("RFC 2661 §4.4.3", "Who made the sender, in words");
    TUNNEL_ID = Field::moving("l2tp.avp.assigned_tunnel_id", Kind::Uint).repeats().label("Assigned tunnel").doc("RFC 2661 §4.4.3", "The number by which the other end must call the tunnel from now on");
    WINDOW = Field::moving("l2tp.avp.receive_window_size", Kind::Uint).repeats().unit("messages").label("Receive window").doc("RFC 2661 §4.4.3", "How many control messages may be on their way to the sender");
    CHALLENGE = Field::moving("l2tp.avp.chap_challenge", Kind::Bytes).repeats().label("Challenge").doc("RFC 2661 §4.4.3", "The other end must prove that it knows the secret");
    ADVISORY = Field::moving("l2tp.avp.advisory_msg", Kind::Text).repeats().label("Advisory message").doc("RFC 2661 §4.4.5", "For people to read");
    RESPONSE = Field::moving("l2tp.avp.chap_challenge_response", Kind::Bytes).repeats().label("Challenge response").doc("RFC 2661 §4.4.3", "Computed from message type, secret and challenge");
    SESSION_ID = Field::moving("l2tp.avp.assigned_session_id", Kind::Uint).repeats().label("Assigned session").doc("RFC 2661 §4.4.4", "The number by which the other end must call the session from now on");
    SERIAL = Field::moving("l2tp.avp.call_serial_number", Kind::Uint).repeats().label("Call serial number").doc("RFC 2661 §4.4.4", "The same at both ends, for logs");
    MINIMUM_BPS = Field::moving("l2tp.avp.minimum_bps", Kind::Uint).repeats().unit("bit/s").label("Minimum speed").doc("RFC 2661 §4.4.4", "The least that the call should have");
    MAXIMUM_BPS = Field::moving("l2tp.avp.maximum_bps", Kind::Uint).repeats().unit("bit/s").label("Maximum speed").doc("RFC 2661 §4.4.4", "The most that the call may have");
    CALLED = Field::moving("l2tp.avp.called_number", Kind::Text).repeats().label("Called number").doc("RFC 2661 §4.4.4", "The telephone number that was, or is to be, called");
    CALLING = Field::moving("l2tp.avp.calling_number", Kind::Text).repeats().label("Calling number").doc("RFC 2661 §4.4.4", "The telephone number of the caller");
    SUB_ADDRESS = Field::moving("l2tp.avp.sub_address", Kind::Text).repeats().label("Sub-address").doc("RFC 2661 §4.4.4", "More digits of the number called");
    TX_SPEED = Field::moving("l2tp.avp.connect_speed", Kind::Uint).repeats().unit("bit/s").label("Transmit speed").doc("RFC 2661 §4.4.4", "Of the call, from the sender's side of the line");
    CHANNEL = Field::moving("l2tp.avp.physical_channel", Kind::Uint).repeats().label("Physical channel").doc("RFC 2661 §4.4.4", "As the sender's vendor counts, for logs");
    FIRST_LCP = Field::moving("l2tp.avp.initial_received_lcp_confreq", Kind::Bytes).repeats().label("First LCP request received").doc("RFC 2661 §4.4.5", "Options of the first Configure-Request that the access concentrator had from the client");
    SENT_LCP = Field::moving("l2tp.avp.last_sent_lcp_confreq", Kind::Bytes).repeats().label("Last LCP request sent").doc("RFC 2661 §4.4.5", "Options of the last Configure-Request that the access concentrator sent to the client");
    LAST_LCP = Field::moving("l2tp.avp.last_received_lcp_confreq", Kind::Bytes).repeats().label("Last LCP request received").doc("RFC 2661 §4.4.5", "Options of the last Configure-Request that the access concentrator had from the client");
    PROXY_TYPE = Field::moving("l2tp.avp.proxy_authen_type", Kind::Uint).repeats().values(PROXY_TYPES).label("Client's authentication").doc("RFC 2661 §4.4.5", "How the client proved to the access concentrator who it is");
    PROXY_NAME = Field::moving("l2tp.avp.proxy_authen_name", Kind::Text).repeats().label("Client's name").doc("RFC 2661 §4.4.5", "As it said when it proved who it is");
    PROXY_CHALLENGE = Field::moving("l2tp.avp.proxy_authen_challenge", Kind::Bytes).repeats().label("Client's challenge").doc("RFC 2661 §4.4.5", "What the access concentrator asked the client");
    PROXY_ID = Field::moving("l2tp.avp.proxy_authen_id", Kind::Uint).repeats().label("Client's identifier").doc("RFC 2661 §4.4.5", "Of the exchange between them");
    PROXY_RESPONSE = Field::moving("l2tp.avp.proxy_authen_response", Kind::Bytes).repeats().label("Client's response").doc("RFC 2661 §4.4.5", "What the client answered; with PAP, its password in the clear");
    RANDOM = Field::moving("l2tp.avp.random_vector", Kind::Bytes).repeats().label("Random vector").doc("RFC 2661 §4.3", "Part of the key with which the hidden values behind it are encrypted");
    GROUP_ID = Field::moving("l2tp.avp.private_group_id", Kind::Bytes).repeats().label("Private group").doc("RFC 2661 §4.4.5", "The customer that the call belongs to");
    RX_SPEED = Field::moving("l2tp.avp.rx_connect_speed", Kind::Uint).repeats().unit("bit/s").label("Receive speed").doc("RFC 2661 §4.4.4", "Of the call, from the sender's side of the line");
    DISCONNECT_MESSAGE = Field::moving("l2tp.avp.cause_code_message", Kind::Text).repeats().label("Message").doc("RFC 3145 §3.1", "For people to read");
    DIGEST = Field::moving("l2tp.avp.message_digest", Kind::Bytes).repeats().label("Message digest").doc("RFC 3931 §5.4.1", "Shows that the message is from who knows the secret, and was not changed");
    ROUTER_ID = Field::moving("l2tp.avp.router_id", Kind::Uint).repeats().label("Router").doc("RFC 3931 §5.4.3", "The sender, by a number that it uses in other protocols too").explain(explain_router);
    CONNECTION_ID = Field::moving("l2tp.avp.assigned_control_conn_id", Kind::Uint).repeats().label("Assigned control connection").doc("RFC 3931 §5.4.3", "The number by which the other end must call the connection from now on");
    PW_TYPE = Field::moving("l2tp.avp.pw_type", Kind::Uint).repeats().values(PSEUDOWIRES).label("Pseudowire type").doc("RFC 3931 §5.4.3", "The sender can do it");
    LOCAL_SESSION = Field::moving("l2tp.avp.local_session_id", Kind::Uint).repeats().label("Sender's session").doc("RFC 3931 §5.4.4", "The number by which the other end must call the session from now on");
    REMOTE_SESSION = Field::moving("l2tp.avp.remote_session_id", Kind::Uint).repeats().label("Receiver's session").doc("RFC 3931 §5.4.4", "The number that the other end gave to the session; 0 when it is not known yet");
    COOKIE = Field::moving("l2tp.avp.assigned_cookie", Kind::Bytes).repeats().label("Assigned cookie").doc("RFC 3931 §5.4.4", "The other end must put it into every data message of the session");
    REMOTE_END = Field::moving("l2tp.avp.remote_end_id", Kind::Text).repeats().label("Remote end").doc("RFC 3931 §5.4.4", "What the session should be joined to at the other end");
    PSEUDOWIRE = Field::moving("l2tp.avp.pseudowire_type", Kind::Uint).repeats().values(PSEUDOWIRES).label("Pseudowire type").doc("RFC 3931 §5.4.4", "What the session carries");
    SUBLAYER = Field::moving("l2tp.avp.layer2_specific_sublayer", Kind::Uint).repeats().values(SUBLAYERS).label("Layer 2 specific sublayer").doc("RFC 3931 §5.4.4", "Whether four bytes stand before each frame, and which");
    SEQUENCING = Field::moving("l2tp.avp.data_sequencing", Kind::Uint).repeats().values(SEQUENCINGS).label("Data sequencing").doc("RFC 3931 §5.4.4", "Which data messages the sender wants to be numbered");
    LANGUAGE = Field::moving("l2tp.avp.preferred_language", Kind::Text).repeats().label("Language").doc("RFC 3931 §5.4.3", "In which messages to people should be");
    NONCE = Field::moving("l2tp.avp.nonce", Kind::Bytes).repeats().label("Nonce").doc("RFC 3931 §5.4.1", "A random number, part of what digests are computed from");
    TX_SPEED_V3 = Field::moving("l2tp.avp.tx_connect_speed_v3", Kind::Uint).repeats().unit("bit/s").label("Transmit speed").doc("RFC 3931 §5.4.4", "Of the circuit; 0 when it is not known");
    RX_SPEED_V3 = Field::moving("l2tp.avp.rx_connect_speed_v3", Kind::Uint).repeats().unit("bit/s").label("Receive speed").doc("RFC 3931 §5.4.4", "Of the circuit; 0 when it is not known");
    UPDATE = Field::group("l2tp.avp.csu").repeats().label("Connect speed update").doc("RFC 5515 §5", "The speed of a session has changed");
}

static VENDORS: &[(u64, &str)] =
    &[(0, "IETF"), (9, "Cisco"), (193, "Ericsson"), (3561, "Broadband Forum"), (4491, "CableLabs")];

/// IANA, L2TP: Error Codes.
static ERROR_CODES: &[(u64, &str)] = &[
    (0, "No general error"),
    (1, "No control connection exists yet"),
    (2, "Length is wrong"),
    (3, "A value is out of range, or a reserved field is not 0"),
    (4, "Insufficient resources"),
    (5, "Invalid session"),
    (6, "Vendor-specific error"),
    (7, "Try another"),
    (8, "Unknown mandatory attribute"),
    (9, "Try another directed"),
];

/// RFC 3145 §3.1.
static DIRECTIONS: &[(u64, &str)] = &[(0, "Global error"), (1, "At the peer"), (2, "At the sender")];

/// IANA, L2TP: Authen Type Values.
static PROXY_TYPES: &[(u64, &str)] =
    &[(1, "Textual exchange"), (2, "PPP CHAP"), (3, "PPP PAP"), (4, "None"), (5, "MS-CHAP"), (7, "EAP")];

/// IANA, L2TPv3 Pseudowire Types.
static PSEUDOWIRES: &[(u64, &str)] = &[
    (1, "Frame Relay DLCI"),
    (2, "ATM AAL5 SDU"),
    (3, "ATM cells, port mode"),
    (4, "Ethernet VLAN"),
    (5, "Ethernet"),
    (6, "HDLC"),
    (7, "PPP"),
    (9, "ATM cells, VCC mode"),
    (10, "ATM cells, VPC mode"),
    (11, "IP"),
];

/// IANA, Layer 2 Specific Sublayer Type.
static SUBLAYERS: &[(u64, &str)] = &[(0, "None"), (1, "Default"), (2, "ATM"), (3, "MPT"), (4, "PSP")];

/// RFC 3931 §5.4.4.
static SEQUENCINGS: &[(u64, &str)] = &[(0, "None"), (1, "Those without IP"), (2, "All")];

/// What a value looks like.
#[derive(Clone, Copy)]
enum Shape {
    /// A number of so many bytes.
    Uint(&'static Field, u32),
    /// Characters.
    Text(&'static Field),
    /// Bytes.
    Bytes(&'static Field),
    /// Rows at fixed places that need so many bytes, and characters behind them.
    Rows(Table, u32, Option<&'static Field>),
    /// Options of LCP.
    Lcp(&'static Field),
    /// As its type needs it.
    Own,
    /// Nothing.
    Empty,
}

/// A pair of the standards.
struct Known {
    kind: u16,
    name: &'static str,
    /// Its name in tcpdump's lines; empty when tcpdump has none.
    short: &'static str,
    shape: Shape,
}

const fn known(kind: u16, name: &'static str, short: &'static str, shape: Shape) -> Known {
    Known { kind, name, short, shape }
}

/// IANA, Control Message Attribute Value Pairs.
#[rustfmt::skip] // One short row a line.
static AVPS: &[Known] = &[
    known(0, "Message Type", "MSGTYPE", Shape::Uint(&MESSAGE_TYPE, 2)),
    known(1, "Result Code", "RESULT_CODE", Shape::Own),
    known(2, "Protocol Version", "PROTO_VER", Shape::Rows(VERSION, 8, None)),
    known(3, "Framing Capabilities", "FRAMING_CAP", Shape::Rows(FRAMINGS, 10, None)),
    known(4, "Bearer Capabilities", "BEARER_CAP", Shape::Rows(BEARERS, 10, None)),
    known(5, "Tie Breaker", "TIE_BREAKER", Shape::Uint(&TIE_BREAKER, 8)),
    known(6, "Firmware Revision", "FIRM_VER", Shape::Uint(&FIRMWARE, 2)),
    known(7, "Host Name", "HOST_NAME", Shape::Text(&HOST_NAME)),
    known(8, "Vendor Name", "VENDOR_NAME", Shape::Text(&VENDOR_NAME)),
    known(9, "Assigned Tunnel ID", "ASSND_TUN_ID", Shape::Uint(&TUNNEL_ID, 2)),
    known(10, "Receive Window Size", "RECV_WIN_SIZE", Shape::Uint(&WINDOW, 2)),
    known(11, "Challenge", "CHALLENGE", Shape::Bytes(&CHALLENGE)),
    known(12, "Q.931 Cause Code", "Q931_CC", Shape::Rows(CAUSE, 9, Some(&ADVISORY))),
    known(13, "Challenge Response", "CHALLENGE_RESP", Shape::Bytes(&RESPONSE)),
    known(14, "Assigned Session ID", "ASSND_SESS_ID", Shape::Uint(&SESSION_ID, 2)),
    known(15, "Call Serial Number", "CALL_SER_NUM", Shape::Uint(&SERIAL, 4)),
    known(16, "Minimum BPS", "MINIMUM_BPS", Shape::Uint(&MINIMUM_BPS, 4)),
    known(17, "Maximum BPS", "MAXIMUM_BPS", Shape::Uint(&MAXIMUM_BPS, 4)),
    known(18, "Bearer Type", "BEARER_TYPE", Shape::Rows(BEARER, 10, None)),
    known(19, "Framing Type", "FRAMING_TYPE", Shape::Rows(FRAMING, 10, None)),
    known(21, "Called Number", "CALLED_NUMBER", Shape::Text(&CALLED)),
    known(22, "Calling Number", "CALLING_NUMBER", Shape::Text(&CALLING)),
    known(23, "Sub-Address", "SUB_ADDRESS", Shape::Text(&SUB_ADDRESS)),
    known(24, "Tx Connect Speed", "TX_CONN_SPEED", Shape::Uint(&TX_SPEED, 4)),
    known(25, "Physical Channel ID", "PHY_CHANNEL_ID", Shape::Uint(&CHANNEL, 4)),
    known(26, "Initial Received LCP CONFREQ", "INI_RECV_LCP", Shape::Lcp(&FIRST_LCP)),
    known(27, "Last Sent LCP CONFREQ", "LAST_SENT_LCP", Shape::Lcp(&SENT_LCP)),
    known(28, "Last Received LCP CONFREQ", "LAST_RECV_LCP", Shape::Lcp(&LAST_LCP)),
    known(29, "Proxy Authen Type", "PROXY_AUTH_TYPE", Shape::Uint(&PROXY_TYPE, 2)),
    known(30, "Proxy Authen Name", "PROXY_AUTH_NAME", Shape::Text(&PROXY_NAME)),
    known(31, "Proxy Authen Challenge", "PROXY_AUTH_CHAL", Shape::Bytes(&PROXY_CHALLENGE)),
    known(32, "Proxy Authen ID", "PROXY_AUTH_ID", Shape::Own),
    known(33, "Proxy Authen Response", "PROXY_AUTH_RESP", Shape::Bytes(&PROXY_RESPONSE)),
    known(34, "Call Errors", "CALL_ERRORS", Shape::Rows(ERRORS, 32, None)),
    known(35, "ACCM", "ACCM", Shape::Rows(ACCM, 16, None)),
    known(36, "Random Vector", "RANDOM_VECTOR", Shape::Bytes(&RANDOM)),
    known(37, "Private Group ID", "PRIVATE_GRP_ID", Shape::Bytes(&GROUP_ID)),
    known(38, "Rx Connect Speed", "RX_CONN_SPEED", Shape::Uint(&RX_SPEED, 4)),
    known(39, "Sequencing Required", "SEQ_REQUIRED", Shape::Empty),
    known(46, "PPP Disconnect Cause Code", "PPP_DISCON_CC", Shape::Rows(DISCONNECT, 11, Some(&DISCONNECT_MESSAGE))),
    known(59, "Message Digest", "", Shape::Bytes(&DIGEST)),
    known(60, "Router ID", "", Shape::Uint(&ROUTER_ID, 4)),
    known(61, "Assigned Control Connection ID", "", Shape::Uint(&CONNECTION_ID, 4)),
    known(62, "Pseudowire Capabilities List", "", Shape::Own),
    known(63, "Local Session ID", "", Shape::Uint(&LOCAL_SESSION, 4)),
    known(64, "Remote Session ID", "", Shape::Uint(&REMOTE_SESSION, 4)),
    known(65, "Assigned Cookie", "", Shape::Bytes(&COOKIE)),
    known(66, "Remote End ID", "", Shape::Text(&REMOTE_END)),
    known(68, "Pseudowire Type", "", Shape::Uint(&PSEUDOWIRE, 2)),
    known(69, "Layer 2 Specific Sublayer", "", Shape::Uint(&SUBLAYER, 2)),
    known(70, "Data Sequencing", "", Shape::Uint(&SEQUENCING, 2)),
    known(71, "Circuit Status", "", Shape::Rows(CIRCUIT, 8, None)),
    known(72, "Preferred Language", "", Shape::Text(&LANGUAGE)),
    known(73, "Control Message Authentication Nonce", "", Shape::Bytes(&NONCE)),
    known(74, "Tx Connect Speed (64 bits)", "", Shape::Uint(&TX_SPEED_V3, 8)),
    known(75, "Rx Connect Speed (64 bits)", "", Shape::Uint(&RX_SPEED_V3, 8)),
    known(97, "Connect Speed Update", "", Shape::Own),
];

fn find(kind: u16) -> Option<&'static Known> {
    AVPS.binary_search_by_key(&kind, |known| known.kind).ok().and_then(|i| AVPS.get(i))
}

fn type_name(value: u64) -> Option<&'static str> {
    find(u16::try_from(value).ok()?).map(|known| known.name)
}

/// IANA, Message Type AVP Values: names, and how tcpdump calls them.
#[rustfmt::skip] // One short row a line.
static MESSAGES: &[(u16, &str, &str)] = &[
    (1, "Start-Control-Connection-Request", "SCCRQ"),
    (2, "Start-Control-Connection-Reply", "SCCRP"),
    (3, "Start-Control-Connection-Connected", "SCCCN"),
    (4, "Stop-Control-Connection-Notification", "StopCCN"),
    (6, "Hello", "HELLO"),
    (7, "Outgoing-Call-Request", "OCRQ"),
    (8, "Outgoing-Call-Reply", "OCRP"),
    (9, "Outgoing-Call-Connected", "OCCN"),
    (10, "Incoming-Call-Request", "ICRQ"),
    (11, "Incoming-Call-Reply", "ICRP"),
    (12, "Incoming-Call-Connected", "ICCN"),
    (14, "Call-Disconnect-Notify", "CDN"),
    (15, "WAN-Error-Notify", "WEN"),
    (16, "Set-Link-Info", "SLI"),
    (20, "Explicit Acknowledgement", "ACK"),
    (28, "Connect-Speed-Update-Notification", "CSUN"),
    (29, "Connect-Speed-Update-Request", "CSURQ"),
];

fn message_name(value: u64) -> Option<&'static str> {
    MESSAGES.iter().find(|(kind, ..)| u64::from(*kind) == value).map(|(_, name, _)| *name)
}

/// The short name of a message type.
fn message_short(value: u64) -> &'static str {
    MESSAGES.iter().find(|(kind, ..)| u64::from(*kind) == value).map_or("Unknown", |(.., short)| short)
}

/// Where a value begins.
const VALUE_AT: u32 = 6;

/// Walks the pairs from byte `from` of a message on.
pub fn walk<S: Sink>(s: &mut S, message: &Tlv<'_>, from: u32) {
    let mut at = from;
    while S::ON && at < message.wire && s.room() {
        let left = message.wire - at;
        let Some([a, b]) = message.part(at, 2).data.first_chunk().copied() else { return };
        let wire = u32::from(u16::from_be_bytes([a, b]) & 0x3ff);
        let one = message.part(at, wire.max(VALUE_AT));
        s.open(&AVP, one.bit(0));
        one.fixed(s, HEAD);
        if wire < VALUE_AT || wire > left {
            let rule = "a pair has its six bytes of header, and ends within the message (RFC 2661 §4.1)";
            s.note(NoteKind::Bad, format_args!("{rule}: 6 to {left} bytes expected, {wire} found"));
            s.close(one.bit(one.wire));
            return;
        }
        if let Some(head) = one.data.first_chunk::<6>() {
            pair(s, &one, head);
        }
        s.close(one.bit(wire));
        at = at.saturating_add(wire);
    }
}

/// Puts type and value of a pair.
fn pair<S: Sink>(s: &mut S, one: &Tlv<'_>, head: &[u8; 6]) {
    let [.., high, low] = *head;
    let row = match VENDOR.get(head) {
        9 => &CISCO_TYPE,
        193 => &ERICSSON_TYPE,
        3561 => &BROADBAND_TYPE,
        4491 => &CABLELABS_TYPE,
        _ => &TYPE,
    };
    one.uint(s, row, 4, 2);
    let kind = u16::from_be_bytes([high, low]);
    if HIDDEN.get(head) != 0 {
        s.note(NoteKind::Info, format_args!("the value is encrypted with a secret that both ends share"));
        return one.rest(s, &VALUE, VALUE_AT);
    }
    match find(kind).filter(|_| VENDOR.get(head) == 0) {
        Some(known) => value(s, one, known),
        None => one.rest(s, &VALUE, VALUE_AT),
    }
}

fn value<S: Sink>(s: &mut S, one: &Tlv<'_>, known: &Known) {
    match known.shape {
        Shape::Uint(row, bytes) => {
            if one.expect(s, "the length of this pair never changes (RFC 2661 §4.4)", VALUE_AT + bytes) {
                one.uint(s, row, VALUE_AT, bytes);
            } else {
                one.rest(s, &VALUE, VALUE_AT);
            }
        }
        Shape::Text(row) | Shape::Bytes(row) => one.rest(s, row, VALUE_AT),
        Shape::Rows(table, wire, behind) => {
            if one.at_least(s, "the pair holds what its type needs (RFC 2661 §4.4)", wire) {
                one.fixed(s, table);
                one.rest(s, behind.unwrap_or(&VALUE), wire);
            } else {
                one.rest(s, &VALUE, VALUE_AT);
            }
        }
        Shape::Lcp(row) if one.wire > VALUE_AT => {
            s.open(row, one.bit(VALUE_AT));
            ppp_control::options(s, one, VALUE_AT, &lcp_options::all());
            s.close(one.bit(one.wire));
        }
        Shape::Own => own(s, one, known.kind),
        Shape::Empty | Shape::Lcp(_) => one.rest(s, &VALUE, VALUE_AT),
    }
}

fn own<S: Sink>(s: &mut S, one: &Tlv<'_>, kind: u16) {
    match (kind, one.wire) {
        (1, 8..) => {
            one.fixed(s, RESULT);
            if one.wire >= 10 {
                one.uint(s, &ERROR_CODE, 8, 2);
            }
            one.rest(s, &ERROR_MESSAGE, 10);
        }
        (32, 8) => one.uint(s, &PROXY_ID, 7, 1),
        (62, _) => {
            for at in (VALUE_AT..one.wire).step_by(2) {
                one.uint(s, &PW_TYPE, at, 2);
            }
        }
        (97, 18) => {
            s.open(&UPDATE, one.bit(VALUE_AT));
            one.fixed(s, SPEEDS);
            s.close(one.bit(one.wire));
        }
        _ => one.rest(s, &VALUE, VALUE_AT),
    }
}

fn explain_message(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "opens a tunnel (1 of 3)",
        2 => "agrees to the tunnel (2 of 3)",
        3 => "the tunnel is open (3 of 3)",
        4 => "closes the tunnel with all its sessions",
        6 => "is the other end still there?",
        7 => "asks the other end to place a call (1 of 3)",
        8 => "will place the call (2 of 3)",
        9 => "the call was placed (3 of 3)",
        10 => "a call came in and is to go through the tunnel (1 of 3)",
        11 => "takes the call (2 of 3)",
        12 => "the call goes through the tunnel from now on (3 of 3)",
        14 => "the session is over",
        20 => "only acknowledges",
        _ => return,
    });
}

fn explain_router(around: &Around<'_>, out: &mut Text) {
    out.lit("as an address: ").ip4((around.value as u32).to_be_bytes());
}

/// Writes the pairs as tcpdump does: ` *MSGTYPE(SCCRQ) *HOST_NAME(lac)`.
pub fn line(pairs: &[u8], out: &mut Text) {
    let mut rest = pairs;
    while let Some(head) = rest.first_chunk::<6>() {
        let length = LENGTH.get(head) as usize;
        let Some((one, behind)) = rest.split_at_checked(length).filter(|_| length >= 6) else { return };
        let (vendor, value) = (VENDOR.get(head), one.get(6..).unwrap_or_default());
        let [.., high, low] = *head;
        let kind = u16::from_be_bytes([high, low]);
        out.lit(if MANDATORY.get(head) != 0 { " *" } else { " " });
        out.lit(if HIDDEN.get(head) != 0 { "?" } else { "" });
        match find(kind).filter(|known| vendor == 0 && !known.short.is_empty()) {
            _ if vendor != 0 => {
                out.lit("VENDOR").hex_digits(vendor, 4).lit(":ATTR").hex_digits(kind.into(), 4);
                out.ch('(').hex_bytes(value).ch(')');
            }
            None => {
                out.lit("AVP-#").num(kind.into()).ch('(').hex_bytes(value).ch(')');
            }
            Some(known) => {
                out.lit(known.short).ch('(');
                if HIDDEN.get(head) != 0 {
                    out.lit("???");
                } else {
                    value_line(known, one, value, out);
                }
                out.ch(')');
            }
        }
        rest = behind;
    }
}

fn value_line(known: &Known, one: &[u8], value: &[u8], out: &mut Text) {
    let number = || value.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b));
    match (known.kind, known.shape) {
        (0, _) => out.lit(message_short(number())),
        (1, _) => {
            out.num(RESULT_CODE.get(one));
            if let [_, _, a, b, message @ ..] = value {
                out.ch('/').num(u16::from_be_bytes([*a, *b]).into()).ch(' ').untrusted(message);
            }
            out
        }
        (2, _) => out.num(PROTOCOL_VERSION.get(one)).ch('.').num(REVISION.get(one)),
        (3 | 19, _) => out.lit(if number() & 2 != 0 { "A" } else { "" }).lit(if number() & 1 != 0 { "S" } else { "" }),
        (4 | 18, _) => out.lit(if number() & 2 != 0 { "A" } else { "" }).lit(if number() & 1 != 0 { "D" } else { "" }),
        (12, _) => {
            out.num(CAUSE_CODE.get(one)).lit(", ").hex_digits(CAUSE_MESSAGE.get(one), 2).ch(' ');
            out.untrusted(one.get(9..).unwrap_or_default())
        }
        (34, _) => {
            let names = ["CRCErr=", "FrameErr=", "HardOver=", "BufOver=", "Timeout=", "AlignErr="];
            for (name, row) in names.into_iter().zip(ERRORS.iter().skip(1)) {
                out.lit(name).num(row.get(one)).ch(' ');
            }
            out
        }
        (35, _) => {
            out.lit("send=").hex_digits(SEND_ACCM.get(one), 8);
            out.lit(" recv=").hex_digits(RECEIVE_ACCM.get(one), 8).ch(' ')
        }
        (37, _) => out.untrusted(value),
        (46, _) => {
            out.hex_digits(DISCONNECT_CODE.get(one), 4).lit(", ").hex_digits(CONTROL_PROTOCOL.get(one), 4);
            out.lit(match DIRECTION.get(one) {
                0 => " ",
                1 => " at peer ",
                2 => " at local ",
                _ => " unknown ",
            });
            out.untrusted(one.get(11..).unwrap_or_default())
        }
        (29, _) => match PROXY_TYPES.iter().find(|(n, _)| *n == number()) {
            Some((_, name)) => out.lit(name.trim_start_matches("PPP ")),
            None => out.lit("Unknown"),
        },
        (32, _) => out.num(number() & 0xff),
        (_, Shape::Uint(_, 2 | 4)) => out.num(number()),
        (_, Shape::Text(_)) => out.untrusted(value),
        _ => out.hex_bytes(value),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_are_sorted_by_type() {
        assert!(AVPS.is_sorted_by(|a, b| a.kind < b.kind));
        assert_eq!(type_name(7), Some("Host Name"));
        assert_eq!(type_name(20), None);
    }
}
