//! Filter expressions in libpcap's language, applied to frames of any source.
//!
//! libpcap compiles an expression into a program of the classic BSD packet filter; the program runs here. libpcap's own
//! interpreter is not used because the `pcap` crate gives it the captured length for the length on the wire, which
//! makes `len`, `greater` and `less` wrong for frames that were cut; and it would be a foreign function on untrusted
//! bytes. An expression means different programs on different link types, so a [`FilterSet`] compiles it for each.
//!
//! The instruction set: S. McCanne and V. Jacobson, "The BSD Packet Filter", USENIX Winter 1993, with `mod` and `xor`
//! as libpcap added them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Error, LinkType};

/// tcpdump's default snapshot length, in bytes.
const DEFAULT_SNAPLEN: u32 = 262_144;
/// Scratch memory, in words.
const MEMORY: usize = 16;
/// Loads at these offsets ask the Linux kernel about a frame (direction, interface, VLAN tag), not for its bytes
/// (`SKF_AD_OFF` in `linux/filter.h`).
const KERNEL_OFFSETS: std::ops::Range<u32> = 0xffff_f000..0xffff_f100;

/// How libpcap's optimiser says that an expression can match no frame of a link type.
pub(super) const REJECTS_ALL: &str = "expression rejects all packets";

/// One instruction of a compiled filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub code: u16,
    /// How many instructions to pass over when a condition holds.
    pub jump_true: u8,
    /// How many instructions to pass over when it does not.
    pub jump_false: u8,
    /// A constant, offset, distance or index, depending on the code.
    pub k: u32,
}

/// An expression compiled for one link type.
#[derive(Clone, Debug)]
pub struct Filter {
    program: Box<[Instruction]>,
    /// Whether the word at offset 0 is a protocol family in the byte order of the machine that captured.
    family_first: bool,
}

impl Filter {
    /// Compiles an expression for frames of one link type. An empty expression matches everything.
    ///
    /// `snaplen` is what the program returns for a match; it only shows in a listing. 0 stands for the default, 262144.
    ///
    /// # Errors
    ///
    /// [`Error::Filter`] with libpcap's message; or the expression is too long; or it asks for what only a running
    /// capture knows; or this build has no libpcap.
    pub fn compile(expression: &str, link: LinkType, snaplen: u32) -> Result<Filter, Error> {
        let fail = |message: String| Error::Filter { expression: shortened(expression), message };
        let snaplen = if snaplen == 0 { DEFAULT_SNAPLEN } else { snaplen };
        let program = compiler::compile(expression, link, snaplen).map_err(fail)?;
        check(&program).map_err(fail)?;
        Ok(Filter { program: program.into_boxed_slice(), family_first: link == LinkType(0) })
    }

    /// The filter that no frame matches.
    fn nothing() -> Filter {
        let reject = Instruction { code: code::RET, jump_true: 0, jump_false: 0, k: 0 };
        Filter { program: Box::new([reject]), family_first: false }
    }

    /// The compiled program, for listings.
    pub fn instructions(&self) -> &[Instruction] {
        &self.program
    }

    /// Whether a frame matches: its captured bytes, and its length on the wire.
    pub fn matches(&self, data: &[u8], wire_len: u32) -> bool {
        run(&self.program, data, wire_len, self.family_first).is_some_and(|accepted| accepted != 0)
    }
}

/// An expression, compiled for each link type when the first frame of that type comes.
#[derive(Clone, Debug)]
pub struct FilterSet {
    expression: String,
    snaplen: u32,
    compiled: BTreeMap<LinkType, Filter>,
}

impl FilterSet {
    /// Takes an expression without compiling it; [`FilterSet::for_link`] tells whether it is right.
    pub fn new(expression: &str, snaplen: u32) -> Self {
        FilterSet { expression: expression.to_owned(), snaplen, compiled: BTreeMap::new() }
    }

