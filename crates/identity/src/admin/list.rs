//! Lists, a part at a time: for the management API. Each part is one query or two, however long it is, and says behind which
//! cursor the next one begins.

use model::{Id, NamedRole, Organization, Permission, Project, Timestamp, User, Webhook};
use serde_json::{Value, json};
use storage::{AtVersion, ListedGrant, ListedKey, ListedMember, Page, Read, TrailEntry, TrailFilter, TrailOf};

use super::{ActError, answer, invitation, key, organization, project, thing::Thing, user, versioned, webhook};
use crate::{Actor, Authority, Standing, audit, cursor::Listing};

/// What is listed. Organisations and projects are named by slug or id.
#[derive(Clone, Debug)]
pub enum List {
    /// The organisations that somebody sees.
    Organizations,
    /// The projects of an organisation.
    Projects(String),
    /// Its members.
    Members(String),
    /// The grants in force over its projects, or over one of them.
    Grants(String, Option<String>),
    /// The keys over its projects, or over one of them.
    Keys(String, Option<String>),
    /// Its webhooks.
    Webhooks(String),
    /// What was sent to one of its webhooks, newest first.
    Deliveries(String, String),
    /// The roles that an organisation names itself.
    Roles(String),
    /// Its invitations.
    Invitations(String),
    /// Who is on the list of one of its projects.
    ProjectMembers(String, String),
    /// What happened in it, newest first.
    Audit(String, Box<Narrowed>),
    /// What happened on the whole server.
    ServerAudit(Box<Narrowed>),
    /// What happened to the account of whoever asks, and what they did.
    OwnAudit(Box<Narrowed>),
    /// The clients of an organisation.
    OwnClients(String),
    /// Its resource servers.
    OwnResources(String),
    /// All clients.
    Clients,
    /// All resource servers.
    Resources,
    /// All people.
    Users,
}

/// How a list of what happened is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// One action, or an area of them: `grant`, `grant.allowed`.
    pub action: Option<String>,
    /// Who did it or whom it concerns: address or id.
    pub person: Option<String>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The things, as JSON.
    pub things: Vec<Value>,
    /// The cursor behind them, if there is more.
    pub next: Option<String>,
}

/// Whose list it is, and how it is narrowed.
struct Place {
    endpoint: &'static str,
    tenant: String,
    filter: String,
}

/// A thing of a list and the id that a cursor behind it holds.
type Row = (String, Value);

impl Authority {
    /// What of a trail somebody asks for, if it is theirs to see; for an export. Nothing for a list of something else.
    ///
    /// # Errors
    /// It is not theirs to see.
    pub async fn trail_asked_for(&self, by: &Actor, list: &List) -> Result<Option<TrailFilter>, ActError> {
        let mut read = self.parts.store.read().await?;
        let found = place(&mut read, by, list, self.now()).await.map_err(|error| error.told_to(by))?;
        Ok(match found.1 {
            Scope::Trail(filter) => Some(*filter),
            _ => None,
        })
    }

    /// A part of a list: `limit` things at the most, behind `cursor`.
    ///
    /// # Errors
    /// It is not theirs to see, or the cursor is another list's.
    pub async fn list(
        &self,
        by: &Actor,
        list: &List,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Result<Listed, NoCursor>, ActError> {
        if matches!(list, List::Grants(..) | List::Keys(..)) {
            // What is said of the last use is true when it is read.
            self.write_last_uses().await?;
        }
        let mut read = self.parts.store.read().await?;
        let found = self.found(&mut read, by, list, (cursor, limit)).await;
        found.map_err(|error| error.told_to(by))
    }

    async fn found(
        &self,
        read: &mut Read,
        by: &Actor,
        list: &List,
        (cursor, limit): (Option<&str>, u32),
    ) -> Result<Result<Listed, NoCursor>, ActError> {
        let (place, scope) = place(read, by, list, self.now()).await?;
        let Place { endpoint, tenant, filter } = &place;
        let listing = Listing { endpoint, tenant, filter };
        let after = match cursor.map(|cursor| self.position(&listing, cursor)) {
            None => None,
            Some(Some(after)) => Some(after),
            Some(None) => return Ok(Err(NoCursor)),
        };
        // One more than is told says whether there is more.
        let page = Page { after: after.as_deref(), limit: limit + 1 };
        let mut rows = scope.rows(read, by, page).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some((last, _)) if more => Some(self.cursor(&listing, last)?),
            _ => None,
        };
        Ok(Ok(Listed { things: rows.into_iter().map(|(_, thing)| thing).collect(), next }))
    }
}

