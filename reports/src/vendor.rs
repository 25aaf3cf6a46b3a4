//! A report to the vendor of a server: what was found on it, as a draft in Markdown.

use std::fmt::Write as _;

use crate::{
    PeerText, Style,
    dialogue::story,
    model::{CaseResult, RunHeader},
    text::{harmless, is_hostile},
    words::{describe, describe_expected, reason},
};

/// What a finding is told from.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    /// The run that found it.
    pub run: &'a RunHeader,
    /// The case that is not as expected.
    pub case: &'a CaseResult,
    /// Why it matters.
    pub why: &'a str,
    /// Standards, advisories, identifiers that the scenario names.
    pub references: &'a [String],
    /// The machine that it was found on.
    pub platform: &'a str,
    /// The server's configuration: files by name.
    pub configuration: &'a [(String, String)],
    /// How a person repeats it.
    pub steps: &'a str,
    /// Where certificates, keys and scripts for that are.
    pub directory: &'a str,
}

/// Drafts the report. Private keys are left out, wherever they stand.
pub fn vendor_report(finding: &Finding<'_>) -> String {
    let Finding { run, case, why, references, platform, configuration, steps, directory } = finding;
    let mut out = String::new();
    let version = run.target_version.as_ref().map_or("it does not say", PeerText::as_str);
    let observed = case.observed.as_ref().map_or_else(|| "nothing".to_owned(), describe);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "# {title}\n\n\
         > A draft by mtls-harness {tool}. Follow the steps yourself before you send it, take out what is not the vendor's \
         business, and send it to the vendor's security contact: not to a public tracker.\n\n\
         ## Summary\n\n{summary}\n\n{why}\n\n\
         Severity, as the test has it: {severity}. Mode: {mode}. Protocol: {tls}.\n\n\
         ## Product\n\n\
         - Target: {target}\n- Version, as it says itself: {version}\n- Platform: {platform}\n- Found: {started}\n\n",
        title = prose(&case.title),
        tool = prose(&run.tool_version),
        summary = prose(&reason(case)),
        why = prose(why),
        severity = case.severity.as_str(),
        mode = case.mode.as_str().to_uppercase(),
        tls = case.tls.in_words(),
        target = prose(&run.target),
        version = prose(version),
        platform = prose(platform),
        started = prose(&run.started),
    );
    if !configuration.is_empty() {
        out.push_str("## Configuration\n\n");
        for (name, text) in *configuration {
            let _ = write!(out, "`{}`:\n\n{}\n", prose(name), fenced("", text));
        }
    }
    let _ = write!(
        out,
        "## Steps\n\n\
         Certificates, keys, revocation lists and scripts are in `{}`, made for this test. The private keys are in that \
         directory only; whoever gets it must be trusted where their CA is.\n\n{}\n",
        prose(directory),
        fenced("sh", steps),
    );
    let _ = write!(out, "## Observed\n\n{}\n\n", sentence(&observed));
    for (number, step) in case.steps.iter().enumerate() {
        let seen = step.observed.as_ref().map_or_else(|| "done".to_owned(), describe);
        let _ = writeln!(out, "{}. {}: {}", number + 1, prose(&step.action), prose(&seen));
    }
    if !case.steps.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", fenced("", &story(case, Style::default())));
    let _ = write!(out, "## Expected\n\n{}\n\n", sentence(&describe_expected(&case.expected)));
    for reference in *references {
        let _ = writeln!(out, "- {}", prose(reference));
    }
    let _ = write!(
        out,
        "{}## Disclosure\n\n\
         This is meant for coordinated disclosure. The harness knows of no public reference (CVE, advisory, upstream issue) for \
         this behaviour of this product; the references above are the standards and what the test was made from. Please confirm \
         that you have received it, and say when you plan to publish.\n",
        if references.is_empty() { "" } else { "\n" },
    );
    out
}

/// Text among text: on one line, and nothing in it is markup.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        if r"\`*_[]<>#|".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

fn sentence(text: &str) -> String {
    format!("{}.", prose(text))
}

/// A block that nothing in the text can end, without private keys.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<_> = without_keys(text).into_iter().map(shown).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A line as it is, but for what steers a terminal.
fn shown(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for character in line.chars() {
        if character != '\t' && is_hostile(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// The lines of a text; those of private keys are left out.
fn without_keys(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let is_key = |mark: &str| line.contains(mark) && line.contains("PRIVATE KEY");
        if is_key("-----BEGIN") {
            inside = true;
            lines.push("(a private key, left out)");
        }
        if !inside {
            lines.push(line);
        }
        inside &= !is_key("-----END");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_keys_are_left_out() {
        let text = "a\n-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\nb";
        let block = fenced("", text);
        assert!(!block.contains("c2VjcmV0"), "{block}");
        assert_eq!(block, "```\na\n(a private key, left out)\nb\n```\n");
    }

    #[test]
    fn nothing_ends_a_block_or_becomes_markup() {
        let block = fenced("sh", "echo ````\n```\n# not a heading");
        assert!(block.starts_with("`````sh\n") && block.ends_with("\n`````\n"), "{block}");
        assert_eq!(prose("<b> `x` *y*"), r"\<b\> \`x\` \*y\*");
        assert!(!fenced("", "a\u{1b}[0m").contains('\u{1b}'));
    }
}
