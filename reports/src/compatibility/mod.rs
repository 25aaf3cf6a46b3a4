//! The compatibility page: what each server does, as Markdown for documentation.
//!
//! The page is published, so it shows what is as expected and what has a public reference, and nothing else: a finding
//! that its vendor has not heard of yet is for whoever ran the harness. See [`documented`].

mod documented;
mod markdown;
mod page;
mod profile;
mod signals;

pub(crate) use page::render;
