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
/// Loads at this offset and above ask the Linux kernel about a frame (direction, VLAN tag), not for its bytes.
const KERNEL_OFFSETS: u32 = 0xffff_f000;

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
    /// As [`Filter::compile`].
    pub fn for_link(&mut self, link: LinkType) -> Result<&Filter, Error> {
        match self.compiled.entry(link) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(Filter::compile(&self.expression, link, self.snaplen)?)),
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

/// Checks what [`run`] relies on to end: every jump goes forward and stays inside.
fn check(program: &[Instruction]) -> Result<(), String> {
    use code::*;
    if !matches!(program.last(), Some(Instruction { code: RET | RET_A, .. })) {
        return Err("the compiled program does not end with a return".to_owned());
    }
    for (at, instruction) in program.iter().enumerate() {
        let Instruction { code, jump_true, jump_false, k } = *instruction;
        let in_program = |distance: u32| {
            let target = usize::try_from(distance).ok().and_then(|d| at.checked_add(d)?.checked_add(1));
            target.is_some_and(|target| target < program.len())
        };
        let bare = if code & 7 == 4 || code & 7 == 5 { code & !X } else { code };
        let good = match bare {
            LD_WORD | LD_HALF | LD_BYTE if k >= KERNEL_OFFSETS => {
                return Err("this asks for what only a running capture on Linux knows (such as a direction)".to_owned());
            }
            JA => code == JA && in_program(k),
            JEQ | JGT | JGE | JSET => in_program(jump_true.into()) && in_program(jump_false.into()),
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
fn run(program: &[Instruction], data: &[u8], wire_len: u32, family_first: bool) -> Option<u32> {
    use code::*;
    let (mut a, mut x) = (0u32, 0u32);
    let mut memory = [0u32; MEMORY];
    let mut rest = program.iter();
    while let Some(Instruction { code, jump_true, jump_false, k }) = rest.next() {
        let k = *k;
        match *code {
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
            JA => skip(&mut rest, k as usize),
            code if code & 7 == 5 => {
                let operand = if code & X != 0 { x } else { k };
                let holds = match code & !X {
                    JEQ => a == operand,
                    JGT => a > operand,
                    JGE => a >= operand,
                    JSET => a & operand != 0,
                    _ => return None,
                };
                skip(&mut rest, usize::from(if holds { *jump_true } else { *jump_false }));
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
    }
    None
}

#[inline]
fn skip(rest: &mut std::slice::Iter<'_, Instruction>, n: usize) {
    *rest = rest.as_slice().get(n..).unwrap_or_default().iter();
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
mod compiler {
    use super::{Instruction, LinkType, code, dlt};

    /// Expressions with more words than this are compiled without libpcap's optimiser, whose time grows with the cube
    /// of their number (minutes for a thousand `or host`).
    const OPTIMISED_WORDS: usize = 100;
    /// The longest expression, in bytes; compiling more can take more than two seconds.
    const MOST_BYTES: usize = 1 << 20;
    /// What a handle without a device returns for a match.
    const DEAD_SNAPLEN: u32 = 65535;

    pub(super) fn compile(expression: &str, link: LinkType, snaplen: u32) -> Result<Vec<Instruction>, String> {
        if expression.len() > MOST_BYTES {
            let len = expression.len();
            return Err(format!("the expression has {len} bytes, and at most {MOST_BYTES} can be compiled"));
        }
        let optimise = expression.split_ascii_whitespace().count() <= OPTIMISED_WORDS;
        let handle = pcap::Capture::dead(pcap::Linktype(dlt(link))).map_err(message)?;
        let program = handle.compile(expression, optimise).map_err(message)?;
        let mut instructions = Vec::new();
        for theirs in program.get_instructions() {
            // The crate shows an instruction only as its four numbers in text.
            let text = theirs.to_string();
            let mut numbers = text.split(' ').map(str::parse::<u32>);
            let (Some(Ok(code)), Some(Ok(jump_true)), Some(Ok(jump_false)), Some(Ok(k))) =
                (numbers.next(), numbers.next(), numbers.next(), numbers.next())
            else {
                return Err(format!("cannot read an instruction of the compiled program: {text}"));
            };
            let (Ok(code), Ok(jump_true), Ok(jump_false)) =
                (u16::try_from(code), u8::try_from(jump_true), u8::try_from(jump_false))
            else {
                return Err(format!("an instruction of the compiled program is out of range: {text}"));
            };
            let k = if code == code::RET && k == DEAD_SNAPLEN { snaplen } else { k };
            instructions.push(Instruction { code, jump_true, jump_false, k });
        }
        Ok(instructions)
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

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;
    #[test]
    fn timing() {
        for n in [50, 100, 200, 400, 1000, 5000, 20000, 60000] {
            for (name, terms) in [
                (
                    "host",
                    (0..n).map(|i| format!("host 10.{}.{}.{}", i % 7, i / 250 % 250, i % 250)).collect::<Vec<_>>(),
                ),
                ("port", (0..n).map(|i| format!("port {}", i + 1)).collect::<Vec<_>>()),
                ("tcp", (0..n).map(|i| format!("tcp[{}]={}", i % 20, i % 250)).collect::<Vec<_>>()),
            ] {
                let e = terms.join(" or ");
                let t = std::time::Instant::now();
                let r = Filter::compile(&e, LinkType(1), 0);
                eprintln!(
                    "{name} {n} words {} bytes {} -> {:?} in {:?}",
                    e.split_whitespace().count(),
                    e.len(),
                    r.map(|f| f.program.len()).map_err(|e| e.to_string()[..]
                        .chars()
                        .rev()
                        .take(60)
                        .collect::<String>()),
                    t.elapsed()
                );
            }
        }
    }
}
