//! A real hub on loopback: a data folder, a SQLite store, HTTP, and the packages a station needs.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::sync::hub::{Hub, NewStation};
use daiban_district::folder::Folder;
use daiban_district::{Limits, edge, import};
use daiban_model::access::Role;
use daiban_model::calendar::Calendar;
use daiban_model::ids::{AgentId, ScopeCode};
use daiban_model::organisation::{Agent, Post, Roster, StaffSource};
use daiban_model::wire::PackageKind;
use tokio::net::TcpListener;

/// The district.
pub const DISTRICT: &str = "150205";
/// Who is signed in.
pub const AGENT: &str = "SG-000000-01";

/// The hub, serving.
pub struct LoopbackHub {
    /// The hub itself.
    pub hub: Hub<SqliteStore>,
    /// Its port.
    pub port: u16,
    /// The calendar it published.
    pub calendar: Calendar,
}

/// The unit of the whole district.
pub fn district() -> Result<ScopeCode> {
    DISTRICT.parse().context("the district's code")
}

/// The data files of the house.
pub fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data").join(name)
}

impl LoopbackHub {
    /// Makes a hub in a folder, publishes, and serves it.
    pub async fn start(folder: &Path) -> Result<Self> {
        let folder = Folder::create(folder, edge::chance()?, edge::wall()).await?;
        let hub = folder.open().await?;
        publish(&hub).await?;
        Self::serving(hub).await
    }

    /// Serves a hub that was made before.
    pub async fn again(folder: &Path) -> Result<Self> {
        Self::serving(Folder::at(folder)?.open().await?).await
    }

    async fn serving(hub: Hub<SqliteStore>) -> Result<Self> {
        let calendar = calendar()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        tokio::spawn(daiban_district::serve(listener, hub.clone(), Limits::default(), std::future::pending()));
        Ok(Self { hub, port, calendar })
    }

    /// A code for a station that covers the whole district.
    pub async fn code(&self, name: &str) -> Result<String> {
        let (unit, scopes) = (district()?, vec![district()?]);
        let station = NewStation { name: name.to_owned(), unit, scopes, device_no: None };
        let code = self.hub.make_code(station, edge::wall(), edge::chance()?).await?;
        self.hub.vouched(&code).context("a code")
    }
}

fn read(name: &str) -> Result<import::Content> {
    import::read(&data(name)).map_err(|_| anyhow!("{name} does not read"))
}

/// The calendar that a hub here publishes.
pub fn calendar() -> Result<Calendar> {
    import::calendar(&read("calendar.json")?).map_err(|_| anyhow!("calendar.json is not right"))
}

async fn publish(hub: &Hub<SqliteStore>) -> Result<()> {
    let bad = |name: &'static str| move |_| anyhow!("{name} is not right");
    let places = import::places(&read("places.json")?).map_err(bad("places.json"))?;
    let day = jiff::civil::date(2026, 1, 1);
    let catalogue = import::catalogue(&read("items.csv")?, 1, day).map_err(bad("items.csv"))?;
    let agent = Agent {
        id: AGENT.parse()?,
        name: "其木格".to_owned(),
        post: Post::FullTime,
        role: Role::Window,
        source: StaffSource::Cadre,
        unit: district()?,
        also_serves: Vec::new(),
        phone: None,
        appointed: day,
        ended: None,
        substitute: None,
    };
    hub.publish(PackageKind::Organisation, serde_json::to_vec(&places)?).await?;
    hub.publish(PackageKind::Roster, serde_json::to_vec(&Roster::new(vec![agent])?)?).await?;
    hub.publish(PackageKind::Catalogue, serde_json::to_vec(&catalogue)?).await?;
    hub.publish(PackageKind::Calendar, serde_json::to_vec(&calendar()?)?).await?;
    Ok(())
}

/// Who is signed in.
pub fn agent() -> Result<AgentId> {
    AGENT.parse().context("a staff number")
}
