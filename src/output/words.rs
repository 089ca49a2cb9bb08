//! What `--explain` says of the frame as a whole: which unit carries which, where its bytes are, and how it fared with
//! the sizes of links.

use super::section::bytes;
use crate::dissect::{Protocol, Unit};
use crate::input::Extent;
use crate::packet::ledger::{Fcs, Ledger, What};
use crate::packet::{End, Layer, Packet};
use crate::proto;
use crate::text::Text;
use crate::tree::Tree;

/// The largest packet on an Ethernet link, unless somebody configured more (RFC 894).
const ETHERNET_MTU: u32 = 1500;

/// Writes what people call a protocol: `Ethernet`, `IPv4`, `TCP`.
pub(super) fn name(protocol: &Protocol, out: &mut Text) {
    match protocol.name {
        "eth" => out.lit("Ethernet"),
        "ip" => out.lit("IPv4"),
        "ipv6" => out.lit("IPv6"),
        "icmpv6" => out.lit("ICMPv6"),
        "sll" => out.lit("Linux cooked"),
        "null" => out.lit("BSD loopback"),
        "raw" => out.lit("raw IP"),
        "ieee8021ad" => out.lit("802.1ad"),
        "udplite" => out.lit("UDP-Lite"),
        "macsec" => out.lit("MACsec"),
        short if short.len() <= 6 && !short.contains('.') => {
            for c in short.chars() {
                out.ch(c.to_ascii_uppercase());
            }
            out
        }
        _ => out.lit(protocol.title),
    };
}

/// Writes `an Ethernet`, `a TCP`: the article by the sound of the name.
fn a_name(protocol: &Protocol, out: &mut Text) {
    let mut word = Text::new();
    name(protocol, &mut word);
    let mut letters = word.as_str().chars();
    let (first, second) = (letters.next().unwrap_or(' '), letters.next().unwrap_or(' '));
    // Abbreviations are spelled: an M, but a U. MACsec is a word.
    let vowel = if second.is_ascii_lowercase() || word.as_str() == "MACsec" { "AEIOUaeiou" } else { "AEFHILMNORSX8" };
    out.lit(if vowel.contains(first) { "an " } else { "a " }).text(&word);
}

/// Writes `an 8-byte `, `a 60-byte `.
fn a_length(length: u32, out: &mut Text) {
    let leading = std::iter::successors(Some(length), |n| Some(n / 1000).filter(|n| *n > 0)).last().unwrap_or(0);
    let vowel = matches!(leading, 8 | 11 | 18 | 80..=89 | 800..=899);
    out.lit(if vowel { "an " } else { "a " }).num_grouped(length.into()).lit("-byte ");
}

/// Says which unit carries which: `This 74-byte Ethernet frame carries a 60-byte IPv4 packet, which carries …`.
pub(super) fn units(packet: &Packet<'_>, out: &mut Text) {
    let layers = packet.layers.as_slice();
    let protocol = |layer: &Layer| packet.registry.protocol(layer.protocol);
    out.lit("This ").num_grouped(packet.frame.wire().into()).lit("-byte ");
    let mut verb = " carries";
    let mut rest = layers;
    match layers.split_first() {
        Some((link, inner)) if protocol(link).unit == Unit::Frame => {
            name(protocol(link), out);
            out.lit(" frame");
            rest = inner;
        }
        _ => {
            out.lit("frame");
        }
    }
    let mut quoted = false;
    while !rest.is_empty() {
        out.lit(verb);
        let headers = rest.iter().take_while(|layer| protocol(layer).unit == Unit::Header).count();
        let (before, from) = rest.split_at_checked(headers).unwrap_or((rest, &[]));
        behind(packet, before, from.is_empty() && packet.layers.rest_wire == 0, out);
        let Some((layer, inner)) = from.split_first() else { break };
        if layer.extent == Extent::Quoted && !quoted && verb == ", which carries" {
            // The verb was written before it was known what follows.
            out.truncate(out.len().saturating_sub("carries".len()));
            out.lit("quotes");
        }
        quoted = layer.extent == Extent::Quoted;
        let before = layers.len().saturating_sub(from.len()).checked_sub(1);
        if let Some(joined) = before.and_then(|index| packet.layers.joined_after(index)) {
            out.truncate(out.len().saturating_sub("carries".len()));
            let (from, to) = joined.sources;
            out.lit("is the last missing of ").num(to.saturating_sub(from).into()).lit(" fragments of");
        }
        out.ch(' ');
        if layer.extent == Extent::Whole {
            a_length(layer.wire, out);
            name(protocol(layer), out);
        } else {
            out.lit("the first ");
            bytes(layer.wire.into(), out);
            out.lit(" of ");
            a_name(protocol(layer), out);
        }
        out.ch(' ').lit(protocol(layer).unit.word());
        verb = ", which carries";
        rest = inner;
    }
    payload(packet, verb, out);
    out.ch('.');
}