    /// The filter for one link type.
    ///
    /// # Errors
    ///
    /// As [`Filter::compile`]; but where libpcap refuses an expression because no frame of this link type can match, the
    /// filter is one that nothing matches.
    pub fn for_link(&mut self, link: LinkType) -> Result<&Filter, Error> {
        match self.compiled.entry(link) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => match Filter::compile(&self.expression, link, self.snaplen) {
                Ok(filter) => Ok(new.insert(filter)),
                // An error for one link type alone, but beside others an answer: `ip` on a link that carries only IPv6.
                Err(Error::Filter { message, .. }) if message == REJECTS_ALL => Ok(new.insert(Filter::nothing())),
                Err(error) => Err(error),
            },
        }
    }

    /// Whether a frame matches: its link type, its captured bytes, and its length on the wire.
    ///
    /// # Errors
    ///
    /// As [`Filter::compile`], for the first frame of a link type.
    pub fn matches(&mut self, link: LinkType, data: &[u8], wire_len: u32) -> Result<bool, Error> {
        Ok(self.for_link(link)?.matches(data, wire_len))
    }
}

/// An expression for a message: the whole of it, or its beginning.
fn shortened(expression: &str) -> String {
    const SHOWN: usize = 200;
    let mut chars = expression.chars();
    let head: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() { head + "…" } else { head }
}

/// libpcap's `DLT_` number for a link type: the two differ where operating systems disagreed before files had numbers
/// of their own.
pub fn dlt(link: LinkType) -> i32 {
    match link.0 {
        100 => 11, // ATM_RFC1483
        101 => 12, // RAW
        102 => 15, // SLIP_BSDOS
        103 => 16, // PPP_BSDOS
        106 => 19, // ATM_CLIP
        14 => 12,  // RAW, as OpenBSD numbers it
        other => i32::from(other),
    }
}

/// The link type of libpcap's `DLT_` number; the opposite of [`dlt`].
#[cfg(feature = "live")]
pub(super) fn link_of(dlt: i32) -> LinkType {
    match dlt {
        11 => LinkType(100),
        12 => LinkType(101),
        15 => LinkType(102),
        16 => LinkType(103),
        19 => LinkType(106),
        other => LinkType(u16::try_from(other).unwrap_or(u16::MAX)),
    }
}

/// Compiles an expression as [`Filter::compile`] does, with its limits, and returns how many instructions it comes to.
/// Unlike there, it may ask for what only a running capture knows.
#[cfg(feature = "live")]
pub(super) fn measure(expression: &str, link: LinkType) -> Result<usize, Error> {
    let fail = |message| Error::Filter { expression: shortened(expression), message };
    compiler::compile(expression, link, DEFAULT_SNAPLEN).map(|program| program.len()).map_err(fail)
}

/// Instruction codes.
mod code {
    pub(super) const LD_IMM: u16 = 0x00;
    pub(super) const LDX_IMM: u16 = 0x01;
    pub(super) const LD_WORD: u16 = 0x20;
    pub(super) const LD_HALF: u16 = 0x28;
    pub(super) const LD_BYTE: u16 = 0x30;
    pub(super) const LD_WORD_X: u16 = 0x40;
    pub(super) const LD_HALF_X: u16 = 0x48;
    pub(super) const LD_BYTE_X: u16 = 0x50;
    pub(super) const LD_MEM: u16 = 0x60;
    pub(super) const LDX_MEM: u16 = 0x61;
    pub(super) const LD_LEN: u16 = 0x80;
    pub(super) const LDX_LEN: u16 = 0x81;
    pub(super) const LDX_HEADER: u16 = 0xb1;
    pub(super) const ST: u16 = 0x02;
    pub(super) const STX: u16 = 0x03;
    pub(super) const JA: u16 = 0x05;
    pub(super) const JEQ: u16 = 0x15;
    pub(super) const JGT: u16 = 0x25;
    pub(super) const JGE: u16 = 0x35;
    pub(super) const JSET: u16 = 0x45;
    pub(super) const RET: u16 = 0x06;
    pub(super) const RET_A: u16 = 0x16;
    pub(super) const TAX: u16 = 0x07;
    pub(super) const TXA: u16 = 0x87;
    pub(super) const NEG: u16 = 0x84;
    pub(super) const ADD: u16 = 0x04;
    pub(super) const SUB: u16 = 0x14;
    pub(super) const MUL: u16 = 0x24;
    pub(super) const DIV: u16 = 0x34;
    pub(super) const OR: u16 = 0x44;
    pub(super) const AND: u16 = 0x54;
    pub(super) const LSH: u16 = 0x64;
    pub(super) const RSH: u16 = 0x74;
    pub(super) const MOD: u16 = 0x94;
    pub(super) const XOR: u16 = 0xa4;
    /// Set in a jump or an operation that works on X instead of k.
    pub(super) const X: u16 = 0x08;
}

