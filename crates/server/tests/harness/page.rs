//! Reading our own pages, as far as tests need it: forms, their hidden fields, and elements by id.

/// The address and the hidden fields of the first form whose address ends with `action`.
pub fn form(html: &str, action: &str) -> Option<(String, Vec<(String, String)>)> {
    let (to, inside) = forms(html).find(|(to, _)| to.split('?').next().is_some_and(|path| path.ends_with(action)))?;
    let hidden = tags(inside, "input").filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
    let fields = hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
    Some((to, fields.collect()))
}

/// The address of the first form that leads below this path.
pub fn form_below(html: &str, path: &str) -> Option<String> {
    forms(html).map(|(to, _)| to).find(|to| to.contains(path))
}

/// Where the link with this id leads.
pub fn link(html: &str, id: &str) -> String {
    let link = tags(html, "a").find(|tag| attribute(tag, "id").as_deref() == Some(id));
    link.and_then(|tag| attribute(tag, "href")).unwrap_or_else(|| panic!("no link {id} on:\n{html}"))
}

/// Whether the page has an element with this id.
pub fn has_id(html: &str, id: &str) -> bool {
    html.contains(&format!("id=\"{id}\""))
}

/// The value of the element with this id.
pub fn value_of(html: &str, id: &str) -> Option<String> {
    let tag =
        tags(html, "input").chain(tags(html, "button")).find(|tag| attribute(tag, "id").as_deref() == Some(id))?;
    attribute(tag, "value")
}

/// The grant ids of the buttons that disconnect.
pub fn grants(html: &str) -> Vec<String> {
    let ids = tags(html, "button").filter_map(|tag| attribute(tag, "id"));
    ids.filter_map(|id| id.strip_prefix("revoke-").map(str::to_owned)).collect()
}

fn forms(html: &str) -> impl Iterator<Item = (String, &str)> {
    html.split("<form").skip(1).filter_map(|rest| {
        let inside = rest.split("</form>").next()?;
        Some((attribute(inside.split('>').next()?, "action")?, inside))
    })
}

fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let open = format!("<{name}");
    html.match_indices(&open)
        .map(|(at, _)| html[at..].split('>').next().unwrap_or_default())
        .collect::<Vec<_>>()
        .into_iter()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'"))
}
