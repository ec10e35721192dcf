//! A small picture, made here so that no file has to be kept.

/// A PNG of `width` by `height` pixels; `pixel` gives red, green and blue for each place.
#[must_use]
pub fn png(width: u16, height: u16, pixel: impl Fn(u16, u16) -> [u8; 3]) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..width).flat_map(|x| pixel(x, y)));
    }
    let mut head = Vec::new();
    head.extend_from_slice(&u32::from(width).to_be_bytes());
    head.extend_from_slice(&u32::from(height).to_be_bytes());
    // Eight bits a channel, red-green-blue, no palette, no interlacing.
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &head);
    chunk(&mut png, b"IDAT", &stored(&rows));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// A picture that is plainly a picture: a coloured square in a frame.
#[must_use]
pub fn sample() -> Vec<u8> {
    png(48, 32, |x, y| {
        let frame = x < 2 || y < 2 || x > 45 || y > 29;
        if frame { [40, 40, 60] } else { [220, 90 + (x as u8) * 2, 60 + (y as u8) * 3] }
    })
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    png.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let from = png.len();
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    let sum = crc(png.get(from..).unwrap_or_default());
    png.extend_from_slice(&sum.to_be_bytes());
}

/// A zlib stream of blocks that are not compressed.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        let length = block.len() as u16;
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    out.extend_from_slice(&((high << 16) | low).to_be_bytes());
    out
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(stored(b"Wikipedia").get(16..), Some(&0x11e6_0398_u32.to_be_bytes()[..]));
    }

    #[test]
    fn the_sample_is_a_png() {
        let png = sample();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x30\0\0\0\x20"));
        assert!(png.ends_with(b"IEND\xae\x42\x60\x82"));
    }
}
