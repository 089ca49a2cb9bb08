//! How a protocol reads its bytes: one definition, one body, two instantiations.
//!
//! A protocol is a [`Protocol`] row in the registry. Its body is one generic function over [`Sink`](crate::sink::Sink): with `Off` it is
//! the fast path that only finds out how long the header is and what comes next, with `Tree` it also puts every field.

use crate::field::{Field, Table};
use crate::input::{Addresses, Conversation, Extent, Input, Stop};
use crate::sink::Off;
use crate::text::Text;
use crate::tree::Tree;

/// A key space: a set of numbers by which a layer says what it carries. The child claims its keys, so no parent keeps
/// a table of children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Link types of capture files (`LINKTYPE_` numbers).
    Link,
    /// EtherType (IEEE 802 numbers).
    EtherType,
    /// IP protocol numbers, which are also IPv6 next headers.
    IpProto,
    /// TCP ports.
    TcpPort,
    /// UDP ports.
    UdpPort,
    /// Destination service access points of LLC headers (IEEE 802.2).
    Llc,
    /// Protocol identifiers behind a SNAP header with Cisco's identifier 00:00:0c.
    CiscoPid,
    /// Protocol identifiers behind a SNAP header with IEEE 802.1's identifier 00:80:c2.
    Ieee8021Pid,
    /// PPP protocol numbers (RFC 1661 §2).
    Ppp,
    /// Network layer protocol identifiers (ISO/IEC TR 9577).
    Nlpid,
    /// Subtypes of the slow protocols (IEEE 802.3 Annex 57A).
    Slow,
    /// Protocols that their parents carry without any number, by the constants of [`direct`].
    Direct,
    /// Payload protocol identifiers of SCTP's DATA chunks (RFC 9260 §3.3.1).
    SctpPayload,
}

/// Keys of [`Space::Direct`].
pub mod direct {
    /// LLC, behind an 802.3 length, an 802.11 data header and others.
    pub const LLC: u16 = 1;
    /// IEEE 802.11, behind radiotap and other capture headers.
    pub const WLAN: u16 = 2;
    /// PPP, beginning with its address field or its protocol number.
    pub const PPP: u16 = 3;
    /// MPLS, behind UDP and others.
    pub const MPLS: u16 = 4;
    /// The control word of an Ethernet pseudowire.
    pub const PW_CONTROL_WORD: u16 = 5;
    /// An Ethernet frame.
    pub const ETHERNET: u16 = 6;
    /// IP, whichever version its first byte says.
    pub const IP: u16 = 7;
    /// An associated channel header behind an MPLS stack.
    pub const ASSOCIATED_CHANNEL: u16 = 20;
    /// What looks like an Ethernet pseudowire.
    pub const PW_ETHERNET: u16 = 21;
    /// An Ethernet frame in a pseudowire without a control word.
    pub const PW_ETHERNET_PLAIN: u16 = 22;
    /// ERSPAN Type I, which has no header: told by the GRE header around it.
    pub const ERSPAN_TYPE_I: u16 = 8;
    /// Version 2 of GTP, told by the first byte behind GTP's ports.
    pub const GTPV2: u16 = 9;
    /// SLARP, whose number in Cisco HDLC is RARP's elsewhere.
    pub const SLARP: u16 = 23;
}

impl Space {
    /// How many spaces there are.
    const COUNT: usize = 13;

    /// How many hexadecimal digits a key of this space is written with; `None`: it is written in decimal.
    pub const fn hex_digits(self) -> Option<usize> {
        match self {
            Space::EtherType | Space::CiscoPid | Space::Ieee8021Pid | Space::Ppp => Some(4),
            Space::Llc | Space::Nlpid => Some(2),
            Space::Link
            | Space::IpProto
            | Space::TcpPort
            | Space::UdpPort
            | Space::Slow
            | Space::Direct
            | Space::SctpPayload => None,
        }
    }

