//! Security elements of IEEE 802.11 (RSN, and WPA before it), WMM, and other elements of vendors.

use super::wlan_names::{akm_name, cipher_name};
use crate::field::{Around, Field, Kind as Value};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub CAPABILITIES:
    CAP = Field::little("wlan.rsn.capabilities", 0, 16).hex().repeats().label("RSN capabilities").doc("IEEE 802.11-2020 §9.4.2.24.4", "Details of the protection");
    PREAUTH = Field::little_flag("wlan.rsn.capabilities.preauth", 0, 0).repeats().part_of("wlan.rsn.capabilities").label("Preauthentication").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: a station may authenticate before it moves here");
    NO_PAIRWISE = Field::little_flag("wlan.rsn.capabilities.no_pairwise", 0, 1).repeats().part_of("wlan.rsn.capabilities").label("No pairwise").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: WEP keys do not work beside pairwise keys");
    PTKSA = Field::little_part("wlan.rsn.capabilities.ptksa_replay_counter", 0, 16, 0x000c).hex_wide(4).repeats().values(COUNTERS).part_of("wlan.rsn.capabilities").label("Pairwise replay counters").doc("IEEE 802.11-2020 §9.4.2.24.4", "How many, for traffic of different priorities");
    GTKSA = Field::little_part("wlan.rsn.capabilities.gtksa_replay_counter", 0, 16, 0x0030).hex_wide(4).repeats().values(COUNTERS).part_of("wlan.rsn.capabilities").label("Group replay counters").doc("IEEE 802.11-2020 §9.4.2.24.4", "How many, for traffic of different priorities");
    MFPR = Field::little_flag("wlan.rsn.capabilities.mfpr", 0, 6).repeats().part_of("wlan.rsn.capabilities").label("Management frame protection required").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: who cannot protect management frames may not join");
    MFPC = Field::little_flag("wlan.rsn.capabilities.mfpc", 0, 7).repeats().part_of("wlan.rsn.capabilities").label("Management frame protection").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: can protect management frames, so that nobody else can end the association");
    JMR = Field::little_flag("wlan.rsn.capabilities.jmr", 0, 8).repeats().part_of("wlan.rsn.capabilities").label("Joint multi-band").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: one association for several bands");
    PEERKEY = Field::little_flag("wlan.rsn.capabilities.peerkey", 0, 9).repeats().part_of("wlan.rsn.capabilities").label("Peer key").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: keys between two stations can be agreed");
    EXTENDED_KEY = Field::little_flag("wlan.rsn.capabilities.extended_key_id_iaf", 0, 13).repeats().part_of("wlan.rsn.capabilities").label("Extended key identifier").doc("IEEE 802.11-2020 §9.4.2.24.4", "1: pairwise keys may have the identifiers 0 and 1, for changing keys without a gap");
}

crate::fields! { pub QOS_INFO:
    INFO = Field::uint("wlan.wfa.ie.wme.qos_info", 0, 8).hex().repeats().label("QoS information").doc("WMM §2.2.1", "From an access point: its power save and the number of the parameters");
    APSD = Field::flag("wlan.wfa.ie.wme.qos_info.ap.u_apsd", 0).repeats().part_of("wlan.wfa.ie.wme.qos_info").label("U-APSD").doc("WMM §2.2.1", "1: unscheduled automatic power save delivery");
    INFO_RESERVED = Field::uint("wlan.wfa.ie.wme.qos_info.ap.reserved", 1, 3).hex().repeats().part_of("wlan.wfa.ie.wme.qos_info").label("Reserved").doc("WMM §2.2.1", "Must be 0");
    SETS = Field::uint("wlan.wfa.ie.wme.qos_info.ap.parameter_set_count", 4, 4).hex().repeats().part_of("wlan.wfa.ie.wme.qos_info").label("Parameter set").doc("WMM §2.2.1", "Changes when the parameters do");
}

