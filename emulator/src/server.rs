//! The accept loop: one task per connection, which a fault may drop at any moment.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::connection::{ClientAddress, Hangup};

/// How long open connections may finish what they do after a stop.
const GRACE: Duration = Duration::from_secs(2);

/// Told when the server is to stop.
pub(crate) type Stop = watch::Receiver<bool>;

/// Serves until told to stop, then lets running requests finish for a moment.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    app: Router,
    mut stop: Stop,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    let stop_of_connections = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let stop = stop_of_connections.clone();
                    connections.spawn(connection(stream, peer, acceptor.clone(), app.clone(), stop));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = told(&mut stop) => break,
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(GRACE, finish).await.is_err() {
        connections.shutdown().await;
    }
}

/// Ends when the server is to stop, also because its owner is gone.
async fn told(stop: &mut Stop) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    app: Router,
    stop: Stop,
) {
    let _ = stream.set_nodelay(true);
    let result = match acceptor {
        None => talk(stream, peer, app, stop).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => talk(stream, peer, app, stop).await,
            Err(error) => Err(error),
        },
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection ended");
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    app: Router,
    mut stop: Stop,
) -> io::Result<()> {
    let hangup = Hangup::default();
    let service = {
        let hangup = hangup.clone();
        service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ClientAddress(peer.ip().to_canonical()));
            request.extensions_mut().insert(hangup.clone());
            app.clone().oneshot(request)
        })
    };
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        result = connection.as_mut() => return result.map_err(io::Error::other),
        () = hangup.wanted() => return Ok(()),
        () = told(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        result = connection => result.map_err(io::Error::other),
        () = hangup.wanted() => Ok(()),
    }
}
