//! Commands as a person types them.

use std::fmt::Write as _;

use mtls_scenarios::{Apply, Reload, TlsVersion};

use super::client::file_name;
use super::command::{Command, Credential, Http2, Http2Request, Part, Peer, Plain, Tls};
use super::credential::CONFIGURATION;
use super::guide::{SERVER, STEPS, Telling};
use super::quote::{line, printf, word, words};
use crate::target::{Paper, Revision, Rewritten};

/// Seconds that a connection is waited for after the last request.
const PATIENCE: u8 = 5;
/// Where the number of the server's process is.
const PID: &str = "server.pid";

/// The script of a case that openssl and curl can perform.
pub(super) fn steps(
    title: &str,
    (parts, reading): (&[Part], &[String]),
    paper: Option<&Paper>,
    telling: &Telling,
) -> String {
    let mut out = head(title);
    if paper.is_some() {
        comment(&mut out, &format!("In one terminal:     ./{SERVER}"));
        comment(&mut out, &format!("In another terminal: ./{STEPS}, or its commands one by one"));
        out.push_str("#\n");
    }
    comment(
        &mut out,
        "What the server answers is shown as it comes. What openssl says of its certificate does not matter.",
    );
    for text in reading {
        comment(&mut out, text);
    }
    let has = |what: fn(&Command) -> bool| parts.iter().flat_map(|part| &part.commands).any(what);
    if has(|command| matches!(command, Command::Tls(tls) if tls.session.offer.is_some())) {
        comment(&mut out, "openssl writes `Reused` where a session was resumed, else `New`.");
    }
    comment(
        &mut out,
        "Where a server hangs up after its first answer, the harness asks the rest on a connection of its own.",
    );
    if has(|command| matches!(command, Command::Change(_))) {
        comment(&mut out, "These steps change the server's files: write them anew to begin again.");
    }
    out.push_str("\ncd \"$(dirname \"$0\")\" || exit 2\n");
    let _ = writeln!(out, "export OPENSSL_CONF=\"$PWD/{CONFIGURATION}\"");
    // Whoever writes to a connection that was ended must go on.
    out.push_str("trap '' PIPE\n");
    for (number, part) in parts.iter().enumerate() {
        let title = format!("== Step {}: {}", number + 1, line(&part.title));
        let _ = writeln!(out, "\necho {}", word(&title));
        for command in &part.commands {
            write(&mut out, command, paper);
        }
        for text in &part.look_for {
            comment(&mut out, text);
        }
    }
    told(&mut out, telling);
    out
}

/// The script of a case that only the harness can perform.
pub(super) fn by_harness(title: &str, why: &str, telling: &Telling) -> String {
    let mut out = head(title);
    comment(&mut out, &format!("Neither `openssl s_client` nor curl can do this: {why}."));
    comment(&mut out, "The harness does; the capture is the evidence, and Wireshark reads it.");
    let _ = writeln!(
        out,
        "\nmtls-harness {} --pcap \"$(dirname \"$0\")/case.pcapng\"",
        line(&telling.rerun)
    );
    told(&mut out, telling);
    out
}

/// The script that runs the server.
pub(super) fn server(paper: &Paper) -> String {
    let mut out = String::from("#!/bin/bash\n");
    comment(
        &mut out,
        "Runs the server in the foreground; Ctrl-C ends it. The paths in its files are absolute.",
    );
    if paper.is_unprivileged() {
        comment(
            &mut out,
            "It refuses to run as root: start it as another user, who owns these files.",
        );
    }
    let _ = writeln!(out, "cd \"$(dirname \"$0\")\" || exit 2");
    let prepare: Vec<_> = paper.prepare().iter().map(|command| words(command)).collect();
    let build = paper.build().map(|(folder, command)| (folder, words(command)));
    if build.is_some() || !prepare.is_empty() {
        out.push_str("if [ ! -e prepared ]; then\n");
        for (folder, command) in
            build.into_iter().chain(prepare.into_iter().map(|c| (paper.runs_in(), c)))
        {
            let _ = writeln!(out, "  (cd {folder} && {command}) || exit 1");
        }
        out.push_str("  touch prepared\nfi\n");
    }
    let _ = writeln!(out, "echo $$ >{PID}\ncd {} || exit 2", paper.runs_in());
    let _ = writeln!(out, "exec {}", words(paper.start()));
    out
}

