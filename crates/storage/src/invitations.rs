//! The table of invitations. One waits for each address in each organisation, and each is accepted once, by one conditional write.

use model::{Email, Id, Invitation, InvitationEnd, Organization, Role, SecretHash, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

pub(crate) fn invitation(row: &AnyRow) -> Result<Invitation, StorageError> {
    let columns = Columns::of(row, "invitations");
    let accepted = columns.optional_time("accepted_at")?.zip(columns.optional_id("accepted_by")?);
    let revoked = columns.optional_time("revoked_at")?;
    Ok(Invitation {
        id: columns.id("id")?,
        organization_id: columns.id("organization_id")?,
        email: columns.word("email", Email::parse)?,
        role: columns.word("role", Role::parse)?,
        role_id: columns.optional_id("role_id")?,
        token_hash: columns.hash("token_hash")?,
        invited_by: columns.optional_id("invited_by")?,
        mails: columns.count("mails")?,
        created_at: columns.time("created_at")?,
        sent_at: columns.time("sent_at")?,
        expires_at: columns.time("expires_at")?,
        end: match (accepted, revoked) {
            (Some((at, by)), _) => Some(InvitationEnd::Accepted { at, by }),
            (None, Some(at)) => Some(InvitationEnd::Revoked { at }),
            (None, None) => None,
        },
    })
}

impl Read {
    /// One invitation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn invitation(&mut self, id: Id<Invitation>) -> Result<Option<Invitation>, StorageError> {
        self.one("SELECT * FROM invitations WHERE id = $1", [id.into()]).await?.as_ref().map(invitation).transpose()
    }

    /// The invitations of an organisation, newest first, 500 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn invitations_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Invitation>, StorageError> {
        let sql = "SELECT * FROM invitations WHERE organization_id = $1 ORDER BY id DESC LIMIT 500";
        self.all(sql, [organization_id.into()]).await?.iter().map(invitation).collect()
    }
}

impl Tx {
    /// Adds an invitation; one that waited for the same address in the same organisation is taken back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_invitation(&mut self, invitation: &Invitation) -> Result<(), StorageError> {
        self.run(
            "UPDATE invitations SET revoked_at = $3, version = version + 1 WHERE organization_id = $1 AND email = $2 \
             AND accepted_at IS NULL AND revoked_at IS NULL",
            [invitation.organization_id.into(), (&invitation.email).into(), invitation.created_at.into()],
        )
        .await?;
        self.run_one(
            "invitation",
            "INSERT INTO invitations (id, organization_id, email, role, role_id, token_hash, invited_by, mails, created_at, sent_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                invitation.id.into(),
                invitation.organization_id.into(),
                (&invitation.email).into(),
                invitation.role.as_str().into(),
                invitation.role_id.into(),
                (&invitation.token_hash).into(),
                invitation.invited_by.into(),
                invitation.mails.into(),
                invitation.created_at.into(),
                invitation.sent_at.into(),
                invitation.expires_at.into(),
            ],
        )
        .await
    }

    /// Gives an invitation a new link and a new time, for another mail, by whoever sends it; the old link is worth nothing any
    /// more. No if it has ended, or was mailed `most` times.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn renew_invitation(
        &mut self,
        id: Id<Invitation>,
        token_hash: &SecretHash,
        (invited_by, expires_at, most): (Option<Id<User>>, Timestamp, u64),
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE invitations SET token_hash = $2, expires_at = $3, sent_at = $4, mails = mails + 1, invited_by = $6 \
             WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND mails < $5";
        let values = [id.into(), token_hash.into(), expires_at.into(), now.into(), most.into(), invited_by.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Takes an invitation back; whether it waited, in time or not.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_invitation(&mut self, id: Id<Invitation>, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE invitations SET revoked_at = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL";
        Ok(self.run(sql, [id.into(), now.into()]).await? == 1)
    }

    /// Accepts an invitation, if it is still the one that was looked at, in time, and for this address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn accept_invitation(
        &mut self,
        invitation: &Invitation,
        (by, verified): (Id<User>, &Email),
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE invitations SET accepted_at = $4, accepted_by = $3, version = version + 1 WHERE id = $1 AND token_hash = $2 AND email = $5 \
             AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $4";
        let values = [invitation.id.into(), (&invitation.token_hash).into(), by.into(), now.into(), verified.into()];
        Ok(self.run(sql, values).await? == 1)
    }
}