/// More headers than these are only counted.
const MOST_HEADERS: usize = 4;

/// Writes the headers that stand before a unit without being one: `, behind a VLAN header of 4 bytes,`.
fn behind(packet: &Packet<'_>, headers: &[Layer], last: bool, out: &mut Text) {
    if headers.is_empty() {
        return;
    }
    // A layer without bytes stands for a decision; there is no header to get behind.
    let shown = || headers.iter().filter(|layer| last || layer.header > 0);
    let count = shown().count();
    if count == 0 {
        return;
    }
    out.lit(if last { " " } else { ", behind " });
    if headers.len() > MOST_HEADERS {
        let all = headers.iter().fold(0u32, |sum, layer| sum.saturating_add(layer.header));
        out.num(headers.len() as u64).lit(" headers of together ");
        bytes(all.into(), out);
    } else {
        for (index, layer) in shown().enumerate() {
            out.lit(match index {
                0 => "",
                _ if index + 1 == count => " and ",
                _ => ", ",
            });
            let protocol = packet.registry.protocol(layer.protocol);
            a_name(protocol, out);
            header_word(out);
            out.lit(" of ");
            bytes(layer.header.into(), out);
        }
    }
    if !last {
        out.ch(',');
    }
}

/// Writes ` header`, unless the name before says already what it is.
fn header_word(out: &mut Text) {
    if !out.as_str().ends_with("eader") && !out.as_str().ends_with("control word") {
        out.lit(" header");
    }
}

/// Writes what the innermost unit carries.
fn payload(packet: &Packet<'_>, verb: &'static str, out: &mut Text) {
    let layers = packet.layers;
    let innermost = layers.as_slice().last().map(|layer| packet.registry.protocol(layer.protocol).unit);
    // A message is what is carried; it carries nothing itself.
    if layers.rest_wire == 0 && !matches!(innermost, Some(Unit::Segment | Unit::Datagram)) {
        return;
    }
    if let (None, End::Unclaimed(space, key)) = (innermost, layers.end) {
        super::section::key(space, key, out.lit(" is of "));
        if let Some(name) = proto::key_name(space, key) {
            out.lit(" (").lit(name).ch(')');
        }
        out.lit(", which is not decoded");
        return;
    }
    if innermost != Some(Unit::Header) {
        out.lit(verb);
    }
    out.ch(' ');
    bytes(layers.rest_wire.into(), out);
    match layers.end {
        End::Unclaimed(space, key) if !matches!(innermost, Some(Unit::Segment | Unit::Datagram)) => {
            out.lit(" of ");
            match proto::key_name(space, key) {
                Some(name) => {
                    out.lit(name);
                }
                None => super::section::key(space, key, out),
            }
            out.lit(", which is not decoded");
        }
        End::Stopped(id, _) | End::Bug(id) => {
            out.lit(" whose ");
            name(packet.registry.protocol(id), out);
            header_word(out);
            out.lit(" cannot be read");
        }
        End::Opaque(_) => {
            out.lit(" that cannot be read from this frame alone");
        }
        _ => {
            out.lit(" of payload");
        }
    }
}