fn head(title: &str) -> String {
    let mut out = String::from("#!/bin/bash\n");
    comment(&mut out, title);
    out.push_str("#\n");
    out
}

/// What is to be said of the case as a whole.
fn told(out: &mut String, telling: &Telling) {
    for (what, lines) in
        [("Why it matters:", &telling.why), ("What mtls-harness observed:", &telling.observed)]
    {
        if lines.is_empty() {
            continue;
        }
        out.push('\n');
        comment(out, what);
        for text in lines {
            comment(out, &format!("  {text}"));
        }
    }
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {}", line(text));
}

fn write(out: &mut String, command: &Command, paper: Option<&Paper>) {
    match command {
        Command::Remark(text) => {
            let _ = writeln!(out, "echo {}", word(&format!("-- {}", line(text))));
        }
        Command::Tls(tls) => connection(out, tls),
        Command::Http2(http2) => curl(out, http2),
        Command::Again { connection, requests } => ask(out, connection, requests),
        Command::Plain(plain) => socket(out, plain),
        Command::Change(revision) => change(out, revision, paper),
    }
}

fn connection(out: &mut String, tls: &Tls) {
    let command = s_client(tls);
    if let Some(name) = &tls.keep {
        let name = file_name(name);
        let _ = writeln!(out, "rm -f kept-{name}.in kept-{name}.out; mkfifo kept-{name}.in");
        let _ =
            writeln!(out, "timeout 120 {command} \\\n  <kept-{name}.in >>kept-{name}.out 2>&1 &");
        let _ = writeln!(out, "exec {{kept_{name}}}>kept-{name}.in");
        return ask(out, &name, &tls.requests);
    }
    let requests: Vec<_> = tls.requests.iter().map(|octets| printf(octets)).collect();
    if requests.is_empty() {
        let _ = writeln!(out, "timeout {PATIENCE} {command} </dev/null; echo");
        return;
    }
    let _ = writeln!(out, "{{ {}; }} |", requests.join("; sleep 1\n  "));
    let _ = writeln!(out, "  timeout {PATIENCE} {command}; echo");
}

fn s_client(tls: &Tls) -> String {
    let Tls { peer, session, .. } = tls;
    let mut lines = vec![format!("openssl s_client -connect {}", peer.address)];
    let version = match peer.version {
        TlsVersion::Tls12 => "-tls1_2",
        TlsVersion::Tls13 => "-tls1_3",
    };
    lines.push(match &peer.sni {
        Some(name) => format!("-servername {} {version} -alpn http/1.1", word(name)),
        None => format!("-noservername {version} -alpn http/1.1"),
    });
    if let Some(Credential { list, rest, key }) = &peer.credential {
        let rest = rest.as_ref().map(|rest| format!(" -cert_chain {}", word(rest)));
        // Nothing is added to the list from the machine's own store.
        let alone = "-no-CAfile -no-CApath -no-CAstore";
        lines.push(format!(
            "-cert {}{} -key {} {alone}",
            word(list),
            rest.unwrap_or_default(),
            word(key)
        ));
    }
    for (option, path) in [
        ("-sess_in", &session.offer),
        ("-sess_out", &session.save),
        ("-early_data", &session.early),
    ] {
        lines.extend(path.as_ref().map(|path| format!("{option} {}", word(path))));
    }
    if session.by_id {
        lines.push("-no_ticket".to_owned());
    }
    // Whether a session was resumed is only told at length.
    lines.push(if session.takes_part() { "-ign_eof" } else { "-quiet" }.to_owned());
    lines.join(" \\\n    ")
}

/// Requests on a kept connection, and what has come back since the last look.
fn ask(out: &mut String, name: &str, requests: &[Vec<u8>]) {
    let name = file_name(name);
    for request in requests {
        let _ = writeln!(out, "{} >&\"$kept_{name}\"; sleep 1", printf(request));
    }
    let _ = writeln!(out, "cat kept-{name}.out; echo; : >kept-{name}.out");
}