/// Where an instruction jumps to. Only an unconditional jump can go back (in the loop of `protochain`): its distance is
/// signed.
fn jump_target(at: usize, k: u32) -> Option<usize> {
    at.checked_add(1)?.checked_add_signed(k as i32 as isize)
}

/// Checks that a program consists of known instructions and that all jumps stay inside.
fn check(program: &[Instruction]) -> Result<(), String> {
    use code::*;
    if !matches!(program.last(), Some(Instruction { code: RET | RET_A, .. })) {
        return Err("the compiled program does not end with a return".to_owned());
    }
    for (at, instruction) in program.iter().enumerate() {
        let Instruction { code, jump_true, jump_false, k } = *instruction;
        let in_program = |distance: u8| usize::from(distance) < program.len() - at - 1;
        let bare = if code & 7 == 4 || code & 7 == 5 { code & !X } else { code };
        let good = match bare {
            LD_WORD | LD_HALF | LD_BYTE if KERNEL_OFFSETS.contains(&k) => {
                return Err("this asks for what only a running capture on Linux knows (such as a direction)".to_owned());
            }
            JA => code == JA && jump_target(at, k).is_some_and(|target| target < program.len()),
            JEQ | JGT | JGE | JSET => in_program(jump_true) && in_program(jump_false),
            LD_MEM | LDX_MEM | ST | STX => (k as usize) < MEMORY,
            ADD | SUB | MUL | OR | AND | LSH | RSH | XOR => true,
            DIV | MOD => code & X != 0 || k != 0,
            NEG => code == NEG,
            LD_IMM | LDX_IMM | LD_WORD | LD_HALF | LD_BYTE | LD_WORD_X | LD_HALF_X | LD_BYTE_X | LD_LEN | LDX_LEN
            | LDX_HEADER | RET | RET_A | TAX | TXA => true,
            _ => false,
        };
        if !good {
            return Err(format!(
                "instruction {at} of the compiled program is wrong: {code:#x} {jump_true} {jump_false} {k}"
            ));
        }
    }
    Ok(())
}

/// Runs a program over a frame; `None` when it reads outside the captured bytes or divides by zero, which is no match.
///
/// A loop goes over headers, each of which has at least one byte, so there are no more turns than bytes.
fn run(program: &[Instruction], data: &[u8], wire_len: u32, family_first: bool) -> Option<u32> {
    use code::*;
    let (mut a, mut x) = (0u32, 0u32);
    let mut memory = [0u32; MEMORY];
    let mut turns_left = data.len();
    let mut at = 0usize;
    while let Some(&Instruction { code, jump_true, jump_false, k }) = program.get(at) {
        let mut next = at + 1;
        match code {
            RET => return Some(k),
            RET_A => return Some(a),
            LD_WORD if k == 0 && family_first => a = family(word(data, 0)?),
            LD_WORD => a = word(data, k)?,
            LD_HALF => a = half(data, k)?,
            LD_BYTE => a = byte(data, k)?,
            LD_WORD_X => a = word(data, k.checked_add(x)?)?,
            LD_HALF_X => a = half(data, k.checked_add(x)?)?,
            LD_BYTE_X => a = byte(data, k.checked_add(x)?)?,
            LDX_HEADER => x = (byte(data, k)? & 0xf) << 2,
            LD_LEN => a = wire_len,
            LDX_LEN => x = wire_len,
            LD_IMM => a = k,
            LDX_IMM => x = k,
            LD_MEM => a = *memory.get(k as usize)?,
            LDX_MEM => x = *memory.get(k as usize)?,
            ST => *memory.get_mut(k as usize)? = a,
            STX => *memory.get_mut(k as usize)? = x,
            TAX => x = a,
            TXA => a = x,
            NEG => a = a.wrapping_neg(),
            JA => {
                next = jump_target(at, k)?;
                if next <= at {
                    turns_left = turns_left.checked_sub(1)?;
                }
            }
            code if code & 7 == 5 => {
                let operand = if code & X != 0 { x } else { k };
                let holds = match code & !X {
                    JEQ => a == operand,
                    JGT => a > operand,
                    JGE => a >= operand,
                    JSET => a & operand != 0,
                    _ => return None,
                };
                next += usize::from(if holds { jump_true } else { jump_false });
            }
            code if code & 7 == 4 => {
                let operand = if code & X != 0 { x } else { k };
                a = match code & !X {
                    ADD => a.wrapping_add(operand),
                    SUB => a.wrapping_sub(operand),
                    MUL => a.wrapping_mul(operand),
                    DIV => a.checked_div(operand)?,
                    MOD => a.checked_rem(operand)?,
                    AND => a & operand,
                    OR => a | operand,
                    XOR => a ^ operand,
                    LSH => a.checked_shl(operand).unwrap_or(0),
                    RSH => a.checked_shr(operand).unwrap_or(0),
                    _ => return None,
                };
            }
            _ => return None,
        }
        at = next;
    }
    None
}

