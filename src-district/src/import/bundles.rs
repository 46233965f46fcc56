//! One-thing bundles: a graph of steps, so a tree of JSON only. What an entry may say is the model's matter; here it gets its place
//! and its Chinese sentence.

use daiban_model::bundle::{BundleFault, BundleFaultReason, BundleRow, Bundles};
use daiban_model::catalogue::Catalogue;
use jiff::civil::Date;

use super::fault::{At, Fault, What, quoted};
use super::file::Content;
use super::tree;

/// Reads all bundles, whose items must stand in this catalogue.
pub fn bundles(
    content: &Content,
    catalogue: &Catalogue,
    version: u32,
    valid_from: Date,
) -> Result<Bundles, Vec<Fault>> {
    let Content::Tree(value) = content else {
        return Err(Fault::of_file(What::Shape {
            expected: "有 bundles 列表的 JSON；一件事有先后次序，表格写不下"
        }));
    };
    let list = value.get("bundles").unwrap_or(value);
    let entries = tree::entries(Some(list), "bundles", "有 id、name_zh、applicant_kind、items 的一件事")?;
    if entries.is_empty() {
        return Err(Fault::of_file(What::Empty));
    }
    let (places, rows): (Vec<At>, Vec<BundleRow>) = entries.into_iter().unzip();
    let place = |at: usize| at.checked_sub(1).and_then(|at| places.get(at)).copied().unwrap_or(At::File);
    Bundles::from_rows(version, valid_from, &rows, catalogue).map_err(|faults| {
        let told = |(at, fault): (usize, BundleFault)| Fault { at: place(at), column: None, what: sentence(fault.why) };
        faults.into_iter().map(told).collect()
    })
}

fn sentence(why: BundleFaultReason) -> What {
    use BundleFaultReason as R;
    match why {
        R::BadId => What::Form { rule: "编号用英文字母、数字和连字符，不超过 24 个字" },
        R::IdTaken => What::IdTaken,
        R::StepCount => What::Form { rule: "至少要有一步，最多 64 步" },
        R::BadPromise => What::NotANumber,
        R::UnknownItem { code } => What::NoSuchItem { code: quoted(&code) },
        R::SameStep { step } => What::TwiceStep { step: quoted(&step) },
        R::UnknownStep { step } => What::NoSuchStep { step: quoted(&step) },
        R::Circle { step } => What::StepCircle { step: quoted(&step) },
        R::AskedAndRequired { step } => What::AskedAndRequired { step: quoted(&step) },
    }
}