crate::fields! { pub AC:
    ACI_AIFSN = Field::uint("wlan.wfa.ie.wme.acp.aci_aifsn", 0, 8).hex().repeats().label("Category and spacing").doc("WMM §2.2.2", "Which queue, and how long it waits at least");
    AC_RESERVED = Field::uint("wlan.wfa.ie.wme.acp.reserved", 0, 1).repeats().part_of("wlan.wfa.ie.wme.acp.aci_aifsn").label("Reserved").doc("WMM §2.2.2", "Must be 0");
    ACI = Field::uint("wlan.wfa.ie.wme.acp.aci", 1, 2).repeats().values(CATEGORIES).part_of("wlan.wfa.ie.wme.acp.aci_aifsn").label("Access category").doc("WMM §2.2.2", "Which queue");
    ACM = Field::flag("wlan.wfa.ie.wme.acp.acm", 3).repeats().part_of("wlan.wfa.ie.wme.acp.aci_aifsn").label("Admission").doc("WMM §2.2.2", "1: stations must ask before they use the queue");
    AIFSN = Field::uint("wlan.wfa.ie.wme.acp.aifsn", 4, 4).repeats().part_of("wlan.wfa.ie.wme.acp.aci_aifsn").label("AIFSN").doc("WMM §2.2.2", "How many slots the medium must be free before the queue may send");
    ECW = Field::uint("wlan.wfa.ie.wme.acp.ecw", 8, 8).hex().repeats().label("Contention window").doc("WMM §2.2.2", "Between which limits the random wait lies");
    ECW_MAX = Field::uint("wlan.wfa.ie.wme.acp.ecw.max", 8, 4).repeats().explain(explain_window).part_of("wlan.wfa.ie.wme.acp.ecw").label("Upper exponent").doc("WMM §2.2.2", "The window grows up to 2 to this power, less 1");
    ECW_MIN = Field::uint("wlan.wfa.ie.wme.acp.ecw.min", 12, 4).repeats().explain(explain_window).part_of("wlan.wfa.ie.wme.acp.ecw").label("Lower exponent").doc("WMM §2.2.2", "The window begins with 2 to this power, less 1");
    TXOP = Field::little("wlan.wfa.ie.wme.acp.txop_limit", 16, 16).repeats().explain(explain_txop).label("TXOP limit").doc("WMM §2.2.2", "How long the queue may send once it is its turn, in units of 32 µs; 0: one frame");
}

