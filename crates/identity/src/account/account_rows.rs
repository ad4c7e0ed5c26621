//! The rows of a new account: its person, and an organisation of their own with a first project, so that nobody ends at an
//! empty page.

use model::{
    AuditEvent, Demands, Email, Id, Membership, Organization, Project, Role, Secret, Slug, Timestamp, User,
    user::PasswordHash,
};
use storage::{StorageError, Tx};

use crate::Authority;

/// The longest name of a person, in characters.
const NAME_CHARACTERS: usize = 100;
/// How much of a name goes into a slug; the suffix must fit behind it.
const SLUG_CHARACTERS: usize = 48;
const SUFFIX_CHARACTERS: usize = 6;

/// All rows of a new account.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) user: User,
    own: Option<(Organization, Project)>,
}

impl Authority {
    /// An account that is about to be made.
    pub(super) fn account_rows(
        &self,
        email: Email,
        called: Option<&str>,
        password_hash: Option<PasswordHash>,
        email_verified_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Account {
        let user = User { name: called.and_then(name), password_hash, email_verified_at, ..User::new(email, now) };
        Account { own: self.parts.settings.sign_up.organization.then(|| own_organization(&user, now)), user }
    }
}

impl Account {
    /// Writes them; not if the address has an account.
    pub(super) async fn insert(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        if tx.user_by_email(&self.user.email).await?.is_some() {
            return Ok(false);
        }
        tx.insert_user(&self.user).await?;
        let mut made =
            AuditEvent { user_id: Some(self.user.id), ..AuditEvent::new("user.signed_up", now).by(self.user.id) };
        if let Some((organization, project)) = &self.own {
            tx.insert_organization(organization).await?;
            tx.insert_project(project).await?;
            let (organization_id, user_id) = (organization.id, self.user.id);
            tx.put_membership(&Membership {
                organization_id,
                user_id,
                role: Role::Owner,
                role_id: None,
                created_at: now,
            })
            .await?;
            made.organization_id = Some(organization_id);
        }
        tx.insert_audit_event(&made).await?;
        Ok(true)
    }
}

/// One line without controls; nothing if nothing is left.
fn name(text: &str) -> Option<String> {
    let visible: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(NAME_CHARACTERS).collect();
    (!name.is_empty()).then_some(name)
}

/// An organisation named after its person, with a first project.
fn own_organization(user: &User, now: Timestamp) -> (Organization, Project) {
    let local = user.email.as_str().split('@').next().unwrap_or_default();
    let named = user.name.clone().unwrap_or_else(|| local.to_owned());
    let organization = Organization {
        id: Id::new(now),
        slug: own_slug(&named),
        name: named,
        created_at: now,
        disabled_at: None,
        device_writes_at: None,
        demands: Demands::default(),
    };
    let name = "First project".to_owned();
    let project = Project {
        id: Id::new(now),
        organization_id: organization.id,
        slug: Slug::from_name(&name).unwrap_or_else(|| organization.slug.clone()),
        name,
        limited_at: None,
        created_at: now,
        disabled_at: None,
    };
    (organization, project)
}

/// The name and a few random characters: many are called the same, and a slug is never given twice.
fn own_slug(name: &str) -> Slug {
    let base = Slug::from_name(&name.chars().take(SLUG_CHARACTERS).collect::<String>());
    let suffix = || Secret::generate().expose().to_lowercase().chars().take(SUFFIX_CHARACTERS).collect::<String>();
    loop {
        let text = base.as_ref().map_or_else(|| format!("o-{}", suffix()), |base| format!("{base}-{}", suffix()));
        if let Some(slug) = Slug::parse(&text) {
            return slug;
        }
    }
}
