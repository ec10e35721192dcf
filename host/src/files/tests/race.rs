//! Someone swaps names for links while the relay works.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::*;

/// Enough for the promise, or as many as fit into the time.
const ROUNDS: usize = 20_000;
const TIME: Duration = Duration::from_secs(5);

/// A small generator of pseudo-random numbers: which swap comes next need not be unguessable.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn a_swap_for_a_link_leads_nowhere() {
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    println!("seed {seed}");
    let world = World::new();
    let files = world.files();
    std::fs::create_dir(world.path("desk/way")).unwrap();
    world.write("desk/way/file.txt", "inside");
    world.write("outside/file.txt", "secret");
    // A link within one folder leads beneath the allowed one, and is not followed either.
    world.write("desk/way/other.txt", "secret");
    let outside = world.all("outside");

    let done = AtomicBool::new(false);
    let swaps = AtomicUsize::new(0);
    let (mut read, mut refused, mut written) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice(seed);
            while !done.load(Ordering::Relaxed) {
                // The folder on the way, or the file itself, becomes a link to outside and back.
                let (name, target) = match dice.roll(3) {
                    0 => ("desk/way", world.path("outside")),
                    1 => ("desk/way/file.txt", PathBuf::from("other.txt")),
                    _ => ("desk/way/file.txt", world.path("outside/file.txt")),
                };
                let (name, aside) = (world.path(name), world.path("desk/aside"));
                if std::fs::rename(&name, &aside).is_ok() {
                    let _ = symlink(target, &name);
                    for _ in 0..dice.roll(200) {
                        std::hint::spin_loop();
                    }
                    // The relay may have made a file or folder of that name while it was away.
                    while std::fs::remove_file(&name).or_else(|_| std::fs::remove_dir_all(&name)).is_ok()
                        || std::fs::rename(&aside, &name).is_err()
                    {}
                    swaps.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let start = Instant::now();
        let mut round = 0;
        while round < ROUNDS && start.elapsed() < TIME {
            round += 1;
            match files.read("way/file.txt", Access::Text) {
                Ok(file) => {
                    assert_ne!(file.text.unwrap(), "secret", "seed {seed}, round {round}");
                    read += 1;
                }
                Err(_) => refused += 1,
            }
            if round % 16 == 0 && put(&files, "way/file.txt", true, "inside").is_ok() {
                written += 1;
            }
            if round % 64 == 0 {
                let _ = put(&files, "way/new/deep.txt", true, "inside");
            }
        }
        done.store(true, Ordering::Relaxed);
        println!("{round} rounds: {read} read, {refused} refused, {written} written");
    });
    println!("{} swaps", swaps.load(Ordering::Relaxed));
    assert!(swaps.load(Ordering::Relaxed) > 0 && read > 0 && refused > 0 && written > 0, "nothing raced");
    assert_eq!(outside, world.all("outside"), "seed {seed}: something outside changed");
    let left = world.all("desk").into_keys().filter(|path| path.to_string_lossy().contains(".part")).count();
    assert_eq!(left, 0, "temporary files were left");
}
