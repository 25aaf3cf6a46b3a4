//! Cases: the concrete cells of a scenario's matrix.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Alpn, KeyAlgorithm, Mode, Scenario, TlsVersion};

/// One combination of the values of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Cell {
    /// Gate mode.
    pub mode: Mode,
    /// TLS version.
    pub tls: TlsVersion,
    /// Algorithm of the credential's keys.
    pub key: KeyAlgorithm,
    /// Application protocol.
    pub alpn: Alpn,
    /// Credential, where the matrix has that axis.
    pub credential: Option<String>,
}

/// Written as in case ids: `strict,tls1.3,p256`, then what differs from HTTP/1.1, then the credential.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mode, tls, key, alpn, credential } = self;
        write!(f, "{},{},{}", mode.as_str(), tls.as_str(), key.as_str())?;
        if *alpn != Alpn::Http1 {
            write!(f, ",{}", alpn.as_str())?;
        }
        match credential {
            Some(name) => write!(f, ",{name}"),
            None => Ok(()),
        }
    }
}

/// A scenario in one cell of its matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Stable id: `certificate/expired@strict,tls1.3,p256`.
    pub id: String,
    /// Scenario id.
    pub scenario: String,
    /// The cell.
    pub cell: Cell,
}

/// Expands a scenario over its matrix, in the order in which the axes list their values.
pub fn expand(id: &str, scenario: &Scenario) -> Vec<Case> {
    let matrix = &scenario.matrix;
    let credentials: Vec<Option<String>> = if matrix.credential.is_empty() {
        vec![None]
    } else {
        matrix.credential.iter().cloned().map(Some).collect()
    };
    let mut cases = Vec::new();
    for &mode in &matrix.mode {
        for &tls in &matrix.tls {
            for &key in &matrix.key {
                for &alpn in &matrix.alpn {
                    for credential in &credentials {
                        let cell = Cell { mode, tls, key, alpn, credential: credential.clone() };
                        cases.push(Case {
                            id: format!("{id}@{cell}"),
                            scenario: id.to_owned(),
                            cell,
                        });
                    }
                }
            }
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;
    use crate::{Matrix, Severity};

    fn scenario(matrix: Matrix) -> Scenario {
        Scenario {
            schema: None,
            title: String::new(),
            severity: Severity::Low,
            why: String::new(),
            references: Vec::new(),
            matrix,
            steps: Vec::new(),
        }
    }

    #[test]
    fn ids_leave_out_what_is_usual() {
        let matrix = Matrix { alpn: vec![Alpn::Http1, Alpn::H2], ..Matrix::default() };
        let ids: Vec<_> = expand("a/b", &scenario(matrix)).into_iter().map(|c| c.id).collect();
        assert_eq!(ids[0], "a/b@strict,tls1.2,p256");
        assert_eq!(ids[1], "a/b@strict,tls1.2,p256,h2");
        assert_eq!(ids.len(), 8);
    }

    proptest! {
        #[test]
        fn expansion_is_the_product_of_the_axes_without_repetition(
            mode in subsequence(vec![Mode::Public, Mode::Strict, Mode::Loose], 1..=3),
            tls in subsequence(vec![TlsVersion::Tls12, TlsVersion::Tls13], 1..=2),
            key in subsequence(vec![KeyAlgorithm::P256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Ed25519], 1..=3),
            alpn in subsequence(vec![Alpn::Http1, Alpn::H2], 1..=2),
            credential in subsequence(vec!["a".to_owned(), "b".to_owned()], 0..=2),
        ) {
            let product = mode.len() * tls.len() * key.len() * alpn.len() * credential.len().max(1);
            let cases = expand("x/y", &scenario(Matrix { mode, tls, key, alpn, credential }));
            let ids: BTreeSet<_> = cases.iter().map(|c| c.id.as_str()).collect();
            prop_assert_eq!(cases.len(), product);
            prop_assert_eq!(ids.len(), product);
        }
    }
}