/// Writes the ledger as a table: what, how many bytes, where; and the sum.
pub(super) fn ledger(packet: &Packet<'_>, ledger: &Ledger, indent: usize, out: &mut Text) {
    const SUM: &str = "the frame's length on the wire";
    let mut names: Vec<Text> = Vec::with_capacity(ledger.parts.len());
    for part in &ledger.parts {
        let mut label = Text::new();
        what(&part.what, &mut label);
        names.push(label);
    }
    let widest = names.iter().map(|label| super::wrap::columns(label.as_str())).max().unwrap_or(0).max(SUM.len());
    let total = ledger.total();
    let digits = grouped_width(total);
    for (part, label) in ledger.parts.iter().zip(&names) {
        let start = out.spaces(indent).len();
        out.text(label).pad_from(start, widest + 2).spaces(digits - grouped_width(part.bytes.into()).min(digits));
        out.num_grouped(part.bytes.into());
        if part.bytes > 0 {
            out.lit("  ");
            range("byte", u64::from(part.start), u64::from(part.bytes), out);
        }
        out.ch('\n');
    }
    out.spaces(indent + widest + 2);
    for _ in 0..digits {
        out.ch('-');
    }
    let start = out.ch('\n').spaces(indent).len();
    out.lit(SUM).pad_from(start, widest + 2).num_grouped(total);
    if packet.frame.wire() as usize != packet.frame.data.len() {
        out.lit(", of which ").num_grouped(packet.frame.data.len() as u64).lit(" were captured");
    }
    out.ch('\n');
}

fn what(what: &What, out: &mut Text) {
    match what {
        What::Header(protocol) => {
            name(protocol, out);
            if protocol.unit == Unit::Message {
                out.lit(" message");
            } else {
                header_word(out);
            }
        }
        What::Options(protocol) => {
            name(protocol, out);
            out.lit(" options");
        }
        What::Unread(protocol) => {
            name(protocol, out);
            out.lit(" and beyond, not read");
        }
        What::Payload => {
            out.lit("payload");
        }
        What::Behind(protocol, label) => {
            name(protocol, out);
            out.lit(": ");
            let mut letters = label.chars();
            if let Some(first) = letters.next() {
                out.ch(first.to_ascii_lowercase()).lit(letters.as_str());
            }
        }
        What::Cut => {
            out.lit("sent, but not captured");
        }
    }
}

/// How many columns a grouped number takes.
fn grouped_width(number: u64) -> usize {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    digits + (digits - 1) / 3
}

/// Writes `byte 7`, `bytes 7–9`, `bit 12`.
pub(super) fn range(unit: &'static str, first: u64, count: u64, out: &mut Text) {
    out.lit(unit);
    if count > 1 {
        out.ch('s');
    }
    out.ch(' ').num(first);
    if count > 1 {
        out.ch('–').num(first.saturating_add(count - 1));
    }
}

/// Says where the frame check sequence is, for frames of links that have one.
pub(super) fn fcs(packet: &Packet<'_>, ledger: &Ledger, out: &mut Text) {
    let outermost = packet.layers.as_slice().first().map(|layer| packet.registry.protocol(layer.protocol).name);
    if outermost != Some("eth") {
        return;
    }
    out.lit(match ledger.fcs {
        Fcs::Present => return,
        Fcs::Absent => {
            "The frame check sequence (4 bytes) that ends the frame on the link was removed, the capture says."
        }
        Fcs::Unknown => {
            "The frame check sequence (4 bytes) that ends the frame on the link is not among them: receivers check it \
             and remove it before a capture sees the frame, and senders' network cards add it later."
        }
    });
}

/// What a packet's headers say about its fragmentation, from whichever header says it.
#[derive(Clone, Copy, Default)]
struct Fragment {
    /// Offset in bytes.
    offset: u64,
    more: bool,
    id: u64,
    seen: bool,
}

/// Says what matters of a packet's size: fragments, and packets of or beyond the usual MTU. One paragraph for each
/// packet that has something to say.
pub(super) fn sizes(packet: &Packet<'_>, tree: &Tree, mut paragraph: impl FnMut(&Text)) {
    let mut words = Text::new();
    let mut carrier: Option<&Layer> = None;
    for (index, layer) in packet.layers.as_slice().iter().enumerate() {
        let protocol = packet.registry.protocol(layer.protocol);
        if protocol.unit == Unit::Packet {
            carrier = Some(layer);
        }
        let mut fragment = Fragment::default();
        for node in tree.layer(index as u8) {
            match node.field.name {
                "ip.frag_offset" | "ipv6.fraghdr.offset" => {
                    // Both headers count units of 8 bytes, whatever their rows make of that.
                    let units = tree.number(node) / u64::from(node.field.scale.max(1));
                    fragment.offset = units.saturating_mul(8);
                    fragment.seen = true;
                }
                "ip.flags.mf" | "ipv6.fraghdr.more" => fragment.more = tree.number(node) != 0,
                "ip.id" | "ipv6.fraghdr.ident" => fragment.id = tree.number(node),
                _ => {}
            }
        }
        words.clear();
        if fragment.seen && (fragment.more || fragment.offset > 0) {
            let joined = packet.layers.joined_after(index).is_some();
            self::fragment(layer, carrier.unwrap_or(layer), fragment, joined, &mut words);
        } else if protocol.unit == Unit::Packet && layer.extent == Extent::Whole {
            size(layer, protocol, &mut words);
        }
        if !words.is_empty() {
            paragraph(&words);
        }
    }
}

