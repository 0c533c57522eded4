//! Rooms: where the parties of a call that is on meet.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;

use super::{
    Api,
    extract::{List, Query, cut, page},
    problem::{self, HttpError, Problem},
};
use crate::protocol::{
    codes::Door,
    ids::{CallId, DeviceId, RoomNumber, UserId},
    record::{CallRecord, CallState, Timestamp},
};

/// A room.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Room {
    /// Its number: `param` of the parties' `start`.
    #[schema(value_type = i32)]
    room: RoomNumber,
    /// The call it belongs to.
    #[schema(value_type = String, format = Uuid)]
    call: CallId,
    /// When the call started.
    #[schema(value_type = String, format = DateTime)]
    since: Option<Timestamp>,
    /// Caller and callee.
    members: [Member; 2],
}

/// One who is in a room.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Member {
    /// Who.
    #[schema(value_type = String)]
    user: UserId,
    /// With which device.
    #[schema(value_type = Option<String>)]
    device: Option<DeviceId>,
    /// With which kind of client.
    #[schema(value_type = Option<String>, example = "native")]
    door: Option<Door>,
    /// `caller` or `callee`.
    #[schema(example = "caller")]
    role: &'static str,
}

impl Room {
    fn of(call: &Arc<CallRecord>) -> Option<Self> {
        let room = call.room.filter(|_| call.state == CallState::Talking)?;
        let caller = Member {
            user: call.caller.clone(),
            device: Some(call.caller_device.clone()),
            door: Some(call.caller_door),
            role: "caller",
        };
        let callee = Member {
            user: call.callee.clone(),
            device: call.callee_device.clone(),
            door: call.callee_door,
            role: "callee",
        };
        Some(Self { room, call: call.id, since: call.started_at, members: [caller, callee] })
    }
}

fn rooms(api: &Api) -> impl Iterator<Item = Room> {
    api.core.live_calls().into_iter().filter_map(|call| Room::of(&call))
}

/// Lists the live rooms with their members, by number.
#[utoipa::path(
    tag = "rooms",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of rooms", body = List<Room>)),
    security(("api_key" = ["read"])),
)]
#[get("/rooms")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let limit = query.limit()?;
    let after = query.cursor(|text| RoomNumber::new(text.parse().ok()?))?;
    query.end()?;
    let mut items: Vec<Room> = rooms(&api).filter(|room| after.is_none_or(|after| room.room > after)).collect();
    items.sort_unstable_by_key(|room| room.room);
    let (items, next) = cut(items, limit, |room| room.room.get().to_string());
    Ok(page(&req, items, next))
}

/// Shows a live room.
#[utoipa::path(
    tag = "rooms",
    params(("room" = i32, Path, description = "the room's number", minimum = 1)),
    responses(
        (status = 200, description = "the room", body = Room),
        (status = 404, description = "no such room now", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/rooms/{room}")]
pub(super) async fn get(api: web::Data<Api>, room: web::Path<RoomNumber>) -> Result<HttpResponse, HttpError> {
    let found = rooms(&api).find(|candidate| candidate.room == *room);
    let found = found.ok_or_else(|| HttpError::new(&problem::NOT_FOUND, "nobody is in this room"))?;
    Ok(HttpResponse::Ok().json(found))
}
