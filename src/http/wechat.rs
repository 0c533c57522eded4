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
    protocol::{
        ids::UserId,
        wechat::api::{CallDetails, RoomType},
    },
    wechat::AccountView,
};

/// Longest name that a phone is asked to show. Unit: bytes.
const MAX_LISTENER_NAME_BYTES: usize = 128;
/// Longest model of a device. Unit: bytes. Source: WeChat's limit for serial numbers; models have none that is public.
const MAX_MODEL_ID_BYTES: usize = 128;
/// Longest query for the mini program's page. Unit: bytes. WeChat's own limit is not public.
const MAX_QUERY_BYTES: usize = 1024;
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
    /// The device's model. At most 128 bytes. The account's where absent.
    #[serde(default)]
    model_id: Option<String>,
    /// For the mini program's page of the call. At most 1024 bytes.
    #[serde(default)]
    #[schema(example = "a=1&b=2")]
    query: Option<String>,
    /// The edition of the mini program: 0 the released one, 1 the development, 2 the trial edition. The account's where absent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 2)]
    version_type: Option<u8>,
    /// The device's camera: 0 open, 1 closed.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    caller_camera_status: Option<u8>,
    /// The phone's camera: 0 open, 1 closed.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    listener_camera_status: Option<u8>,
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

impl WeChatCallForm {
    /// What WeChat is told besides who calls whom.
    fn take_details(&mut self) -> Result<CallDetails, HttpError> {
        let details = CallDetails {
            listener_name: std::mem::take(&mut self.listener_name),
            model_id: self.model_id.take(),
            version_type: self.version_type,
            query: self.query.take(),
            caller_camera_status: self.caller_camera_status,
            listener_camera_status: self.listener_camera_status,
        };
        let texts = [
            ("/listener_name", Some(&details.listener_name), MAX_LISTENER_NAME_BYTES),
            ("/model_id", details.model_id.as_ref(), MAX_MODEL_ID_BYTES),
            ("/query", details.query.as_ref(), MAX_QUERY_BYTES),
        ];
        for (field, text, max) in texts {
            if text.is_some_and(|text| text.len() > max || text.chars().any(char::is_control)) {
                let detail = format!("must have at most {max} bytes, and no control characters");
                return Err(HttpError::field(field, detail));
            }
        }
        let numbers = [
            ("/version_type", details.version_type, 2),
            ("/caller_camera_status", details.caller_camera_status, 1),
            ("/listener_camera_status", details.listener_camera_status, 1),
        ];
        for (field, number, max) in numbers {
            if number.is_some_and(|number| number > max) {
                return Err(HttpError::field(field, format!("must be 0 to {max}")));
            }
        }
        Ok(details)
    }
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
    Body(mut form): Body<WeChatCallForm>,
) -> Result<HttpResponse, HttpError> {
    let details = form.take_details()?;
    let WeChatCallForm { account, device, openid, room_type, flags, param, user_str, .. } = form;
    must_fit(&user_str)?;
    let Some(account) = api.core.wechat().account(&account) else {
        return Err(HttpError::field("/account", "there is no account of this name in the configuration"));
    };
    let Some(callee) = account.user_of_openid(&openid) else {
        let detail = "must have letters, digits and . _ @ : + - alone, and not more than a user's name holds with the account's: \
                      `wechat:{account}:{openid}` in 128 bytes";
        return Err(HttpError::field("/openid", detail));
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
    let _kept = account.keep_details(id, details);
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
