//! What the applications at both ends do, drawn from a seed.

use super::channel::{Channel, MILLISECOND, Micros, SECOND, between, chance};
use sniff_testing::captures::Dice;

/// One of the two endpoints: 0 opens the connection (both do, when they open at once).
pub(crate) type End = usize;

/// What an application asks of its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// OPEN, active.
    Connect(End),
    /// SEND of so many bytes.
    Send(End, usize),
    /// From now on, what arrives is received at once.
    Receive(End),
    /// CLOSE, once everything given to SEND is on its way.
    Close(End),
    /// ABORT; not carried out when there is no connection.
    Abort(End),
    /// OPEN again on the same socket pair; not carried out unless both ends are through with the old connection.
    Reconnect,
    /// Nothing: a moment at which the states are compared.
    Look,
}

/// How an endpoint is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) mtu: usize,
    /// Bytes of each buffer; the receive buffer bounds the window.
    pub(crate) buffer: usize,
    pub(crate) ack_delay: Option<Micros>,
    pub(crate) keep_alive: Option<Micros>,
    /// How many connections it accepts, one after the other.
    pub(crate) accepts: usize,
}

/// One connection's script.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) seed: u64,
    pub(crate) ipv6: bool,
    pub(crate) setups: [Setup; 2],
    pub(crate) channels: [Channel; 2],
    /// In order of time.
    pub(crate) calls: Vec<(Micros, Call)>,
    /// When the exchange is looked at for the last time.
    pub(crate) end: Micros,
}

impl Script {
    pub(crate) fn draw(seed: u64) -> Self {
        // Neighbouring seeds must not give like numbers.
        let mut dice = Dice::new(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for _ in 0..8 {
            dice.draw();
        }
        let dice = &mut dice;
        let channels = if chance(dice, 30) {
            [Channel::clean(dice), Channel::clean(dice)]
        } else {
            [Channel::bad(dice), Channel::bad(dice)]
        };
        let at_once = chance(dice, 8);
        let accepts = match dice.below(100) {
            _ if at_once => 0,
            0..6 => 0,
            6..50 => 1,
            _ => 2,
        };
        let setups = [Setup::draw(dice, 0), Setup::draw(dice, accepts)];
        let mut calls = vec![(0, Call::Connect(0))];
        if at_once {
            // Before the first SYN arrives, which would be refused.
            calls.push((between(dice, 0, channels[0].delay()), Call::Connect(1)));
        }
        for end in [0, 1] {
            let since = if chance(dice, 15) { between(dice, 0, 10 * SECOND) } else { 0 };
            calls.push((since, Call::Receive(end)));
            for _ in 0..dice.below(4) {
                calls.push((between(dice, 0, 10 * SECOND), Call::Send(end, amount(dice))));
            }
        }
        let last = ending(dice, &mut calls);
        let looks = [last + 5 * SECOND, last + 9 * SECOND, last + 30 * SECOND, last + 100 * SECOND];
        calls.extend(looks.map(|at| (at, Call::Look)));
        let mut end = last + 120 * SECOND;
        if accepts == 2 && chance(dice, 20) {
            let again = last + between(dice, 2 * SECOND, 80 * SECOND);
            calls.push((again, Call::Reconnect));
            calls.push((again + between(dice, 0, SECOND), Call::Send(dice.below(2), amount(dice))));
            let last = again + between(dice, 0, 4 * SECOND);
            if chance(dice, 60) {
                calls.push((last, Call::Close(dice.below(2))));
            }
            calls.push((last + 5 * SECOND, Call::Look));
            end = end.max(last + 30 * SECOND);
        }
        calls.sort_by_key(|(at, _)| *at);
        Script { seed, ipv6: chance(dice, 40), setups, channels, calls, end }
    }
}

impl Setup {
    fn draw(dice: &mut Dice, accepts: usize) -> Self {
        let delayed = |dice: &mut Dice| between(dice, MILLISECOND, 60 * MILLISECOND);
        Setup {
            mtu: [1280, 1500, 1500, 9000][dice.below(4)],
            buffer: [1_000, 8_192, 65_535, 200_000][dice.below(4)],
            ack_delay: if chance(dice, 60) { Some(delayed(dice)) } else { None },
            keep_alive: chance(dice, 10).then(|| between(dice, SECOND, 20 * SECOND)),
            accepts,
        }
    }
}

fn amount(dice: &mut Dice) -> usize {
    1 + match dice.below(4) {
        0 => dice.below(10),
        1 => dice.below(1_000),
        2 => dice.below(5_000),
        _ => dice.below(30_000),
    }
}

/// Draws how the connection ends, and says when the last call comes.
fn ending(dice: &mut Dice, calls: &mut Vec<(Micros, Call)>) -> Micros {
    let first = dice.below(2);
    let second = 1 - first;
    let at = between(dice, 0, 12 * SECOND);
    let pause = match dice.below(3) {
        0 => 0,
        1 => between(dice, 0, 100 * MILLISECOND),
        _ => between(dice, 0, 8 * SECOND),
    };
    match dice.below(10) {
        // One closes, the other some time later, perhaps with data in between: a half-closed connection.
        0..4 => {
            calls.push((at, Call::Close(first)));
            for _ in 0..dice.below(4) {
                calls.push((between(dice, at, at + pause + 1), Call::Send(second, amount(dice))));
            }
            calls.push((at + pause, Call::Close(second)));
        }
        // Both at once.
        4 => calls.extend([(at, Call::Close(0)), (at + between(dice, 0, 40 * MILLISECOND), Call::Close(1))]),
        // One closes, the other never does.
        5 => {
            calls.push((at, Call::Close(first)));
            calls.push((at + pause, Call::Send(second, amount(dice))));
        }
        // One aborts.
        6 => calls.push((at, Call::Abort(first))),
        // One closes, then the same or the other aborts.
        7 => {
            calls.push((at, Call::Close(first)));
            let who = dice.below(2);
            calls.push((at + pause / 2, Call::Send(second, amount(dice))));
            calls.push((at + pause, Call::Abort(who)));
        }
        // Data goes on after an abort.
        8 => {
            calls.push((at, Call::Abort(first)));
            calls.push((at, Call::Send(second, amount(dice))));
            calls.push((at + pause, Call::Send(second, amount(dice))));
            calls.push((at + pause + SECOND, Call::Close(second)));
        }
        // Nobody ever closes.
        _ => {}
    }
    at + pause + SECOND
}
