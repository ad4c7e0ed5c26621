//! What goes around a page: files, theme, accent, the path of the issuer.

use askama::Template;
use model::Language;
use server::view;

use crate::{each, html::tags};

#[test]
fn the_page_prefix_of_an_issuer_with_a_path_is_everywhere() {
    for (state, mut page) in view::Connections::sample(Language::English) {
        page.layout.base = "/t1".to_owned();
        for tag in tags(&page.render().unwrap()) {
            let local = ["href", "src", "action"]
                .iter()
                .filter_map(|name| tag.attribute(name))
                .filter(|it| it.starts_with('/'));
            for address in local {
                assert!(address.starts_with("/t1/"), "{state}: {address}");
            }
        }
    }
}

#[test]
fn a_file_has_a_name_that_changes_with_it() {
    let names: Vec<_> = view::asset::asset_names().collect();
    assert_eq!(names.len(), 4);
    for name in &names {
        let file = view::asset(name).unwrap();
        assert!(!file.bytes.is_empty());
        let version = file.etag.trim_matches('"');
        assert!(version.len() == 12 && name.contains(version), "{name}, {version}");
    }
    assert!(
        view::asset("lanyard.css").is_none() && view::asset("../Cargo.toml").is_none() && view::asset("").is_none()
    );
    each(|name, html| {
        for tag in tags(html).iter().filter(|tag| tag.is("link") || tag.is("script")) {
            let address = tag.attribute("href").or(tag.attribute("src")).unwrap();
            assert!(names.contains(&address.strip_prefix("/assets/").unwrap()), "{name}: {address}");
        }
    });
}

#[test]
fn an_accent_brings_its_own_stylesheet() {
    let (_, mut page) = view::SignIn::sample(Language::English).remove(0);
    let accent = view::Accent::new("#00695c").unwrap();
    let expected = format!("/assets/brand.css?v={}", accent.version());
    page.layout.brand.accent = Some(accent);
    assert!(page.render().unwrap().contains(&expected));
}

#[test]
fn a_chosen_theme_is_forced_and_an_unchosen_one_is_not() {
    let (_, mut page) = view::Home::sample(Language::English).remove(0);
    for (theme, forced) in
        [(view::Theme::Auto, None), (view::Theme::Light, Some("light")), (view::Theme::Dark, Some("dark"))]
    {
        page.layout.theme = theme;
        let html = page.render().unwrap();
        let tags = tags(&html);
        assert_eq!(tags.iter().find(|tag| tag.is("html")).unwrap().attribute("data-theme"), forced);
        let pressed = tags.iter().find(|tag| tag.attribute("aria-pressed") == Some("true")).unwrap();
        assert_eq!(pressed.attribute("value"), Some(theme.word()));
        assert_eq!(view::Theme::from_word(theme.word()), theme);
    }
    assert_eq!(view::Theme::from_word("neon"), view::Theme::Auto);
}
