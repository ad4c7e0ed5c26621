//! What can be asked for, as data: each act with what it needs to be told.

use std::path::PathBuf;

use model::Role;
use protocol::Confidential;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AuditAsk, ClientAdd, FirstProject, ImportLine, KeyAdd, OwnClient, Plan};
use crate::audit::Place;

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
    /// Makes an organisation for the person who asks: they own it.
    OrganizationFound {
        /// Its short name.
        slug: String,
        /// Its name.
        name: String,
        /// What it begins with.
        project: Option<FirstProject>,
    },
    /// Gives an organisation another name; the short one stays.
    OrganizationChange {
        /// Which.
        organization: String,
        /// What people read.
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
    /// Says all that an organisation demands of how its members sign in; what was given by a sign-in that is not enough ends.
    OrganizationSetDemands {
        /// Which.
        organization: String,
        /// Whether it demands two factors.
        second_factor: bool,
        /// The ways in that count there: `password`, `passkey`, names of providers. Every one if there is none.
        ways_in: Vec<String>,
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
    /// Gives a project another name; the short one stays.
    ProjectChange {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
        /// What people read.
        name: String,
    },
    /// Deletes a project with its grants.
    ProjectRemove {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
    },
    /// Ends a connection to an organisation, or takes back one of its keys.
    AccessEnd {
        /// To which organisation.
        organization: String,
        /// The id of the grant or of the key.
        access: String,
    },
    /// Makes a user a member of an organisation, or changes a member's role.
    MemberAdd {
        /// Of which organisation.
        organization: String,
        /// Who: address or id.
        user: String,
        /// As what.
        role: Role,
        /// With which of the organisation's own roles, on top of `member`: slug or id.
        #[serde(default)]
        named: Option<String>,
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
    /// Names a role of an organisation's own.
    RoleAdd {
        /// Whose.
        organization: String,
        /// Its short name.
        slug: String,
        /// Its name.
        name: String,
        /// What its members may on top of what every member may.
        permissions: Vec<String>,
    },
    /// The roles that an organisation names itself.
    RoleList {
        /// Whose.
        organization: String,
    },
    /// Changes what a role is called, or what it permits.
    RoleChange {
        /// Whose.
        organization: String,
        /// Which.
        role: String,
        /// Its name from now on.
        name: Option<String>,
        /// What it permits from now on.
        permissions: Option<Vec<String>>,
    },
    /// Deletes a role; whoever had it is a plain member then.
    RoleRemove {
        /// Whose.
        organization: String,
        /// Which.
        role: String,
    },
    /// Limits a project to owners, admins and those on its list, or opens it to all members again.
    ProjectSetLimited {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
        /// Limit or open.
        limited: bool,
    },
    /// Who is on a project's list.
    ProjectMemberList {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
    },
    /// Puts a member on a project's list.
    ProjectMemberAdd {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
        /// Who: address or id.
        user: String,
    },
    /// Takes somebody off a project's list; where it is limited, what they hold over it ends.
    ProjectMemberRemove {
        /// Whose.
        organization: String,
        /// Which.
        project: String,
        /// Who: address or id.
        user: String,
    },
    /// Asks somebody by mail to become a member.
    InvitationAdd {
        /// Of which organisation.
        organization: String,
        /// Whom: the address that the mail goes to, and that whoever accepts must have proved to be theirs.
        email: String,
        /// As what.
        role: Role,
        /// With which of the organisation's own roles, on top of `member`: slug or id.
        #[serde(default)]
        named: Option<String>,
        /// In which language, if the address has no account that says: `en` or `de`.
        #[serde(default)]
        language: Option<String>,
    },
    /// The invitations of an organisation with what became of them.
    InvitationList {
        /// Whose.
        organization: String,
    },
    /// Sends another mail with a new link and a new time; the old link stops working.
    InvitationResend {
        /// Which.
        invitation: String,
    },
    /// Takes an invitation back.
    InvitationRevoke {
        /// Which.
        invitation: String,
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
    /// Registers a resource server of an organisation; the answer shows its secret this once.
    OwnResourceAdd {
        /// Whose.
        organization: String,
        /// What people read.
        name: String,
        /// Its `resource` identifier (RFC 8707 §2): https, and on no address of the server's own.
        identifier: String,
        /// As in `ResourceAdd`.
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
    /// Makes a client what this says; its secret stays, and so does whether it has one.
    ClientChange(Box<ClientAdd>),
    /// Registers a client of an organisation; the answer shows its secret, if it gets one, this once.
    OwnClientAdd {
        /// Whose.
        organization: String,
        /// What it is.
        client: Box<OwnClient>,
    },
    /// Makes a client of an organisation what this says; its secret stays, and so does whether it has one.
    OwnClientChange {
        /// Which.
        client: String,
        /// What it shall be.
        wanted: Box<OwnClient>,
    },
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
    /// Lets somebody administer the server in their browser, or not any more.
    UserSetOperator {
        /// Who: address or id.
        user: String,
        /// Whether they may.
        operator: bool,
    },
    /// Signs somebody out everywhere.
    UserEndSessions {
        /// Whom: address or id.
        user: String,
    },
    /// Lets a mail that waits be tried now.
    MailTry {
        /// Which.
        mail: String,
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
    /// Makes it all as a plan says.
    Apply {
        /// What there should be.
        plan: Box<Plan>,
        /// Only say what would be done.
        dry_run: bool,
        /// Whether what an earlier plan made and this one does not name goes.
        prune: bool,
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
    /// Removes what has been kept for long enough, or says what would be removed.
    Purge {
        /// Only say it.
        dry_run: bool,
    },
    /// Makes a backup: into a new file, or into the directory of backups.
    Backup {
        /// The file, by its whole path.
        file: Option<PathBuf>,
    },
    /// A page of the audit trail, newest first.
    AuditList(Box<AuditAsk>),
    /// One step of a verification of the audit trail.
    AuditVerify {
        /// Behind which place; from the beginning if none is named.
        from: Option<Place>,
        /// An earlier head that must be passed.
        head: Option<String>,
    },
    /// Sends a delivery again.
    WebhookResend {
        /// Which.
        delivery: String,
    },
}

impl Act {
    /// Whether it lives inside an organisation, so that its people do it too, as far as the policy lets them. Whatever is not
    /// named here is the operator's alone.
    pub(super) const fn is_within_an_organization(&self) -> bool {
        matches!(
            self,
            Self::OrganizationList {}
                | Self::OrganizationFound { .. }
                | Self::OrganizationChange { .. }
                | Self::OrganizationSetDeviceWrites { .. }
                | Self::OrganizationSetDemands { .. }
                | Self::OrganizationShow { .. }
                | Self::OrganizationRemove { .. }
                | Self::ProjectAdd { .. }
                | Self::ProjectList { .. }
                | Self::ProjectShow { .. }
                | Self::ProjectChange { .. }
                | Self::ProjectSetDisabled { .. }
                | Self::AccessEnd { .. }
                | Self::ProjectRemove { .. }
                | Self::MemberAdd { .. }
                | Self::MemberList { .. }
                | Self::MemberRemove { .. }
                | Self::RoleAdd { .. }
                | Self::RoleList { .. }
                | Self::RoleChange { .. }
                | Self::RoleRemove { .. }
                | Self::InvitationAdd { .. }
                | Self::InvitationList { .. }
                | Self::InvitationResend { .. }
                | Self::InvitationRevoke { .. }
                | Self::ProjectSetLimited { .. }
                | Self::ProjectMemberList { .. }
                | Self::ProjectMemberAdd { .. }
                | Self::ProjectMemberRemove { .. }
                | Self::OwnClientAdd { .. }
                | Self::OwnClientChange { .. }
                | Self::ClientShow { .. }
                | Self::ClientSetDisabled { .. }
                | Self::ClientNewSecret { .. }
                | Self::ClientRemove { .. }
                | Self::OwnResourceAdd { .. }
                | Self::ResourceShow { .. }
                | Self::ResourceSetDisabled { .. }
                | Self::ResourceNewSecret { .. }
                | Self::ResourceSetAccessTokens { .. }
                | Self::ResourceChange { .. }
                | Self::ResourceScopeAdd { .. }
                | Self::ResourceScopeRemove { .. }
                | Self::ResourceScopeDescribe { .. }
                | Self::ResourceRemove { .. }
                | Self::KeyAdd(_)
                | Self::KeyList { .. }
                | Self::KeyRotate { .. }
                | Self::KeyRevoke { .. }
                | Self::WebhookAdd { .. }
                | Self::WebhookList { .. }
                | Self::WebhookShow { .. }
                | Self::WebhookSetDisabled { .. }
                | Self::WebhookNewSecret { .. }
                | Self::WebhookRemove { .. }
                | Self::WebhookDeliveries { .. }
                | Self::WebhookResend { .. }
        )
    }
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
