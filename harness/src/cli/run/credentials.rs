//! Credentials, minted once for all targets that trust the same CAs.

use std::sync::Arc;

use mtls_scenarios::Program;
use rustls::pki_types::UnixTime;

use super::Job;
use crate::cli::Failure;
use crate::cli::target::Chosen;
use crate::pki::OpensslRecipe;
use crate::run::{Origin, Trust, Wallet, World};

/// The credentials of a job.
#[derive(Debug)]
pub(super) struct Credentials {
    /// Under CAs of the harness's own.
    ours: Option<Arc<Wallet>>,
    /// With what the user lends.
    users: Option<Arc<Wallet>>,
}

impl Credentials {
    /// Makes what the targets of a job need.
    pub(super) async fn of(job: &Job) -> Result<Self, Failure> {
        let targets = || job.targets.iter();
        let ours = targets().any(|chosen| !chosen.trust.is_given());
        let ours = if ours { Some(wallet(job, Trust::Forged).await?) } else { None };
        let users = match targets().find(|chosen| chosen.trust.is_given()) {
            Some(chosen) => Some(wallet(job, chosen.trust.clone()).await?),
            None => None,
        };
        Ok(Self { ours, users })
    }

    /// Those for a target.
    pub(super) fn for_target(&self, chosen: &Chosen) -> Result<&Arc<Wallet>, Failure> {
        let wallet = if chosen.trust.is_given() { &self.users } else { &self.ours };
        wallet.as_ref().ok_or_else(|| Failure::undecided(&"no credentials were made"))
    }
}

async fn wallet(job: &Job, trust: Trust) -> Result<Arc<Wallet>, Failure> {
    let openssl = if job.plan.uses(&job.library, Program::OpensslRecipe) {
        let made = tokio::task::spawn_blocking(OpensslRecipe::carry_out).await;
        Some(made.map_err(|e| Failure::undecided(&e))?)
    } else {
        None
    };
    let origin = Origin {
        seed: job.arguments.gate.seed,
        epoch: UnixTime::now(),
        library: &job.library,
        trust,
        openssl,
    };
    let world = World::new(origin).map_err(|e| Failure::invalid(&e))?;
    Ok(Arc::new(Wallet::new(world, Arc::clone(&job.library))))
}
