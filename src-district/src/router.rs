//! The hub's addresses and what every request passes through.
//!
//! What stands under `/v1` is posted: whole bodies of one content type, both ways. `GET /health` answers JSON; everything else is 404. A
//! log line holds method, known path, status, time and at most the first digits of a device's key.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, DATE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use daiban_core::store::Store;
use daiban_core::sync::hub::Hub;
use daiban_model::stamp::Wall;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::edge;
use crate::limits::Limits;
use crate::routes::{self, DeviceMark, Refusal};

/// Every path there is.
const PATHS: [&str; 10] = [
    "/health",
    "/v1/enrol",
    "/v1/exchange",
    "/v1/packages",
    "/v1/files",
    "/v1/repair",
    "/v1/recovery",
    "/v1/hello",
    "/v1/standing",
    "/v1/letter",
];

/// What the routes share.
pub(crate) struct Desk<S> {
    pub(crate) hub: Hub<S>,
    pub(crate) limits: Arc<Limits>,
    /// One permit for each KiB of a body that is held.
    pub(crate) held: Arc<Semaphore>,
    /// One permit for each request that is worked on.
    pub(crate) working: Arc<Semaphore>,
}

impl<S> Clone for Desk<S> {
    fn clone(&self) -> Self {
        let Self { hub, limits, held, working } = self;
        Self { hub: hub.clone(), limits: limits.clone(), held: held.clone(), working: working.clone() }
    }
}

/// The hub's routes over a store, within limits.
pub fn router<S: Store>(hub: Hub<S>, limits: &Limits) -> Router {
    let held = (limits.held >> 10).clamp(1, Semaphore::MAX_PERMITS);
    let desk = Desk {
        hub,
        limits: Arc::new(limits.clone()),
        held: Arc::new(Semaphore::new(held)),
        working: Arc::new(Semaphore::new(limits.working.max(1))),
    };
    let routes = Router::new()
        .route(PATHS[0], get(routes::health))
        .route(PATHS[1], post(routes::enrol::<S>))
        .route(PATHS[2], post(routes::exchange::<S>))
        .route(PATHS[3], post(routes::packages::<S>))
        .route(PATHS[4], post(routes::files::<S>))
        .route(PATHS[5], post(routes::repair::<S>))
        .route(PATHS[6], post(routes::recovery::<S>))
        .route(PATHS[7], post(routes::hello::<S>))
        .route(PATHS[8], post(routes::standing::<S>))
        .route(PATHS[9], post(routes::letter::<S>))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(desk);
    around(routes, limits)
}

/// What every request passes through, outermost last.
fn around(routes: Router, limits: &Limits) -> Router {
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.request))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(noted))
}

/// The panic's own text goes nowhere: it may hold what was being read.
fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::Inside.into_response()
}

/// Times the request, adds the headers every answer has, and writes the log line.
async fn noted(request: Request, next: Next) -> Response {
    let begun = edge::instant();
    let method = request.method().clone();
    // Only a path of ours is named; an unknown one may hold anything.
    let path = PATHS.into_iter().find(|path| *path == request.uri().path()).unwrap_or("-");
    let mut response = next.run(request).await;
    guard(&mut response, edge::wall());
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    match response.extensions().get::<DeviceMark>() {
        Some(DeviceMark(device)) => tracing::info!(%method, path, status, ms, device = device.as_str()),
        None => tracing::info!(%method, path, status, ms),
    }
    response
}

/// What a browser could open is never kept or guessed at, and dated. What only a station reads goes without all of it, because on a slow
/// line each header costs: the answer to a POST is kept by nobody who is not told to (RFC 9111 section 3), its type is none that a
/// browser runs, and the hub's time stands inside, signed.
fn guard(response: &mut Response, now: Wall) {
    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind == routes::BINARY) {
        return;
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(date) = http_date(now) {
        headers.insert(DATE, date);
    }
}

/// A date as HTTP writes it (RFC 9110 section 5.6.7).
fn http_date(now: Wall) -> Option<HeaderValue> {
    let date = jiff::Timestamp::from_millisecond(now.0).ok()?.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::try_from(date).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_answer_that_tells_nothing() {
        let burst = async || -> StatusCode { panic!("其木格 150205194508200008") };
        let routes = around(Router::new().route("/burst", get(burst)), &Limits::default());
        let request = Request::get("/burst").body(Body::empty()).unwrap();
        let response = routes.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "the process lives");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        assert_eq!(&body[..], br#"{"error":"inside"}"#, "nothing of what was being read");
    }

    #[test]
    fn a_date_is_written_as_http_writes_it() {
        assert_eq!(
            http_date(Wall(784_111_777_000)).unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "the example of the RFC"
        );
    }
}
