//! Cases: the concrete cells of a scenario's matrix.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Alpn, KeyAlgorithm, Mode, Resumption, Scenario, TlsVersion};

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
    /// How sessions are resumed, where the matrix has that axis.
    pub resumption: Option<Resumption>,
    /// Credential, where the matrix has that axis.
    pub credential: Option<String>,
    /// Variant, where the scenario has any.
    pub variant: Option<String>,
}

/// Written as in case ids: `strict,tls1.3,p256`, then what differs from HTTP/1.1, then the other axes that there are.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mode, tls, key, alpn, resumption, credential, variant } = self;
        write!(f, "{},{},{}", mode.as_str(), tls.as_str(), key.as_str())?;
        if *alpn != Alpn::Http1 {
            write!(f, ",{}", alpn.as_str())?;
        }
        if let Some(resumption) = resumption {
            write!(f, ",{}", resumption.as_str())?;
        }
        for name in credential.iter().chain(variant) {
            write!(f, ",{name}")?;
        }
        Ok(())
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

/// Expands a scenario over its matrix and variants, in the order in which the axes list their values.
pub fn expand(id: &str, scenario: &Scenario) -> Vec<Case> {
    let matrix = &scenario.matrix;
    let mut cells = Vec::new();
    for &mode in &matrix.mode {
        for &tls in &matrix.tls {
            for &key in &matrix.key {
                for &alpn in &matrix.alpn {
                    let credential = None;
                    let cell =
                        Cell { mode, tls, key, alpn, resumption: None, credential, variant: None };
                    cells.extend(optional_axes(scenario, &cell));
                }
            }
        }
    }
    let case = |cell| Case { id: format!("{id}@{cell}"), scenario: id.to_owned(), cell };
    cells.into_iter().map(case).collect()
}

/// Multiplies a cell over the axes that a scenario need not have.
fn optional_axes(scenario: &Scenario, cell: &Cell) -> Vec<Cell> {
    let matrix = &scenario.matrix;
    let in_version = matrix.resumption.iter().filter(|how| how.version() == cell.tls);
    let resumptions = or_none(&matrix.resumption, in_version.copied());
    let credentials = or_none(&matrix.credential, matrix.credential.iter().cloned());
    let names: Vec<_> = scenario.variants.keys().cloned().collect();
    let variants = or_none(&names, names.iter().cloned());
    let mut cells = Vec::new();
    for resumption in &resumptions {
        for credential in &credentials {
            for variant in &variants {
                let (credential, variant) = (credential.clone(), variant.clone());
                cells.push(Cell { resumption: *resumption, credential, variant, ..cell.clone() });
            }
        }
    }
    cells
}

/// The values of an axis; no value at all where there is no such axis.
fn or_none<T, U>(axis: &[U], values: impl Iterator<Item = T>) -> Vec<Option<T>> {
    if axis.is_empty() { vec![None] } else { values.map(Some).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;
    use crate::{Matrix, Severity, Wording};

    fn scenario(matrix: Matrix) -> Scenario {
        Scenario {
            schema: None,
            title: String::new(),
            severity: Severity::Low,
            why: String::new(),
            references: Vec::new(),
            catches: Vec::new(),
            matrix,
            variants: BTreeMap::new(),
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

    #[test]
    fn ways_to_resume_belong_to_versions_and_variants_come_last() {
        let resumption = vec![Resumption::Psk, Resumption::SessionTicket, Resumption::SessionId];
        let mut scenario = scenario(Matrix {
            mode: vec![Mode::Strict],
            resumption,
            credential: vec!["valid".to_owned()],
            ..Matrix::default()
        });
        scenario.variants.insert("dotted".to_owned(), Wording::default());
        let ids: Vec<_> = expand("a/b", &scenario).into_iter().map(|c| c.id).collect();
        assert_eq!(
            ids,
            [
                "a/b@strict,tls1.2,p256,session_ticket,valid,dotted",
                "a/b@strict,tls1.2,p256,session_id,valid,dotted",
                "a/b@strict,tls1.3,p256,psk,valid,dotted",
            ]
        );
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
            let matrix = Matrix { mode, tls, key, alpn, credential, resumption: Vec::new() };
            let cases = expand("x/y", &scenario(matrix));
            let ids: BTreeSet<_> = cases.iter().map(|c| c.id.as_str()).collect();
            prop_assert_eq!(cases.len(), product);
            prop_assert_eq!(ids.len(), product);
        }
    }
}
