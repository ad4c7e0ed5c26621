//! Consent: what a person is asked, whether they must be, and what they answer.

use model::{Client, ClientOrigin, Grant, GrantKind, Id, Language, Organization, Project, Timestamp, User};
use protocol::{EMAIL, OFFLINE_ACCESS, PROFILE, Prompt, RegisteredRedirectUri, Scope};
use storage::{MemberProject, StorageError};

use super::{
    Demanded, Step,
    resolve::{Resolved, To},
};
use crate::{
    Authority, Caller, Error,
    account::SignedIn,
    demands,
    permitted::{self, Asked},
};

/// Everything that the consent page says.
#[derive(Clone, Debug)]
pub struct ConsentRequest {
    /// Who asks.
    pub client_name: String,
    /// How we know.
    pub provenance: Provenance,
    /// Where the answer goes.
    pub asked_by: AskedBy,
    /// Who is asked.
    pub user: User,
    /// What can be read or changed in the project, in the resource's words: (words, whether it changes, whether it was
    /// allowed before).
    pub abilities: Vec<(String, bool, bool)>,
    /// Whether the name is shown to the app.
    pub shows_name: bool,
    /// Whether the address is.
    pub shows_email: bool,
    /// Whether the app only learns who the person is.
    pub identity_only: bool,
    /// The projects to choose from; empty for identity alone, and for a person who has none.
    pub projects: Vec<Choice>,
    /// Whether the connection lasts (refresh tokens), and until when at the latest.
    pub lasts_until: Option<Timestamp>,
}

/// Who waits for the answer.
#[derive(Clone, Debug)]
pub enum AskedBy {
    /// An app, at this address.
    App(RegisteredRedirectUri),
    /// A device of somebody's.
    Device(AskingDevice),
}

/// What there is to know of a device that asks to be let in.
#[derive(Clone, Debug)]
pub struct AskingDevice {
    /// The code, to be compared: `BCDF-GHJK`.
    pub user_code: String,
    /// From which network address it asked.
    pub address: String,
    /// With which program, as it describes itself.
    pub user_agent: String,
    /// When.
    pub asked_at: Timestamp,
}

/// A project to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The project.
    pub project: MemberProject,
    /// Whether this app may read it already.
    pub connected: bool,
    /// Whether its organisation lets a device only read what the app asks to change.
    pub reads_only: bool,
}

/// How the client's identity is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Its own web page, at this host.
    Document(String),
    /// It registered itself; nobody vouches for it.
    Registered,
    /// An operator of this server registered it.
    Operator,
    /// It is the operator's own.
    FirstParty,
    /// An organisation registered it, for its own people.
    Organization,
}

/// What the person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No.
    Deny,
    /// Yes.
    Allow {
        /// Over this project; none for identity alone.
        project: Option<Id<Project>>,
        /// Whether they say that they began it on a device of their own; asked where a device waits.
        own_device: bool,
    },
}

/// Whether the person must be asked.
pub(super) enum Wanted {
    /// No: this grant covers it.
    Silent(Box<Grant>),
    /// Yes, this.
    Asked(Box<ConsentRequest>),
}

