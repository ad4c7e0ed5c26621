//! Opening the person's browser, where there seems to be one.

use std::{
    env,
    process::{Command, Stdio},
};

/// Whether a program that opens browsers was started. The address goes as one argument, through no shell.
pub(super) fn open(url: &str) -> bool {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let has_screen =
        cfg!(target_os = "macos") || env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some();
    has_screen
        && Command::new(opener)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
}
