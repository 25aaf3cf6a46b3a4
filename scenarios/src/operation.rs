//! What the operator of a gate does to it, and time that passes.

use serde::Deserialize;

use crate::{Mode, Role};

/// A change of the gate; everything in it takes effect at once.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Set the mode of an endpoint.
    #[serde(default)]
    pub set_mode: Option<SetMode>,
    /// Replace the CAs of an account.
    #[serde(default)]
    pub trust: Option<Trust>,
    /// Replace the revocation lists of an account.
    #[serde(default)]
    pub revoke: Option<Revoke>,
    /// Spoil the file with the CAs of an account.
    #[serde(default)]
    pub ca_file: Option<CaFile>,
    /// Let an endpoint claim the host name of another one.
    #[serde(default)]
    pub claim: Option<Claim>,
    /// How the gate is made to notice.
    #[serde(default)]
    pub by: Apply,
    /// Whether the gate may refuse it: keep its old policy, or not start.
    #[serde(default)]
    pub may_be_refused: bool,
}

/// A mode for an endpoint.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetMode {
    /// The endpoint.
    pub endpoint: Role,
    /// Its new mode.
    pub mode: Mode,
}

/// The CAs of an account.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The account.
    pub account: String,
    /// Its anchors by name, spare ones too.
    pub anchors: Vec<String>,
}

/// The revocation lists of an account.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// The account.
    pub account: String,
    /// A name under `crl_sets` of the account.
    pub lists: String,
}

/// A CA file that is spoilt.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaFile {
    /// The account.
    pub account: String,
    /// What becomes of its file.
    pub content: Spoilt,
}

/// What can become of a CA file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spoilt {
    /// It holds nothing.
    Empty,
    /// It ends in the middle of its last certificate.
    Truncated,
    /// It is not PEM.
    Garbage,
    /// It holds a private key instead of a certificate.
    PrivateKey,
    /// It holds an end-entity certificate instead of a CA's.
    EndEntity,
    /// It is not there.
    Missing,
    /// Nobody can open it, the superuser neither: a symbolic link to itself.
    Unreadable,
}

/// A host name that two endpoints want.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The endpoint that claims it.
    pub endpoint: Role,
    /// The endpoint that has it.
    pub host_of: Role,
}

/// How a gate is made to notice a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Apply {
    /// It reads its configuration again and goes on.
    #[default]
    Reload,
    /// It is stopped and started.
    Restart,
}

/// Time that passes.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Until the certificates of this credential, as shown in this case, have expired. A gate that has a clock of its own is
    /// told; others are waited for.
    Expiry(String),
    /// So long, as `18h`; only where the gate has a clock that can be moved.
    Elapse(String),
}

impl Operation {
    /// The accounts that it names.
    pub fn accounts(&self) -> impl Iterator<Item = &String> {
        let trust = self.trust.iter().map(|trust| &trust.account);
        let revoke = self.revoke.iter().map(|revoke| &revoke.account);
        trust.chain(revoke).chain(self.ca_file.iter().map(|file| &file.account))
    }
}

impl Wait {
    /// The seconds that a text such as `18h` means (units s, m, h, d).
    pub fn seconds(text: &str) -> Option<u64> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        assert_eq!(Wait::seconds("18h"), Some(64_800));
        for wrong in ["", "h", "18", "-1h", "1y", "é"] {
            assert_eq!(Wait::seconds(wrong), None, "{wrong}");
        }
    }
}
