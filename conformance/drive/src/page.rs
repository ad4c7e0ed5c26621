//! Reading a server's pages, as far as a browser must: forms and their hidden fields.

/// The address and the hidden fields of the first form whose address ends with `action`.
pub(crate) fn form(html: &str, action: &str) -> Option<(String, Vec<(String, String)>)> {
    let (to, inside) = forms(html).find(|(to, _)| to.split('?').next().is_some_and(|path| path.ends_with(action)))?;
    let hidden = tags(inside, "input").filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
    let fields = hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
    Some((to, fields.collect()))
}

fn forms(html: &str) -> impl Iterator<Item = (String, &str)> {
    html.split("<form").skip(1).filter_map(|rest| {
        let inside = rest.split("</form>").next()?;
        Some((attribute(inside.split('>').next()?, "action")?, inside))
    })
}

fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let open = format!("<{name}");
    html.split(open.as_str()).skip(1).filter_map(|rest| rest.split('>').next()).collect::<Vec<_>>().into_iter()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_what_it_hides() {
        let html = r#"<form method="post" action="/theme"></form><form class="x" method="post" action="/consent/a1">
            <input type="hidden" name="csrf" value="a&#38;b"><input type="radio" name="project" value="p"></form>"#;
        let (to, fields) = form(html, "/consent/a1").unwrap();
        assert_eq!((to.as_str(), fields), ("/consent/a1", vec![("csrf".to_owned(), "a&b".to_owned())]));
        assert!(form(html, "/sign-in").is_none());
    }
}
