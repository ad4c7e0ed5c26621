//! Recovery codes: ten of 80 bits, shown once, each good once in place of a second factor. What is kept of one is an HMAC under
//! the server's own secret, so that the database alone tells nothing of them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{RecoveryCode, SecretHash, Timestamp, server_secret::Purpose as KeyPurpose};
use protocol::OAuthError;

use super::{completion::Evidence, *};
use crate::{account::sessions::event, demands};

const CODES: usize = 10;
/// Without I, L, O and U, which are misread; Crockford's base32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 16;
const GROUP: usize = 4;

/// Codes that were made: what is shown, and what is kept of it.
pub(super) struct FreshCodes {
    pub(super) shown: ShownCodes,
    pub(super) kept: Vec<RecoveryCode>,
}

impl Authority {
    /// Makes new codes in place of all others, for an account that demands a second factor.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn make_recovery_codes(
        &self,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<ShownCodes, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let codes = self.fresh_codes(signed_in.user.id)?;
        let notice = self.factor_notice(&signed_in.user.email, FactorChange::CodesMade, (caller, now))?;
        let (user_id, epoch, address) = (signed_in.user.id, signed_in.user.security_epoch, caller.address.clone());
        let kept = codes.kept;
        let made: bool = self
            .parts
            .store
            .transaction(move |tx| {
                let (kept, address, notice) = (kept.clone(), address.clone(), notice.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? || !tx.second_factors(user_id).await?.is_demanded() {
                        return Ok::<_, StorageError>(false);
                    }
                    tx.replace_recovery_codes(user_id, &kept, now).await?;
                    tx.insert_audit_event(&event("recovery_codes.made", user_id, None, address, now)).await?;
                    if let Some(notice) = &notice {
                        tx.insert_mail(notice).await?;
                    }
                    Ok(true)
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(if made { Ok(codes.shown) } else { Err(FactorRefusal::Over) })
    }

    /// Ten codes for an account, not yet written.
    pub(super) fn fresh_codes(&self, user_id: Id<User>) -> Result<FreshCodes, Error> {
        let key_version = self.parts.secrets.current();
        let mut fresh = FreshCodes { shown: Vec::with_capacity(CODES), kept: Vec::with_capacity(CODES) };
        for _ in 0..CODES {
            let code = new_code();
            let tag = self
                .recovery_tag(key_version, user_id, &code)
                .ok_or_else(|| OAuthError::server_error("the current version of the server's secret is gone"))?;
            fresh.kept.push(RecoveryCode { key_version, tag });
            fresh.shown.push(Confidential::new(grouped(&code)));
        }
        Ok(fresh)
    }

    /// The code that was typed, if the account has it and it was not used.
    pub(super) async fn recovery_evidence(
        &self,
        user: &User,
        typed: &Confidential,
    ) -> Result<Option<Evidence>, StorageError> {
        let Some(code) = plain(typed.expose()) else { return Ok(None) };
        let kept = self.parts.store.read().await?.recovery_codes(user.id).await?;
        let found = kept
            .into_iter()
            .find(|kept| self.recovery_tag(kept.key_version, user.id, &code).is_some_and(|tag| tag == kept.tag));
        Ok(found.map(|found| Evidence::RecoveryCode(found.tag)))
    }

    fn recovery_tag(&self, key_version: u16, user_id: Id<User>, code: &str) -> Option<SecretHash> {
        let parts = [user_id.as_str().as_bytes(), code.as_bytes()];
        let mac = self.parts.secrets.derive(key_version, KeyPurpose::RecoveryCode, &parts)?;
        Some(SecretHash::stored(URL_SAFE_NO_PAD.encode(mac)))
    }
}

/// Writes codes for an account that has none left; whether it did.
pub(super) async fn unless_there(
    tx: &mut Tx,
    user_id: Id<User>,
    kept: &[RecoveryCode],
    now: Timestamp,
) -> Result<bool, StorageError> {
    if tx.second_factors(user_id).await?.recovery_codes > 0 {
        return Ok(false);
    }
    tx.replace_recovery_codes(user_id, kept, now).await?;
    Ok(true)
}

/// When there is nothing left that they could stand in for, the codes go, and so does what rests on there being a second factor.
pub(super) async fn go_with_the_last(tx: &mut Tx, user_id: Id<User>, now: Timestamp) -> Result<(), StorageError> {
    if tx.second_factors(user_id).await?.is_demanded() {
        return Ok(());
    }
    tx.delete_recovery_codes(user_id).await?;
    demands::factor_gone(tx, user_id, now).await.map(drop)
}

fn new_code() -> String {
    let secret = Secret::generate();
    let digit = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    secret.bytes().iter().take(CHARACTERS).map(digit).collect()
}

fn grouped(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    characters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What was typed, as it was made: in capitals, without what stands between, and what is misread as what it was.
fn plain(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|one| !one.is_whitespace() && !matches!(one, '-' | '–'))
        .map(|one| match one.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let ours = code.bytes().all(|byte| ALPHABET.contains(&byte));
    (code.len() == CHARACTERS && ours).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = new_code();
        assert_eq!(plain(&grouped(&code)).as_deref(), Some(code.as_str()));
        assert_eq!(plain(&format!("  {} ", grouped(&code).to_lowercase().replace('-', " "))), Some(code));
        assert_eq!(plain("oIlO-0000-0000-0000").as_deref(), Some("0110000000000000"));
        for odd in ["", "0000-0000-0000-000", "0000-0000-0000-000U", "0000-0000-0000-0000-0", "äää"] {
            assert_eq!(plain(odd), None, "{odd}");
        }
    }

    #[test]
    fn codes_differ() {
        let all: std::collections::BTreeSet<String> = (0..1000).map(|_| new_code()).collect();
        assert_eq!(all.len(), 1000);
        assert_eq!(grouped(&new_code()).len(), 19);
    }
}
