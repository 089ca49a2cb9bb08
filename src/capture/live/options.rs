//! How interfaces are captured on.

use crate::capture::LinkType;

/// How interfaces are captured on; the same for all of a [`Live`](super::Live).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most bytes of a frame that are captured; `None` and 0 are 262,144, which is also the most there can be.
    pub snaplen: Option<u32>,
    /// The kernel's buffer for each interface, in KiB; `None` and 0 are 16 MiB.
    pub buffer: Option<u32>,
    /// Capture also what is for other hosts.
    pub promiscuous: bool,
    /// Capture what comes in, what goes out, or both.
    pub direction: Direction,
    /// Put a radio into monitor mode (802.11).
    pub monitor: bool,
    /// Hand every frame over at once, not in blocks: no latency but at more cost a frame. Without it, a frame waits at
    /// most 10 ms.
    pub immediate: bool,
    /// Who stamps the frames; the host when nobody says.
    pub time_stamp_type: Option<TimeStampType>,
    /// How frames begin, where the interface offers a choice ([`super::link_types`]).
    pub link_type: Option<LinkType>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            snaplen: None,
            buffer: None,
            promiscuous: true,
            direction: Direction::InOut,
            monitor: false,
            immediate: false,
            time_stamp_type: None,
            link_type: None,
        }
    }
}

/// Which frames of an interface are captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// All.
    #[default]
    InOut,
    /// Those that this host receives.
    In,
    /// Those that this host sends.
    Out,
}

impl Direction {
    /// Its word in filter expressions.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Direction::InOut => None,
            Direction::In => Some("inbound"),
            Direction::Out => Some("outbound"),
        }
    }
}

/// Who stamps frames with the time, and how (pcap-tstamp(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStampType {
    /// The host, in the way that it likes best.
    Host,
    /// The host, cheaply.
    HostLowPrecision,
    /// The host, exactly.
    HostHighPrecision,
    /// The network adapter, with a clock that follows the host's.
    Adapter,
    /// The network adapter, with a clock of its own.
    AdapterUnsynced,
}

impl TimeStampType {
    /// All types.
    pub const ALL: [TimeStampType; 5] = [
        TimeStampType::Host,
        TimeStampType::HostLowPrecision,
        TimeStampType::HostHighPrecision,
        TimeStampType::Adapter,
        TimeStampType::AdapterUnsynced,
    ];

    /// libpcap's name, which `-j` takes.
    pub fn name(self) -> &'static str {
        match self {
            TimeStampType::Host => "host",
            TimeStampType::HostLowPrecision => "host_lowprec",
            TimeStampType::HostHighPrecision => "host_hiprec",
            TimeStampType::Adapter => "adapter",
            TimeStampType::AdapterUnsynced => "adapter_unsynced",
        }
    }

    /// What it is, in libpcap's words.
    pub fn description(self) -> &'static str {
        match self {
            TimeStampType::Host => "Host",
            TimeStampType::HostLowPrecision => "Host, low precision",
            TimeStampType::HostHighPrecision => "Host, high precision",
            TimeStampType::Adapter => "Adapter",
            TimeStampType::AdapterUnsynced => "Adapter, not synced with system time",
        }
    }

    pub(super) fn of_libpcap(self) -> pcap::TimestampType {
        match self {
            TimeStampType::Host => pcap::TimestampType::Host,
            TimeStampType::HostLowPrecision => pcap::TimestampType::HostLowPrec,
            TimeStampType::HostHighPrecision => pcap::TimestampType::HostHighPrec,
            TimeStampType::Adapter => pcap::TimestampType::Adapter,
            TimeStampType::AdapterUnsynced => pcap::TimestampType::AdapterUnsynced,
        }
    }
}
