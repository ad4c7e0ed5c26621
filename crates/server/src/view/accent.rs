//! The operator's accent: checked when it is read, delivered as a small stylesheet of its own.

use super::{
    asset::version_of,
    contrast::{self, NotAColour, Rgb},
};

/// What the accent stands on as text: `--surface` and `--ground` of lanyard.css, light then dark (a test compares).
const LIGHT: [Rgb; 2] = [Rgb::WHITE, Rgb { red: 0xf6, green: 0xf6, blue: 0xf3 }];
const DARK: [Rgb; 2] = [Rgb { red: 0x1e, green: 0x1e, blue: 0x1c }, Rgb { red: 0x14, green: 0x14, blue: 0x13 }];

/// How much of the accent is in the tint behind a chosen card or a tinted button.
const TINT: f64 = 0.07;
const DARK_TINT: f64 = 0.12;

/// An accent that can be read on the light pages, with its twin for the dark ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accent {
    light: Rgb,
    dark: Rgb,
}

/// Why an accent was refused.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum AccentRefused {
    /// It is not written `#rrggbb`.
    #[error(transparent)]
    NotAColour(#[from] NotAColour),
    /// It cannot be read on the pages' grounds.
    #[error("{given} has too little contrast with the pages ({:.1}, and 4.5 is needed); the nearest good colour is {nearest}", .contrast)]
    LowContrast {
        /// The colour that was given.
        given: Rgb,
        /// The least contrast it has.
        contrast: f64,
        /// The nearest colour that would do.
        nearest: Rgb,
    },
}

impl Accent {
    /// Reads `#rrggbb`.
    ///
    /// # Errors
    /// [`AccentRefused`] when it is no colour, or one with a contrast below 4.5 on the light pages.
    pub fn new(text: &str) -> Result<Self, AccentRefused> {
        let given: Rgb = text.parse()?;
        let light_grounds = [LIGHT[0], LIGHT[1], tint(LIGHT[0], given, TINT)];
        if !contrast::is_good(given, &light_grounds, contrast::TEXT) {
            let contrast = light_grounds.iter().map(|ground| contrast::ratio(given, *ground)).fold(21.0, f64::min);
            return Err(AccentRefused::LowContrast { given, contrast, nearest: nearest_for_light(given) });
        }
        Ok(Self { light: given, dark: twin_for_dark(given) })
    }

    /// The stylesheet that goes after lanyard.css, as `/assets/brand.css`.
    #[must_use]
    pub fn stylesheet(&self) -> String {
        let Self { light, dark } = self;
        let hover = (light.mixed_with(Rgb::BLACK, 0.15), dark.mixed_with(Rgb::WHITE, 0.2));
        let tints = (tint(LIGHT[0], *light, TINT), tint(DARK[0], *dark, DARK_TINT));
        format!(
            ":root {{\n  --accent: light-dark({light}, {dark});\n  --accent-hover: light-dark({}, {});\n  \
             --accent-tint: light-dark({}, {});\n  --on-accent: light-dark({}, {});\n}}\n",
            hover.0, hover.1, tints.0, tints.1, LIGHT[0], DARK[1]
        )
    }

    /// Changes whenever the stylesheet does.
    #[must_use]
    pub fn version(&self) -> String {
        version_of(self.stylesheet().as_bytes())
    }
}

fn tint(ground: Rgb, accent: Rgb, share: f64) -> Rgb {
    ground.mixed_with(accent, share)
}

/// The tint darkens with the colour, so the search asks for a little more until both agree.
fn nearest_for_light(given: Rgb) -> Rgb {
    let reaches =
        |colour: Rgb| contrast::is_good(colour, &[LIGHT[0], LIGHT[1], tint(LIGHT[0], colour, TINT)], contrast::TEXT);
    let asked = (0..=40_u32).map(|more| contrast::TEXT + f64::from(more) / 20.0);
    asked
        .map(|least| contrast::nearest_good(given, &LIGHT, least))
        .find(|colour| reaches(*colour))
        .unwrap_or(Rgb::BLACK)
}

fn twin_for_dark(light: Rgb) -> Rgb {
    let reaches =
        |colour: Rgb| contrast::is_good(colour, &[DARK[0], DARK[1], tint(DARK[0], colour, DARK_TINT)], contrast::TEXT);
    // A little above the least, because thin bright text on a dark ground needs it.
    let asked = (0..=80_u32).map(|more| 6.5 + f64::from(more) / 20.0);
    asked.map(|least| contrast::nearest_good(light, &DARK, least)).find(|colour| reaches(*colour)).unwrap_or(Rgb::WHITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readable_accent_is_taken_and_gets_a_readable_twin() {
        for text in ["#0b57d0", "#7a1f5c", "#00695c", "#000000", "#b3261e"] {
            let accent = Accent::new(text).unwrap();
            assert!(contrast::is_good(accent.light, &LIGHT, contrast::TEXT), "{text}");
            let on_dark = [DARK[0], DARK[1], tint(DARK[0], accent.dark, DARK_TINT)];
            assert!(contrast::is_good(accent.dark, &on_dark, contrast::TEXT), "{text} → {}", accent.dark);
        }
    }

    #[test]
    fn a_pale_accent_is_refused_with_one_that_would_do() {
        for text in ["#ffee00", "#ffffff", "#8ab4f8", "#ff6d00"] {
            let Err(AccentRefused::LowContrast { nearest, .. }) = Accent::new(text) else { panic!("{text} was taken") };
            assert!(Accent::new(&nearest.to_string()).is_ok(), "{text} → {nearest} is refused as well");
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        assert_eq!(Accent::new("red; }"), Err(AccentRefused::NotAColour(NotAColour)));
    }

    #[test]
    fn the_stylesheet_changes_its_version_with_the_colour() {
        let (one, other) = (Accent::new("#0b57d0").unwrap(), Accent::new("#00695c").unwrap());
        assert!(one.stylesheet().contains("--accent: light-dark(#0b57d0, #"));
        assert_ne!(one.version(), other.version());
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = include_str!("../../../../templates/assets/lanyard.css");
        for (token, light, dark) in [("surface", LIGHT[0], DARK[0]), ("ground", LIGHT[1], DARK[1])] {
            let line = format!("--{token}: light-dark({light}, {dark});");
            assert!(css.contains(&line), "lanyard.css says otherwise than {line}");
        }
    }
}
