//! What must always hold, asked of the running server.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use super::{
    Api,
    problem::{self, HttpError, Problem},
};
use crate::{
    actors::watch,
    protocol::{
        ids::{CallId, SessionId, UserId},
        invariants::{INVARIANTS, Violation as Found},
        record::Timestamp,
    },
};

/// What a look at the running server has found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Invariants {
    /// Whether everything holds.
    ok: bool,
    /// When the server was looked at.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
    /// How many calls were looked at: those that have not ended, or whose end is not on disk yet.
    calls: usize,
    /// How many lines: a user in a call has one.
    lines: usize,
    /// How many sessions, those in grace included.
    sessions: usize,
    /// All of them.
    invariants: Vec<Invariant>,
}

/// Something that must always hold.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Invariant {
    /// Its number.
    #[schema(example = 1)]
    number: u8,
    /// What it says.
    #[schema(example = "one call per user")]
    name: &'static str,
    /// Whether it holds.
    ok: bool,
    /// Where it does not.
    violations: Vec<Violation>,
}

/// Something that must never be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Violation {
    /// What is wrong.
    #[schema(example = "a line is taken and its call is not on")]
    what: &'static str,
    /// The call it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    call: Option<CallId>,
    /// The user it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    user: Option<UserId>,
    /// The session it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    session: Option<SessionId>,
}

/// Checks that what must always hold does hold now. Whatever is wrong is looked at twice, a second apart.
#[utoipa::path(
    tag = "server",
    responses(
        (status = 200, description = "what holds and what does not", body = Invariants),
        (status = 503, description = "the server is ending", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/debug/invariants")]
pub(super) async fn invariants(api: web::Data<Api>) -> Result<HttpResponse, HttpError> {
    let found = watch::look(&api.core).await;
    let found = found.ok_or_else(|| HttpError::new(&problem::UNAVAILABLE, "the server is ending: ask the next one"))?;
    let all = INVARIANTS.map(|(number, name)| {
        let here = found.violations.iter().filter(|violation| violation.invariant == number);
        let violations: Vec<_> = here.cloned().map(Violation::from).collect();
        Invariant { number, name, ok: violations.is_empty(), violations }
    });
    Ok(HttpResponse::Ok().json(Invariants {
        ok: found.violations.is_empty(),
        checked_at: found.at,
        calls: found.calls,
        lines: found.lines,
        sessions: found.sessions,
        invariants: all.into(),
    }))
}

impl From<Found> for Violation {
    fn from(found: Found) -> Self {
        let Found { what, call, user, session, .. } = found;
        Self { what, call, user, session }
    }
}
