//! Administration: what an operator does from the command line, and what the people of an organisation do in it, one act each.
//! Acts and answers are plain data, so that they travel to the running server.
//!
//! Owns what each act does and how it is refused in plain words. Does not own who may (`policy`), nor the command line, the
//! socket and the pages (`server`): they say who acts.

mod access;
mod act;
mod answer;
mod apply;
mod audit;
mod backup;
mod client;
mod demands;
mod error;
mod founding;
mod import;
mod invitation;
mod key;
mod list;
mod look;
mod member;
mod operator;
mod organization;
mod project;
mod project_limit;
mod resource;
mod resource_change;
mod resource_own;
mod role;
mod scope_text;
mod secret;
mod thing;
mod user;
mod versioned;
mod webhook;

use model::{Client, Organization, Permission, Resource, Timestamp, User, Webhook};
use serde_json::{Value, json};

pub use act::{Act, TypedPassword};
pub use apply::{Plan, PlannedClient, PlannedKind, PlannedOrganization, PlannedProject, PlannedResource};
pub use audit::AuditAsk;
pub use client::{ClientAdd, ClientHome, ClientKind, OwnClient};
pub use error::{ActError, ActErrorKind};
pub use founding::FirstProject;
pub use import::ImportLine;
pub use key::KeyAdd;
pub use list::{List, Listed, Narrowed, NoCursor};
pub use look::Look;
pub use organization::is_name;

use self::{resource_change::Change, thing::By};
use crate::{Actor, Authority, Denied};

impl Authority {
    /// Does what the operator asks. The answer is a JSON object, for a list `{"<things>": […]}`; times are whole seconds since
    /// 1970. Nothing has changed if it is refused.
    ///
    /// # Errors
    /// What is wrong and what to do about it, in plain words.
    pub async fn act(&self, act: Act, now: Timestamp) -> Result<Value, ActError> {
        self.act_as(&Actor::operator(), act, now).await
    }

    /// Does what somebody asks, as far as the policy lets them: what lives inside an organisation is done by whoever may do it
    /// there, everything else by the operator alone.
    ///
    /// # Errors
    /// As [`Authority::act`]; its kind says what sort of no it is.
    pub async fn act_as(&self, by: &Actor, act: Act, now: Timestamp) -> Result<Value, ActError> {
        if let Some(user_id) = by.operating()
            && self.parts.store.read().await?.operator_since(user_id).await?.is_none()
        {
            return Err(ActError::from(Denied::Absent));
        }
        if by.is_operator() && by.only_reads() {
            return Err(ActError::forbidden("this token only reads"));
        }
        let done = if act.is_within_an_organization() {
            self.act_within(by, act, now).await
        } else if by.is_operator() {
            self.operate(by, act, now).await
        } else {
            Err(ActError::forbidden("this is the operator's to do"))
        };
        done.map_err(|error| error.told_to(by))
    }

