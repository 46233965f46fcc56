//! The one door to the engine. Nothing else in this crate knows that there is a window program around it.
//!
//! A call is one command named `call` with the request as JSON; the answer is JSON too. JSON text is parsed by serde on
//! this side, so that ids and dates are checked by the model's own types and never by JavaScript.

use std::pin::Pin;

use daiban_model::api::{Call, Changed, Failure};
use js_sys::{Function, Object, Promise, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::lean;

/// Asks the engine.
pub fn call<C: Call>(request: C) -> impl Future<Output = Result<C::Reply, Failure>> {
    // What waits holds no request: there is little of it that is compiled for each call.
    let asked = ask(C::NAME, pack(&request));
    async move { unpack(&asked.await?) }
}

/// A request as it goes out.
pub fn pack<C: Call>(request: &C) -> Result<String, Failure> {
    serde_json::to_string(request).map_err(|_| broken())
}

/// A reply as it came.
pub fn unpack<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    lean::read(text).ok_or_else(broken)
}

/// The way there and back. It knows no call by its type: compiled once for all of them, the program stays small.
pub fn ask(
    name: &'static str,
    body: Result<String, Failure>,
) -> Pin<Box<dyn Future<Output = Result<String, Failure>>>> {
    Box::pin(async move {
        let body = js_sys::JSON::parse(&body?).map_err(|_| broken())?;
        let args = object(&[("name", &name.into()), ("body", &body)]);
        match invoke("call", &args).await {
            Ok(reply) => text(&reply).ok_or_else(broken),
            Err(refused) => Err(read(&refused).unwrap_or_else(broken)),
        }
    })
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

fn text(value: &JsValue) -> Option<String> {
    if value.is_undefined() { Some("null".to_owned()) } else { Some(js_sys::JSON::stringify(value).ok()?.into()) }
}

fn read<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    lean::read(&text(value)?)
}

/// The answer was not one this version can read, or there was nobody to ask.
fn broken() -> Failure {
    Failure::Internal { id: "window".to_owned() }
}
