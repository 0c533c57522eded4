//! Accounts of WeChat, and calls that the business server places between a device and a WeChat user.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;

use super::{
    Api,
    audit::Target,
    calls::must_fit,
    extract::{Body, List, page},
    problem::{self, HttpError, Problem},
    schema,
};
use crate::{
    actors::Placement,
    clock,
    protocol::{ids::UserId, wechat::api::RoomType},
    wechat::AccountView,
};

/// Longest name that a phone is asked to show. Unit: bytes.
const MAX_LISTENER_NAME_BYTES: usize = 128;
/// AnyChat's flags for sound.
const AUDIO: u32 = 0x1;
/// And for a picture.
const VIDEO: u32 = 0x2;

/// A call from a device to a WeChat user.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WeChatCallForm {
    /// The account whose mini program the WeChat user has.
    #[schema(example = "shop")]
    account: String,
    /// The user that the device is logged in as: the caller.
    #[schema(value_type = String, example = "door-17")]
    device: UserId,
    /// The WeChat user, as the mini program knows it.
    #[schema(example = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY")]
    openid: String,
    /// `video` or `voice`.
    #[serde(default)]
    #[schema(value_type = String, example = "video", default = "video")]
    room_type: RoomType,
    /// The name that is shown for the WeChat user. At most 128 bytes.
    #[serde(default)]
    listener_name: String,
    /// The application's own bits; 1 (audio) and 2 (video) follow `room_type`.
    #[serde(default)]
    flags: u32,
    /// The application's integer.
    #[serde(default)]
    param: i32,
    /// The application's text. At most 8192 bytes.
    #[serde(default)]
    user_str: String,
}

/// Places a call from a device to a WeChat user, as though the device had asked. The veto hooks are not.
///
/// The answer comes when WeChat is about to be asked; whether the phone rings is told by the call's events.
#[utoipa::path(
    tag = "wechat",
    request_body = WeChatCallForm,
    responses(
        (status = 201, description = "it rings", body = schema::Call,
            headers(("Location" = String, description = "the call's own page"))),
        (status = 409, description = "`error_code` 440: the device is in a call; 100102: it is not there; 100103: the WeChat user is \
            in a call, or all media workers are; none: the account cannot place calls, see `detail`",
            body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["control"])),
)]
#[post("/wechat/calls")]
pub(super) async fn call(
    req: HttpRequest,
    api: web::Data<Api>,
    Body(form): Body<WeChatCallForm>,
) -> Result<HttpResponse, HttpError> {
    let WeChatCallForm { account, device, openid, room_type, listener_name, flags, param, user_str } = form;
    must_fit(&user_str)?;
    if listener_name.len() > MAX_LISTENER_NAME_BYTES || listener_name.chars().any(char::is_control) {
        let detail = format!("must have at most {MAX_LISTENER_NAME_BYTES} bytes, and no control characters");
        return Err(HttpError::field("/listener_name", detail));
    }
    let Some(account) = api.core.wechat().account(&account) else {
        return Err(HttpError::field("/account", "there is no account of this name in the configuration"));
    };
    let Some(callee) = account.user_of_openid(&openid) else {
        return Err(HttpError::field("/openid", "must have letters, digits, dashes and underscores alone"));
    };
    if account.sn_of_user(&device).is_none() {
        return Err(HttpError::field("/device", "is no device of this account: its `device_user` makes no such name"));
    }
    account.may_call().map_err(|why| HttpError::new(&problem::CONFLICT, why))?;
    if !api.core.workers().are_enabled() {
        let why = "there are no media workers: set `cloudvoip.library`, or see the log for why they do not start";
        return Err(HttpError::new(&problem::CONFLICT, why));
    }
    // What the flags say of the picture is what the phone is asked for.
    let flags = match room_type {
        RoomType::Video => flags | AUDIO | VIDEO,
        RoomType::Voice => flags & !VIDEO | AUDIO,
    };
    let id = clock::call_id();
    let _named = account.name_listener(id, listener_name);
    let placement = Placement { caller: device, callee, flags, param, user_str };
    let call = api.core.place_as(id, placement).await.map_err(problem::of_code)?;
    req.extensions_mut().insert(Target(format!("calls/{}", call.id)));
    Ok(HttpResponse::Created().insert_header(("location", format!("/api/v1/calls/{}", call.id))).json(&call))
}

/// Lists the accounts: their last push, their access token, and what WeChat refused with what to do about it.
#[utoipa::path(
    tag = "wechat",
    responses((status = 200, description = "the accounts, by name", body = List<AccountView>)),
    security(("api_key" = ["read"])),
)]
#[get("/wechat/accounts")]
pub(super) async fn accounts(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    page(&req, api.core.wechat().views(), None)
}
