//! Case numbers that two laptops without a network never give twice (R77).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::ScopeCode;

const DISTRICT: &str = "石拐";
const DISTRICT_CODE: u64 = 150_205;

/// `石拐-<unit 6>-<yyyymmdd>-<device 2>-<counter 4>`: unique because the device number is, and the counter on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseNumber {
    unit: ScopeCode,
    date: Date,
    device: u8,
    counter: u16,
}

/// Why no case number can be made of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CaseNumberFault {
    /// The text has not the five parts of a case number; one without a device could exist twice.
    #[error("a case number has the form 石拐-000000-yyyymmdd-00-0000")]
    Form,
    /// The eight digits are no date.
    #[error("the date of the case number does not exist")]
    NoSuchDate,
    /// The unit lies outside the district, whose name the number carries.
    #[error("the unit does not belong to the district")]
    OtherDistrict,
    /// Device numbers have two digits.
    #[error("a device number is at most 99")]
    Device,
    /// The counter runs from 1 to 9999 per device and day.
    #[error("the counter of the day must be 1 to 9999")]
    Counter,
}

impl CaseNumber {
    /// The `counter`-th number that `device` gives on `date` for `unit`, the division the agent acts for.
    pub fn new(unit: ScopeCode, date: Date, device: u8, counter: u16) -> Result<Self, CaseNumberFault> {
        if unit.number() / 1_000_000 != DISTRICT_CODE {
            return Err(CaseNumberFault::OtherDistrict);
        }
        if device > 99 {
            return Err(CaseNumberFault::Device);
        }
        if !(1..=9999).contains(&counter) {
            return Err(CaseNumberFault::Counter);
        }
        if !(0..=9999).contains(&date.year()) {
            return Err(CaseNumberFault::NoSuchDate);
        }
        Ok(Self { unit, date, device, counter })
    }

    /// The division the agent acted for.
    pub fn unit(&self) -> ScopeCode {
        self.unit
    }

    /// The day it was given.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The device that gave it.
    pub fn device(&self) -> u8 {
        self.device
    }

    /// Its place among the numbers of that device and day.
    pub fn counter(&self) -> u16 {
        self.counter
    }
}

impl FromStr for CaseNumber {
    type Err = CaseNumberFault;
    fn from_str(text: &str) -> Result<Self, CaseNumberFault> {
        let mut parts = text.trim().split('-');
        if parts.next() != Some(DISTRICT) {
            return Err(CaseNumberFault::Form);
        }
        let mut digits = |width: usize| {
            let part = parts.next().filter(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|part| part.parse::<u32>().ok()).ok_or(CaseNumberFault::Form)
        };
        let (unit, ymd, device, counter) = (digits(6)?, digits(8)?, digits(2)?, digits(4)?);
        if parts.next().is_some() {
            return Err(CaseNumberFault::Form);
        }
        let unit = format!("{DISTRICT_CODE}{unit:06}").parse().map_err(|_| CaseNumberFault::OtherDistrict)?;
        let date = date_of(ymd).ok_or(CaseNumberFault::NoSuchDate)?;
        let device = u8::try_from(device).map_err(|_| CaseNumberFault::Device)?;
        Self::new(unit, date, device, u16::try_from(counter).map_err(|_| CaseNumberFault::Counter)?)
    }
}

fn date_of(ymd: u32) -> Option<Date> {
    let (year, month, day) = (ymd / 10_000, ymd / 100 % 100, ymd % 100);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, date, device, counter } = self;
        let (year, month, day) = (date.year(), date.month(), date.day());
        write!(f, "{DISTRICT}-{}-{year:04}{month:02}{day:02}-{device:02}-{counter:04}", unit.unit())
    }
}

impl fmt::Debug for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CaseNumber {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseNumber {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
