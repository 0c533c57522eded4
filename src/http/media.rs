//! `GET /media`: the way in for the media of a call with a WeChat user.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{Api, auth, problem::HttpError, ws};
use crate::{actors::media_conn, protocol::ids::CallId};

/// Opens a WebSocket for the media of one call.
pub(super) async fn open(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, actix_web::Error> {
    let query = ws::query(&request);
    ws::check(&request, &api, &query)?;
    let call = query.iter().find(|(name, _)| name == "call").and_then(|(_, id)| id.parse().ok()).map(CallId);
    let Some(call) = call else {
        return Err(ws::refused(&api, HttpError::parameter("call", "must be a call's id, a UUID")));
    };
    // While the server stops, calls go on for a while, and so do their media.
    let ticket = ws::admit(&request, &api)?;
    let token = auth::bearer(request.headers()).map(str::to_owned);
    media_conn::upgrade(&api.core, ticket, token, call, &request).map_err(Into::into)
}
