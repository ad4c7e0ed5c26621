//! A person's own passkeys: added, named, taken away.

use model::{Passkey, Timestamp};

use super::*;
use crate::account::{
    notice::Notice,
    sessions::event,
    ways_in::{Going, remains_without},
};

/// An account has so many at the most.
const MOST: usize = 25;
const NAME_CHARACTERS: usize = 60;

/// What a passkey is called: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// What was typed, on one line and not too long; "Passkey" if that is nothing.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let visible: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
        let words: Vec<&str> = visible.split_whitespace().collect();
        let name: String = words.join(" ").chars().take(NAME_CHARACTERS).collect();
        Self(if name.is_empty() { "Passkey".to_owned() } else { name })
    }
}

/// A passkey that a browser has made.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// What its person calls it.
    pub name: PasskeyName,
    /// The browser's answer.
    pub answer: Answer,
    /// The browser's present secret.
    pub browser: Secret,
    /// Who is at the other end.
    pub caller: Caller,
}

impl Authority {
    /// A person's passkeys, oldest first; those that are not accepted any more too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn passkeys(&self, signed_in: &SignedIn) -> Result<Vec<Passkey>, Error> {
        Ok(self.parts.store.read().await?.passkeys_of(signed_in.user.id).await?)
    }

    /// A challenge to make another passkey.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn challenge_new_passkey(
        &self,
        signed_in: &SignedIn,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Challenge, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let webauthn = match self.webauthn() {
            Ok(webauthn) => webauthn,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let present = self.passkeys(signed_in).await?;
        if present.len() >= MOST {
            return Ok(Err(FactorRefusal::Full));
        }
        self.challenge_registration(webauthn, &signed_in.user, &present, browser, now).await.map(Ok)
    }

    /// Adds a passkey. The recovery codes, if the account had none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn add_passkey(
        &self,
        signed_in: &SignedIn,
        new: NewPasskey,
        now: Timestamp,
    ) -> Result<Result<Option<ShownCodes>, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let webauthn = match self.webauthn() {
            Ok(webauthn) => webauthn,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (user_id, epoch) = (signed_in.user.id, signed_in.user.security_epoch);
        let made = match self.made(webauthn, user_id, &new.answer, &new.browser, now).await? {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let passkey = Passkey {
            id: Id::new(now),
            user_id,
            credential_id: made.credential_id,
            credential: made.credential,
            version: 1,
            name: new.name.0,
            created_at: now,
            used_at: None,
            suspect_at: None,
        };
        let codes = self.fresh_codes(user_id)?;
        let change = FactorChange::PasskeyAdded { name: passkey.name.clone() };
        let mail = self.factor_notice(&signed_in.user.email, change, (&new.caller, now))?;
        let event = event("passkey.added", user_id, Some(passkey.id.to_string()), new.caller.address.clone(), now);
        let (notice, kept) = (Notice { event, mail }, codes.kept);
        let added: Result<Result<bool, FactorRefusal>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (passkey, notice, kept) = (passkey.clone(), notice.clone(), kept.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? {
                        return Ok(Err(FactorRefusal::Over));
                    }
                    if tx.passkeys_of(user_id).await?.len() >= MOST {
                        return Ok(Err(FactorRefusal::Full));
                    }
                    if tx.passkey_by_credential(&passkey.credential_id).await?.is_some() {
                        return Ok(Err(FactorRefusal::Taken));
                    }
                    tx.insert_passkey(&passkey).await?;
                    notice.write(tx).await?;
                    Ok(Ok(recovery_codes::unless_there(tx, user_id, &kept, now).await?))
                })
            })
            .await;
        self.parts.mail.ring();
        match added {
            // Somebody was faster with the same one.
            Err(StorageError::Constraint(_)) => Ok(Err(FactorRefusal::Taken)),
            added => Ok(added?.map(|made| made.then_some(codes.shown))),
        }
    }

    /// Gives a person's passkey another name; whether it is theirs.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn name_passkey(&self, signed_in: &SignedIn, id: Id<Passkey>, name: PasskeyName) -> Result<bool, Error> {
        let user_id = signed_in.user.id;
        let named: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let name = name.clone();
                Box::pin(async move { tx.name_passkey(user_id, id, &name.0).await })
            })
            .await;
        Ok(named?)
    }

    /// Takes a person's passkey away; whether it was theirs. Recovery codes go with the last factor.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn remove_passkey(
        &self,
        signed_in: &SignedIn,
        id: Id<Passkey>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<bool, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let present = self.passkeys(signed_in).await?;
        let Some(gone) = present.into_iter().find(|passkey| passkey.id == id) else { return Ok(Ok(false)) };
        let change = FactorChange::PasskeyRemoved { name: gone.name };
        let (user_id, epoch) = (signed_in.user.id, signed_in.user.security_epoch);
        let notice = Notice {
            event: event("passkey.removed", user_id, Some(id.to_string()), caller.address.clone(), now),
            mail: self.factor_notice(&signed_in.user.email, change, (caller, now))?,
        };
        let offered = self.offered_providers();
        let removed: Result<bool, FactorRefusal> = self
            .parts
            .store
            .transaction(move |tx| {
                let (notice, offered) = (notice.clone(), offered.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? {
                        return Ok::<_, StorageError>(Ok(false));
                    }
                    if !remains_without(tx, user_id, Going::Passkey(id), &offered).await? {
                        return Ok(Err(FactorRefusal::LastWay));
                    }
                    if !tx.delete_passkey(user_id, id).await? {
                        return Ok(Ok(false));
                    }
                    recovery_codes::go_with_the_last(tx, user_id, now).await?;
                    notice.write(tx).await?;
                    Ok(Ok(true))
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        for (typed, name) in [("", "Passkey"), (" \n ", "Passkey"), ("My\nphone  here", "My phone here")] {
            assert_eq!(PasskeyName::typed(typed).0, name);
        }
        assert_eq!(PasskeyName::typed(&"ä".repeat(100)).0.chars().count(), NAME_CHARACTERS);
    }
}