    /// What a key of this space is called in messages: `EtherType 0x88cc`.
    pub const fn title(self) -> &'static str {
        match self {
            Space::Link => "link type",
            Space::EtherType => "EtherType",
            Space::IpProto => "IP protocol",
            Space::TcpPort => "TCP port",
            Space::UdpPort => "UDP port",
            Space::Llc => "LLC access point",
            Space::CiscoPid => "Cisco protocol identifier",
            Space::Ieee8021Pid => "IEEE 802.1 protocol identifier",
            Space::Ppp => "PPP protocol",
            Space::Nlpid => "network layer protocol identifier",
            Space::Slow => "slow protocol subtype",
            Space::Direct => "direct payload",
            Space::SctpPayload => "SCTP payload protocol",
        }
    }
}

/// What follows a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing that is a protocol: what is left is this layer's own data.
    End,
    /// The protocol that claims this key.
    Key(Space, u16),
    /// The protocol that claims one of two ports, the lower one first.
    Ports(Space, u16, u16),
    /// Something follows that cannot be read from this frame alone; the reason is for people.
    Opaque(&'static str),
}

/// The part of a datagram that a fragment carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The number that, beside the addresses, is the same for all fragments of a datagram.
    pub id: u64,
    /// Where in the datagram's payload its bytes belong, in bytes.
    pub offset: u32,
    /// Whether more fragments follow.
    pub more: bool,
    /// What the datagram carries; only the first fragment knows.
    pub next: Next,
}

/// The rows by which a protocol shows how a datagram was put together.
#[derive(Clone, Copy)]
pub struct FragmentRows {
    /// The group around the others.
    pub group: &'static Field,
    /// The frame of one fragment.
    pub frame: &'static Field,
    /// Whether fragments overlapped.
    pub overlap: &'static Field,
    /// Whether the bytes of overlapping fragments differed.
    pub conflict: &'static Field,
    /// Whether fragments did not agree on the end.
    pub tails: &'static Field,
    /// How many fragments there were.
    pub count: &'static Field,
    /// Length of the datagram's payload.
    pub length: &'static Field,
    /// The datagram's payload.
    pub data: &'static Field,
}

/// What a body found out about its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Length of the header in bytes, options included.
    pub header: u32,
    /// Length of the whole layer on the wire in bytes, by its own length field if it has one. A layer that claims more
    /// than is around it is cut to that (and is a flaw, unless it is a fragment or a quotation).
    pub wire: u32,
    /// What follows the header.
    pub next: Next,
    /// How far the next layer's bytes can be expected to go.
    pub extent: Extent,
    /// What follows is a fragment, which is to be put together with others.
    pub fragment: Option<Fragment>,
}

impl Step {
    /// A step whose next layer can be expected as far as this one.
    #[inline(always)]
    pub fn new(input: &Input<'_>, header: u32, wire: u32, next: Next) -> Self {
        Step { header, wire, next, extent: input.extent, fragment: None }
    }

    /// The next layer is the beginning of a longer packet, or quoted.
    #[inline(always)]
    pub fn extent(mut self, extent: Extent) -> Self {
        self.extent = extent;
        self
    }

    /// What follows is a fragment. Without the others, a first fragment's next layer is at least its beginning.
    pub fn fragment(mut self, fragment: Fragment) -> Self {
        self.fragment = Some(fragment);
        self
    }
}

/// A body's result. `Err` only when the header itself cannot be read; anything less is a flaw or a note.
pub type Dissected = Result<Step, Stop>;

/// What a layer's bytes are called, strictly: a frame carries a packet, which carries a segment or a datagram, which
/// carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Link layer.
    Frame,
    /// Network layer.
    Packet,
    /// TCP.
    Segment,
    /// UDP.
    Datagram,
    /// Application layer, and control protocols such as ICMP and ARP.
    Message,
    /// A header between two layers that is no unit of its own (a VLAN tag, an IPv6 extension header, a tunnel header).
    Header,
    /// Bytes without a known structure.
    Data,
}

impl Unit {
    /// The word in text and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Frame => "frame",
            Unit::Packet => "packet",
            Unit::Segment => "segment",
            Unit::Datagram => "datagram",
            Unit::Message => "message",
            Unit::Header => "header",
            Unit::Data => "data",
        }
    }
}

