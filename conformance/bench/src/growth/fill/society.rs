//! The people of a filled database, and the organisations and projects that they belong to.

use std::{ops::Range, sync::Arc};

use drive::Error;
use model::{Email, Id, Membership, Organization, Project, Role, Slug, Timestamp, User};
use storage::{StorageError, Store};

use super::{AT_ONCE, failed, malformed};
use crate::options::Population;

/// So many projects an organisation has.
const PROJECTS: usize = 10;

/// One project.
#[derive(Clone, Copy)]
pub struct Place {
    /// Of which organisation.
    pub organization_id: Id<Organization>,
    /// Which.
    pub project_id: Id<Project>,
}

impl Place {
    /// From the ids as they are printed.
    pub fn parse(organization: &str, project: &str) -> Option<Self> {
        Some(Self { organization_id: Id::parse(organization)?, project_id: Id::parse(project)? })
    }
}

/// Everybody. Who comes first in an organisation owns it.
pub struct Society {
    people: Vec<Id<User>>,
    /// The projects of each organisation.
    organizations: Vec<Vec<Place>>,
}

impl Society {
    /// Finds who and what is there already, by name, and makes the rest. Without organisations of their own all people belong
    /// to `home`.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn gathered(store: &Store, population: Population, home: Place, now: Timestamp) -> Result<Self, Error> {
        let mut society = Self { people: Vec::with_capacity(population.people), organizations: vec![vec![home]] };
        if population.organizations > 0 {
            society.organizations.clear();
            for numbers in batches(population.organizations) {
                society.organizations.extend(organizations(store, numbers, now).await?);
            }
        }
        for numbers in batches(population.people) {
            let people = people(store, numbers, Arc::new(society.homes()), now).await?;
            society.people.extend(people);
        }
        Ok(society)
    }

    /// Whose grant this one is, and over which project: all people in turn, then all of them again with their next project.
    pub fn whose(&self, number: usize) -> Option<(Id<User>, Place)> {
        let person = number.checked_rem(self.people.len())?;
        let projects = self.organizations.get(person % self.organizations.len())?;
        let round = number / self.people.len();
        Some((*self.people.get(person)?, *projects.get(round % projects.len())?))
    }

    /// Makes these people owners of the first organisation, beside whoever owns it.
    ///
    /// # Errors
    /// The database cannot be written, or there is no such person.
    pub async fn let_own(&self, store: &Store, emails: Vec<Email>, now: Timestamp) -> Result<(), Error> {
        let Some(organization_id) = self.homes().first().copied() else { return Ok(()) };
        let done = store.transaction(move |tx| {
            let emails = emails.clone();
            Box::pin(async move {
                for email in &emails {
                    let user_id = tx.user_by_email(email).await?.ok_or(StorageError::Conflict("owner"))?.id;
                    let membership =
                        Membership { organization_id, user_id, role: Role::Owner, role_id: None, created_at: now };
                    tx.put_membership(&membership).await?;
                }
                Ok::<_, StorageError>(())
            })
        });
        done.await.map_err(failed)
    }

    fn homes(&self) -> Vec<Id<Organization>> {
        self.organizations.iter().filter_map(|projects| Some(projects.first()?.organization_id)).collect()
    }
}

fn batches(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(AT_ONCE).map(move |from| from..count.min(from + AT_ONCE))
}

async fn organizations(store: &Store, numbers: Range<usize>, now: Timestamp) -> Result<Vec<Vec<Place>>, Error> {
    let made = store.transaction(move |tx| {
        let numbers = numbers.clone();
        Box::pin(async move {
            let mut all = Vec::with_capacity(numbers.len());
            for number in numbers {
                let slug = Slug::parse(&format!("grown-{number}")).ok_or(StorageError::Conflict("slug"))?;
                if let Some(known) = tx.organization_by_slug(&slug).await? {
                    let projects = tx.projects_of(known.id).await?;
                    all.push(projects.into_iter().map(|project| place(&project)).collect());
                    continue;
                }
                let name = format!("Organisation {number}");
                let organization = Organization {
                    id: Id::new(now),
                    slug,
                    name,
                    created_at: now,
                    disabled_at: None,
                    device_writes_at: None,
                    demands: model::Demands::default(),
                };
                tx.insert_organization(&organization).await?;
                let mut projects = Vec::with_capacity(PROJECTS);
                for number in 0..PROJECTS {
                    let slug = Slug::parse(&format!("project-{number}")).ok_or(StorageError::Conflict("slug"))?;
                    let (organization_id, name) = (organization.id, format!("Project {number}"));
                    let project = Project {
                        id: Id::new(now),
                        organization_id,
                        slug,
                        name,
                        created_at: now,
                        disabled_at: None,
                        limited_at: None,
                    };
                    tx.insert_project(&project).await?;
                    projects.push(place(&project));
                }
                all.push(projects);
            }
            Ok::<_, StorageError>(all)
        })
    });
    made.await.map_err(failed)
}

const fn place(project: &Project) -> Place {
    Place { organization_id: project.organization_id, project_id: project.id }
}

async fn people(
    store: &Store,
    numbers: Range<usize>,
    homes: Arc<Vec<Id<Organization>>>,
    now: Timestamp,
) -> Result<Vec<Id<User>>, Error> {
    let everybody: Vec<(usize, User)> =
        numbers.map(|number| Some((number, person(number, now)?))).collect::<Option<_>>().ok_or_else(malformed)?;
    let everybody = Arc::new(everybody);
    let made = store.transaction(move |tx| {
        let (everybody, homes) = (Arc::clone(&everybody), Arc::clone(&homes));
        Box::pin(async move {
            let mut all = Vec::with_capacity(everybody.len());
            for (number, user) in everybody.iter() {
                if let Some(known) = tx.user_by_email(&user.email).await? {
                    all.push(known.id);
                    continue;
                }
                tx.insert_user(user).await?;
                if let Some(organization_id) = homes.get(number % homes.len().max(1)) {
                    let role = if *number < homes.len() { Role::Owner } else { Role::Member };
                    let (organization_id, user_id) = (*organization_id, user.id);
                    tx.put_membership(&Membership { organization_id, user_id, role, role_id: None, created_at: now })
                        .await?;
                }
                all.push(user.id);
            }
            Ok::<_, StorageError>(all)
        })
    });
    made.await.map_err(failed)
}

fn person(number: usize, now: Timestamp) -> Option<User> {
    Some(User {
        name: Some(format!("Person {number}")),
        email_verified_at: Some(now),
        ..User::new(Email::parse(&format!("grown-{number}@example.com"))?, now)
    })
}