/// The cursor is none of this list.
#[derive(Clone, Copy, Debug)]
pub struct NoCursor;

/// Whose eyes a list is for, where they do not see every project.
type Seen = Option<Id<User>>;

/// A list that somebody may see.
enum Scope {
    Organizations,
    Projects(Organization, Seen),
    Members(Organization),
    Grants(Organization, (Option<Id<Project>>, Seen)),
    Keys(Organization, (Option<Id<Project>>, Seen)),
    Webhooks(Organization),
    Deliveries(Id<Webhook>),
    Roles(Organization),
    Invitations(Organization, Timestamp),
    ProjectMembers(Id<Project>),
    Trail(Box<TrailFilter>),
    Clients(Option<Id<Organization>>),
    Resources(Option<Id<Organization>>),
    Users,
}

/// What is listed, if this actor may see it, and what its cursors are bound to.
async fn place(read: &mut Read, by: &Actor, list: &List, now: Timestamp) -> Result<(Place, Scope), ActError> {
    let own = by.user_id().map(|id| id.to_string()).unwrap_or_default();
    let of = |endpoint, tenant: String| Place { endpoint, tenant, filter: String::new() };
    let (named, permission) = match list {
        List::Organizations => return Ok((of("organizations", own), Scope::Organizations)),
        List::OwnAudit(narrowed) => {
            let of = by.user_id().map_or(TrailOf::Server, TrailOf::Person);
            return trail(read, of, narrowed, ("own-audit", own)).await;
        }
        List::Clients | List::Resources | List::Users | List::ServerAudit(_) if !by.is_operator() => {
            return Err(ActError::forbidden("this is the operator's to see"));
        }
        List::Clients => return Ok((of("clients", own), Scope::Clients(None))),
        List::Resources => return Ok((of("resources", own), Scope::Resources(None))),
        List::Users => return Ok((of("users", own), Scope::Users)),
        List::ServerAudit(narrowed) => return trail(read, TrailOf::Server, narrowed, ("server-audit", own)).await,
        List::Projects(named) => (named, Permission::SeeOrganization),
        List::Members(named) | List::Roles(named) | List::Invitations(named) | List::ProjectMembers(named, _) => {
            (named, Permission::SeeMembers)
        }
        List::Audit(named, _) => (named, Permission::SeeAudit),
        List::Grants(named, _) | List::Keys(named, _) => (named, Permission::SeeAccess),
        List::Webhooks(named) | List::Deliveries(named, _) => (named, Permission::ManageWebhooks),
        List::OwnClients(named) => (named, Permission::ManageClients),
        List::OwnResources(named) => (named, Permission::ManageResources),
    };
    let standing = organization::look(read, by, named, permission).await?;
    let seen = match (standing.role, standing.user_id) {
        (Some(role), user_id) if !role.sees_every_project() => user_id,
        _ => None,
    };
    let (within, tenant) = (standing.organization.clone(), standing.organization.id.to_string());
    Ok(match list {
        List::Members(_) => (of("members", tenant), Scope::Members(within)),
        List::Webhooks(_) => (of("webhooks", tenant), Scope::Webhooks(within)),
        List::Roles(_) => (of("roles", tenant), Scope::Roles(within)),
        List::Invitations(_) => (of("invitations", tenant), Scope::Invitations(within, now)),
        List::ProjectMembers(_, project) => {
            let id =
                narrowed(read, &standing, named, Some(project)).await?.ok_or_else(|| ActError::absent("no project"))?;
            (narrow(of("project-members", tenant), Some(id)), Scope::ProjectMembers(id))
        }
        List::Audit(_, narrowed) => {
            return trail(read, TrailOf::Organization(within.id), narrowed, ("audit", tenant)).await;
        }
        List::OwnClients(_) => (of("own-clients", tenant), Scope::Clients(Some(within.id))),
        List::OwnResources(_) => (of("own-resources", tenant), Scope::Resources(Some(within.id))),
        List::Grants(_, project) => {
            let id = narrowed(read, &standing, named, project.as_deref()).await?;
            (narrow(of("access", tenant), id), Scope::Grants(within, (id, seen)))
        }
        List::Keys(_, project) => {
            let id = narrowed(read, &standing, named, project.as_deref()).await?;
            (narrow(of("keys", tenant), id), Scope::Keys(within, (id, seen)))
        }
        List::Deliveries(_, webhook) => {
            let webhook = Webhook::find(read, webhook).await?;
            if webhook.organization_id != within.id {
                return Err(ActError::absent("it is another organisation's"));
            }
            (of("deliveries", webhook.id.to_string()), Scope::Deliveries(webhook.id))
        }
        _ => (of("projects", tenant), Scope::Projects(within, seen)),
    })
}

