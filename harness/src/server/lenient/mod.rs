//! The gate with a TLS of its own, which is wrong where its fault wants it to be.
//!
//! A correct gate shakes hands with rustls, whose state machine cannot be made wrong. For the faults of that kind there
//! is this small server of TLS 1.2 and TLS 1.3: correct but for what its fault [forgives](leniency). The state machine
//! asks for each of these where it matters; there is one state machine, not one for each fault.
//!
//! Everything around the handshake is the same: endpoints and their policies, the verifier of certification paths, the
//! application behind.

mod channel;
mod conversation;
mod event;
mod failure;
mod flight;
mod hello;
mod keys12;
mod late;
mod leniency;
mod memory;
mod order;
mod outcome;
mod party;
mod proof;
mod reading;
mod resume13;
mod serve;
mod tls12;
mod tls13;

use serve::{receive_hello, tell};

pub(super) use leniency::Forgiven;
pub(super) use serve::serve;
