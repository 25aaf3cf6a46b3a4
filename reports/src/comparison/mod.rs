//! Several targets side by side: one plan, performed at each.
//!
//! A [`Comparison`] has a column for each target. Rows are scenarios, and those where the targets
//! differ come first: what one server refuses and its neighbour lets in is what people look for.

mod details;
mod json;
mod mark;
mod model;
mod rows;
mod table;
mod tally;

pub(crate) use json::render as render_json;
pub use json::{COMPARISON_FORMAT_VERSION, ComparisonReport, TargetReport};
pub use model::{Column, Comparison, Found};
pub use rows::{Agreement, Cell, Row};
pub use table::side_by_side;
