//! Key descriptors of EAPOL: those of IEEE 802.11 (RSN, and WPA before it), by which an access point and a station agree on
//! keys, and that of IEEE 802.1X itself for RC4.
//!
//! ```text
//! |  Descriptor   |        Key information        |  Key length …
//! |               | Replay counter, 8 bytes; nonce, 32; IV, 16; RSC, 8; ID, 8; MIC, 16
//! |        Key data length        |  Key data …
//! ```

use crate::field::{Around, Field, Kind};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

crate::fields! { pub TYPE_ROW:
    TYPE = Field::uint("eapol.keydes.type", 0, 8).values(TYPES).label("Key descriptor type").doc("IEEE 802.1X §11.9", "What kind of key descriptor follows");
}

crate::fields! { pub RSN:
    INFO = Field::uint("wlan_rsna_eapol.keydes.key_info", 8, 16).hex().label("Key information").doc("IEEE 802.11 §12.7.2", "What the message is and how it is protected");
    SMK = Field::flag("wlan_rsna_eapol.keydes.key_info.smk_message", 10).part_of("wlan_rsna_eapol.keydes.key_info").label("SMK message").doc("IEEE 802.11 §12.7.2", "1: part of a handshake between stations");
    ENCRYPTED = Field::flag("wlan_rsna_eapol.keydes.key_info.encrypted_key_data", 11).part_of("wlan_rsna_eapol.keydes.key_info").label("Encrypted key data").doc("IEEE 802.11 §12.7.2", "1: the key data is encrypted");
    REQUEST = Field::flag("wlan_rsna_eapol.keydes.key_info.request", 12).part_of("wlan_rsna_eapol.keydes.key_info").label("Request").doc("IEEE 802.11 §12.7.2", "1: the station asks the access point to begin a handshake, or reports an error");
    ERROR = Field::flag("wlan_rsna_eapol.keydes.key_info.error", 13).part_of("wlan_rsna_eapol.keydes.key_info").label("Error").doc("IEEE 802.11 §12.7.2", "1: a frame with a wrong integrity code was received");
    SECURE = Field::flag("wlan_rsna_eapol.keydes.key_info.secure", 14).part_of("wlan_rsna_eapol.keydes.key_info").label("Secure").doc("IEEE 802.11 §12.7.2", "1: the first handshake is complete");
    HAS_MIC = Field::flag("wlan_rsna_eapol.keydes.key_info.key_mic", 15).part_of("wlan_rsna_eapol.keydes.key_info").label("MIC").doc("IEEE 802.11 §12.7.2", "1: the message has an integrity code");
    ACK = Field::flag("wlan_rsna_eapol.keydes.key_info.key_ack", 16).part_of("wlan_rsna_eapol.keydes.key_info").label("Acknowledge").doc("IEEE 802.11 §12.7.2", "1: the access point asks for an answer");
    INSTALL = Field::flag("wlan_rsna_eapol.keydes.key_info.install", 17).part_of("wlan_rsna_eapol.keydes.key_info").label("Install").doc("IEEE 802.11 §12.7.2", "1: the station uses the pairwise key from now on");
    INDEX = Field::uint("wlan_rsna_eapol.keydes.key_info.key_index", 18, 2).part_of("wlan_rsna_eapol.keydes.key_info").label("Key index").doc("IEEE 802.11 §12.7.2", "Number of a group key in WPA; 0 in RSN");
    PAIRWISE = Field::flag("wlan_rsna_eapol.keydes.key_info.key_type", 20).part_of("wlan_rsna_eapol.keydes.key_info").label("Pairwise key").doc("IEEE 802.11 §12.7.2", "1: a key for one station; 0: for the group");
    DESCRIPTOR = Field::uint("wlan_rsna_eapol.keydes.key_info.keydes_version", 21, 3).part_of("wlan_rsna_eapol.keydes.key_info").values(VERSIONS).label("Descriptor version").doc("IEEE 802.11 §12.7.2", "How key data and message are protected");
    LENGTH = Field::uint("eapol.keydes.key_len", 24, 16).unit("bytes").label("Key length").doc("IEEE 802.11 §12.7.2", "Of the key that is agreed on");
    COUNTER = Field::uint("eapol.keydes.replay_counter", 40, 64).label("Replay counter").doc("IEEE 802.11 §12.7.2", "Answers repeat the counter of the question; older ones are not accepted");
    NONCE = Field::bytes("wlan_rsna_eapol.keydes.nonce", 104, 256).label("Nonce").doc("IEEE 802.11 §12.7.2", "The sender's random number, from which the keys are made; 0 when it is not needed");
    IV = Field::bytes("eapol.keydes.key_iv", 360, 128).label("Key IV").doc("IEEE 802.11 §12.7.2", "Used when RC4 encrypts the key data");
    RSC = Field::bytes("wlan_rsna_eapol.keydes.rsc", 488, 64).label("Receive sequence counter").doc("IEEE 802.11 §12.7.2", "From where on frames to the group are new");
    ID = Field::bytes("wlan_rsna_eapol.keydes.id", 552, 64).label("Key ID").doc("IEEE 802.11 §12.7.2", "Reserved");
    MIC = Field::bytes("wlan_rsna_eapol.keydes.mic", 616, 128).label("MIC").doc("IEEE 802.11 §12.7.2", "Integrity code of the message, with 16 bytes as most methods have");
    DATA_LEN = Field::uint("wlan_rsna_eapol.keydes.data_len", 744, 16).unit("bytes").label("Key data length").doc("IEEE 802.11 §12.7.2", "Of the key data");
}

