//! Operations, administration and maintenance of Ethernet links (IEEE 802.3 clause 57), one of the slow protocols.
//!
//! ```text
//! |             Flags             |     Code      |  what the code says …
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::Input;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    FLAGS = Field::uint("oampdu.flags", 0, 16).hex().label("Flags").doc("IEEE 802.3 §57.4.2.1", "Faults, and how far discovery is");
    REMOTE_STABLE = Field::flag("oampdu.flags.remoteStable", 9).part_of("oampdu.flags").label("Remote stable").doc("IEEE 802.3 §57.4.2.1", "1: the neighbor has settled, too");
    REMOTE_EVALUATING = Field::flag("oampdu.flags.remoteEvaluating", 10).part_of("oampdu.flags").label("Remote evaluating").doc("IEEE 802.3 §57.4.2.1", "1: the neighbor has not settled yet");
    LOCAL_STABLE = Field::flag("oampdu.flags.localStable", 11).part_of("oampdu.flags").label("Local stable").doc("IEEE 802.3 §57.4.2.1", "1: the sender has settled on what the two agree");
    LOCAL_EVALUATING = Field::flag("oampdu.flags.localEvaluating", 12).part_of("oampdu.flags").label("Local evaluating").doc("IEEE 802.3 §57.4.2.1", "1: the sender has not settled yet");
    CRITICAL = Field::flag("oampdu.flags.criticalEvent", 13).part_of("oampdu.flags").label("Critical event").doc("IEEE 802.3 §57.4.2.1", "1: something is very wrong");
    DYING_GASP = Field::flag("oampdu.flags.dyingGasp", 14).part_of("oampdu.flags").label("Dying gasp").doc("IEEE 802.3 §57.4.2.1", "1: the sender is about to lose its power");
    LINK_FAULT = Field::flag("oampdu.flags.linkFault", 15).part_of("oampdu.flags").label("Link fault").doc("IEEE 802.3 §57.4.2.1", "1: the sender receives nothing on this link");
    CODE = Field::uint("oampdu.code", 16, 8).hex().values(CODES).label("Code").doc("IEEE 802.3 §57.4.2.2", "Which OAMPDU this is");
}

crate::fields! { INFO_HEAD:
    INFO_TYPE = Field::uint("oampdu.info.type", 0, 8).repeats().hex().values(INFO_TYPES).label("TLV type").doc("IEEE 802.3 §57.5.2", "Whose information it is");
    INFO_LENGTH = Field::uint("oampdu.info.length", 8, 8).repeats().unit("bytes").label("TLV length").doc("IEEE 802.3 §57.5.2", "With type and length");
}

