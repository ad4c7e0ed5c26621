//! What a person reads when `lanyard dev` is ready: where to go, as whom, and what to type next.

use std::{env, fmt::Write as _, path::Path};

use super::{Development, report::Report};

/// The text; bold and dim where a terminal shows them.
pub(super) fn text(report: &Report, development: &Development, terminal: bool) -> String {
    let paint =
        |code: &str, text: &str| if terminal { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    let (bold, dim) = (|text: &str| paint("1", text), |text: &str| paint("2", text));
    let mut screen = format!("\n  {} is ready, for this machine alone.\n\n", bold("Lanyard"));
    line(&mut screen, "Open", &bold(&report.issuer));
    line(&mut screen, "Demo MCP app", &bold(&report.mcp_url));
    if let Some(metrics) = &report.metrics_url {
        line(&mut screen, "Metrics", metrics);
    }
    line(&mut screen, "Kept in", &format!("{} {}", development.data.display(), dim("(--fresh starts anew)")));

    screen.push_str("\n  Sign in as\n");
    let width = report.people.iter().map(|person| person.email.len()).max().unwrap_or(0);
    for person in &report.people {
        let belongs = dim(&format!(
            "{} in {}",
            if person.role == "outsider" { "owner" } else { person.role },
            person.organization
        ));
        let _ = writeln!(screen, "    {:width$}   {}   {belongs}", person.email, bold(&person.password));
    }

    screen.push_str(&dim("    or with the demo provider, whose button is on the sign-in page\n"));

    screen.push_str("\n  Try it, in another terminal\n");
    let (called, place) = (called(), place(report, development));
    let width = "refresh".len() + place.len();
    for (command, what) in TRIALS {
        let _ = writeln!(screen, "    {called} try {:width$}   {}", format!("{command}{place}"), dim(what));
    }

    screen.push_str("\n  Connect an assistant to the demo app\n");
    let mcp = &report.mcp_url;
    let _ = writeln!(screen, "    Claude Code   claude mcp add --transport http lanyard-demo {mcp}");
    let _ = writeln!(
        screen,
        "    Cursor        in ~/.cursor/mcp.json: {{\"mcpServers\":{{\"lanyard-demo\":{{\"url\":\"{mcp}\"}}}}}}"
    );
    let _ = writeln!(
        screen,
        "    VS Code       code --add-mcp '{{\"name\":\"lanyard-demo\",\"type\":\"http\",\"url\":\"{mcp}\"}}'"
    );
    let _ = writeln!(
        screen,
        "\n  It can read the one project that you choose, and change nothing. Take it back at {}/connections",
        report.issuer
    );
    screen.push_str(&dim("  Ctrl-C stops.\n"));
    screen
}

/// How this program was called, so that what stands here can be typed as it stands.
fn called() -> String {
    let by_cargo = env::var_os("CARGO").is_some();
    let typed = env::args_os().next().map(|typed| typed.to_string_lossy().into_owned());
    match typed {
        Some(typed) if by_cargo => {
            let is_release = Path::new(&typed).components().any(|part| part.as_os_str() == "release");
            format!("cargo run{} --", if is_release { " --release" } else { "" })
        }
        Some(typed) if !typed.contains(char::is_whitespace) => typed,
        _ => "lanyard".to_owned(),
    }
}

/// What a trial must be told, where this server is not at its usual place.
fn place(report: &Report, development: &Development) -> String {
    let mut place = String::new();
    if development.port != 8080 {
        let _ = write!(place, " --issuer {}", report.issuer);
    }
    if development.data != Path::new(".lanyard-dev") {
        let _ = write!(place, " --data {}", development.data.display());
    }
    place
}

const TRIALS: [(&str, &str); 5] = [
    ("mcp", "an assistant connects, and reads a project"),
    ("code", "the authorization code flow, step by step"),
    ("refresh", "a refresh, and the same refresh again"),
    ("device", "a program without a browser is let in by a code"),
    ("rp", "an app signs you in by OpenID Connect"),
];

fn line(screen: &mut String, name: &str, value: &str) {
    let _ = writeln!(screen, "    {name:<14} {value}");
}