fn curl(out: &mut String, http2: &Http2) {
    let Http2 { peer, requests } = http2;
    let port = peer.address.port();
    let host = match &peer.sni {
        Some(name) => name.clone(),
        None => peer.address.ip().to_string(),
    };
    let mut before: Option<Vec<String>> = None;
    let mut text = format!("curl --max-time {PATIENCE}");
    for request in requests {
        let options = curl_options(peer, &host, request);
        if before.as_ref() != Some(&options) {
            if before.is_some() {
                let _ = write!(text, " \\\n  --next --max-time {PATIENCE}");
            }
            let _ = write!(text, " {}", options.join(" \\\n    "));
        }
        let url = format!("https://{host}:{port}{}", url_path(&request.path));
        let _ = write!(text, " \\\n    {}", word(&url));
        before = Some(options);
    }
    let _ = writeln!(out, "{text}; echo");
}

fn curl_options(peer: &Peer, host: &str, request: &Http2Request) -> Vec<String> {
    let version = match peer.version {
        TlsVersion::Tls12 => "--tlsv1.2 --tls-max 1.2",
        TlsVersion::Tls13 => "--tlsv1.3",
    };
    let mut options = vec![format!("-sS -i -k -g --http2 {version}")];
    if peer.sni.is_some() {
        let (port, ip) = (peer.address.port(), peer.address.ip());
        options.push(format!("--resolve {}", word(&format!("{host}:{port}:{ip}"))));
    }
    if let Some(Credential { list, key, .. }) = &peer.credential {
        options.push(format!("--cert {} --key {}", word(list), word(key)));
    }
    options.push(format!("-H {}", word(&format!("Host: {}", request.authority))));
    for (name, value) in &request.headers {
        // With nothing after the colon, curl would leave the field out.
        let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        options.push(format!("-H {}", word(&field)));
    }
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => options.push("--head".to_owned()),
        method => options.push(format!("-X {}", word(method))),
    }
    if url_path(&request.path) != request.path {
        options.push(format!("--request-target {}", word(&request.path)));
    }
    options
}

/// The path as it may stand in a URL; `/` where curl would change it, and `--request-target` says it.
fn url_path(path: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_/".contains(&b);
    if path.starts_with('/') && path.bytes().all(plain) { path } else { "/" }
}

fn socket(out: &mut String, plain: &Plain) {
    let Plain { address, octets, hold, times } = plain;
    let device = format!("/dev/tcp/{}/{}", address.ip(), address.port());
    let send = printf(octets);
    let _ = writeln!(out, "for number in $(seq {times}); do");
    if *hold {
        let _ = writeln!(out, "  exec {{held}}<>{device}; {send} >&\"$held\"");
    } else {
        let _ = writeln!(
            out,
            "  exec {{plain}}<>{device}; {send} >&\"$plain\"\n  \
             timeout {PATIENCE} cat -v <&\"$plain\"; echo; exec {{plain}}>&-"
        );
    }
    out.push_str("done\n");
}

fn change(out: &mut String, revision: &Revision, paper: Option<&Paper>) {
    for file in &revision.files {
        let _ = match file {
            Rewritten::With { new, old } => writeln!(out, "cp {} {}", word(new), word(old)),
            Rewritten::Removed(old) => writeln!(out, "rm -f {}", word(old)),
            Rewritten::Closed(old) => {
                let name = old.rsplit('/').next().unwrap_or(old);
                writeln!(out, "rm -f {old}; ln -s {} {}", word(name), word(old), old = word(old))
            }
        };
    }
    let Some(paper) = paper else { return };
    let _ = match (revision.by, paper.reload()) {
        (Apply::Reload, Some(Reload::Signal(name))) => {
            writeln!(out, "kill -s {} \"$(cat {PID})\"; sleep 2", word(name))
        }
        (Apply::Reload, Some(Reload::Command(command))) => {
            writeln!(out, "(cd {} && {}); sleep 2", paper.runs_in(), words(command))
        }
        (Apply::Reload, _) => writeln!(out, "sleep 3"),
        (Apply::Restart, _) => {
            writeln!(out, "kill -s TERM \"$(cat {PID})\"; sleep 2; ./{SERVER} & sleep 3")
        }
    };
}
