//! The one door to the engine. Nothing else in this crate knows that there is a window program around it.
//!
//! A call is one command named `call` with the request as JSON; the answer is JSON too. JSON text is parsed by serde on
//! this side, so that ids and dates are checked by the model's own types and never by JavaScript.

use daiban_model::api::{Call, Changed, Failure};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Asks the engine.
pub async fn call<C: Call>(request: C) -> Result<C::Reply, Failure> {
    let body = serde_json::to_string(&request).map_err(|_| broken())?;
    let body = js_sys::JSON::parse(&body).map_err(|_| broken())?;
    let args = object(&[("name", &C::NAME.into()), ("body", &body)]);
    match invoke("call", &args).await {
        Ok(reply) => read(&reply).ok_or_else(broken),
        Err(refused) => Err(read(&refused).unwrap_or_else(broken)),
    }
}

/// Runs `heard` whenever the engine says that something changed.
pub async fn changes(heard: impl FnMut(Changed) + 'static) {
    let mut heard = heard;
    let hear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let payload = Reflect::get(&event, &"payload".into()).unwrap_or_default();
        // What a newer engine says may have changed anything.
        heard(read(&payload).unwrap_or(Changed::Cases { ids: Vec::new() }));
    });
    let Some(internals) = internals() else { return };
    let Some(transform) = method(&internals, "transformCallback") else { return };
    let Ok(handler) = transform.call1(&internals, hear.as_ref()) else { return };
    // The subscription lasts as long as the window does.
    hear.forget();
    let target = object(&[("kind", &"Any".into())]);
    let args = object(&[("event", &"changed".into()), ("target", &target), ("handler", &handler)]);
    let _ = invoke("plugin:event|listen", &args).await;
}

async fn invoke(command: &str, args: &JsValue) -> Result<JsValue, JsValue> {
    let internals = internals().ok_or(JsValue::NULL)?;
    let invoke = method(&internals, "invoke").ok_or(JsValue::NULL)?;
    let promise = invoke.call2(&internals, &command.into(), args)?;
    JsFuture::from(promise.dyn_into::<Promise>()?).await
}

fn internals() -> Option<JsValue> {
    let internals = Reflect::get(&js_sys::global(), &"__TAURI_INTERNALS__".into()).ok()?;
    internals.is_object().then_some(internals)
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

fn object(members: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn read<T: serde::de::DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = if value.is_undefined() { "null".to_owned() } else { js_sys::JSON::stringify(value).ok()?.into() };
    serde_json::from_str(&text).ok()
}

/// The answer was not one this version can read, or there was nobody to ask.
fn broken() -> Failure {
    Failure::Internal { id: "window".to_owned() }
}
