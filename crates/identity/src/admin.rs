//! Administration: what an operator does from the command line, one act each. Acts and answers are plain data, so that they
//! travel to the running server.
//!
//! Owns what an operator may do and how it is refused in plain words. Does not own the command line or the socket
//! (`server`): whoever can reach this is the operator.

mod answer;
mod client;
mod error;
mod import;
mod key;
mod member;
mod organization;
mod project;
mod resource;
mod resource_change;
mod scope_text;
mod secret;
mod thing;
mod user;
mod webhook;

use model::{Client, Organization, Resource, Role, Timestamp, User, Webhook};
use protocol::Confidential;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

pub use client::{ClientAdd, ClientHome, ClientKind};
pub use error::ActError;
pub use import::ImportLine;
pub use key::KeyAdd;

use self::resource_change::Change;
use crate::Authority;

/// One act. `organization`, `project`, `user`, `client` and `resource` are named by slug, address or id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Makes an organisation.
    OrganizationAdd {
        /// Its short name.
        slug: String,
        /// Its name.
        name: String,
    },
    /// All organisations.
    OrganizationList {},
    /// One organisation with its projects and members.
    OrganizationShow {
        /// Which.
        organization: String,
    },
    /// Disables an organisation (nothing of it works), or enables it again.
    OrganizationSetDisabled {
        /// Which.
        organization: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Lets the operator's own programs on devices write over its projects, or not any more: then whatever they hold that writes ends.
    OrganizationSetDeviceWrites {
        /// Which.
        organization: String,
        /// Allow or refuse.
        allowed: bool,
    },
    /// Deletes an organisation with its projects, memberships and grants.
    OrganizationRemove {
        /// Which.
        organization: String,
    },
    /// Makes a project.
    ProjectAdd {
        /// Whose.
        organization: String,
        /// Its short name within the organisation.
        slug: String,
        /// Its name.
        name: String,
    },
    /// The projects of one organisation, or of all.
    ProjectList {
        /// Whose; all organisations if none is named.
        organization: Option<String>,
    },
    /// One project.
    ProjectShow {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
    },
    /// Disables a project, or enables it again.
    ProjectSetDisabled {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Deletes a project with its grants.
    ProjectRemove {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
    },
    /// Makes a user a member of an organisation, or changes a member's role.
    MemberAdd {
        /// Of which organisation.
        organization: String,
        /// Who: address or id.
        user: String,
        /// As what.
        role: Role,
    },
    /// The members of an organisation.
    MemberList {
        /// Of which.
        organization: String,
    },
    /// Ends a membership with the grants over the organisation's projects.
    MemberRemove {
        /// In which organisation.
        organization: String,
        /// Whose: address or id.
        user: String,
    },
    /// Registers a resource server; the answer shows its secret this once.
    ResourceAdd {
        /// Its name at introspection; made up if none is given.
        id: Option<String>,
        /// What people read.
        name: String,
        /// Its `resource` identifier (RFC 8707 §2).
        identifier: String,
        /// `issues:read=read:read issues and comments`, one each.
        scopes: Vec<String>,
    },
    /// All resource servers.
    ResourceList {},
    /// One resource server.
    ResourceShow {
        /// Which.
        resource: String,
    },
    /// Disables a resource server (its tokens are dead), or enables it again.
    ResourceSetDisabled {
        /// Which.
        resource: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Gives a resource server a new secret, shown this once; the old one stops working.
    ResourceNewSecret {
        /// Which.
        resource: String,
    },
    /// Says what the text of a resource server's access tokens is from now on.
    ResourceSetAccessTokens {
        /// Which.
        resource: String,
        /// `opaque`, or the algorithm of JWTs: `ES256`, `RS256`, `EdDSA`.
        form: String,
    },
    /// Changes what people read of a resource server, and whether it is the one that is meant where several could be.
    ResourceChange {
        /// Which.
        resource: String,
        /// What people read.
        name: Option<String>,
        /// Whether it is the one.
        default: Option<bool>,
        /// Only say what it would look like.
        dry_run: bool,
    },
    /// Gives a resource server more scopes.
    ResourceScopeAdd {
        /// Which.
        resource: String,
        /// As in `ResourceAdd`.
        scopes: Vec<String>,
        /// Only say what it would look like.
        dry_run: bool,
    },
    /// Takes a scope from a resource server; whatever was issued with it is worth less at once.
    ResourceScopeRemove {
        /// Which.
        resource: String,
        /// Which scope.
        scope: String,
        /// Only say what it would look like.
        dry_run: bool,
    },
    /// Says anew, in a language, what a scope lets an app do.
    ResourceScopeDescribe {
        /// Which.
        resource: String,
        /// Which scope.
        scope: String,
        /// `en` or `de`.
        language: String,
        /// The words after "It can".
        words: String,
        /// Only say what it would look like.
        dry_run: bool,
    },
    /// Deletes a resource server with every grant over it.
    ResourceRemove {
        /// Which.
        resource: String,
    },
    /// Registers a client; the answer shows its secret, if it gets one, this once.
    ClientAdd(Box<ClientAdd>),
    /// All clients.
    ClientList {},
    /// One client.
    ClientShow {
        /// Which.
        client: String,
    },
    /// Disables a client, or enables it again.
    ClientSetDisabled {
        /// Which.
        client: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Lists a client for the device grant, or takes it off the list: then what devices hold of it ends.
    ClientSetDevice {
        /// Which.
        client: String,
        /// List it or not.
        allowed: bool,
    },
    /// Gives a confidential client a new secret, shown this once; the old one stops working.
    ClientNewSecret {
        /// Which.
        client: String,
    },
    /// Deletes a client with every grant given to it.
    ClientRemove {
        /// Which.
        client: String,
    },
    /// Makes an account.
    UserAdd {
        /// The address.
        email: String,
        /// What they are called.
        name: Option<String>,
        /// The password; without one the account cannot be signed in to by password.
        password: Option<TypedPassword>,
        /// Whether the operator vouches that the address is theirs.
        email_verified: bool,
    },
    /// Makes accounts of people who come from elsewhere, with their password hashes.
    UserImport {
        /// One each.
        lines: Vec<ImportLine>,
        /// Only say what would come of it.
        dry_run: bool,
    },
    /// All users.
    UserList {},
    /// One user with memberships.
    UserShow {
        /// Which: address or id.
        user: String,
    },
    /// Disables an account and ends its sessions, or enables it again.
    UserSetDisabled {
        /// Which: address or id.
        user: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Gives a person another password and ends their sessions.
    UserSetPassword {
        /// Whose: address or id.
        user: String,
        /// The password; without one it is made here, and the answer shows it this once.
        password: Option<TypedPassword>,
        /// Whether their connections end too.
        end_connections: bool,
    },
    /// Takes all second factors from a person who has lost them, and ends their sessions.
    UserRemoveFactors {
        /// Whose: address or id.
        user: String,
    },
    /// Deletes an account with its sessions, memberships and grants.
    UserRemove {
        /// Which: address or id.
        user: String,
    },
    /// Makes an API key; the answer shows it this once.
    KeyAdd(Box<KeyAdd>),
    /// The API keys of an organisation, or of one of its projects.
    KeyList {
        /// Whose.
        organization: String,
        /// Over which project; all if none is named.
        project: Option<String>,
    },
    /// Gives an API key another text, shown this once; the old one works on for a while.
    KeyRotate {
        /// Which: its id, or what its text begins with.
        key: String,
        /// The old text ends at once.
        at_once: bool,
    },
    /// Takes an API key back, at once.
    KeyRevoke {
        /// Which: its id, or what its text begins with.
        key: String,
    },
    /// Makes new signing keys; nobody is signed out.
    SigningKeyRotate {},
    /// Tells an organisation of its events at an address; the answer shows the secret this once.
    WebhookAdd {
        /// Whose.
        organization: String,
        /// Where.
        url: String,
        /// Of which kinds; of all if none is named.
        kinds: Vec<String>,
    },
    /// The webhooks of an organisation.
    WebhookList {
        /// Whose.
        organization: String,
    },
    /// One webhook.
    WebhookShow {
        /// Which.
        webhook: String,
    },
    /// Disables a webhook, or enables it again.
    WebhookSetDisabled {
        /// Which.
        webhook: String,
        /// Disable or enable.
        disabled: bool,
    },
    /// Gives a webhook a new secret, shown this once; the old one signs too for a while.
    WebhookNewSecret {
        /// Which.
        webhook: String,
        /// For how many seconds; a day if nothing is said.
        overlap: Option<u64>,
    },
    /// Deletes a webhook with its deliveries.
    WebhookRemove {
        /// Which.
        webhook: String,
    },
    /// What was sent lately, and what waits.
    WebhookDeliveries {
        /// Where to.
        webhook: String,
    },
    /// Sends a delivery again.
    WebhookResend {
        /// Which.
        delivery: String,
    },
}

/// A password, or a line with the hash of one, on its way to the server. Does not print.
#[derive(Clone, Debug)]
pub struct TypedPassword(pub Confidential);

impl Serialize for TypedPassword {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}
impl<'de> Deserialize<'de> for TypedPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Confidential::new(text)))
    }
}

