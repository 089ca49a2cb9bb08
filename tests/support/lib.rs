//! What the tests, the mutation runner, the fuzz targets and the makers of fixtures share.

pub mod bench;
pub mod captures;
pub mod files;
pub mod mutate;
pub mod program;
pub mod traffic;

#[path = "../../fixtures/kit/mod.rs"]
pub mod kit;
