//! The JSON Schemas of what only live captures print: counts, and the list of interfaces.

use super::conversations::{TIME, any, document, ip_forms, words};
use super::doc::{Doc, array, closed, constant, described, kind, natural, one_of, or_null, pattern_or_null};
use super::{RFC_3339, types};

/// The JSON Schema (draft 2020-12) of the `statistics` objects of a live capture with `-T json`, pretty-printed.
pub fn statistics_schema() -> String {
    let interface = closed([
        ("interface", described(or_null("string"), "Its name; null when it is not known")),
        ("received", described(natural(), "Frames that passed the filter: delivered, dropped and unread together")),
        ("delivered", described(natural(), "Frames of them that were read")),
        ("dropped", described(natural(), "Frames of them for which the kernel's buffer had no room")),
        (
            "interface_dropped",
            described(natural(), "Frames that the adapter or its driver had no room for, whatever the filter says"),
        ),
        ("unread", described(natural(), "Frames that lie in the kernel's buffer, or lay in it at the end")),
    ]);
    let keys = closed([
        ("type", constant("statistics")),
        ("time", described(pattern_or_null(RFC_3339), TIME)),
        ("ts", described(kind("number"), "Seconds since 1970-01-01 00:00:00 UTC, with nine decimals")),
        ("captured", described(natural(), "Frames processed")),
        ("unshown", described(natural(), "Frames of them that were saved but not shown, for want of time")),
        ("interfaces", described(array(interface), "What each interface received and lost, since the beginning")),
    ]);
    document("What a live capture lost, as sniff -i INTERFACE -T json prints it", ABOUT_STATISTICS, keys)
}

/// The JSON Schema (draft 2020-12) of a line of `-D -T json`, pretty-printed.
pub fn interface_schema() -> String {
    let address = closed([
        ("ip", any(ip_forms(), "Address")),
        ("prefix", described(natural().with("maximum", Doc::Number(128)), "Bits of it that are the network's")),
    ]);
    let index = Doc::object().with("type", types(["integer", "null"])).with("minimum", Doc::Number(0));
    let connections = vec![one_of(words(&["connected", "disconnected", "unknown"])), kind("null")];
    let keys = closed([
        ("type", constant("interface")),
        ("number", described(kind("integer").with("minimum", Doc::Number(1)), "Its number for -i")),
        ("name", described(kind("string"), "Its name")),
        ("index", described(index, "The kernel's number of it; null for what is no network interface")),
        ("description", described(or_null("string"), "What it is, when libpcap says so")),
        ("addresses", described(array(address), "Its addresses")),
        ("link_address", described(or_null("string"), "Its link address, two digits a byte with colons")),
        ("up", described(kind("boolean"), "It is switched on")),
        ("running", described(kind("boolean"), "It can carry frames")),
        ("loopback", described(kind("boolean"), "It leads back to this host")),
        ("wireless", described(kind("boolean"), "It is a radio")),
        ("promiscuous", described(kind("boolean"), "It takes frames for others, too")),
        ("connection", any(connections, "Whether something is at its other end; null where there is no such thing")),
    ]);
    document("An interface, as sniff -D -T json prints it", ABOUT_INTERFACES, keys)
}

const ABOUT_STATISTICS: &str = "One JSON object a line between the other objects: whenever more was lost, at most once a second, and \
                                one at the end";
const ABOUT_INTERFACES: &str = "One JSON object a line and interface, in the order of their numbers";
