//! What no page may do, whatever strangers write into it.

use server::view::Specimen;

use crate::{
    each, gallery,
    html::{elements, tags},
};

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    each(|name, html| {
        for tag in tags(html) {
            assert!(!tag.is("style"), "{name}: a style element");
            if tag.is("script") {
                let src = tag.attribute("src").unwrap_or_default();
                assert!(src.starts_with("/assets/"), "{name}: a script from {src:?}");
            }
            for (attribute, value) in &tag.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: {attribute} on {}", tag.name);
                if matches!(attribute.as_str(), "src" | "srcset" | "action" | "formaction" | "poster")
                    || tag.is("link") && attribute == "href"
                {
                    let value = value.as_deref().unwrap_or_default();
                    assert!(value.starts_with('/') && !value.starts_with("//"), "{name}: {attribute}={value:?}");
                }
            }
        }
        assert!(elements(html, "script").iter().all(|script| script.ends_with('>')), "{name}: code in the page");
    });
}

#[test]
fn links_stay_here_except_the_trusted_way_back() {
    each(|name, html| {
        for tag in tags(html).iter().filter(|tag| tag.is("a")) {
            let href = tag.attribute("href").expect("a link leads somewhere");
            let stays = href.starts_with('/') && !href.starts_with("//") || href.starts_with('#');
            let leaves = tag.attribute("rel") == Some("noreferrer");
            assert!(stays || leaves, "{name}: {href}");
            assert!(!href.to_ascii_lowercase().starts_with("javascript:"), "{name}: {href}");
        }
    });
}

#[test]
fn every_form_is_a_post_with_its_token() {
    each(|name, html| {
        for form in elements(html, "form") {
            let tags = tags(form);
            assert_eq!(tags[0].attribute("method"), Some("post"), "{name}");
            let token = tags.iter().find(|tag| tag.attribute("name") == Some("csrf")).expect("a form token");
            assert_eq!(token.attribute("type"), Some("hidden"), "{name}");
            assert_eq!(token.attribute("value"), Some("sample-form-token"), "{name}");
        }
    });
}

#[test]
fn what_strangers_write_stays_text() {
    let gallery = gallery();
    let hostile: Vec<_> = gallery.iter().filter(|it| it.state.ends_with("hostile")).collect();
    assert!(hostile.len() >= 9);
    for Specimen { page, html, .. } in hostile {
        assert!(html.contains("&#60;script&#62;alert(1)"), "{page} does not show the hostile text");
        assert!(!html.contains("<script>") && !html.contains("<img"), "{page}");
        assert!(tags(html).iter().all(|tag| tag.attribute("onerror").is_none()), "{page}");
        assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/assets/").count(), "{page}");
    }
}
