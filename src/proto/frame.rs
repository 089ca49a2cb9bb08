//! The frame itself, as the capture knows it: number, times, lengths, interface. Not a layer of bytes.

use crate::dissect::{Protocol, Unit};
use crate::field::{Field, Kind};

crate::fields! { pub ROWS:
    NUMBER = Field::derived("frame.number", Kind::Uint).label("Number").doc("pcap, pcapng", "Position of the frame in the capture, from 1");
    TIME_EPOCH = Field::derived("frame.time_epoch", Kind::Time).label("Time").unit("s").doc("pcap, pcapng", "When the frame was captured, in seconds since 1970-01-01 00:00:00 UTC");
    TIME_DELTA = Field::derived("frame.time_delta", Kind::Time).label("Time since the previous frame").unit("s").doc("pcap, pcapng", "Negative when the capture's clock ran backwards");
    TIME_RELATIVE = Field::derived("frame.time_relative", Kind::Time).label("Time since the first frame").unit("s").doc("pcap, pcapng", "Negative when the capture's clock ran backwards");
    LEN = Field::derived("frame.len", Kind::Uint).label("Length on the wire").unit("bytes").doc("pcap, pcapng", "Length of the frame as it was sent; the capture may hold less");
    CAP_LEN = Field::derived("frame.cap_len", Kind::Uint).label("Captured length").unit("bytes").doc("pcap, pcapng", "How much of the frame the capture holds; less than its length when the snap length cut it");
    INTERFACE_ID = Field::derived("frame.interface_id", Kind::Uint).label("Interface").doc("pcapng, Interface Description Block", "Which of the capture's interfaces saw the frame, from 0");
    INTERFACE_NAME = Field::derived("frame.interface_name", Kind::Text).label("Interface name").doc("pcapng, if_name", "The name that the capturing system gave the interface");
    INTERFACE_DESCRIPTION = Field::derived("frame.interface_description", Kind::Text).label("Interface description").doc("pcapng, if_description", "What the capturing system says of the interface");
    COMMENT = Field::derived("frame.comment", Kind::Text).repeats().label("Comment").doc("pcapng, opt_comment", "A remark that somebody stored with this frame");
    PROTOCOLS = Field::derived("frame.protocols", Kind::Text).label("Protocols").doc("pcap, pcapng", "The frame's layers, outermost first");
}

/// The frame as the capture knows it.
pub static FRAME: Protocol = Protocol {
    name: "frame",
    title: "Frame",
    spec: "pcap, pcapng",
    scope: "What the capture says of a frame: number, times, lengths, interface, comments. \
        Not: options of capture files that describe no frame, such as name resolution and secrets.",
    unit: Unit::Frame,
    tables: &[ROWS],
    ..Protocol::NONE
};
