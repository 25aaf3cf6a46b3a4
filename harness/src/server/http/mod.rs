//! What the gate answers: `/whoami`, `/protected`, and refusals.
//!
//! A request passes four questions, one file each: whose resource is it for ([`authority`]), who counts as the
//! client ([`claims`]), may that client come in ([`answer`](answer::answer)), and what does the application behind
//! the gate say ([`application`]).

mod answer;
mod application;
mod authority;
mod claims;
mod detour;
mod identity_headers;
mod path;

pub(super) use answer::answer;