crate::fields! { INFO:
    VERSION = Field::uint("oampdu.info.version", 16, 8).repeats().hex().label("OAM version").doc("IEEE 802.3 §57.5.2.1", "1");
    REVISION = Field::uint("oampdu.info.revision", 24, 16).repeats().label("Revision").doc("IEEE 802.3 §57.5.2.1", "Counts changes of this TLV");
    STATE = Field::uint("oampdu.info.state", 40, 8).repeats().hex().label("State").doc("IEEE 802.3 §57.5.2.1", "What happens to frames other than OAMPDUs");
    STATE_MUX = Field::flag("oampdu.info.state.multiplexer", 45).repeats().part_of("oampdu.info.state").label("Multiplexer discards").doc("IEEE 802.3 §57.5.2.1", "0: frames to send are sent; 1: they are discarded");
    STATE_PARSER = Field::uint("oampdu.info.state.parser", 46, 2).repeats().hex().part_of("oampdu.info.state").values(&[(0, "forwards"), (1, "loops back"), (2, "discards")]).label("Parser").doc("IEEE 802.3 §57.5.2.1", "What happens to received frames");
    CONFIG = Field::uint("oampdu.info.oamConfig", 48, 8).repeats().hex().label("Configuration").doc("IEEE 802.3 §57.5.2.1", "What the station can do");
    CONFIG_VARIABLES = Field::flag("oampdu.info.oamConfig.variables", 51).repeats().part_of("oampdu.info.oamConfig").label("Variable retrieval").doc("IEEE 802.3 §57.5.2.1", "1: answers requests for variables");
    CONFIG_EVENTS = Field::flag("oampdu.info.oamConfig.events", 52).repeats().part_of("oampdu.info.oamConfig").label("Link events").doc("IEEE 802.3 §57.5.2.1", "1: understands link events");
    CONFIG_LOOPBACK = Field::flag("oampdu.info.oamConfig.loopback", 53).repeats().part_of("oampdu.info.oamConfig").label("Remote loopback").doc("IEEE 802.3 §57.5.2.1", "1: can loop frames back");
    CONFIG_UNIDIRECTIONAL = Field::flag("oampdu.info.oamConfig.unidirectional", 54).repeats().part_of("oampdu.info.oamConfig").label("Unidirectional").doc("IEEE 802.3 §57.5.2.1", "1: can send OAMPDUs while it receives nothing");
    CONFIG_MODE = Field::flag("oampdu.info.oamConfig.mode", 55).repeats().part_of("oampdu.info.oamConfig").label("Active mode").doc("IEEE 802.3 §57.5.2.1", "1: active; 0: passive");
    PDU_CONFIG = Field::uint("oampdu.info.oampduConfig", 56, 16).repeats().unit("bytes").label("Greatest OAMPDU").doc("IEEE 802.3 §57.5.2.1", "The longest OAMPDU that the station handles");
    OUI = Field::uint("oampdu.info.oui", 72, 24).repeats().explain(explain_oui).label("Organization").doc("IEEE 802.3 §57.5.2.1", "Who made the station (OUI)");
    VENDOR = Field::bytes("oampdu.info.vendor", 96, 32).repeats().label("Vendor information").doc("IEEE 802.3 §57.5.2.1", "Tells products of a maker apart");
}

crate::fields! { OWNED:
    OWNED_OUI = Field::uint("oampdu.info.oui", 0, 24).repeats().explain(explain_oui).label("Organization").doc("IEEE 802.3 §57.5.2.3", "Who defined what follows (OUI)");
}

crate::fields! { EVENTS:
    SEQUENCE = Field::uint("oampdu.event.sequence", 24, 16).label("Sequence number").doc("IEEE 802.3 §57.4.3.2", "Tells repetitions of a notification from new ones");
}

crate::fields! { EVENT_HEAD:
    EVENT_TYPE = Field::uint("oampdu.event.type", 0, 8).repeats().hex().values(EVENT_TYPES).label("Event").doc("IEEE 802.3 §57.5.3", "What happened");
    EVENT_LENGTH = Field::uint("oampdu.event.length", 8, 8).repeats().hex().label("Event length").doc("IEEE 802.3 §57.5.3", "With type and length");
}

crate::fields! { SYMBOLS:
    SYMBOLS_TIME = Field::uint("oampdu.event.timestamp", 0, 16).repeats().explain(explain_tenths).label("Event time").doc("IEEE 802.3 §57.5.3.1", "When the event was noticed, in units of 100 ms");
    SYMBOLS_WINDOW = Field::uint("oampdu.event.espeWindow", 16, 64).repeats().label("Window").doc("IEEE 802.3 §57.5.3.1", "How many symbols were looked at");
    SYMBOLS_THRESHOLD = Field::uint("oampdu.event.espeThreshold", 80, 64).repeats().label("Threshold").doc("IEEE 802.3 §57.5.3.1", "How many errored symbols make an event");
    SYMBOLS_ERRORS = Field::uint("oampdu.event.espeErrors", 144, 64).repeats().label("Errored symbols").doc("IEEE 802.3 §57.5.3.1", "In the window");
    SYMBOLS_TOTAL = Field::uint("oampdu.event.espeTotalErrors", 208, 64).repeats().label("Errored symbols in all").doc("IEEE 802.3 §57.5.3.1", "Since the OAM sublayer was reset");
    SYMBOLS_EVENTS = Field::uint("oampdu.event.espeTotalEvents", 272, 32).repeats().label("Events in all").doc("IEEE 802.3 §57.5.3.1", "Since the OAM sublayer was reset");
}

