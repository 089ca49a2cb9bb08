//! Chunks of the Stream Control Transmission Protocol (RFC 9260 §3.2), of the standard and of its extensions.
//!
//! ```text
//! |     Type      |     Flags     |            Length             |
//! |  Value … filled up to a multiple of 4 bytes                   |
//! ```

use super::sctp_names as names;
use super::sctp_parameters as parameters;
use crate::field::{Around, At, Field, Kind, Table};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Sink};
use crate::text::Text;

/// Chunk type of user data.
pub const DATA: u8 = 0;
/// Chunk type of user data whose messages may be interleaved (RFC 8260 §2.1).
pub const I_DATA: u8 = 64;

crate::fields! { pub PREFIX:
    TYPE = Field::uint("sctp.chunk_type", 0, 8).repeats().names(names::chunk).label("Type").doc("RFC 9260 §3.2", "Which chunk it is; its two highest bits say what to do with one that is not known").explain(explain_type);
    BIT_1 = Field::flag("sctp.chunk_bit_1", 0).repeats().part_of("sctp.chunk_type").label("Skip").doc("RFC 9260 §3.2", "Who does not know the chunk: 0: ignores the rest of the packet; 1: skips the chunk and reads on");
    BIT_2 = Field::flag("sctp.chunk_bit_2", 1).repeats().part_of("sctp.chunk_type").label("Report").doc("RFC 9260 §3.2", "Who does not know the chunk: 1: says so in an ERROR chunk");
    FLAGS = Field::uint("sctp.chunk_flags", 8, 8).repeats().hex().label("Flags").doc("RFC 9260 §3.2", "What they mean depends on the type");
}

crate::fields! { pub LENGTH:
    CHUNK_LENGTH = Field::uint("sctp.chunk_length", 16, 16).repeats().unit("bytes").label("Length").doc("RFC 9260 §3.2", "Type, flags, length and value, without the padding behind them");
}

