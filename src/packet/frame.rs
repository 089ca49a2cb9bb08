//! Puts the frame's own rows, and names its layers.

use super::{End, Facts, Layers};
use crate::capture::Frame;
use crate::dissect::{Registry, Space};
use crate::proto::frame::*;
use crate::sink::Sink;
use crate::tree::Tree;

/// Layer index of the frame's own rows in a [`Tree`]: they belong to no layer of bytes.
pub const LAYER: u8 = u8::MAX;

/// Puts the frame's rows.
pub fn put(frame: &Frame<'_>, facts: &Facts<'_>, layers: &Layers, registry: &Registry, tree: &mut Tree) {
    tree.enter(LAYER);
    tree.derived(&NUMBER, facts.number);
    if frame.has_time {
        tree.derived_time(&TIME_EPOCH, frame.time);
        tree.derived_time(&TIME_DELTA, frame.time.since(facts.previous));
        tree.derived_time(&TIME_RELATIVE, frame.time.since(facts.first));
    }
    tree.derived(&LEN, u64::from(frame.length));
    tree.derived(&CAP_LEN, frame.data.len() as u64);
    if let Some(number) = facts.interface {
        tree.derived(&INTERFACE_ID, number.into());
    }
    match (facts.interface_name, facts.interface) {
        (Some(name), _) => tree.derived_bytes(&INTERFACE_NAME, name),
        // Wireshark's word for an interface that is described without a name.
        (None, Some(_)) => tree.derived_bytes(&INTERFACE_NAME, b"unknown"),
        (None, None) => {}
    }
    if let Some(description) = facts.interface_description {
        tree.derived_bytes(&INTERFACE_DESCRIPTION, description);
    }
    for comment in frame.comments {
        tree.derived_bytes(&COMMENT, comment);
    }
    tree.derived_text(&PROTOCOLS, format_args!("{}", Protocols { frame: frame.data, layers, registry }));
}

/// The names of the layers, joined by colons, as Wireshark writes them.
struct Protocols<'a> {
    frame: &'a [u8],
    layers: &'a Layers,
    registry: &'a Registry,
}

impl std::fmt::Display for Protocols<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut unnamed = false;
        for (index, layer) in self.layers.as_slice().iter().enumerate() {
            let protocol = self.registry.protocol(layer.protocol);
            if std::mem::replace(&mut unnamed, protocol.leaves_next_unnamed) {
                continue;
            }
            if index > 0 {
                f.write_str(":")?;
            }
            f.write_str(protocol.name)?;
            if let Some(again) = protocol.counted_as.and_then(|name| name(Layers::bytes(layer, self.frame))) {
                f.write_str(":")?;
                f.write_str(again)?;
            }
            // Wireshark counts the EtherType as a protocol of its own.
            let by_ethertype = match self.layers.as_slice().get(index + 1) {
                Some(next) => self.registry.protocol(next.protocol).keys.iter().any(|(s, _)| *s == Space::EtherType),
                None => matches!(self.layers.end, End::Unclaimed(Space::EtherType, _)),
            };
            if by_ethertype && protocol.announces_ethertype {
                f.write_str(":ethertype")?;
            }
        }
        if self.layers.rest_wire > 0 {
            f.write_str(if self.layers.as_slice().is_empty() { "data" } else { ":data" })?;
        }
        Ok(())
    }
}
