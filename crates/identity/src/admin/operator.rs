//! Who operates the server in a browser, and what such people do about accounts and mails beside the acts on things.

use model::{AuditEvent, Id, Mail, Timestamp, User};
use serde_json::{Value, json};
use storage::Tx;

use super::{
    ActError,
    thing::{By, Step, Thing as _},
};
use crate::Authority;

impl Authority {
    /// Makes somebody an operator, or not any more.
    pub(super) async fn user_set_operator(
        &self,
        by: By,
        named: String,
        operator: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let action = if operator { "user.operator_added" } else { "user.operator_removed" };
        let at = operator.then_some(now);
        self.change_by::<User>(by, named, action, move |tx, user| set_operator(tx, user, at), now).await
    }

    /// Signs somebody out everywhere.
    pub(super) async fn user_end_sessions(&self, by: By, named: String, now: Timestamp) -> Result<Value, ActError> {
        self.change_by::<User>(by, named, "user.sessions_ended", |tx, user| end_sessions(tx, user), now).await
    }

    /// Lets a mail that waits be tried now, and not when its turn comes.
    pub(super) async fn mail_try(&self, by: By, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let missing = || ActError::absent("no such mail waits");
        let id: Id<Mail> = Id::parse(named).ok_or_else(missing)?;
        let tried: Result<bool, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let entry = AuditEvent { subject: Some(id.to_string()), ..AuditEvent::new("mail.tried", now) };
                let by = by.actor.named();
                Box::pin(async move {
                    let waits = tx.try_mail_now(id, now).await?;
                    if waits {
                        tx.act_for(by);
                        tx.insert_audit_event(&entry).await?;
                    }
                    Ok(waits)
                })
            })
            .await;
        if !tried? {
            return Err(missing());
        }
        self.parts.mail.ring();
        Ok(json!({ "id": id }))
    }
}

fn set_operator<'t>(tx: &'t mut Tx, user: &'t mut User, at: Option<Timestamp>) -> Step<'t, Value> {
    Box::pin(async move {
        tx.set_operator(user.id, at).await?;
        let mut answer = user.answer();
        if let Some(members) = answer.as_object_mut() {
            members.insert("operator_at".to_owned(), at.map(Timestamp::as_seconds).into());
        }
        Ok(answer)
    })
}

fn end_sessions<'t>(tx: &'t mut Tx, user: &'t mut User) -> Step<'t, Value> {
    Box::pin(async move {
        let ended = tx.delete_sessions_of(user.id).await?;
        let mut answer = user.answer();
        if let Some(members) = answer.as_object_mut() {
            members.insert("sessions_ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}