crate::fields! { pub MOVING:
    CHUNK = Field::group("sctp.chunk").repeats().label("Chunk").doc("RFC 9260 §3.2", "One message of the protocol; a packet carries any number of them");
    VALUE = Field::moving("sctp.chunk_value", Kind::Bytes).repeats().label("Value").doc("RFC 9260 §3.2", "What is not read further");
    PADDING = Field::moving("sctp.chunk_padding", Kind::Bytes).repeats().label("Padding").doc("RFC 9260 §3.2", "Up to 3 bytes that bring the next chunk to a multiple of 4");
    PAYLOAD = Field::moving("sctp.data_payload", Kind::Bytes).repeats().label("User data").doc("RFC 9260 §3.3.1", "The application's message, or a part of it");
    COOKIE = Field::moving("sctp.cookie", Kind::Bytes).repeats().label("Cookie").doc("RFC 9260 §3.3.11", "What INIT ACK handed out, as it was");
    HMAC = Field::moving("sctp.hmac", Kind::Bytes).repeats().label("HMAC").doc("RFC 4895 §5.1", "Proof over this chunk and all behind it");
    PADDING_DATA = Field::moving("sctp.padding_data", Kind::Bytes).repeats().label("Padding data").doc("RFC 4820 §3", "Without meaning");
    DROPPED = Field::moving("sctp.pktdrop_datafield", Kind::Bytes).repeats().label("Dropped packet").doc("draft-stewart-sctp-pktdrprep", "The packet that was dropped, or its beginning");
    GAP_START = Field::moving("sctp.sack_gap_block_start", Kind::Uint).repeats().label("Gap block start").doc("RFC 9260 §3.3.4", "First TSN of a range that arrived, counted from the cumulative TSN");
    GAP_START_TSN = Field::derived("sctp.sack_gap_block_start_tsn_raw", Kind::Uint).repeats().label("First TSN").doc("RFC 9260 §3.3.4", "The cumulative TSN and the start of the block");
    GAP_END = Field::moving("sctp.sack_gap_block_end", Kind::Uint).repeats().label("Gap block end").doc("RFC 9260 §3.3.4", "Last TSN of the range, counted from the cumulative TSN");
    GAP_END_TSN = Field::derived("sctp.sack_gap_block_end_tsn_raw", Kind::Uint).repeats().label("Last TSN").doc("RFC 9260 §3.3.4", "The cumulative TSN and the end of the block");
    GAP_ACKED = Field::derived("sctp.sack_number_of_tsns_gap_acked", Kind::Uint).repeats().label("TSNs in gap blocks").doc("RFC 9260 §3.3.4", "How many arrived out of order");
    DUPLICATE = Field::moving("sctp.sack_duplicate_tsn", Kind::Uint).repeats().label("Duplicate TSN").doc("RFC 9260 §3.3.4", "Arrived once more since the last SACK");
    NR_GAP_ACKED_START = Field::moving("sctp.nr_sack_gap_block_start", Kind::Uint).repeats().label("Gap block start").doc("draft-tuexen-tsvwg-sctp-multipath", "First TSN of a range that arrived, counted from the cumulative TSN");
    NR_START_TSN = Field::derived("sctp.nr_sack_gap_block_start_tsn", Kind::Uint).repeats().label("First TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "The cumulative TSN and the start of the block");
    NR_GAP_ACKED_END = Field::moving("sctp.nr_sack_gap_block_end", Kind::Uint).repeats().label("Gap block end").doc("draft-tuexen-tsvwg-sctp-multipath", "Last TSN of the range, counted from the cumulative TSN");
    NR_END_TSN = Field::derived("sctp.nr_sack_gap_block_end_tsn", Kind::Uint).repeats().label("Last TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "The cumulative TSN and the end of the block");
    NR_ACKED = Field::derived("sctp.nr_sack_number_of_tsns_gap_acked", Kind::Uint).repeats().label("TSNs in gap blocks").doc("draft-tuexen-tsvwg-sctp-multipath", "How many arrived out of order and may still be dropped");
    KEPT_START = Field::moving("sctp.nr_sack_nr_gap_block_start", Kind::Uint).repeats().label("Kept block start").doc("draft-tuexen-tsvwg-sctp-multipath", "First TSN of a range that will not be dropped again, counted from the cumulative TSN");
    KEPT_START_TSN = Field::derived("sctp.nr_sack_nr_gap_block_start_tsn", Kind::Uint).repeats().label("First TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "The cumulative TSN and the start of the block");
    KEPT_END = Field::moving("sctp.nr_sack_nr_gap_block_end", Kind::Uint).repeats().label("Kept block end").doc("draft-tuexen-tsvwg-sctp-multipath", "Last TSN of the range, counted from the cumulative TSN");
    KEPT_END_TSN = Field::derived("sctp.nr_sack_nr_gap_block_end_tsn", Kind::Uint).repeats().label("Last TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "The cumulative TSN and the end of the block");
    KEPT_ACKED = Field::derived("sctp.nr_sack_number_of_tsns_nr_gap_acked", Kind::Uint).repeats().label("TSNs in kept blocks").doc("draft-tuexen-tsvwg-sctp-multipath", "How many will not be dropped again");
    NR_DUPLICATE = Field::moving("sctp.nr_sack_duplicate_tsn", Kind::Uint).repeats().label("Duplicate TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "Arrived once more since the last report");
    I_PPID = Field::moving("sctp.data_payload_proto_id", Kind::Uint).repeats().names(names::payload).label("Payload protocol").doc("RFC 8260 §2.1", "What the user data is, by the sender's word; only in the first part of a message");
    I_FSN = Field::moving("sctp.data_fsn", Kind::Uint).repeats().label("Fragment sequence number").doc("RFC 8260 §2.1", "Which part of the message this is; the first has 0 and does not say so");
}

crate::fields! { pub DATA_FLAGS:
    I_BIT = Field::flag("sctp.data_i_bit", 12).repeats().part_of("sctp.chunk_flags").label("Immediate").doc("RFC 7053 §3", "1: the receiver should not wait before it acknowledges");
    U_BIT = Field::flag("sctp.data_u_bit", 13).repeats().part_of("sctp.chunk_flags").label("Unordered").doc("RFC 9260 §3.3.1", "1: to be handed over as it arrives; the stream sequence number does not count");
    B_BIT = Field::flag("sctp.data_b_bit", 14).repeats().part_of("sctp.chunk_flags").label("Beginning").doc("RFC 9260 §3.3.1", "1: the first part of a message");
    E_BIT = Field::flag("sctp.data_e_bit", 15).repeats().part_of("sctp.chunk_flags").label("Ending").doc("RFC 9260 §3.3.1", "1: the last part of a message; with the beginning: the whole message");
}

crate::fields! { pub DATA_ROWS:
    TSN = Field::uint("sctp.data_tsn_raw", 32, 32).repeats().label("TSN").doc("RFC 9260 §3.3.1", "Transmission sequence number: counts chunks of all streams, modulo 2^32");
    SID = Field::uint("sctp.data_sid", 64, 16).repeats().hex().label("Stream").doc("RFC 9260 §3.3.1", "Which of the association's streams the message belongs to");
    SSN = Field::uint("sctp.data_ssn", 80, 16).repeats().label("Stream sequence number").doc("RFC 9260 §3.3.1", "Counts messages of the stream; the same in all parts of a message");
    PPID = Field::uint("sctp.data_payload_proto_id", 96, 32).repeats().names(names::payload).label("Payload protocol").doc("RFC 9260 §3.3.1", "What the user data is, by the sender's word; SCTP itself does not look at it");
}

crate::fields! { pub I_DATA_ROWS:
    I_TSN = Field::uint("sctp.data_tsn_raw", 32, 32).repeats().label("TSN").doc("RFC 8260 §2.1", "Transmission sequence number: counts chunks of all streams, modulo 2^32");
    I_SID = Field::uint("sctp.data_sid", 64, 16).repeats().hex().label("Stream").doc("RFC 8260 §2.1", "Which of the association's streams the message belongs to");
    I_RESERVED = Field::uint("sctp.data_reserved", 80, 16).repeats().label("Reserved").doc("RFC 8260 §2.1", "Must be 0");
    I_MID = Field::uint("sctp.data_mid", 96, 32).repeats().label("Message identifier").doc("RFC 8260 §2.1", "Counts messages of the stream; the same in all parts of a message");
}

crate::fields! { pub INIT_ROWS:
    INIT_TAG = Field::uint("sctp.init_initiate_tag", 32, 32).repeats().hex().label("Initiate tag").doc("RFC 9260 §3.3.2", "What the other side has to put into the verification tag of its packets");
    INIT_CREDIT = Field::uint("sctp.init_credit", 64, 32).repeats().unit("bytes").label("Receiver window").doc("RFC 9260 §3.3.2", "How much buffer the sender has for the association");
    INIT_OUT = Field::uint("sctp.init_nr_out_streams", 96, 16).repeats().label("Outbound streams").doc("RFC 9260 §3.3.2", "How many streams the sender wants to send on");
    INIT_IN = Field::uint("sctp.init_nr_in_streams", 112, 16).repeats().label("Inbound streams").doc("RFC 9260 §3.3.2", "How many streams the sender takes at most");
    INIT_TSN = Field::uint("sctp.init_initial_tsn", 128, 32).repeats().label("Initial TSN").doc("RFC 9260 §3.3.2", "The number of the sender's first DATA chunk");
}

crate::fields! { pub INIT_ACK_ROWS:
    ACK_TAG = Field::uint("sctp.initack_initiate_tag", 32, 32).repeats().hex().label("Initiate tag").doc("RFC 9260 §3.3.3", "What the other side has to put into the verification tag of its packets");
    ACK_CREDIT = Field::uint("sctp.initack_credit", 64, 32).repeats().unit("bytes").label("Receiver window").doc("RFC 9260 §3.3.3", "How much buffer the sender has for the association");
    ACK_OUT = Field::uint("sctp.initack_nr_out_streams", 96, 16).repeats().label("Outbound streams").doc("RFC 9260 §3.3.3", "How many streams the sender wants to send on");
    ACK_IN = Field::uint("sctp.initack_nr_in_streams", 112, 16).repeats().label("Inbound streams").doc("RFC 9260 §3.3.3", "How many streams the sender takes at most");
    ACK_TSN = Field::uint("sctp.initack_initial_tsn", 128, 32).repeats().label("Initial TSN").doc("RFC 9260 §3.3.3", "The number of the sender's first DATA chunk");
}

crate::fields! { pub SACK_FLAGS:
    SACK_NONCE = Field::uint("sctp.sack_nounce_sum", 15, 1).repeats().part_of("sctp.chunk_flags").label("Nonce sum").doc("draft-ladha-sctp-nonce", "An experiment against receivers that hide congestion marks; otherwise 0");
}

crate::fields! { pub SACK_ROWS:
    SACK_TSN = Field::uint("sctp.sack_cumulative_tsn_ack_raw", 32, 32).repeats().label("Cumulative TSN").doc("RFC 9260 §3.3.4", "Everything up to this DATA chunk arrived");
    SACK_CREDIT = Field::uint("sctp.sack_a_rwnd", 64, 32).repeats().unit("bytes").label("Receiver window").doc("RFC 9260 §3.3.4", "How much buffer is free").explain(explain_window);
    SACK_GAPS = Field::uint("sctp.sack_number_of_gap_blocks", 96, 16).repeats().label("Gap blocks").doc("RFC 9260 §3.3.4", "How many ranges arrived beyond the cumulative TSN; what lies between is missing");
    SACK_DUPLICATES = Field::uint("sctp.sack_number_of_duplicated_tsns", 112, 16).repeats().label("Duplicate TSNs").doc("RFC 9260 §3.3.4", "How many chunks arrived more than once");
}

crate::fields! { pub NR_SACK_FLAGS:
    NR_NONCE = Field::uint("sctp.nr_sack_nounce_sum", 15, 1).repeats().part_of("sctp.chunk_flags").label("Nonce sum").doc("draft-ladha-sctp-nonce", "An experiment against receivers that hide congestion marks; otherwise 0");
}

crate::fields! { pub NR_SACK_ROWS:
    NR_TSN = Field::uint("sctp.nr_sack_cumulative_tsn_ack", 32, 32).repeats().label("Cumulative TSN").doc("draft-tuexen-tsvwg-sctp-multipath", "Everything up to this DATA chunk arrived");
    NR_CREDIT = Field::uint("sctp.nr_sack_a_rwnd", 64, 32).repeats().unit("bytes").label("Receiver window").doc("draft-tuexen-tsvwg-sctp-multipath", "How much buffer is free").explain(explain_window);
    NR_GAPS = Field::uint("sctp.nr_sack_number_of_gap_blocks", 96, 16).repeats().label("Gap blocks").doc("draft-tuexen-tsvwg-sctp-multipath", "How many ranges arrived that may still be dropped");
    NR_KEPT = Field::uint("sctp.nr_sack_number_of_nr_gap_blocks", 112, 16).repeats().label("Kept blocks").doc("draft-tuexen-tsvwg-sctp-multipath", "How many ranges arrived that will not be dropped again");
    NR_DUPLICATES = Field::uint("sctp.nr_sack_number_of_duplicated_tsns", 128, 16).repeats().label("Duplicate TSNs").doc("draft-tuexen-tsvwg-sctp-multipath", "How many chunks arrived more than once");
    NR_RESERVED = Field::uint("sctp.nr_sack_reserved", 144, 16).repeats().hex().label("Reserved").doc("draft-tuexen-tsvwg-sctp-multipath", "Must be 0");
}

crate::fields! { pub ABORT_FLAGS:
    ABORT_T = Field::flag("sctp.abort_t_bit", 15).repeats().part_of("sctp.chunk_flags").label("Tag reflected").doc("RFC 9260 §3.3.7", "1: the sender knows no such association, and the verification tag is the one that it was sent");
}

crate::fields! { pub COMPLETE_FLAGS:
    COMPLETE_T = Field::flag("sctp.shutdown_complete_t_bit", 15).repeats().part_of("sctp.chunk_flags").label("Tag reflected").doc("RFC 9260 §3.3.13", "1: the sender knows no such association, and the verification tag is the one that it was sent");
}

crate::fields! { pub SHUTDOWN:
    SHUTDOWN_TSN = Field::uint("sctp.shutdown_cumulative_tsn_ack", 32, 32).repeats().label("Cumulative TSN").doc("RFC 9260 §3.3.8", "Everything up to this DATA chunk arrived");
}

crate::fields! { pub ECNE:
    ECNE_TSN = Field::uint("sctp.ecne_lowest_tsn", 32, 32).repeats().label("Lowest TSN").doc("RFC 4960 appendix A", "The first DATA chunk of the packet that had the congestion mark");
}

crate::fields! { pub CWR:
    CWR_TSN = Field::uint("sctp.cwr_lowest_tsn", 32, 32).repeats().label("Lowest TSN").doc("RFC 4960 appendix A", "From the ECNE that this answers");
}

crate::fields! { pub AUTH:
    AUTH_KEY = Field::uint("sctp.shared_key_id", 32, 16).repeats().label("Shared key").doc("RFC 4895 §5.1", "Which of the keys that both sides know");
    AUTH_HMAC = Field::uint("sctp.hmac_id", 48, 16).repeats().values(names::HMACS).label("HMAC algorithm").doc("RFC 4895 §5.1", "What the proof was computed with");
}

crate::fields! { pub ASCONF:
    ASCONF_SEQ = Field::uint("sctp.asconf_seq_nr_number", 32, 32).repeats().hex().label("Sequence number").doc("RFC 5061 §4.1.1", "Tells which answer belongs to it");
}

crate::fields! { pub ASCONF_ACK:
    ASCONF_ACK_SEQ = Field::uint("sctp.asconf_ack_seq_nr_number", 32, 32).repeats().hex().label("Sequence number").doc("RFC 5061 §4.1.2", "From the request");
}

crate::fields! { pub FORWARD:
    FORWARD_TSN = Field::uint("sctp.forward_tsn_tsn", 32, 32).repeats().label("New cumulative TSN").doc("RFC 3758 §3.2", "The receiver is to act as if everything up to this had arrived");
}

crate::fields! { pub FORWARD_ENTRY:
    FORWARD_SID = Field::uint("sctp.forward_tsn_sid", 0, 16).repeats().label("Stream").doc("RFC 3758 §3.2", "A stream of which messages were given up");
    FORWARD_SSN = Field::uint("sctp.forward_tsn_ssn", 16, 16).repeats().label("Stream sequence number").doc("RFC 3758 §3.2", "The last message of the stream that was given up");
}

crate::fields! { pub I_FORWARD:
    I_FORWARD_TSN = Field::uint("sctp.i_forward_tsn_tsn", 32, 32).repeats().label("New cumulative TSN").doc("RFC 8260 §2.3.1", "The receiver is to act as if everything up to this had arrived");
}

crate::fields! { pub I_FORWARD_ENTRY:
    I_FORWARD_SID = Field::uint("sctp.i_forward_tsn_sid", 0, 16).repeats().label("Stream").doc("RFC 8260 §2.3.1", "A stream of which messages were given up");
    I_FORWARD_FLAGS = Field::uint("sctp.i_forward_tsn_flags", 16, 16).repeats().hex().label("Flags").doc("RFC 8260 §2.3.1", "Whether ordered or unordered messages are meant");
    I_FORWARD_RES = Field::uint("sctp.i_forward_tsn_res", 16, 15).repeats().part_of("sctp.i_forward_tsn_flags").label("Reserved").doc("RFC 8260 §2.3.1", "Must be 0");
    I_FORWARD_U = Field::flag("sctp.i_forward_tsn_u_bit", 31).repeats().part_of("sctp.i_forward_tsn_flags").label("Unordered").doc("RFC 8260 §2.3.1", "1: unordered messages");
    I_FORWARD_MID = Field::uint("sctp.forward_tsn_mid", 32, 32).repeats().label("Message identifier").doc("RFC 8260 §2.3.1", "The last message of the stream that was given up");
}

crate::fields! { pub DROP_FLAGS:
    DROP_T = Field::flag("sctp.pckdrop_t_bit", 13).repeats().part_of("sctp.chunk_flags").label("Truncated").doc("draft-stewart-sctp-pktdrprep", "1: only the beginning of the dropped packet is here");
    DROP_B = Field::flag("sctp.pckdrop_b_bit", 14).repeats().part_of("sctp.chunk_flags").label("Bad checksum").doc("draft-stewart-sctp-pktdrprep", "1: it was dropped because its checksum was wrong");
    DROP_M = Field::flag("sctp.pckdrop_m_bit", 15).repeats().part_of("sctp.chunk_flags").label("Middlebox").doc("draft-stewart-sctp-pktdrprep", "1: a host on the way says so; 0: the receiver itself");
}

crate::fields! { pub DROP:
    DROP_BANDWIDTH = Field::uint("sctp.pktdrop_bandwidth", 32, 32).repeats().label("Bandwidth").doc("draft-stewart-sctp-pktdrprep", "Of the link in front of which it was dropped");
    DROP_QUEUE = Field::uint("sctp.pktdrop_queuesize", 64, 32).repeats().label("Queue size").doc("draft-stewart-sctp-pktdrprep", "How full the queue was");
    DROP_LENGTH = Field::uint("sctp.pktdrop_truncated_length", 96, 16).repeats().unit("bytes").label("Full length").doc("draft-stewart-sctp-pktdrprep", "Of the packet, when only its beginning is here");
    DROP_RESERVED = Field::uint("sctp.pktdrop_reserved", 112, 16).repeats().label("Reserved").doc("draft-stewart-sctp-pktdrprep", "Must be 0");
}

/// How deep chunks, causes and parameters may lie inside each other; real ones need 5.
pub(in crate::proto::shared) const DEEPEST: u8 = 8;

/// Length in bytes of the header of a chunk that carries user data, by its type; `None` for the others.
pub const fn data_header(kind: u8) -> Option<u32> {
    match kind {
        DATA => Some(16),
        I_DATA => Some(20),
        _ => None,
    }
}

/// Rows of a chunk's flags and of the fixed part of its value.
fn rows(kind: u8) -> (Table, Table) {
    match kind {
        DATA => (DATA_FLAGS, DATA_ROWS),
        1 => (&[], INIT_ROWS),
        2 => (&[], INIT_ACK_ROWS),
        3 => (SACK_FLAGS, SACK_ROWS),
        6 => (ABORT_FLAGS, &[]),
        7 => (&[], SHUTDOWN),
        12 => (&[], ECNE),
        13 => (&[], CWR),
        14 => (COMPLETE_FLAGS, &[]),
        15 => (&[], AUTH),
        16 => (NR_SACK_FLAGS, NR_SACK_ROWS),
        I_DATA => (DATA_FLAGS, I_DATA_ROWS),
        128 => (&[], ASCONF_ACK),
        129 => (DROP_FLAGS, DROP),
        192 => (&[], FORWARD),
        193 => (&[], ASCONF),
        194 => (&[], I_FORWARD),
        _ => (&[], &[]),
    }
}

/// Where the last row of a table ends, in bytes; 4 for an empty one, which is where values begin.
fn end_of(table: Table) -> u32 {
    table.last().and_then(|f| f.at).map_or(4, |At { bit, bits }| (u32::from(bit) + u32::from(bits)) / 8)
}

/// Puts a chunk, of which at least one byte was captured. `wire` of the chunk is what its length says, so at least 4;
/// `padding` is how many bytes follow it up to the next.
pub fn put<S: Sink>(s: &mut S, chunk: &Tlv<'_>, padding: &Tlv<'_>, depth: u8) {
    s.open(&CHUNK, chunk.bit(0));
    chunk.fixed(s, PREFIX);
    if let Some(kind) = chunk.byte(0) {
        let (flags, table) = rows(kind);
        chunk.fixed(s, flags);
        chunk.fixed(s, LENGTH);
        let fixed = end_of(table);
        if chunk.wire < fixed {
            let name = names::chunk(kind.into()).unwrap_or_default();
            s.note(
                NoteKind::Bad,
                format_args!("the chunk {name} has its fixed part: {fixed} bytes expected, {} found", chunk.wire),
            );
        } else if chunk.data.len() >= 4 {
            chunk.fixed(s, table);
            if chunk.data.len() >= fixed as usize {
                value(s, kind, chunk, fixed, depth);
            }
        }
    }
    padding.rest(s, &PADDING, 0);
    s.close(if padding.data.is_empty() { chunk.end() } else { padding.end() });
}

/// Puts a chunk that contradicts itself in its length: nothing but what every chunk begins with.
pub fn put_broken<S: Sink>(s: &mut S, chunk: &Tlv<'_>) {
    s.open(&CHUNK, chunk.bit(0));
    chunk.fixed(s, PREFIX);
    chunk.fixed(s, LENGTH);
    s.close(chunk.part(0, 4).end());
}

/// Puts what follows the fixed part, which was captured.
fn value<S: Sink>(s: &mut S, kind: u8, chunk: &Tlv<'_>, fixed: u32, depth: u8) {
    let rest = chunk.part(fixed, chunk.wire);
    match kind {
        DATA => payload(s, &rest),
        I_DATA => {
            let first = chunk.byte(1).is_some_and(|flags| flags & 2 != 0);
            chunk.uint(s, if first { &I_PPID } else { &I_FSN }, 16, 4);
            payload(s, &chunk.part(20, chunk.wire));
        }
        1 | 2 | 4 | 5 | 128 | 130 | 193 => parameters::put(s, &rest, depth + 1),
        6 | 9 => parameters::put_causes(s, &rest, depth + 1),
        3 => sack(s, chunk, &rest),
        16 => nr_sack(s, chunk, &rest),
        10 => rest.rest(s, &COOKIE, 0),
        15 => rest.rest(s, &HMAC, 0),
        129 => rest.rest(s, &DROPPED, 0),
        132 => rest.rest(s, &PADDING_DATA, 0),
        192 => entries(s, &rest, FORWARD_ENTRY),
        194 => entries(s, &rest, I_FORWARD_ENTRY),
        _ => rest.rest(s, &VALUE, 0),
    }
}

/// Puts user data, as much as was captured.
fn payload<S: Sink>(s: &mut S, data: &Tlv<'_>) {
    if !data.data.is_empty() {
        s.span(&PAYLOAD, data.bit(0), (data.data.len() as u32).saturating_mul(8));
    } else if data.wire == 0 {
        s.note(
            NoteKind::Bad,
            format_args!("a DATA chunk carries user data (RFC 9260 §3.3.1): 1 byte expected, 0 found"),
        );
    }
}

/// Puts entries of one kind until the chunk ends.
fn entries<S: Sink>(s: &mut S, list: &Tlv<'_>, table: Table) {
    let size = end_of(table);
    let mut at = 0;
    while list.data.len() > at as usize && s.room() {
        let entry = list.part(at, size);
        if entry.wire < size {
            s.note(NoteKind::Bad, format_args!("entries have {size} bytes each: {} found in the last", entry.wire));
            return;
        }
        entry.fixed(s, table);
        at += size;
    }
}

/// The rows of a list of ranges: start and end, each with the number that it stands for, and how many numbers all of
/// the ranges hold.
type Ranges = [&'static Field; 5];

/// Puts `count` ranges that begin at `from`; returns where they end, or `None` when they are not all there.
fn ranges<S: Sink>(s: &mut S, list: &Tlv<'_>, from: u32, count: u32, tsn: u32, rows: Ranges) -> Option<u32> {
    let [start, start_tsn, end, end_tsn, total] = rows;
    let mut held = 0u64;
    for n in 0..count {
        let at = from.saturating_add(n.saturating_mul(4));
        if !has(s, list, at, 4) {
            return None;
        }
        let mut bounds = [0u32; 2];
        for ((field, tsn_field), (bound, at)) in
            [(start, start_tsn), (end, end_tsn)].into_iter().zip(bounds.iter_mut().zip([at, at.saturating_add(2)]))
        {
            *bound = u32::from(u16::from_be_bytes([list.byte(at)?, list.byte(at.saturating_add(1))?]));
            list.uint(s, field, at, 2);
            s.derived(tsn_field, tsn.wrapping_add(*bound).into());
        }
        let [first, last] = bounds;
        if first > last {
            s.note(
                NoteKind::Bad,
                format_args!("a gap block does not end before it starts (RFC 9260 §3.3.4): at least {first} expected, {last} found"),
            );
        }
        held = held.saturating_add((last.saturating_add(1).saturating_sub(first)).into());
    }
    if count > 0 {
        s.derived(total, held);
    }
    Some(from.saturating_add(count.saturating_mul(4)))
}

/// Puts `count` numbers of 32 bits that begin at `from`.
fn numbers<S: Sink>(s: &mut S, list: &Tlv<'_>, from: u32, count: u32, field: &'static Field) {
    for n in 0..count {
        let at = from.saturating_add(n.saturating_mul(4));
        if !has(s, list, at, 4) || list.data.len() < at.saturating_add(4) as usize {
            return;
        }
        list.uint(s, field, at, 4);
    }
}

/// Whether a list has room for `bytes` more at `at`; notes it when not.
fn has<S: Sink>(s: &mut S, list: &Tlv<'_>, at: u32, bytes: u32) -> bool {
    let need = at.saturating_add(bytes);
    if need > list.wire {
        s.note(
            NoteKind::Bad,
            format_args!(
                "the chunk has room for what it counts (RFC 9260 §3.3.4): {need} bytes expected, {} found",
                list.wire
            ),
        );
    }
    need <= list.wire && s.room()
}

fn sack<S: Sink>(s: &mut S, chunk: &Tlv<'_>, list: &Tlv<'_>) {
    let count = |field: &Field| field.get(chunk.data) as u32;
    let rows: Ranges = [&GAP_START, &GAP_START_TSN, &GAP_END, &GAP_END_TSN, &GAP_ACKED];
    if let Some(at) = ranges(s, list, 0, count(&SACK_GAPS), count(&SACK_TSN), rows) {
        numbers(s, list, at, count(&SACK_DUPLICATES), &DUPLICATE);
    }
}

fn nr_sack<S: Sink>(s: &mut S, chunk: &Tlv<'_>, list: &Tlv<'_>) {
    let count = |field: &Field| field.get(chunk.data) as u32;
    let tsn = count(&NR_TSN);
    let gaps: Ranges = [&NR_GAP_ACKED_START, &NR_START_TSN, &NR_GAP_ACKED_END, &NR_END_TSN, &NR_ACKED];
    let kept: Ranges = [&KEPT_START, &KEPT_START_TSN, &KEPT_END, &KEPT_END_TSN, &KEPT_ACKED];
    let at = ranges(s, list, 0, count(&NR_GAPS), tsn, gaps);
    if let Some(at) = at.and_then(|at| ranges(s, list, at, count(&NR_KEPT), tsn, kept)) {
        numbers(s, list, at, count(&NR_DUPLICATES), &NR_DUPLICATE);
    }
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    if let Some(words) = names::chunk_meaning(around.value) {
        out.lit(words);
        return;
    }
    out.lit(match around.value >> 6 {
        0 => "not assigned; who does not know it ignores the rest of the packet",
        1 => "not assigned; who does not know it ignores the rest of the packet and says so",
        2 => "not assigned; who does not know it skips it and reads on",
        _ => "not assigned; who does not know it skips it, says so and reads on",
    });
}

fn explain_window(around: &Around<'_>, out: &mut Text) {
    if around.value == 0 {
        out.lit("the receiver's buffer is full, and the other side must wait (RFC 9260 §6.1)");
    }
}