impl Authority {
    /// Takes the person's answer. A wrong or missing project asks again; a second answer leads to the same place.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn decide(
        &self,
        id: Id<model::Authorization>,
        browser: &model::Secret,
        signed_in: Option<&SignedIn>,
        decision: Decision,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let step = self.next_step(id, browser, signed_in, caller, now).await?;
        let (Step::Consent(request), Some(signed_in)) = (&step, signed_in) else { return Ok(step) };
        let authorization = match self.running(id, browser).await? {
            Ok(authorization) => authorization,
            Err(refusal) => return Ok(Step::Refused(refusal)),
        };
        let resolved = match self.resolve(authorization, now).await? {
            Ok(resolved) => resolved,
            Err(step) => return Ok(step),
        };
        match decision {
            Decision::Deny => self.deny(&resolved, signed_in, caller, now).await,
            // Nobody lets a device in without having said whose it is.
            Decision::Allow { own_device: false, .. } if matches!(resolved.to, To::Device(_)) => Ok(step),
            Decision::Allow { project, .. } => match self.kind(&resolved, request, project).await? {
                Some(kind) => match self.unmet_at(&kind, signed_in).await? {
                    Some(demanded) => Ok(demanded),
                    None => self.allow(&resolved, signed_in, kind, caller, now).await,
                },
                None => Ok(step),
            },
        }
    }

    /// What the grant is over; nothing if the choice is not among those that were offered.
    async fn kind(
        &self,
        resolved: &Resolved,
        request: &ConsentRequest,
        chosen: Option<Id<Project>>,
    ) -> Result<Option<GrantKind>, Error> {
        let Some(resource) = self.what_is_asked(resolved).await?.resource else { return Ok(Some(GrantKind::Identity)) };
        let choice = request.projects.iter().find(|choice| Some(choice.project.project.id) == chosen);
        Ok(choice.map(|choice| GrantKind::Project {
            resource_id: resource.id.clone(),
            organization_id: choice.project.project.organization_id,
            project_id: choice.project.project.id,
        }))
    }

    /// What the organisation of the chosen project demands and this browser has not shown.
    async fn unmet_at(&self, kind: &GrantKind, signed_in: &SignedIn) -> Result<Option<Step>, Error> {
        let GrantKind::Project { organization_id, project_id, .. } = kind else { return Ok(None) };
        let mut read = self.parts.store.read().await?;
        let Some(unmet) = demands::missing(&mut read, *organization_id, signed_in).await? else { return Ok(None) };
        let Some(organization) = read.organization(*organization_id).await? else { return Ok(None) };
        Ok(Some(Step::Demanded(Box::new(Demanded { organization, unmet, project_id: *project_id }))))
    }

    pub(super) async fn what_is_asked(&self, resolved: &Resolved) -> Result<Asked, Error> {
        let request = &resolved.authorization.request;
        let known = self.known().await?;
        Ok(permitted::asked(&known, &resolved.client, request.scope.as_ref(), request.resource.as_ref())?)
    }

    pub(super) async fn wanted(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        language: Language,
    ) -> Result<Wanted, Error> {
        let asked = self.what_is_asked(resolved).await?;
        let mut read = self.parts.store.read().await?;
        let grants = read.live_grants_to(signed_in.user.id, &resolved.client.id).await?;
        let mut projects =
            if asked.resource.is_some() { read.projects_of_member(signed_in.user.id).await? } else { Vec::new() };
        projects.retain(|one| reaches(resolved, &asked, one.project.organization_id));
        let unmet = demands::unmet_in(&mut read, &projects, signed_in).await?;
        drop(read);
        let same_resource = |grant: &&Grant| match (&grant.kind, &asked.resource) {
            (GrantKind::Identity, None) => true,
            (GrantKind::Project { resource_id, project_id, .. }, Some(resource)) => {
                *resource_id == resource.id && projects.iter().any(|one| one.project.id == *project_id)
            }
            _ => false,
        };
        let grants: Vec<&Grant> = grants.iter().filter(same_resource).collect();
        if let [grant] = grants.as_slice()
            && covers(resolved, grant, &asked.scope)
            && !is_over(grant, &unmet)
        {
            return Ok(Wanted::Silent(Box::new((*grant).clone())));
        }
        Ok(Wanted::Asked(Box::new(self.request((resolved, signed_in, language), &asked, &grants, projects)?)))
    }

    fn request(
        &self,
        (resolved, signed_in, language): (&Resolved, &SignedIn, Language),
        asked: &Asked,
        grants: &[&Grant],
        projects: Vec<MemberProject>,
    ) -> Result<ConsentRequest, StorageError> {
        let unchanged = |grant: &&&Grant| grant.client_fingerprint == resolved.client.consent_fingerprint();
        let before = grants.iter().filter(unchanged).fold(Scope::empty(), |all, grant| all.union(&grant.scope));
        let reads_only = |one: &MemberProject| asks_to_write(resolved, asked) && !one.device_writes;
        // Where no project lets a device write, nobody is asked whether it may.
        let never_writes = !projects.is_empty() && projects.iter().all(reads_only);
        let abilities = asked
            .resource
            .iter()
            .flat_map(|resource| &resource.scopes)
            .filter(|scope| asked.scope.contains(&scope.name))
            .filter(|scope| !(never_writes && scope.access == protocol::Access::Write));
        let connected = |project: Id<Project>| {
            grants
                .iter()
                .any(|grant| matches!(grant.kind, GrantKind::Project { project_id, .. } if project_id == project))
        };
        let lasts = asked.scope.contains(OFFLINE_ACCESS) || resolved.client.may_use(protocol::GrantType::RefreshToken);
        let latest = resolved.authorization.created_at.plus(self.parts.settings.tokens.family.absolute_lifetime);
        Ok(ConsentRequest {
            client_name: resolved.client.name.clone(),
            provenance: provenance(&resolved.client),
            asked_by: self.asked_by(&resolved.to)?,
            user: signed_in.user.clone(),
            abilities: abilities
                .map(|scope| {
                    (
                        scope.words(language).to_owned(),
                        scope.access == protocol::Access::Write,
                        before.contains(&scope.name),
                    )
                })
                .collect(),
            shows_name: asked.scope.contains(PROFILE),
            shows_email: asked.scope.contains(EMAIL),
            identity_only: asked.resource.is_none(),
            projects: projects
                .into_iter()
                .map(|project| Choice {
                    connected: connected(project.project.id),
                    reads_only: reads_only(&project) && !never_writes,
                    project,
                })
                .collect(),
            lasts_until: lasts.then_some(latest),
        })
    }

    fn asked_by(&self, to: &To) -> Result<AskedBy, StorageError> {
        let device = match to {
            To::Client(redirect_uri) => return Ok(AskedBy::App(redirect_uri.clone())),
            To::Device(device) => device,
        };
        let code = device
            .user_code(&self.parts.secrets)
            .ok_or_else(|| StorageError::Unavailable("no key version".to_owned()))?;
        Ok(AskedBy::Device(AskingDevice {
            user_code: code.grouped(),
            address: device.address.clone(),
            user_agent: device.user_agent.clone(),
            asked_at: device.created_at,
        }))
    }
}

