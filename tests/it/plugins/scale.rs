//! A hundred plugins.

use std::time::Instant;

use tickiti_relay_tests::handmade::Handmade;
use tickiti_relay_tests::plugins;

use super::{Ground, listed};

/// How many.
const MANY: usize = 100;
/// Letters that no eye takes for one another, so that no two names look alike.
const LETTERS: &[u8] = b"bdfghkmnpr";

#[test]
fn a_hundred_plugins_are_listed_without_loading_one() {
    let ground = Ground::new();
    let setup = ground.setup.clone().own_cache();
    let ground = Ground { setup, ..ground };
    for number in 0..MANY {
        let name = format!("a{}e{}", char::from(LETTERS[number / 10]), char::from(LETTERS[number % 10]));
        let path = ground.component(&name, &Handmade::saying(&name, "go", &name));
        let output = plugins::add(&ground.setup, &path, &["tickets:read"]).unwrap();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
    }
    let mut times = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        let mut session = ground.setup.start().unwrap();
        assert_eq!(listed(&mut session).len(), 18 + MANY);
        times.push(began.elapsed());
    }
    times.sort();
    println!(
        "{MANY} plugins: start to tools/list {:?} at least, {:?} in the middle, {:?} at most",
        times[0], times[5], times[9]
    );

    // Not one of them is there any more: what is listed was read from the lock file alone.
    let store = ground.lock_file().parent().unwrap().join("store");
    std::fs::remove_dir_all(&store).unwrap();
    let compiled = ground.setup.ground().unwrap().root().join("cache/components");
    for entry in std::fs::read_dir(compiled).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().ends_with(".cwasm") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    let mut session = ground.setup.start().unwrap();
    assert_eq!(listed(&mut session).len(), 18 + MANY);
}
