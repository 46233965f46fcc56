//! The routes: read a body within bounds, let the hub answer on a thread that may block, and say the outcome in HTTP.

mod refusal;
mod sent;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use daiban_core::store::Store;
use daiban_core::sync::hub::{Hub, Turned};
use daiban_model::stamp::Wall;
use serde_json::json;

pub(crate) use refusal::Refusal;
pub(crate) use sent::Sent;

use crate::edge;
use crate::router::Desk;

/// The one content type of requests and replies.
pub(crate) const BINARY: &str = daiban_core::sync::http::CONTENT_TYPE;

/// The first digits of the key a request claims to come from; enough to find a station's lines in a log.
#[derive(Debug, Clone)]
pub(crate) struct DeviceMark(pub(crate) String);

/// `GET /health`: whether the process answers, and its version. Nothing of the data.
pub(crate) async fn health() -> impl IntoResponse {
    Json(json!({ "ok": true, "version": env!("CARGO_PKG_VERSION") }))
}

/// `POST /v1/hello`: who the hub is. Nothing secret, nothing from the database.
pub(crate) async fn hello<S: Store>(State(desk): State<Desk<S>>, _: Sent) -> Response {
    binary(desk.hub.hello())
}

/// `POST /v1/enrol`.
pub(crate) async fn enrol<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Result<Response, Refusal> {
    let reply = work(desk, sent, async |hub, body, now| hub.enrol(body, now).await).await?;
    Ok(binary(reply))
}

/// `POST /v1/exchange`.
pub(crate) async fn exchange<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, now| hub.exchange(body, now).await).await;
    marked(mark, reply)
}

/// `POST /v1/packages`.
pub(crate) async fn packages<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, _| hub.packages(body).await).await;
    marked(mark, reply)
}

/// `POST /v1/files`.
pub(crate) async fn files<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, now| hub.files(body, now).await).await;
    marked(mark, reply)
}

/// `POST /v1/repair`.
pub(crate) async fn repair<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, now| hub.repair(body, now).await).await;
    marked(mark, reply)
}

/// `POST /v1/recovery`.
pub(crate) async fn recovery<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, now| hub.recovery(body, now).await).await;
    marked(mark, reply)
}

/// `POST /v1/standing`.
pub(crate) async fn standing<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let reply = work(desk, sent, async |hub, body, now| hub.standing(body, now).await).await;
    marked(mark, reply)
}

/// `POST /v1/letter`: another station's letter.
pub(crate) async fn letter<S: Store>(State(desk): State<Desk<S>>, sent: Sent) -> Response {
    let mark = sent.mark();
    let Ok(chance) = edge::chance() else { return Refusal::Inside.into_response() };
    let reply = work(desk, sent, async move |hub, body, now| hub.letter(body, now, chance).await).await;
    marked(mark, reply)
}

/// Runs one call of the hub. The store blocks, so it gets a thread of its own; when the request is given up meanwhile, the call
/// still ends by itself, holding its permits until then, and the station asks again.
async fn work<S, F>(desk: Desk<S>, sent: Sent, call: F) -> Result<Vec<u8>, Refusal>
where
    S: Store,
    F: AsyncFnOnce(&Hub<S>, &[u8], Wall) -> Result<Vec<u8>, Turned> + Send + 'static,
{
    let permit = desk.working.clone().acquire_owned().await.map_err(|_| Refusal::Busy)?;
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || {
        let reply = runtime.block_on(call(&desk.hub, sent.bytes(), edge::wall()));
        drop((sent, permit));
        reply
    });
    // The one way this can fail is a panic in the call.
    done.await.map_err(|_| Refusal::Inside)?.map_err(Refusal::from)
}

fn binary(reply: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, BINARY)], reply).into_response()
}

fn marked(mark: Option<DeviceMark>, reply: Result<Vec<u8>, Refusal>) -> Response {
    let mut response = reply.map_or_else(Refusal::into_response, binary);
    if let Some(mark) = mark {
        response.extensions_mut().insert(mark);
    }
    response
}