crate::fields! { FRAMES:
    FRAMES_TIME = Field::uint("oampdu.event.timestamp", 0, 16).repeats().explain(explain_tenths).label("Event time").doc("IEEE 802.3 §57.5.3.2", "When the event was noticed, in units of 100 ms");
    FRAMES_WINDOW = Field::uint("oampdu.event.efeWindow", 16, 16).repeats().explain(explain_tenths).label("Window").doc("IEEE 802.3 §57.5.3.2", "Length of the period, in units of 100 ms");
    FRAMES_THRESHOLD = Field::uint("oampdu.event.efeThreshold", 32, 32).repeats().label("Threshold").doc("IEEE 802.3 §57.5.3.2", "How many errored frames make an event");
    FRAMES_ERRORS = Field::uint("oampdu.event.efeErrors", 64, 32).repeats().label("Errored frames").doc("IEEE 802.3 §57.5.3.2", "In the window");
    FRAMES_TOTAL = Field::uint("oampdu.event.efeTotalErrors", 96, 64).repeats().label("Errored frames in all").doc("IEEE 802.3 §57.5.3.2", "Since the OAM sublayer was reset");
    FRAMES_EVENTS = Field::uint("oampdu.event.efeTotalEvents", 160, 32).repeats().label("Events in all").doc("IEEE 802.3 §57.5.3.2", "Since the OAM sublayer was reset");
}

crate::fields! { PERIOD:
    PERIOD_TIME = Field::uint("oampdu.event.timestamp", 0, 16).repeats().explain(explain_tenths).label("Event time").doc("IEEE 802.3 §57.5.3.3", "When the event was noticed, in units of 100 ms");
    PERIOD_WINDOW = Field::uint("oampdu.event.efpeWindow", 16, 32).repeats().label("Window").doc("IEEE 802.3 §57.5.3.3", "Length of the period, in frames of the least size");
    PERIOD_THRESHOLD = Field::uint("oampdu.event.efpeThreshold", 48, 32).repeats().label("Threshold").doc("IEEE 802.3 §57.5.3.3", "How many errored frames make an event");
    PERIOD_ERRORS = Field::uint("oampdu.event.efeErrors", 80, 32).repeats().label("Errored frames").doc("IEEE 802.3 §57.5.3.3", "In the window");
    PERIOD_TOTAL = Field::uint("oampdu.event.efpeTotalErrors", 112, 64).repeats().label("Errored frames in all").doc("IEEE 802.3 §57.5.3.3", "Since the OAM sublayer was reset");
    PERIOD_EVENTS = Field::uint("oampdu.event.efpeTotalEvents", 176, 32).repeats().label("Events in all").doc("IEEE 802.3 §57.5.3.3", "Since the OAM sublayer was reset");
}

crate::fields! { SECONDS:
    SECONDS_TIME = Field::uint("oampdu.event.timestamp", 0, 16).repeats().explain(explain_tenths).label("Event time").doc("IEEE 802.3 §57.5.3.4", "When the event was noticed, in units of 100 ms");
    SECONDS_WINDOW = Field::uint("oampdu.event.efsseWindow", 16, 16).repeats().explain(explain_tenths).label("Window").doc("IEEE 802.3 §57.5.3.4", "Length of the period, in units of 100 ms");
    SECONDS_THRESHOLD = Field::uint("oampdu.event.efsseThreshold", 32, 16).repeats().label("Threshold").doc("IEEE 802.3 §57.5.3.4", "How many errored seconds make an event");
    SECONDS_ERRORS = Field::uint("oampdu.event.efeErrors", 48, 16).repeats().label("Errored seconds").doc("IEEE 802.3 §57.5.3.4", "Seconds with an errored frame in the window");
    SECONDS_TOTAL = Field::uint("oampdu.event.efsseTotalErrors", 64, 32).repeats().label("Errored seconds in all").doc("IEEE 802.3 §57.5.3.4", "Since the OAM sublayer was reset");
    SECONDS_EVENTS = Field::uint("oampdu.event.efsseTotalEvents", 96, 32).repeats().label("Events in all").doc("IEEE 802.3 §57.5.3.4", "Since the OAM sublayer was reset");
}