/// Whether this may be over a project of this organisation: what belongs to an organisation is for its own projects alone.
fn reaches(resolved: &Resolved, asked: &Asked, organization_id: Id<Organization>) -> bool {
    resolved.client.serves(organization_id)
        && asked.resource.as_ref().is_none_or(|resource| resource.serves(organization_id))
}

fn is_over(grant: &Grant, organizations: &[Id<Organization>]) -> bool {
    matches!(grant.kind, GrantKind::Project { organization_id, .. } if organizations.contains(&organization_id))
}

/// Whether a device asks for what its organisation must allow.
fn asks_to_write(resolved: &Resolved, asked: &Asked) -> bool {
    matches!(resolved.to, To::Device(_)) && !permitted::writing(asked.resource.as_deref(), &asked.scope).is_empty()
}

/// Remembered consent: for the same client, as it was then, and nothing new.
fn covers(resolved: &Resolved, grant: &Grant, scope: &Scope) -> bool {
    // A device is let in by a person each time, whatever it is.
    matches!(resolved.to, To::Client(_))
        && may_be_silent(&resolved.client, &resolved.authorization.request.prompt)
        && scope.is_subset_of(&grant.scope)
        && grant.client_fingerprint == resolved.client.consent_fingerprint()
}

/// Consent is never remembered for a client whose identity is unproven, nor when the request asks for the person's word.
pub(super) fn may_be_silent(client: &Client, prompt: &Prompt) -> bool {
    client.is_proven() && !prompt.consent && !prompt.select_account
}

/// How this client's identity is known.
pub(super) fn provenance(client: &Client) -> Provenance {
    match client.origin {
        ClientOrigin::Registration => Provenance::Registered,
        ClientOrigin::Operator if client.owner.is_some() => Provenance::Organization,
        ClientOrigin::Operator if client.first_party => Provenance::FirstParty,
        ClientOrigin::Operator => Provenance::Operator,
        ClientOrigin::Document => {
            let host = protocol::ClientIdUrl::parse(client.id.as_str()).map(|url| url.host());
            Provenance::Document(host.unwrap_or_default())
        }
    }
}
