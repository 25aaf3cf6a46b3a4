//! A target on paper: written into a directory for a person to start.

use std::path::Path;
use std::sync::Arc;

use super::Job;
use super::credentials::Credentials;
use super::trial::blueprint;
use crate::cli::Failure;
use crate::run::Context;
use crate::target::Running;

impl Job {
    /// Writes its one target into a directory instead of starting it.
    pub(in crate::cli) async fn on_paper(
        &self,
        directory: &Path,
        first_port: Option<u16>,
    ) -> Result<(Context, Running), Failure> {
        let [chosen] = self.targets.as_slice() else {
            return Err(Failure::invalid(&"--steps and --vendor-report are about one target"));
        };
        let credentials = Credentials::of(self).await?;
        let wallet = credentials.for_target(chosen)?;
        let blueprint = blueprint(self, chosen, wallet)?;
        let (wallet, library) = (Arc::clone(wallet), Arc::clone(&self.library));
        Context::on_paper(blueprint, wallet, library, self.options(), (directory, first_port))
            .await
            .map_err(|e| if e.is_users() { Failure::invalid(&e) } else { Failure::undecided(&e) })
    }
}
