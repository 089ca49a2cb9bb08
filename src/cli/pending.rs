//! Views that are on their way; replaced by `output` as they arrive.
#![allow(dead_code, missing_docs)]
pub mod explain {
    use crate::{packet::Packet, text::Text, tree::Tree};
    pub fn write(_: &Packet<'_>, _: &Tree, _: usize, _: &mut Text) {}
}
pub mod fields {
    use crate::dissect::Registry;
    pub fn list(_: &Registry, _: Option<&str>, _: Option<usize>) -> Option<String> {
        None
    }
    pub fn markdown(_: &Registry) -> String {
        String::new()
    }
}
pub mod schema {
    use crate::dissect::Registry;
    pub fn packet_schema(_: &Registry) -> String {
        String::new()
    }
}
pub mod columns {
    use crate::{dissect::Registry, packet::Packet, text::Text, tree::Tree};
    #[derive(Debug)]
    pub struct Columns;
    #[derive(Debug)]
    pub struct Options;
    pub struct Unknown {
        pub name: String,
        pub suggestions: Vec<&'static str>,
    }
    impl Options {
        pub fn parse(_: bool, _: &[String]) -> Result<Options, String> {
            Ok(Options)
        }
    }
    impl Columns {
        pub fn new(_: &Registry, _: &[String], _: Options) -> Result<Columns, Unknown> {
            Ok(Columns)
        }
        pub fn header(&self, _: &mut Text) {}
        pub fn packet(&mut self, _: &Packet<'_>, _: &Tree, _: &mut Text) {}
    }
    pub fn suggest_protocols(_: &Registry, _: &str) -> Vec<&'static str> {
        Vec::new()
    }
}