impl Authority {
    /// Does what the operator asks. The answer is a JSON object, for a list `{"<things>": […]}`; times are whole seconds since
    /// 1970. Nothing has changed if it is refused.
    ///
    /// # Errors
    /// What is wrong and what to do about it, in plain words.
    pub async fn act(&self, act: Act, now: Timestamp) -> Result<Value, ActError> {
        use Act as A;
        match act {
            A::OrganizationAdd { slug, name } => self.organization_add(&slug, &name, now).await,
            A::OrganizationList {} => self.organization_list().await,
            A::OrganizationShow { organization } => self.organization_show(&organization).await,
            A::OrganizationSetDisabled { organization, disabled } => {
                self.set_disabled::<Organization>(organization, disabled, now).await
            }
            A::OrganizationSetDeviceWrites { organization, allowed } => {
                self.organization_set_device_writes(organization, allowed, now).await
            }
            A::OrganizationRemove { organization } => self.remove::<Organization>(organization, now).await,
            A::ProjectAdd { organization, slug, name } => self.project_add(&organization, &slug, &name, now).await,
            A::ProjectList { organization } => self.project_list(organization.as_deref()).await,
            A::ProjectShow { organization, project } => self.show::<project::Owned>(&(organization, project)).await,
            A::ProjectSetDisabled { organization, project, disabled } => {
                self.set_disabled::<project::Owned>((organization, project), disabled, now).await
            }
            A::ProjectRemove { organization, project } => {
                self.remove::<project::Owned>((organization, project), now).await
            }
            A::MemberAdd { organization, user, role } => self.member_add(&organization, &user, role, now).await,
            A::MemberList { organization } => self.member_list(&organization).await,
            A::MemberRemove { organization, user } => self.member_remove(&organization, &user, now).await,
            A::ResourceAdd { id, name, identifier, scopes } => {
                self.resource_add(id, &name, &identifier, &scopes, now).await
            }
            A::ResourceList {} => self.resource_list().await,
            A::ResourceShow { resource } => self.show::<Resource>(&resource).await,
            A::ResourceSetDisabled { resource, disabled } => {
                self.set_disabled::<Resource>(resource, disabled, now).await
            }
            A::ResourceNewSecret { resource } => self.resource_new_secret(resource, now).await,
            A::ResourceSetAccessTokens { resource, form } => {
                self.resource_set_access_tokens(resource, &form, now).await
            }
            A::ResourceChange { resource, name, default, dry_run } => {
                let changes = name.map(Change::Name).into_iter().chain(default.map(Change::Default)).collect();
                self.resource_change(resource, changes, dry_run, now).await
            }
            A::ResourceScopeAdd { resource, scopes, dry_run } => {
                self.resource_change(resource, vec![Change::AddScopes(scopes)], dry_run, now).await
            }
            A::ResourceScopeRemove { resource, scope, dry_run } => {
                self.resource_change(resource, vec![Change::RemoveScope(scope)], dry_run, now).await
            }
            A::ResourceScopeDescribe { resource, scope, language, words, dry_run } => {
                let change = Change::Describe { scope, language, words };
                self.resource_change(resource, vec![change], dry_run, now).await
            }
            A::ResourceRemove { resource } => self.remove::<Resource>(resource, now).await,
            A::ClientAdd(client) => self.client_add(*client, now).await,
            A::ClientList {} => self.client_list().await,
            A::ClientShow { client } => self.show::<Client>(&client).await,
            A::ClientSetDisabled { client, disabled } => self.set_disabled::<Client>(client, disabled, now).await,
            A::ClientSetDevice { client, allowed } => self.client_set_device(client, allowed, now).await,
            A::ClientNewSecret { client } => self.client_new_secret(client, now).await,
            A::ClientRemove { client } => self.remove::<Client>(client, now).await,
            A::UserAdd { email, name, password, email_verified } => {
                self.user_add(&email, name, password.as_ref().map(|typed| &typed.0), email_verified, now).await
            }
            A::UserImport { lines, dry_run } => self.user_import(lines, dry_run, now).await,
            A::UserList {} => self.user_list().await,
            A::UserShow { user } => self.user_show(&user).await,
            A::UserSetDisabled { user, disabled } => self.set_disabled::<User>(user, disabled, now).await,
            A::UserSetPassword { user, password, end_connections } => {
                self.user_set_password(user, password.as_ref().map(|typed| &typed.0), end_connections, now).await
            }
            A::UserRemoveFactors { user } => self.user_remove_factors(user, now).await,
            A::UserRemove { user } => self.remove::<User>(user, now).await,
            A::KeyAdd(key) => self.key_add(*key, now).await,
            A::KeyList { organization, project } => self.key_list(&organization, project.as_deref(), now).await,
            A::KeyRotate { key, at_once } => self.key_rotate(&key, at_once, now).await,
            A::KeyRevoke { key } => self.key_revoke(&key, now).await,
            A::SigningKeyRotate {} => self.signing_key_rotate(now).await,
            A::WebhookAdd { organization, url, kinds } => self.webhook_add(&organization, &url, &kinds, now).await,
            A::WebhookList { organization } => self.webhook_list(&organization).await,
            A::WebhookShow { webhook } => self.show::<Webhook>(&webhook).await,
            A::WebhookSetDisabled { webhook, disabled } => self.set_disabled::<Webhook>(webhook, disabled, now).await,
            A::WebhookNewSecret { webhook, overlap } => self.webhook_new_secret(webhook, overlap, now).await,
            A::WebhookRemove { webhook } => self.remove::<Webhook>(webhook, now).await,
            A::WebhookDeliveries { webhook } => self.webhook_deliveries(&webhook).await,
            A::WebhookResend { delivery } => self.webhook_resend(&delivery, now).await,
        }
    }

    async fn signing_key_rotate(&self, now: Timestamp) -> Result<Value, ActError> {
        let kids = self.rotate_signing_keys(now).await?;
        Ok(json!({ "kids": kids }))
    }
}