crate::fields! { pub MOVING:
    VERSION = Field::moving("wlan.rsn.version", Value::Uint).repeats().label("Version").doc("IEEE 802.11-2020 §9.4.2.24.1", "1");
    GCS = Field::moving("wlan.rsn.gcs", Value::Uint).repeats().label("Group cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "What protects traffic to all");
    GCS_OUI = Field::moving("wlan.rsn.gcs.oui", Value::Uint).repeats().part_of("wlan.rsn.gcs").label("Organization").doc("IEEE 802.11-2020 §9.4.2.24.2", "4,012 (00-0f-ac) for ciphers of the standard");
    GCS_TYPE = Field::moving("wlan.rsn.gcs.type", Value::Uint).repeats().names(cipher_name).part_of("wlan.rsn.gcs").label("Cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "Which cipher");
    PCS_COUNT = Field::moving("wlan.rsn.pcs.count", Value::Uint).repeats().label("Pairwise ciphers").doc("IEEE 802.11-2020 §9.4.2.24.2", "How many follow");
    PCS_LIST = Field::group("wlan.rsn.pcs.list").repeats().label("Pairwise cipher list").doc("IEEE 802.11-2020 §9.4.2.24.2", "What may protect traffic between two");
    PCS = Field::moving("wlan.rsn.pcs", Value::Uint).repeats().label("Pairwise cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "What may protect traffic between two");
    PCS_OUI = Field::moving("wlan.rsn.pcs.oui", Value::Uint).repeats().part_of("wlan.rsn.pcs").label("Organization").doc("IEEE 802.11-2020 §9.4.2.24.2", "4,012 (00-0f-ac) for ciphers of the standard");
    PCS_TYPE = Field::moving("wlan.rsn.pcs.type", Value::Uint).repeats().names(cipher_name).part_of("wlan.rsn.pcs").label("Cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "Which cipher");
    AKM_COUNT = Field::moving("wlan.rsn.akms.count", Value::Uint).repeats().label("Key managements").doc("IEEE 802.11-2020 §9.4.2.24.3", "How many follow");
    AKM_LIST = Field::group("wlan.rsn.akms.list").repeats().label("Key management list").doc("IEEE 802.11-2020 §9.4.2.24.3", "How keys may be agreed");
    AKM = Field::moving("wlan.rsn.akms", Value::Uint).repeats().label("Key management").doc("IEEE 802.11-2020 §9.4.2.24.3", "How keys may be agreed");
    AKM_OUI = Field::moving("wlan.rsn.akms.oui", Value::Uint).repeats().part_of("wlan.rsn.akms").label("Organization").doc("IEEE 802.11-2020 §9.4.2.24.3", "4,012 (00-0f-ac) for methods of the standard");
    AKM_TYPE = Field::moving("wlan.rsn.akms.type", Value::Uint).repeats().names(akm_name).explain(explain_akm).part_of("wlan.rsn.akms").label("Method").doc("IEEE 802.11-2020 §9.4.2.24.3", "Which method");
    PMKID_COUNT = Field::moving("wlan.rsn.pmkid.count", Value::Uint).repeats().label("Known keys").doc("IEEE 802.11-2020 §9.4.2.24.5", "How many identifiers follow");
    PMKID_LIST = Field::group("wlan.rsn.pmkid.list").repeats().label("Known key list").doc("IEEE 802.11-2020 §9.4.2.24.5", "Identifiers of keys that both sides may still have");
    PMKID = Field::moving("wlan.pmkid.akms", Value::Bytes).repeats().label("Key identifier").doc("IEEE 802.11-2020 §9.4.2.24.5", "Of a key that both sides may still have");
    GMCS = Field::moving("wlan.rsn.gmcs", Value::Uint).repeats().label("Group management cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "What protects management frames to all");
    GMCS_OUI = Field::moving("wlan.rsn.gmcs.oui", Value::Uint).repeats().part_of("wlan.rsn.gmcs").label("Organization").doc("IEEE 802.11-2020 §9.4.2.24.2", "4,012 (00-0f-ac) for ciphers of the standard");
    GMCS_TYPE = Field::moving("wlan.rsn.gmcs.type", Value::Uint).repeats().names(cipher_name).part_of("wlan.rsn.gmcs").label("Cipher").doc("IEEE 802.11-2020 §9.4.2.24.2", "Which cipher");
    RSN_REST = Field::moving("wlan.rsn.rest", Value::Bytes).repeats().label("Rest").doc("IEEE 802.11-2020 §9.4.2.24.1", "What the element's counts do not cover");
    OUI = Field::moving("wlan.tag.oui", Value::Uint).repeats().names(oui_name).label("Organization").doc("IEEE 802.11-2020 §9.4.2.25", "Whose element it is");
    KIND = Field::moving("wlan.tag.vendor.oui.type", Value::Uint).repeats().label("Vendor's type").doc("IEEE 802.11-2020 §9.4.2.25", "Which of the organization's elements");
    DATA = Field::moving("wlan.tag.vendor.data", Value::Bytes).repeats().label("Vendor's data").doc("IEEE 802.11-2020 §9.4.2.25", "What only the vendor defines");
    WFA_KIND = Field::moving("wlan.wfa.ie.type", Value::Uint).hex_wide(2).repeats().values(MICROSOFT).label("Type").doc("WPA 3.1 §2.1", "Which of the elements that the Wi-Fi Alliance defined under Microsoft's number");
    WPA_VERSION = Field::moving("wlan.wfa.ie.wpa.version", Value::Uint).repeats().label("Version").doc("WPA 3.1 §2.1", "1");
    MCS = Field::moving("wlan.wfa.ie.wpa.mcs", Value::Uint).repeats().label("Group cipher").doc("WPA 3.1 §2.1", "What protects traffic to all");
    MCS_OUI = Field::moving("wlan.wfa.ie.wpa.mcs.oui", Value::Uint).repeats().part_of("wlan.wfa.ie.wpa.mcs").label("Organization").doc("WPA 3.1 §2.1", "20,722 (00-50-f2) for WPA's own");
    MCS_TYPE = Field::moving("wlan.wfa.ie.wpa.mcs.type", Value::Uint).repeats().names(cipher_name).part_of("wlan.wfa.ie.wpa.mcs").label("Cipher").doc("WPA 3.1 §2.1", "Which cipher");
    UCS_COUNT = Field::moving("wlan.wfa.ie.wpa.ucs.count", Value::Uint).repeats().label("Pairwise ciphers").doc("WPA 3.1 §2.1", "How many follow");
    UCS_LIST = Field::group("wlan.wfa.ie.wpa.ucs.list").repeats().label("Pairwise cipher list").doc("WPA 3.1 §2.1", "What may protect traffic between two");
    UCS = Field::moving("wlan.wfa.ie.wpa.ucs", Value::Uint).repeats().label("Pairwise cipher").doc("WPA 3.1 §2.1", "What may protect traffic between two");
    UCS_OUI = Field::moving("wlan.wfa.ie.wpa.ucs.oui", Value::Uint).repeats().part_of("wlan.wfa.ie.wpa.ucs").label("Organization").doc("WPA 3.1 §2.1", "20,722 (00-50-f2) for WPA's own");
    UCS_TYPE = Field::moving("wlan.wfa.ie.wpa.ucs.type", Value::Uint).repeats().names(cipher_name).part_of("wlan.wfa.ie.wpa.ucs").label("Cipher").doc("WPA 3.1 §2.1", "Which cipher");
    WPA_AKM_COUNT = Field::moving("wlan.wfa.ie.wpa.akms.count", Value::Uint).repeats().label("Key managements").doc("WPA 3.1 §2.1", "How many follow");
    WPA_AKM_LIST = Field::group("wlan.wfa.ie.wpa.akms.list").repeats().label("Key management list").doc("WPA 3.1 §2.1", "How keys may be agreed");
    WPA_AKM = Field::moving("wlan.wfa.ie.wpa.akms", Value::Uint).repeats().label("Key management").doc("WPA 3.1 §2.1", "How keys may be agreed");
    WPA_AKM_OUI = Field::moving("wlan.wfa.ie.wpa.akms.oui", Value::Uint).repeats().part_of("wlan.wfa.ie.wpa.akms").label("Organization").doc("WPA 3.1 §2.1", "20,722 (00-50-f2) for WPA's own");
    WPA_AKM_TYPE = Field::moving("wlan.wfa.ie.wpa.type", Value::Uint).repeats().names(akm_name).part_of("wlan.wfa.ie.wpa.akms").label("Method").doc("WPA 3.1 §2.1", "Which method");
    WMM_SUBTYPE = Field::moving("wlan.wfa.ie.wme.subtype", Value::Uint).repeats().values(WMM_SUBTYPES).label("Subtype").doc("WMM §2.2", "Which WMM element");
    WMM_VERSION = Field::moving("wlan.wfa.ie.wme.version", Value::Uint).repeats().label("Version").doc("WMM §2.2", "1");
    WMM_RESERVED = Field::moving("wlan.wfa.ie.wme.reserved", Value::Bytes).repeats().label("Reserved").doc("WMM §2.2.2", "Must be 0");
    ACP = Field::group("wlan.wfa.ie.wme.acp").repeats().label("Access category").doc("WMM §2.2.2", "How one of four queues contends for the medium");
    CW_MAX = Field::derived("wlan.wfa.ie.wme.acp.cw.max", Value::Uint).repeats().unit("slots").label("Largest window").doc("WMM §2.2.2", "The random wait is below this at most");
    CW_MIN = Field::derived("wlan.wfa.ie.wme.acp.cw.min", Value::Uint).repeats().unit("slots").label("Smallest window").doc("WMM §2.2.2", "The random wait is below this at first");
}

static COUNTERS: &[(u64, &str)] = &[(0, "1"), (1, "2"), (2, "4"), (3, "16")];
static CATEGORIES: &[(u64, &str)] = &[(0, "best effort"), (1, "background"), (2, "video"), (3, "voice")];
static MICROSOFT: &[(u64, &str)] = &[(1, "WPA"), (2, "WMM"), (4, "WPS")];
static WMM_SUBTYPES: &[(u64, &str)] = &[(0, "information"), (1, "parameters"), (2, "traffic specification")];

/// 00-50-F2, Microsoft: WPA, WMM and WPS are under its number.
const MICROSOFT_OUI: u32 = 0x0000_50f2;

fn oui_name(oui: u64) -> Option<&'static str> {
    Some(match oui {
        0x0000_50f2 => "Microsoft",
        0x0000_0fac => "IEEE 802.11",
        0x0050_6f9a => "Wi-Fi Alliance",
        0x0000_17f2 => "Apple",
        0x0000_1018 => "Broadcom",
        0x0000_037f => "Atheros",
        0x0000_0c43 => "Ralink",
        0x0000_904c => "Epigram",
        0x0000_4096 => "Cisco (Aironet)",
        0x0000_e04c => "Realtek",
        0x008c_fdf0 => "Qualcomm",
        _ => return None,
    })
}

/// The rows of a cipher or key management suite: the whole, its organization, its type.
type Suite = [&'static Field; 3];

/// A list of suites: its count, the group around it, its rows.
struct List {
    count: &'static Field,
    group: &'static Field,
    suite: Suite,
}

static GROUP: Suite = [&GCS, &GCS_OUI, &GCS_TYPE];
static MANAGEMENT: Suite = [&GMCS, &GMCS_OUI, &GMCS_TYPE];
static PAIRWISE: List = List { count: &PCS_COUNT, group: &PCS_LIST, suite: [&PCS, &PCS_OUI, &PCS_TYPE] };
static KEYS: List = List { count: &AKM_COUNT, group: &AKM_LIST, suite: [&AKM, &AKM_OUI, &AKM_TYPE] };
static WPA_GROUP: Suite = [&MCS, &MCS_OUI, &MCS_TYPE];
static WPA_PAIRWISE: List = List { count: &UCS_COUNT, group: &UCS_LIST, suite: [&UCS, &UCS_OUI, &UCS_TYPE] };
static WPA_KEYS: List =
    List { count: &WPA_AKM_COUNT, group: &WPA_AKM_LIST, suite: [&WPA_AKM, &WPA_AKM_OUI, &WPA_AKM_TYPE] };

/// Puts an RSN element. It may end behind any of its fields (§9.4.2.24.1). Returns how many bytes were read.
pub fn rsn<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    v.uint_le(s, &VERSION, 0, 2);
    let mut at = suite(s, v, 2, &GROUP);
    at = list(s, v, at, &PAIRWISE);
    at = list(s, v, at, &KEYS);
    if at + 2 <= v.wire {
        v.part(at, 2).fixed(s, CAPABILITIES);
        at += 2;
    }
    at = pmkids(s, v, at);
    at = suite(s, v, at, &MANAGEMENT);
    v.rest(s, &RSN_REST, at);
    v.wire
}

/// Puts the suite at `at`, if there is one, and returns where it ends.
fn suite<S: Sink>(s: &mut S, v: &Tlv<'_>, at: u32, [whole, oui, kind]: &Suite) -> u32 {
    if at + 4 > v.wire {
        return at;
    }
    if v.data.len() >= at as usize + 4 {
        v.uint(s, whole, at, 4);
        v.uint(s, oui, at, 3);
        v.uint(s, kind, at + 3, 1);
    }
    at + 4
}

/// Puts a list of suites behind their count, and returns where it ends.
fn list<S: Sink>(s: &mut S, v: &Tlv<'_>, at: u32, list: &List) -> u32 {
    if at + 2 > v.wire {
        return at;
    }
    v.uint_le(s, list.count, at, 2);
    let Some(count) = count_at(s, v, at, 4) else { return v.wire };
    let (start, mut at) = (at + 2, at + 2);
    if count == 0 || v.data.len() <= start as usize {
        return start + count * 4;
    }
    s.open(list.group, v.bit(start));
    for _ in 0..count {
        at = suite(s, v, at, &list.suite);
    }
    s.close(v.bit(at));
    at
}

/// The count at `at`, when so many items of `size` bytes follow; a note when they do not.
fn count_at<S: Sink>(s: &mut S, v: &Tlv<'_>, at: u32, size: u32) -> Option<u32> {
    let count = u32::from(u16::from_le_bytes(*v.data.get(at as usize..)?.first_chunk()?));
    let room = v.wire.saturating_sub(at + 2) / size;
    if count > room {
        let rule = "a list ends within its element (IEEE 802.11-2020 §9.4.2.24.1)";
        s.note(NoteKind::Bad, format_args!("{rule}: room for {room} items, {count} said"));
        return None;
    }
    Some(count)
}

fn pmkids<S: Sink>(s: &mut S, v: &Tlv<'_>, at: u32) -> u32 {
    if at + 2 > v.wire {
        return at;
    }
    v.uint_le(s, &PMKID_COUNT, at, 2);
    let Some(count) = count_at(s, v, at, 16) else { return v.wire };
    let start = at + 2;
    let end = start + count * 16;
    if count == 0 || v.data.len() <= start as usize {
        return end;
    }
    s.open(&PMKID_LIST, v.bit(start));
    for at in (start..end).step_by(16) {
        v.span(s, &PMKID, at, at + 16);
    }
    s.close(v.bit(end));
    end
}

/// Puts an element of a vendor, and returns how many bytes were read.
pub fn vendor<S: Sink>(s: &mut S, v: &Tlv<'_>) -> u32 {
    if v.wire < 3 {
        return 0;
    }
    v.uint(s, &OUI, 0, 3);
    let Some([_, a, b, c]) = v.data.first_chunk::<3>().map(|[a, b, c]| [0, *a, *b, *c]) else { return v.wire };
    if v.wire == 3 {
        return 3;
    }
    v.uint(s, &KIND, 3, 1);
    let Some(kind) = v.byte(3) else { return v.wire };
    match (u32::from_be_bytes([0, a, b, c]), kind) {
        (MICROSOFT_OUI, 1) => {
            v.uint(s, &WFA_KIND, 3, 1);
            v.uint_le(s, &WPA_VERSION, 4, 2);
            let mut at = suite(s, v, 6, &WPA_GROUP);
            at = list(s, v, at, &WPA_PAIRWISE);
            at = list(s, v, at, &WPA_KEYS);
            v.rest(s, &DATA, at);
        }
        (MICROSOFT_OUI, 2) => wmm(s, v),
        (MICROSOFT_OUI, _) => {
            v.uint(s, &WFA_KIND, 3, 1);
            v.rest(s, &DATA, 4);
        }
        _ => v.rest(s, &DATA, 3),
    }
    v.wire
}

fn wmm<S: Sink>(s: &mut S, v: &Tlv<'_>) {
    v.uint(s, &WFA_KIND, 3, 1);
    v.uint(s, &WMM_SUBTYPE, 4, 1);
    v.uint(s, &WMM_VERSION, 5, 1);
    let Some(subtype) = v.byte(4) else { return };
    if subtype > 1 || v.wire < 7 {
        v.rest(s, &DATA, 6);
        return;
    }
    v.part(6, 1).fixed(s, QOS_INFO);
    if subtype == 0 {
        v.rest(s, &DATA, 7);
        return;
    }
    v.span(s, &WMM_RESERVED, 7, 8);
    let mut at = 8;
    while at + 4 <= v.wire && s.room() {
        let ac = v.part(at, 4);
        if ac.data.is_empty() {
            return;
        }
        s.open(&ACP, ac.bit(0));
        ac.fixed(s, AC);
        if let Some([_, window, ..]) = ac.data.first_chunk::<4>() {
            s.derived(&CW_MAX, (1 << (window >> 4)) - 1);
            s.derived(&CW_MIN, (1 << (window & 0xf)) - 1);
        }
        s.close(ac.bit(4));
        at += 4;
    }
    v.rest(s, &DATA, at);
}

fn explain_window(around: &Around<'_>, out: &mut Text) {
    out.lit("up to ").num((1u64 << around.value.min(15)) - 1).lit(" slots");
}

fn explain_txop(around: &Around<'_>, out: &mut Text) {
    if around.value > 0 {
        out.num_grouped(around.value * 32).lit(" µs");
    }
}

fn explain_akm(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        2 | 6 => "WPA2-Personal: a password that all share",
        8 | 24 => "WPA3-Personal: a password that cannot be guessed from captured traffic",
        1 | 5 => "WPA2-Enterprise: each user has credentials of their own",
        11 | 12 => "WPA3-Enterprise",
        18 => "encrypted without a password (Enhanced Open)",
        _ => return,
    });
}
