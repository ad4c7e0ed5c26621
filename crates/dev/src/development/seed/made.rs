//! What a development server holds already, read through the operator's lists.

use identity::{Authority, admin::Act};
use serde_json::Value;
use server::command::Failure;

use super::Kept;

/// The lists, as they were when this was loaded.
pub(super) struct Made<'a> {
    authority: &'a Authority,
    organizations: Vec<Value>,
    projects: Vec<Value>,
    users: Vec<Value>,
    resources: Vec<Value>,
    clients: Vec<Value>,
}

impl<'a> Made<'a> {
    pub(super) async fn load(authority: &'a Authority) -> Result<Self, Failure> {
        let list = async |act, name: &str| -> Result<Vec<Value>, Failure> {
            let answer = act_on(authority, act).await?;
            Ok(answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default())
        };
        Ok(Self {
            authority,
            organizations: list(Act::OrganizationList {}, "organizations").await?,
            projects: list(Act::ProjectList { organization: None }, "projects").await?,
            users: list(Act::UserList {}, "users").await?,
            resources: list(Act::ResourceList {}, "resources").await?,
            clients: list(Act::ClientList {}, "clients").await?,
        })
    }

    pub(super) async fn act(&self, act: Act) -> Result<Value, Failure> {
        act_on(self.authority, act).await
    }

    /// Does the act, and keeps the secret that its answer shows this once.
    pub(super) async fn keep_secret(&self, act: Act, kept: &mut Kept) -> Result<(), Failure> {
        let answer = self.act(act).await?;
        if let (Some(id), Some(secret)) = (text(&answer, "client_id"), text(&answer, "client_secret")) {
            kept.secrets.insert(id.to_owned(), secret.to_owned());
        }
        Ok(())
    }

    pub(super) fn has_organization(&self, slug: &str) -> bool {
        has(&self.organizations, "slug", slug)
    }

    pub(super) fn has_user(&self, email: &str) -> bool {
        has(&self.users, "email", email)
    }

    pub(super) fn has_client(&self, id: &str) -> bool {
        has(&self.clients, "client_id", id)
    }

    pub(super) fn resource_url(&self, id: &str) -> Option<&str> {
        text(self.resources.iter().find(|resource| text(resource, "client_id") == Some(id))?, "resource")
    }

    /// Id and name.
    pub(super) fn project(&self, organization: &str, slug: &str) -> Option<(String, String)> {
        let is_it = |project: &&Value| {
            text(project, "organization") == Some(organization) && text(project, "slug") == Some(slug)
        };
        let project = self.projects.iter().find(is_it)?;
        Some((text(project, "id")?.to_owned(), text(project, "name")?.to_owned()))
    }
}

async fn act_on(authority: &Authority, act: Act) -> Result<Value, Failure> {
    let done = authority.act(act, authority.now()).await;
    done.map_err(|error| Failure::failed(format!("The directory cannot be seeded: {error}. Start anew with --fresh.")))
}

fn has(list: &[Value], member: &str, wanted: &str) -> bool {
    list.iter().any(|item| text(item, member) == Some(wanted))
}

fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str()
}
