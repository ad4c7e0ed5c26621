//! Administration: what an operator does from the command line, one act each. Acts and answers are plain data, so that they
//! travel to the running server.
//!
//! Owns what an operator may do and how it is refused in plain words. Does not own the command line or the socket
//! (`server`): whoever can reach this is the operator.

mod act;
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

use model::{Client, Organization, Resource, Timestamp, User, Webhook};
use serde_json::{Value, json};

pub use act::{Act, TypedPassword};
pub use client::{ClientAdd, ClientHome, ClientKind};
pub use error::ActError;
pub use import::ImportLine;
pub use key::KeyAdd;

use self::resource_change::Change;
use crate::Authority;

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
