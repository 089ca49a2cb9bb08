//! The way of segments from one endpoint to the other, with a capture point in the middle.

use sniff_testing::captures::Dice;

/// Microseconds of simulated time.
pub(crate) type Micros = i64;

pub(crate) const MILLISECOND: Micros = 1_000;
pub(crate) const SECOND: Micros = 1_000_000;

/// True so many times out of a hundred.
pub(crate) fn chance(dice: &mut Dice, percent: usize) -> bool {
    dice.below(100) < percent
}

/// A number from `low` up to, but not including, `high`.
pub(crate) fn between(dice: &mut Dice, low: Micros, high: Micros) -> Micros {
    low + dice.below(usize::try_from(high - low).unwrap_or_default()) as Micros
}

/// What one half of the way does to segments. Chances are in percent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Half {
    /// The time that each segment needs.
    delay: Micros,
    /// Up to so much is added; more than the time between two segments reorders them.
    jitter: Micros,
    lost: usize,
    doubled: usize,
    /// Held back for a second or more: an old duplicate when it arrives.
    late: usize,
}

impl Half {
    /// Nothing is lost, doubled or reordered.
    fn clean(dice: &mut Dice) -> Self {
        Half { delay: between(dice, 50, 40 * MILLISECOND), ..Half::default() }
    }

    fn bad(dice: &mut Dice) -> Self {
        Half {
            delay: between(dice, 50, 40 * MILLISECOND),
            jitter: if chance(dice, 60) { between(dice, 0, 30 * MILLISECOND) } else { 0 },
            lost: if chance(dice, 70) { dice.below(25) } else { 0 },
            doubled: if chance(dice, 40) { dice.below(15) } else { 0 },
            late: if chance(dice, 30) { dice.below(6) } else { 0 },
        }
    }

    /// When the copies of a segment come out that goes in now.
    fn pass(&self, now: Micros, dice: &mut Dice) -> Vec<Micros> {
        let copies = 1 + usize::from(chance(dice, self.doubled));
        let mut out = Vec::new();
        for _ in 0..copies {
            if chance(dice, self.lost) {
                continue;
            }
            let late = if chance(dice, self.late) { between(dice, SECOND, 3 * SECOND) } else { 0 };
            out.push(now + self.delay + between(dice, 0, self.jitter.max(1)) + late);
        }
        out
    }
}

/// One direction.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// From the sender to the capture point, and from there to the receiver.
    halves: [Half; 2],
    /// From then on nothing arrives any more.
    cut_at: Option<Micros>,
}

impl Channel {
    pub(crate) fn clean(dice: &mut Dice) -> Self {
        Channel { halves: [Half::clean(dice), Half::clean(dice)], cut_at: None }
    }

    pub(crate) fn bad(dice: &mut Dice) -> Self {
        let cut_at = chance(dice, 3).then(|| between(dice, 0, 10 * SECOND));
        Channel { halves: [Half::bad(dice), Half::bad(dice)], cut_at }
    }

    /// When the copies of a segment that is sent now pass the capture point.
    pub(crate) fn to_capture(&self, now: Micros, dice: &mut Dice) -> Vec<Micros> {
        self.halves[0].pass(now, dice)
    }

    /// When the copies of a segment that passes the capture point now arrive.
    pub(crate) fn to_receiver(&self, now: Micros, dice: &mut Dice) -> Vec<Micros> {
        if self.cut_at.is_some_and(|at| now >= at) { Vec::new() } else { self.halves[1].pass(now, dice) }
    }

    /// Whether every segment arrives, once and in its turn.
    pub(crate) fn is_clean(&self) -> bool {
        let clean = |h: &Half| (h.jitter, h.lost, h.doubled, h.late) == (0, 0, 0, 0);
        self.cut_at.is_none() && self.halves.iter().all(clean)
    }

    /// The time that a segment needs at least, from end to end.
    pub(crate) fn delay(&self) -> Micros {
        self.halves.iter().map(|h| h.delay).sum()
    }
}
