//! A whole server in the test's own process: its media workers can be given any call.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use actix_web::{
    dev::{Server, ServerHandle},
    web,
};
use hookswitch::{
    actors::{Core, CoreParts, gate::Gate},
    auth::{LoginGuard, UserTokens},
    clock,
    config::{self, Flags, Sources},
    http::{self, Api},
    protocol::{ids::CallId, worker::CallSpec},
    store::{Store, StoreOptions},
    trace::Recorder,
    webhooks::{Hooks, HooksOptions},
    wechat::WeChat,
};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{
    client::Client,
    support::{DEADLINE, Lab, Talk},
};

pub struct House {
    pub lab: Lab,
    pub core: Core,
    pub address: SocketAddr,
    store: Store,
    hooks: Hooks,
    server: ServerHandle,
}

impl House {
    /// A server in development mode.
    pub fn new() -> Self {
        let lab = Lab::calm();
        let flags = Flags { dev: true, ..Flags::default() };
        let config = Arc::new(config::load(&Sources { flags, ..Sources::default() }).unwrap().config);
        let dir = lab.folder().join("data");
        let store = Store::open(&StoreOptions::new(&dir)).unwrap();
        let tokens = UserTokens::new(&config.auth, &dir).unwrap();
        let hooks = Hooks::start(HooksOptions::default(), store.clone(), Arc::new(())).unwrap();
        let core = Core::new(CoreParts {
            store: store.clone(),
            hooks: hooks.clone(),
            metrics: lab.metrics.clone(),
            trace: Recorder::default(),
            gate: Gate::new(tokens.clone(), LoginGuard::new(&config.limits), store.clone()),
            wechat: WeChat::default(),
            workers: lab.workers.clone(),
            last_room: None,
            config,
        });
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        let api = web::Data::new(Api::new(core.clone(), store.clone(), tokens, clock::wall()));
        let served = move || http::upgrade::service(&api, |_: &TcpStream, _| ()).tcp();
        let server = Server::build().workers(1).disable_signals().listen("http", port, served).unwrap().run();
        let handle = server.handle();
        drop(actix_web::rt::spawn(server));
        Self { lab, core, address, store, hooks, server: handle }
    }

    /// A user who is there.
    pub async fn log_in(&self, user: &str) -> Client {
        let mut client = Client::connect(self.address, "/ws", &[]).await.unwrap();
        client.send(json!({"type": "login", "user": user, "password": ""}));
        client.logged_in().await;
        client
    }

    /// Two users who talk; the second's place is taken by a WeChat user who does as these words say.
    pub async fn talk(&self, caller: &mut Client, callee: &mut Client, words: &str) -> (CallId, Talk) {
        let user = |client: &Client| client.welcome["user"].clone();
        caller.send(json!({"type": "call", "event": "request", "user": user(callee), "flags": 3}));
        callee.event("request").await;
        callee.send(json!({"type": "call", "event": "reply", "user": user(caller), "error_code": 0}));
        caller.event("reply").await;
        let started = caller.event("start").await;
        callee.event("start").await;
        let call_id: CallId = serde_json::from_value(started["call"].clone()).unwrap();
        let talk = self.lab.try_start(CallSpec { call_id, ..Lab::call(words) }).unwrap();
        (call_id, talk)
    }

    /// What REST says.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("http://{}/api/v1{path}", self.address);
        let answer = reqwest::Client::new().get(url).bearer_auth("dev").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// What REST says of the call's media.
    pub async fn media(&self, call: CallId) -> Value {
        self.get(&format!("/calls/{call}")).await["media"].clone()
    }

    /// Waits until what REST says is so.
    pub async fn media_until(&self, call: CallId, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = clock::now();
        loop {
            let media = self.media(call).await;
            if holds(&media) {
                return media;
            }
            assert!(clock::now() - begun < DEADLINE, "not in time: {what}: {media}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Ends it, and sees that nothing is left.
    pub async fn close(self) {
        self.lab.close().await;
        self.server.stop(false).await;
        let Self { store, hooks, .. } = self;
        web::block(move || {
            hooks.stop();
            store.close();
        })
        .await
        .unwrap();
    }
}