crate::fields! { LOOPBACK:
    COMMANDS = Field::uint("oampdu.lpbk.commands", 24, 8).hex().values(&[(1, "enable"), (2, "disable")]).label("Remote loopback").doc("IEEE 802.3 §57.4.3.5", "Whether the neighbor shall send back what it receives");
    DISABLE = Field::flag("oampdu.lpbk.commands.disable", 30).part_of("oampdu.lpbk.commands").label("Disable").doc("IEEE 802.3 §57.4.3.5", "1: stop it");
    ENABLE = Field::flag("oampdu.lpbk.commands.enable", 31).part_of("oampdu.lpbk.commands").label("Enable").doc("IEEE 802.3 §57.4.3.5", "1: do it");
}

crate::fields! { BRANCH_ROW:
    BRANCH = Field::uint("oampdu.variable.branch", 0, 8).repeats().hex().values(BRANCHES).label("Branch").doc("IEEE 802.3 §57.6.1", "What kind of variable the leaf names");
}

crate::fields! { MOVING:
    G_INFO = Field::group("oampdu.info").repeats().label("Information").doc("IEEE 802.3 §57.5.2", "About one end of the link");
    G_EVENT = Field::group("oampdu.event").repeats().label("Link event").doc("IEEE 802.3 §57.5.3", "What happened on the link");
    G_VARIABLE = Field::group("oampdu.variable").repeats().label("Variable").doc("IEEE 802.3 §57.6", "A counter or setting of the neighbor");
    OWNED_DATA = Field::moving("oampdu.info.vendor", Kind::Bytes).repeats().label("Vendor information").doc("IEEE 802.3 §57.5.2.3", "What only the organization understands");
    EVENT_VALUE = Field::moving("oampdu.event.value", Kind::Bytes).repeats().label("Content").doc("IEEE 802.3 §57.5.3", "Bytes of the event that are not decoded");
    OBJECT = Field::moving("oampdu.variable.object", Kind::Uint).hex_wide(4).repeats().label("Object").doc("IEEE 802.3 §57.6.1", "Number of the object class (annex 30A)");
    PACKAGE = Field::moving("oampdu.variable.package", Kind::Uint).hex_wide(4).repeats().label("Package").doc("IEEE 802.3 §57.6.1", "Number of the package (annex 30A)");
    BINDING = Field::moving("oampdu.variable.binding", Kind::Uint).hex_wide(4).repeats().label("Binding").doc("IEEE 802.3 §57.6.1", "Number of the name binding (annex 30A)");
    ATTRIBUTE = Field::moving("oampdu.variable.attribute", Kind::Uint).hex_wide(4).repeats().label("Attribute").doc("IEEE 802.3 §57.6.1", "Number of the attribute (annex 30A)");
    WIDTH = Field::moving("oampdu.variable.width", Kind::Uint).repeats().unit("bytes").label("Width").doc("IEEE 802.3 §57.6.2.1", "Length of the value; 0 means 128");
    INDICATION = Field::moving("oampdu.variable.indication", Kind::Uint).hex_wide(2).repeats().label("Indication").doc("IEEE 802.3 §57.6.2.2", "Why there is no value");
    VALUE = Field::moving("oampdu.variable.value", Kind::Bytes).repeats().label("Value").doc("IEEE 802.3 §57.6.2", "Of the variable");
    PAD = Field::moving("oampdu.pad", Kind::Bytes).label("Rest").doc("IEEE 802.3 §57.4.2", "Padding, or bytes of an OAMPDU that is not decoded");
}

/// IEEE 802.3 table 57-4.
static CODES: &[(u64, &str)] = &[
    (0, "Information"),
    (1, "Event notification"),
    (2, "Variable request"),
    (3, "Variable response"),
    (4, "Loopback control"),
    (0xfe, "Organization specific"),
];

