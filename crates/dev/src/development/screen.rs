//! What a person reads when `lanyard dev` is ready: where to go, as whom, and what to type next.

use std::fmt::Write as _;

use super::{Development, report::Report};

/// The text; bold and dim where a terminal shows them.
pub(super) fn text(report: &Report, development: &Development, terminal: bool) -> String {
    let paint =
        |code: &str, text: &str| if terminal { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    let (bold, dim) = (|text: &str| paint("1", text), |text: &str| paint("2", text));
    let mut screen = format!("\n  {} is ready, for this machine alone.\n\n", bold("Lanyard"));
    line(&mut screen, "Open", &bold(&report.issuer));
    line(&mut screen, "Demo MCP app", &bold(&report.mcp_url));
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

    screen.push_str("\n  Try it, in another terminal\n");
    let issuer = if development.port == 8080 { String::new() } else { format!(" --issuer {}", report.issuer) };
    let width = "refresh".len() + issuer.len();
    for (command, what) in TRIALS {
        let _ = writeln!(screen, "    lanyard try {:width$}   {}", format!("{command}{issuer}"), dim(what));
    }
    screen.push_str(&dim("    (from a clone: cargo run --release -- try mcp)\n"));

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

const TRIALS: [(&str, &str); 4] = [
    ("mcp", "an assistant connects, and reads a project"),
    ("code", "the authorization code flow, step by step"),
    ("refresh", "a refresh, and the same refresh again"),
    ("rp", "an app signs you in by OpenID Connect"),
];

fn line(screen: &mut String, name: &str, value: &str) {
    let _ = writeln!(screen, "    {name:<14} {value}");
}
