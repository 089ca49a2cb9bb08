//! What `sniff` tells of a capture: `--states -T json` and `--flows -T json`, read back.

use super::channel::Micros;
use serde_json::Value;
use smoltcp::socket::tcp::State;
use sniff_testing::kit::START_SECS;
use sniff_testing::program::{self, Ran};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// A socket and its peer.
pub(crate) type Socket = (SocketAddr, SocketAddr);

/// A change of state. Frame and flow numbers are left out: the same connection has others in another capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transition {
    pub(crate) at: Micros,
    pub(crate) endpoint: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) why: String,
    pub(crate) observed: bool,
}

/// All that was told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) transitions: BTreeMap<Socket, Vec<Transition>>,
    /// Payload bytes that each socket sent, over all flows of its socket pair.
    pub(crate) payload: BTreeMap<Socket, u64>,
}

/// The names of RFC 9293 §3.3.2.
const STATES: [State; 11] = [
    State::Closed,
    State::Listen,
    State::SynSent,
    State::SynReceived,
    State::Established,
    State::FinWait1,
    State::FinWait2,
    State::CloseWait,
    State::Closing,
    State::LastAck,
    State::TimeWait,
];

/// The state of this name.
pub(crate) fn state(name: &str) -> Option<State> {
    STATES.into_iter().find(|s| s.to_string() == name)
}

/// Every line that a view prints for a capture.
fn lines(capture: &Path, view: &str) -> Result<Vec<Value>, String> {
    let words = ["-r".into(), capture.into()].into_iter().chain([view, "-T", "json"].map(OsString::from));
    let Ran { out, err, code } = program::run(words);
    if code != 0 {
        return Err(format!("sniff -r {} {view} -T json: exit code {code}: {err}", capture.display()));
    }
    out.lines().map(|line| serde_json::from_str(line).map_err(|e| format!("{line}: {e}"))).collect()
}

/// What `read` makes of a key's value, or a message that shows the line.
fn get<T>(object: &Value, key: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, String> {
    read(&object[key]).ok_or_else(|| format!("{key} is not as expected in {object}"))
}

fn text(object: &Value, key: &str) -> Result<String, String> {
    get(object, key, |v| v.as_str().map(str::to_owned))
}

fn socket(object: &Value, ip: &str, port: &str) -> Result<SocketAddr, String> {
    let ip = get(object, ip, |v| v.as_str()?.parse::<IpAddr>().ok())?;
    let port = get(object, port, |v| u16::try_from(v.as_u64()?).ok())?;
    Ok(SocketAddr::new(ip, port))
}

fn micros(object: &Value) -> Result<Micros, String> {
    let time = get(object, "time", |v| v.as_str()?.parse::<jiff::Timestamp>().ok())?;
    Ok(time.as_microsecond() - START_SECS as Micros * 1_000_000)
}

impl Told {
    pub(crate) fn of(capture: &Path) -> Result<Self, String> {
        let mut told = Told::default();
        let mut last = Micros::MIN;
        for line in lines(capture, "--states")?.iter().filter(|l| l["type"] == "transition") {
            let transition = Transition {
                at: micros(line)?,
                endpoint: text(line, "endpoint")?,
                from: text(line, "from")?,
                to: text(line, "to")?,
                why: text(line, "why")?,
                observed: text(line, "evidence")? == "observed",
            };
            if transition.at < last {
                return Err(format!("transitions are not in order of time: {line}"));
            }
            last = transition.at;
            let key = (socket(line, "ip", "port")?, socket(line, "peer_ip", "peer_port")?);
            told.transitions.entry(key).or_default().push(transition);
        }
        for line in lines(capture, "--flows")?.iter().filter(|l| l["type"] == "flow" && l["protocol"] == "tcp") {
            let (client, server) = (&line["client"], &line["server"]);
            let (from, to) = (socket(client, "ip", "port")?, socket(server, "ip", "port")?);
            for (key, side) in [((from, to), client), ((to, from), server)] {
                *told.payload.entry(key).or_default() += get(side, "payload", Value::as_u64)?;
            }
        }
        Ok(told)
    }

    /// The transitions of a socket.
    pub(crate) fn of_socket(&self, socket: Socket) -> &[Transition] {
        self.transitions.get(&socket).map_or(&[], Vec::as_slice)
    }
}
