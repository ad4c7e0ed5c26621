//! Curves over the number of grants, drawn as SVG: requests a second above, p99 below, both axes logarithmic. It stands on light
//! and on dark pages.

use std::fmt::Write as _;

/// One flow.
pub struct Curve {
    /// What it is called.
    pub name: &'static str,
    /// Grants, requests a second, p99 in milliseconds.
    pub points: Vec<(usize, f64, f64)>,
}

const WIDTH: f64 = 780.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 540.0;
const PANEL: f64 = 220.0;
const COLOURS: [&str; 5] = ["#3b82f6", "#d97706", "#059669", "#a855f7", "#e11d48"];

/// A logarithmic axis from a power of ten to another.
struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut least, mut most) = (f64::MAX, f64::MIN);
        for value in values.filter(|value| *value > 0.0) {
            (least, most) = (least.min(value.log10()), most.max(value.log10()));
        }
        let (least, most) = if least > most { (0.0, 1.0) } else { (least.floor(), most.ceil()) };
        Self { least, most: if most > least { most } else { least + 1.0 }, from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let part = (value.max(1e-6).log10() - self.least) / (self.most - self.least);
        self.from + part * (self.to - self.from)
    }

    fn powers(&self) -> impl Iterator<Item = f64> {
        let (least, most) = (self.least as i32, self.most as i32);
        (least..=most).map(|power| 10_f64.powi(power))
    }
}

/// The picture.
#[must_use]
pub fn drawn(curves: &[Curve], connections: usize) -> String {
    let height = 2.0 * PANEL + 170.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" \
         role=\"img\">\n<title>Requests a second and p99 over the number of live grants, {connections} connections</title>\n"
    );
    panel(&mut svg, curves, 50.0, "requests a second", |point| point.1);
    panel(&mut svg, curves, 120.0 + PANEL, "p99, milliseconds", |point| point.2);
    text(&mut svg, (LEFT + RIGHT) / 2.0, height - 8.0, "middle", "live grants");
    svg.push_str("</svg>\n");
    svg
}

#[expect(clippy::cast_precision_loss, reason = "grants are far below 2^52")]
fn panel(svg: &mut String, curves: &[Curve], top: f64, title: &str, value: impl Fn(&(usize, f64, f64)) -> f64) {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let x = Axis::over(points().map(|point| point.0 as f64), LEFT, RIGHT);
    let y = Axis::over(points().map(&value), top + PANEL, top);
    text(svg, LEFT, top - 14.0, "start", title);
    for power in y.powers() {
        line(svg, (LEFT, y.at(power)), (RIGHT, y.at(power)), "#8884");
        text(svg, LEFT - 8.0, y.at(power) + 4.0, "end", &short(power));
    }
    for power in x.powers() {
        line(svg, (x.at(power), top), (x.at(power), top + PANEL), "#8884");
        text(svg, x.at(power), top + PANEL + 18.0, "middle", &short(power));
    }
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let places: Vec<(f64, f64)> =
            curve.points.iter().map(|point| (x.at(point.0 as f64), y.at(value(point)))).collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>",
            path.join(" ")
        );
        for (x, y) in &places {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
    }
    for (number, (curve, colour)) in curves.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let place = top + 10.0 + 20.0 * number as f64;
        line(svg, (RIGHT + 16.0, place), (RIGHT + 34.0, place), colour);
        text(svg, RIGHT + 40.0, place + 4.0, "start", curve.name);
    }
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str) {
    let ((x1, y1), (x2, y2)) = (from, to);
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#888\">{words}</text>");
}

fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{:.0} M", value / 1e6),
        1e3.. => format!("{:.0} k", value / 1e3),
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_further_right_and_higher() {
        let points = vec![(1_000, 9_000.0, 3.0), (1_000_000, 5_000.0, 7.5)];
        let svg = drawn(&[Curve { name: "refresh", points }], 16);
        assert!(svg.contains("points=\"70.0,") && svg.contains(" 540.0,"), "{svg}");
        assert!(svg.contains(">1 k<") && svg.contains(">1 M<"), "{svg}");
        assert_eq!(svg.matches("<polyline").count(), 2);
    }

    #[test]
    fn nothing_measured_is_an_empty_picture() {
        assert!(!drawn(&[], 16).contains("polyline"));
    }
}
