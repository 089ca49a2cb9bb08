//! What a frame of IEEE 802.11 is, as far as its first bytes tell: its kind, where its header ends, what follows.

use crate::input::{Input, Stop};

/// Management frames: beacons, association, authentication.
pub const MANAGEMENT: u8 = 0;
/// Control frames: acknowledgements, requests to send.
pub const CONTROL: u8 = 1;
/// Data frames.
pub const DATA: u8 = 2;

/// The frame control field (IEEE 802.11-2020 §9.2.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Protocol version; 0 in all frames but those of a short format (S1G).
    pub version: u8,
    /// Type: [`MANAGEMENT`], [`CONTROL`], [`DATA`] or 3, an extension.
    pub class: u8,
    /// Subtype.
    pub subtype: u8,
    /// The second byte, as it stands.
    pub flags: u8,
}

impl Kind {
    /// Reads the field's two bytes.
    #[inline(always)]
    pub fn of(fc: [u8; 2]) -> Kind {
        Kind { version: fc[0] & 3, class: fc[0] >> 2 & 3, subtype: fc[0] >> 4, flags: fc[1] }
    }

    /// Type and subtype in one number; control frame extensions have a third digit.
    pub fn number(&self) -> u64 {
        match (self.class, self.subtype) {
            (CONTROL, 6) => 0x160 | u64::from(self.flags & 0xf),
            (class, subtype) => u64::from(class << 4 | subtype),
        }
    }

    /// The frame goes to a distribution system, which an access point connects to.
    pub fn to_ds(&self) -> bool {
        self.flags & 1 != 0
    }

    /// The frame comes from a distribution system.
    pub fn from_ds(&self) -> bool {
        self.flags & 2 != 0
    }

    /// Further fragments follow.
    pub fn more_fragments(&self) -> bool {
        self.flags & 4 != 0
    }

    /// The frame body is encrypted.
    pub fn protected(&self) -> bool {
        self.flags & 0x40 != 0
    }

    /// A data frame with a QoS control field.
    pub fn qos(&self) -> bool {
        self.class == DATA && self.subtype & 8 != 0
    }

    /// A data frame that carries nothing.
    pub fn null(&self) -> bool {
        self.class == DATA && self.subtype & 4 != 0
    }

    /// Whether a fourth address follows the sequence control.
    pub fn four_addresses(&self) -> bool {
        self.class == DATA && self.to_ds() && self.from_ds()
    }

    /// Whether an HT control field ends the header: in QoS data and management frames, when the last flag is set.
    pub fn ht_control(&self) -> bool {
        self.flags & 0x80 != 0 && (self.qos() || self.class == MANAGEMENT)
    }

    /// How many addresses stand in a row behind the duration; a fourth one comes later.
    pub fn addresses(&self) -> u32 {
        match (self.class, self.subtype) {
            (MANAGEMENT | DATA, _) => 3,
            (CONTROL, 2..=5 | 8..=11 | 14 | 15) => 2,
            (CONTROL, _) => 1,
            _ => 0,
        }
    }

    /// Where the QoS control field is, in bytes from the first; meaningful for [`Kind::qos`].
    pub fn qos_at(&self) -> u32 {
        if self.four_addresses() { 30 } else { 24 }
    }

    /// Length of the header in bytes, as far as the frame control field decides it.
    pub fn header(&self) -> u32 {
        match self.class {
            MANAGEMENT => 24 + 4 * u32::from(self.ht_control()),
            DATA => self.qos_at() + 2 * u32::from(self.qos()) + 4 * u32::from(self.ht_control()),
            // The frame that is wrapped says its kind, and there is an HT control field.
            CONTROL if self.subtype == 7 => 16,
            _ => 4 + 6 * self.addresses(),
        }
    }
}

/// What follows the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// The rest of a management frame.
    Management,
    /// The rest of a control frame.
    Control,
    /// An encrypted body behind an initialization vector of so many bytes.
    Protected(u32),
    /// A fragment.
    Fragment,
    /// An aggregate; the first subframe's payload has so many bytes.
    Aggregate(u32),
    /// LLC, behind so many bytes of padding.
    Llc(u32),
    /// Frames of this kind are not read.
    Unread(&'static str),
}