/// How lines are to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `-e`: link-level headers.
    pub link: bool,
    /// `-q`: less protocol detail.
    pub quiet: bool,
    /// `-v` count, at most 3.
    pub verbose: u8,
    /// `-S`: absolute TCP sequence numbers.
    pub absolute: bool,
    /// `-K`: checksums are not compared.
    pub unverified: bool,
    /// Lines say on which interface a frame was captured, and which way it went, because there are several.
    pub interface: bool,
}

/// One peeled layer, as line printers see it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The header's bytes, options included; all of them are there.
    pub header: &'a [u8],
    /// The captured bytes after the header that belong to this layer.
    pub payload: &'a [u8],
    /// Length of header and payload on the wire, in bytes.
    pub wire: u32,
    /// Length on the wire of what carries this layer (the frame's, for the first), in bytes.
    pub outer: u32,
    /// How far the bytes can be expected to go.
    pub extent: Extent,
    /// Addresses of the innermost packet around this layer.
    pub addresses: Option<Addresses>,
    /// The two ends that checksums are computed over; looked up only for verbose lines.
    pub ends: Option<Addresses>,
    /// The conversation of this layer.
    pub conversation: Option<&'a Conversation>,
    /// The layer around this one.
    pub parent: Option<&'static Protocol>,
    /// The layer inside this one, when it was read.
    pub next: Option<&'static Protocol>,
    /// The layer inside that one, when it was read.
    pub after: Option<&'static Protocol>,
    /// The protocol inside this one whose header could not be read; the line says so behind the layers.
    pub stopped: Option<&'static Protocol>,
    /// How to write.
    pub style: &'a Style,
}

impl Seen<'_> {
    /// Length of the payload on the wire, in bytes.
    pub fn payload_wire(&self) -> u32 {
        self.wire.saturating_sub(self.header.len() as u32)
    }

    /// Whether the next layer prints addresses with ports itself, so that this one need not.
    pub fn next_has_ports(&self) -> bool {
        self.next.is_some_and(|p| p.ports.is_some())
    }
}

/// Reads the addresses out of a header; `None` when they are not all there.
pub type AddressesOf = fn(&[u8]) -> Option<Addresses>;

/// Reads the last stop out of a routing header: `None` when there is no stop ahead, `Some(None)` when it cannot be read.
pub type LastStopOf = fn(&[u8]) -> Option<Option<[u8; 16]>>;

/// Reads source and destination port out of a header; `None` when they are not both there.
pub type PortsOf = fn(&[u8]) -> Option<(u16, u16)>;

/// A further name of a layer in `frame.protocols`, by its header.
pub type CountedAs = fn(&[u8]) -> Option<&'static str>;

/// How the conversations of a protocol are told apart.
#[derive(Clone, Copy)]
pub enum Follow {
    /// TCP: by ports, with sequence numbers.
    Tcp,
    /// UDP: by ports.
    Udp,
    /// Echo: by the identifier that this reads out of requests and replies.
    Echo(fn(&[u8]) -> Option<Echo>),
}

/// The head of an ICMP or ICMPv6 echo message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Identifier, the same in all messages of one program.
    pub identifier: u16,
    /// Sequence number, which the reply repeats.
    pub number: u16,
}

impl Echo {
    /// Reads the first eight bytes; `None` when they are not there or the type is none of these two.
    pub fn read(message: &[u8], kinds: [u8; 2]) -> Option<Echo> {
        let [kind, code, _, _, a, b, c, d] = *message.first_chunk::<8>()?;
        let (identifier, number) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        kinds.contains(&kind).then_some(Echo { kind, code, identifier, number })
    }
}

/// What a packet's header says of its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Identification; `None` where the header has none.
    pub id: Option<u16>,
    /// The congestion mark (CE, RFC 3168 §5) is set.
    pub marked: bool,
}

/// Reads what a packet's header says of its way.
pub type HopOf = fn(&[u8]) -> Option<Hop>;

