//! The server itself: it accepts connections, speaks TLS or not, and lets faults happen.
//!
//! The loop is our own because a fault may close a connection without an answer, which a service
//! can ask for only where it is called by hyper itself.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, DATE};
use axum::http::{HeaderName, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::app::App;
use super::date::http_date;
use super::fault::FaultKind;
use super::refusal::Refusal;
use super::reply::Failure;
use crate::sync::wire::{BATCH_LIMIT_HEADER, TRAINING, TRAINING_HEADER};

/// Connections at a time; more have to wait.
const CONNECTIONS: usize = 256;

/// The longest head of a request, and how many headers it may have.
const HEAD_BYTES: usize = 64 << 10;
const HEADERS: usize = 100;

/// How long a client may take to send a head, or to send nothing on an open connection.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// How long a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long a request may take, its body and its answer included.
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// How long connections may finish what they do when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// How long half an answer is on its way before the line is cut.
const HALF_TIME: Duration = Duration::from_millis(50);

/// Everything that a connection needs.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    pub(super) tls: Option<TlsAcceptor>,
}

/// Serves until told to stop; then lets what is under way come to its end.
pub(super) async fn serve(listener: TcpListener, site: Site, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            // Whoever comes while it is full waits in the system's queue.
            accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
        };
        while connections.try_join_next().is_some() {}
        let (Ok(place), Ok((stream, _))) = accepted else {
            // Out of file handles, say: no reason to spin.
            sleep(HALF_TIME).await;
            continue;
        };
        let (site, stop) = (site.clone(), stop.clone());
        connections.spawn(async move {
            let _place = place;
            connection(stream, site, stop).await;
        });
    }
    drop(listener);
    let _ = timeout(GRACE, connections.join_all()).await;
}

async fn connection(stream: TcpStream, site: Site, stop: watch::Receiver<bool>) {
    // Answers are small; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    match site.tls.clone() {
        None => requests(stream, site, stop).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIME, tls.accept(stream)).await {
                requests(stream, site, stop).await;
            }
        }
    }
}

async fn requests<S>(stream: S, site: Site, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| answered(site.clone(), request));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        // The date is the training's, not the computer's.
        .auto_date_header(false);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            // Whatever ended it, the other side knows; there is nobody else to tell.
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The connection is closed without an answer.
#[derive(Debug, Error)]
#[error("closed on purpose")]
struct Closed;

type Request = axum::http::Request<Incoming>;

async fn answered(site: Site, request: Request) -> Result<Response, Closed> {
    let request = request.map(Body::new);
    let place = Place::of(request.method(), request.uri());
    let thrown = match place {
        Place::Batch | Place::Token | Place::Record => site.app.dice.throw(),
        Place::Other => super::fault::Thrown::default(),
    };
    if let Some(delay) = thrown.delay {
        sleep(delay).await;
    }
    let response = match thrown.fault {
        Some(FaultKind::DropBefore) => return Err(Closed),
        Some(FaultKind::Http500) => Failure::Broken.into_response(),
        Some(FaultKind::Http429) => Failure::TooMany.into_response(),
        Some(FaultKind::DropAfterCommit) => {
            processed(&site, request).await;
            return Err(Closed);
        }
        Some(FaultKind::Truncate) => halved(processed(&site, request).await).await,
        Some(FaultKind::Delay) | None => processed(&site, request).await,
    };
    Ok(marked(&site.app, place, response))
}

async fn processed(site: &Site, request: axum::http::Request<Body>) -> Response {
    let request = without_last_slash(request);
    let answer = site.router.clone().oneshot(request);
    match timeout(REQUEST_TIME, answer).await {
        Ok(answer) => answer.unwrap_or_else(|never: Infallible| match never {}),
        Err(_) => Failure::Refused(Refusal::new(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "要求に時間がかかりすぎました。もう一度送ってください",
            "the request took too long: send it again",
        ))
        .into_response(),
    }
}

/// `/fhir/` is the same base as `/fhir`.
fn without_last_slash(mut request: axum::http::Request<Body>) -> axum::http::Request<Body> {
    if request.uri().path() == "/fhir/" {
        *request.uri_mut() = Uri::from_static("/fhir");
    }
    request
}

/// What every answer carries.
fn marked(app: &App, place: Place, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static(TRAINING_HEADER),
        HeaderValue::from_static(TRAINING),
    );
    if let Ok(date) = HeaderValue::from_str(&http_date(app.wall())) {
        headers.insert(DATE, date);
    }
    if matches!(place, Place::Batch | Place::Token) {
        let limit = HeaderValue::from(app.batch_limit);
        headers.insert(HeaderName::from_static(BATCH_LIMIT_HEADER), limit);
    }
    response
}

/// What a request is about, as far as faults and headers go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Batch,
    Token,
    Record,
    Other,
}

impl Place {
    fn of(method: &Method, uri: &Uri) -> Self {
        let path = uri.path();
        let path = path.strip_prefix("/fhir").unwrap_or(path);
        match path {
            "" | "/" if method == Method::POST => Self::Batch,
            "/token" => Self::Token,
            _ if path.starts_with("/Immunization") => Self::Record,
            _ => Self::Other,
        }
    }
}

/// The answer with its full length told and half of it sent.
async fn halved(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(
        parts,
        Body::new(Half {
            half: Some(half),
            until: None,
        }),
    )
}

/// A body that breaks off.
struct Half {
    half: Option<Bytes>,
    /// When the line is cut: once what there is had the time to be sent.
    until: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        let until = self.until.get_or_insert_with(|| Box::pin(sleep(HALF_TIME)));
        ready!(until.as_mut().poll(context));
        Poll::Ready(Some(Err(Closed)))
    }
}
