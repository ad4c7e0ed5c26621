//! Organisations as the people in them look at them. Owns reading for pages; what is changed is `admin`'s, who may is
//! `policy`'s.

use model::{Id, Organization, Project, Role, Slug, Timestamp};

use crate::{Actor, Authority, Error, Standing, account::SignedIn};

impl Authority {
    /// The organisations that a person belongs to, with their role there, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_of(&self, person: &SignedIn) -> Result<Vec<(Organization, Role)>, Error> {
        Ok(self.parts.store.read().await?.organizations_of(person.user.id).await?)
    }

    /// The projects of an organisation that somebody may see as they stand there, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects_in(&self, standing: &Standing, _: &Actor) -> Result<Vec<Project>, Error> {
        Ok(standing.projects(&mut self.parts.store.read().await?).await?)
    }

    /// One of them, by slug or id.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn project_in(&self, standing: &Standing, by: &Actor, named: &str) -> Result<Option<Project>, Error> {
        let (slug, id) = (Slug::parse(named), Id::<Project>::parse(named));
        let is_named = |one: &Project| Some(&one.slug) == slug.as_ref() || Some(one.id) == id;
        Ok(self.projects_in(standing, by).await?.into_iter().find(is_named))
    }

    /// How many connections and API keys over a project are in force.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn count_access(&self, project: &Project, now: Timestamp) -> Result<(usize, usize), Error> {
        let mut read = self.parts.store.read().await?;
        let grants = read.count_live_grants_over(project.id).await?;
        let keys = read.live_api_keys_over(project.id).await?;
        Ok((grants, keys.iter().filter(|key| now < key.expires_at).count()))
    }
}