/// IEEE 802.3 table 57-6.
static INFO_TYPES: &[(u64, &str)] =
    &[(0, "End"), (1, "Local information"), (2, "Remote information"), (0xfe, "Organization specific")];

/// IEEE 802.3 table 57-12.
static EVENT_TYPES: &[(u64, &str)] = &[
    (0, "End"),
    (1, "Errored symbol period"),
    (2, "Errored frame"),
    (3, "Errored frame period"),
    (4, "Errored frame seconds summary"),
    (0xfe, "Organization specific"),
];

/// IEEE 802.3 annex 30A.
static BRANCHES: &[(u64, &str)] = &[(0, "End"), (3, "Object"), (4, "Package"), (6, "Name binding"), (7, "Attribute")];

/// OAM.
pub static OAMPDU: Protocol = Protocol {
    name: "oampdu",
    title: "Ethernet OAM",
    spec: "IEEE 802.3 clause 57",
    scope: "Flags, information, link events, loopback control, numbers and values of variables. Not: names of variables, and what organizations define for themselves",
    unit: Unit::Message,
    tables: &[
        HEADER, INFO_HEAD, INFO, OWNED, EVENTS, EVENT_HEAD, SYMBOLS, FRAMES, PERIOD, SECONDS, LOOPBACK, BRANCH_ROW,
        MOVING,
    ],
    keys: &[(Space::Slow, 3)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    ..Protocol::NONE
};

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let header = input.header::<3, S>(s, HEADER)?;
    let all = input.data.len() as u32;
    if S::ON {
        let m = Tlv::new(input.data, input.base, 0, input.wire);
        let end = match CODE.get(header) {
            0 => tlvs(s, &m, 3, &G_INFO, INFO_HEAD, information),
            1 => {
                m.fixed(s, EVENTS);
                tlvs(s, &m, 5, &G_EVENT, EVENT_HEAD, event)
            }
            2 => variables(s, &m, false),
            3 => variables(s, &m, true),
            4 => {
                m.fixed(s, LOOPBACK);
                4
            }
            0xfe => {
                m.part(3, 3).fixed(s, OWNED);
                m.rest(s, &OWNED_DATA, 6);
                m.wire
            }
            _ => 3,
        };
        m.rest(s, &PAD, end);
        if all < input.wire {
            s.note(NoteKind::Cut, format_args!("oampdu: {} bytes expected, {all} captured", input.wire));
        }
    }
    Ok(Step::new(&input, all, input.wire, Next::End))
}

/// Puts TLVs from byte `from` on up to the one of type 0; returns where they end.
fn tlvs<S: Sink>(
    s: &mut S,
    m: &Tlv<'_>,
    from: u32,
    group: &'static Field,
    head: Table,
    value: fn(&mut S, &Tlv<'_>),
) -> u32 {
    let mut at = from;
    while at < m.wire && s.room() {
        let Some(kind) = m.byte(at) else { return m.wire };
        if kind == 0 {
            return at;
        }
        let Some(length) = m.byte(at + 1).map(u32::from) else {
            if at + 1 < m.wire {
                return m.wire;
            }
            s.note(NoteKind::Bad, format_args!("a TLV has a length (IEEE 802.3 §57.5): 2 bytes expected, 1 found"));
            return at;
        };
        if length < 2 || length > m.wire - at {
            let rule = "a TLV is at least 2 bytes long and fits into the OAMPDU (IEEE 802.3 §57.5)";
            s.note(NoteKind::Bad, format_args!("{rule}: at most {} bytes expected, {length} found", m.wire - at));
            return at;
        }
        let t = m.part(at, length);
        s.open(group, t.bit(0));
        t.fixed(s, head);
        value(s, &t);
        s.close(t.bit(length));
        at += length;
    }
    at
}

/// Puts the value of an information TLV.
fn information<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    match t.byte(0) {
        Some(1 | 2) if t.expect(s, "an information TLV is 16 bytes long (IEEE 802.3 §57.5.2.1)", 16) => {
            t.fixed(s, INFO);
        }
        Some(0xfe) if t.at_least(s, "an organization's TLV names it (IEEE 802.3 §57.5.2.3)", 5) => {
            t.part(2, 3).fixed(s, OWNED);
            t.rest(s, &OWNED_DATA, 5);
        }
        _ => t.rest(s, &OWNED_DATA, 2),
    }
}

