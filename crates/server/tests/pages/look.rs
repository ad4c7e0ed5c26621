//! Colours that can be read, by the tokens of the stylesheet.

use server::view::contrast::{self, Rgb};

/// The tokens of lanyard.css: name, light, dark.
fn tokens() -> Vec<(String, Rgb, Rgb)> {
    let css = include_str!("../../../../templates/assets/lanyard.css");
    css.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
            let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
            Some((name.to_owned(), light.parse().expect(line), dark.parse().expect(line)))
        })
        .collect()
}

fn reaches(text: &str, ground: &str, least: f64) {
    let tokens = tokens();
    let token = |name: &str| tokens.iter().find(|(it, ..)| it == name).unwrap_or_else(|| panic!("no token {name}"));
    let ((_, light, dark), (_, light_ground, dark_ground)) = (token(text), token(ground));
    for (mode, colour, ground_colour) in [("light", light, light_ground), ("dark", dark, dark_ground)] {
        let ratio = contrast::ratio(*colour, *ground_colour);
        assert!(ratio >= least, "{text} on {ground}, {mode}: {ratio:.2}, and {least} is needed");
    }
}

#[test]
fn text_can_be_read_in_both_modes() {
    for text in ["text", "quiet", "accent", "accent-hover"] {
        for ground in ["ground", "surface", "sunken", "accent-tint"] {
            reaches(text, ground, contrast::TEXT);
        }
    }
    for tone in ["good", "warn", "danger", "info"] {
        let own = format!("{tone}-surface");
        for text in ["text", "quiet", "accent", &format!("{tone}-text")] {
            reaches(text, &own, contrast::TEXT);
        }
        for ground in ["ground", "surface"] {
            reaches(&format!("{tone}-text"), ground, contrast::TEXT);
        }
    }
    for provider in ["google", "microsoft", "github"] {
        reaches(&format!("{provider}-text"), &format!("{provider}-ground"), contrast::TEXT);
    }
    reaches("on-accent", "accent", contrast::TEXT);
    reaches("on-accent", "accent-hover", contrast::TEXT);
}

#[test]
fn controls_can_be_told_from_what_they_stand_on() {
    for ground in ["ground", "surface", "sunken"] {
        for control in ["outline", "accent", "danger-text"] {
            reaches(control, ground, contrast::CONTROL);
        }
    }
}

#[test]
fn letter_marks_can_be_read() {
    let css = include_str!("../../../../templates/assets/lanyard.css");
    let pair = |text: &str| {
        let (light, dark) =
            text.split_once("light-dark(").unwrap().1.split_once(')').unwrap().0.split_once(", ").unwrap();
        (light.parse::<Rgb>().unwrap(), dark.parse::<Rgb>().unwrap())
    };
    let marks: Vec<_> = css.lines().filter(|line| line.starts_with(".app-mark--")).collect();
    assert_eq!(marks.len(), 6);
    for mark in marks {
        let (ground, letter) = mark.split_once("; color: ").unwrap();
        let (ground, letter) = (pair(ground), pair(letter));
        assert!(contrast::ratio(ground.0, letter.0) >= contrast::TEXT, "{mark}");
        assert!(contrast::ratio(ground.1, letter.1) >= contrast::TEXT, "{mark}");
    }
}

#[test]
fn the_stylesheet_uses_only_tokens_that_exist() {
    let css = include_str!("../../../../templates/assets/lanyard.css");
    assert!(!css.contains("@import") && !css.contains("url("), "the stylesheet loads something");
    for used in css.split("var(").skip(1).map(|rest| rest.split([')', ',']).next().unwrap()) {
        assert!(css.contains(&format!(" {used}: ")), "{used} is not defined");
    }
}
