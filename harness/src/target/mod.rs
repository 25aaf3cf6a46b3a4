//! What is under test: how it is started or reached, where its endpoints are, and its controls.

mod launched;
mod material;
mod process;
mod remote;
mod running;
mod template;

pub use launched::LaunchError;
pub use material::{AccountMaterial, Material};
pub use remote::{Remote, RemoteError};
pub use running::{Place, Running, StartError, start};