    /// What the people of an organisation do too.
    async fn act_within(&self, by: &Actor, act: Act, now: Timestamp) -> Result<Value, ActError> {
        use Act as A;
        use Permission as P;
        let may = |permission| By::whoever_may(permission, by);
        match act {
            A::OrganizationList {} => self.organization_list(by).await,
            A::OrganizationShow { organization } => self.organization_show(by, &organization).await,
            A::OrganizationFound { slug, name, project } => {
                self.organization_found(by, (&slug, &name), project, now).await
            }
            A::OrganizationChange { organization, name } => {
                self.organization_change(by, organization, &name, now).await
            }
            A::OrganizationSetDeviceWrites { organization, allowed } => {
                self.organization_set_device_writes(by, organization, allowed, now).await
            }
            A::OrganizationSetDemands { organization, second_factor, ways_in } => {
                self.organization_set_demands(by, organization, (second_factor, &ways_in), now).await
            }
            A::OrganizationRemove { organization } => {
                self.remove::<Organization>(may(P::DeleteOrganization), organization, now).await
            }
            A::ProjectAdd { organization, slug, name } => self.project_add(by, &organization, &slug, &name, now).await,
            A::ProjectList { organization } => self.project_list(by, organization.as_deref()).await,
            A::ProjectShow { organization, project } => {
                self.show_to::<project::Owned>(may(P::SeeOrganization), &(organization, project)).await
            }
            A::ProjectChange { organization, project, name } => {
                self.project_change(by, (organization, project), &name, now).await
            }
            A::ProjectSetDisabled { organization, project, disabled } => {
                self.set_disabled::<project::Owned>(may(P::ManageProjects), (organization, project), disabled, now)
                    .await
            }
            A::ProjectRemove { organization, project } => {
                self.remove::<project::Owned>(may(P::DeleteProject), (organization, project), now).await
            }
            A::AccessEnd { organization, access } => self.access_end(by, &organization, &access, now).await,
            A::MemberAdd { organization, user, role, named } => {
                self.member_add(by, &organization, &user, (role, named), now).await
            }
            A::MemberList { organization } => self.member_list(by, &organization).await,
            A::MemberRemove { organization, user } => self.member_remove(by, &organization, &user, now).await,
            A::RoleAdd { organization, slug, name, permissions } => {
                self.role_add(by, &organization, &slug, &name, &permissions, now).await
            }
            A::RoleList { organization } => self.role_list(by, &organization).await,
            A::RoleChange { organization, role, name, permissions } => {
                self.role_change(by, (&organization, &role), name, permissions, now).await
            }
            A::RoleRemove { organization, role } => self.role_remove(by, &organization, &role, now).await,
            A::InvitationAdd { organization, email, role, named, language } => {
                let wanted = invitation::Asked { email, role, named, language };
                self.invitation_add(by, &organization, wanted, now).await
            }
            A::InvitationList { organization } => self.invitation_list(by, &organization, now).await,
            A::InvitationResend { invitation } => self.invitation_resend(by, &invitation, now).await,
            A::InvitationRevoke { invitation } => self.invitation_revoke(by, &invitation, now).await,
            A::ProjectSetLimited { organization, project, limited } => {
                self.project_set_limited(by, (&organization, &project), limited, now).await
            }
            A::ProjectMemberList { organization, project } => {
                self.project_member_list(by, &organization, &project).await
            }
            A::ProjectMemberAdd { organization, project, user } => {
                self.project_member_add(by, (&organization, &project), &user, now).await
            }
            A::ProjectMemberRemove { organization, project, user } => {
                self.project_member_remove(by, (&organization, &project), &user, now).await
            }
            A::KeyAdd(key) => self.key_add(by, *key, now).await,
            A::KeyList { organization, project } => self.key_list(by, &organization, project.as_deref(), now).await,
            A::KeyRotate { key, at_once } => self.key_rotate(by, &key, at_once, now).await,
            A::KeyRevoke { key } => self.key_revoke(by, &key, now).await,
            A::WebhookAdd { organization, url, kinds } => self.webhook_add(by, &organization, &url, &kinds, now).await,
            A::WebhookList { organization } => self.webhook_list(by, &organization).await,
            A::WebhookShow { webhook } => self.show_to::<Webhook>(may(P::ManageWebhooks), &webhook).await,
            A::WebhookSetDisabled { webhook, disabled } => {
                self.set_disabled::<Webhook>(may(P::ManageWebhooks), webhook, disabled, now).await
            }
            A::WebhookNewSecret { webhook, overlap } => self.webhook_new_secret(by, webhook, overlap, now).await,
            A::WebhookRemove { webhook } => self.remove::<Webhook>(may(P::ManageWebhooks), webhook, now).await,
            A::WebhookDeliveries { webhook } => self.webhook_deliveries(by, &webhook).await,
            A::WebhookResend { delivery } => self.webhook_resend(by, &delivery, now).await,
            app => self.act_on_apps(by, app, now).await,
        }
    }

