//! What several protocols need: the names that registries give to numbers and the meaning of well-known addresses.
//!
//! Everything here is a pure lookup in static data; nothing allocates after the first use and nothing reads packets.

pub mod checksum;
pub mod icmp;
pub mod ip;
pub mod lan;
pub mod message;
pub mod names;
pub mod piece;
pub mod ppp;
pub mod routing;
pub mod tlv;
pub mod trailer;
pub mod transport;
pub mod tunnel;
pub mod wlan;

/// Finds the row of `table` whose number is `value`. The table is sorted by number.
fn find<K: Copy + Into<u64>, T: Copy>(table: &[(K, T)], value: u64) -> Option<T> {
    let row = table.binary_search_by_key(&value, |(number, _)| (*number).into()).ok()?;
    table.get(row).map(|(_, text)| *text)
}

#[cfg(test)]
fn is_strictly_sorted<K: Copy + Ord, T>(table: &[(K, T)]) -> bool {
    table.is_sorted_by(|a, b| a.0 < b.0)
}
