//! What all cases of a run share.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::TargetWaivers;
use mtls_scenarios::Library;
use rustls::crypto::CryptoProvider;

use super::control::Controls;
use super::gates::Gates;
use super::wallet::Wallet;
use super::world::World;
use crate::client;
use crate::target::{Blueprint, Running, StartError};

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
    /// Whose connections are told message by message.
    pub dialogues: Dialogues,
    /// Hand over the recordings of each case.
    pub keep_recordings: bool,
}

impl Options {
    /// Whether anybody may ask what went over a connection.
    pub(super) fn records(&self) -> bool {
        self.keep_recordings || self.dialogues != Dialogues::OfNone
    }
}

/// Whose connections are told message by message in the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialogues {
    /// Nobody's.
    OfNone,
    /// Those of cases that are not as expected, or could not be decided.
    #[default]
    OfProblems,
    /// Those of all cases that were performed.
    OfAll,
}

/// What all cases of a run share.
#[derive(Debug)]
pub struct Context {
    /// The gate.
    pub target: Running,
    /// How to go about it.
    pub options: Options,
    /// Failures of this gate that somebody answers for; none until told.
    pub waivers: TargetWaivers,
    pub(super) gates: Gates,
    pub(super) library: Arc<Library>,
    pub(super) wallet: Arc<Wallet>,
    pub(super) controls: Controls,
    pub(super) provider: Arc<CryptoProvider>,
}

impl Context {
    /// Starts the target and puts a run together.
    pub async fn start(
        blueprint: Blueprint,
        world: World,
        library: Arc<Library>,
        options: Options,
    ) -> Result<Self, StartError> {
        let wallet = Arc::new(Wallet::new(world, Arc::clone(&library)));
        Self::with_wallet(blueprint, wallet, library, options).await
    }

    /// The same with credentials that another run may have minted.
    ///
    /// # Errors
    /// The target cannot be started.
    pub async fn with_wallet(
        blueprint: Blueprint,
        wallet: Arc<Wallet>,
        library: Arc<Library>,
        options: Options,
    ) -> Result<Self, StartError> {
        let target = blueprint.clone().start().await?;
        Ok(Self::at(target, blueprint, wallet, library, options))
    }

    /// Writes the target into a directory instead of starting it, for steps that a person performs; it can be changed there.
    /// `first_port` is where its listeners begin; free ports if not given.
    pub async fn on_paper(
        blueprint: Blueprint,
        wallet: Arc<Wallet>,
        library: Arc<Library>,
        options: Options,
        (directory, first_port): (&Path, Option<u16>),
    ) -> Result<(Self, Running), StartError> {
        let paper = blueprint.clone().on_paper(directory, first_port).await?;
        Ok((Self::at(paper.known(), blueprint, wallet, library, options), paper))
    }

    fn at(
        target: Running,
        blueprint: Blueprint,
        wallet: Arc<Wallet>,
        library: Arc<Library>,
        options: Options,
    ) -> Self {
        Self {
            target,
            options,
            waivers: TargetWaivers::default(),
            gates: Gates::new(blueprint),
            wallet,
            library,
            controls: Controls::default(),
            provider: client::provider(),
        }
    }

    /// Whether its gate bears only so many cases at once, and copies of it can be started for the others.
    pub(super) fn needs_copies(&self) -> bool {
        self.target.target().most_at_once.is_some() && self.gates.can_start()
    }

    /// Stops every gate. `keep_logs` leaves the directory of the one that cases share, and returns its path.
    ///
    /// # Errors
    /// It cannot be stopped, or its directory not removed.
    pub async fn stop(self, keep_logs: bool) -> io::Result<Option<PathBuf>> {
        self.gates.stop().await;
        self.target.stop(keep_logs).await
    }
}
