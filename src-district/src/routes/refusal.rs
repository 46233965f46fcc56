//! Why a request gets no answer of the protocol, and how HTTP says it.

use axum::Json;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use daiban_core::store::StoreError;
use daiban_core::sync::hub::Turned;
use serde_json::json;

/// Each case is one a station, or whoever looks after the hub, acts on differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("not_found")]
    NotFound,
    #[error("method")]
    Method,
    #[error("content_type")]
    ContentType,
    #[error("too_large")]
    TooLarge,
    #[error("too_slow")]
    TooSlow,
    #[error("malformed")]
    Malformed,
    #[error("unknown_device")]
    UnknownDevice,
    #[error("bad_signature")]
    BadSignature,
    #[error("busy")]
    Busy,
    #[error("disk_full")]
    Full,
    #[error("storage")]
    Storage,
    #[error("inside")]
    Inside,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::UnknownDevice => StatusCode::UNAUTHORIZED,
            Self::BadSignature => StatusCode::FORBIDDEN,
            Self::Busy | Self::Storage => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Inside => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Turned> for Refusal {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Malformed | Turned::OtherHub => Self::Malformed,
            Turned::UnknownDevice => Self::UnknownDevice,
            Turned::BadSignature => Self::BadSignature,
            Turned::Storage(StoreError::Busy) => Self::Busy,
            Turned::Storage(StoreError::Full) => Self::Full,
            Turned::Storage(fault) => {
                // The station hears nothing of it; the operator does. These texts hold no content.
                tracing::error!(%fault, "the store failed");
                Self::Storage
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(json!({ "error": self.to_string() }))).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Busy => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("5"))),
            // What is left of the body is not read.
            Self::TooLarge | Self::TooSlow => drop(headers.insert(CONNECTION, HeaderValue::from_static("close"))),
            _ => {}
        }
        response
    }
}
