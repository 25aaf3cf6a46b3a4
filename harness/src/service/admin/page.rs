//! The status page.

use std::fmt::{self, Display, Formatter};

use super::html::Text;
use crate::service::status::{AccountStatus, Ca, Cause, PolicyStatus, Status};
use crate::service::visit::{Entry, Who};

/// The page's script.
pub(super) const SCRIPT: &str = include_str!("../assets/app.js");
/// The page's style.
pub(super) const STYLE: &str = include_str!("../assets/style.css");

/// The whole page. It is complete without its script.
pub(in crate::service) fn render(status: &Status) -> String {
    Page(status).to_string()
}

struct Page<'a>(&'a Status);

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Status { revision, facts, policy, accounts, connections, .. } = self.0;
        write!(
            f,
            r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mtls-harness: who got in</title>
<link rel="stylesheet" href="/style.css">
<script src="/app.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body data-revision="{revision}">
<header>
<h1>mtls-harness mock gate</h1>
<p class="quiet">listens at <code>{}</code>, reads <code>{}</code>, runs since <time datetime="{started}">{}</time></p>
"#,
            facts.listen,
            Text(&facts.config),
            facts.started.words(),
            started = facts.started,
        )?;
        if let Some(ca) = &facts.server_ca {
            writeln!(f, "<p class=\"quiet\">clients must trust <code>{}</code></p>", Text(ca))?;
        }
        f.write_str("</header>\n<main>\n")?;
        write_policy(f, policy, self.0.log_lines_lost)?;
        write_accounts(f, accounts)?;
        write_connections(f, connections, self.0.refused_elsewhere)?;
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

fn write_policy(f: &mut Formatter<'_>, policy: &PolicyStatus, lost: u64) -> fmt::Result {
    let PolicyStatus { generation, since, cause, problem } = policy;
    write!(
        f,
        "<div id=\"policy\" role=\"status\">\n<div class=\"live\">\n\
         <p class=\"quiet\">policy {generation}, in force since <time datetime=\"{since}\">{}</time> ({})</p>\n",
        since.words(),
        cause_in_words(*cause),
    )?;
    if let Some(problem) = problem {
        writeln!(
            f,
            "<div class=\"problem\"><strong>The newest policy was not taken; the one before stays in force.</strong>\
             <p class=\"quiet\"><time datetime=\"{time}\">{}</time> ({})</p><pre>{}</pre></div>",
            problem.time.words(),
            cause_in_words(problem.cause),
            Text(&problem.message),
            time = problem.time,
        )?;
    }
    if lost > 0 {
        writeln!(f, "<p class=\"expired\">{lost} log lines could not be written</p>")?;
    }
    f.write_str("</div>\n</div>\n")
}

const fn cause_in_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Start => "read at the start",
        Cause::Signal => "read because of SIGHUP",
        Cause::File => "read because a file changed",
    }
}

fn write_accounts(f: &mut Formatter<'_>, accounts: &[AccountStatus]) -> fmt::Result {
    f.write_str(
        "<section id=\"accounts\" aria-labelledby=\"accounts-title\">\n<h2 id=\"accounts-title\">Accounts</h2>\n\
         <div class=\"table\" role=\"region\" aria-labelledby=\"accounts-title\" tabindex=\"0\"><table>\n\
         <thead><tr><th scope=\"col\">Account</th><th scope=\"col\">Host</th><th scope=\"col\">Mode</th>\
         <th scope=\"col\" class=\"ca\">Trusted CA</th><th scope=\"col\">Revocation</th>\
         <th scope=\"col\" class=\"number\">Authenticated</th><th scope=\"col\" class=\"number\">Anonymous</th>\
         <th scope=\"col\" class=\"number\">Refused</th></tr></thead>\n<tbody class=\"live\">\n",
    )?;
    for AccountStatus { prefix, host, mode, ca, checks_revocation, counts } in accounts {
        write!(
            f,
            "<tr><th scope=\"row\">{}</th><td><code>{}</code></td><td><span class=\"tag {mode}\">{}</span></td><td>",
            Text(prefix),
            Text(host),
            mode.to_uppercase(),
        )?;
        for Ca { subject, not_after, expired } in ca {
            let (class, word) = if *expired { ("expired", "expired") } else { ("quiet", "until") };
            let (subject, day) = (Text(subject), not_after.day());
            write!(
                f,
                "<span class=\"text\">{subject} <span class=\"day {class}\">{word} {day}</span></span>"
            )?;
        }
        writeln!(
            f,
            "</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            if *checks_revocation { "checked" } else { "not checked" },
            counts.authenticated,
            counts.anonymous,
            counts.refused,
        )?;
    }
    f.write_str("</tbody>\n</table></div>\n</section>\n")
}