/// Reads type and code of an error message that says that the packet it quotes was not delivered.
pub type UndeliveredOf = fn(&[u8]) -> Option<(u8, u8)>;

/// Reads the number of the network, label or tunnel out of a header.
pub type NetworkOf = fn(&[u8]) -> Option<u32>;

/// A protocol: everything the rest of `sniff` knows about it.
pub struct Protocol {
    /// The name in `frame.protocols`, filters and JSON (`ip`).
    pub name: &'static str,
    /// The name for people (`Internet Protocol version 4`).
    pub title: &'static str,
    /// The standard (`RFC 791`).
    pub spec: &'static str,
    /// What is decoded of it and, after "Not:", what is not; one or two sentences for `docs/protocols.md`.
    pub scope: &'static str,
    /// What its bytes are called.
    pub unit: Unit,
    /// Its rows.
    pub tables: &'static [Table],
    /// The keys under which other layers find it.
    pub keys: &'static [(Space, u16)],
    /// The body, fast path.
    pub peel: fn(Input<'_>, &mut Off) -> Dissected,
    /// The body, with fields.
    pub tree: fn(Input<'_>, &mut Tree) -> Dissected,
    /// Writes the layer's part of a packet's line, tcpdump-shaped.
    pub line: fn(&Seen<'_>, &mut Text),
    /// Reads the addresses out of its header, for protocols that carry some for the layers inside them.
    pub addresses: Option<AddressesOf>,
    /// Reads the two ends out of its header, when they can be others than the addresses (a source route).
    pub ends: Option<AddressesOf>,
    /// Says where the packet goes in the end, for headers that route it by stops; the inner `None` when that stop is not
    /// there to be read.
    pub reroutes: Option<LastStopOf>,
    /// Reads source and destination port out of its header, for transports.
    pub ports: Option<PortsOf>,
    /// How its conversations are followed, if it has any.
    pub follow: Option<Follow>,
    /// What a packet's header says of its way, for protocols with addresses.
    pub hop: Option<HopOf>,
    /// Says whether a packet that it quotes was not delivered, for error messages.
    pub undelivered: Option<UndeliveredOf>,
    /// Reads which of several networks it carries, for tunnels and tags.
    pub network: Option<NetworkOf>,
    /// What Wireshark names behind this layer in `frame.protocols`, although it is the same layer; asked for its header.
    pub counted_as: Option<CountedAs>,
    /// Wireshark does not name the layer behind this one in `frame.protocols`.
    pub leaves_next_unnamed: bool,
    /// Wireshark names the EtherType between this layer and the next in `frame.protocols`.
    pub announces_ethertype: bool,
    /// Puts what lies behind the next layer (padding, trailer, frame check sequence, extensions behind a quotation).
    /// Returns where that ends, in bytes from the layer's first byte; what is left goes to the layers around.
    pub trailer: Option<fn(Trailer<'_>, &mut Tree) -> u32>,
    /// The rows by which it shows how fragments were put together, for protocols that cut datagrams.
    pub fragment_rows: Option<FragmentRows>,
    /// Recognises its messages by their content, for protocols without a port of their own: asked when neither port of a
    /// segment or datagram (the space) is claimed. Must be strict: a wrong guess hides the data.
    pub recognises: Option<(Space, Recognises)>,
}

/// Whether these are the bytes of a protocol.
pub type Recognises = fn(&Input<'_>) -> bool;

/// What lies behind the next layer. Positions are bytes from the first byte of the layer that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Trailer<'a> {
    /// The captured bytes from the layer's first byte to `end`.
    pub layer: &'a [u8],
    /// Offset of the layer's first byte in the frame.
    pub base: u32,
    /// Length of the layer itself on the wire; what lies behind it (802.3 length field, ICMP quotation) is its, too.
    pub wire: u32,
    /// Where the trailer begins.
    pub at: u32,
    /// Where what carries the layer ends on the wire.
    pub end: u32,
    /// Length of the frame check sequence among these bytes, when the capture says so.
    pub fcs_len: Option<u8>,
    /// `-K`: checksums are not to be compared.
    pub unverified: bool,
}

fn no_body<S: crate::sink::Sink>(input: Input<'_>, _: &mut S) -> Dissected {
    Ok(Step::new(&input, 0, input.wire, Next::End))
}

fn no_line(_: &Seen<'_>, _: &mut Text) {}

impl Protocol {
    /// A protocol without anything, for `..Protocol::NONE` in definitions.
    pub const NONE: Protocol = Protocol {
        name: "",
        title: "",
        spec: "",
        scope: "",
        unit: Unit::Header,
        tables: &[],
        keys: &[],
        peel: no_body::<Off>,
        tree: no_body::<Tree>,
        line: no_line,
        addresses: None,
        ends: None,
        reroutes: None,
        ports: None,
        follow: None,
        hop: None,
        undelivered: None,
        network: None,
        counted_as: None,
        leaves_next_unnamed: false,
        announces_ethertype: false,
        trailer: None,
        fragment_rows: None,
        recognises: None,
    };

    /// All rows, table after table.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.tables.iter().flat_map(|t| t.iter().copied())
    }
}

impl std::fmt::Debug for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Index of a protocol in its [`Registry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolId(pub u16);

/// The protocols, and who claims which key.
pub struct Registry {
    protocols: Vec<&'static Protocol>,
    /// For each space, key → index + 1; 0 is nobody. Mostly untouched zero pages.
    keys: [Box<[u16]>; Space::COUNT],
    /// Who recognises its messages by their content, in registry order.
    by_content: Vec<(Space, Recognises, ProtocolId)>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.protocols).finish()
    }
}

impl Registry {
    /// A registry of these protocols. A key that two of them claim goes to the first; a test of the standard
    /// registry sees to it that there is none.
    pub fn new(protocols: &[&'static Protocol]) -> Self {
        let mut keys: [Box<[u16]>; Space::COUNT] = std::array::from_fn(|_| vec![0; 1 << 16].into_boxed_slice());
        for (index, protocol) in protocols.iter().enumerate() {
            for (space, key) in protocol.keys {
                let claim = &mut keys[*space as usize][usize::from(*key)];
                if *claim == 0 {
                    *claim = index as u16 + 1;
                }
            }
        }
        let ids = protocols.iter().zip(0..);
        let by_content = ids.filter_map(|(p, id)| p.recognises.map(|(space, f)| (space, f, ProtocolId(id)))).collect();
        Registry { protocols: protocols.to_vec(), keys, by_content }
    }

    /// All protocols, in registry order.
    pub fn protocols(&self) -> &[&'static Protocol] {
        &self.protocols
    }

    /// The protocol with this id; ids come from this registry.
    #[inline(always)]
    pub fn protocol(&self, id: ProtocolId) -> &'static Protocol {
        self.protocols[usize::from(id.0)]
    }

    /// Who claims a key.
    #[inline(always)]
    pub fn claimed(&self, space: Space, key: u16) -> Option<ProtocolId> {
        self.keys[space as usize][usize::from(key)].checked_sub(1).map(ProtocolId)
    }

    /// The protocol that follows, if anybody claims it or, behind ports, recognises its bytes.
    #[inline(always)]
    pub fn next(&self, next: Next, input: &Input<'_>) -> Option<ProtocolId> {
        match next {
            Next::End | Next::Opaque(_) => None,
            Next::Key(space, key) => self.claimed(space, key),
            Next::Ports(space, a, b) => self
                .claimed(space, a.min(b))
                .or_else(|| self.claimed(space, a.max(b)))
                .or_else(|| self.recognised(space, input)),
        }
    }

    fn recognised(&self, space: Space, input: &Input<'_>) -> Option<ProtocolId> {
        let mut candidates = self.by_content.iter().filter(|(s, ..)| *s == space);
        candidates.find(|(_, recognises, _)| recognises(input)).map(|(.., id)| *id)
    }

    /// The row with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.protocols.iter().flat_map(|p| p.fields()).find(|f| f.name == name)
    }
}
