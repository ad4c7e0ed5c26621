//! What is not as a plan says, in the order in which it can be done: what others rest on comes first, and goes last.

use std::collections::BTreeSet;

use model::{Client, Organization, Resource, ResourceScope};
use protocol::Access;
use storage::{Applied, Read};

use super::{
    super::{Act, ActError, client, organization, project, scope_text},
    Plan, PlannedClient, PlannedOrganization, PlannedResource, applied,
};

/// One thing that is not as the plan says.
pub(super) struct Difference {
    /// `add`, `change`, `remove`.
    pub(super) change: &'static str,
    /// What kind of thing it is.
    pub(super) kind: &'static str,
    /// Which.
    pub(super) name: String,
    /// What of it changes.
    pub(super) what: Vec<&'static str>,
    /// What makes it so.
    pub(super) acts: Vec<Act>,
    /// Whose it is afterwards.
    pub(super) marking: Marking,
}

/// What is noted of a thing once it is done.
#[derive(Clone)]
pub(super) enum Marking {
    /// It was made by a plan.
    Made(Applied),
    /// It is there no more.
    Gone(Applied),
    /// Nothing.
    AsItIs,
}

impl Difference {
    fn add(kind: &'static str, name: &str, act: Act) -> Self {
        let marking = Marking::Made(applied(kind, name));
        Self { change: "add", kind, name: name.to_owned(), what: Vec::new(), acts: vec![act], marking }
    }

    fn remove(kind: &'static str, name: &str, act: Act) -> Self {
        let marking = Marking::Gone(applied(kind, name));
        Self { change: "remove", kind, name: name.to_owned(), what: Vec::new(), acts: vec![act], marking }
    }

    fn change(kind: &'static str, name: &str, changes: Vec<(&'static str, Act)>) -> Option<Self> {
        let (what, acts): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let marking = Marking::AsItIs;
        (!acts.is_empty()).then(|| Self { change: "change", kind, name: name.to_owned(), what, acts, marking })
    }
}

/// All of them.
pub(super) async fn differences(read: &mut Read, plan: &Plan, prune: bool) -> Result<Vec<Difference>, ActError> {
    refuse_twice(plan)?;
    let mut all = Vec::new();
    for planned in &plan.organizations {
        organization_and_projects(read, planned, &mut all).await?;
    }
    let marked = read.applied().await?;
    for planned in &plan.resources {
        let is_ours = marked.contains(&applied("resource", &planned.id));
        all.extend(resource(read, planned, prune && is_ours).await?);
    }
    for planned in &plan.clients {
        all.extend(one_client(read, planned).await?);
    }
    if prune {
        all.extend(unnamed(read, plan, &marked).await?);
    }
    Ok(all)
}

/// A thing stands in a plan once.
fn refuse_twice(plan: &Plan) -> Result<(), ActError> {
    let mut seen = BTreeSet::new();
    match names(plan).into_iter().find(|name| !seen.insert(name.clone())) {
        Some(Applied { kind, name }) => {
            Err(ActError::new(format!("the file names the {kind} '{}' twice; name it once", name.escape_debug())))
        }
        None => Ok(()),
    }
}

/// Everything that a plan names.
fn names(plan: &Plan) -> Vec<Applied> {
    let projects = plan.organizations.iter().flat_map(|one| {
        one.projects.iter().map(|project| applied("project", format!("{}/{}", one.slug, project.slug)))
    });
    plan.organizations
        .iter()
        .map(|one| applied("organization", &one.slug))
        .chain(projects)
        .chain(plan.resources.iter().map(|one| applied("resource", &one.id)))
        .chain(plan.clients.iter().map(|one| applied("client", &one.id)))
        .collect()
}

