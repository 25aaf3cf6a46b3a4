//! What is under test: how it is started or reached, where its endpoints are, and its controls.

mod change;
mod command;
mod configuration;
mod launched;
mod material;
mod mock;
mod paper;
mod ports;
mod process;
mod remote;
mod running;
mod template;
mod workshop;

pub use change::{Change, ChangeError, Changed};
pub use launched::LaunchError;
pub use material::{AccountMaterial, Material};
pub use paper::{Paper, Revision, Rewritten};
pub use remote::{IdentityAt, Remote, RemoteError};
pub use running::{Blueprint, Place, Running, StartError};
pub use workshop::{Present, Workshop, look_for};
