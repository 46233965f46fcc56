//! One plain sentence for everything the engine may answer instead of doing it: what is safe first, then what to do.

use daiban_model::access::Denied;
use daiban_model::api::{DraftFault, EnrolmentFault, Failure, PaperFault, RecoveryFault, StickFault, StorageFault};
use daiban_model::case::field::Field;
use daiban_model::case::fold::{Misfit, Stage};
use daiban_model::case::{Entry, Refusal};
use daiban_model::person;
use serde::Serialize;

use crate::dates;
use crate::words::{fill, one_of};

/// The sentence for a failed call.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Locked => t!("failure.locked").to_owned(),
        Failure::WrongPin { left } => t!("failure.wrong_pin", left = left),
        Failure::WaitForPin { seconds } => t!("failure.wait_for_pin", minutes = seconds.div_ceil(60)),
        Failure::WeakPin => t!("failure.weak_pin").to_owned(),
        Failure::Recovery { why } => recovery(*why).to_owned(),
        Failure::Refused { why } => refusal(why),
        Failure::Denied { why, .. } => denied(*why).to_owned(),
        Failure::PersonRefused { why } => person_refusal(why),
        Failure::NotFound => t!("failure.not_found").to_owned(),
        Failure::DraftFaults { faults } => t!("failure.draft_faults", n = faults.len()),
        Failure::BadValue { code, arg } => fault(code, arg),
        Failure::Enrolment { why } => enrolment(*why).to_owned(),
        Failure::Storage { why } => storage(*why).to_owned(),
        Failure::Stick { why } => stick(*why).to_owned(),
        Failure::Backup { why } => one_of("backup_fault", &code(why)).unwrap_or_default().to_owned(),
        Failure::Paper { why } => paper(*why),
        Failure::Neighbour { why } => one_of("near_fault", &code(why)).unwrap_or_default().to_owned(),
        Failure::Internal { id } => t!("failure.internal", id = id),
    }
}

/// The sentence for one thing wrong with a draft.
pub fn draft_fault(it: &DraftFault) -> String {
    fault(&it.code, &it.arg)
}

/// The sentence under a key such as `fault.id_check_sign`, given with or without its family.
pub fn fault(code: &str, arg: &str) -> String {
    let code = code.rsplit('.').next().unwrap_or(code);
    let text = one_of("fault", code).unwrap_or(t!("failure.bad_value"));
    fill(text, &[("arg", &arg)])
}

fn denied(why: Denied) -> &'static str {
    match why {
        Denied::Role => t!("failure.denied_role"),
        Denied::Scope => t!("failure.denied_scope"),
        Denied::NotOwn => t!("failure.denied_not_own"),
    }
}

fn recovery(why: RecoveryFault) -> &'static str {
    match why {
        RecoveryFault::Mistyped => t!("failure.recovery_mistyped"),
        RecoveryFault::NotThisStation => t!("failure.recovery_not_here"),
    }
}

fn enrolment(why: EnrolmentFault) -> &'static str {
    match why {
        EnrolmentFault::BadAddress => t!("failure.enrol_bad_address"),
        EnrolmentFault::Unreachable => t!("failure.enrol_unreachable"),
        EnrolmentFault::NotAHub => t!("failure.enrol_not_a_hub"),
        EnrolmentFault::BadCode => t!("failure.enrol_bad_code"),
        EnrolmentFault::OtherDistrict => t!("failure.enrol_other_district"),
        EnrolmentFault::NoCheck => t!("failure.enrol_no_check"),
        EnrolmentFault::NoTls => t!("failure.enrol_no_tls"),
        EnrolmentFault::Dates => t!("failure.enrol_dates"),
        EnrolmentFault::Already => t!("failure.enrol_already"),
    }
}

fn storage(why: StorageFault) -> &'static str {
    match why {
        StorageFault::Full => t!("failure.storage_full"),
        StorageFault::NewerSchema => t!("failure.storage_newer"),
        StorageFault::Damaged => t!("failure.storage_damaged"),
        StorageFault::Busy => t!("failure.storage_busy"),
        StorageFault::Io => t!("failure.storage_io"),
    }
}

fn stick(why: StickFault) -> &'static str {
    match why {
        StickFault::Gone => t!("failure.stick_gone"),
        StickFault::Full => t!("failure.stick_full"),
        StickFault::ReadOnly => t!("failure.stick_read_only"),
        StickFault::Unreliable => t!("failure.stick_unreliable"),
        StickFault::Io => t!("failure.stick_io"),
    }
}

