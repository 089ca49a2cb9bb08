pub fn link_name(_: super::LinkType) -> Option<&'static str> { None }
pub fn link_description(_: super::LinkType) -> Option<&'static str> { None }
