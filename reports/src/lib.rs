//! What came out of a run: the result model, the event log and the renderers.
//!
//! Nothing here speaks TLS, and nothing here prints: renderers return text or bytes.

pub mod model;
mod text;

pub use text::PeerText;
