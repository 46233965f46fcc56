//! A body as it arrives: within its size, its pauses and the space that all bodies share.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use daiban_core::store::Store;
use http_body_util::BodyExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::{BINARY, DeviceMark, Refusal};
use crate::router::Desk;

/// A whole body. The space it takes is given back when it is dropped.
pub(crate) struct Sent {
    bytes: Vec<u8>,
    _space: Option<OwnedSemaphorePermit>,
}

impl Sent {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A signed request begins with the key of who signed it. Not verified here: it is for the log only.
    pub(crate) fn mark(&self) -> Option<DeviceMark> {
        let [a, b, c, d, ..] = self.bytes.get(..32)? else { return None };
        Some(DeviceMark(format!("{a:02x}{b:02x}{c:02x}{d:02x}")))
    }
}

impl<S: Store> FromRequest<Desk<S>> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, desk: &Desk<S>) -> Result<Self, Refusal> {
        check_head(request.headers(), desk.limits.body)?;
        arrived::<S>(request.into_body(), desk).await
    }
}

fn check_head(headers: &HeaderMap, limit: usize) -> Result<(), Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(BINARY)) {
        return Err(Refusal::ContentType);
    }
    let stated = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|stated| stated > limit as u64) { Err(Refusal::TooLarge) } else { Ok(()) }
}

async fn arrived<S: Store>(mut body: Body, desk: &Desk<S>) -> Result<Sent, Refusal> {
    let (mut bytes, mut space) = (Vec::new(), None::<OwnedSemaphorePermit>);
    loop {
        let piece = timeout(desk.limits.pause, body.frame()).await.map_err(|_| Refusal::TooSlow)?;
        let Some(piece) = piece else { return Ok(Sent { bytes, _space: space }) };
        let Ok(piece) = piece.map_err(|_| Refusal::Malformed)?.into_data() else { continue };
        if bytes.len() + piece.len() > desk.limits.body {
            return Err(Refusal::TooLarge);
        }
        let kib = u32::try_from((bytes.len() + piece.len()).div_ceil(1024)).unwrap_or(u32::MAX);
        let missing =
            kib.saturating_sub(space.as_ref().map_or(0, |space| u32::try_from(space.num_permits()).unwrap_or(0)));
        let more = desk.held.clone().try_acquire_many_owned(missing).map_err(|_| Refusal::Busy)?;
        match &mut space {
            Some(space) => space.merge(more),
            None => space = Some(more),
        }
        bytes.extend_from_slice(&piece);
    }
}
