//! A QR code as one path of an inline drawing: nothing is loaded, and no picture leaves the page.

use std::fmt::Write as _;

use qrcode::{Color, QrCode as Code};

/// Light around the code, in modules (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// A code, ready to be drawn dark on light.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct QrCode {
    /// The side, in modules, the quiet zone included.
    pub side: usize,
    /// `d` of an SVG path: every run of dark modules as a rectangle.
    pub path: String,
}

impl QrCode {
    /// The code of this text; nothing if it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = Code::new(text).ok()?;
        let (width, colours) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colours.chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run.first() == Some(&Color::Dark) {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET, length = run.len());
                }
                x += run.len();
            }
        }
        Some(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that a path draws.
    fn drawn(code: &QrCode) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for rectangle in code.path.split('M').skip(1) {
            let (at, rest) = rectangle.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            assert_eq!(rest, format!("{length}v1h-{length}z"));
            all.extend((x..x + length).map(|x| (x, y)));
        }
        all
    }

    #[test]
    fn what_is_drawn_is_the_code() {
        let text = "otpauth://totp/Lanyard:a%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Lanyard";
        let (code, reference) = (QrCode::of(text).unwrap(), Code::new(text).unwrap());
        let mut expected = Vec::new();
        for y in 0..reference.width() {
            for x in 0..reference.width() {
                if reference[(x, y)] == Color::Dark {
                    expected.push((x + QUIET, y + QUIET));
                }
            }
        }
        assert_eq!(drawn(&code), expected);
        assert_eq!(code.side, reference.width() + 8);
        assert!(QrCode::of(&"x".repeat(5000)).is_none());
    }
}
