//! A small gzip file that unpacks to a large one.

/// One letter, repeated, in one block of fixed Huffman codes. The check sum at the end is left 0: who unpacks it at all has
/// unpacked everything before looking at that.
pub(super) fn gzip(unpacked: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // Last block, fixed codes; then the literal `0`, whose code is 0x30 + 0x30.
    bits.least_first(0b011, 3);
    bits.most_first(0x60, 8);
    // Length 258 (code 285, no extra bits) at distance 1 (code 0), again and again.
    for _ in 0..unpacked / 258 {
        bits.most_first(0b1100_0101, 8);
        bits.most_first(0, 5);
    }
    bits.most_first(0, 7);
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.append(&mut bits.bytes);
    file.push(bits.open);
    file.extend_from_slice(&[0; 8]);
    file
}

/// Bits as deflate wants them, the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u8,
    filled: u8,
}

impl Bits {
    fn bit(&mut self, bit: u32) {
        if bit & 1 == 1 {
            self.open |= 1 << self.filled;
        }
        self.filled += 1;
        if self.filled == 8 {
            self.bytes.push(self.open);
            (self.open, self.filled) = (0, 0);
        }
    }

    /// Numbers.
    fn least_first(&mut self, value: u32, count: u32) {
        (0..count).for_each(|place| self.bit(value >> place));
    }

    /// Huffman codes.
    fn most_first(&mut self, value: u32, count: u32) {
        (0..count).rev().for_each(|place| self.bit(value >> place));
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    #[test]
    fn gzip_itself_unpacks_it_to_the_size_told() {
        let bomb = super::gzip(3_000_000);
        assert!(bomb.len() < 30_000, "{}", bomb.len());
        let started =
            Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        // A computer without gzip shows nothing here.
        let Ok(mut gzip) = started else { return };
        let mut input = gzip.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(&bomb));
        let output = gzip.wait_with_output().unwrap();
        let _ = writer.join();
        assert_eq!(output.stdout.len(), 1 + 3_000_000 / 258 * 258);
        assert!(output.stdout.iter().all(|byte| *byte == b'0'));
    }
}