/// The protocol family of a BSD loopback frame as this machine would have written it, which is how libpcap compiles the
/// comparison. Families are small numbers, so the byte order that the writer used can be seen.
fn family(word: u32) -> u32 {
    let as_little = word.swap_bytes();
    let writer_is_little = as_little < word;
    if writer_is_little == cfg!(target_endian = "little") { word } else { as_little }
}

#[inline]
fn bytes<const N: usize>(data: &[u8], offset: u32) -> Option<[u8; N]> {
    data.get(offset as usize..)?.first_chunk().copied()
}

#[inline]
fn word(data: &[u8], offset: u32) -> Option<u32> {
    bytes(data, offset).map(u32::from_be_bytes)
}

#[inline]
fn half(data: &[u8], offset: u32) -> Option<u32> {
    bytes(data, offset).map(|b| u32::from(u16::from_be_bytes(b)))
}

#[inline]
fn byte(data: &[u8], offset: u32) -> Option<u32> {
    bytes(data, offset).map(|[b]| u32::from(b))
}

/// libpcap's compiler.
#[cfg(feature = "live")]
pub(super) mod compiler {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::thread;
    use std::time::Duration;

    use super::{Instruction, LinkType, code, dlt};

    /// Expressions with more words than this are compiled without libpcap's optimiser, whose time grows with the cube
    /// of their number.
    const OPTIMISED_WORDS: usize = 300;
    /// The most words of an expression. libpcap calls itself as deep as an expression is long, so this and [`STACK`]
    /// together keep it from overflowing its stack; 5,000 terms overflow 2 MiB.
    const MOST_WORDS: usize = 4096;
    pub(in super::super) const STACK: usize = 256 << 20;
    /// How long compiling may take. Even without the optimiser the time grows with the square of the length.
    const LIMIT: Duration = Duration::from_secs(2);
    /// What a handle without a device returns for a match.
    const DEAD_SNAPLEN: u32 = 65535;

    /// Compiles on a thread of its own, which has the stack for it and can be left behind when time is up.
    pub(super) fn compile(expression: &str, link: LinkType, snaplen: u32) -> Result<Vec<Instruction>, String> {
        let words = words(expression);
        if words > MOST_WORDS {
            return Err(format!("it has {words} words and signs, and at most {MOST_WORDS} can be compiled"));
        }
        let owned = expression.to_owned();
        let (sender, receiver) = channel();
        thread::Builder::new()
            .name("filter compiler".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                // The receiver is gone when time was up.
                let _ = sender.send(compile_here(&owned, link, snaplen, is_optimised(&owned)));
            })
            .map_err(|e| format!("cannot start a thread to compile it: {e}"))?;
        receiver.recv_timeout(LIMIT).unwrap_or_else(|e| {
            Err(match e {
                RecvTimeoutError::Timeout => format!(
                    "not compiled within {} s; it has {words} words and signs: fewer terms (nets for hosts, portranges for \
                     ports), or addresses for names, take less time",
                    LIMIT.as_secs()
                ),
                RecvTimeoutError::Disconnected => "libpcap's compiler failed".to_owned(),
            })
        })
    }

    /// Whether an expression is short enough for libpcap's optimiser.
    pub(in super::super) fn is_optimised(expression: &str) -> bool {
        words(expression) <= OPTIMISED_WORDS
    }

    /// How many words and signs an expression has, roughly as libpcap's scanner divides it.
    fn words(expression: &str) -> usize {
        let mut words = 0usize;
        let mut in_word = false;
        for byte in expression.bytes() {
            let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'\\') || byte >= 0x80;
            words += usize::from(if is_word { !in_word } else { !byte.is_ascii_whitespace() });
            in_word = is_word;
        }
        words
    }

    fn compile_here(expr: &str, link: LinkType, snaplen: u32, optimise: bool) -> Result<Vec<Instruction>, String> {
        let handle = pcap::Capture::dead(pcap::Linktype(dlt(link))).map_err(message)?;
        let program = handle.compile(expr, optimise).map_err(message)?;
        let instruction = |theirs: &pcap::BpfInstruction| {
            // The crate shows an instruction only as its four numbers in text.
            let text = theirs.to_string();
            let mut numbers = text.split(' ').map(|number| number.parse::<u32>().ok());
            let mut next = || numbers.next().flatten();
            let read = (|| {
                let code = u16::try_from(next()?).ok()?;
                let jump_true = u8::try_from(next()?).ok()?;
                let jump_false = u8::try_from(next()?).ok()?;
                let k = next()?;
                let k = if code == code::RET && k == DEAD_SNAPLEN { snaplen } else { k };
                Some(Instruction { code, jump_true, jump_false, k })
            })();
            read.ok_or_else(|| format!("cannot read an instruction of the compiled program: {text}"))
        };
        program.get_instructions().iter().map(instruction).collect()
    }

    fn message(error: pcap::Error) -> String {
        match error {
            pcap::Error::PcapError(text) => text,
            other => other.to_string(),
        }
    }
}

