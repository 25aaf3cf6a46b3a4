//! A target that is written into a directory instead of started, for steps that a person performs.

use std::path::Path;
use std::sync::Arc;

use super::Job;
use super::credentials::Credentials;
use super::trial::blueprint;
use crate::cli::Failure;
use crate::run::Context;
use crate::target::Running;

impl Job {
    /// Writes the one target into a directory instead of starting it. `first_port` is where its listeners begin; free
    /// ports if not given.
    pub(in crate::cli) async fn on_paper(
        &self,
        directory: &Path,
        first_port: Option<u16>,
    ) -> Result<(Context, Running), Failure> {
        let [chosen] = self.targets.as_slice() else {
            return Err(Failure::invalid(&"steps by hand are for one target; name one"));
        };
        let credentials = Credentials::of(self).await?;
        let wallet = Arc::clone(credentials.for_target(chosen)?);
        let blueprint = blueprint(self, chosen, wallet.world())?;
        let library = Arc::clone(&self.library);
        Context::on_paper(blueprint, wallet, library, self.options(), (directory, first_port))
            .await
            .map_err(|e| if e.is_users() { Failure::invalid(&e) } else { Failure::undecided(&e) })
    }
}