async fn organization_and_projects(
    read: &mut Read,
    planned: &PlannedOrganization,
    all: &mut Vec<Difference>,
) -> Result<(), ActError> {
    let slug = organization::parse_slug(&planned.slug)?;
    let name = organization::parse_name(&planned.name)?;
    let found = read.organization_by_slug(&slug).await?;
    match &found {
        None => all.push(Difference::add(
            "organization",
            slug.as_str(),
            Act::OrganizationAdd { slug: slug.to_string(), name },
        )),
        Some(organization) if organization.name != name => {
            let act = Act::OrganizationChange { organization: organization.id.to_string(), name };
            all.extend(Difference::change("organization", slug.as_str(), vec![("name", act)]));
        }
        Some(_) => {}
    }
    for project in &planned.projects {
        let (project_slug, name) = (organization::parse_slug(&project.slug)?, organization::parse_name(&project.name)?);
        let known = match &found {
            Some(organization) => read.project_by_slug(organization.id, &project_slug).await?,
            None => None,
        };
        let shown = format!("{slug}/{project_slug}");
        let organization = slug.to_string();
        match known {
            None => {
                let act = Act::ProjectAdd { organization, slug: project_slug.to_string(), name };
                all.push(Difference::add("project", &shown, act));
            }
            Some(known) if known.name != name => {
                let act = Act::ProjectChange { organization, project: project_slug.to_string(), name };
                all.extend(Difference::change("project", &shown, vec![("name", act)]));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

async fn resource(read: &mut Read, planned: &PlannedResource, narrows: bool) -> Result<Vec<Difference>, ActError> {
    let id = planned.id.clone();
    let scopes = scope_text::parse_all(&planned.scopes)?;
    let found = read.resources().await?.into_iter().find(|resource| resource.id.as_str() == id);
    let Some(found) = found else {
        let add = Act::ResourceAdd {
            id: Some(id.clone()),
            name: planned.name.clone(),
            identifier: planned.resource.clone(),
            scopes: planned.scopes.clone(),
        };
        let mut added = Difference::add("resource", &id, add);
        added.acts.extend(settings(planned, None).into_iter().map(|(_, act)| act));
        return Ok(vec![added]);
    };
    if found.identifier.as_str() != planned.resource {
        return Err(ActError::conflict(format!(
            "the resource '{id}' is {} and not {}; what identifies a resource is never changed: give it another id",
            found.identifier,
            planned.resource.escape_debug()
        )));
    }
    let mut changes = settings(planned, Some(&found));
    changes.extend(of_scopes(&found, planned, &scopes, narrows)?);
    Ok(Difference::change("resource", &id, changes).into_iter().collect())
}

/// Name, form of tokens, and whether it is the default.
fn settings(planned: &PlannedResource, found: Option<&Resource>) -> Vec<(&'static str, Act)> {
    let resource = || planned.id.clone();
    let mut changes = Vec::new();
    if found.is_some_and(|found| found.name != planned.name.trim()) {
        let name = Some(planned.name.clone());
        changes.push(("name", Act::ResourceChange { resource: resource(), name, default: None, dry_run: false }));
    }
    let form = found.map_or("opaque", |found| found.access_tokens.as_str());
    if let Some(wanted) = planned.access_tokens.as_deref().filter(|wanted| *wanted != form) {
        let form = wanted.to_owned();
        changes.push(("access_tokens", Act::ResourceSetAccessTokens { resource: resource(), form }));
    }
    let is_default = found.is_some_and(|found| found.default_at.is_some());
    if let Some(default) = planned.default.filter(|wanted| *wanted != is_default) {
        let act = Act::ResourceChange { resource: resource(), name: None, default: Some(default), dry_run: false };
        changes.push(("default", act));
    }
    changes
}

/// Scopes that are missing, have other words, or are not named any more.
fn of_scopes(
    found: &Resource,
    planned: &PlannedResource,
    scopes: &[ResourceScope],
    narrows: bool,
) -> Result<Vec<(&'static str, Act)>, ActError> {
    let resource = || found.id.to_string();
    let (mut changes, mut missing) = (Vec::new(), Vec::new());
    for (scope, text) in scopes.iter().zip(&planned.scopes) {
        match found.scopes.iter().find(|known| known.name == scope.name) {
            None => missing.push(text.clone()),
            Some(known) if (known.access, known.ingest) != (scope.access, scope.ingest) => {
                let is = if known.access == Access::Read { "reads" } else { "writes" };
                return Err(ActError::conflict(format!(
                    "the scope '{}' of '{}' {is}, and that is never changed; give it another name",
                    scope.name, found.id
                )));
            }
            Some(known) if known.description != scope.description => {
                let (scope, words) = (scope.name.clone(), scope.description.clone());
                let language = "en".to_owned();
                let act = Act::ResourceScopeDescribe { resource: resource(), scope, language, words, dry_run: false };
                changes.push(("scopes", act));
            }
            Some(_) => {}
        }
    }
    if !missing.is_empty() {
        changes.push(("scopes", Act::ResourceScopeAdd { resource: resource(), scopes: missing, dry_run: false }));
    }
    let gone = found.scopes.iter().filter(|known| narrows && scopes.iter().all(|scope| scope.name != known.name));
    changes.extend(gone.map(|known| {
        let scope = known.name.clone();
        ("scopes", Act::ResourceScopeRemove { resource: resource(), scope, dry_run: false })
    }));
    Ok(changes)
}

async fn one_client(read: &mut Read, planned: &PlannedClient) -> Result<Option<Difference>, ActError> {
    let asked = planned.asked();
    let Some(found) = read.client(&model::ClientId::new(&planned.id)).await? else {
        return Ok(Some(Difference::add("client", &planned.id, Act::ClientAdd(Box::new(asked)))));
    };
    let what = client::differs(read, &found, &asked).await?;
    let act = Act::ClientChange(Box::new(asked));
    Ok((!what.is_empty()).then(|| Difference {
        change: "change",
        kind: "client",
        name: planned.id.clone(),
        what,
        acts: vec![act],
        marking: Marking::AsItIs,
    }))
}

/// What a plan made and names no more: clients, resources, projects, organisations.
async fn unnamed(read: &mut Read, plan: &Plan, marked: &[Applied]) -> Result<Vec<Difference>, ActError> {
    let named = names(plan);
    let mut gone = Vec::new();
    for kind in ["client", "resource", "project", "organization"] {
        for mark in marked.iter().filter(|mark| mark.kind == kind && !named.contains(mark)) {
            gone.extend(removal(read, kind, &mark.name).await?);
        }
    }
    let whole: Vec<String> =
        gone.iter().filter(|one| one.kind == "organization").map(|one| format!("{}/", one.name)).collect();
    // A project goes with its organisation.
    gone.retain(|one| one.kind != "project" || !whole.iter().any(|organization| one.name.starts_with(organization)));
    Ok(gone)
}

async fn removal(read: &mut Read, kind: &'static str, name: &str) -> Result<Option<Difference>, ActError> {
    let act = match kind {
        "client" => read
            .client(&model::ClientId::new(name))
            .await?
            .map(|client: Client| Act::ClientRemove { client: client.id.to_string() }),
        "resource" => {
            let found = read.resources().await?.into_iter().find(|resource| resource.id.as_str() == name);
            found.map(|resource| Act::ResourceRemove { resource: resource.id.to_string() })
        }
        "project" => match name.split_once('/') {
            Some((organization, project)) if project::find(read, organization, project).await.is_ok() => {
                Some(Act::ProjectRemove { organization: organization.to_owned(), project: project.to_owned() })
            }
            _ => None,
        },
        _ => {
            let found: Option<Organization> = organization::look_up(read, name).await?;
            found.map(|organization| Act::OrganizationRemove { organization: organization.slug.to_string() })
        }
    };
    Ok(act.map(|act| Difference::remove(kind, name, act)))
}
