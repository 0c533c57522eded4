//! Takes sockets over: the application answers the handshake, then the socket belongs to a task of its own, and nothing of HTTP
//! is left behind it.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_codec::Framed;
use actix_http::{
    HttpService, Request, Response,
    body::{BodySize, BoxBody, MessageBody},
    error::PayloadError,
    h1::{Codec, ExpectHandler, SendResponse},
};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, boxed, fn_factory, fn_service, map_config};
use actix_web::{
    dev::{AppConfig, Extensions, Service as _, ServiceFactory as _},
    web,
};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Api, app};
use crate::{
    actors::{media_conn::MediaConn, ws_conn::WsConn},
    app::LINGER,
};

type Application = boxed::BoxServiceFactory<(), Request, Response<BoxBody>, Response<BoxBody>, ()>;
type Upgrade<T> = boxed::BoxServiceFactory<(), (Request, Framed<T, Codec>), (), actix_web::Error, ()>;

fn application(api: web::Data<Api>) -> Application {
    let app = map_config(app(api).into_factory(), |()| AppConfig::default());
    boxed::factory(app.map(|response| Response::from(response.map_into_boxed_body())).map_err(Response::from))
}

/// HTTP over one kind of socket. `on_connect` sees each one as it is accepted.
pub fn service<T>(
    api: &web::Data<Api>,
    on_connect: fn(&T, &mut Extensions),
) -> HttpService<T, Application, BoxBody, ExpectHandler, Upgrade<T>>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    HttpService::build()
        .client_disconnect_timeout(LINGER)
        .on_connect_ext(on_connect)
        .upgrade(upgrade(api.clone()))
        .finish(application(api.clone()))
}

fn upgrade<T>(api: web::Data<Api>) -> Upgrade<T>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    boxed::factory(fn_factory(move || {
        let app = application(api.clone()).new_service(());
        async move {
            let app = Rc::new(app.await?);
            Ok(fn_service(move |(request, framed)| {
                let app = Rc::clone(&app);
                async move {
                    let mut response = app.call(request).await.unwrap_or_else(|refused| refused);
                    let connection = response.extensions_mut().remove::<WsConn>();
                    let media = response.extensions_mut().remove::<MediaConn>();
                    let socket = SendResponse::new(framed, response.map_body(|_, body| Body(body))).await?.into_parts();
                    if let Some(connection) = connection {
                        actix_web::rt::spawn(connection.serve(socket.io, socket.read_buf));
                    } else if let Some(media) = media {
                        actix_web::rt::spawn(media.serve(socket.io, socket.read_buf));
                    }
                    Ok(())
                }
            }))
        }
    }))
}

/// A body whose errors are of the kind that [`SendResponse`] takes.
struct Body(BoxBody);

impl MessageBody for Body {
    type Error = PayloadError;

    fn size(&self) -> BodySize {
        self.0.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<web::Bytes, PayloadError>>> {
        self.0.as_pin_mut().poll_next(cx).map_err(|_| PayloadError::Incomplete(None))
    }
}
