//! What an organisation demands of how its members sign in, in its row, and what had been shown when something was given.

use model::{Demands, Grant, Id, Organization, Shown, Timestamp, User, Ways};

use crate::{Read, StorageError, Tx, columns::Columns, grants::grant, live::Touched};

/// What access over the projects of an organisation rests on: a sign-in of its person, as it was when access was given.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The grant that it rests on.
    pub grant_id: Id<Grant>,
    /// Whose it is.
    pub user_id: Id<User>,
    /// How they had proved who they are (RFC 8176 values, space separated).
    pub amr: String,
    /// By which ways, as far as that is known still.
    pub ways: Ways,
}

/// What a row of organisations demands.
pub(crate) fn demands(columns: &Columns<'_>) -> Result<Demands, StorageError> {
    let words = columns.optional_text("ways_in")?;
    let ways_in = words.map(|words| Ways::parse(&words).ok_or_else(|| columns.corrupt())).transpose()?;
    Ok(Demands { second_factor_at: columns.optional_time("second_factor_at")?, ways_in })
}

/// The ways of a row that says `amr` too: where none were written down, what that tells.
pub(crate) fn ways(columns: &Columns<'_>) -> Result<Ways, StorageError> {
    let written = columns.optional_text("ways")?.unwrap_or_default();
    match written.is_empty() {
        true => Ok(Ways::of_amr(&columns.text("amr")?)),
        false => Ways::parse(&written).ok_or_else(|| columns.corrupt()),
    }
}

/// What had been shown when a row was made that says no more than that.
pub(crate) fn shown(columns: &Columns<'_>) -> Result<Shown, StorageError> {
    Ok(Shown {
        two_factors: columns.optional_time("two_factors_at")?.is_some(),
        ways: Ways::parse(&columns.text("ways")?).ok_or_else(|| columns.corrupt())?,
    })
}

impl Read {
    /// All that gives access over the projects of an organisation: sign-ins of apps and devices, and codes that can be redeemed
    /// still.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn given_in(
        &mut self,
        organization_id: Id<Organization>,
        now: Timestamp,
    ) -> Result<Vec<Basis>, StorageError> {
        let sql = "SELECT g.id AS grant_id, g.user_id, f.amr, s.ways FROM grants g \
             JOIN families f ON f.grant_id = g.id AND f.revoked_at IS NULL LEFT JOIN sessions s ON s.id = f.session_id \
             WHERE g.organization_id = $1 AND g.revoked_at IS NULL \
             UNION ALL SELECT g.id AS grant_id, g.user_id, a.amr, s.ways FROM grants g \
             JOIN authorizations a ON a.grant_id = g.id AND a.spent_at IS NULL AND a.code_expires_at > $2 \
             LEFT JOIN sessions s ON s.id = a.session_id \
             WHERE g.organization_id = $1 AND g.revoked_at IS NULL";
        let rows = self.all(sql, [organization_id.into(), now.into()]).await?;
        rows.iter()
            .map(|row| {
                let columns = Columns::of(row, "grants");
                Ok(Basis {
                    grant_id: columns.id("grant_id")?,
                    user_id: columns.id("user_id")?,
                    amr: columns.text("amr")?,
                    ways: ways(&columns)?,
                })
            })
            .collect()
    }

    /// A person's grants over the projects of organisations that demand two factors.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn grants_by_two_factors(&mut self, user_id: Id<User>) -> Result<Vec<Grant>, StorageError> {
        let sql = "SELECT g.* FROM grants g JOIN organizations o ON o.id = g.organization_id AND o.second_factor_at IS NOT NULL \
             WHERE g.user_id = $1 AND g.revoked_at IS NULL ORDER BY g.id";
        self.all(sql, [user_id.into()]).await?.iter().map(grant).collect()
    }
}

impl Tx {
    /// Says what an organisation demands from now on.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is no such organisation.
    pub async fn set_demands(&mut self, id: Id<Organization>, demands: &Demands) -> Result<(), StorageError> {
        let sql = "UPDATE organizations SET second_factor_at = $2, ways_in = $3 WHERE id = $1";
        let ways_in = demands.ways_in.as_ref().map(ToString::to_string);
        let values = [id.into(), demands.second_factor_at.into(), ways_in.into()];
        self.run_one_touching(Touched::Nothing, "organization", sql, values).await
    }
}
