//! Sockets: the port, TCP options, TLS.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use socket2::{Domain, SockRef, Socket, TcpKeepalive, Type};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 2_048;

/// How long sent data may stay unacknowledged before the system drops a connection: finds clients that vanished in the middle
/// of something. Shorter than two heartbeats, longer than a Wi-Fi hand-over.
const USER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a connection may be silent before the system probes it. WebSocket heartbeats come earlier; this is for the rest.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Opens the port.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A restart need not wait for the connections of the server before.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Sockets, plain and under TLS.
pub(super) type Plain = actix_web::rt::net::TcpStream;
pub(super) type Tls = actix_tls::accept::rustls_0_23::TlsStream<Plain>;

/// Sets the options of an accepted socket.
pub(super) fn tune(socket: &Plain) {
    let options = SockRef::from(socket);
    let tuned = options
        .set_tcp_nodelay(true)
        .and_then(|()| options.set_tcp_user_timeout(Some(USER_TIMEOUT)))
        .and_then(|()| options.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE)));
    if let Err(error) = tuned {
        tracing::debug!(%error, "TCP options refused");
    }
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of its kind.
    #[error("cannot read {path}: {source}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not fit together, or rustls cannot use them.
    #[error("the TLS certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// The certificate in use; can be replaced while the server runs.
#[derive(Debug)]
pub(super) struct Certificate(RwLock<Arc<CertifiedKey>>);

impl Certificate {
    pub(super) fn load(cert: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
        Ok(Arc::new(Self(RwLock::new(Arc::new(read(cert, key)?)))))
    }

    /// Reads the files again. An error leaves the old certificate in use.
    pub(super) fn reload(&self, cert: &Path, key: &Path) -> Result<(), TlsError> {
        let fresh = Arc::new(read(cert, key)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let pem = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(pem(cert))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(pem(key))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Ok(CertifiedKey::from_der(chain, key, &provider)?)
}

/// The TLS settings around a certificate.
pub(super) fn tls_config(certificate: Arc<Certificate>) -> ServerConfig {
    let mut config = ServerConfig::builder().with_no_client_auth().with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn an_accepted_socket_sends_small_frames_at_once() {
        let port = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = port.local_addr().unwrap();
        port.set_nonblocking(true).unwrap();
        let port = actix_web::rt::net::TcpListener::from_std(port).unwrap();
        let (accepted, _client) = tokio::join!(port.accept(), Plain::connect(address));
        let (socket, _) = accepted.unwrap();
        tune(&socket);
        assert!(socket.nodelay().unwrap());
    }
}