/// Puts the value of a link event.
fn event<S: Sink>(s: &mut S, t: &Tlv<'_>) {
    let (table, length) = match t.byte(0) {
        Some(1) => (SYMBOLS, 40),
        Some(2) => (FRAMES, 26),
        Some(3) => (PERIOD, 28),
        Some(4) => (SECONDS, 18),
        _ => return t.rest(s, &EVENT_VALUE, 2),
    };
    if t.expect(s, "a link event has the length of its kind (IEEE 802.3 §57.5.3)", length) {
        t.part(2, length - 2).fixed(s, table);
    } else {
        t.rest(s, &EVENT_VALUE, 2);
    }
}

/// Puts variables, with their values in a response; returns where they end.
fn variables<S: Sink>(s: &mut S, m: &Tlv<'_>, values: bool) -> u32 {
    let mut at = 3;
    while at + 3 <= m.wire && s.room() {
        let Some(branch) = m.byte(at) else { return m.wire };
        if branch == 0 {
            return at;
        }
        let width = if values { m.byte(at + 3) } else { None };
        let length = match width {
            None => 0,
            Some(width) if width & 0x80 != 0 => 0,
            Some(0) => 128,
            Some(width) => u32::from(width),
        };
        let end = at + 3 + u32::from(values) + length;
        s.open(&G_VARIABLE, m.bit(at));
        m.part(at, 1).fixed(s, BRANCH_ROW);
        let leaf = match branch {
            3 => &OBJECT,
            4 => &PACKAGE,
            6 => &BINDING,
            _ => &ATTRIBUTE,
        };
        m.uint(s, leaf, at + 1, 2);
        if let Some(width) = width {
            if width & 0x80 != 0 {
                s.uint(&INDICATION, m.bit(at + 3), 8, u64::from(width & 0x7f));
            } else {
                s.uint(&WIDTH, m.bit(at + 3), 8, length.into());
            }
            if end <= m.wire {
                m.span(s, &VALUE, at + 4, end);
            }
        }
        s.close(m.bit(end.min(m.wire)));
        if end > m.wire {
            let rule = "a variable fits into the OAMPDU (IEEE 802.3 §57.6.2)";
            s.note(NoteKind::Bad, format_args!("{rule}: {} bytes expected, {} found", end - at, m.wire - at));
            return m.wire;
        }
        if values && width.is_none() {
            return m.wire;
        }
        at = end;
    }
    at
}

fn explain_oui(a: &Around<'_>, out: &mut Text) {
    out.hex_digits(a.value >> 16, 2).ch(':').hex_digits(a.value >> 8 & 0xff, 2).ch(':').hex_digits(a.value & 0xff, 2);
}

fn explain_tenths(a: &Around<'_>, out: &mut Text) {
    out.num(a.value / 10).ch('.').num(a.value % 10).lit(" s");
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    // tcpdump counts the subtype, too.
    out.lit("OAM, length ").num(u64::from(seen.outer) + 1);
    if seen.style.verbose == 0 {
        return;
    }
    let code = CODE.get(seen.header);
    out.lit("\n\tCode ")
        .lit(CODE.name_of(&[], code).unwrap_or("Unknown"))
        .lit(" (")
        .num(code)
        .lit(") OAM PDU, Flags [");
    let mut before = "";
    for flag in
        [&LINK_FAULT, &DYING_GASP, &CRITICAL, &LOCAL_EVALUATING, &LOCAL_STABLE, &REMOTE_EVALUATING, &REMOTE_STABLE]
    {
        if flag.get(seen.header) != 0 {
            out.lit(before).lit(flag.label);
            before = ", ";
        }
    }
    out.lit(if before.is_empty() { "none]" } else { "]" });
}