/// What happened, narrowed as was said. Somebody whom nobody knows did nothing.
async fn trail(
    read: &mut Read,
    of: TrailOf,
    narrowed: &Narrowed,
    (endpoint, tenant): (&'static str, String),
) -> Result<(Place, Scope), ActError> {
    let person = match &narrowed.person {
        Some(named) => Some(match Id::parse(named) {
            Some(id) => id,
            None => user::find(read, named).await.map_or_else(|_| Id::from_bytes([0; 16]), |user| user.id),
        }),
        None => None,
    };
    let Narrowed { action, since, until, .. } = narrowed.clone();
    let place = Place { endpoint, tenant, filter: format!("{narrowed:?}") };
    let filter = TrailFilter { of, action, person, since, until, before: None };
    Ok((place, Scope::Trail(Box::new(filter))))
}

async fn narrowed(
    read: &mut Read,
    standing: &Standing,
    named: &str,
    project: Option<&str>,
) -> Result<Option<Id<Project>>, ActError> {
    let Some(project) = project else { return Ok(None) };
    let (_, found) = project::find(read, named, project).await?;
    match standing.sees(read, &found).await? {
        true => Ok(Some(found.id)),
        false => Err(ActError::absent("it is not theirs to see")),
    }
}

fn narrow(place: Place, project_id: Option<Id<Project>>) -> Place {
    Place { filter: project_id.map(|id| id.to_string()).unwrap_or_default(), ..place }
}

impl Scope {
    async fn rows(&self, read: &mut Read, by: &Actor, page: Page<'_>) -> Result<Vec<Row>, ActError> {
        Ok(match self {
            Self::Organizations => {
                let found = match (by.within(), by.user_id()) {
                    (Some(id), Some(user_id)) => read.organization_of_member_alone(user_id, id, page).await?,
                    (_, Some(user_id)) => read.page_of_organizations_of(user_id, page).await?,
                    (_, None) => read.page_of_organizations(page).await?,
                };
                found.iter().map(|one| (one.thing.id.to_string(), versioned(one, answer::organization))).collect()
            }
            Self::Projects(within, seen) => {
                let of = |one: &AtVersion<Project>| versioned(one, |project| answer::project(project, within));
                read.page_of_projects(within.id, *seen, page)
                    .await?
                    .iter()
                    .map(|one| (one.thing.id.to_string(), of(one)))
                    .collect()
            }
            Self::Members(within) => {
                let of = |one: &ListedMember| versioned(one, |member| answer::member(member, within));
                let id = |one: &ListedMember| one.thing.membership.user_id.to_string();
                read.page_of_members(within.id, page).await?.iter().map(|one| (id(one), of(one))).collect()
            }
            Self::Grants(within, which) => {
                let found = read.page_of_grants(within.id, *which, page).await?;
                found.iter().map(|one| (one.grant.id.to_string(), grant(one))).collect()
            }
            Self::Keys(within, which) => {
                let of = |one: &AtVersion<ListedKey>| versioned(one, |listed| key::listed(listed, within));
                let found = read.page_of_keys(within.id, *which, page).await?;
                found.iter().map(|one| (one.thing.key.id.to_string(), of(one))).collect()
            }
            Self::Webhooks(within) => {
                let found = read.page_of_webhooks(within.id, page).await?;
                found.iter().map(|one| (one.thing.id.to_string(), versioned(one, Thing::answer))).collect()
            }
            Self::Deliveries(webhook_id) => {
                let before = page.after.and_then(|after| after.parse().ok());
                let found = read.page_of_deliveries(*webhook_id, before, page.limit).await?;
                found.iter().map(|one| (one.position.to_string(), webhook::delivery(one))).collect()
            }
            Self::Roles(within) => {
                let found = read.page_of_roles(within.id, page).await?;
                let of = |one: &AtVersion<NamedRole>| versioned(one, |role| answer::role(role, within));
                found.iter().map(|one| (one.thing.id.to_string(), of(one))).collect()
            }
            Self::Invitations(within, now) => {
                let mut rows = Vec::new();
                for one in read.page_of_invitations(within.id, page).await? {
                    let shown = invitation::shown(read, &one.thing, within, *now).await?;
                    rows.push((one.thing.id.to_string(), versioned::at(shown, one.version)));
                }
                rows
            }
            Self::ProjectMembers(project_id) => {
                let found = read.page_of_project_members(*project_id, page).await?;
                found.iter().map(|(user, since)| (user.id.to_string(), listed(user, *since))).collect()
            }
            Self::Trail(filter) => {
                let filter = TrailFilter { before: page.after.map(str::to_owned), ..(**filter).clone() };
                let found = read.trail(&filter, page.limit).await?;
                found.iter().map(|one| (one.entry.id.clone(), told(one))).collect()
            }
            Self::Clients(owner) => of_server(&read.page_of_clients(*owner, page).await?, |one| one.id.to_string()),
            Self::Resources(owner) => of_server(&read.page_of_resources(*owner, page).await?, |one| one.id.to_string()),
            Self::Users => of_server(&read.page_of_users(page).await?, |one| one.id.to_string()),
        })
    }
}

/// Somebody on a project's list.
fn listed(user: &User, since: Timestamp) -> Value {
    json!({ "user_id": user.id, "email": user.email, "created_at": since.as_seconds() })
}

/// What happened, as in an export, at whole seconds.
fn told(one: &TrailEntry) -> Value {
    let mut told = audit::shown(one);
    if let Some(members) = told.as_object_mut() {
        members.insert("at".to_owned(), one.entry.at.as_seconds().into());
    }
    told
}

fn of_server<T: Thing>(found: &[AtVersion<T>], id: impl Fn(&T) -> String) -> Vec<Row> {
    found.iter().map(|one| (id(&one.thing), versioned(one, Thing::answer))).collect()
}

fn versioned<T>(one: &AtVersion<T>, answer: impl Fn(&T) -> Value) -> Value {
    versioned::at(answer(&one.thing), one.version)
}

/// What has access: who gave it, to what, what it may, and when it was last used.
fn grant(listed: &ListedGrant) -> Value {
    let grant = &listed.grant;
    json!({
        "grant_id": grant.id,
        "user_id": grant.user_id,
        "email": listed.email,
        "client_id": grant.client_id,
        "client_name": listed.client_name,
        "project": listed.project,
        "scope": grant.scope.to_string(),
        "created_at": grant.created_at.as_seconds(),
        "used_at": grant.used_at.map(Timestamp::as_seconds),
        "used_address": grant.used_address,
    })
}