/// What takes its place in a build without libpcap.
#[cfg(not(feature = "live"))]
mod compiler {
    use super::{Instruction, LinkType};

    pub(super) fn compile(_: &str, _: LinkType, _: u32) -> Result<Vec<Instruction>, String> {
        Err("this build has no libpcap, which compiles filters; build with the feature 'live' (cargo build without --no-default-features)".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "live")]
    const ETHERNET: LinkType = LinkType(1);

    fn run_codes(program: &[(u16, u8, u8, u32)], data: &[u8], wire_len: u32) -> Option<u32> {
        let instruction =
            |&(code, jump_true, jump_false, k): &(u16, u8, u8, u32)| Instruction { code, jump_true, jump_false, k };
        let program: Vec<_> = program.iter().map(instruction).collect();
        check(&program).ok()?;
        run(&program, data, wire_len, false)
    }

    #[test]
    fn arithmetic_wraps_and_division_by_zero_is_no_match() {
        use code::*;
        let op = |code, x, a| {
            run_codes(&[(LDX_IMM, 0, 0, x), (LD_IMM, 0, 0, a), (code | X, 0, 0, 0), (RET_A, 0, 0, 0)], &[], 0)
        };
        assert_eq!(op(ADD, 2, u32::MAX), Some(1));
        assert_eq!(op(SUB, 2, 1), Some(u32::MAX));
        assert_eq!(op(DIV, 0, 1), None);
        assert_eq!(op(MOD, 0, 1), None);
        assert_eq!(op(MOD, 5, 13), Some(3));
        assert_eq!(op(LSH, 32, 1), Some(0));
        assert_eq!(op(RSH, 31, 1 << 31), Some(1));
        assert_eq!(
            run_codes(&[(LD_IMM, 0, 0, 7), (NEG, 0, 0, 0), (RET_A, 0, 0, 0)], &[], 0),
            Some(7u32.wrapping_neg())
        );
    }

    #[test]
    fn loads_outside_the_captured_bytes_are_no_match() {
        use code::*;
        for (load, size) in [(LD_WORD, 4), (LD_HALF, 2), (LD_BYTE, 1)] {
            let data = [1, 2, 3, 4, 5, 6];
            for at in [0, 5, 6, 7, 0xffff_efff] {
                let fits = u64::from(at) + size <= data.len() as u64;
                assert_eq!(run_codes(&[(load, 0, 0, at), (RET, 0, 0, 1)], &data, 6).is_some(), fits, "{load:#x} {at}");
            }
        }
        // An offset whose sum with X does not fit 32 bits.
        let program = [(LDX_IMM, 0, 0, u32::MAX), (LD_BYTE_X, 0, 0, 1), (RET, 0, 0, 1)];
        assert_eq!(run_codes(&program, &[1, 2, 3], 3), None);
        assert_eq!(
            run_codes(&[(LDX_HEADER, 0, 0, 0), (LD_BYTE_X, 0, 0, 0), (RET_A, 0, 0, 0)], &[1, 2, 3, 4, 9], 5),
            Some(9)
        );
    }