fn fragment(layer: &Layer, carrier: &Layer, fragment: Fragment, joined: bool, out: &mut Text) {
    let length = u64::from(layer.wire.saturating_sub(layer.header));
    let end = fragment.offset.saturating_add(length);
    out.lit("The packet is the ").lit(match (fragment.offset, fragment.more) {
        (0, _) => "first fragment",
        (_, true) => "middle fragment",
        (_, false) => "last fragment",
    });
    out.lit(" of a longer one, identification ").hex(fragment.id, 4).lit(": it holds bytes ");
    out.num_grouped(fragment.offset).ch('–').num_grouped(end.saturating_sub(1)).lit(" of that packet's payload");
    if fragment.more {
        out.lit(", and more follow. ");
    } else {
        out.lit(", which has ").num_grouped(end).lit(" bytes in all. ");
    }
    out.lit("The whole did not fit into the MTU of a link, the largest packet that the link takes");
    if fragment.more && (576..=ETHERNET_MTU).contains(&carrier.wire) {
        // Payloads of fragments count in units of 8 bytes, so up to 7 bytes of the MTU stay unused.
        out.lit("; this fragment of ");
        bytes(carrier.wire.into(), out);
        out.lit(" suggests an MTU of ").num_grouped(carrier.wire.into());
        if carrier.wire < ETHERNET_MTU {
            out.lit(" to ").num_grouped(u64::from(carrier.wire) + 7);
        }
    }
    out.lit(". The receiver puts the fragments together; if one is lost, all are lost.");
    if joined {
        out.lit(" This one was the last that was missing, so what they carry follows.");
    } else if fragment.offset > 0 {
        out.lit(" Only the first fragment has the header of what is carried, so ports are not known here.");
    }
}

fn size(layer: &Layer, protocol: &Protocol, out: &mut Text) {
    if layer.wire < ETHERNET_MTU {
        return;
    }
    out.lit("The ");
    name(protocol, out);
    out.lit(" packet of ");
    bytes(layer.wire.into(), out);
    out.lit(if layer.wire == ETHERNET_MTU {
        " is as long as the usual MTU of Ethernet links lets it be."
    } else {
        " is longer than the usual MTU of Ethernet links, 1,500 bytes: either the link has a larger one (jumbo frames), \
         or the capture was taken where the sender's network card had not cut it up yet, or the receiver's had joined \
         it already (segmentation offload)."
    });
}

#[cfg(test)]
mod tests {
    use super::{a_length, a_name, fcs, ledger, sizes, units};
    use crate::capture::LinkType;
    use crate::output::testing::{ETHERNET, show, show_as, tunnelled, udp};
    use crate::packet::ledger::Ledger;
    use crate::proto;
    use crate::text::Text;

    /// The packet with these bytes changed.
    fn changed(mut frame: Vec<u8>, changes: &[(usize, u8)]) -> Vec<u8> {
        for (at, byte) in changes {
            frame[*at] = *byte;
        }
        frame
    }

    fn said(frame: &[u8]) -> String {
        show(frame, |packet, _, out| units(packet, out))
    }

    fn of_size(frame: &[u8]) -> String {
        show(frame, |packet, tree, out| {
            sizes(packet, tree, |text| {
                out.text(text);
            });
        })
    }

    #[test]
    fn each_unit_is_named_with_its_length() {
        let text = "This 47-byte Ethernet frame carries a 33-byte IPv4 packet, which carries a 13-byte UDP datagram, which \
                    carries 5 bytes of payload.";
        assert_eq!(said(&udp(b"hello")), text);
        let text = "This 67-byte Ethernet frame carries a 53-byte IPv4 packet, which carries a 33-byte IPv4 packet, which \
                    carries a 13-byte UDP datagram, which carries 5 bytes of payload.";
        assert_eq!(said(&tunnelled(b"hello")), text);
        assert!(said(&udp(b"")).ends_with("which carries an 8-byte UDP datagram, which carries 0 bytes of payload."));
    }

