//! Why a grant is not in force: what the view `live_grants` leaves out, said one by one.

use model::{Grant, Id};

use crate::{Read, StorageError, columns::Columns};

/// Grants with all that can stand against them, and the address of who gave them.
macro_rules! grants_as_they_stand {
    ($rest:literal) => {
        concat!(
            "SELECT g.*, u.email AS given_by, u.disabled_at AS user_disabled_at, c.disabled_at AS client_disabled_at, \
             r.disabled_at AS resource_disabled_at, o.disabled_at AS organization_disabled_at, p.disabled_at AS project_disabled_at, m.role \
             FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id \
             LEFT JOIN resources r ON r.id = g.resource_id LEFT JOIN projects p ON p.id = g.project_id \
             LEFT JOIN organizations o ON o.id = p.organization_id \
             LEFT JOIN memberships m ON m.organization_id = o.id AND m.user_id = g.user_id ",
            $rest
        )
    };
}
pub(crate) use grants_as_they_stand;

/// What stands against a grant; the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Good,
    /// It was taken back.
    Revoked,
    /// Its person is disabled.
    UserDisabled,
    /// Its client is disabled.
    ClientDisabled,
    /// Its resource is disabled.
    ResourceDisabled,
    /// Its organisation is disabled.
    OrganizationDisabled,
    /// Its project is disabled.
    ProjectDisabled,
    /// Its person is no longer a member.
    MembershipLost,
}

impl Standing {
    /// The reason that is stored with what ends for it.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Good => "",
            Self::Revoked => "grant_revoked",
            Self::UserDisabled => "user_disabled",
            Self::ClientDisabled => "client_disabled",
            Self::ResourceDisabled => "resource_disabled",
            Self::OrganizationDisabled => "organization_disabled",
            Self::ProjectDisabled => "project_disabled",
            Self::MembershipLost => "membership_lost",
        }
    }
}

impl Read {
    /// How a grant stands. One that is not there counts as taken back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn standing(&mut self, id: Id<Grant>) -> Result<Standing, StorageError> {
        let row = self.one(grants_as_they_stand!("WHERE g.id = $1"), [id.into()]).await?;
        row.map_or(Ok(Standing::Revoked), |row| Standing::of(&Columns::of(&row, "grants")))
    }
}

impl Standing {
    /// As a row of [`grants_as_they_stand`] says it.
    pub(crate) fn of(columns: &Columns<'_>) -> Result<Self, StorageError> {
        let against = [
            ("revoked_at", Standing::Revoked),
            ("user_disabled_at", Standing::UserDisabled),
            ("client_disabled_at", Standing::ClientDisabled),
            ("resource_disabled_at", Standing::ResourceDisabled),
            ("organization_disabled_at", Standing::OrganizationDisabled),
            ("project_disabled_at", Standing::ProjectDisabled),
        ];
        for (column, standing) in against {
            if columns.optional_time(column)?.is_some() {
                return Ok(standing);
            }
        }
        let lost = columns.optional_text("project_id")?.is_some() && columns.optional_text("role")?.is_none();
        Ok(if lost { Standing::MembershipLost } else { Standing::Good })
    }
}