    /// What is done with clients and resource servers by the operator, and by whoever may in the organisation that one belongs to.
    async fn act_on_apps(&self, by: &Actor, act: Act, now: Timestamp) -> Result<Value, ActError> {
        use Act as A;
        use Permission as P;
        let may = |permission| By::whoever_may(permission, by);
        match act {
            A::ResourceShow { resource } => self.show_to::<Resource>(may(P::ManageResources), &resource).await,
            A::ResourceSetDisabled { resource, disabled } => {
                self.set_disabled::<Resource>(may(P::ManageResources), resource, disabled, now).await
            }
            A::ResourceNewSecret { resource } => self.resource_new_secret(by, resource, now).await,
            A::ResourceSetAccessTokens { resource, form } => {
                self.resource_set_access_tokens(by, resource, &form, now).await
            }
            A::ResourceChange { resource, name, default, dry_run } => {
                let changes = name.map(Change::Name).into_iter().chain(default.map(Change::Default)).collect();
                self.resource_change(by, resource, changes, dry_run, now).await
            }
            A::ResourceScopeAdd { resource, scopes, dry_run } => {
                self.resource_change(by, resource, vec![Change::AddScopes(scopes)], dry_run, now).await
            }
            A::ResourceScopeRemove { resource, scope, dry_run } => {
                self.resource_change(by, resource, vec![Change::RemoveScope(scope)], dry_run, now).await
            }
            A::ResourceScopeDescribe { resource, scope, language, words, dry_run } => {
                let change = Change::Describe { scope, language, words };
                self.resource_change(by, resource, vec![change], dry_run, now).await
            }
            A::ResourceRemove { resource } => self.remove::<Resource>(may(P::ManageResources), resource, now).await,
            A::OwnResourceAdd { organization, name, identifier, scopes } => {
                self.own_resource_add(by, &organization, (&name, &identifier, &scopes), now).await
            }
            A::OwnClientAdd { organization, client } => self.own_client_add(by, &organization, *client, now).await,
            A::OwnClientChange { client, wanted } => self.own_client_change(by, client, *wanted, now).await,
            A::ClientShow { client } => self.show_to::<Client>(may(P::ManageClients), &client).await,
            A::ClientSetDisabled { client, disabled } => {
                self.set_disabled::<Client>(may(P::ManageClients), client, disabled, now).await
            }
            A::ClientNewSecret { client } => self.client_new_secret(by, client, now).await,
            A::ClientRemove { client } => self.remove::<Client>(may(P::ManageClients), client, now).await,
            _ => Err(ActError::forbidden("this is the operator's to do")),
        }
    }

    /// What is the operator's alone.
    async fn operate(&self, by: &Actor, act: Act, now: Timestamp) -> Result<Value, ActError> {
        use Act as A;
        let (actor, by) = (by, By::whoever_operates(by));
        match act {
            A::OrganizationAdd { slug, name } => self.organization_add(actor, &slug, &name, now).await,
            A::OrganizationSetDisabled { organization, disabled } => {
                self.set_disabled::<Organization>(by, organization, disabled, now).await
            }
            A::ResourceAdd { id, name, identifier, scopes } => {
                self.resource_add(actor, (id, &name), &identifier, &scopes, now).await
            }
            A::ResourceList {} => self.resource_list().await,
            A::ClientAdd(client) => self.client_add(actor, *client, now).await,
            A::ClientList {} => self.client_list().await,
            A::ClientSetDevice { client, allowed } => self.client_set_device(actor, client, allowed, now).await,
            A::ClientChange(client) => self.client_change(actor, *client, now).await,
            A::Apply { plan, dry_run, prune } => self.apply(&plan, dry_run, prune, now).await,
            A::UserAdd { email, name, password, email_verified } => {
                self.user_add(actor, &email, name, password.as_ref().map(|typed| &typed.0), email_verified, now).await
            }
            A::UserImport { lines, dry_run } => self.user_import(lines, dry_run, now).await,
            A::UserList {} => self.user_list().await,
            A::UserShow { user } => self.user_show(&user).await,
            A::UserSetDisabled { user, disabled } => self.set_disabled::<User>(by, user, disabled, now).await,
            A::UserSetOperator { user, operator } => self.user_set_operator(by, user, operator, now).await,
            A::UserEndSessions { user } => self.user_end_sessions(by, user, now).await,
            A::MailTry { mail } => self.mail_try(by, &mail, now).await,
            A::UserSetPassword { user, password, end_connections } => {
                self.user_set_password(user, password.as_ref().map(|typed| &typed.0), end_connections, now).await
            }
            A::UserRemoveFactors { user } => self.user_remove_factors(by, user, now).await,
            A::UserRemove { user } => self.remove::<User>(by, user, now).await,
            A::SigningKeyRotate {} => self.signing_key_rotate(by, now).await,
            A::Purge { dry_run } => self.purge_now(dry_run, now).await,
            A::Backup { file } => self.backup(file, now).await,
            A::AuditList(ask) => self.audit_list(*ask).await,
            A::AuditVerify { from, head } => self.audit_verify(from, head.as_deref()).await,
            _ => Err(ActError::new("this is done within an organisation")),
        }
    }

    async fn signing_key_rotate(&self, by: By, now: Timestamp) -> Result<Value, ActError> {
        let kids = self.rotate_signing_keys(&by.actor, now).await?;
        Ok(json!({ "kids": kids }))
    }
}
