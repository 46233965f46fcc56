use super::*;
use crate::store::memory::MemoryStore;

#[tokio::test]
async fn a_hub_opened_again_goes_on_with_its_epoch() {
    let keys = HubKeys::create([7; 96], Wall(1_772_415_000_000));
    let again = HubKeys::from_bytes(&keys.to_bytes()).expect("the key file reads");
    let hub = Hub::open(MemoryStore::default(), keys).await.unwrap();
    let other = Hub::open(MemoryStore::default(), again).await.unwrap();
    assert_eq!(hub.epoch, other.epoch);
}
