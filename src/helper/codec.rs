//! The form of messages: whole numbers in little-endian order, bytes with their length before them.
//!
//! Reading never fails otherwise than by [`Malformed`]: what is too short, too long, or no value of its kind.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A message that is no message of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message between processes of this program is malformed")
    }
}

impl std::error::Error for Malformed {}

impl From<Malformed> for std::io::Error {
    fn from(malformed: Malformed) -> Self {
        std::io::Error::new(std::io::ErrorKind::InvalidData, malformed)
    }
}

/// Puts a message together.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A message that begins with its kind.
    pub fn new(kind: u8) -> Self {
        Writer { bytes: vec![kind] }
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.bytes.push(value);
        self
    }

    /// Two bytes.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.put(&value.to_le_bytes())
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.put(&value.to_le_bytes())
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.put(&value.to_le_bytes())
    }

    /// Bytes, with their number in four bytes before them. Longer ones than that can say are cut.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.u32(length).put(value.get(..length as usize).unwrap_or(value))
    }

    /// A byte 1 and a number, or a byte 0.
    pub fn maybe_u32(&mut self, value: Option<u32>) -> &mut Self {
        match value {
            Some(value) => self.u8(1).u32(value),
            None => self.u8(0),
        }
    }

    /// A byte 1 and bytes, or a byte 0.
    pub fn maybe_bytes(&mut self, value: Option<&[u8]>) -> &mut Self {
        match value {
            Some(value) => self.u8(1).bytes(value),
            None => self.u8(0),
        }
    }

    /// A byte 4 or 6, the address, and the port.
    pub fn address(&mut self, (ip, port): (IpAddr, u16)) -> &mut Self {
        match ip {
            IpAddr::V4(ip) => self.u8(4).put(&ip.octets()),
            IpAddr::V6(ip) => self.u8(6).put(&ip.octets()),
        };
        self.u16(port)
    }

    /// The message.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }
}

/// Takes a message apart.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins with a message's first byte.
    pub fn new(message: &'a [u8]) -> Self {
        Reader { rest: message }
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// Bytes, of which there must be at most so many.
    pub fn bytes(&mut self, most: usize) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.u32()?).map_err(|_| Malformed)?;
        if length > most {
            return Err(Malformed);
        }
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A number, or none.
    pub fn maybe_u32(&mut self) -> Result<Option<u32>, Malformed> {
        if self.flag()? { self.u32().map(Some) } else { Ok(None) }
    }

    /// Bytes, or none.
    pub fn maybe_bytes(&mut self, most: usize) -> Result<Option<&'a [u8]>, Malformed> {
        if self.flag()? { self.bytes(most).map(Some) } else { Ok(None) }
    }

    /// A byte that is 0 or 1.
    pub fn flag(&mut self) -> Result<bool, Malformed> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }

    /// An address and a port.
    pub fn address(&mut self) -> Result<(IpAddr, u16), Malformed> {
        let ip = match self.u8()? {
            4 => IpAddr::V4(Ipv4Addr::from(self.array::<4>()?)),
            6 => IpAddr::V6(Ipv6Addr::from(self.array::<16>()?)),
            _ => return Err(Malformed),
        };
        Ok((ip, self.u16()?))
    }

    /// The end: nothing may be left.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (array, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*array)
    }
}

#[cfg(test)]
mod tests {
    use super::{Malformed, Reader, Writer};
    use std::net::{IpAddr, Ipv6Addr};

    type Values = (u8, u16, u32, u64, Vec<u8>, Option<u32>, Option<Vec<u8>>, (IpAddr, u16));

    fn read(message: &[u8]) -> Result<Values, Malformed> {
        let mut r = Reader::new(message);
        let values = (
            r.u8()?,
            r.u16()?,
            r.u32()?,
            r.u64()?,
            r.bytes(5)?.to_vec(),
            r.maybe_u32()?,
            r.maybe_bytes(5)?.map(<[u8]>::to_vec),
            r.address()?,
        );
        r.finish().map(|()| values)
    }

    fn message() -> Vec<u8> {
        let mut w = Writer::new(7);
        w.u16(0x0102).u32(3).u64(u64::MAX).bytes(b"bytes").maybe_u32(None).maybe_bytes(Some(b""));
        w.address((IpAddr::V6(Ipv6Addr::LOCALHOST), 80)).finish()
    }

    #[test]
    fn what_is_written_is_read() {
        let localhost = IpAddr::V6(Ipv6Addr::LOCALHOST);
        let expected = (7, 0x0102, 3, u64::MAX, b"bytes".to_vec(), None, Some(Vec::new()), (localhost, 80));
        assert_eq!(read(&message()), Ok(expected));
    }

    #[test]
    fn cut_and_lengthened_messages_are_malformed() {
        let whole = message();
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), Err(Malformed), "{length} bytes");
        }
        assert_eq!(read(&[whole, vec![0]].concat()), Err(Malformed));
    }

    #[test]
    fn hostile_bytes_are_malformed_or_within_bounds() {
        let whole = message();
        for at in 0..whole.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                if let Ok((.., bytes, _, more, _)) = read(&changed) {
                    assert!(bytes.len() <= 5 && more.is_none_or(|more| more.len() <= 5));
                }
            }
        }
        let too_long = [&[7u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &u32::MAX.to_le_bytes()].concat();
        assert_eq!(read(&too_long), Err(Malformed));
    }
}
