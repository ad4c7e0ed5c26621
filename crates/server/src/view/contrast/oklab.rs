//! Colours as lightness and hue, so that one can change without the other.

use super::Rgb;

/// The space in which a change of lightness keeps the hue (B. Ottosson, 2020).
#[derive(Clone, Copy)]
pub(super) struct Oklab {
    pub(super) lightness: f64,
    a: f64,
    b: f64,
}

impl Oklab {
    /// The same hue, lighter or darker.
    pub(super) const fn at(self, lightness: f64) -> Self {
        Self { lightness, ..self }
    }
}

impl From<Rgb> for Oklab {
    fn from(colour: Rgb) -> Self {
        let [r, g, b] = colour.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        Self {
            lightness: 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            a: 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            b: 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        }
    }
}

impl From<Oklab> for Rgb {
    fn from(lab: Oklab) -> Self {
        let l = (lab.lightness + 0.396_337_777_4 * lab.a + 0.215_803_757_3 * lab.b).powi(3);
        let m = (lab.lightness - 0.105_561_345_8 * lab.a - 0.063_854_172_8 * lab.b).powi(3);
        let s = (lab.lightness - 0.089_484_177_5 * lab.a - 1.291_485_548_0 * lab.b).powi(3);
        Self::from_linear([
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ])
    }
}