fn paper(why: PaperFault) -> String {
    match why {
        PaperFault::NotThere => t!("failure.paper_not_there").to_owned(),
        PaperFault::Changed => t!("failure.paper_changed").to_owned(),
        PaperFault::NoGlyph { sign } => t!("failure.paper_no_glyph", sign = sign),
        PaperFault::TooLong => t!("failure.paper_too_long").to_owned(),
        PaperFault::NoPrinter => t!("failure.paper_no_printer").to_owned(),
        PaperFault::PrinterRefused => t!("failure.paper_refused").to_owned(),
        PaperFault::NotSaved => t!("failure.paper_not_saved").to_owned(),
        PaperFault::Template => t!("failure.paper_template").to_owned(),
    }
}

fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::NoSuchMove { from } => t!("refusal.no_such_move", stage = stage(*from)),
        Refusal::Empty { what } => t!("refusal.empty", what = entry(*what)),
        Refusal::MandateOver { until } => t!("refusal.mandate_over", until = dates::full(*until)),
        Refusal::PowerNotGiven { power } => {
            t!("refusal.power_not_given", power = one_of("power", &code(power)).unwrap_or(""))
        }
        Refusal::MandatePaused { since } => t!("refusal.mandate_paused", since = dates::full(*since)),
        Refusal::PapersOwed { count } => t!("refusal.papers_owed", n = count),
        Refusal::OriginalsOut { count } => t!("refusal.originals_out", n = count),
        Refusal::OverFeeLimit { most } => t!("refusal.over_fee_limit", most = most),
        Refusal::PapersMissing { count } => t!("refusal.papers_missing", n = count),
        Refusal::TooEarly { until } => t!("refusal.too_early", until = dates::full(*until)),
        Refusal::TooLateToTell { ended } => t!("refusal.too_late_to_tell", ended = dates::full(*ended)),
        Refusal::TooLateToProlong { ended } => t!("refusal.too_late_to_prolong", ended = dates::full(*ended)),
        Refusal::TooLong { what, most } => t!("refusal.too_long", what = entry(*what), n = most),
        Refusal::DateTooEarly { what, first } => {
            t!("refusal.date_too_early", what = entry(*what), day = dates::full(*first))
        }
        Refusal::DateTooLate { what, last } => {
            t!("refusal.date_too_late", what = entry(*what), day = dates::full(*last))
        }
        Refusal::ReasonTooShort { least } => t!("refusal.reason_too_short", n = least),
        Refusal::TooManyDays { most } => t!("refusal.too_many_days", n = most),
        Refusal::ConsentWithdrawn { to } => t!("refusal.consent_withdrawn", to = to),
        Refusal::Disputed { field } => t!("refusal.disputed", field = self::field(*field)),
        other => one_of("refusal", &code(other)).unwrap_or(t!("failure.bad_value")).to_owned(),
    }
}

fn person_refusal(why: &person::Refusal) -> String {
    match why {
        person::Refusal::TooLong { most } => t!("refusal_person.too_long", n = most),
        other => one_of("refusal_person", &code(other)).unwrap_or(t!("failure.bad_value")).to_owned(),
    }
}

/// The name of something that is asked for.
fn entry(what: Entry) -> &'static str {
    one_of("entry", &code(&what)).unwrap_or_default()
}

/// Why an act did not fit.
pub fn misfit(why: Misfit) -> String {
    match why {
        Misfit::NoSuchMove { from } => t!("misfit.no_such_move", stage = stage(from)),
        other => one_of("misfit", &code(&other)).unwrap_or_default().to_owned(),
    }
}

/// Where a case stands, in one word.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Decided { outcome } => one_of("outcome", &code(&outcome)),
        other => one_of("stage", &code(&other)),
    }
    .unwrap_or_default()
}

/// The name of a register, as on the paper form.
pub fn field(field: Field) -> &'static str {
    one_of("field", &field.path().replace('.', "_")).unwrap_or_default()
}

/// The code a value goes by in JSON: the text itself, or the tag of a tagged enum.
pub fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(serde_json::Value::Object(members)) => {
            let tag = ["is", "code", "k", "by"].iter().find_map(|tag| members.get(*tag));
            tag.and_then(|tag| tag.as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}