fn write_connections(f: &mut Formatter<'_>, entries: &[Entry], elsewhere: u64) -> fmt::Result {
    f.write_str(
        "<section id=\"connections\" aria-labelledby=\"connections-title\">\n\
         <h2 id=\"connections-title\">Newest connections</h2>\n\
         <div id=\"tools\" class=\"tools\" hidden><label for=\"filter\">Show only</label>\
         <input id=\"filter\" type=\"search\" placeholder=\"account, subject, reason\" autocomplete=\"off\">\
         <button id=\"pause\" type=\"button\" aria-pressed=\"false\">Pause</button>\
         <span id=\"state\" class=\"quiet\">up to date</span></div>\n\
         <div class=\"table\" role=\"region\" aria-labelledby=\"connections-title\" tabindex=\"0\">\
         <div class=\"live\"><table>\n\
         <thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Account</th><th scope=\"col\">Outcome</th>\
         <th scope=\"col\" class=\"who\">Who</th><th scope=\"col\">Why refused</th><th scope=\"col\">Newest request</th>\
         <th scope=\"col\">Connection</th></tr></thead>\n<tbody>\n",
    )?;
    if entries.is_empty() {
        f.write_str("<tr><td colspan=\"7\" class=\"quiet\">Nobody has come yet.</td></tr>\n")?;
    }
    for entry in entries {
        write_entry(f, entry)?;
    }
    write!(
        f,
        "</tbody>\n</table>\n<p class=\"quiet\">{elsewhere} connections reached no account since the start.</p>\n\
         </div></div>\n</section>\n"
    )
}

fn write_entry(f: &mut Formatter<'_>, entry: &Entry) -> fmt::Result {
    let Entry { time, visit, requests, last_request } = entry;
    let clock = time.clock();
    write!(f, "<tr><td class=\"time\"><time datetime=\"{time}\">{clock}</time></td><td>")?;
    match (&visit.account, &visit.server_name) {
        (Some(prefix), _) => write!(f, "{}", Text(prefix))?,
        (None, Some(name)) => {
            write!(
                f,
                "<span class=\"quiet\">none:</span> <span class=\"text\">{}</span>",
                Text(name)
            )?;
        }
        (None, None) => f.write_str("<span class=\"quiet\">none</span>")?,
    }
    let outcome = visit.outcome.as_str();
    write!(f, "</td><td><span class=\"tag {outcome}\">{outcome}</span></td><td>")?;
    if let Some(who) = &visit.who {
        write_who(f, who)?;
    }
    f.write_str("</td><td>")?;
    if let Some(why) = &visit.why {
        write!(f, "{}", Text(why))?;
    }
    f.write_str("</td><td>")?;
    if let Some(asked) = last_request {
        let (method, path, status) = (Text(&asked.method), Text(&asked.path), asked.status);
        write!(f, "<span class=\"text\">{method} {path}</span> {status}")?;
        if *requests > 1 {
            write!(f, " <span class=\"quiet\">({requests} requests)</span>")?;
        }
    }
    write!(f, "</td><td class=\"quiet\">{}", visit.peer)?;
    if let Some(tls) = visit.tls {
        write!(f, "<br>TLS {tls}")?;
    }
    if let Some(alpn) = visit.alpn {
        write!(f, ", {alpn}")?;
    }
    if visit.resumed {
        f.write_str(", resumed")?;
    }
    f.write_str("</td></tr>\n")
}

fn write_who(f: &mut Formatter<'_>, who: &Who) -> fmt::Result {
    match &who.subject {
        Some(subject) if !subject.is_empty() => {
            write!(f, "<span class=\"text\">{}</span>", Text(subject))?;
        }
        Some(_) => f.write_str("<span class=\"quiet\">no subject</span>")?,
        None => f.write_str("<span class=\"quiet\">not a certificate</span>")?,
    }
    for name in &who.subject_alt_names {
        write!(f, "<span class=\"text quiet\">{}</span>", Text(name))?;
    }
    Ok(())
}
