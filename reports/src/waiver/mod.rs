//! Waivers and results: which failures are waived, which waivers should not be there any more, and drafts of new ones.

mod apply;
mod cover;
mod draft;
mod problems;

pub use apply::{TargetWaivers, Waivers};
pub use draft::draft;
