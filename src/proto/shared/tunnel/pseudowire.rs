//! Whether a pseudowire carries Ethernet, with or without a control word (RFC 4448 §4.6). Nothing in the packet says it,
//! so this is a guess from the content, and a strict one.

use crate::input::Input;
use crate::proto::shared::names::ethertype::ethertype_name;

/// What the bytes behind a label stack or a session identifier look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ethernet {
    /// An Ethernet frame without a control word.
    Plain,
    /// A control word and an Ethernet frame.
    ControlWord,
    /// Not Ethernet.
    No,
    /// The capture ends too early to tell.
    Unknown,
}

/// Length of an Ethernet header.
const HEADER: u32 = 14;
/// Length of a control word.
const WORD: u32 = 4;

/// Looks at the bytes from `at` on.
pub fn ethernet(input: &Input<'_>, at: u32) -> Ethernet {
    let room = input.wire.saturating_sub(at);
    if room < HEADER {
        return Ethernet::No;
    }
    let Some(plain) = input.data.get(at as usize..).and_then(<[u8]>::first_chunk::<14>) else {
        return Ethernet::Unknown;
    };
    // An EtherType that has a name, and a source that is one station.
    let [.., source, _, _, _, _, _, high, low] = *plain;
    let kind = u64::from(high) << 8 | u64::from(low);
    if ethertype_name(kind).is_some() && source & 1 == 0 {
        return Ethernet::Plain;
    }
    // The first four bits are 0, and so are the reserved ones behind them.
    match plain {
        [0, 0, ..] if room >= WORD + HEADER => Ethernet::ControlWord,
        _ => Ethernet::No,
    }
}

#[cfg(test)]
mod tests {
    use super::{Ethernet, ethernet};
    use crate::input::{Env, Extent, Input};

    fn look(data: &[u8], wire: u32) -> Ethernet {
        ethernet(&Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE }, 0)
    }

    #[test]
    fn a_control_word_is_told_from_an_address() {
        let frame = [0, 0, 0x5e, 0, 0x53, 1, 0, 0, 0x5e, 0, 0x53, 2, 8, 0, 0x45, 0, 0, 28];
        assert_eq!(look(&frame, 46), Ethernet::Plain);
        assert_eq!(look(&[&[0, 0, 0, 7][..], &frame].concat(), 50), Ethernet::ControlWord);
        assert_eq!(look(&[0x90; 40], 40), Ethernet::No);
        assert_eq!(look(&frame[..13], 46), Ethernet::Unknown);
        assert_eq!(look(&[0; 4], 4), Ethernet::No);
    }
}
