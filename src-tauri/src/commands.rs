//! What pages may call: one command, answered by the engine.

use daiban_core::engine::task::Handle;
use daiban_model::api::Failure;
use serde_json::Value;
use tauri::State;

/// Answers a call of the model's api by its name.
#[tauri::command]
pub(crate) async fn call(name: String, body: Value, engine: State<'_, Handle>) -> Result<Value, Failure> {
    engine.call_by_name(&name, body).await
}
