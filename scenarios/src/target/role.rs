//! Roles: what scenarios call the endpoints of a target.

use serde::{Deserialize, Serialize};

use crate::Mode;

/// Where scenarios happen. Scenarios name endpoints by role; a target provides as many as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// No client authentication.
    Public,
    /// STRICT, CA of account alpha.
    Alpha,
    /// STRICT, CA of account beta, same listener as alpha.
    Beta,
    /// LOOSE, CA of account alpha, same listener as alpha.
    Gamma,
    /// STRICT, CA of account alpha, alone on a listener.
    SoloStrict,
    /// LOOSE, CA of account alpha, alone on a listener.
    SoloLoose,
    /// STRICT, CA and CRLs of account alpha.
    RevokingStrict,
    /// LOOSE, CA and CRLs of account alpha.
    RevokingLoose,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Alpha,
        Self::Beta,
        Self::Gamma,
        Self::SoloStrict,
        Self::SoloLoose,
        Self::RevokingStrict,
        Self::RevokingLoose,
    ];

    /// The mode that an endpoint of this role has until it is changed.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Public => Mode::Public,
            Self::Gamma | Self::SoloLoose | Self::RevokingLoose => Mode::Loose,
            Self::Alpha | Self::Beta | Self::SoloStrict | Self::RevokingStrict => Mode::Strict,
        }
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Gamma => "gamma",
            Self::SoloStrict => "solo-strict",
            Self::SoloLoose => "solo-loose",
            Self::RevokingStrict => "revoking-strict",
            Self::RevokingLoose => "revoking-loose",
        }
    }
}
