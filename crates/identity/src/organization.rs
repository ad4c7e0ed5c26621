//! Organisations as the people in them look at them. Owns reading for pages; what is changed is `admin`'s, who may is
//! `policy`'s.

use model::{Id, Organization, Project, Role, Slug, Timestamp};
use storage::MemberProject;

use crate::{Actor, Authority, Error, Standing, account::SignedIn, demands};

impl Authority {
    /// The organisations that a person belongs to, with their role there, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_of(&self, person: &SignedIn) -> Result<Vec<(Organization, Role)>, Error> {
        Ok(self.parts.store.read().await?.organizations_of(person.user.id).await?)
    }

    /// Which of these a person does not come into with what they have shown in this browser.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn closed_to(
        &self,
        person: &SignedIn,
        organizations: &[(Organization, Role)],
    ) -> Result<Vec<Id<Organization>>, Error> {
        let mut read = self.parts.store.read().await?;
        let (shown, mut closed) = (demands::shown_by(&person.session), Vec::new());
        for (one, _) in organizations {
            if demands::unmet(&mut read, &one.demands, person.user.id, &shown).await?.is_some() {
                closed.push(one.id);
            }
        }
        Ok(closed)
    }

    /// The projects that a person could let an app read with what they have shown in this browser, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects_open_to(&self, person: &SignedIn) -> Result<Vec<MemberProject>, Error> {
        let mut read = self.parts.store.read().await?;
        let projects = read.projects_of_member(person.user.id).await?;
        let closed = demands::unmet_in(&mut read, &projects, person).await?;
        Ok(projects.into_iter().filter(|one| !closed.contains(&one.project.organization_id)).collect())
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