    #[test]
    fn the_length_is_that_on_the_wire() {
        use code::*;
        assert_eq!(run_codes(&[(LD_LEN, 0, 0, 0), (RET_A, 0, 0, 0)], &[0; 10], 1500), Some(1500));
    }

    #[test]
    fn programs_that_could_leave_themselves_are_refused() {
        use code::*;
        assert_eq!(run_codes(&[(JEQ, 1, 0, 0), (RET, 0, 0, 1)], &[], 0), None);
        assert_eq!(run_codes(&[(JA, 0, 0, 1), (RET, 0, 0, 1)], &[], 0), None);
        assert_eq!(run_codes(&[(JA, 0, 0, -2i32 as u32), (RET, 0, 0, 1)], &[], 0), None);
        assert_eq!(run_codes(&[(JA, 0, 0, -1i32 as u32), (RET, 0, 0, 1)], &[0; 100], 100), None, "a loop without end");
        assert_eq!(run_codes(&[(LD_IMM, 0, 0, 1)], &[], 0), None);
        assert_eq!(run_codes(&[(LD_MEM, 0, 0, 16), (RET, 0, 0, 1)], &[], 0), None);
        assert_eq!(run_codes(&[(0x1234, 0, 0, 0), (RET, 0, 0, 1)], &[], 0), None);
        assert!(check(&[]).is_err());
    }

    #[test]
    fn a_loopback_family_is_read_in_the_writers_byte_order() {
        assert_eq!(family(u32::from_be_bytes([2, 0, 0, 0])), family(u32::from_be_bytes([0, 0, 0, 2])));
    }

    #[cfg(feature = "live")]
    #[test]
    fn expressions_are_compiled_by_libpcap() {
        let filter = Filter::compile("greater 100", ETHERNET, 0).unwrap();
        assert!(filter.matches(&[0; 60], 100), "a frame cut to 60 bytes");
        assert!(!filter.matches(&[0; 60], 99));
        assert!(Filter::compile("", ETHERNET, 96).unwrap().matches(&[], 0));
        assert_eq!(Filter::compile("", ETHERNET, 96).unwrap().instructions()[0].k, 96);
        assert_eq!(Filter::compile("", ETHERNET, 0).unwrap().instructions()[0].k, DEFAULT_SNAPLEN);
        let mut set = FilterSet::new("ip", 0);
        let mut ethernet = [0; 34];
        ethernet[12..15].copy_from_slice(&[8, 0, 0x45]);
        assert!(set.matches(ETHERNET, &ethernet, 34).unwrap());
        assert!(set.matches(LinkType(101), &ethernet[14..], 20).unwrap());
        assert!(!set.matches(LinkType(229), &ethernet[14..], 20).unwrap());
        for family in [[2, 0, 0, 0], [0, 0, 0, 2]] {
            assert!(set.matches(LinkType(0), &family, 24).unwrap());
        }
    }

    #[cfg(feature = "live")]
    #[test]
    fn errors_carry_libpcaps_words() {
        let message = |expression: &str| Filter::compile(expression, ETHERNET, 0).unwrap_err().to_string();
        assert!(message("tcp prot 80").starts_with("filter 'tcp prot 80': "), "{}", message("tcp prot 80"));
        assert!(message("tcp prot 80").contains("syntax error"));
        assert!(message("inbound").contains("running capture"), "{}", message("inbound"));
        assert!(message("ip\0").contains("filter"), "{}", message("ip\0"));
        assert!(message(&"ip or ".repeat(3000)).contains("6000 words"));
        assert!(!message(&"\u{1b}[2J".repeat(100)).contains('\u{1b}'));
    }

    #[cfg(feature = "live")]
    #[test]
    fn compiling_is_bounded() {
        let start = std::time::Instant::now();
        let ports: Vec<_> = (1..1300).map(|port| format!("port {port}")).collect();
        let result = Filter::compile(&ports.join(" or "), ETHERNET, 0);
        assert!(start.elapsed() < std::time::Duration::from_secs(4));
        assert!(result.is_ok_and(|f| f.matches(&[0; 60], 60)) || start.elapsed() > std::time::Duration::from_secs(1));
    }
}
