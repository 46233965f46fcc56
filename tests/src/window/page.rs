//! What a person does on a page: look for something, press it, write into it, read what it says.
//!
//! Every wait looks for a state again and again until a deadline; none lasts a fixed while.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How long anything on a page may take, on a machine that has other things to do.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// Asks until there is an answer, or fails with what was waited for.
pub async fn until<T>(what: &str, limit: Duration, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
    let mut ticks = interval(LOOK_AGAIN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watch = async {
        loop {
            ticks.tick().await;
            if let Some(found) = look().await? {
                return anyhow::Ok(found);
            }
        }
    };
    match timeout(limit, watch).await {
        Ok(found) => found.with_context(|| format!("while waiting until {what}")),
        Err(_) => bail!("waited {} s in vain until {what}", limit.as_secs()),
    }
}

/// Keys that have no character, as WebDriver writes them.
pub mod key {
    /// Enter
    pub const ENTER: char = '\u{E007}';
    /// Esc
    pub const ESCAPE: char = '\u{E00C}';
    /// Tab
    pub const TAB: char = '\u{E004}';
    /// The space bar
    pub const SPACE: char = ' ';
    /// Arrow up
    pub const UP: char = '\u{E013}';
    /// Arrow down
    pub const DOWN: char = '\u{E015}';
    /// Arrow right
    pub const RIGHT: char = '\u{E014}';
    /// F1
    pub const F1: char = '\u{E031}';
    /// F2
    pub const F2: char = '\u{E032}';
    /// Shift
    pub const SHIFT: char = '\u{E008}';
    /// Ctrl
    pub const CONTROL: char = '\u{E009}';
    /// Alt
    pub const ALT: char = '\u{E00A}';
}

/// The page in a window.
#[derive(Clone)]
pub struct Page {
    client: Client,
    shots: PathBuf,
}

impl Page {
    pub(super) fn new(client: Client, shots: PathBuf) -> Self {
        Self { client, shots }
    }

    /// Waits for the part of this name and answers it.
    pub async fn see(&self, test: &str) -> Result<Element> {
        self.see_css(&named(test)).await
    }

    /// Waits for the first part that fits and can be seen.
    pub async fn see_css(&self, css: &str) -> Result<Element> {
        until(&format!("{css} is there"), PATIENCE, async || {
            for element in self.client.find_all(Locator::Css(css)).await? {
                // A page may put something new in its place at any time.
                if element.is_displayed().await.unwrap_or(false) {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await
    }

    /// How many parts fit now.
    pub async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Whether the part of this name stands on the page now.
    pub async fn has(&self, test: &str) -> Result<bool> {
        Ok(self.count(&named(test)).await? > 0)
    }

    /// Clicks the part of this name.
    pub async fn press(&self, test: &str) -> Result<()> {
        self.press_css(&named(test)).await
    }

    /// Clicks the first part that fits.
    pub async fn press_css(&self, css: &str) -> Result<()> {
        let last = Mutex::new(String::new());
        let stood = Mutex::new(Value::Null);
        let what = format!("{css} takes a click");
        let pressed = until(&what, PATIENCE, async || {
            let element = self.see_css(css).await?;
            let arguments = vec![serde_json::to_value(&element)?];
            // What is in the way or on the move now may be out of it or at rest at the next look: a click wants a part
            // that stands where it stood one look ago, or it falls beside what has moved since.
            let tried = async {
                let place = self.client.execute(INTO_VIEW, arguments).await?;
                let still = stood.lock().is_ok_and(|mut stood| std::mem::replace(&mut *stood, place.clone()) == place);
                if still { element.click().await.map(Some) } else { Ok(None) }
            };
            Ok(tried.await.unwrap_or_else(|error| {
                note(&last, &error.to_string());
                None
            }))
        })
        .await;
        pressed.with_context(|| format!("the last try: {}", last.into_inner().unwrap_or_default()))
    }

    /// Puts the cursor into a field, takes out what stands there, and types.
    pub async fn write(&self, test: &str, text: &str) -> Result<()> {
        self.press(test).await?;
        self.chord(key::CONTROL, 'a').await?;
        self.type_text(text).await
    }

    /// Types where the cursor is.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(text).await?)
    }

    /// Presses one key where the cursor is.
    pub async fn key(&self, key: char) -> Result<()> {
        let keys = KeyActions::new("keys".to_owned());
        let keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        Ok(self.client.perform_actions(keys).await?)
    }

    /// Presses a key while another one is held.
    pub async fn chord(&self, held: char, key: char) -> Result<()> {
        let keys = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: held })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: held });
        Ok(self.client.perform_actions(keys).await?)
    }

    /// What the part of this name says.
    pub async fn text(&self, test: &str) -> Result<String> {
        self.text_css(&named(test)).await
    }

    /// What the first part that fits says.
    pub async fn text_css(&self, css: &str) -> Result<String> {
        until(&format!("{css} says something"), PATIENCE, async || Ok(self.see_css(css).await?.text().await.ok())).await
    }

    /// What all parts that fit say.
    pub async fn texts(&self, css: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// Waits until the part of this name says something with these words in it.
    pub async fn says(&self, test: &str, words: &str) -> Result<String> {
        let css = named(test);
        let last = Mutex::new(String::new());
        let what = format!("{test} says {words}");
        let found = until(&what, PATIENCE, async || {
            let texts = self.texts(&css).await.unwrap_or_default();
            note(&last, &texts.join(" | "));
            Ok(texts.into_iter().find(|text| text.contains(words)))
        });
        let found = found.await;
        let last = last.into_inner().unwrap_or_default();
        found.with_context(|| format!("it says: {last}"))
    }

    /// What stands in a field.
    pub async fn value(&self, test: &str) -> Result<String> {
        Ok(self.see(test).await?.prop("value").await?.unwrap_or_default())
    }

    /// Waits until the page of this name stands in the window.
    pub async fn at(&self, page: &str) -> Result<()> {
        self.see_css(&format!("[data-page={page}]")).await.map(drop)
    }

    /// The id of the part that has the cursor.
    pub async fn focus(&self) -> Result<String> {
        let at = self
            .run("const at = document.activeElement; return at ? (at.id || at.dataset.test || at.tagName) : ''")
            .await?;
        Ok(at.as_str().unwrap_or_default().to_owned())
    }

    /// Goes on by Tab until the cursor is on what is meant, as somebody without a mouse must be able to.
    pub async fn tab_to(&self, css: &str) -> Result<()> {
        // The boxes themselves may be hidden behind what is drawn in their place.
        until(&format!("{css} is there"), PATIENCE, async || Ok((self.count(css).await? > 0).then_some(()))).await?;
        let asked = format!("const at = document.activeElement; return !!at && at.matches('{css}')");
        for _ in 0..60 {
            if self.run(&asked).await?.as_bool() == Some(true) {
                return Ok(());
            }
            self.key(key::TAB).await?;
        }
        bail!("sixty times Tab did not lead to {css}; it ended at {}", self.focus().await?)
    }

    /// Asks the page itself.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Whether the page is wider than the window: then it could only be read by moving it sideways.
    pub async fn runs_over(&self) -> Result<Option<String>> {
        let over = self.run(RUNS_OVER).await?;
        Ok(over.as_str().map(str::to_owned))
    }

    /// Everything that can be read on the page.
    pub async fn all_text(&self) -> Result<String> {
        Ok(self.run("return document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Moves so that a part stands below the bar on top.
    pub async fn bring(&self, css: &str) -> Result<()> {
        self.see_css(css).await?;
        self.run(&format!("document.querySelector('{css}').scrollIntoView(); scrollBy(0, -80)")).await.map(drop)
    }

    /// Moves to the top of the page.
    pub async fn top(&self) -> Result<()> {
        self.run("scrollTo(0, 0)").await.map(drop)
    }

    /// Keeps a picture of the window.
    pub async fn shot(&self, name: &str) -> Result<PathBuf> {
        // A page that has nothing new to paint is never photographed: it must paint while the picture is waited for.
        self.run(PAINT_FOR_A_WHILE).await?;
        let picture = timeout(PATIENCE, self.client.screenshot()).await.context("no picture of the window")??;
        std::fs::create_dir_all(&self.shots)?;
        let file = self.shots.join(format!("{name}.png"));
        std::fs::write(&file, picture)?;
        Ok(file)
    }

    /// Keeps what there is to be seen after something went wrong.
    pub async fn keep_evidence(&self, name: &str) -> Result<()> {
        self.shot(&format!("failed-{name}")).await?;
        let source = self.client.source().await?;
        Ok(std::fs::write(self.shots.join(format!("failed-{name}.html")), source)?)
    }

    pub(super) async fn end(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}

/// Remembers what was last seen, to tell it when the wait was in vain.
fn note(last: &Mutex<String>, seen: &str) {
    if let Ok(mut last) = last.lock() {
        *last = seen.to_owned();
    }
}

/// The place of a part by the name pages give it.
pub fn named(test: &str) -> String {
    format!("[data-test=\"{test}\"]")
}

const PAINT_FOR_A_WHILE: &str = "
    const style = document.documentElement.style;
    let left = 40;
    const paint = setInterval(() => {
        style.outline = left % 2 ? '1px solid transparent' : '';
        if (--left < 0) { clearInterval(paint); style.outline = '' }
    }, 30);
";

/// Moves a part to the middle of the window and says where it stands.
const INTO_VIEW: &str = "
    arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });
    const place = arguments[0].getBoundingClientRect();
    return [place.x, place.y, place.width, place.height];
";

const RUNS_OVER: &str = "
    const root = document.documentElement, wide = root.clientWidth;
    if (root.scrollWidth <= wide) return null;
    const over = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > wide + 1);
    const names = over.slice(-3).map(e => e.tagName + '.' + e.className + ' ' + (e.dataset.test || ''));
    return root.scrollWidth + ' > ' + wide + ': ' + names.join(', ');
";
