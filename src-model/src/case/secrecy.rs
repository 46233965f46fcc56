//! What is not talked about: items whose very name says something about somebody (社会救助暂行办法 art 61; R210).

use crate::ids::ItemCode;

/// Items that never stand in a list by name, except for whoever handles the case: help for children with HIV, for orphans and for
/// children whom nobody cares for.
const SENSITIVE: [&str; 3] = ["MZ-012", "MZ-013", "MZ-015"];

/// Whether an item is shown as 敏感事项, without a name, to everybody but the handler.
pub fn is_sensitive(item: &ItemCode) -> bool {
    SENSITIVE.contains(&item.as_str())
}
