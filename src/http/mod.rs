//! REST, operations, documentation, pages, and the way into the WebSocket.
//!
//! No call state lives here: handlers ask [`Core`] for what goes on and the store for what is over. Each route's attribute says
//! which scope it needs; from these attributes come both `openapi.json` and the table that `auth` enforces.

mod audit;
mod auth;
// Release builds ask it in build.rs.
#[cfg(test)]
mod bundle;
mod calls;
mod config;
mod demo;
mod docs;
mod edge;
mod events;
mod extract;
mod health;
mod invariants;
mod keys;
mod manual;
mod me;
mod media;
mod nodes;
mod operations;
mod pages;
pub mod problem;
mod rooms;
pub mod schema;
mod sse;
mod statistics;
mod tokens;
mod trace;
pub mod upgrade;
mod users;
mod webhooks;
mod wechat;
mod wechat_push;
mod workers;
mod ws;

use std::sync::{Arc, PoisonError, RwLock};

use actix_web::{
    App,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::EntityTag,
    middleware::{Compress, from_fn},
    web,
};
use tokio::sync::{Notify, watch};
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::docs::openapi;
use self::{audit::Audit, auth::Route, manual::Manual};
use crate::{
    actors::Core,
    auth::{UserTokens, keys::hash},
    config::Setting,
    protocol::record::Timestamp,
    store::Store,
};

/// Every route of `/api/v1`.
fn api_routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(calls::list)
        .service(calls::place)
        .service(calls::get)
        .service(calls::finish)
        .service(rooms::list)
        .service(rooms::get)
        .service(users::list)
        .service(users::get)
        .service(users::put)
        .service(users::delete)
        .service(users::finish)
        .service(users::kick)
        .service(tokens::mint)
        .service(webhooks::list)
        .service(webhooks::get)
        .service(webhooks::put)
        .service(webhooks::delete)
        .service(webhooks::test)
        .service(webhooks::rotate_secret)
        .service(webhooks::verify)
        .service(webhooks::deliveries)
        .service(webhooks::replay)
        .service(wechat::call)
        .service(wechat::accounts)
        .service(statistics::stats)
        .service(statistics::history)
        .service(events::watch_all)
        .service(me::me)
        .service(trace::list)
        .service(trace::live)
        .service(health::health)
        .service(nodes::nodes)
        .service(workers::workers)
        .service(audit::list)
        .service(keys::list)
        .service(keys::new)
        .service(keys::revoke)
        .service(config::list)
        .service(invariants::invariants);
}

/// The routes for machines outside the API.
fn operations_routes(routes: &mut ServiceConfig<'_>) {
    routes.service(operations::healthz).service(operations::readyz).service(operations::scrape);
}

/// Documentation and pages.
fn page_routes(routes: &mut web::ServiceConfig) {
    routes
        .service(docs::openapi_json)
        .service(docs::errors_page)
        .service(docs::to_swagger)
        .service(docs::swagger())
        .service(manual::to_manual)
        .service(manual::read)
        .service(pages::home)
        .service(demo::facts)
        .service(demo::hook)
        .service(demo::restart)
        .service(demo::verto_library)
        .service(pages::to_demo)
        .service(pages::demo)
        .service(pages::to_console)
        .service(pages::console)
        .service(pages::favicon)
        .service(pages::ui)
        .service(pages::vendor)
        .service(pages::sdk);
}

/// What the handlers know. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Api {
    core: Core,
    store: Store,
    tokens: UserTokens,
    audit: Audit,
    started_at: Timestamp,
    node: String,
    routes: Vec<Route>,
    document: web::Bytes,
    document_tag: EntityTag,
    manual: Manual,
    closing: watch::Sender<bool>,
    restart: Arc<Notify>,
    settings: Arc<RwLock<Vec<Setting>>>,
    keys_used: keys::Used,
}

impl Api {
    /// The API of a server that started at `started_at`.
    #[must_use]
    pub fn new(core: Core, store: Store, tokens: UserTokens, started_at: Timestamp) -> Self {
        let document = openapi();
        Self {
            core,
            audit: Audit::new(store.clone()),
            store,
            tokens,
            started_at,
            node: nodes::host_name(),
            routes: auth::routes(&document),
            document_tag: pages::tag(hash(&document)),
            document: document.into(),
            manual: Manual::default(),
            closing: watch::Sender::new(false),
            restart: Arc::default(),
            settings: Arc::default(),
            keys_used: keys::Used::default(),
        }
    }

    /// Shows these settings from now on.
    pub fn set_settings(&self, settings: Vec<Setting>) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Waits until somebody asks for a restart, which only development mode lets anybody do.
    pub async fn restart_asked(&self) {
        self.restart.notified().await;
    }

    /// Ends the streams of server-sent events, which would otherwise outlive a stopping server's patience, and gives the store
    /// what the audit has only counted so far.
    pub fn close(&self) {
        self.closing.send_replace(true);
        self.audit.settle();
    }
}

/// The application of one worker thread.
pub fn app(
    api: web::Data<Api>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(api)
        .app_data(edge::path_config())
        .service(
            web::scope("/api/v1")
                .wrap(from_fn(auth::check))
                .configure(|scope| api_routes(&mut ServiceConfig::new(scope))),
        )
        .configure(|app| operations_routes(&mut ServiceConfig::new(app)))
        .configure(page_routes)
        .service(wechat_push::route())
        .service(web::resource("/ws").get(ws::native))
        .service(web::resource("/verto").get(ws::verto))
        .service(web::resource("/media").get(media::open))
        .default_service(web::to(edge::fallback))
        .wrap(from_fn(edge::edge))
        .wrap(Compress::default())
}
