//! Parcels of a station on a stick.

use std::path::Path;

use daiban_core::courier::{LetterId, folder};
use daiban_core::engine::Outbound;
use daiban_model::api::{Failure, ParcelLine};
use daiban_model::ids::DeviceId;

use super::Station;
use crate::world::{must, now};

impl Station {
    /// A parcel for a laptop, as it goes to a stick, with its line of the log.
    pub fn call_parcel(&mut self, to: u8) -> Result<(Outbound, ParcelLine), Failure> {
        now(self.engine().write_parcel(to))
    }

    /// Writes a parcel to a stick and, when it lies there, into the log.
    pub fn write_parcel(&mut self, stick: &Path, to: u8) -> Result<ParcelLine, Failure> {
        let (out, line) = self.call_parcel(to)?;
        must("a stick", folder::write(stick, out.letter, out.kind, &out.parts));
        must("a stick", folder::supersede(stick, &out.from, &out.to, out.kind, &[out.letter]));
        now(self.engine().parcel_written(out.letter, line))
    }

    /// Which of these parcels may go from the stick.
    pub fn parcels_done(&mut self, letters: Vec<LetterId>) -> Vec<LetterId> {
        must("the log", now(self.engine().parcels_done(letters)))
    }

    /// Its device.
    pub fn device(&mut self) -> DeviceId {
        DeviceId(must("a letter", self.letter()).from)
    }
}
