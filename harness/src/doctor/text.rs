//! The examination as text for people, 80 columns wide.

use std::fmt::Write as _;

use super::diagnosis::{Diagnosis, Examination, Role, Summary};
use super::finding::{Finding, Severity};

/// Columns.
const WIDTH: usize = 80;
/// Where the text of a finding begins.
const INDENT: usize = 10;

impl Examination {
    /// The examination as text.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for diagnosis in &self.credentials {
            write_diagnosis(&mut out, diagnosis);
        }
        let counts = self.counts;
        let day = self.at.get(..10).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}, {}, {} as of {day}",
            plural(counts.errors, "error"),
            plural(counts.warnings, "warning"),
            plural(counts.notes, "note")
        );
        out
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn write_diagnosis(out: &mut String, diagnosis: &Diagnosis) {
    let _ = writeln!(out, "{}\n", diagnosis.name);
    let shown = diagnosis.certificates.iter().take(16);
    for summary in shown {
        write_summary(out, summary);
    }
    if let Some(more) = diagnosis.certificates.len().checked_sub(16).filter(|more| *more > 0) {
        labelled(out, "", &format!("and {more} certificates more"));
    }
    if let Some(key) = &diagnosis.key {
        let matches = match key.matches {
            Some(true) => "belongs to the certificate",
            Some(false) => "does not belong to the certificate",
            None => "not compared with the certificate",
        };
        labelled(out, "key", &format!("{matches} ({})", key.form));
    }
    for verdict in &diagnosis.verdicts {
        let says = match &verdict.reason {
            Some(reason) => format!("{} refuses: {reason}", verdict.validator),
            None => format!("{} accepts", verdict.validator),
        };
        labelled(out, "gate", &says);
    }
    if diagnosis.verdicts.is_empty() {
        labelled(out, "gate", "not asked: there is no CA to trust");
    }
    out.push('\n');
    for severity in Severity::ALL {
        for finding in diagnosis.findings.iter().filter(|finding| finding.severity == severity) {
            write_finding(out, finding);
        }
    }
}

fn write_summary(out: &mut String, summary: &Summary) {
    let role = match summary.role {
        Role::Client => "client",
        Role::Intermediate => "issuer",
        Role::Ca => "CA",
    };
    let subject = match summary.place.subject.as_deref() {
        None | Some("") => "(empty subject)",
        Some(subject) => subject,
    };
    let until = summary.not_after.get(..10).unwrap_or_default();
    let left = match summary.days_left {
        left if left < 0 => "expired".to_owned(),
        left => plural(usize::try_from(left).unwrap_or_default(), "day"),
    };
    labelled(out, role, &format!("{subject}; {}, until {until} ({left})", summary.key));
}

fn write_finding(out: &mut String, finding: &Finding) {
    let _ = writeln!(out, "{:9} {}", finding.severity.as_str().to_uppercase(), finding.id);
    labelled(out, "", &finding.what);
    labelled(out, "where", &finding.place.to_string());
    if !finding.gates.is_empty() {
        labelled(out, "who", &finding.gates.join("; "));
    }
    labelled(out, "do", finding.remedy);
    for line in finding.commands.iter().flat_map(|command| command.lines()) {
        let _ = writeln!(out, "    {line}");
    }
    out.push('\n');
}

/// A label and a text after it, broken at spaces.
fn labelled(out: &mut String, label: &str, text: &str) {
    let mut line = format!("  {label:<width$}", width = INDENT - 2);
    let mut is_empty = true;
    for word in text.split(' ') {
        let needed = line.chars().count() + word.chars().count() + usize::from(!is_empty);
        if !is_empty && needed > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(INDENT);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}