/// Where things are in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The frame control field.
    pub kind: Kind,
    /// Length of the header in bytes, without mesh control.
    pub header: u32,
    /// Length of the mesh control field, or 0 when there is none.
    pub mesh: u32,
    /// What follows both.
    pub body: Body,
}

impl Plan {
    /// Where the body begins, in bytes from the frame's first.
    pub fn body_at(&self) -> u32 {
        self.header.saturating_add(self.mesh)
    }
}

/// Length of the header of an aggregate's subframe: two addresses and a length (§9.3.2.2.2).
pub const SUBFRAME: u32 = 14;

/// Some cards leave two bytes between header and payload, to align the payload. Zeros before the header of SNAP cannot
/// be anything else.
const PADDED: [u8; 4] = [0, 0, 0xaa, 0xaa];

/// Finds out where things are.
///
/// # Errors
///
/// The frame is too short for its header, or cut before it is clear what follows.
pub fn plan(input: &Input<'_>) -> Result<Plan, Stop> {
    let kind = Kind::of(*input.head::<2>()?);
    if kind.version != 0 {
        let why = "a frame of another protocol version, with a header that is not decoded";
        return Ok(Plan { kind, header: 2, mesh: 0, body: Body::Unread(why) });
    }
    let header = kind.header();
    let bytes = input.upto(header)?;
    let mut plan = Plan { kind, header, mesh: 0, body: Body::None };
    plan.body = match kind.class {
        MANAGEMENT if kind.protected() => protected(input, header)?,
        MANAGEMENT => Body::Management,
        CONTROL => Body::Control,
        DATA => data(input, bytes, &mut plan)?,
        _ => Body::Unread("an extension frame, which is not decoded"),
    };
    Ok(plan)
}

/// What a data frame carries.
fn data(input: &Input<'_>, bytes: &[u8], plan: &mut Plan) -> Result<Body, Stop> {
    let (kind, header) = (plan.kind, plan.header);
    if kind.null() || input.wire <= header {
        return Ok(Body::None);
    }
    let qos = if kind.qos() { bytes.get(kind.qos_at() as usize..).and_then(<[u8]>::first_chunk::<2>) } else { None };
    plan.mesh = mesh(input, kind, header, qos)?;
    let at = header + plan.mesh;
    if kind.protected() {
        return protected(input, at);
    }
    let fragment = bytes.get(22).is_some_and(|b| b & 0xf != 0);
    if fragment || kind.more_fragments() {
        return Ok(Body::Fragment);
    }
    if qos.is_some_and(|q| q[0] & 0x80 != 0) {
        let subframe = input.upto(at + SUBFRAME)?;
        let length = subframe.last_chunk::<2>().map_or(0, |n| u32::from(u16::from_be_bytes(*n)));
        return Ok(Body::Aggregate(length));
    }
    let payload = input.data.get(at as usize..).unwrap_or_default();
    if payload.starts_with(&PADDED) {
        return Ok(Body::Llc(2));
    }
    // Whether these zeros are padding cannot be seen here.
    if !payload.is_empty() && PADDED.starts_with(payload) && input.wire - at >= PADDED.len() as u32 {
        return Err(input.short(at + PADDED.len() as u32));
    }
    Ok(Body::Llc(0))
}

/// Length of the mesh control field (§9.2.4.7.3). Only stations of a mesh set the bit that announces it, in frames that a
/// distribution system sends; for others it is a part of another field, so the flags must also make sense.
fn mesh(input: &Input<'_>, kind: Kind, at: u32, qos: Option<&[u8; 2]>) -> Result<u32, Stop> {
    if !kind.from_ds() || qos.is_none_or(|q| q[1] & 1 == 0) {
        return Ok(0);
    }
    let Some(flags) = input.data.get(at as usize) else { return Err(input.short(at + 1)) };
    let length = match flags {
        0 => 6,
        1 => 12,
        2 => 18,
        _ => return Ok(0),
    };
    input.upto(at + length)?;
    Ok(length)
}

