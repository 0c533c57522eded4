//! The settings in force, with what each means and where it comes from.

use std::sync::PoisonError;

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use serde_json::Value;

use super::{
    Api,
    extract::{List, page},
};
use crate::config::{Origin, Setting};

/// A setting.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ConfigKey {
    /// The section and the name in it.
    #[schema(example = "call.ring_timeout_secs")]
    key: String,
    /// The section.
    section: &'static str,
    /// The name in it.
    name: &'static str,
    /// The value in force, a secret as asterisks; `null` where it is not set.
    value: Option<Value>,
    /// What it would be without anybody's word, outside development mode; `null` where it would not be set.
    default: Option<Value>,
    /// Where the value comes from: `default`, `development mode`, `file …`, `credential …`, `environment …`, `flag …`.
    #[schema(example = "environment HOOKSWITCH__CALL__RING_TIMEOUT_SECS")]
    origin: String,
    /// Whether the value is the default.
    is_default: bool,
    /// What it means.
    doc: String,
    /// Its name in the environment.
    env: String,
    /// Whether SIGHUP changes it in the running server.
    reloadable: bool,
    /// Whether it is shown as asterisks only.
    secret: bool,
}

impl ConfigKey {
    fn of(setting: &Setting) -> Self {
        let Setting { section, name, value, origin, is_default, default, doc, env, reloadable, secret } =
            setting.clone();
        let json = |value: Option<toml::Value>| value.and_then(|value| serde_json::to_value(value).ok());
        Self {
            key: setting.path(),
            section,
            name,
            value: json(value),
            default: json(default),
            origin: match origin {
                Origin::Development => "development mode".to_owned(),
                Origin::File { .. } => format!("file {origin}"),
                _ => origin.to_string(),
            },
            is_default,
            doc,
            env,
            reloadable,
            secret,
        }
    }
}

/// Lists the settings in force. The hooks of the configuration file are among those of `GET /webhooks`, WeChat's accounts those of
/// `GET /wechat/accounts`.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "every setting", body = List<ConfigKey>)),
    security(("api_key" = ["read"])),
)]
#[get("/config")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    let settings = api.settings.read().unwrap_or_else(PoisonError::into_inner);
    let items =
        settings.iter().filter(|setting| !["endpoint", "account"].contains(&setting.name)).map(ConfigKey::of).collect();
    page::<ConfigKey>(&req, items, None)
}