crate::fields! { pub RC4:
    RC4_LENGTH = Field::uint("eapol.keydes.key_len", 8, 16).unit("bytes").label("Key length").doc("IEEE 802.1X-2004 §7.6.2", "Of the key; 5 or 13");
    RC4_COUNTER = Field::uint("eapol.keydes.replay_counter", 24, 64).label("Replay counter").doc("IEEE 802.1X-2004 §7.6.3", "Grows from message to message");
    RC4_IV = Field::bytes("eapol.keydes.key_iv", 88, 128).label("Key IV").doc("IEEE 802.1X-2004 §7.6.4", "A random number that encrypts the key, with the session key");
    RC4_INDEX = Field::uint("eapol.keydes.key_index", 216, 8).hex().label("Key index").doc("IEEE 802.1X-2004 §7.6.5", "Which key it is");
    RC4_UNICAST = Field::flag("eapol.keydes.key_index.type", 216).part_of("eapol.keydes.key_index").label("Unicast").doc("IEEE 802.1X-2004 §7.6.5", "1: for one station; 0: for the group");
    RC4_NUMBER = Field::uint("eapol.keydes.key_index.number", 217, 7).part_of("eapol.keydes.key_index").label("Number").doc("IEEE 802.1X-2004 §7.6.5", "Of the key");
    RC4_SIGNATURE = Field::bytes("eapol.keydes.key_signature", 224, 128).label("Key signature").doc("IEEE 802.1X-2004 §7.6.6", "HMAC-MD5 over the whole EAPOL packet");
}

crate::fields! { pub MOVING:
    DATA = Field::moving("wlan_rsna_eapol.keydes.data", Kind::Bytes).label("Key data").doc("IEEE 802.11 §12.7.2", "Elements and keys; often encrypted");
    MESSAGE = Field::derived("wlan_rsna_eapol.keydes.msgnr", Kind::Uint).explain(explain_message).label("Message number").doc("IEEE 802.11 §12.7.6", "Which message of its handshake it is, as the key information tells");
    KEY = Field::moving("eapol.keydes.key", Kind::Bytes).label("Key").doc("IEEE 802.1X-2004 §7.6.7", "Encrypted");
    LOCAL = Field::derived("eapol.keydes.key.generated_locally", Kind::Flag).label("Key generated locally").doc("IEEE 802.1X-2004 §7.6.7", "1: no key is sent; the receiver takes a part of the session key");
    BODY = Field::moving("eapol.keydes.body", Kind::Bytes).label("Key descriptor body").doc("IEEE 802.1X §11.9", "Of a type that is not decoded");
}

const RC4_TYPE: u8 = 1;
const RSN_TYPE: u8 = 2;
const WPA_TYPE: u8 = 254;

static TYPES: &[(u64, &str)] =
    &[(RC4_TYPE as u64, "RC4"), (RSN_TYPE as u64, "IEEE 802.11 (RSN)"), (WPA_TYPE as u64, "WPA")];

