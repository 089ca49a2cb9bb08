//! What VXLAN and its Generic Protocol Extension have in common: the second half of the header.

use crate::field::{Around, Field};
use crate::text::Text;

crate::fields! { pub NETWORK:
    VNI = Field::uint("vxlan.vni", 32, 24).label("Network identifier").doc("RFC 7348 §5", "Which overlay network the inner frame belongs to").explain(explain_vni);
    RESERVED8 = Field::uint("vxlan.reserved8", 56, 8).label("Reserved").doc("RFC 7348 §5", "Sent as 0 and ignored by the receiver");
}

fn explain_vni(around: &Around<'_>, out: &mut Text) {
    out.lit("overlay network ")
        .num_grouped(around.value)
        .lit(" of 16,777,216; the inner frame is a frame of that network alone");
}
