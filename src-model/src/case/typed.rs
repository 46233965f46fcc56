//! What is typed into a field of a paper form, looked at before it is kept: one key of the words for each thing that can be wrong.

use jiff::civil::Date;

use super::decide::bounds;
use super::field::Field;
use crate::identity::{CitizenId, CitizenIdFault, Phone, PhoneFault};

/// What is wrong: a key of the words (`fault.id_check_sign`), and what its sentence needs.
pub type Wrong = (&'static str, String);

/// A value for a field, in its stored form.
pub fn field(field: Field, value: &str, today: Date) -> Result<String, Wrong> {
    let value = value.trim();
    let longest = longest(field);
    if value.chars().count() > longest {
        return Err(("too_long", longest.to_string()));
    }
    match field {
        _ if value.is_empty() && field != Field::Name => Ok(String::new()),
        Field::Name if value.is_empty() => Err(("name_empty", String::new())),
        Field::CitizenId => {
            CitizenId::parse(value, today).map(|id| id.reveal().to_owned()).map_err(|fault| citizen_id(&fault))
        }
        Field::Phone | Field::ContactPhone => {
            Phone::parse(value).map(|phone| phone.reveal().to_owned()).map_err(|fault| phone_fault(&fault))
        }
        Field::InjuredOn => match value.parse::<Date>() {
            Ok(day) if day <= today => Ok(day.to_string()),
            Ok(_) => Err(("date_in_future", String::new())),
            Err(_) => Err(("date_unreadable", String::new())),
        },
        _ => Ok(value.to_owned()),
    }
}

/// How many characters a fact may have, wherever it is typed.
pub fn longest(field: Field) -> usize {
    if matches!(field, Field::Name | Field::Contact) { bounds::NAME } else { bounds::VALUE }
}

/// The words for a wrong citizen id.
fn citizen_id(fault: &CitizenIdFault) -> Wrong {
    match fault {
        CitizenIdFault::FifteenDigits => ("id_fifteen", String::new()),
        CitizenIdFault::Length { found } => ("id_length", found.to_string()),
        CitizenIdFault::CheckSign { expected } => ("id_check_sign", expected.to_string()),
        CitizenIdFault::NoSuchDate => ("id_no_such_date", String::new()),
        CitizenIdFault::InFuture => ("id_in_future", String::new()),
        _ => ("id_characters", String::new()),
    }
}

fn phone_fault(fault: &PhoneFault) -> Wrong {
    match fault {
        PhoneFault::Empty => ("phone_empty", String::new()),
        _ => ("phone_wrong", String::new()),
    }
}
