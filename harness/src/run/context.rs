//! What all cases of a run share.

use std::sync::Arc;
use std::time::Duration;

use mtls_scenarios::Library;
use rustls::crypto::CryptoProvider;

use super::control::Controls;
use super::wallet::Wallet;
use super::world::World;
use crate::client;
use crate::target::Running;

/// How a run goes about its cases.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Cases under way at once.
    pub jobs: usize,
    /// Most time for one probe, from connecting to the last byte.
    pub timeout: Duration,
    /// Stop at the first case that is not as expected.
    pub fail_fast: bool,
    /// Which alert was used counts, too.
    pub pedantic: bool,
}

/// What all cases of a run share.
#[derive(Debug)]
pub struct Context {
    /// The gate.
    pub target: Running,
    /// How to go about it.
    pub options: Options,
    pub(super) library: Arc<Library>,
    pub(super) wallet: Wallet,
    pub(super) controls: Controls,
    pub(super) provider: Arc<CryptoProvider>,
}

impl Context {
    /// Puts a run together.
    pub fn new(target: Running, world: World, library: Arc<Library>, options: Options) -> Self {
        Self {
            target,
            options,
            wallet: Wallet::new(world, Arc::clone(&library)),
            library,
            controls: Controls::default(),
            provider: client::provider(),
        }
    }
}
