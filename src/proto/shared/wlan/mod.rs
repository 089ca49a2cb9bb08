//! Parts of IEEE 802.11 frames and of their capture headers.

pub mod eapol_key;
pub mod radiotap_rows;
pub mod radiotap_walk;
pub mod wlan_control;
pub mod wlan_frame;
pub mod wlan_ht;
pub mod wlan_line;
pub mod wlan_mgmt;
pub mod wlan_names;
pub mod wlan_radio;
pub mod wlan_rsn;
pub mod wlan_tags;
