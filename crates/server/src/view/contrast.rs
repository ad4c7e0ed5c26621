//! Colours and how well they can be told apart (WCAG 2.2, "relative luminance" and "contrast ratio").

use std::{fmt, str::FromStr};

mod oklab;

use oklab::Oklab;

/// The least contrast of text with what it stands on (WCAG 2.2, 1.4.3).
pub const TEXT: f64 = 4.5;

/// The least contrast of a control's outline with what it stands on (WCAG 2.2, 1.4.11).
pub const CONTROL: f64 = 3.0;

/// A colour of the sRGB space, eight bits a channel; written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// A text that is not of the form `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as # and six hexadecimal digits, such as #3a4cb4")]
pub struct NotAColour;

/// The contrast ratio of two colours, from 1 (the same) to 21 (black and white).
#[must_use]
pub fn ratio(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Whether a colour reaches `least` on each of the grounds.
#[must_use]
pub fn is_good(colour: Rgb, grounds: &[Rgb], least: f64) -> bool {
    grounds.iter().all(|ground| ratio(colour, *ground) >= least)
}

/// The colour of the same hue, as near in lightness as can be, that reaches `least` on each of the grounds.
/// Where the grounds allow none, black or white, whichever does better on the first.
#[must_use]
pub fn nearest_good(colour: Rgb, grounds: &[Rgb], least: f64) -> Rgb {
    let lab = Oklab::from(colour);
    let steps = (0..=1000_u32).map(|step| f64::from(step) / 1000.0);
    let candidates = steps.flat_map(|distance| [lab.lightness - distance, lab.lightness + distance]);
    let found = candidates
        .filter(|lightness| (0.0..=1.0).contains(lightness))
        .map(|lightness| Rgb::from(lab.at(lightness)))
        .find(|candidate| is_good(*candidate, grounds, least));
    if is_good(colour, grounds, least) { colour } else { found.unwrap_or_else(|| extreme(grounds)) }
}

fn extreme(grounds: &[Rgb]) -> Rgb {
    let first = grounds.first().copied().unwrap_or(Rgb::WHITE);
    if ratio(Rgb::BLACK, first) >= ratio(Rgb::WHITE, first) { Rgb::BLACK } else { Rgb::WHITE }
}

impl Rgb {
    /// `#000000`
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    /// `#ffffff`
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// The relative luminance, from 0 (black) to 1 (white).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// This colour with `share` (0 to 1) of another in it.
    #[must_use]
    pub fn mixed_with(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| byte((f64::from(a) * (1.0 - share) + f64::from(b) * share) / 255.0);
        Self { red: mix(self.red, other.red), green: mix(self.green, other.green), blue: mix(self.blue, other.blue) }
    }

    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn from_linear(linear: [f64; 3]) -> Self {
        let [red, green, blue] = linear.map(|channel| {
            byte(if channel <= 0.003_130_8 { channel * 12.92 } else { 1.055 * channel.powf(1.0 / 2.4) - 0.055 })
        });
        Self { red, green, blue }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0–255 and rounded just before")]
fn byte(unit: f64) -> u8 {
    (unit.clamp(0.0, 1.0) * 255.0).round() as u8
}

impl FromStr for Rgb {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).map_err(|_| NotAColour)?.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Rgb {
        text.parse().unwrap()
    }

    #[test]
    fn ratios_are_those_of_wcag() {
        assert!((ratio(Rgb::BLACK, Rgb::WHITE) - 21.0).abs() < 1e-9);
        assert!((ratio(colour("#777777"), Rgb::WHITE) - 4.478).abs() < 0.001);
        assert!((ratio(Rgb::WHITE, colour("#ff0000")) - 3.998).abs() < 0.001);
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for text in ["", "#", "#12345", "#1234567", "123456", "#12345g", "#+12345", "red", "#é1234"] {
            assert_eq!(text.parse::<Rgb>(), Err(NotAColour), "{text}");
        }
        assert_eq!(colour("#3A4cb4").to_string(), "#3a4cb4");
    }

    #[test]
    fn a_colour_that_is_good_is_left_alone() {
        assert_eq!(nearest_good(colour("#3a4cb4"), &[Rgb::WHITE], TEXT), colour("#3a4cb4"));
    }

    #[test]
    fn a_bad_colour_becomes_the_nearest_good_one() {
        for (text, ground) in
            [("#ffee00", "#ffffff"), ("#7fc8ff", "#ffffff"), ("#3a4cb4", "#1c1c1b"), ("#000000", "#141413")]
        {
            let ground = [colour(ground)];
            let good = nearest_good(colour(text), &ground, TEXT);
            let contrast = ratio(good, ground[0]);
            assert!((TEXT..TEXT + 0.3).contains(&contrast), "{text} became {good} with {contrast}");
        }
    }

    #[test]
    fn where_nothing_is_good_an_extreme_stands_in() {
        let between = [Rgb::BLACK, Rgb::WHITE];
        assert_eq!(nearest_good(colour("#3a4cb4"), &between, 5.0), Rgb::WHITE);
    }

    #[test]
    fn lightness_alone_changes() {
        let there_and_back = Rgb::from(Oklab::from(colour("#3a4cb4")));
        assert_eq!(there_and_back, colour("#3a4cb4"));
    }
}