/// The initialization vector of an encrypted body: 8 bytes when its fourth byte says so (§12.5.2.2, §12.5.3.2), 4 for
/// WEP (§12.3.3.2).
fn protected(input: &Input<'_>, at: u32) -> Result<Body, Stop> {
    let iv = input.upto(at + 4)?;
    let extended = iv.last().is_some_and(|key| key & 0x20 != 0);
    let length = if extended { 8 } else { 4 };
    input.upto(at + length)?;
    Ok(Body::Protected(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn planned(bytes: &[u8], wire: u32) -> Result<(u32, u32, Body), Stop> {
        let input = Input { data: bytes, base: 0, wire, extent: Default::default(), env: &Env::NONE };
        plan(&input).map(|plan| (plan.header, plan.mesh, plan.body))
    }

    /// A data frame with these two bytes of frame control, of `header` bytes, and `rest` behind them.
    fn frame(fc: [u8; 2], header: usize, rest: &[u8]) -> Vec<u8> {
        let mut frame = fc.to_vec();
        frame.resize(header, 0);
        frame.extend_from_slice(rest);
        frame
    }

    fn of(frame: &[u8]) -> Result<(u32, u32, Body), Stop> {
        planned(frame, frame.len() as u32)
    }

    const SNAP: [u8; 8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

    #[test]
    fn headers_end_where_the_frame_control_field_says() {
        assert_eq!(of(&frame([0x08, 1], 24, &SNAP)), Ok((24, 0, Body::Llc(0))));
        assert_eq!(of(&frame([0x08, 3], 30, &SNAP)), Ok((30, 0, Body::Llc(0))));
        assert_eq!(of(&frame([0x88, 1], 26, &SNAP)), Ok((26, 0, Body::Llc(0))));
        assert_eq!(of(&frame([0x88, 0x81], 30, &SNAP)), Ok((30, 0, Body::Llc(0))));
        assert_eq!(of(&frame([0x48, 1], 24, &[])), Ok((24, 0, Body::None)));
        assert_eq!(of(&frame([0x80, 0], 24, &[1])), Ok((24, 0, Body::Management)));
        assert_eq!(of(&frame([0xd4, 0], 10, &[])), Ok((10, 0, Body::Control)));
    }

    #[test]
    fn zeros_before_snap_are_padding_and_others_are_not() {
        assert_eq!(of(&frame([0x08, 1], 24, &[0, 0, 0xaa, 0xaa, 3])), Ok((24, 0, Body::Llc(2))));
        assert_eq!(of(&frame([0x08, 1], 24, &[0, 0, 0xf3, 1])), Ok((24, 0, Body::Llc(0))));
        let cut = frame([0x08, 1], 24, &[0, 0, 0xaa]);
        assert_eq!(planned(&cut, 60), Err(Stop::Cut { need: 28, have: 27 }));
        assert_eq!(of(&frame([0x08, 1], 24, &[0, 0])), Ok((24, 0, Body::Llc(0))), "there is no more to come");
    }

    #[test]
    fn mesh_control_is_there_only_when_its_flags_make_sense() {
        let mut mesh = frame([0x88, 3], 32, &[2]);
        mesh[31] = 1;
        mesh.extend_from_slice(&[0; 17]);
        mesh.extend_from_slice(&SNAP);
        assert_eq!(of(&mesh), Ok((32, 18, Body::Llc(0))));
        mesh[32] = 0xaa;
        assert_eq!(of(&mesh).map(|(_, mesh, _)| mesh), Ok(0));
    }

    #[test]
    fn encrypted_bodies_begin_with_four_or_eight_bytes() {
        assert_eq!(of(&frame([0x08, 0x41], 24, &[1, 2, 3, 0x40, 9])), Ok((24, 0, Body::Protected(4))));
        assert_eq!(of(&frame([0x08, 0x41], 24, &[1, 2, 3, 0x20, 0, 0, 0, 0])), Ok((24, 0, Body::Protected(8))));
        assert!(matches!(of(&frame([0x08, 0x41], 24, &[1, 2])), Err(Stop::Bad(_))));
    }
}
