//! `/api/v1/me`: whose token this is.

use actix_web::HttpResponse;
use identity::Who;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Asker, Problem, answer};

/// Whose token it is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The person's id.
    user_id: String,
    /// Their address.
    #[schema(example = "member@example.com")]
    email: String,
    /// What they are called.
    name: Option<String>,
    /// Whether the token changes anything.
    writes: bool,
    /// Whether their person operates the server, and the token does so too.
    operates: bool,
    /// The id of the one organisation that it reaches; all of the person's, if there is none.
    organization_id: Option<String>,
}

/// Whose token this is.
///
/// # Errors
/// No good token.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "me", tag = "Me", responses((status = 200, body = Me)))]
pub async fn get(asker: Asker) -> Result<HttpResponse, Problem> {
    let operates = asker.operates().await?;
    let (user, actor) = (&asker.caller.user, &asker.caller.actor);
    let writes = !matches!(actor.who, Who::Token { writes: false, .. });
    answer::plain::<Me>(json!({
        "user_id": user.id, "email": user.email, "name": user.name, "writes": writes, "operates": operates,
        "organization_id": actor.within(),
    }))
}
