//! Writes the targets' own samples into `corpus/`, for libFuzzer to begin with.

use std::path::Path;

use daiban_tests::hostile::Target;

fn main() -> std::io::Result<()> {
    for target in Target::ALL {
        let folder = Path::new("corpus").join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (nth, sample) in (target.samples)().into_iter().enumerate() {
            std::fs::write(folder.join(nth.to_string()), sample)?;
        }
    }
    Ok(())
}