    #[test]
    fn what_cannot_be_read_is_named_too() {
        let packet = udp(b"hello").split_off(14);
        let text = show_as(LinkType(228), &packet, packet.len() as u32, |packet, _, out| units(packet, out));
        assert!(text.starts_with("This 33-byte frame carries a 33-byte IPv4 packet, which carries"), "{text}");
        let cut = show_as(ETHERNET, &udp(b"hello")[..38], 47, |packet, _, out| units(packet, out));
        assert!(cut.ends_with("which carries 13 bytes whose UDP header cannot be read."), "{cut}");
        let unknown = said(&changed(udp(b"hello"), &[(12, 0x88), (13, 0xb5)]));
        assert!(unknown.ends_with(", which is not decoded."), "{unknown}");
    }

    #[test]
    fn fragments_say_which_part_they_are() {
        let first = changed(udp(&[0; 1472]), &[(20, 0x20), (19, 7)]);
        assert!(said(&first).contains("which carries the first 1,480 bytes of a UDP datagram"), "{}", said(&first));
        let text = of_size(&first);
        assert!(text.starts_with("The packet is the first fragment of a longer one, identification 0x0007: it holds bytes 0–1,479 of that packet's payload, and more follow."), "{text}");
        assert!(text.contains("this fragment of 1,500 bytes suggests an MTU of 1,500."), "{text}");
        let last = changed(udp(&[0; 72]), &[(20, 0), (21, 185)]);
        assert!(
            said(&last).ends_with("which carries 80 bytes that cannot be read from this frame alone."),
            "{}",
            said(&last)
        );
        let text = of_size(&last);
        assert!(text.contains("last fragment of a longer one, identification 0x0000: it holds bytes 1,480–1,559 of that packet's payload, which has 1,560 bytes in all."), "{text}");
    }

    #[test]
    fn packets_beyond_the_usual_mtu_are_explained() {
        assert_eq!(of_size(&udp(&[0; 1471])), "");
        assert!(of_size(&udp(&[0; 1472])).ends_with("is as long as the usual MTU of Ethernet links lets it be."));
        assert!(of_size(&udp(&[0; 1473])).starts_with("The IPv4 packet of 1,501 bytes is longer than the usual MTU"));
    }

    #[test]
    fn the_ledger_is_a_table_with_its_sum() {
        let mut frame = udp(b"hello");
        frame.resize(60, 0);
        let text = show_as(ETHERNET, &frame, 1060, |packet, _, out| ledger(packet, &Ledger::of(packet), 2, out));
        let expected = "  Ethernet header                    14  bytes 0–13
  IPv4 header                        20  bytes 14–33
  UDP header                          8  bytes 34–41
  payload                             5  bytes 42–46
";
        assert!(text.starts_with(expected), "{text}");
        let end = "
  sent, but not captured          1,000  bytes 60–1059
                                  -----
  the frame's length on the wire  1,060, of which 60 were captured
";
        assert!(text.ends_with(end), "{text}");
        assert!(show(&frame, |packet, _, out| fcs(packet, &Ledger::of(packet), out)).starts_with("The frame check"));
    }

    #[test]
    fn articles_follow_the_sound() {
        let mut out = Text::new();
        for length in [1, 8, 11, 18, 28, 80, 800, 1_800, 8_000, 11_000, 18_000, 110] {
            a_length(length, &mut out);
        }
        let said = "a 1-byte an 8-byte an 11-byte an 18-byte a 28-byte an 80-byte an 800-byte a 1,800-byte an 8,000-byte an \
                    11,000-byte an 18,000-byte a 110-byte ";
        assert_eq!(out.as_str(), said);
        out.clear();
        for protocol in [&proto::link::eth::ETH, &proto::net::ipv4::IPV4, &proto::transport::udp::UDP] {
            a_name(protocol, &mut out);
            out.ch(' ');
        }
        assert_eq!(out.as_str(), "an Ethernet an IPv4 a UDP ");
    }
}
