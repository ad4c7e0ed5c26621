//! The table of proofs by mail. Each is spent by one conditional write.

use model::{Email, Id, Proof, ProofKind, SecretHash, Timestamp, User, proof::CodeTag};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn proof(row: &AnyRow) -> Result<Proof, StorageError> {
    let columns = Columns::of(row, "proofs");
    let account = match (columns.optional_id("user_id")?, columns.optional_number("security_epoch")?) {
        (Some(user_id), Some(_)) => Some((user_id, columns.count("security_epoch")?)),
        _ => None,
    };
    let code = match (columns.optional_number("key_version")?, columns.optional_hash("code_tag")?) {
        (Some(version), Some(tag)) => {
            Some(CodeTag { key_version: u16::try_from(version).map_err(|_| columns.corrupt())?, tag })
        }
        _ => None,
    };
    Ok(Proof {
        id: columns.id("id")?,
        kind: columns.word("kind", ProofKind::parse)?,
        account,
        email: columns.word("email", Email::parse)?,
        token_hash: columns.hash("token_hash")?,
        code,
        browser_hash: columns.optional_hash("browser_hash")?,
        carried: columns.optional_text("carried")?,
        tries: columns.count("tries")?,
        mails: columns.count("mails")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        spent_at: columns.optional_time("spent_at")?,
    })
}

impl Read {
    /// One proof.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn proof(&mut self, id: Id<Proof>) -> Result<Option<Proof>, StorageError> {
        self.one("SELECT * FROM proofs WHERE id = $1", [id.into()]).await?.as_ref().map(proof).transpose()
    }
}

impl Tx {
    /// Adds a proof.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_proof(&mut self, proof: &Proof) -> Result<(), StorageError> {
        self.run_one(
            "proof",
            "INSERT INTO proofs (id, kind, user_id, security_epoch, email, token_hash, code_tag, key_version, browser_hash, carried, \
             tries, mails, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            [
                proof.id.into(),
                proof.kind.as_str().into(),
                proof.account.map(|(user_id, _)| user_id).into(),
                proof.account.map(|(_, epoch)| epoch).into(),
                (&proof.email).into(),
                (&proof.token_hash).into(),
                proof.code.as_ref().map(|code| &code.tag).into(),
                proof.code.as_ref().map(|code| u32::from(code.key_version)).into(),
                proof.browser_hash.as_ref().into(),
                proof.carried.as_ref().into(),
                proof.tries.into(),
                proof.mails.into(),
                proof.created_at.into(),
                proof.expires_at.into(),
            ],
        )
        .await
    }

    /// Gives a proof a new link and code, for another mail; the old ones are worth nothing any more. No if it was used, has
    /// expired, or was mailed `most` times.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn renew_proof(
        &mut self,
        id: Id<Proof>,
        token_hash: &SecretHash,
        code: &CodeTag,
        most: u64,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE proofs SET token_hash = $2, code_tag = $3, key_version = $4, mails = mails + 1 \
             WHERE id = $1 AND spent_at IS NULL AND expires_at > $5 AND mails < $6";
        let values = [
            id.into(),
            token_hash.into(),
            (&code.tag).into(),
            u32::from(code.key_version).into(),
            now.into(),
            most.into(),
        ];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Counts a try at a proof, before it is looked at. No if there were `most` already, or it is worth nothing any more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn try_proof(&mut self, id: Id<Proof>, most: u64, now: Timestamp) -> Result<bool, StorageError> {
        let sql =
            "UPDATE proofs SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND spent_at IS NULL AND expires_at > $3";
        Ok(self.run(sql, [id.into(), most.into(), now.into()]).await? == 1)
    }

    /// Spends a proof, if it is still the one that was looked at. What it carried is erased.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn spend_proof(&mut self, proof: &Proof, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE proofs SET spent_at = $3, carried = NULL \
             WHERE id = $1 AND token_hash = $2 AND spent_at IS NULL AND expires_at > $3";
        Ok(self.run(sql, [proof.id.into(), (&proof.token_hash).into(), now.into()]).await? == 1)
    }

    /// Ends what waits for a person, but for the way back to an address of before: that must outlast whoever took the account.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn end_proofs_of(&mut self, user_id: Id<User>) -> Result<u64, StorageError> {
        self.run("DELETE FROM proofs WHERE user_id = $1 AND kind <> 'undo_address'", [user_id.into()]).await
    }

    /// Ends all unfinished sign-ups with an address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn end_sign_ups_of(&mut self, email: &Email) -> Result<u64, StorageError> {
        self.run("DELETE FROM proofs WHERE email = $1 AND kind = 'sign_up' AND spent_at IS NULL", [email.into()]).await
    }
}
