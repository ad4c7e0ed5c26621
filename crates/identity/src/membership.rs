//! Who belongs to an organisation and as what, for looking: what its pages show. Whoever asks stands there already.

use model::{Id, Invitation, NamedRole, Project, Timestamp, User};
use storage::Member;

use crate::{Authority, Error, Standing};

impl Authority {
    /// The members of an organisation, by address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn members_in(&self, standing: &Standing) -> Result<Vec<Member>, Error> {
        Ok(self.parts.store.read().await?.members_of(standing.organization.id).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn member_in(&self, standing: &Standing, user_id: Id<User>) -> Result<Option<Member>, Error> {
        Ok(self.parts.store.read().await?.member(standing.organization.id, user_id).await?)
    }

    /// The roles that an organisation names itself, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn roles_in(&self, standing: &Standing) -> Result<Vec<NamedRole>, Error> {
        Ok(self.parts.store.read().await?.roles_of(standing.organization.id).await?)
    }

    /// The invitations of an organisation, newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn invitations_in(&self, standing: &Standing) -> Result<Vec<Invitation>, Error> {
        Ok(self.parts.store.read().await?.invitations_of(standing.organization.id).await?)
    }

    /// Who is on a project's list, and since when, by address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn listed_on(&self, project: &Project) -> Result<Vec<(User, Timestamp)>, Error> {
        Ok(self.parts.store.read().await?.project_members(project.id).await?)
    }
}