/// IEEE 802.11 table 12-8.
static VERSIONS: &[(u64, &str)] = &[
    (0, "as the key management says"),
    (1, "RC4 and HMAC-MD5"),
    (2, "AES key wrap and HMAC-SHA1-128"),
    (3, "AES key wrap and AES-128-CMAC"),
];

/// Puts a key descriptor: the body of an EAPOL-Key packet.
pub fn put<S: Sink>(s: &mut S, k: &Tlv<'_>) {
    k.fixed(s, TYPE_ROW);
    let rule = "a key descriptor has all fields of its type (IEEE 802.1X §11.9)";
    match k.byte(0) {
        Some(RSN_TYPE | WPA_TYPE) => {
            k.fixed(s, RSN);
            if !k.at_least(s, rule, 95) {
                return;
            }
            let Some(header) = k.data.first_chunk::<95>() else { return };
            let len = DATA_LEN.get(header) as u32;
            if 95 + len > k.wire {
                let found = k.wire - 95;
                let rule = "the key data fits into its packet (IEEE 802.11 §12.7.2)";
                s.note(NoteKind::Bad, format_args!("{rule}: {len} bytes expected, {found} found"));
            }
            k.span(s, &DATA, 95, (95 + len).min(k.wire));
            if let Some(number) = message(header).filter(|_| k.data.len() >= (95 + len).min(k.wire) as usize) {
                s.derived(&MESSAGE, number);
            }
        }
        Some(RC4_TYPE) => {
            k.fixed(s, RC4);
            if k.at_least(s, rule, 44) && k.data.len() as u64 >= u64::from(k.wire) {
                k.rest(s, &KEY, 44);
                s.derived(&LOCAL, u64::from(k.wire == 44));
            }
        }
        Some(_) => k.rest(s, &BODY, 1),
        None => {}
    }
}

/// Which message of the four-way or group key handshake it is (IEEE 802.11 §12.7.6, §12.7.7).
fn message(key: &[u8; 95]) -> Option<u64> {
    let set = |flag: &'static Field| flag.get(key) != 0;
    if set(&REQUEST) {
        return None;
    }
    if !set(&PAIRWISE) {
        return Some(if set(&ACK) { 1 } else { 2 });
    }
    match (set(&ACK), set(&HAS_MIC), set(&SECURE)) {
        (true, false, _) => Some(1),
        (true, true, _) => Some(3),
        // WPA's last message is told from the second by having no data.
        (false, true, false) if DATA_LEN.get(key) > 0 => Some(2),
        (false, true, _) => Some(4),
        (false, false, _) => None,
    }
}

fn explain_message(a: &Around<'_>, out: &mut Text) {
    // The key descriptor stands behind EAPOL's 4 bytes.
    let Some(key) = a.layer.get(4..).and_then(<[u8]>::first_chunk::<95>) else { return };
    out.lit(match (PAIRWISE.get(key) != 0, a.value) {
        (true, 1) => "of 4: the access point sends its nonce",
        (true, 2) => "of 4: the station sends its nonce, and proves that it knows the key",
        (true, 3) => "of 4: the access point proves it, too, sends the group key and lets the station begin",
        (true, _) => "of 4: the station has the keys in use",
        (false, 1) => "of 2: the access point sends a new group key",
        (false, _) => "of 2: the station has it",
    });
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn the_key_information_tells_the_message() {
        let number = |info: u16, data: u16| {
            let mut key = [0; 95];
            key[1..3].copy_from_slice(&info.to_be_bytes());
            key[93..95].copy_from_slice(&data.to_be_bytes());
            message(&key)
        };
        // The four-way handshake of RSN, then WPA's third and fourth message, which are not secure yet.
        assert_eq!([0x008a, 0x010a, 0x13ca, 0x030a].map(|i| number(i, 22)), [1, 2, 3, 4].map(Some));
        assert_eq!([number(0x01c9, 24), number(0x0109, 0)], [Some(3), Some(4)]);
        // The group key handshake, a request, and nothing at all.
        assert_eq!([number(0x1382, 56), number(0x0302, 0)], [Some(1), Some(2)]);
        assert_eq!([number(0x0b0a, 0), number(0x0008, 0)], [None, None]);
    }
}
